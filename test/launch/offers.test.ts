/** Which offer of a game a player is let into, by what the catalogue says at that moment. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCatalogue } from '../../src/catalogue/index.ts';
import type { LaunchOrder } from '../../src/dialects/dialect.ts';
import { openLaunches } from '../../src/launch/index.ts';
import type { LaunchRequest } from '../../src/launch/index.ts';
import { manualClock, silentLog } from '../../src/platform/index.ts';
import { openPlayers } from '../../src/players/index.ts';
import { openSessions } from '../../src/sessions/index.ts';
import { aggregatorName, gameCode, playerId } from '../../src/wallet/index.ts';
import { listedGame, listOf, startAggregator } from '../catalogue/aggregator.ts';
import { CURRENCIES, ledgerTable } from '../support/ledger.ts';

const ONE = aggregatorName('one');
const TWO = aggregatorName('two');
const BY = { source: 'api', id: 'test' } as const;
const PLAYER = playerId('p-1');

describe('a launch of a game with several offers', () => {
  let table: Awaited<ReturnType<typeof ledgerTable>>;
  let lists: readonly Awaited<ReturnType<typeof startAggregator>>[];
  let rooms: ReturnType<typeof open>;
  let id: string;
  const clock = manualClock(Date.UTC(2026, 0, 1));
  const orders: LaunchOrder[] = [];
  const book = (code: string, more = {}) => [listedGame(code, { name: 'Book', ...more }), ...listOf(9, code)];

  const open = () => {
    const { sql } = table;
    const ledger = table.ledgerAt();
    const players = openPlayers({ sql, ledger, clock, currencies: CURRENCIES });
    const aggregators = [ONE, TWO].flatMap((name, index) => {
      const list = lists[index];
      return list === undefined ? [] : [{ name, open: list.dialect, sync: { hideAfterSyncs: 1, hideAfterMs: 0 } }];
    });
    const catalogue = openCatalogue({ sql, clock, log: silentLog, aggregators });
    const sign = (order: LaunchOrder) => {
      orders.push(order);
      return { kind: 'url', url: `https://games.example/?session=${order.session}` } as const;
    };
    const launches = openLaunches({
      sql,
      clock,
      log: silentLog,
      aggregators: [ONE, TWO].map((name) => ({ name, open: { launch: sign }, launchTtlSeconds: 600 })),
      catalogue,
      players,
      sessions: openSessions({ sql, clock }),
      ledger,
      currencies: CURRENCIES,
      returnHosts: [],
    });
    return { players, catalogue, launches };
  };
  const relist = async (index: number, games: ReturnType<typeof book>) => {
    const list = lists[index];
    if (list !== undefined) list.state.games = games;
    clock.advance(60_000);
    expect(await rooms.catalogue.sync(index === 0 ? ONE : TWO)).toMatchObject({ kind: 'applied' });
  };
  const launch = async (more: Partial<LaunchRequest> = {}) => {
    clock.advance(60_000);
    const launched = await rooms.launches.launch({
      gameId: id,
      playerId: PLAYER,
      mode: 'real',
      currency: null,
      gameCurrency: null,
      country: null,
      ip: null,
      lang: null,
      platform: null,
      returnUrl: null,
      ...more,
    });
    if (launched.kind !== 'launched') return launched.kind === 'refused' ? launched.refusal : launched.kind;
    const { aggregator, gameId, gameCode: code } = launched.session;
    expect(gameId).toBe(id);
    expect(orders.at(-1)?.game).toBe(code);
    return `${aggregator}/${code}`;
  };

  beforeAll(async () => {
    table = await ledgerTable();
    lists = [await startAggregator({ games: book('book') }), await startAggregator({ games: book('BK') })];
    rooms = open();
    await rooms.catalogue.sync(ONE);
    await rooms.catalogue.sync(TWO);
    id = (await rooms.catalogue.find(ONE, gameCode('book')))?.id ?? '';
    const other = (await rooms.catalogue.find(TWO, gameCode('BK')))?.id ?? '';
    expect(await rooms.catalogue.merge(id, [other], BY)).toMatchObject({ kind: 'done' });
    await rooms.players.create({ id: PLAYER, currency: 'USD', country: 'MT', test: false });
  });
  afterAll(async () => {
    await Promise.all(lists.map(async (list) => list[Symbol.asyncDispose]()));
    await table[Symbol.asyncDispose]();
  });

  it('takes the preferred offer, and the next where that does not fit the player [CAT-06]', async () => {
    expect(await launch()).toBe('one/book');
    await relist(0, book('book', { currencies: ['EUR'] }));
    expect(await launch()).toBe('two/BK');
    await relist(0, book('book'));
    const offers = await rooms.catalogue.offers(id);
    await rooms.catalogue.patch(id, { offers: [offers[1]?.offer ?? ''] }, BY);
    expect(await launch()).toBe('two/BK');
    await rooms.catalogue.patch(id, { offers: [] }, BY);
  });

  it('uses a restriction from the moment the list has it [CAT-17]', async () => {
    await relist(0, book('book', { blockedCountries: ['MT'] }));
    expect(await launch()).toBe('two/BK');
    await relist(1, book('BK', { blockedCountries: ['mt'] }));
    expect(await launch()).toBe('country_blocked');
    await relist(0, book('book', { currencies: ['EUR'] }));
    await relist(1, book('BK', { currencies: ['EUR'] }));
    expect(await launch()).toBe('currency_unsupported');
    await relist(0, book('book'));
    await relist(1, book('BK'));
    expect(await launch()).toBe('one/book');
  });

  it('refuses a demo before the aggregator is asked when no offer has one [CAT-19]', async () => {
    await relist(0, book('book', { demo: false }));
    expect(await launch({ mode: 'demo', playerId: null })).toBe('two/BK');
    await relist(1, book('BK', { demo: false }));
    const signed = orders.length;
    expect(await launch({ mode: 'demo', playerId: null })).toBe('demo_unsupported');
    expect(orders).toHaveLength(signed);
    await relist(0, book('book'));
    await relist(1, book('BK'));
  });

  it('lets nobody into an offer that is gone, and says why the one that is there does not fit [CAT-03]', async () => {
    await relist(0, listOf(9, 'book'));
    expect(await launch()).toBe('two/BK');
    expect(await launch({ country: 'FR', platform: 'mobile' })).toBe('two/BK');
    await relist(1, book('BK', { blockedCountries: ['MT'] }));
    expect(await launch()).toBe('country_blocked');
    await relist(1, listOf(9, 'BK'));
    expect(await launch()).toBe('game_unavailable');
  });

  it('launches by an id that was merged into the game', async () => {
    await relist(0, book('book'));
    const former = (await table.sql<{ id: string }[]>`SELECT id FROM game WHERE merged_into = ${id}`)[0]?.id ?? '';
    expect(await launch({ gameId: former })).toBe('one/book');
  });
});
