/**
 * What a finance person holds against each other, asked through the operator's API alone: the days and their revisions, late wins, days
 * that are cut elsewhere, a rate that moves, and refunds in parts beside promotions. Every figure must come out of one book.
 */
import { describe, expect, it } from 'vitest';
import { openAnalytics } from '../../src/analytics/index.ts';
import { createRecords } from '../../src/ledger/index.ts';
import { createMetrics, manualClock, silentLog } from '../../src/platform/index.ts';
import { playerId, SAFE_POLICY } from '../../src/wallet/index.ts';
import { analyticsStage } from '../analytics/stage.ts';
import { fixed, fxOf, fxSettings } from '../fx/quotes.ts';
import { quotedAt } from '../support/exchange.ts';
import { apiTable } from './table.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NOON = Date.UTC(2026, 0, 5, 12);
const POLICY = { ...SAFE_POLICY, 'rollback.amount': 'partial' } as const;

/** The book with the API before it; `rate`: what a bitcoin is worth now. */
async function office(given: { timeZone?: string } = {}) {
  const { timeZone = 'UTC' } = given;
  const stage = await analyticsStage({ policy: POLICY, timeZone });
  const { sql } = stage;
  const metrics = createMetrics();
  const clock = manualClock(Date.now());
  const analytics = openAnalytics({
    sql,
    reading: sql,
    log: silentLog,
    metrics,
    timeZone,
    idleMinutes: 30,
    recipe: [],
    settleMs: 0,
    restateEveryMs: 0,
  });
  const tables: Awaited<ReturnType<typeof apiTable>>[] = [];
  const at = async (rate: string) => {
    clock.advance(120_000);
    const { fx } = fxOf(sql, clock, fxSettings([fixed('BTC/USD', rate)]));
    await fx.turn();
    const table = await apiTable({}, { analytics, fx, records: createRecords(sql), ledger: stage.table.ledgerAt() });
    tables.push(table);
    return table;
  };
  const table = await at('64123.45');
  const ask = async (path: string, of = table) => {
    const answer = await of.get(path);
    expect([path, answer.status]).toEqual([path, 200]);
    return answer.body;
  };
  return {
    ...stage,
    at,
    ask,
    counted: async () => analytics.turn({ stopped: false }),
    results: async (from: string, to: string, of = table) =>
      (await ask(`/v1/fx/results?from=${from}&to=${to}`, of)).items[0],
    daily: async (from: string, to = from, more = '') =>
      (await ask(`/v1/analytics/daily?from=${from}&to=${to}${more}`)).days,
    /** as satoshi */
    balance: async (player: string) => stage.table.balance(playerId(player), 'BTC'),
    [Symbol.asyncDispose]: async () => {
      for (const each of tables) await each[Symbol.asyncDispose]();
      metrics.close();
      await stage[Symbol.asyncDispose]();
    },
  };
}

const sumOf = (days: readonly { readonly money: readonly { readonly ggr: string }[] }[]): number =>
  days.reduce((sum, { money }) => sum + Math.round(100 * Number(money[0]?.ggr ?? 0)), 0) / 100;

describe('a finance person', () => {
  it('finds a day that was reported again under its number, beside what was reported first [SES-13]', async () => {
    await using desk = await office();
    await desk.seat('ann');
    const day = '2026-01-05';
    await desk.bet({ atMs: NOON, player: 'ann' }, 'b1', '10.00', { round: 'r1' });
    await desk.bet({ atMs: NOON, player: 'ann' }, 'b2', '7.00', { round: 'r2' });
    await desk.counted();
    expect((await desk.daily(day))[0]).toMatchObject({ revision: 1, money: [{ turnover: '17.00', ggr: '17.00' }] });
    // Weeks later: a refund of the one bet, and a win of the other that says it is of that day.
    await desk.rollback({ atMs: NOON + 20 * DAY, player: 'ann' }, 'x1', 'b1', '4.00');
    await desk.counted();
    const [restated] = await desk.daily(day);
    expect(restated).toMatchObject({ revision: 2, money: [{ turnover: '13.00', ggr: '13.00' }] });
    expect(restated.revisions).toHaveLength(2);
    expect((await desk.daily(day, day, '&revision=1'))[0]).toMatchObject({ money: [{ turnover: '17.00' }] });
    // The day the refund came on has nothing of it.
    expect((await desk.daily('2026-01-25'))[0].money).toEqual([]);
  });

  it('finds a win of weeks later on its own day, at the rate of its round, in both reports, and no day counts it twice', async () => {
    await using desk = await office();
    await desk.seat('cy', { currency: 'BTC', deposit: '1' });
    await desk.bet({ atMs: NOON, player: 'cy', exchange: quotedAt('64123.45') }, 'b1', '1.00', { round: 'r1' });
    await desk.win({ atMs: NOON + 20 * DAY, player: 'cy', exchange: quotedAt('30000') }, 'w1', '2.50', {
      round: 'r1',
      bet: 'b1',
    });
    await desk.counted();
    const days = await desk.daily('2026-01-05', '2026-01-25');
    expect(
      days.filter((each: { money: unknown[] }) => each.money.length > 0).map((each: { day: string }) => each.day),
    ).toEqual(['2026-01-05', '2026-01-25']);
    expect(sumOf(days)).toBe(-1.5);
    expect(await desk.results('2026-01-05', '2026-01-25')).toMatchObject({
      kept: '-0.00002340',
      ggr: '-1.5',
      other: '0',
    });
    expect(await desk.results('2026-01-25', '2026-01-25')).toMatchObject({ kept: '-0.00003899', ggr: '-2.5' });
    expect(await desk.results('2026-01-06', '2026-01-24')).toBeUndefined();
  });

  it.each([
    ['the night an hour is missing', '2026-03-29', 23],
    ['the night an hour comes twice', '2026-10-25', 25],
  ])(
    'finds every bet of %s in one day of the business’ zone, and the zone beside it [SES-14]',
    async (_, day, hours) => {
      await using desk = await office({ timeZone: 'Europe/Berlin' });
      await desk.seat('ann', { deposit: '1000' });
      const [before, after] = [-1, 1].map((days) => new Date(Date.parse(day) + days * DAY).toISOString().slice(0, 10));
      const summer = day === '2026-03-29' ? 1 : 2;
      const beginMs = Date.parse(day) - summer * HOUR;
      for (let hour = 0; hour < hours; hour += 1)
        await desk.bet({ atMs: beginMs + hour * HOUR, player: 'ann' }, `h-${hour}`, '1.00');
      await desk.bet({ atMs: beginMs - 1, player: 'ann' }, 'last', '100.00');
      await desk.bet({ atMs: beginMs + hours * HOUR, player: 'ann' }, 'first', '200.00');
      await desk.counted();
      const answer = await desk.ask(`/v1/analytics/daily?from=${before}&to=${after}`);
      expect(answer.time_zone).toBe('Europe/Berlin');
      expect(answer.days.map((each: { money: { turnover: string }[] }) => each.money[0]?.turnover)).toEqual([
        '100.00',
        `${hours}.00`,
        '200.00',
      ]);
    },
  );

  it('finds GGR the same whatever the rate is now, and the move on a line of its own [FX-25]', async () => {
    await using desk = await office();
    await desk.seat('cy', { currency: 'BTC', deposit: '1' });
    const lock = { atMs: NOON, player: 'cy', exchange: quotedAt('64123.45') };
    await desk.bet(lock, 'b1', '1.00', { round: 'r1' });
    await desk.win({ ...lock, exchange: quotedAt('70000') }, 'w1', '2.50', { round: 'r1', bet: 'b1' });
    await desk.counted();
    const figures = async () => (await desk.daily('2026-01-05'))[0].money[0];
    const first = await figures();
    const day = '2026-01-05';
    expect(await desk.results(day, day)).toMatchObject({ ggr: '-1.5', rate_now: '64123.45', fx_result: '0' });
    const later = await desk.at('65000');
    expect(await desk.results(day, day, later)).toMatchObject({
      ggr: '-1.5',
      rate_now: '65000',
      fx_result: '-0.02051127',
    });
    const crash = await desk.at('51298.76');
    expect(await desk.results(day, day, crash)).toMatchObject({
      ggr: '-1.5',
      kept: '-0.00002340',
      fx_result: '0.30009775',
    });
    expect(await figures()).toEqual(first);
  });

  it('finds refunds in parts, promotions, jackpots and free rounds in both reports as the same money, and test players in neither', async () => {
    await using desk = await office();
    const day = '2026-01-05';
    for (const [player, test] of [
      ['cy', false],
      ['probe', true],
    ] as const) {
      await desk.seat(player, { currency: 'BTC', deposit: '1', test });
      const at = { atMs: NOON, player, exchange: quotedAt('64123.45') };
      const id = (name: string): string => `${player}-${name}`;
      await desk.bet(at, id('b1'), '1.00', { round: id('r1') });
      await desk.rollback({ ...at, atMs: NOON + DAY, exchange: quotedAt('30000') }, id('x1'), id('b1'), '0.33');
      await desk.win(at, id('w1'), '0.20', { round: id('r1'), bet: id('b1') });
      await desk.win(at, id('promo'), '3.00', { round: null, flavour: 'promo' });
      await desk.win(at, id('jackpot'), '50.00', { round: id('r1'), flavour: 'jackpot' });
      await desk.bet(at, id('free'), '2.00', { round: id('r2'), flavour: 'free' });
      await desk.win(at, id('free-w'), '4.00', { round: id('r2'), bet: id('free') });
      await desk.bet(at, id('tip'), '0.50', { round: id('r1'), flavour: 'tip' });
      await desk.bet(at, id('gone'), '8.00', { round: id('r3') });
      await desk.rollback({ ...at, exchange: quotedAt('90000') }, id('x3'), id('gone'));
    }
    await desk.counted();
    const [{ money }] = await desk.daily(day);
    expect(money).toEqual([
      expect.objectContaining({
        currency: 'USD',
        turnover: '0.67',
        payouts: '0.20',
        ggr: '0.47',
        promotions: '3.00',
        jackpots: '50.00',
        free_round_wins: '4.00',
        tips: '0.50',
      }),
    ]);
    const results = await desk.results(day, day);
    // -3.00 promotion, -50.00 jackpot, -4.00 of free rounds, 0.50 of a tip
    expect(results).toMatchObject({ ggr: '0.47', other: '-56.5' });
    // What the house kept is what the player lacks, to the satoshi.
    const lacking = 100_000_000n - (await desk.balance('cy'));
    expect(BigInt(Math.round(Number(results.kept) * 1e8))).toBe(lacking);
  });
});
