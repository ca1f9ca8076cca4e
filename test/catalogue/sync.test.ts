import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCatalogue } from '../../src/catalogue/index.ts';
import type { SyncRules } from '../../src/catalogue/index.ts';
import type { ListedGame } from '../../src/dialects/dialect.ts';
import { manualClock, silentLog } from '../../src/platform/index.ts';
import { aggregatorName, gameCode } from '../../src/wallet/index.ts';
import { testDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { listedGame, listOf, startAggregator } from './aggregator.ts';
import type { AggregatorState } from './aggregator.ts';

const START = Date.UTC(2026, 0, 1);
/** hides what one list lacks */
const AT_ONCE: Partial<SyncRules> = { hideAfterSyncs: 1, hideAfterMs: 0 };
let numbered = 0;

describe('a catalogue sync', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase({ max: 8 });
  });
  afterAll(async () => database.close());

  /** An aggregator of its own name, and one or more replicas that sync it. */
  const table = async (initial: Partial<AggregatorState> = {}, rules: Partial<SyncRules> = {}) => {
    const name = aggregatorName(`acme-${(numbered += 1)}`);
    const aggregator = await startAggregator(initial);
    const clock = manualClock(START);
    const replica = () =>
      openCatalogue({
        sql: database.sql,
        clock,
        log: silentLog,
        aggregators: [{ name, open: aggregator.dialect, sync: rules }],
      });
    const catalogue = replica();
    const visible = async () => {
      const codes: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await catalogue.list({
          aggregator: name,
          state: 'available',
          limit: 200,
          ...(cursor === undefined ? {} : { cursor }),
        });
        codes.push(...(page?.items ?? []).map((game) => game.code));
        cursor = page?.next ?? undefined;
      } while (cursor !== undefined);
      return codes;
    };
    const sync = async (options = {}) => {
      clock.advance(60_000);
      const report = await catalogue.sync(name, options);
      if (report === null) throw new Error('not configured');
      return report;
    };
    return {
      name,
      aggregator,
      clock,
      catalogue,
      replica,
      visible,
      sync,
      [Symbol.asyncDispose]: aggregator[Symbol.asyncDispose],
    };
  };
  const staged = async (): Promise<number> => (await database.sql`SELECT 1 FROM catalogue_staging`).length;

  it('takes over 3,210 games in 7 pages [CAT-10]', async () => {
    await using t = await table({ games: listOf(3_210) });
    expect(await t.sync()).toMatchObject({ kind: 'applied', listed: 3_210, added: 3_210, changed: 0, removed: 0 });
    expect(t.aggregator.state.requests).toBe(7);
    expect(await t.visible()).toHaveLength(3_210);
    expect(await t.sync()).toMatchObject({ kind: 'applied', added: 0, changed: 0, removed: 0 });
    expect(await staged()).toBe(0);
  });

  it('keeps the old list when page 3 of 7 fails [CAT-07]', async () => {
    await using t = await table({ games: listOf(70), perPage: 10 });
    await t.sync();
    t.aggregator.state.games = listOf(70, 'new');
    t.aggregator.state.failPage = 3;
    const report = await t.sync();
    expect(report).toMatchObject({ kind: 'failed', added: 0, removed: 0 });
    expect(report.reason).toContain('page 3');
    expect((await t.visible()).every((code) => code.startsWith('g-'))).toBe(true);
    expect(await staged()).toBe(0);
  });

  it('quarantines a list that lacks more than a fifth, until a person accepts it [CAT-08]', async () => {
    await using t = await table({ games: listOf(10) });
    await t.sync();
    t.aggregator.state.games = listOf(7);
    const report = await t.sync();
    expect(report).toMatchObject({ kind: 'quarantined', removed: 0 });
    expect(report.reason).toContain('3 of 10');
    expect(await t.visible()).toHaveLength(10);
    expect(await t.sync({ accept: ['shrink'] })).toMatchObject({ kind: 'applied', removed: 3 });
    expect(await t.visible()).toHaveLength(7);
  });

  it('takes a loss of exactly a fifth, and quarantines a list of all new codes [CAT-08]', async () => {
    await using t = await table({ games: listOf(10) });
    await t.sync();
    t.aggregator.state.games = listOf(8);
    expect(await t.sync()).toMatchObject({ kind: 'applied', missing: 2, removed: 0 });
    t.aggregator.state.games = listOf(8, 'renamed');
    expect(await t.sync()).toMatchObject({ kind: 'quarantined' });
  });

  it('takes an empty list for a failure unless it is accepted [CAT-09]', async () => {
    await using t = await table({ games: listOf(3) });
    await t.sync();
    t.aggregator.state.games = [];
    expect(await t.sync()).toMatchObject({ kind: 'failed', reason: 'the list has no usable game' });
    expect(await t.visible()).toHaveLength(3);
    expect(await t.sync({ accept: ['empty', 'shrink'] })).toMatchObject({ kind: 'applied', removed: 3 });
    expect(await t.visible()).toHaveLength(0);
  });

  it('hides what is missing, finds it all the same, and brings it back under the same id [CAT-03, CAT-04]', async () => {
    await using t = await table({ games: listOf(10) }, AT_ONCE);
    await t.sync();
    const before = await t.catalogue.find(t.name, gameCode('g-9'));
    t.aggregator.state.games = listOf(9);
    expect(await t.sync()).toMatchObject({ removed: 1 });
    expect(await t.catalogue.find(t.name, gameCode('g-9'))).toEqual({ ...before, available: false });
    expect((await t.catalogue.get(before?.id ?? ''))?.removedAtMs).toBe(t.clock.now());
    t.aggregator.state.games = listOf(10);
    expect(await t.sync()).toMatchObject({ returned: 1, changed: 0, added: 0 });
    expect(await t.catalogue.find(t.name, gameCode('g-9'))).toEqual(before);
  });

  it('keeps id and provider key when names change [CAT-02]', async () => {
    await using t = await table({ games: listOf(2) });
    await t.sync();
    const before = await t.catalogue.find(t.name, gameCode('g-0'));
    t.aggregator.state.games = listOf(2).map((game) => ({
      ...game,
      name: `New ${game.name}`,
      provider: { code: 'studio', name: 'Studio (part of Big)' },
    }));
    expect(await t.sync()).toMatchObject({ changed: 2 });
    expect(await t.catalogue.get(before?.id ?? '')).toMatchObject({
      name: 'New Game g-0',
      provider: { code: 'studio', name: 'Studio (part of Big)' },
    });
  });

  it('lets the last of repeated entries count, with a warning [CAT-11]', async () => {
    await using t = await table({
      games: [listedGame('a', { name: 'First' }), listedGame('b'), listedGame('a', { name: 'Last' })],
      perPage: 2,
    });
    expect(await t.sync()).toMatchObject({
      kind: 'applied',
      added: 2,
      duplicates: 1,
      listed: 3,
      reason: '1 repeated entries; the last of each counts',
    });
    const offer = await t.catalogue.find(t.name, gameCode('a'));
    expect((await t.catalogue.get(offer?.id ?? ''))?.name).toBe('Last');
  });

  it('skips and reports malformed entries among good ones [CAT-15]', async () => {
    const bad: ListedGame[] = [
      listedGame(''),
      listedGame('nul\u0000'),
      listedGame('half\ud800'),
      listedGame('long', { name: 'x'.repeat(501) }),
      listedGame('lines', { lines: 1.5 }),
    ];
    await using t = await table({ games: [...bad, ...listOf(3)], malformed: ['entry 7 has no code'] });
    const report = await t.sync();
    expect(report).toMatchObject({ kind: 'applied', added: 3, malformed: 6, listed: 9 });
    expect(report.malformedSample).toHaveLength(6);
    expect(report.malformedSample).toContain('page 1: entry 7 has no code');
  });

  it('keeps two providers with one code apart, and codes that differ by case [CAT-05, CAT-14]', async () => {
    const games = [
      listedGame('dice'),
      listedGame('dice', { provider: { code: 'other', name: 'Other' } }),
      listedGame('Dice'),
      listedGame('dice '),
    ];
    await using t = await table({ games });
    expect(await t.sync()).toMatchObject({ added: 4, duplicates: 0 });
    const find = async (code: string, provider?: string) =>
      (await t.catalogue.find(t.name, gameCode(code), provider))?.id;
    const ids = await Promise.all([find('dice', 'studio'), find('dice', 'other'), find('Dice'), find('dice ')]);
    expect(new Set(ids).size).toBe(4);
    expect(ids).toContain(await find('dice'));
    expect(await find('DICE')).toBeUndefined();
  });

  it('asks with the tag of the list it has, and is done when nothing changed', async () => {
    await using t = await table({ games: listOf(3), etag: '"one"' });
    await t.sync();
    expect(await t.sync()).toMatchObject({ kind: 'unchanged' });
    expect(await t.sync({ force: true })).toMatchObject({ kind: 'applied', listed: 3 });
    t.aggregator.state.etag = '"two"';
    t.aggregator.state.games = listOf(4);
    expect(await t.sync()).toMatchObject({ kind: 'applied', added: 1 });
  });

  it('does not remember the tag of a list it did not take [CAT-08]', async () => {
    await using t = await table({ games: listOf(10), etag: '"one"' });
    await t.sync();
    t.aggregator.state.games = listOf(2);
    t.aggregator.state.etag = '"two"';
    expect(await t.sync()).toMatchObject({ kind: 'quarantined' });
    expect(await t.sync()).toMatchObject({ kind: 'quarantined' });
  });

  it('does not believe a list that is shorter than it says, or changes while it is read', async () => {
    await using t = await table({ games: listOf(10), perPage: 5 });
    t.aggregator.state.total = 11;
    expect(await t.sync()).toMatchObject({ kind: 'failed', reason: 'the list has 10 entries where it says 11' });
    t.aggregator.state.total = null;
    t.aggregator.state.beforePage = (page) => {
      if (page === 2) t.aggregator.state.games = listOf(9);
    };
    expect((await t.sync()).reason).toContain('changed while it was read');
    expect(await t.visible()).toHaveLength(0);
  });

  it('lets one of two nodes sync, and the other do nothing [CAT-18]', async () => {
    await using t = await table({ games: listOf(20), perPage: 5 });
    // The first is held at its second page until the others have been answered.
    let reached: () => void = () => undefined;
    let release: () => void = () => undefined;
    const atPageTwo = new Promise<void>((resolve) => (reached = resolve));
    const others = new Promise<void>((resolve) => (release = resolve));
    t.aggregator.state.beforePage = async (page) => {
      if (page !== 2) return;
      reached();
      await others;
    };
    const first = t.catalogue.sync(t.name);
    await atPageTwo;
    const busy = await Promise.all([t.replica().sync(t.name), t.replica().sync(t.name)]);
    release();
    const reports = [await first, ...busy];
    expect(reports.map((report) => report?.kind ?? '').toSorted((a, b) => a.localeCompare(b))).toEqual([
      'applied',
      'busy',
      'busy',
    ]);
    expect(await t.visible()).toHaveLength(20);
  });

  it('takes the place of a run whose process died, which then writes nothing', async () => {
    await using t = await table({ games: listOf(4), perPage: 2 });
    let release: () => void = () => undefined;
    let reached: () => void = () => undefined;
    const atPageTwo = new Promise<void>((resolve) => (reached = resolve));
    t.aggregator.state.beforePage = async (page) => {
      if (page !== 2) return;
      reached();
      await new Promise<void>((resolve) => (release = resolve));
    };
    const hanging = t.catalogue.sync(t.name);
    await atPageTwo;
    t.aggregator.state.beforePage = () => undefined;
    expect(await t.sync()).toMatchObject({ kind: 'busy' });
    await database.sql`UPDATE catalogue_sync SET heartbeat_at = now() - interval '10 minutes' WHERE aggregator = ${t.name}`;
    expect(await t.sync()).toMatchObject({ kind: 'applied', added: 4 });
    release();
    expect(await hanging).toMatchObject({ kind: 'failed' });
    const runs = await t.catalogue.syncs(t.name);
    expect(runs.map((run) => run.outcome).toSorted()).toEqual(['abandoned', 'applied']);
    expect(await staged()).toBe(0);
  });

  it('tells every replica within five seconds, and at once about a code nobody knew [CAT-13, CAT-17]', async () => {
    await using t = await table({ games: listOf(2) });
    await t.sync();
    const other = t.replica();
    expect(await other.find(t.name, gameCode('g-0'))).toMatchObject({ available: true });
    t.aggregator.state.games = [...listOf(2).map((game) => ({ ...game, enabled: false })), listedGame('fresh')];
    await t.catalogue.sync(t.name);
    expect(await other.find(t.name, gameCode('g-0'))).toMatchObject({ available: true });
    t.clock.advance(500);
    expect(await other.find(t.name, gameCode('fresh'))).toMatchObject({ available: true });
    expect(await other.find(t.name, gameCode('g-0'))).toMatchObject({ available: false });
  });

  it('says nothing for an aggregator that is not configured', async () => {
    await using t = await table();
    expect(await t.catalogue.sync('nobody')).toBeNull();
    expect(await t.catalogue.syncs('nobody')).toEqual([]);
  });
});
