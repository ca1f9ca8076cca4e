/** The console's part of the composition root: its room, its connections, what waits in the others. It holds no rule. */
import path from 'node:path';
import type { Config } from './config.ts';
import { openConsole } from './console/index.ts';
import type { Console, Queue } from './console/index.ts';
import type { Journal } from './gateway/index.ts';
import { closeDatabase, openDatabase, systemClock } from './platform/index.ts';
import type { DatabaseOptions, Log, Shutdown } from './platform/index.ts';
import type { Rooms } from './serve-rooms.ts';

export interface ConsoleParts {
  readonly pool: Pick<DatabaseOptions, 'url' | 'pooled' | 'log'>;
  readonly journal: Pick<Journal, 'depth'>;
  readonly apiKey: string;
  readonly log: Log;
  readonly shutdown: Shutdown;
}

const CONNECTIONS = 3;
/** People wait for a page, and nothing else waits for this. */
const STATEMENT_TIMEOUT_MS = 10_000;

export function consoleOf(config: Config, rooms: Rooms, parts: ConsoleParts): Console {
  const { pool, shutdown, log, apiKey } = parts;
  const { enabled, localSignIn, oidc } = config.console;
  const sql = openDatabase({
    ...pool,
    max: CONNECTIONS,
    applicationName: 'croupier-console',
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
  });
  shutdown.onShutdown('console database', async () => closeDatabase(sql));
  const { accounts, plugin } = openConsole({
    ...rooms,
    sql,
    clock: systemClock,
    log,
    apiKey,
    currencies: config.currencies,
    aggregators: config.aggregators.map((each) => each.name),
    reports: new Map(
      config.aggregators.flatMap(({ name, report }) => (report === null ? [] : [[name, report] as const])),
    ),
    fourEyesAbove: config.settlement.fourEyesAbove,
    webRoot: path.resolve(import.meta.dirname, '../web/dist/console'),
    publicUrl: config.server.publicUrl,
    localSignIn,
    oidc,
    queues: async () => queuesOf(rooms, parts.journal),
  });
  return { accounts, plugin: enabled ? plugin : async () => undefined };
}

async function queuesOf({ ledger, settlement }: Rooms, journal: Pick<Journal, 'depth'>): Promise<readonly Queue[]> {
  const backlog = await settlement.measure();
  return [
    { name: 'lanes', waiting: ledger.depth(), detail: 'money calls that wait for their batch, on this process' },
    { name: 'journal', waiting: journal.depth(), detail: 'raw messages still to be written, on this process' },
    { name: 'settlement unread', waiting: backlog.unread, detail: 'events that were stored and not read yet' },
    { name: 'settlement due', waiting: backlog.due, detail: 'rounds to be compared with the book' },
    { name: 'settlement set aside', waiting: backlog.setAside, detail: 'events that nobody could understand' },
  ];
}
