/** SQL of the games as people and launches read them, and of the operator's own switches. */
import type { Database } from '../platform/index.ts';
import { aggregatorName, gameCode } from '../wallet/index.ts';
import type { AggregatorName } from '../wallet/index.ts';
import type { Game } from './rules.ts';
import { likePattern } from './rules.ts';

interface GameRow {
  id: string;
  aggregator: string;
  provider_code: string;
  provider_name: string;
  code: string;
  name: string;
  shown_category: string;
  tags: string[];
  features: string[];
  rtp: string | null;
  volatility: 'low' | 'medium' | 'high' | null;
  lines: number | null;
  thumbnail: string | null;
  demo: boolean;
  platforms: string[];
  currencies: string[];
  blocked_countries: string[];
  released_at: string | null;
  vendor_enabled: boolean;
  operator_enabled: boolean;
  sort_order: number;
  sort_name: string;
  first_seen_at: Date;
  last_seen_at: Date;
  changed_at: Date;
  removed_at: Date | null;
}

function readGame(row: GameRow): Game {
  return {
    id: row.id,
    aggregator: aggregatorName(row.aggregator),
    provider: { code: row.provider_code, name: row.provider_name },
    code: gameCode(row.code),
    name: row.name,
    category: row.shown_category,
    tags: row.tags,
    features: row.features,
    rtp: row.rtp,
    volatility: row.volatility,
    lines: row.lines,
    thumbnail: row.thumbnail,
    demo: row.demo,
    platforms: row.platforms,
    currencies: row.currencies,
    blockedCountries: row.blocked_countries,
    releasedAt: row.released_at,
    vendorEnabled: row.vendor_enabled,
    operatorEnabled: row.operator_enabled,
    order: row.sort_order,
    firstSeenAtMs: row.first_seen_at.getTime(),
    lastSeenAtMs: row.last_seen_at.getTime(),
    changedAtMs: row.changed_at.getTime(),
    removedAtMs: row.removed_at?.getTime() ?? null,
  };
}

/** Relies on game_pkey. The id must be a UUID. */
export async function selectGame(sql: Database, id: string): Promise<Game | null> {
  const [row] = await sql<GameRow[]>`
    /* game.one */
    SELECT g.*, p.name AS provider_name, coalesce(g.category_override, g.category) AS shown_category
    FROM game g
    JOIN provider p ON p.aggregator = g.aggregator AND p.code = g.provider_code
    WHERE g.id = ${id}`;
  return row === undefined ? null : readGame(row);
}

export interface GamesFilter {
  readonly q?: string;
  readonly provider?: string;
  readonly category?: string;
  readonly aggregator?: string;
  readonly country?: string;
  readonly currency?: string;
  readonly demo?: boolean;
  /** `available`: what a player may launch; `all`: also what is switched off or gone */
  readonly state: 'available' | 'all';
}

/** Where a page of the lobby's order begins: after this game. */
export interface GameKey {
  readonly order: number;
  readonly sortName: string;
  readonly id: string;
}

/** One page in lobby order by game_lobby, with the key of each game; one row more than asked tells whether more follow. */
export async function selectGames(
  sql: Database,
  filter: GamesFilter,
  after: GameKey | null,
  limit: number,
): Promise<readonly { readonly game: Game; readonly key: GameKey }[]> {
  const rows = await sql<GameRow[]>`
    /* game.list */
    SELECT g.*, p.name AS provider_name, coalesce(g.category_override, g.category) AS shown_category
    FROM game g
    JOIN provider p ON p.aggregator = g.aggregator AND p.code = g.provider_code
    WHERE true
      ${filter.state === 'all' ? sql`` : sql`AND g.removed_at IS NULL AND g.vendor_enabled AND g.operator_enabled`}
      ${filter.q === undefined ? sql`` : sql`AND g.search_text LIKE ${likePattern(filter.q)}`}
      ${filter.provider === undefined ? sql`` : sql`AND g.provider_code = ${filter.provider}`}
      ${filter.category === undefined ? sql`` : sql`AND coalesce(g.category_override, g.category) = ${filter.category}`}
      ${filter.aggregator === undefined ? sql`` : sql`AND g.aggregator = ${filter.aggregator}`}
      ${filter.country === undefined ? sql`` : sql`AND NOT ${filter.country} = ANY (g.blocked_countries)`}
      ${filter.currency === undefined ? sql`` : sql`AND (g.currencies = '{}' OR ${filter.currency} = ANY (g.currencies))`}
      ${filter.demo === undefined ? sql`` : sql`AND g.demo = ${filter.demo}`}
      ${after === null ? sql`` : sql`AND (g.sort_order, g.sort_name, g.id) > (${after.order}, ${after.sortName}, ${after.id})`}
    ORDER BY g.sort_order, g.sort_name, g.id
    LIMIT ${limit + 1}`;
  return rows.map((row) => ({
    game: readGame(row),
    key: { order: row.sort_order, sortName: row.sort_name, id: row.id },
  }));
}

export interface Facets {
  readonly providers: readonly { readonly code: string; readonly name: string; readonly count: number }[];
  readonly categories: readonly { readonly code: string; readonly count: number }[];
}

/** How many games can be launched, by provider and by category. Scans the visible games once each. */
export async function selectFacets(sql: Database): Promise<Facets> {
  const providers = await sql<Facets['providers'][number][]>`
    /* catalogue.providers_of_lobby */
    SELECT p.code, min(p.name) AS name, count(*)::int AS count
    FROM game g
    JOIN provider p ON p.aggregator = g.aggregator AND p.code = g.provider_code
    WHERE g.removed_at IS NULL AND g.vendor_enabled AND g.operator_enabled
    GROUP BY p.code
    ORDER BY count(*) DESC, p.code
    LIMIT 500`;
  const categories = await sql<Facets['categories'][number][]>`
    /* catalogue.categories_of_lobby */
    SELECT coalesce(category_override, category) AS code, count(*)::int AS count
    FROM game
    WHERE removed_at IS NULL AND vendor_enabled AND operator_enabled
    GROUP BY 1
    ORDER BY count(*) DESC, 1
    LIMIT 500`;
  return { providers, categories };
}

export interface GamePatch {
  readonly enabled?: boolean;
  readonly order?: number;
  /** null: the aggregator's own again */
  readonly category?: string | null;
}

/** Sets what is named and makes every replica look again; false when there is no such game. Relies on game_pkey. */
export async function updateGame(sql: Database, id: string, patch: GamePatch, nowMs: number): Promise<boolean> {
  const { enabled, order, category } = patch;
  return sql.begin(async (transaction) => {
    const [row] = await transaction<{ aggregator: string }[]>`
      /* game.patch */
      UPDATE game
      SET
        operator_enabled = ${enabled === undefined ? transaction`operator_enabled` : transaction`${enabled}`},
        sort_order = ${order === undefined ? transaction`sort_order` : transaction`${order}`},
        category_override = ${category === undefined ? transaction`category_override` : transaction`${category}`},
        changed_at = ${new Date(nowMs)}
      WHERE id = ${id}
      RETURNING aggregator`;
    if (row === undefined) return false;
    await transaction`
      /* catalogue.changed */
      UPDATE catalogue_state SET version = version + 1 WHERE aggregator = ${row.aggregator}`;
    return true;
  });
}

/** Notes a former code of a game, and makes every replica look again. Relies on game_code_alias_pkey. */
export async function insertAlias(sql: Database, game: Game, code: string, nowMs: number): Promise<void> {
  await sql.begin(async (transaction) => {
    await transaction`
      /* game.alias */
      INSERT INTO game_code_alias (aggregator, provider_code, code, game_id, created_at)
      VALUES (${game.aggregator}, ${game.provider.code}, ${code}, ${game.id}, ${new Date(nowMs)})
      ON CONFLICT (aggregator, provider_code, code) DO UPDATE SET game_id = EXCLUDED.game_id`;
    await transaction`
      /* catalogue.changed */
      UPDATE catalogue_state SET version = version + 1 WHERE aggregator = ${game.aggregator}`;
  });
}

/** 0 for an aggregator that was never synced. Relies on catalogue_state_pkey. */
export async function selectVersion(sql: Database, aggregator: AggregatorName): Promise<string> {
  const [row] = await sql<{ version: string }[]>`
    /* catalogue.version */
    SELECT version FROM catalogue_state WHERE aggregator = ${aggregator}`;
  return row?.version ?? '0';
}

export interface OfferRow {
  readonly listed_code: string;
  readonly id: string;
  readonly code: string;
  readonly provider: string;
  readonly available: boolean;
}

/** Every code of the aggregator with the game it means, current codes before former ones, oldest game first. */
export async function selectOffers(sql: Database, aggregator: AggregatorName): Promise<readonly OfferRow[]> {
  return sql<OfferRow[]>`
    /* catalogue.offers */
    WITH
      offer AS (
        SELECT id, code, provider_code, removed_at IS NULL AND vendor_enabled AND operator_enabled AS available
        FROM game
        WHERE aggregator = ${aggregator}
      )
    SELECT code AS listed_code, id, code, provider_code AS provider, available, 0 AS former
    FROM offer
    UNION ALL
    SELECT a.code AS listed_code, o.id, o.code, o.provider_code AS provider, o.available, 1 AS former
    FROM game_code_alias a
    JOIN offer o ON o.id = a.game_id
    WHERE a.aggregator = ${aggregator}
    ORDER BY former, id`;
}
