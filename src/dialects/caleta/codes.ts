/** Caleta's statuses beyond the family's, and what each status makes it do. */
import type { Meaning, Reaction, ReactingCall, Reactions } from '../dialect.ts';

export const CALETA_LIMIT = 'RS_ERROR_BET_LIMIT_EXCEEDED';
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
