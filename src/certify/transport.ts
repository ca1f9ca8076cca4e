/**
 * Carries messages to the operator: one after another over kept connections, all at once over connections opened before, or
 * broken off on purpose. It repeats nothing by itself but what an idle connection swallowed before the operator could see it.
 */
import type { Buffer } from 'node:buffer';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../platform/index.ts';
import { bytesOf } from './message.ts';
import type { Message } from './message.ts';
import { openWire } from './socket.ts';
import type { Heard, Wire } from './socket.ts';

export interface Carried {
  readonly heard: Heard;
  /** number of the connection; 0 when there was none */
  readonly wire: number;
  /** monotonic */
  readonly sentAtMs: number;
  readonly tookMs: number;
}

export interface Burst {
  readonly carried: readonly Carried[];
  /** between the first and the last request being complete, in microseconds */
  readonly spreadUs: number;
}

export interface Transport {
  readonly carry: (message: Message, timeoutMs: number) => Promise<Carried>;
  readonly burst: (messages: readonly Message[], timeoutMs: number) => Promise<Burst>;
  /** Sends half of it, or all, and hangs up without reading. */
  readonly cut: (message: Message, at: 'half_sent' | 'sent', timeoutMs: number) => Promise<Carried>;
  /** Sends it and leaves the answer to come: the kit listens for it later. */
  readonly start: (message: Message, timeoutMs: number) => Promise<() => Promise<Carried>>;
  readonly close: () => void;
}

/** How long after sending the kit hangs up: the operator has the request by then, and most have not answered. */
const HANG_UP_AFTER_MS = 1;
/** Pieces of a message that is sent in pieces go out so far apart that they are not put together again. */
const PIECE_PAUSE_MS = 2;
/** Before a burst everybody has read what was sent ahead. */
const SETTLE_MS = 5;
const IDLE_MAX = 128;

export function openTransport(clock: Clock): Transport {
  const idle = new Map<string, Wire[]>();
  const take = async (url: URL, timeoutMs: number): Promise<Wire | null> => {
    const kept = idle.get(url.origin) ?? [];
    for (let wire = kept.pop(); wire !== undefined; wire = kept.pop()) if (wire.isOpen()) return wire;
    return openWire(url, timeoutMs);
  };
  const give = (url: URL, wire: Wire): void => {
    const kept = idle.get(url.origin) ?? [];
    if (!wire.isOpen() || kept.length >= IDLE_MAX) return wire.close();
    idle.set(url.origin, [...kept, wire]);
  };
  const once = async (message: Message, wire: Wire, timeoutMs: number): Promise<Carried> => {
    const sentAtMs = clock.monotonic();
    await writeAll(wire, bytesOf(message));
    const carried = await listen(clock, wire, { sentAtMs, timeoutMs });
    // what was broken on purpose leaves a connection nobody can trust
    if (carried.heard.kind === 'silence' || isOdd(message)) wire.close();
    else give(new URL(message.url), wire);
    return carried;
  };
  const fresh = async (message: Message, timeoutMs: number): Promise<Carried> => {
    const since = clock.monotonic();
    const wire = await openWire(new URL(message.url), timeoutMs);
    return wire === null ? silent(clock, since) : once(message, wire, timeoutMs);
  };

  return {
    carry: async (message, timeoutMs) => {
      if (isOdd(message)) return fresh(message, timeoutMs);
      const since = clock.monotonic();
      const wire = await take(new URL(message.url), timeoutMs);
      if (wire === null) return silent(clock, since);
      const wasUsed = wire.used();
      const carried = await once(message, wire, timeoutMs);
      const wasSwallowed = wasUsed && carried.heard.kind === 'silence' && carried.heard.silence === 'closed';
      return wasSwallowed ? fresh(message, timeoutMs) : carried;
    },
    burst: async (messages, timeoutMs) => burstOver(clock, messages, timeoutMs),
    cut: async (message, at, timeoutMs) => cutOver(clock, { message, at, timeoutMs }),
    start: async (message, timeoutMs) => {
      const sentAtMs = clock.monotonic();
      const wire = await openWire(new URL(message.url), timeoutMs);
      if (wire === null) return async () => silent(clock, sentAtMs);
      await writeAll(wire, bytesOf(message));
      return async () => {
        const carried = await listen(clock, wire, { sentAtMs, timeoutMs });
        wire.close();
        return carried;
      };
    },
    close: () => {
      for (const kept of idle.values()) for (const wire of kept) wire.close();
      idle.clear();
    },
  };
}

const silent = (clock: Clock, since: number): Carried => ({
  heard: { kind: 'silence', silence: 'refused' },
  wire: 0,
  sentAtMs: since,
  tookMs: clock.monotonic() - since,
});

async function listen(
  clock: Clock,
  wire: Wire,
  { sentAtMs, timeoutMs }: { readonly sentAtMs: number; readonly timeoutMs: number },
): Promise<Carried> {
  const heard = await wire.hear(timeoutMs);
  return { heard, wire: wire.number, sentAtMs, tookMs: clock.monotonic() - sentAtMs };
}

/** Everything but the last byte goes ahead, so that the operator can begin only when the last bytes are sent, all together. */
async function burstOver(clock: Clock, messages: readonly Message[], timeoutMs: number): Promise<Burst> {
  const wires = await Promise.all(messages.map(async (message) => openWire(new URL(message.url), timeoutMs)));
  const bytes = messages.map((message) => bytesOf(message)[0] ?? new Uint8Array(0));
  wires.forEach((wire, at) => wire?.write(bytes[at]?.subarray(0, -1) ?? new Uint8Array(0)));
  await sleep(SETTLE_MS);
  const sentAtMs = clock.monotonic();
  wires.forEach((wire, at) => wire?.write(bytes[at]?.subarray(-1) ?? new Uint8Array(0)));
  const spreadUs = Math.round((clock.monotonic() - sentAtMs) * 1000);
  const carried = await Promise.all(
    wires.map(async (wire) => (wire === null ? silent(clock, sentAtMs) : listen(clock, wire, { sentAtMs, timeoutMs }))),
  );
  wires.forEach((wire) => wire?.close());
  return { carried, spreadUs };
}

interface Cut {
  readonly message: Message;
  readonly at: 'half_sent' | 'sent';
  readonly timeoutMs: number;
}

async function cutOver(clock: Clock, { message, at, timeoutMs }: Cut): Promise<Carried> {
  const sentAtMs = clock.monotonic();
  const wire = await openWire(new URL(message.url), timeoutMs);
  if (wire === null) return silent(clock, sentAtMs);
  const [bytes] = bytesOf(message);
  const half = Math.floor((bytes?.byteLength ?? 0) - message.body.byteLength / 2);
  if (bytes !== undefined) wire.write(at === 'sent' ? bytes : bytes.subarray(0, half));
  await sleep(HANG_UP_AFTER_MS);
  wire.close();
  const tookMs = clock.monotonic() - sentAtMs;
  return { heard: { kind: 'silence', silence: 'cut' }, wire: wire.number, sentAtMs, tookMs };
}

/** Sent in a way that makes its connection its own. */
const isOdd = (message: Message): boolean => message.transport !== null && message.transport !== 'gzip';

async function writeAll(wire: Wire, pieces: readonly Buffer[]): Promise<void> {
  for (const [at, piece] of pieces.entries()) {
    if (at > 0) await sleep(PIECE_PAUSE_MS);
    wire.write(piece);
  }
}
