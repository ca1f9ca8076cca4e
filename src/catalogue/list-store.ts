/** SQL of the lobby's list: what it is made of, a part at a time, and the versions that tell whether it may have changed. */
import { setImmediate as pause } from 'node:timers/promises';
import type { Database, DatabaseTransaction } from '../platform/index.ts';
import type { AggregatorName } from '../wallet/index.ts';
import { byPreference, gameColumns, readGame } from './game-store.ts';
import type { GameRow } from './game-store.ts';
import type { Game } from './rules.ts';

export interface ListedOffer {
  readonly game: Game;
  readonly sortName: string;
}

/** Rows read at once: this process answers others in between. */
const ROWS_AT_ONCE = 100;
const MARKS_AT_ONCE = 1_000;

/**
 * Reads marks and offers as they were at one moment. A transaction, because a connection that is read from in parts must be nobody
 * else's meanwhile.
 */
export async function atOneMoment<Value>(
  sql: Database,
  work: (transaction: DatabaseTransaction) => Promise<Value>,
): Promise<Value> {
  const begun = await sql.begin('ISOLATION LEVEL REPEATABLE READ READ ONLY', async (transaction) => ({
    value: await work(transaction),
  }));
  return begun.value;
}

/** The tables of a list: every offer of every game that was not merged into another. */
function listedOffers(sql: Database | DatabaseTransaction) {
  return sql`
    game g
    JOIN offer o ON o.game_id = g.id
    JOIN provider_listing l ON l.aggregator = o.aggregator AND l.code = o.provider_code
    JOIN provider p ON p.key = l.provider_key`;
}

/**
 * Every offer of the list with a mark that changes with anything that is shown of it, the offers of a game together and the
 * preferred first. Reads the tables once from end to end; what comes over the wire is small.
 */
export async function readMarks(
  sql: DatabaseTransaction,
  aggregators: readonly AggregatorName[],
  take: (offer: string, mark: string) => void,
): Promise<void> {
  const parts = sql<{ marks: string }[]>`
    /* game.marks */
    WITH listed AS (
      SELECT
        o.id, hashtextextended(ROW(g.*, o.*, p.key, coalesce(p.own_name, p.name))::text, 0) AS mark,
        row_number() OVER (ORDER BY g.sort_order, g.sort_name, g.id, ${byPreference(sql, aggregators)}) AS place
      FROM ${listedOffers(sql)}
      WHERE g.merged_into IS NULL
    )
    SELECT place / ${MARKS_AT_ONCE}::int AS part, string_agg(id || ' ' || mark, ';' ORDER BY place) AS marks
    FROM listed
    GROUP BY part
    ORDER BY part`;
  for await (const [part] of parts.cursor(1)) {
    for (const each of (part?.marks ?? '').split(';')) {
      const [offer = '', mark = ''] = each.split(' ');
      if (mark !== '') take(offer, mark);
    }
    await pause();
  }
}

/** The offers of these ids, in any order; every offer of the list for null. Relies on offer_pkey, game_pkey and the keys of studios. */
export async function readOffers(
  sql: DatabaseTransaction,
  offers: readonly string[] | null,
  take: (offer: ListedOffer) => void,
): Promise<void> {
  const rows = sql<GameRow[]>`
    /* game.list */
    SELECT ${gameColumns(sql)}
    FROM ${listedOffers(sql)}
    LEFT JOIN catalogue_state s ON s.aggregator = o.aggregator
    WHERE g.merged_into IS NULL ${offers === null ? sql`` : sql`AND o.id = ANY(${offers}::uuid[])`}`;
  for await (const part of rows.cursor(ROWS_AT_ONCE)) {
    for (const row of part) take({ game: readGame(row), sortName: row.sort_name });
    await pause();
  }
}

/** One text that changes with every change of the catalogue. Reads a row for each aggregator. */
export async function selectVersions(sql: Database): Promise<string> {
  const rows = await sql<{ aggregator: string; version: string }[]>`
    /* catalogue.versions */
    SELECT aggregator, version FROM catalogue_state ORDER BY aggregator`;
  return rows.map((row) => `${row.aggregator} ${row.version}`).join('\n');
}
