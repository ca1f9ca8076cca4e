/**
 * Waiting in tests: for the state itself, never for a time that should be enough. The limit is there to end a run that would
 * hang, so it is one that no machine needs that is merely slow.
 */
import { setTimeout as sleep } from 'node:timers/promises';

const PATIENCE_MS = 60_000;
const DAY_MS = 86_400_000;

/** Waits until it is so; fails with the words when that takes longer than anything of the kind could. */
export async function until(what: string, isSo: () => boolean | Promise<boolean>, everyMs = 20): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`waited in vain: ${what}`);
    await sleep(everyMs);
  }
}

/** For what is about the running day: when midnight (UTC) is nearer than it lasts, waits until the next day has begun. */
export async function clearOfMidnight(lastsMs: number): Promise<void> {
  const leftMs = DAY_MS - (Date.now() % DAY_MS);
  if (leftMs < lastsMs) await sleep(leftMs + 1_000);
}
