/** SQL of a list's pages while they wait: staged, without repeats, and matched with the offers we know. */
import type { Database, DatabaseTransaction } from '../platform/index.ts';
import { newId } from '../platform/index.ts';
import type { ListedGame } from '../dialects/dialect.ts';
import type { AggregatorName } from '../wallet/index.ts';
import { gameKey, studioKey } from './names.ts';
import { searchable } from './rules.ts';

/** A row to be staged, as JSON. Made for an entry at a time, because making a whole page's takes a while. */
export function stagingRow(game: ListedGame, seq: number): string {
  return JSON.stringify({
    seq,
    new_id: newId(),
    new_offer_id: newId(),
    provider_code: game.provider.code,
    provider_name: game.provider.name,
    provider_search: searchable(game.provider.name),
    provider_match: studioKey(game.provider.name, game.provider.code),
    code: game.code,
    vendor_id: game.vendorId ?? null,
    name: game.name,
    category: game.category,
    tags: game.tags,
    features: game.features,
    rtp: game.rtp,
    volatility: game.volatility,
    lines: game.lines,
    thumbnail: game.thumbnail,
    demo: game.demo,
    platforms: game.platforms,
    currencies: game.currencies,
    blocked_countries: game.blockedCountries,
    released_at: game.releasedAt,
    vendor_enabled: game.enabled,
    sort_name: searchable(game.name),
    name_key: gameKey(game.name),
  });
}

/** Adds rows, each with the offer of its codes if there is one; false when the run was given up in the meantime. */
export async function stage(
  sql: Database,
  run: string,
  aggregator: AggregatorName,
  rows: readonly string[],
): Promise<boolean> {
  const beats = await sql`
    /* catalogue.stage */
    WITH
      alive AS (
        UPDATE catalogue_sync SET heartbeat_at = clock_timestamp() WHERE id = ${run} AND outcome = 'running' RETURNING id
      ),
      staged AS (
        INSERT INTO catalogue_staging (
          run, seq, new_id, new_offer_id, provider_code, provider_name, provider_search, provider_match, code, vendor_id,
          name, category, tags, features, rtp, volatility, lines, thumbnail, demo, platforms, currencies,
          blocked_countries, released_at, vendor_enabled, sort_name, name_key, offer_id
        )
        SELECT alive.id, entry.*, o.id
        FROM alive
        CROSS JOIN jsonb_to_recordset(${`[${rows.join(',')}]`}::text::jsonb) AS entry (
          seq integer, new_id uuid, new_offer_id uuid, provider_code text, provider_name text, provider_search text,
          provider_match text, code text, vendor_id text, name text, category text, tags text[], features text[],
          rtp text, volatility text, lines integer, thumbnail text, demo boolean, platforms text[], currencies text[],
          blocked_countries text[], released_at text, vendor_enabled boolean, sort_name text, name_key text
        )
        LEFT JOIN offer o
          ON o.aggregator = ${aggregator} AND o.provider_code = entry.provider_code AND o.code = entry.code
      )
    SELECT id FROM alive`;
  return beats.length === 1;
}

/** How many entries of the run are there, after a look at them for the planner, to whom a list that was just staged is empty. */
export async function countStaged(transaction: DatabaseTransaction, run: string): Promise<number> {
  await transaction`/* catalogue.analyze_staging */ ANALYZE catalogue_staging`;
  const [row] = await transaction<{ staged: number }[]>`
    /* catalogue.staged */
    SELECT count(*)::int AS staged FROM catalogue_staging WHERE run = ${run}`;
  return row?.staged ?? 0;
}

/** Of repeated entries the last one counts (CAT-11); returns how many were dropped. */
export async function dropRepeated(transaction: DatabaseTransaction, run: string): Promise<number> {
  const rows = await transaction`
    /* catalogue.repeated */
    DELETE FROM catalogue_staging
    WHERE run = ${run} AND seq IN (
      SELECT seq
      FROM (
        SELECT seq, row_number() OVER (PARTITION BY provider_code, code ORDER BY seq DESC) AS place
        FROM catalogue_staging
        WHERE run = ${run}
      ) numbered
      WHERE place > 1
    )`;
  return rows.count;
}

/** Notes which known offer every entry means: the one with its codes. Most say so since they were staged. */
export async function matchByCode(
  transaction: DatabaseTransaction,
  run: string,
  aggregator: AggregatorName,
): Promise<void> {
  await transaction`
    /* catalogue.match */
    UPDATE catalogue_staging s
    SET offer_id = known.id
    FROM (
      SELECT entry.seq, o.id
      FROM catalogue_staging entry
      LEFT JOIN offer o
        ON o.aggregator = ${aggregator} AND o.provider_code = entry.provider_code AND o.code = entry.code
      WHERE entry.run = ${run}
    ) known
    WHERE s.run = ${run} AND s.seq = known.seq AND s.offer_id IS DISTINCT FROM known.id`;
}

/**
 * Notes which known offer an entry with a new code means, so that game, alias and history stay together (CAT-01): the offer
 * with the aggregator's own id of the game; the one whose further code this is; the one with this code at the same studio
 * under its former code (the operator made them one, or the name is the same). Only offers the list lacks, and only where one entry and one offer find each other alone.
 */
export async function matchRenamed(
  transaction: DatabaseTransaction,
  run: string,
  aggregator: AggregatorName,
): Promise<number> {
  const rows = await transaction`
    /* catalogue.match_renamed */
    WITH
      fresh AS (
        SELECT * FROM catalogue_staging WHERE run = ${run} AND offer_id IS NULL
      ),
      gone AS (
        SELECT o.id, o.provider_code, o.code, o.vendor_id
        FROM offer o
        WHERE o.aggregator = ${aggregator}
          AND NOT EXISTS (SELECT FROM catalogue_staging s WHERE s.run = ${run} AND s.offer_id = o.id)
      ),
      pair AS (
        SELECT f.seq, g.id FROM fresh f JOIN gone g ON g.vendor_id = f.vendor_id
        UNION
        SELECT f.seq, g.id
        FROM fresh f
        JOIN offer_code_alias a
          ON a.aggregator = ${aggregator} AND a.provider_code = f.provider_code AND a.code = f.code
        JOIN gone g ON g.id = a.offer_id
        UNION
        SELECT f.seq, g.id
        FROM fresh f
        JOIN provider_listing fresh_studio
          ON fresh_studio.aggregator = ${aggregator} AND fresh_studio.code = f.provider_code
        JOIN provider_listing former
          ON former.aggregator = ${aggregator} AND former.provider_key = fresh_studio.provider_key
          AND former.code <> fresh_studio.code
        JOIN gone g ON g.provider_code = former.code AND g.code = f.code
        UNION
        SELECT f.seq, g.id
        FROM fresh f
        JOIN provider_listing former
          ON former.aggregator = ${aggregator} AND former.match_key = f.provider_match AND former.code <> f.provider_code
        JOIN gone g ON g.provider_code = former.code AND g.code = f.code
      ),
      counted AS (
        SELECT seq, id, count(*) OVER (PARTITION BY seq) AS offers, count(*) OVER (PARTITION BY id) AS entries FROM pair
      )
    UPDATE catalogue_staging s
    SET offer_id = counted.id
    FROM counted
    WHERE s.run = ${run} AND s.seq = counted.seq AND counted.offers = 1 AND counted.entries = 1`;
  return rows.count;
}

export interface Comparison {
  /** offers of the aggregator that are not hidden */
  readonly visible: number;
  /** of those, how many the list lacks */
  readonly missing: number;
}

export async function compare(
  transaction: DatabaseTransaction,
  run: string,
  aggregator: AggregatorName,
): Promise<Comparison> {
  const [row] = await transaction<Comparison[]>`
    /* catalogue.compare */
    SELECT count(*)::int AS visible, count(*) FILTER (WHERE s.offer_id IS NULL)::int AS missing
    FROM offer o
    LEFT JOIN (
      SELECT DISTINCT offer_id FROM catalogue_staging WHERE run = ${run}
    ) s ON s.offer_id = o.id
    WHERE o.aggregator = ${aggregator} AND o.hidden_at IS NULL`;
  return row ?? { visible: 0, missing: 0 };
}
