/** SQL of launches: one row for every launch that passed the checks, and what became of it. The signed URL is never stored. */
import type { Database } from '../platform/index.ts';
import { leastIdAt } from '../platform/index.ts';
import { aggregatorName } from '../wallet/index.ts';
import type { AggregatorName, SessionId } from '../wallet/index.ts';

export interface LaunchRow {
  readonly id: string;
  /** null: no session was opened, because the launch would have been refused anyway */
  readonly session: SessionId | null;
  readonly aggregator: AggregatorName;
  readonly node: string;
  readonly mode: 'real' | 'demo';
  readonly issuedAtMs: number;
  readonly expiresAtMs: number;
  readonly outcome: 'issued' | 'failed';
  /** why the aggregator gave no URL; null when it did */
  readonly reason: string | null;
  /** how far the aggregator's clock is from ours, where that is the reason */
  readonly skewMs: number | null;
}

export async function insertLaunch(sql: Database, launch: LaunchRow): Promise<void> {
  await sql`
    /* launch.insert */
    INSERT INTO launch (id, session_id, aggregator, node, mode, issued_at, expires_at, outcome, reason, skew_ms)
    VALUES (
      ${launch.id}, ${launch.session}, ${launch.aggregator}, ${launch.node}, ${launch.mode},
      ${new Date(launch.issuedAtMs)}, ${new Date(launch.expiresAtMs)}, ${launch.outcome}, ${launch.reason},
      ${launch.skewMs}
    )`;
}

/**
 * The game of this session was opened, so every URL that was issued for it until now counts as opened; once. Whoever clicked
 * twice has opened one game. An aggregator can only speak about its own sessions. Relies on launch_session.
 */
export async function updateOpened(sql: Database, aggregator: AggregatorName, session: SessionId): Promise<void> {
  await sql`
    /* launch.opened */
    UPDATE launch
    SET opened_at = now(), opened_by = 'session_started'
    WHERE session_id = ${session} AND aggregator = ${aggregator} AND outcome = 'issued' AND opened_at IS NULL`;
}

/** The same for many sessions at once, of which a wallet call was heard. Relies on launch_session. */
export async function updateCalled(sql: Database, sessions: readonly SessionId[]): Promise<void> {
  await sql`
    /* launch.called */
    UPDATE launch
    SET opened_at = now(), opened_by = 'call'
    WHERE session_id = ANY (${[...sessions]}::text[]) AND outcome = 'issued' AND opened_at IS NULL`;
}

/** What became of a launch. `waiting`: it may still be opened. */
export const FATES = ['opened', 'waiting', 'unopened', 'refused', 'failed'] as const;
export type Fate = (typeof FATES)[number];

export interface FateRow {
  readonly node: string;
  readonly aggregator: AggregatorName;
  readonly fate: Fate;
  /** of what was refused or failed */
  readonly reason: string | null;
  readonly launches: number;
}

export interface FatesQuery {
  readonly fromMs: number;
  /** not included */
  readonly toMs: number;
  readonly mode: 'real' | 'demo' | null;
  /** after this long, if not after its life, a launch that nobody opened is no longer waited for */
  readonly patienceSeconds: number;
}

/** What became of the launches of a while, counted by node and aggregator; all times are the database's. Relies on launch_recorded_at. */
export async function selectFates(sql: Database, query: FatesQuery): Promise<readonly FateRow[]> {
  const rows = await sql<{ node: string; aggregator: string; fate: Fate; reason: string | null; launches: number }[]>`
    /* launch.fates */
    SELECT node, aggregator, fate, reason, count(*)::integer AS launches
    FROM (
      -- a node of the version before says no name
      SELECT coalesce(node, 'unnamed') AS node, aggregator, reason,
        CASE
          WHEN outcome = 'failed' AND reason IN ('refused', 'clock') THEN 'refused'
          WHEN outcome = 'failed' THEN 'failed'
          WHEN opened_at IS NOT NULL THEN 'opened'
          WHEN recorded_at + least(expires_at - issued_at, make_interval(secs => ${query.patienceSeconds})) > now()
            THEN 'waiting'
          ELSE 'unopened'
        END AS fate
      FROM launch
      WHERE recorded_at >= ${new Date(query.fromMs)} AND recorded_at < ${new Date(query.toMs)}
        ${query.mode === null ? sql`` : sql`AND mode = ${query.mode}`}
    ) l
    GROUP BY node, aggregator, fate, reason
    ORDER BY node, aggregator, fate, reason`;
  return rows.map((row) => ({ ...row, aggregator: aggregatorName(row.aggregator) }));
}

/** Deletes some launches from before that moment, the oldest first; how many went. Ids grow with time: relies on launch_pkey. */
export async function deleteOldest(sql: Database, beforeMs: number, limit: number): Promise<number> {
  const rows = await sql`
    /* launch.expire */
    WITH
      -- another server's run may be at the same rows
      old AS (
        SELECT id
        FROM launch
        WHERE id < ${leastIdAt(beforeMs)}::uuid
        ORDER BY id
        LIMIT ${limit}
        FOR UPDATE SKIP LOCKED
      )
    DELETE FROM launch l USING old o WHERE l.id = o.id`;
  return rows.count;
}
