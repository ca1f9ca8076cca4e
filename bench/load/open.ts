/**
 * Open loop: requests arrive at a fixed rate, whatever the target does, as they do from the players of the world. Latency
 * counts from the moment a request was meant to be sent, so that a target which holds everybody up does not hide it by
 * being asked less often (coordinated omission). A win is sent half a second after its bet, and never before its answer.
 */
import { systemClock } from '../../src/platform/clock.ts';
import type { LoopResult } from './closed.ts';
import type { Round, Shot } from './requests.ts';
import type { Tally } from './tally.ts';
import { openWire } from './wire.ts';
import type { Verdict, Wire } from './wire.ts';

export interface OpenOrder {
  readonly port: number;
  readonly connections: number;
  readonly seconds: number;
  readonly ratePerSecond: number;
  readonly rounds: readonly Round[];
  /** requests to send */
  readonly total: number;
  readonly tally: Tally;
}

const WIN_AFTER_SECONDS = 0.5;
/** How long after the last arrival a target may still work off what it owes. */
const PATIENCE_MS = 5_000;

interface Arrival {
  readonly shot: Shot;
  /** the bet that must have been answered; null for bets */
  readonly after: Shot | null;
}

/** Bets and wins in the order of their arrival: once under way, one win for every bet. */
function arrivalsOf(order: OpenOrder): readonly Arrival[] {
  const arrivals: Arrival[] = [];
  const lag = Math.max(1, Math.ceil((order.ratePerSecond * WIN_AFTER_SECONDS) / 2));
  for (let n = 0; arrivals.length < order.total && n < order.rounds.length; n += 1) {
    const round = order.rounds[n];
    if (round !== undefined) arrivals.push({ shot: round.bet, after: null });
    const earlier = order.rounds[n - lag];
    if (earlier !== undefined && earlier.win !== null) arrivals.push({ shot: earlier.win, after: earlier.bet });
  }
  return arrivals.slice(0, order.total);
}

interface Schedule {
  /** the first arrival that is due and may be sent; null when there is none */
  readonly next: (at: number) => number | null;
  /** when it was meant to be sent */
  readonly dueAt: (index: number) => number;
  readonly answered: (shot: Shot) => void;
}

function scheduleOf(arrivals: readonly Arrival[], startedAt: number, intervalMs: number): Schedule {
  const answered = new Set<Shot>();
  /** wins whose bet is not answered yet, by that bet */
  const held = new Map<Shot, number>();
  const ready: number[] = [];
  let sent = 0;
  let due = 0;
  const dueAt = (index: number): number => startedAt + index * intervalMs;
  return {
    dueAt,
    next: (at) => {
      for (; due < arrivals.length && dueAt(due) <= at; due += 1) {
        const after = arrivals[due]?.after ?? null;
        if (after === null || answered.has(after)) ready.push(due);
        else held.set(after, due);
      }
      const index = ready[sent];
      if (index === undefined) return null;
      sent += 1;
      return index;
    },
    answered: (shot) => {
      answered.add(shot);
      const waiting = held.get(shot);
      if (waiting !== undefined) ready.push(waiting);
    },
  };
}

export async function runOpen(order: OpenOrder): Promise<LoopResult> {
  const { tally } = order;
  const now = (): number => systemClock.monotonic();
  const arrivals = arrivalsOf(order);
  const intervalMs = 1000 / order.ratePerSecond;
  const latenciesMs = new Float64Array(arrivals.length);
  const underWay: (number | null)[] = [];
  const free: number[] = [];
  const wires: Wire[] = [];
  let completed = 0;
  let ended = 0;
  let schedule: Schedule = scheduleOf([], 0, intervalMs);
  let finish = (): void => undefined;
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });

  const dispatch = (at: number): void => {
    while (free.length > 0) {
      const index = schedule.next(at);
      const shot = index === null ? undefined : arrivals[index]?.shot;
      const connection = shot === undefined ? undefined : free.pop();
      if (shot === undefined || connection === undefined) return;
      underWay[connection] = index;
      wires[connection]?.send(shot.request);
    }
  };
  const heard = (connection: number, verdict: Verdict, text: () => string): void => {
    const at = now();
    const index = underWay[connection] ?? null;
    const shot = index === null ? undefined : arrivals[index]?.shot;
    if (index === null || shot === undefined) return;
    underWay[connection] = null;
    ended += 1;
    if (verdict === 'ok') {
      tally.acknowledged(shot);
      latenciesMs[completed] = at - schedule.dueAt(index);
      completed += 1;
    } else tally.doubtful(shot, verdict, text());
    schedule.answered(shot);
    if (verdict !== 'broken') free.push(connection);
    if (ended === arrivals.length) finish();
    dispatch(at);
  };
  const opening = Array.from({ length: order.connections }, async (_none, connection) =>
    openWire(order.port, (verdict, text) => heard(connection, verdict, text)),
  );
  wires.push(...(await Promise.all(opening)));
  free.push(...wires.keys());

  const startedAt = now();
  schedule = scheduleOf(arrivals, startedAt, intervalMs);
  const lastAt = schedule.dueAt(arrivals.length);
  // A timer has a grain of one millisecond; answers coming in between send what is due, too.
  const timer = setInterval(() => {
    const at = now();
    if (at > lastAt + PATIENCE_MS) finish();
    else dispatch(at);
  }, 1);
  dispatch(startedAt);
  await finished;
  clearInterval(timer);
  const endedAt = now();
  for (const index of underWay) {
    const shot = arrivals[index ?? -1]?.shot;
    if (shot !== undefined) tally.doubtful(shot, 'unclear', 'not answered in time');
  }
  for (const wire of wires) wire.close();
  return {
    completed,
    seconds: Math.max(lastAt - startedAt, endedAt - startedAt) / 1000,
    latenciesMs: latenciesMs.slice(0, completed),
    unsent: arrivals.length - ended,
  };
}
