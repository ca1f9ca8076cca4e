/** How Caleta hears refusals: a total map, so that a forgotten refusal does not compile; and what each status makes it do. */
import type { Refusal } from '../../wallet/outcome.ts';
import type { Meaning, Reaction, ReactingCall, Reactions } from '../dialect.ts';

export const CALETA_CODES: Record<Refusal, string> = {
  insufficient_funds: 'RS_ERROR_NOT_ENOUGH_MONEY',
  // there is no word for it, and a token of a player who is not there is nobody's
  unknown_player: 'RS_ERROR_INVALID_TOKEN',
  player_blocked: 'RS_ERROR_USER_DISABLED',
  // they learn that the player may not play, not why
  player_excluded: 'RS_ERROR_USER_DISABLED',
  limit_reached: 'RS_ERROR_BET_LIMIT_EXCEEDED',
  session_invalid: 'RS_ERROR_INVALID_TOKEN',
  session_expired: 'RS_ERROR_TOKEN_EXPIRED',
  unknown_game: 'RS_ERROR_INVALID_GAME',
  wrong_currency: 'RS_ERROR_WRONG_CURRENCY',
  // no word of its own: the bet is rolled back, which changes nothing
  round_closed: 'RS_ERROR_UNKNOWN',
  not_found: 'RS_ERROR_TRANSACTION_DOES_NOT_EXIST',
  conflict: 'RS_ERROR_DUPLICATE_TRANSACTION',
  reversed: 'RS_ERROR_TRANSACTION_ROLLED_BACK',
  // a word that ends a rollback, where any other would have it repeated for ever
  already_settled: 'RS_ERROR_DUPLICATE_TRANSACTION',
  below_minimum: 'RS_ERROR_BET_LIMIT_EXCEEDED',
  // what it refers to moved no money, so for them there is nothing to refer to
  parent_failed: 'RS_ERROR_TRANSACTION_DOES_NOT_EXIST',
};

/** There is no word for an address that is not allowed. */
export const CALETA_FORBIDDEN = 'RS_ERROR_INVALID_SIGNATURE';

/** Every word of its table that is a refusal has a meaning of ours. */
export const CALETA_FURTHER: ReadonlyMap<string, readonly Meaning[]> = new Map();

const final = (...statuses: readonly string[]): Readonly<Record<string, Reaction>> =>
  Object.fromEntries(statuses.map((status) => [`RS_ERROR_${status}`, 'final']));

/** Row by row of its table: these end the matter, anything else is rolled back (bets) or asked again (what is owed). */
export const CALETA_REACTIONS: Readonly<Record<ReactingCall, Reactions>> = {
  question: { codes: {}, otherwise: 'final', tries: 1 },
  bet: {
    codes: final(
      'INVALID_TOKEN',
      'INVALID_GAME',
      'WRONG_CURRENCY',
      'NOT_ENOUGH_MONEY',
      'USER_DISABLED',
      'INVALID_SIGNATURE',
      'WRONG_SYNTAX',
      'WRONG_TYPES',
      'DUPLICATE_TRANSACTION',
      'BET_LIMIT_EXCEEDED',
    ),
    otherwise: 'rollback',
    tries: 3,
  },
  win: {
    codes: final(
      'INVALID_TOKEN',
      'INVALID_GAME',
      'USER_DISABLED',
      'WRONG_CURRENCY',
      'DUPLICATE_TRANSACTION',
      'TRANSACTION_DOES_NOT_EXIST',
      'TRANSACTION_ROLLED_BACK',
    ),
    otherwise: 'retry',
    tries: 3,
  },
  rollback: {
    codes: final(
      'INVALID_TOKEN',
      'INVALID_GAME',
      'WRONG_CURRENCY',
      'USER_DISABLED',
      'INVALID_SIGNATURE',
      'DUPLICATE_TRANSACTION',
      'TRANSACTION_DOES_NOT_EXIST',
      'TRANSACTION_ROLLED_BACK',
    ),
    otherwise: 'retry',
    tries: 3,
  },
};
