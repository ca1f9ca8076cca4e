/**
 * What one operation comes to, before the call's answer is put together. Refusals carry their sentence here, in one
 * total table, so that no refusal can be forgotten.
 */
import type { Transaction } from './book.ts';
import type { Refusal } from './outcome.ts';
import type { Scratch } from './scratch.ts';

export type OperationAnswer =
  | { readonly kind: 'applied'; readonly row: Transaction | null; readonly duplicate: boolean }
  | {
      readonly kind: 'refused';
      readonly refusal: Refusal;
      readonly field: string | null;
      readonly duplicate: boolean;
      /** the refused transaction's row; null when none may be written (unknown player, another player's id, a close) */
      readonly row: Transaction | null;
      /** zero-money rows that stay even when the call around them is refused: the refusal itself and its tombstones */
      readonly keep: readonly Transaction[];
      /** what else follows from the refusal, done on the scratch that is kept: waiting wins settled, a round remembered as undone */
      readonly aftermath: ((scratch: Scratch) => void) | null;
    }
  | { readonly kind: 'parked'; readonly deadlineMs: number }
  | { readonly kind: 'unpriced' };

const SENTENCES: Record<Refusal, string> = {
  insufficient_funds: 'The balance does not cover the stake.',
  unknown_player: 'There is no such player.',
  player_blocked: 'The player is blocked or closed.',
  player_excluded: 'The player is self-excluded.',
  limit_reached: 'The stake would pass a limit of the player.',
  session_invalid: 'The session is unknown, a demo, or belongs to somebody else.',
  session_expired: 'The session has expired; bets need a new launch.',
  unknown_game: 'The game is in no catalogue and the session was not launched for it.',
  wrong_currency: 'The currency is not the one of the wallet, session or bet.',
  round_closed: 'The round is closed.',
  not_found: 'The transaction it refers to is not known.',
  conflict: 'This transaction id was used before with other facts.',
  reversed: 'The transaction was rolled back.',
  already_settled: 'The bet is settled or returned already.',
  below_minimum: 'The amount is below the minimum.',
  parent_failed: 'The transaction it refers to was refused.',
};

/** Marks a bet that was refused because its round could lock no rate, so that a repeat is told the same. */
export const NO_RATE = 'no_rate';
const NO_RATE_SENTENCE = 'Temporarily unavailable: there is no current exchange rate to open a round by.';

/** The plain sentence of a refusal, with the differing field for a conflict. */
export function sentence(refusal: Refusal, field: string | null, row: Transaction | null): string {
  if (row?.flags.includes(NO_RATE) === true) return NO_RATE_SENTENCE;
  return field === null ? SENTENCES[refusal] : `${SENTENCES[refusal]} What differs: ${field}.`;
}

export function refused(
  refusal: Refusal,
  row: Transaction | null,
  extra: {
    field?: string | null;
    duplicate?: boolean;
    keep?: readonly Transaction[];
    aftermath?: (scratch: Scratch) => void;
  } = {},
): OperationAnswer {
  return {
    kind: 'refused',
    refusal,
    field: extra.field ?? null,
    duplicate: extra.duplicate ?? false,
    row,
    keep: extra.keep ?? (row === null ? [] : [row]),
    aftermath: extra.aftermath ?? null,
  };
}
