import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gameCode } from '../../src/wallet/index.ts';
import { testDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { listedGame, listOf } from './aggregator.ts';
import { BY, catalogueTable } from './table.ts';

describe('a game that is renamed', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase();
  });
  afterAll(async () => database.close());

  it("keeps its id when the aggregator's own id of it stays, and callbacks with either code are understood [CAT-01]", async () => {
    const games = [listedGame('old', { vendorId: '77' }), ...listOf(5)];
    await using t = await catalogueTable(database.sql, [{ games }]);
    await t.sync();
    const before = await t.gameOf('old');
    await t.catalogue.patch(before.id, { order: 7, tags: ['favourite'] }, BY);
    t.state().games = [listedGame('new', { vendorId: '77' }), ...listOf(5)];
    expect(await t.sync()).toMatchObject({ kind: 'applied', renamed: 1, added: 0, missing: 0, changed: 1 });
    const after = await t.gameOf('new');
    expect(after).toMatchObject({ id: before.id, offer: before.offer, code: 'new', order: 7, missingAtMs: null });
    expect(after.tags).toContain('favourite');
    for (const code of ['old', 'new']) {
      expect(await t.catalogue.find(t.names[0] ?? before.aggregator, gameCode(code))).toMatchObject({
        id: before.id,
        code: 'new',
        available: true,
      });
    }
    expect(await t.catalogue.aliases(before.id)).toMatchObject([{ code: 'old', provider: 'studio' }]);
    expect(await t.changes({ game: before.id, what: 'offer.renamed' })).toMatchObject([
      { field: 'code', was: 'studio/old', became: 'studio/new', by: { source: 'sync' } },
    ]);
  });

  it('keeps its id when the operator has said the new code beforehand, and back again [CAT-01]', async () => {
    await using t = await catalogueTable(database.sql, [{ games: [listedGame('old'), ...listOf(5)] }]);
    await t.sync();
    const { id } = await t.gameOf('old');
    expect(await t.catalogue.noteAlias(id, { code: gameCode('new') }, BY)).toMatchObject({ kind: 'done' });
    t.state().games = [listedGame('new'), ...listOf(5)];
    expect(await t.sync()).toMatchObject({ renamed: 1, added: 0 });
    expect((await t.gameOf('new')).id).toBe(id);
    t.state().games = [listedGame('old'), ...listOf(5)];
    expect(await t.sync()).toMatchObject({ renamed: 1, added: 0 });
    expect(await t.gameOf('old')).toMatchObject({ id, code: 'old' });
    expect((await t.gameOf('new')).id).toBe(id);
  });

  it('is proposed to be one with the game that left the list, and a person says so [CAT-01]', async () => {
    await using t = await catalogueTable(database.sql, [
      { games: [listedGame('old', { name: 'Book of Reels' }), ...listOf(5)] },
    ]);
    await t.sync();
    const { id } = await t.gameOf('old');
    t.state().games = [listedGame('new', { name: 'BOOK of reels' }), ...listOf(5)];
    expect(await t.sync()).toMatchObject({ renamed: 0, added: 1, missing: 1 });
    const page = await t.catalogue.proposals({ state: 'open', limit: 50 });
    const proposal = page?.items.find((each) => each.game.id === id);
    expect(proposal).toMatchObject({ reason: 'renamed', other: { offers: [{ code: 'new', listed: true }] } });
    expect(await t.catalogue.decideProposal(proposal?.id ?? '', 'accept', BY)).toMatchObject({ kind: 'done' });
    expect((await t.gameOf('new')).id).toBe(id);
    expect((await t.gameOf('old')).id).toBe(id);
    expect((await t.catalogue.get(proposal?.other.id ?? ''))?.id).toBe(id);
    expect(await t.catalogue.get(id)).toMatchObject({ code: 'new' });
    expect(await t.catalogue.decideProposal(proposal?.id ?? '', 'reject', BY)).toMatchObject({ kind: 'refused' });
  });

  it('is not guessed where two entries or two offers come into question', async () => {
    const twins = [listedGame('a', { vendorId: '1' }), listedGame('b', { vendorId: '1' })];
    await using t = await catalogueTable(database.sql, [{ games: [...twins, ...listOf(20)] }]);
    await t.sync();
    t.state().games = [listedGame('c', { vendorId: '1' }), ...listOf(20)];
    expect(await t.sync()).toMatchObject({ renamed: 0, added: 1, missing: 2 });
  });

  it('does not take the place of a game that is still listed', async () => {
    await using t = await catalogueTable(database.sql, [{ games: [listedGame('old', { vendorId: '5' })] }]);
    await t.sync();
    const before = await t.gameOf('old');
    t.state().games = [listedGame('old', { vendorId: '5' }), listedGame('copy', { vendorId: '5' })];
    expect(await t.sync()).toMatchObject({ renamed: 0, added: 1 });
    expect((await t.gameOf('old')).id).toBe(before.id);
    expect((await t.gameOf('copy')).id).not.toBe(before.id);
  });

  it('does not count as missing: a list that renames every game by stable ids is taken over', async () => {
    const named = (prefix: string) =>
      Array.from({ length: 10 }, (_unused, index) => listedGame(`${prefix}-${index}`, { vendorId: `v${index}` }));
    await using t = await catalogueTable(database.sql, [{ games: named('one') }]);
    await t.sync();
    t.state().games = named('two');
    expect(await t.sync()).toMatchObject({ kind: 'applied', renamed: 10, missing: 0 });
  });

  it('takes a code back that was noted wrongly', async () => {
    await using t = await catalogueTable(database.sql, [{ games: listOf(2) }]);
    await t.sync();
    const { id, aggregator } = await t.gameOf('g-0');
    await t.catalogue.noteAlias(id, { code: gameCode('wrong') }, BY);
    const alias = { code: gameCode('wrong'), remove: true };
    expect(await t.catalogue.noteAlias(id, alias, BY)).toMatchObject({ kind: 'done' });
    expect(await t.catalogue.find(aggregator, gameCode('wrong'))).toBeNull();
    expect(await t.catalogue.noteAlias(id, alias, BY)).toMatchObject({ kind: 'refused' });
  });
});

describe('a studio', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase();
  });
  afterAll(async () => database.close());

  const of = (code: string, name: string, prefix = 'g') =>
    listOf(5, prefix).map((game) => ({ ...game, provider: { code, name } }));

  it('is one at two aggregators that write its name differently, and keeps its key whatever it is called [CAT-02]', async () => {
    await using t = await catalogueTable(database.sql, [
      { games: of('lion', 'Red Lion') },
      { games: of('RL', 'RED LION Gaming Ltd.') },
    ]);
    await t.sync(0);
    await t.sync(1);
    expect((await t.gameOf('g-0', 1)).provider).toEqual({ code: 'lion', name: 'Red Lion' });
    t.state(0).games = of('lion', 'Lion (part of Zoo)');
    expect(await t.sync(0)).toMatchObject({ kind: 'applied', changed: 0 });
    expect((await t.gameOf('g-0')).provider).toEqual({ code: 'lion', name: 'Lion (part of Zoo)' });
    expect(await t.lobby({ q: 'part of zoo', provider: 'lion' })).toHaveLength(10);
    expect(await t.changes({ provider: 'lion' })).toMatchObject([
      { what: 'provider.renamed', was: 'Red Lion', became: 'Lion (part of Zoo)' },
    ]);
  });

  it('is shown and found by the name the operator gives it, until that is taken back [CAT-02]', async () => {
    await using t = await catalogueTable(database.sql, [{ games: of('owl', 'Owl') }]);
    await t.sync();
    const named = await t.catalogue.nameProvider('owl', 'Uhu', BY);
    expect(named).toMatchObject({ kind: 'done', value: { key: 'owl', name: 'Uhu', listedName: 'Owl', games: 5 } });
    t.state().games = of('owl', 'Owl & Sons');
    await t.sync();
    expect((await t.gameOf('g-0')).provider).toEqual({ code: 'owl', name: 'Uhu' });
    expect(await t.lobby({ q: 'uhu' })).toHaveLength(5);
    expect(await t.lobby({ q: 'sons' })).toHaveLength(0);
    await t.catalogue.nameProvider('owl', null, BY);
    expect((await t.gameOf('g-0')).provider.name).toBe('Owl & Sons');
    expect(await t.lobby({ q: 'sons' })).toHaveLength(5);
    expect(await t.catalogue.nameProvider('nobody', 'x', BY)).toEqual({ kind: 'unknown' });
  });

  it('becomes part of another when the operator says so, and can be taken out again [CAT-02]', async () => {
    await using t = await catalogueTable(database.sql, [
      { games: of('cat', 'Cat') },
      { games: of('kitten', 'Kitten', 'k') },
    ]);
    await t.sync(0);
    await t.sync(1);
    expect(await t.catalogue.mergeProviders('cat', ['kitten'], BY)).toMatchObject({
      kind: 'done',
      value: { key: 'cat', games: 10, listings: [{ code: 'cat' }, { code: 'kitten' }] },
    });
    expect((await t.gameOf('k-0', 1)).provider).toEqual({ code: 'cat', name: 'Cat' });
    expect(await t.catalogue.provider('kitten')).toMatchObject({ mergedInto: 'cat' });
    expect(await t.catalogue.mergeProviders('cat', ['kitten'], BY)).toMatchObject({ kind: 'refused' });
    expect(await t.catalogue.mergeProviders('cat', ['cat'], BY)).toMatchObject({ kind: 'refused' });
    const listing = { aggregator: t.names[1] ?? '', code: 'kitten' };
    expect(await t.catalogue.splitProvider('cat', listing, BY)).toMatchObject({
      kind: 'done',
      value: { name: 'Kitten', games: 5 },
    });
    expect(await t.lobby({ provider: 'cat' })).toHaveLength(5);
  });

  it('with another code of the aggregator keeps its games, offers and aliases [CAT-01, CAT-02]', async () => {
    await using t = await catalogueTable(database.sql, [{ games: of('fox', 'Fox') }]);
    await t.sync();
    const before = await t.gameOf('g-3');
    t.state().games = of('fox-v2', 'FOX');
    expect(await t.sync()).toMatchObject({ kind: 'applied', renamed: 5, added: 0, missing: 0 });
    expect(await t.gameOf('g-3')).toMatchObject({
      id: before.id,
      providerCode: 'fox-v2',
      provider: { code: 'fox' },
    });
    expect(await t.catalogue.find(before.aggregator, gameCode('g-3'), 'fox')).toMatchObject({ id: before.id });
  });

  it('of one code at two aggregators and with different names is two [CAT-05]', async () => {
    await using t = await catalogueTable(database.sql, [
      { games: of('pp', 'Paper Plane') },
      { games: of('pp', 'Pixel Party', 'x') },
    ]);
    await t.sync(0);
    await t.sync(1);
    const [one, two] = [(await t.gameOf('g-0', 0)).provider, (await t.gameOf('x-0', 1)).provider];
    expect(one).toEqual({ code: 'pp', name: 'Paper Plane' });
    expect(two.name).toBe('Pixel Party');
    expect(two.code).toMatch(/^pp-[0-9a-f]{6}$/);
  });
});
