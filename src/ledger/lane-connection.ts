/**
 * One lane's own connection. A lane pipelines hand-written transactions, so it must never run a statement on a connection
 * that was silently replaced half-way: the locks would be gone and each write would commit by itself. Therefore every
 * connection is a driver instance of its own with room for one, and when it closes it is thrown away whole: what was in
 * flight fails with `ConnectionLost`, and nothing is ever sent on it again.
 */
import { openDatabase } from '../platform/index.ts';
import type { PendingQuery, Row } from 'postgres';
import type { Database, Log } from '../platform/index.ts';

export class ConnectionLost extends Error {
  constructor() {
    super('the database connection was lost');
    this.name = 'ConnectionLost';
  }
}

export type Statement = PendingQuery<Row[]>;
export type StatementResult = Awaited<Statement>;
/** Statements that travel together, in this order. The driver sends a statement only when it is executed, so `fly` does. */
export type Flight = (sql: Database) => readonly Statement[];

export interface LaneConnection {
  /** Sends statements in one go and waits for all; rejects with the first error, or ConnectionLost. */
  readonly fly: (flight: Flight) => Promise<readonly StatementResult[]>;
  readonly alive: () => boolean;
  readonly destroy: () => void;
  readonly close: () => Promise<void>;
}

export interface LaneConnectionOptions {
  readonly url: string;
  readonly name: string;
  readonly log: Log;
  /** how long a statement may wait for a row somebody else holds (BET-45) */
  readonly lockTimeoutMs: number;
  readonly statementTimeoutMs: number;
}

export function openLaneConnection(options: LaneConnectionOptions): LaneConnection {
  let alive = true;
  let lose: (error: ConnectionLost) => void = () => undefined;
  const lost = new Promise<never>((_resolve, reject) => {
    lose = reject;
  });
  // Nobody may be waiting when the connection closes.
  lost.catch(() => undefined);
  const end = () => {
    if (!alive) return;
    alive = false;
    lose(new ConnectionLost());
  };
  const sql = openDatabase({
    url: options.url,
    max: 1,
    applicationName: options.name,
    log: options.log,
    statementTimeoutMs: options.statementTimeoutMs,
    lockTimeoutMs: options.lockTimeoutMs,
    onClose: end,
  });

  return {
    alive: () => alive,
    fly: async (flight) => {
      if (!alive) throw new ConnectionLost();
      const started = flight(sql).map((statement) => statement.execute());
      const settled = await Promise.race([Promise.allSettled(started), lost]);
      const failed = settled.find((each) => each.status === 'rejected');
      if (failed !== undefined) throw isConnectionError(failed.reason) ? new ConnectionLost() : failed.reason;
      return settled.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
    },
    destroy: () => {
      end();
      void sql.end({ timeout: 0 }).catch(() => undefined);
    },
    close: async () => {
      alive = false;
      await sql.end({ timeout: 2 }).catch(() => undefined);
    },
  };
}

const CONNECTION_CODES = new Set([
  'CONNECTION_CLOSED',
  'CONNECTION_DESTROYED',
  'CONNECTION_ENDED',
  'CONNECT_TIMEOUT',
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  // admin_shutdown, crash_shutdown, cannot_connect_now: the server ends the session itself
  '57P01',
  '57P02',
  '57P03',
]);

function isConnectionError(error: unknown): boolean {
  return (
    error instanceof Error && 'code' in error && typeof error.code === 'string' && CONNECTION_CODES.has(error.code)
  );
}
