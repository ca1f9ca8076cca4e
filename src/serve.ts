/**
 * The composition root: configuration → rooms → doors. Opens in order, closes in reverse, and holds no rule of its own.
 */
import { isIP } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { registerApi } from './api/index.ts';
import { openCatalogue, withPictures } from './catalogue/index.ts';
import { ClockWatch, machineProbes } from './clock/index.ts';
import type { WatchedAggregator } from './clock/index.ts';
import { ConfigProblem } from './config.ts';
import type { AggregatorConfig, Config } from './config.ts';
import type { Accounts } from './console/index.ts';
import type { WebhookEvent } from './dialects/index.ts';
import { Fx } from './fx/index.ts';
import { exchangesOf, gateway, openJournal } from './gateway/index.ts';
import type { Journal } from './gateway/index.ts';
import { httpServer } from './http.ts';
import { createRecords, openLedger, scaleMismatch } from './ledger/index.ts';
import { openPlayers } from './players/index.ts';
import {
  closeDatabase,
  createMetrics,
  DatabaseProblem,
  durabilityWarnings,
  embeddedAddress,
  migrate,
  newId,
  newToken,
  openDatabase,
  startEmbeddedPostgres,
  systemClock,
} from './platform/index.ts';
import type { Log, Metrics, Shutdown } from './platform/index.ts';
import { startSchedule } from './schedule.ts';
import { consoleOf } from './serve-console.ts';
import { analyticsOf } from './serve-analytics.ts';
import { jobsOf, syncJob } from './serve-jobs.ts';
import { heardSession, noteEvent, openLaunching } from './serve-launches.ts';
import { imagesOf, pictureOf } from './serve-pictures.ts';
import type { Rooms } from './serve-rooms.ts';
import { IDLE_SECONDS, settlementOf } from './serve-settlement.ts';
import { openSessions } from './sessions/index.ts';
import { transactionId } from './wallet/index.ts';
import type { AggregatorName } from './wallet/index.ts';

export type { Rooms };

export interface Server {
  /** where it listens */
  readonly url: string;
  readonly rooms: Rooms;
}

export interface ServeOptions {
  readonly log: Log;
  readonly shutdown: Shutdown;
  /** further routes of the demo, registered before the server listens */
  readonly extend?: (app: FastifyInstance, rooms: Rooms, accounts: Accounts) => Promise<void>;
  /** one of several processes behind this port: makes its metrics show the page of all */
  readonly shareMetrics?: (own: Metrics) => Metrics;
}

/** Starts everything; resolves once it takes traffic. What goes wrong on the way is thrown; `shutdown` closes what was opened. */
export async function serve(config: Config, options: ServeOptions): Promise<Server> {
  const { log, shutdown } = options;
  const clock = systemClock;
  const { pool, sql } = await openPool(config, options);
  const own = createMetrics();
  const metrics = options.shareMetrics?.(own) ?? own;
  const lanes = config.database.lanes === null ? {} : { lanes: config.database.lanes };
  const { distributed } = config.ledger;
  const ledger = openLedger({ ...pool, sql, clock, metrics, distributed, ...lanes });
  shutdown.onShutdown('ledger', ledger.close);
  const journal = journalOf(pool, { log, metrics, shutdown });
  const { aggregators, currencies } = config;
  const names = new Set<string>(aggregators.map(({ name }) => name));
  const raiseAfterMs = config.players.raiseLimitsAfterMs;
  const players = openPlayers({ sql, ledger, clock, currencies, aggregators: names, raiseAfterMs });
  const sessions = openSessions({ sql, clock });
  const clocks = clocksOf(config, { sql, log, metrics });
  const fx = new Fx({ sql, clock, log, metrics, settings: config.fx });
  const errands = { onDate: clocks.noteDate };
  const { merge } = config.catalogue;
  const listed = openCatalogue({ sql, clock, log, metrics, aggregators, merge, errands });
  const catalogue = withPictures(listed, pictureOf(config));
  const given = { sql, clock, log, metrics, players, sessions, ledger, catalogue, clocks, fx };
  const launching = openLaunching(config, given, errands);
  const analytics = analyticsOf(config, { pool, reading: sql, log, metrics, shutdown });
  const settlement = settlementOf(config, { ...given, pool, errands, shutdown });
  const rooms: Rooms = {
    sql,
    metrics,
    ledger,
    players,
    sessions,
    catalogue,
    clocks,
    ...launching,
    analytics,
    settlement,
    fx,
  };

  const schedule = startSchedule(jobsOf(config, rooms), log);
  shutdown.onShutdown('schedule', schedule.stop);
  shutdown.onShutdown('clock', async () => clocks.close());
  shutdown.onShutdown('fx', async () => fx.close());
  const app = httpServer(config, log);
  const consoleKey = newToken(32);
  await registerApi(app, {
    sql,
    clock,
    log,
    apiKeys: [...config.apiKeys, { name: 'console', key: consoleKey, scopes: ['platform'] }],
    currencies,
    ledger,
    players,
    sessions,
    catalogue,
    ...launching,
    clocks,
    ...(analytics === null ? {} : { analytics }),
    settlement,
    records: createRecords(sql),
    fx,
    ready: async () => readiness(rooms),
    metrics: config.server.metricsPort === null ? metrics : null,
  });
  await app.register(callbacksOf(config, rooms, { journal, log, ask: schedule.ask }));
  await app.register(imagesOf(config, listed, log));
  const { accounts, plugin } = consoleOf(config, rooms, { pool, journal, apiKey: consoleKey, log, shutdown });
  await app.register(plugin);
  await options.extend?.(app, rooms, accounts);
  await firstQuotes(fx);
  const url = await listen(app, config.server, shutdown);
  if (config.server.metricsPort !== null) await serveMetrics(config, rooms, options);
  log.info({ url }, 'Croupier takes traffic');
  return { url, rooms };
}

/** The aggregators' doors. */
function callbacksOf(
  { aggregators, currencies, server }: Config,
  rooms: Rooms,
  { journal, log, ask }: { readonly journal: Journal; readonly log: Log; readonly ask: (job: string) => void },
) {
  const { catalogue, fx, ledger, metrics, players, sessions } = rooms;
  return gateway({
    aggregators,
    ledger,
    journal,
    clock: systemClock,
    log,
    metrics,
    bodyLimitBytes: server.bodyLimitBytes,
    ports: {
      session: sessions.find,
      sessionFact: heardSession(rooms),
      exchanges: exchangesOf({ fx, sessions, currencies }),
      knowsGame: async (aggregator, code) => {
        const isKnown = (await catalogue.find(aggregator, code)) !== null;
        if (!isKnown) ask(syncJob(aggregator));
        return isKnown;
      },
      playerOfTransaction: ledger.playerOf,
      grant: players.grantOf,
      profile: async (player) => players.get(player),
      wallets: ledger.wallets,
      nextId: () => transactionId(newId()),
    },
    onEvent: async (aggregator, event, request) =>
      takeEvent(rooms, aggregator, event, { body: request.body, sync: () => ask(syncJob(aggregator)) }),
  });
}

const FIRST_QUOTES_MS = 2_000;

/** Whoever asks at once finds rates there; a slow source holds nobody up, and the schedule goes on asking. */
async function firstQuotes(fx: Fx): Promise<void> {
  const patience = new AbortController();
  const asked = fx.turn().catch(() => undefined);
  await Promise.race([asked, sleep(FIRST_QUOTES_MS, undefined, patience).catch(() => undefined)]);
  patience.abort();
}

/** On a connection of its own: it neither waits for the disk nor takes a connection from those who answer people. */
function journalOf(
  pool: { readonly url: string; readonly pooled: boolean; readonly log: Log },
  { log, metrics, shutdown }: Pick<ServeOptions, 'log' | 'shutdown'> & { readonly metrics: Metrics },
): Journal {
  const sql = openDatabase({ ...pool, max: 1, applicationName: 'croupier-journal', mayLoseTheLast: true });
  shutdown.onShutdown('journal database', async () => closeDatabase(sql, IDLE_SECONDS));
  const journal = openJournal({ sql, log, metrics });
  shutdown.onShutdown('journal', journal.close);
  return journal;
}

/** Where each kind of event goes. */
async function takeEvent(
  rooms: Rooms,
  aggregator: AggregatorName,
  event: WebhookEvent,
  { body, sync }: { readonly body: Uint8Array; readonly sync: () => void },
): Promise<void> {
  switch (event.kind) {
    case 'session':
      await noteEvent(rooms, aggregator, event);
      return;
    case 'settlement':
    case 'settlement_unread':
      await rooms.settlement.receive(aggregator, event, body);
      return;
    case 'catalogue_changed':
      sync();
  }
}

/** The database, at this version's schema and fit for this configuration, and the pool for everything that is no lane's. */
async function openPool(config: Config, { log, shutdown }: ServeOptions) {
  const { url, directUrl, pooled, stop } = await databaseOf(config, log);
  shutdown.onShutdown('database server', stop);
  const report = await migrate(directUrl, { log });
  if (report.applied.length > 0) log.info({ applied: report.applied }, 'the schema was brought up to date');
  const pool = { url, pooled, log };
  const sql = openDatabase({ ...pool, max: 8, applicationName: 'croupier' });
  shutdown.onShutdown('database pool', async () => closeDatabase(sql));
  const mismatch = await scaleMismatch(sql, config.currencies);
  if (mismatch !== null) throw new ConfigProblem(mismatch);
  for (const warning of await durabilityWarnings(sql, pooled)) log.warn(warning);
  return { pool, sql };
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
  return addressOf(at.host, port);
}

/** The address of a server as it is shown. */
export function addressOf(host: string, port: number): string {
  return `http://${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
}

/** Metrics on a port of their own, so that the public one can be open to the world. */
async function serveMetrics(config: Config, rooms: Rooms, options: ServeOptions): Promise<void> {
  const app = httpServer(config, options.log);
  app.get('/metrics', async (_request, reply) =>
    reply.type(rooms.metrics.contentType).send(await rooms.metrics.text()),
  );
  await listen(app, { host: config.server.host, port: config.server.metricsPort ?? 0 }, options.shutdown);
}

export interface DatabaseInUse {
  readonly url: string;
  /** past the pooler, if there is one */
  readonly directUrl: string;
  readonly pooled: boolean;
  readonly stop: () => Promise<void>;
}

/** The database to use: the configured one, else the embedded one, which is started here unless a running server has it. */
export async function databaseOf(
  config: Config,
  log: Log,
  mode: { readonly beside?: boolean } = {},
): Promise<DatabaseInUse> {
  const { url, directUrl, pooler } = config.database;
  const stop = async () => undefined;
  if (url !== null) return { url, directUrl: directUrl ?? url, pooled: pooler === 'transaction', stop };
  const own = (at: string, stopIt: () => Promise<void>) => ({ url: at, directUrl: at, pooled: false, stop: stopIt });
  try {
    const embedded = await startEmbeddedPostgres({ dir: config.dataDir, log });
    return own(embedded.url, async () => embedded.stop());
  } catch (error) {
    // A command may look at the book of a server that is running from the same directory.
    const running =
      mode.beside === true && error instanceof DatabaseProblem && error.kind === 'in-use'
        ? await embeddedAddress(config.dataDir)
        : null;
    if (running === null) throw error;
    return own(running, stop);
  }
}

/** The watch on this machine's clock and on those of the aggregators that judge its launches. */
function clocksOf(config: Config, given: Pick<Rooms, 'sql' | 'metrics'> & { readonly log: Log }): ClockWatch {
  const { clock: settings } = config;
  return new ClockWatch({
    ...given,
    ...settings,
    clock: systemClock,
    aggregators: config.aggregators.map(watched),
    probes: machineProbes(settings, systemClock),
    notReadyFrom: ({ none: null, not_critical: 'critical', ok: 'warn' } as const)[settings.require],
  });
}

function watched({ name, launchWindow, launchTtlSeconds, launchOrigin }: AggregatorConfig): WatchedAggregator {
  const { aheadMs, behindMs } = launchWindow;
  const window = { aheadMs, behindMs: behindMs === 'ttl' ? launchTtlSeconds * 1_000 : behindMs };
  return { name, window, origin: launchOrigin };
}

async function readiness({ sql, ledger, clocks, fx }: Rooms) {
  const [row] = await sql<{ read_only: boolean }[]>`/* ready.database */ SELECT pg_is_in_recovery() AS read_only`;
  const waiting = ledger.depth();
  return [
    {
      name: 'database',
      ok: row?.read_only === false,
      detail: row?.read_only === false ? 'writable' : 'is a read-only replica',
    },
    { name: 'lanes', ok: waiting < 4_000, detail: `${waiting} calls wait` },
    clocks.health(),
    fx.health(),
  ];
}
