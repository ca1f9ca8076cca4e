/** How long launches are remembered. Old rows go from the oldest on, a bounded number at a time and a bounded number of times a run. */
import type { Database } from '../platform/index.ts';
import { deleteOldest } from './store.ts';

export interface LaunchExpiry {
  readonly sql: Database;
  readonly nowMs: number;
  readonly retentionMs: number;
  /** the server closes: leave off after this batch */
  readonly turn: { readonly stopped: boolean };
  readonly batch?: number;
  readonly maxBatches?: number;
}

/** A launch lives an hour at most, and the alert looks back a quarter of one: a day is always kept. */
const SHORTEST_MS = 24 * 3_600_000;

/** Deletes launches older than the retention, which is never taken for less than a day; returns how many went. */
export async function expireLaunches(expiry: LaunchExpiry): Promise<number> {
  const { sql, turn, batch = 5_000, maxBatches = 200 } = expiry;
  const beforeMs = expiry.nowMs - Math.max(expiry.retentionMs, SHORTEST_MS);
  let total = 0;
  for (let round = 0; round < maxBatches && !turn.stopped; round += 1) {
    const deleted = await deleteOldest(sql, beforeMs, batch);
    total += deleted;
    if (deleted < batch) break;
  }
  return total;
}
