/** Two replicas over one database: how long one of them may show what the other has changed. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCatalogue } from '../../src/catalogue/index.ts';
import type { Catalogue } from '../../src/catalogue/index.ts';
import { closeDatabase, manualClock, openDatabase, silentLog, systemClock } from '../../src/platform/index.ts';
import type { Database } from '../../src/platform/index.ts';
import { aggregatorName } from '../../src/wallet/index.ts';
import { testDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { until } from '../support/wait.ts';
import { listedGame, listOf, startAggregator } from './aggregator.ts';

const ACME = aggregatorName('acme');
const BY = { source: 'api', id: 'test' } as const;
/** Between two looks at the version. */
const LOOK_MS = 1_000;

describe('two replicas', () => {
  let database: TestDatabase;
  let second: Database;
  let acme: Awaited<ReturnType<typeof startAggregator>>;
  let here: Catalogue;
  let there: Catalogue;
  /** the hands of the other replica */
  const time = manualClock(systemClock.now());

  beforeAll(async () => {
    database = await testDatabase();
    second = openDatabase({ url: database.url, max: 2, applicationName: 'croupier-test-2' });
    acme = await startAggregator({ games: [...listOf(20), listedGame('moving')] });
    const options = { log: silentLog, aggregators: [{ name: ACME, open: acme.dialect }] };
    here = openCatalogue({ ...options, clock: systemClock, sql: database.sql });
    there = openCatalogue({ ...options, clock: time, sql: second });
    await here.sync(ACME);
  });
  afterAll(async () => {
    await acme[Symbol.asyncDispose]();
    await closeDatabase(second);
    await database.close();
  });

  const codes = async (catalogue: Catalogue, country?: string): Promise<readonly string[]> => {
    const filter = country === undefined ? {} : { country };
    const page = await catalogue.list({ state: 'available', limit: 200, ...filter });
    return (page?.items ?? []).map((game) => game.code);
  };
  /** The other replica, asked again and again, has looked after a second, and shows the new list once it has read it. */
  const isNewSoon = async (isNew: () => Promise<boolean>): Promise<void> => {
    for (let waitedMs = 0; waitedMs < LOOK_MS; waitedMs += 100) {
      await isNew();
      time.advance(100);
    }
    await until('the new list', isNew);
  };

  it('an operator’s edit shows at once here, and within a second and the reading of the list there', async () => {
    expect(await codes(there)).toContain('moving');
    const id = (await here.list({ state: 'available', limit: 200 }))?.items.find(({ code }) => code === 'moving')?.id;
    await here.patch(id ?? '', { enabled: false }, BY);
    expect(await codes(here)).not.toContain('moving');
    await isNewSoon(async () => !(await codes(there)).includes('moving'));
    expect((await there.facets()).total).toBe(20);
    await here.patch(id ?? '', { enabled: true }, BY);
    await isNewSoon(async () => (await codes(there)).includes('moving'));
  });

  it('everybody who asks after an edit here sees it, also those who ask while the list is read anew', async () => {
    const [id = ''] = (await here.list({ state: 'available', limit: 1 }))?.items.map((game) => game.id) ?? [];
    const name = async () =>
      (await here.list({ state: 'all', limit: 200 }))?.items.find((game) => game.id === id)?.name;
    for (let turn = 0; turn < 10; turn += 1) {
      await here.patch(id, { name: `Name ${turn}` }, BY);
      const asked = [name()];
      // Within the reading of the list, which takes several turns of the event loop.
      for (let more = 0; more < 5; more += 1) {
        await new Promise((resolve) => setImmediate(resolve));
        asked.push(name());
      }
      expect(await Promise.all(asked)).toEqual(asked.map(() => `Name ${turn}`));
    }
  });

  it('a country that a sync blocks is out of the list at once here, and soon there [CAT-17]', async () => {
    expect(await codes(there, 'MT')).toContain('moving');
    acme.state.games = [...listOf(20), listedGame('moving', { blockedCountries: ['MT'] })];
    await here.sync(ACME);
    expect(await codes(here, 'MT')).not.toContain('moving');
    await isNewSoon(async () => !(await codes(there, 'MT')).includes('moving'));
    expect(await codes(there)).toContain('moving');
  });

  it('a currency that is taken away is out of the list, too [CAT-17]', async () => {
    acme.state.games = [...listOf(20), listedGame('moving', { currencies: ['EUR'] })];
    await there.sync(ACME);
    const listed = await there.list({ state: 'available', limit: 200, currency: 'USD' });
    expect(listed?.items.some(({ code }) => code === 'moving')).toBe(false);
    expect((await there.list({ state: 'available', limit: 200, currency: 'EUR' }))?.total).toBe(21);
  });

  it('a replica nobody asked for a while shows the change with its next answer', async () => {
    await codes(there);
    const [id = ''] = (await here.list({ state: 'available', limit: 1 }))?.items.map((game) => game.id) ?? [];
    await here.patch(id, { name: 'Renamed' }, BY);
    time.advance(2_000);
    const [first] = (await there.list({ state: 'available', limit: 1, q: 'renamed' }))?.items ?? [];
    expect(first?.name).toBe('Renamed');
  });

  it('many who ask at once cost one reading, and none while nothing changes', async () => {
    const counting = openCatalogue({
      sql: second,
      clock: time,
      log: silentLog,
      aggregators: [{ name: ACME, open: acme.dialect }],
    });
    await Promise.all(Array.from({ length: 200 }, async () => counting.list({ state: 'available', limit: 10 })));
    // The version counts the readings of this process.
    expect(await counting.listVersion()).toBe('1');
    time.advance(LOOK_MS);
    await Promise.all(Array.from({ length: 200 }, async () => counting.list({ state: 'available', limit: 10 })));
    expect(await counting.listVersion()).toBe('1');
  });

  it('keeps the list while the database is away', async () => {
    const sql = openDatabase({ url: database.url, max: 1, applicationName: 'croupier-test-3' });
    const lonely = openCatalogue({ sql, clock: time, log: silentLog, aggregators: [] });
    expect(await codes(lonely)).toContain('moving');
    await closeDatabase(sql);
    time.advance(LOOK_MS);
    expect(await codes(lonely)).toContain('moving');
  });
});
