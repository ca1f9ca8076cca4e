/** SQL of the calls that were refused because their id was used before for other facts: the book has no row of them, the journal has. */
import type { Database } from '../platform/index.ts';

export interface RefusedForConflict {
  readonly aggregator: string;
  readonly externalId: string;
  /** whom the call named; null: it named a session or a transaction */
  readonly player: string | null;
  readonly arrivedAtMs: number;
  /** names the entry among those of the same instant */
  readonly entry: string;
}

/** Oldest first, from a time on or after an entry. Relies on journal_conflict. */
export async function selectRefusedForConflict(
  sql: Database,
  after: { readonly fromMs: number; readonly entry: string },
  limit: number,
): Promise<readonly RefusedForConflict[]> {
  const rows = await sql<
    { aggregator: string; external_id: string; player: string | null; arrived_at: Date; id: string }[]
  >`
    /* journal.conflicts */
    SELECT aggregator, external_id, player, arrived_at, id
    FROM journal
    WHERE outcome = 'conflict' AND external_id IS NOT NULL
      AND (arrived_at, id) > (${new Date(after.fromMs).toISOString()}::timestamptz, ${after.entry}::bigint)
    ORDER BY arrived_at, id
    LIMIT ${limit}`;
  return rows.map((row) => ({
    aggregator: row.aggregator,
    externalId: row.external_id,
    player: row.player,
    arrivedAtMs: row.arrived_at.getTime(),
    entry: row.id,
  }));
}
