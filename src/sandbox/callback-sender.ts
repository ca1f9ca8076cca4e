/**
 * Sends callbacks as an aggregator does: with its own patience, again when it hears nothing or nothing definite, and with
 * the chaos the tester asked for. It never decides about money; it only reports how the operator's answer reads.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock, Log } from '../platform/index.ts';
import type { Mirror, OutboundRequest, Understood } from '../dialects/dialect.ts';
import type { Policy } from '../wallet/policy.ts';
import type { Outbox } from './outbox.ts';
import type { Random } from './random.ts';
import { pauseAfter } from './retry.ts';
import type { Kind } from './retry.ts';

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

/** One try, for the list that people look at; never holds a signature. */
export interface Attempt {
  readonly atMs: number;
  readonly label: string;
  readonly attempt: number;
  readonly status: number | null;
  readonly reading: Understood['kind'];
  readonly detail: string;
  readonly tookMs: number;
  readonly body: string;
}

export interface SenderOptions {
  readonly url: string;
  readonly mirror: Mirror;
  readonly policy: Policy;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: Random;
  readonly outbox: Outbox;
  readonly signal: AbortSignal;
}

export interface Sender {
  /** Tries a bet (or a question) a few times; may end uncertain. */
  readonly ask: (label: string, request: OutboundRequest) => Promise<Understood>;
  /** Sends what is owed until it is answered definitely; resolves early with `uncertain` after `patienceMs` while it goes on. */
  readonly owe: (id: string, label: string, request: OutboundRequest, patienceMs: number) => Promise<Understood>;
  readonly attempts: () => readonly Attempt[];
  readonly owed: () => number;
  readonly chaos: () => Chaos;
  readonly setChaos: (chaos: Chaos) => void;
  /** Waits for what is in flight. */
  readonly idle: () => Promise<void>;
}

const REMEMBERED = 1_000;

export function createSender(options: SenderOptions): Sender {
  const { clock, log, random, signal, outbox } = options;
  const attempts: Attempt[] = [];
  const running = new Set<Promise<unknown>>();
  let chaos = NO_CHAOS;
  let owed = 0;

  const track = <T>(work: Promise<T>): Promise<T> => {
    running.add(work);
    void work.finally(() => running.delete(work)).catch(() => undefined);
    return work;
  };

  const tryOnce = async (label: string, request: OutboundRequest, attempt: number): Promise<Understood> => {
    if (chaos.delayMs > 0) await sleep(chaos.delayMs, undefined, { signal }).catch(() => undefined);
    const startedAt = clock.monotonic();
    const drop = random() < chaos.dropAnswerRate;
    if (random() < chaos.duplicateRate) void track(post(options, request, false));
    const { status, reading } = await post(options, request, drop);
    attempts.push({
      atMs: clock.now(),
      label,
      attempt,
      status,
      reading: reading.kind,
      detail: detailOf(reading),
      tookMs: Math.round(clock.monotonic() - startedAt),
      body: new TextDecoder().decode(request.body),
    });
    if (attempts.length > REMEMBERED) attempts.shift();
    return reading;
  };

  const send = async (kind: Kind, label: string, request: OutboundRequest, sinceMs: number): Promise<Understood> => {
    for (let tries = 1; ; tries += 1) {
      const reading = await tryOnce(label, request, tries);
      if (reading.kind === 'applied' || reading.kind === 'rejected') return reading;
      const pause = pauseAfter(kind, tries, clock.now() - sinceMs, options.policy);
      if (pause === null || signal.aborted) return reading;
      await sleep(pause, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return reading;
    }
  };

  const settle = async (id: string, label: string, request: OutboundRequest, sinceMs: number): Promise<Understood> => {
    owed += 1;
    try {
      const reading = await send('owed', label, request, sinceMs);
      if (!signal.aborted || reading.kind === 'applied' || reading.kind === 'rejected') outbox.done(id);
      if (reading.kind !== 'applied') log.warn({ label, reading: reading.kind, detail: detailOf(reading) }, 'an owed callback was not applied');
      return reading;
    } finally {
      owed -= 1;
    }
  };

  for (const each of outbox.open) void track(settle(each.id, each.label, each.request, each.sinceMs));

  return {
    ask: async (label, request) => track(send('bet', label, request, clock.now())),
    owe: async (id, label, request, patienceMs) => {
      const sinceMs = clock.now();
      outbox.owe({ id, label, sinceMs, request });
      const settling = track(settle(id, label, request, sinceMs));
      const waiting = sleep(patienceMs, { kind: 'uncertain', reason: 'still being sent' } satisfies Understood, { ref: false });
      return Promise.race([settling, waiting]);
    },
    attempts: () => attempts.toReversed(),
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

async function post(options: SenderOptions, request: OutboundRequest, drop: boolean): Promise<{ status: number | null; reading: Understood }> {
  const patience = AbortSignal.timeout(options.policy.timeoutMs);
  const hangUp = new AbortController();
  // Hanging up a moment after sending: the operator has the request, and nobody hears its answer.
  if (drop) setTimeout(() => hangUp.abort(), 2).unref();
  try {
    const response = await fetch(`${options.url}${request.path}`, {
      method: request.method,
      headers: request.headers,
      body: request.body,
      redirect: 'error',
      signal: AbortSignal.any([patience, hangUp.signal, options.signal]),
    });
    const body = new Uint8Array(await response.arrayBuffer());
    if (drop) return { status: null, reading: { kind: 'uncertain', reason: 'the sandbox hung up' } };
    return { status: response.status, reading: options.mirror.understand(response.status, Object.fromEntries(response.headers), body) };
  } catch {
    const reason = patience.aborted ? `no answer within ${options.policy.timeoutMs} ms` : 'the connection failed';
    return { status: null, reading: { kind: 'uncertain', reason } };
  }
}

function detailOf(reading: Understood): string {
  switch (reading.kind) {
    case 'applied':
      return reading.duplicate ? 'duplicate' : '';
    case 'rejected':
      return reading.code;
    case 'uncertain':
    case 'nonsense':
      return reading.reason;
  }
}
