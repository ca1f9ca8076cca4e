/**
 * Watches over a running PostgreSQL for as long as the server lives: if it dies on its own it is
 * started again, with a growing pause between failures, for ever; if we exit, it goes with us.
 * While it is down the server answers "uncertain": nothing here pretends otherwise.
 */
import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../clock.ts';
import type { Log } from '../log.ts';
import { trimLog } from './logfile.ts';
import { stopPostmaster, type StartOutcome } from './postmaster.ts';

type Running = Extract<StartOutcome, { kind: 'running' }>;

export interface GuardOptions {
  readonly first: Running;
  readonly start: () => Promise<StartOutcome>;
  readonly logFile: string;
  readonly log: Log;
  readonly onRestart?: () => void;
  /** Called last when this process exits without having called stop. */
  readonly onExit: () => void;
}

export interface Guard {
  pid(): number;
  /** Stops watching, then stops PostgreSQL. */
  stop(): Promise<void>;
}

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;
// Running this long counts as healthy: the next failure starts again with a short pause.
const HEALTHY_MS = 30_000;
const TRIM_EVERY_MS = 60_000;

/** Starts watching. */
export function guardPostmaster(options: GuardOptions): Guard {
  const { log } = options;
  const stopped = new AbortController();
  let running: Running = options.first;
  let startedAt = systemClock.monotonic();
  let pauseMs = FIRST_PAUSE_MS;
  let restarting: Promise<void> | undefined;

  const restart = async (): Promise<void> => {
    for (;;) {
      await sleep(pauseMs, undefined, { signal: stopped.signal }).catch(() => undefined);
      if (stopped.signal.aborted) return;
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
      const outcome = await options.start().catch((err: unknown) => {
        log.error({ err }, 'PostgreSQL could not be started again; trying on');
        return undefined;
      });
      if (outcome?.kind === 'running') {
        running = outcome;
        startedAt = systemClock.monotonic();
        watch(outcome.child);
        log.warn({ pid: outcome.pid }, 'PostgreSQL runs again');
        options.onRestart?.();
        return;
      }
      if (outcome !== undefined)
        log.error({ reason: reasonOf(outcome) }, 'PostgreSQL could not be started again; trying on');
    }
  };

  const onChildExit = (code: number | null, signal: NodeJS.Signals | null): void => {
    if (stopped.signal.aborted) return;
    log.error({ code, signal }, 'PostgreSQL has stopped on its own; starting it again');
    if (systemClock.monotonic() - startedAt > HEALTHY_MS) pauseMs = FIRST_PAUSE_MS;
    restarting = restart();
  };
  const watch = (child: ChildProcess): void => {
    if (isGone(child)) onChildExit(child.exitCode, child.signalCode);
    else child.once('exit', onChildExit);
  };

  // The last moment of this process allows only synchronous work: ask PostgreSQL to stop and go.
  const onOwnExit = (): void => {
    if (!isGone(running.child)) running.child.kill('SIGINT');
    options.onExit();
  };
  const trimming = setInterval(() => void trimLog(options.logFile).catch(() => undefined), TRIM_EVERY_MS);
  trimming.unref();
  process.on('exit', onOwnExit);
  watch(running.child);

  return {
    pid: () => running.pid,
    async stop() {
      stopped.abort();
      clearInterval(trimming);
      await restarting;
      const { child, pid } = running;
      if (!isGone(child)) await stopPostmaster(pid, () => isGone(child), log);
      process.off('exit', onOwnExit);
    },
  };
}

function isGone(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

function reasonOf(outcome: Exclude<StartOutcome, { kind: 'running' }>): string {
  return outcome.kind === 'failed' ? outcome.problem.message : outcome.kind;
}
