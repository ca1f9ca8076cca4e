/** SQL that shows past syncs. Relies on catalogue_sync_started_at. */
import type { Database } from '../platform/index.ts';
import { aggregatorName } from '../wallet/index.ts';
import type { AggregatorName } from '../wallet/index.ts';
import type { SyncOutcome, SyncRun } from './sync-store.ts';

interface RunRow {
  id: string;
  aggregator: string;
  started_at: Date;
  finished_at: Date | null;
  outcome: SyncOutcome;
  reason: string | null;
  listed: number;
  added: number;
  changed: number;
  removed: number;
  returned: number;
  duplicates: number;
  malformed: number;
  malformed_sample: string[];
}

/** The latest runs of the aggregator, newest first. */
export async function selectRuns(
  sql: Database,
  aggregator: AggregatorName,
  limit: number,
): Promise<readonly SyncRun[]> {
  const rows = await sql<RunRow[]>`
    /* catalogue.runs */
    SELECT *
    FROM catalogue_sync
    WHERE aggregator = ${aggregator}
    ORDER BY started_at DESC, id DESC
    LIMIT ${limit}`;
  return rows.map((row) => ({
    id: row.id,
    aggregator: aggregatorName(row.aggregator),
    startedAtMs: row.started_at.getTime(),
    finishedAtMs: row.finished_at?.getTime() ?? null,
    outcome: row.outcome,
    reason: row.reason,
    listed: row.listed,
    added: row.added,
    changed: row.changed,
    removed: row.removed,
    returned: row.returned,
    duplicates: row.duplicates,
    malformed: row.malformed,
    malformedSample: row.malformed_sample,
  }));
}
