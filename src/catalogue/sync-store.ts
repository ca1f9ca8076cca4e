/** SQL of a sync: the run, its staged pages, and the one transaction that makes them the catalogue. */
import type { Database, DatabaseTransaction } from '../platform/index.ts';
import { newId } from '../platform/index.ts';
import type { ListedGame } from '../dialects/dialect.ts';
import type { AggregatorName } from '../wallet/index.ts';
import { searchable } from './rules.ts';

export interface SyncCounts {
  /** entries in the list, usable or not */
  readonly listed: number;
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
  /** had been removed and are listed again */
  readonly returned: number;
  readonly duplicates: number;
  readonly malformed: number;
}
export type SyncOutcome = 'running' | 'applied' | 'unchanged' | 'failed' | 'quarantined' | 'abandoned';

export interface SyncRun extends SyncCounts {
  readonly id: string;
  readonly aggregator: AggregatorName;
  readonly startedAtMs: number;
  readonly finishedAtMs: number | null;
  readonly outcome: SyncOutcome;
  readonly reason: string | null;
  readonly malformedSample: readonly string[];
}

/**
 * Begins a run, or says false because another node is at it. A run without a sign of life for `leaseMs` belongs to a
 * process that died. By catalogue_sync_running there is never more than one; its times are the database's own, because
 * the nodes' clocks may disagree.
 */
export async function startRun(
  sql: Database,
  run: { readonly id: string; readonly aggregator: AggregatorName; readonly nowMs: number; readonly leaseMs: number },
): Promise<boolean> {
  return sql.begin(async (transaction) => {
    await transaction`
      /* catalogue.abandon */
      WITH
        dead AS (
          UPDATE catalogue_sync
          SET outcome = 'abandoned', reason = 'the process stopped', finished_at = ${new Date(run.nowMs)}
          WHERE aggregator = ${run.aggregator} AND outcome = 'running'
            AND heartbeat_at < clock_timestamp() - ${run.leaseMs} * interval '1 millisecond'
          RETURNING id
        )
      DELETE FROM catalogue_staging WHERE run IN (SELECT id FROM dead)`;
    const rows = await transaction`
      /* catalogue.start */
      INSERT INTO catalogue_sync (id, aggregator, started_at, heartbeat_at, outcome)
      VALUES (${run.id}, ${run.aggregator}, ${new Date(run.nowMs)}, clock_timestamp(), 'running')
      ON CONFLICT (aggregator) WHERE outcome = 'running' DO NOTHING
      RETURNING id`;
    return rows.length === 1;
  });
}

/** What the last list that was taken over was called by the aggregator. */
export async function selectEtag(sql: Database, aggregator: AggregatorName): Promise<string | null> {
  const [row] = await sql<{ etag: string | null }[]>`
    /* catalogue.etag */
    SELECT etag FROM catalogue_state WHERE aggregator = ${aggregator}`;
  return row?.etag ?? null;
}

/** Adds entries numbered from `firstSeq`; false when the run was given up in the meantime. */
export async function stage(
  sql: Database,
  run: string,
  games: readonly ListedGame[],
  firstSeq: number,
): Promise<boolean> {
  const rows = games.map((game, index) => ({
    seq: firstSeq + index,
    new_id: newId(),
    provider_code: game.provider.code,
    provider_name: game.provider.name,
    code: game.code,
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
    search_text: searchable(game.name, game.provider.name),
  }));
  const beats = await sql`
    /* catalogue.stage */
    WITH
      alive AS (
        UPDATE catalogue_sync SET heartbeat_at = clock_timestamp() WHERE id = ${run} AND outcome = 'running' RETURNING id
      ),
      staged AS (
        INSERT INTO catalogue_staging
        SELECT alive.id, entry.*
        FROM alive, jsonb_to_recordset(${sql.json(rows)}) AS entry (
          seq integer, new_id uuid, provider_code text, provider_name text, code text, name text, category text,
          tags text[], features text[], rtp text, volatility text, lines integer, thumbnail text, demo boolean,
          platforms text[], currencies text[], blocked_countries text[], released_at text, vendor_enabled boolean,
          sort_name text, search_text text
        )
      )
    SELECT id FROM alive`;
  return beats.length === 1;
}

export interface Comparison {
  readonly staged: number;
  /** without repeated entries */
  readonly distinct: number;
  /** games of the aggregator that are not hidden */
  readonly visible: number;
  /** of those, how many the list lacks */
  readonly missing: number;
}

/** Locks the run for its end; null when it is no longer the running one. Relies on catalogue_sync_pkey. */
export async function lockRun(transaction: DatabaseTransaction, run: string): Promise<boolean> {
  const rows = await transaction`
    /* catalogue.lock_run */
    SELECT id FROM catalogue_sync WHERE id = ${run} AND outcome = 'running' FOR UPDATE`;
  return rows.length === 1;
}

export async function compare(
  transaction: DatabaseTransaction,
  run: string,
  aggregator: AggregatorName,
): Promise<Comparison> {
  // Fresh figures for the planner: the staged rows are news to it.
  await transaction`/* catalogue.analyze */ ANALYZE catalogue_staging`;
  const [row] = await transaction<Comparison[]>`
    /* catalogue.compare */
    SELECT
      (SELECT count(*)::int FROM catalogue_staging WHERE run = ${run}) AS staged,
      (SELECT count(DISTINCT (provider_code, code))::int FROM catalogue_staging WHERE run = ${run}) AS "distinct",
      count(*)::int AS visible,
      count(*) FILTER (
        WHERE NOT EXISTS (
          SELECT FROM catalogue_staging s
          WHERE s.run = ${run} AND s.provider_code = g.provider_code AND s.code = g.code
        )
      )::int AS missing
    FROM game g
    WHERE g.aggregator = ${aggregator} AND g.removed_at IS NULL`;
  return row ?? { staged: 0, distinct: 0, visible: 0, missing: 0 };
}

/** Makes the staged list the aggregator's catalogue. Of repeated entries the last one counts (CAT-11). */
export async function takeOver(
  transaction: DatabaseTransaction,
  run: string,
  aggregator: AggregatorName,
  nowMs: number,
): Promise<Pick<SyncCounts, 'added' | 'changed' | 'removed' | 'returned'>> {
  const now = new Date(nowMs);
  await transaction`
    /* catalogue.providers */
    INSERT INTO provider (aggregator, code, name, first_seen_at, last_seen_at)
    SELECT DISTINCT ON (provider_code) ${aggregator}, provider_code, provider_name, ${now}::timestamptz, ${now}::timestamptz
    FROM catalogue_staging
    WHERE run = ${run}
    ORDER BY provider_code, seq DESC
    ON CONFLICT (aggregator, code) DO UPDATE SET name = EXCLUDED.name, last_seen_at = EXCLUDED.last_seen_at`;
  const [back] = await transaction<{ returned: number }[]>`
    /* catalogue.returned */
    SELECT count(*)::int AS returned
    FROM game g
    WHERE g.aggregator = ${aggregator} AND g.removed_at IS NOT NULL
      AND EXISTS (
        SELECT FROM catalogue_staging s
        WHERE s.run = ${run} AND s.provider_code = g.provider_code AND s.code = g.code
      )`;
  const updated = await updateListed(transaction, run, aggregator, now);
  const added = await insertListed(transaction, run, aggregator, now);
  const removed = await transaction`
    /* catalogue.hide */
    UPDATE game g
    SET removed_at = ${now}, changed_at = ${now}
    WHERE g.aggregator = ${aggregator} AND g.removed_at IS NULL
      AND NOT EXISTS (
        SELECT FROM catalogue_staging s
        WHERE s.run = ${run} AND s.provider_code = g.provider_code AND s.code = g.code
      )`;
  await transaction`
    /* catalogue.seen */
    UPDATE game SET last_seen_at = ${now} WHERE aggregator = ${aggregator} AND removed_at IS NULL`;
  const returned = back?.returned ?? 0;
  return { added, changed: updated - returned, removed: removed.count, returned };
}

/** Known games whose entry says something new, and those that come back. Unchanged rows are left alone. */
async function updateListed(
  transaction: DatabaseTransaction,
  run: string,
  aggregator: AggregatorName,
  now: Date,
): Promise<number> {
  const rows = await transaction`
    /* catalogue.update */
    UPDATE game g
    SET
      name = l.name, category = l.category, tags = l.tags, features = l.features, rtp = l.rtp,
      volatility = l.volatility, lines = l.lines, thumbnail = l.thumbnail, demo = l.demo, platforms = l.platforms,
      currencies = l.currencies, blocked_countries = l.blocked_countries, released_at = l.released_at,
      vendor_enabled = l.vendor_enabled, sort_name = l.sort_name, search_text = l.search_text,
      changed_at = ${now}, removed_at = NULL
    FROM (
      SELECT DISTINCT ON (provider_code, code) *
      FROM catalogue_staging
      WHERE run = ${run}
      ORDER BY provider_code, code, seq DESC
    ) l
    WHERE g.aggregator = ${aggregator} AND g.provider_code = l.provider_code AND g.code = l.code
      AND (
        g.removed_at IS NOT NULL
        OR (
          g.name, g.category, g.tags, g.features, g.rtp, g.volatility, g.lines, g.thumbnail, g.demo, g.platforms,
          g.currencies, g.blocked_countries, g.released_at, g.vendor_enabled, g.search_text
        ) IS DISTINCT FROM (
          l.name, l.category, l.tags, l.features, l.rtp, l.volatility, l.lines, l.thumbnail, l.demo, l.platforms,
          l.currencies, l.blocked_countries, l.released_at, l.vendor_enabled, l.search_text
        )
      )`;
  return rows.count;
}

async function insertListed(
  transaction: DatabaseTransaction,
  run: string,
  aggregator: AggregatorName,
  now: Date,
): Promise<number> {
  const rows = await transaction`
    /* catalogue.insert */
    INSERT INTO game (
      id, aggregator, provider_code, code, name, category, tags, features, rtp, volatility, lines, thumbnail, demo,
      platforms, currencies, blocked_countries, released_at, vendor_enabled, sort_name, search_text,
      first_seen_at, last_seen_at, changed_at
    )
    SELECT DISTINCT ON (s.provider_code, s.code)
      s.new_id, ${aggregator}, s.provider_code, s.code, s.name, s.category, s.tags, s.features, s.rtp, s.volatility,
      s.lines, s.thumbnail, s.demo, s.platforms, s.currencies, s.blocked_countries, s.released_at, s.vendor_enabled,
      s.sort_name, s.search_text, ${now}::timestamptz, ${now}::timestamptz, ${now}::timestamptz
    FROM catalogue_staging s
    WHERE s.run = ${run}
      AND NOT EXISTS (
        SELECT FROM game g
        WHERE g.aggregator = ${aggregator} AND g.provider_code = s.provider_code AND g.code = s.code
      )
    ORDER BY s.provider_code, s.code, s.seq DESC`;
  return rows.count;
}

/** Remembers the list's name, and when something changed makes every replica look again. */
export async function noteTaken(
  transaction: DatabaseTransaction,
  aggregator: AggregatorName,
  etag: string | null,
  changed: boolean,
): Promise<void> {
  await transaction`
    /* catalogue.taken */
    INSERT INTO catalogue_state (aggregator, version, etag)
    VALUES (${aggregator}, 1, ${etag})
    ON CONFLICT (aggregator) DO UPDATE
    SET version = catalogue_state.version + ${changed ? 1 : 0}, etag = EXCLUDED.etag`;
}

/** Ends the run and clears its pages. A run that is not running any more keeps the end it had. */
export async function finishRun(
  sql: Database | DatabaseTransaction,
  run: string,
  end: SyncCounts & {
    readonly outcome: Exclude<SyncOutcome, 'running'>;
    readonly reason: string | null;
    readonly malformedSample: readonly string[];
  },
  nowMs: number,
): Promise<void> {
  await sql`
    /* catalogue.finish */
    WITH
      pages AS (
        DELETE FROM catalogue_staging WHERE run = ${run}
      )
    UPDATE catalogue_sync
    SET
      outcome = ${end.outcome}, reason = ${end.reason}, finished_at = ${new Date(nowMs)}, listed = ${end.listed},
      added = ${end.added}, changed = ${end.changed}, removed = ${end.removed}, returned = ${end.returned},
      duplicates = ${end.duplicates}, malformed = ${end.malformed}, malformed_sample = ${[...end.malformedSample]}
    WHERE id = ${run} AND outcome = 'running'`;
}
