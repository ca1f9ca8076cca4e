/** SQL of ids that callbacks used again for other facts. Each is kept once, with the round whose transaction stands. */
import type { Database, DatabaseTransaction } from '../platform/index.ts';
import type { ConflictFact, RoundKey } from './facts.ts';
import type { ShardedKey } from './view-store.ts';

export interface NewConflict extends ConflictFact {
  readonly key: ShardedKey;
}

/** Relies on callback_conflict_pkey. */
export async function insertConflicts(
  sql: Database,
  conflicts: readonly NewConflict[],
): Promise<readonly ShardedKey[]> {
  if (conflicts.length === 0) return [];
  const rows = await sql<{ shard: number; player: string; aggregator: string; round_id: string }[]>`
    /* callback_conflict.insert */
    INSERT INTO callback_conflict (shard, player, aggregator, round_id, external_id, named_player, first_seen)
    SELECT shard, player, aggregator, round_id, external_id, named_player, min(first_seen)
    FROM unnest(
      ${conflicts.map(({ key }) => key.shard)}::smallint[], ${conflicts.map(({ key }) => key.player)}::text[],
      ${conflicts.map(({ key }) => key.aggregator)}::text[], ${conflicts.map(({ key }) => key.round)}::text[],
      ${conflicts.map((each) => each.id)}::text[], ${conflicts.map((each) => each.player)}::text[],
      ${conflicts.map((each) => new Date(each.sinceMs).toISOString())}::timestamptz[]
    ) AS n (shard, player, aggregator, round_id, external_id, named_player, first_seen)
    GROUP BY 1, 2, 3, 4, 5, 6
    ON CONFLICT DO NOTHING
    RETURNING shard, player, aggregator, round_id`;
  return rows.map(({ round_id: round, ...row }) => ({ ...row, round }));
}

/** Those of rounds, at most a hundred of each. Relies on callback_conflict_pkey. */
export async function selectConflictsOf(
  tx: Database | DatabaseTransaction,
  keys: readonly ShardedKey[],
): Promise<readonly (ConflictFact & { readonly of: RoundKey })[]> {
  const rows = await tx<
    {
      player: string;
      aggregator: string;
      round_id: string;
      external_id: string;
      named_player: string;
      first_seen: Date;
    }[]
  >`
    /* callback_conflict.of_rounds */
    SELECT n.player, n.aggregator, n.round_id, c.external_id, c.named_player, c.first_seen
    FROM unnest(
      ${keys.map((key) => key.shard)}::smallint[], ${keys.map((key) => key.player)}::text[],
      ${keys.map((key) => key.aggregator)}::text[], ${keys.map((key) => key.round)}::text[]
    ) AS n (shard, player, aggregator, round_id)
    CROSS JOIN LATERAL (
      SELECT external_id, named_player, first_seen
      FROM callback_conflict
      WHERE shard = n.shard AND player = n.player AND aggregator = n.aggregator AND round_id = n.round_id
      ORDER BY external_id, named_player
      LIMIT 100
    ) c`;
  return rows.map((row) => ({
    of: { player: row.player, aggregator: row.aggregator, round: row.round_id },
    id: row.external_id,
    player: row.named_player,
    sinceMs: row.first_seen.getTime(),
  }));
}

/** Of rounds whose facts go. Relies on callback_conflict_pkey. */
export async function deleteConflicts(tx: DatabaseTransaction, keys: readonly ShardedKey[]): Promise<void> {
  await tx`
    /* callback_conflict.expire */
    DELETE FROM callback_conflict c
    USING unnest(
      ${keys.map((key) => key.shard)}::smallint[], ${keys.map((key) => key.player)}::text[],
      ${keys.map((key) => key.aggregator)}::text[], ${keys.map((key) => key.round)}::text[]
    ) AS n (shard, player, aggregator, round_id)
    WHERE c.shard = n.shard AND c.player = n.player AND c.aggregator = n.aggregator AND c.round_id = n.round_id`;
}
