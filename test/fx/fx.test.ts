/** The room over a real database and real servers: quotes shared by all processes, ages, alerts, and what is kept. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Fx } from '../../src/fx/index.ts';
import type { FxSettings, PairSettings } from '../../src/fx/index.ts';
import type { Exchange, Quote } from '../../src/money/index.ts';
import { formatRate, lockForRound, SAFE_TERMS, toWallet } from '../../src/money/index.ts';
import { createMetrics, manualClock, newId, silentLog } from '../../src/platform/index.ts';
import type { ManualClock } from '../../src/platform/index.ts';
import { testDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { cross, fixed, fxOf, fxSettings, jsonSource, pairOf, pairSettings, priceServer, rate } from './quotes.ts';
import type { PriceServer } from './quotes.ts';

const NOW = Date.UTC(2026, 0, 5, 12);
const BTC_USD = { wallet: { code: 'BTC', scale: 8 }, game: { code: 'USD', scale: 2 } };
const sides = (text: string) => ({
  wallet: { code: pairOf(text).wallet, scale: 8 },
  game: { code: pairOf(text).game, scale: 2 },
});

let database: TestDatabase;
let one: PriceServer;
let two: PriceServer;
let clock: ManualClock;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(async () => database.close());
beforeEach(async () => {
  const { sql } = database;
  await sql`ALTER TABLE fx_quote DISABLE TRIGGER ALL`;
  await sql`ALTER TABLE fx_tick DISABLE TRIGGER ALL`;
  await sql`DELETE FROM fx_quote`;
  await sql`DELETE FROM fx_tick`;
  await sql`DELETE FROM fx_rejection`;
  await sql`ALTER TABLE fx_quote ENABLE TRIGGER ALL`;
  await sql`ALTER TABLE fx_tick ENABLE TRIGGER ALL`;
  [one, two] = [await priceServer('{"price":"64123.45"}'), await priceServer('{"price":"64123.45"}')];
  clock = manualClock(NOW);
  return async () => {
    await one[Symbol.asyncDispose]();
    await two[Symbol.asyncDispose]();
  };
});

const live = (more: Partial<FxSettings> = {}, pair: Partial<PairSettings> = {}): FxSettings =>
  fxSettings([pairSettings('BTC/USD', pair)], {
    sources: [jsonSource('one', one.url), jsonSource('two', two.url)],
    ...more,
  });
const room = (settings: FxSettings, at = clock) => fxOf(database.sql, at, settings);

function quoted(exchange: Exchange): Extract<Exchange, { kind: 'quoted' }> {
  if (exchange.kind !== 'quoted') throw new Error(exchange.kind);
  return exchange;
}
const rateOf = (quote: Quote): string => formatRate(quote.rate);
const setPrices = (first: string, second = first): void => {
  one.body = `{"price":"${first}"}`;
  two.body = `{"price":"${second}"}`;
};

/** Minute after minute, each with the turns around its end. */
async function pass(fx: { turn: () => Promise<void> }, minutes: number): Promise<void> {
  for (let n = 0; n < minutes; n += 1) {
    for (const ms of [45_000, 5_000, 5_000, 5_000]) {
      clock.advance(ms);
      await fx.turn();
    }
  }
}

describe('a quote', () => {
  it('is one for everybody: of a pair and a window, whichever process made it [FX-21]', async () => {
    const rooms = Array.from({ length: 8 }, () => room(live()));
    await Promise.all(rooms.map(async ({ fx }) => fx.turn()));
    const ids = rooms.map(({ fx }) => quoted(fx.exchange(BTC_USD, null)).current.id);
    expect(new Set(ids).size).toBe(1);
    const rows = await database.sql`SELECT id, ticks FROM fx_quote`;
    expect(rows).toMatchObject([{ id: ids[0] }]);
    // Only the words of the quote that won are kept as used.
    expect((await database.sql`SELECT id FROM fx_tick`).map((row) => row['id']).toSorted()).toEqual(
      [...rows[0]!['ticks']].toSorted(),
    );
  });

  it('does not change within its window, however often a player opens the game [FX-21]', async () => {
    const { fx } = room(live());
    await fx.turn();
    const { current } = quoted(fx.exchange(BTC_USD, null));
    setPrices('65000');
    for (let n = 0; n < 40; n += 1) {
      clock.advance(1_000);
      await fx.turn();
      expect(quoted(fx.exchange(BTC_USD, null)).current.id).toBe(current.id);
    }
    expect(current).toMatchObject({ startsAtMs: NOW, expiresAtMs: NOW + 60_000, source: 'one, two' });
  });

  it('is followed by the next without a gap, prepared shortly before [FX-04]', async () => {
    const { fx } = room(live());
    await fx.turn();
    const first = quoted(fx.exchange(BTC_USD, null)).current;
    setPrices('65000');
    clock.advance(55_000);
    await fx.turn();
    expect(quoted(fx.exchange(BTC_USD, null)).current.id).toBe(first.id);
    clock.advance(4_999);
    expect(quoted(fx.exchange(BTC_USD, null)).current.id).toBe(first.id);
    clock.advance(1);
    const second = quoted(fx.exchange(BTC_USD, null)).current;
    expect([rateOf(second), second.startsAtMs]).toEqual(['65000', NOW + 60_000]);
    // What the session was shown has ended, so its round takes the present one.
    expect(lockForRound(quoted(fx.exchange(BTC_USD, first)), clock.now())).toMatchObject({
      lock: { quoteId: second.id },
    });
  });

  it('that was shown is locked for the round although the market moved, and pays the win by it [FX-01] [FX-03]', async () => {
    const { fx } = room(live());
    await fx.turn();
    const shown = quoted(fx.exchange(BTC_USD, null)).current;
    setPrices('65000');
    clock.advance(30_000);
    await fx.turn();
    const locked = lockForRound(quoted(fx.exchange(BTC_USD, shown)), clock.now());
    if (locked.kind !== 'locked') throw new Error(locked.refusal);
    await pass(fx, 3);
    expect(rateOf(quoted(fx.exchange(BTC_USD, shown)).current)).toBe('65000');
    expect(toWallet({ unscaled: 250n, scale: 2 }, locked.lock, 'payout').units).toBe(3_899n);
  });

  it('is asked for once a window by whichever process comes first, not by each of them', async () => {
    const rooms = Array.from({ length: 4 }, () => room(live()));
    for (const { fx } of rooms) await fx.turn();
    expect(one.asked).toHaveLength(1);
    for (const { fx } of rooms) await pass(fx, 0);
    clock.advance(55_000);
    for (const { fx } of rooms) await fx.turn();
    expect(one.asked).toHaveLength(2);
  });

  it('is found again by its id, from memory and after a restart', async () => {
    const first = room(live());
    await first.fx.turn();
    const { current } = quoted(first.fx.exchange(BTC_USD, null));
    expect(await first.fx.quote(current.id)).toEqual(current);
    expect(await room(live()).fx.quote(current.id)).toEqual(current);
    expect(await first.fx.quote(newId())).toBeNull();
  });

  it('and what it was made of cannot be changed or deleted', async () => {
    const { fx } = room(live());
    await fx.turn();
    const { sql } = database;
    await expect(sql`UPDATE fx_quote SET rate = 1`).rejects.toThrow(/append-only/);
    await expect(sql`DELETE FROM fx_tick`).rejects.toThrow(/it is kept/);
    await expect(sql`UPDATE fx_tick SET value = '1'`).rejects.toThrow(/append-only/);
    await expect(sql`TRUNCATE fx_tick`).rejects.toThrow(/append-only/);
  });

  it('keeps every word it was made of, as written', async () => {
    setPrices('64123.450', '64200');
    const { fx } = room(live());
    await fx.turn();
    const [pair] = await fx.report();
    expect(pair?.ticks).toEqual([
      { id: expect.any(String), source: 'one', value: '64123.450', observedAtMs: NOW },
      { id: expect.any(String), source: 'two', value: '64200', observedAtMs: NOW },
    ]);
    expect(rateOf(pair!.quote!)).toBe('64161.725');
  });

  it('of every digit survives the database, with its spread [FX-22]', async () => {
    const small = fixed('SHIB/USD', '0.00000812345678901234567891', { spreadBps: 37 });
    const { fx } = room(fxSettings([small]));
    await fx.turn();
    const found = await room(fxSettings([small])).fx.quote(quoted(fx.exchange(sides('SHIB/USD'), null)).current.id);
    expect(formatRate(found!.market)).toBe('0.00000812345678901234567891');
    expect(rateOf(found!)).toBe('0.000008093399998892999999898033');
  });
});

describe('the time', () => {
  const HOUR_MS = 3_600_000;

  it("is the database's: processes whose clocks are hours wrong have the same quotes [FX-21]", async () => {
    const clocks = [clock, manualClock(NOW - HOUR_MS), manualClock(NOW + HOUR_MS)];
    const databaseTime = async () => clock.now();
    const rooms = clocks.map((each) => fxOf(database.sql, each, live(), { databaseTime }));
    const idsNow = () => rooms.map(({ fx }) => quoted(fx.exchange(BTC_USD, null)).current.id);
    for (const { fx } of rooms) await fx.turn();
    expect(new Set(idsNow()).size).toBe(1);
    const [first] = idsNow();
    for (const each of clocks) each.advance(60_000);
    for (const { fx } of rooms) await fx.turn();
    expect(new Set(idsNow()).size).toBe(1);
    expect(idsNow()).not.toContain(first);
    const shown = await rooms[1]!.fx.quote(first!);
    expect(rooms.map(({ fx }) => quoted(fx.exchange(BTC_USD, shown)).shown?.hasEnded)).toEqual([true, true, true]);
  });

  it('is really asked of the database', async () => {
    const { fx } = fxOf(database.sql, manualClock(0), live());
    const real = new Fx({
      sql: database.sql,
      clock: manualClock(0),
      log: silentLog,
      metrics: createMetrics(),
      settings: live(),
    });
    await real.turn();
    await fx.turn();
    const { current } = quoted(real.exchange(BTC_USD, null));
    const [row] = await database.sql`SELECT clock_timestamp() AS now`;
    expect(Math.abs(current.observedAtMs - row!['now'].getTime())).toBeLessThan(60_000);
    expect(quoted(fx.exchange(BTC_USD, null)).current.observedAtMs).toBe(0);
  });
});

describe('the quote of a launch', () => {
  it('holds for all rounds of its session where the scope says so, and not for ever [FX-07]', async () => {
    const terms = { ...SAFE_TERMS, lockScope: 'session', sessionLockMaxMs: 3_600_000 } as const;
    const settings = fxSettings([fixed('BTC/USD', '64123.45')], { terms });
    const { fx } = room(settings);
    await fx.turn();
    const shown = quoted(fx.exchange(BTC_USD, null)).current;
    const isOver = () => quoted(fx.exchange(BTC_USD, shown)).shown?.hasEnded;
    clock.advance(shown.startsAtMs + 3_599_999 - clock.now());
    expect(isOver()).toBe(false);
    clock.advance(1);
    expect(isOver()).toBe(true);
  });
});

describe('nothing is converted by itself', () => {
  it('not without a configured pair, nor before a first rate [FX-23]', async () => {
    const { fx } = room(live());
    expect(fx.exchange(BTC_USD, null)).toEqual({ kind: 'unpriced', pair: pairOf('BTC/USD') });
    expect(fx.exchange(sides('USD/BTC'), null)).toEqual({ kind: 'unconfigured', pair: pairOf('USD/BTC') });
  });

  it('crosses are made only where configured, of the two pairs as they stand or turned round', async () => {
    const settings = fxSettings([
      fixed('BTC/USD', '64123.45', { spreadBps: 50 }),
      fixed('EUR/USD', '1.085'),
      cross('BTC/EUR', 'USD'),
    ]);
    const { fx } = room(settings);
    await fx.turn();
    const { current, freshness } = quoted(fx.exchange(sides('BTC/EUR'), null));
    // Of the market rates: a spread is taken once, the cross has its own.
    expect([rateOf(current), current.source, freshness]).toEqual([
      '59099.9539170506912442396',
      'BTC/USD × 1/(EUR/USD)',
      'fresh',
    ]);
    expect(fx.exchange(sides('EUR/BTC'), null).kind).toBe('unconfigured');
  });

  it('a cross is as fresh as the worse of its pairs, and made of the words of both', async () => {
    const settings = live({
      pairs: [
        pairSettings('BTC/USD', { origin: { kind: 'sources', names: ['one'] } }),
        pairSettings('USD/EUR', { origin: { kind: 'sources', names: ['two'] }, warnAfterMs: 9e6, refuseAfterMs: 9e7 }),
        cross('BTC/EUR', 'USD'),
      ],
    });
    setPrices('64123.45', '0.92');
    const { fx } = room(settings);
    await fx.turn();
    const { current } = quoted(fx.exchange(sides('BTC/EUR'), null));
    expect(rateOf(current)).toBe('58993.574');
    expect((await fx.report())[2]?.ticks.map((each) => each.value)).toEqual(['64123.45', '0.92']);
    two.status = 500;
    await pass(fx, 20);
    expect(quoted(fx.exchange(sides('BTC/EUR'), null)).freshness).toBe('fresh');
    one.status = 500;
    await pass(fx, 6);
    expect(quoted(fx.exchange(sides('BTC/EUR'), null)).freshness).toBe('expired');
    expect(quoted(fx.exchange(sides('USD/EUR'), null)).freshness).toBe('fresh');
  });
});

describe('when sources fail', () => {
  it('the last rate is used and flagged, then opens no new rounds, and a locked round goes on [FX-08] [FX-09]', async () => {
    const { fx, lines, metrics } = room(live());
    await fx.turn();
    const locked = lockForRound(quoted(fx.exchange(BTC_USD, null)), clock.now());
    if (locked.kind !== 'locked') throw new Error(locked.refusal);
    one.status = 503;
    two.status = 503;
    await pass(fx, 2);
    expect(quoted(fx.exchange(BTC_USD, null)).freshness).toBe('stale');
    expect(lockForRound(quoted(fx.exchange(BTC_USD, null)), clock.now())).toMatchObject({ lock: { isStale: true } });
    expect(fx.health()).toMatchObject({
      ok: true,
      degraded: true,
      detail: expect.stringContaining('BTC/USD is 120 s old'),
    });
    await pass(fx, 4);
    const late = quoted(fx.exchange(BTC_USD, null));
    expect([late.freshness, rateOf(late.current)]).toEqual(['expired', '64123.45']);
    expect(lockForRound(late, clock.now())).toEqual({ kind: 'refused', refusal: 'expired_rate' });
    expect(toWallet({ unscaled: 250n, scale: 2 }, locked.lock, 'payout').units).toBe(3_899n);
    expect(await metrics.text()).toMatch(/croupier_fx_state\{pair="BTC\/USD"\} 2/);

    [one.status, two.status] = [200, 200];
    await pass(fx, 1);
    expect(quoted(fx.exchange(BTC_USD, null)).freshness).toBe('fresh');
    // One line when something begins or ends, none while it lasts.
    const told = lines.map(({ level, msg }) => `${level} ${msg}`);
    expect(told.filter((each) => each.includes('from one'))).toEqual([
      'warn a rate of BTC/USD from one is not used: unavailable',
    ]);
    expect(told.filter((each) => each.startsWith('error'))).toHaveLength(1);
    expect(told.slice(-1)).toEqual(['info the rate of BTC/USD is fresh again']);
    expect(fx.health()).toMatchObject({ degraded: false });
  });

  it('a restart knows the last rate before any source has answered [FX-08]', async () => {
    const before = room(live());
    await before.fx.turn();
    clock.advance(120_000);
    [one.status, two.status] = [503, 503];
    const { fx } = room(live());
    await fx.turn();
    const found = quoted(fx.exchange(BTC_USD, null));
    expect([rateOf(found.current), found.freshness]).toEqual(['64123.45', 'stale']);
  });

  it('a first rate is asked for again after a while, not every second', async () => {
    [one.status, two.status] = [404, 404];
    const { fx, lines } = room(live());
    for (let n = 0; n < 20; n += 1) {
      await fx.turn();
      clock.advance(1_000);
    }
    expect(one.asked).toHaveLength(2);
    expect(lines.filter((each) => each.level === 'error')).toMatchObject([{ pair: 'BTC/USD', state: 'unpriced' }]);
    setPrices('64123.45');
    [one.status, two.status] = [200, 200];
    await fx.turn();
    expect(fx.exchange(BTC_USD, null).kind).toBe('quoted');
  });

  it('a tick that jumps is not believed, is told with its reason, and becomes the level when it stays [FX-10]', async () => {
    const { fx, lines } = room(live());
    await fx.turn();
    setPrices('50000', '50010');
    await pass(fx, 4);
    expect(rateOf(quoted(fx.exchange(BTC_USD, null)).current)).toBe('64123.45');
    const [report] = await fx.report();
    expect(report?.rejected[0]).toMatchObject({
      pair: 'BTC/USD',
      reason: 'jump',
      value: expect.stringMatching(/^500[01]0$/),
    });
    await pass(fx, 1);
    expect(quoted(fx.exchange(BTC_USD, null)).freshness).not.toBe('fresh');
    await pass(fx, 2);
    const after = quoted(fx.exchange(BTC_USD, null));
    expect([rateOf(after.current), after.freshness]).toEqual(['50005', 'fresh']);
    expect(lines.map((each) => each.msg)).toContain(
      'the rate jumped and has stayed there: the new level is used from now on',
    );
  });

  it('two sources that disagree leave the last good rate, with one alert each [FX-11]', async () => {
    const { fx, lines, metrics } = room(live());
    await fx.turn();
    setPrices('64000', '65000');
    await pass(fx, 2);
    expect(rateOf(quoted(fx.exchange(BTC_USD, null)).current)).toBe('64123.45');
    expect(lines.filter((each) => each['reason'] === 'disagreement').map((each) => each['source'])).toEqual([
      'one',
      'two',
    ]);
    expect(await metrics.text()).toMatch(
      /croupier_fx_rejected_total\{pair="BTC\/USD",source="one",reason="disagreement"\} 2/,
    );
  });

  it('an operator who puts live sources in place of a fixed rate is not held to it', async () => {
    const first = room(fxSettings([fixed('BTC/USD', '40000')]));
    await first.fx.turn();
    clock.advance(60_000);
    const { fx } = room(live());
    await fx.turn();
    expect(rateOf(quoted(fx.exchange(BTC_USD, null)).current)).toBe('64123.45');
  });

  it('what was not believed is kept for a week', async () => {
    const { sql } = database;
    const old = new Date(NOW - 8 * 86_400_000);
    await sql`INSERT INTO fx_rejection VALUES (${newId()}, 'BTC/USD', 'one', '0', 'not_positive', '', ${old})`;
    setPrices('0', '64000');
    const { fx } = room(live());
    await fx.turn();
    expect((await fx.report())[0]?.rejected).toMatchObject([
      { source: 'one', value: '0', reason: 'not_positive', atMs: NOW },
    ]);
  });
});

it('a fixed rate never ages', async () => {
  const { fx } = room(fxSettings([fixed('BTC/USD', '64123.45')]));
  await fx.turn();
  clock.advance(30 * 86_400_000);
  expect(quoted(fx.exchange(BTC_USD, null)).freshness).toBe('fresh');
  expect(fx.health()).toEqual({ name: 'fx', ok: true, degraded: false, detail: 'every pair has a fresh rate' });
  expect(rate('64123.45')).toEqual(quoted(fx.exchange(BTC_USD, null)).current.rate);
});
