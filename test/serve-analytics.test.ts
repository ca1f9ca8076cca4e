/** The figures' own thread: it does turns beside the server, its death is told of and mended, and it stops when told to. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { restAfter } from '../src/analytics/turns.ts';
import { createLog, silentLog } from '../src/platform/index.ts';
import { openThread } from '../src/serve-analytics.ts';
import type { ThreadOrder } from '../src/serve-analytics.ts';
import { testDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';

const GOING_ON = { stopped: false };
const SETTINGS = { timeZone: 'UTC', idleMinutes: 30, recipe: null };
const order = (url: string): ThreadOrder => ({
  pool: { url, pooled: false },
  settings: SETTINGS,
});
/** A thread that does with each turn what the code says. */
const threadOf = (code: string) =>
  new URL(
    `data:text/javascript,${encodeURIComponent(`import { parentPort } from 'node:worker_threads'; parentPort.on('message', (command) => { ${code} });`)}`,
  );

describe('the thread that builds the figures', () => {
  const built = path.resolve(import.meta.dirname, '../dist/analytics-thread.js');
  let database: TestDatabase;

  beforeAll(async () => {
    database = await testDatabase();
  });
  afterAll(async () => database.close());

  it('counts what is there, in its own thread and log', async () => {
    if (!existsSync(built)) throw new Error('dist/ is missing: run node scripts/build.mjs first');
    const { sql } = database;
    const lines: string[] = [];
    const log = createLog({ level: 'info', destination: { write: (line: string) => lines.push(line) } });
    const thread = openThread(pathToFileURL(built), order(database.url), log);
    try {
      await sql`
        INSERT INTO session_event (aggregator, event_id, session_id, type, occurred_at, received_at)
        VALUES ('acme', 'e1', 's1', 'started', now(), now())`;
      const { ended, countedAtMs } = await thread.turn(GOING_ON);
      expect(ended).toBe('idle');
      expect(countedAtMs).toBeGreaterThan(0);
      expect(await sql`SELECT session_id, mode FROM analytics_session`).toEqual([
        { session_id: 's1', mode: 'unknown' },
      ]);
      expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
        expect.objectContaining({ level: 'warn', alert: 'sessions_unknown', example: 's1' }),
      ]);
    } finally {
      await thread.close();
    }
  });

  it('says what failed, and does the next turn all the same', async () => {
    const thread = openThread(pathToFileURL(built), order(database.url), silentLog);
    try {
      await database.sql`ALTER TABLE analytics_state RENAME TO analytics_state_away`;
      await expect(thread.turn(GOING_ON)).rejects.toMatchObject({ code: '42P01' });
      await database.sql`ALTER TABLE analytics_state_away RENAME TO analytics_state`;
      expect(await thread.turn(GOING_ON)).toMatchObject({ ended: 'idle' });
    } finally {
      await thread.close();
    }
  });

  it('is told of when it dies or breaks, and another takes the next turn', async () => {
    for (const [code, said] of [
      ['process.exit(3)', 'the thread that builds the figures ended'],
      ["throw new Error('broken')", 'broken'],
    ] as const) {
      const thread = openThread(threadOf(code), order('postgres://nowhere'), silentLog);
      await expect(thread.turn(GOING_ON)).rejects.toThrow(said);
      await expect(thread.turn(GOING_ON)).rejects.toThrow(said);
      await thread.close();
    }
  });

  it('hears in the middle of a turn that the server stops', async () => {
    const code =
      "if (command === 'stop') parentPort.postMessage({ kind: 'turned', turned: { ended: 'worked', countedAtMs: 7 } });";
    const thread = openThread(threadOf(code), order('postgres://nowhere'), silentLog);
    const turn = { stopped: false };
    const turned = thread.turn(turn);
    turn.stopped = true;
    expect(await turned).toEqual({ ended: 'worked', countedAtMs: 7 });
    await thread.close();
  });
});

describe('the rest after a step', () => {
  it('is four times as long as the step, five seconds at most', () => {
    expect([0, 100, 1_000, 60_000].map((tookMs) => restAfter(tookMs, 3_000))).toEqual([0, 400, 4_000, 5_000]);
  });

  it('is none for figures that are far behind, or that nobody has yet', () => {
    expect([restAfter(60_000, 600_001), restAfter(60_000, null)]).toEqual([0, 0]);
  });
});
