/** One turn of building and publishing, at a pace that leaves the database to those who play. */
import { setTimeout as sleep } from 'node:timers/promises';
import { errorCode, systemClock } from '../platform/index.ts';
import type { Database, Log } from '../platform/index.ts';
import { summarizeNewPages } from './book-store.ts';
import { openBuilder } from './builder.ts';
import type { BuilderOptions, Step } from './builder.ts';
import { publishDue } from './publish.ts';
import type { PublishOptions } from './publish.ts';
import { selectState } from './state-store.ts';

/** What became of a turn. */
export interface Turned {
  readonly ended: Step;
  /** epoch ms by the database's clock: everything that had committed by then is counted; null: nothing yet */
  readonly countedAtMs: number | null;
}

export type Turn = (turn: { readonly stopped: boolean }) => Promise<Turned>;

export interface TurnsOptions extends BuilderOptions, PublishOptions {
  readonly sql: Database;
  readonly log: Log;
}

/** Then what is due is published and lateness looked at again, also under a load that never rests. */
const STEPS_A_TURN = 20;
/** So long a turn goes on where a book has to be read first: turns are two seconds apart, in which millions of rows would wait. */
const FAR_BEHIND_TURN_MS = 10_000;

export function openTurns(options: TurnsOptions): Turn {
  const { sql } = options;
  const builder = openBuilder(options);
  const countedAt = async () => (await selectState(sql))?.countedAt?.getTime() ?? null;
  return async (turn) => {
    const from = await countedAt();
    const behindMs = from === null ? null : systemClock.now() - from;
    const hurryUntilMs = isFarBehind(behindMs) ? systemClock.monotonic() + FAR_BEHIND_TURN_MS : -Infinity;
    let ended: Step = 'worked';
    let summarizeFromMs = -Infinity;
    const goesOn = (steps: number) => steps < STEPS_A_TURN || systemClock.monotonic() < hurryUntilMs;
    for (let steps = 0; ended === 'worked' && goesOn(steps) && !turn.stopped; steps += 1) {
      const startedAtMs = systemClock.monotonic();
      if (startedAtMs >= summarizeFromMs) {
        await summarize(sql);
        summarizeFromMs = startedAtMs + SUMMARIZE_EVERY_MS;
      }
      ended = await builder.step();
      if (ended === 'worked') await rest(restAfter(systemClock.monotonic() - startedAtMs, behindMs), turn);
    }
    if (ended !== 'busy') await publishDue(options);
    return { ended, countedAtMs: await countedAt() };
  };
}

const SUMMARIZE_EVERY_MS = 500;
/** lock_not_available, insufficient_privilege: a vacuum is at it, or whoever owns the tables has to; steps then read more pages */
const LEFT_TO_OTHERS = new Set(['55P03', '42501']);

async function summarize(sql: Database): Promise<void> {
  try {
    await summarizeNewPages(sql);
  } catch (error) {
    if (!LEFT_TO_OTHERS.has(errorCode(error))) throw error;
  }
}

/** of the time, for adding up; a session that plays on is then counted now and then, and not with every call */
const SHARE = 1 / 5;
const MOST_REST_MS = 5_000;
/** Figures that are this far behind are no longer made to wait for anybody. */
const LATE_MS = 10 * 60_000;
const STOP_CHECK_MS = 100;

/** @param behindMs how old what was counted is; null: nothing was counted yet */
function isFarBehind(behindMs: number | null): boolean {
  return behindMs === null || behindMs > LATE_MS;
}

/**
 * How long to rest after a step, ms: wallets and figures share a database, and nobody loses money by a figure that comes a minute
 * later. Whoever is far behind does not rest.
 * @param tookMs the step's length
 * @param behindMs how old what was counted is; null: nothing was counted yet, which is far behind
 */
export function restAfter(tookMs: number, behindMs: number | null): number {
  if (isFarBehind(behindMs)) return 0;
  return Math.min(MOST_REST_MS, tookMs * (1 / SHARE - 1));
}

async function rest(ms: number, turn: { readonly stopped: boolean }): Promise<void> {
  const untilMs = systemClock.monotonic() + ms;
  for (let leftMs = ms; leftMs > 0 && !turn.stopped; leftMs = untilMs - systemClock.monotonic())
    await sleep(Math.min(leftMs, STOP_CHECK_MS));
}
