/**
 * How long the journal is kept. Entries past their time are deleted from the oldest on, a bounded number at a time and a
 * bounded number of times a run, so that a run never holds a lock or the connection for long; what is left waits for the next.
 */
import type { Database } from '../platform/index.ts';
import { deleteOldest } from './journal-store.ts';

export interface JournalExpiry {
  readonly sql: Database;
  readonly nowMs: number;
  readonly retentionMs: number;
  /** the server closes: leave off after this batch */
  readonly turn: { readonly stopped: boolean };
  readonly batch?: number;
  readonly maxBatches?: number;
}

/** Aggregators retry for two days and more: whoever looks up what a late repeat is about must still find the first one. */
const SHORTEST_MS = 72 * 3_600_000;

/** Deletes what is older than the retention, which is never taken for less than 72 hours; returns how many entries went. */
export async function expireJournal(expiry: JournalExpiry): Promise<number> {
  const { sql, turn, batch = 5_000, maxBatches = 200 } = expiry;
  const arrivedBeforeMs = expiry.nowMs - Math.max(expiry.retentionMs, SHORTEST_MS);
  let total = 0;
  let afterId = '0';
  for (let round = 0; round < maxBatches && !turn.stopped; round += 1) {
    const { looked, deleted, lastId } = await deleteOldest(sql, { afterId, arrivedBeforeMs, limit: batch });
    total += deleted;
    // Nothing old among the oldest: all that follow are younger, but for a few that were written late and go next time.
    if (looked < batch || deleted === 0) break;
    afterId = lastId;
  }
  return total;
}
