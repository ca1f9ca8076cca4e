/**
 * When quotes begin, end and are prepared. Pure. Windows are cut from the epoch, so every process of the house counts the same
 * ones, and one quote belongs to a pair and a window (FX-21).
 */
import type { Freshness, Quote } from '../money/index.ts';

export interface Window {
  readonly startsAtMs: number;
  readonly expiresAtMs: number;
}

export function windowAt(ms: number, lengthMs: number): Window {
  const startsAtMs = Math.floor(ms / lengthMs) * lengthMs;
  return { startsAtMs, expiresAtMs: startsAtMs + lengthMs };
}

/**
 * The windows whose quotes are wanted now: this one, and the next shortly before it begins, so that no moment is without a
 * quote. `lot` (0 to 1) spreads the processes of the house: whoever comes first asks the sources, the others find its quote.
 */
export function wantedWindows(nowMs: number, lengthMs: number, lot: number): readonly Window[] {
  const present = windowAt(nowMs, lengthMs);
  const aheadMs = lengthMs / 12 + (lengthMs / 6) * lot;
  return nowMs >= present.expiresAtMs - aheadMs ? [present, windowAt(present.expiresAtMs, lengthMs)] : [present];
}

/** How old the rate behind a quote is, against the pair's limits (FX-08, FX-09). */
export function freshnessOf(
  quote: Pick<Quote, 'observedAtMs' | 'startsAtMs'>,
  limits: { readonly warnAfterMs: number; readonly refuseAfterMs: number },
  nowMs: number,
): Freshness {
  if (nowMs - quote.observedAtMs > limits.refuseAfterMs) return 'expired';
  return quote.startsAtMs - quote.observedAtMs > limits.warnAfterMs ? 'stale' : 'fresh';
}
