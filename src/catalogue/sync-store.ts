/** SQL of a sync's life: begun, alive, ended; one of an aggregator at a time, on however many nodes. */
import type { Database, DatabaseTransaction } from '../platform/index.ts';
import type { AggregatorName } from '../wallet/index.ts';

export interface SyncCounts {
  /** entries in the list, usable or not */
  readonly listed: number;
  readonly added: number;
  readonly changed: number;
  /** known offers that are listed under another code than before */
  readonly renamed: number;
  /** lacked by the list, and not hidden yet */
  readonly missing: number;
  /** hidden by this sync */
  readonly removed: number;
  /** had been hidden and are listed again */
  readonly returned: number;
  readonly duplicates: number;
  readonly malformed: number;
}
export type SyncOutcome = 'running' | 'applied' | 'unchanged' | 'failed' | 'quarantined' | 'abandoned';
export type SyncDecision = 'waiting' | 'accepted' | 'rejected' | 'superseded';

export interface SyncRun extends SyncCounts {
  readonly id: string;
  readonly aggregator: AggregatorName;
  /** `schedule`, `aggregator` (it sent a webhook, or a callback for a game nobody knew), or `api:` with the key's name */
  readonly askedBy: string;
  readonly startedAtMs: number;
  readonly finishedAtMs: number | null;
  readonly outcome: SyncOutcome;
  readonly reason: string | null;
  readonly malformedSample: readonly string[];
  /** of a quarantined list; null: this run's list is not the one that waits */
  readonly decision: SyncDecision | null;
  readonly decidedAtMs: number | null;
  readonly decidedBy: string | null;
}

export interface NewRun {
  readonly id: string;
  readonly aggregator: AggregatorName;
  readonly askedBy: string;
  readonly nowMs: number;
  readonly leaseMs: number;
  /** not when another run of the aggregator reached its end within this time; 0: always */
  readonly unlessWithinMs: number;
  /** not when this many runs began within the last minute */
  readonly maxPerMinute: number;
  /** not when the aggregator was asked within this time, whatever came of it; 0: always */
  readonly betweenListsMs: number;
}

export type Started =
  | 'started'
  | 'busy'
  | 'recent'
  | 'too_often'
  /** the aggregator wants to be asked this much later */
  | { readonly waitMs: number };

/**
 * Begins a run, or says why not: another is at work, one has just been, the aggregator was asked too short a time ago, or there were
 * too many. A run without a sign of life
 * for `leaseMs` belongs to a process that died. By catalogue_sync_running there is never more than one; whether one is alive
 * is judged by the database's own time, because the nodes' clocks may disagree. Past runs by catalogue_sync_started_at.
 */
export async function startRun(sql: Database, run: NewRun): Promise<Started> {
  return sql.begin(async (transaction) => {
    await transaction`
      /* catalogue.abandon */
      WITH
        dead AS (
          UPDATE catalogue_sync
          SET outcome = 'abandoned', reason = 'the process stopped', finished_at = ${new Date(run.nowMs)}
          WHERE aggregator = ${run.aggregator} AND outcome = 'running'
            AND heartbeat_at < clock_timestamp() - ${run.leaseMs} * interval '1 millisecond'
          RETURNING id
        )
      DELETE FROM catalogue_staging WHERE run IN (SELECT id FROM dead)`;
    const [past] = await transaction<{ recent: number; minute: number }[]>`
      /* catalogue.recent */
      SELECT
        count(*) FILTER (
          WHERE outcome IN ('applied', 'unchanged', 'quarantined') AND started_at > ${new Date(run.nowMs - run.unlessWithinMs)}
        )::int AS recent,
        count(*) FILTER (WHERE started_at > ${new Date(run.nowMs - 60_000)})::int AS minute
      FROM catalogue_sync
      WHERE aggregator = ${run.aggregator}
        AND started_at > ${new Date(run.nowMs - Math.max(60_000, run.unlessWithinMs))}`;
    if (run.unlessWithinMs > 0 && (past?.recent ?? 0) > 0) return 'recent';
    if ((past?.minute ?? 0) >= run.maxPerMinute) return 'too_often';
    const rows = await transaction`
      /* catalogue.start */
      INSERT INTO catalogue_sync (id, aggregator, asked_by, started_at, heartbeat_at, outcome)
      VALUES (${run.id}, ${run.aggregator}, ${run.askedBy}, ${new Date(run.nowMs)}, clock_timestamp(), 'running')
      ON CONFLICT (aggregator) WHERE outcome = 'running' DO NOTHING
      RETURNING id`;
    if (rows.length === 0) return 'busy';
    const waitMs = run.betweenListsMs === 0 ? 0 : await msUntilDue(transaction, run);
    if (waitMs === 0) return 'started';
    await transaction`
      /* catalogue.unstart */
      DELETE FROM catalogue_sync WHERE id = ${run.id}`;
    return { waitMs };
  });
}

/** Clocks of nodes disagree by less than the time of so many runs. */
const LATEST = 10;

/**
 * How long the aggregator's pace makes this run wait, which nobody can overtake now that it is written; by the database's own time.
 * A past run's last sign of life is no earlier than its last question. Relies on catalogue_sync_started_at.
 */
async function msUntilDue(
  transaction: DatabaseTransaction,
  run: Pick<NewRun, 'id' | 'aggregator' | 'betweenListsMs'>,
): Promise<number> {
  const [row] = await transaction<{ wait_ms: number | null }[]>`
    /* catalogue.due */
    SELECT
      greatest(
        0, ceil(extract(epoch FROM max(heartbeat_at) - clock_timestamp()) * 1000) + ${run.betweenListsMs}::int
      )::int AS wait_ms
    FROM (
      SELECT heartbeat_at
      FROM catalogue_sync
      WHERE aggregator = ${run.aggregator} AND id <> ${run.id}
      ORDER BY started_at DESC
      LIMIT ${LATEST}
    ) AS latest`;
  return row?.wait_ms ?? 0;
}

/** What the last list that was taken over was called by the aggregator. */
export async function selectEtag(sql: Database, aggregator: AggregatorName): Promise<string | null> {
  const [row] = await sql<{ etag: string | null }[]>`
    /* catalogue.etag */
    SELECT etag FROM catalogue_state WHERE aggregator = ${aggregator}`;
  return row?.etag ?? null;
}

/** Locks the run for its end; false when it is no longer the running one. Relies on catalogue_sync_pkey. */
export async function lockRun(transaction: DatabaseTransaction, run: string): Promise<boolean> {
  const rows = await transaction`
    /* catalogue.lock_run */
    SELECT id FROM catalogue_sync WHERE id = ${run} AND outcome = 'running' FOR UPDATE`;
  return rows.length === 1;
}

/** Makes the aggregator's offers this transaction's own until it ends: syncs, decisions and the operator's calls take turns. */
export async function lockAggregator(transaction: DatabaseTransaction, aggregator: AggregatorName): Promise<void> {
  await transaction`
    /* catalogue.lock */
    INSERT INTO catalogue_state (aggregator, version)
    VALUES (${aggregator}, 0)
    ON CONFLICT (aggregator) DO UPDATE SET version = catalogue_state.version`;
}

/** Remembers the list's name, and when something changed makes every replica look again. */
export async function noteTaken(
  transaction: DatabaseTransaction,
  taken: {
    readonly aggregator: AggregatorName;
    /** undefined: as it was */
    readonly etag?: string | null;
    readonly changed: boolean;
    readonly nowMs: number;
  },
): Promise<void> {
  await transaction`
    /* catalogue.taken */
    UPDATE catalogue_state
    SET
      version = version + ${taken.changed ? 1 : 0}, synced_at = ${new Date(taken.nowMs)},
      etag = ${taken.etag === undefined ? transaction`etag` : transaction`${taken.etag}`}
    WHERE aggregator = ${taken.aggregator}`;
}

export interface RunEnd extends SyncCounts {
  readonly outcome: Exclude<SyncOutcome, 'running'>;
  readonly reason: string | null;
  readonly malformedSample: readonly string[];
}

/** Ends the run and clears its pages. A run that is not running any more keeps the end it had. */
export async function finishRun(
  sql: Database | DatabaseTransaction,
  run: string,
  end: RunEnd,
  nowMs: number,
): Promise<void> {
  await sql`
    /* catalogue.finish */
    WITH
      pages AS (
        DELETE FROM catalogue_staging WHERE run = ${run}
      )
    UPDATE catalogue_sync
    SET
      outcome = ${end.outcome}, reason = ${end.reason}, finished_at = ${new Date(nowMs)}, listed = ${end.listed},
      added = ${end.added}, changed = ${end.changed}, renamed = ${end.renamed}, missing = ${end.missing},
      removed = ${end.removed}, returned = ${end.returned}, duplicates = ${end.duplicates},
      malformed = ${end.malformed}, malformed_sample = ${[...end.malformedSample]}
    WHERE id = ${run} AND outcome = 'running'`;
}
