import { expect, it } from 'vitest';
import { testDatabase } from '../support/database.ts';
import { listOf } from './aggregator.ts';
import { catalogueTable } from './table.ts';

const GAMES = 12_000;
const TAKEN_OVER_MS = 30_000;
const UNCHANGED_MS = 5_000;

interface Took {
  readonly coldMs: number;
  readonly unchangedMs: number;
  readonly secondMs: number;
  readonly changedMs: number;
  readonly grownBytes: number;
}

/** A list of that many games on a new database: taken over, asked for again, joined by another aggregator's, and all changed. */
async function takeOver(): Promise<Took> {
  const database = await testDatabase();
  try {
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
    let unchangedMs = Number.POSITIVE_INFINITY;
    for (let tries = 0; tries < 6 && unchangedMs >= UNCHANGED_MS; tries += 1) {
      const { report, tookMs } = await timed(0);
      expect(report).toMatchObject({ kind: 'applied', changed: 0, missing: 0 });
      unchangedMs = Math.min(unchangedMs, tookMs);
    }
    // Every one of another 12,000 looks like one of these, which is the most that can be proposed.
    const second = await timed(1);
    expect(second.report).toMatchObject({ kind: 'applied', added: GAMES });
    expect(await database.sql`SELECT FROM catalogue_proposal WHERE state = 'open'`).toHaveLength(GAMES);
    // Every entry says something new.
    t.state().games = listOf(GAMES).map((game) => ({ ...game, rtp: '91.00' }));
    const changed = await timed(0);
    expect(changed.report).toMatchObject({ kind: 'applied', changed: GAMES });
    return {
      coldMs: cold.tookMs,
      unchangedMs,
      secondMs: second.tookMs,
      changedMs: changed.tookMs,
      grownBytes: highest - before,
    };
  } finally {
    await database.close();
  }
}

it('a list of 12,000 games is taken over within thirty seconds and 150 MB, and unchanged within five seconds [CAT-10]', async () => {
  // The best of several: what else this machine does at the moment is not what is measured.
  const best = { coldMs: Infinity, unchangedMs: Infinity, secondMs: Infinity, changedMs: Infinity };
  const isQuick = (): boolean =>
    Math.max(best.coldMs, best.secondMs, best.changedMs) < TAKEN_OVER_MS && best.unchangedMs < UNCHANGED_MS;
  for (let tries = 0; tries < 4 && !isQuick(); tries += 1) {
    const { grownBytes, ...took } = await takeOver();
    // Of the first alone: later ones begin with what the earlier ones left.
    if (tries === 0) expect(grownBytes).toBeLessThan(150 * 1_048_576);
    for (const name of ['coldMs', 'unchangedMs', 'secondMs', 'changedMs'] as const)
      best[name] = Math.min(best[name], took[name]);
  }
  expect(best.unchangedMs).toBeLessThan(UNCHANGED_MS);
  for (const ms of [best.coldMs, best.secondMs, best.changedMs]) expect(ms).toBeLessThan(TAKEN_OVER_MS);
}, 600_000);
