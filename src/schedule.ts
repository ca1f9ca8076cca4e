/**
 * What happens by the clock: catalogues are synced, waiting wins whose deadline passed are settled, old journal entries are
 * deleted. Each job runs alone and never overlaps itself; a failing one is logged and tried again at its next turn. Timers
 * stop with the server.
 */
import type { Log } from './platform/index.ts';

export interface Job {
  readonly name: string;
  readonly everyMs: number;
  /** `stopped` turns true while it runs when the server closes: a long job then leaves off at its next step */
  readonly work: (turn: { readonly stopped: boolean }) => Promise<unknown>;
}

export interface Schedule {
  /** Runs a job now, or notes that it is wanted again when it is running. */
  readonly ask: (name: string) => void;
  /** Stops the timers and waits for what is running. */
  readonly stop: () => Promise<void>;
}

interface Slot {
  readonly job: Job;
  timer: NodeJS.Timeout | null;
  running: Promise<void> | null;
  wanted: boolean;
}

export function startSchedule(jobs: readonly Job[], log: Log): Schedule {
  let stopped = false;
  const turn = {
    get stopped() {
      return stopped;
    },
  };
  const slots = new Map<string, Slot>(
    jobs.map((job) => [job.name, { job, timer: null, running: null, wanted: false }]),
  );

  const run = (slot: Slot): void => {
    if (stopped) return;
    if (slot.running !== null) {
      slot.wanted = true;
      return;
    }
    if (slot.timer !== null) clearTimeout(slot.timer);
    slot.running = slot.job
      .work(turn)
      .then(
        () => undefined,
        (error: unknown) =>
          log.warn({ err: error, job: slot.job.name }, 'a scheduled job failed; it runs again at its next turn'),
      )
      .finally(() => {
        slot.running = null;
        if (stopped) return;
        if (slot.wanted) {
          slot.wanted = false;
          run(slot);
        } else {
          slot.timer = setTimeout(() => run(slot), slot.job.everyMs);
        }
      });
  };
  for (const slot of slots.values()) run(slot);

  return {
    ask: (name) => {
      const slot = slots.get(name);
      if (slot !== undefined) run(slot);
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
