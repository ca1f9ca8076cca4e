/**
 * One connection on which statements travel together: any number of prepared statements, one Sync, one answer. That is one
 * write and one read on either side however many statements a batch has, and the server skips everything after the first
 * that fails.
 *
 * Promises that a flight never continues on another connection than it began on: hand-written transactions depend on it.
 * When the connection closes, or the server stays silent for too long, whatever is in flight fails with `ConnectionLost`
 * and the pipeline is dead for good. It never sends anything twice.
 */
import { Client } from 'pg';
import type { ClientConfig, Connection, Submittable } from 'pg';
import { errorCode } from './database.ts';
import type { Log } from './log.ts';

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
}

/** On top of the server's own timeout: a server that was frozen or cut off answers nothing at all. */
const SILENCE_GRACE_MS = 5_000;

/** Connects at once, in the background; the first flight waits for it. */
export function openPipeline(options: PipelineOptions): Pipeline {
  let state: 'opening' | 'open' | 'dead' = 'opening';
  let client: Client | null = null;
  let lose: (error: ConnectionLost) => void = () => undefined;
  const lost = new Promise<never>((_resolve, reject) => {
    lose = reject;
  });
  // Nobody may be waiting when the connection closes.
  lost.catch(() => undefined);
  const prepared = new Set<string>();

  const end = (cause?: unknown) => {
    if (state === 'dead') return;
    state = 'dead';
    lose(new ConnectionLost({ cause }));
  };
  const destroy = () => {
    end();
    if (client !== null) streamOf(client)?.destroy();
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
      const ready = await Promise.race([opened, lost]);
      if (state === 'dead') throw new ConnectionLost();
      const silent = setTimeout(() => {
        options.log.error({ connection: options.applicationName }, 'the database stays silent; its connection is cut');
        destroy();
      }, options.statementTimeoutMs + SILENCE_GRACE_MS);
      try {
        return await Promise.race([exchange(ready, flight, prepared), lost]);
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

async function exchange(
  client: Client,
  flight: readonly Sending[],
  prepared: Set<string>,
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

function flightOf(
  flight: readonly Sending[],
  prepared: Set<string>,
  resolve: (answered: readonly Answered[]) => void,
  reject: (error: Error) => void,
): DriverQuery {
  const answered: Answered[] = [];
  let rows: Fields[] = [];
  let forget: () => void = () => undefined;
  return {
    submit: (connection) => {
      forget = rememberPrepared(connection, flight, prepared);
      connection.stream.cork();
      for (const { statement, parameters } of flight) {
        if (!prepared.has(statement.name)) connection.parse({ ...statement, types: [] }, true);
        connection.bind({ portal: '', statement: statement.name, binary: '', values: [...parameters] }, true);
        connection.execute({ portal: '', rows: '0' }, true);
      }
      connection.sync();
      connection.stream.uncork();
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

/** The server confirms preparations in the order they were sent; one that was skipped after an error is sent again later. */
function rememberPrepared(connection: Connection, flight: readonly Sending[], prepared: Set<string>): () => void {
  const pending = flight.map(({ statement }) => statement.name).filter((name) => !prepared.has(name));
  if (pending.length === 0) return () => undefined;
  const confirm = () => {
    const name = pending.shift();
    if (name !== undefined) prepared.add(name);
  };
  connection.on('parseComplete', confirm);
  return () => connection.off('parseComplete', confirm);
}

/** Connects to the first host that accepts writes. Several hosts stand in the URL with commas between them. */
async function connect(options: PipelineOptions): Promise<Client> {
  const hosts = hostsOf(options.url);
  let failure: unknown = new Error('the database URL names no host');
  for (const host of hosts) {
    const client = new Client(configOf(host, options));
    // The driver throws what nobody listens to; after connecting the pipeline listens itself.
    client.on('error', (error) => options.log.debug({ err: error }, 'a database connection failed'));
    try {
      await client.connect();
      if (hosts.length === 1 || !(await isStandby(client, connectTimeoutOf(options)))) return client;
      failure = new Error('every host of the database URL is a standby');
    } catch (error) {
      failure = error;
    }
    destroyClient(client);
  }
  throw failure;
}

/** A host that froze after it took the connection must not keep us from asking the next. */
async function isStandby(client: Client, withinMs: number): Promise<boolean> {
  const silent = setTimeout(() => destroyClient(client), withinMs);
  try {
    const { rows } = await client.query<[boolean]>({
      text: '/* pipeline.standby */ SELECT pg_is_in_recovery()',
      rowMode: 'array',
    });
    return rows[0]?.[0] === true;
  } finally {
    clearTimeout(silent);
  }
}

function hostsOf(url: string): readonly URL[] {
  const parts = /^(postgres(?:ql)?:\/\/(?:[^@/]*@)?)([^/?]*)(.*)$/i.exec(url);
  if (parts === null) return [];
  const [, before = '', hosts = '', after = ''] = parts;
  return hosts.split(',').map((host) => new URL(before + host + after));
}

function connectTimeoutOf(options: PipelineOptions): number {
  return options.connectTimeoutMs ?? 5_000;
}

function configOf(url: URL, options: PipelineOptions): ClientConfig {
  const settings = Object.entries({
    TimeZone: 'UTC',
    DateStyle: 'ISO',
    client_min_messages: 'warning',
    ...options.settings,
  });
  return {
    host: decodeURIComponent(url.hostname),
    port: url.port === '' ? 5432 : Math.trunc(+url.port),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database: decodeURIComponent(url.pathname.slice(1)),
    ssl: tlsOf(url.searchParams.get('sslmode') ?? url.searchParams.get('ssl')),
    application_name: options.applicationName,
    connectionTimeoutMillis: connectTimeoutOf(options),
    keepAlive: true,
    statement_timeout: options.statementTimeoutMs,
    lock_timeout: options.lockTimeoutMs,
    // A transaction whose owner froze must not keep a player's wallet locked.
    idle_in_transaction_session_timeout: 10_000,
    options: settings.map(([name, value]) => `-c ${name}=${value}`).join(' '),
  };
}

/** As the pool reads it: `require` encrypts and trusts any certificate, the `verify` modes check it. */
function tlsOf(mode: string | null): ClientConfig['ssl'] {
  if (mode === null || mode === 'disable' || mode === 'allow' || mode === 'prefer') return false;
  return { rejectUnauthorized: mode !== 'require' };
}

function destroyClient(client: Client): void {
  streamOf(client)?.destroy();
}

// The driver has no public way to cut a connection without waiting for the server.
function streamOf(client: Client): { destroy: () => void } | null {
  const connection: unknown = Reflect.get(client, 'connection');
  if (typeof connection !== 'object' || connection === null) return null;
  const stream: unknown = Reflect.get(connection, 'stream');
  return isDestroyable(stream) ? stream : null;
}

function isDestroyable(stream: unknown): stream is { destroy: () => void } {
  return typeof stream === 'object' && stream !== null && 'destroy' in stream && typeof stream.destroy === 'function';
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
