/** SQL of what a player or a regulator may ask of the book: one player's game history, and stakes that are still at play. Reads only. */
import type { Database } from '../platform/index.ts';
import { leastIdAt } from '../platform/index.ts';
import type { PlayerId } from '../wallet/index.ts';
import { instant, readTransaction } from './columns.ts';
import type { TransactionRow } from './columns.ts';
import type { ReadTransaction } from './reads.ts';

const DAY_MS = 86_400_000;

/**
 * What was booked of a player's games in a span, oldest first, after the one named. Our ids grow with time, so the span is a range
 * of transaction_pkey, taken a day wider than asked because an id and its row are not made in the same instant.
 */
export async function selectHistory(
  sql: Database,
  asked: {
    readonly shard: number;
    readonly player: PlayerId;
    readonly fromMs: number;
    readonly toMs: number;
    readonly after: string | null;
  },
  limit: number,
): Promise<readonly ReadTransaction[]> {
  const rows = await sql<(TransactionRow & { scale: number | null })[]>`
    /* transaction.history */
    SELECT t.*, w.scale
    FROM transaction t
    LEFT JOIN wallet w ON w.shard = t.shard AND w.player = t.player AND w.currency = t.currency
    WHERE t.shard = ${asked.shard} AND t.player = ${asked.player}
      AND t.id >= ${leastIdAt(asked.fromMs - DAY_MS)}::uuid AND t.id < ${leastIdAt(asked.toMs + DAY_MS)}::uuid
      ${asked.after === null ? sql`` : sql`AND t.id > ${asked.after}::uuid`}
      AND t.created_at >= ${instant(asked.fromMs)} AND t.created_at < ${instant(asked.toMs)}
      AND t.kind IN ('bet', 'win', 'rollback', 'adjust') AND t.state IN ('applied', 'part_reversed', 'reversed')
    ORDER BY t.id
    LIMIT ${limit}`;
  return rows.map((row) => ({ ...readTransaction(row), scale: row.scale }));
}

export interface OpenStake {
  readonly player: string;
  readonly currency: string;
  readonly scale: number;
  readonly rounds: number;
  /** wallet units at play: stakes of rounds without an outcome, less what was returned of them */
  readonly units: bigint;
  readonly oldestMs: number;
}

/** Stakes at play by player and currency, of rounds opened in a span. Relies on round_opened, or on round_pkey for one player. */
export async function selectOpenStakes(
  sql: Database,
  asked: {
    readonly fromMs: number;
    readonly toMs: number;
    readonly of: { readonly shard: number; readonly player: PlayerId } | null;
  },
  limit: number,
): Promise<readonly OpenStake[]> {
  const rows = await sql<
    { player: string; currency: string; scale: number; rounds: number; units: string; oldest: Date }[]
  >`
    /* round.open_stakes */
    SELECT r.player, r.currency, w.scale, count(*)::integer AS rounds, sum(r.staked - r.returned)::text AS units,
      min(r.opened_at) AS oldest
    FROM round r
    JOIN wallet w ON w.shard = r.shard AND w.player = r.player AND w.currency = r.currency
    WHERE r.opened_at >= ${instant(asked.fromMs)} AND r.opened_at < ${instant(asked.toMs)}
      AND r.state IN ('open', 'reopened') AND r.bets_standing > 0 AND r.paid = 0 AND r.loose_wins = 0 AND r.staked > r.returned
      ${asked.of === null ? sql`` : sql`AND r.shard = ${asked.of.shard} AND r.player = ${asked.of.player}`}
    GROUP BY r.player, r.currency, w.scale
    ORDER BY r.player, r.currency
    LIMIT ${limit}`;
  return rows.map(({ oldest, ...row }) => ({ ...row, units: BigInt(row.units), oldestMs: oldest.getTime() }));
}

/** What was converted at one rate: of a pair, in both currencies, stakes less payouts. */
export interface Converted {
  readonly pair: string;
  readonly walletScale: number;
  readonly gameScale: number;
  readonly rate: string;
  readonly market: string;
  /** wallet units the house kept; below zero: paid out */
  readonly units: bigint;
  /** decimal text of the game's currency: GGR as the aggregator counts it */
  readonly amount: string;
}

/**
 * Bets and wins booked in a span at an exchange rate, with or without a round and however old that is. Relies on
 * transaction_fx_created.
 */
export async function selectConverted(
  sql: Database,
  asked: { readonly fromMs: number; readonly toMs: number },
): Promise<readonly Converted[]> {
  const rows = await sql<(Omit<Converted, 'units'> & { units: string })[]>`
    /* transaction.converted */
    WITH
      kept AS (
        SELECT fx::jsonb AS lock, CASE kind WHEN 'bet' THEN 1 ELSE -1 END AS sign, units - reversed_units AS units,
          CASE WHEN state = 'reversed' THEN 0 ELSE amount - reversed_amount END AS amount
        FROM transaction
        WHERE fx IS NOT NULL AND created_at >= ${instant(asked.fromMs)} AND created_at < ${instant(asked.toMs)}
          AND kind IN ('bet', 'win') AND state IN ('applied', 'part_reversed', 'reversed') AND flavour <> 'free'
      )
    SELECT lock ->> 'pair' AS pair, (lock ->> 'walletScale')::integer AS "walletScale",
      (lock ->> 'gameScale')::integer AS "gameScale", lock ->> 'rate' AS rate, lock ->> 'market' AS market,
      sum(sign * units)::text AS units, sum(sign * amount)::text AS amount
    FROM kept
    GROUP BY 1, 2, 3, 4, 5`;
  return rows.map((row) => ({ ...row, units: BigInt(row.units) }));
}
