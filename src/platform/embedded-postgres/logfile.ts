/**
 * The file PostgreSQL writes its own log to. It is opened by us and inherited, so PostgreSQL keeps
 * writing when the server is killed, and needs no right to the directory.
 *
 * The log stays bounded: a file over the size or age limit moves to `.1`, `.2`, … and the oldest
 * goes. While PostgreSQL has the file open it is copied and emptied instead, which may lose the
 * lines of that instant.
 */
import { closeSync, openSync, readSync } from 'node:fs';
import { copyFile, rename, rm, stat, truncate } from 'node:fs/promises';
import type { Clock } from '../clock.ts';
import { errorCode } from '../database.ts';

const SIZE_LIMIT = 10 * 1024 * 1024;
const AGE_LIMIT_MS = 7 * 24 * 3_600_000;
const KEPT = 4;

/** Before a start, when nobody writes: sets a large or old file aside. */
export async function rotateLog(file: string, clock: Clock): Promise<void> {
  const found = await describe(file);
  if (found === undefined) return;
  if (found.size < SIZE_LIMIT && clock.now() - found.bornMs < AGE_LIMIT_MS) return;
  await shiftOlder(file);
  await rename(file, `${file}.1`);
}

/** While PostgreSQL runs: copies a large file aside and empties it. */
export async function trimLog(file: string): Promise<void> {
  const found = await describe(file);
  if (found === undefined || found.size < SIZE_LIMIT) return;
  await shiftOlder(file);
  await copyFile(file, `${file}.1`);
  await truncate(file);
}

/** Opens the file for appending; the descriptor is to be handed to PostgreSQL and closed. */
export function openLog(file: string): { readonly descriptor: number; close(): void } {
  const descriptor = openSync(file, 'a', 0o600);
  return { descriptor, close: () => closeSync(descriptor) };
}

/** Size of the log now: where to read from later. */
export async function logSize(file: string): Promise<number> {
  return (await describe(file))?.size ?? 0;
}

/** What was written since the given size, at most the first 32 KB of it. */
export function readLogSince(file: string, offset: number): string {
  const buffer = Buffer.alloc(32_768);
  const descriptor = openSync(file, 'r');
  try {
    return buffer.toString('utf8', 0, readSync(descriptor, buffer, 0, buffer.length, offset));
  } finally {
    closeSync(descriptor);
  }
}

async function shiftOlder(file: string): Promise<void> {
  await rm(`${file}.${KEPT}`, { force: true });
  for (let number = KEPT - 1; number >= 1; number -= 1) {
    await rename(`${file}.${number}`, `${file}.${number + 1}`).catch(ignoreMissing);
  }
}

function ignoreMissing(error: unknown): void {
  if (errorCode(error) !== 'ENOENT') throw error;
}

async function describe(file: string): Promise<{ size: number; bornMs: number } | undefined> {
  try {
    const { size, birthtimeMs } = await stat(file);
    return { size, bornMs: birthtimeMs };
  } catch (error) {
    ignoreMissing(error);
    return undefined;
  }
}
