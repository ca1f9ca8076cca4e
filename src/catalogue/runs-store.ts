/** SQL that shows past syncs. Relies on catalogue_sync_started_at and catalogue_sync_pkey. */
import type { Database } from '../platform/index.ts';
import { aggregatorName } from '../wallet/index.ts';
import type { AggregatorName } from '../wallet/index.ts';
import type { SyncDecision, SyncOutcome, SyncRun } from './sync-store.ts';

interface RunRow {
  id: string;
  aggregator: string;
  asked_by: string;
  started_at: Date;
  finished_at: Date | null;
  outcome: SyncOutcome;
  reason: string | null;
  listed: number;
  added: number;
  changed: number;
  renamed: number;
  missing: number;
  removed: number;
  returned: number;
  duplicates: number;
  malformed: number;
  malformed_sample: string[];
  decision: SyncDecision | null;
  decided_at: Date | null;
  decided_by: string | null;
}

function readRun(row: RunRow): SyncRun {
  return {
    id: row.id,
    aggregator: aggregatorName(row.aggregator),
    askedBy: row.asked_by,
    startedAtMs: row.started_at.getTime(),
    finishedAtMs: row.finished_at?.getTime() ?? null,
    outcome: row.outcome,
    reason: row.reason,
    listed: row.listed,
    added: row.added,
    changed: row.changed,
    renamed: row.renamed,
    missing: row.missing,
    removed: row.removed,
    returned: row.returned,
    duplicates: row.duplicates,
    malformed: row.malformed,
    malformedSample: row.malformed_sample,
    decision: row.decision,
    decidedAtMs: row.decided_at?.getTime() ?? null,
    decidedBy: row.decided_by,
  };
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
  return rows.map(readRun);
}

/** The id must be a UUID. */
export async function selectRun(sql: Database, id: string): Promise<SyncRun | null> {
  const [row] = await sql<RunRow[]>`
    /* catalogue.run */
    SELECT *
    FROM catalogue_sync
    WHERE id = ${id}`;
  return row === undefined ? null : readRun(row);
}
