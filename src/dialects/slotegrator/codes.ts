/** Slotegrator knows two codes: no money for a bet, and everything else. */
import { REFUSALS } from '../../wallet/outcome.ts';
import type { Refusal } from '../../wallet/outcome.ts';
import type { Meaning } from '../dialect.ts';

export type SlotegratorCode = 'INSUFFICIENT_FUNDS' | 'INTERNAL_ERROR';

export const CODES: Record<Refusal, SlotegratorCode> = {
  insufficient_funds: 'INSUFFICIENT_FUNDS',
  unknown_player: 'INTERNAL_ERROR',
  player_blocked: 'INTERNAL_ERROR',
  player_excluded: 'INTERNAL_ERROR',
  limit_reached: 'INTERNAL_ERROR',
  session_invalid: 'INTERNAL_ERROR',
  session_expired: 'INTERNAL_ERROR',
  unknown_game: 'INTERNAL_ERROR',
  wrong_currency: 'INTERNAL_ERROR',
  round_closed: 'INTERNAL_ERROR',
  not_found: 'INTERNAL_ERROR',
  conflict: 'INTERNAL_ERROR',
  reversed: 'INTERNAL_ERROR',
  already_settled: 'INTERNAL_ERROR',
  below_minimum: 'INTERNAL_ERROR',
  parent_failed: 'INTERNAL_ERROR',
};

/** What an answer's code can mean. */
export function meaningsOf(code: string): readonly Meaning[] {
  const refusals = REFUSALS.filter((refusal) => CODES[refusal] === code);
  return code === 'INTERNAL_ERROR' ? [...refusals, 'unauthenticated', 'bad_request'] : refusals;
}
