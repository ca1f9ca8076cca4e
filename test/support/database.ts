/**
 * A real, empty, migrated database for a test file: cloned from the template in a few dozen
 * milliseconds, gone when closed. Nobody mocks the driver.
 */
import { inject } from 'vitest';
import postgres from 'postgres';
import { closeDatabase, openDatabase, type Database } from '../../src/platform/database.ts';
import type { TestServer } from './global-setup.ts';

export interface TestDatabase {
  readonly url: string;
  readonly sql: Database;
  /** Closes `sql` and drops the database, whoever is still connected. */
  close(): Promise<void>;
}

export interface TestDatabaseOptions {
  /** Connections of `sql`. */
  readonly max?: number;
  /** An empty database instead of a migrated one: for tests of the migrations themselves. */
  readonly empty?: boolean;
}

let made = 0;

/** Makes a database of its own for the caller; call `close` in `afterAll`. */
export async function testDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const server = await askForServer();
  made += 1;
  const name = `test_${process.pid}_${made}_${Math.random().toString(36).slice(2, 8)}`;
  await onServer(
    server.url,
    async (sql) => await create(sql, name, options.empty === true ? 'template0' : server.template),
  );
  const parsed = new URL(server.url);
  parsed.pathname = `/${name}`;
  const url = parsed.href;
  const sql = openDatabase({ url, max: options.max ?? 4, applicationName: 'croupier-test' });
  return {
    url,
    sql,
    async close() {
      await closeDatabase(sql, 1);
      await onServer(server.url, (sql) => sql`DROP DATABASE IF EXISTS ${sql(name)} WITH (FORCE)`);
    },
  };
}

async function askForServer(): Promise<TestServer> {
  const response = await fetch(inject('databaseDoor'), { method: 'POST' });
  const body = await response.text();
  if (!response.ok) throw new Error(`no test database: ${body}`);
  return JSON.parse(body);
}

async function create(sql: postgres.Sql, name: string, template: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      // Copied as files: the other way writes every page to the log as well.
      await sql`CREATE DATABASE ${sql(name)} TEMPLATE ${sql(template)} STRATEGY FILE_COPY`;
      return;
    } catch (error) {
      // Somebody is connected to the template for an instant (autovacuum, another clone).
      const busy = error instanceof postgres.PostgresError && error.code === '55006';
      if (!busy || attempt >= 20) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

let admin: postgres.Sql | undefined;

/** By one connection for all databases of a file, which closes by itself when nobody has used it for a second. */
async function onServer(url: string, work: (sql: postgres.Sql) => PromiseLike<unknown>): Promise<void> {
  admin ??= postgres(url, { max: 1, idle_timeout: 1, fetch_types: false, onnotice: () => undefined });
  await work(admin);
}
