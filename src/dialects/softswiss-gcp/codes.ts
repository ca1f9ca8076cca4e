/** The protocol's numbers for refusals: a total map, so that a forgotten refusal does not compile, and what their numbers can mean. */
import { REFUSALS } from '../../wallet/outcome.ts';
import type { Refusal } from '../../wallet/outcome.ts';
import type { Meaning } from '../dialect.ts';

export const BAD_REQUEST = 400;
export const FORBIDDEN = 403;
export const UNAVAILABLE = 503;

export const CODES: Record<Refusal, number> = {
  insufficient_funds: 100,
  unknown_player: 101,
  player_blocked: 110,
  // the aggregator learns that the player may not play, not why
  player_excluded: 110,
  limit_reached: 105,
  // no session is named by callbacks, so these two are said only of a player we do not let play
  session_invalid: 101,
  session_expired: 101,
  unknown_game: 405,
  wrong_currency: 154,
  not_found: 404,
  parent_failed: 404,
  // for what contradicts what is booked their table has no number but this one
  round_closed: BAD_REQUEST,
  conflict: BAD_REQUEST,
  reversed: BAD_REQUEST,
  already_settled: BAD_REQUEST,
  below_minimum: BAD_REQUEST,
};

/** Their numbers that say "we do not know", whatever the HTTP status. */
export const UNCERTAIN_CODES: ReadonlySet<number> = new Set([500, 502, UNAVAILABLE, 504]);

/** Numbers of their table that we never send, and other operators do. */
const OTHERS: Readonly<Record<number, readonly Meaning[]>> = {
  106: ['limit_reached'],
  107: ['unknown_game'],
  153: ['unknown_game'],
  700: ['unknown_game'],
};

/** What an answer's number can mean. */
export function meaningsOf(code: number): readonly Meaning[] {
  if (code === FORBIDDEN) return ['unauthenticated'];
  const refusals: readonly Meaning[] = REFUSALS.filter((refusal) => CODES[refusal] === code);
  return [...refusals, ...(code === BAD_REQUEST ? (['bad_request'] as const) : []), ...(OTHERS[code] ?? [])];
}
