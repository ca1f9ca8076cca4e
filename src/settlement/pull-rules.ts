/** Which span of an aggregator's list is asked for next, and when again after it failed. Pure. */

export interface ListSettings {
  /** false: nothing is asked for */
  readonly enabled: boolean;
  readonly everyMs: number;
  /** so much before the mark is asked for again: what changed or came late */
  readonly overlapMs: number;
  /** what is younger may not be in the list yet */
  readonly lagMs: number;
}

export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** How far back a list is asked for that never was. */
const BEGIN_BEFORE_MS = 24 * 3_600_000;

export const beginOf = (nowMs: number): number => nowMs - BEGIN_BEFORE_MS;

/** The span after the mark, with the overlap before it, no longer than they answer for; null: there is nothing to ask yet. */
export function nextSpan(
  askedUntilMs: number,
  nowMs: number,
  { overlapMs, lagMs }: Pick<ListSettings, 'overlapMs' | 'lagMs'>,
  longestMs: number,
): Span | null {
  const lastMs = nowMs - lagMs;
  if (askedUntilMs >= lastMs) return null;
  // A long overlap must not keep the mark where it is.
  const fromMs = askedUntilMs - Math.min(overlapMs, Math.floor(longestMs / 2));
  return { fromMs, toMs: Math.min(lastMs, fromMs + longestMs) };
}

const FAILED_FIRST_MS = 60_000;
const FAILED_LAST_MS = 3_600_000;

/** After so many failures in a row (0: the first), twice as long each time. */
export function pauseAfterFailure(failures: number): number {
  return Math.min(FAILED_LAST_MS, FAILED_FIRST_MS * 2 ** Math.min(failures, 10));
}
