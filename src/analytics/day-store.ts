/** Reads of the built tables for reports, and the figures that were published. Every read is bounded by its days. */
import type { Database, DatabaseTransaction } from '../platform/index.ts';
import type { Figures } from './figures.ts';
import type { Heads, HeadsGroup, MoneyGroup, Key } from './report.ts';
import { NO_SUMS, SUMS } from './plays.ts';
import type { Sum, Sums } from './plays.ts';
import type { Spread } from './tally.ts';

type Sql = Database | DatabaseTransaction;

/** What a report is cut into besides days and currencies. */
export interface By {
  readonly aggregator: boolean;
  readonly provider: boolean;
  readonly game: boolean;
  readonly currency: boolean;
  readonly mode: boolean;
}

export interface Days {
  readonly from: string;
  readonly to: string;
}

/**
 * The provider of each game code under our own key, as the catalogue has it now; the least where several have the same code.
 * Former codes of an offer lead to it as well.
 */
const providers = (sql: Sql) => sql`
  code_provider AS MATERIALIZED (
    SELECT codes.aggregator, codes.code, min(l.provider_key) AS provider
    FROM (
      SELECT aggregator, code, provider_code FROM offer
      UNION ALL
      SELECT o.aggregator, a.code, o.provider_code FROM offer_code_alias a JOIN offer o ON o.id = a.offer_id
    ) codes
    JOIN provider_listing l ON l.aggregator = codes.aggregator AND l.code = codes.provider_code
    GROUP BY codes.aggregator, codes.code
  )`;

interface KeyRow {
  day: string;
  aggregator: string;
  provider: string;
  game: string;
  currency: string;
  mode: string;
}

function keyOf(row: KeyRow): Key {
  const { day, aggregator, provider, game, currency, mode } = row;
  return { day, aggregator, provider, game, currency, mode };
}

interface MoneyRow extends KeyRow {
  scale: number;
  rounds: string;
  bets: string;
  free_bets: string;
  stakes: string;
  payouts: string;
  jackpots: string;
  free_stakes: string;
  free_wins: string;
  promotions: string;
  tips: string;
  adjustments: string;
  plays: string;
  stakes2: string;
  crossed: string;
  payouts2: string;
}

/** Sums by day, currency and aggregator at least, and by what else is asked for. Relies on analytics_cell_pkey. */
export async function selectMoney(sql: Sql, { from, to }: Days, by: By, limit: number): Promise<readonly MoneyGroup[]> {
  const rows = await sql<MoneyRow[]>`
    /* analytics.money */
    WITH ${providers(sql)}
    SELECT c.day::text, c.aggregator, CASE WHEN ${by.provider} THEN coalesce(p.provider, '') ELSE '' END AS provider,
      CASE WHEN ${by.game} THEN c.game_code ELSE '' END AS game, c.currency, 'real' AS mode, min(c.scale)::smallint AS scale,
      sum(rounds) AS rounds, sum(bets) AS bets, sum(free_bets) AS free_bets, sum(stakes) AS stakes, sum(payouts) AS payouts,
      sum(jackpots) AS jackpots, sum(free_stakes) AS free_stakes, sum(free_wins) AS free_wins, sum(promotions) AS promotions,
      sum(tips) AS tips, sum(adjustments) AS adjustments, sum(plays) AS plays, sum(stakes2) AS stakes2,
      sum(crossed) AS crossed, sum(payouts2) AS payouts2
    FROM analytics_cell c
    LEFT JOIN code_provider p ON p.aggregator = c.aggregator AND p.code = c.game_code
    WHERE c.day BETWEEN ${from}::date AND ${to}::date
    GROUP BY 1, 2, 3, 4, 5
    ORDER BY 1, 2, 3, 4, 5
    LIMIT ${limit}`;
  return rows.map((row) => ({ key: keyOf(row), figures: figuresOf(row) }));
}

function figuresOf(row: MoneyRow): Figures {
  const units = (text: string) => BigInt(text);
  return {
    aggregator: row.aggregator,
    scale: row.scale,
    sums: {
      rounds: units(row.rounds),
      bets: units(row.bets),
      freeBets: units(row.free_bets),
      stakes: units(row.stakes),
      payouts: units(row.payouts),
      jackpots: units(row.jackpots),
      freeStakes: units(row.free_stakes),
      freeWins: units(row.free_wins),
      promotions: units(row.promotions),
      tips: units(row.tips),
      adjustments: units(row.adjustments),
    },
    spread: {
      plays: units(row.plays),
      stakes2: units(row.stakes2),
      crossed: units(row.crossed),
      payouts2: units(row.payouts2),
    },
  };
}

interface HeadsRow extends KeyRow {
  bettors: number;
  free_only: number;
  session_players: number;
  naive: number;
  real: number;
  demo: number;
  unknown: number;
  conflicts: number;
  seconds: string | null;
  timed: number;
}

/**
 * People and sessions by day and what is asked for, each counted once however many cells they are in (SES-11). Relies on
 * analytics_bettor_pkey and analytics_session_day_pkey.
 */
export async function selectHeads(sql: Sql, { from, to }: Days, by: By, limit: number): Promise<readonly HeadsGroup[]> {
  const dimensions = (table: 'b' | 'd') => sql`
    CASE WHEN ${by.aggregator} THEN ${sql(table)}.aggregator ELSE '' END AS aggregator,
    CASE WHEN ${by.provider} THEN coalesce(p.provider, '') ELSE '' END AS provider,
    CASE WHEN ${by.game} THEN ${sql(table)}.game_code ELSE '' END AS game,
    CASE WHEN ${by.currency} THEN ${sql(table)}.currency ELSE '' END AS currency`;
  const rows = await sql<HeadsRow[]>`
    /* analytics.heads */
    WITH
      ${providers(sql)},
      signs AS (
        SELECT b.day, ${dimensions('b')}, CASE WHEN ${by.mode} THEN 'real' ELSE '' END AS mode,
          'player:' || b.player AS visitor, b.bets, b.free_bets, NULL::text AS session_mode, false AS conflict, NULL::bigint AS seconds
        FROM analytics_bettor b
        LEFT JOIN code_provider p ON p.aggregator = b.aggregator AND p.code = b.game_code
        WHERE b.day BETWEEN ${from}::date AND ${to}::date
        UNION ALL
        SELECT d.day, ${dimensions('d')}, CASE WHEN ${by.mode} THEN d.mode ELSE '' END, d.visitor, 0, 0, d.mode, d.conflict, d.seconds
        FROM analytics_session_day d
        LEFT JOIN code_provider p ON p.aggregator = d.aggregator AND p.code = d.game_code
        WHERE d.day BETWEEN ${from}::date AND ${to}::date
      ),
      visitors AS (
        SELECT day, aggregator, provider, game, currency, mode, visitor,
          sum(bets) AS bets, sum(free_bets) AS free_bets,
          count(*) FILTER (WHERE session_mode = 'real') AS real, count(*) FILTER (WHERE session_mode = 'demo') AS demo,
          count(*) FILTER (WHERE session_mode = 'unknown') AS unknown, count(*) FILTER (WHERE conflict) AS conflicts,
          sum(seconds) FILTER (WHERE session_mode = 'real') AS seconds,
          count(seconds) FILTER (WHERE session_mode = 'real') AS timed
        FROM signs
        GROUP BY day, aggregator, provider, game, currency, mode, visitor
      )
    SELECT day::text, aggregator, provider, game, currency, mode,
      count(*) FILTER (WHERE bets > 0)::integer AS bettors,
      count(*) FILTER (WHERE bets = 0 AND free_bets > 0)::integer AS free_only,
      count(*) FILTER (WHERE real > 0)::integer AS session_players,
      count(*)::integer AS naive,
      sum(real)::integer AS real, sum(demo)::integer AS demo, sum(unknown)::integer AS unknown,
      sum(conflicts)::integer AS conflicts, sum(seconds)::text AS seconds, sum(timed)::integer AS timed
    FROM visitors
    GROUP BY day, aggregator, provider, game, currency, mode
    ORDER BY day, aggregator, provider, game, currency, mode
    LIMIT ${limit}`;
  return rows.map((row) => ({ key: keyOf(row), heads: headsOf(row) }));
}

function headsOf(row: HeadsRow): Heads {
  return {
    bettors: row.bettors,
    freeRoundOnly: row.free_only,
    sessionPlayers: row.session_players,
    naive: row.naive,
    sessions: { real: row.real, demo: row.demo, unknown: row.unknown, conflicts: row.conflicts },
    sessionSeconds: Number(row.seconds ?? '0'),
    timedSessions: row.timed,
  };
}

/** What is remembered of one row of a published day. Amounts as text, so that no digit is lost. */
export interface PublishedFigures {
  readonly heads: Heads | null;
  readonly money: {
    readonly scale: number;
    readonly sums: { readonly [Each in Sum]: string };
    readonly spread: { readonly [Each in keyof Spread]: string };
  } | null;
}

export interface PublishedRow {
  readonly key: Key;
  readonly figures: PublishedFigures;
}

export function packMoney(figures: Figures): PublishedFigures['money'] {
  const text = (all: Sums | Spread) =>
    Object.fromEntries(Object.entries(all).map(([name, units]) => [name, String(units)]));
  return {
    scale: figures.scale,
    sums: text(figures.sums) as { readonly [Each in Sum]: string },
    spread: text(figures.spread) as { readonly [Each in keyof Spread]: string },
  };
}

export function unpackMoney(aggregator: string, money: NonNullable<PublishedFigures['money']>): Figures {
  const { plays, stakes2, crossed, payouts2 } = money.spread;
  return {
    aggregator,
    scale: money.scale,
    sums: SUMS.reduce<Sums>((all, name) => ({ ...all, [name]: BigInt(money.sums[name]) }), NO_SUMS),
    spread: {
      plays: BigInt(plays),
      stakes2: BigInt(stakes2),
      crossed: BigInt(crossed),
      payouts2: BigInt(payouts2),
    },
  };
}

/** A published day as it stood at a revision: of every row the last version up to it. Relies on analytics_day_pkey. */
export async function selectPublished(
  sql: Sql,
  timeZone: string,
  day: string,
  revision: number,
): Promise<readonly PublishedRow[]> {
  const rows = await sql<(Omit<KeyRow, 'provider'> & { figures: PublishedFigures })[]>`
    /* analytics.published */
    SELECT DISTINCT ON (aggregator, game_code, currency, mode)
      day::text, aggregator, game_code AS game, currency, mode, figures
    FROM analytics_day
    WHERE time_zone = ${timeZone} AND day = ${day}::date AND revision <= ${revision}
    ORDER BY aggregator, game_code, currency, mode, revision DESC`;
  return rows.map(({ figures, ...key }) => ({ key: { ...key, provider: '' }, figures }));
}

export interface Revision {
  readonly day: string;
  readonly revision: number;
  readonly publishedAt: Date;
}

/** Every revision of the days, oldest first. Relies on analytics_day_pkey. */
export async function selectRevisions(sql: Sql, timeZone: string, { from, to }: Days): Promise<readonly Revision[]> {
  return sql<{ day: string; revision: number; publishedAt: Date }[]>`
    /* analytics.revisions */
    SELECT day::text, revision, min(published_at) AS "publishedAt"
    FROM analytics_day
    WHERE time_zone = ${timeZone} AND day BETWEEN ${from}::date AND ${to}::date
    GROUP BY day, revision
    ORDER BY day, revision`;
}

export async function insertPublished(
  sql: DatabaseTransaction,
  timeZone: string,
  revision: Revision,
  rows: readonly PublishedRow[],
): Promise<void> {
  await sql`
    /* analytics.publish */
    INSERT INTO analytics_day (time_zone, day, revision, aggregator, game_code, currency, mode, figures, published_at)
    SELECT ${timeZone}, ${revision.day}::date, ${revision.revision}, aggregator, game, currency, mode, figures::jsonb, ${revision.publishedAt}
    FROM unnest(
      ${rows.map(({ key }) => key.aggregator)}::text[], ${rows.map(({ key }) => key.game)}::text[],
      ${rows.map(({ key }) => key.currency)}::text[], ${rows.map(({ key }) => key.mode)}::text[],
      ${rows.map(({ figures }) => JSON.stringify(figures))}::text[]
    ) AS n (aggregator, game, currency, mode, figures)`;
}

/** Days before the given one whose figures changed since they were published, oldest first. */
export async function selectTouched(sql: Sql, before: string, limit: number): Promise<readonly string[]> {
  const rows = await sql<{ day: string }[]>`
    /* analytics.touched */
    SELECT day::text FROM analytics_touched WHERE day < ${before}::date ORDER BY day LIMIT ${limit}`;
  return rows.map(({ day }) => day);
}

/** Those of the days that changed since they were published. */
export async function selectTouchedOf(sql: Sql, { from, to }: Days): Promise<ReadonlySet<string>> {
  const rows = await sql<{ day: string }[]>`
    /* analytics.touched_of */
    SELECT day::text FROM analytics_touched WHERE day BETWEEN ${from}::date AND ${to}::date`;
  return new Set(rows.map(({ day }) => day));
}

export async function deleteTouched(sql: DatabaseTransaction, day: string): Promise<void> {
  await sql`/* analytics.untouch */ DELETE FROM analytics_touched WHERE day = ${day}::date`;
}
