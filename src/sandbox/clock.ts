/**
 * The sandbox's own clock, and how strictly it judges launches: wrong on purpose, so that what a clock does to players can
 * be seen by hand. Everything the sandbox says about time follows it: its `Date`, its launches, its signed timestamps.
 */
import { z } from 'zod';
import type { Clock } from '../platform/index.ts';

export interface ClockKnobs {
  /** how far the sandbox's clock is ahead of the machine's; negative: behind */
  readonly offsetMs: number;
  /** how long after its signing a launch opens, whatever expiry it carries; null: as long as it says */
  readonly launchTtlSeconds: number | null;
  /** how far from the future a launch may come; null: as the dialect has it */
  readonly launchWindowSeconds: number | null;
  /** what becomes of a launch that is opened a second time: refused, or shown the game it opened (LCH-13) */
  readonly launchReplay: 'refuse' | 'same_game';
}

export const RIGHT_CLOCK: ClockKnobs = {
  offsetMs: 0,
  launchTtlSeconds: null,
  launchWindowSeconds: null,
  launchReplay: 'refuse',
};

const DAY_MS = 86_400_000;
export const clockKnobsSchema = z.strictObject({
  offsetMs: z.number().int().min(-DAY_MS).max(DAY_MS).default(0),
  launchTtlSeconds: z.number().int().min(1).max(86_400).nullable().default(null),
  launchWindowSeconds: z.number().int().min(0).max(86_400).nullable().default(null),
  launchReplay: z.enum(['refuse', 'same_game']).default('refuse'),
});

export interface SandboxClock extends Clock {
  readonly knobs: () => ClockKnobs;
  readonly set: (knobs: ClockKnobs) => void;
}

export function sandboxClock(machine: Clock, initial: ClockKnobs = RIGHT_CLOCK): SandboxClock {
  let knobs = initial;
  return {
    now: () => machine.now() + knobs.offsetMs,
    monotonic: () => machine.monotonic(),
    knobs: () => knobs,
    set: (next) => {
      knobs = next;
    },
  };
}

/** Why a launch that is genuine comes too late for this sandbox; null when it does not. */
export function tooLate(issuedAtSeconds: number, clock: SandboxClock): string | null {
  const { launchTtlSeconds } = clock.knobs();
  const ageSeconds = Math.floor(clock.now() / 1_000) - issuedAtSeconds;
  if (launchTtlSeconds === null || ageSeconds < launchTtlSeconds) return null;
  return `The launch was signed ${ageSeconds} s ago; this aggregator takes none older than ${launchTtlSeconds} s.`;
}
