/** What plays count for, and the sums of days: written only by the one builder, in the order of their keys. */
import type { DatabaseTransaction } from '../platform/index.ts';
import { readPortions, writePortions } from './plays.ts';
import type { PlayName, Portion } from './plays.ts';
import type { BettorChange, CellChange } from './tally.ts';

export interface StoredPlay {
  readonly name: PlayName;
  readonly members: readonly string[];
  readonly portions: readonly Portion[];
}

interface PlayRow {
  shard: number;
  player: string;
  aggregator: string;
  id_scope: string;
  play: string;
  members: string[];
  portions: Parameters<typeof readPortions>[0];
}

/** Those of the plays that were counted before. Relies on analytics_play_pkey. */
export async function selectPlays(
  sql: DatabaseTransaction,
  names: readonly PlayName[],
): Promise<readonly StoredPlay[]> {
  if (names.length === 0) return [];
  const rows = await sql<PlayRow[]>`
    /* analytics.plays */
    SELECT p.shard, p.player, p.aggregator, p.id_scope, p.play, p.members, p.portions
    FROM unnest(
      ${names.map(({ shard }) => shard)}::smallint[], ${names.map(({ player }) => player)}::text[],
      ${names.map(({ aggregator }) => aggregator)}::text[], ${names.map(({ idScope }) => idScope)}::text[],
      ${names.map(({ play }) => play)}::text[]
    ) AS n (shard, player, aggregator, id_scope, play)
    CROSS JOIN LATERAL (
      SELECT * FROM analytics_play p
      WHERE p.shard = n.shard AND p.player = n.player AND p.aggregator = n.aggregator AND p.id_scope = n.id_scope
        AND p.play = n.play
      OFFSET 0
    ) p`;
  return rows.map((row) => ({
    name: { shard: row.shard, player: row.player, aggregator: row.aggregator, idScope: row.id_scope, play: row.play },
    members: row.members,
    portions: readPortions(row.portions),
  }));
}

export async function upsertPlays(sql: DatabaseTransaction, plays: readonly StoredPlay[]): Promise<void> {
  if (plays.length === 0) return;
  await sql`
    /* analytics.upsert_plays */
    INSERT INTO analytics_play (shard, player, aggregator, id_scope, play, members, portions)
    SELECT n.shard, n.player, n.aggregator, n.id_scope, n.play, string_to_array(n.members, ',')::uuid[], n.portions::jsonb
    FROM unnest(
      ${plays.map(({ name }) => name.shard)}::smallint[], ${plays.map(({ name }) => name.player)}::text[],
      ${plays.map(({ name }) => name.aggregator)}::text[], ${plays.map(({ name }) => name.idScope)}::text[],
      ${plays.map(({ name }) => name.play)}::text[], ${plays.map(({ members }) => members.join(','))}::text[],
      ${plays.map(({ portions }) => writePortions(portions))}::text[]
    ) AS n (shard, player, aggregator, id_scope, play, members, portions)
    ON CONFLICT (shard, player, aggregator, id_scope, play)
    DO UPDATE SET members = EXCLUDED.members, portions = EXCLUDED.portions`;
}

/** Adds the differences to the cells, and takes away those that hold nothing any more. Relies on analytics_cell_pkey. */
export async function addToCells(sql: DatabaseTransaction, cells: readonly CellChange[]): Promise<void> {
  if (cells.length === 0) return;
  const sum = (pick: (cell: CellChange) => bigint) => cells.map((cell) => pick(cell).toString());
  await sql`
    /* analytics.add_to_cells */
    INSERT INTO analytics_cell AS c (
      day, aggregator, game_code, currency, scale, rounds, bets, free_bets, stakes, payouts, jackpots, free_stakes, free_wins,
      promotions, tips, adjustments, plays, stakes2, crossed, payouts2
    )
    SELECT *
    FROM unnest(
      ${cells.map(({ day }) => day)}::date[], ${cells.map(({ aggregator }) => aggregator)}::text[],
      ${cells.map(({ game }) => game)}::text[], ${cells.map(({ currency }) => currency)}::text[],
      ${cells.map(({ scale }) => scale)}::smallint[],
      ${sum(({ sums }) => sums.rounds)}::numeric[], ${sum(({ sums }) => sums.bets)}::numeric[],
      ${sum(({ sums }) => sums.freeBets)}::numeric[], ${sum(({ sums }) => sums.stakes)}::numeric[],
      ${sum(({ sums }) => sums.payouts)}::numeric[], ${sum(({ sums }) => sums.jackpots)}::numeric[],
      ${sum(({ sums }) => sums.freeStakes)}::numeric[], ${sum(({ sums }) => sums.freeWins)}::numeric[],
      ${sum(({ sums }) => sums.promotions)}::numeric[], ${sum(({ sums }) => sums.tips)}::numeric[],
      ${sum(({ sums }) => sums.adjustments)}::numeric[], ${sum(({ spread }) => spread.plays)}::numeric[],
      ${sum(({ spread }) => spread.stakes2)}::numeric[], ${sum(({ spread }) => spread.crossed)}::numeric[],
      ${sum(({ spread }) => spread.payouts2)}::numeric[]
    )
    ON CONFLICT (day, aggregator, game_code, currency) DO UPDATE SET
      rounds = c.rounds + EXCLUDED.rounds, bets = c.bets + EXCLUDED.bets, free_bets = c.free_bets + EXCLUDED.free_bets,
      stakes = c.stakes + EXCLUDED.stakes, payouts = c.payouts + EXCLUDED.payouts, jackpots = c.jackpots + EXCLUDED.jackpots,
      free_stakes = c.free_stakes + EXCLUDED.free_stakes, free_wins = c.free_wins + EXCLUDED.free_wins,
      promotions = c.promotions + EXCLUDED.promotions, tips = c.tips + EXCLUDED.tips,
      adjustments = c.adjustments + EXCLUDED.adjustments, plays = c.plays + EXCLUDED.plays,
      stakes2 = c.stakes2 + EXCLUDED.stakes2, crossed = c.crossed + EXCLUDED.crossed, payouts2 = c.payouts2 + EXCLUDED.payouts2`;
  await sql`
    /* analytics.drop_empty_cells */
    DELETE FROM analytics_cell c
    USING unnest(
      ${cells.map(({ day }) => day)}::date[], ${cells.map(({ aggregator }) => aggregator)}::text[],
      ${cells.map(({ game }) => game)}::text[], ${cells.map(({ currency }) => currency)}::text[]
    ) AS n (day, aggregator, game_code, currency)
    WHERE c.day = n.day AND c.aggregator = n.aggregator AND c.game_code = n.game_code AND c.currency = n.currency
      AND c.rounds = 0 AND c.bets = 0 AND c.free_bets = 0 AND c.stakes = 0 AND c.payouts = 0 AND c.jackpots = 0
      AND c.free_stakes = 0 AND c.free_wins = 0 AND c.promotions = 0 AND c.tips = 0 AND c.adjustments = 0`;
}

/** Adds to who bet on what, and takes away whose bets are all gone. Relies on analytics_bettor_pkey. */
export async function addToBettors(sql: DatabaseTransaction, bettors: readonly BettorChange[]): Promise<void> {
  if (bettors.length === 0) return;
  const keys = [
    bettors.map(({ day }) => day),
    bettors.map(({ player }) => player),
    bettors.map(({ aggregator }) => aggregator),
    bettors.map(({ game }) => game),
    bettors.map(({ currency }) => currency),
  ] as const;
  await sql`
    /* analytics.add_to_bettors */
    INSERT INTO analytics_bettor AS b (day, player, aggregator, game_code, currency, bets, free_bets)
    SELECT *
    FROM unnest(
      ${keys[0]}::date[], ${keys[1]}::text[], ${keys[2]}::text[], ${keys[3]}::text[], ${keys[4]}::text[],
      ${bettors.map(({ bets }) => bets.toString())}::bigint[], ${bettors.map(({ freeBets }) => freeBets.toString())}::bigint[]
    )
    ON CONFLICT (day, player, aggregator, game_code, currency) DO UPDATE SET
      bets = b.bets + EXCLUDED.bets, free_bets = b.free_bets + EXCLUDED.free_bets`;
  await sql`
    /* analytics.drop_gone_bettors */
    DELETE FROM analytics_bettor b
    USING unnest(${keys[0]}::date[], ${keys[1]}::text[], ${keys[2]}::text[], ${keys[3]}::text[], ${keys[4]}::text[])
      AS n (day, player, aggregator, game_code, currency)
    WHERE b.day = n.day AND b.player = n.player AND b.aggregator = n.aggregator AND b.game_code = n.game_code
      AND b.currency = n.currency AND b.bets = 0 AND b.free_bets = 0`;
}
