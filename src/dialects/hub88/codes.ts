/** How Hub88 hears refusals: a total map, so that a forgotten refusal does not compile; and what its statuses make it do. */
import type { Refusal } from '../../wallet/outcome.ts';
import type { Meaning, ReactingCall, Reactions } from '../dialect.ts';

/** What becomes of a bet or win whose undoing is known: the list of 2019 has a status of its own, today's may have lost it. */
export const ROLLED_BACK_STATUSES = [
  'RS_ERROR_TRANSACTION_ROLLED_BACK',
  'RS_ERROR_TRANSACTION_DOES_NOT_EXIST',
] as const;
export type RolledBackStatus = (typeof ROLLED_BACK_STATUSES)[number];

export const hub88Codes = (rolledBack: RolledBackStatus): Record<Refusal, string> => ({
  insufficient_funds: 'RS_ERROR_NOT_ENOUGH_MONEY',
  // there is no word for it, and a token of a player who is not there is nobody's
  unknown_player: 'RS_ERROR_INVALID_TOKEN',
  player_blocked: 'RS_ERROR_USER_DISABLED',
  // they learn that the player may not play, not why
  player_excluded: 'RS_ERROR_USER_DISABLED',
  limit_reached: 'RS_ERROR_LIMIT_REACHED',
  session_invalid: 'RS_ERROR_INVALID_TOKEN',
  session_expired: 'RS_ERROR_TOKEN_EXPIRED',
  unknown_game: 'RS_ERROR_INVALID_GAME',
  wrong_currency: 'RS_ERROR_WRONG_CURRENCY',
  // no word of its own
  round_closed: 'RS_ERROR_UNKNOWN',
  not_found: 'RS_ERROR_TRANSACTION_DOES_NOT_EXIST',
  conflict: 'RS_ERROR_DUPLICATE_TRANSACTION',
  reversed: rolledBack,
  // a definite word, so that the rollback of what is settled is not asked for five hundred times
  already_settled: 'RS_ERROR_DUPLICATE_TRANSACTION',
  below_minimum: 'RS_ERROR_LIMIT_REACHED',
  // what it refers to moved no money, so for them there is nothing to refer to
  parent_failed: 'RS_ERROR_TRANSACTION_DOES_NOT_EXIST',
});

export const HUB88_FORBIDDEN = 'RS_ERROR_INVALID_PARTNER';

/** Statuses that an operator may answer and we never do. */
export const HUB88_FURTHER: ReadonlyMap<string, readonly Meaning[]> = new Map([
  [HUB88_FORBIDDEN, ['unauthenticated']],
  ['RS_ERROR_TRANSACTION_ROLLED_BACK', ['reversed']],
]);

const OWED: Reactions = {
  codes: {
    RS_ERROR_UNKNOWN: 'retry',
    RS_ERROR_INVALID_SIGNATURE: 'retry',
    RS_ERROR_INVALID_PARTNER: 'retry',
  },
  otherwise: 'final',
  tries: 3,
};

/** Whatever is answered to a bet but these two, it is rolled back, also when it was refused. */
export const HUB88_REACTIONS: Readonly<Record<ReactingCall, Reactions>> = {
  question: { codes: {}, otherwise: 'final', tries: 1 },
  bet: {
    codes: { RS_ERROR_NOT_ENOUGH_MONEY: 'final', RS_ERROR_LIMIT_REACHED: 'final' },
    otherwise: 'rollback',
    tries: 3,
  },
  win: OWED,
  rollback: OWED,
};
