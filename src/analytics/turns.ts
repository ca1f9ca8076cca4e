/** One turn of building and publishing, and how long to rest after it. */
import type { Database, Log } from '../platform/index.ts';
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

/** Under a load that never rests the builder would never come to publish what is due. */
const STEPS_A_TURN = 200;

export function openTurns(options: TurnsOptions): Turn {
  const builder = openBuilder(options);
  return async (turn) => {
    const ended = await builder.catchUp(turn, STEPS_A_TURN);
    if (ended !== 'busy') await publishDue(options);
    const at = (await selectState(options.sql))?.countedAt ?? null;
    return { ended, countedAtMs: at === null ? null : at.getTime() };
  };
}

const LEAST_REST_MS = 2_000;
const MOST_REST_MS = 30_000;
/** Figures that are this far behind are no longer made to wait for anybody. */
const LATE_MS = 10 * 60_000;
/** of the time; a session that plays on is then counted once a rest and not with every call */
const SHARE = 1 / 5;

/**
 * How long to rest after a turn, ms: wallets and figures share a database, and nobody loses money by a figure that comes half a
 * minute later. Whoever is far behind rests no longer than usual.
 * @param tookMs the turn's length
 * @param behindMs how old what was counted is; null: nothing was counted yet, which is far behind
 */
export function restAfter(tookMs: number, behindMs: number | null): number {
  if (behindMs === null || behindMs > LATE_MS) return LEAST_REST_MS;
  return Math.min(MOST_REST_MS, Math.max(LEAST_REST_MS, tookMs * (1 / SHARE - 1)));
}
