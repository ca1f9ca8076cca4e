/** The situations of sessions and figures, played at a real ledger and read from the daily report. */
import { describe, expect, it } from 'vitest';
import type { Log } from '../../src/platform/index.ts';
import { silentLog } from '../../src/platform/index.ts';
import { SAFE_POLICY } from '../../src/wallet/index.ts';
import { quotedAt } from '../support/exchange.ts';
import { clearOfMidnight } from '../support/wait.ts';
import { ALL, analyticsStage } from './stage.ts';

const DAY = '2026-01-05';
const NOON = Date.UTC(2026, 0, 5, 12);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** A log that remembers what it warned of. */
function listeningLog(): { log: Log; heard: () => readonly Record<string, unknown>[] } {
  const heard: Record<string, unknown>[] = [];
  const log = Object.create(silentLog, {
    warn: { value: (about: Record<string, unknown>) => void heard.push(about) },
  }) as Log;
  return { log, heard: () => heard };
}

describe('who counts', () => {
  it('are those with a real bet; 40 launches without one and 300 demos show what counting launches would say [SES-01, SES-04]', async () => {
    await using stage = await analyticsStage();
    await Promise.all(
      Array.from({ length: 120 }, async (_, n) => {
        const player = `p-${n}`;
        await stage.seat(player);
        await stage.launch({ id: `s-${n}`, mode: 'real', player, atMs: NOON });
        await stage.bet({ atMs: NOON + MINUTE, player, session: `s-${n}` }, `b-${n}`, '1.00');
      }),
    );
    for (let n = 0; n < 40; n += 1) await stage.launch({ id: `r-${n}`, mode: 'real', player: `q-${n}`, atMs: NOON });
    for (let n = 0; n < 300; n += 1) await stage.launch({ id: `d-${n}`, mode: 'demo', atMs: NOON });
    await stage.builder.catchUp();
    const { heads } = await stage.day(DAY);
    expect(heads).toMatchObject({
      bettors: 120,
      sessionPlayers: 160,
      naive: 460,
      sessions: { real: 160, demo: 300, unknown: 0, conflicts: 0 },
    });
    const rows = (await stage.day(DAY, { by: ALL })).rows.map(({ key, heads: own }) => [
      key.mode,
      own.bettors,
      own.naive,
    ]);
    expect(rows.toSorted()).toEqual([
      ['demo', 0, 300],
      ['real', 120, 160],
    ]);
  });

  it('are not those whose sessions say no mode: unknown, left out, and somebody hears of it once [SES-02]', async () => {
    const { log, heard } = listeningLog();
    await using stage = await analyticsStage({ log });
    for (let n = 0; n < 3; n += 1) await stage.event({ session: `x-${n}`, type: 'started', occurredAtMs: NOON });
    await stage.builder.catchUp();
    await stage.event({ session: 'x-0', occurredAtMs: NOON + MINUTE });
    await stage.builder.catchUp();
    expect((await stage.day(DAY)).heads).toMatchObject({
      bettors: 0,
      sessionPlayers: 0,
      sessions: { real: 0, demo: 0, unknown: 3 },
    });
    expect(heard()).toEqual([expect.objectContaining({ alert: 'sessions_unknown', sessions: 3, aggregator: 'acme' })]);
  });

  it('are those whose bet makes a session real that never said its mode [SES-03]', async () => {
    await using stage = await analyticsStage();
    await stage.seat('ann');
    await stage.event({ session: 's-1', type: 'started', occurredAtMs: NOON });
    await stage.builder.catchUp();
    expect((await stage.day(DAY)).heads.sessions).toMatchObject({ real: 0, unknown: 1 });
    await stage.bet({ atMs: NOON + MINUTE, player: 'ann', session: 's-1' }, 'b-1', '1.00');
    await stage.builder.catchUp();
    expect((await stage.day(DAY)).heads).toMatchObject({
      bettors: 1,
      sessionPlayers: 1,
      sessions: { real: 1, unknown: 0 },
    });
  });

  it('are not promoted by a bet that was refused', async () => {
    await using stage = await analyticsStage();
    await stage.seat('ann', { deposit: '1.00' });
    await stage.event({ session: 's-1', type: 'started', occurredAtMs: NOON });
    expect(await stage.bet({ atMs: NOON, player: 'ann', session: 's-1' }, 'b-1', '5.00')).toMatchObject({
      kind: 'rejected',
    });
    await stage.builder.catchUp();
    expect((await stage.day(DAY)).heads).toMatchObject({ bettors: 0, sessions: { real: 0, unknown: 1 } });
  });

  it('are counted once a day at two aggregators and in three games, and once in each row [SES-11]', async () => {
    await using stage = await analyticsStage();
    await stage.seat('ann');
    await stage.bet({ atMs: NOON, player: 'ann' }, 'b-1', '1.00');
    await stage.bet({ atMs: NOON, player: 'ann', game: 'dice' }, 'b-2', '1.00');
    await stage.bet({ atMs: NOON, player: 'ann', aggregator: 'beta' }, 'b-3', '1.00');
    await stage.builder.catchUp();
    const report = await stage.day(DAY, { by: ALL });
    expect(report.heads.bettors).toBe(1);
    expect(report.rows.map(({ key, heads }) => [key.aggregator, key.game, heads.bettors])).toEqual([
      ['acme', 'dice', 1],
      ['acme', 'slot', 1],
      ['beta', 'slot', 1],
    ]);
  });

  it('are both days’ players when a session goes over midnight with a bet on each side [SES-08]', async () => {
    await using stage = await analyticsStage();
    await stage.seat('ann');
    const before = Date.UTC(2026, 0, 5, 23, 58);
    await stage.launch({ id: 's-1', mode: 'real', player: 'ann', atMs: before });
    await stage.bet({ atMs: before + MINUTE, player: 'ann', session: 's-1' }, 'b-1', '1.00');
    await stage.event({ session: 's-1', type: 'ended', occurredAtMs: before + 10 * MINUTE });
    await stage.builder.catchUp();
    const bettors = async () => (await stage.days(DAY, '2026-01-06')).days.map(({ heads }) => heads.bettors);
    expect(await bettors()).toEqual([1, 0]);
    await stage.bet({ atMs: before + 3 * MINUTE, player: 'ann', session: 's-1' }, 'b-2', '1.00');
    await stage.builder.catchUp();
    expect(await bettors()).toEqual([1, 1]);
    expect((await stage.days(DAY, '2026-01-06')).days.map(({ heads }) => heads.sessions.real)).toEqual([1, 1]);
  });

  it('never are players made for tests, in no figure and in no session [SES-09]', async () => {
    await using stage = await analyticsStage();
    await stage.seat('tester', { test: true });
    await stage.seat('ann');
    await stage.launch({ id: 's-1', mode: 'real', player: 'tester', atMs: NOON });
    await stage.event({ session: 'd-1', type: 'started', mode: 'demo', player: 'tester', occurredAtMs: NOON });
    for (const player of ['tester', 'ann']) {
      const call = { atMs: NOON, player, session: player === 'tester' ? 's-1' : 's-2' };
      await stage.bet(call, `b-${player}`, '10.00');
      await stage.win(call, `w-${player}`, '4.00', { bet: `b-${player}` });
      await stage.rollback(call, `rb-${player}`, `b-${player}`);
    }
    await stage.builder.catchUp();
    const { heads, money } = await stage.day(DAY);
    expect(heads).toMatchObject({ bettors: 1, sessionPlayers: 1, naive: 1, sessions: { real: 1, demo: 0 } });
    expect(money[0]?.measures).toMatchObject({ bets: 1n, turnover: { unscaled: 10n }, payouts: { unscaled: 4n } });
  });

  it('never are mixed with demo visitors, whatever id a demo event carries [SES-12]', async () => {
    await using stage = await analyticsStage();
    await stage.seat('ann');
    await stage.launch({ id: 's-1', mode: 'real', player: 'ann', atMs: NOON });
    await stage.launch({ id: 'd-1', mode: 'demo', atMs: NOON });
    await stage.event({ session: 'd-1', type: 'started', mode: 'demo', player: 'ann', occurredAtMs: NOON });
    await stage.event({ session: 'd-2', type: 'started', mode: 'demo', player: 'ann', occurredAtMs: NOON });
    await stage.launch({ id: 'd-3', mode: 'demo', atMs: NOON });
    await stage.builder.catchUp();
    expect((await stage.day(DAY)).heads).toMatchObject({
      bettors: 0,
      sessionPlayers: 1,
      // the player, the visitor the aggregator calls ann, and somebody without a name
      naive: 3,
      sessions: { real: 1, demo: 3 },
    });
  });
});

describe('a session', () => {
  it('is one however often it starts, in whatever order things are heard [SES-05, SES-06]', async () => {
    await using stage = await analyticsStage();
    const tell = async (type: 'started' | 'ended', minutes: number, eventId?: string) =>
      stage.event({
        session: 's-1',
        type,
        mode: 'demo',
        occurredAtMs: NOON + minutes * MINUTE,
        ...(eventId === undefined ? {} : { eventId }),
      });
    await tell('ended', 20);
    await stage.builder.catchUp();
    await tell('started', 3);
    await tell('started', 1, 'twice');
    await tell('started', 1, 'twice');
    await stage.builder.catchUp();
    expect((await stage.day(DAY)).heads.sessions).toMatchObject({ demo: 1 });
    expect(await stage.sql`SELECT seconds FROM analytics_session_day`).toEqual([{ seconds: String(19 * 60) }]);
  });

  it('without an end is over at its last sign of life, and a late end does not lengthen it [SES-07]', async () => {
    await using stage = await analyticsStage({ idleMinutes: 30 });
    await stage.seat('ann');
    await stage.launch({ id: 's-1', mode: 'real', player: 'ann', atMs: NOON });
    await stage.bet({ atMs: NOON + 10 * MINUTE, player: 'ann', session: 's-1' }, 'b-1', '1.00');
    await stage.builder.catchUp();
    const length = async () => (await stage.day(DAY)).heads;
    expect(await length()).toMatchObject({ sessionSeconds: 600, timedSessions: 1 });
    await stage.event({ session: 's-1', type: 'ended', occurredAtMs: NOON + 5 * HOUR });
    await stage.builder.catchUp();
    expect(await length()).toMatchObject({ sessionSeconds: 600 });
    // A pause longer than the idle time is not time played: back after two hours for a quarter of an hour.
    await stage.bet({ atMs: NOON + 130 * MINUTE, player: 'ann', session: 's-1' }, 'b-2', '1.00');
    await stage.bet({ atMs: NOON + 145 * MINUTE, player: 'ann', session: 's-1' }, 'b-3', '1.00');
    await stage.builder.catchUp();
    const { sessionSeconds } = await length();
    expect(sessionSeconds).toBeGreaterThanOrEqual(600 + 900);
    expect(sessionSeconds).toBeLessThanOrEqual(600 + 900 + 2 * 300);
  });

  it('that is said to be both is a conflict; its money follows the wallet calls [SES-15]', async () => {
    const { log, heard } = listeningLog();
    await using stage = await analyticsStage({ log });
    await stage.seat('ann');
    await stage.event({ session: 's-1', type: 'started', mode: 'demo', occurredAtMs: NOON });
    await stage.event({ session: 's-1', type: 'heartbeat', mode: 'real', occurredAtMs: NOON + MINUTE });
    await stage.event({ session: 's-2', type: 'started', mode: 'demo', occurredAtMs: NOON });
    await stage.builder.catchUp();
    expect((await stage.day(DAY)).heads.sessions).toEqual({ real: 0, demo: 1, unknown: 1, conflicts: 1 });
    await stage.bet({ atMs: NOON + 2 * MINUTE, player: 'ann', session: 's-1' }, 'b-1', '1.00');
    await stage.bet({ atMs: NOON + 2 * MINUTE, player: 'ann', session: 's-2' }, 'b-2', '1.00');
    await stage.builder.catchUp();
    const { heads, money } = await stage.day(DAY);
    expect(heads).toMatchObject({ bettors: 1, sessions: { real: 2, demo: 0, unknown: 0, conflicts: 2 } });
    expect(money[0]?.measures.turnover).toMatchObject({ unscaled: 2n });
    expect(heard().filter(({ alert }) => alert === 'session_mode_conflict')).toHaveLength(2);
  });
});

describe('the money of a day', () => {
  it('is that of the worked example, and none of the wrong answers [SES-10]', async () => {
    await using stage = await analyticsStage();
    const players = ['ann', 'bob', 'cat'];
    for (const player of players) await stage.seat(player);
    const call = (player: string) => ({ atMs: NOON, player });
    await stage.bet(call('ann'), 'b-1', '100.00');
    await stage.bet(call('bob'), 'b-2', '50.00');
    await stage.win(call('ann'), 'w-1', '60.00', { bet: 'b-1' });
    await stage.bet(call('cat'), 'f-1', '10.00', { flavour: 'free' });
    await stage.win(call('cat'), 'fw-1', '4.00', { round: 'r-f-1', flavour: 'free_round' });
    await stage.win(call('ann'), 'j-1', '500.00', { bet: 'b-1', flavour: 'jackpot' });
    await stage.win(call('ann'), 'pr-1', '5.00', { flavour: 'promo' });
    await stage.builder.catchUp();
    expect((await stage.day(DAY)).heads.bettors).toBe(2);
    await stage.rollback({ ...call('bob'), atMs: NOON + HOUR }, 'rb-1', 'b-2');
    await stage.builder.catchUp();
    const recipe = [
      { name: 'free_round_wins', of: 'free_round_wins', percent: '100', aggregator: null },
      { name: 'bonus_released', of: 'promotions', percent: '100', aggregator: null },
      { name: 'jackpot_contribution', of: 'turnover', percent: '1', aggregator: null },
      { name: 'aggregator_fee', of: 'ggr', percent: '12', aggregator: 'acme' },
      { name: 'gaming_tax', of: 'ggr', percent: '20', aggregator: null },
      { name: 'fee_of_another', of: 'ggr', percent: '99', aggregator: 'beta' },
    ] as const;
    const { heads, money } = await stage.day(DAY, { recipe });
    expect(heads).toMatchObject({ bettors: 1, freeRoundOnly: 1 });
    expect(money).toHaveLength(1);
    expect(money[0]?.measures).toMatchObject({
      turnover: { unscaled: 100n, scale: 0 },
      payouts: { unscaled: 60n, scale: 0 },
      ggr: { unscaled: 40n, scale: 0 },
      rtp: '60.0000',
      hold: '40.0000',
      jackpots: { unscaled: 500n, scale: 0 },
      freeRoundStakes: { unscaled: 10n, scale: 0 },
      freeRoundWins: { unscaled: 4n, scale: 0 },
      promotions: { unscaled: 5n, scale: 0 },
      billingTurnover: { unscaled: 110n, scale: 0 },
      ngr: { unscaled: 172n, scale: 1 },
    });
    expect(money[0]?.measures.ngrComponents.map(({ amount }) => amount)).toMatchObject([
      { unscaled: 4n },
      { unscaled: 5n },
      { unscaled: 1n },
      { unscaled: 48n, scale: 1 },
      { unscaled: 8n },
      { unscaled: 0n },
    ]);
  });

  it('is kept by currency, to the last of eighteen digits', async () => {
    await using stage = await analyticsStage();
    await stage.seat('ann', { currency: 'ETH', deposit: '100' });
    await stage.seat('bob', { currency: 'JPY', deposit: '100000' });
    await stage.bet({ atMs: NOON, player: 'ann', currency: 'ETH' }, 'b-1', '1.000000000000000001');
    await stage.bet({ atMs: NOON, player: 'ann', currency: 'ETH' }, 'b-2', '0.000000000000000003');
    await stage.bet({ atMs: NOON, player: 'bob', currency: 'JPY' }, 'b-3', '500');
    await stage.builder.catchUp();
    expect((await stage.day(DAY)).money.map(({ currency, measures }) => [currency, measures.turnover])).toEqual([
      ['ETH', { unscaled: 1_000_000_000_000_000_004n, scale: 18 }],
      ['JPY', { unscaled: 500n, scale: 0 }],
    ]);
  });

  it('counts a part that was taken back, and a bet and win in one as one round', async () => {
    await using stage = await analyticsStage();
    await stage.seat('ann');
    const call = { atMs: NOON, player: 'ann' };
    await stage.bet(call, 'b-1', '10.00', { round: 'r-1' });
    await stage.bet(call, 'b-2', '5.00', { round: 'r-1' });
    await stage.bet(call, 'b-3', '1.00', { round: null });
    await stage.win(call, 'w-1', '2.50', { bet: 'b-3' });
    await stage.rollback(call, 'rb-1', 'b-1', '4.00');
    await stage.builder.catchUp();
    expect((await stage.day(DAY)).money[0]?.measures).toMatchObject({
      rounds: 2n,
      bets: 3n,
      plays: 2n,
      turnover: { unscaled: 12n },
      payouts: { unscaled: 25n, scale: 1 },
    });
  });

  it('takes what the game pays in free rounds for their win, also where the aggregator has no word for it, and no stake of them for turnover [FR-08]', async () => {
    await using stage = await analyticsStage();
    await stage.seat('ann');
    const call = { atMs: NOON, player: 'ann' };
    await stage.bet(call, 'f-1', '10.00', { round: 'r-1', flavour: 'free' });
    await stage.win(call, 'w-1', '3.00', { bet: 'f-1', round: 'r-1' });
    await stage.builder.catchUp();
    expect((await stage.day(DAY)).money[0]?.measures).toMatchObject({
      turnover: { unscaled: 0n },
      payouts: { unscaled: 0n },
      freeRoundWins: { unscaled: 3n },
      rtp: null,
    });
  });
});

describe('a published day', () => {
  it('is restated with a number by what comes late, and the old figures stay [SES-13]', async () => {
    await using stage = await analyticsStage();
    await stage.seat('ann');
    await stage.seat('bob');
    await stage.bet({ atMs: NOON, player: 'ann' }, 'b-1', '10.00');
    await stage.bet({ atMs: NOON, player: 'bob', game: 'dice' }, 'b-2', '20.00');
    await stage.builder.catchUp();
    expect((await stage.day(DAY)).status).toBe('open');
    expect(await stage.publish()).toEqual([{ day: DAY, revision: 1 }]);
    expect(await stage.publish()).toEqual([]);
    expect(await stage.day(DAY)).toMatchObject({ status: 'final', revision: 1 });

    await stage.rollback({ atMs: NOON + 30 * HOUR, player: 'bob' }, 'rb-2', 'b-2');
    await stage.builder.catchUp();
    expect(await stage.day(DAY)).toMatchObject({ status: 'restating', revision: 1, heads: { bettors: 1 } });
    expect(await stage.publish(undefined, 1e12)).toEqual([]);
    expect(await stage.publish()).toEqual([{ day: DAY, revision: 2 }]);

    const turnover = (report: Awaited<ReturnType<typeof stage.day>>) => report.money[0]?.measures.turnover.unscaled;
    const now = await stage.day(DAY, { by: ALL });
    expect([now.status, now.revision, turnover(now), now.rows.length]).toEqual(['final', 2, 10n, 1]);
    expect(now.revisions.map(({ revision }) => revision)).toEqual([1, 2]);
    const first = await stage.day(DAY, { by: ALL, revision: 1 });
    expect([first.status, first.heads.bettors, turnover(first)]).toEqual(['as_published', 2, 30n]);
    expect(first.rows.map(({ key, heads }) => [key.game, heads.bettors])).toEqual([
      ['dice', 1],
      ['slot', 1],
    ]);
    const second = await stage.day(DAY, { revision: 2 });
    expect([second.heads.bettors, turnover(second)]).toEqual([1, 10n]);
    await expect(stage.day(DAY, { revision: 3 })).rejects.toThrow('no_such_revision');
    await expect(stage.sql`DELETE FROM analytics_day`).rejects.toThrow(/append-only/);
  });

  it('is published only once it is over, and stays when everything is built anew without a difference', async () => {
    await using stage = await analyticsStage();
    await stage.seat('ann');
    await clearOfMidnight(30_000);
    const now = Date.now();
    const today = new Date(now).toISOString().slice(0, 10);
    await stage.bet({ atMs: now, player: 'ann' }, 'b-1', '1.00');
    await stage.bet({ atMs: NOON, player: 'ann' }, 'b-2', '1.00');
    await stage.builder.catchUp();
    expect((await stage.publish(0)).map(({ day }) => day)).toEqual([DAY]);
    expect((await stage.day(today)).status).toBe('open');
    await stage.builder.forget();
    expect((await stage.days(DAY)).state).toBe('building');
    expect(await stage.publish()).toEqual([]);
    await stage.builder.catchUp();
    expect(await stage.publish(0)).toEqual([]);
    expect(await stage.day(DAY)).toMatchObject({ status: 'final', revision: 1 });
  });

  it('is one of UTC or of the one configured zone: told in every report, never mixed [SES-14]', async () => {
    await using stage = await analyticsStage();
    await stage.seat('ann');
    // 23:30 UTC on the 5th is the 6th in Malta.
    await stage.bet({ atMs: Date.UTC(2026, 0, 5, 23, 30), player: 'ann' }, 'b-1', '1.00');
    await stage.builder.catchUp();
    await stage.publish();
    expect(await stage.days(DAY)).toMatchObject({
      timeZone: 'UTC',
      state: 'current',
      days: [{ heads: { bettors: 1 }, revision: 1 }],
    });
    await stage.builderOf({ timeZone: 'Europe/Malta' }).catchUp();
    expect(await stage.days(DAY)).toMatchObject({
      state: 'not_built',
      days: [{ heads: { bettors: 0 }, money: [], revision: 1 }],
    });
    const malta = await stage.days(DAY, '2026-01-06', { timeZone: 'Europe/Malta' });
    expect(malta).toMatchObject({
      timeZone: 'Europe/Malta',
      days: [
        { heads: { bettors: 0 }, revision: 0 },
        { heads: { bettors: 1 }, revision: 0 },
      ],
    });
  });
});

it('a bet that is taken back makes nobody a player of the day [SES-10]', async () => {
  await using stage = await analyticsStage({ policy: { ...SAFE_POLICY } });
  await stage.seat('ann');
  await stage.bet({ atMs: NOON, player: 'ann' }, 'b-1', '1.00');
  await stage.rollback({ atMs: NOON + 1, player: 'ann' }, 'rb-1', 'b-1');
  await stage.builder.catchUp();
  const { heads, money } = await stage.day(DAY);
  expect([heads.bettors, money]).toEqual([0, []]);
});

describe('money of another currency than the wallet’s', () => {
  it('is counted as the aggregator said it, whatever the rate of its round was [FX-25]', async () => {
    await using stage = await analyticsStage({ policy: { ...SAFE_POLICY, 'rollback.amount': 'partial' } });
    await stage.seat('ann', { currency: 'BTC', deposit: '1' });
    const at = (rate: string) => ({ atMs: NOON, player: 'ann', exchange: quotedAt(rate) });
    await stage.bet(at('64123.45'), 'b1', '10.00', { round: 'r1' });
    await stage.win(at('30000'), 'w1', '4.00', { round: 'r1', bet: 'b1' });
    await stage.bet(at('50000'), 'b2', '6.00', { round: 'r2' });
    await stage.rollback(at('70000'), 'x2', 'b2', '2.00');
    await stage.bet(at('50000'), 'b3', '5.00', { round: 'r3' });
    await stage.rollback(at('50000'), 'x3', 'b3');
    await stage.builder.catchUp();
    const { heads, money } = await stage.day(DAY);
    expect(heads.bettors).toBe(1);
    expect(money.map(({ currency }) => currency)).toEqual(['USD']);
    expect(money[0]?.measures).toMatchObject({
      bets: 2n,
      turnover: { unscaled: 14n },
      payouts: { unscaled: 4n },
      ggr: { unscaled: 10n },
    });
  });
});
