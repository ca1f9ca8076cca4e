/**
 * Where the embedded PostgreSQL keeps things, and the small private file that remembers its password
 * and port between starts.
 *
 *   <dir>/postgres.json   password, port and stable id, readable by the owner only
 *   <dir>/postgres/       the cluster; a symbolic link when PostgreSQL's user cannot enter <dir>
 *   <dir>/log/            what PostgreSQL says
 *
 * Nothing here is ever deleted: a cluster that has gone missing is a problem to be told, not an
 * invitation to start with an empty one.
 */
import {
  chmod,
  chown,
  lstat,
  mkdir,
  readFile,
  realpath,
  rename,
  rmdir,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import path from 'node:path';
import { DatabaseProblem, errorCode } from '../database.ts';
import { newToken } from '../ids.ts';
import { runCommand, type Account } from './commands.ts';

/** For clusters and programs that cannot live in the checkout; only root uses it. */
export const SYSTEM_DIR = '/var/lib/croupier';

export interface Memory {
  readonly id: string;
  readonly password: string;
  readonly port?: number;
}

/** Makes the directory, private to its owner except that PostgreSQL's user may pass through. */
export async function prepareHome(dir: string): Promise<string> {
  try {
    await mkdir(dir, { recursive: true, mode: 0o700 });
    await mkdir(path.join(dir, 'log'), { recursive: true, mode: 0o700 });
    return await realpath(dir);
  } catch (error) {
    throw fileProblem(error, dir);
  }
}

/** Lets others pass through a directory without listing it. */
export async function allowPassage(dir: string): Promise<void> {
  const { mode } = await stat(dir);
  if ((mode & 0o011) !== 0o011) await chmod(dir, (mode & 0o7777) | 0o011);
}

/** Turns a file system error into one clear line. */
export function fileProblem(error: unknown, at: string): DatabaseProblem {
  if (error instanceof DatabaseProblem) return error;
  const code = errorCode(error);
  const options = { cause: error };
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new DatabaseProblem(
      'disk-full',
      `The disk that holds ${at} is full: free some space and start again.`,
      options,
    );
  }
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    return new DatabaseProblem(
      'not-allowed',
      `Croupier may not read and write ${at} (${code}): start it as the user who owns it, or choose another directory.`,
      options,
    );
  }
  const text = error instanceof Error ? error.message : String(error);
  return new DatabaseProblem('failed', `The embedded PostgreSQL could not be started: ${text}`, options);
}

export interface Remembered {
  readonly memory: Memory;
  /** True when there was nothing to remember. */
  readonly fresh: boolean;
}

/** Reads what was remembered, or makes up a new password and id and writes them down. */
export async function recall(home: string): Promise<Remembered> {
  const file = memoryFile(home);
  try {
    const memory = parseMemory(await readFile(file, 'utf8'));
    if (memory !== undefined) return { memory, fresh: false };
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  }
  const memory = { id: newToken(9).replaceAll(/[^A-Za-z0-9]/g, '0'), password: newToken() };
  await remember(home, memory);
  return { memory, fresh: true };
}

/** Writes the memory; complete or not at all, readable by the owner of the directory only. */
export async function remember(home: string, memory: Memory): Promise<void> {
  const file = memoryFile(home);
  const draft = `${file}.${newToken(6)}`;
  await writeFile(draft, `${JSON.stringify(memory)}\n`, { mode: 0o600, flush: true });
  await giveToOwnerOf(home, draft);
  await rename(draft, file);
}

// Started once with sudo, the files must still belong to the user who starts it the next time.
async function giveToOwnerOf(home: string, file: string): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = await stat(home);
  if (uid !== 0) await chown(file, uid, gid);
}

function memoryFile(home: string): string {
  return path.join(home, 'postgres.json');
}

function parseMemory(text: string): Memory | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  if (!('id' in value) || typeof value.id !== 'string' || !/^[A-Za-z0-9]+$/.test(value.id)) return undefined;
  if (!('password' in value) || typeof value.password !== 'string' || !/^[\w-]+$/.test(value.password))
    return undefined;
  const port = 'port' in value && typeof value.port === 'number' ? { port: value.port } : {};
  return { id: value.id, password: value.password, ...port };
}

/** Finds or makes the directory of the cluster, owned by the account and enterable by it. */
export async function settleCluster(home: string, account: Account | undefined, id: string): Promise<string> {
  const usual = path.join(home, 'postgres');
  if (await exists(usual)) return await existingCluster(usual, account);
  await mkdir(usual, { mode: 0o700 });
  if (account === undefined) return usual;

  await allowPassage(home);
  await chown(usual, account.uid, account.gid);
  if (await canEnter(usual, account)) return usual;

  // Some directory above is closed to the account (a checkout under /root): live elsewhere.
  await rmdir(usual);
  const elsewhere = path.join(SYSTEM_DIR, id);
  await prepareSystemDir();
  await mkdir(elsewhere, { recursive: true, mode: 0o700 });
  await chown(elsewhere, account.uid, account.gid);
  await symlink(elsewhere, usual);
  return elsewhere;
}

/** Makes the system-wide directory, open to be passed through whatever the umask is. */
export async function prepareSystemDir(): Promise<string> {
  await mkdir(SYSTEM_DIR, { recursive: true });
  await chmod(SYSTEM_DIR, 0o755);
  return SYSTEM_DIR;
}

async function existingCluster(usual: string, account: Account | undefined): Promise<string> {
  let dir: string;
  try {
    dir = await realpath(usual);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
    throw new DatabaseProblem(
      'failed',
      `The database directory that ${usual} points to is gone: bring it back, or remove that link to start with an empty database.`,
    );
  }
  if (account === undefined) return dir;
  // Interrupted between making the directory and giving it away.
  if ((await stat(dir)).uid === 0) await chown(dir, account.uid, account.gid);
  await allowPassage(path.dirname(usual));
  if (!(await canEnter(dir, account))) {
    throw new DatabaseProblem(
      'not-allowed',
      `PostgreSQL's user (${account.name}) cannot enter ${dir}: let it pass through the directories above (chmod o+x).`,
    );
  }
  return dir;
}

async function exists(file: string): Promise<boolean> {
  try {
    await lstat(file);
    return true;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
}

// Asking as the account itself settles modes, access lists and mount options at once.
async function canEnter(dir: string, account: Account): Promise<boolean> {
  return (await runCommand('/bin/sh', ['-c', 'cd "$1"', 'sh', dir], { account })).code === 0;
}
