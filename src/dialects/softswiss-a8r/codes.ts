/** The protocol's numbers for refusals: a total map, so that a forgotten refusal does not compile, and what their numbers can mean. */
import { REFUSALS } from '../../wallet/outcome.ts';
import type { Refusal } from '../../wallet/outcome.ts';
import type { Meaning } from '../dialect.ts';

export const BAD_REQUEST = 400;
export const FORBIDDEN = 403;
export const EXISTS = 409;
export const UNKNOWN = 500;

export const CODES: Record<Refusal, number> = {
  insufficient_funds: 100,
  unknown_player: 101,
  player_blocked: 110,
  // the aggregator learns that the player may not play, not why
  player_excluded: 110,
  limit_reached: 106,
  // no session is named by callbacks, so these two are said only of a player we do not let play
  session_invalid: 101,
  session_expired: 101,
  wrong_currency: 154,
  // the same id with other facts, or in a state that they contradict
  conflict: EXISTS,
  reversed: EXISTS,
  already_settled: EXISTS,
  // their table has no number of its own for these
  unknown_game: BAD_REQUEST,
  not_found: BAD_REQUEST,
  parent_failed: BAD_REQUEST,
  round_closed: BAD_REQUEST,
  below_minimum: BAD_REQUEST,
};

/** What an answer's number can mean. */
export function meaningsOf(code: string): readonly Meaning[] {
  if (code === String(FORBIDDEN)) return ['unauthenticated'];
  const refusals: readonly Meaning[] = REFUSALS.filter((refusal) => String(CODES[refusal]) === code);
  return code === String(BAD_REQUEST) ? [...refusals, 'bad_request'] : refusals;
}
