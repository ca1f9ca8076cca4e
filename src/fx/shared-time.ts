/**
 * The time all processes of the house agree on: the database's, carried on by our own monotonic hand between two looks. A process
 * whose wall clock is an hour slow would else take the quotes of an hour ago for those of now.
 */
import type { Clock } from '../platform/index.ts';

export interface SharedTime extends Clock {
  /** Asks the database again; until the first time our own clock is believed. */
  readonly look: () => Promise<void>;
}

export function createSharedTime(clock: Clock, databaseTime: () => Promise<number>): SharedTime {
  let anchor: { readonly databaseMs: number; readonly monotonicMs: number } | null = null;
  return {
    now: () => (anchor === null ? clock.now() : Math.round(anchor.databaseMs + clock.monotonic() - anchor.monotonicMs)),
    monotonic: () => clock.monotonic(),
    look: async () => {
      const sentAtMs = clock.monotonic();
      const databaseMs = await databaseTime();
      anchor = { databaseMs, monotonicMs: (sentAtMs + clock.monotonic()) / 2 };
    },
  };
}
