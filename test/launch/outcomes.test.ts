/** What becomes of launches, by node and aggregator, over a real database; and the one alert about the node that stands out. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ACME, DEMO, launchesOf, read } from './stage.ts';
import { openLaunchWatch, openOpenings, shareNotOpened } from '../../src/launch/index.ts';
import type { Launched } from '../../src/launch/index.ts';
import { expireLaunches } from '../../src/launch/retention.ts';
import { createLog, createMetrics, manualClock, newId, systemClock } from '../../src/platform/index.ts';
import { sessionId } from '../../src/wallet/index.ts';
import type { SessionId } from '../../src/wallet/index.ts';
import { errandProblem } from '../../src/wire/index.ts';
import { apiTable, KEYS } from '../api/table.ts';
import { chronyc, trackingOf, watchOf, WINDOW, wrongClock } from '../clock/stage.ts';
import { testDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(async () => database.close());
afterEach(async () => {
  await database.sql`DELETE FROM launch`;
  await database.sql`DELETE FROM clock_node`;
});

const openings = () => openOpenings(database.sql, systemClock);

/** Lets time pass for the launches there are. */
async function pass(minutes: number): Promise<void> {
  await database.sql`UPDATE launch SET recorded_at = recorded_at - make_interval(mins => ${minutes})`;
}

const sessionOf = (launched: Launched): SessionId =>
  launched.kind === 'launched' ? launched.session.id : sessionId('none');

const LAST_HOUR = () => ({ fromMs: Date.now() - 3_600_000, toMs: Date.now() + 60_000, mode: null });

function launchWatch(node = 'n-1', more: Partial<Parameters<typeof openLaunchWatch>[0]> = {}) {
  const lines: Record<string, unknown>[] = [];
  const metrics = createMetrics();
  const log = createLog({ level: 'info', destination: { write: (line) => void lines.push(JSON.parse(line)) } });
  const watch = openLaunchWatch({ sql: database.sql, log, metrics, node, now: () => Date.now(), ...more });
  return { watch, lines, metrics };
}

/** `times` launches from a node; the aggregator opens those it believes and says so. */
async function play(node: string, times: number, offMs = 0): Promise<void> {
  const launches = launchesOf(database.sql, { node, clock: wrongClock(offMs) });
  for (let time = 0; time < times; time += 1) {
    const launched = await launches.launch(DEMO);
    if (read(launched).kind === 'opened') await openings().started(ACME, sessionOf(launched));
  }
}

describe('what became of a launch', () => {
  const tallies = async () => {
    const { nodes } = await launchWatch().watch.outcomes(LAST_HOUR());
    return nodes.map(({ node, counts }) => ({ node, ...counts }));
  };
  const NONE = { opened: 0, waiting: 0, unopened: 0, refused: 0, failed: 0 };

  it('is open for as long as its address lives, then it was never opened', async () => {
    await launchesOf(database.sql, { node: 'n-1' }).launch(DEMO);
    expect(await tallies()).toEqual([{ node: 'n-1', ...NONE, waiting: 1 }]);
    await pass(9);
    expect(await tallies()).toEqual([{ node: 'n-1', ...NONE, waiting: 1 }]);
    await pass(2);
    expect(await tallies()).toEqual([{ node: 'n-1', ...NONE, unopened: 1 }]);
  });

  it('is told by the session that started, once, and only by the aggregator it was for', async () => {
    const launched = await launchesOf(database.sql, { node: 'n-1' }).launch(DEMO);
    await openings().started('other' as typeof ACME, sessionOf(launched));
    expect(await tallies()).toEqual([{ node: 'n-1', ...NONE, waiting: 1 }]);
    await openings().started(ACME, sessionOf(launched));
    const [first] = await database.sql`SELECT opened_at, opened_by FROM launch`;
    expect(first).toMatchObject({ opened_by: 'session_started' });
    await openings().started(ACME, sessionOf(launched));
    expect(await database.sql`SELECT opened_at, opened_by FROM launch`).toEqual([first]);
    expect(await tallies()).toEqual([{ node: 'n-1', ...NONE, opened: 1 }]);
  });

  it('is told by the first wallet call of the session, written with others a little later', async () => {
    const clock = manualClock(Date.now());
    const noted = openOpenings(database.sql, clock);
    const launches = launchesOf(database.sql, { node: 'n-1' });
    const sessions = [await launches.launch(DEMO), await launches.launch(DEMO)].map(sessionOf);
    for (const session of [...sessions, ...sessions]) noted.called(session);
    expect(await tallies()).toEqual([{ node: 'n-1', ...NONE, waiting: 2 }]);
    await noted.flush();
    expect(await database.sql`SELECT DISTINCT opened_by FROM launch`).toEqual([{ opened_by: 'call' }]);
    // A later launch into the same session is noticed while it is played.
    await database.sql`UPDATE launch SET opened_at = NULL WHERE session_id = ${sessions[0] ?? ''}`;
    noted.called(sessions[0] ?? sessionId(''));
    await noted.flush();
    expect(await tallies()).toEqual([{ node: 'n-1', ...NONE, opened: 1, waiting: 1 }]);
    clock.advance(60_000);
    noted.called(sessions[0] ?? sessionId(''));
    await noted.flush();
    expect(await tallies()).toEqual([{ node: 'n-1', ...NONE, opened: 2 }]);
  });

  it('what could not be written is written with the next', async () => {
    const broken = await testDatabase({ max: 1 });
    const noted = openOpenings(broken.sql, systemClock);
    await broken.close();
    noted.called(sessionId('s-1'));
    await expect(noted.flush()).rejects.toThrow();
    await expect(noted.flush()).rejects.toThrow();
  });

  it('is refused or failed where the aggregator gives no address, with why; or forbidden by our own clock', async () => {
    const failing = (status: number) =>
      launchesOf(database.sql, {
        node: `n-${status}`,
        aggregators: [
          {
            name: ACME,
            launchTtlSeconds: 600,
            open: {
              launch: () => ({
                kind: 'errand',
                errand: {
                  kind: 'launch',
                  request: { method: 'POST', url: 'https://acme.example/launch', headers: {} },
                  timeoutMs: 30_000,
                  retries: 0,
                  read: (response) =>
                    errandProblem(response.status >= 500 ? 'unavailable' : 'refused', 'launch: no', response.status),
                },
              }),
            },
          },
        ],
        errands: { fetch: async () => new Response('<html>', { status }) },
      });
    for (const status of [403, 500]) expect(await failing(status).launch(DEMO)).toMatchObject({ kind: 'failed' });
    const refusal = { message: 'our clock is wrong', skewMs: 44_000 };
    const hopeless = launchesOf(database.sql, {
      node: 'n-clock',
      clocks: { shiftMs: () => 0, refusal: () => refusal },
    });
    expect(await hopeless.launch(DEMO)).toMatchObject({ kind: 'failed', reason: 'clock' });
    const { nodes } = await launchWatch().watch.outcomes(LAST_HOUR());
    expect(nodes).toMatchObject([
      { node: 'n-403', counts: { ...NONE, refused: 1 }, reasons: [{ reason: 'refused', launches: 1 }] },
      { node: 'n-500', counts: { ...NONE, failed: 1 }, reasons: [{ reason: 'unavailable', launches: 1 }] },
      { node: 'n-clock', counts: { ...NONE, refused: 1 }, reasons: [{ reason: 'clock', launches: 1 }] },
    ]);
    expect(await database.sql`SELECT session_id FROM launch WHERE node = 'n-clock'`).toEqual([{ session_id: null }]);
  });

  it('is not guessed for launches from before they were recorded by node', async () => {
    await play('n-1', 1);
    await database.sql`UPDATE launch SET recorded_at = NULL, node = NULL, mode = NULL`;
    expect(await tallies()).toEqual([]);
  });

  it('of a node that says no name, as the version before does, is counted under one', async () => {
    await play('n-1', 1);
    await database.sql`UPDATE launch SET node = NULL, mode = NULL`;
    expect(await tallies()).toEqual([{ node: 'unnamed', ...NONE, opened: 1 }]);
  });

  it('is counted by the time of the database, so that a node from the future is in the figures', async () => {
    await play('n-1', 1);
    await play('n-fast', 1, 7 * 86_400_000);
    expect((await tallies()).map((each) => each.node)).toEqual(['n-1', 'n-fast']);
  });
});

describe.each([
  [16, 0.0625],
  [20, 0.05],
] as const)('one of %d nodes with a clock that is 40 s fast [LCH-05]', (count, share) => {
  const nodes = Array.from({ length: count }, (_unused, at) => `n-${String(at + 1).padStart(2, '0')}`);
  const WRONG = 'n-07';

  it(`costs ${share * 100} % of all launches, and the node is named, with its clock`, async () => {
    await Promise.all(nodes.map(async (node) => play(node, 10, node === WRONG ? 40_000 : 0)));
    await pass(11);
    const clock = wrongClock(40_000);
    const clocks = watchOf(database.sql, clock, {
      node: WRONG,
      aggregators: [{ name: ACME, window: WINDOW, origin: null }],
      probes: [chronyc(clock, () => trackingOf(clock.offsetMs, clock.now()))],
    }).watch;
    const clockOf = async (node: string) =>
      (await clocks.report()).nodes.find((each) => each.node === node)?.message ?? null;
    const [own, other] = [launchWatch(WRONG, { clockOf }), launchWatch('n-01', { clockOf })];
    for (const { watch } of [own, other]) await watch.look();
    const once = await own.watch.outcomes(LAST_HOUR());
    expect(once.alert).toBeNull();
    expect(once.aggregators.map((each) => shareNotOpened(each.counts))).toEqual([share]);
    expect(once.nodes.filter((each) => shareNotOpened(each.counts) !== 0)).toMatchObject([
      { node: WRONG, aggregator: ACME, counts: { opened: 0, unopened: 10 } },
    ]);

    // The second look agrees: whoever is asked names the node; only the node itself writes it to its log, once.
    for (const { watch } of [own, other]) await watch.look();
    for (const { watch } of [own, other]) await watch.look();
    const message = `node ${WRONG}: 100 % of its launches to acme were not opened (10 of 10, most of them never opened), elsewhere 0 %`;
    for (const { watch } of [own, other])
      expect((await watch.outcomes(LAST_HOUR())).alert).toMatchObject({ node: WRONG, reason: 'unopened', message });
    expect(own.lines).toMatchObject([{ level: 'error', msg: message, node: WRONG, reason: 'unopened' }]);
    expect(other.lines).toEqual([]);
    const page = await own.metrics.text();
    expect(page).toContain('croupier_launches_not_opened_ratio{aggregator="acme"} 1');
    expect(page).toContain('croupier_launches_stand_out{aggregator="acme",reason="unopened"} 1');
    expect(await other.metrics.text()).toContain('croupier_launches_not_opened_ratio{aggregator="acme"} 0');

    // Once the clocks have been looked at, the clock is the reason: its own alert has told, so no second one is written.
    await clocks.sample();
    expect(clocks.health()).toMatchObject({ degraded: true });
    await own.watch.look();
    expect((await own.watch.outcomes(LAST_HOUR())).alert).toMatchObject({
      reason: 'clock',
      message: `${message}; node ${WRONG} is 40.0 s fast`,
    });
    expect(own.lines).toHaveLength(1);
    expect(await own.metrics.text()).toContain('croupier_launches_stand_out{aggregator="acme",reason="clock"} 1');
  });
});

describe('the alert', () => {
  it('ends after two looks that agree, and says so', async () => {
    for (const node of ['a', 'b', 'c']) await play(node, 12, node === 'b' ? 40_000 : 0);
    await pass(2);
    const { watch, lines } = launchWatch('b');
    for (let look = 0; look < 2; look += 1) await watch.look();
    expect(lines).toMatchObject([{ level: 'error', reason: 'unopened' }]);
    await pass(14);
    for (const node of ['a', 'b', 'c']) await play(node, 12);
    await watch.look();
    expect((await watch.outcomes(LAST_HOUR())).alert).toMatchObject({ node: 'b' });
    await watch.look();
    expect((await watch.outcomes(LAST_HOUR())).alert).toBeNull();
    expect(lines).toHaveLength(2);
    expect(lines[1]).toMatchObject({ level: 'info', node: 'b', aggregator: 'acme' });
  });

  it('is none when the aggregator fails for all nodes alike', async () => {
    for (const node of ['a', 'b', 'c']) await play(node, 12, 40_000);
    await pass(2);
    const { watch } = launchWatch('b');
    for (let look = 0; look < 3; look += 1) await watch.look();
    expect((await watch.outcomes(LAST_HOUR())).alert).toBeNull();
  });
});

describe('GET /v1/launches/outcomes', () => {
  it('tells counts and shares by node and aggregator, for a while that is bounded', async () => {
    for (const node of ['a', 'b']) await play(node, 2);
    await play('c', 1, 40_000);
    await pass(11);
    await using table = await apiTable({}, { launchWatch: launchWatch().watch });
    const get = async (query = '') =>
      table.get(`/v1/launches/outcomes${query}`, { authorization: `Bearer ${KEYS.reader}` });
    const { status, body } = await get();
    expect(status).toBe(200);
    const counts = { waiting: 0, refused: 0, failed: 0 };
    expect(body).toMatchObject({
      nodes: [
        {
          node: 'a',
          aggregator: 'acme',
          launches: 2,
          issued: 2,
          opened: 2,
          unopened: 0,
          not_opened_share: 0,
          ...counts,
        },
        { node: 'b', aggregator: 'acme', launches: 2, opened: 2 },
        {
          node: 'c',
          aggregator: 'acme',
          launches: 1,
          issued: 1,
          opened: 0,
          unopened: 1,
          not_opened_share: 1,
          reasons: [],
        },
      ],
      aggregators: [{ aggregator: 'acme', launches: 5, issued: 5, opened: 4, unopened: 1, not_opened_share: 0.2 }],
      alert: null,
    });
    expect(Date.parse(body.to) - Date.parse(body.from)).toBe(3_600_000);
    expect((await get('?mode=real')).body).toMatchObject({ nodes: [], aggregators: [] });
    expect((await get('?from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00%2B01:00')).body).toMatchObject({
      from: '2026-01-01T00:00:00.000Z',
      to: '2026-01-01T23:00:00.000Z',
      nodes: [],
    });
    for (const query of [
      '?from=yesterday',
      '?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z',
      '?from=2026-01-01T00:00:00Z&to=2026-02-02T00:00:00Z',
      '?mode=fun',
    ])
      expect((await get(query)).status).toBe(400);
    expect((await table.get('/v1/launches/outcomes', { authorization: '' })).status).toBe(401);
  });
});

describe('old launches', () => {
  it('go after the retention, the oldest first and a bounded number at a time, and leave their sessions', async () => {
    const launches = launchesOf(database.sql, { clock: manualClock(Date.UTC(2026, 0, 1)) });
    for (let time = 0; time < 5; time += 1) await launches.launch(DEMO);
    const sessions = await database.sql`SELECT count(*)::integer AS count FROM session`;
    const count = async () => (await database.sql`SELECT 1 FROM launch`).length;
    const expire = async (nowMs: number, more: object = {}) =>
      expireLaunches({ sql: database.sql, nowMs, retentionMs: 2 * 86_400_000, turn: { stopped: false }, ...more });
    expect(await expire(Date.now())).toBe(0);
    const later = Date.now() + 3 * 86_400_000;
    expect(await expire(later, { turn: { stopped: true } })).toBe(0);
    expect(await expire(later, { batch: 2, maxBatches: 2 })).toBe(4);
    expect(await count()).toBe(1);
    expect(await expire(later)).toBe(1);
    expect(await database.sql`SELECT count(*)::integer AS count FROM session`).toEqual(sessions);
    // However short the retention is set, a day is kept.
    await launches.launch(DEMO);
    expect(await expire(Date.now() + 3_600_000, { retentionMs: 1 })).toBe(0);
  });

  it('are found by the index of their ids, and those of a while by the index of their time', async () => {
    const rows = Array.from({ length: 3_000 }, (_unused, at) => ({
      id: newId(),
      aggregator: ACME,
      node: 'n-1',
      mode: 'demo',
      issued_at: new Date(),
      expires_at: new Date(Date.now() + 600_000),
      outcome: 'issued',
      recorded_at: new Date(Date.now() - at * 60_000),
    }));
    await database.sql`INSERT INTO launch ${database.sql(rows)}`;
    await database.sql`ANALYZE launch`;
    const planOf = async (where: string) =>
      JSON.stringify(await database.sql.unsafe(`EXPLAIN (FORMAT JSON) SELECT * FROM launch WHERE ${where}`));
    expect(await planOf(`recorded_at >= now() - interval '15 minutes' AND recorded_at < now()`)).toContain(
      'launch_recorded_at',
    );
    expect(await planOf(`id < '018f0000-0000-7000-8000-000000000000' ORDER BY id LIMIT 100`)).toContain('launch_pkey');
    expect(await planOf(`session_id = ANY ('{a,b}') AND outcome = 'issued' AND opened_at IS NULL`)).toContain(
      'launch_session',
    );
  });
});
