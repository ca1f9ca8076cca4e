/**
 * Sends callbacks as an aggregator does: with its own patience, again when it hears nothing or nothing definite, signed anew
 * at every try, and with the chaos the tester asked for. It never decides about money; it only reports how the answer reads.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock, Log } from '../platform/index.ts';
import type { Mirror, OutboundRequest, ReactingCall, Understood } from '../dialects/dialect.ts';
import type { Call } from '../wallet/call.ts';
import { createAttempts } from './attempts.ts';
import type { Attempts } from './attempts.ts';
import type { Outbox, Owed } from './outbox.ts';
import type { Random } from './random.ts';
import { pauseAfter, reactionTo } from './retry.ts';
import type { Habits } from './retry.ts';

/** Faults on purpose, all off by default. */
export interface Chaos {
  /** chance that a callback is sent twice at the same time */
  readonly duplicateRate: number;
  /** chance that the sandbox hangs up before it has read the answer, and so asks again */
  readonly dropAnswerRate: number;
  /** pause before every callback */
  readonly delayMs: number;
}
export const NO_CHAOS: Chaos = { duplicateRate: 0, dropAnswerRate: 0, delayMs: 0 };

export interface SenderOptions {
  readonly url: string;
  readonly mirror: Mirror;
  readonly habits: Habits;
  /** how long it waits for an answer */
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: Random;
  readonly outbox: Outbox;
  readonly chaos: Chaos;
  readonly signal: AbortSignal;
}

export interface Sender {
  /** Sends a question once, a bet a few times; may end uncertain. */
  readonly ask: (kind: 'question' | 'bet', label: string, call: Call) => Promise<Understood>;
  /** Sends what the outbox already holds until it is answered definitely, which may take as long as the operator is away. */
  readonly owe: (owed: Owed) => Promise<Understood>;
  readonly attempts: Attempts;
  /** how many wins and refunds wait for an answer */
  readonly owed: () => number;
  readonly chaos: () => Chaos;
  readonly setChaos: (chaos: Chaos) => void;
  /** Waits for what is in flight. */
  readonly idle: () => Promise<void>;
}

/** How long after sending the sandbox hangs up when it is to lose the answer: the operator has the request by then. */
const HANG_UP_AFTER_MS = 2;

export function createSender(options: SenderOptions): Sender {
  const { clock, log, random, signal, outbox, habits } = options;
  const attempts = createAttempts(options.url);
  const running = new Set<Promise<unknown>>();
  let chaos = options.chaos;
  let owed = 0;

  const track = <T>(work: Promise<T>): Promise<T> => {
    running.add(work);
    void work.finally(() => running.delete(work)).catch(() => undefined);
    return work;
  };

  const tryOnce = async (label: string, call: Call, attempt: number): Promise<Heard> => {
    if (chaos.delayMs > 0) await sleep(chaos.delayMs, undefined, { signal }).catch(() => undefined);
    const atMs = clock.now();
    const startedAt = clock.monotonic();
    const request = options.mirror.say(call, atMs);
    const drop = random() < chaos.dropAnswerRate;
    if (random() < chaos.duplicateRate) void track(post(options, call, request, false));
    const heard = await post(options, call, request, drop);
    attempts.note({ atMs, label, attempt, request, tookMs: Math.round(clock.monotonic() - startedAt), ...heard });
    return heard;
  };

  const send = async (kind: ReactingCall, label: string, call: Call, sinceMs: number): Promise<Understood> => {
    // How long it was owed before this process; from here on a clock that is put wrong makes it no older.
    const [startedAt, ageMs] = [clock.monotonic(), Math.max(0, clock.now() - sinceMs)];
    for (let tries = 1; ; tries += 1) {
      const { reading } = await tryOnce(label, call, tries);
      if (reactionTo(kind, tries, reading, habits) !== 'retry') return reading;
      const unsettled: Understood =
        reading.kind === 'rejected' ? { kind: 'uncertain', reason: `refused with ${reading.code}` } : reading;
      const pause = pauseAfter(kind, tries, ageMs + clock.monotonic() - startedAt, habits);
      if (pause === null || signal.aborted) return unsettled;
      await sleep(pause, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return unsettled;
    }
  };

  const owe = async ({ id, label, call, sinceMs }: Owed): Promise<Understood> => {
    owed += 1;
    try {
      const reading = await send(call.operations[0].kind, label, call, sinceMs);
      // Stopped in the middle, it stays in the outbox for the next start.
      if (!signal.aborted || reading.kind === 'applied' || reading.kind === 'rejected') outbox.write({ done: id });
      if (reading.kind !== 'applied') log.warn({ label, reading: reading.kind }, 'an owed callback was not applied');
      return reading;
    } finally {
      owed -= 1;
    }
  };

  for (const each of outbox.open) void track(owe(each));

  return {
    ask: async (kind, label, call) => track(send(kind, label, call, clock.now())),
    owe: async (each) => track(owe(each)),
    attempts,
    owed: () => owed,
    chaos: () => chaos,
    setChaos: (next) => {
      chaos = next;
    },
    idle: async () => {
      while (running.size > 0) await Promise.allSettled(running);
    },
  };
}

interface Heard {
  /** null when nobody answered */
  readonly status: number | null;
  readonly reading: Understood;
}

async function post(options: SenderOptions, call: Call, request: OutboundRequest, drop: boolean): Promise<Heard> {
  const patience = AbortSignal.timeout(options.timeoutMs);
  const hangUp = new AbortController();
  if (drop) setTimeout(() => hangUp.abort(), HANG_UP_AFTER_MS).unref();
  try {
    const response = await fetch(`${options.url}${request.path}`, {
      method: request.method,
      headers: request.headers,
      // a GET with a body cannot be sent
      ...(request.method === 'GET' ? {} : { body: request.body }),
      redirect: 'error',
      signal: AbortSignal.any([patience, hangUp.signal, options.signal]),
    });
    const body = new Uint8Array(await response.arrayBuffer());
    if (drop) return { status: null, reading: { kind: 'uncertain', reason: 'the sandbox hung up' } };
    return {
      status: response.status,
      reading: options.mirror.understand(response.status, Object.fromEntries(response.headers), body, call),
    };
  } catch {
    const reason = drop
      ? 'the sandbox hung up'
      : patience.aborted
        ? `no answer within ${options.timeoutMs} ms`
        : 'the connection failed';
    return { status: null, reading: { kind: 'uncertain', reason } };
  }
}
