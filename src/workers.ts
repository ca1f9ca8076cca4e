/**
 * Several gateway processes behind one port: `croupier serve --workers N`. The first process owns the database server and the
 * schema, holds the port and answers no request itself; a worker that dies is replaced. Workers share nothing but the
 * database, exactly like gateways on several machines.
 *
 * No process is left behind: workers are drained with the first process, and stop by themselves when it is gone.
 */
import cluster from 'node:cluster';
import type { Worker } from 'node:cluster';
import type { Config } from './config.ts';
import { migrate } from './platform/index.ts';
import type { Log, Metrics, Shutdown } from './platform/index.ts';
import { databaseOf } from './serve.ts';
import { gatherMetrics, shareMetrics } from './worker-metrics.ts';

export interface WorkersOptions {
  readonly count: number;
  readonly config: Config;
  readonly log: Log;
  readonly shutdown: Shutdown;
}

/** Workers that cannot start. The message is one line: the first worker's reason. */
export class WorkersProblem extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'WorkersProblem';
  }
}

/** A worker that dies is replaced after this long, so that one that cannot start does not burn a processor. */
const REPLACE_AFTER_MS = 1_000;
/** Deaths without a reason given before all workers ever listened: then they never will. */
const MAX_EARLY_DEATHS = 3;
/** How long a worker may drain: it, then whoever waits for it, and all within the ten seconds that supervisors allow. */
export const WORKER_GRACE_MS = 8_000;
const KILL_AFTER_MS = 8_500;

/** True in a process that `runWorkers` started. */
export const isWorker = (): boolean => cluster.isWorker;

/** Starts the workers; resolves with the port once all listen. Rejects when one of them cannot start. */
export async function runWorkers(options: WorkersOptions): Promise<{ readonly port: number }> {
  const { config, log, shutdown } = options;
  const database = await databaseOf(config, log);
  shutdown.onShutdown('database server', database.stop);
  await migrate(database.directUrl, { log });
  gatherMetrics(log);
  const listening = new Set<number>();
  shutdown.onShutdown('workers', async () => stopAll(listening));
  return { port: await keepWorkers(options, listening, { DATABASE_URL: database.url }) };
}

/** Starts as many as are wanted, and another for each that dies. */
async function keepWorkers(
  { count, log, shutdown }: WorkersOptions,
  listening: Set<number>,
  environment: Readonly<Record<string, string>>,
): Promise<number> {
  const reasons = new Map<number, string>();
  let ready = false;
  let deaths = 0;
  const start = () => {
    if (!shutdown.closing) cluster.fork(environment);
  };
  return new Promise<number>((resolve, reject) => {
    cluster.on('listening', (worker, { port }) => {
      // The first port of a worker is the public one; metrics may have another.
      if (listening.has(worker.id)) return;
      listening.add(worker.id);
      if (ready || listening.size < count) return;
      ready = true;
      // Should all die at once and the port have been any free one, their successors are to have the same again.
      cluster.setupPrimary({ args: [...process.argv.slice(2), `--port=${port}`] });
      resolve(port);
    });
    cluster.on('message', (worker: Worker, message: unknown) => {
      if (!isReason(message)) return;
      reasons.set(worker.id, message.reason);
      if (!ready) reject(new WorkersProblem(message.reason));
    });
    cluster.on('exit', (worker, code, signal) => {
      const reason = reasons.get(worker.id);
      listening.delete(worker.id);
      reasons.delete(worker.id);
      if (shutdown.closing) return;
      log.error({ worker: worker.process.pid, code, signal, reason }, 'a worker died; another takes its place');
      deaths += 1;
      if (!ready && deaths >= MAX_EARLY_DEATHS)
        reject(new WorkersProblem('no worker can start: what they said last is above'));
      else setTimeout(start, REPLACE_AFTER_MS);
    });
    for (let index = 0; index < count; index += 1) start();
  });
}

/** Drains the workers that listen. The others have taken nothing, and may be about to fail for a reason that is told anyway. */
async function stopAll(listening: ReadonlySet<number>): Promise<void> {
  const running = Object.values(cluster.workers ?? {}).flatMap((worker) => worker ?? []);
  const ends = await Promise.all(
    running.map(async (worker) => (listening.has(worker.id) ? drain(worker) : cut(worker))),
  );
  const bad = ends.filter((end) => end !== 'drained');
  if (bad.length > 0) throw new Error(`workers that were not drained: ${bad.join(', ')}`);
}

async function cut(worker: Worker): Promise<'drained'> {
  if (worker.isDead()) return 'drained';
  return new Promise((resolve) => {
    worker.once('exit', () => resolve('drained'));
    worker.process.kill('SIGKILL');
  });
}

/** Says how it ended. */
async function drain(worker: Worker): Promise<string> {
  if (worker.isDead()) return 'drained';
  return new Promise((resolve) => {
    const late = setTimeout(() => worker.process.kill('SIGKILL'), KILL_AFTER_MS);
    worker.once('exit', (code, signal) => {
      clearTimeout(late);
      resolve(code === 0 ? 'drained' : `${worker.process.pid} ended with ${signal || code}`);
    });
    worker.process.kill('SIGTERM');
  });
}

/** What a worker does besides serving: it drains and stops when the first process is gone, and shares its metrics. */
export function serveAsWorker(shutdown: Shutdown): { readonly shareMetrics: (own: Metrics) => Metrics } {
  const { worker } = cluster;
  worker?.on('disconnect', () => {
    // Unless it is said to be wanted, Node ends a worker at this point, whatever it has in flight.
    worker.exitedAfterDisconnect = true;
    void shutdown.close('the first process is gone').then((code) => process.exit(code));
  });
  return { shareMetrics };
}

/** In a worker that cannot start: tells the first process why, which says it once for all of them. */
export async function tellReason(reason: string): Promise<void> {
  await new Promise<void>((resolve) => {
    if (process.send === undefined) resolve();
    else process.send({ croupier: 'cannot_start', reason }, undefined, undefined, () => resolve());
  });
}

function isReason(message: unknown): message is { readonly reason: string } {
  return (
    typeof message === 'object' &&
    message !== null &&
    'croupier' in message &&
    message.croupier === 'cannot_start' &&
    'reason' in message &&
    typeof message.reason === 'string'
  );
}
