/**
 * The time by which sessions live and end: the database's, carried on by the monotonic clock between two looks at it. A machine
 * whose wall clock is wrong or is stepped neither ends a session early nor revives one, and replicas agree without agreeing on
 * the time (CLK-09, CLK-10). Until the database was heard, the wall clock of the start counts on.
 */
import type { Clock } from '../platform/index.ts';

export interface SharedTime {
  /** milliseconds since the epoch */
  readonly now: () => number;
  /** The database said this between two readings of the monotonic clock. */
  readonly heard: (databaseMs: number, askedAtMs: number, heardAtMs: number) => void;
}

/** An answer that took longer says too little about the moment it was made in. */
const MAX_ROUND_TRIP_MS = 2_000;

export function createSharedTime(clock: Clock): SharedTime {
  let base = { atMs: clock.now(), monotonicMs: clock.monotonic() };
  return {
    now: () => base.atMs + (clock.monotonic() - base.monotonicMs),
    heard: (databaseMs, askedAtMs, heardAtMs) => {
      const tookMs = heardAtMs - askedAtMs;
      if (Number.isFinite(databaseMs) && tookMs <= MAX_ROUND_TRIP_MS)
        base = { atMs: databaseMs + tookMs / 2, monotonicMs: heardAtMs };
    },
  };
}
