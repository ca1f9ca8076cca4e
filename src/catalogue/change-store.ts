/** SQL of the change log: written in the transaction that changes something, read newest first, deleted when it is old. */
import type { Database, DatabaseTransaction } from '../platform/index.ts';
import type { ChangedBy } from './rules.ts';

export interface Change {
  readonly id: string;
  readonly atMs: number;
  /** e.g. `offer.changed`, `game.merged`: see docs/catalogue.md */
  readonly what: string;
  readonly aggregator: string | null;
  readonly gameId: string | null;
  readonly offerId: string | null;
  readonly provider: string | null;
  readonly field: string | null;
  readonly was: unknown;
  readonly became: unknown;
  readonly by: ChangedBy;
}

export interface ChangesFilter {
  readonly game?: string;
  readonly aggregator?: string;
  readonly provider?: string;
  readonly what?: string;
  readonly sinceMs?: number;
}

/** What a change of the operator or of a rule writes; a sync writes its many rows where it makes the changes. */
export interface NewChange {
  readonly what: string;
  readonly aggregator?: string;
  readonly gameId?: string;
  readonly offerId?: string;
  readonly provider?: string;
  readonly field?: string;
  readonly was?: string | number | boolean | readonly string[] | null;
  readonly became?: string | number | boolean | readonly string[] | null;
}

export async function insertChanges(
  transaction: DatabaseTransaction,
  changes: readonly NewChange[],
  by: ChangedBy,
  nowMs: number,
): Promise<void> {
  if (changes.length === 0) return;
  const rows = changes.map((change) => ({
    what: change.what,
    aggregator: change.aggregator ?? null,
    game_id: change.gameId ?? null,
    offer_id: change.offerId ?? null,
    provider: change.provider ?? null,
    field: change.field ?? null,
    was: change.was ?? null,
    became: change.became ?? null,
  }));
  await transaction`
    /* catalogue.log */
    INSERT INTO catalogue_change (
      at, what, aggregator, game_id, offer_id, provider, field, was, became, source, source_id
    )
    SELECT ${new Date(nowMs)}::timestamptz, change.*, ${by.source}, ${by.id}
    FROM jsonb_to_recordset(${transaction.json(rows)}) AS change (
      what text, aggregator text, game_id uuid, offer_id uuid, provider text, field text, was jsonb, became jsonb
    )`;
}

interface ChangeRow {
  id: string;
  at: Date;
  what: string;
  aggregator: string | null;
  game_id: string | null;
  offer_id: string | null;
  provider: string | null;
  field: string | null;
  was: unknown;
  became: unknown;
  source: ChangedBy['source'];
  source_id: string;
}

/** Newest first, before the given id. By catalogue_change_game, catalogue_change_aggregator or catalogue_change_pkey. */
export async function selectChanges(
  sql: Database,
  filter: ChangesFilter,
  before: string | null,
  limit: number,
): Promise<readonly Change[]> {
  const rows = await sql<ChangeRow[]>`
    /* catalogue.changes */
    SELECT *
    FROM catalogue_change
    WHERE true
      ${filter.game === undefined ? sql`` : sql`AND game_id = ${filter.game}`}
      ${filter.aggregator === undefined ? sql`` : sql`AND aggregator = ${filter.aggregator}`}
      ${filter.provider === undefined ? sql`` : sql`AND provider = ${filter.provider}`}
      ${filter.what === undefined ? sql`` : sql`AND what = ${filter.what}`}
      ${filter.sinceMs === undefined ? sql`` : sql`AND at >= ${new Date(filter.sinceMs)}`}
      ${before === null ? sql`` : sql`AND id < ${before}`}
    ORDER BY id DESC
    LIMIT ${limit}`;
  return rows.map((row) => ({
    id: row.id,
    atMs: row.at.getTime(),
    what: row.what,
    aggregator: row.aggregator,
    gameId: row.game_id,
    offerId: row.offer_id,
    provider: row.provider,
    field: row.field,
    was: row.was,
    became: row.became,
    by: { source: row.source, id: row.source_id },
  }));
}

/** Deletes up to `limit` changes older than the given time; returns how many. Relies on catalogue_change_at. */
export async function deleteOldChanges(sql: Database, beforeMs: number, limit: number): Promise<number> {
  const rows = await sql`
    /* catalogue.expire_changes */
    DELETE FROM catalogue_change
    WHERE id IN (SELECT id FROM catalogue_change WHERE at < ${new Date(beforeMs)} ORDER BY at LIMIT ${limit})`;
  return rows.count;
}

/** Deletes up to `limit` syncs that ended before the given time, but never one that waits for a person. */
export async function deleteOldSyncs(sql: Database, beforeMs: number, limit: number): Promise<number> {
  const rows = await sql`
    /* catalogue.expire_syncs */
    DELETE FROM catalogue_sync
    WHERE id IN (
      SELECT id
      FROM catalogue_sync
      WHERE finished_at < ${new Date(beforeMs)} AND decision IS DISTINCT FROM 'waiting'
      LIMIT ${limit}
    )`;
  return rows.count;
}
