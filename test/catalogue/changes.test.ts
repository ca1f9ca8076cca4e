import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { listOf } from './aggregator.ts';
import { BY, catalogueTable } from './table.ts';

describe('the change log', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase();
  });
  afterAll(async () => database.close());

  it('says what changed, from what to what, when, and by which sync or key', async () => {
    await using t = await catalogueTable(database.sql, [{ games: listOf(3) }]);
    const first = await t.sync();
    const game = await t.gameOf('g-1');
    t.state().games = listOf(3).map((each) =>
      each.code === 'g-1' ? { ...each, rtp: '90.00', currencies: ['EUR'] } : each,
    );
    const second = await t.sync();
    await t.catalogue.patch(game.id, { enabled: false, tags: ['hot'], name: 'Ours' }, BY);
    await t.catalogue.patch(game.id, { enabled: false }, BY);
    const changes = await t.changes({ game: game.id });
    const told = changes.map(({ what, field, was, became, by }) => [what, field, was, became, by.id]);
    expect(told.slice(0, 3).toSorted()).toEqual([
      ['game.changed', 'enabled', true, false, 'test'],
      ['game.changed', 'name', null, 'Ours', 'test'],
      ['game.changed', 'tags', [], ['hot'], 'test'],
    ]);
    expect(told.slice(3, 5).toSorted()).toEqual([
      ['offer.changed', 'currencies', [], ['EUR'], second.id],
      ['offer.changed', 'rtp', '96.50', '90.00', second.id],
    ]);
    expect(told[5]).toEqual([
      'offer.added',
      null,
      null,
      { provider: 'studio', code: 'g-1', name: 'Game g-1' },
      first.id,
    ]);
    expect(told).toHaveLength(6);
    expect(changes[3]).toMatchObject({ atMs: t.clock.now(), aggregator: t.names[0], offerId: game.offer });
  });

  it('has nothing of what failed, was quarantined, or stayed the same', async () => {
    await using t = await catalogueTable(database.sql, [{ games: listOf(10), perPage: 5 }]);
    await t.sync();
    const before = await t.changes({ aggregator: t.names[0] ?? '' });
    await t.sync();
    t.state().failPage = 2;
    await t.sync();
    t.state().failPage = null;
    t.state().games = listOf(2);
    await t.sync();
    expect(await t.changes({ aggregator: t.names[0] ?? '' })).toEqual(before);
  });

  it('is paged, narrowed by time and kind, and refuses cursors that are none of ours', async () => {
    await using t = await catalogueTable(database.sql, [{ games: listOf(7) }]);
    await t.sync();
    const filter = { aggregator: t.names[0] ?? '' };
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await t.catalogue.changes({ ...filter, limit: 3, ...(cursor === undefined ? {} : { cursor }) });
      seen.push(...(page?.items ?? []).map((change) => change.id));
      cursor = page?.next ?? undefined;
    } while (cursor !== undefined);
    expect(new Set(seen).size).toBe(7);
    expect(await t.changes({ ...filter, sinceMs: t.clock.now() + 1 })).toEqual([]);
    expect(await t.changes({ ...filter, sinceMs: t.clock.now(), what: 'offer.added' })).toHaveLength(7);
    expect(await t.changes({ game: 'nonsense' })).toEqual([]);
    for (const bad of ['x', 'bnVsbA', Buffer.from('["1; DROP"]').toString('base64url')]) {
      expect(await t.catalogue.changes({ limit: 3, cursor: bad })).toBeNull();
    }
  });

  it('is forgotten after its time, with the syncs of that time, but never a list that waits', async () => {
    await using t = await catalogueTable(database.sql, [{ games: listOf(10) }]);
    await t.sync();
    t.state().games = listOf(2);
    const waiting = await t.sync();
    const [name = ''] = t.names;
    const turn = { stopped: false };
    await t.catalogue.expire(t.clock.now() - 90_000, turn);
    expect(await t.changes({ aggregator: name })).toHaveLength(10);
    t.clock.advance(1);
    await t.catalogue.expire(t.clock.now(), { stopped: true });
    expect(await t.changes({ aggregator: name })).toHaveLength(10);
    await t.catalogue.expire(t.clock.now(), turn);
    expect(await t.changes({ aggregator: name })).toEqual([]);
    expect((await t.catalogue.syncs(name)).map((run) => run.id)).toEqual([waiting.id]);
    expect(await t.catalogue.decideSync(waiting.id ?? '', 'accept', BY)).toMatchObject({ kind: 'done' });
  });
});
