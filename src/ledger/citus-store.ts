/**
 * SQL that distributes the book over the nodes of a Citus cluster, by shard. Everything a batch touches lies on one node, so
 * its transaction is an ordinary one there.
 */
import type { Database, DatabaseTransaction } from '../platform/index.ts';

/** The tables of the book; all have `shard` first in their primary key. */
export const BOOK_TABLES = ['wallet', 'transaction', 'round', 'posting'] as const;

/** The version of Citus in this database, or null. */
export async function selectCitusVersion(sql: Database): Promise<string | null> {
  const [row] = await sql<{ extversion: string }[]>`
    /* citus.version */
    SELECT extversion FROM pg_extension WHERE extname = 'citus'`;
  return row?.extversion ?? null;
}

/** Those of the book's tables that are distributed already. */
export async function selectDistributed(sql: Database): Promise<readonly string[]> {
  const rows = await sql<{ name: string }[]>`
    /* citus.distributed */
    SELECT logicalrelid::text AS name
    FROM pg_dist_partition
    WHERE logicalrelid::text = ANY (${[...BOOK_TABLES]}::text[])`;
  return rows.map((row) => row.name);
}

/**
 * An id is unique within its player's shard: a unique key over all nodes is not to be had. Named like the index it replaces,
 * because it serves the same statements.
 */
export async function makeIdUniqueByShard(sql: DatabaseTransaction): Promise<void> {
  await sql`/* citus.drop_global_key */ DROP INDEX IF EXISTS transaction_external_id`;
  await sql`
    /* citus.key_by_shard */
    CREATE UNIQUE INDEX transaction_external_id
      ON transaction (shard, aggregator, external_id, kind, id_scope)`;
}

/** Spreads the tables, each row with those of the same shard. The append-only triggers go with them. */
export async function distributeBook(sql: DatabaseTransaction, shardCount: number): Promise<void> {
  // They look at no row but their own, which is what the setting asks one to make sure of.
  await sql`/* citus.triggers */ SET LOCAL citus.enable_unsafe_triggers = on`;
  const [first, ...others] = BOOK_TABLES;
  await sql`
    /* citus.distribute_first */
    SELECT create_distributed_table(${first}, 'shard', colocate_with => 'none', shard_count => ${shardCount})`;
  for (const table of others) {
    await sql`
      /* citus.distribute */
      SELECT create_distributed_table(${table}, 'shard', colocate_with => ${first})`;
  }
}
