/**
 * SQL that makes a staged list the aggregator's catalogue, within one transaction: what is new, what says something new, what
 * has another code, what came back, what is missing. Every change is logged by the statement that makes it.
 */
import type { Database, DatabaseTransaction } from '../platform/index.ts';
import type { AggregatorName } from '../wallet/index.ts';
import { byPreference } from './game-store.ts';
import { takeStudios } from './provider-store.ts';
import type { SyncRules } from './rules.ts';
import type { SyncCounts } from './sync-store.ts';

export interface Takeover {
  readonly run: string;
  readonly aggregator: AggregatorName;
  /** in the configuration's order */
  readonly aggregators: readonly AggregatorName[];
  readonly rules: SyncRules;
  /** what the list lacks is hidden at once: a person has looked at it */
  readonly hideAtOnce: boolean;
  readonly nowMs: number;
}

export type Changes = Pick<SyncCounts, 'added' | 'changed' | 'renamed' | 'missing' | 'removed' | 'returned'> & {
  /** anything a list or a launch could tell */
  readonly isAny: boolean;
};

/** Above this many new rows the planner is told about them at once. */
const ANALYZE_ABOVE = 500;

/** Makes the staged and matched list the aggregator's catalogue. */
export async function takeOver(transaction: DatabaseTransaction, takeover: Takeover): Promise<Changes> {
  const { run, aggregator, nowMs } = takeover;
  const taking = { run, aggregator, now: new Date(nowMs) };
  const studios = await takeStudios(transaction, taking);
  const renamed = await followCodes(transaction, taking);
  const updated = await updateListed(transaction, taking);
  const added = await insertListed(transaction, taking);
  await keepKeys(transaction, taking);
  const { missing, removed } = await ageMissing(transaction, takeover);
  const isAny = studios + renamed + updated.changed + updated.back + added + missing + removed > 0;
  if (isAny) await refreshGames(transaction, takeover.aggregators, { changedAt: taking.now });
  if (added > ANALYZE_ABOVE) await transaction`/* catalogue.analyze */ ANALYZE offer, game`;
  return { added, changed: updated.changed, renamed, missing, removed, returned: updated.returned, isAny };
}

interface Taking {
  readonly run: string;
  readonly aggregator: AggregatorName;
  readonly now: Date;
}

/** Offers that are listed under another code: the former one becomes an alias, so callbacks may carry either (CAT-01). */
async function followCodes(transaction: DatabaseTransaction, { run, aggregator, now }: Taking): Promise<number> {
  const rows = await transaction`
    /* catalogue.follow_codes */
    WITH
      moved AS (
        SELECT o.id, o.game_id, o.provider_code AS former_provider, o.code AS former_code, s.provider_code, s.code
        FROM catalogue_staging s
        JOIN offer o ON o.id = s.offer_id
        WHERE s.run = ${run} AND (o.provider_code, o.code) <> (s.provider_code, s.code)
      ),
      alias AS (
        INSERT INTO offer_code_alias (aggregator, provider_code, code, offer_id, created_at)
        SELECT ${aggregator}, former_provider, former_code, id, ${now}::timestamptz
        FROM moved
        ON CONFLICT (aggregator, provider_code, code) DO UPDATE SET offer_id = EXCLUDED.offer_id
      ),
      log AS (
        INSERT INTO catalogue_change (at, what, aggregator, game_id, offer_id, field, was, became, source, source_id)
        SELECT
          ${now}, 'offer.renamed', ${aggregator}, game_id, id, 'code', to_jsonb(former_provider || '/' || former_code),
          to_jsonb(provider_code || '/' || code), 'sync', ${run}
        FROM moved
      )
    UPDATE offer o
    SET provider_code = moved.provider_code, code = moved.code, changed_at = ${now}
    FROM moved
    WHERE o.id = moved.id`;
  return rows.count;
}

interface Updated {
  readonly changed: number;
  /** had been hidden */
  readonly returned: number;
  /** had been missing, hidden or not */
  readonly back: number;
}

/** Known offers whose entry says something new, and those that come back. Unchanged rows are left alone. */
async function updateListed(transaction: DatabaseTransaction, { run, aggregator, now }: Taking): Promise<Updated> {
  const [row] = await transaction<Updated[]>`
    /* catalogue.update */
    WITH
      touched AS (
        SELECT
          o.id, o.game_id, o.missing_since, o.hidden_at, s.seq, ${facts(transaction, 'o')} AS was,
          ${facts(transaction, 's')} AS became
        FROM catalogue_staging s
        JOIN offer o ON o.id = s.offer_id
        WHERE s.run = ${run}
          AND (
            o.missing_since IS NOT NULL
            OR (
              o.name, o.category, o.tags, o.features, o.rtp, o.volatility, o.lines, o.thumbnail, o.demo, o.platforms,
              o.currencies, o.blocked_countries, o.released_at, o.vendor_enabled, coalesce(s.vendor_id, o.vendor_id)
            ) IS DISTINCT FROM (
              s.name, s.category, s.tags, s.features, s.rtp, s.volatility, s.lines, s.thumbnail, s.demo, s.platforms,
              s.currencies, s.blocked_countries, s.released_at, s.vendor_enabled, o.vendor_id
            )
          )
      ),
      written AS (
        UPDATE offer o
        SET
          name = s.name, category = s.category, tags = s.tags, features = s.features, rtp = s.rtp,
          volatility = s.volatility, lines = s.lines, thumbnail = s.thumbnail, demo = s.demo, platforms = s.platforms,
          currencies = s.currencies, blocked_countries = s.blocked_countries, released_at = s.released_at,
          vendor_enabled = s.vendor_enabled, vendor_id = coalesce(s.vendor_id, o.vendor_id), sort_name = s.sort_name,
          name_key = s.name_key, changed_at = ${now}, last_seen_at = NULL, missing_since = NULL, missing_syncs = 0,
          hidden_at = NULL
        FROM touched
        JOIN catalogue_staging s ON s.run = ${run} AND s.seq = touched.seq
        WHERE o.id = touched.id
      ),
      fields AS (
        INSERT INTO catalogue_change (at, what, aggregator, game_id, offer_id, field, was, became, source, source_id)
        SELECT ${now}, 'offer.changed', ${aggregator}, game_id, id, fact.key, was -> fact.key, fact.value, 'sync', ${run}
        FROM touched, jsonb_each(became) AS fact
        WHERE was -> fact.key IS DISTINCT FROM fact.value
      ),
      back AS (
        INSERT INTO catalogue_change (at, what, aggregator, game_id, offer_id, was, source, source_id)
        SELECT
          ${now}, CASE WHEN hidden_at IS NULL THEN 'offer.back' ELSE 'offer.returned' END, ${aggregator}, game_id, id,
          to_jsonb(missing_since), 'sync', ${run}
        FROM touched
        WHERE missing_since IS NOT NULL
      )
    SELECT
      count(*) FILTER (WHERE was <> became)::int AS changed, count(hidden_at)::int AS returned,
      count(missing_since)::int AS back
    FROM touched`;
  return row ?? { changed: 0, returned: 0, back: 0 };
}

/** What an aggregator says of an offer, under the names the change log uses. */
export function facts(sql: Database | DatabaseTransaction, alias: 'o' | 's' | 'h') {
  const t = sql(alias);
  return sql`jsonb_build_object(
    'name', ${t}.name, 'category', ${t}.category, 'tags', ${t}.tags, 'features', ${t}.features, 'rtp', ${t}.rtp,
    'volatility', ${t}.volatility, 'lines', ${t}.lines, 'thumbnail', ${t}.thumbnail, 'demo', ${t}.demo,
    'platforms', ${t}.platforms, 'currencies', ${t}.currencies, 'blocked_countries', ${t}.blocked_countries,
    'released_at', ${t}.released_at, 'vendor_enabled', ${t}.vendor_enabled
  )`;
}

/** Offers nobody knew, each with a game of its own; who belongs together is said later. */
async function insertListed(transaction: DatabaseTransaction, { run, aggregator, now }: Taking): Promise<number> {
  const rows = await transaction`
    /* catalogue.insert */
    WITH
      fresh AS (
        SELECT s.*, p.search_name
        FROM catalogue_staging s
        JOIN provider_listing l ON l.aggregator = ${aggregator} AND l.code = s.provider_code
        JOIN provider p ON p.key = l.provider_key
        WHERE s.run = ${run} AND s.offer_id IS NULL
      ),
      games AS (
        INSERT INTO game (id, name, category, sort_name, search_text, first_seen_at, changed_at)
        SELECT new_id, name, category, sort_name, sort_name || chr(10) || search_name, ${now}::timestamptz, ${now}::timestamptz
        FROM fresh
      ),
      log AS (
        INSERT INTO catalogue_change (at, what, aggregator, game_id, offer_id, became, source, source_id)
        SELECT
          ${now}, 'offer.added', ${aggregator}, new_id, new_offer_id,
          jsonb_build_object('provider', provider_code, 'code', code, 'name', name), 'sync', ${run}
        FROM fresh
      )
    INSERT INTO offer (
      id, game_id, home_game_id, aggregator, provider_code, code, vendor_id, name, category, tags, features, rtp,
      volatility, lines, thumbnail, demo, platforms, currencies, blocked_countries, released_at, vendor_enabled,
      sort_name, name_key, first_seen_at, changed_at
    )
    SELECT
      new_offer_id, new_id, new_id, ${aggregator}, provider_code, code, vendor_id, name, category, tags, features, rtp,
      volatility, lines, thumbnail, demo, platforms, currencies, blocked_countries, released_at, vendor_enabled,
      sort_name, name_key, ${now}::timestamptz, ${now}::timestamptz
    FROM fresh`;
  return rows.count;
}

/** Keys that the program computes otherwise than when the row was written: brought up to date, which is no change. */
async function keepKeys(transaction: DatabaseTransaction, { run }: Taking): Promise<void> {
  await transaction`
    /* catalogue.keys */
    UPDATE offer o
    SET sort_name = s.sort_name, name_key = s.name_key
    FROM catalogue_staging s
    WHERE s.run = ${run} AND o.id = s.offer_id AND (o.sort_name, o.name_key) <> (s.sort_name, s.name_key)`;
}

/**
 * Offers the list lacks: missing from now on, and hidden when they have been for long enough (CAT-04). With an unchanged list
 * (`run` null) those that were missing already grow older.
 */
export async function ageMissing(
  transaction: DatabaseTransaction,
  aging: Omit<Takeover, 'run' | 'aggregators'> & { readonly run: string | null; readonly by?: string },
): Promise<Pick<SyncCounts, 'missing' | 'removed'>> {
  const { run, aggregator, rules, nowMs } = aging;
  const now = new Date(nowMs);
  const lacks =
    run === null
      ? transaction`o.missing_since IS NOT NULL`
      : transaction`NOT EXISTS (
          SELECT FROM catalogue_staging s WHERE s.run = ${run} AND coalesce(s.offer_id, s.new_offer_id) = o.id
        )`;
  const due = aging.hideAtOnce
    ? transaction`true`
    : transaction`o.missing_syncs + 1 >= ${rules.hideAfterSyncs}
        AND coalesce(o.missing_since, ${now}) <= ${new Date(nowMs - rules.hideAfterMs)}`;
  const [row] = await transaction<{ missing: number; removed: number }[]>`
    /* catalogue.missing */
    WITH
      lacked AS (
        SELECT o.id, o.game_id, o.missing_since IS NULL AS is_new, ${due} AS is_due, s.synced_at
        FROM offer o
        LEFT JOIN catalogue_state s ON s.aggregator = o.aggregator
        WHERE o.aggregator = ${aggregator} AND o.hidden_at IS NULL AND ${lacks}
      ),
      written AS (
        UPDATE offer o
        SET
          missing_since = coalesce(o.missing_since, ${now}), missing_syncs = o.missing_syncs + 1,
          last_seen_at = coalesce(o.last_seen_at, lacked.synced_at, o.changed_at),
          hidden_at = CASE WHEN lacked.is_due THEN ${now}::timestamptz END,
          changed_at = CASE WHEN lacked.is_due OR lacked.is_new THEN ${now} ELSE o.changed_at END
        FROM lacked
        WHERE o.id = lacked.id
      ),
      log AS (
        INSERT INTO catalogue_change (at, what, aggregator, game_id, offer_id, source, source_id)
        SELECT
          ${now}, CASE WHEN is_due THEN 'offer.hidden' ELSE 'offer.missing' END, ${aggregator}, game_id, id, 'sync',
          ${run ?? aging.by ?? ''}
        FROM lacked
        WHERE is_due OR is_new
      )
    SELECT count(*) FILTER (WHERE NOT is_due)::int AS missing, count(*) FILTER (WHERE is_due)::int AS removed
    FROM lacked`;
  return row ?? { missing: 0, removed: 0 };
}

/**
 * Takes over what a game shows from its preferred offer: one that can be launched if there is one. Of the games named, or of
 * those with an offer or studio changed at this moment. Rows that would say the same are left alone.
 */
export async function refreshGames(
  transaction: DatabaseTransaction,
  aggregators: readonly AggregatorName[],
  which: { readonly changedAt: Date } | { readonly games: readonly string[] } | { readonly provider: string },
): Promise<void> {
  await transaction`
    /* game.refresh */
    UPDATE game g
    SET name = lead.name, category = lead.category, sort_name = lead.shown_sort, search_text = lead.shown_search
    FROM (
      SELECT DISTINCT ON (o.game_id)
        o.game_id, o.name, o.category, coalesce(own.sort_name_override, o.sort_name) AS shown_sort,
        coalesce(own.sort_name_override, o.sort_name) || chr(10) || p.search_name AS shown_search
      FROM offer o
      JOIN game own ON own.id = o.game_id
      JOIN provider_listing l ON l.aggregator = o.aggregator AND l.code = o.provider_code
      JOIN provider p ON p.key = l.provider_key
      WHERE o.game_id IN (${touchedGames(transaction, which)})
      ORDER BY
        o.game_id, o.hidden_at IS NOT NULL OR NOT o.vendor_enabled OR NOT o.operator_enabled,
        ${byPreference(transaction, aggregators)}
    ) lead
    WHERE g.id = lead.game_id
      AND (g.name, g.category, g.sort_name, g.search_text)
        <> (lead.name, lead.category, lead.shown_sort, lead.shown_search)`;
}

function touchedGames(transaction: DatabaseTransaction, which: Parameters<typeof refreshGames>[2]) {
  if ('games' in which) return transaction`SELECT unnest(${[...which.games]}::uuid[])`;
  const studio =
    'provider' in which ? transaction`p.key = ${which.provider}` : transaction`p.changed_at = ${which.changedAt}`;
  const ofStudio = transaction`
    SELECT touched.game_id
    FROM provider p
    JOIN provider_listing l ON l.provider_key = p.key
    JOIN offer touched ON touched.aggregator = l.aggregator AND touched.provider_code = l.code
    WHERE ${studio}`;
  if ('provider' in which) return ofStudio;
  return transaction`SELECT game_id FROM offer WHERE changed_at = ${which.changedAt} UNION ${ofStudio}`;
}
