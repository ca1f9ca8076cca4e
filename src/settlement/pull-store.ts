/** SQL of how far each list was asked for. Who asks holds a lease that runs out, so that a process that died is no hindrance. */
import type { ListName } from '../dialects/dialect.ts';
import type { Database } from '../platform/index.ts';

/** Names one list of one aggregator, or `inquiry`; currency '' where it is not asked for by currency. */
export interface PullKey<List extends ListName | 'inquiry' = ListName | 'inquiry'> {
  readonly aggregator: string;
  readonly list: List;
  readonly currency: string;
}

export interface Lease<List extends ListName | 'inquiry' = ListName | 'inquiry'> extends PullKey<List> {
  readonly id: string;
  /** everything before was asked for and kept, epoch ms */
  readonly askedUntilMs: number;
  readonly failures: number;
}

const instant = (ms: number): string => new Date(ms).toISOString();

/**
 * Takes the list for `leaseSeconds` of the database's time if it is due and nobody has it; begins it where it was never asked for.
 * Null: somebody else has it, or it is not due. Relies on settlement_pull_pkey.
 */
export async function takeLease<List extends ListName | 'inquiry'>(
  sql: Database,
  key: PullKey<List>,
  { id, nowMs, beginMs, leaseSeconds }: { id: string; nowMs: number; beginMs: number; leaseSeconds: number },
): Promise<Lease<List> | null> {
  const [row] = await sql<{ asked_until: Date; failures: number }[]>`
    /* settlement_pull.take */
    INSERT INTO settlement_pull AS p (aggregator, list, currency, asked_until, due_at, lease, leased_until)
    VALUES (
      ${key.aggregator}, ${key.list}, ${key.currency}, ${instant(beginMs)}, ${instant(nowMs)}, ${id}::uuid,
      now() + make_interval(secs => ${leaseSeconds}::integer)
    )
    ON CONFLICT (aggregator, list, currency) DO UPDATE
      SET lease = EXCLUDED.lease, leased_until = EXCLUDED.leased_until
      WHERE p.due_at <= ${instant(nowMs)} AND (p.leased_until IS NULL OR p.leased_until < now())
    RETURNING asked_until, failures`;
  return row === undefined ? null : { ...key, id, askedUntilMs: row.asked_until.getTime(), failures: row.failures };
}

/** Goes on having it; false when it ran out and somebody else has it. Relies on settlement_pull_pkey. */
export async function renewLease(sql: Database, lease: Lease, leaseSeconds: number): Promise<boolean> {
  const rows = await sql`
    /* settlement_pull.renew */
    UPDATE settlement_pull
    SET leased_until = now() + make_interval(secs => ${leaseSeconds}::integer)
    WHERE aggregator = ${lease.aggregator} AND list = ${lease.list} AND currency = ${lease.currency} AND lease = ${lease.id}::uuid
    RETURNING 1`;
  return rows.length > 0;
}

/** Notes that a span was asked for whole; false when the lease was lost. Relies on settlement_pull_pkey. */
export async function noteAsked(sql: Database, lease: Lease, askedUntilMs: number): Promise<boolean> {
  const rows = await sql`
    /* settlement_pull.asked */
    UPDATE settlement_pull
    SET asked_until = greatest(asked_until, ${instant(askedUntilMs)}::timestamptz), failures = 0, problem = NULL
    WHERE aggregator = ${lease.aggregator} AND list = ${lease.list} AND currency = ${lease.currency} AND lease = ${lease.id}::uuid
    RETURNING 1`;
  return rows.length > 0;
}

/** Gives it back, to be asked again at a time; `problem` counts as a failure. Relies on settlement_pull_pkey. */
export async function releaseLease(
  sql: Database,
  lease: Lease,
  { dueAtMs, problem }: { readonly dueAtMs: number; readonly problem: string | null },
): Promise<void> {
  await sql`
    /* settlement_pull.release */
    UPDATE settlement_pull
    SET lease = NULL, leased_until = NULL, due_at = ${instant(dueAtMs)}, problem = ${problem}::text,
      failures = CASE WHEN ${problem}::text IS NULL THEN 0 ELSE least(failures + 1, 1000) END
    WHERE aggregator = ${lease.aggregator} AND list = ${lease.list} AND currency = ${lease.currency} AND lease = ${lease.id}::uuid`;
}
