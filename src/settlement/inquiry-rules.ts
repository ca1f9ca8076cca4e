/** Which spans of an aggregator's list say something of what is open. Pure. */
import type { Span } from './pull-rules.ts';

/** An aggregator's clock and ours differ, and a bet is listed by when it was made there. */
const BEFORE_MS = 5 * 60_000;
/** An outcome, or its absence, is listed some time after its bet. */
const AFTER_MS = 3_600_000;

/** The span around a moment, no more than two questions long, up to what may be in the list already; null: none of it may be yet. */
export function spanAround(atMs: number, untilMs: number, longestMs: number): Span | null {
  const fromMs = atMs - Math.min(BEFORE_MS, longestMs);
  return atMs >= untilMs ? null : { fromMs, toMs: Math.min(atMs + Math.min(AFTER_MS, longestMs), untilMs) };
}

/** The same moments in as few spans as go, none longer than they answer for, ordered. */
export function mergeSpans(spans: readonly Span[], longestMs: number): readonly Span[] {
  const merged: Span[] = [];
  for (const span of spans.toSorted((a, b) => a.fromMs - b.fromMs)) {
    const last = merged.at(-1);
    if (last === undefined || span.fromMs > last.toMs) merged.push(span);
    else merged[merged.length - 1] = { fromMs: last.fromMs, toMs: Math.max(last.toMs, span.toMs) };
  }
  return merged.flatMap(({ fromMs, toMs }) => {
    const pieces: Span[] = [];
    for (let at = fromMs; at < toMs; at += longestMs) pieces.push({ fromMs: at, toMs: Math.min(at + longestMs, toMs) });
    return pieces;
  });
}

/** Whether these spans, ordered, cover that one whole. */
export function covers(spans: readonly Span[], { fromMs, toMs }: Span): boolean {
  let reachedMs = fromMs;
  for (const span of spans) if (span.fromMs <= reachedMs) reachedMs = Math.max(reachedMs, span.toMs);
  return reachedMs >= toMs;
}
