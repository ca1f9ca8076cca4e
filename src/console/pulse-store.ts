/** SQL of the health page: what the journal says of the last minutes, and the newest messages. Bounded by rows, whatever the load. */
import type { Database } from '../platform/index.ts';

export interface PulseRow {
  /** start of its step, epoch ms */
  readonly atMs: number;
  readonly aggregator: string;
  readonly outcome: string;
  readonly verdict: string;
  readonly calls: number;
  readonly meanMs: number;
  readonly p95Ms: number;
}

/** At most so many messages are counted: under load the picture gets shorter and not the server slower. */
const COUNTED_MAX = 20_000;

/** The latest messages since then, in steps. Relies on journal_pkey: ids grow as entries are written. */
export async function selectPulse(
  sql: Database,
  about: { readonly sinceMs: number; readonly stepSeconds: number },
): Promise<{ readonly rows: readonly PulseRow[]; readonly whole: boolean }> {
  const rows = await sql<
    {
      at: Date | null;
      aggregator: string;
      outcome: string;
      verdict: string;
      calls: number;
      mean_us: number;
      p95_us: number;
      counted: number;
    }[]
  >`
    /* pulse.steps */
    WITH
      latest AS MATERIALIZED (
        SELECT arrived_at, aggregator, outcome, verdict, duration_us
        FROM journal
        ORDER BY id DESC
        LIMIT ${COUNTED_MAX}
      )
    SELECT date_bin(${about.stepSeconds} * interval '1 second', arrived_at, 'epoch'::timestamptz) AS at, aggregator, outcome, verdict,
      count(*)::integer AS calls, avg(duration_us)::float8 AS mean_us,
      percentile_cont(0.95) WITHIN GROUP (ORDER BY duration_us)::float8 AS p95_us,
      (SELECT count(*)::integer FROM latest WHERE arrived_at >= ${new Date(about.sinceMs).toISOString()}::timestamptz) AS counted
    FROM latest
    WHERE arrived_at >= ${new Date(about.sinceMs).toISOString()}::timestamptz
    GROUP BY 1, 2, 3, 4
    ORDER BY 1`;
  return {
    whole: (rows[0]?.counted ?? 0) < COUNTED_MAX,
    rows: rows.map((row) => ({
      atMs: row.at?.getTime() ?? 0,
      aggregator: row.aggregator,
      outcome: row.outcome,
      verdict: row.verdict,
      calls: row.calls,
      meanMs: row.mean_us / 1_000,
      p95Ms: row.p95_us / 1_000,
    })),
  };
}

export interface TailRow {
  readonly id: string;
  readonly at: string;
  readonly aggregator: string;
  readonly route: string;
  readonly verdict: string;
  readonly outcome: string;
  readonly player: string | null;
  readonly round: string | null;
  readonly external_id: string | null;
  readonly status: number;
  readonly ms: number;
}

/** Relies on journal_pkey. */
export async function selectLastId(sql: Database): Promise<string> {
  const [row] = await sql<{ id: string }[]>`/* tail.last */ SELECT coalesce(max(id), 0)::text AS id FROM journal`;
  return row?.id ?? '0';
}

/** What was written after the place, oldest first. Relies on journal_pkey. */
export async function selectAfter(sql: Database, id: string, limit: number): Promise<readonly TailRow[]> {
  const rows = await sql<(Omit<TailRow, 'at' | 'ms'> & { at: Date; duration_us: number })[]>`
    /* tail.after */
    SELECT id::text AS id, arrived_at AS at, aggregator, route, verdict, outcome, player, round_id AS round, external_id, status,
      duration_us
    FROM journal
    WHERE id > ${id}::bigint
    ORDER BY id
    LIMIT ${limit}`;
  return rows.map(({ duration_us: durationUs, at, ...row }) => ({
    ...row,
    at: at.toISOString(),
    ms: durationUs / 1_000,
  }));
}
