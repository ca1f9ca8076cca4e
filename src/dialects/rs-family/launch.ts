/**
 * The family's launch, both ends: a signed call that is answered with the game's address. A demo names no player and no session and
 * asks in a pretend currency, and the aggregator then calls no wallet.
 */
import { errandProblem, fields, isJsonObject, readJson } from '../../wire/index.ts';
import type { Errand, ErrandProblem, ErrandResponse } from '../../wire/index.ts';
import { isProblem } from '../../money/index.ts';
import type { LaunchOrder, RawRequest, RawResponse } from '../dialect.ts';
import { believed, gameNamed, refuse, refusedBy, respond, signedRequest } from './calls.ts';
import type { Family } from './family.ts';
import type { FamilySettings } from './settings.ts';

type Settings = Pick<FamilySettings, 'catalogue' | 'launch'>;
type Member = Pick<Family, 'signatureHeader' | 'paths' | 'demoCurrency'>;

const MAX_URL = 255;
const PLATFORMS = { desktop: 'GPL_DESKTOP', mobile: 'GPL_MOBILE' } as const;

export function launchErrand(family: Member, { catalogue, launch }: Settings, order: LaunchOrder): Errand<string> {
  const currency = order.mode === 'demo' ? family.demoCurrency : (order.currency ?? undefined);
  const lobby = [order.returnUrl, launch.lobby_url].find((url) => typeof url === 'string' && url.length <= MAX_URL);
  return {
    kind: 'launch',
    request: signedRequest(launch.url + family.paths.launch, family.signatureHeader, launch.private_key, {
      ...(order.mode === 'demo' ? {} : { user: order.player ?? undefined, token: order.session }),
      operator_id: launch.operator_id,
      sub_partner_id: launch.sub_partner_id,
      ...gameNamed(catalogue.games_by, order.game),
      currency,
      game_currency: currency,
      platform: PLATFORMS[order.platform ?? 'desktop'],
      lang: languageOf(order.lang) ?? launch.lang,
      country: order.country ?? launch.country,
      ip: order.ip ?? undefined,
      lobby_url: lobby ?? undefined,
      deposit_url: launch.deposit_url,
    }),
    timeoutMs: 5_000,
    retries: 1,
    read: readUrl,
  };
}

/** `en-GB` is `en` to them. */
function languageOf(lang: string | null): string | null {
  return /^[A-Za-z]{2}(?=$|[-_])/.exec(lang ?? '')?.[0].toLowerCase() ?? null;
}

function readUrl(response: ErrandResponse): string | ErrandProblem {
  if (response.status !== 200) return refusedBy('launch', response);
  const json = readJson(response.body);
  const f = isProblem(json) || !isJsonObject(json) ? null : fields(json);
  const url = f?.text('url', 4_000);
  if (f === null || url === undefined || f.problem !== null)
    return errandProblem('unreadable', 'launch: the answer has no address', response.status);
  return url;
}

/** Answers a launch as the aggregator does; `open` gives the game's address, or null for a game that is not there. */
export function serveLaunch(
  family: Member,
  { catalogue, launch }: Settings,
  request: RawRequest,
  nowMs: number,
  open: (order: LaunchOrder) => string | null,
): RawResponse {
  const asked = believed(request, family.signatureHeader, launch.private_key);
  if (asked.kind === 'refused') return asked.response;
  const { fields: f } = asked;
  const currency = f.text('currency');
  const isDemo = currency === family.demoCurrency;
  const token = isDemo ? null : f.id('token');
  const issuedAt = Math.floor(nowMs / 1_000);
  const order: LaunchOrder = {
    // the session of a demo is nobody's; the signature makes every launch another one
    session: token ?? `demo-${request.headers[family.signatureHeader]?.slice(0, 32) ?? ''}`,
    game: f.id(catalogue.games_by),
    mode: isDemo ? 'demo' : 'real',
    player: isDemo ? null : f.id('user'),
    currency: isDemo ? null : currency,
    lang: f.optional('lang', f.text),
    country: f.optional('country', f.text),
    ip: f.optional('ip', f.text),
    platform: f.optional('platform', f.text) === PLATFORMS.mobile ? 'mobile' : 'desktop',
    jurisdiction: null,
    region: null,
    returnUrl: f.optional('lobby_url', (name) => f.text(name, MAX_URL)),
    nonce: `${token ?? 'demo'}-${nowMs}`,
    issuedAt,
    expiresAt: issuedAt + 600,
  };
  if (f.id('operator_id') !== String(launch.operator_id)) return refuse(404, 'Operator not found');
  if (f.problem !== null) return refuse(400, `Invalid ${f.problem.field}`);
  const url = open(order);
  return url === null ? refuse(404, 'Game not found') : respond(200, { url });
}
