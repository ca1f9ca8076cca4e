/** SQL of clocks: what every node last said about its own, and what time the database has. */
import type { Database } from '../platform/index.ts';
import type { Estimate } from './reading.ts';
import type { Alert, NodeReport } from './report.ts';

interface NodeRow {
  node: string;
  level: NodeReport['level'];
  reason: NodeReport['reason'];
  message: string;
  probe: NodeReport['probe'];
  ahead_ms: number | null;
  bound_ms: number | null;
  database_ahead_ms: number | null;
  database_bound_ms: number | null;
  aggregators: NodeReport['aggregators'];
  alert: Alert | null;
  seen_at: Date;
}

/** The node's heartbeat. Its time is the database's: a node whose clock is wrong would look dead or from the future. */
export async function upsertNode(sql: Database, report: Omit<NodeReport, 'seenAtMs'>): Promise<void> {
  const { estimate, database } = report;
  const alert =
    report.alert === null ? null : sql.json({ ...report.alert, aggregators: [...report.alert.aggregators] });
  await sql`
    /* clock.heartbeat */
    INSERT INTO clock_node (
      node, level, reason, message, probe, ahead_ms, bound_ms, database_ahead_ms, database_bound_ms, aggregators, alert,
      seen_at
    )
    VALUES (
      ${report.node}, ${report.level}, ${report.reason}, ${report.message}, ${report.probe},
      ${estimate?.aheadMs ?? null}, ${estimate?.boundMs ?? null},
      ${database?.aheadMs ?? null}, ${database?.boundMs ?? null},
      ${sql.json({ ...report.aggregators })}, ${alert}, clock_timestamp()
    )
    ON CONFLICT (node) DO UPDATE
    SET level = excluded.level, reason = excluded.reason, message = excluded.message, probe = excluded.probe,
      ahead_ms = excluded.ahead_ms, bound_ms = excluded.bound_ms,
      database_ahead_ms = excluded.database_ahead_ms, database_bound_ms = excluded.database_bound_ms,
      aggregators = excluded.aggregators, alert = excluded.alert, seen_at = excluded.seen_at`;
}

/** Nodes heard of within the last seconds, by the database's clock. A scan: there are as many rows as machines. */
export async function selectNodes(sql: Database, withinSeconds: number): Promise<readonly NodeReport[]> {
  const rows = await sql<NodeRow[]>`
    /* clock.nodes */
    SELECT *
    FROM clock_node
    WHERE seen_at > clock_timestamp() - make_interval(secs => ${withinSeconds})
    ORDER BY node`;
  return rows.map((row) => ({
    node: row.node,
    level: row.level,
    reason: row.reason,
    message: row.message,
    probe: row.probe,
    estimate: estimateOf(row.ahead_ms, row.bound_ms),
    database: estimateOf(row.database_ahead_ms, row.database_bound_ms),
    aggregators: row.aggregators,
    alert: row.alert,
    seenAtMs: row.seen_at.getTime(),
  }));
}

/** Nodes that are gone for good leave the list. */
export async function deleteOldNodes(sql: Database, olderThanSeconds: number): Promise<void> {
  await sql`
    /* clock.forget */
    DELETE FROM clock_node
    WHERE seen_at < clock_timestamp() - make_interval(secs => ${olderThanSeconds})`;
}

/** The database's own time. */
export async function selectDatabaseTime(sql: Database): Promise<number> {
  const [row] = await sql<{ now_ms: number }[]>`
    /* clock.database_time */
    SELECT (extract(epoch FROM clock_timestamp()) * 1000)::double precision AS now_ms`;
  return row?.now_ms ?? Number.NaN;
}

function estimateOf(aheadMs: number | null, boundMs: number | null): Estimate | null {
  return aheadMs === null || boundMs === null ? null : { aheadMs, boundMs };
}
