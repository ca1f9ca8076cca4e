/**
 * Which assertion of a source stands: the highest version, else the latest by the aggregator's own time. What is equal in that
 * and says something else is a conflict. Pure, and the same for every order of the facts.
 */
import { createHash } from 'node:crypto';
import type { AssertedTransaction, SettlementSummary } from '../dialects/dialect.ts';
import { formatDecimal } from '../money/index.ts';
import type { ClaimFact, SummaryFact } from './facts.ts';

export interface Standing<Fact> {
  readonly fact: Fact | null;
  /** facts of which at most one can be true */
  readonly conflicting: readonly Fact[];
}

/** Text in one order of names, so that equal content is equal text. It is made for every round judged, so it builds text and no lists. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const members = new Map(Object.entries(value));
  let text = '';
  for (const name of [...members.keys()].toSorted()) {
    const member: unknown = members.get(name);
    if (member === undefined) continue;
    text += `${text === '' ? '' : ','}${JSON.stringify(name)}:${canonical(member)}`;
  }
  return `{${text}}`;
}

export function digest(value: unknown): string {
  return createHash('sha256').update(canonical(value), 'utf8').digest('hex');
}

/** What is said of a transaction, as plain text; a rate only where one was said. */
export const transactionContent = ({ rate, amount, ...entry }: AssertedTransaction) => ({
  ...entry,
  amount: amount === null ? null : formatDecimal(amount),
  ...(rate == null ? {} : { rate: formatDecimal(rate) }),
});

/** What an event says, apart from its name, its time and the order of its list. */
export function contentOf(summary: SettlementSummary): string {
  const { round, player, version, final, complete, currency, totals, transactions } = summary;
  return canonical({
    round,
    player,
    version,
    final,
    complete,
    currency,
    totals:
      totals === null
        ? null
        : { bet: formatDecimal(totals.bet), win: formatDecimal(totals.win), refund: formatDecimal(totals.refund) },
    transactions:
      transactions === null ? null : transactions.map((entry) => canonical(transactionContent(entry))).toSorted(),
  });
}

/** The summary that stands, and those it contradicts: equal in rank, or under one id, and different in what they say. */
export function standingSummary(
  summaries: readonly SummaryFact[],
  strays: readonly SummaryFact[],
): Standing<SummaryFact> {
  const [only, ...more] = summaries;
  // Nearly every round: one word of it, which contradicts nobody.
  if (only !== undefined && more.length === 0 && strays.length === 0) return { fact: only, conflicting: [] };
  const ranked = summaries
    .map((fact) => ({ fact, content: contentOf(fact.summary) }))
    .toSorted(
      (a, b) =>
        (b.fact.summary.version ?? -1) - (a.fact.summary.version ?? -1) ||
        b.fact.summary.occurredAtMs - a.fact.summary.occurredAtMs ||
        compareText(a.content, b.content) ||
        compareText(a.fact.key, b.fact.key),
    );
  const [first] = ranked;
  if (first === undefined) return { fact: null, conflicting: [] };
  const { version, occurredAtMs } = first.fact.summary;
  const equals = ranked.filter(({ fact: { summary } }) =>
    version === null ? summary.version === null && summary.occurredAtMs === occurredAtMs : summary.version === version,
  );
  const conflicting = new Set<SummaryFact>();
  if (new Set(equals.map((each) => each.content)).size > 1) for (const { fact } of equals) conflicting.add(fact);
  const everybody = [...ranked, ...strays.map((fact) => ({ fact, content: contentOf(fact.summary) }))];
  for (const { fact, content } of ranked) {
    if (everybody.some((other) => other.fact.key === fact.key && other.content !== content)) conflicting.add(fact);
  }
  return { fact: first.fact, conflicting: [...conflicting] };
}

/** The claims of one source that stand, one a transaction, and those that contradict each other. */
export function standingClaims(claims: readonly ClaimFact[]): {
  readonly claims: readonly ClaimFact[];
  readonly conflicting: readonly ClaimFact[];
} {
  const byName = groupBy(claims, ({ transaction }) => `${transaction.kind} ${transaction.id}`);
  const standing: ClaimFact[] = [];
  const conflicting: ClaimFact[] = [];
  for (const name of [...byName.keys()].toSorted()) {
    const ranked = (byName.get(name) ?? [])
      .map((fact) => ({
        fact,
        content: canonical({ ...transactionContent(fact.transaction), currency: fact.currency }),
      }))
      .toSorted(
        (a, b) =>
          b.fact.version - a.fact.version ||
          (b.fact.occurredAtMs ?? 0) - (a.fact.occurredAtMs ?? 0) ||
          compareText(a.content, b.content),
      );
    const [first] = ranked;
    if (first === undefined) continue;
    standing.push(first.fact);
    const equals = ranked.filter(
      ({ fact }) => fact.version === first.fact.version && fact.occurredAtMs === first.fact.occurredAtMs,
    );
    if (new Set(equals.map((each) => each.content)).size > 1) conflicting.push(...equals.map((each) => each.fact));
  }
  return { claims: standing, conflicting };
}

export function groupBy<T>(items: readonly T[], nameOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const name = nameOf(item);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [item]);
    else group.push(item);
  }
  return groups;
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
