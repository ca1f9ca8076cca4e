/** A judgement in the making: what one source says, the book it is held against, and what was found so far. */
import { subtractDecimals, ZERO_DECIMAL } from '../money/index.ts';
import type { Decimal } from '../money/index.ts';
import type { AssertedTransaction } from '../dialects/dialect.ts';
import { atScale, magnitude } from './amounts.ts';
import type { BookIndex } from './book-index.ts';
import type { Facts, FindingTransaction, Source } from './facts.ts';
import type { Evidence, Finding } from './findings.ts';
import type { DiscrepancyKind } from './kinds.ts';

export interface Assertion {
  readonly transaction: AssertedTransaction;
  readonly currency: string | null;
  readonly evidence: Evidence;
}

/** What one source says of the round, of all it said the part that stands. */
export interface Opinion {
  readonly source: Source;
  readonly assertions: readonly Assertion[];
  /** what is not in the list did not happen, says the source */
  readonly whole: boolean;
  /** compared only where the list does not tell it all */
  readonly totals: { readonly bet: Decimal; readonly win: Decimal; readonly refund: Decimal } | null;
  readonly currency: string | null;
  /** speaks for what is missing, and for totals */
  readonly evidence: Evidence;
}

export interface Bench {
  readonly opinion: Opinion;
  readonly book: BookIndex;
  readonly facts: Facts;
  readonly findings: Finding[];
  readonly agreed: Set<string>;
  readonly notes: Set<string>;
}

/** Adds a finding about money: `claimed` and `booked` as what the player paid (bets) or has (wins, refunds). */
export function find(
  bench: Bench,
  kind: DiscrepancyKind,
  about: { kind: FindingTransaction; id: string; claimed: Decimal | null; booked: Decimal | null; evidence?: Evidence },
  detail: string,
  contested = false,
): void {
  const { claimed, booked } = about;
  const difference = subtractDecimals(claimed ?? ZERO_DECIMAL, booked ?? ZERO_DECIMAL);
  const playersGain = about.kind === 'bet' ? -difference.unscaled : difference.unscaled;
  bench.findings.push({
    kind,
    transactionKind: about.kind,
    transactionId: about.id,
    currency: bench.book.currency ?? bench.opinion.currency,
    claimed,
    booked,
    amount: magnitude(difference),
    favour: playersGain > 0n ? 'player' : playersGain < 0n ? 'house' : 'nobody',
    detail,
    evidence: [about.evidence ?? bench.opinion.evidence],
    contested,
  });
}

/** The amount at the book's scale; that it had more digits is noted. */
export function read(bench: Bench, amount: Decimal | null): Decimal {
  if (amount === null) return ZERO_DECIMAL;
  const { scale } = bench.book;
  const at = scale === null ? { amount, rounded: false } : atScale(amount, scale);
  if (at.rounded) bench.notes.add('PRECISION');
  return at.amount;
}
