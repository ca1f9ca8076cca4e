import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { listedGame, listOf } from './aggregator.ts';
import { BY, catalogueTable } from './table.ts';

describe('a quarantined list', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase();
  });
  afterAll(async () => database.close());

  const held = async (): Promise<number> => (await database.sql`SELECT FROM catalogue_held`).length;
  /** ten games, of which the next list lacks five, changes one, and has one more */
  const shrunken = async () => {
    const t = await catalogueTable(database.sql, [{ games: listOf(10) }]);
    await t.sync();
    const kept = listOf(5).map((game) => (game.code === 'g-1' ? { ...game, rtp: '90.00' } : game));
    t.state().games = [...kept, listedGame('fresh')];
    const report = await t.sync();
    expect(report).toMatchObject({ kind: 'quarantined', added: 0, changed: 0, removed: 0 });
    return { ...t, id: report.id ?? '' };
  };

  it('is kept whole, and shows how it differs from the catalogue [CAT-08]', async () => {
    await using t = await shrunken();
    const { id } = t;
    const detail = await t.catalogue.syncDetail(id, 3);
    expect(detail).toMatchObject({ outcome: 'quarantined', decision: 'waiting', decidedBy: null });
    expect(detail?.differences).toMatchObject({ added: 1, removed: 5, changed: 1 });
    const first = detail?.differences?.first ?? [];
    expect(first.map(({ kind, code }) => `${kind} ${code}`)).toEqual([
      'added fresh',
      'changed g-1',
      'removed g-5',
      'removed g-6',
      'removed g-7',
    ]);
    expect(first[1]?.fields).toEqual({ rtp: { was: '96.50', becomes: '90.00' } });
    expect(await t.lobby()).toHaveLength(10);
  });

  it('is taken over when a person accepts it, without asking the aggregator again [CAT-08]', async () => {
    await using t = await shrunken();
    const { id } = t;
    const asked = t.state().requests;
    t.state().games = [];
    expect(await t.catalogue.decideSync(id, 'accept', BY)).toMatchObject({
      kind: 'done',
      value: { decision: 'accepted', decidedBy: 'test' },
    });
    expect(t.state().requests).toBe(asked);
    expect(await t.lobby()).toEqual(['fresh', 'g-0', 'g-1', 'g-2', 'g-3', 'g-4']);
    expect(await t.gameOf('g-1')).toMatchObject({ rtp: '90.00' });
    expect(await t.gameOf('g-9')).toMatchObject({ removedAtMs: t.clock.now() });
    expect((await t.changes({ aggregator: t.names[0] ?? '' })).filter((each) => each.by.id === id)).toHaveLength(7);
    expect(await t.catalogue.syncDetail(id, 3)).toMatchObject({ differences: null });
    expect(await t.catalogue.decideSync(id, 'reject', BY)).toMatchObject({ kind: 'refused' });
  });

  it('changes nothing when a person rejects it, and is turned down when it comes again [CAT-08]', async () => {
    await using t = await shrunken();
    const { id } = t;
    expect(await t.catalogue.decideSync(id, 'reject', BY)).toMatchObject({ value: { decision: 'rejected' } });
    expect(await t.lobby()).toHaveLength(10);
    const again = await t.sync();
    expect(again).toMatchObject({ kind: 'quarantined', removed: 0 });
    expect(again.reason).toContain(`rejected before (sync ${id})`);
    expect(await t.catalogue.syncDetail(again.id ?? '', 3)).toMatchObject({ decision: null, differences: null });
    t.state().games = listOf(4);
    const other = await t.sync();
    expect(await t.catalogue.syncDetail(other.id ?? '', 3)).toMatchObject({ decision: 'waiting' });
  });

  it('waits once however often it comes, and gives way to a newer one [CAT-08]', async () => {
    await using t = await shrunken();
    const { id } = t;
    const before = await held();
    const again = await t.sync();
    expect(again.reason).toContain(`waits already (sync ${id})`);
    expect(await held()).toBe(before);
    expect(await t.catalogue.syncDetail(id, 3)).toMatchObject({ decision: 'waiting' });
    t.state().games = listOf(3);
    const newer = await t.sync();
    expect(await t.catalogue.syncDetail(id, 3)).toMatchObject({ decision: 'superseded' });
    expect(await t.catalogue.decideSync(id, 'accept', BY)).toMatchObject({ kind: 'refused' });
    expect(await t.catalogue.decideSync(newer.id ?? '', 'accept', BY)).toMatchObject({ kind: 'done' });
    expect(await t.lobby()).toHaveLength(3);
  });

  it('is out of date once a list was taken over [CAT-08]', async () => {
    await using t = await shrunken();
    const { id } = t;
    t.state().games = listOf(10);
    expect(await t.sync()).toMatchObject({ kind: 'applied' });
    expect(await t.catalogue.syncDetail(id, 3)).toMatchObject({ decision: 'superseded' });
  });

  it('is decided once when two people decide in the same instant [CAT-18]', async () => {
    await using t = await shrunken();
    const { id } = t;
    const decisions = await Promise.all([
      t.catalogue.decideSync(id, 'accept', BY),
      t.replica().decideSync(id, 'reject', BY),
      t.replica().decideSync(id, 'accept', BY),
    ]);
    expect(decisions.map((done) => done.kind).toSorted()).toEqual(['done', 'refused', 'refused']);
  });

  it('is what the limit of the aggregator says [CAT-08]', async () => {
    const options = { rules: { shrinkLimit: 0.5 } };
    await using t = await catalogueTable(database.sql, [{ games: listOf(10) }], options);
    await t.sync();
    t.state().games = listOf(5);
    expect(await t.sync()).toMatchObject({ kind: 'applied', missing: 5 });
    t.state().games = listOf(4);
    expect(await t.sync()).toMatchObject({ kind: 'quarantined' });
  });

  it('is unknown under any other id', async () => {
    await using t = await catalogueTable(database.sql, [{}]);
    for (const id of ['nonsense', '01890000-0000-7000-8000-00000000dead']) {
      expect(await t.catalogue.syncDetail(id, 3)).toBeNull();
      expect(await t.catalogue.decideSync(id, 'accept', BY)).toEqual({ kind: 'unknown' });
    }
  });
});

describe('an empty list', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase();
  });
  afterAll(async () => database.close());

  it('is a failure, also when nothing was listed before [CAT-09]', async () => {
    await using t = await catalogueTable(database.sql, [{ games: [] }]);
    expect(await t.sync()).toMatchObject({ kind: 'failed' });
  });

  it('is what an aggregator means of whom the configuration says so, with grace [CAT-09, CAT-04]', async () => {
    const options = { rules: { mayBeEmpty: true, hideAfterSyncs: 2, hideAfterMs: 0 } };
    await using t = await catalogueTable(database.sql, [{ games: listOf(3) }], options);
    await t.sync();
    t.state().games = [];
    expect(await t.sync()).toMatchObject({ kind: 'applied', missing: 3, removed: 0 });
    expect(await t.sync()).toMatchObject({ kind: 'applied', removed: 3 });
    expect(await t.lobby()).toEqual([]);
  });

  it('of entries that are all unusable is a failure all the same [CAT-15]', async () => {
    const options = { rules: { mayBeEmpty: true } };
    await using t = await catalogueTable(database.sql, [{ games: [listedGame('')] }], options);
    expect(await t.sync()).toMatchObject({ kind: 'failed', malformed: 1 });
  });
});
