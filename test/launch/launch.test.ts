import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCatalogue } from '../../src/catalogue/index.ts';
import type { LaunchOrder, OpenDialect } from '../../src/dialects/dialect.ts';
import { openLaunches } from '../../src/launch/index.ts';
import type { LaunchRequest } from '../../src/launch/index.ts';
import { failureOf } from '../../src/launch/launch.ts';
import { manualClock, silentLog } from '../../src/platform/index.ts';
import { openPlayers } from '../../src/players/index.ts';
import { openSessions } from '../../src/sessions/index.ts';
import { aggregatorName, gameCode, playerId } from '../../src/wallet/index.ts';
import { errandProblem } from '../../src/wire/index.ts';
import { listedGame, startAggregator } from '../catalogue/aggregator.ts';
import { CURRENCIES, ledgerTable } from '../support/ledger.ts';

const START = Date.UTC(2026, 0, 1);
const SIGNS = aggregatorName('signs');
const CALLS = aggregatorName('calls');
const GONE = aggregatorName('gone');

describe('a launch', () => {
  let table: Awaited<ReturnType<typeof ledgerTable>>;
  let sale: Awaited<ReturnType<typeof startAggregator>>;
  let api: Awaited<ReturnType<typeof launchApi>>;
  const clock = manualClock(START);
  const orders: LaunchOrder[] = [];

  /** A dialect that signs by itself, and one that asks the aggregator's launch API. */
  const signs: Pick<OpenDialect, 'launch'> = {
    launch: (order) => {
      orders.push(order);
      return { kind: 'url', url: `https://games.example/?session=${order.session}&nonce=${order.nonce}` };
    },
  };
  const calls: Pick<OpenDialect, 'launch'> = {
    launch: (order) => ({
      kind: 'errand',
      errand: {
        kind: 'launch',
        request: { method: 'POST', url: api.url, headers: {}, body: `${order.session} ${order.nonce}` },
        timeoutMs: 30_000,
        retries: 1,
        read: ({ status, body }) => {
          if (status === 200) return Buffer.from(body).toString('utf8');
          return errandProblem(status >= 500 ? 'unavailable' : 'refused', `launch: answered ${status}`, status);
        },
      },
    }),
  };

  const open = () => {
    const { sql } = table;
    const ledger = table.ledgerAt();
    const players = openPlayers({ sql, ledger, clock, currencies: CURRENCIES });
    const catalogue = openCatalogue({
      sql,
      clock,
      log: silentLog,
      aggregators: [SIGNS, CALLS, GONE].map((name) => ({ name, open: sale.dialect })),
    });
    const launches = openLaunches({
      sql,
      clock,
      log: silentLog,
      aggregators: [
        { name: SIGNS, open: signs, launchTtlSeconds: 600 },
        { name: CALLS, open: calls, launchTtlSeconds: 5 },
      ],
      catalogue,
      players,
      sessions: openSessions({ sql, clock }),
      ledger,
      currencies: CURRENCIES,
      returnHosts: ['casino.example'],
      errands: { pause: async () => undefined },
    });
    return { players, catalogue, launches };
  };
  let rooms: ReturnType<typeof open>;
  const wish = async (aggregator: typeof SIGNS, more: Partial<LaunchRequest> = {}): Promise<LaunchRequest> => ({
    gameId: (await rooms.catalogue.find(aggregator, gameCode('slot')))?.id ?? '',
    playerId: playerId('p-1'),
    mode: 'real',
    currency: null,
    gameCurrency: null,
    country: null,
    ip: '203.0.113.7',
    lang: 'en-GB',
    platform: 'desktop',
    returnUrl: 'https://casino.example/lobby',
    ...more,
  });
  const launch = async (aggregator: typeof SIGNS, more: Partial<LaunchRequest> = {}) =>
    rooms.launches.launch(await wish(aggregator, more));
  const counts = async () => {
    const [row] = await table.sql<{ sessions: number; launches: number }[]>`
      SELECT (SELECT count(*)::int FROM session) AS sessions, (SELECT count(*)::int FROM launch) AS launches`;
    return row;
  };

  beforeAll(async () => {
    table = await ledgerTable();
    sale = await startAggregator({ games: [listedGame('slot'), listedGame('nodemo', { demo: false })] });
    api = await launchApi();
    rooms = open();
    for (const name of [SIGNS, CALLS, GONE]) await rooms.catalogue.sync(name);
    await rooms.players.create({ id: playerId('p-1'), currency: 'USD', country: 'MT', test: false });
  });
  afterAll(async () => {
    await api.close();
    await sale[Symbol.asyncDispose]();
    await table[Symbol.asyncDispose]();
  });

  it('opens a session and signs what was decided', async () => {
    const result = await launch(SIGNS);
    if (result.kind !== 'launched') throw new Error(JSON.stringify(result));
    const order = orders.at(-1);
    expect(order).toEqual({
      session: result.session.id,
      game: 'slot',
      mode: 'real',
      player: 'p-1',
      currency: 'USD',
      lang: 'en-GB',
      jurisdiction: null,
      region: null,
      country: 'MT',
      ip: '203.0.113.7',
      platform: 'desktop',
      returnUrl: 'https://casino.example/lobby',
      nonce: expect.stringMatching(/^[\w-]{32}$/),
      issuedAt: START / 1000,
      expiresAt: START / 1000 + 600,
    });
    expect(result.expiresAtMs).toBe(START + 600_000);
    expect(result.session).toMatchObject({ ip: '203.0.113.7', country: 'MT', currency: 'USD', platform: 'desktop' });
    const [row] = await table.sql`SELECT * FROM launch WHERE session_id = ${result.session.id}`;
    expect(row).toMatchObject({ outcome: 'issued', reason: null, aggregator: SIGNS });
  });

  it('gives two clicks one session and two fresh nonces [LCH-20]', async () => {
    clock.advance(60_000);
    const clicks = await Promise.all([launch(SIGNS), launch(SIGNS), launch(SIGNS)]);
    const sessions = clicks.map((click) => (click.kind === 'launched' ? click.session.id : null));
    expect(new Set(sessions).size).toBe(1);
    expect(new Set(orders.slice(-3).map((order) => order.nonce)).size).toBe(3);
  });

  it('signs nothing and opens no session for whoever may not play [LCH-17]', async () => {
    await rooms.players.create({ id: playerId('p-out'), currency: 'USD', country: null, test: false });
    await rooms.players.patch(playerId('p-out'), { status: 'self_excluded' });
    const before = await counts();
    const signed = orders.length;
    const nodemo = (await rooms.catalogue.find(SIGNS, gameCode('nodemo')))?.id ?? '';
    const refusals = await Promise.all([
      launch(SIGNS, { playerId: playerId('p-out') }),
      launch(SIGNS, { playerId: playerId('nobody') }),
      launch(SIGNS, { gameId: 'nonsense' }),
      launch(SIGNS, { gameId: nodemo, mode: 'demo', playerId: null }),
      launch(SIGNS, { returnUrl: 'javascript:alert(1)' }),
      launch(GONE),
    ]);
    expect(refusals.map((each) => (each.kind === 'refused' ? each.refusal : each.kind))).toEqual([
      'player_excluded',
      'unknown_player',
      'unknown_game',
      'demo_unsupported',
      'return_url_not_allowed',
      'unknown_game',
    ]);
    expect(await counts()).toEqual(before);
    expect(orders).toHaveLength(signed);
  });

  it('never puts a player into a demo session [LCH-15]', async () => {
    const result = await launch(SIGNS, { mode: 'demo' });
    expect(result).toMatchObject({ kind: 'launched', session: { mode: 'demo', player: null, currency: null } });
    expect(orders.at(-1)).toMatchObject({ mode: 'demo', player: null, currency: null });
  });

  it('asks the aggregator for the URL where the dialect says so, for at least a minute', async () => {
    clock.advance(60_000);
    api.answer((_request, response) => response.end('https://games.example/opened'));
    expect(await launch(CALLS)).toMatchObject({
      kind: 'launched',
      url: 'https://games.example/opened',
      expiresAtMs: clock.now() + 60_000,
    });
  });

  it('tells a failing launch API by its kind, tries twice, and opens one session [LCH-18]', async () => {
    const before = await counts();
    clock.advance(60_000);
    const failures: readonly [RequestListener, string, number][] = [
      [(_request, response) => response.writeHead(500).end('<html>'), 'unavailable', 2],
      [() => undefined, 'timeout', 2],
      [(_request, response) => response.end('<html>no address</html>'), 'unreadable', 1],
      [(_request, response) => response.end('javascript:alert(1)'), 'unreadable', 1],
      [
        (_request, response) => response.writeHead(403, { date: new Date(clock.now()).toUTCString() }).end(),
        'refused',
        1,
      ],
    ];
    for (const [answer, reason, tries] of failures) {
      api.answer(answer);
      expect(await launch(CALLS)).toMatchObject({ kind: 'failed', reason });
      expect(api.requests()).toBe(tries);
      // A try that is repeated is the same to them: the same session under the same nonce.
      expect(new Set(await api.bodies()).size).toBe(1);
    }
    const after = await counts();
    expect((after?.sessions ?? 0) - (before?.sessions ?? 0)).toBe(1);
    expect((after?.launches ?? 0) - (before?.launches ?? 0)).toBe(failures.length);
  });

  it('blames the clock, not the key, when they disagree [LCH-19]', async () => {
    clock.advance(60_000);
    api.answer((_request, response) =>
      response.writeHead(401, { date: new Date(clock.now() - 45_000).toUTCString() }).end(),
    );
    expect(await launch(CALLS)).toMatchObject({
      kind: 'failed',
      reason: 'clock',
      message: expect.stringContaining('behind ours'),
    });
    api.answer((_request, response) => response.writeHead(401, { date: new Date(0).toUTCString() }).end());
    expect(await launch(CALLS)).toMatchObject({ kind: 'failed', reason: 'clock' });
    const sample = { origin: 'https://x', sentAtMs: 100_000, receivedAtMs: 100_200, dateMs: 142_000, ageSeconds: 0 };
    const denied = errandProblem('refused', 'launch: answered 401', 401);
    expect(failureOf(denied, sample)).toMatchObject({ reason: 'clock', skewMs: 42_400 });
    expect(failureOf(denied, { ...sample, ageSeconds: 40 })).toMatchObject({ reason: 'refused', skewMs: null });
    expect(failureOf(denied, { ...sample, dateMs: 101_000 })).toMatchObject({ reason: 'refused' });
    // Where the aggregator takes less than most do, less is too much.
    expect(failureOf(denied, { ...sample, dateMs: 85_000 })).toMatchObject({ reason: 'refused' });
    expect(failureOf(denied, { ...sample, dateMs: 85_000 }, 10_000)).toMatchObject({
      reason: 'clock',
      skewMs: -14_600,
    });
    expect(failureOf(errandProblem('unavailable', 'x', 500), sample)).toMatchObject({ reason: 'unavailable' });
  });
});

/** The aggregator's launch API: answers as told. */
async function launchApi() {
  let listener: RequestListener = (_request, response) => response.end();
  let requests = 0;
  let bodies: Promise<string>[] = [];
  const server = createServer((request, response) => {
    requests += 1;
    bodies.push(text(request).catch(() => 'cut off'));
    listener(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/`,
    answer: (next: RequestListener) => {
      listener = next;
      requests = 0;
      bodies = [];
    },
    requests: () => requests,
    bodies: async () => Promise.all(bodies),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
