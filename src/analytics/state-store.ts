/** How far the builder is: one row, whose lock makes one process of all the builder. Relies on analytics_state_pkey. */
import { BY_INDEX } from '../platform/index.ts';
import type { Database, DatabaseTransaction } from '../platform/index.ts';

export type Stage = 'transactions' | 'sessions' | 'events' | 'signs' | 'follow';

export interface BuilderState {
  readonly timeZone: string;
  readonly idleMinutes: number;
  readonly cluster: string;
  /** text of the snapshot of which everything is counted; null: the first reading is under way */
  readonly counted: string | null;
  readonly countedAt: Date | null;
  readonly target: string | null;
  readonly targetAt: Date | null;
  readonly stage: Stage;
  readonly place: readonly string[] | null;
  /** rows of the book read since everything was built anew */
  readonly builtRows: bigint;
}

interface StateRow {
  time_zone: string;
  idle_minutes: number;
  cluster: string;
  counted: string | null;
  counted_at: Date | null;
  target: string | null;
  target_at: Date | null;
  stage: Stage;
  place: string[] | null;
  built_rows: string;
}

function readState(row: StateRow): BuilderState {
  return {
    timeZone: row.time_zone,
    idleMinutes: row.idle_minutes,
    cluster: row.cluster,
    counted: row.counted,
    countedAt: row.counted_at,
    target: row.target,
    targetAt: row.target_at,
    stage: row.stage,
    place: row.place,
    builtRows: BigInt(row.built_rows),
  };
}

/**
 * Every statement of a step has one right plan: from the given rows to an index. It must not be one that was made while the tables
 * were empty, which reads all of a table for every row of the step.
 */
export async function planByIndex(sql: DatabaseTransaction): Promise<void> {
  await sql`
    /* analytics.plan_by_index */
    SELECT set_config(name, value, true)
    FROM unnest(${Object.keys(BY_INDEX)}::text[], ${Object.values(BY_INDEX)}::text[]) AS n (name, value)`;
}

/** Takes the row for this transaction. `busy`: another process has it; null: nothing was ever built. */
export async function lockState(sql: DatabaseTransaction): Promise<BuilderState | 'busy' | null> {
  const [row] = await sql<StateRow[]>`
    /* analytics.lock_state */
    SELECT * FROM analytics_state WHERE id = 1 FOR UPDATE SKIP LOCKED`;
  if (row !== undefined) return readState(row);
  const known = await sql`/* analytics.has_state */ SELECT 1 FROM analytics_state`;
  return known.length > 0 ? 'busy' : null;
}

export async function selectState(sql: Database | DatabaseTransaction): Promise<BuilderState | null> {
  const [row] = await sql<StateRow[]>`/* analytics.state */ SELECT * FROM analytics_state`;
  return row === undefined ? null : readState(row);
}

export async function insertState(sql: DatabaseTransaction, state: BuilderState): Promise<void> {
  await sql`
    /* analytics.insert_state */
    INSERT INTO analytics_state (time_zone, idle_minutes, cluster, counted, counted_at, target, target_at, stage, place, built_rows)
    VALUES (
      ${state.timeZone}, ${state.idleMinutes}, ${state.cluster}, ${state.counted}, ${state.countedAt}, ${state.target},
      ${state.targetAt}, ${state.stage}, ${state.place === null ? null : [...state.place]}, ${String(state.builtRows)}
    )
    ON CONFLICT (id) DO NOTHING`;
}

export async function updateState(sql: DatabaseTransaction, state: BuilderState): Promise<void> {
  await sql`
    /* analytics.update_state */
    UPDATE analytics_state
    SET time_zone = ${state.timeZone}, idle_minutes = ${state.idleMinutes}, cluster = ${state.cluster},
      counted = ${state.counted}, counted_at = ${state.countedAt}, target = ${state.target}, target_at = ${state.targetAt},
      stage = ${state.stage}, place = ${state.place === null ? null : [...state.place]}, built_rows = ${String(state.builtRows)}`;
}

export interface Now {
  /** text of the current snapshot */
  readonly snapshot: string;
  /** the database's clock */
  readonly at: Date;
  /** which server's transaction numbers these are */
  readonly cluster: string;
}

export async function selectNow(sql: DatabaseTransaction): Promise<Now> {
  const [row] = await sql<{ snapshot: string; at: Date; cluster: string }[]>`
    /* analytics.now */
    SELECT pg_current_snapshot()::text AS snapshot, clock_timestamp() AS at,
      (SELECT system_identifier::text FROM pg_control_system()) AS cluster`;
  if (row === undefined) throw new Error('defect: the database has no snapshot');
  return row;
}

/** Empties everything that is built from the book. What was published stays (SES-13). */
export async function emptyWork(sql: DatabaseTransaction): Promise<void> {
  await sql`
    /* analytics.empty */
    TRUNCATE analytics_play, analytics_cell, analytics_bettor, analytics_session, analytics_session_day`;
}

/** Days that were published are looked at again once everything is built anew. */
export async function touchPublished(sql: DatabaseTransaction, timeZone: string): Promise<void> {
  await sql`
    /* analytics.touch_published */
    INSERT INTO analytics_touched (day)
    SELECT DISTINCT day FROM analytics_day WHERE time_zone = ${timeZone}
    ON CONFLICT (day) DO NOTHING`;
}

export async function touchDays(sql: DatabaseTransaction, days: readonly string[]): Promise<void> {
  if (days.length === 0) return;
  await sql`
    /* analytics.touch */
    INSERT INTO analytics_touched (day)
    SELECT unnest(${[...days]}::date[])
    ON CONFLICT (day) DO NOTHING`;
}
