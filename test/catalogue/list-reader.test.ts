/** A list that is read again after changes is the one that somebody who reads everything would have; nothing new, the same one. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCatalogue } from '../../src/catalogue/index.ts';
import type { Catalogue, Game } from '../../src/catalogue/index.ts';
import { createListReader } from '../../src/catalogue/list-reader.ts';
import { silentLog, systemClock } from '../../src/platform/index.ts';
import { aggregatorName } from '../../src/wallet/index.ts';
import { testDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { listedGame, listOf, startAggregator } from './aggregator.ts';

const ACME = aggregatorName('acme');
const BIG = aggregatorName('big');
const BY = { source: 'api', id: 'test' } as const;

describe('the list that is read again', () => {
  let database: TestDatabase;
  let acme: Awaited<ReturnType<typeof startAggregator>>;
  let big: Awaited<ReturnType<typeof startAggregator>>;
  let catalogue: Catalogue;

  beforeAll(async () => {
    database = await testDatabase();
    acme = await startAggregator({ games: listOf(40) });
    big = await startAggregator({ games: listOf(30, 'big') });
    catalogue = openCatalogue({
      sql: database.sql,
      clock: systemClock,
      log: silentLog,
      aggregators: [
        { name: ACME, open: acme.dialect },
        { name: BIG, open: big.dialect },
      ],
    });
    await catalogue.sync(ACME);
    await catalogue.sync(BIG);
  });
  afterAll(async () => {
    await acme[Symbol.asyncDispose]();
    await big[Symbol.asyncDispose]();
    await database.close();
  });

  const reader = () => createListReader(database.sql, [ACME, BIG]);
  const idOf = async (code: string) => {
    const { items } = (await catalogue.list({ state: 'all', limit: 200 })) ?? { items: [] };
    return items.find((game) => game.code === code)?.id ?? '';
  };
  // When the list was read is not what is compared.
  const plain = (offers: readonly Game[]) => offers.map(({ lastSeenAtMs: _ignored, ...game }) => game);

  it('is what a first reading gives, whatever changed in between [CAT-01] [CAT-02] [CAT-06] [CAT-17]', async () => {
    const again = reader();
    await again();
    const both = await Promise.all([idOf('g-1'), idOf('big-1')]);
    const changes: readonly (() => Promise<unknown>)[] = [
      async () => {
        acme.state.games = [
          ...listOf(39),
          listedGame('new', { name: 'A new one', provider: { code: 'other', name: 'Other' } }),
        ];
        await catalogue.sync(ACME, { force: true });
      },
      async () => {
        acme.state.games = acme.state.games.map((game) => ({
          ...game,
          provider: { ...game.provider, name: 'Renamed' },
        }));
        await catalogue.sync(ACME, { force: true });
      },
      async () => {
        big.state.games = [...listOf(29, 'big'), listedGame('gb', { blockedCountries: ['GB'], currencies: ['EUR'] })];
        await catalogue.sync(BIG, { force: true });
      },
      async () => catalogue.patch(await idOf('g-3'), { order: 1, name: 'First', tags: ['mine'] }, BY),
      async () => catalogue.nameProvider('studio', 'Ours', BY),
      async () => catalogue.merge(both[0], [both[1]], BY),
      async () => {
        const offers = await catalogue.offers(both[0]);
        return catalogue.patch(both[0], { offers: offers.map(({ offer }) => offer).toReversed() }, BY);
      },
      async () => {
        const offer = (await catalogue.offers(both[0])).find(({ aggregator }) => aggregator === 'big')?.offer ?? '';
        return catalogue.split(both[0], [offer], BY);
      },
    ];
    for (const [index, change] of changes.entries()) {
      await change();
      const [kept, fresh] = [await again(), await reader()()];
      expect(kept.version, `change ${index}`).toBe(String(index + 2));
      expect(kept.entries.map(({ offers, ...entry }) => ({ ...entry, offers: plain(offers) }))).toEqual(
        fresh.entries.map(({ offers, ...entry }) => ({ ...entry, offers: plain(offers) })),
      );
      expect(kept.columns).toEqual(fresh.columns);
      expect(kept.search).toEqual(fresh.search);
    }
  });

  it('is the very same one when nothing visible changed, so that no answer is made again', async () => {
    const again = reader();
    const before = await again();
    await catalogue.sync(ACME, { force: true });
    await catalogue.patch(await idOf('g-3'), { order: 1 }, BY);
    expect(await again()).toBe(before);
    // The versions of the tables say "something", and it is nothing that is shown.
    await database.sql`UPDATE catalogue_state SET version = version + 1, synced_at = now()`;
    expect(await again()).toBe(before);
    const version = await catalogue.listVersion();
    await database.sql`UPDATE catalogue_state SET version = version + 1`;
    await catalogue.sync(ACME, { force: true });
    expect(await catalogue.listVersion()).toBe(version);
  });

  it('keeps the games that did not change, and reads only the others', async () => {
    const again = reader();
    const before = await again();
    await catalogue.patch(await idOf('g-5'), { name: 'Another name' }, BY);
    const after = await again();
    const kept = new Set(before.entries);
    expect(after.entries.filter((entry) => !kept.has(entry)).map(({ offers }) => offers[0]?.name)).toEqual([
      'Another name',
    ]);
  });
});
