/** Croupier itself as the operator under test: the whole house in this process, with players, sessions and a catalogue made for a run. */
import { createServer } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openAggregator } from '../../src/certify/aggregator.ts';
import type { Aggregator } from '../../src/certify/aggregator.ts';
import type { Cast } from '../../src/certify/lookup.ts';
import { seat } from '../../src/certify/seating.ts';
import type { Rates } from '../../src/certify/world.ts';
import { loadConfig } from '../../src/config.ts';
import type { Config, ConfigFile } from '../../src/config.ts';
import { createShutdown, silentLog } from '../../src/platform/index.ts';
import { serve } from '../../src/serve.ts';
import type { Server } from '../../src/serve.ts';
import { listOf } from '../catalogue/aggregator.ts';
import { testDatabase } from '../support/database.ts';
import { until } from '../support/wait.ts';
import { SETTINGS } from './settings.ts';

/** BTC/USD, as a price server of this machine says it. */
const USUAL = '64123.45';
const MOVED = '65000';

export const API_KEY = 'certify-test-platform-key-0001';

export interface Subject {
  readonly callbackUrl: string;
  readonly webhookUrl: string;
  readonly lookupUrl: string;
  readonly apiKey: string;
  readonly aggregator: Aggregator;
  readonly cast: Cast;
  readonly server: Server;
  readonly databaseUrl: string;
  readonly rates: Rates;
  readonly close: () => Promise<void>;
}

export interface SubjectOptions {
  readonly players: number;
  readonly timestamped?: boolean;
}

export async function croupier(options: SubjectOptions): Promise<Subject> {
  const database = await testDatabase({ max: 2 });
  const home = await mkdtemp(path.join(tmpdir(), 'croupier-certify-'));
  let config: Config | null = null;
  let price = USUAL;
  const catalogue = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    if (url.pathname === '/price') return void response.end(JSON.stringify({ price }));
    const headers = { 'x-api-key': SETTINGS.catalogue.api_key };
    const asked = {
      method: 'GET',
      path: url.pathname,
      subpath: '',
      rawQuery: url.search.slice(1),
      headers,
      body: new Uint8Array(),
      arrivedAtMs: 0,
    };
    const answer = config?.aggregators[0]?.mirror.serveGames(asked, listOf(3));
    response.writeHead(answer?.status ?? 500, answer?.headers).end(answer?.body);
  });
  await new Promise<void>((resolve) => catalogue.listen(0, '127.0.0.1', resolve));
  const address = catalogue.address();
  const at = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  config = loadConfig({ port: '0', dataDir: home }, { DATABASE_URL: database.url }, fileOf(at, options));
  const signals = { on: () => undefined, off: () => undefined };
  const shutdown = createShutdown({ log: silentLog, signals, exit: () => undefined });
  const server = await serve(config, { log: silentLog, shutdown });
  // the schedule syncs as well, and one of both is first
  await until('the list is there', async () => (await server.rooms.catalogue.sync('acme'))?.kind !== 'busy');
  const webhookUrl = `${server.url}/webhooks/acme`;
  const aggregator = aggregatorOf(options);
  const cast = await seat(
    {
      url: `${server.url}/v1`,
      apiKey: API_KEY,
      aggregator: 'acme',
      currency: 'USD',
      scale: 2,
      stake: '1.00',
      money: '1000.00',
      players: options.players,
      otherCurrency: 'EUR',
      webhookUrl,
      exchanged: { currency: 'BTC', scale: 8, money: '0.02000007' },
    },
    aggregator,
    Date.now,
  );
  return {
    callbackUrl: `${server.url}/callbacks/acme`,
    webhookUrl,
    lookupUrl: `${server.url}/v1`,
    apiKey: API_KEY,
    aggregator,
    cast,
    server,
    databaseUrl: database.url,
    rates: {
      set: async (which) => {
        price = which === 'usual' ? USUAL : MOVED;
      },
    },
    close: async () => {
      await shutdown.close('the test has ended');
      catalogue.closeAllConnections();
      await new Promise((resolve) => catalogue.close(resolve));
      await rm(home, { recursive: true, force: true });
      await database.close();
    },
  };
}

function fileOf(at: string, { timestamped = false }: SubjectOptions): ConfigFile {
  return {
    api_keys: [{ name: 'platform', key: API_KEY, scopes: ['platform'] }],
    currencies: { USD: { scale: 2 }, EUR: { scale: 2 }, BTC: { scale: 8 } },
    fx: {
      sources: [{ name: 'market', kind: 'json', url: `${at}/price`, path: 'price', every_seconds: 0 }],
      pairs: { 'BTC/USD': { sources: ['market'] } },
      // the shortest there is: a rate that moves is soon seen
      quote_seconds: 5,
    },
    clock: { ask_aggregators: false },
    aggregators: [
      {
        name: 'acme',
        dialect: 'generic',
        catalogue: { ...SETTINGS.catalogue, url: `${at}/games` },
        launch: { ...SETTINGS.launch, url: `${at}/launch` },
        callbacks: callbacksOf(timestamped),
      },
    ],
  };
}

export function aggregatorOf({ timestamped = false }: Pick<SubjectOptions, 'timestamped'>): Aggregator {
  const settings = { ...SETTINGS, callbacks: callbacksOf(timestamped) };
  const opened = openAggregator({ dialect: 'generic', settings, policy: {}, currency: 'USD', scale: 2 });
  if (opened.kind === 'problem') throw new Error(opened.message);
  return opened.aggregator;
}

/** With signed times there is a second key as well. */
const callbacksOf = (timestamped: boolean) => ({
  signing_secrets: timestamped
    ? [...SETTINGS.callbacks.signing_secrets, 'certify-test-second-secret']
    : [...SETTINGS.callbacks.signing_secrets],
  timestamped,
});
