/** SQL of the lobby's list and of what it can be narrowed by. A game is shown by the offer that whoever asks would play. */
import type { Database } from '../platform/index.ts';
import type { AggregatorName } from '../wallet/index.ts';
import { byPreference, gameColumns, readGame } from './game-store.ts';
import type { GameRow } from './game-store.ts';
import type { Game } from './rules.ts';
import { likePattern } from './rules.ts';

export interface GamesFilter {
  readonly q?: string;
  /** our own key of the studio */
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

/**
 * One page in lobby order by game_lobby, with the key of each game; one row more than asked tells whether more follow. The
 * offer of each is found by offer_game.
 */
export async function selectGames(
  sql: Database,
  filter: GamesFilter,
  page: { readonly after: GameKey | null; readonly limit: number; readonly aggregators: readonly AggregatorName[] },
): Promise<readonly { readonly game: Game; readonly key: GameKey }[]> {
  const { after, limit, aggregators } = page;
  const isAll = filter.state === 'all';
  const rows = await sql<GameRow[]>`
    /* game.list */
    SELECT ${gameColumns(sql)}
    FROM game g
    CROSS JOIN LATERAL (
      SELECT o.*, l.provider_key
      FROM offer o
      JOIN provider_listing l ON l.aggregator = o.aggregator AND l.code = o.provider_code
      WHERE o.game_id = g.id
        ${isAll ? sql`` : sql`AND o.hidden_at IS NULL AND o.vendor_enabled AND o.operator_enabled`}
        ${filter.aggregator === undefined ? sql`` : sql`AND o.aggregator = ${filter.aggregator}`}
        ${filter.provider === undefined ? sql`` : sql`AND l.provider_key = ${filter.provider}`}
        ${filter.country === undefined ? sql`` : sql`AND NOT ${filter.country} = ANY (o.blocked_countries)`}
        ${filter.currency === undefined ? sql`` : sql`AND (o.currencies = '{}' OR ${filter.currency} = ANY (o.currencies))`}
        ${filter.demo === undefined ? sql`` : sql`AND o.demo = ${filter.demo}`}
      ORDER BY o.hidden_at IS NOT NULL OR NOT o.vendor_enabled OR NOT o.operator_enabled, ${byPreference(sql, aggregators)}
      LIMIT 1
    ) o
    JOIN provider p ON p.key = o.provider_key
    LEFT JOIN catalogue_state s ON s.aggregator = o.aggregator
    WHERE g.merged_into IS NULL
      ${isAll ? sql`` : sql`AND g.operator_enabled`}
      ${filter.q === undefined ? sql`` : sql`AND g.search_text LIKE ${likePattern(filter.q)}`}
      ${filter.category === undefined ? sql`` : sql`AND coalesce(g.category_override, g.category) = ${filter.category}`}
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

/** How many games can be launched, by provider and by category. Scans the visible offers once each. */
export async function selectFacets(sql: Database): Promise<Facets> {
  const providers = await sql<Facets['providers'][number][]>`
    /* catalogue.providers_of_lobby */
    SELECT p.key AS code, coalesce(p.own_name, p.name) AS name, count(DISTINCT g.id)::int AS count
    FROM offer o
    JOIN game g ON g.id = o.game_id AND g.operator_enabled
    JOIN provider_listing l ON l.aggregator = o.aggregator AND l.code = o.provider_code
    JOIN provider p ON p.key = l.provider_key
    WHERE o.hidden_at IS NULL AND o.vendor_enabled AND o.operator_enabled
    GROUP BY p.key
    ORDER BY count(DISTINCT g.id) DESC, p.key
    LIMIT 500`;
  const categories = await sql<Facets['categories'][number][]>`
    /* catalogue.categories_of_lobby */
    SELECT coalesce(g.category_override, g.category) AS code, count(*)::int AS count
    FROM game g
    WHERE g.operator_enabled
      AND EXISTS (
        SELECT FROM offer o
        WHERE o.game_id = g.id AND o.hidden_at IS NULL AND o.vendor_enabled AND o.operator_enabled
      )
    GROUP BY 1
    ORDER BY count(*) DESC, 1
    LIMIT 500`;
  return { providers, categories };
}
