/** Syncs, merges, splits and settings in every order and at the same time: no id is lost, no offer without a game. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ListedGame } from '../../src/dialects/dialect.ts';
import { gameCode } from '../../src/wallet/index.ts';
import { testDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { listedGame } from './aggregator.ts';
import { BY, catalogueTable } from './table.ts';

type Table = Awaited<ReturnType<typeof catalogueTable>>;

type Step =
  | { readonly kind: 'sync'; readonly at: number; readonly games: readonly (readonly [code: number, vendor: number])[] }
  | { readonly kind: 'merge' | 'split' | 'patch' | 'alias'; readonly one: number; readonly other: number };

const number = (max: number) => fc.nat({ max });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant('sync' as const),
    at: number(1),
    games: fc.uniqueArray(fc.tuple(number(7), number(7)), { selector: ([code]) => code, minLength: 1, maxLength: 8 }),
  }),
  fc.record({
    kind: fc.constantFrom('merge', 'split', 'patch', 'alias'),
    one: number(30),
    other: number(30),
  }),
);

describe('a catalogue', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase({ max: 8 });
  });
  afterAll(async () => database.close());

  const clear = async () => database.sql`
    TRUNCATE game, offer, offer_code_alias, provider, provider_listing, catalogue_state, catalogue_sync, catalogue_held,
      catalogue_proposal, catalogue_change`;
  const idsOf = async (): Promise<readonly string[]> =>
    (await database.sql<{ id: string }[]>`SELECT id FROM game ORDER BY first_seen_at, id`).map((row) => row.id);

  /** Whatever happened: what must hold of the tables. */
  const check = async (t: Table, given: ReadonlySet<string>): Promise<void> => {
    const { sql } = database;
    expect(await sql`SELECT o.id FROM offer o JOIN game g ON g.id = o.game_id WHERE g.merged_into IS NOT NULL`).toEqual(
      [],
    );
    expect(
      await sql`SELECT id FROM game g WHERE merged_into IS NULL AND NOT EXISTS (SELECT FROM offer WHERE game_id = g.id)`,
    ).toEqual([]);
    expect(
      await sql`SELECT g.id FROM game g JOIN game became ON became.id = g.merged_into WHERE became.merged_into IS NOT NULL`,
    ).toEqual([]);
    expect(
      await sql`SELECT code FROM provider_listing l JOIN provider p ON p.key = l.provider_key WHERE p.merged_into IS NOT NULL`,
    ).toEqual([]);
    expect(await sql`SELECT FROM catalogue_staging`).toEqual([]);
    const known = new Set(await idsOf());
    for (const id of given) {
      expect(known.has(id)).toBe(true);
      expect(await t.catalogue.get(id)).not.toBeNull();
    }
  };

  const take = async (t: Table, what: Step): Promise<void> => {
    if (what.kind === 'sync') {
      t.state(what.at).games = what.games.map(([code, vendor]): ListedGame =>
        listedGame(`c-${code}`, { name: `Name ${vendor}`, vendorId: `v-${vendor}` }),
      );
      await t.sync(what.at, { accept: ['shrink', 'empty'] });
      return;
    }
    const ids = await idsOf();
    const at = (index: number): string => ids[index % Math.max(1, ids.length)] ?? 'none';
    const [one, other] = [at(what.one), at(what.other)];
    switch (what.kind) {
      case 'merge':
        await t.catalogue.merge(one, [other], BY);
        return;
      case 'split': {
        const offers = await t.catalogue.offers(one);
        await t.catalogue.split(
          offers[0]?.id ?? one,
          [offers[what.other % Math.max(1, offers.length)]?.offer ?? one],
          BY,
        );
        return;
      }
      case 'patch':
        await t.catalogue.patch(one, { enabled: what.other % 2 === 0, order: what.other }, BY);
        return;
      case 'alias': {
        const offers = await t.catalogue.offers(one);
        const [offer] = offers;
        if (offer === undefined) return;
        const { aggregator } = offer;
        await t.catalogue.noteAlias(one, { aggregator, code: gameCode(`c-${what.other % 8}`) }, BY);
      }
    }
  };

  it('loses no id and leaves no offer alone, whatever is done in which order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 14 }), async (steps) => {
        await clear();
        await using t = await catalogueTable(database.sql, [{}, {}], { merge: 'automatic' });
        const given = new Set<string>();
        for (const each of steps) {
          await take(t, each);
          for (const id of await idsOf()) given.add(id);
        }
        await check(t, given);
      }),
      { numRuns: 25 },
    );
  }, 180_000);

  it('is one and the same when everything happens at once [CAT-18]', async () => {
    await clear();
    const list = (prefix: string) =>
      Array.from({ length: 60 }, (_unused, index) =>
        listedGame(`${prefix}-${index}`, {
          name: `Name ${index}`,
          provider: { code: `${prefix}-s${index % 10}`, name: `Studio Nr ${index % 10}` },
        }),
      );
    const prefixes = ['a', 'b', 'c', 'd'];
    await using t = await catalogueTable(
      database.sql,
      prefixes.map((prefix) => ({ games: list(prefix), perPage: 20 })),
      { merge: 'automatic' },
    );
    const first = await Promise.all(t.names.map(async (name) => t.replica().sync(name)));
    expect(first.map((report) => report?.kind)).toEqual(['applied', 'applied', 'applied', 'applied']);
    const ids = await idsOf();
    for (const [index, prefix] of prefixes.entries()) {
      t.state(index).games = list(prefix).map((game) => ({ ...game, rtp: '90.00' }));
    }
    t.clock.advance(60_000);
    await Promise.all([
      ...t.names.flatMap((name) => [t.replica().sync(name), t.replica().sync(name)]),
      ...ids.slice(0, 20).map(async (id) => t.replica().patch(id, { order: 3 }, BY)),
      ...ids.slice(20, 30).map(async (id, index) => t.replica().merge(id, [ids[index + 40] ?? id], BY)),
    ]);
    for (const index of prefixes.keys()) await t.sync(index);
    await check(t, new Set(ids));
    expect(await database.sql`SELECT FROM provider WHERE merged_into IS NULL`).toHaveLength(10);
    expect(await database.sql`SELECT FROM offer`).toHaveLength(240);
  });
});
