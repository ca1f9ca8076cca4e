import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isAvailable } from '../../src/catalogue/index.ts';
import { gameCode } from '../../src/wallet/index.ts';
import { testDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { listOf } from './aggregator.ts';
import { catalogueTable } from './table.ts';

describe('a game that the list lacks', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase();
  });
  afterAll(async () => database.close());

  it('stays in the lobby for one list, and comes back as if nothing had been [CAT-04]', async () => {
    await using t = await catalogueTable(database.sql, [{ games: listOf(10) }]);
    await t.sync();
    const seenAtMs = t.clock.now();
    const before = await t.gameOf('g-9');
    t.state().games = listOf(9);
    expect(await t.sync()).toMatchObject({ kind: 'applied', missing: 1, removed: 0 });
    const missing = await t.gameOf('g-9');
    expect(missing).toMatchObject({ missingAtMs: t.clock.now(), removedAtMs: null, lastSeenAtMs: seenAtMs });
    expect(isAvailable(missing)).toBe(true);
    expect(await t.lobby()).toHaveLength(10);
    t.state().games = listOf(10);
    expect(await t.sync()).toMatchObject({ kind: 'applied', missing: 0, changed: 0, returned: 0 });
    expect(await t.gameOf('g-9')).toMatchObject({ id: before.id, missingAtMs: null, lastSeenAtMs: t.clock.now() });
    expect((await t.changes({ game: before.id })).map((change) => change.what)).toEqual([
      'offer.back',
      'offer.missing',
      'offer.added',
    ]);
  });

  it('is hidden after two lists and five minutes, not by two lists in a hurry [CAT-04]', async () => {
    await using t = await catalogueTable(database.sql, [{ games: listOf(10) }]);
    await t.sync();
    t.state().games = listOf(9);
    expect(await t.sync()).toMatchObject({ missing: 1 });
    expect(await t.sync()).toMatchObject({ missing: 1, removed: 0 });
    t.clock.advance(3 * 60_000);
    expect(await t.sync()).toMatchObject({ missing: 0, removed: 1 });
    expect(await t.lobby()).toHaveLength(9);
    const hidden = await t.gameOf('g-9');
    expect(isAvailable(hidden)).toBe(false);
    expect(await t.sync()).toMatchObject({ missing: 0, removed: 0 });
    t.state().games = listOf(10);
    expect(await t.sync()).toMatchObject({ returned: 1, added: 0 });
    expect(await t.lobby()).toHaveLength(10);
    expect((await t.gameOf('g-9')).id).toBe(hidden.id);
  });

  it('is hidden as well when the aggregator says that its list has not changed [CAT-04]', async () => {
    await using t = await catalogueTable(database.sql, [{ games: listOf(10), etag: '"one"' }]);
    await t.sync();
    t.state().games = listOf(9);
    t.state().etag = '"two"';
    expect(await t.sync()).toMatchObject({ kind: 'applied', missing: 1 });
    t.clock.advance(5 * 60_000);
    expect(await t.sync()).toMatchObject({ kind: 'unchanged', removed: 1 });
    expect(await t.lobby()).toHaveLength(9);
    expect(await t.sync()).toMatchObject({ kind: 'unchanged', removed: 0, missing: 0 });
  });

  it('is counted against the limit together with those that are missing already [CAT-08]', async () => {
    await using t = await catalogueTable(database.sql, [{ games: listOf(10) }]);
    await t.sync();
    t.state().games = listOf(8);
    expect(await t.sync()).toMatchObject({ kind: 'applied', missing: 2 });
    t.state().games = listOf(7);
    expect(await t.sync()).toMatchObject({ kind: 'quarantined' });
  });

  it('is still what its code means to callbacks, whatever became of it [CAT-03]', async () => {
    const rules = { hideAfterSyncs: 1, hideAfterMs: 0 };
    await using t = await catalogueTable(database.sql, [{ games: listOf(10) }], { rules });
    await t.sync();
    const { id, aggregator } = await t.gameOf('g-9');
    t.state().games = listOf(9);
    expect(await t.sync()).toMatchObject({ removed: 1 });
    expect(await t.replica().find(aggregator, gameCode('g-9'))).toMatchObject({ id, available: false });
  });
});
