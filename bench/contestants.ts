/**
 * The contestants that speak HTTP: each a server process of its own over a database of its own on the one PostgreSQL. Each
 * can be asked to do one slice of work, and to prove at the end that its book holds what it acknowledged.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { processEnvironment } from '../src/config.ts';
import { audit } from '../src/ledger/index.ts';
import { closeDatabase, migrate, openDatabase, systemClock } from '../src/platform/index.ts';
import type { Database } from '../src/platform/index.ts';
import { fillBook, settleTables } from './book-store.ts';
import { benchConfig } from './contestant-config.ts';
import { createDatabase, dropDatabase, hotUpdates, sumOfBalances } from './house-store.ts';
import type { House } from './house.ts';
import type { Slice, Totals, Work } from './load/protocol.ts';
import { START_CENTS } from './names.ts';
import { BenchProblem } from './options.ts';
import type { ContestantName } from './options.ts';
import { createTables } from './peers/ordinary-store.ts';
import type { PeerName } from './peers/books.ts';
import type { PeerOrder } from './peers/server.ts';
import { startRedis } from './redis-server.ts';
import { startServerProcess } from './server-process.ts';
import type { ServerProcess } from './server-process.ts';

export interface Check {
  /** none: it keeps no book */
  readonly kind: 'sound' | 'void' | 'none';
  readonly detail: string;
}

export interface Contestant {
  readonly name: ContestantName;
  /** tells Croupiers with books of different sizes apart; else the name */
  readonly label: string;
  /** transactions it had before the run */
  readonly book: number;
  /** whose processor time is the contestant's own; PostgreSQL is counted apart */
  readonly pids: readonly number[];
  readonly run: (work: Work) => Promise<Slice>;
  readonly check: () => Promise<Check>;
}

const DIST = path.resolve(import.meta.dirname, '..');

/** Croupier as it is shipped, with everything switched on. */
export async function openCroupier(house: House, book: number): Promise<Contestant> {
  const { options } = house;
  const label = options.books.length === 1 ? 'croupier' : `croupier ${book}`;
  const { url, sql } = await database(house, label.replace(' ', '_'));
  await migrate(url, { log: house.log });
  const rounds = Math.floor(book / 2);
  house.say(`filling the book: ${options.players} players, ${2 * rounds} transactions of the past`);
  const onProgress = (done: number, all: number): void => house.say(`filling the book: ${done} of ${all} rounds`);
  await fillBook(sql, { players: options.players, rounds, nowMs: systemClock.now(), onProgress });
  if (!options.fresh) await settleTables(sql);
  const server = await startCroupier(house, label, url);
  if (rounds > 0) {
    await figuresCaughtUp(house, label, server);
    if (!options.fresh) await settleTables(sql);
  }
  const named = { name: 'croupier', label, book: 2 * rounds, pids: [server.pid] } as const;
  return httpContestant(house, named, server, sql, async () => {
    const inPlace = await updatedInPlace(sql);
    if (!options.audit)
      return { kind: 'sound', detail: `the sum of all balances is what was acknowledged; ${inPlace}` };
    house.say('auditing the book');
    const report = await audit(sql);
    const broken = report.findings.filter((finding) => finding.violations > 0).map((finding) => finding.id);
    return report.sound
      ? { kind: 'sound', detail: `the sum is what was acknowledged, and the audit is clean; ${inPlace}` }
      : { kind: 'void', detail: `the audit fails: ${broken.join(', ')}` };
  });
}

const MAX_CATCH_UP_MS = 30 * 60_000;

/** A book brought in from elsewhere is read once for the daily figures; a server that has run for a while has done so long ago. */
async function figuresCaughtUp(house: House, label: string, server: ServerProcess): Promise<void> {
  const startedAtMs = systemClock.now();
  house.say(`${label}: the daily figures read the book`);
  while (systemClock.now() - startedAtMs < MAX_CATCH_UP_MS) {
    const text = await (await fetch(`http://127.0.0.1:${server.port}/metrics`)).text();
    const counted = /^croupier_analytics_counted_timestamp_seconds(?:\{[^}]*\})? ([\d.e+]+)$/m.exec(text)?.[1] ?? '0';
    if (Number(counted) * 1_000 >= startedAtMs) return;
    await sleep(500);
  }
  throw new BenchProblem(
    `${label}: the daily figures have not read the book within ${MAX_CATCH_UP_MS / 60_000} minutes`,
  );
}

/** Words for node, as the first line of cli.ts and the npm scripts have them. */
export const AS_SHIPPED: readonly string[] = ['--max-semi-space-size=64'];

/** `croupier serve` on that database, as it is shipped. */
export async function startCroupier(house: House, label: string, url: string): Promise<ServerProcess> {
  const { options } = house;
  const configFile = path.join(house.workDir, `${label}.yaml`);
  // JSON is YAML, too.
  await writeFile(configFile, JSON.stringify(benchConfig(options.lanes)));
  const profile = await profileArgs(options.cpuProfDir, label);
  const server = await startServerProcess({
    name: label,
    args: [
      ...AS_SHIPPED,
      ...profile,
      path.join(DIST, 'cli.js'),
      'serve',
      '--config',
      configFile,
      '--port',
      '0',
      '--log-level',
      'error',
      ...options.serveArgs,
    ],
    environment: { ...processEnvironment(), DATABASE_URL: url, CROUPIER_CONFIG: undefined },
  });
  house.shutdown.onShutdown(label, server.stop);
  return server;
}

/** How many updates of wallets needed no index to change, as a part of all. */
async function updatedInPlace(sql: Database): Promise<string> {
  const { updates, hot } = await hotUpdates(sql);
  return `${updates === 0 ? 'no' : `${((100 * hot) / updates).toFixed(1)} % of the`} updates of wallets in place`;
}

/** A peer of bench/peers; null when it cannot take part, with the reason said. */
export async function openPeerContestant(house: House, name: PeerName): Promise<Contestant | string> {
  const pids: number[] = [];
  let redisPort: number | null = null;
  if (name === 'redis') {
    const redis = await startRedis(house.workDir);
    if (redis === null) return 'left out: no redis-server';
    house.shutdown.onShutdown('redis-server', redis.stop);
    redisPort = redis.port;
    pids.push(redis.pid);
  }
  const place = name === 'ceiling' ? null : await database(house, name);
  if (place !== null) await createTables(place.sql, house.options.players);
  const order: PeerOrder = { name, databaseUrl: place?.url ?? null, redisPort };
  const server = await startServerProcess({
    name,
    args: [
      ...(await profileArgs(house.options.cpuProfDir, name)),
      path.join(import.meta.dirname, 'peers/server.js'),
      JSON.stringify(order),
    ],
    environment: processEnvironment(),
  });
  house.shutdown.onShutdown(name, server.stop);
  const named = { name, label: name, book: 0, pids: [server.pid, ...pids] };
  return httpContestant(house, named, server, place?.sql ?? null, async () => ({
    kind: 'sound',
    detail: 'the sum of all balances is what was acknowledged',
  }));
}

function httpContestant(
  house: House,
  named: Pick<Contestant, 'name' | 'label' | 'book' | 'pids'>,
  server: ServerProcess,
  sql: Database | null,
  further: () => Promise<Check>,
): Contestant {
  const { players } = house.options;
  const target = { name: named.label, port: server.port, players, constant: sql === null };
  let totals: Totals = { applied: 0, deltaCents: 0, unresolved: 0 };
  return {
    ...named,
    run: async (work) => {
      const report = await house.generator.run({ target, work });
      totals = report.totals;
      return report.slice;
    },
    check: async () => {
      if (sql === null) return { kind: 'none', detail: 'keeps no book' };
      if (totals.unresolved > 0)
        return { kind: 'void', detail: `${totals.unresolved} requests never got a definite answer` };
      const held = await sumOfBalances(sql);
      const expected = BigInt(players) * BigInt(START_CENTS) + BigInt(totals.deltaCents);
      if (held !== expected)
        return { kind: 'void', detail: `the balances sum to ${held}, acknowledged were ${expected}` };
      return further();
    },
  };
}

/** A database of the contestant's own, made anew. */
export async function database(house: House, name: string): Promise<{ url: string; sql: Database }> {
  if (house.postgres === null) throw new BenchProblem(`${name} needs PostgreSQL`);
  const server = house.postgres.url;
  const databaseName = `croupier_bench_${name}`;
  house.say(`making the database ${databaseName}`);
  const url = await createDatabase(server, databaseName);
  house.shutdown.onShutdown(`database ${databaseName}`, async () => dropDatabase(server, databaseName));
  const sql = openDatabase({ url, max: 2, applicationName: 'croupier-bench', log: house.log, statementTimeoutMs: 0 });
  house.shutdown.onShutdown(`pool of ${databaseName}`, async () => closeDatabase(sql));
  return { url, sql };
}

/** Each server's profiles go to a directory of its own: a server may be several processes. */
export async function profileArgs(parent: string | null, label: string): Promise<readonly string[]> {
  if (parent === null) return [];
  const dir = path.resolve(parent, label);
  await mkdir(dir, { recursive: true });
  return ['--cpu-prof', `--cpu-prof-dir=${dir}`];
}
