/** The book on several machines: distributes its tables over a Citus cluster. Never undone by Croupier. */
import type { Database } from '../platform/index.ts';
import {
  BOOK_TABLES,
  distributeBook,
  makeIdUniqueByShard,
  selectCitusVersion,
  selectDistributed,
} from './citus-store.ts';

export type Distribution =
  | { readonly kind: 'distributed'; readonly citusVersion: string }
  | { readonly kind: 'already' }
  | { readonly kind: 'no_citus' }
  | { readonly kind: 'partly'; readonly tables: readonly string[] };

/** Spread far enough for a cluster to grow, and few enough that a small one does not pay for it. */
const SHARD_COUNT = 64;

/**
 * Distributes the migrated book by shard, all tables or none. Rows move with their tables, so a large book takes long and is
 * locked meanwhile: do it before opening, or in a maintenance window.
 */
export async function distribute(sql: Database): Promise<Distribution> {
  const citusVersion = await selectCitusVersion(sql);
  if (citusVersion === null) return { kind: 'no_citus' };
  const distributed = await selectDistributed(sql);
  if (distributed.length === BOOK_TABLES.length) return { kind: 'already' };
  if (distributed.length > 0) return { kind: 'partly', tables: distributed };
  await sql.begin(async (transaction) => {
    await makeIdUniqueByShard(transaction);
    await distributeBook(transaction, SHARD_COUNT);
  });
  return { kind: 'distributed', citusVersion };
}
