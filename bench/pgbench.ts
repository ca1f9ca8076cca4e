/**
 * `pgbench -N`, PostgreSQL's own measure, as the plain form of what this machine's disk and database can commit: one UPDATE,
 * one SELECT, one INSERT and a COMMIT a transaction, no HTTP, no JSON, no signature. At scale 1 it has 100,000 accounts.
 */
import { spawn } from 'node:child_process';
import { readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Contestant } from './contestants.ts';
import { closeDatabase, openDatabase } from '../src/platform/index.ts';
import { createDatabase, dropDatabase, freeConnections, pgbenchDifference } from './house-store.ts';
import type { House } from './house.ts';
import type { Slice, Work } from './load/protocol.ts';
import { BenchProblem } from './options.ts';

const SCALE = 1;
const NAME = 'croupier_bench_pgbench';
const SECONDS_TO_CONNECT_EACH = 0.03;

/** A sentence instead where pgbench cannot take part. */
export async function openPgbench(house: House): Promise<Contestant | string> {
  if (house.postgres === null) return 'left out: no PostgreSQL';
  if ((await run(['--version'])) === null) return 'left out: no pgbench on PATH';
  const server = house.postgres.url;
  house.say(`making the database ${NAME}`);
  const url = await createDatabase(server, NAME);
  house.shutdown.onShutdown(`database ${NAME}`, async () => dropDatabase(server, NAME));
  if ((await run(['-i', '-q', '-s', String(SCALE), url])) === null)
    return 'left out: pgbench could not fill its tables';
  return {
    name: 'pgbench',
    label: 'pgbench',
    book: 0,
    pids: [],
    run: async (work) => slice(house, url, work, await freeConnections(server)),
    check: async () => {
      const sql = openDatabase({ url, max: 1, applicationName: 'croupier-bench' });
      const difference = await pgbenchDifference(sql);
      await closeDatabase(sql);
      return difference === 0n
        ? { kind: 'sound', detail: 'the accounts sum to its history' }
        : { kind: 'void', detail: `the accounts differ from its history by ${difference}` };
    },
  };
}

/** pgbench counts whole seconds, and its clients are connections: a server with fewer free gets fewer. */
async function slice(house: House, url: string, work: Work, free: number): Promise<Slice> {
  const clients = Math.min(work.connections, free);
  if (clients < work.connections)
    house.say(`pgbench runs with ${clients} clients: the server has no more connections free`);
  // Its time begins before it connects, which 128 clients of a busy machine need two seconds for.
  const seconds = Math.max(1, Math.round(work.seconds)) + Math.round(clients * SECONDS_TO_CONNECT_EACH);
  const prefix = path.join(house.workDir, 'pgbench');
  const rate = work.loop === 'open' ? ['-R', String(work.ratePerSecond)] : [];
  const threads = String(Math.min(2, clients));
  const args = ['-N', '-n', '-c', String(clients), '-j', threads, '-T', String(seconds), ...rate];
  const output = await run([...args, '-l', `--log-prefix=${prefix}`, url]);
  if (output === null) throw new BenchProblem('pgbench failed: see above');
  const latenciesMs = await readLatencies(house.workDir);
  const perSecond = /tps = ([\d.]+) \(without/.exec(output)?.[1];
  // On a disk that stands still not one transaction comes through, and pgbench says no rate: a slice of nothing, not a failure.
  if (perSecond === undefined && latenciesMs.length > 0) throw new BenchProblem(`pgbench said no rate: ${output}`);
  if (latenciesMs.length === 0)
    house.say(
      `pgbench: no transaction of ${clients} clients came through within ${seconds} s; its figure counts for nothing`,
    );
  const failed = /number of failed transactions: (\d+)/.exec(output)?.[1] ?? '0';
  return {
    completed: latenciesMs.length,
    // As pgbench counts, without the time it took to connect.
    seconds: perSecond === undefined ? seconds : latenciesMs.length / Number(perSecond),
    latenciesMs,
    failures: Number(failed),
    unsent: 0,
    examples: [],
    cpuSeconds: 0,
  };
}

/** Third word of each line: microseconds, from the scheduled start where there is a rate. */
async function readLatencies(dir: string): Promise<Float64Array> {
  const samples: number[] = [];
  for (const name of await readdir(dir)) {
    if (!/^pgbench\.\d+(\.\d+)?$/.test(name)) continue;
    const text = await readFile(path.join(dir, name), 'utf8');
    for (const line of text.split('\n')) {
      const [, , us] = line.split(' ');
      if (us !== undefined && /^\d+$/.test(us)) samples.push(Number(us) / 1000);
    }
    await rm(path.join(dir, name));
  }
  return Float64Array.from(samples);
}

/** What it said, null when it failed. */
async function run(args: readonly string[]): Promise<string | null> {
  return new Promise((resolve) => {
    const child = spawn('pgbench', args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let errors = '';
    child.stdout.on('data', (bytes: Buffer) => (output += bytes.toString()));
    child.stderr.on('data', (bytes: Buffer) => (errors += bytes.toString()));
    child.once('error', () => resolve(null));
    child.once('close', (code) => {
      if (code !== 0) process.stderr.write(errors);
      resolve(code === 0 ? output : null);
    });
  });
}
