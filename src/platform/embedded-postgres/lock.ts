/**
 * One server per data directory. The lock is a file naming its owner; it is taken by an atomic link,
 * so two servers starting at the same moment cannot both get it, and a lock whose owner is dead is
 * taken over. It does not reach across machines or containers that share a directory.
 */
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { DatabaseProblem, errorCode } from '../database.ts';
import { newToken } from '../ids.ts';
import { birthMark, isAlive } from './living.ts';

export interface DirectoryLock {
  /** Gives the lock back; synchronous, because it also runs while the process exits. */
  release(): void;
}

interface Owner {
  readonly pid: number;
  readonly born: string;
}

const ATTEMPTS = 5;

/** Takes the lock file or throws the problem `in-use`. */
export async function takeLock(file: string): Promise<DirectoryLock> {
  const mine = JSON.stringify({ pid: process.pid, born: birthMark(process.pid) });
  const draft = `${file}.${newToken(6)}`;
  await writeFile(draft, mine, { mode: 0o600 });
  try {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      if (await tryLink(draft, file)) return { release: () => rmSync(file, { force: true }) };
      await clearStale(file);
    }
  } finally {
    await rm(draft, { force: true });
  }
  throw inUse(file, undefined);
}

async function tryLink(draft: string, file: string): Promise<boolean> {
  try {
    await link(draft, file);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

async function clearStale(file: string): Promise<void> {
  const seen = await readText(file);
  if (seen === undefined) return;
  const owner = parseOwner(seen);
  if (owner !== undefined && isOwnerAlive(owner)) throw inUse(file, owner.pid);
  // Renamed first and looked at again: another server may have replaced the stale lock meanwhile.
  const aside = `${file}.stale-${newToken(6)}`;
  try {
    await rename(file, aside);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return;
    throw error;
  }
  if ((await readText(aside)) !== seen) await tryLink(aside, file);
  await rm(aside, { force: true });
}

function isOwnerAlive(owner: Owner): boolean {
  if (!isAlive(owner.pid)) return false;
  return owner.born === '' || owner.born === birthMark(owner.pid);
}

function inUse(file: string, pid: number | undefined): DatabaseProblem {
  const who = pid === undefined ? 'Another Croupier' : `Another Croupier (process ${pid})`;
  return new DatabaseProblem(
    'in-use',
    `${who} already uses ${path.dirname(file)}: stop it first, or start this one with another directory or a DATABASE_URL.`,
  );
}

async function readText(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function parseOwner(text: string): Owner | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || !('pid' in value) || typeof value.pid !== 'number')
      return undefined;
    return { pid: value.pid, born: 'born' in value && typeof value.born === 'string' ? value.born : '' };
  } catch {
    return undefined;
  }
}
