/** SQL of quarantined lists: kept whole until a person says what to do with them, or a newer list takes their place (CAT-08). */
import type { Database, DatabaseTransaction } from '../platform/index.ts';
import type { AggregatorName } from '../wallet/index.ts';
import type { SyncDecision } from './sync-store.ts';
import { facts } from './takeover-store.ts';

/** Keeps what a list of the run is called and recognised by. Relies on catalogue_sync_pkey. */
export async function noteList(
  transaction: DatabaseTransaction,
  run: string,
  list: { readonly digest: string; readonly etag: string | null },
): Promise<void> {
  await transaction`
    /* catalogue.note_list */
    UPDATE catalogue_sync SET digest = ${list.digest}, etag = ${list.etag} WHERE id = ${run}`;
}

/** An earlier quarantined run of the very same list that waits, or was turned down. Relies on catalogue_sync_decision. */
export async function selectSameHeld(
  transaction: DatabaseTransaction,
  aggregator: AggregatorName,
  digest: string,
): Promise<{ readonly id: string; readonly decision: SyncDecision } | null> {
  const [row] = await transaction<{ id: string; decision: SyncDecision }[]>`
    /* catalogue.same_held */
    SELECT id, decision
    FROM catalogue_sync
    WHERE aggregator = ${aggregator} AND decision IN ('waiting', 'rejected') AND digest = ${digest}
    ORDER BY started_at DESC
    LIMIT 1`;
  return row ?? null;
}

/** Lists of the aggregator that wait are out of date. */
export async function supersede(
  transaction: DatabaseTransaction,
  aggregator: AggregatorName,
  nowMs: number,
): Promise<void> {
  await transaction`
    /* catalogue.supersede */
    WITH
      old AS (
        UPDATE catalogue_sync
        SET decision = 'superseded', decided_at = ${new Date(nowMs)}
        WHERE aggregator = ${aggregator} AND decision = 'waiting'
        RETURNING id
      )
    DELETE FROM catalogue_held WHERE run IN (SELECT id FROM old)`;
}

/** Keeps the staged list of the run, which waits from now on. */
export async function hold(transaction: DatabaseTransaction, run: string): Promise<void> {
  await transaction`
    /* catalogue.hold */
    WITH
      kept AS (
        INSERT INTO catalogue_held SELECT * FROM catalogue_staging WHERE run = ${run}
      )
    UPDATE catalogue_sync SET decision = 'waiting' WHERE id = ${run}`;
}

/** Puts a list that waits back among the staged; its matches are to be made anew. */
export async function unhold(transaction: DatabaseTransaction, run: string): Promise<void> {
  await transaction`
    /* catalogue.unhold */
    WITH
      kept AS (
        DELETE FROM catalogue_held WHERE run = ${run} RETURNING *
      )
    INSERT INTO catalogue_staging SELECT * FROM kept`;
}

export interface HeldRun {
  readonly aggregator: string;
  readonly decision: SyncDecision | null;
  readonly etag: string | null;
}

/** Locks a run for a decision; null when there is none of this id. The id must be a UUID. */
export async function lockHeld(transaction: DatabaseTransaction, run: string): Promise<HeldRun | null> {
  const [row] = await transaction<HeldRun[]>`
    /* catalogue.lock_held */
    SELECT aggregator, decision, etag FROM catalogue_sync WHERE id = ${run} FOR UPDATE`;
  return row ?? null;
}

/** Writes what was decided and removes what is left of the list. */
export async function decideHeld(
  transaction: DatabaseTransaction,
  run: string,
  decided: { readonly decision: 'accepted' | 'rejected'; readonly by: string; readonly nowMs: number },
): Promise<void> {
  await transaction`
    /* catalogue.decide */
    WITH
      pages AS (
        DELETE FROM catalogue_staging WHERE run = ${run}
      ),
      kept AS (
        DELETE FROM catalogue_held WHERE run = ${run}
      )
    UPDATE catalogue_sync
    SET decision = ${decided.decision}, decided_at = ${new Date(decided.nowMs)}, decided_by = ${decided.by}
    WHERE id = ${run}`;
}

/** One way in which a quarantined list differs from the catalogue. */
export interface Difference {
  readonly kind: 'added' | 'removed' | 'changed';
  readonly provider: string;
  readonly code: string;
  readonly name: string;
  /** of a changed one: field → what it is and what it would be */
  readonly fields: Readonly<Record<string, { readonly was: unknown; readonly becomes: unknown }>>;
}

export interface Differences {
  readonly added: number;
  readonly removed: number;
  readonly changed: number;
  /** the first of each kind, by provider and code */
  readonly first: readonly Difference[];
}

/** How the list that waits differs from the catalogue as it is now. Reads the list and the aggregator's offers once each. */
export async function selectDifferences(
  sql: Database,
  run: string,
  aggregator: AggregatorName,
  limit: number,
): Promise<Differences> {
  const [row] = await sql<{ added: number; removed: number; changed: number; first: Difference[] }[]>`
    /* catalogue.differences */
    WITH
      difference AS (
        SELECT
          CASE WHEN o.id IS NULL THEN 'added' WHEN h.seq IS NULL THEN 'removed' ELSE 'changed' END AS kind,
          coalesce(h.provider_code, o.provider_code) AS provider, coalesce(h.code, o.code) AS code,
          coalesce(h.name, o.name) AS name, ${facts(sql, 'o')} AS was, ${facts(sql, 'h')} AS becomes
        FROM (
          SELECT * FROM catalogue_held WHERE run = ${run}
        ) h
        FULL JOIN (
          SELECT * FROM offer WHERE aggregator = ${aggregator}
        ) o ON o.id = h.offer_id
        WHERE h.seq IS NULL AND o.hidden_at IS NULL
          OR o.id IS NULL
          OR h.seq IS NOT NULL AND ${facts(sql, 'o')} <> ${facts(sql, 'h')}
      ),
      numbered AS (
        SELECT *, row_number() OVER (PARTITION BY kind ORDER BY provider, code) AS place FROM difference
      )
    SELECT
      count(*) FILTER (WHERE kind = 'added')::int AS added, count(*) FILTER (WHERE kind = 'removed')::int AS removed,
      count(*) FILTER (WHERE kind = 'changed')::int AS changed,
      coalesce(
        jsonb_agg(
          jsonb_build_object(
            'kind', kind, 'provider', provider, 'code', code, 'name', name, 'fields',
            CASE WHEN kind = 'changed' THEN (
              SELECT jsonb_object_agg(fact.key, jsonb_build_object('was', was -> fact.key, 'becomes', fact.value))
              FROM jsonb_each(becomes) AS fact
              WHERE was -> fact.key <> fact.value
            ) ELSE '{}' END
          )
          ORDER BY kind, provider, code
        ) FILTER (WHERE place <= ${limit}),
        '[]'
      ) AS first
    FROM numbered`;
  return row ?? { added: 0, removed: 0, changed: 0, first: [] };
}
