/**
 * Closed loop: every connection sends its next request as soon as its last one was answered. It measures the most a target
 * can do, and says little about waiting: a slow target is asked less often.
 */
import { systemClock } from '../../src/platform/clock.ts';
import type { Round, Shot } from './requests.ts';
import type { Tally } from './tally.ts';
import { openWire } from './wire.ts';
import type { Wire } from './wire.ts';

export interface LoopResult {
  readonly completed: number;
  readonly seconds: number;
  readonly latenciesMs: Float64Array;
  readonly unsent: number;
}

/** Gives the connection's next request, or null when there is none left. */
export type Script = (connection: number) => Shot | null;

/** A connection plays its round to the end before it takes the next one. */
export function playRounds(rounds: readonly Round[]): Script {
  const wins: (Shot | null)[] = [];
  let next = 0;
  return (connection) => {
    const win = wins[connection] ?? null;
    if (win !== null) {
      wins[connection] = null;
      return win;
    }
    const round = rounds[next];
    if (round === undefined) return null;
    next += 1;
    wins[connection] = round.win;
    return round.bet;
  };
}

/** The same requests again and again. */
export function repeat(shots: readonly Shot[]): Script {
  let next = 0;
  return () => {
    const shot = shots[next % shots.length] ?? null;
    next += 1;
    return shot;
  };
}

export interface ClosedOrder {
  readonly port: number;
  readonly connections: number;
  readonly seconds: number;
  readonly maxSamples: number;
  readonly script: Script;
  /** every answer must be a duplicate, and moves nothing */
  readonly duplicates: boolean;
  readonly tally: Tally;
}

export async function runClosed(order: ClosedOrder): Promise<LoopResult> {
  const { script, tally } = order;
  const now = (): number => systemClock.monotonic();
  const latenciesMs = new Float64Array(order.maxSamples);
  const shots: (Shot | null)[] = [];
  const sentAt = new Float64Array(order.connections);
  let completed = 0;
  let idle = 0;
  let startedAt = 0;
  let endsAt = 0;
  let lastAt = 0;
  let ranOut = false;
  let finish = (): void => undefined;
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });

  const wires: Wire[] = [];
  const sendNext = (connection: number, at: number): void => {
    const shot = at < endsAt ? script(connection) : null;
    if (shot === null) {
      ranOut ||= at < endsAt;
      idle += 1;
      if (idle === order.connections) finish();
      return;
    }
    shots[connection] = shot;
    sentAt[connection] = at;
    wires[connection]?.send(shot.request);
  };
  const opening = Array.from({ length: order.connections }, async (_none, connection) =>
    openWire(order.port, (verdict, text) => {
      const at = now();
      const shot = shots[connection];
      if (shot === null || shot === undefined) return;
      shots[connection] = null;
      const expected = order.duplicates ? 'duplicate' : 'ok';
      if (verdict !== expected) tally.doubtful(shot, verdict, text());
      else {
        if (!order.duplicates) tally.acknowledged(shot);
        if (at <= endsAt && completed < latenciesMs.length) {
          latenciesMs[completed] = at - (sentAt[connection] ?? at);
          completed += 1;
          lastAt = at;
        }
      }
      // A broken connection sends nothing more, and the others go on.
      sendNext(connection, verdict === 'broken' ? Number.POSITIVE_INFINITY : at);
    }),
  );
  wires.push(...(await Promise.all(opening)));

  startedAt = now();
  endsAt = startedAt + order.seconds * 1000;
  for (let connection = 0; connection < order.connections; connection += 1) sendNext(connection, startedAt);
  await finished;
  for (const wire of wires) wire.close();
  const endedAt = ranOut ? lastAt : endsAt;
  return {
    completed,
    seconds: (endedAt - startedAt) / 1000,
    latenciesMs: latenciesMs.slice(0, completed),
    unsent: 0,
  };
}
