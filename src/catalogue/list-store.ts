/** SQL of the lobby's list: everything in it, a part at a time, and the versions that tell whether it changed. */
import { setImmediate as pause } from 'node:timers/promises';
import type { Database } from '../platform/index.ts';
import type { AggregatorName } from '../wallet/index.ts';
import { byPreference, gameColumns, readGame } from './game-store.ts';
import type { GameRow } from './game-store.ts';
import type { Game } from './rules.ts';

export interface ListedOffer {
  readonly game: Game;
  readonly sortName: string;
}

/** Rows read at once: this process answers others in between. */
const ROWS_AT_ONCE = 200;

/**
 * Every offer of every game that was not merged into another, the offers of a game together and the preferred first. Reads the
 * tables once from end to end; a transaction, because a connection that is read from in parts must be nobody else's meanwhile.
 */
export async function readOffers(
  sql: Database,
  aggregators: readonly AggregatorName[],
  take: (offer: ListedOffer) => void,
): Promise<void> {
  await sql.begin('READ ONLY', async (transaction) => {
    const rows = transaction<GameRow[]>`
      /* game.list */
      SELECT ${gameColumns(transaction)}
      FROM game g
      JOIN offer o ON o.game_id = g.id
      JOIN provider_listing l ON l.aggregator = o.aggregator AND l.code = o.provider_code
      JOIN provider p ON p.key = l.provider_key
      LEFT JOIN catalogue_state s ON s.aggregator = o.aggregator
      WHERE g.merged_into IS NULL
      ORDER BY g.sort_order, g.sort_name, g.id, ${byPreference(transaction, aggregators)}`;
    for await (const part of rows.cursor(ROWS_AT_ONCE)) {
      for (const row of part) take({ game: readGame(row), sortName: row.sort_name });
      await pause();
    }
  });
}

/** One text that changes with every change of the catalogue. Reads a row for each aggregator. */
export async function selectVersions(sql: Database): Promise<string> {
  const rows = await sql<{ aggregator: string; version: string }[]>`
    /* catalogue.versions */
    SELECT aggregator, version FROM catalogue_state ORDER BY aggregator`;
  return rows.map((row) => `${row.aggregator} ${row.version}`).join('\n');
}
