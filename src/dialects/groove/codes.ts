/**
 * Groove's codes. A rollback ends only with 200, 102 or 110, so whatever will never change is one of these there; "not logged on" is
 * told only where a session is needed. HTTP is always 200.
 */
import { REFUSALS } from '../../wallet/outcome.ts';
import type { Refusal } from '../../wallet/outcome.ts';
import type { Meaning } from '../dialect.ts';
import { NEEDS_SESSION, UNDOES } from './words.ts';
import type { GrooveRequest } from './words.ts';

export const STATUSES = {
  200: 'Success',
  1: 'Technical error',
  102: 'Wager not found',
  110: 'Operation not allowed',
  400: 'Transaction parameter mismatch',
  409: 'Round closed or transaction ID exists',
  1000: 'Not logged on',
  1001: 'Invalid signature',
  1003: 'Authentication failed',
  1006: 'Out of money',
  1007: 'Unknown currency',
  1008: 'Parameter required',
  1019: 'Gaming limit',
  1035: 'Account blocked',
} as const;
export type GrooveCode = keyof typeof STATUSES;

/** How a duplicate is told from the first. */
export const DUPLICATE = 'Success - duplicate request';

const CODES: Record<Refusal, GrooveCode> = {
  insufficient_funds: 1006,
  unknown_player: 110,
  player_blocked: 1035,
  player_excluded: 1035,
  limit_reached: 1019,
  session_invalid: 1000,
  session_expired: 1000,
  unknown_game: 110,
  wrong_currency: 1007,
  round_closed: 409,
  not_found: 102,
  conflict: 400,
  reversed: 110,
  already_settled: 110,
  below_minimum: 110,
  parent_failed: 102,
};

/** `request` null: nothing was understood of what was asked. */
export function codeOf(refusal: Refusal, request: GrooveRequest | null): GrooveCode {
  const code = CODES[refusal];
  // Without its session nobody can tell what a wager was played in: no answer that ends the matter.
  if (code === 1000 && request !== null && UNDOES.has(request)) return 400;
  if (code === 1000 && request !== null && !NEEDS_SESSION.has(request)) return 110;
  // A wager that does not match will not match later either.
  return request === 'rollback' && refusal === 'conflict' ? 110 : code;
}

/** What an answer's code can mean. */
export function meaningsOf(code: string): readonly Meaning[] {
  if (code === '1001' || code === '1003') return ['unauthenticated'];
  if (code === '1008') return ['bad_request'];
  const all = [null, 'rollback', 'result'] as const;
  const refusals = REFUSALS.filter((refusal) => all.some((request) => String(codeOf(refusal, request)) === code));
  return code === '110' ? [...refusals, 'bad_request'] : refusals;
}
