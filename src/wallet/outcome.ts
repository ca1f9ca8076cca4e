/**
 * What the wallet answers. Three classes are never confused: applied, cleanly rejected (nothing booked), uncertain
 * (an exception, or `parked`: ask again). Refusals are values; a dialect words them with a total map `Record<Refusal, …>`.
 */
import type { ExternalId, TransactionId } from './ids.ts';

/** Every reason the world may say no. Sticky: written with the transaction and answered again. */
export const REFUSALS = [
  'insufficient_funds',
  'unknown_player',
  'player_blocked',
  'player_excluded',
  'limit_reached',
  'session_invalid',
  'session_expired',
  'unknown_game',
  'wrong_currency',
  'round_closed',
  'not_found',
  'conflict',
  'reversed',
  'already_settled',
  'below_minimum',
  'parent_failed',
] as const;
export type Refusal = (typeof REFUSALS)[number];

/** Exact money with what is needed to print it. `units` are minor units at `scale`. */
export interface Money {
  readonly units: bigint;
  readonly scale: number;
  readonly currency: string;
}

export interface OperationResult {
  /** our transaction id; null for a close, which books nothing */
  readonly id: TransactionId | null;
  readonly externalId: ExternalId | null;
  readonly duplicate: boolean;
  /** our id of the transaction a rollback names, be it only its tombstone; null for all else, and for a whole round */
  readonly target: TransactionId | null;
  /** false: answered as done though nothing was there to do: the undoing of something unknown, or what came after its undoing */
  readonly effective: boolean;
}

export interface Applied {
  readonly kind: 'applied';
  /** true when every operation had been applied before */
  readonly duplicate: boolean;
  readonly results: readonly OperationResult[];
  readonly balance: Money;
}

export interface Rejected {
  readonly kind: 'rejected';
  readonly refusal: Refusal;
  /** the fact that differs, for `conflict` */
  readonly field: string | null;
  /** one plain sentence for the person who reads the log or the answer; never a secret, never another player's data */
  readonly message: string;
  /** the refusal had been given before for the same transaction */
  readonly duplicate: boolean;
  /** our id of the refused transaction, where it was written */
  readonly id: TransactionId | null;
  /** null when there is no wallet to read */
  readonly balance: Money | null;
}

/** A win that waits for its bet (knob `win.withoutBet: park`): answered as uncertain so that it is retried. */
export interface Parked {
  readonly kind: 'parked';
  readonly deadlineMs: number;
}

/** Only for requests marked `onlyKnown`: at least one transaction is new here, so the stale request is not trusted (SIG-33). */
export interface Stale {
  readonly kind: 'stale';
}

/** Money is owed by a rate that nobody knows yet: nothing is written, and it is answered as uncertain so that it is asked again. */
export interface Unpriced {
  readonly kind: 'unpriced';
}

export type Outcome = Applied | Rejected | Parked | Stale | Unpriced;

/** Something a person should hear about. Money was handled correctly; the aggregator, or somebody, was not. */
export interface Alert {
  readonly kind:
    | 'conflict'
    | 'foreign_player'
    | 'foreign_session'
    | 'demo_session'
    | 'late_bet_on_tombstone'
    | 'win_after_rollback'
    | 'win_without_bet'
    | 'win_of_rejected_bet'
    | 'late_win'
    | 'reopened'
    | 'review'
    | 'receivable'
    | 'free_round_ungranted';
  readonly externalId: string;
  readonly message: string;
}
