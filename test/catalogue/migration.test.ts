import { cp, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCatalogue } from '../../src/catalogue/index.ts';
import { manualClock, migrate, silentLog } from '../../src/platform/index.ts';
import { aggregatorName, gameCode } from '../../src/wallet/index.ts';
import { testDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { ROOT } from '../tidy/text.ts';
import { listedGame, startAggregator } from './aggregator.ts';

const MIGRATIONS = path.join(ROOT, 'sql/migrations');
const id = (n: number): string => `01890000-0000-7000-8000-${String(n).padStart(12, '0')}`;
const ACME = aggregatorName('acme');

describe('a catalogue from before there were offers', () => {
  let database: TestDatabase;
  let home: string;

  beforeAll(async () => {
    database = await testDatabase({ empty: true });
    home = await mkdtemp(path.join(tmpdir(), 'croupier-migrations-'));
    const dir = path.join(home, 'before');
    await mkdir(dir);
    const before = (await readdir(MIGRATIONS)).filter((name) => /^000[1-8]\./.test(name));
    for (const name of before) await cp(path.join(MIGRATIONS, name), path.join(dir, name));
    await migrate(database.url, { dir });
    const { sql } = database;
    await sql`
      INSERT INTO provider (aggregator, code, name, first_seen_at, last_seen_at)
      VALUES
        ('acme', 'lion', 'Red Lion', '2026-01-01', '2026-01-05'), ('zed', 'lion', 'RED-LION', '2026-01-02', '2026-01-05'),
        ('zed', 'pp', 'Paper Plane', '2026-01-02', '2026-01-05'), ('acme', 'pp', 'Pixel Party', '2026-01-03', '2026-01-05'),
        ('acme', 'star', '★', '2026-01-01', '2026-01-05')`;
    const game = async (n: number, aggregator: string, provider: string, code: string, more: object = {}) => {
      const row = {
        id: id(n),
        aggregator,
        provider_code: provider,
        code,
        name: `Game ${code}`,
        category: 'slots',
        tags: ['new'],
        features: [],
        rtp: '96.50',
        volatility: null,
        lines: 20,
        thumbnail: null,
        demo: true,
        platforms: [],
        currencies: [],
        blocked_countries: ['GB'],
        released_at: null,
        vendor_enabled: true,
        sort_name: `game ${code}`,
        search_text: `game ${code}\n${provider === 'lion' ? 'red lion' : provider}`,
        first_seen_at: '2026-01-01',
        last_seen_at: '2026-01-05',
        changed_at: '2026-01-04',
        ...more,
      };
      await sql`INSERT INTO game ${sql(row)}`;
    };
    await game(1, 'acme', 'lion', 'roar', { operator_enabled: false, sort_order: 5, category_override: 'cats' });
    await game(2, 'acme', 'lion', 'gone', { removed_at: '2026-01-06' });
    await game(3, 'zed', 'lion', 'roar');
    await game(4, 'acme', 'pp', 'x');
    await game(5, 'zed', 'pp', 'y');
    await game(6, 'acme', 'star', 'z');
    await sql`
      INSERT INTO game_code_alias (aggregator, provider_code, code, game_id, created_at)
      VALUES ('acme', 'lion', 'old-roar', ${id(1)}, '2026-01-01')`;
    await sql`INSERT INTO catalogue_state (aggregator, version, etag) VALUES ('acme', 7, '"one"'), ('zed', 1, NULL)`;
    await sql`
      INSERT INTO catalogue_sync (id, aggregator, started_at, heartbeat_at, finished_at, outcome)
      VALUES (${id(90)}, 'acme', '2026-01-05', '2026-01-05', '2026-01-05', 'applied')`;
    await migrate(database.url);
  });
  afterAll(async () => {
    await rm(home, { recursive: true, force: true });
    await database.close();
  });

  const catalogueOf = (open: Awaited<ReturnType<typeof startAggregator>>['dialect']) =>
    openCatalogue({
      sql: database.sql,
      clock: manualClock(Date.UTC(2026, 0, 7)),
      log: silentLog,
      aggregators: [{ name: ACME, open }],
    });

  it('keeps every id, what the operator has set, what was hidden, and further codes', async () => {
    await using aggregator = await startAggregator({});
    const catalogue = catalogueOf(aggregator.dialect);
    expect(await catalogue.get(id(1))).toMatchObject({
      id: id(1),
      aggregator: 'acme',
      code: 'roar',
      category: 'cats',
      order: 5,
      operatorEnabled: false,
      vendorEnabled: true,
      removedAtMs: null,
      blockedCountries: ['GB'],
      provider: { code: 'lion', name: 'Red Lion' },
    });
    const hiddenAtMs = Date.UTC(2026, 0, 6);
    expect(await catalogue.get(id(2))).toMatchObject({ removedAtMs: hiddenAtMs, lastSeenAtMs: Date.UTC(2026, 0, 5) });
    expect(await catalogue.find(ACME, gameCode('old-roar'))).toMatchObject({ id: id(1), code: 'roar' });
    const page = await catalogue.list({ state: 'all', limit: 50 });
    expect(page?.items.map((game) => game.id).toSorted()).toEqual([1, 2, 3, 4, 5, 6].map(id));
    expect(await catalogue.syncs('acme')).toMatchObject([{ id: id(90), decision: null, askedBy: 'schedule' }]);
  });

  it('takes studios of one code and name for one, and of one code and other names for two', async () => {
    await using aggregator = await startAggregator({});
    const catalogue = catalogueOf(aggregator.dialect);
    const keys = Object.fromEntries(
      await Promise.all([1, 3, 4, 5, 6].map(async (n) => [n, (await catalogue.get(id(n)))?.provider.code] as const)),
    );
    expect(keys).toMatchObject({ 1: 'lion', 3: 'lion', 5: 'pp', 6: 'star' });
    expect(keys[4]).toMatch(/^pp-[0-9a-f]{6}$/);
    expect((await catalogue.list({ state: 'all', limit: 50, q: 'red lion' }))?.items).toHaveLength(3);
  });

  it('finds its games again in the next list, without a change that was none', async () => {
    const lion = { code: 'lion', name: 'Red Lion' };
    const same = {
      provider: lion,
      features: [],
      rtp: '96.50',
      volatility: null,
      lines: 20,
      platforms: [],
      blockedCountries: ['GB'],
    };
    const games = [
      listedGame('roar', same),
      listedGame('gone', same),
      listedGame('x', { ...same, provider: { code: 'pp', name: 'Pixel Party' } }),
      listedGame('z', { ...same, provider: { code: 'star', name: '★' } }),
    ];
    await using aggregator = await startAggregator({ games, etag: '"two"' });
    const catalogue = catalogueOf(aggregator.dialect);
    expect(await catalogue.sync('acme')).toMatchObject({
      kind: 'applied',
      added: 0,
      changed: 0,
      returned: 1,
      missing: 0,
    });
    expect(await catalogue.get(id(2))).toMatchObject({ removedAtMs: null });
  });
});
