/** The processes under one that was started, and waiting for what they do. */
import { readFileSync } from 'node:fs';
import { childrenOf, titleOf } from '../faults/processes.ts';
import { sleep } from '../faults/settings.ts';

/** Every process that descends from it. */
export function descendantsOf(pid: number): readonly number[] {
  return childrenOf(pid).flatMap((child) => [child, ...descendantsOf(child)]);
}

/** The workers of a `croupier serve --workers N`. */
export function workersOf(pid: number): readonly number[] {
  return childrenOf(pid).filter((child) => titleOf(child).includes('dist/cli.js'));
}

/** One that has ended but was not yet waited for shows no words. */
export function isRunning(pid: number): boolean {
  return titleOf(pid) !== '';
}

/** Waits until it is so; fails with the words when that takes longer than anything of the kind could. */
export async function until(what: string, isSo: () => boolean | Promise<boolean>, patienceMs = 60_000): Promise<void> {
  const deadline = performance.now() + patienceMs;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`waited in vain: ${what}`);
    await sleep(50);
  }
}

/** The connections that somebody has to the port, and how many bytes of them are still to be read by whoever serves it. */
export function connectionsTo(port: number): { readonly connections: number; readonly unread: number } {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  const rows = readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    // 01 is an established connection.
    .filter(([, local, , state]) => local?.endsWith(`:${hex}`) === true && state === '01');
  const unread = rows.map((row) => Number.parseInt(row[4]?.split(':')[1] ?? '0', 16));
  return { connections: rows.length, unread: unread.reduce((sum, bytes) => sum + bytes, 0) };
}
