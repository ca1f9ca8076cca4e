import { describe, expect, it } from 'vitest';
import type { Decoded } from '../../../src/dialects/index.ts';
import { formatDecimal } from '../../../src/money/index.ts';
import type { Operation } from '../../../src/wallet/index.ts';
import { BET, MERCHANT, openedWith } from './merchant.ts';

const operationsOf = (decoded: Decoded): readonly Operation[] => {
  if (decoded.kind !== 'call' || decoded.call.kind !== 'money')
    throw new Error(decoded.kind === 'bad_request' ? decoded.message : 'no money');
  return decoded.call.operations;
};
const problemOf = (form: Readonly<Record<string, string>>): string => {
  const decoded = MERCHANT.decode(form);
  return decoded.kind === 'bad_request' ? decoded.message : 'understood';
};
const WIN = { ...BET, action: 'win', type: 'win' };
const REFUND = { ...BET, action: 'refund', bet_transaction_id: 'b-1' };
const ROLLBACK = { ...BET, action: 'rollback', type: 'rollback', transaction_id: 'x-1' };
const item = (index: number, action: string, id: string, amount?: string) => ({
  [`rollback_transactions[${index}][action]`]: action,
  [`rollback_transactions[${index}][transaction_id]`]: id,
  ...(amount === undefined ? {} : { [`rollback_transactions[${index}][amount]`]: amount }),
});

describe('bets and wins', () => {
  it.each([
    ['bet', 'cash'],
    ['tip', 'tip'],
    ['freespin', 'free'],
  ])('a bet of type %s is %s [BET-40] [FR-01]', (type, flavour) => {
    expect(operationsOf(MERCHANT.decode({ ...BET, type }))).toMatchObject([{ kind: 'bet', flavour }]);
  });

  it.each([
    ['win', 'win'],
    ['jackpot', 'jackpot'],
    ['freespin', 'free_round'],
    ...[
      'bonus',
      'pragmatic_prize_drop',
      'pragmatic_tournament',
      'promo',
      'prize_drop',
      'tournament',
      'unaccounted_promo',
      'loyalty_win',
    ].map((word) => [word, 'promo']),
  ])('a win of type %s is %s [WIN-13] [FR-03]', (type, flavour) => {
    expect(operationsOf(MERCHANT.decode({ ...WIN, type }))).toMatchObject([{ kind: 'win', flavour, bet: null }]);
  });

  it('a word nobody knows is refused, until the configuration knows it as a promotion', () => {
    expect(problemOf({ ...WIN, type: 'constructor' })).toBe('type: unknown_value');
    expect(problemOf({ ...WIN, type: 'new_race' })).toBe('type: unknown_value');
    const { open } = openedWith({ callbacks: { promo_types: ['new_race'] } });
    expect(operationsOf(MERCHANT.decode({ ...WIN, type: 'new_race' }, open))).toMatchObject([{ flavour: 'promo' }]);
  });

  it('`finished` closes the round however PHP writes it, and is otherwise no', () => {
    for (const [word, closesRound] of [
      ['1', true],
      ['true', true],
      ['0', false],
      ['false', false],
      ['', false],
    ] as const)
      expect(operationsOf(MERCHANT.decode({ ...BET, finished: word }))).toMatchObject([{ closesRound }]);
    expect(problemOf({ ...BET, finished: 'yes' })).toBe('finished: unknown_value');
  });

  it('amounts keep every digit, and more of them than the currency has are refused [BET-06] [BET-10]', () => {
    const [bet] = operationsOf(MERCHANT.decode({ ...BET, currency: 'ETH', amount: '0.123456789012345678' }));
    expect(bet !== undefined && 'amount' in bet && bet.amount !== null && formatDecimal(bet.amount)).toBe(
      '0.123456789012345678',
    );
    for (const amount of ['-1', '1e2', '1,2', ' 1', '+1', '0x10', '1.', '.5', '01']) {
      expect(problemOf({ ...BET, amount }), amount).toMatch(/^amount: /);
    }
    expect(problemOf({ ...BET, amount: '1.201' })).toBe('amount: excess_precision');
    expect(problemOf({ ...BET, currency: 'JPY', amount: '1.5' })).toBe('amount: excess_precision');
    // the wallet refuses a currency nobody configured: it knows whether the transaction is a known one
    expect(problemOf({ ...BET, currency: 'ZZZ', amount: '1.12345' })).toBe('understood');
  });

  it('a bet needs its session; what is owed does not [RB-11]', () => {
    const without = ({ session_id: _left, ...rest }: Record<string, string>) => rest;
    expect(problemOf(without(BET))).toBe('session_id: missing');
    for (const form of [WIN, REFUND, { ...ROLLBACK, ...item(0, 'bet', 'b-1') }])
      expect(problemOf(without(form))).toBe('understood');
  });
});

describe('refunds and rollbacks', () => {
  it('a rollback of one transaction is that undoing, under its own id', () => {
    expect(operationsOf(MERCHANT.decode({ ...ROLLBACK, ...item(0, 'win', 'w-1', '2.00') }))).toMatchObject([
      { kind: 'rollback', id: 'x-1', target: { kind: 'win', id: 'w-1' }, round: 'r-1' },
    ]);
  });

  it('a rollback of several is one call, later things first, each under an id made of both [RB-08] [RB-17]', () => {
    const form = {
      ...ROLLBACK,
      ...item(0, 'bet', 'b-1', '1.20'),
      ...item(1, 'win', 'w-1', '0'),
      ...item(2, 'refund', 'f-1'),
    };
    expect(operationsOf(MERCHANT.decode(form))).toMatchObject([
      { id: 'x-1:refund:f-1', target: { kind: 'rollback', id: 'f-1' }, amount: null },
      { id: 'x-1:win:w-1', target: { kind: 'win', id: 'w-1' }, amount: null },
      { id: 'x-1:bet:b-1', target: { kind: 'bet', id: 'b-1' }, amount: { unscaled: 12n } },
    ]);
  });

  it('what does not fit is refused whole: nothing of a list is left out', () => {
    const two = { ...item(0, 'bet', 'b-1'), ...item(1, 'bet', 'b-2') };
    expect(problemOf(ROLLBACK)).toBe('rollback_transactions: missing');
    for (const name of [
      'rollback_transactions',
      'rollback_transactions[]',
      'rollback_transactions[2]',
      'rollback_transactions[x][action]',
      'rollback_transactions[02][action]',
    ])
      expect(problemOf({ ...ROLLBACK, ...two, [name]: 'bet' }), name).toBe('rollback_transactions: syntax');
    expect(problemOf({ ...ROLLBACK, ...two, ...item(2, 'tip', 'b-3') })).toBe(
      'rollback_transactions[2].action: unknown_value',
    );
    expect(problemOf({ ...ROLLBACK, ...two, ...item(2, 'bet', 'b-3', '-1') })).toBe(
      'rollback_transactions[2].amount: negative',
    );
    expect(problemOf({ ...ROLLBACK, ...two, ...item(2, 'bet', 'b'.repeat(252)) })).toBe(
      'rollback_transactions: too_long',
    );
    const many = Object.assign(
      {},
      ...Array.from({ length: 201 }, (_unused, index) => item(index, 'bet', `b-${index}`)),
    );
    expect(problemOf({ ...ROLLBACK, ...many })).toBe('rollback_transactions: too_many');
    expect(problemOf({ ...ROLLBACK, ...two, type: 'bet' })).toBe('type: unknown_value');
  });

  it('unknown fields survive everywhere, deep ones too', () => {
    const form = {
      ...ROLLBACK,
      ...item(0, 'bet', 'b-1'),
      'rollback_transactions[0][meta][x]': '1',
      'other[a][b]': '2',
    };
    expect(problemOf(form)).toBe('understood');
  });

  it('a refund may leave out its amount, and needs its bet', () => {
    const { amount: _amount, ...rest } = REFUND;
    expect(operationsOf(MERCHANT.decode(rest))).toMatchObject([{ amount: null, target: { kind: 'bet', id: 'b-1' } }]);
    expect(problemOf({ ...REFUND, bet_transaction_id: '' })).toBe('bet_transaction_id: missing');
  });
});
