/** Hub88's statuses beyond the family's, and what statuses make it do. */
import type { Meaning, ReactingCall, Reactions } from '../dialect.ts';

/** What becomes of a bet or win whose undoing is known: the list of 2019 has a status of its own, today's may have lost it. */
export const ROLLED_BACK_STATUSES = [
  'RS_ERROR_TRANSACTION_ROLLED_BACK',
  'RS_ERROR_TRANSACTION_DOES_NOT_EXIST',
] as const;
export type RolledBackStatus = (typeof ROLLED_BACK_STATUSES)[number];

export const HUB88_LIMIT = 'RS_ERROR_LIMIT_REACHED';
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
