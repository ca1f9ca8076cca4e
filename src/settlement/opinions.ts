/** What each source has to say about a round: of its summaries and lists the part that stands. Pure. */
import { addDecimals } from '../money/index.ts';
import type { Decimal } from '../money/index.ts';
import type { AssertedTransaction, SettlementSummary } from '../dialects/dialect.ts';
import { atScale, isSame, sum } from './amounts.ts';
import type { Opinion } from './bench.ts';
import type { ClaimFact, Source, SummaryFact } from './facts.ts';

/** The standing summary as an opinion. Its list is whole only if it is final, without error, and adds up to its own totals. */
export function opinionOfSummary(fact: SummaryFact, scale: number | null): Opinion {
  const { summary, key, receivedAtMs } = fact;
  const evidence = { source: 'webhook', reference: key, sinceMs: receivedAtMs } as const;
  const settled = summary.final && summary.complete;
  const told = summary.transactions !== null && (summary.totals === null || addsUp(summary, scale));
  return {
    source: 'webhook',
    assertions: (summary.transactions ?? []).map((transaction) => ({
      transaction,
      currency: summary.currency,
      evidence,
    })),
    whole: settled && told,
    totals: settled && !told ? summary.totals : null,
    currency: summary.currency,
    evidence,
  };
}

/** Totals may count stakes that were returned on both sides, or on neither. */
function addsUp({ totals, transactions }: SettlementSummary, scale: number | null): boolean {
  if (totals === null || transactions === null) return false;
  const of = (take: (entry: AssertedTransaction) => boolean): Decimal =>
    sum(transactions.filter(take).map((entry) => entry.amount ?? { unscaled: 0n, scale: 0 }));
  const same = (a: Decimal, b: Decimal): boolean =>
    scale === null ? isSame(a, b) : isSame(atScale(a, scale).amount, atScale(b, scale).amount);
  if (
    !same(
      totals.win,
      of((entry) => entry.kind === 'win' && entry.status === 'ok'),
    )
  )
    return false;
  const played = of((entry) => entry.kind === 'bet' && entry.status === 'ok' && !entry.free);
  const undone = of((entry) => entry.kind === 'bet' && entry.status === 'rolled_back' && !entry.free);
  const returned = of((entry) => entry.kind === 'rollback' && entry.status === 'ok');
  if (transactions.some((entry) => entry.kind === 'rollback' && entry.amount === null)) return same(totals.bet, played);
  return (
    (same(totals.bet, played) && same(totals.refund, returned)) ||
    (same(totals.bet, addDecimals(played, undone)) && same(totals.refund, addDecimals(returned, undone)))
  );
}

/** The standing claims of one source. Such a list says nothing about what is not in it. */
export function opinionOfClaims(source: Source, claims: readonly ClaimFact[]): Opinion {
  const [first] = claims;
  return {
    source,
    assertions: claims.map((claim) => ({
      transaction: claim.transaction,
      currency: claim.currency,
      evidence: { source, reference: claim.origin, sinceMs: claim.receivedAtMs },
    })),
    whole: false,
    totals: null,
    currency: null,
    evidence: { source, reference: first?.origin ?? '', sinceMs: first?.receivedAtMs ?? 0 },
  };
}
