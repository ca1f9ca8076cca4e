import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  facetsOf,
  hitsOf,
  inLobbyOrder,
  listingOf as slicesOfListing,
  pageAfter,
} from '../../src/catalogue/listing.ts';
import type { Facets, GameKey, GamesFilter, Listing } from '../../src/catalogue/listing.ts';
import { aggregatorName } from '../../src/wallet/index.ts';
import { gameOf } from '../support/game.ts';
import { listingOf, shownOf } from './games.ts';
import { plainFacets, plainHits } from './plain-listing.ts';

const AVAILABLE = { state: 'available' } as const;
const BIG = aggregatorName('big');
const idsOf = (listing: Listing, filter: Partial<GamesFilter>) =>
  shownOf(listing, { ...AVAILABLE, ...filter }).map(({ id }) => id);

describe('what fits a filter', () => {
  const listing = listingOf([
    [
      gameOf('a', { blockedCountries: ['GB'], currencies: ['EUR'], tags: ['new'], volatility: 'low' }),
      gameOf('a', { aggregator: BIG, provider: { code: 'brass', name: 'Brass' }, demo: false }),
    ],
    [gameOf('b', { features: ['wild'], category: 'crash' })],
    [gameOf('c', { removedAtMs: 1 }), gameOf('c', { aggregator: BIG, vendorEnabled: false })],
    [gameOf('d', { operatorEnabled: false })],
  ]);

  it('shows a game by the first offer that can be played from there with that money [CAT-06] [CAT-17]', () => {
    const shown = (filter: Partial<GamesFilter>) =>
      shownOf(listing, { ...AVAILABLE, ...filter }).find(({ id }) => id === 'a')?.game.aggregator;
    expect(shown({})).toBe('acme');
    expect(shown({ country: 'GB' })).toBe('big');
    expect(shown({ currency: 'USD' })).toBe('big');
    expect(shown({ country: 'GB', demo: true })).toBeUndefined();
    expect(shown({ aggregator: 'big' })).toBe('big');
    expect(shown({ provider: 'amber', country: 'GB' })).toBeUndefined();
  });

  it('leaves out what is gone or switched off, unless all is asked for', () => {
    expect(idsOf(listing, {})).toEqual(['a', 'b']);
    expect(idsOf(listing, { state: 'all' })).toEqual(['a', 'b', 'c', 'd']);
  });

  it('goes by category, tag, feature and volatility', () => {
    expect(idsOf(listing, { category: 'crash' })).toEqual(['b']);
    expect(idsOf(listing, { tag: 'new' })).toEqual(['a']);
    expect(idsOf(listing, { feature: 'wild' })).toEqual(['b']);
    expect(idsOf(listing, { volatility: 'low' })).toEqual(['a']);
    // One offer must fit all of it.
    expect(idsOf(listing, { tag: 'new', aggregator: 'big' })).toEqual([]);
  });
});

describe('searching the list [CAT-10]', () => {
  const names = ['Golden Panda', 'Panda', 'Silver Panda', 'The Pandas', 'Expanda', 'Ponda'];
  const listing = listingOf(names.map((name, index) => [gameOf(`g${index}`, { name })]));
  const found = (q: string) => shownOf(listing, { ...AVAILABLE, q }).map(({ game }) => game.name);

  it('shows the name, its beginning, a word of it, a part of it, and then what is nearly it', () => {
    expect(found('panda')).toEqual(['Panda', 'Golden Panda', 'Silver Panda', 'The Pandas', 'Expanda', 'Ponda']);
    expect(found('pnada')).toEqual(['Golden Panda', 'Panda', 'Silver Panda', 'The Pandas']);
  });

  it('leaves out what is only nearly right where enough is right', () => {
    const many = listingOf([
      ...Array.from({ length: 12 }, (_unused, index) => [gameOf(`p${index}`, { name: `Panda ${index}` })] as const),
      [gameOf('near', { name: 'Ponda' })],
    ]);
    expect(idsOf(many, { q: 'panda' })).toHaveLength(12);
    const blocked = listingOf([
      ...Array.from(
        { length: 12 },
        (_unused, index) => [gameOf(`p${index}`, { name: `Panda ${index}`, blockedCountries: ['GB'] })] as const,
      ),
      [gameOf('near', { name: 'Ponda' })],
    ]);
    expect(idsOf(blocked, { q: 'panda', country: 'GB' })).toEqual(['near']);
  });
});

describe('pages', () => {
  const listing = (names: readonly string[]) => listingOf(names.map((name) => [gameOf(`id ${name}`, { name })]));
  const keyOf = (of: Listing, name: string, q?: string): GameKey => {
    const filter = q === undefined ? AVAILABLE : { ...AVAILABLE, q };
    const hit = shownOf(of, filter).find(({ game }) => game.name === name);
    if (hit === undefined) throw new Error(`no ${name}`);
    return hit;
  };

  it('go on where they ended, whatever came, went or was renamed in between', () => {
    const before = listing(['a', 'b', 'c', 'd', 'e']);
    const after = listing(['a', 'aa', 'b2', 'd', 'e', 'f']);
    const key = keyOf(before, 'c');
    const rest = pageAfter(hitsOf(after, AVAILABLE), key, 2).map(({ game }) => game.name);
    expect(rest).toEqual(['d', 'e']);
  });

  it('of a search go on by rank', () => {
    const one = listing(['Panda', 'Big Panda', 'Apanda', 'Zpanda']);
    const key = keyOf(one, 'Big Panda', 'panda');
    expect(pageAfter(hitsOf(one, { ...AVAILABLE, q: 'panda' }), key, 9).map(({ game }) => game.name)).toEqual([
      'Apanda',
      'Zpanda',
    ]);
  });

  it('together are the whole list, each game once, for any page size', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.string({ unit: fc.constantFrom('a', 'b', 'p', 'ö', '𝒂', ' '), minLength: 1, maxLength: 6 }), {
          maxLength: 40,
        }),
        fc.integer({ min: 1, max: 7 }),
        fc.constantFrom(undefined, 'a', 'pa'),
        (all, size, q) => {
          const of = listing(all);
          const hits = hitsOf(of, q === undefined ? AVAILABLE : { ...AVAILABLE, q });
          const seen: string[] = [];
          let after: GameKey | null = null;
          for (;;) {
            const page = pageAfter(hits, after, size);
            seen.push(...page.map(({ id }) => id));
            after = page.at(-1) ?? null;
            if (after === null || page.length < size) break;
          }
          expect(seen).toEqual(shownOf(of, q === undefined ? AVAILABLE : { ...AVAILABLE, q }).map(({ id }) => id));
          expect(new Set(seen).size).toBe(seen.length);
        },
      ),
    );
  });
});

describe('how much there is of everything', () => {
  const value = (...values: readonly string[]) => fc.constantFrom(...values);
  const offer = fc.record({
    aggregator: value('acme', 'big').map(aggregatorName),
    provider: value('amber', 'brass').map((code) => ({ code, name: code.toUpperCase() })),
    tags: fc.subarray(['new', 'old']),
    features: fc.subarray(['wild', 'respin']),
    volatility: value('low', 'high') as fc.Arbitrary<'low' | 'high'>,
    blockedCountries: fc.subarray(['GB']),
    demo: fc.boolean(),
    vendorEnabled: fc.boolean(),
  });
  const offers = fc.tuple(value('slots', 'crash'), fc.array(offer, { minLength: 1, maxLength: 3 }));
  const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
  const filters = fc.record({
    provider: optional(value('amber', 'brass')),
    category: optional(value('slots', 'crash')),
    aggregator: optional(value('acme', 'big')),
    tag: optional(value('new', 'old')),
    feature: optional(value('wild', 'respin')),
    volatility: optional(value('low', 'high')),
    country: optional(value('GB')),
    demo: optional(fc.boolean()),
    q: optional(value('game 1', 'gmae 1')),
  });
  const KINDS: readonly (readonly [Exclude<keyof Facets, 'total'>, keyof GamesFilter])[] = [
    ['providers', 'provider'],
    ['categories', 'category'],
    ['aggregators', 'aggregator'],
    ['tags', 'tag'],
    ['features', 'feature'],
    ['volatilities', 'volatility'],
  ];

  it('is what choosing it would list, for every kind, beside whatever else is chosen', () => {
    fc.assert(
      fc.property(fc.array(offers, { maxLength: 30 }), filters, (made, chosen) => {
        const listing = listingOf(
          made.map(([category, each], index) => {
            const [first, ...rest] = each.map((one) =>
              gameOf(`g${index}`, { ...one, category, name: `Game ${index}` }),
            );
            if (first === undefined) throw new Error('no offer');
            return [first, ...rest];
          }),
        );
        const given = Object.entries(chosen).filter(([, one]) => one !== undefined);
        const filter: GamesFilter = { ...Object.fromEntries(given), ...AVAILABLE };
        const facets = facetsOf(listing, filter);
        expect(facets.total).toBe(shownOf(listing, filter).length);
        // Of a search the choice itself decides whether what is nearly right is shown.
        if (filter.q !== undefined) return;
        for (const [kind, name] of KINDS)
          for (const { code, count } of facets[kind])
            expect([kind, code, shownOf(listing, { ...filter, [name]: code }).length]).toEqual([kind, code, count]);
      }),
      { numRuns: 300 },
    );
  });

  it('names studios, and puts most first', () => {
    const listing = listingOf([
      [gameOf('a')],
      [gameOf('b')],
      [gameOf('c', { provider: { code: 'aaa', name: 'Aaa' } })],
    ]);
    expect(facetsOf(listing, AVAILABLE).providers).toEqual([
      { code: 'amber', name: 'Amber Works', count: 2 },
      { code: 'aaa', name: 'Aaa', count: 1 },
    ]);
  });
});

describe('the quick list [CAT-06] [CAT-10] [CAT-17]', () => {
  const words = (...values: readonly string[]) => fc.subarray([...values]);
  const value = (...values: readonly string[]) => fc.constantFrom(...values);
  const offer = fc.record({
    aggregator: value('acme', 'big', 'third').map(aggregatorName),
    provider: value('amber', 'brass', 'copper').map((code) => ({ code, name: `${code} Works` })),
    tags: words('new', 'old', 'a b', ''),
    features: fc.array(value('wild', 'respin', 'wild,respin'), { maxLength: 3 }),
    volatility: fc.constantFrom('low', 'medium', 'high', null),
    blockedCountries: words('GB', 'MT'),
    currencies: words('USD', 'EUR'),
    demo: fc.boolean(),
    vendorEnabled: fc.boolean(),
    operatorEnabled: fc.boolean(),
    removedAtMs: fc.constantFrom(null, null, 1),
  });
  const game = fc.record({
    name: fc
      .array(value('Golden', 'Panda', 'Fox', 'godlen', 'Ünder'), { minLength: 1, maxLength: 3 })
      .map((all) => all.join(' ')),
    category: value('slots', 'crash'),
    order: fc.constantFrom(1_000, 1_000, 1, -5),
    offers: fc.array(offer, { minLength: 1, maxLength: 4 }),
  });
  const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 2 });
  const filters = fc.record({
    provider: optional(value('amber', 'brass', 'nobody')),
    category: optional(value('slots', 'crash', 'nothing')),
    aggregator: optional(value('acme', 'big')),
    tag: optional(value('new', 'a b', '', 'no')),
    feature: optional(value('wild', 'wild,respin')),
    volatility: optional(value('low', 'high')),
    country: optional(value('GB', 'MT', 'FR')),
    currency: optional(value('USD', 'BTC')),
    demo: optional(fc.boolean()),
    q: optional(value('golden', 'gold', 'panad', 'fox golden', 'works', 'under', '')),
    state: fc.constantFrom('available' as const, 'all' as const),
  });

  it('lists, orders and counts exactly what looking at every game would', () => {
    fc.assert(
      fc.property(
        fc.array(game, { maxLength: 40 }),
        fc.array(filters, { minLength: 1, maxLength: 4 }),
        (made, asked) => {
          const listing = listingOf(
            made.map(({ name, category, order, offers }, index) => {
              const [first, ...rest] = offers.map((each) => gameOf(`g${index}`, { ...each, name, category, order }));
              if (first === undefined) throw new Error('no offer');
              return [first, ...rest];
            }),
          );
          for (const chosen of asked) {
            const given = Object.entries(chosen).filter(([, each]) => each !== undefined);
            const filter: GamesFilter = { state: chosen.state, ...Object.fromEntries(given) };
            expect(shownOf(listing, filter)).toEqual(plainHits(listing.entries, filter));
            expect(facetsOf(listing, filter)).toEqual(plainFacets(listing.entries, filter));
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it('of 12,000 games is made in slices of five hundred, between which others have their turn [CAT-10]', () => {
    const entries = listingOf(
      Array.from({ length: 12_000 }, (_unused, index) => [gameOf(`g${index}`)] as const),
    ).entries;
    expect([...slicesOfListing('1', entries)].length).toBe(2 * 24);
  });

  it('shows the same pages after any key, also of a game that is gone', () => {
    const key = fc.record({
      rank: fc.constantFrom(0, 0, 1, 6),
      order: fc.constantFrom(-5, 1, 1_000, 1_001),
      sortName: value('', 'fox', 'golden', 'golden panda', 'zzz'),
      id: value('', 'g0', 'g3', 'g99'),
    });
    fc.assert(
      fc.property(fc.array(game, { maxLength: 20 }), key, fc.constantFrom(undefined, 'golden'), (made, after, q) => {
        const listing = listingOf(
          made.map(({ name, order }, index) => [gameOf(`g${index}`, { name, order })] as const),
        );
        const filter: GamesFilter = q === undefined ? AVAILABLE : { ...AVAILABLE, q };
        const isAfter = (hit: GameKey) =>
          hit.rank > after.rank || (hit.rank === after.rank && inLobbyOrder(hit, after) > 0);
        expect(pageAfter(hitsOf(listing, filter), after, 5)).toEqual(
          plainHits(listing.entries, filter).filter(isAfter).slice(0, 5),
        );
      }),
    );
  });
});
