/** St8's statuses for refusals: a total map, so that a forgotten refusal does not compile, and what their words can mean. */
import { REFUSALS } from '../../wallet/outcome.ts';
import type { Refusal } from '../../wallet/outcome.ts';
import type { Meaning } from '../dialect.ts';

export type St8Status =
  | 'player_locked'
  | 'session_expired'
  | 'player_not_found'
  | 'not_enough_money'
  | 'transaction_not_found'
  | 'game_disabled'
  | 'site_disabled'
  | 'spending_limit'
  | 'auth_failed'
  | 'unknown';

export const STATUSES: Record<Refusal, St8Status> = {
  insufficient_funds: 'not_enough_money',
  unknown_player: 'player_not_found',
  player_blocked: 'player_locked',
  // the aggregator learns that the player may not play, not why
  player_excluded: 'player_locked',
  limit_reached: 'spending_limit',
  session_invalid: 'session_expired',
  session_expired: 'session_expired',
  unknown_game: 'game_disabled',
  not_found: 'transaction_not_found',
  // what it refers to moved no money, so for the aggregator there is nothing to refer to
  parent_failed: 'transaction_not_found',
  // they have no words for these
  wrong_currency: 'unknown',
  round_closed: 'unknown',
  conflict: 'unknown',
  reversed: 'unknown',
  already_settled: 'unknown',
  below_minimum: 'unknown',
};

/** What an answer's status can mean. */
export function meaningsOf(status: string): readonly Meaning[] {
  if (status === 'auth_failed') return ['unauthenticated'];
  const refusals: readonly Meaning[] = REFUSALS.filter((refusal) => STATUSES[refusal] === status);
  return status === 'unknown' ? [...refusals, 'bad_request'] : refusals;
}
