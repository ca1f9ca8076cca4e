/** `GET /v1/fx/rates`, and the part of exchange in `/readyz`. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { manualClock } from '../../src/platform/index.ts';
import { apiTable, KEYS } from '../api/table.ts';
import { testDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { cross, fixed, fxOf, fxSettings, jsonSource, pairSettings, priceServer } from './quotes.ts';
import type { PriceServer } from './quotes.ts';

let database: TestDatabase;
let servers: readonly PriceServer[];
let table: Awaited<ReturnType<typeof apiTable>>;
const clock = manualClock(Date.UTC(2026, 0, 5, 12));

beforeAll(async () => {
  database = await testDatabase();
  servers = [await priceServer('{"price":"64123.45"}'), await priceServer('{"price":0}')];
  const settings = fxSettings(
    [
      pairSettings('BTC/USD', { spreadBps: 50 }),
      fixed('EUR/USD', '1.085'),
      cross('BTC/EUR', 'USD'),
      pairSettings('ETH/USD', { origin: { kind: 'sources', names: ['two'] } }),
    ],
    { sources: servers.map(({ url }, index) => jsonSource(index === 0 ? 'one' : 'two', url)) },
  );
  const { fx } = fxOf(database.sql, clock, settings);
  await fx.turn();
  clock.advance(20_000);
  table = await apiTable({}, { fx, ready: async () => [fx.health()] });
});
afterAll(async () => {
  await table[Symbol.asyncDispose]();
  for (const server of servers) await server[Symbol.asyncDispose]();
  await database.close();
});

it('tells every pair with its quote, its age, who said what and what was not believed [FX-10]', async () => {
  const { status, body } = await table.get('/v1/fx/rates', { authorization: `Bearer ${KEYS.reader}` });
  expect(status).toBe(200);
  const rejected = {
    source: 'two',
    value: '0',
    reason: 'not_positive',
    detail: '',
    rejected_at: '2026-01-05T12:00:00.000Z',
  };
  expect(body.items[0]).toEqual({
    pair: 'BTC/USD',
    wallet_currency: 'BTC',
    game_currency: 'USD',
    origin: 'sources',
    sources: ['one', 'two'],
    state: 'fresh',
    age_seconds: 20,
    warn_after_seconds: 60,
    refuse_after_seconds: 300,
    quote: {
      id: expect.any(String),
      rate: '63802.83275',
      market_rate: '64123.45',
      spread_bps: 50,
      source: 'one',
      observed_at: '2026-01-05T12:00:00.000Z',
      starts_at: '2026-01-05T12:00:00.000Z',
      expires_at: '2026-01-05T12:01:00.000Z',
    },
    ticks: [{ source: 'one', value: '64123.45', observed_at: '2026-01-05T12:00:00.000Z' }],
    rejected: [rejected],
  });
  expect(body.items.slice(1)).toMatchObject([
    {
      pair: 'EUR/USD',
      origin: 'fixed',
      sources: [],
      warn_after_seconds: null,
      quote: { rate: '1.085', source: 'fixed' },
    },
    { pair: 'BTC/EUR', origin: 'cross', sources: ['USD'], quote: { rate: '59099.9539170506912442396' } },
    { pair: 'ETH/USD', state: 'unpriced', quote: null, age_seconds: null, rejected: [rejected] },
  ]);
});

it('needs a key, and is described', async () => {
  expect((await table.get('/v1/fx/rates', { authorization: '' })).status).toBe(401);
  const { body } = await table.get('/v1/openapi.json', { authorization: '' });
  expect(body.paths['/v1/fx/rates'].get.summary).toContain('Exchange rates');
});

it('a pair without a rate degrades the server and leaves it in traffic', async () => {
  const { status, body } = await table.get('/readyz', { authorization: '' });
  expect([status, body.status]).toEqual([200, 'degraded']);
  expect(body.checks).toMatchObject([{ name: 'fx', ok: true, detail: expect.stringContaining('ETH/USD') }]);
});
