/** SQL of judging: the rounds that are due, their facts, and what came of them. A round is judged by whoever holds its row of round_view. */
import { parseDecimal, isProblem } from '../money/index.ts';
import type { Decimal } from '../money/index.ts';
import type { Database, DatabaseTransaction } from '../platform/index.ts';
import type { ClaimFact, ClaimSource, CorrectionFact, FindingTransaction, RoundKey } from './facts.ts';
import { readEvent } from './inbox-store.ts';
import type { EventRow, StoredEvent } from './inbox-store.ts';
import type { RoundState, Totals } from './view.ts';

export type ShardedKey = RoundKey & { readonly shard: number };

const instant = (ms: number): string => new Date(ms).toISOString();
const instantOrNull = (ms: number | null): string | null => (ms === null ? null : instant(ms));

export function decimalOrNull(text: string | null): Decimal | null {
  if (text === null) return null;
  const decimal = parseDecimal(text);
  if (isProblem(decimal)) throw new Error('defect: the database holds an amount that is none');
  return decimal;
}

export function decimalOf(text: string): Decimal {
  const decimal = decimalOrNull(text);
  if (decimal === null) throw new Error('defect: an amount is missing');
  return decimal;
}

/** `unnest` of the columns that name rounds. */
function names(tx: Database | DatabaseTransaction, keys: readonly RoundKey[]) {
  return tx`unnest(${keys.map((key) => key.aggregator)}::text[], ${keys.map((key) => key.player)}::text[], ${keys.map((key) => key.round)}::text[])`;
}

/** Rounds whose time has come, longest due first. Relies on round_view_due. */
export async function takeDue(tx: DatabaseTransaction, nowMs: number, limit: number): Promise<readonly ShardedKey[]> {
  const rows = await tx<{ shard: number; player: string; aggregator: string; round_id: string }[]>`
    /* round_view.take */
    SELECT shard, player, aggregator, round_id
    FROM round_view
    WHERE due_at <= ${instant(nowMs)}
    ORDER BY due_at
    LIMIT ${limit}
    FOR UPDATE SKIP LOCKED`;
  return rows.map(keyOf);
}

/** Holds one round's row, waiting for whoever judges it now; false when there is none. Relies on round_view_pkey. */
export async function holdRound(tx: DatabaseTransaction, key: ShardedKey): Promise<boolean> {
  const rows = await tx`
    /* round_view.hold */
    SELECT 1
    FROM round_view
    WHERE shard = ${key.shard} AND player = ${key.player} AND aggregator = ${key.aggregator} AND round_id = ${key.round}
    FOR UPDATE`;
  return rows.length > 0;
}

const keyOf = (row: { shard: number; player: string; aggregator: string; round_id: string }): ShardedKey => ({
  shard: row.shard,
  player: row.player,
  aggregator: row.aggregator,
  round: row.round_id,
});

export type RoundEvent = StoredEvent & { readonly of: RoundKey; readonly stray: boolean };

/**
 * Events of the rounds, of each those that could stand first, and a few of other rounds under the same ids: enough to see the
 * contradiction, and never all of an aggregator that has one id for everything. Relies on settlement_event_round and _pkey.
 */
export async function selectEventsOf(
  tx: Database | DatabaseTransaction,
  keys: readonly RoundKey[],
): Promise<readonly RoundEvent[]> {
  const rows = await tx<(EventRow & { of_player: string; of_round: string; stray: boolean })[]>`
    /* settlement_event.of_rounds */
    WITH
      own AS MATERIALIZED (
        SELECT e.*
        FROM ${names(tx, keys)} AS n (aggregator, player, round_id)
        CROSS JOIN LATERAL (
          SELECT *
          FROM settlement_event
          WHERE aggregator = n.aggregator AND player = n.player AND round_id = n.round_id AND state = 'read'
          ORDER BY version DESC NULLS LAST, occurred_at DESC, event_key, body_hash
          LIMIT 500
        ) e
      )
    SELECT aggregator, event_key, body_hash, body, received_at, failures,
      player AS of_player, round_id AS of_round, false AS stray
    FROM own
    UNION ALL
    SELECT e.aggregator, e.event_key, e.body_hash, e.body, e.received_at, e.failures, o.player, o.round_id, true
    FROM own o
    CROSS JOIN LATERAL (
      SELECT *
      FROM settlement_event
      WHERE aggregator = o.aggregator AND event_key = o.event_key AND state = 'read'
        AND (round_id, player) <> (o.round_id, o.player)
      ORDER BY body_hash
      LIMIT 5
    ) e`;
  return rows.map((row) => ({
    ...readEvent(row),
    of: { aggregator: row.aggregator, player: row.of_player, round: row.of_round },
    stray: row.stray,
  }));
}

interface ClaimRow {
  aggregator: string;
  source: ClaimSource;
  kind: 'bet' | 'win' | 'rollback';
  tx_id: string;
  version: string;
  player: string;
  round_id: string;
  amount: string | null;
  currency: string | null;
  status: 'ok' | 'rolled_back' | 'failed';
  reference: string | null;
  free: boolean;
  occurred_at: Date | null;
  received_at: Date;
  origin: string;
  rate: string | null;
}

export function readClaim(row: ClaimRow): ClaimFact {
  return {
    source: row.source,
    version: Number.parseInt(row.version, 10),
    transaction: {
      kind: row.kind,
      id: row.tx_id,
      amount: decimalOrNull(row.amount),
      status: row.status,
      bet: row.reference,
      free: row.free,
      ...(row.rate === null ? {} : { rate: decimalOf(row.rate) }),
    },
    currency: row.currency,
    occurredAtMs: row.occurred_at?.getTime() ?? null,
    receivedAtMs: row.received_at.getTime(),
    origin: row.origin,
  };
}

/** Relies on claim_round. */
export async function selectClaimsOf(
  tx: Database | DatabaseTransaction,
  keys: readonly RoundKey[],
): Promise<readonly (ClaimFact & { readonly of: RoundKey })[]> {
  const rows = await tx<ClaimRow[]>`
    /* claim.of_rounds */
    SELECT c.*
    FROM ${names(tx, keys)} AS n (aggregator, player, round_id)
    JOIN claim c USING (aggregator, player, round_id)`;
  return rows.map((row) => ({
    ...readClaim(row),
    of: { aggregator: row.aggregator, player: row.player, round: row.round_id },
  }));
}

export interface Decided {
  readonly discrepancy: string;
  readonly version: string;
  readonly correction: CorrectionFact | null;
}

/**
 * What was decided and done about these disagreements. An entry that was written down counts as done: it is submitted whatever
 * comes, and who decides meanwhile must not decide about the same money again. Relies on resolution_of.
 */
export async function selectDecided(
  tx: Database | DatabaseTransaction,
  discrepancies: readonly string[],
): Promise<readonly Decided[]> {
  if (discrepancies.length === 0) return [];
  const rows = await tx<
    {
      discrepancy: string;
      version: string;
      action: string;
      amount: string;
      entry_kind: string | null;
      tx_kind: FindingTransaction;
      tx_id: string;
    }[]
  >`
    /* resolution.decided */
    SELECT r.discrepancy, r.version, r.action, r.amount, r.entry #>> '{operation,kind}' AS entry_kind, d.tx_kind, d.tx_id
    FROM resolution r
    JOIN discrepancy d ON d.id = r.discrepancy
    WHERE r.discrepancy = ANY (${[...discrepancies]}::uuid[])
      AND (r.state = 'booked' OR (r.state = 'approved' AND r.entry IS NOT NULL))`;
  return rows.map((row) => {
    const amount = decimalOf(row.amount);
    const signed = row.action === 'debit' ? { ...amount, unscaled: -amount.unscaled } : amount;
    const correction: CorrectionFact | null =
      row.entry_kind === 'adjust' ? { transactionKind: row.tx_kind, transactionId: row.tx_id, credit: signed } : null;
    return { discrepancy: row.discrepancy, version: row.action === 'accept' ? row.version : '', correction };
  });
}

export interface JudgedView {
  readonly key: ShardedKey;
  readonly state: RoundState;
  readonly game: string | null;
  readonly currency: string | null;
  readonly declared: Totals | null;
  readonly booked: Totals;
  readonly missing: readonly string[];
  readonly extra: readonly string[];
  readonly notes: readonly string[];
  readonly hash: string;
  readonly dueAtMs: number | null;
}

/** Relies on round_view_pkey; the rows are held. */
export async function updateViews(tx: DatabaseTransaction, views: readonly JudgedView[], nowMs: number): Promise<void> {
  if (views.length === 0) return;
  await tx`
    /* round_view.judged */
    UPDATE round_view v
    SET state = n.state, game_code = n.game_code, currency = n.currency, declared = n.declared::jsonb, booked = n.booked::jsonb,
      missing = ARRAY(SELECT jsonb_array_elements_text(n.missing::jsonb)),
      extra = ARRAY(SELECT jsonb_array_elements_text(n.extra::jsonb)),
      notes = ARRAY(SELECT jsonb_array_elements_text(n.notes::jsonb)),
      hash = n.hash, due_at = n.due_at, failures = 0, computed_at = ${instant(nowMs)}
    FROM unnest(
      ${views.map((each) => each.key.shard)}::smallint[], ${views.map((each) => each.key.player)}::text[],
      ${views.map((each) => each.key.aggregator)}::text[], ${views.map((each) => each.key.round)}::text[],
      ${views.map((each) => each.state)}::text[], ${views.map((each) => each.game)}::text[],
      ${views.map((each) => each.currency)}::text[],
      ${views.map((each) => (each.declared === null ? null : JSON.stringify(each.declared)))}::text[],
      ${views.map((each) => JSON.stringify(each.booked))}::text[],
      ${views.map((each) => JSON.stringify(each.missing))}::text[], ${views.map((each) => JSON.stringify(each.extra))}::text[],
      ${views.map((each) => JSON.stringify(each.notes))}::text[], ${views.map((each) => each.hash)}::text[],
      ${views.map((each) => instantOrNull(each.dueAtMs))}::timestamptz[]
    ) AS n (shard, player, aggregator, round_id, state, game_code, currency, declared, booked, missing, extra, notes, hash, due_at)
    WHERE v.shard = n.shard AND v.player = n.player AND v.aggregator = n.aggregator AND v.round_id = n.round_id`;
}

/** Of rounds nothing is known of any more, because it turned out to be about another player. Relies on round_view_pkey. */
export async function deleteViews(tx: DatabaseTransaction, keys: readonly ShardedKey[]): Promise<void> {
  if (keys.length === 0) return;
  await tx`
    /* round_view.delete */
    DELETE FROM round_view v
    USING unnest(
      ${keys.map((key) => key.shard)}::smallint[], ${keys.map((key) => key.player)}::text[],
      ${keys.map((key) => key.aggregator)}::text[], ${keys.map((key) => key.round)}::text[]
    ) AS n (shard, player, aggregator, round_id)
    WHERE v.shard = n.shard AND v.player = n.player AND v.aggregator = n.aggregator AND v.round_id = n.round_id`;
}

/** A round that cannot be judged waits, longer each time, and keeps nobody else waiting. Relies on round_view_pkey. */
export async function postponeRound(sql: Database, key: ShardedKey, nowMs: number): Promise<void> {
  await sql`
    /* round_view.postpone */
    UPDATE round_view
    SET failures = least(failures + 1, 1000), due_at = ${instant(nowMs)}::timestamptz + interval '10 seconds' * power(2, least(failures, 9))
    WHERE shard = ${key.shard} AND player = ${key.player} AND aggregator = ${key.aggregator} AND round_id = ${key.round}`;
}

/** What nobody could tell whose it is, or of which round, has found its place. Relies on settlement_event_round and claim_round. */
export async function rehome(tx: DatabaseTransaction, from: ShardedKey, to: ShardedKey): Promise<void> {
  await tx`
    /* settlement_event.rehome */
    UPDATE settlement_event SET player = ${to.player}, shard = ${to.shard}
    WHERE aggregator = ${from.aggregator} AND round_id = ${from.round} AND player = ${from.player}`;
  await tx`
    /* claim.rehome */
    UPDATE claim SET player = ${to.player}, shard = ${to.shard}, round_id = ${to.round}
    WHERE aggregator = ${from.aggregator} AND round_id = ${from.round} AND player = ${from.player}`;
}

interface ViewRow {
  shard: number;
  player: string;
  aggregator: string;
  round_id: string;
  state: RoundState | 'new';
  game_code: string | null;
  currency: string | null;
  declared: Totals | null;
  booked: Totals | null;
  missing: string[];
  extra: string[];
  notes: string[];
  hash: string | null;
  due_at: Date | null;
  computed_at: Date | null;
}

export interface StoredView {
  readonly key: ShardedKey;
  readonly state: RoundState | 'new';
  readonly game: string | null;
  readonly currency: string | null;
  readonly declared: Totals | null;
  readonly booked: Totals | null;
  readonly missing: readonly string[];
  readonly extra: readonly string[];
  readonly notes: readonly string[];
  readonly hash: string | null;
  readonly dueAtMs: number | null;
  readonly computedAtMs: number | null;
}

/** Relies on round_view_pkey. */
export async function selectView(sql: Database | DatabaseTransaction, key: ShardedKey): Promise<StoredView | null> {
  const [row] = await sql<ViewRow[]>`
    /* round_view.one */
    SELECT *
    FROM round_view
    WHERE shard = ${key.shard} AND player = ${key.player} AND aggregator = ${key.aggregator} AND round_id = ${key.round}`;
  if (row === undefined) return null;
  return {
    key: keyOf(row),
    state: row.state,
    game: row.game_code,
    currency: row.currency,
    declared: row.declared,
    booked: row.booked,
    missing: row.missing,
    extra: row.extra,
    notes: row.notes,
    hash: row.hash,
    dueAtMs: row.due_at?.getTime() ?? null,
    computedAtMs: row.computed_at?.getTime() ?? null,
  };
}
