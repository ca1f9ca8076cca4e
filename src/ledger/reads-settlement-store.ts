/**
 * SQL of what settlement asks the book: rounds of many players at once with their transactions, and transactions by the ids an
 * aggregator names. Every statement enters by an index for each name it is given, so its cost is that of what it finds.
 */
import type { Database, DatabaseTransaction } from '../platform/index.ts';
import type { AggregatorName, PlayerId, Round, RoundId, Transaction, TransactionKind } from '../wallet/index.ts';
import { instant, readRound, readTransaction } from './columns.ts';
import type { RoundRow, TransactionRow } from './columns.ts';

export interface AskedRound {
  readonly shard: number;
  readonly player: PlayerId;
  readonly aggregator: AggregatorName;
  readonly round: RoundId;
}

export interface AskedTransaction {
  readonly aggregator: AggregatorName;
  readonly kind: TransactionKind;
  readonly externalId: string;
}

export type ScaledRound = Round & { readonly scale: number };

/** One snapshot for several reads: a round and its transactions must be of the same moment. */
export async function inSnapshot<T>(sql: Database, read: (tx: DatabaseTransaction) => Promise<T>): Promise<T> {
  const result = await sql.begin('ISOLATION LEVEL REPEATABLE READ READ ONLY', async (tx) => ({
    value: await read(tx),
  }));
  return result.value;
}

/** What names the rounds. Relies on transaction_round. */
export async function selectTransactionsOfRounds(
  tx: DatabaseTransaction,
  asked: readonly AskedRound[],
): Promise<readonly Transaction[]> {
  const rows = await tx<TransactionRow[]>`
    /* transaction.of_rounds */
    SELECT t.*
    FROM unnest(
      ${asked.map((each) => each.shard)}::smallint[], ${asked.map((each) => each.player)}::text[],
      ${asked.map((each) => each.aggregator)}::text[], ${asked.map((each) => each.round)}::text[]
    ) AS n (shard, player, aggregator, round_id)
    CROSS JOIN LATERAL (
      SELECT *
      FROM transaction
      WHERE shard = n.shard AND player = n.player AND round_id = n.round_id AND aggregator = n.aggregator
      ORDER BY id
      LIMIT 5000
    ) t`;
  return rows.map(readTransaction);
}

/** The rounds' own rows, by the scopes their transactions have. Relies on round_pkey. */
export async function selectNamedRounds(
  tx: DatabaseTransaction,
  asked: readonly (AskedRound & { readonly idScope: string })[],
): Promise<readonly ScaledRound[]> {
  if (asked.length === 0) return [];
  const rows = await tx<(RoundRow & { scale: number })[]>`
    /* round.of_names */
    SELECT r.*, w.scale
    FROM unnest(
      ${asked.map((each) => each.shard)}::smallint[], ${asked.map((each) => each.player)}::text[],
      ${asked.map((each) => each.aggregator)}::text[], ${asked.map((each) => each.idScope)}::text[],
      ${asked.map((each) => each.round)}::text[]
    ) AS n (shard, player, aggregator, id_scope, round_id)
    JOIN round r USING (shard, player, aggregator, id_scope, round_id)
    JOIN wallet w ON w.shard = r.shard AND w.player = r.player AND w.currency = r.currency`;
  return rows.map((row) => ({ ...readRound(row), scale: row.scale }));
}

/** Whoever's they are. Relies on transaction_external_id. */
export async function selectByExternalIds(
  tx: DatabaseTransaction,
  asked: readonly AskedTransaction[],
): Promise<readonly Transaction[]> {
  if (asked.length === 0) return [];
  const rows = await tx<TransactionRow[]>`
    /* transaction.of_external_ids */
    SELECT t.*
    FROM unnest(
      ${asked.map((each) => each.aggregator)}::text[], ${asked.map((each) => each.externalId)}::text[],
      ${asked.map((each) => each.kind)}::text[]
    ) AS n (aggregator, external_id, kind)
    JOIN transaction t ON t.aggregator = n.aggregator AND t.external_id = n.external_id AND t.kind = n.kind`;
  return rows.map(readTransaction);
}

/**
 * What names no round, but a bet of these. Reads all of a player's transactions without a round (transaction_pkey), so it is
 * asked only when a round's sums say that something is missing.
 */
export async function selectReferring(
  tx: DatabaseTransaction,
  { shard, player, aggregator }: AskedRound,
  bets: readonly string[],
): Promise<readonly Transaction[]> {
  const rows = await tx<TransactionRow[]>`
    /* transaction.referring */
    SELECT *
    FROM transaction
    WHERE shard = ${shard} AND player = ${player} AND round_id IS NULL AND aggregator = ${aggregator}
      AND reference = ANY (${[...bets]}::text[])
    LIMIT 5000`;
  return rows.map(readTransaction);
}

/** Rounds opened in a span that are open, hold a stake and have paid nothing yet. Relies on round_opened. */
export async function selectOpenWithoutOutcome(
  sql: Database,
  span: { readonly fromMs: number; readonly toMs: number },
  limit: number,
): Promise<readonly Round[]> {
  const rows = await sql<RoundRow[]>`
    /* round.without_outcome */
    SELECT *
    FROM round
    WHERE opened_at >= ${instant(span.fromMs)} AND opened_at < ${instant(span.toMs)}
      AND state IN ('open', 'reopened') AND bets_standing > 0 AND paid = 0 AND loose_wins = 0
    ORDER BY opened_at
    LIMIT ${limit}`;
  return rows.map(readRound);
}

/** When the first round at or after an instant was opened; null: there is none. Relies on round_opened. */
export async function selectFirstOpened(sql: Database, fromMs = 0): Promise<number | null> {
  const [row] = await sql<{ opened_at: Date | null }[]>`
    /* round.first_opened */
    SELECT min(opened_at) AS opened_at FROM round WHERE opened_at >= ${instant(fromMs)}`;
  return row?.opened_at?.getTime() ?? null;
}

/** Bets and wins booked in a span, of rounds opened in another. Relies on round_opened and transaction_round. */
export async function selectBookedBetween(
  sql: Database,
  asked: {
    readonly aggregator: string;
    readonly fromMs: number;
    readonly toMs: number;
    readonly openedFromMs: number;
    readonly openedToMs: number;
  },
): Promise<readonly Transaction[]> {
  const rows = await sql<TransactionRow[]>`
    /* transaction.booked_between */
    SELECT t.*
    FROM round r
    JOIN transaction t
      ON t.shard = r.shard AND t.player = r.player AND t.round_id = r.round_id
      AND t.aggregator = r.aggregator AND t.id_scope = r.id_scope
    WHERE r.opened_at >= ${instant(asked.openedFromMs)} AND r.opened_at < ${instant(asked.openedToMs)}
      AND r.aggregator = ${asked.aggregator}
      AND t.kind IN ('bet', 'win') AND t.state IN ('applied', 'part_reversed', 'reversed')
      AND t.created_at >= ${instant(asked.fromMs)} AND t.created_at < ${instant(asked.toMs)}`;
  return rows.map(readTransaction);
}

export interface DayLine {
  readonly gameCode: string;
  readonly currency: string;
  readonly bets: number;
  readonly bet: string;
  readonly betRollbacks: number;
  readonly betRollback: string;
  readonly wins: number;
  readonly win: string;
  readonly winRollbacks: number;
  readonly winRollback: string;
}

export type CutOff = 'transaction' | 'close';

/**
 * What the rounds opened in a span come to on one day, by game and currency. `transaction`: what was booked on the day;
 * `close`: everything of rounds that were closed on it. Relies on round_opened and transaction_round.
 */
export async function selectDayLines(
  sql: Database,
  asked: {
    readonly aggregator: string;
    readonly cutOff: CutOff;
    readonly dayFromMs: number;
    readonly dayToMs: number;
    readonly openedFromMs: number;
    readonly openedToMs: number;
  },
): Promise<readonly DayLine[]> {
  const from = instant(asked.dayFromMs);
  const to = instant(asked.dayToMs);
  const rows = await sql<
    (Omit<DayLine, 'gameCode' | 'betRollbacks' | 'betRollback' | 'winRollbacks' | 'winRollback'> & {
      game_code: string;
      bet_rollbacks: number;
      bet_rollback: string;
      win_rollbacks: number;
      win_rollback: string;
    })[]
  >`
    /* transaction.day_lines */
    WITH
      of_day AS (
        SELECT t.kind, t.currency, t.amount, t.reversed_amount, coalesce(t.game_code, r.game_code, '') AS game_code,
          t.units, t.flavour,
          -- a transaction counts on its own day, or on that of its round's end
          CASE WHEN ${asked.cutOff} = 'close' THEN r.closed_at ELSE t.created_at END AS booked_at,
          CASE WHEN ${asked.cutOff} = 'close' THEN r.closed_at ELSE t.changed_at END AS undone_at
        FROM round r
        JOIN transaction t
          ON t.shard = r.shard AND t.player = r.player AND t.round_id = r.round_id
          AND t.aggregator = r.aggregator AND t.id_scope = r.id_scope
        WHERE r.opened_at >= ${instant(asked.openedFromMs)} AND r.opened_at < ${instant(asked.openedToMs)}
          AND r.aggregator = ${asked.aggregator}
          AND t.kind IN ('bet', 'win') AND t.state IN ('applied', 'part_reversed', 'reversed')
          AND t.flavour <> 'free'
      )
    SELECT game_code, currency,
      count(*) FILTER (WHERE kind = 'bet' AND booked)::integer AS bets,
      coalesce(sum(amount) FILTER (WHERE kind = 'bet' AND booked), 0)::text AS bet,
      count(*) FILTER (WHERE kind = 'bet' AND undone)::integer AS bet_rollbacks,
      coalesce(sum(reversed_amount) FILTER (WHERE kind = 'bet' AND undone), 0)::text AS bet_rollback,
      count(*) FILTER (WHERE kind = 'win' AND booked AND amount > 0)::integer AS wins,
      coalesce(sum(amount) FILTER (WHERE kind = 'win' AND booked), 0)::text AS win,
      count(*) FILTER (WHERE kind = 'win' AND undone)::integer AS win_rollbacks,
      coalesce(sum(reversed_amount) FILTER (WHERE kind = 'win' AND undone), 0)::text AS win_rollback
    FROM (
      SELECT *, booked_at >= ${from} AND booked_at < ${to} AS booked,
        reversed_amount > 0 AND undone_at >= ${from} AND undone_at < ${to} AS undone
      FROM of_day
    ) d
    WHERE booked OR undone
    GROUP BY game_code, currency`;
  return rows.map((row) => ({
    gameCode: row.game_code,
    currency: row.currency,
    bets: row.bets,
    bet: row.bet,
    betRollbacks: row.bet_rollbacks,
    betRollback: row.bet_rollback,
    wins: row.wins,
    win: row.win,
    winRollbacks: row.win_rollbacks,
    winRollback: row.win_rollback,
  }));
}
