/**
 * The composition root: configuration → rooms → doors. Opens in order, closes in reverse, and holds no rule of its own.
 */
import { isIP } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { registerApi } from './api/index.ts';
import { openCatalogue } from './catalogue/index.ts';
import type { Catalogue } from './catalogue/index.ts';
import { ConfigProblem } from './config.ts';
import type { Config } from './config.ts';
import type { WebhookEvent } from './dialects/index.ts';
import { expireJournal, gateway, openJournal } from './gateway/index.ts';
import { httpServer } from './http.ts';
import { openLaunches } from './launch/index.ts';
import type { Launches } from './launch/index.ts';
import { expireParked, openLedger, scaleMismatch } from './ledger/index.ts';
import type { Ledger } from './ledger/index.ts';
import { openPlayers } from './players/index.ts';
import type { Players } from './players/index.ts';
import {
  closeDatabase,
  createMetrics,
  DatabaseProblem,
  embeddedAddress,
  lendMetrics,
  migrate,
  newId,
  openDatabase,
  startEmbeddedPostgres,
  systemClock,
} from './platform/index.ts';
import type { Database, Log, Metrics, Shutdown } from './platform/index.ts';
import { startSchedule } from './schedule.ts';
import type { Job } from './schedule.ts';
import type { Sessions } from './sessions/index.ts';
import { openSessions, sessionFact } from './sessions/index.ts';
import { transactionId } from './wallet/index.ts';
import type { AggregatorName, Policy } from './wallet/index.ts';

export interface Rooms {
  readonly sql: Database;
  readonly metrics: Metrics;
  readonly ledger: Ledger;
  readonly players: Players;
  readonly sessions: Sessions;
  readonly catalogue: Catalogue;
  readonly launches: Launches;
}

export interface Server {
  /** where it listens */
  readonly url: string;
  readonly rooms: Rooms;
}

export interface ServeOptions {
  readonly log: Log;
  readonly shutdown: Shutdown;
  /** further routes of the demo, registered before the server listens */
  readonly extend?: (app: FastifyInstance, rooms: Rooms) => Promise<void>;
  /** the metrics page of all processes behind this port; else that of this process */
  readonly allMetrics?: () => Promise<string>;
}

const SYNC_EVERY_MS = 10 * 60_000;
const SWEEP_EVERY_MS = 30_000;
const EXPIRE_EVERY_MS = 10 * 60_000;
const ENDINGS_EVERY_MS = 1_000;

/** Starts everything; resolves once it takes traffic. What goes wrong on the way is thrown; `shutdown` closes what was opened. */
export async function serve(config: Config, options: ServeOptions): Promise<Server> {
  const { log, shutdown } = options;
  const clock = systemClock;
  const database = await databaseOf(config, log);
  shutdown.onShutdown('database server', database.stop);
  const report = await migrate(database.url, { log });
  if (report.applied.length > 0) log.info({ applied: report.applied }, 'the schema was brought up to date');
  const pool = { url: database.url, log };
  const sql = openDatabase({ ...pool, max: 8, applicationName: 'croupier' });
  shutdown.onShutdown('database pool', async () => closeDatabase(sql));
  const mismatch = await scaleMismatch(sql, config.currencies);
  if (mismatch !== null) throw new ConfigProblem(mismatch);

  const metrics = metricsOf(options);
  const lanes = config.database.lanes === null ? {} : { lanes: config.database.lanes };
  const { distributed } = config.ledger;
  const ledger = openLedger({ url: database.url, sql, clock, log, metrics, distributed, ...lanes });
  shutdown.onShutdown('ledger', ledger.close);
  // A connection of its own: the journal neither waits for the disk nor takes a connection from those who answer people.
  const journalSql = openDatabase({ ...pool, max: 1, applicationName: 'croupier-journal', mayLoseTheLast: true });
  shutdown.onShutdown('journal database', async () => closeDatabase(journalSql));
  const journal = openJournal({ sql: journalSql, log, metrics });
  shutdown.onShutdown('journal', journal.close);
  const { aggregators, currencies } = config;
  const players = openPlayers({ sql, ledger, clock, currencies });
  const sessions = openSessions({ sql, clock });
  const catalogue = openCatalogue({ sql, clock, log, aggregators });
  const launches = openLaunches({
    sql,
    clock,
    log,
    aggregators,
    catalogue,
    players,
    sessions,
    ledger,
    currencies,
    returnHosts: config.returnHosts,
  });
  const rooms: Rooms = { sql, metrics, ledger, players, sessions, catalogue, launches };

  const schedule = startSchedule(jobsOf(config, rooms), log);
  shutdown.onShutdown('schedule', schedule.stop);
  const app = httpServer(config, log);
  await registerApi(app, {
    sql,
    clock,
    log,
    apiKeys: config.apiKeys,
    currencies,
    ledger,
    players,
    sessions,
    catalogue,
    launches,
    ready: async () => readiness(rooms),
    metrics: config.server.metricsPort === null ? metrics : null,
  });
  await app.register(
    gateway({
      aggregators,
      ledger,
      journal,
      clock,
      log,
      metrics,
      bodyLimitBytes: config.server.bodyLimitBytes,
      ports: {
        session: sessions.find,
        sessionFact,
        knowsGame: async (aggregator, code) => (await catalogue.find(aggregator, code)) !== null,
        playerOfTransaction: ledger.playerOf,
        wallets: ledger.wallets,
        nextId: () => transactionId(newId()),
      },
      onEvent: async (aggregator: AggregatorName, event: WebhookEvent) => {
        if (event.kind === 'session') await sessions.recordEvent(aggregator, event);
        else schedule.ask(syncJob(aggregator));
      },
    }),
  );
  await options.extend?.(app, rooms);
  const url = await listen(app, config.server, shutdown);
  if (config.server.metricsPort !== null) await serveMetrics(config, rooms, options);
  log.info({ url }, 'Croupier takes traffic');
  return { url, rooms };
}

function metricsOf({ allMetrics }: ServeOptions): Metrics {
  const metrics = createMetrics();
  if (allMetrics === undefined) return metrics;
  lendMetrics(metrics);
  return { ...metrics, text: allMetrics };
}

async function listen(
  app: FastifyInstance,
  at: { readonly host: string; readonly port: number },
  shutdown: Shutdown,
): Promise<string> {
  shutdown.onShutdown(`http ${at.port}`, async () => app.close());
  await app.listen({ host: at.host, port: at.port });
  const address = app.server.address();
  const port = typeof address === 'object' && address !== null ? address.port : at.port;
  return `http://${isIP(at.host) === 6 ? `[${at.host}]` : at.host}:${port}`;
}

/** Metrics on a port of their own, so that the public one can be open to the world. */
async function serveMetrics(config: Config, rooms: Rooms, options: ServeOptions): Promise<void> {
  const app = httpServer(config, options.log);
  app.get('/metrics', async (_request, reply) =>
    reply.type(rooms.metrics.contentType).send(await rooms.metrics.text()),
  );
  await listen(app, { host: config.server.host, port: config.server.metricsPort ?? 0 }, options.shutdown);
}

/** The database to use: the configured one, else the embedded one, which is started here unless a running server has it. */
export async function databaseOf(
  config: Config,
  log: Log,
  mode: { readonly beside?: boolean } = {},
): Promise<{ readonly url: string; readonly stop: () => Promise<void> }> {
  const { url } = config.database;
  if (url !== null) return { url, stop: async () => undefined };
  try {
    const embedded = await startEmbeddedPostgres({ dir: config.dataDir, log });
    return { url: embedded.url, stop: async () => embedded.stop() };
  } catch (error) {
    // A command may look at the book of a server that is running from the same directory.
    const running =
      mode.beside === true && error instanceof DatabaseProblem && error.kind === 'in-use'
        ? await embeddedAddress(config.dataDir)
        : null;
    if (running === null) throw error;
    return { url: running, stop: async () => undefined };
  }
}

const syncJob = (aggregator: string): string => `sync ${aggregator}`;

function jobsOf(config: Config, rooms: Rooms): readonly Job[] {
  const { ledger, sql, catalogue, sessions } = rooms;
  const policies = new Map<string, Policy>(config.aggregators.map((each) => [each.name, each.policy]));
  const syncs = config.aggregators.map(({ name }) => ({
    name: syncJob(name),
    everyMs: SYNC_EVERY_MS,
    work: async () => catalogue.sync(name),
  }));
  const sweep: Job = {
    name: 'parked wins',
    everyMs: SWEEP_EVERY_MS,
    work: async () =>
      expireParked({
        sql,
        nowMs: systemClock.now(),
        policyOf: (aggregator) => policies.get(aggregator) ?? null,
        nextId: () => transactionId(newId()),
        submit: async (request, policy) => ledger.submit(request, policy, 5_000),
      }),
  };
  const expire: Job = {
    name: 'journal retention',
    everyMs: EXPIRE_EVERY_MS,
    work: async (turn) =>
      expireJournal({ sql, nowMs: systemClock.now(), retentionMs: config.journal.retentionMs, turn }),
  };
  const endings: Job = { name: 'ended sessions', everyMs: ENDINGS_EVERY_MS, work: async () => sessions.hearEndings() };
  return [...syncs, sweep, expire, endings];
}

async function readiness({ sql, ledger }: Rooms) {
  const [row] = await sql<{ read_only: boolean }[]>`/* ready.database */ SELECT pg_is_in_recovery() AS read_only`;
  const waiting = ledger.depth();
  return [
    {
      name: 'database',
      ok: row?.read_only === false,
      detail: row?.read_only === false ? 'writable' : 'is a read-only replica',
    },
    { name: 'lanes', ok: waiting < 4_000, detail: `${waiting} calls wait` },
  ];
}
