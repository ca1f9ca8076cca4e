import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { listOf } from './aggregator.ts';
import { catalogueTable } from './table.ts';

const GAMES = 12_000;

describe('a list of 12,000 games', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase();
  });
  afterAll(async () => database.close());

  it('is taken over within thirty seconds and 150 MB, and unchanged within five seconds [CAT-10]', async () => {
    await using t = await catalogueTable(database.sql, [{ games: listOf(GAMES) }, { games: listOf(GAMES) }]);
    let highest = 0;
    const watch = setInterval(() => (highest = Math.max(highest, process.memoryUsage.rss())), 20);
    const before = process.memoryUsage.rss();
    const timed = async (index: number) => {
      const startedAt = performance.now();
      const report = await t.sync(index);
      return { report, tookMs: performance.now() - startedAt };
    };
    const cold = await timed(0);
    clearInterval(watch);
    expect(cold.report).toMatchObject({ kind: 'applied', added: GAMES });
    expect(cold.tookMs).toBeLessThan(30_000);
    expect(highest - before).toBeLessThan(150 * 1_048_576);
    // The best of several: what else this machine does at the moment is not what is measured.
    let bestMs = Number.POSITIVE_INFINITY;
    for (let tries = 0; tries < 6 && bestMs >= 5_000; tries += 1) {
      const { report, tookMs } = await timed(0);
      expect(report).toMatchObject({ kind: 'applied', changed: 0, missing: 0 });
      bestMs = Math.min(bestMs, tookMs);
    }
    expect(bestMs).toBeLessThan(5_000);
    // Every one of another 12,000 looks like one of these, which is the most that can be proposed.
    const second = await timed(1);
    expect(second.report).toMatchObject({ kind: 'applied', added: GAMES });
    expect(second.tookMs).toBeLessThan(30_000);
    expect(await database.sql`SELECT FROM catalogue_proposal WHERE state = 'open'`).toHaveLength(GAMES);
    // Every entry says something new.
    t.state().games = listOf(GAMES).map((game) => ({ ...game, rtp: '91.00' }));
    const changed = await timed(0);
    expect(changed.report).toMatchObject({ kind: 'applied', changed: GAMES });
    expect(changed.tookMs).toBeLessThan(30_000);
  }, 180_000);
});
