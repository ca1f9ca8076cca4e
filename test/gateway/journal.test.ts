/**
 * The journal: an entry for the believed and for the distrusted, without secrets; dropped and counted rather than in anybody's
 * way; written out at close; and kept as long as was said, never shorter than aggregators retry.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { expireJournal, openJournal } from '../../src/gateway/index.ts';
import type { JournalEntry } from '../../src/gateway/index.ts';
import { createMetrics, silentLog, systemClock } from '../../src/platform/index.ts';
import { startSchedule } from '../../src/schedule.ts';
import { testDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { until } from '../support/wait.ts';
import { sleep, stage } from './stage.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(async () => database.close());
beforeEach(async () => {
  await database.sql`TRUNCATE journal`;
});

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

function entry(more: Partial<JournalEntry> = {}): JournalEntry {
  return {
    aggregator: 'acme',
    route: '/callbacks/acme',
    arrivedAtMs: systemClock.now(),
    durationUs: 1_500,
    verdict: 'genuine',
    keyId: 'key-1',
    player: 'ann',
    roundId: 'r1',
    externalId: 'b1',
    outcome: 'applied',
    remoteAddress: '127.0.0.1',
    headers: '{}',
    body: Buffer.from('a body'),
    status: 200,
    answer: 'YES',
    ...more,
  };
}

function open(more: { maxEntries?: number; maxBytes?: number } = {}) {
  const metrics = createMetrics();
  const count = async (what: 'written' | 'dropped') =>
    Number(new RegExp(`^croupier_journal_${what}_total (\\d+)$`, 'm').exec(await metrics.text())?.[1]);
  return { journal: openJournal({ sql: database.sql, log: silentLog, metrics, ...more }), metrics, count };
}

interface Row {
  aggregator: string;
  route: string;
  verdict: string;
  key_id: string | null;
  player: string | null;
  round_id: string | null;
  external_id: string | null;
  outcome: string;
  headers: Record<string, string>;
  body: Uint8Array;
  status: number;
  answer: string;
  duration_us: number;
}
const rows = async () => database.sql<Row[]>`SELECT * FROM journal ORDER BY id`;

describe('what is noted', () => {
  it('is the request as it came and the answer as it went, for the believed and for the distrusted', async () => {
    const { journal } = open();
    {
      await using table = await stage({ more: { journal } });
      await table.ask('bet b1 ann 1.00 r1', { headers: { 'x-request-id': 'q-1' } });
      await table.ask(new Uint8Array([0, 255, 1]), { proof: 'bad' });
      await table.ask('who knows', { proof: null });
      await table.ask('nonsense');
      await table.ask('x'.repeat(5_000));
    }
    await journal.close();
    const [genuine, forged, unsigned, odd, large] = await rows();
    expect(genuine).toMatchObject({
      aggregator: 'acme',
      route: '/callbacks/acme',
      verdict: 'genuine',
      key_id: 'key-1',
      player: 'ann',
      round_id: 'r1',
      external_id: 'b1',
      outcome: 'applied',
      status: 200,
      answer: 'YES',
    });
    expect(genuine?.headers).toMatchObject({ 'content-type': 'text/x-plain', 'x-request-id': 'q-1' });
    expect(Buffer.from(genuine?.body ?? []).toString()).toBe('bet b1 ann 1.00 r1');
    expect(genuine?.duration_us).toBeGreaterThan(0);
    expect(forged).toMatchObject({
      verdict: 'mismatch',
      outcome: 'unauthenticated',
      status: 401,
      player: null,
      external_id: null,
    });
    expect([...(forged?.body ?? [])]).toEqual([0, 255, 1]);
    expect(unsigned).toMatchObject({ verdict: 'missing', key_id: null });
    expect(odd).toMatchObject({ verdict: 'genuine', outcome: 'bad_request', external_id: null });
    expect(large).toMatchObject({ verdict: 'unread', outcome: 'too_large', status: 413 });
    expect(large?.body).toHaveLength(0);
  });

  it('holds no header that could be a secret', async () => {
    const { journal } = open();
    const secrets = {
      authorization: 'Bearer token-1',
      cookie: 'sid=token-2',
      'x-api-key': 'token-3',
      'x-signature': 'token-4',
      'x-proof': 'good',
      'proxy-authorization': 'token-5',
      'x-whatever-token': 'token-6',
    };
    {
      await using table = await stage({ more: { journal } });
      await table.ask('bet b1 ann 1.00 r1', { headers: secrets, path: '/callbacks/acme?session=token-7' });
    }
    await journal.close();
    const [row] = await rows();
    const kept = JSON.stringify({ ...row, body: '' });
    expect(kept).not.toMatch(/token-|good/);
    expect(Object.keys(row?.headers ?? {}).toSorted()).toEqual(['content-length', 'content-type', 'user-agent']);
  });
});

describe('a journal in trouble', () => {
  it('drops what does not fit, by number and by size, and counts it', async () => {
    const { journal, count } = open({ maxEntries: 3, maxBytes: 1_000 });
    for (let index = 0; index < 10; index += 1) journal.note(entry({ externalId: `b${index}` }));
    expect(journal.depth()).toBe(3);
    await journal.close();
    expect(await count('dropped')).toBe(7);
    expect(await count('written')).toBe(3);
    journal.note(entry({ body: Buffer.alloc(900) }));
    journal.note(entry({ body: Buffer.alloc(101) }));
    journal.note(entry({ body: Buffer.alloc(100) }));
    await journal.close();
    expect(await count('dropped')).toBe(8);
    expect(await rows()).toHaveLength(5);
    // What was written no longer counts against the size.
    journal.note(entry({ body: Buffer.alloc(1_000) }));
    await journal.close();
    expect(await rows()).toHaveLength(6);
  });

  it('holds up no answer when its table hangs, and writes all once it can', async () => {
    const { journal, count } = open({ maxEntries: 20 });
    const calls = 60;
    const tookMs: number[] = [];
    await database.sql.begin(async (sql) => {
      await sql`LOCK TABLE journal IN ACCESS EXCLUSIVE MODE`;
      await using table = await stage({ more: { journal } });
      await table.ask('bet warm ann 1.00 r1');
      for (let index = 0; index < calls; index += 1) {
        const startedAt = systemClock.monotonic();
        expect((await table.ask(`bet b${index} ann 1.00 r1`)).status).toBe(200);
        tookMs.push(systemClock.monotonic() - startedAt);
      }
      expect(journal.depth()).toBeLessThanOrEqual(20);
    });
    // Were they held up, all of them would be: one alone may have met a busy machine.
    expect(tookMs.toSorted((a, b) => a - b)[calls / 2]).toBeLessThan(500);
    await journal.close();
    const written = await count('written');
    expect(written + (await count('dropped'))).toBe(calls + 1);
    expect(written).toBeGreaterThanOrEqual(20);
    expect(await rows()).toHaveLength(written);
  });

  it('writes out at close, and gives up on a hanging table after a few seconds, counting what is lost', async () => {
    const { journal, count } = open();
    for (let index = 0; index < 1_700; index += 1) journal.note(entry({ externalId: `b${index}` }));
    await journal.close();
    expect(await rows()).toHaveLength(1_700);

    await database.sql.begin(async (sql) => {
      await sql`LOCK TABLE journal IN ACCESS EXCLUSIVE MODE`;
      for (let index = 0; index < 700; index += 1) journal.note(entry());
      const startedAt = systemClock.monotonic();
      await journal.close();
      const tookMs = systemClock.monotonic() - startedAt;
      expect(tookMs).toBeGreaterThan(2_500);
      // The table hangs until it has given up.
    });
    // One batch was under way and comes through after all; the rest was given up.
    expect(await count('dropped')).toBe(200);
    await expect.poll(async () => count('written')).toBe(2_200);
  });

  it('loses only the entry that cannot be stored, not its neighbours', async () => {
    const { journal, count } = open();
    const random = Array.from({ length: 9_000 }, () => Math.random().toString(36).slice(2, 3)).join('');
    for (let index = 0; index < 40; index += 1) journal.note(entry({ externalId: `b${index}` }));
    journal.note(entry({ player: 'a\0b' }));
    journal.note(entry({ externalId: random }));
    journal.note(entry({ headers: '{"a":"\\u0000"}' }));
    for (let index = 40; index < 80; index += 1) journal.note(entry({ externalId: `b${index}` }));
    await journal.close();
    expect(await count('dropped')).toBe(3);
    expect(await rows()).toHaveLength(80);
  });

  it('counts what a failing database lost and goes on', async () => {
    const { journal, count } = open();
    await database.sql`ALTER TABLE journal RENAME TO journal_away`;
    try {
      for (let index = 0; index < 5; index += 1) journal.note(entry());
      await journal.close();
    } finally {
      await database.sql`ALTER TABLE journal_away RENAME TO journal`;
    }
    expect(await count('dropped')).toBe(5);
    journal.note(entry());
    await journal.close();
    expect(await count('written')).toBe(1);
  });
});

describe('how long it is kept', () => {
  const nowMs = Date.UTC(2026, 5, 1);
  const running = { stopped: false };
  const ages = async (list: readonly number[]) => {
    for (const ageMs of list) {
      await database.sql`
        INSERT INTO journal (aggregator, route, arrived_at, duration_us, verdict, outcome, headers, body, status, answer)
        VALUES ('acme', '/', ${new Date(nowMs - ageMs).toISOString()}, 1, 'genuine', 'applied', '{}', '', 200, '')`;
    }
  };
  const left = async () =>
    (await database.sql<{ at: Date }[]>`SELECT arrived_at AS at FROM journal ORDER BY id`).map(
      ({ at }) => nowMs - at.getTime(),
    );

  it('deletes what is older than was said, and nothing else', async () => {
    await ages([90 * DAY_MS, 30 * DAY_MS + 1, 30 * DAY_MS, 29 * DAY_MS, 0]);
    expect(await expireJournal({ sql: database.sql, nowMs, retentionMs: 30 * DAY_MS, turn: running })).toBe(2);
    expect(await left()).toEqual([30 * DAY_MS, 29 * DAY_MS, 0]);
  });

  it('never deletes what came within 72 hours, whatever it is told', async () => {
    await ages([73 * HOUR_MS, 71 * HOUR_MS, 1]);
    expect(await expireJournal({ sql: database.sql, nowMs, retentionMs: 0, turn: running })).toBe(1);
    expect(await left()).toEqual([71 * HOUR_MS, 1]);
  });

  it('works in bounded steps, a bounded number a run, and goes on at the next', async () => {
    await ages(Array.from({ length: 25 }, (_unused, index) => (100 - index) * DAY_MS));
    const run = async (more: { batch: number; maxBatches: number }) =>
      expireJournal({ sql: database.sql, nowMs, retentionMs: 80 * DAY_MS, turn: running, ...more });
    expect(await run({ batch: 4, maxBatches: 3 })).toBe(12);
    expect(await run({ batch: 4, maxBatches: 30 })).toBe(8);
    expect(await run({ batch: 4, maxBatches: 30 })).toBe(0);
    expect(await left()).toHaveLength(5);
  });

  it('finds old entries behind younger ones of the same step, as late writers leave them', async () => {
    await ages([40 * DAY_MS, 1, 41 * DAY_MS, 2, 42 * DAY_MS]);
    expect(await expireJournal({ sql: database.sql, nowMs, retentionMs: 30 * DAY_MS, turn: running })).toBe(3);
    expect(await left()).toEqual([1, 2]);
  });

  it('does not wait for another server that is at the same entries', async () => {
    await ages([40 * DAY_MS, 41 * DAY_MS, 42 * DAY_MS]);
    await database.sql.begin(async (sql) => {
      await sql`SELECT 1 FROM journal WHERE arrived_at < ${new Date(nowMs - 41 * DAY_MS).toISOString()} FOR UPDATE`;
      expect(await expireJournal({ sql: database.sql, nowMs, retentionMs: 30 * DAY_MS, turn: running })).toBe(2);
    });
    expect(await left()).toEqual([42 * DAY_MS]);
  });

  it('leaves off when the server closes', async () => {
    await ages(Array.from({ length: 10 }, () => 50 * DAY_MS));
    let turns = 0;
    const turn = {
      get stopped() {
        turns += 1;
        return turns > 2;
      },
    };
    await expireJournal({ sql: database.sql, nowMs, retentionMs: 30 * DAY_MS, turn, batch: 3 });
    expect(await left()).toHaveLength(4);
  });

  it('is told by the schedule that the server closes', async () => {
    const heard: boolean[] = [];
    const schedule = startSchedule(
      [
        {
          name: 'long',
          everyMs: 60_000,
          work: async (turn) => {
            heard.push(turn.stopped);
            while (!turn.stopped) await sleep(5);
            heard.push(turn.stopped);
          },
        },
      ],
      silentLog,
    );
    await until('it has begun', () => heard.length === 1);
    await schedule.stop();
    expect(heard).toEqual([false, true]);
  });
});
