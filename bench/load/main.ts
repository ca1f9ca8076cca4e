/**
 * The load generator's process: takes one order after the other from the bench, answers each with one report. It keeps
 * count of what every target acknowledged, from its start to its end.
 */
import { newToken, systemClock } from '../../src/platform/index.ts';
import { playRounds, repeat, runClosed } from './closed.ts';
import type { ClosedOrder, LoopResult } from './closed.ts';
import { runOpen } from './open.ts';
import type { Order, Report, Target, Work } from './protocol.ts';
import { buildEvents } from './events.ts';
import { buildRounds } from './requests.ts';
import type { Round, Shot } from './requests.ts';
import { createTally } from './tally.ts';
import type { Tally } from './tally.ts';

interface TargetState {
  readonly tally: Tally;
  nextRound: number;
  /** bets that were applied before, for the load of duplicates */
  applied: readonly Shot[];
}

const PRIMED = 10_000;
const VISIT_SECONDS = 600;
/** No common factor with a usual number of players, so that neighbours in time are strangers in the book. */
const STRIDE = 7_919;
const run = newToken(6).replaceAll(/[-_]/g, 'x');
const targets = new Map<string, TargetState>();

process.on('message', (order: Order) => {
  obey(order).then(
    (report) => process.send?.(report),
    (error: unknown) =>
      process.send?.({ kind: 'failed', message: error instanceof Error ? error.message : String(error) }),
  );
});
process.on('disconnect', () => process.exit(0));

async function obey({ target, work }: Order): Promise<Report> {
  const state = targets.get(target.name) ?? { tally: createTally(), nextRound: 0, applied: [] };
  targets.set(target.name, state);
  const loop = await prepare(state, target, work);
  const before = process.cpuUsage();
  const result = await loop();
  const used = process.cpuUsage(before);
  const { failures, examples } = await state.tally.settle(target.port);
  const cpuSeconds = (used.user + used.system) / 1e6;
  return { kind: 'done', slice: { ...result, failures, examples, cpuSeconds }, totals: state.tally.totals() };
}

/** Builds everything a slice needs; what it gives back starts the clock. */
async function prepare(state: TargetState, target: Target, work: Work): Promise<() => Promise<LoopResult>> {
  const { tally } = state;
  const order = { port: target.port, connections: work.connections, seconds: work.seconds, tally };
  if (work.events !== undefined) {
    const rounds = buildEvents({ run, ...work.events, players: target.players, atMs: systemClock.now() });
    return async () => runOpen({ ...order, rounds, total: rounds.length, ratePerSecond: work.ratePerSecond });
  }
  const count = Math.ceil(work.ratePerSecond * work.seconds) + work.connections;
  if (work.load === 'duplicates') {
    if (state.applied.length === 0) state.applied = await prime(state, target);
    const script = repeat(state.applied);
    return async () => runClosed({ ...order, maxSamples: 2 * count, script, duplicates: !target.constant });
  }
  if (work.loop === 'visit') {
    const script = playRounds(take(state, target, { ...work, mix: 'bet' }, target.players));
    const visit = { ...order, seconds: VISIT_SECONDS, maxSamples: target.players, script, duplicates: false };
    return async () => runClosed(visit);
  }
  if (work.loop === 'open') {
    const total = Math.ceil(work.ratePerSecond * work.seconds);
    const rounds = take(state, target, work, total);
    return async () => runOpen({ ...order, rounds, total, ratePerSecond: work.ratePerSecond });
  }
  const rounds = take(state, target, work, work.mix === 'slot' ? Math.ceil(count / 2) + work.connections : count);
  const closed: ClosedOrder = { ...order, maxSamples: 2 * count, script: playRounds(rounds), duplicates: false };
  return async () => runClosed(closed);
}

function take(state: TargetState, target: Target, work: Work, count: number): readonly Round[] {
  const from = state.nextRound;
  state.nextRound += count;
  const playerOf = work.load === 'hot' ? () => 0 : (n: number) => (n * STRIDE) % target.players;
  return buildRounds({ run, from, count, wins: work.mix === 'slot', playerOf });
}

/** Bets sent once, so that each further time is a duplicate. */
async function prime(state: TargetState, target: Target): Promise<readonly Shot[]> {
  const count = Math.min(PRIMED, target.players);
  const work = { load: 'spread', mix: 'bet' } as const;
  const rounds = take(state, target, { ...work, loop: 'closed', connections: 1, seconds: 1, ratePerSecond: 1 }, count);
  const { port } = target;
  const order = { port, connections: 64, seconds: 600, maxSamples: count, tally: state.tally, duplicates: false };
  await runClosed({ ...order, script: playRounds(rounds) });
  return rounds.map((round) => round.bet);
}
