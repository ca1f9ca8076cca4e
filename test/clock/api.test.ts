/** `GET /v1/clock`, and the clock's part of `/readyz`. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apiTable, KEYS } from '../api/table.ts';
import { testDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { chronyc, datedServer, trackingOf, watchOf, WINDOW, wrongClock } from './stage.ts';
import type { DatedServer } from './stage.ts';

let database: TestDatabase;
let server: DatedServer;
let table: Awaited<ReturnType<typeof apiTable>>;
const clock = wrongClock(42_000);

beforeAll(async () => {
  database = await testDatabase();
  server = await datedServer(0);
  const { watch } = watchOf(database.sql, clock, {
    aggregators: [{ name: 'acme', window: WINDOW, origin: server.origin }],
    probes: [chronyc(clock, () => trackingOf(clock.offsetMs, clock.now()))],
    notReadyFrom: null,
  });
  await watch.sample();
  table = await apiTable({}, { clocks: watch, ready: async () => [watch.health()] });
});
afterAll(async () => {
  await table[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
  await database.close();
});

describe('GET /v1/clock', () => {
  it('tells this node, every node, and whose launches fail, with one alert [CLK-07]', async () => {
    const { status, body } = await table.get('/v1/clock', { authorization: `Bearer ${KEYS.reader}` });
    expect(status).toBe(200);
    const alert = {
      level: 'launch_fail',
      reason: 'drift',
      message: 'node b is 42.0 s fast; launches to acme fail',
      aggregators: ['acme'],
    };
    expect(body).toMatchObject({
      node: 'b',
      level: 'launch_fail',
      reason: 'drift',
      alert,
      probe: 'chronyc',
      source: '192.0.2.1',
      sync: 'synchronised',
      steps: 0,
      last_step: null,
      probes: [{ probe: 'chronyc', outcome: 'measured', detail: '' }],
      aggregators: [
        {
          name: 'acme',
          launches: 'fails',
          fault: 'ours',
          state: 'measured',
          window: { ahead_ms: 30_000, behind_ms: 600_000 },
          signing_shift_ms: 0,
          failing_nodes: ['b'],
          failing_share: 1,
        },
      ],
      nodes: [{ node: 'b', level: 'launch_fail', alert }],
    });
    expect(body.offset.ahead_ms).toBeCloseTo(42_000, -1);
    expect(Math.abs(body.database.ahead_ms - 42_000)).toBeLessThan(5_000);
    expect(Date.parse(body.nodes[0].seen_at)).toBeLessThan(Date.now() + 10_000);
  });

  it('needs a key, and is described', async () => {
    expect((await table.get('/v1/clock', { authorization: '' })).status).toBe(401);
    const { body } = await table.get('/v1/openapi.json', { authorization: '' });
    expect(body.paths['/v1/clock'].get.summary).toBe('How right the clocks are');
  });
});

it('a clock that is wrong degrades the server and leaves it in traffic', async () => {
  const { status, body } = await table.get('/readyz', { authorization: '' });
  expect(status).toBe(200);
  expect(body).toMatchObject({
    status: 'degraded',
    checks: [{ name: 'clock', ok: true, degraded: true, detail: expect.stringContaining('42.0 s fast') }],
  });
});
