/**
 * One page of metrics for several workers: whichever of them is asked, the first process adds up what all have counted.
 * A worker that dies takes its counts along; one that is just starting counts nothing yet. Nobody waits for either.
 */
import cluster from 'node:cluster';
import type { Worker } from 'node:cluster';
import { addUpMetrics } from './platform/index.ts';
import type { Log, Metrics } from './platform/index.ts';

/** One question or answer between a worker and the first process; an answer has the number of its question. */
type Message =
  /** worker: what does the whole page say? */
  | { readonly croupier: 'page'; readonly ask: number }
  /** first process: what have you counted? */
  | { readonly croupier: 'count'; readonly ask: number }
  | { readonly croupier: 'counted'; readonly ask: number; readonly part: object }
  | { readonly croupier: 'paged'; readonly ask: number; readonly text: string };

/** Longer than any worker that lives needs to answer. */
const PATIENCE_MS = 5_000;

let asked = 0;

/** In the first process: answers the workers that ask for the whole page. */
export function gatherMetrics(log: Log): void {
  cluster.on('message', (worker: Worker, message: unknown) => {
    if (!isMessage(message) || message.croupier !== 'page') return;
    const { ask } = message;
    void gather()
      .then((text) => tell(worker, { croupier: 'paged', ask, text }))
      .catch((error: unknown) => log.warn({ err: error }, 'the metrics of the workers could not be added up'));
  });
}

async function gather(): Promise<string> {
  const workers = Object.values(cluster.workers ?? {}).flatMap((worker) => worker ?? []);
  const parts = await Promise.all(workers.map(countedBy));
  return addUpMetrics(parts.filter((part) => part !== null));
}

/** What the worker has counted; null when it dies, is only starting, or does not answer. */
async function countedBy(worker: Worker): Promise<object | null> {
  asked += 1;
  const ask = asked;
  return new Promise((resolve) => {
    const hear = (message: unknown) => {
      if (isMessage(message) && message.croupier === 'counted' && message.ask === ask) done(message.part);
    };
    const gone = () => done(null);
    const done = (part: object | null) => {
      clearTimeout(late);
      worker.off('message', hear);
      worker.off('exit', gone);
      resolve(part);
    };
    const late = setTimeout(gone, PATIENCE_MS / 2);
    worker.on('message', hear);
    worker.on('exit', gone);
    if (!tell(worker, { croupier: 'count', ask })) gone();
  });
}

/** A worker may go while it is spoken to; that is nobody's error. */
function tell(worker: Worker, message: Message): boolean {
  if (!worker.isConnected()) return false;
  worker.send(message, () => undefined);
  return true;
}

/** In a worker: counts for itself, tells the first process when asked, and shows the page of all. */
export function shareMetrics(own: Metrics): Metrics {
  process.on('message', (message: unknown) => {
    if (!isMessage(message) || message.croupier !== 'count') return;
    const { ask } = message;
    void own.counted().then((part) => tellFirst({ croupier: 'counted', ask, part }));
  });
  return { ...own, text: pageOfAll };
}

async function pageOfAll(): Promise<string> {
  asked += 1;
  const ask = asked;
  return new Promise<string>((resolve, reject) => {
    const done = () => {
      clearTimeout(late);
      process.off('message', hear);
    };
    const hear = (message: unknown) => {
      if (!isMessage(message) || message.croupier !== 'paged' || message.ask !== ask) return;
      done();
      resolve(message.text);
    };
    const late = setTimeout(() => {
      done();
      reject(new Error('the first process did not answer with the metrics'));
    }, PATIENCE_MS);
    process.on('message', hear);
    tellFirst({ croupier: 'page', ask });
  });
}

function tellFirst(message: Message): void {
  process.send?.(message, undefined, undefined, () => undefined);
}

/** Only our own processes speak on this channel; other packages may, too, about something else. */
function isMessage(message: unknown): message is Message {
  return (
    typeof message === 'object' &&
    message !== null &&
    'croupier' in message &&
    'ask' in message &&
    typeof message.ask === 'number'
  );
}
