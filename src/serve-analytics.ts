/**
 * Analytics' part of the composition root. Figures are built in a thread of their own: reading and adding up thousands of rows
 * at a time would hold up every callback that arrives meanwhile. Each turn is asked for from here; a thread that dies is told
 * of, and the next turn starts another.
 */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { openAnalytics } from './analytics/index.ts';
import type { Analytics, AnalyticsSettings, Turn, Turned } from './analytics/index.ts';
import type { Config } from './config.ts';
import { closeDatabase, openDatabase } from './platform/index.ts';
import type { Database, DatabaseOptions, Log, Metrics, Shutdown } from './platform/index.ts';
import type { Job } from './schedule.ts';
import { IDLE_SECONDS } from './serve-settlement.ts';

const EVERY_MS = 2_000;
const STOP_CHECK_MS = 100;
const MEMORY = { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 48 };

export interface AnalyticsParts {
  readonly pool: Pick<DatabaseOptions, 'url' | 'pooled'>;
  readonly reading: Database;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly shutdown: Shutdown;
}

/** What the thread is given when it starts. */
export interface ThreadOrder {
  readonly pool: Pick<DatabaseOptions, 'url' | 'pooled'>;
  readonly settings: AnalyticsSettings;
}

/** What the thread says. */
export type ThreadWord =
  | { readonly kind: 'turned'; readonly turned: Turned }
  | { readonly kind: 'failed'; readonly message: string; readonly code: string }
  | { readonly kind: 'log'; readonly line: string };

/** What the thread is told. */
export type ThreadCommand = 'turn' | 'stop';

/** Opens the room; null where it cannot be. */
export function analyticsOf(config: Config, { pool, shutdown, ...given }: AnalyticsParts): Analytics | null {
  if (config.ledger.distributed) {
    given.log.warn(
      'no figures are built: a distributed book (ledger.distributed) has no one order of transactions to count by, so /v1/analytics/daily is not served',
    );
    return null;
  }
  // One connection, and one only: however far behind the figures are, they take nothing from those who play.
  const sql = openDatabase({ ...pool, log: given.log, max: 1, applicationName: 'croupier-analytics' });
  shutdown.onShutdown('analytics database', async () => closeDatabase(sql, IDLE_SECONDS));
  const room = { ...config.analytics, ...given, sql };
  const file = new URL('analytics-thread.js', import.meta.url);
  // From the sources there is no such file, and the turns are done here.
  if (!existsSync(fileURLToPath(file))) return openAnalytics(room);
  // What a thread is given is copied, so it is no more than that.
  const order = { pool: { url: pool.url, pooled: pool.pooled ?? false }, settings: config.analytics };
  const thread = openThread(file, order, given.log);
  shutdown.onShutdown('analytics thread', thread.close);
  return openAnalytics({ ...room, turns: thread.turn });
}

export function analyticsJobs(analytics: Analytics | null): readonly Job[] {
  return analytics === null ? [] : [{ name: 'analytics', everyMs: EVERY_MS, work: analytics.turn }];
}

/** A thread that does turns, one at a time; started with the first, and again when it died. */
export function openThread(
  file: URL,
  order: ThreadOrder,
  log: Log,
): { readonly turn: Turn; readonly close: () => Promise<void> } {
  let worker: Worker | null = null;
  const running = (): Worker => {
    if (worker !== null) return worker;
    const started = new Worker(file, { workerData: order, resourceLimits: MEMORY });
    started.on('message', (word: ThreadWord) => {
      if (word.kind === 'log') repeat(log, word.line);
    });
    const forget = () => {
      if (worker === started) worker = null;
    };
    // Whoever waits for a turn hears of it; where nobody does, the next turn starts another.
    started.once('error', forget).once('exit', forget);
    worker = started;
    return started;
  };
  return {
    turn: async (turn) => {
      const thread = running();
      return new Promise<Turned>((resolve, reject) => {
        // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
        const tell = (command: ThreadCommand) => thread.postMessage(command);
        const stopping = setInterval(() => {
          if (turn.stopped) tell('stop');
        }, STOP_CHECK_MS);
        const settle = (then: () => void) => {
          clearInterval(stopping);
          thread.off('message', heard).off('error', failed).off('exit', gone);
          then();
        };
        const failed = (error: Error) => settle(() => reject(error));
        const gone = () => settle(() => reject(new Error('the thread that builds the figures ended')));
        const heard = (word: ThreadWord) => {
          if (word.kind === 'turned') settle(() => resolve(word.turned));
          if (word.kind === 'failed') settle(() => reject(Object.assign(new Error(word.message), { code: word.code })));
        };
        thread.on('message', heard).on('error', failed).on('exit', gone);
        tell('turn');
      });
    },
    close: async () => {
      await worker?.terminate();
    },
  };
}

/** A line of the thread's log as one of this process. */
function repeat(log: Log, line: string): void {
  const { level, time: _time, msg, ...rest }: { level: string; time: string; msg?: string } = JSON.parse(line);
  if (level === 'error' || level === 'warn' || level === 'info' || level === 'debug') log[level](rest, msg);
}
