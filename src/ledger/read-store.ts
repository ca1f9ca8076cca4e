/** SQL of the book's read models. Keyset paging everywhere; no statement scans more than its page and its filter. */
import type { Database } from '../platform/index.ts';
import { playerId, transactionId } from '../wallet/index.ts';
import type { Account, AggregatorName, PlayerId, Posting, Round, RoundId, Transaction } from '../wallet/index.ts';
import { instant, readRound, readTransaction } from './columns.ts';
import type { RoundRow, TransactionRow } from './columns.ts';
import type { ReadTransaction, RoundsQuery, TransactionsQuery } from './reads.ts';

export interface RoundName {
  readonly shard: number;
  readonly player: PlayerId;
  readonly aggregator: AggregatorName;
  readonly idScope: string;
  readonly round: RoundId;
}
interface ScaledRound {
  readonly round: Round;
  readonly scale: number;
}

/**
 * Newest first by round_opened; one player's rounds by round_pkey. One row more than the page tells whether there is a next. (An index
 * of a player's rounds by time would be taken by the lanes for their look-ups as well: a player with many rounds cost four times as much.)
 */
export async function selectRounds(
  sql: Database,
  query: RoundsQuery,
  after: readonly string[] | null,
  shard: number | null,
): Promise<readonly ScaledRound[]> {
  const [openedAt, player, aggregator, scope, round] = after ?? [];
  const rows = await sql<(RoundRow & { scale: number })[]>`
    /* round.list */
    SELECT r.*, w.scale
    FROM round r
    JOIN wallet w ON w.shard = r.shard AND w.player = r.player AND w.currency = r.currency
    WHERE true
      ${query.player === undefined ? sql`` : sql`AND r.shard = ${shard} AND r.player = ${query.player}`}
      ${query.aggregator === undefined ? sql`` : sql`AND r.aggregator = ${query.aggregator}`}
      ${query.state === undefined ? sql`` : sql`AND r.state = ${query.state}`}
      ${
        openedAt === undefined
          ? sql``
          : sql`AND (r.opened_at, r.player, r.aggregator, r.id_scope, r.round_id)
                  < (${openedAt}::timestamptz, ${player ?? ''}, ${aggregator ?? ''}, ${scope ?? ''}, ${round ?? ''})`
      }
    ORDER BY r.opened_at DESC, r.player DESC, r.aggregator DESC, r.id_scope DESC, r.round_id DESC
    LIMIT ${query.limit + 1}`;
  return rows.map((row) => ({ round: readRound(row), scale: row.scale }));
}

/** Relies on round_pkey. */
export async function selectRound(sql: Database, name: RoundName): Promise<ScaledRound | null> {
  const [row] = await sql<(RoundRow & { scale: number })[]>`
    /* round.one */
    SELECT r.*, w.scale
    FROM round r
    JOIN wallet w ON w.shard = r.shard AND w.player = r.player AND w.currency = r.currency
    WHERE r.shard = ${name.shard} AND r.player = ${name.player} AND r.aggregator = ${name.aggregator}
      AND r.id_scope = ${name.idScope} AND r.round_id = ${name.round}`;
  return row === undefined ? null : { round: readRound(row), scale: row.scale };
}

/** What names the round, and what names a transaction of it without naming the round. Relies on transaction_round. */
export async function selectRoundTransactions(sql: Database, name: RoundName): Promise<readonly Transaction[]> {
  const rows = await sql<TransactionRow[]>`
    /* transaction.of_round */
    WITH
      -- what names the round itself
      named AS MATERIALIZED (
        SELECT *
        FROM transaction
        WHERE shard = ${name.shard} AND player = ${name.player} AND round_id = ${name.round}
          AND aggregator = ${name.aggregator} AND id_scope = ${name.idScope}
      ),
      -- rollbacks and wins that name only a bet or win of it
      referring AS (
        SELECT t.*
        FROM transaction t
        WHERE t.shard = ${name.shard} AND t.player = ${name.player} AND t.round_id IS NULL
          AND t.aggregator = ${name.aggregator} AND t.id_scope = ${name.idScope}
          AND t.reference IN (SELECT external_id FROM named)
      )
    SELECT * FROM named
    UNION ALL
    SELECT * FROM referring
    ORDER BY created_at, id`;
  return rows.map(readTransaction);
}

interface PostingRow {
  player: string;
  currency: string;
  seq: string;
  debit: Account;
  credit: Account;
  units: string;
  transaction_id: string;
  balance_after: string;
  overdrawn: boolean;
  created_at: Date;
}

/** Relies on posting_pkey's leading columns. */
export async function selectPostings(
  sql: Database,
  shard: number,
  player: PlayerId,
  transactions: readonly string[],
): Promise<readonly Posting[]> {
  if (transactions.length === 0) return [];
  const rows = await sql<PostingRow[]>`
    /* posting.of_transactions */
    SELECT player, currency, seq, debit, credit, units, transaction_id, balance_after, overdrawn, created_at
    FROM posting
    WHERE shard = ${shard} AND player = ${player} AND transaction_id = ANY (${[...transactions]}::uuid[])
    ORDER BY currency, seq`;
  return rows.map((row) => ({
    player: playerId(row.player),
    currency: row.currency,
    seq: BigInt(row.seq),
    debit: row.debit,
    credit: row.credit,
    units: BigInt(row.units),
    transaction: transactionId(row.transaction_id),
    balanceAfter: BigInt(row.balance_after),
    overdrawn: row.overdrawn,
    createdAtMs: row.created_at.getTime(),
  }));
}

/** Our ids grow with time, so they order a player's history. Relies on transaction_pkey or transaction_external_id. */
export async function selectTransactions(
  sql: Database,
  query: TransactionsQuery,
  after: string | null,
  shard: number | null,
): Promise<readonly ReadTransaction[]> {
  const rows = await sql<(TransactionRow & { scale: number | null })[]>`
    /* transaction.list */
    SELECT t.*, w.scale
    FROM transaction t
    LEFT JOIN wallet w ON w.shard = t.shard AND w.player = t.player AND w.currency = t.currency
    WHERE true
      ${query.player === undefined ? sql`` : sql`AND t.shard = ${shard} AND t.player = ${query.player}`}
      ${query.externalId === undefined ? sql`` : sql`AND t.external_id = ${query.externalId}`}
      ${query.aggregator === undefined ? sql`` : sql`AND t.aggregator = ${query.aggregator}`}
      ${after === null ? sql`` : sql`AND t.id < ${after}::uuid`}
    ORDER BY t.id DESC
    LIMIT ${query.limit + 1}`;
  return rows.map((row) => ({ ...readTransaction(row), scale: row.scale }));
}

/** Whose waiting wins are passed over. */
export interface PassedOver {
  readonly aggregators: readonly string[];
  readonly players: readonly string[];
}

/** Relies on the partial index transaction_waiting. */
export async function selectOverdueParked(
  sql: Database,
  nowMs: number,
  limit: number,
  except: PassedOver,
): Promise<readonly Transaction[]> {
  const rows = await sql<TransactionRow[]>`
    /* transaction.overdue_parked */
    SELECT *
    FROM transaction
    WHERE (state = 'parked' OR 'before_bet' = ANY (flags)) AND state = 'parked' AND deadline_at <= ${instant(nowMs)}
      AND NOT aggregator = ANY (${[...except.aggregators]}::text[]) AND NOT player = ANY (${[...except.players]}::text[])
    ORDER BY deadline_at
    LIMIT ${limit}`;
  return rows.map(readTransaction);
}

/** Whose transaction this is, for dialects that name nothing else. Relies on transaction_external_id. */
export async function selectPlayerOf(
  sql: Database,
  aggregator: AggregatorName,
  externalId: string,
): Promise<PlayerId | null> {
  const [row] = await sql<{ player: string }[]>`
    /* transaction.player_of */
    SELECT player FROM transaction WHERE aggregator = ${aggregator} AND external_id = ${externalId} LIMIT 1`;
  return row === undefined ? null : playerId(row.player);
}
