/**
 * A wire to PostgreSQL that understands what travels over it: whole messages, the names of statements, where a flight ends.
 * It can stop a connection at a named point of a batch and let something happen there, cut it after any number of bytes, go
 * silent, or refuse. Nothing in the product knows of it.
 */
import net from 'node:net';

/**
 * Points of a batch, seen from between the gateway and PostgreSQL:
 *   before_lock    the loading flight has left the gateway; PostgreSQL has not got it
 *   after_lock     PostgreSQL holds the locks and has answered; the gateway does not know
 *   before_write   the writing flight has left the gateway; PostgreSQL has not got it
 *   after_write    PostgreSQL has got every write, and no COMMIT
 *   after_commit   PostgreSQL has committed and answered; the gateway does not know
 */
export const POINTS = ['before_lock', 'after_lock', 'before_write', 'after_write', 'after_commit'] as const;
export type Point = (typeof POINTS)[number];

/** A connection that was stopped at a point. It is cut on both sides when the work is over. */
export interface Held {
  /** PostgreSQL loses the connection now; the gateway still waits. */
  readonly dropServer: () => void;
}

export interface Wire {
  /** the database's address by way of this wire */
  readonly url: string;
  /** Stops the next batch at the point, does the work there, cuts the connection. Resolves when all that is done. */
  readonly at: (point: Point, work?: (held: Held) => Promise<void> | void) => Promise<void>;
  /** Cuts every connection that says these words, until told otherwise by `null`. */
  readonly cutAtWords: (words: string | null) => void;
  /** Counts bytes in one direction from now on, over all connections, and cuts the connection that brings the n-th. */
  readonly cutAfter: (direction: Direction, bytes: number) => Cut;
  /** Takes new connections in, but passes nothing on until `release`; connections there are go on. */
  readonly holdNew: () => void;
  /** Passes nothing on in either direction, and closes nothing. */
  readonly holdAll: () => void;
  readonly release: () => void;
  /** Refuses new connections and cuts all there are, until `open`. */
  readonly shut: () => void;
  readonly open: () => void;
  readonly close: () => Promise<void>;
}

export type Direction = 'to_server' | 'to_client';

export interface Cut {
  /** how many bytes went by until now */
  readonly seen: () => number;
  readonly done: () => boolean;
  /** stops counting */
  readonly disarm: () => void;
}

interface Trap {
  readonly point: Point;
  readonly work: (held: Held) => Promise<void> | void;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

interface Meter {
  readonly direction: Direction;
  readonly limit: number;
  seen: number;
  done: boolean;
}

export async function openWire(databaseUrl: string): Promise<Wire> {
  const target = new URL(databaseUrl);
  const connections = new Set<Connection>();
  let trap: Trap | null = null;
  let meter: Meter | null = null;
  let unsaid: string | null = null;
  let refusing = false;
  let holding: 'nothing' | 'new' | 'all' = 'nothing';

  const rules: Rules = {
    mayBeSaid: (bytes) => unsaid === null || !bytes.includes(unsaid),
    trapAt: (point) => {
      if (trap?.point !== point) return null;
      const sprung = trap;
      trap = null;
      return sprung;
    },
    /** How many of the bytes may pass; fewer than there are cuts the connection after them. */
    allowed: (direction, length) => {
      if (meter === null || meter.done || meter.direction !== direction) return length;
      const left = meter.limit - meter.seen;
      meter.seen += Math.min(left, length);
      if (length < left) return length;
      meter.done = true;
      return left;
    },
  };

  const server = net.createServer((client) => {
    if (refusing) {
      client.destroy();
      return;
    }
    const connection = connectionOf(client, net.connect(Number(target.port), target.hostname), rules);
    if (holding !== 'nothing') connection.hold();
    connections.add(connection);
    client.once('close', () => connections.delete(connection));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the wire has no port');
  const url = new URL(databaseUrl);
  url.hostname = '127.0.0.1';
  url.port = String(address.port);
  const cutAll = () => {
    for (const connection of connections) connection.cut();
  };

  return {
    url: url.href,
    at: async (point, work = () => undefined) =>
      new Promise<void>((done, failed) => {
        trap = { point, work, done, failed };
      }),
    cutAtWords: (words) => {
      unsaid = words;
    },
    cutAfter: (direction, bytes) => {
      const armed: Meter = { direction, limit: bytes, seen: 0, done: false };
      meter = armed;
      return {
        seen: () => armed.seen,
        done: () => armed.done,
        disarm: () => {
          if (meter === armed) meter = null;
        },
      };
    },
    holdNew: () => {
      holding = 'new';
    },
    holdAll: () => {
      holding = 'all';
      for (const connection of connections) connection.hold();
    },
    release: () => {
      holding = 'nothing';
      for (const connection of connections) connection.release();
    },
    shut: () => {
      refusing = true;
      cutAll();
    },
    open: () => {
      refusing = false;
    },
    close: async () => {
      cutAll();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface Rules {
  readonly mayBeSaid: (bytes: Buffer) => boolean;
  readonly trapAt: (point: Point) => Trap | null;
  readonly allowed: (direction: Direction, length: number) => number;
}

interface Connection {
  readonly hold: () => void;
  readonly release: () => void;
  readonly cut: () => void;
}

interface Message {
  readonly type: string;
  /** of a Bind or Parse: the statement */
  readonly statement: string | null;
  readonly start: number;
  readonly end: number;
}

/** Cuts a stream into whole messages. What it is given comes back in `whole` as soon as its last byte is there. */
function reader(first: 'startup' | 'messages') {
  let rest: Buffer = Buffer.alloc(0);
  let started = first === 'messages';
  return (bytes: Buffer): { readonly whole: Buffer; readonly messages: readonly Message[] } => {
    const all = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
    const messages: Message[] = [];
    let at = 0;
    while (at + 5 <= all.length) {
      const typeBytes = started ? 1 : 0;
      const end = at + typeBytes + all.readInt32BE(at + typeBytes);
      if (end > all.length) break;
      const type = started ? all.toString('latin1', at, at + 1) : 'startup';
      messages.push({ type, statement: statementOf(type, all, at), start: at, end });
      started = true;
      at = end;
    }
    rest = all.subarray(at);
    return { whole: all.subarray(0, at), messages };
  };
}

function statementOf(type: string, bytes: Buffer, at: number): string | null {
  if (type !== 'P' && type !== 'B') return null;
  const from = type === 'P' ? at + 5 : bytes.indexOf(0, at + 5) + 1;
  return bytes.toString('utf8', from, bytes.indexOf(0, from));
}

/** Messages that begin or go on with a flight; every other one ends it, and is to go out with what came before. */
const TRAVELS_IN_A_FLIGHT = new Set(['P', 'B', 'D', 'E', 'C']);

/** Messages that the server answers with "ready", sooner or later; what authenticates in between it does not. */
const MAKES_READY = new Set(['S', 'Q', 'startup']);

interface Flight {
  readonly isAnswered: boolean;
  readonly statements: ReadonlySet<string>;
  readonly bytes: Buffer;
  /** where what belongs to COMMIT begins */
  readonly commitAt: number | null;
}

function connectionOf(client: net.Socket, upstream: net.Socket, rules: Rules): Connection {
  let stopped = false;
  const cut = () => {
    stopped = true;
    client.destroy();
    upstream.destroy();
  };
  const pass = (direction: Direction, bytes: Buffer) => {
    if (stopped || bytes.length === 0) return;
    const to = direction === 'to_server' ? upstream : client;
    const length = rules.allowed(direction, bytes.length);
    if (length === bytes.length) {
      to.write(bytes);
      return;
    }
    stopped = true;
    // The cut comes after the bytes that were let through, not instead of them.
    to.end(bytes.subarray(0, length), () => setImmediate(cut));
  };
  const spring = (trap: Trap) => {
    stopped = true;
    void (async () => {
      try {
        await trap.work({ dropServer: () => upstream.destroy() });
        trap.done();
      } catch (error) {
        trap.failed(error);
      } finally {
        cut();
      }
    })();
  };

  const sent: ReadonlySet<string>[] = [];
  const flights = flightReader();
  client.on('data', (bytes) => {
    if (!rules.mayBeSaid(bytes)) cut();
    for (const flight of flights(bytes)) {
      if (stopped) return;
      const trap = flight.statements.has('wallet.lock')
        ? rules.trapAt('before_lock')
        : flight.commitAt === null
          ? null
          : (rules.trapAt('before_write') ?? rules.trapAt('after_write'));
      if (trap === null) {
        if (flight.isAnswered) sent.push(flight.statements);
        pass('to_server', flight.bytes);
        continue;
      }
      if (trap.point === 'after_write') pass('to_server', flight.bytes.subarray(0, flight.commitAt ?? 0));
      spring(trap);
    }
  });
  const answers = reader('messages');
  let failed = false;
  upstream.on('data', (bytes) => {
    if (stopped) return;
    for (const { type } of answers(bytes).messages) {
      if (type === 'E') failed = true;
      if (type !== 'Z') continue;
      const statements = sent.shift();
      const point = statements?.has('wallet.lock') ? 'after_lock' : statements?.has('COMMIT') ? 'after_commit' : null;
      const trap = point === null || failed ? null : rules.trapAt(point);
      failed = false;
      if (trap === null) continue;
      // The bytes that say so stay here; those before them said nothing of it.
      spring(trap);
      return;
    }
    pass('to_client', bytes);
  });
  for (const socket of [client, upstream]) socket.on('error', () => socket.destroy());
  client.on('close', () => upstream.destroy());
  upstream.on('close', () => {
    if (!stopped) client.destroy();
  });

  return {
    hold: () => {
      client.pause();
      upstream.pause();
    },
    release: () => {
      client.resume();
      upstream.resume();
    },
    cut,
  };
}

/** Bytes of a client to flights: everything up to a message that asks for an answer. */
function flightReader(): (bytes: Buffer) => readonly Flight[] {
  const read = reader('startup');
  let statements = new Set<string>();
  let parts: Buffer[] = [];
  let length = 0;
  let commitAt: number | null = null;
  return (bytes) => {
    const { whole, messages } = read(bytes);
    const flights: Flight[] = [];
    let from = 0;
    for (const { type, statement, start, end } of messages) {
      if (statement !== null) {
        statements.add(statement);
        if (statement === 'COMMIT') commitAt ??= length + start - from;
      }
      if (TRAVELS_IN_A_FLIGHT.has(type)) continue;
      const isAnswered = MAKES_READY.has(type);
      flights.push({ isAnswered, statements, bytes: Buffer.concat([...parts, whole.subarray(from, end)]), commitAt });
      [statements, parts, length, commitAt, from] = [new Set(), [], 0, null, end];
    }
    parts.push(whole.subarray(from));
    length += whole.length - from;
    return flights;
  };
}
