/** SQL of exchange: quotes that all processes of the house share, the words they were made of, and those not believed. */
import type { Pair, Quote } from '../money/index.ts';
import { formatRate, isProblem, pairText, parsePair, parseRate } from '../money/index.ts';
import type { Database } from '../platform/index.ts';
import type { EarlierJump } from './agree.ts';
import type { Rejection, RejectionReason, Tick } from './tick.ts';

interface QuoteRow {
  id: string;
  pair: string;
  market: string;
  spread_bps: number;
  rate: string;
  source: string;
  ticks: string[];
  observed_at: Date;
  starts_at: Date;
  expires_at: Date;
}

/** A quote with the ids of what it was made of. */
export type StoredQuote = Quote & { readonly ticks: readonly string[] };
export type NewTick = Tick & { readonly id: string };

export interface StoredTick {
  readonly source: string;
  readonly value: string;
  readonly observedAtMs: number;
}

export interface StoredRejection extends Rejection {
  readonly pair: string;
  readonly atMs: number;
}

function readQuote(row: QuoteRow): StoredQuote {
  const [pair, market, rate] = [parsePair(row.pair), parseRate(row.market), parseRate(row.rate)];
  if (pair === null || isProblem(market) || isProblem(rate))
    throw new Error(`defect: the quote ${row.id} is unreadable`);
  return {
    id: row.id,
    pair,
    market,
    spreadBps: row.spread_bps,
    rate,
    source: row.source,
    ticks: row.ticks,
    observedAtMs: row.observed_at.getTime(),
    startsAtMs: row.starts_at.getTime(),
    expiresAtMs: row.expires_at.getTime(),
  };
}

/** The quote of a window, whoever made it. Relies on fx_quote_window. */
export async function selectQuoteOfWindow(sql: Database, pair: Pair, startsAtMs: number): Promise<StoredQuote | null> {
  const [row] = await sql<QuoteRow[]>`
    /* fx.quote_of_window */
    SELECT *
    FROM fx_quote
    WHERE pair = ${pairText(pair)} AND starts_at = ${new Date(startsAtMs)}`;
  return row === undefined ? null : readQuote(row);
}

/** The newest quote of a pair; `market` leaves out what the operator once fixed by hand. Relies on fx_quote_window. */
export async function selectLastQuote(
  sql: Database,
  pair: Pair,
  of: 'any' | 'market' = 'any',
): Promise<StoredQuote | null> {
  const [row] = await sql<QuoteRow[]>`
    /* fx.last_quote */
    SELECT *
    FROM fx_quote
    WHERE pair = ${pairText(pair)} AND (${of === 'any'} OR source <> 'fixed')
    ORDER BY starts_at DESC
    LIMIT 1`;
  return row === undefined ? null : readQuote(row);
}

/** Relies on fx_quote_pkey. */
export async function selectQuote(sql: Database, id: string): Promise<StoredQuote | null> {
  const [row] = await sql<QuoteRow[]>`
    /* fx.quote */
    SELECT *
    FROM fx_quote
    WHERE id = ${id}`;
  return row === undefined ? null : readQuote(row);
}

/**
 * Writes the quote and the words it is made of, unless another process has written one for this window: then nothing. Relies on
 * fx_quote_window.
 */
export async function insertQuote(
  sql: Database,
  quote: StoredQuote,
  ticks: readonly NewTick[],
  nowMs: number,
): Promise<void> {
  const at = new Date(nowMs);
  const pair = pairText(quote.pair);
  await sql`
    /* fx.insert_quote */
    WITH made AS (
      INSERT INTO fx_quote (
        id, pair, market, spread_bps, rate, source, ticks, observed_at, issued_at, starts_at, expires_at
      )
      VALUES (
        ${quote.id}, ${pair}, ${formatRate(quote.market)}, ${quote.spreadBps}, ${formatRate(quote.rate)}, ${quote.source},
        ${[...quote.ticks]}::uuid[], ${new Date(quote.observedAtMs)}, ${at}, ${new Date(quote.startsAtMs)},
        ${new Date(quote.expiresAtMs)}
      )
      ON CONFLICT (pair, starts_at) DO NOTHING
      RETURNING id
    )
    INSERT INTO fx_tick (id, pair, source, value, observed_at, received_at)
    SELECT t.id, ${pair}, t.source, t.value, t.observed_at, ${at}
    FROM unnest(
      ${ticks.map((each) => each.id)}::uuid[], ${ticks.map((each) => each.source)}::text[],
      ${ticks.map((each) => each.value)}::text[], ${ticks.map((each) => new Date(each.observedAtMs).toISOString())}::text[]::timestamptz[]
    ) AS t (id, source, value, observed_at)
    WHERE EXISTS (SELECT FROM made)`;
}

/** Relies on fx_tick_pkey. */
export async function selectTicks(
  sql: Database,
  ids: readonly string[],
): Promise<readonly (StoredTick & { id: string })[]> {
  const rows = await sql<{ id: string; source: string; value: string; observed_at: Date }[]>`
    /* fx.ticks */
    SELECT id, source, value, observed_at
    FROM fx_tick
    WHERE id = ANY (${[...ids]}::uuid[])
    ORDER BY source`;
  return rows.map((row) => ({
    id: row.id,
    source: row.source,
    value: row.value,
    observedAtMs: row.observed_at.getTime(),
  }));
}

export async function insertRejections(
  sql: Database,
  pair: Pair,
  rejections: readonly (Rejection & { readonly id: string })[],
  nowMs: number,
): Promise<void> {
  await sql`
    /* fx.reject */
    INSERT INTO fx_rejection (id, pair, source, value, reason, detail, rejected_at)
    SELECT t.id, ${pairText(pair)}, t.source, t.value, t.reason, t.detail, ${new Date(nowMs)}
    FROM unnest(
      ${rejections.map((each) => each.id)}::uuid[], ${rejections.map((each) => each.source)}::text[],
      ${rejections.map((each) => each.value)}::text[], ${rejections.map((each) => each.reason)}::text[],
      ${rejections.map((each) => each.detail)}::text[]
    ) AS t (id, source, value, reason, detail)`;
}

/** Relies on fx_rejection_age. */
export async function deleteOldRejections(sql: Database, olderThanMs: number): Promise<void> {
  await sql`
    /* fx.forget_rejections */
    DELETE FROM fx_rejection
    WHERE rejected_at < ${new Date(olderThanMs)}`;
}

/** Jumps of a pair that were turned down since then, newest first. Relies on fx_rejection_pair. */
export async function selectJumps(sql: Database, pair: Pair, sinceMs: number): Promise<readonly EarlierJump[]> {
  const rows = await sql<{ source: string; value: string; rejected_at: Date }[]>`
    /* fx.jumps */
    SELECT source, value, rejected_at
    FROM fx_rejection
    WHERE pair = ${pairText(pair)} AND rejected_at >= ${new Date(sinceMs)} AND reason = 'jump' AND value IS NOT NULL
    ORDER BY rejected_at DESC
    LIMIT 5000`;
  return rows.map((row) => ({ source: row.source, value: row.value, atMs: row.rejected_at.getTime() }));
}

/** The last words of a pair that were not believed, newest first. Relies on fx_rejection_pair. */
export async function selectRejections(sql: Database, pair: Pair, limit: number): Promise<readonly StoredRejection[]> {
  const rows = await sql<
    { pair: string; source: string; value: string | null; reason: RejectionReason; detail: string; rejected_at: Date }[]
  >`
    /* fx.rejections */
    SELECT pair, source, value, reason, detail, rejected_at
    FROM fx_rejection
    WHERE pair = ${pairText(pair)}
    ORDER BY rejected_at DESC, id DESC
    LIMIT ${limit}`;
  return rows.map(({ rejected_at: at, ...row }) => ({ ...row, atMs: at.getTime() }));
}

/** The database's own time, milliseconds since 1970. */
export async function selectDatabaseTime(sql: Database): Promise<number> {
  const [row] = await sql<{ now_ms: string }[]>`
    /* fx.database_time */
    SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now_ms`;
  return Number.parseInt(row?.now_ms ?? '', 10);
}
