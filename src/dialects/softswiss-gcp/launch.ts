/**
 * Launches, both ends: `POST /sessions` for money and `POST /demo` without, signed like callbacks. What the protocol wants to know
 * of a player and nobody told us is left out, or taken from the configuration; the balance, which is optional, is left out.
 */
import { createHash } from 'node:crypto';
import { isProblem } from '../../money/index.ts';
import { errandProblem, fields, isJsonObject, readJson, writeJson } from '../../wire/index.ts';
import type { Errand, ErrandProblem, ErrandResponse, SigningKey, Writable } from '../../wire/index.ts';
import type { LaunchOrder, RawRequest, RawResponse } from '../dialect.ts';
import { signedHeaders, verifyRequestSign } from '../request-sign.ts';
import { FORBIDDEN } from './codes.ts';
import type { GcpSettings } from './settings.ts';

export const LAUNCH_PATHS = { real: '/sessions', demo: '/demo' } as const;

export function launchErrand(settings: GcpSettings['launch'], key: SigningKey, order: LaunchOrder): Errand<string> {
  const body = writeJson(bodyOf(settings, order));
  return {
    kind: 'launch',
    request: {
      method: 'POST',
      url: `${settings.url}${LAUNCH_PATHS[order.mode]}`,
      headers: { ...signedHeaders(key, body), accept: 'application/json' },
      body,
    },
    timeoutMs: 5_000,
    // a session of theirs that nobody opens costs nothing
    retries: 1,
    read: readAnswer,
  };
}

type Body = Readonly<Record<string, Writable | undefined>>;

function bodyOf(settings: GcpSettings['launch'], order: LaunchOrder): Body {
  const urls = {
    deposit_url: settings.deposit_url,
    return_url: order.returnUrl ?? settings.return_url,
  };
  const common = {
    casino_id: settings.casino_id,
    game: order.game,
    locale: order.lang ?? settings.locale,
    ip: order.ip ?? undefined,
    client_type: order.platform ?? 'desktop',
    jurisdiction: order.jurisdiction ?? undefined,
    urls,
  };
  if (order.mode === 'demo') return common;
  return {
    ...common,
    currency: order.currency ?? undefined,
    user: { id: order.player ?? '', country: order.country ?? undefined, ...settings.user },
  };
}

function readAnswer({ status, body }: ErrandResponse): string | ErrandProblem {
  const json = readJson(body);
  const f = isProblem(json) || !isJsonObject(json) ? null : fields(json);
  if (status !== 200) {
    const code = f?.optional('code', f.integer) ?? null;
    const said = code === null ? `${status}` : `${status}, code ${code}`;
    return errandProblem(reasonOf(status), `launch: the aggregator answered ${said}`, status);
  }
  const url = f?.object('launch_options').text('game_url', 4_000) ?? '';
  if (f === null || f.problem !== null || url === '')
    return errandProblem('unreadable', 'launch: the answer has no launch_options.game_url', status);
  return url;
}

const reasonOf = (status: number) => (status >= 500 || status === 429 ? 'unavailable' : 'refused');

/** The aggregator's end: the same signature, and an address where the game is. */
export function serveLaunch(
  key: SigningKey,
  request: RawRequest,
  open: (order: LaunchOrder) => string | null,
): RawResponse {
  if (verifyRequestSign([key], 'lower', request).kind !== 'genuine')
    return respond(403, { code: FORBIDDEN, message: "Forbidden: request sign doesn't match" });
  const mode = request.path.endsWith(LAUNCH_PATHS.demo) ? 'demo' : 'real';
  const order = orderOf(request, mode);
  if (order === null) return respond(400, { code: 400, message: 'Bad request' });
  const url = open(order);
  if (url === null) return respond(412, { code: 405, message: 'Game is not available to your casino' });
  return respond(200, {
    launch_options: { game_url: url, strategy: 'iframe' },
    ...(mode === 'real' ? { session_id: order.session } : {}),
  });
}

function orderOf({ body, arrivedAtMs }: RawRequest, mode: 'real' | 'demo'): LaunchOrder | null {
  const json = readJson(body);
  if (isProblem(json) || !isJsonObject(json)) return null;
  const f = fields(json);
  const user = mode === 'real' ? f.object('user') : null;
  const urls = f.optional('urls', f.object);
  // They name their sessions themselves; ours is not told.
  const session = createHash('sha256').update(body).update(String(arrivedAtMs)).digest('hex').slice(0, 32);
  const issuedAt = Math.floor(arrivedAtMs / 1_000);
  f.id('casino_id');
  const order: LaunchOrder = {
    session,
    game: f.id('game'),
    mode,
    player: user?.id('id') ?? null,
    currency: mode === 'real' ? f.id('currency') : null,
    lang: f.optional('locale', f.id),
    country: user?.optional('country', user.id) ?? null,
    ip: f.optional('ip', f.id),
    platform: f.optional('client_type', (name) => f.oneOf(name, ['desktop', 'mobile'])),
    jurisdiction: f.optional('jurisdiction', f.id),
    region: null,
    returnUrl: urls?.optional('return_url', urls.text) ?? null,
    nonce: session,
    issuedAt,
    expiresAt: issuedAt + 60,
  };
  return f.problem === null ? order : null;
}

function respond(status: number, body: Readonly<Record<string, Writable>>): RawResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: writeJson(body) };
}
