/** SQL of games and their offers as people, launches and callbacks read them. */
import type { Database, DatabaseTransaction } from '../platform/index.ts';
import { aggregatorName, gameCode } from '../wallet/index.ts';
import type { AggregatorName } from '../wallet/index.ts';
import type { Game } from './rules.ts';

export interface GameRow {
  id: string;
  offer_id: string;
  aggregator: string;
  provider_key: string;
  provider_name: string;
  provider_code: string;
  code: string;
  shown_name: string;
  shown_category: string;
  name_override: string | null;
  category_override: string | null;
  own_tags: string[];
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
  game_enabled: boolean;
  offer_enabled: boolean;
  rank: number | null;
  variant: string | null;
  sort_order: number;
  sort_name: string;
  first_seen_at: Date;
  seen_at: Date;
  changed_at: Date;
  missing_since: Date | null;
  hidden_at: Date | null;
}

/** The columns of a GameRow, over game `g`, its offer `o`, the listing `l` of the offer's studio, its provider `p` and the state `s`. */
export function gameColumns(sql: Database | DatabaseTransaction) {
  return sql`
    g.id, o.id AS offer_id, o.aggregator, p.key AS provider_key, coalesce(p.own_name, p.name) AS provider_name,
    o.provider_code, o.code, coalesce(g.name_override, g.name) AS shown_name,
    coalesce(g.category_override, g.category) AS shown_category, g.name_override, g.category_override, g.own_tags,
    o.tags, o.features, o.rtp, o.volatility, o.lines, o.thumbnail, o.demo, o.platforms, o.currencies,
    o.blocked_countries, o.released_at, o.vendor_enabled, g.operator_enabled AS game_enabled,
    o.operator_enabled AS offer_enabled, o.rank, o.variant, g.sort_order, g.sort_name, g.first_seen_at,
    coalesce(o.last_seen_at, s.synced_at, o.changed_at) AS seen_at, greatest(g.changed_at, o.changed_at) AS changed_at,
    o.missing_since, o.hidden_at`;
}

/** The offers of a game as everybody prefers them: those that are listed, the operator's ranks, the configuration's order, the oldest. */
export function byPreference(sql: Database | DatabaseTransaction, aggregators: readonly AggregatorName[]) {
  return sql`o.missing_since IS NOT NULL, o.rank NULLS LAST, array_position(${[...aggregators]}::text[], o.aggregator) NULLS LAST, o.first_seen_at, o.id`;
}

export function readGame(row: GameRow): Game {
  return {
    id: row.id,
    offer: row.offer_id,
    aggregator: aggregatorName(row.aggregator),
    provider: { code: row.provider_key, name: row.provider_name },
    providerCode: row.provider_code,
    code: gameCode(row.code),
    name: row.shown_name,
    category: row.shown_category,
    tags: [...new Set([...row.tags, ...row.own_tags])],
    own: {
      enabled: row.game_enabled,
      name: row.name_override,
      category: row.category_override,
      tags: row.own_tags,
      offerEnabled: row.offer_enabled,
      rank: row.rank,
      variant: row.variant,
    },
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
    operatorEnabled: row.game_enabled && row.offer_enabled,
    order: row.sort_order,
    firstSeenAtMs: row.first_seen_at.getTime(),
    lastSeenAtMs: row.seen_at.getTime(),
    changedAtMs: row.changed_at.getTime(),
    missingAtMs: row.missing_since?.getTime() ?? null,
    removedAtMs: row.hidden_at?.getTime() ?? null,
  };
}

/**
 * A game once for each of its offers, in order of preference; none for an unknown id, which must be a UUID. The id of a
 * merged game finds the game it became. Relies on game_pkey and offer_game.
 */
export async function selectOffersOf(
  sql: Database | DatabaseTransaction,
  id: string,
  aggregators: readonly AggregatorName[],
): Promise<readonly Game[]> {
  const rows = await sql<GameRow[]>`
    /* game.offers */
    SELECT ${gameColumns(sql)}
    FROM game asked
    JOIN game g ON g.id = coalesce(asked.merged_into, asked.id)
    JOIN offer o ON o.game_id = g.id
    JOIN provider_listing l ON l.aggregator = o.aggregator AND l.code = o.provider_code
    JOIN provider p ON p.key = l.provider_key
    LEFT JOIN catalogue_state s ON s.aggregator = o.aggregator
    WHERE asked.id = ${id}
    ORDER BY ${byPreference(sql, aggregators)}`;
  return rows.map(readGame);
}

/** 0 for an aggregator that was never synced. Relies on catalogue_state_pkey. */
export async function selectVersion(sql: Database, aggregator: AggregatorName): Promise<string> {
  const [row] = await sql<{ version: string }[]>`
    /* catalogue.version */
    SELECT version FROM catalogue_state WHERE aggregator = ${aggregator}`;
  return row?.version ?? '0';
}

export interface CodeRow {
  readonly listed_code: string;
  /** of the game */
  readonly id: string;
  readonly code: string;
  readonly provider: string;
  readonly available: boolean;
}

/** Every code of the aggregator with the offer it means, current codes before former ones, oldest game first. */
export async function selectCodes(sql: Database, aggregator: AggregatorName): Promise<readonly CodeRow[]> {
  return sql<CodeRow[]>`
    /* catalogue.codes */
    WITH
      known AS (
        SELECT
          o.id AS offer_id, o.game_id AS id, o.code, o.provider_code AS provider,
          o.hidden_at IS NULL AND o.vendor_enabled AND o.operator_enabled AND g.operator_enabled AS available
        FROM offer o
        JOIN game g ON g.id = o.game_id
        WHERE o.aggregator = ${aggregator}
      )
    SELECT code AS listed_code, id, code, provider, available, 0 AS former
    FROM known
    UNION ALL
    SELECT a.code AS listed_code, k.id, k.code, k.provider, k.available, 1 AS former
    FROM offer_code_alias a
    JOIN known k USING (offer_id)
    WHERE a.aggregator = ${aggregator}
    ORDER BY former, id`;
}
