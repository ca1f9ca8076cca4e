/**
 * Steps of the wall clock: found by comparing it with the monotonic one, which never steps. Pure. Ordinary slewing and a late
 * timer move both hands alike and are no step (CLK-09, CLK-10, CLK-16).
 */

/** Both hands, read at the same moment. */
export interface Hands {
  readonly wallMs: number;
  readonly monotonicMs: number;
}

export const STEP_MS = 500;

/** By how much the wall clock was stepped between two readings, positive when forwards; null when it was not. */
export function stepBetween(before: Hands, after: Hands): number | null {
  const byMs = after.wallMs - before.wallMs - (after.monotonicMs - before.monotonicMs);
  return Math.abs(byMs) > STEP_MS ? byMs : null;
}
