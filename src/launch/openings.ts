/**
 * How a launch is known to have been opened: the aggregator says that its session started, or a wallet call names the session.
 * Calls are noted in passing and written a few seconds later, many at once, so that no call waits for it; what a dying process
 * did not write is noted again with the session's next call.
 */
import type { Clock, Database } from '../platform/index.ts';
import type { AggregatorName, SessionId } from '../wallet/index.ts';
import { updateCalled, updateOpened } from './store.ts';

export interface Openings {
  /** The aggregator said so. May be repeated. */
  readonly started: (aggregator: AggregatorName, session: SessionId) => Promise<void>;
  /** A genuine call named this session of the aggregator that sent it. Only remembers. */
  readonly called: (session: SessionId) => void;
  /** Writes what was noted. To be called every few seconds. */
  readonly flush: () => Promise<void>;
}

/** A session that is played is written about this often: a second launch into it is noticed that soon. */
const AGAIN_AFTER_MS = 60_000;
const MAX_REMEMBERED = 100_000;
const MAX_AT_ONCE = 5_000;

export function openOpenings(sql: Database, clock: Clock): Openings {
  // A Map keeps the order of insertion, so its first key is the one noted longest ago.
  const notedAtMs = new Map<SessionId, number>();
  let waiting = new Set<SessionId>();

  return {
    started: async (aggregator, session) => updateOpened(sql, aggregator, session),
    called: (session) => {
      const now = clock.monotonic();
      const before = notedAtMs.get(session);
      if (before !== undefined && now - before < AGAIN_AFTER_MS) return;
      notedAtMs.delete(session);
      notedAtMs.set(session, now);
      const [oldest] = notedAtMs.size > MAX_REMEMBERED ? notedAtMs.keys() : [];
      if (oldest !== undefined) notedAtMs.delete(oldest);
      if (waiting.size < MAX_REMEMBERED) waiting.add(session);
    },
    flush: async () => {
      const noted = waiting;
      waiting = new Set();
      try {
        for (const some of chunks([...noted], MAX_AT_ONCE)) await updateCalled(sql, some);
      } catch (error) {
        // Writing some of them twice changes nothing.
        for (const session of noted) waiting.add(session);
        throw error;
      }
    },
  };
}

function chunks<T>(all: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_unused, at) => all.slice(at * size, (at + 1) * size));
}
