/** A.5: refunds that say an amount, and those that give a stake back in parts. */
import type { Scenario } from '../scenario.ts';
import { bet, burst, change, refund, scenario, send, wallet, when } from '../words.ts';

const TWICE = 'the operator gives the same stake back twice';
const NEVER_TAKEN = 'the operator gives back what it never took';
const NOT_BACK = 'the player does not get his stake back';

const staked = send(bet('b', '1.00'), 'ok');
const times = <T>(count: number, make: (at: number) => T): readonly T[] =>
  Array.from({ length: count }, (_none, at) => make(at));

export const PARTS: readonly Scenario[] = [
  scenario('RB-12', 'A refund of more than the stake', 'the operator gives back more than it took', [
    staked,
    when(
      'rollback.amount',
      {
        ignore: [send(refund('x', 'b', { amount: '2.00' }), 'ok'), wallet('0')],
        partial: [send(refund('x', 'b', { amount: '2.00' }), ['already_settled', 'conflict']), wallet('-1.00')],
      },
      [send(refund('x', 'b', { amount: '2.00' }), ['conflict', 'already_settled']), wallet('-1.00')],
    ),
  ]),
  scenario('RB-12.whole', 'A refund that says the whole stake', NOT_BACK, [
    staked,
    send(refund('x', 'b', { amount: '1.00' }), 'ok'),
    wallet('0'),
  ]),
  scenario(
    'RB-13',
    'A stake given back in three parts, and a fourth',
    'parts that do not add up to the stake',
    [
      staked,
      when('rollback.amount', {
        partial: [
          send(refund('x1', 'b', { amount: '0.33' }), 'ok'),
          send(refund('x2', 'b', { amount: '0.33' }), 'ok'),
          wallet('-0.34'),
          send(refund('x3', 'b', { amount: '0.34' }), 'ok'),
          wallet('0'),
          send(refund('x4', 'b', { amount: '0.01' }), ['already_settled', 'reversed', 'conflict', 'ok_dup']),
          wallet('0'),
        ],
      }),
    ],
    { needs: ['fractions'] },
  ),
  scenario(
    'RB-13.again',
    'A part of a stake given back twice under one id',
    TWICE,
    [
      staked,
      when('rollback.amount', {
        partial: [
          send(refund('x', 'b', { amount: '0.40' }), 'ok'),
          send(refund('x', 'b', { amount: '0.40' }), 'ok_dup', { times: 3 }),
          wallet('-0.60'),
          send(refund('x', 'b', { amount: '0.50' }), 'conflict'),
          wallet('-0.60'),
        ],
      }),
    ],
    { needs: ['fractions'] },
  ),
  scenario(
    'RB-13.burst',
    'Ten parts of a fifth each at the same moment',
    'together they give back more than the stake',
    [
      staked,
      when('rollback.amount', {
        partial: [
          burst(
            times(10, (at) => refund(`x${at}`, 'b', { amount: '0.20' })),
            ['ok', 'already_settled', 'reversed', 'conflict'],
            { ok: 5 },
          ),
          wallet('0'),
        ],
      }),
    ],
    { needs: ['fractions'] },
  ),
  scenario('RB-13.zero', 'A part of nothing', NEVER_TAKEN, [
    staked,
    when('rollback.amount', {
      partial: [send(refund('x', 'b', { amount: '0' }), ['bad_request', 'refused', 'ok']), wallet('-1.00')],
    }),
  ]),
  scenario(
    'RB-24',
    'A refund of a bet that was played, lost and refunded already in part',
    'the rest and the whole are given back',
    [
      staked,
      when('rollback.amount', {
        partial: [
          send(refund('x1', 'b', { amount: '0.40' }), 'ok'),
          send(refund('x2', 'b'), ['ok', 'already_settled']),
          wallet(change('0', 1)),
        ],
      }),
    ],
    { needs: ['fractions'] },
  ),
];
