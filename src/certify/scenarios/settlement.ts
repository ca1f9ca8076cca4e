/**
 * A.8: what an aggregator asserts after the round. From outside two things can be judged: that the assertion is taken, and that
 * it moves no money by itself.
 */
import type { Scenario, SettlementLine, Step, Word } from '../scenario.ts';
import { bet, close, refund, scenario, send, signature, wallet, win } from '../words.ts';

const TAKEN = 'a summary that is refused is sent again for days, and the difference it would show is never seen';
const MOVES = 'whoever can send a summary moves money that no callback moved';

const summary = (event: string, more: Partial<SettlementLine> = {}): SettlementLine => ({
  event,
  round: 'r',
  version: 1,
  complete: true,
  final: true,
  mode: 'real',
  bet: '1.00',
  win: '0',
  refund: '0',
  transactions: null,
  ...more,
});
const settled = (say: SettlementLine, more: { times?: number; expect?: readonly Word[] } = {}): Step => ({
  do: 'settlement',
  say,
  tamper: [],
  times: more.times ?? 1,
  expect: more.expect ?? ['ok'],
});

const staked = send(bet('b', '1.00'), 'ok');
const won = send(win('w', '3.00'), 'ok');
const one = (id: string, title: string, why: string, steps: readonly Step[]): Scenario =>
  scenario(id, title, why, steps, { needs: ['webhooks'] });

export const SETTLEMENT: readonly Scenario[] = [
  one('SET-01', 'A summary equal to the book', TAKEN, [
    staked,
    won,
    settled(summary('e', { win: '3.00' })),
    wallet('2.00'),
  ]),
  one('SET-02', 'A summary before the last win, and the win', TAKEN, [
    staked,
    settled(summary('e', { win: '3.00' })),
    wallet('-1.00'),
    won,
    wallet('2.00'),
  ]),
  one('SET-02.paid', 'A summary before the win moves no money, and the win twice', MOVES, [
    staked,
    settled(summary('e', { win: '3.00' }), { times: 3 }),
    won,
    send(win('w', '3.00'), 'ok_dup'),
    wallet('2.00'),
  ]),
  one('SET-03', 'Summary, close, win, bet: the wrong way round', TAKEN, [
    settled(summary('e', { win: '3.00' })),
    staked,
    send(close(), 'ok'),
    won,
    wallet('2.00'),
  ]),
  one('SET-04', 'The same event three times', TAKEN, [staked, settled(summary('e'), { times: 3 }), wallet('-1.00')]),
  one('SET-05', 'A known event with other contents', TAKEN, [
    staked,
    settled(summary('e')),
    settled(summary('e', { win: '9.00' }), { expect: ['ok', 'refused'] }),
    wallet('-1.00'),
  ]),
  one('SET-06', 'A summary with a win that never came', MOVES, [
    staked,
    settled(
      summary('e', {
        win: '50.00',
        transactions: [
          { kind: 'bet', id: 'b', amount: '1.00', status: 'ok' },
          { kind: 'win', id: 'w', amount: '50.00', status: 'ok' },
        ],
      }),
    ),
    wallet('-1.00'),
  ]),
  one('SET-07', 'A summary with less won than was paid', MOVES, [
    staked,
    won,
    settled(summary('e', { win: '0' })),
    wallet('2.00'),
  ]),
  one('SET-08', 'A summary with more staked than was taken', MOVES, [
    staked,
    settled(summary('e', { bet: '20.00' })),
    wallet('-1.00'),
  ]),
  one('SET-08.less', 'A summary with less staked than was taken', MOVES, [
    staked,
    settled(summary('e', { bet: '0' })),
    wallet('-1.00'),
  ]),
  one('SET-09', 'A summary that is not complete', MOVES, [
    staked,
    settled(
      summary('e', {
        complete: false,
        final: false,
        transactions: [{ kind: 'bet', id: 'b', amount: '1.00', status: 'ok' }],
      }),
    ),
    wallet('-1.00'),
    won,
    wallet('2.00'),
  ]),
  one('SET-10', 'A summary of a round nobody knows', TAKEN, [settled(summary('e', { round: 'nobody' })), wallet('0')]),
  one('SET-10.later', 'A summary of an unknown round, and the round afterwards', TAKEN, [
    settled(summary('e', { win: '3.00' })),
    staked,
    won,
    wallet('2.00'),
  ]),
  one('SET-11', 'The second version before the first', TAKEN, [
    staked,
    won,
    settled(summary('e2', { version: 2, win: '3.00' })),
    settled(summary('e1', { version: 1, win: '0' })),
    wallet('2.00'),
  ]),
  one('SET-12', 'Two different summaries without versions', TAKEN, [
    staked,
    settled(summary('e1', { version: null })),
    settled(summary('e2', { version: null, win: '2.00' })),
    wallet('-1.00'),
  ]),
  one('SET-16', 'A hundred events one after another', TAKEN, [
    staked,
    ...Array.from({ length: 100 }, (_none, at) => settled(summary(`e${at}`, { version: at }))),
    wallet('-1.00'),
  ]),
  one('SET-17', 'A summary of a demo round', MOVES, [
    settled(summary('e', { mode: 'demo', win: '100.00' })),
    wallet('0'),
  ]),
  one('SET-19', 'A transaction that is rolled back for the aggregator and applied in the book', MOVES, [
    staked,
    settled(
      summary('e', { bet: '0', transactions: [{ kind: 'bet', id: 'b', amount: '1.00', status: 'rolled_back' }] }),
    ),
    wallet('-1.00'),
    send(refund('x', 'b'), ['ok', 'already_settled']),
  ]),
  one('SET-22', 'A summary repeated after the win it missed has come', MOVES, [
    staked,
    settled(summary('e', { win: '3.00' })),
    won,
    settled(summary('e', { win: '3.00' }), { times: 2 }),
    wallet('2.00'),
  ]),
  scenario(
    'SET-23',
    'A summary with a wrong signature',
    MOVES,
    [
      staked,
      {
        do: 'settlement',
        say: summary('e', { win: '50.00' }),
        tamper: signature({ kind: 'text', text: '0' }),
        times: 2,
        expect: ['unauth'],
      },
      wallet('-1.00'),
    ],
    { needs: ['webhooks', 'signature header'] },
  ),
  scenario(
    'SET-23.unsigned',
    'A summary without a signature',
    MOVES,
    [
      staked,
      {
        do: 'settlement',
        say: summary('e', { win: '50.00' }),
        tamper: signature({ kind: 'absent' }),
        times: 1,
        expect: ['unauth'],
      },
      wallet('-1.00'),
    ],
    { needs: ['webhooks', 'signature header'] },
  ),
];
