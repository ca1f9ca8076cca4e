/**
 * The embedded default: a real PostgreSQL that starts and stops with the server, so that one command
 * on an empty machine is enough. It keeps its data under one directory, listens on 127.0.0.1 only,
 * with a random password, and is as durable as any other PostgreSQL.
 *
 * It survives kill -9 of either process. It never deletes data, and never starts with an empty
 * database where there was one. Whatever it cannot cope with becomes a DatabaseProblem of one line.
 */
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import postgres from 'postgres';
import { systemClock } from '../clock.ts';
import { DatabaseProblem, toDatabaseProblem } from '../database.ts';
import type { Log } from '../log.ts';
import { chooseAccount } from './account.ts';
import { findPackage, openPackage, prepareBinaries } from './binaries.ts';
import {
  chooseWalCompression,
  ensureCluster,
  resetPassword,
  ROLE,
  serverSettings,
  type ClusterOptions,
} from './cluster.ts';
import { guardPostmaster } from './guard.ts';
import { takeLock, type DirectoryLock } from './lock.ts';
import { rotateLog } from './logfile.ts';
import { fileProblem, prepareHome, prepareSystemDir, recall, remember, settleCluster, type Memory } from './place.ts';
import { clearLeftovers, startPostmaster, type StartOptions, type StartOutcome } from './postmaster.ts';

export interface EmbeddedPostgresOptions {
  /** Where everything is kept, usually `./.croupier`. Made if missing. */
  readonly dir: string;
  readonly log: Log;
  /** The preferred port; another is taken when it is not free. Remembered from the last start otherwise. */
  readonly port?: number;
  /** False only in tests: faster, and a crash of the machine may lose everything. */
  readonly durable?: boolean;
  /** Called after PostgreSQL died on its own and runs again. */
  readonly onRestart?: () => void;
  /** Another copy of the npm package with the programs; found by itself unless given. */
  readonly packageDir?: string;
}

export interface EmbeddedPostgres {
  /** Where to connect; stays the same until stop. Holds the password. */
  readonly url: string;
  /** Process id of PostgreSQL now (it changes when it had to be started again). */
  readonly pid: number;
  readonly dataDir: string;
  stop(): Promise<void>;
}

const START_ATTEMPTS = 8;
const SHARED_MEMORY_WAIT_MS = 15_000;

/** Starts PostgreSQL, making its data directory on the first start. Throws a DatabaseProblem. */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const startedAt = systemClock.monotonic();
  const locks: DirectoryLock[] = [];
  const release = (): void => locks.splice(0).forEach((lock) => lock.release());
  try {
    const home = await prepareHome(path.resolve(options.dir));
    locks.push(await takeLock(path.join(home, 'lock')));
    const prepared = await prepare(home, options);
    // A copied checkout brings the link to the cluster along: the cluster has a lock of its own.
    locks.push(await takeLock(path.join(prepared.cluster.clusterDir, 'lock')));
    const running = await start(prepared, options, release);
    options.log.info(
      { pid: running.pid, dataDir: running.dataDir, ms: Math.round(systemClock.monotonic() - startedAt) },
      'embedded PostgreSQL is ready',
    );
    return running;
  } catch (error) {
    release();
    throw fileProblem(error, options.dir);
  }
}

interface Prepared {
  readonly home: string;
  readonly memory: Memory;
  readonly passwordLost: boolean;
  readonly cluster: ClusterOptions;
}

async function prepare(home: string, options: EmbeddedPostgresOptions): Promise<Prepared> {
  const { log, durable = true } = options;
  const { memory, fresh } = await recall(home);
  const account = await chooseAccount(path.join(home, 'postgres'), log);
  const clusterDir = await settleCluster(home, account, memory.id);
  const source = options.packageDir === undefined ? await findPackage() : await openPackage(options.packageDir);
  const copyDir = async (): Promise<string> => (account === undefined ? home : await prepareSystemDir());
  const binaries = await prepareBinaries(source, { account, copyDir, log });
  const cluster = { clusterDir, binaries, account, password: memory.password, durable };
  return { home, memory, passwordLost: fresh, cluster };
}

async function start(
  prepared: Prepared,
  options: EmbeddedPostgresOptions,
  release: () => void,
): Promise<EmbeddedPostgres> {
  const { log } = options;
  const { cluster, memory } = prepared;
  const dataDir = path.join(cluster.clusterDir, 'data');
  await clearLeftovers(dataDir, log);
  const made = await ensureCluster(cluster);
  if (made === 'found' && prepared.passwordLost) {
    log.warn('the file with the database password was lost; setting a new one');
    await resetPassword(cluster);
  }
  const logFile = path.join(prepared.home, 'log', 'postgres.log');
  await rotateLog(logFile, systemClock);
  const walCompression = await chooseWalCompression(cluster);
  const startOn = (port: number): StartOptions => ({
    program: cluster.binaries.postgres,
    dataDir,
    settings: serverSettings({ port, durable: cluster.durable, walCompression }),
    account: cluster.account,
    logFile,
    log,
  });
  const first = await startOnFreePort(options.port ?? memory.port, startOn, log);
  const guard = guardPostmaster({
    first: first.outcome,
    logFile,
    log,
    start: async () => {
      await clearLeftovers(dataDir, log);
      return await startPostmaster(startOn(first.port));
    },
    ...(options.onRestart === undefined ? {} : { onRestart: options.onRestart }),
    onExit: release,
  });
  try {
    if (first.port !== memory.port) await remember(prepared.home, { ...memory, port: first.port });
    const url = `postgres://${ROLE}:${memory.password}@127.0.0.1:${first.port}/${ROLE}`;
    await ensureDatabase(url);
    return {
      url,
      dataDir,
      get pid() {
        return guard.pid();
      },
      async stop() {
        await guard.stop();
        release();
      },
    };
  } catch (error) {
    await guard.stop();
    throw error;
  }
}

interface Started {
  readonly outcome: Extract<StartOutcome, { kind: 'running' }>;
  readonly port: number;
}

async function startOnFreePort(
  wished: number | undefined,
  startOn: (port: number) => StartOptions,
  log: Log,
): Promise<Started> {
  const patience = systemClock.monotonic() + SHARED_MEMORY_WAIT_MS;
  let port = await freePort(wished);
  if (wished !== undefined && port !== wished)
    log.warn({ wished, port }, 'the port of the database is taken; using another');
  for (let attempt = 0; attempt < START_ATTEMPTS;) {
    const outcome = await startPostmaster(startOn(port));
    switch (outcome.kind) {
      case 'running':
        return { outcome, port };
      case 'failed':
        throw outcome.problem;
      case 'port-taken':
        attempt += 1;
        port = await freePort(undefined);
        break;
      case 'not-yet':
        if (systemClock.monotonic() > patience) attempt = START_ATTEMPTS;
        await sleep(200);
        break;
    }
  }
  throw new DatabaseProblem(
    'failed',
    'PostgreSQL did not start: processes of an earlier run still hold its memory. Wait a moment, or end them, and start again.',
  );
}

/** The wished port if nobody listens on it, else one the system hands out. */
async function freePort(wished: number | undefined): Promise<number> {
  if (wished !== undefined && (await tryPort(wished)) !== undefined) return wished;
  const port = await tryPort(0);
  if (port === undefined) throw new DatabaseProblem('failed', 'No free port on 127.0.0.1 for the embedded PostgreSQL.');
  return port;
}

async function tryPort(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => {
      const address = server.address();
      const taken = typeof address === 'object' && address !== null ? address.port : undefined;
      server.close(() => resolve(taken));
    });
  });
}

async function ensureDatabase(url: string): Promise<void> {
  const admin = postgres(url, {
    database: 'postgres',
    max: 1,
    fetch_types: false,
    connect_timeout: 30,
    onnotice: () => undefined,
  });
  try {
    const found = await admin`
      /* platform.find_database */
      SELECT 1 FROM pg_database WHERE datname = ${ROLE}`;
    if (found.length === 0) await admin`CREATE DATABASE ${admin(ROLE)}`;
  } catch (error) {
    throw toDatabaseProblem(error, url);
  } finally {
    await admin.end({ timeout: 5 });
  }
}
