/** How the family hears refusals: a total map, so that a forgotten refusal does not compile. Members differ in two words. */
import type { Refusal } from '../../wallet/outcome.ts';

export interface MemberWords {
  /** a limit stops a bet */
  readonly limit: string;
  /** the transaction, or the one it names, was rolled back */
  readonly rolledBack: string;
}

export const codesOf = ({ limit, rolledBack }: MemberWords): Record<Refusal, string> => ({
  insufficient_funds: 'RS_ERROR_NOT_ENOUGH_MONEY',
  // there is no word for it, and a token of a player who is not there is nobody's
  unknown_player: 'RS_ERROR_INVALID_TOKEN',
  player_blocked: 'RS_ERROR_USER_DISABLED',
  // they learn that the player may not play, not why
  player_excluded: 'RS_ERROR_USER_DISABLED',
  limit_reached: limit,
  session_invalid: 'RS_ERROR_INVALID_TOKEN',
  session_expired: 'RS_ERROR_TOKEN_EXPIRED',
  unknown_game: 'RS_ERROR_INVALID_GAME',
  wrong_currency: 'RS_ERROR_WRONG_CURRENCY',
  // no word of its own: the bet is rolled back, which changes nothing
  round_closed: 'RS_ERROR_UNKNOWN',
  not_found: 'RS_ERROR_TRANSACTION_DOES_NOT_EXIST',
  conflict: 'RS_ERROR_DUPLICATE_TRANSACTION',
  reversed: rolledBack,
  // a definite word, so that the rollback of what is settled is not asked for again and again
  already_settled: 'RS_ERROR_DUPLICATE_TRANSACTION',
  below_minimum: limit,
  // what it refers to moved no money, so for them there is nothing to refer to
  parent_failed: 'RS_ERROR_TRANSACTION_DOES_NOT_EXIST',
});
