/**
 * How the generic dialect words refusals: a total map, so that a forgotten refusal does not compile. The status is the knob
 * `http.reject`, the same for all: whoever must tell refusals apart reads the code.
 */
import { REFUSALS } from '../../wallet/outcome.ts';
import type { Refusal } from '../../wallet/outcome.ts';
import type { Meaning } from '../dialect.ts';

export type GenericCode =
  | 'insufficient_funds'
  | 'unknown_player'
  | 'player_blocked'
  | 'limit_reached'
  | 'session_invalid'
  | 'session_expired'
  | 'unknown_game'
  | 'wrong_currency'
  | 'round_closed'
  | 'not_found'
  | 'conflict'
  | 'reversed'
  | 'already_settled'
  | 'below_minimum';

export const CODES: Record<Refusal, GenericCode> = {
  insufficient_funds: 'insufficient_funds',
  unknown_player: 'unknown_player',
  player_blocked: 'player_blocked',
  // the aggregator learns that the player may not play, not why
  player_excluded: 'player_blocked',
  limit_reached: 'limit_reached',
  session_invalid: 'session_invalid',
  session_expired: 'session_expired',
  unknown_game: 'unknown_game',
  wrong_currency: 'wrong_currency',
  round_closed: 'round_closed',
  not_found: 'not_found',
  conflict: 'conflict',
  reversed: 'reversed',
  already_settled: 'already_settled',
  below_minimum: 'below_minimum',
  // what it refers to moved no money, so for the aggregator there is nothing to refer to
  parent_failed: 'not_found',
};

/** What an answer's code can mean. */
export function meaningsOf(code: string): readonly Meaning[] {
  if (code === 'bad_signature' || code === 'forbidden') return ['unauthenticated'];
  if (code === 'bad_request') return ['bad_request'];
  return REFUSALS.filter((refusal) => CODES[refusal] === code);
}
