/**
 * `POST /games/init` and `/games/init-demo`, both ends: the launch is a call, signed with time and nonce, and its answer is the
 * game's address. The player's name is their id: Slotegrator needs one, and is told no more.
 */
import { errandProblem } from '../../wire/index.ts';
import type { Errand } from '../../wire/index.ts';
import type { LaunchOrder, RawResponse } from '../dialect.ts';
import { objectOf, signedRequest } from './api.ts';
import type { Merchant } from './api.ts';
import type { Parameter } from './sign.ts';
import { WINDOW_SECONDS } from './verify.ts';

export function launchErrand(merchant: Merchant, url: string, order: LaunchOrder): Errand<string> {
  const path = order.mode === 'real' ? '/games/init' : '/games/init-demo';
  const stamp = { seconds: order.issuedAt, nonce: order.nonce };
  return {
    kind: 'launch',
    request: signedRequest(merchant, { method: 'POST', url: `${url}${path}`, parameters: parametersOf(order) }, stamp),
    timeoutMs: 8_000,
    // asked again it would open the game twice, and a player who waits presses the button again anyway
    retries: 0,
    read: (response) => {
      const json = objectOf('launch', response);
      if ('kind' in json) return json;
      const address = json.get('url');
      return typeof address === 'string' && isWebAddress(address)
        ? address
        : errandProblem('unreadable', 'launch: the answer has no address of a game', response.status);
    },
  };
}

const isWebAddress = (text: string): boolean =>
  text.length <= 8_000 && /^https?:\/\//i.test(text) && URL.canParse(text);

function parametersOf(order: LaunchOrder): readonly Parameter[] {
  const { player, currency, platform, lang, returnUrl, table = null } = order;
  const given: readonly (readonly [string, string | null])[] = [
    ['game_uuid', order.game],
    ...(order.mode === 'real'
      ? ([
          ['player_id', player],
          ['player_name', player],
          ['currency', currency],
          ['session_id', order.session],
          ['lobby_data', table],
        ] as const)
      : []),
    ['device', platform],
    ['return_url', returnUrl],
    ['language', lang],
  ];
  return given.flatMap(([name, value]) => (value === null ? [] : [{ name, value }]));
}

/** The order that a believed request asks for; null when it lacks something. */
export function orderOf(
  path: string,
  asked: ReadonlyMap<string, string>,
  stamped: { readonly seconds: number; readonly nonce: string },
): LaunchOrder | null {
  const real = !path.endsWith('/init-demo');
  const text = (name: string): string | null => asked.get(name) ?? null;
  const game = text('game_uuid');
  const [player, currency, session] = [text('player_id'), text('currency'), text('session_id')];
  const device = text('device');
  if (game === null || (device !== null && device !== 'desktop' && device !== 'mobile')) return null;
  if (real && (player === null || currency === null || session === null || text('player_name') === null)) return null;
  return {
    session: real ? (session ?? '') : `demo-${stamped.nonce}`,
    game,
    mode: real ? 'real' : 'demo',
    player: real ? player : null,
    currency: real ? currency : null,
    lang: text('language'),
    country: null,
    ip: null,
    platform: device,
    jurisdiction: null,
    region: null,
    returnUrl: text('return_url'),
    table: real ? text('lobby_data') : null,
    nonce: stamped.nonce,
    issuedAt: stamped.seconds,
    expiresAt: stamped.seconds + WINDOW_SECONDS,
  };
}

export function serveLaunch(order: LaunchOrder | null, open: (order: LaunchOrder) => string | null): RawResponse {
  if (order === null) return refuse(422, 'Unprocessable entity', 'A parameter is missing or wrong.');
  const url = open(order);
  return url === null ? refuse(404, 'Not Found', 'There is no such game.') : respond(200, { url });
}

/** An error of their API. */
export const refuse = (status: number, name: string, message: string): RawResponse =>
  respond(status, { name, message, code: 0, status });

const respond = (status: number, body: object): RawResponse => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});
