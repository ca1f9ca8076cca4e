/** SQL of discrepancies: one row a disagreement, whatever becomes of it. */
import { formatDecimal } from '../money/index.ts';
import type { Decimal } from '../money/index.ts';
import type { Database, DatabaseTransaction } from '../platform/index.ts';
import type { Discrepancy, DiscrepancyState } from './discrepancies.ts';
import type { FindingTransaction } from './facts.ts';
import type { Evidence } from './findings.ts';
import type { DiscrepancyKind, Weight } from './kinds.ts';
import { decimalOf, decimalOrNull } from './view-store.ts';
import type { ShardedKey } from './view-store.ts';

const instant = (ms: number): string => new Date(ms).toISOString();
const instantOrNull = (ms: number | null): string | null => (ms === null ? null : instant(ms));

export interface DiscrepancyRow {
  id: string;
  shard: number;
  player: string;
  aggregator: string;
  round_id: string;
  kind: DiscrepancyKind;
  tx_kind: FindingTransaction;
  tx_id: string;
  version: string;
  weight: Weight;
  state: Discrepancy['state'];
  currency: string | null;
  claimed: string | null;
  booked: string | null;
  amount: string;
  favour: Discrepancy['favour'];
  contested: boolean;
  detail: string;
  game_code: string | null;
  evidence: readonly Evidence[];
  due_at: Date;
  first_seen: Date;
  last_seen: Date;
  resolved_at: Date | null;
  resolution: string | null;
}

export function readDiscrepancy(row: DiscrepancyRow): Discrepancy {
  return {
    id: row.id,
    shard: row.shard,
    key: { aggregator: row.aggregator, player: row.player, round: row.round_id },
    kind: row.kind,
    transactionKind: row.tx_kind,
    transactionId: row.tx_id,
    version: row.version,
    weight: row.weight,
    state: row.state,
    currency: row.currency,
    claimed: decimalOrNull(row.claimed),
    booked: decimalOrNull(row.booked),
    amount: decimalOf(row.amount),
    favour: row.favour,
    contested: row.contested,
    detail: row.detail,
    game: row.game_code,
    evidence: row.evidence,
    dueAtMs: row.due_at.getTime(),
    firstSeenMs: row.first_seen.getTime(),
    lastSeenMs: row.last_seen.getTime(),
    resolvedAtMs: row.resolved_at?.getTime() ?? null,
    resolution: row.resolution,
  };
}

/** Relies on the unique index of discrepancy. */
export async function selectDiscrepanciesOf(
  tx: Database | DatabaseTransaction,
  keys: readonly ShardedKey[],
): Promise<readonly Discrepancy[]> {
  const rows = await tx<DiscrepancyRow[]>`
    /* discrepancy.of_rounds */
    SELECT d.*
    FROM unnest(
      ${keys.map((key) => key.shard)}::smallint[], ${keys.map((key) => key.player)}::text[],
      ${keys.map((key) => key.aggregator)}::text[], ${keys.map((key) => key.round)}::text[]
    ) AS n (shard, player, aggregator, round_id)
    JOIN discrepancy d USING (shard, player, aggregator, round_id)`;
  return rows.map(readDiscrepancy);
}

/** Relies on discrepancy_pkey. */
export async function selectDiscrepancy(sql: Database | DatabaseTransaction, id: string): Promise<Discrepancy | null> {
  const [row] = await sql<DiscrepancyRow[]>`
    /* discrepancy.one */
    SELECT * FROM discrepancy WHERE id = ${id}::uuid`;
  return row === undefined ? null : readDiscrepancy(row);
}

export interface DiscrepanciesQuery {
  readonly state?: DiscrepancyState;
  readonly kind?: DiscrepancyKind;
  readonly aggregator?: string;
  readonly player?: string;
  readonly round?: string;
  /** id of the last one of the page before */
  readonly after?: string;
  readonly limit: number;
}

/** Newest first, one more than the page. Relies on discrepancy_state, or discrepancy_pkey. */
export async function selectDiscrepancies(sql: Database, query: DiscrepanciesQuery): Promise<readonly Discrepancy[]> {
  const rows = await sql<DiscrepancyRow[]>`
    /* discrepancy.list */
    SELECT *
    FROM discrepancy
    WHERE true
      ${query.state === undefined ? sql`` : sql`AND state = ${query.state}`}
      ${query.kind === undefined ? sql`` : sql`AND kind = ${query.kind}`}
      ${query.aggregator === undefined ? sql`` : sql`AND aggregator = ${query.aggregator}`}
      ${query.player === undefined ? sql`` : sql`AND player = ${query.player}`}
      ${query.round === undefined ? sql`` : sql`AND round_id = ${query.round}`}
      ${query.after === undefined ? sql`` : sql`AND id < ${query.after}::uuid`}
    ORDER BY id DESC
    LIMIT ${query.limit + 1}`;
  return rows.map(readDiscrepancy);
}

/** Whether one of the player's rounds is unsound and undecided. Relies on the unique index of discrepancy. */
export async function selectFrozen(sql: Database, player: string, shard: number): Promise<boolean> {
  const rows = await sql`
    /* discrepancy.frozen */
    SELECT 1
    FROM discrepancy
    WHERE shard = ${shard} AND player = ${player} AND kind = 'LEDGER_IMBALANCE' AND state IN ('waiting', 'open', 'proposed')
    LIMIT 1`;
  return rows.length > 0;
}

export async function updateDiscrepancyState(
  tx: DatabaseTransaction,
  id: string,
  state: DiscrepancyState,
  resolution: string | null,
  nowMs: number,
): Promise<void> {
  await tx`
    /* discrepancy.state */
    UPDATE discrepancy
    SET state = ${state}, resolution = ${resolution},
      resolved_at = CASE WHEN ${state} IN ('resolved', 'accepted') THEN ${instant(nowMs)}::timestamptz END
    WHERE id = ${id}`;
}

/** Relies on the unique index of discrepancy. */
export async function upsertDiscrepancies(tx: DatabaseTransaction, rows: readonly Discrepancy[]): Promise<void> {
  if (rows.length === 0) return;
  const text = (amount: Decimal | null): string | null => (amount === null ? null : formatDecimal(amount));
  await tx`
    /* discrepancy.upsert */
    INSERT INTO discrepancy AS d (
      id, shard, player, aggregator, round_id, kind, tx_kind, tx_id, version, weight, state, currency, claimed, booked, amount,
      favour, contested, detail, game_code, evidence, due_at, first_seen, last_seen, resolved_at, resolution
    )
    SELECT id, shard, player, aggregator, round_id, kind, tx_kind, tx_id, version, weight, state, currency, claimed, booked, amount,
      favour, contested, detail, game_code, evidence::jsonb, due_at, first_seen, last_seen, resolved_at, resolution
    FROM unnest(
      ${rows.map((row) => row.id)}::uuid[], ${rows.map((row) => row.shard)}::smallint[],
      ${rows.map((row) => row.key.player)}::text[], ${rows.map((row) => row.key.aggregator)}::text[],
      ${rows.map((row) => row.key.round)}::text[], ${rows.map((row) => row.kind)}::text[],
      ${rows.map((row) => row.transactionKind)}::text[], ${rows.map((row) => row.transactionId)}::text[],
      ${rows.map((row) => row.version)}::text[], ${rows.map((row) => row.weight)}::text[],
      ${rows.map((row) => row.state)}::text[], ${rows.map((row) => row.currency)}::text[],
      ${rows.map((row) => text(row.claimed))}::numeric[], ${rows.map((row) => text(row.booked))}::numeric[],
      ${rows.map((row) => text(row.amount))}::numeric[], ${rows.map((row) => row.favour)}::text[],
      ${rows.map((row) => String(row.contested))}::text[]::boolean[], ${rows.map((row) => row.detail)}::text[],
      ${rows.map((row) => row.game)}::text[], ${rows.map((row) => JSON.stringify(row.evidence))}::text[],
      ${rows.map((row) => instant(row.dueAtMs))}::timestamptz[], ${rows.map((row) => instant(row.firstSeenMs))}::timestamptz[],
      ${rows.map((row) => instant(row.lastSeenMs))}::timestamptz[],
      ${rows.map((row) => instantOrNull(row.resolvedAtMs))}::timestamptz[], ${rows.map((row) => row.resolution)}::uuid[]
    ) AS n (
      id, shard, player, aggregator, round_id, kind, tx_kind, tx_id, version, weight, state, currency, claimed, booked, amount,
      favour, contested, detail, game_code, evidence, due_at, first_seen, last_seen, resolved_at, resolution
    )
    ON CONFLICT (shard, player, aggregator, round_id, kind, tx_kind, tx_id) DO UPDATE
      SET version = EXCLUDED.version, state = EXCLUDED.state, currency = EXCLUDED.currency, claimed = EXCLUDED.claimed,
        booked = EXCLUDED.booked, amount = EXCLUDED.amount, favour = EXCLUDED.favour, contested = EXCLUDED.contested,
        detail = EXCLUDED.detail, game_code = EXCLUDED.game_code, evidence = EXCLUDED.evidence, due_at = EXCLUDED.due_at,
        last_seen = EXCLUDED.last_seen, resolved_at = EXCLUDED.resolved_at,
        -- the resolution that settled it stays beside what is gone
        resolution = CASE WHEN EXCLUDED.state IN ('resolved', 'accepted') THEN coalesce(EXCLUDED.resolution, d.resolution) END`;
}
