/**
 * One running PostgreSQL: starting it and knowing when it is ready, stopping it, and dealing with
 * what an earlier one left behind.
 *
 * A process is only ever signalled when its own command line names the data directory: the number in
 * a stale postmaster.pid may by now belong to anybody.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../clock.ts';
import { DatabaseProblem, errorCode } from '../database.ts';
import type { Log } from '../log.ts';
import { diskFull } from './cluster.ts';
import { identityOf, PLAIN_ENVIRONMENT, type Account } from './commands.ts';
import { commandLine, isAlive } from './living.ts';
import { logSize, openLog, readLogSince } from './logfile.ts';

export interface StartOptions {
  readonly program: string;
  readonly dataDir: string;
  readonly settings: readonly string[];
  readonly account: Account | undefined;
  readonly logFile: string;
  readonly log: Log;
}

export type StartOutcome =
  | { readonly kind: 'running'; readonly child: ChildProcess; readonly pid: number }
  | { readonly kind: 'port-taken' }
  /** Children of a killed postmaster are still finishing: try again shortly. */
  | { readonly kind: 'not-yet' }
  | { readonly kind: 'failed'; readonly problem: DatabaseProblem };

const FAST_STOP_MS = 8_000;
const IMMEDIATE_STOP_MS = 5_000;
const POLL_MS = 20;
/**
 * glibc gives memory back to the system after nearly every statement and asks for it again with the next; a session may keep
 * 16 MB instead. Other C libraries overlook these.
 */
const KEPT_MEMORY = { MALLOC_TRIM_THRESHOLD_: '16777216', MALLOC_TOP_PAD_: '1048576' };

/** Starts PostgreSQL and waits until it takes connections, however long recovery needs. */
export async function startPostmaster(options: StartOptions): Promise<StartOutcome> {
  const offset = await logSize(options.logFile);
  const output = openLog(options.logFile);
  const child = spawn(options.program, ['-D', options.dataDir, ...options.settings], {
    cwd: '/',
    env: { ...PLAIN_ENVIRONMENT, ...KEPT_MEMORY },
    stdio: ['ignore', output.descriptor, output.descriptor],
    // Its own session: the terminal's Ctrl-C reaches us alone, and we stop it after draining.
    detached: true,
    ...identityOf(options.account),
  });
  output.close();
  const failure = await startFailure(child);
  if (failure !== undefined || child.pid === undefined) {
    return {
      kind: 'failed',
      problem: new DatabaseProblem('failed', `PostgreSQL could not be started: ${failure ?? 'no process'}`),
    };
  }
  child.unref();
  const ready = await waitUntilReady(child, child.pid, options);
  if (ready) return { kind: 'running', child, pid: child.pid };
  return judgeFailure(readLogSince(options.logFile, offset), options);
}

async function startFailure(child: ChildProcess): Promise<string | undefined> {
  try {
    await once(child, 'spawn');
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function waitUntilReady(child: ChildProcess, pid: number, options: StartOptions): Promise<boolean> {
  const startedAt = systemClock.monotonic();
  let saidAt = startedAt;
  for (;;) {
    if (child.exitCode !== null || child.signalCode !== null) return false;
    const note = await readPidFile(options.dataDir);
    if (note !== undefined && note.pid === pid && note.status === 'ready') return true;
    const now = systemClock.monotonic();
    if (now - saidAt > 5_000) {
      saidAt = now;
      options.log.info({ seconds: Math.round((now - startedAt) / 1000) }, 'PostgreSQL is still recovering');
    }
    await sleep(POLL_MS);
  }
}

function judgeFailure(text: string, options: StartOptions): StartOutcome {
  if (/address already in use|could not bind/i.test(text)) return { kind: 'port-taken' };
  if (/pre-existing shared memory block|is another postmaster|is another postgres/i.test(text))
    return { kind: 'not-yet' };
  if (/no space left on device|disk quota exceeded/i.test(text))
    return { kind: 'failed', problem: diskFull(options.dataDir) };
  const lines = text.split('\n').filter((entry) => entry.trim() !== '');
  const line = lines.findLast((entry) => /FATAL|PANIC|ERROR/.test(entry)) ?? lines.join(' ');
  const reason = line.replace(/^.*?(FATAL|PANIC|ERROR):\s*/, '');
  const problem = new DatabaseProblem(
    'failed',
    `PostgreSQL did not start: ${reason || 'it exited without a word'} (its log: ${options.logFile})`,
  );
  return { kind: 'failed', problem };
}

export interface PidFile {
  readonly pid: number;
  readonly dataDir: string;
  readonly status: string;
}

/** Reads postmaster.pid; undefined when there is none or it is not complete yet. */
export async function readPidFile(dataDir: string): Promise<PidFile | undefined> {
  let text: string;
  try {
    text = await readFile(path.join(dataDir, 'postmaster.pid'), 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
  const lines = text.split('\n');
  const pid = Number.parseInt(lines[0] ?? '', 10);
  if (!(pid > 0)) return undefined;
  return { pid, dataDir: lines[1] ?? '', status: lines[7]?.trim() ?? '' };
}

/**
 * Clears what an earlier server left: a PostgreSQL that outlived it is stopped cleanly, and a
 * postmaster.pid that names a dead or an unrelated process is removed.
 */
export async function clearLeftovers(dataDir: string, log: Log): Promise<void> {
  const note = await readPidFile(dataDir);
  if (note === undefined) return;
  if (!isAlive(note.pid)) return;
  if (isPostmasterOf(note)) {
    log.warn({ pid: note.pid }, 'a PostgreSQL left over from an earlier run is still there; stopping it first');
    await stopPostmaster(note.pid, () => !isPostmasterOf(note), log);
    return;
  }
  // PostgreSQL itself would refuse to start as long as the unrelated process lives.
  log.warn({ pid: note.pid }, 'removing a stale postmaster.pid whose number now belongs to another program');
  await rm(path.join(dataDir, 'postmaster.pid'), { force: true });
}

function isPostmasterOf(note: PidFile): boolean {
  if (!isAlive(note.pid)) return false;
  const words = commandLine(note.pid);
  return words.includes('postgres') && words.includes(`-D ${note.dataDir}`);
}

/** Stops a postmaster: politely (open transactions roll back), then at once, then by force. */
export async function stopPostmaster(pid: number, isGone: () => boolean, log: Log): Promise<void> {
  const steps = [
    ['SIGINT', FAST_STOP_MS],
    ['SIGQUIT', IMMEDIATE_STOP_MS],
    ['SIGKILL', IMMEDIATE_STOP_MS],
  ] as const;
  for (const [signal, waitMs] of steps) {
    if (signal !== 'SIGINT') log.warn({ pid, signal }, 'PostgreSQL does not stop; insisting');
    if (!send(pid, signal)) return;
    if (await waitFor(isGone, waitMs)) return;
  }
  throw new DatabaseProblem(
    'failed',
    `PostgreSQL (process ${pid}) does not stop: end it by hand (kill -9 ${pid}) and start again.`,
  );
}

// False when there is nobody to signal any more.
function send(pid: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch (error) {
    if (errorCode(error) === 'ESRCH') return false;
    throw new DatabaseProblem(
      'not-allowed',
      `A PostgreSQL (process ${pid}) still runs there as another user: stop it first, or start Croupier as that user.`,
    );
  }
}

async function waitFor(condition: () => boolean, limitMs: number): Promise<boolean> {
  const deadline = systemClock.monotonic() + limitMs;
  while (!condition()) {
    if (systemClock.monotonic() > deadline) return false;
    await sleep(POLL_MS);
  }
  return true;
}
