/**
 * Several gateway processes behind one port: `croupier serve --workers N`. The first process owns the database server and the
 * schema, holds the port and answers no request itself; a worker that dies is replaced. Workers share nothing but the
 * database, exactly like gateways on several machines.
 */
import cluster from 'node:cluster';
import type { Worker } from 'node:cluster';
import type { Config } from './config.ts';
import { gatherMetrics, migrate } from './platform/index.ts';
import type { Log, Shutdown } from './platform/index.ts';
import { databaseOf } from './serve.ts';

export interface WorkersOptions {
  readonly count: number;
  readonly config: Config;
  readonly log: Log;
  readonly shutdown: Shutdown;
}

/** A worker that dies is replaced after this long, so that one that cannot start does not burn a processor. */
const REPLACE_AFTER_MS = 1_000;
/** Deaths before the first worker listens: then none ever will. */
const MAX_EARLY_DEATHS = 3;
const WORKER_GRACE_MS = 9_000;

/** True in a process that `runWorkers` started. */
export const isWorker = (): boolean => cluster.isWorker;

/** Starts the workers; resolves with the port once all listen. */
export async function runWorkers(options: WorkersOptions): Promise<{ readonly port: number }> {
  const { count, log, shutdown } = options;
  const database = await databaseOf(options.config, log);
  shutdown.onShutdown('database server', database.stop);
  await migrate(database.url, { log });
  answerMetrics(log);

  let earlyDeaths = 0;
  let listening = 0;
  const start = () => {
    if (!shutdown.closing) cluster.fork({ DATABASE_URL: database.url });
  };
  const allListen = new Promise<number>((resolve, reject) => {
    cluster.on('listening', (_worker, address) => {
      listening += 1;
      if (listening >= count) resolve(address.port);
    });
    cluster.on('exit', (worker, code, signal) => {
      if (shutdown.closing) return;
      log.error({ worker: worker.process.pid, code, signal }, 'a worker died; another takes its place');
      if (listening === 0) earlyDeaths += 1;
      if (earlyDeaths >= MAX_EARLY_DEATHS) reject(new Error('no worker can start: see the lines above'));
      else setTimeout(start, REPLACE_AFTER_MS);
    });
  });
  shutdown.onShutdown('workers', async () => {
    const running = Object.values(cluster.workers ?? {}).flatMap((worker) => worker ?? []);
    await Promise.all(running.map(stop));
  });
  for (let index = 0; index < count; index += 1) start();
  return { port: await allListen };
}

/** What a worker does besides serving: it stops when the first process is gone, and lends its metrics. */
export function serveAsWorker(shutdown: Shutdown): { readonly allMetrics: () => Promise<string> } {
  process.on('disconnect', () => {
    void shutdown.close('the first process is gone').then((code) => process.exit(code));
  });
  return { allMetrics: askForMetrics };
}

async function stop(worker: Worker): Promise<void> {
  if (worker.isDead()) return;
  await new Promise<void>((resolve) => {
    const late = setTimeout(() => worker.process.kill('SIGKILL'), WORKER_GRACE_MS);
    worker.once('exit', () => {
      clearTimeout(late);
      resolve();
    });
    worker.process.kill('SIGTERM');
  });
}

/** Any worker may be asked for /metrics; the first process adds up what all have counted. */
function answerMetrics(log: Log): void {
  const gather = gatherMetrics();
  cluster.on('message', (worker: Worker, message: unknown) => {
    if (!isAsking(message)) return;
    void gather().then(
      (text) => worker.send({ croupier: 'metrics', ask: message.ask, text }),
      (error: unknown) => log.warn({ err: error }, 'the metrics of the workers could not be gathered'),
    );
  });
}

const METRICS_TIMEOUT_MS = 5_000;
let asked = 0;

async function askForMetrics(): Promise<string> {
  asked += 1;
  const ask = asked;
  return new Promise<string>((resolve, reject) => {
    const done = () => {
      clearTimeout(late);
      process.off('message', hear);
    };
    const hear = (message: unknown) => {
      if (!isAsking(message) || message.ask !== ask || !('text' in message) || typeof message.text !== 'string') return;
      done();
      resolve(message.text);
    };
    const late = setTimeout(() => {
      done();
      reject(new Error('the first process did not answer with the metrics'));
    }, METRICS_TIMEOUT_MS);
    process.on('message', hear);
    process.send?.({ croupier: 'metrics', ask });
  });
}

function isAsking(message: unknown): message is { readonly ask: number } {
  return (
    typeof message === 'object' &&
    message !== null &&
    'croupier' in message &&
    message.croupier === 'metrics' &&
    'ask' in message &&
    typeof message.ask === 'number'
  );
}
