/**
 * The one place that asks the machine what time it is.
 *
 * Everything that needs a time is given a `Clock`; nothing else in the house calls `Date.now` or
 * `performance.now`. Tests and the sandbox pass a clock whose hands they move themselves.
 */
import { performance } from 'node:perf_hooks';

export interface Clock {
  /** Wall time, milliseconds since the epoch. May step when the machine's clock is corrected. */
  now(): number;
  /** Milliseconds since an arbitrary start. Never steps and never runs backwards: for durations. */
  monotonic(): number;
}

export const systemClock: Clock = Object.freeze({
  now: () => Date.now(),
  monotonic: () => performance.now(),
});

export interface ManualClock extends Clock {
  /** Lets time pass: both hands move. */
  advance(ms: number): void;
  /** Steps the wall clock, as a time correction would: the monotonic hand stays. */
  set(epochMs: number): void;
}

/** A clock that stands still until it is told to move. */
export function manualClock(startMs: number): ManualClock {
  let wallMs = startMs;
  let elapsedMs = 0;
  return {
    now: () => wallMs,
    monotonic: () => elapsedMs,
    advance(ms) {
      if (ms < 0) throw new RangeError('a manual clock cannot advance by a negative time; use set()');
      wallMs += ms;
      elapsedMs += ms;
    },
    set(epochMs) {
      wallMs = epochMs;
    },
  };
}
