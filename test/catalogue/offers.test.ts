import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gameCode } from '../../src/wallet/index.ts';
import { testDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { listedGame, listOf } from './aggregator.ts';
import { BY, catalogueTable } from './table.ts';

describe('a game that two aggregators offer', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase();
  });
  afterAll(async () => database.close());

  // The tests share a database: a studio of its own keeps one test's games from looking like another's.
  let studios = 0;
  const studio = () => ({ code: `studio-${studios}`, name: `Studio ${studios}` });
  const book = (code: string, more = {}) => listedGame(code, { name: 'Book of Reels', provider: studio(), ...more });
  const others = (prefix: string) => listOf(9, prefix).map((game) => ({ ...game, provider: studio() }));
  const two = async (one = {}, other = {}, options = {}) => {
    studios += 1;
    const t = await catalogueTable(
      database.sql,
      [{ games: [book('book', one), ...others('a')] }, { games: [book('BK-1', other), ...others('b')] }],
      options,
    );
    await t.sync(0);
    await t.sync(1);
    const [first, second] = [await t.gameOf('book', 0), await t.gameOf('BK-1', 1)];
    return { ...t, first, second, ours: [t.names[0] ?? '', t.names[1] ?? ''] as const };
  };
  /** the open proposal about the two games, whose id it names */
  const proposalOf = async (t: Awaited<ReturnType<typeof two>>, id: string, state = 'open' as const) =>
    (await t.catalogue.proposals({ state, limit: 200 }))?.items.find((each) => each.game.id === id);

  it('is proposed, not merged, and one game with two offers once a person accepts [CAT-06]', async () => {
    await using t = await two();
    const { first, second } = t;
    expect(first.id).not.toBe(second.id);
    const proposal = await proposalOf(t, first.id);
    expect(proposal).toMatchObject({ reason: 'same_game', other: { id: second.id } });
    await t.catalogue.patch(first.id, { name: 'Our Book', order: 3 }, BY);
    expect(await t.catalogue.decideProposal(proposal?.id ?? '', 'accept', BY)).toMatchObject({ kind: 'done' });
    const offers = await t.catalogue.offers(first.id);
    expect(offers.map(({ id, code, name, order }) => [id, code, name, order])).toEqual([
      [first.id, 'book', 'Our Book', 3],
      [first.id, 'BK-1', 'Our Book', 3],
    ]);
    expect((await t.lobby()).filter((code) => code === 'book' || code === 'BK-1')).toEqual(['book']);
    // The id that was given out for the other goes on working.
    expect(await t.catalogue.get(second.id)).toMatchObject({ id: first.id });
    expect(await t.catalogue.find(second.aggregator, gameCode('BK-1'))).toMatchObject({ id: first.id });
    expect((await t.changes({ game: second.id })).map((change) => change.what)).toContain('game.merged');
  });

  it('is not proposed again once a person has said no [CAT-06]', async () => {
    await using t = await two();
    const { first } = t;
    const proposal = await proposalOf(t, first.id);
    await t.catalogue.decideProposal(proposal?.id ?? '', 'reject', BY);
    t.state(0).games = [book('book', { rtp: '95.00' }), ...others('a')];
    expect(await t.sync(0)).toMatchObject({ changed: 1 });
    expect(await proposalOf(t, first.id)).toBeUndefined();
    expect((await t.gameOf('BK-1', 1)).id).not.toBe(first.id);
  });

  it('is not even looked for when the configuration says so [CAT-06]', async () => {
    await using t = await two({}, {}, { merge: 'off' });
    const { first } = t;
    expect(await proposalOf(t, first.id)).toBeUndefined();
  });

  it('is merged by itself only where the configuration says so, and never with another RTP [CAT-06]', async () => {
    await using same = await two({}, {}, { merge: 'automatic' });
    expect(same.first.id).toBe(same.second.id);
    expect((await same.changes({ what: 'game.merged', limit: 1 }))[0]?.by).toEqual({ source: 'rule', id: 'merge' });
    await using different = await two({ rtp: '96.50' }, { rtp: '94.00' }, { merge: 'automatic' });
    expect(different.first.id).not.toBe(different.second.id);
    expect(await proposalOf(different, different.first.id)).toMatchObject({ reason: 'same_game' });
  });

  it('is taken apart again with the ids it had, and is not merged by itself after that [CAT-06]', async () => {
    await using t = await two({}, {}, { merge: 'automatic' });
    const { first } = t;
    const [, offer] = await t.catalogue.offers(first.id);
    const done = await t.catalogue.split(first.id, [offer?.offer ?? ''], BY);
    expect(done).toMatchObject({ kind: 'done', value: { from: [{ code: 'book' }], to: [{ code: 'BK-1' }] } });
    const other = await t.gameOf('BK-1', 1);
    expect(other.id).not.toBe(first.id);
    t.state(1).games = [book('BK-1', { lines: 5 }), ...others('b')];
    await t.sync(1);
    expect((await t.gameOf('BK-1', 1)).id).toBe(other.id);
    expect(await t.catalogue.split(first.id, [other.offer], BY)).toMatchObject({ kind: 'refused' });
    expect(await t.catalogue.split(first.id, [first.offer], BY)).toMatchObject({ kind: 'refused' });
  });

  it('is played by the offer that fits the player, and shown by it [CAT-06, CAT-17]', async () => {
    await using t = await two(
      { blockedCountries: ['GB'], currencies: ['EUR'], demo: false },
      { currencies: ['USD', 'EUR'] },
    );
    const { first, second, ours } = t;
    await t.catalogue.merge(first.id, [second.id], BY);
    const shown = async (filter: object) =>
      (await t.catalogue.list({ state: 'available', limit: 200, q: 'book of reels', ...filter }))?.items
        .filter((game) => game.id === first.id)
        .map((game) => game.aggregator);
    expect(await shown({})).toEqual([ours[0]]);
    expect(await shown({ currency: 'EUR' })).toEqual([ours[0]]);
    expect(await shown({ currency: 'USD' })).toEqual([ours[1]]);
    expect(await shown({ country: 'GB' })).toEqual([ours[1]]);
    expect(await shown({ demo: true })).toEqual([ours[1]]);
    expect(await shown({ currency: 'JPY' })).toEqual([]);
    // The next list says something else, and so does the very next question.
    t.state(1).games = [book('BK-1', { currencies: ['USD', 'EUR'], blockedCountries: ['gb'] }), ...others('b')];
    await t.sync(1);
    expect(await shown({ country: 'GB' })).toEqual([]);
  });

  it('is played by the offer the operator prefers, and by the next when that is gone or off [CAT-06]', async () => {
    await using t = await two();
    const { first, second, ours } = t;
    await t.catalogue.merge(first.id, [second.id], BY);
    const best = async () => (await t.catalogue.get(first.id))?.aggregator;
    expect(await best()).toBe(ours[0]);
    expect(await t.catalogue.patch(first.id, { offers: [second.offer] }, BY)).toMatchObject({ kind: 'done' });
    expect(await best()).toBe(ours[1]);
    await t.catalogue.patchOffer(second.offer, { enabled: false }, BY);
    expect(await best()).toBe(ours[0]);
    expect(await t.catalogue.find(second.aggregator, gameCode('BK-1'))).toMatchObject({ available: false });
    await t.catalogue.patchOffer(second.offer, { enabled: true }, BY);
    t.state(1).games = others('b');
    await t.sync(1);
    expect(await best()).toBe(ours[0]);
    expect(await t.catalogue.patch(first.id, { offers: [] }, BY)).toMatchObject({ kind: 'done' });
    for (const offers of [['nonsense'], [first.offer, first.offer]]) {
      expect(await t.catalogue.patch(first.id, { offers }, BY)).toMatchObject({ kind: 'refused' });
    }
  });

  it('does not become playable by being merged when the operator had switched it off', async () => {
    await using t = await two();
    const { first, second } = t;
    await t.catalogue.patch(second.id, { enabled: false }, BY);
    await t.catalogue.merge(first.id, [second.id], BY);
    expect((await t.catalogue.offers(first.id)).map((offer) => offer.own.offerEnabled)).toEqual([true, false]);
  });

  it('refuses merges that make no sense, and ids nobody has', async () => {
    await using t = await two();
    const { first, second } = t;
    expect(await t.catalogue.merge(first.id, [first.id], BY)).toMatchObject({ kind: 'refused' });
    expect(await t.catalogue.merge(first.id, ['nonsense'], BY)).toEqual({ kind: 'unknown' });
    await t.catalogue.merge(first.id, [second.id], BY);
    expect(await t.catalogue.merge(first.id, [second.id], BY)).toMatchObject({ kind: 'refused' });
    const third = await t.gameOf('a-0');
    await t.catalogue.merge(third.id, [first.id], BY);
    // Whoever became the first became the third with it.
    expect((await t.catalogue.get(second.id))?.id).toBe(third.id);
  });
});

describe('RTP variants of a game', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase();
  });
  afterAll(async () => database.close());

  it('are offers of one game, of which the operator prefers one [CAT-16]', async () => {
    const variant = (code: string, rtp: string) => listedGame(code, { name: `Dice ${rtp}%`, rtp });
    const games = [variant('dice-alpha', '96.50'), variant('dice-beta', '94.00'), variant('dice-gamma', '92.00')];
    await using t = await catalogueTable(database.sql, [{ games }], { merge: 'automatic' });
    await t.sync();
    const alpha = await t.gameOf('dice-alpha');
    expect(await t.lobby()).toHaveLength(3);
    const open = (await t.catalogue.proposals({ state: 'open', limit: 50 }))?.items ?? [];
    expect(open.map((each) => each.reason)).toEqual(['rtp_variant', 'rtp_variant', 'rtp_variant']);
    const others = [await t.gameOf('dice-beta'), await t.gameOf('dice-gamma')];
    const into = open[0]?.game.id ?? alpha.id;
    const rest = [alpha, ...others].map((game) => game.id).filter((id) => id !== into);
    expect(await t.catalogue.merge(into, rest, BY)).toMatchObject({ kind: 'done' });
    expect(await t.lobby()).toHaveLength(1);
    const beta = await t.gameOf('dice-beta');
    await t.catalogue.patchOffer(beta.offer, { variant: '94' }, BY);
    await t.catalogue.patch(into, { offers: [beta.offer] }, BY);
    expect(await t.catalogue.get(into)).toMatchObject({ code: 'dice-beta', rtp: '94.00', own: { variant: '94' } });
    expect(await t.lobby()).toEqual(['dice-beta']);
    // Open proposals about games that are one by now are no longer asked about.
    expect((await t.catalogue.proposals({ state: 'open', limit: 50 }))?.items).toEqual([]);
  });
});
