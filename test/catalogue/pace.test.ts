/** An aggregator that wants to be asked seldom is: by one node or by several, whatever came of the last time, and page by page. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCatalogue } from '../../src/catalogue/index.ts';
import type { Pace } from '../../src/dialects/dialect.ts';
import { manualClock, silentLog } from '../../src/platform/index.ts';
import { aggregatorName } from '../../src/wallet/index.ts';
import { testDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { listOf, startAggregator } from './aggregator.ts';
import type { AggregatorState } from './aggregator.ts';

const START = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;
let numbered = 0;

describe('the pace of an aggregator', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase({ max: 8 });
  });
  afterAll(async () => database.close());

  const table = async (pace: Pace, initial: Partial<AggregatorState> = {}) => {
    const name = aggregatorName(`paced-${(numbered += 1)}`);
    const aggregator = await startAggregator({ games: listOf(3), ...initial });
    const clock = manualClock(START);
    const pauses: number[] = [];
    const replica = () =>
      openCatalogue({
        sql: database.sql,
        clock,
        log: silentLog,
        aggregators: [{ name, open: aggregator.dialect, pace }],
        errands: { pause: async (ms) => void pauses.push(ms) },
      });
    return {
      name,
      aggregator,
      clock,
      replica,
      pauses,
      /** as if the last run had been that much earlier */
      backdate: async (ms: number) =>
        database.sql`UPDATE catalogue_sync SET heartbeat_at = heartbeat_at - ${ms} * interval '1 millisecond' WHERE aggregator = ${name}`,
      [Symbol.asyncDispose]: aggregator[Symbol.asyncDispose],
    };
  };

  it('keeps a second list off until the time has passed, and says when it may be asked for again [CAT-12]', async () => {
    await using t = await table({ betweenPagesMs: 0, betweenListsMs: MINUTE });
    const catalogue = t.replica();
    expect(await catalogue.sync(t.name)).toMatchObject({ kind: 'applied', added: 3 });
    const soon = await catalogue.sync(t.name, { force: true, askedBy: 'api:platform' });
    expect(soon).toMatchObject({ kind: 'busy', id: null });
    const againAtMs = soon?.againAtMs ?? 0;
    expect(againAtMs).toBeGreaterThan(t.clock.now());
    expect(againAtMs).toBeLessThanOrEqual(t.clock.now() + MINUTE);
    expect(soon?.reason).toContain(new Date(againAtMs).toISOString());
    expect(t.aggregator.state.requests).toBe(1);
    await t.backdate(MINUTE);
    expect(await catalogue.sync(t.name)).toMatchObject({ kind: 'applied' });
    expect(t.aggregator.state.requests).toBe(2);
  });

  it('counts a list that failed, for it was asked for all the same', async () => {
    await using t = await table({ betweenPagesMs: 0, betweenListsMs: MINUTE }, { failPage: 1 });
    const catalogue = t.replica();
    expect(await catalogue.sync(t.name)).toMatchObject({ kind: 'failed' });
    t.aggregator.state.failPage = null;
    expect((await catalogue.sync(t.name))?.againAtMs).toBeGreaterThan(t.clock.now());
    expect(t.aggregator.state.requests).toBe(1);
  });

  it('holds for all replicas together, however many ask at once', async () => {
    await using t = await table({ betweenPagesMs: 0, betweenListsMs: MINUTE });
    const replicas = Array.from({ length: 5 }, t.replica);
    const reports = await Promise.all(replicas.map(async (each) => each.sync(t.name)));
    const kinds = reports.map((report) => report?.kind).toSorted();
    expect(kinds).toEqual(['applied', 'busy', 'busy', 'busy', 'busy']);
    expect(t.aggregator.state.requests).toBe(1);
    expect((await replicas[3]?.sync(t.name))?.againAtMs).toBeDefined();
    expect(await replicas[0]?.syncs(t.name)).toHaveLength(1);
  });

  it('is not taken from a run that was long ago', async () => {
    await using t = await table({ betweenPagesMs: 0, betweenListsMs: MINUTE });
    await t.replica().sync(t.name);
    await t.backdate(400 * 86_400_000);
    expect(await t.replica().sync(t.name)).toMatchObject({ kind: 'applied' });
  });

  it('rests between pages, and not before the first', async () => {
    await using t = await table({ betweenPagesMs: 1_500, betweenListsMs: 0 }, { games: listOf(25), perPage: 10 });
    expect(await t.replica().sync(t.name)).toMatchObject({ kind: 'applied', added: 25 });
    expect(t.pauses).toEqual([1_500, 1_500]);
    expect(await t.replica().sync(t.name)).toMatchObject({ kind: 'applied' });
  });
});
