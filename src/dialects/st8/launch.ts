/** Launches, both ends: `POST /launch` of their API, signed with our key. The token is our session, and comes back in callbacks. */
import { isProblem } from '../../money/index.ts';
import { errandProblem, fields, isJsonObject, readJson, writeJson } from '../../wire/index.ts';
import type { Errand, ErrandProblem, ErrandResponse, VerifyingKey, Writable } from '../../wire/index.ts';
import type { LaunchOrder, RawRequest, RawResponse } from '../dialect.ts';
import { threeLetters, twoLetters } from './languages.ts';
import type { St8Settings } from './settings.ts';
import { st8Sign, verifySt8 } from './signature.ts';

export const API = '/api/operator/v1';

type LaunchSettings = St8Settings['launch'];

export function launchErrand(settings: LaunchSettings, order: LaunchOrder): Errand<string> {
  const body = writeJson(bodyOf(settings, order));
  return {
    kind: 'launch',
    request: {
      method: 'POST',
      url: `${settings.url}${API}/launch`,
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        ...st8Sign(settings.private_key, body),
      },
      body,
    },
    timeoutMs: 5_000,
    retries: 1,
    read: readAnswer,
  };
}

function bodyOf(settings: LaunchSettings, order: LaunchOrder): Readonly<Record<string, Writable>> {
  const isReal = order.mode === 'real';
  return {
    game_code: order.game,
    currency: order.currency ?? settings.demo_currency,
    site: {
      id: settings.site,
      lobby: order.returnUrl ?? settings.lobby_url ?? null,
      deposit: settings.deposit_url ?? null,
    },
    token: order.session,
    player: order.player,
    country: order.country,
    lang: order.lang === null ? null : threeLetters(order.lang),
    device: order.platform === null ? null : order.platform === 'mobile' ? 'MOBILE' : 'DESKTOP',
    fun_mode: !isReal,
    player_profile: isReal ? profileOf(settings.profile, order) : null,
  };
}

function profileOf(given: LaunchSettings['profile'], order: LaunchOrder): Readonly<Record<string, Writable>> {
  return {
    id: order.player,
    jurisdiction: order.jurisdiction ?? given.jurisdiction,
    default_currency: order.currency,
    reg_country: order.country ?? given.reg_country ?? null,
    affiliate: given.affiliate ?? null,
    bet_limits: given.bet_limits,
    birth_date: given.birth_date ?? null,
    // when the player came to the house is told when they ask for the profile
    reg_date: null,
    attributes: { labels: given.labels },
  };
}

function readAnswer({ status, body }: ErrandResponse): string | ErrandProblem {
  if (status < 200 || status > 299) {
    const reason = status >= 500 || status === 429 ? 'unavailable' : 'refused';
    return errandProblem(reason, `launch: the aggregator answered ${status}`, status);
  }
  const json = readJson(body);
  if (isProblem(json) || !isJsonObject(json))
    return errandProblem('unreadable', 'launch: the answer is no JSON object', status);
  const f = fields(json);
  if (f.optional('status', f.text) === 'error')
    return errandProblem('refused', 'launch: the aggregator says error', status);
  const url = f.text('game_url', 4_000);
  return f.problem === null && url !== ''
    ? url
    : errandProblem('unreadable', 'launch: the answer has no game_url', status);
}

/** The aggregator's end. */
export function serveLaunch(
  keys: readonly VerifyingKey[],
  request: RawRequest,
  open: (order: LaunchOrder) => string | null,
): RawResponse {
  if (verifySt8(keys, request).kind !== 'genuine') return answer(401, { status: 'error' });
  const order = orderOf(request);
  if (order === null) return answer(400, { status: 'error' });
  const url = open(order);
  return url === null ? answer(404, { status: 'error' }) : answer(200, { game_url: url, token: order.session });
}

function orderOf({ body, arrivedAtMs }: RawRequest): LaunchOrder | null {
  const json = readJson(body);
  if (isProblem(json) || !isJsonObject(json)) return null;
  const f = fields(json);
  const site = f.object('site');
  const isDemo = f.optional('fun_mode', f.boolean) ?? false;
  const lang = f.optional('lang', f.id);
  const device = f.optional('device', (name) => f.oneOf(name, ['DESKTOP', 'MOBILE']));
  const issuedAt = Math.floor(arrivedAtMs / 1_000);
  const session = f.id('token');
  site.id('id');
  const order: LaunchOrder = {
    session,
    game: f.id('game_code'),
    mode: isDemo ? 'demo' : 'real',
    player: isDemo ? null : f.id('player'),
    currency: isDemo ? null : f.id('currency'),
    lang: lang === null ? null : twoLetters(lang),
    country: f.optional('country', f.id),
    ip: null,
    platform: device === null ? null : device === 'MOBILE' ? 'mobile' : 'desktop',
    jurisdiction: null,
    region: null,
    returnUrl: site.optional('lobby', site.text),
    nonce: `${session}-${arrivedAtMs}`,
    issuedAt,
    expiresAt: issuedAt + 60,
  };
  return f.problem === null ? order : null;
}

export function answer(status: number, body: Readonly<Record<string, Writable>>): RawResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: writeJson(body) };
}
