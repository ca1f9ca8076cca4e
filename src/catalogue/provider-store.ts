/**
 * SQL of studios: what aggregators call them, linked to providers of our own whose keys never change (CAT-02). Equal names but
 * for case, punctuation and company words are one studio; everything else is the operator's to say.
 */
import type { Database, DatabaseTransaction } from '../platform/index.ts';
import type { AggregatorName } from '../wallet/index.ts';

interface Taking {
  readonly run: string;
  readonly aggregator: AggregatorName;
  readonly now: Date;
}

/** Links the list's studios, makes providers of those nobody knows, and follows changed names; returns how many changed. */
export async function takeStudios(transaction: DatabaseTransaction, taking: Taking): Promise<number> {
  const { run, aggregator, now } = taking;
  const renamed = await renameListings(transaction, taking);
  await linkListings(transaction, taking);
  // The code is the key where it is free: of a group of equal names the first code.
  await transaction`
    /* provider.by_code */
    WITH
      made AS (
        INSERT INTO provider (key, name, search_name, first_seen_at, changed_at)
        SELECT DISTINCT ON (provider_match) provider_code, provider_name, provider_search, ${now}::timestamptz, ${now}::timestamptz
        FROM ${unlinked(transaction, run, aggregator)} studio
        ORDER BY provider_match, provider_code
        ON CONFLICT (key) DO NOTHING
        RETURNING key
      )
    INSERT INTO provider_listing (aggregator, code, name, provider_key, match_key, first_seen_at)
    SELECT ${aggregator}, provider_code, provider_name, made.key, provider_match, ${now}::timestamptz
    FROM ${unlinked(transaction, run, aggregator)} studio
    JOIN made ON made.key = studio.provider_code`;
  await linkListings(transaction, taking);
  // Its code is another studio's key: the key says where it comes from as well.
  await transaction`
    /* provider.by_aggregator */
    WITH
      made AS (
        INSERT INTO provider (key, name, search_name, first_seen_at, changed_at)
        SELECT DISTINCT ON (provider_match)
          ${ownKey(transaction, aggregator)}, provider_name, provider_search, ${now}::timestamptz, ${now}::timestamptz
        FROM ${unlinked(transaction, run, aggregator)} studio
        ORDER BY provider_match, provider_code
        RETURNING key
      )
    INSERT INTO provider_listing (aggregator, code, name, provider_key, match_key, first_seen_at)
    SELECT ${aggregator}, provider_code, provider_name, made.key, provider_match, ${now}::timestamptz
    FROM ${unlinked(transaction, run, aggregator)} studio
    JOIN made ON made.key = ${ownKey(transaction, aggregator)}`;
  await linkListings(transaction, taking);
  return renamed;
}

const ownKey = (transaction: DatabaseTransaction, aggregator: AggregatorName) =>
  transaction`studio.provider_code || '-' || left(md5(${`${aggregator}/`}::text || studio.provider_code), 6)`;

/** Studios of the list without a listing, each once. */
const unlinked = (transaction: DatabaseTransaction, run: string, aggregator: AggregatorName) => transaction`(
    SELECT DISTINCT ON (s.provider_code) s.provider_code, s.provider_name, s.provider_search, s.provider_match
    FROM catalogue_staging s
    WHERE s.run = ${run}
      AND NOT EXISTS (SELECT FROM provider_listing l WHERE l.aggregator = ${aggregator} AND l.code = s.provider_code)
    ORDER BY s.provider_code, s.seq DESC
  )`;

/** Studios of a name that is known already are linked to it. Relies on provider_listing_match. */
async function linkListings(transaction: DatabaseTransaction, { run, aggregator, now }: Taking): Promise<void> {
  await transaction`
    /* provider.link */
    INSERT INTO provider_listing (aggregator, code, name, provider_key, match_key, first_seen_at)
    SELECT ${aggregator}, provider_code, provider_name, known.provider_key, provider_match, ${now}::timestamptz
    FROM ${unlinked(transaction, run, aggregator)} studio
    CROSS JOIN LATERAL (
      SELECT provider_key
      FROM provider_listing
      WHERE match_key = studio.provider_match
      ORDER BY first_seen_at, aggregator, code
      LIMIT 1
    ) known`;
}

/** Known studios whose name is another one now: the key stays, the name that is shown follows unless the operator has set one. */
async function renameListings(transaction: DatabaseTransaction, { run, aggregator, now }: Taking): Promise<number> {
  const rows = await transaction`
    /* provider.rename */
    WITH
      listed AS (
        SELECT DISTINCT ON (provider_code) provider_code, provider_name, provider_search, provider_match
        FROM catalogue_staging
        WHERE run = ${run}
        ORDER BY provider_code, seq DESC
      ),
      former AS (
        SELECT l.code, l.name, l.match_key, l.provider_key, listed.*
        FROM listed
        JOIN provider_listing l ON l.aggregator = ${aggregator} AND l.code = listed.provider_code
        WHERE (l.name, l.match_key) IS DISTINCT FROM (listed.provider_name, listed.provider_match)
      ),
      listing AS (
        UPDATE provider_listing l
        SET name = former.provider_name, match_key = former.provider_match
        FROM former
        WHERE l.aggregator = ${aggregator} AND l.code = former.code
      ),
      shown AS (
        UPDATE provider p
        SET
          name = former.provider_name, changed_at = ${now},
          search_name = CASE WHEN p.own_name IS NULL THEN former.provider_search ELSE p.search_name END
        FROM former
        WHERE p.key = former.provider_key AND p.name = former.name AND former.name <> former.provider_name
      ),
      log AS (
        INSERT INTO catalogue_change (at, what, aggregator, provider, field, was, became, source, source_id)
        SELECT ${now}, 'provider.renamed', ${aggregator}, provider_key, 'name', to_jsonb(name), to_jsonb(provider_name), 'sync', ${run}
        FROM former
        WHERE name <> provider_name
      )
    SELECT FROM former WHERE name <> provider_name`;
  return rows.length;
}

export interface Provider {
  readonly key: string;
  /** the one that is shown */
  readonly name: string;
  /** as the aggregators say */
  readonly listedName: string;
  readonly ownName: string | null;
  /** another provider's key, when it turned out to be that one */
  readonly mergedInto: string | null;
  readonly games: number;
  readonly listings: readonly { readonly aggregator: string; readonly code: string; readonly name: string }[];
}

interface ProviderRow {
  key: string;
  shown_name: string;
  name: string;
  own_name: string | null;
  merged_into: string | null;
  games: number;
  listings: Provider['listings'];
}

/** Providers in the order of their keys, after the given one; or the one with this key. Relies on provider_pkey. */
export async function selectProviders(
  sql: Database | DatabaseTransaction,
  which: { readonly key: string } | { readonly after: string | null; readonly limit: number },
): Promise<readonly Provider[]> {
  const one = 'key' in which;
  const rows = await sql<ProviderRow[]>`
    /* provider.list */
    SELECT
      p.key, coalesce(p.own_name, p.name) AS shown_name, p.name, p.own_name, p.merged_into,
      (
        SELECT count(DISTINCT o.game_id)::int
        FROM provider_listing l
        JOIN offer o ON o.aggregator = l.aggregator AND o.provider_code = l.code
        WHERE l.provider_key = p.key
      ) AS games,
      coalesce(
        (
          SELECT jsonb_agg(jsonb_build_object('aggregator', l.aggregator, 'code', l.code, 'name', l.name) ORDER BY l.aggregator, l.code)
          FROM provider_listing l
          WHERE l.provider_key = p.key
        ),
        '[]'
      ) AS listings
    FROM provider p
    WHERE ${one ? sql`p.key = ${which.key}` : which.after === null ? sql`p.merged_into IS NULL` : sql`p.merged_into IS NULL AND p.key > ${which.after}`}
    ORDER BY p.key
    LIMIT ${one ? 1 : which.limit}`;
  return rows.map((row) => ({
    key: row.key,
    name: row.shown_name,
    listedName: row.name,
    ownName: row.own_name,
    mergedInto: row.merged_into,
    games: row.games,
    listings: row.listings,
  }));
}

/** Shows the studio by the operator's name, or by the aggregator's again. Relies on provider_pkey. */
export async function updateProviderName(
  transaction: DatabaseTransaction,
  key: string,
  name: { readonly own: string | null; readonly search: string },
  now: Date,
): Promise<void> {
  await transaction`
    /* provider.own_name */
    UPDATE provider SET own_name = ${name.own}, search_name = ${name.search}, changed_at = ${now} WHERE key = ${key}`;
}

/** Gives listings another provider; all of `from`, or one. Relies on provider_listing_key and provider_listing_pkey. */
export async function moveListings(
  transaction: DatabaseTransaction,
  to: string,
  which: { readonly from: string } | { readonly aggregator: string; readonly code: string },
): Promise<void> {
  await transaction`
    /* provider.move */
    UPDATE provider_listing
    SET provider_key = ${to}
    WHERE ${'from' in which ? transaction`provider_key = ${which.from}` : transaction`aggregator = ${which.aggregator} AND code = ${which.code}`}`;
}

/** The provider turned out to be another; those that had become it follow. */
export async function markProviderMerged(
  transaction: DatabaseTransaction,
  key: string,
  into: string,
  now: Date,
): Promise<void> {
  await transaction`
    /* provider.merged */
    UPDATE provider SET merged_into = ${into}, changed_at = ${now} WHERE key = ${key} OR merged_into = ${key}`;
}

/** A provider of its own for a listing that was linked wrongly. */
export async function insertProvider(
  transaction: DatabaseTransaction,
  provider: { readonly key: string; readonly name: string; readonly search: string },
  now: Date,
): Promise<void> {
  await transaction`
    /* provider.insert */
    INSERT INTO provider (key, name, search_name, first_seen_at, changed_at)
    VALUES (${provider.key}, ${provider.name}, ${provider.search}, ${now}, ${now})`;
}
