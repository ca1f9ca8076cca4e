/**
 * `croupier bench --catalogue`: what a large catalogue costs. A sandbox lists the games, a Croupier takes the list over from
 * nothing and again, and while it goes on doing so players' pages are asked for at a fixed rate. Three processes and a PostgreSQL
 * of their own; the questions are asked from this one.
 */
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { processEnvironment } from '../src/config.ts';
import { createShutdown, migrate, silentLog, systemClock } from '../src/platform/index.ts';
import { askOpen, askOnce } from './catalogue-load.ts';
import type { Asked } from './catalogue-load.ts';
import { judgeCatalogue } from './catalogue-targets.ts';
import type { CatalogueFigures } from './catalogue-targets.ts';
import { benchConfig } from './contestant-config.ts';
import { AS_SHIPPED, profileArgs } from './contestants.ts';
import { createDatabase, dropDatabase } from './house-store.ts';
import { openHouse } from './house.ts';
import type { House } from './house.ts';
import { BenchProblem } from './options.ts';
import type { BenchOptions } from './options.ts';
import { createProgress } from './progress.ts';
import { factsOf, watchOthers } from './run.ts';
import type { BenchResult } from './run.ts';
import { startServerProcess } from './server-process.ts';
import type { ServerProcess } from './server-process.ts';
import type { Judgement } from './targets.ts';
import { typingErrors } from './typing-errors.ts';

export interface CatalogueResult extends Pick<BenchResult, 'machine' | 'postgres' | 'othersPart'> {
  readonly games: number;
  readonly seconds: number;
  readonly ratePerSecond: number;
  readonly figures: CatalogueFigures;
  readonly judgements: readonly Judgement[];
}

const DIST = path.resolve(import.meta.dirname, '..');
const INTERRUPTED = 130;
const RATE_PER_SECOND = 200;
const KEY = 'bench-api-key-0123456789';
const DATABASE = 'croupier_bench_catalogue';
/** as many games as get another name for each sync under load */
const RENAMED = 3_000;

export async function runCatalogueBench(options: BenchOptions): Promise<CatalogueResult> {
  const exit = (code: number): void => process.exit(code === 0 ? INTERRUPTED : code);
  const shutdown = createShutdown({ log: silentLog, graceMs: 60_000, exit });
  const progress = createProgress(() => 0);
  try {
    const house = await openHouse({ options, shutdown, say: progress.say });
    const stage = await openStage(house);
    const others = watchOthers(house);
    const figures = await measure(house, stage);
    const othersPart = others();
    progress.end();
    const { games, seconds } = options;
    const judgements = judgeCatalogue(figures);
    return { ...factsOf(house), games, seconds, ratePerSecond: RATE_PER_SECOND, figures, othersPart, judgements };
  } finally {
    progress.end();
    await shutdown.close('the run is over');
    shutdown.dispose();
  }
}

interface Stage {
  readonly server: ServerProcess;
  readonly sandbox: ServerProcess;
}

/** A Croupier whose first sync has failed, because its aggregator answers nothing yet: what is measured begins with nothing. */
async function openStage(house: House): Promise<Stage> {
  const { postgres, options, workDir, shutdown } = house;
  if (postgres === null) throw new BenchProblem('the catalogue needs a PostgreSQL');
  await dropDatabase(postgres.url, DATABASE);
  const url = await createDatabase(postgres.url, DATABASE);
  shutdown.onShutdown('database', async () => dropDatabase(postgres.url, DATABASE));
  await migrate(url, { log: house.log });
  const port = await freePort();
  const configFile = path.join(workDir, 'catalogue.yaml');
  await writeFile(configFile, JSON.stringify(benchConfig(options.lanes, `http://127.0.0.1:${port}/games`)));
  const environment = { ...processEnvironment(), DATABASE_URL: url, CROUPIER_CONFIG: undefined };
  const common = ['--config', configFile, '--log-level', 'error', '--data-dir', path.join(workDir, 'data')];
  house.say(`starting a sandbox of ${options.games} games`);
  const knobs = JSON.stringify({ games: options.games, fail: {} });
  const words = ['--operator', 'http://127.0.0.1:9', '--port', String(port), '--catalogue', knobs];
  const sandbox = await startServerProcess({
    name: 'sandbox',
    args: [path.join(DIST, 'cli.js'), 'sandbox', ...common, ...words],
    environment,
  });
  shutdown.onShutdown('sandbox', sandbox.stop);
  house.say('starting a Croupier');
  const profile = await profileArgs(options.cpuProfDir, 'croupier');
  const args = [
    ...AS_SHIPPED,
    ...profile,
    path.join(DIST, 'cli.js'),
    'serve',
    ...common,
    '--port',
    '0',
    ...options.serveArgs,
  ];
  const server = await startServerProcess({ name: 'croupier', args, environment });
  shutdown.onShutdown('croupier', server.stop);
  for (let tries = 0; tries < 120; tries += 1) {
    const { items } = await ask(server, 'GET', '/v1/syncs?aggregator=acme', RUNS);
    if (items[0]?.outcome === 'failed') return { server, sandbox };
    await sleep(250);
  }
  throw new BenchProblem('the first sync did not end');
}

async function measure(house: House, stage: Stage): Promise<CatalogueFigures> {
  const { options } = house;
  const { server, sandbox } = stage;
  const memory = watchMemory(server.pid);
  await spoil(sandbox, {});
  house.say('a sync from nothing');
  const cold = await timedSync(server, { force: true });
  if (cold.outcome !== 'applied' || cold.listed !== options.games)
    throw new BenchProblem(`the sync came to "${cold.outcome}" with ${cold.listed} entries (${cold.reason ?? ''})`);
  house.say('a sync of an unchanged list, by its tag and read whole');
  const tagged = await timedSync(server, {});
  const whole = await timedSync(server, { force: true });
  memory.endOfSyncs();
  house.say(`pages of the lobby, ${RATE_PER_SECOND} a second, while syncs run`);
  const first = await ask(server, 'GET', '/v1/games?limit=200&currency=USD', NAMES);
  const pages = pagesOf(first.next_cursor);
  // What a server that has just started has never done is not what is measured.
  await asked(server, pages, 2);
  const syncing = { on: true, done: 0 };
  const syncs = keepSyncing(stage, syncing);
  const quiet = await asked(server, pages, options.seconds);
  syncing.on = false;
  await syncs;
  house.say('searches with typing errors');
  const search = await asked(
    server,
    typingErrors(first.items.map(({ name }) => name)).map((q) => `/v1/games?limit=48&q=${encodeURIComponent(q)}`),
    options.seconds,
  );
  return {
    coldSeconds: cold.seconds,
    unchangedSeconds: tagged.seconds,
    unchangedWholeSeconds: whole.seconds,
    syncsUnderLoad: syncing.done,
    pages: quiet,
    search,
    memory: memory.read(),
  };
}

const asked = async (server: ServerProcess, paths: readonly string[], seconds: number): Promise<Asked> =>
  askOpen({ port: server.port, key: KEY, paths, ratePerSecond: RATE_PER_SECOND, seconds });

/** What visitors ask: mostly the first page, some the next one, some a part of the list. */
function pagesOf(cursor: string): readonly string[] {
  const first = '/v1/games?limit=48&currency=USD';
  const parts = ['category=slots', 'category=roulette', 'volatility=high', 'feature=wild', 'provider=amber-reels'];
  return [
    ...Array.from({ length: 8 }, () => first),
    `/v1/games?limit=200&currency=USD&cursor=${cursor}`,
    ...parts.map((part) => `${first}&${part}`),
    '/v1/games/facets?currency=USD',
    '/v1/games/facets?currency=USD&category=slots',
  ];
}

async function keepSyncing(stage: Stage, state: { on: boolean; done: number }): Promise<void> {
  for (let turn = 1; state.on; turn += 1) {
    await spoil(stage.sandbox, { renameGames: (turn % 2) * RENAMED });
    const { outcome } = await timedSync(stage.server, { force: true });
    // Only so many are done in a minute, whoever asks.
    if (outcome === 'busy') await sleep(500);
    else state.done += 1;
  }
}

interface TimedSync {
  readonly outcome: string;
  readonly listed: number;
  readonly reason: string | null;
  readonly seconds: number;
}

/** One sync to its end, also when the server answers before it. */
async function timedSync(server: ServerProcess, wish: { readonly force?: boolean }): Promise<TimedSync> {
  const startedAt = systemClock.monotonic();
  const seconds = (): number => (systemClock.monotonic() - startedAt) / 1_000;
  const answer = ask(server, 'POST', '/v1/syncs', RUN, { aggregator: 'acme', ...wish });
  const report = await answer.catch(() => null);
  if (report !== null) return { ...report, seconds: seconds() };
  for (let tries = 0; tries < 3_000; tries += 1) {
    const [run] = (await ask(server, 'GET', '/v1/syncs?aggregator=acme&limit=1', RUNS)).items;
    if (run !== undefined && run.outcome !== 'running') return { ...run, seconds: seconds() };
    await sleep(50);
  }
  throw new BenchProblem('a sync did not end within minutes');
}

const RUN = z.object({ outcome: z.string(), listed: z.number(), reason: z.string().nullable() });
const RUNS = z.object({ items: z.array(RUN) });
const NAMES = z.object({ items: z.array(z.object({ name: z.string() })), next_cursor: z.string() });

const spoil = async (sandbox: ServerProcess, knobs: object): Promise<unknown> =>
  ask(sandbox, 'POST', '/admin/catalogue', z.unknown(), knobs);

async function ask<Answer>(
  at: ServerProcess,
  method: 'GET' | 'POST',
  route: string,
  schema: z.ZodType<Answer>,
  body?: object,
): Promise<Answer> {
  const answer = await askOnce(at.port, KEY, method, route, body);
  if (answer.status !== 200) throw new BenchProblem(`${method} ${route} was answered with ${answer.status}`);
  return schema.parse(JSON.parse(answer.text));
}

export interface Memory {
  /** MiB of the server before the first list */
  readonly before: number;
  /** while it took lists over and nobody asked for pages */
  readonly mostInSyncs: number;
  /** in the whole run */
  readonly most: number;
}

/** Looks at a process' memory ten times a second; null where there is no /proc. */
function watchMemory(pid: number): { readonly endOfSyncs: () => void; readonly read: () => Memory | null } {
  const now = (): number | null => {
    try {
      const kib = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
      return kib === undefined ? null : Number(kib) / 1_024;
    } catch {
      return null;
    }
  };
  const before = now();
  let most = before ?? 0;
  const timer = setInterval(() => {
    most = Math.max(most, now() ?? 0);
  }, 100);
  timer.unref();
  let mostInSyncs = most;
  return {
    endOfSyncs: () => {
      mostInSyncs = most;
    },
    read: () => {
      clearInterval(timer);
      return before === null ? null : { before, mostInSyncs, most };
    },
  };
}

async function freePort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new BenchProblem('no free port');
  return address.port;
}
