/**
 * SQL of the bench itself: databases of its own, the proof that PostgreSQL is durable, and the sums that every run is
 * judged by.
 */
import { closeDatabase, openDatabase } from '../src/platform/index.ts';
import type { Database } from '../src/platform/index.ts';
import { parentCalled } from './cpu.ts';

/** Makes the database anew and gives its URL. */
export async function createDatabase(serverUrl: string, name: string): Promise<string> {
  await onServer(serverUrl, async (sql) => {
    await sql`/* bench.drop */ DROP DATABASE IF EXISTS ${sql(name)} WITH (FORCE)`;
    await sql`/* bench.create */ CREATE DATABASE ${sql(name)} TEMPLATE template0`;
  });
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}

export async function dropDatabase(serverUrl: string, name: string): Promise<void> {
  await onServer(serverUrl, async (sql) => {
    await sql`/* bench.drop */ DROP DATABASE IF EXISTS ${sql(name)} WITH (FORCE)`;
  });
}

export interface ServerFacts {
  readonly version: string;
  readonly fsync: string;
  readonly synchronousCommit: string;
  readonly fullPageWrites: string;
  readonly sharedBuffers: string;
  readonly maxConnections: number;
  /** null: not a process of this machine */
  readonly postmasterPid: number | null;
}

/** What the server says about itself. */
export async function serverFacts(serverUrl: string): Promise<ServerFacts> {
  return onServer(serverUrl, async (sql) => {
    const show = async (name: string): Promise<string> => {
      const [row] = await sql<{ value: string }[]>`/* bench.show */ SELECT current_setting(${name}) AS value`;
      return row?.value ?? '';
    };
    const [row] = await sql<{ pid: number }[]>`/* bench.pid */ SELECT pg_backend_pid() AS pid`;
    return {
      version: await show('server_version'),
      fsync: await show('fsync'),
      synchronousCommit: await show('synchronous_commit'),
      fullPageWrites: await show('full_page_writes'),
      sharedBuffers: await show('shared_buffers'),
      maxConnections: Number(await show('max_connections')),
      // Looked up while the connection stands: its process ends with it.
      postmasterPid: row === undefined ? null : parentCalled(row.pid, 'postgres'),
    };
  });
}

/** Connections the server has free for others. */
export async function freeConnections(serverUrl: string): Promise<number> {
  return onServer(serverUrl, async (sql) => {
    const [row] = await sql<{ free: number }[]>`
      /* bench.free_connections */
      SELECT
        current_setting('max_connections')::int - count(*)::int
          - current_setting('superuser_reserved_connections')::int AS free
      FROM pg_stat_activity
      WHERE backend_type = 'client backend'`;
    return row?.free ?? 0;
  });
}

/** All players' money, in cents. */
export async function sumOfBalances(sql: Database): Promise<bigint> {
  const [row] = await sql<{ total: string }[]>`
    /* bench.sum */
    SELECT coalesce(sum(balance), 0)::text AS total FROM wallet`;
  return BigInt(row?.total ?? '0');
}

/** Updates of wallets since the statistics began, and how many of them needed no index to change. */
export async function hotUpdates(sql: Database): Promise<{ updates: number; hot: number }> {
  const [row] = await sql<{ updates: string; hot: string }[]>`
    /* bench.hot */
    SELECT n_tup_upd::text AS updates, n_tup_hot_upd::text AS hot FROM pg_stat_user_tables WHERE relname = 'wallet'`;
  return { updates: Number(row?.updates ?? 0), hot: Number(row?.hot ?? 0) };
}

/** What pgbench's accounts hold beyond what its history says: 0 in a sound database. */
export async function pgbenchDifference(sql: Database): Promise<bigint> {
  const [row] = await sql<{ difference: string }[]>`
    /* bench.pgbench */
    SELECT (
      (SELECT coalesce(sum(abalance), 0) FROM pgbench_accounts) - (SELECT coalesce(sum(delta), 0) FROM pgbench_history)
    )::text AS difference`;
  return BigInt(row?.difference ?? '0');
}

async function onServer<T>(url: string, work: (sql: Database) => Promise<T>): Promise<T> {
  const sql = openDatabase({ url, max: 1, applicationName: 'croupier-bench', statementTimeoutMs: 600_000 });
  try {
    return await work(sql);
  } finally {
    await closeDatabase(sql);
  }
}
