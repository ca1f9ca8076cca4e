/**
 * The optional correction of signing times: when our clock and an aggregator's are clearly and steadily apart, launches for it
 * are signed by its clock. Pure. It never touches the system's clock, and is off unless the configuration asks for it.
 */
import type { Estimate } from './reading.ts';

export interface Correction {
  /** how many windows in a row said the same */
  readonly windows: number;
  readonly shiftMs: number;
}

export const NO_CORRECTION: Correction = { windows: 0, shiftMs: 0 };

const MIN_SKEW_MS = 5_000;
const MIN_WINDOWS = 3;
/** two windows that differ by more are not the same difference */
const MAX_CHANGE_MS = 2_000;

/** The correction after one more window; null is a window without an estimate and ends it. */
export function correct(
  before: Correction & { readonly lastMs?: number },
  skew: Estimate | null,
): Correction & { readonly lastMs?: number } {
  if (skew === null || Math.abs(skew.aheadMs) <= MIN_SKEW_MS) return NO_CORRECTION;
  const isSame = before.lastMs !== undefined && Math.abs(before.lastMs - skew.aheadMs) <= MAX_CHANGE_MS;
  const windows = isSame ? before.windows + 1 : 1;
  return { windows, shiftMs: windows >= MIN_WINDOWS ? skew.aheadMs : 0, lastMs: skew.aheadMs };
}
