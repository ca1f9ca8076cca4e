/** From the journal's steps to what charts and tables show. Pure. */
import type { PulseRow } from '../types.ts';

/** What happened to a call, in four words. */
export type Fate = 'applied' | 'repeat' | 'refused' | 'uncertain' | 'not believed';
export const FATES: readonly Fate[] = ['applied', 'repeat', 'refused', 'uncertain', 'not believed'];

const APPLIED = new Set(['applied', 'accepted', 'balance', 'parked']);
const BELIEVED = new Set(['genuine', 'late', 'unread']);

export function fateOf({ outcome, verdict }: Pick<PulseRow, 'outcome' | 'verdict'>): Fate {
  if (!BELIEVED.has(verdict) || outcome === 'unauthenticated') return 'not believed';
  if (outcome === 'uncertain') return 'uncertain';
  if (outcome === 'duplicate') return 'repeat';
  return APPLIED.has(outcome) ? 'applied' : 'refused';
}

/** Every step of the span, in seconds; also those in which nothing came. */
export function stepsOf(fromMs: number, toMs: number, stepSeconds: number): readonly number[] {
  const first = Math.ceil(fromMs / 1_000 / stepSeconds) * stepSeconds;
  const count = Math.max(0, Math.floor((toMs / 1_000 - first) / stepSeconds) + 1);
  return Array.from({ length: Math.min(count, 2_000) }, (_unused, index) => first + index * stepSeconds);
}

/** Calls per second of one kind, step by step. */
export function rateOf(rows: readonly PulseRow[], steps: readonly number[], stepSeconds: number): readonly number[] {
  const sums = new Map<number, number>();
  for (const row of rows) sums.set(row.atMs / 1_000, (sums.get(row.atMs / 1_000) ?? 0) + row.calls);
  return steps.map((at) => (sums.get(at) ?? 0) / stepSeconds);
}

/** The slowest of the steps' 95th percentiles; null where nothing came. */
export function slowOf(rows: readonly PulseRow[], steps: readonly number[]): readonly (number | null)[] {
  const most = new Map<number, number>();
  for (const row of rows) most.set(row.atMs / 1_000, Math.max(most.get(row.atMs / 1_000) ?? 0, row.p95Ms));
  return steps.map((at) => most.get(at) ?? null);
}

export interface Line {
  readonly aggregator: string;
  readonly calls: number;
  readonly fates: Readonly<Record<Fate, number>>;
  readonly meanMs: number;
  readonly p95Ms: number;
}

/** One line an aggregator, the busiest first. */
export function linesOf(rows: readonly PulseRow[]): readonly Line[] {
  const names = [...new Set(rows.map((row) => row.aggregator))];
  return names
    .map((aggregator) => {
      const own = rows.filter((row) => row.aggregator === aggregator);
      const calls = own.reduce((sum, row) => sum + row.calls, 0);
      const fates = { applied: 0, repeat: 0, refused: 0, uncertain: 0, 'not believed': 0 };
      for (const row of own) fates[fateOf(row)] += row.calls;
      const meanMs = own.reduce((sum, row) => sum + row.meanMs * row.calls, 0) / Math.max(1, calls);
      return { aggregator, calls, fates, meanMs, p95Ms: Math.max(0, ...own.map((row) => row.p95Ms)) };
    })
    .toSorted((a, b) => b.calls - a.calls);
}
