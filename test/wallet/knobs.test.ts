/**
 * Every value of every knob that moves money, one story each. The table is typed by the policy itself: a new knob value does
 * not compile until it has its story.
 */
import { describe, expect, it } from 'vitest';
import type { ConflictField, Policy } from '../../src/wallet/index.ts';
import { adjust, bet, call, close, deposit, undo, win } from '../support/act.ts';
import { PARK_MS } from '../support/histories.ts';
import { walletTable } from '../support/wallet-table.ts';
import type { Answer, CallAct } from '../support/wallet-table.ts';

/** Knobs that `decide` reads and whose values can be listed. */
type Knob =
  | 'rollback.unknown'
  | 'rollback.lateOriginal'
  | 'rollback.ofRejected'
  | 'rollback.afterWin'
  | 'rollback.win'
  | 'rollback.rollback'
  | 'rollback.amount'
  | 'duplicate.balance'
  | 'win.withoutBet'
  | 'win.afterRollback'
  | 'win.perBet'
  | 'win.zeroMeansLoss'
  | 'bet.zero'
  | 'round.betAfterClose'
  | 'round.betAfterVoid'
  | 'round.winAfterClose'
  | 'freeRound.ungranted'
  | 'balance.negative'
  | 'id.kinds';

interface Story {
  readonly also?: Partial<Policy>;
  /** the calls before, and the answer to the last one */
  readonly calls: readonly [CallAct, ...CallAct[]];
  readonly answer: Answer;
  /** what `ann` has afterwards, in cents; 20.00 were deposited first */
  readonly leaves: bigint;
}

type KnobTable = { readonly [K in Knob]: Readonly<Record<`${Policy[K]}`, Story>> };

const [b1, w1] = [bet('b1'), win('w1', { bet: 'b1' })];
const undone: [CallAct, CallAct] = [call(b1), call(undo('x1', 'bet', 'b1'))];
const closed: [CallAct, CallAct] = [call(b1), call(close())];
const lost = win('w0', { bet: 'b1', amount: '0' });

const KNOBS: KnobTable = {
  'rollback.unknown': {
    notFoundCode: { calls: [call(undo('x1', 'bet', 'b1'))], answer: 'not_found', leaves: 2_000n },
    ok: { calls: [call(undo('x1', 'bet', 'b1'))], answer: 'OK', leaves: 2_000n },
  },
  'rollback.lateOriginal': {
    reject: { calls: [call(undo('x1', 'bet', 'b1')), call(b1)], answer: 'reversed', leaves: 2_000n },
    ignore: { calls: [call(undo('x1', 'bet', 'b1')), call(b1)], answer: 'OK_DUP', leaves: 2_000n },
  },
  'rollback.ofRejected': {
    ok: { calls: [call(bet('b1', { amount: '99' })), call(undo('x1', 'bet', 'b1'))], answer: 'OK', leaves: 2_000n },
    parentFailed: {
      calls: [call(bet('b1', { amount: '99' })), call(undo('x1', 'bet', 'b1'))],
      answer: 'parent_failed',
      leaves: 2_000n,
    },
  },
  'rollback.afterWin': {
    reject: { calls: [call(b1), call(w1), call(undo('x1', 'bet', 'b1'))], answer: 'already_settled', leaves: 2_150n },
    reverseBoth: { calls: [call(b1), call(w1), call(undo('x1', 'bet', 'b1'))], answer: 'OK', leaves: 2_000n },
    keepWins: { calls: [call(b1), call(w1), call(undo('x1', 'bet', 'b1'))], answer: 'OK', leaves: 2_250n },
  },
  'rollback.win': {
    unsupported: { calls: [call(b1), call(w1), call(undo('x1', 'win', 'w1'))], answer: 'not_found', leaves: 2_150n },
    debit: { calls: [call(b1), call(w1), call(undo('x1', 'win', 'w1'))], answer: 'OK', leaves: 1_900n },
  },
  'rollback.rollback': {
    unsupported: { calls: [...undone, call(undo('x2', 'rollback', 'x1'))], answer: 'not_found', leaves: 2_000n },
    reapply: { calls: [...undone, call(undo('x2', 'rollback', 'x1'))], answer: 'OK', leaves: 1_900n },
  },
  'rollback.amount': {
    mustMatch: { calls: [call(b1), call(undo('x1', 'bet', 'b1', '0.5'))], answer: 'conflict', leaves: 1_900n },
    ignore: { calls: [call(b1), call(undo('x1', 'bet', 'b1', '0.5'))], answer: 'OK', leaves: 2_000n },
    partial: { calls: [call(b1), call(undo('x1', 'bet', 'b1', '0.5'))], answer: 'OK', leaves: 1_950n },
  },
  'duplicate.balance': {
    current: { calls: [call(b1), call(bet('b2')), call(b1)], answer: 'OK_DUP', leaves: 1_800n },
    stored: { calls: [call(b1), call(bet('b2')), call(b1)], answer: 'OK_DUP', leaves: 1_800n },
  },
  'win.withoutBet': {
    reject: { calls: [call(w1)], answer: 'not_found', leaves: 2_000n },
    accept: { calls: [call(w1)], answer: 'OK', leaves: 2_250n },
    park: { calls: [call(w1)], answer: 'PARKED', leaves: 2_000n },
  },
  'win.afterRollback': {
    reject: { calls: [...undone, call(w1)], answer: 'reversed', leaves: 2_000n },
    accept: { calls: [...undone, call(w1)], answer: 'OK', leaves: 2_250n },
  },
  'win.perBet': {
    many: { calls: [call(b1), call(w1), call(win('w2', { bet: 'b1' }))], answer: 'OK', leaves: 2_400n },
    one: { calls: [call(b1), call(w1), call(win('w2', { bet: 'b1' }))], answer: 'already_settled', leaves: 2_150n },
  },
  'win.zeroMeansLoss': {
    true: { calls: [call(b1), call(lost), call(undo('x1', 'bet', 'b1'))], answer: 'already_settled', leaves: 1_900n },
    false: { calls: [call(b1), call(lost), call(undo('x1', 'bet', 'b1'))], answer: 'OK', leaves: 2_000n },
  },
  'bet.zero': {
    accept: { calls: [call(bet('b1', { amount: '0' }))], answer: 'OK', leaves: 2_000n },
    reject: { calls: [call(bet('b1', { amount: '0' }))], answer: 'below_minimum', leaves: 2_000n },
  },
  'round.betAfterClose': {
    reject: { calls: [...closed, call(bet('b2'))], answer: 'round_closed', leaves: 1_900n },
    reopen: { calls: [...closed, call(bet('b2'))], answer: 'OK', leaves: 1_800n },
  },
  'round.betAfterVoid': {
    accept: { calls: [...undone, call(bet('b2'))], answer: 'OK', leaves: 1_900n },
    reject: { calls: [...undone, call(bet('b2'))], answer: 'round_closed', leaves: 2_000n },
  },
  'round.winAfterClose': {
    accept: { calls: [...closed, call(w1)], answer: 'OK', leaves: 2_150n },
    reject: { calls: [...closed, call(w1)], answer: 'round_closed', leaves: 1_900n },
  },
  'freeRound.ungranted': {
    flag: { calls: [call(bet('b1', { flavour: 'free', amount: '25' }))], answer: 'OK', leaves: 2_000n },
    reject: { calls: [call(bet('b1', { flavour: 'free', amount: '25' }))], answer: 'conflict', leaves: 2_000n },
  },
  'balance.negative': {
    receivable: { calls: [call(adjust('a1', '-25'))], answer: 'OK', leaves: 0n },
    allow: { calls: [call(adjust('a1', '-25'))], answer: 'OK', leaves: -500n },
  },
  'id.kinds': {
    apart: { calls: [call(b1), call(win('b1', { bet: 'b1' }))], answer: 'OK', leaves: 2_150n },
    shared: { calls: [call(b1), call(win('b1', { bet: 'b1' }))], answer: 'conflict', leaves: 1_900n },
  },
};

describe('every value of every knob that moves money', () => {
  for (const [knob, values] of Object.entries(KNOBS)) {
    for (const [value, { also, calls, answer, leaves }] of Object.entries(values)) {
      it(`${knob}: ${value} → ${answer}`, () => {
        const chosen = knob === 'win.zeroMeansLoss' ? value === 'true' : value;
        const policy: Partial<Policy> = { ...also, [knob]: chosen };
        const wallet = walletTable();
        wallet.ask(deposit('20'));
        for (const act of calls.slice(0, -1)) wallet.ask(act, policy);
        expect(wallet.ask(calls.at(-1) ?? calls[0], policy)).toBe(answer);
        expect(wallet.balance()).toBe(leaves);
      });
    }
  }

  it('a repeat shows the balance of now or of then [RET-02]', () => {
    for (const [shown, units] of [
      ['current', 1_800n],
      ['stored', 1_900n],
    ] as const) {
      const wallet = walletTable();
      wallet.ask(deposit('20'));
      wallet.ask(call(b1));
      wallet.ask(call(bet('b2')));
      const outcome = wallet.answer(call(b1), { 'duplicate.balance': shown });
      expect(outcome).toMatchObject({ kind: 'applied', duplicate: true, balance: { units } });
    }
  });

  it('a win above the review threshold is paid and flagged, one at the threshold is not flagged [WIN-15]', () => {
    const wallet = walletTable();
    wallet.ask(deposit('20'));
    wallet.ask(call(b1));
    const policy: Partial<Policy> = { 'win.reviewAbove': '2.5' };
    expect(wallet.ask(call(win('w1', { bet: 'b1', amount: '2.5' })), policy)).toBe('OK');
    expect(wallet.alerts()).not.toContain('review');
    expect(wallet.ask(call(win('w2', { bet: 'b1', amount: '2.51' })), policy)).toBe('OK');
    expect(wallet.alerts()).toContain('review');
    expect(wallet.balance()).toBe(2_401n);
  });

  it('a parked win waits exactly as long as it may [WIN-06]', () => {
    const policy: Partial<Policy> = { 'win.withoutBet': 'park', 'win.parkMs': PARK_MS };
    const wallet = walletTable();
    expect(wallet.ask(call(w1), policy)).toBe('PARKED');
    expect(wallet.ask(call(w1, { afterMs: PARK_MS - 1 }), policy)).toBe('PARKED');
    expect(wallet.ask(call(w1, { afterMs: PARK_MS }), policy)).toBe('not_found');
    expect(wallet.ask(call(w1, { afterMs: 1 }), policy)).toBe('not_found');
  });

  /** One repeat per fact of `conflict.fields` that differs in nothing else. */
  const OTHERWISE: Readonly<Record<ConflictField, readonly [CallAct, CallAct]>> = {
    player: [call(b1), call(b1, { player: 'bob' })],
    amount: [call(b1), call(bet('b1', { amount: '1.01' }))],
    currency: [call(b1), call(b1, { currency: 'BTC' })],
    round: [call(b1), call(bet('b1', { round: 'r2' }))],
    reference: [call(win('w1', { bet: 'b1' })), call(win('w1', { bet: 'b2' }))],
    game: [call(b1), call(b1, { gameCode: null })],
  };

  for (const [field, [first, second]] of Object.entries(OTHERWISE) as [ConflictField, readonly [CallAct, CallAct]][]) {
    it(`conflict.fields: a repeat with another ${field} conflicts and names it [BET-27, BET-28, BET-29]`, () => {
      const wallet = walletTable();
      wallet.ask(deposit('20'));
      const policy: Partial<Policy> = { 'win.withoutBet': 'accept' };
      expect(wallet.ask(first, policy)).toBe('OK');
      const before = wallet.balance();
      expect(wallet.answer(second, policy)).toMatchObject({ kind: 'rejected', refusal: 'conflict', field });
      expect(wallet.ask(first, policy)).toBe('OK_DUP');
      expect(wallet.balance()).toBe(before);
    });
  }

  for (const field of ['round', 'reference', 'game'] as const) {
    it(`conflict.fields without ${field}: the repeat is a duplicate [BET-30]`, () => {
      const wallet = walletTable();
      wallet.ask(deposit('20'));
      const policy: Partial<Policy> = {
        'win.withoutBet': 'accept',
        'conflict.fields': ['player', 'amount', 'currency'],
      };
      const [first, second] = OTHERWISE[field];
      expect(wallet.ask(first, policy)).toBe('OK');
      expect(wallet.ask(second, policy)).toBe('OK_DUP');
    });
  }
});
