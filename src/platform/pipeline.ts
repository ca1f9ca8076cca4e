/**
 * One connection on which statements travel together: any number of prepared statements, one Sync, one answer. That is one
 * write and one read on either side however many statements a batch has, and the server skips everything after the first
 * that fails.
 *
 * Promises that a flight never continues on another connection than it began on: hand-written transactions depend on it.
 * When the connection closes, or the server stays silent for too long, whatever is in flight fails with `ConnectionLost`
 * and the pipeline is dead for good. It never sends anything twice.
 */
import type { Client, Connection, Submittable } from 'pg';
import { serialize } from 'pg-protocol';
import { errorCode } from './database.ts';
import type { Log } from './log.ts';
import { connect, destroyClient } from './pipeline-connect.ts';
import { localSettings } from './pipeline-session.ts';

/** A statement that each connection prepares once, under its name. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/** A statement with its parameters, as text; arrays are array literals. */
export interface Sending {
  readonly statement: Statement;
  readonly parameters: readonly (string | null)[];
}

/** The columns of a row in the order of the statement, as text. */
export type Fields = readonly (string | null)[];

export interface Answered {
  /** SELECT, INSERT, COMMIT … as the server names what it did */
  readonly command: string;
  readonly rows: readonly Fields[];
}

/** The connection is gone, and with it the knowledge of what became of the last flight. */
export class ConnectionLost extends Error {
  constructor(options?: ErrorOptions) {
    super('the database connection was lost', options);
    this.name = 'ConnectionLost';
  }
}

export interface Pipeline {
  /** Sends in one go, waits for all; rejects with the first error, or ConnectionLost. */
  readonly fly: (flight: readonly Sending[]) => Promise<readonly Answered[]>;
  readonly alive: () => boolean;
  /** Cuts the connection at once. */
  readonly destroy: () => void;
  /** Ends it once nothing is in flight. */
  readonly close: () => Promise<void>;
}

export interface PipelineOptions {
  readonly url: string;
  /** shown in pg_stat_activity */
  readonly applicationName: string;
  readonly log: Log;
  /** how long a statement may wait for a row somebody else holds */
  readonly lockTimeoutMs: number;
  readonly statementTimeoutMs: number;
  /** Settings of the server session, such as those that fix a plan. */
  readonly settings: Readonly<Record<string, string>>;
  readonly connectTimeoutMs?: number;
  /**
   * A pooler in between may give every transaction another server session: nothing is prepared, and each transaction sets for
   * itself what it needs.
   */
  readonly pooled?: boolean;
}

/** On top of the server's own timeout: a server that was frozen or cut off answers nothing at all. */
const SILENCE_GRACE_MS = 5_000;

/** Connects at once, in the background; the first flight waits for it. */
export function openPipeline(options: PipelineOptions): Pipeline {
  let state: 'opening' | 'open' | 'dead' = 'opening';
  let client: Client | null = null;
  const waiting = createWaiting();
  const prepared = options.pooled === true ? null : new Set<string>();

  const end = (cause?: unknown) => {
    if (state === 'dead') return;
    state = 'dead';
    waiting.fail(new ConnectionLost({ cause }));
  };
  const destroy = () => {
    end();
    if (client !== null) destroyClient(client);
  };

  const opened = connect(options).then((connected) => {
    client = connected;
    if (state === 'dead') {
      destroyClient(connected);
      throw new ConnectionLost();
    }
    connected.on('error', end);
    connected.on('end', () => end());
    state = 'open';
    return connected;
  });
  opened.catch(end);

  return {
    alive: () => state !== 'dead',
    fly: async (flight) => {
      const ready = client ?? (await waiting.unlessLost(opened));
      if (state === 'dead') throw new ConnectionLost();
      const silent = setTimeout(() => {
        options.log.error({ connection: options.applicationName }, 'the database stays silent; its connection is cut');
        destroy();
      }, options.statementTimeoutMs + SILENCE_GRACE_MS);
      try {
        return await waiting.unlessLost(
          prepared === null ? pooledExchange(ready, flight, options) : exchange(ready, flight, prepared),
        );
      } catch (error) {
        if (!isConnectionError(error)) throw error;
        destroy();
        throw new ConnectionLost({ cause: error });
      } finally {
        clearTimeout(silent);
      }
    },
    destroy,
    close: async () => {
      state = 'dead';
      const connected = await opened.catch(() => null);
      await connected?.end().catch(() => undefined);
    },
  };
}

/** Where no session remembers anything, a transaction says for itself what is to hold in it. */
async function pooledExchange(
  client: Client,
  flight: readonly Sending[],
  options: PipelineOptions,
): Promise<readonly Answered[]> {
  const [first, ...others] = flight;
  if (first?.statement.text !== 'BEGIN') return exchange(client, flight, null);
  const answered = await exchange(client, [first, localSettings(options), ...others], null);
  return answered.toSpliced(1, 1);
}

/** Whoever waits for an answer now. Not a promise that all flights race with: it would remember each of them for ever. */
function createWaiting() {
  const failing = new Set<(error: ConnectionLost) => void>();
  return {
    fail: (error: ConnectionLost) => {
      for (const fail of failing) fail(error);
    },
    unlessLost: async <T>(work: Promise<T>): Promise<T> => {
      let fail: (error: ConnectionLost) => void = () => undefined;
      try {
        return await new Promise<T>((resolve, reject) => {
          fail = reject;
          failing.add(fail);
          work.then(resolve, reject);
        });
      } finally {
        failing.delete(fail);
      }
    },
  };
}

async function exchange(
  client: Client,
  flight: readonly Sending[],
  prepared: Set<string> | null,
): Promise<readonly Answered[]> {
  return new Promise((resolve, reject) => {
    client.query(flightOf(flight, prepared, resolve, reject));
  });
}

/** What the driver calls while it runs one of its queries; the interface it offers to cursors and streams. */
interface DriverQuery extends Submittable {
  readonly handleRowDescription: () => void;
  readonly handleDataRow: (message: { readonly fields: Fields }) => void;
  readonly handleCommandComplete: (message: { readonly text: string }) => void;
  readonly handleEmptyQuery: () => void;
  readonly handlePortalSuspended: () => void;
  readonly handleError: (error: Error) => void;
  readonly handleReadyForQuery: () => void;
}

/** @param prepared what the session knows by name; null where no session remembers anything */
function flightOf(
  flight: readonly Sending[],
  prepared: Set<string> | null,
  resolve: (answered: readonly Answered[]) => void,
  reject: (error: Error) => void,
): DriverQuery {
  const answered: Answered[] = [];
  let rows: Fields[] = [];
  let forget: () => void = () => undefined;
  return {
    submit: (connection) => {
      if (prepared !== null) forget = rememberPrepared(connection, flight, prepared);
      connection.stream.write(bytesOf(flight, prepared));
    },
    handleRowDescription: () => undefined,
    handleDataRow: (message) => {
      rows.push(message.fields);
    },
    handleCommandComplete: (message) => {
      answered.push({ command: message.text.split(' ', 1)[0] ?? '', rows });
      rows = [];
    },
    handleEmptyQuery: () => undefined,
    handlePortalSuspended: () => undefined,
    handleError: (error) => {
      forget();
      reject(error);
    },
    handleReadyForQuery: () => {
      forget();
      resolve(answered);
    },
  };
}

/**
 * The whole flight as one piece: written in parts it would wake the server at the first and be read in parts as well.
 * A statement that comes more than once in a flight is prepared by its first.
 */
function bytesOf(flight: readonly Sending[], prepared: ReadonlySet<string> | null): Uint8Array {
  const pieces: Uint8Array[] = [];
  const sent = new Set<string>();
  for (const { statement, parameters } of flight) {
    const name = prepared === null ? '' : statement.name;
    if (prepared === null || !(prepared.has(name) || sent.has(name))) {
      pieces.push(serialize.parse({ name, text: statement.text }));
      sent.add(name);
    }
    pieces.push(serialize.bind({ statement: name, values: [...parameters] }), serialize.execute());
  }
  pieces.push(serialize.sync());
  return Buffer.concat(pieces);
}

/** The server confirms preparations in the order they were sent; one that was skipped after an error is sent again later. */
function rememberPrepared(connection: Connection, flight: readonly Sending[], prepared: Set<string>): () => void {
  const pending = [...new Set(flight.map(({ statement }) => statement.name))].filter((name) => !prepared.has(name));
  if (pending.length === 0) return () => undefined;
  const confirm = () => {
    const name = pending.shift();
    if (name !== undefined) prepared.add(name);
  };
  connection.on('parseComplete', confirm);
  return () => connection.off('parseComplete', confirm);
}

const CONNECTION_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  // idle_in_transaction_session_timeout, admin_shutdown, crash_shutdown, cannot_connect_now: the server ends the session
  '25P03',
  '57P01',
  '57P02',
  '57P03',
]);

function isConnectionError(error: unknown): boolean {
  return error instanceof ConnectionLost || CONNECTION_CODES.has(errorCode(error));
}
