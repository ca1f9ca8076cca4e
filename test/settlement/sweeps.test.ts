import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GENERIC_POLICY } from '../../src/dialects/generic/policy.ts';
import { parseRate, isProblem } from '../../src/money/index.ts';
import { withinTolerance } from '../../src/settlement/amounts.ts';
import { insertClaims } from '../../src/settlement/claims-store.ts';
import type { NewClaim } from '../../src/settlement/claims-store.ts';
import { figuresJson } from '../../src/settlement/daily-rules.ts';
import { graceMs } from '../../src/settlement/kinds.ts';
import { compareOneDay, drillDown, expireSettlement, sweepStuck } from '../../src/settlement/sweeps.ts';
import type { Operation, PlayerId } from '../../src/wallet/index.ts';
import { aggregatorName } from '../../src/wallet/index.ts';
import { quotedAt } from '../support/exchange.ts';
import { amount, request } from '../support/ledger.ts';
import { bet, undo, win } from '../support/act.ts';
import { HOUR_MS, said, stage, summary } from './stage.ts';
import type { Stage } from './stage.ts';

const GO = { stopped: false };
const DAY_MS = 24 * HOUR_MS;
const DAY = Date.parse('2026-03-10T00:00:00Z');

describe('a day', () => {
  let at: Stage;
  let player: PlayerId;
  beforeAll(async () => {
    at = await stage({ more: { providerOf: async (_unused, game) => `studio of ${game}` } });
    player = await at.table.player('USD', '1000.00');
  });
  afterAll(async () => at[Symbol.asyncDispose]());

  const playAt = async (operation: Operation, atMs: number, house = 'acme') =>
    at.table
      .ledgerAt()
      .submit(
        request(player, 'USD', [operation], { nowMs: atMs, aggregator: aggregatorName(house) }),
        GENERIC_POLICY,
        20_000,
      );
  const claimOf = (transaction: NewClaim['transaction'], atMs: number, round: string, house = 'acme'): NewClaim => ({
    aggregator: house,
    player,
    round,
    game: 'g-1',
    provider: null,
    source: 'report',
    version: 0,
    transaction,
    currency: 'USD',
    occurredAtMs: atMs,
    receivedAtMs: DAY,
    origin: 'report.csv',
  });

  it('that disagrees by one round is drilled down to that round [SET-20]', async () => {
    const claims: NewClaim[] = [];
    for (const n of [1, 2, 3]) {
      await playAt(bet(`b${n}`, { round: `r${n}`, amount: '3' }), DAY + n * HOUR_MS);
      await playAt(win(`w${n}`, { round: `r${n}`, bet: `b${n}`, amount: '1.5', closes: true }), DAY + n * HOUR_MS + 1);
      claims.push(claimOf(said.bet(`b${n}`, '3'), DAY + n * HOUR_MS, `r${n}`));
      claims.push(claimOf(said.win(`w${n}`, n === 2 ? '2' : '1.5', `b${n}`), DAY + n * HOUR_MS, `r${n}`));
    }
    await playAt(bet('b4', { round: 'r4', amount: '9' }), DAY + 5 * HOUR_MS);
    await playAt(undo('u4', 'bet', 'b4'), DAY + 6 * HOUR_MS);
    claims.push(claimOf(said.bet('b4', '9', { status: 'rolled_back' }), DAY + 5 * HOUR_MS, 'r4'));
    await insertClaims(at.options.sql, claims, DAY);
    const [line, ...more] = await compareOneDay(at.options, { aggregator: 'acme', dayMs: DAY, run: 1 });
    expect(more).toEqual([]);
    expect(line).toMatchObject({
      provider: 'studio of g-1',
      game: 'g-1',
      currency: 'USD',
      differs: true,
      explained: false,
    });
    if (line?.theirs == null) throw new Error('the report was not heard');
    expect(figuresJson(line.ours)).toEqual({
      bets: 4,
      bet: '18',
      bet_rollbacks: 1,
      bet_rollback: '9',
      wins: 3,
      win: '4.5',
      win_rollbacks: 0,
      win_rollback: '0',
      ggr: '4.5',
    });
    expect(figuresJson(line.theirs)).toMatchObject({ bets: 4, bet: '18', bet_rollback: '9', win: '5', ggr: '4' });
    expect(await drillDown(at.options, { aggregator: 'acme', dayMs: DAY, game: 'g-1', currency: 'USD' })).toEqual([
      { player, round: 'r2', ours: amount('1.5'), theirs: amount('1') },
    ]);
    expect(await at.settlement.day('acme', '2026-03-10')).toMatchObject([{ differs: true, run: 1 }]);
  });

  it('is reported as open only when it still differs after three days, and clears when it does not', async () => {
    const days = async () =>
      (await at.settlement.discrepancies({ kind: 'TOTALS_ONLY', limit: 50 })).map((each) => [
        each.state,
        each.transactionId,
      ]);
    expect(await days()).toEqual([['waiting', 'studio of g-1 g-1 USD']]);
    await compareOneDay(at.options, { aggregator: 'acme', dayMs: DAY, run: 3 });
    expect(await days()).toEqual([['open', 'studio of g-1 g-1 USD']]);
    await insertClaims(
      at.options.sql,
      [{ ...claimOf(said.win('w2', '1.5', 'b2'), DAY + 2 * HOUR_MS, 'r2'), version: 1 }],
      DAY,
    );
    await compareOneDay(at.options, { aggregator: 'acme', dayMs: DAY, run: 3 });
    expect(await days()).toEqual([['resolved', 'studio of g-1 g-1 USD']]);
  });

  it('may be cut by the transaction or by the end of the round, and that alone explains a difference [SET-21]', async () => {
    const midnight = DAY + 2 * DAY_MS;
    const house = 'midnight';
    await playAt(bet('m-b', { round: 'm', amount: '5' }), midnight - 100, house);
    await playAt(win('m-w', { round: 'm', bet: 'm-b', amount: '2', closes: true }), midnight + 100, house);
    // They book the whole round on the day of its end.
    await insertClaims(
      at.options.sql,
      [
        claimOf(said.bet('m-b', '5'), midnight + 100, 'm', house),
        claimOf(said.win('m-w', '2', 'm-b'), midnight + 100, 'm', house),
      ],
      DAY,
    );
    const [byTransaction] = await compareOneDay(at.options, { aggregator: house, dayMs: midnight, run: 1 });
    expect(byTransaction).toMatchObject({ differs: true, explained: true, ours: { bets: 0, win: amount('2') } });
    const closing = { ...at.options, settings: { ...at.options.settings, dailyCutOff: 'close' as const } };
    const [byClose] = await compareOneDay(closing, { aggregator: house, dayMs: midnight, run: 1 });
    expect(byClose).toMatchObject({ differs: false, ours: { bets: 1, bet: amount('5'), win: amount('2') } });
    expect(await at.settlement.discrepancies({ kind: 'TOTALS_ONLY', aggregator: house, limit: 9 })).toEqual([]);
  });

  it('is compared at noon a day after, and again three days after', async () => {
    const noon = Math.floor(at.clock.now() / DAY_MS) * DAY_MS + 12 * HOUR_MS;
    const marks = async () => at.sql`SELECT name, at FROM settlement_mark WHERE name LIKE 'daily acme%' ORDER BY name`;
    at.clock.set(noon - 1);
    await at.settlement.sweep();
    expect(await marks()).toEqual([]);
    at.clock.set(noon);
    await at.settlement.sweep();
    expect(await marks()).toEqual([
      { name: 'daily acme 1', at: new Date(noon - 12 * HOUR_MS - DAY_MS) },
      { name: 'daily acme 3', at: new Date(noon - 12 * HOUR_MS - 3 * DAY_MS) },
    ]);
  });
});

describe('sweeps', () => {
  it('find a bet without an outcome once it is old, whoever was silent [SET-18]', async () => {
    await using at = await stage();
    const player = await at.table.player('USD', '100.00');
    await at.play(player, bet('b-stuck', { round: 'stuck' }));
    await at.play(player, bet('b-won', { round: 'won' }));
    await at.play(player, win('w-won', { round: 'won', bet: 'b-won' }));
    await at.play(player, bet('b-closed', { round: 'closed', closes: true }));
    const before = await at.money(player);
    expect(await sweepStuck(at.options, GO)).toBe(0);
    at.clock.advance(25 * HOUR_MS);
    expect(await sweepStuck(at.options, GO)).toBe(1);
    expect(await sweepStuck(at.options, GO)).toBe(0);
    await at.settle();
    expect(await at.found(player, 'open')).toEqual(['STUCK_ROUND']);
    expect(await at.view(player, 'stuck')).toMatchObject({ state: 'open' });
    expect(await at.money(player)).toBe(before);
    await at.play(player, win('w-stuck', { round: 'stuck', bet: 'b-stuck', closes: true }));
    at.clock.advance(2 * HOUR_MS);
    await at.settle();
    expect(await at.found(player)).toEqual([]);
  });

  it('let settled rounds go after their time, and keep what is open', async () => {
    await using at = await stage();
    const player = await at.table.player('USD', '100.00');
    await at.play(player, bet('b-1', { round: 'r-1', closes: true }));
    await at.tell(summary({ player, round: 'r-1', transactions: [said.bet('b-1', '1')] }));
    await at.tell(summary({ player, round: 'r-2', transactions: [said.bet('b-2', '1')] }));
    await at.settlement.receive(aggregatorName('acme'), { eventId: 'poison' }, Buffer.from('{'));
    await at.settle();
    expect(await expireSettlement(at.options, GO)).toBe(0);
    at.clock.advance(401 * DAY_MS);
    expect(await expireSettlement(at.options, GO)).toBe(2);
    expect(await at.view(player, 'r-1')).toBeNull();
    expect(await at.sql`SELECT round_id FROM settlement_event`).toEqual([{ round_id: 'r-2' }]);
  });
});

describe('rules of time and tolerance', () => {
  it('give as much grace as retries may take, to what a retry could still bring', () => {
    const policy = { 'retry.horizonMs': 48 * HOUR_MS };
    expect(graceMs('WIN_MISSING', policy, 900_000)).toBe(48 * HOUR_MS);
    expect(graceMs('BET_AMOUNT', policy, 900_000)).toBe(900_000);
    expect(graceMs('WIN_MISSING', { 'retry.horizonMs': 1 }, 900_000)).toBe(900_000);
    expect(graceMs('PLAYER_MISMATCH', policy, 900_000)).toBe(0);
  });

  it('forgive what rounding at the round’s rate explains, and no more [SET-14]', () => {
    const rate = parseRate('64123.45');
    if (isProblem(rate)) throw new Error('no rate');
    const near = (said_: string, booked: string, rounding: 'half_even' | 'floor', count = 1) =>
      withinTolerance(amount(said_), amount(booked), { rate, rounding, scale: 8, count });
    // $1.00 is 1559.49 satoshi: 1559 is right, 1560 is not.
    expect(near('1.00', '0.00001559', 'half_even')).toBe(true);
    expect(near('1.00', '0.00001560', 'half_even')).toBe(false);
    expect(near('1.00', '0.00001560', 'floor')).toBe(true);
    expect(near('1.00', '0.00001561', 'floor')).toBe(false);
    expect(near('1000.00', '0.01559492', 'half_even')).toBe(true);
    expect(near('1000.00', '0.01559000', 'half_even', 1_000)).toBe(true);
    expect(near('1000.00', '0.01558000', 'half_even', 1_000)).toBe(false);
    expect(near('0', '0', 'floor', 0)).toBe(true);
  });

  it('judge a settlement in the wallet’s currency by the round’s rate, and report what is outside [SET-14]', async () => {
    await using at = await stage();
    const player = await at.table.player('BTC', '1');
    const play = async (operation: Operation) =>
      at.table
        .ledgerAt()
        .submit(request(player, 'USD', [operation], { exchange: quotedAt('64123.45') }), at.table.policy, 20_000);
    const tell = async (round: string, currency: string, stake: string) => {
      await play(bet(`b-${round}`, { round, amount: '1', closes: true }));
      const list = [said.bet(`b-${round}`, stake)];
      await at.tell(summary({ player, round, currency, totals: [stake, '0'], transactions: list }));
    };
    await tell('near', 'BTC', '0.00001559');
    await tell('far', 'BTC', '0.00001560');
    await tell('other', 'EUR', '0.90');
    await at.settle();
    expect(await at.view(player, 'near')).toMatchObject({ state: 'balanced' });
    expect(await at.found(player)).toEqual(['CURRENCY_MISMATCH', 'FX_TOLERANCE']);
  });

  it('compare a rate the aggregator says with the round’s, at its digits, and move nothing by it', async () => {
    await using at = await stage();
    const player = await at.table.player('BTC', '1');
    const tell = async (round: string, rate: string) => {
      const operation = bet(`b-${round}`, { round, amount: '1', closes: true });
      const asked = request(player, 'USD', [operation], { exchange: quotedAt('64123.45') });
      await at.table.ledgerAt().submit(asked, at.table.policy, 20_000);
      const list = [said.bet(`b-${round}`, '1', { rate: amount(rate) })];
      await at.tell(summary({ player, round, totals: ['1', '0'], transactions: list }));
    };
    await tell('same', '64123.45');
    await tell('rounded', '64123');
    await tell('other', '65000');
    await at.settle();
    expect(await at.view(player, 'same')).toMatchObject({ state: 'balanced' });
    expect(await at.view(player, 'rounded')).toMatchObject({ state: 'balanced' });
    const [found, ...more] = await at.discrepancies(player);
    expect(more).toEqual([]);
    expect(found).toMatchObject({ kind: 'FX_RATE', transactionId: 'b-other', favour: 'nobody', weight: 'person' });
    expect(found?.detail).toBe('The aggregator converted at 65000; the round was played at 64123.45.');
  });
});
