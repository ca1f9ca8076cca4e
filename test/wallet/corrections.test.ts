/** Corrections that are withdrawn, and ids that two kinds of things claim: every case by hand; test/wallet/model.test.ts plays them at random. */
import { describe, expect, it } from 'vitest';
import { externalId, needsOf, playerId, roundId, SAFE_POLICY } from '../../src/wallet/index.ts';
import type { Policy, Rollback } from '../../src/wallet/index.ts';
import { adjust, bet, call, deposit, undo, win } from '../support/act.ts';
import { walletTable } from '../support/wallet-table.ts';

const ALLOW: Partial<Policy> = { 'balance.negative': 'allow' };
const cancel = (id: string, of: string, amount?: string): Rollback => undo(id, 'any', of, amount);

function rich() {
  const wallet = walletTable();
  wallet.ask(deposit('20'));
  return wallet;
}

describe('a correction that is cancelled', () => {
  it.each([
    ['5', 2_500n],
    ['-5', 1_500n],
  ])('of %s goes back as a whole, once, whatever ids the cancels carry [WIN-18, RB-02]', (amount, corrected) => {
    const wallet = rich();
    wallet.ask(call(adjust('k', amount)));
    expect(wallet.balance()).toBe(corrected);
    expect(wallet.ask(call(cancel('x', 'k', '5')))).toBe('OK');
    expect(wallet.balance()).toBe(2_000n);
    expect(wallet.ask(call(cancel('x', 'k', '5')))).toBe('OK_DUP');
    expect(wallet.ask(call(cancel('x2', 'k')))).toBe('OK_DUP');
    expect(wallet.balance()).toBe(2_000n);
    expect(wallet.state(call(cancel('x', 'k')), 'adjust', 'k')).toBe('reversed');
    // its own repeat is told that it was undone, and does not book it again
    expect(wallet.ask(call(adjust('k', amount)))).toBe('reversed');
    expect(wallet.balance()).toBe(2_000n);
  });

  it('overdraws a wallet that has spent it, or leaves a debt, as the policy says [RB-10]', () => {
    for (const [policy, left, flag] of [
      [ALLOW, -500n, 'overdrawn'],
      [{}, 0n, 'receivable'],
    ] as const) {
      const wallet = rich();
      wallet.ask(call(adjust('k', '5')), policy);
      wallet.ask(call(bet('b', { amount: '25' })), policy);
      expect(wallet.ask(call(cancel('x', 'k')), policy)).toBe('OK');
      expect(wallet.balance()).toBe(left);
      expect(wallet.flags(call(cancel('x', 'k')), 'rollback', 'x')).toContain(flag);
      expect(wallet.alerts()).toContain('receivable');
    }
  });

  it('that comes after its cancel moves nothing [RB-03, RB-04]', () => {
    for (const [policy, early, late] of [
      [{}, 'not_found', 'reversed'],
      [{ 'rollback.unknown': 'ok', 'rollback.lateOriginal': 'ignore' }, 'OK', 'OK_DUP'],
    ] as const) {
      const wallet = rich();
      expect(wallet.ask(call(cancel('x', 'k')), policy)).toBe(early);
      expect(wallet.ask(call(adjust('k', '5')), policy)).toBe(late);
      expect(wallet.ask(call(adjust('k', '5')), policy)).toBe(late);
      expect(wallet.balance()).toBe(2_000n);
      expect(wallet.state(call(cancel('x', 'k')), 'adjust', 'k')).toBe('tombstone');
    }
  });

  it('is refused with another amount, and by another player [RB-12, RB-14]', () => {
    const wallet = rich();
    wallet.ask(call(adjust('k', '-5')));
    expect(wallet.ask(call(cancel('x', 'k', '4')))).toBe('conflict');
    expect(wallet.ask(call(cancel('y', 'k'), { player: 'bob' }))).toBe('conflict');
    expect(wallet.balance()).toBe(1_500n);
    expect(wallet.ask(call(cancel('z', 'k', '4')), { 'rollback.amount': 'ignore' })).toBe('OK');
    expect(wallet.balance()).toBe(2_000n);
  });

  it('is taken out of the round that counted it, and out of no other', () => {
    const wallet = rich();
    const early = call(adjust('k0', '3', 'r1'));
    wallet.ask(early);
    wallet.ask(call(bet('b', { round: 'r1' })));
    wallet.ask(call(adjust('k', '5', 'r1')));
    const paid = () =>
      wallet.book.round({ aggregator: early.asked.aggregator, idScope: '' }, playerId('ann'), roundId('r1'))?.paid;
    expect(paid()).toBe(500n);
    // it came before the round was there, so no sum of the round has it
    wallet.ask(call(cancel('x0', 'k0')));
    expect(paid()).toBe(500n);
    wallet.ask(call(cancel('x', 'k')));
    expect(paid()).toBe(0n);
  });

  it('that was refused moved nothing, so its cancel returns nothing [RB-06]', () => {
    const wallet = rich();
    expect(wallet.ask(call(adjust('k', '0.001')))).toBe('below_minimum');
    expect(wallet.ask(call(cancel('x', 'k')))).toBe('OK');
    expect(wallet.ask(call(cancel('x2', 'k')), { 'rollback.ofRejected': 'parentFailed' })).toBe('parent_failed');
    expect(wallet.balance()).toBe(2_000n);
  });

  it('is told apart from a bet and a win of its id: those are undone first', () => {
    const wallet = rich();
    wallet.ask(call(bet('k')));
    wallet.ask(call(adjust('k', '5')));
    expect(wallet.ask(call(cancel('x', 'k')))).toBe('OK');
    expect(wallet.balance()).toBe(2_500n);
    const outcome = wallet.answer(call(cancel('x2', 'k')));
    expect(outcome).toMatchObject({ kind: 'applied', duplicate: true });
  });

  it('is named in the answer as what was undone', () => {
    const wallet = rich();
    const booked = wallet.answer(call(adjust('k', '5')));
    const undone = wallet.answer(call(cancel('x', 'k')));
    if (booked.kind !== 'applied' || undone.kind !== 'applied') throw new Error('both are applied');
    expect(undone.results[0]).toMatchObject({ target: booked.results[0]?.id, effective: true });
  });
});

describe('ids of one series for bets, wins and corrections', () => {
  const SHARED: Partial<Policy> = { 'id.kinds': 'shared', 'win.withoutBet': 'accept' };
  const claims = [bet('t'), win('t', { amount: '1' }), adjust('t', '1')];

  it('are refused to the second kind, and the first is still a duplicate [BET-29]', () => {
    for (const first of claims)
      for (const second of claims.filter(({ kind }) => kind !== first.kind)) {
        const wallet = rich();
        expect(wallet.ask(call(first), SHARED), first.kind).toBe('OK');
        const before = wallet.balance();
        const outcome = wallet.answer(call(second), SHARED);
        expect(outcome).toMatchObject({ kind: 'rejected', refusal: 'conflict', field: 'operation' });
        expect(wallet.ask(call(second), SHARED)).toBe('conflict');
        expect(wallet.ask(call(first), SHARED)).toBe('OK_DUP');
        expect(wallet.balance()).toBe(before);
        expect(wallet.alerts()).toContain('conflict');
      }
  });

  it("are refused to another player as another's [BET-28]", () => {
    const wallet = rich();
    wallet.ask(deposit('20', { player: 'bob', id: 'd-bob' }));
    wallet.ask(call(bet('t')), SHARED);
    const outcome = wallet.answer(call(win('t'), { player: 'bob' }), SHARED);
    expect(outcome).toMatchObject({ kind: 'rejected', refusal: 'conflict', field: 'player' });
    expect(wallet.alerts()).toContain('foreign_player');
  });

  it('never keep a rollback from undoing, and never both legs of a bet and win [RB-09, BW-01]', () => {
    const wallet = rich();
    wallet.ask(call(bet('t')), SHARED);
    expect(wallet.ask(call(cancel('t', 't')), SHARED)).toBe('OK');
    const both = [bet('u', { combined: true }), win('u', { bet: 'u', combined: true })] as const;
    expect(wallet.ask(call([both[0], both[1]]), SHARED)).toBe('OK');
    expect(wallet.balance()).toBe(2_150n);
  });

  it('pay what free rounds came to, which is named by its grant and not by a transaction [FR-05]', () => {
    const wallet = rich();
    wallet.ask(call(bet('t')), SHARED);
    expect(wallet.ask(call(win('t', { flavour: 'free_round', round: null })), SHARED)).toBe('OK');
    wallet.ask(call(win('v', { flavour: 'free_round', round: null })), SHARED);
    expect(wallet.ask(call(bet('v')), SHARED)).toBe('OK');
  });

  it('cost a look-up only where they are shared', () => {
    const request = {
      ...call(bet('t')).asked,
      sessionId: null,
      nowMs: 0,
      nextId: () => {
        throw new Error('no id');
      },
    };
    const kinds = (policy: Partial<Policy>) =>
      needsOf(request, { ...SAFE_POLICY, ...policy }).transactions.map(({ kind }) => kind);
    expect(kinds({})).toEqual(['bet']);
    expect(kinds(SHARED)).toEqual(['bet', 'win', 'adjust']);
    expect(needsOf(request, { ...SAFE_POLICY, ...SHARED }).transactions[1]?.externalId).toBe(externalId('t'));
  });
});
