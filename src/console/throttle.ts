/**
 * How often a sign-in may be tried, by address and by name, in this process. The account's own lock is in the database and holds
 * for all processes; this one keeps guessing cheap to refuse. Bounded: the names longest unused are forgotten first.
 */
import type { Clock } from '../platform/index.ts';

export interface Throttle {
  /** Counts one try; false when there were too many in the last minute. */
  readonly allow: (key: string) => boolean;
}

const WINDOW_MS = 60_000;
const MOST_KEYS = 10_000;

export function createThrottle(clock: Pick<Clock, 'monotonic'>, perMinute: number): Throttle {
  const seen = new Map<string, { sinceMs: number; count: number }>();
  return {
    allow: (key) => {
      const now = clock.monotonic();
      const known = seen.get(key);
      const entry = known === undefined || now - known.sinceMs >= WINDOW_MS ? { sinceMs: now, count: 0 } : known;
      entry.count += 1;
      // Moved to the end, so that the first key is the one longest unused.
      seen.delete(key);
      seen.set(key, entry);
      if (seen.size > MOST_KEYS) {
        const [oldest] = seen.keys();
        if (oldest !== undefined) seen.delete(oldest);
      }
      return entry.count <= perMinute;
    },
  };
}
