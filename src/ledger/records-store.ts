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
  /** decimal text of the game's currency, of the same sign */
  readonly amount: string;
  /** `other`: free-round wins, promotions, jackpots, tips and corrections, which no GGR counts */
  readonly counts: 'ggr' | 'other';
}

/**
 * What was booked in a span at an exchange rate, with or without a round and however old that is; nothing of test players. What
 * counts as GGR is what the daily figures count as turnover and payouts. Relies on transaction_fx_created, of a win also on
 * transaction_round or transaction_external_id.
 */
export async function selectConverted(
  sql: Database,
  asked: { readonly fromMs: number; readonly toMs: number },
): Promise<readonly Converted[]> {
  const rows = await sql<(Omit<Converted, 'units'> & { units: string })[]>`
    /* transaction.converted */
    WITH
      kept AS (
        SELECT t.fx::jsonb AS lock, CASE t.kind WHEN 'bet' THEN 1 ELSE -1 END AS sign, t.units - t.reversed_units AS units,
          CASE WHEN t.state = 'reversed' THEN 0 ELSE t.amount - t.reversed_amount END AS amount,
          CASE
            WHEN t.kind = 'bet' AND t.flavour = 'cash' THEN 'ggr'
            WHEN t.kind = 'win' AND t.flavour = 'win' AND played.free IS NOT TRUE THEN 'ggr'
            ELSE 'other'
          END AS counts
        FROM transaction t
        LEFT JOIN player p ON p.id = t.player
        -- where only free rounds were played, what the game pays is their win
        LEFT JOIN LATERAL (
          SELECT bool_and(b.flavour = 'free') AS free
          FROM (
            SELECT flavour, state
            FROM transaction
            WHERE shard = t.shard AND player = t.player AND round_id = t.round_id AND aggregator = t.aggregator
              AND id_scope = t.id_scope AND kind = 'bet'
            UNION ALL
            SELECT flavour, state
            FROM transaction
            WHERE t.round_id IS NULL AND aggregator = t.aggregator AND external_id = t.reference AND kind = 'bet'
              AND id_scope = t.id_scope AND shard = t.shard AND player = t.player
          ) b
          WHERE b.flavour <> 'tip' AND b.state IN ('applied', 'part_reversed')
        ) played ON t.kind = 'win'
        WHERE t.fx IS NOT NULL AND t.created_at >= ${instant(asked.fromMs)} AND t.created_at < ${instant(asked.toMs)}
          AND t.kind IN ('bet', 'win', 'adjust') AND t.state IN ('applied', 'part_reversed', 'reversed')
          AND t.flavour <> 'free' AND p.test IS NOT TRUE
      )
    SELECT lock ->> 'pair' AS pair, (lock ->> 'walletScale')::integer AS "walletScale",
      (lock ->> 'gameScale')::integer AS "gameScale", lock ->> 'rate' AS rate, lock ->> 'market' AS market, counts,
      sum(sign * units)::text AS units, sum(sign * amount)::text AS amount
    FROM kept
    GROUP BY 1, 2, 3, 4, 5, 6`;
  return rows.map((row) => ({ ...row, units: BigInt(row.units) }));
}
