/**
 * Situations in which `decide` and the reference wallet once answered differently: what random histories found, cut down to
 * the few calls that matter. Each name says what went wrong when nobody had thought of it.
 */
import { describe, expect, it } from 'vitest';
import { SAFE_POLICY } from '../../src/wallet/index.ts';
import type { Policy } from '../../src/wallet/index.ts';
import { bet, call, close, deposit, undo, win } from '../support/act.ts';
import type { Act } from '../support/histories.ts';
import { explain, playInMemory } from '../support/play.ts';

interface Case {
  readonly why: string;
  readonly policy: Partial<Policy>;
  readonly acts: readonly Act[];
}

const REOPEN: Partial<Policy> = { 'round.betAfterClose': 'reopen', 'round.winAfterClose': 'reject' };
const REAPPLY: Partial<Policy> = { 'rollback.rollback': 'reapply' };
const PARK: Partial<Policy> = { 'win.withoutBet': 'park' };

const CASES: Readonly<Record<string, Case>> = {
  'a win in a reopened round, where wins after close are refused': {
    why: 'the stake is taken in the reopened round and its win refused: a reopened round takes wins [WIN-10]',
    policy: REOPEN,
    acts: [deposit('20'), call(bet('b1', { closes: true })), call(bet('b2')), call(win('w2', { bet: 'b2' }))],
  },
  'a tip that a parked win names': {
    why: 'the win waits until its deadline although its bet is there [WIN-06]',
    policy: PARK,
    acts: [deposit('20'), call(win('w1', { bet: 'b1' })), call(bet('b1', { flavour: 'tip', round: null }))],
  },
  'a late win that names an undone bet: another round, another currency, or not the first': {
    why: 'accepting a win after its rollback is no reason to pay it in another currency than its bet [WIN-16]',
    policy: { 'win.afterRollback': 'accept' },
    acts: [
      deposit('20'),
      deposit('20', { currency: 'BTC', id: 'deposit-btc' }),
      call(bet('b1')),
      call(undo('x1', 'bet', 'b1')),
      call(win('w1', { bet: 'b1', round: null }), { currency: 'BTC' }),
    ],
  },
  'a rollback of a round in another currency': {
    why: 'under `duplicate.balance: stored` the repeat states one currency’s units in the other [RB-15]',
    policy: { 'duplicate.balance': 'stored' },
    acts: [
      deposit('20'),
      deposit('20', { currency: 'BTC', id: 'deposit-btc' }),
      call(bet('b1')),
      call(undo('x1', 'round', 'r1'), { currency: 'BTC' }),
    ],
  },
  'a bet that a booked win already names': {
    why: 'the bet is paid twice, because the first win was booked before it [WIN-05]',
    policy: { 'win.withoutBet': 'accept', 'win.perBet': 'one' },
    acts: [deposit('20'), call(win('w1', { bet: 'b1' })), call(bet('b1')), call(win('w2', { bet: 'b1' }))],
  },
  'a rollback of the rollback of a bet of nothing': {
    why: 'the free bet stays undone, so its win will be refused [RB-17, RB-21]',
    policy: REAPPLY,
    acts: [
      deposit('20'),
      call(bet('b1', { flavour: 'free' })),
      call(undo('x1', 'bet', 'b1')),
      call(undo('x2', 'rollback', 'x1')),
    ],
  },
  'a rollback of the rollback of a part of a bet': {
    why: 'the part stays returned although its return was taken back [RB-13, RB-17]',
    policy: { ...REAPPLY, 'rollback.amount': 'partial' },
    acts: [deposit('20'), call(bet('b1')), call(undo('x1', 'bet', 'b1', '0.4')), call(undo('x2', 'rollback', 'x1'))],
  },
  'a rollback of the return of nothing, while all of the bet is returned': {
    why: 'the bet counts as standing again, so a win of a stake that was given back is paid [RB-13, RB-17, WIN-07]',
    policy: { ...REAPPLY, 'rollback.amount': 'partial' },
    acts: [
      deposit('20'),
      call(bet('b1')),
      call(undo('x1', 'bet', 'b1', '0')),
      call(undo('x2', 'bet', 'b1')),
      call(undo('x3', 'rollback', 'x1')),
      call(win('w1', { bet: 'b1' })),
    ],
  },
  'a rollback of the rollback of a win': {
    why: 'the bet that happens to have the same id is taken again, with the win’s units [RB-09, RB-17]',
    policy: { ...REAPPLY, 'rollback.win': 'debit' },
    acts: [
      deposit('20'),
      call(bet('t1')),
      call(win('t1', { bet: 't1' })),
      call(undo('x1', 'win', 't1')),
      call(undo('x2', 'bet', 't1')),
      call(undo('x3', 'rollback', 'x1')),
    ],
  },
  'a bet that several parked wins name, where a bet has one win': {
    why: 'all of them are paid at once [WIN-06]',
    policy: { ...PARK, 'win.perBet': 'one' },
    acts: [deposit('20'), call(win('w1', { bet: 'b1' })), call(win('w2', { bet: 'b1' })), call(bet('b1'))],
  },
  'a win that names only its bet, after the round of that bet closed': {
    why: 'the win does not say its round, so nobody asks whether it is closed [WIN-10]',
    policy: { 'round.winAfterClose': 'reject' },
    acts: [deposit('20'), call(bet('b1', { closes: true })), call(win('w1', { bet: 'b1', round: null }))],
  },
  'a bet that closes its round while a parked win waits for it': {
    why: 'the win that was there first counts as late and opens the round again [WIN-06, WIN-10]',
    policy: PARK,
    acts: [deposit('20'), call(win('w1', { bet: 'b1' })), call(bet('b1', { closes: true })), call(close())],
  },
};

describe('what the reference wallet found', () => {
  for (const [name, { why, policy, acts }] of Object.entries(CASES)) {
    it(`${name}: ${why}`, () => {
      const full = { ...SAFE_POLICY, ...policy };
      const ending = playInMemory(full, acts);
      expect(ending.kind === 'failed' ? explain(full, acts.slice(0, ending.at + 1), ending.what) : ending.kind).toBe(
        'agreed',
      );
    });
  }
});
