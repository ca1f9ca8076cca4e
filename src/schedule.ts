/**
 * What happens by the clock: catalogues are synced, waiting wins whose deadline passed are settled, old journal entries are
 * deleted. Each job runs alone and never overlaps itself; a failing one is logged and tried again at its next turn. Timers
 * stop with the server.
 */
import { systemClock } from './platform/index.ts';
import type { Clock, Log } from './platform/index.ts';

export interface Job {
  readonly name: string;
  readonly everyMs: number;
  /** between two starts that somebody asked for; a flood of wishes is one start after this time */
  readonly askedEveryMs?: number;
  /**
   * `asked`: somebody wants it now. `stopped` turns true while it runs when the server closes: a long job then leaves off at
   * its next step. The result `again` asks once more.
   */
  readonly work: (turn: { readonly stopped: boolean; readonly asked: boolean }) => Promise<unknown>;
}

export interface Schedule {
  /** Runs a job now; when it is running, or was asked for a moment ago, notes that it is wanted as soon as that may be. */
  readonly ask: (name: string) => void;
  /** Stops the timers and waits for what is running. */
  readonly stop: () => Promise<void>;
}

interface Slot {
  readonly job: Job;
  timer: NodeJS.Timeout | null;
  running: Promise<void> | null;
  wanted: boolean;
  /** monotonic; of the last start that was asked for */
  askedAtMs: number;
}

export function startSchedule(jobs: readonly Job[], log: Log, clock: Pick<Clock, 'monotonic'> = systemClock): Schedule {
  let stopped = false;
  const slots = new Map<string, Slot>(
    jobs.map((job) => [
      job.name,
      { job, timer: null, running: null, wanted: false, askedAtMs: Number.NEGATIVE_INFINITY },
    ]),
  );

  const run = (slot: Slot, asked: boolean): void => {
    if (stopped) return;
    if (slot.timer !== null) clearTimeout(slot.timer);
    slot.timer = null;
    if (asked) slot.askedAtMs = clock.monotonic();
    const turn = {
      asked,
      get stopped() {
        return stopped;
      },
    };
    slot.running = slot.job
      .work(turn)
      .then(
        (result) => {
          slot.wanted ||= result === 'again';
          return undefined;
        },
        (error: unknown) =>
          log.warn({ err: error, job: slot.job.name }, 'a scheduled job failed; it runs again at its next turn'),
      )
      .finally(() => {
        slot.running = null;
        if (stopped) return;
        if (slot.wanted) wish(slot);
        else slot.timer = setTimeout(() => run(slot, false), slot.job.everyMs);
      });
  };
  /** Starts what is asked for, at once or as soon as the last wish is old enough. */
  const wish = (slot: Slot): void => {
    if (stopped) return;
    const waitMs = slot.askedAtMs + (slot.job.askedEveryMs ?? 0) - clock.monotonic();
    slot.wanted = slot.running !== null;
    if (slot.wanted) return;
    if (waitMs <= 0) {
      run(slot, true);
      return;
    }
    if (slot.timer !== null) clearTimeout(slot.timer);
    slot.timer = setTimeout(() => run(slot, true), waitMs);
  };
  for (const slot of slots.values()) run(slot, false);

  return {
    ask: (name) => {
      const slot = slots.get(name);
      if (slot !== undefined) wish(slot);
    },
    stop: async () => {
      stopped = true;
      for (const slot of slots.values()) {
        if (slot.timer !== null) clearTimeout(slot.timer);
        slot.wanted = false;
      }
      await Promise.all([...slots.values()].map(async (slot) => slot.running));
    },
  };
}
