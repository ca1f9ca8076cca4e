/** The reference wallet alone, on cases small enough to be worked out by hand: whoever judges others must be right first. */
import { describe, expect, it } from 'vitest';
import { createModel } from '../../src/certify/model.ts';
import type { ModelAnswer } from '../../src/certify/model.ts';
import { externalId, SAFE_POLICY } from '../../src/wallet/index.ts';
import type { Policy } from '../../src/wallet/index.ts';
import { adjust, bet, call, deposit, undo, win } from '../support/act.ts';
import type { CallAct } from '../support/wallet-table.ts';

function modelWith(policy: Partial<Policy> = {}) {
  const model = createModel({ ...SAFE_POLICY, ...policy });
  model.openWallet('ann', 'USD', 2);
  const ask = (act: CallAct): ModelAnswer => model.answer({ ...act.asked, nowMs: act.nowMs });
  const said = (act: CallAct): string => {
    const answer = ask(act);
    const word = answer.refusal ?? answer.class;
    return `${word}${answer.duplicate ? ' again' : ''} ${String(answer.balance)}`;
  };
  return { model, ask, said };
}

describe('the reference wallet', () => {
  it('takes a stake once and pays a win once [BET-01, BET-26, WIN-01, WIN-02]', () => {
    const { said } = modelWith();
    expect(said(deposit('20'))).toBe('applied 2000');
    expect(said(call(bet('b1')))).toBe('applied 1900');
    expect(said(call(bet('b1')))).toBe('applied again 1900');
    expect(said(call(win('w1', { bet: 'b1' })))).toBe('applied 2150');
    expect(said(call(win('w1', { bet: 'b1' })))).toBe('applied again 2150');
  });

  it('lets a stake of the whole balance pass and not one cent more, and remembers the refusal [BET-02, BET-03, BET-35]', () => {
    const { said } = modelWith();
    said(deposit('20'));
    expect(said(call(bet('b1', { amount: '20.01' })))).toBe('insufficient_funds 2000');
    expect(said(call(bet('b2', { amount: '20' })))).toBe('applied 0');
    said(deposit('5'));
    expect(said(call(bet('b1', { amount: '20.01' })))).toBe('insufficient_funds again 500');
  });

  it('returns 33 + 33 + 34 cents of a dollar and then nothing more [RB-13]', () => {
    const { said } = modelWith({ 'rollback.amount': 'partial' });
    said(deposit('20'));
    said(call(bet('b1')));
    expect(said(call(undo('x1', 'bet', 'b1', '0.33')))).toBe('applied 1933');
    expect(said(call(undo('x2', 'bet', 'b1', '0.33')))).toBe('applied 1966');
    expect(said(call(undo('x3', 'bet', 'b1', '0.34')))).toBe('applied 2000');
    expect(said(call(undo('x4', 'bet', 'b1', '0.34')))).toBe('already_settled 2000');
    expect(said(call(undo('x5', 'bet', 'b1')))).toBe('applied again 2000');
  });

  it('refuses a bet whose rollback came first, however often [RB-03, RB-04, RB-23]', () => {
    const { said } = modelWith();
    said(deposit('20'));
    expect(said(call(undo('x1', 'bet', 'b1')))).toBe('not_found 2000');
    expect(said(call(undo('x1', 'bet', 'b1')))).toBe('not_found again 2000');
    expect(said(call(bet('b1')))).toMatch(/^reversed/);
    expect(said(call(undo('x2', 'bet', 'b1')))).toBe('not_found 2000');
  });

  it('pays a parked win with its bet, whoever comes first [WIN-06]', () => {
    const { said } = modelWith({ 'win.withoutBet': 'park' });
    said(deposit('20'));
    expect(said(call(win('w1', { bet: 'b1' })))).toBe('parked null');
    expect(said(call(bet('b1')))).toBe('applied 2150');
    expect(said(call(win('w1', { bet: 'b1' })))).toBe('applied again 2150');
  });

  it('does all of a call or nothing: the stake must be there before the win [BW-01, BW-02, BET-42]', () => {
    const { said } = modelWith();
    said(deposit('0.5'));
    const both = { combined: true } as const;
    const betWin = (id: string) => call([bet(id, both), win(id, { ...both, bet: id, amount: '100' })]);
    expect(said(betWin('t1'))).toBe('insufficient_funds 50');
    said(deposit('1'));
    expect(said(betWin('t1'))).toBe('insufficient_funds again 150');
    expect(said(betWin('t2'))).toBe('applied 10050');
    expect(said(call([bet('b1'), bet('b2', { amount: '500' }), bet('b3')]))).toBe('insufficient_funds 10050');
    expect(said(call(bet('b1')))).toBe('applied 9950');
  });

  it('takes what is there, or all of it, when a correction exceeds the balance [RB-10]', () => {
    for (const [rule, left] of [
      ['receivable', '0'],
      ['allow', '-500'],
    ] as const) {
      const { said } = modelWith({ 'balance.negative': rule });
      said(deposit('20'));
      expect(said(call(adjust('a1', '-25')))).toBe(`applied ${left}`);
    }
  });

  it('counts the loss of a day: the limit may be reached, not passed, and the next day is new [BET-21]', () => {
    const { model, said } = modelWith();
    said(deposit('20'));
    model.setLimits('ann', 'USD', { maxStake: null, dailyLossLimit: 300n });
    expect(said(call(bet('b1', { amount: '3' })))).toBe('applied 1700');
    expect(said(call(bet('b2', { amount: '0.01' })))).toBe('limit_reached 1700');
    expect(said(call(win('w1', { bet: 'b1', amount: '1' })))).toBe('applied 1800');
    expect(said(call(bet('b3', { amount: '1' })))).toBe('applied 1700');
    const tomorrow = { afterMs: 86_400_000 };
    expect(said(call(bet('b4', { amount: '3' }), tomorrow))).toBe('applied 1400');
  });

  it('names the first fact that differs [BET-27, BET-29]', () => {
    const { ask, said } = modelWith();
    said(deposit('20'));
    said(call(bet('b1')));
    expect(ask(call(bet('b1', { amount: '2', round: 'r2' })))).toMatchObject({ refusal: 'conflict', field: 'amount' });
    expect(ask(call(bet('b1', { flavour: 'free', amount: '2' })))).toMatchObject({ field: 'operation' });
  });

  it('writes nothing for a stale request that brings something new [SIG-33]', () => {
    const { ask, said } = modelWith();
    said(deposit('20'));
    said(call(bet('b1')));
    expect(ask(call(bet('b1'), { onlyKnown: true }))).toMatchObject({ class: 'applied', duplicate: true });
    expect(ask(call(bet('b2'), { onlyKnown: true }))).toMatchObject({ class: 'stale' });
    expect(said(call(bet('b2')))).toBe('applied 1800');
  });

  it('stops new play of an excluded player and still pays what was played [BET-20, WIN-09, RB-11]', () => {
    const { model, said } = modelWith();
    said(deposit('20'));
    said(call(bet('b1')));
    said(call(bet('b2')));
    model.setStatus('ann', 'self_excluded');
    expect(said(call(bet('b3')))).toBe('player_excluded 1800');
    expect(said(call(win('w1', { bet: 'b1' })))).toBe('applied 2050');
    expect(said(call(undo('x1', 'bet', 'b2')))).toBe('applied 2150');
    expect(said(call({ kind: 'withdrawal', id: externalId('o1'), amount: bet('b1').amount }))).toBe('applied 2050');
  });
});
