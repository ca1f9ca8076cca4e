/** The whole operator API over the real rooms, a real ledger and a small aggregator. */
import fastify from 'fastify';
import { registerApi } from '../../src/api/index.ts';
import type { ApiOptions, HealthCheck } from '../../src/api/index.ts';
import { openCatalogue } from '../../src/catalogue/index.ts';
import { openLaunches } from '../../src/launch/index.ts';
import { createMetrics, silentLog, systemClock } from '../../src/platform/index.ts';
import { openPlayers } from '../../src/players/index.ts';
import { openSessions } from '../../src/sessions/index.ts';
import { aggregatorName } from '../../src/wallet/index.ts';
import { startAggregator } from '../catalogue/aggregator.ts';
import type { AggregatorState } from '../catalogue/aggregator.ts';
import { CURRENCIES, ledgerTable } from '../support/ledger.ts';

export const KEYS = {
  platform: 'platform-key-0123456789',
  reader: 'reader-key-0123456789ab',
  cashier: 'cashier-key-0123456789a',
};

export interface Called {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | number | string[] | undefined>>;
  // The tests look at answers of every shape.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any;
}

export async function apiTable(
  initial: Partial<AggregatorState> = {},
  given: Partial<ApiOptions> | ((table: Awaited<ReturnType<typeof ledgerTable>>) => Partial<ApiOptions>) = {},
) {
  const table = await ledgerTable();
  const more = typeof given === 'function' ? given(table) : given;
  const aggregator = await startAggregator(initial);
  const { sql } = table;
  const clock = systemClock;
  const ledger = table.ledgerAt();
  const name = aggregatorName('acme');
  const players = openPlayers({ sql, ledger, clock, currencies: CURRENCIES });
  const sessions = openSessions({ sql, clock });
  const catalogue = openCatalogue({ sql, clock, log: silentLog, aggregators: [{ name, open: aggregator.dialect }] });
  const launches = openLaunches({
    sql,
    clock,
    log: silentLog,
    aggregators: [
      {
        name,
        open: {
          launch: (order) => ({
            kind: 'url',
            url: `https://games.example/?session=${order.session}&nonce=${order.nonce}`,
          }),
        },
        launchTtlSeconds: 600,
      },
    ],
    catalogue,
    players,
    sessions,
    ledger,
    currencies: CURRENCIES,
    returnHosts: ['casino.example'],
  });
  const health: { checks: readonly HealthCheck[] } = { checks: [{ name: 'database', ok: true }] };
  const metrics = createMetrics();
  const app = fastify({ routerOptions: { maxParamLength: 4_096 } });
  await registerApi(app, {
    sql,
    clock,
    log: silentLog,
    apiKeys: [
      { name: 'platform', key: KEYS.platform, scopes: ['platform'] },
      { name: 'reader', key: KEYS.reader, scopes: ['read'] },
      { name: 'cashier', key: KEYS.cashier, scopes: ['money'] },
    ],
    currencies: CURRENCIES,
    ledger,
    players,
    sessions,
    catalogue,
    launches,
    ready: async () => health.checks,
    metrics,
    ...more,
  });
  await app.ready();

  type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE' | 'OPTIONS';
  const call = async (
    method: Method,
    url: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Called> => {
    const response = await app.inject({
      method,
      url,
      headers: {
        authorization: `Bearer ${KEYS.platform}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const isJson = String(response.headers['content-type']).includes('json');
    return {
      status: response.statusCode,
      headers: response.headers,
      body: isJson && response.body !== '' ? JSON.parse(response.body) : response.body,
    };
  };

  return {
    ...table,
    app,
    aggregator,
    health,
    call,
    get: async (url: string, headers?: Record<string, string>) => call('GET', url, undefined, headers),
    post: async (url: string, body: unknown, headers?: Record<string, string>) => call('POST', url, body, headers),
    patch: async (url: string, body: unknown, headers?: Record<string, string>) => call('PATCH', url, body, headers),
    [Symbol.asyncDispose]: async () => {
      await app.close();
      metrics.close();
      await aggregator[Symbol.asyncDispose]();
      await table[Symbol.asyncDispose]();
    },
  };
}
