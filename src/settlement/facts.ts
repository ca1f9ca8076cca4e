/**
 * What is known of one round, as facts: what the aggregator asserted, by source, and what the book has. A round's view is a
 * function of the set of these and of nothing else: not of the order they came in, nor of how often. Amounts of the aggregator
 * are decimals as said; amounts of the book are those of its rows, in the currency's units.
 */
import type { AssertedTransaction, SettlementSummary } from '../dialects/dialect.ts';
import type { Decimal, RateLock } from '../money/index.ts';
import type { RoundState, TransactionKind, TransactionState } from '../wallet/index.ts';

/** Where an assertion comes from. Which of them are independent of each other is said in rules.ts. */
export type Source = 'webhook' | 'transactions' | 'report' | 'timed_out';
export const CLAIM_SOURCES = ['transactions', 'report', 'timed_out'] as const satisfies readonly Source[];
export type ClaimSource = (typeof CLAIM_SOURCES)[number];

/** One settlement event, stored once however often it was delivered. */
export interface SummaryFact {
  /** the event's id, or the hash of its body where it has none */
  readonly key: string;
  readonly receivedAtMs: number;
  readonly summary: SettlementSummary;
}

/** One transaction as a list or report asserts it. */
export interface ClaimFact {
  readonly source: ClaimSource;
  /** 0 where the source has none */
  readonly version: number;
  readonly transaction: AssertedTransaction;
  readonly currency: string | null;
  readonly occurredAtMs: number | null;
  readonly receivedAtMs: number;
  /** which list it was in, for people: the name of a file, the window of a query */
  readonly origin: string;
}

/** A row of the book. */
export interface BookedFact {
  readonly kind: TransactionKind;
  readonly id: string;
  readonly player: string;
  readonly round: string | null;
  readonly idScope: string;
  readonly state: TransactionState;
  readonly refusal: string | null;
  readonly flavour: string;
  /** null on a tombstone, and on a rollback of everything */
  readonly amount: Decimal | null;
  readonly reversedAmount: Decimal;
  /** wallet units moved, and how many of them were returned */
  readonly units: bigint;
  readonly reversedUnits: bigint;
  readonly currency: string | null;
  readonly reference: string | null;
  readonly game: string | null;
  readonly session: string | null;
  readonly flags: readonly string[];
  readonly createdAtMs: number;
}

/** The book's own row of the round. */
export interface LedgerRoundFact {
  readonly state: RoundState;
  readonly currency: string;
  /** digits of one minor unit of the wallet */
  readonly scale: number;
  readonly game: string | null;
  /** the rate it was played at; null: it was played in the wallet's own currency */
  readonly lock: RateLock | null;
  readonly betsStanding: number;
  /** wallet units */
  readonly staked: bigint;
  readonly returned: bigint;
  readonly paid: bigint;
  readonly openedAtMs: number;
  readonly changedAtMs: number;
}

/** An id of a booked transaction that a callback used again for other facts, and was refused for. */
export interface ConflictFact {
  readonly id: string;
  /** whom that call named */
  readonly player: string;
  readonly sinceMs: number;
}

/** What a resolution did: `credit` > 0 went to the player by an entry of its own, < 0 was taken. */
export interface CorrectionFact {
  readonly transactionKind: FindingTransaction;
  readonly transactionId: string;
  readonly credit: Decimal;
}

export type FindingTransaction = '' | 'bet' | 'win' | 'rollback';

/** Names a round across sources; player '' while nobody knows whose it is. */
export interface RoundKey {
  readonly aggregator: string;
  readonly player: string;
  readonly round: string;
}

/**
 * The round of an assertion that names none, of a transaction that nobody has booked yet: one of its own, so that what is known of
 * strangers never comes together. It moves to its round when the transaction is booked.
 */
export function looseRound({ kind, id }: Pick<AssertedTransaction, 'kind' | 'id'>): string {
  return `transaction ${kind} ${id}`;
}

export interface Facts {
  readonly key: RoundKey;
  readonly summaries: readonly SummaryFact[];
  /** events that carry an id of `summaries` and speak of another round: one of the two is not what it says */
  readonly strays: readonly SummaryFact[];
  readonly claims: readonly ClaimFact[];
  readonly booked: readonly BookedFact[];
  /** rows of the book under asserted ids that belong to another player or round */
  readonly elsewhere: readonly BookedFact[];
  readonly ledgerRound: LedgerRoundFact | null;
  /** what callbacks were refused for; the book has no rows of it */
  readonly conflicts: readonly ConflictFact[];
  readonly corrections: readonly CorrectionFact[];
  /** findings a person accepted as they are, as `findingVersion` names them */
  readonly accepted: ReadonlySet<string>;
  /** scales of the configured currencies, for what the book cannot tell */
  readonly scaleOf: (currency: string) => number | null;
  /** a session of the round was a demo: nothing of it is money (SET-17) */
  readonly demo: boolean;
}
