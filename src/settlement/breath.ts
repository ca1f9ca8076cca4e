/** Long work in short stretches, so that a wallet call or an event that arrives meanwhile does not wait for a whole batch. */
import { setImmediate as afterWhatWaits } from 'node:timers/promises';
import type { Clock } from '../platform/index.ts';

const STRETCH_MS = 4;

/** To be awaited between two pieces of work: lets others have the processor when it was kept for a few milliseconds. */
export function breaths(clock: Pick<Clock, 'monotonic'>): () => Promise<void> {
  let sinceMs = clock.monotonic();
  return async () => {
    if (clock.monotonic() - sinceMs < STRETCH_MS) return;
    await afterWhatWaits();
    sinceMs = clock.monotonic();
  };
}
