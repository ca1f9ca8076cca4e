/**
 * One PostgreSQL for the whole test run. It starts when the first test file asks for a database, so
 * a run of pure tests does not wait for it, and a broken migration fails only the tests that need
 * the schema. TEST_DATABASE_URL names a server to use instead (a superuser's URL). Tests that need a
 * cluster of their own get the files of one that was made once, see `cluster.ts`.
 */
import { createServer, type Server } from 'node:http';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import postgres from 'postgres';
import type { TestProject } from 'vitest/node';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../src/platform/embedded-postgres/index.ts';
import { createLog } from '../../src/platform/log.ts';
import { migrate } from '../../src/platform/migrate.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Answers with a `TestServer` as JSON, and under `home` with the directory of a `TestHome`; or status 500 and the reason. */
    databaseDoor: string;
  }
}

export interface TestServer {
  /** A superuser's URL; its database part is to be replaced. */
  readonly url: string;
  /** The migrated database to clone. */
  readonly template: string;
}

/** Where an embedded PostgreSQL has lived that was started, migrated and stopped: files to copy, never to start. */
export interface TestHome {
  readonly dir: string;
}

const PREFIX = 'croupier-test-';
const log = createLog({ level: 'error', pretty: true });

interface Started {
  readonly server: TestServer;
  stop(): Promise<void>;
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  let started: Promise<Started> | undefined;
  let home: Promise<TestHome> | undefined;
  const serverOf = async (): Promise<TestServer> => (await (started ??= startServer())).server;
  const door = createServer((request, response) => {
    const answer: Promise<TestServer | TestHome> = request.url === '/home' ? (home ??= makeHome()) : serverOf();
    answer.then(
      (found) => response.end(JSON.stringify(found)),
      (error: unknown) => {
        response.statusCode = 500;
        response.end(error instanceof Error ? error.message : String(error));
      },
    );
  });
  project.provide('databaseDoor', await listen(door));
  return async () => {
    door.close();
    door.closeAllConnections();
    await (await started?.catch(() => undefined))?.stop();
    const made = await home?.catch(() => undefined);
    if (made !== undefined) await rm(made.dir, { recursive: true, force: true });
  };
}

async function makeHome(): Promise<TestHome> {
  const dir = await mkdtemp(path.join(tmpdir(), `${PREFIX}${process.pid}-home-`));
  try {
    const running = await startEmbeddedPostgres({ dir, log, durable: false });
    await migrate(running.url);
    await running.stop();
    // Each copy finds a port of its own.
    const file = path.join(dir, 'postgres.json');
    const { port: _port, ...memory }: { port?: number } = JSON.parse(await readFile(file, 'utf8'));
    await writeFile(file, JSON.stringify(memory));
    return { dir };
  } catch (error) {
    await rm(dir, { recursive: true, force: true });
    throw error;
  }
}

async function startServer(): Promise<Started> {
  const given = process.env['TEST_DATABASE_URL'];
  if (given !== undefined && given !== '') {
    const template = await makeTemplate(given);
    return { server: { url: given, template }, stop: async () => await dropTemplate(given, template) };
  }
  await sweep();
  const dir = await mkdtemp(path.join(tmpdir(), `${PREFIX}${process.pid}-`));
  let running: EmbeddedPostgres | undefined;
  const stop = async (): Promise<void> => {
    await running?.stop();
    await rm(dir, { recursive: true, force: true });
  };
  try {
    running = await startEmbeddedPostgres({ dir, log, durable: false });
    return { server: { url: running.url, template: await makeTemplate(running.url) }, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function makeTemplate(url: string): Promise<string> {
  const template = `croupier_template_${process.pid}`;
  await admin(url, async (sql) => {
    await sql`DROP DATABASE IF EXISTS ${sql(template)} WITH (FORCE)`;
    await sql`CREATE DATABASE ${sql(template)}`;
  });
  await migrate(databaseUrl(url, template));
  return template;
}

async function dropTemplate(url: string, template: string): Promise<void> {
  await admin(url, (sql) => sql`DROP DATABASE IF EXISTS ${sql(template)} WITH (FORCE)`);
}

async function admin(url: string, work: (sql: postgres.Sql) => PromiseLike<unknown>): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => undefined });
  try {
    await work(sql);
  } finally {
    await sql.end();
  }
}

function databaseUrl(url: string, database: string): string {
  const parsed = new URL(url);
  parsed.pathname = `/${database}`;
  return parsed.href;
}

async function listen(server: Server): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (typeof address === 'object' && address !== null) resolve(`http://127.0.0.1:${address.port}/`);
      else reject(new Error('no address'));
    });
  });
}

// A run that was killed leaves its PostgreSQL and its directory: the next run tidies up.
async function sweep(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const owner = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1];
    if (owner === undefined || isAlive(Number(owner))) continue;
    const dir = path.join(tmpdir(), name);
    try {
      const pidFile = await readFile(path.join(dir, 'postgres/data/postmaster.pid'), 'utf8');
      const [pid, dataDir] = pidFile.split('\n');
      const words = await readFile(`/proc/${pid}/cmdline`, 'utf8');
      if (dataDir !== undefined && words.includes(dataDir)) process.kill(Number(pid), 'SIGQUIT');
    } catch {
      // Not running any more, or not to be found out: only the directory is left.
    }
    await rm(dir, { recursive: true, force: true }).catch(() => undefined);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
