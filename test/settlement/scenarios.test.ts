import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Operation } from '../../src/wallet/index.ts';
import { quotedAt } from '../support/exchange.ts';
import { amount, request } from '../support/ledger.ts';
import { bet, undo, win } from '../support/act.ts';
import { HOUR_MS, said, stage, summary } from './stage.ts';
import type { Stage } from './stage.ts';

describe('a settlement summary', () => {
  let at: Stage;
  let names = 0;
  beforeAll(async () => {
    at = await stage();
  });
  afterAll(async () => at[Symbol.asyncDispose]());

  /** A player with a round of their own, and names of its transactions. */
  const scene = async () => {
    const player = await at.table.player('USD', '1000.00');
    names += 1;
    const n = names;
    return { player, round: `r-${n}`, b: `b-${n}`, w: `w-${n}`, x: `x-${n}` };
  };

  it('equal to the ledger is balanced, and closes the round as far as it sees [SET-01]', async () => {
    const { player, round, b, w } = await scene();
    await at.play(player, bet(b, { round, amount: '3' }));
    await at.play(player, win(w, { round, bet: b, amount: '1.5', closes: true }));
    const before = await at.money(player);
    await at.tell(
      summary({ player, round, totals: ['3.00', '1.50'], transactions: [said.bet(b, '3.00'), said.win(w, '1.50', b)] }),
    );
    await at.settle();
    expect(await at.view(player, round)).toMatchObject({ state: 'balanced', missing: [], extra: [], dueAtMs: null });
    expect(await at.found(player)).toEqual([]);
    expect(await at.money(player)).toBe(before);
  });

  it('in the game’s currency is compared in it, whatever the rate of the round was [SET-14, FX-01]', async () => {
    const { round, b, w } = await scene();
    const player = await at.table.player('BTC', '1');
    const play = async (operation: Operation, rate: string) =>
      at.table
        .ledgerAt()
        .submit(request(player, 'USD', [operation], { exchange: quotedAt(rate) }), at.table.policy, 20_000);
    await play(bet(b, { round, amount: '3' }), '64123.45');
    await play(win(w, { round, bet: b, amount: '1.5', closes: true }), '65000');
    const told = [said.bet(b, '3.00'), said.win(w, '1.50', b)];
    await at.tell(summary({ player, round, totals: ['3.00', '1.50'], transactions: told }));
    await at.settle();
    expect(await at.view(player, round)).toMatchObject({ state: 'balanced', missing: [], extra: [] });
    await at.tell(
      summary({
        player,
        round,
        version: 2,
        totals: ['3.00', '1.60'],
        transactions: [said.bet(b, '3.00'), said.win(w, '1.60', b)],
      }),
    );
    await at.settle();
    expect(await at.found(player)).toEqual([`WIN_AMOUNT ${w}`]);
  });

  it('before the last win is pending, and balanced once the win has landed [SET-02]', async () => {
    const { player, round, b, w } = await scene();
    await at.play(player, bet(b, { round, amount: '3' }));
    await at.tell(
      summary({ player, round, totals: ['3', '1.5'], transactions: [said.bet(b, '3'), said.win(w, '1.5', b)] }),
    );
    await at.settle();
    expect(await at.view(player, round)).toMatchObject({ state: 'pending', missing: [`win ${w}`] });
    expect(await at.found(player, 'waiting')).toEqual([`WIN_MISSING ${w}`]);
    await at.play(player, win(w, { round, bet: b, amount: '1.5', closes: true }));
    // Nobody tells it: it looks again by itself.
    at.clock.advance(5_000);
    await at.settle();
    expect(await at.view(player, round)).toMatchObject({ state: 'balanced', missing: [] });
    expect(await at.found(player)).toEqual([]);
  });

  it('under a known event id with another payload is a conflict, and moves nothing [SET-05]', async () => {
    const { player, round, b } = await scene();
    await at.play(player, bet(b, { round, amount: '3', closes: true }));
    const before = await at.money(player);
    const one = summary({ player, round, eventId: `e-${b}`, totals: ['3', '0'], transactions: [said.bet(b, '3')] });
    await at.tell(one);
    await at.tell({ ...one, transactions: [said.bet(b, '4')], totals: null });
    await at.settle();
    expect(await at.found(player)).toContain('EVENT_CONFLICT');
    expect(await at.money(player)).toBe(before);
    const rows = await at.sql`SELECT deliveries FROM settlement_event WHERE event_key = ${`e-${b}`}`;
    expect(rows).toHaveLength(2);
  });

  it('under a known event id for another round is a conflict for both rounds [SET-05]', async () => {
    const one = await scene();
    const two = await scene();
    for (const each of [one, two])
      await at.play(each.player, bet(each.b, { round: each.round, amount: '1', closes: true }));
    const of = ({ player, round, b }: typeof one) =>
      summary({ player, round, eventId: 'e-shared', transactions: [said.bet(b, '1')] });
    await at.tell(of(one));
    await at.settle();
    expect(await at.found(one.player)).toEqual([]);
    await at.tell(of(two));
    await at.settle();
    expect(await at.found(one.player)).toEqual(['EVENT_CONFLICT']);
    expect(await at.found(two.player)).toEqual(['EVENT_CONFLICT']);
  });

  it('with more wins than the ledger is reported after the grace, and nothing is credited [SET-06]', async () => {
    const { player, round, b, w } = await scene();
    await at.play(player, bet(b, { round, amount: '3' }));
    await at.play(player, win(w, { round, bet: b, amount: '1.5', closes: true }));
    const before = await at.money(player);
    await at.tell(
      summary({ player, round, totals: ['3', '2.5'], transactions: [said.bet(b, '3'), said.win(w, '1.5', b)] }),
    );
    await at.settle();
    expect(await at.found(player, 'waiting')).toEqual(['WIN_MISSING']);
    at.clock.advance(49 * HOUR_MS);
    await at.settle();
    expect(await at.found(player, 'open')).toEqual(['WIN_MISSING']);
    const [found] = await at.discrepancies(player);
    expect(found).toMatchObject({
      claimed: amount('2.5'),
      booked: amount('1.5'),
      amount: amount('1'),
      favour: 'player',
    });
    expect(await at.view(player, round)).toMatchObject({ state: 'open' });
    expect(await at.money(player)).toBe(before);
  });

  it('with fewer wins than the ledger says which is too much, and nothing is debited [SET-07]', async () => {
    const { player, round, b, w, x } = await scene();
    await at.play(player, bet(b, { round, amount: '3' }));
    await at.play(player, win(w, { round, bet: b, amount: '1' }));
    await at.play(player, win(x, { round, bet: b, amount: '2', closes: true }));
    const before = await at.money(player);
    await at.tell(
      summary({ player, round, totals: ['3', '1'], transactions: [said.bet(b, '3'), said.win(w, '1', b)] }),
    );
    at.clock.advance(HOUR_MS);
    await at.settle();
    expect(await at.found(player, 'open')).toEqual([`WIN_EXTRA ${x}`]);
    expect(await at.view(player, round)).toMatchObject({ state: 'open', extra: [`win ${x}`] });
    expect(await at.money(player)).toBe(before);
  });

  it.each([
    ['more', ['5', '0'], ['BET_MISSING']],
    ['less', ['2', '0'], ['BET_EXTRA']],
  ] as const)('with %s stakes than the ledger is reported [SET-08]', async (_what, totals, kinds) => {
    const { player, round, b } = await scene();
    await at.play(player, bet(b, { round, amount: '3', closes: true }));
    const before = await at.money(player);
    await at.tell(summary({ player, round, totals: [totals[0], totals[1]] }));
    at.clock.advance(49 * HOUR_MS);
    await at.settle();
    expect(await at.found(player, 'open')).toEqual(kinds);
    expect(await at.money(player)).toBe(before);
  });

  it('that lists a bet nobody booked, and lacks one that is booked, names both [SET-08, RET-20]', async () => {
    const { player, round, b, x } = await scene();
    await at.play(player, bet(b, { round, amount: '3', closes: true }));
    await at.tell(summary({ player, round, totals: ['5', '0'], transactions: [said.bet(x, '5')] }));
    await at.settle();
    expect(await at.found(player)).toEqual([`BET_EXTRA ${b}`, `BET_MISSING ${x}`]);
  });

  it('that is partial is incomplete, voids nothing, and waits for a later version [SET-09]', async () => {
    const { player, round, b, w } = await scene();
    await at.play(player, bet(b, { round, amount: '3' }));
    await at.play(player, win(w, { round, bet: b, amount: '1', closes: true }));
    const before = await at.money(player);
    await at.tell(
      summary({
        player,
        round,
        version: 1,
        complete: false,
        final: false,
        totals: ['3', '0'],
        transactions: [said.bet(b, '3')],
      }),
    );
    await at.settle();
    expect(await at.view(player, round)).toMatchObject({ state: 'incomplete' });
    expect(await at.found(player)).toEqual([]);
    at.clock.advance(25 * HOUR_MS);
    await at.settle();
    expect(await at.found(player, 'open')).toEqual(['ROUND_NOT_CLOSED']);
    await at.tell(
      summary({ player, round, version: 2, totals: ['3', '1'], transactions: [said.bet(b, '3'), said.win(w, '1', b)] }),
    );
    await at.settle();
    expect(await at.view(player, round)).toMatchObject({ state: 'balanced' });
    expect(await at.found(player)).toEqual([]);
    expect(await at.money(player)).toBe(before);
  });

  it('of an unknown round is kept as an orphan and matched when the bet shows up [SET-10]', async () => {
    const { player, round, b } = await scene();
    await at.tell(summary({ player, round, totals: ['3', '0'], transactions: [said.bet(b, '3')] }));
    await at.settle();
    expect(await at.found(player, 'waiting')).toEqual(['ORPHAN_EVENT']);
    at.clock.advance(49 * HOUR_MS);
    await at.settle();
    expect(await at.found(player, 'open')).toEqual(['ORPHAN_EVENT']);
    await at.play(player, bet(b, { round, amount: '3', closes: true }));
    at.clock.advance(HOUR_MS);
    await at.settle();
    expect(await at.view(player, round)).toMatchObject({ state: 'balanced' });
    expect(await at.found(player)).toEqual([]);
  });

  it('that names no player finds its home when its transaction is booked [SET-10]', async () => {
    const { player, round, b } = await scene();
    await at.tell(summary({ player: null, round, totals: ['3', '0'], transactions: [said.bet(b, '3')] }));
    await at.settle();
    expect(await at.view('', round)).toMatchObject({ state: 'pending' });
    await at.play(player, bet(b, { round, amount: '3', closes: true }));
    at.clock.advance(HOUR_MS);
    await at.settle();
    expect(await at.view(player, round)).toMatchObject({ state: 'balanced' });
    expect(await at.found('')).toEqual([]);
  });

  it('of version 2 stands when version 1 comes after it, which is kept as history [SET-11]', async () => {
    const { player, round, b } = await scene();
    await at.play(player, bet(b, { round, amount: '3', closes: true }));
    await at.tell(summary({ player, round, version: 2, totals: ['3', '0'], transactions: [said.bet(b, '3')] }));
    await at.settle();
    const hash = (await at.view(player, round))?.hash;
    await at.tell(summary({ player, round, version: 1, totals: ['9', '9'], transactions: [] }));
    await at.settle();
    expect(await at.view(player, round)).toMatchObject({ state: 'balanced', hash });
    expect(await at.sql`SELECT version FROM settlement_event WHERE round_id = ${round} ORDER BY version`).toMatchObject(
      [{ version: '1' }, { version: '2' }],
    );
  });

  it('without versions stands by the aggregator’s time, and a tie is a conflict [SET-12]', async () => {
    const { player, round, b } = await scene();
    await at.play(player, bet(b, { round, amount: '3', closes: true }));
    const t = Date.parse('2026-02-01T00:00:00Z');
    const right = { player, round, version: null, totals: ['3', '0'], transactions: [said.bet(b, '3')] } as const;
    await at.tell(summary({ ...right, atMs: t + 1 }));
    await at.tell(summary({ ...right, atMs: t, totals: ['4', '0'], transactions: [said.bet(b, '4')] }));
    await at.settle();
    expect(await at.view(player, round)).toMatchObject({ state: 'balanced' });
    await at.tell(summary({ ...right, atMs: t + 1, totals: ['4', '0'], transactions: [said.bet(b, '4')] }));
    await at.settle();
    expect(await at.found(player)).toContain('EVENT_CONFLICT');
  });

  it('with amounts that are sums of floats is compared at the currency’s scale, and that is noted [SET-13]', async () => {
    const { player, round, b, w } = await scene();
    await at.play(player, bet(b, { round, amount: '0.30' }));
    await at.play(player, win(w, { round, bet: b, amount: '0.10', closes: true }));
    await at.tell(
      summary({
        player,
        round,
        totals: ['0.30000000000000004', '0.1'],
        transactions: [said.bet(b, '0.30000000000000004'), said.win(w, '0.1', b)],
      }),
    );
    await at.settle();
    expect(await at.view(player, round)).toMatchObject({ state: 'balanced', notes: ['PRECISION'] });
  });

  it('of a demo session is counted and ignored for money [SET-17]', async () => {
    const { round } = await scene();
    const token = `demo-${round}`;
    await at.sql`
      INSERT INTO session (id, aggregator, game_id, game_code, mode, created_at, expires_at, last_seen_at)
      VALUES (${token}, 'acme', gen_random_uuid(), 'g-1', 'demo', now(), now() + interval '1 day', now())`;
    await at.tell(summary({ round, session: token, totals: ['3', '9'], transactions: [said.bet(`b-${round}`, '3')] }));
    await at.tell(summary({ round, session: token, player: 'nobody', totals: ['3', '9'] }));
    await at.settle();
    at.clock.advance(49 * HOUR_MS);
    await at.settle();
    expect(await at.found('')).toEqual([]);
    expect(await at.found('nobody')).toEqual([]);
    expect(await at.view('nobody', round)).toMatchObject({ state: 'demo' });
    expect(
      await at.sql`SELECT count(*)::integer FROM settlement_event WHERE session_id = ${token} AND state = 'demo'`,
    ).toMatchObject([{ count: 1 }]);
  });

  it('that marks a bet as rolled back which stands here is reported, and moves nothing by itself [SET-19]', async () => {
    const { player, round, b } = await scene();
    await at.play(player, bet(b, { round, amount: '3' }));
    const before = await at.money(player);
    await at.tell(
      summary({ player, round, totals: ['0', '0'], transactions: [said.bet(b, '3', { status: 'rolled_back' })] }),
    );
    await at.settle();
    expect(await at.found(player, 'waiting')).toEqual([`ROLLBACK_MISSING ${b}`]);
    await at.play(player, undo(`u-${b}`, 'bet', b));
    at.clock.advance(HOUR_MS);
    await at.settle();
    expect(await at.view(player, round)).toMatchObject({ state: 'balanced' });
    expect(await at.money(player)).not.toBe(before);
  });

  it('that names another player for a booked transaction is a matter of security', async () => {
    const one = await scene();
    const two = await scene();
    await at.play(one.player, bet(one.b, { round: one.round, amount: '3', closes: true }));
    await at.tell(summary({ player: two.player, round: one.round, transactions: [said.bet(one.b, '3')] }));
    await at.settle();
    expect(await at.found(two.player, 'open')).toEqual([`PLAYER_MISMATCH ${one.b}`]);
  });

  it('in a currency the round was not played in is not compared', async () => {
    const { player, round, b } = await scene();
    await at.play(player, bet(b, { round, amount: '3', closes: true }));
    await at.tell(summary({ player, round, currency: 'EUR', transactions: [said.bet(b, '3')] }));
    await at.settle();
    expect(await at.found(player)).toEqual(['CURRENCY_MISMATCH']);
  });

  it('finds returned stakes that the aggregator considers played, and parts of them', async () => {
    const one = await scene();
    await at.play(one.player, bet(one.b, { round: one.round, amount: '3' }));
    await at.play(one.player, undo(`u-${one.b}`, 'bet', one.b));
    await at.tell(
      summary({ player: one.player, round: one.round, totals: ['3', '0'], transactions: [said.bet(one.b, '3')] }),
    );
    const two = await scene();
    await at.play(two.player, bet(two.b, { round: two.round, amount: '3' }));
    await at.play(two.player, undo(`u-${two.b}`, 'bet', two.b, '1'));
    await at.tell(
      summary({
        player: two.player,
        round: two.round,
        totals: ['3', '0', '2'],
        transactions: [said.bet(two.b, '3'), said.refund(`z-${two.b}`, two.b, '2')],
      }),
    );
    await at.settle();
    expect(await at.found(one.player)).toEqual([`ROLLBACK_EXTRA ${one.b}`]);
    const [part] = await at.discrepancies(two.player);
    expect(part).toMatchObject({
      kind: 'ROLLBACK_MISSING',
      transactionId: two.b,
      amount: amount('1'),
      favour: 'player',
    });
  });

  it('of a parked win and of a late bet on its tombstone says what each is', async () => {
    const one = await scene();
    await at.play(one.player, win(one.w, { round: one.round, bet: one.b, amount: '5' }));
    await at.tell(summary({ player: one.player, round: one.round, transactions: [said.win(one.w, '5', one.b)] }));
    const two = await scene();
    await at.play(two.player, undo(`u-${two.b}`, 'bet', two.b));
    await at.play(two.player, bet(two.b, { round: two.round, amount: '1' }));
    await at.tell(summary({ player: two.player, round: two.round, transactions: [said.bet(two.b, '1')] }));
    await at.settle();
    expect(await at.found(one.player)).toEqual([`WIN_WITHOUT_BET ${one.w}`]);
    expect(await at.found(two.player, 'accepted')).toEqual([`LATE_BET_ON_TOMBSTONE ${two.b}`]);
  });

  it('reaches the same view when everything derived is thrown away and derived again', async () => {
    const before =
      await at.sql`SELECT player, aggregator, round_id, hash, state FROM round_view WHERE hash <> '' ORDER BY 1, 2, 3`;
    expect(before.length).toBeGreaterThan(15);
    await at.judgeAll();
    const again =
      await at.sql`SELECT player, aggregator, round_id, hash, state FROM round_view WHERE hash <> '' ORDER BY 1, 2, 3`;
    expect(again).toEqual(before);
    await at.sql`UPDATE round_view SET hash = NULL, declared = NULL, booked = NULL, missing = '{}', extra = '{}', state = 'new', due_at = '2000-01-01'`;
    await at.sql`UPDATE settlement_event SET state = 'new', problem = NULL WHERE state IN ('read', 'poison')`;
    await at.settle();
    expect(
      await at.sql`SELECT player, aggregator, round_id, hash, state FROM round_view WHERE hash <> '' ORDER BY 1, 2, 3`,
    ).toEqual(before);
  });

  it('never changed a balance: the books are as the callbacks left them', async () => {
    const players = await at.sql<{ player: string }[]>`SELECT DISTINCT player FROM transaction WHERE kind = 'adjust'`;
    expect(players).toEqual([]);
  });
});
