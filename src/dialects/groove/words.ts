/** Groove's operations, and the ids under which the house books them; both halves read the same tables. */

export const REQUESTS = [
  'getaccount',
  'getbalance',
  'wager',
  'result',
  'wagerandresult',
  'rollback',
  'jackpot',
  'reversewin',
  'rollbackrollback',
] as const;
export type GrooveRequest = (typeof REQUESTS)[number];

/** As they are spelled on the wire. */
export const SPELLED: Record<GrooveRequest, string> = {
  getaccount: 'getaccount',
  getbalance: 'getbalance',
  wager: 'wager',
  result: 'result',
  wagerandresult: 'wagerAndResult',
  rollback: 'rollback',
  jackpot: 'jackpot',
  reversewin: 'reversewin',
  rollbackrollback: 'rollbackrollback',
};

/** What only asks, or begins something: nothing else may be told that a session is over. */
export const NEEDS_SESSION: ReadonlySet<GrooveRequest> = new Set([
  'getaccount',
  'getbalance',
  'wager',
  'wagerandresult',
]);

export const UNDOES: ReadonlySet<GrooveRequest> = new Set(['rollback', 'reversewin', 'rollbackrollback']);

export const API_VERSION = '1.2';

/**
 * One transaction id is used for a wager, its rollback, its result and what undoes those. A rollback is booked under its wager's id;
 * the other undoings are of the same kind in the book, so each has its word behind it.
 */
export const undoingId = (request: 'reversewin' | 'rollbackrollback', id: string): string => `${id}:${request}`;

/** The session as Groove sends it back: the operator's id, a low line, and ours. */
export const sessionText = (operator: string, session: string): string => `${operator}_${session}`;

export const ourSession = (operator: string, text: string): string =>
  text.startsWith(`${operator}_`) && text.length > operator.length + 1 ? text.slice(operator.length + 1) : text;
