/** A.6: bet and win in one message, and free rounds. */
import type { Scenario, Word } from '../scenario.ts';
import {
  bet,
  betAndWin,
  betWin,
  booked,
  burst,
  byKnob,
  cut,
  okOrAgain,
  oneUnitTooMuch,
  refund,
  scenario,
  send,
  wallet,
  walletSoon,
  when,
  win,
} from '../words.ts';

const HALF = 'the stake is taken and the win is not paid, or the other way round';
const OVERDRAWN = 'the player stakes money he does not have and pays it with the win';
const FREE = 'a free round costs the player his own money';

const combined: readonly Scenario[] = [
  scenario(
    'BW-01',
    'A bet and its win in one message',
    HALF,
    [
      send(betWin('b', '1.00', '2.50'), 'ok', { shows: '1.50' }),
      wallet('1.50'),
      booked('bet', 'b', 1),
      booked('win', 'b', 1),
    ],
    { needs: ['fractions'] },
  ),
  scenario('BW-01.lost', 'A bet that wins nothing, in one message', HALF, [
    send(betWin('b', '1.00', '0', { closes: true }), 'ok'),
    wallet('-1.00'),
  ]),
  scenario('BW-02', 'A stake beyond the balance with a win that would cover it', OVERDRAWN, [
    send(betWin('b', oneUnitTooMuch, '1000.00'), 'insufficient_funds'),
    wallet('0'),
  ]),
  scenario('BW-02.again', 'The same after the player has won enough', OVERDRAWN, [
    send(betWin('big', oneUnitTooMuch, '1000.00', { round: 'r2' }), 'insufficient_funds'),
    send(betWin('b', '1.00', '3.00'), 'ok'),
    send(betWin('big', oneUnitTooMuch, '1000.00', { round: 'r2' }), 'insufficient_funds'),
    wallet('2.00'),
  ]),
  scenario('BW-03', 'The same bet and win twenty times at once', 'stake and win are booked again and again', [
    burst(
      Array.from({ length: 20 }, () => betWin('b', '1.00', '3.00')),
      okOrAgain,
    ),
    wallet('2.00'),
    booked('bet', 'b', 1),
    booked('win', 'b', 1),
  ]),
  scenario('BW-03.conflict', 'A known bet and win with another win', 'another win hides behind a known id', [
    send(betWin('b', '1.00', '2.00'), 'ok'),
    send(betWin('b', '1.00', '3.00'), 'conflict'),
    wallet('1.00'),
  ]),
  scenario('BW-03.stake', 'A known bet and win with another stake', 'another stake hides behind a known id', [
    send(betWin('b', '1.00', '2.00'), 'ok'),
    send(betWin('b', '2.00', '2.00'), 'conflict'),
    wallet('1.00'),
  ]),
  scenario('BW-04', 'A bet and win whose answer is lost three times', HALF, [
    cut(betWin('b', '1.00', '3.00')),
    cut(betWin('b', '1.00', '3.00')),
    cut(betWin('b', '1.00', '3.00')),
    send(betWin('b', '1.00', '3.00'), okOrAgain),
    walletSoon('2.00'),
  ]),
  scenario(
    'BW-05',
    'The refund of a bet that won in the same message',
    'the player keeps the win and gets the stake back',
    [
      send(betWin('b', '1.00', '3.00'), 'ok'),
      when(
        'rollback.afterWin',
        {
          reverseBoth: [send(refund('x', 'b'), 'ok'), wallet('0')],
          keepWins: [send(refund('x', 'b'), 'ok'), wallet('3.00')],
        },
        [send(refund('x', 'b'), 'already_settled'), wallet('2.00')],
      ),
    ],
  ),
  scenario(
    'BW-06',
    'A plain bet, and then a bet and win under its id',
    'the win of a repeated bet is paid without a stake',
    [
      send(bet('b', '1.00'), 'ok'),
      send(betWin('b', '1.00', '5.00'), 'conflict'),
      wallet('-1.00'),
      send(win('w', '1.00'), 'ok'),
    ],
    { needs: ['one message for bet and win'] },
  ),
  scenario(
    'BW-06.turned',
    'A bet and win, and then a plain bet under its id',
    'a new bet is taken for a known one',
    [send(betWin('b', '1.00', '2.00'), 'ok'), send(bet('b', '1.00'), 'conflict'), wallet('1.00')],
    { needs: ['one message for bet and win'] },
  ),
  scenario('BW-07', 'A bet and then a bet and win in one round', HALF, [
    send(bet('b', '1.00'), 'ok'),
    send(betWin('b2', '1.00', '3.00'), 'ok'),
    wallet('1.00'),
  ]),
  scenario(
    'BW-07.many',
    'Twenty bets with their wins at once',
    HALF,
    [
      burst(
        Array.from({ length: 20 }, (_none, at) => betWin(`b${at}`, '1.00', '1.50', { round: `r${at}` })),
        okOrAgain,
      ),
      wallet('10.00'),
    ],
    { needs: ['fractions'] },
  ),
  scenario(
    'BW-08',
    'A stake limit holds for the stake and not for what is left of it',
    'a limit that a win covers is no limit',
    [
      { do: 'max_stake', who: 'player', stakes: '1.00' },
      send(betWin('b', '2.00', '2.00'), 'limit_reached'),
      wallet('0'),
      { do: 'max_stake', who: 'player', stakes: null },
    ],
    { level: 'C', needs: ['backstage'] },
  ),
];

const apart: readonly Scenario[] = [
  scenario('BW-01.two', 'A bet and its win as two transactions in one call', HALF, [
    send(betAndWin('b', '1.00', '2.00'), 'ok', { shows: '1.00' }),
    send(betAndWin('b', '1.00', '2.00'), 'ok_dup'),
    wallet('1.00'),
    booked('bet', 'b', 1),
    booked('win', 'b-won', 1),
  ]),
  scenario('BW-02.two', 'A stake beyond the balance, and in the same call the win that would cover it', OVERDRAWN, [
    send(betAndWin('b', oneUnitTooMuch, '1000.00'), 'insufficient_funds'),
    wallet('0'),
    booked('win', 'b-won', 0),
  ]),
  scenario(
    'BW-03.two',
    'The same two transactions in one call, twenty times at once',
    'stake and win are booked again and again',
    [
      burst(
        Array.from({ length: 20 }, () => betAndWin('b', '1.00', '3.00')),
        okOrAgain,
      ),
      wallet('2.00'),
      booked('bet', 'b', 1),
      booked('win', 'b-won', 1),
    ],
  ),
  scenario('BW-03.known', 'A new bet in one call with a win that is known otherwise', HALF, [
    send(betAndWin('b', '1.00', '2.00'), 'ok'),
    send(betAndWin('b2', '1.00', '7.00', { bet: 'b-won' }), 'conflict'),
    wallet('1.00'),
    booked('bet', 'b2', 0),
  ]),
  scenario('BW-04.two', 'A call of two transactions whose answer is lost three times', HALF, [
    cut(betAndWin('b', '1.00', '3.00')),
    cut(betAndWin('b', '1.00', '3.00')),
    cut(betAndWin('b', '1.00', '3.00')),
    send(betAndWin('b', '1.00', '3.00'), okOrAgain),
    walletSoon('2.00'),
  ]),
  scenario(
    'BW-06.two',
    'A bet that is booked, and then again in one call with its win',
    'the win of a bet that was sent before is not paid, or its stake is taken twice',
    [
      send(bet('b', '1.00'), 'ok'),
      send(betAndWin('b', '1.00', '3.00'), okOrAgain),
      send(betAndWin('b', '1.00', '3.00'), 'ok_dup'),
      wallet('2.00'),
    ],
  ),
  scenario('BW-06.both', 'Both alone after they came in one call', 'what came in one call is not known again', [
    send(betAndWin('b', '1.00', '3.00'), 'ok'),
    send(bet('b', '1.00'), 'ok_dup'),
    send(win('b-won', '3.00'), 'ok_dup'),
    wallet('2.00'),
  ]),
];

const free: readonly Scenario[] = [
  scenario('FR-01', 'A free bet of 2.00', FREE, [
    when('freeRound.stake', {
      flagNoDebit: [
        send(bet('b', '2.00', { flavour: 'free' }), 'ok', { shows: '0' }),
        wallet('0'),
        send(bet('b', '2.00', { flavour: 'free' }), 'ok_dup'),
        wallet('0'),
      ],
    }),
  ]),
  scenario('FR-01.large', 'A free bet larger than the balance', FREE, [
    when('freeRound.stake', {
      flagNoDebit: [send(bet('b', oneUnitTooMuch, { flavour: 'free' }), ['ok', 'limit_reached']), wallet('0')],
    }),
  ]),
  scenario('FR-01.cash', 'The id of a free bet again as a bet for money', 'the stake of a real bet is never taken', [
    when('freeRound.stake', {
      flagNoDebit: [send(bet('b', '2.00', { flavour: 'free' }), 'ok'), send(bet('b', '2.00'), 'conflict'), wallet('0')],
    }),
  ]),
  scenario('FR-02', 'A free bet of nothing', FREE, [send(bet('b', '0', { flavour: 'free' }), ['ok']), wallet('0')]),
  scenario('FR-03', 'A free-round win without any bet', 'the player won a free round and is not paid', [
    send(win('w', '2.00', { flavour: 'free_round', bet: null, round: null }), 'ok'),
    wallet('2.00'),
  ]),
  scenario('FR-03.bet', 'A free bet and the win of it', 'the player won a free round and is not paid', [
    when('freeRound.stake', {
      flagNoDebit: [send(bet('b', '1.00', { flavour: 'free' }), 'ok'), send(win('w', '4.00'), 'ok'), wallet('4.00')],
    }),
  ]),
  scenario('FR-05', 'The win of finished free rounds twenty times at once', 'free rounds are paid again and again', [
    burst(
      Array.from({ length: 20 }, () => win('w', '2.00', { flavour: 'free_round', bet: null, round: null })),
      okOrAgain,
    ),
    wallet('2.00'),
  ]),
  scenario(
    'FR-06',
    'A free-round win that is in the settlement of its round as well',
    'free rounds are paid by the callback and by the summary',
    [
      send(win('w', '2.00', { flavour: 'free_round', bet: null }), 'ok'),
      {
        do: 'settlement',
        say: {
          event: 'e',
          round: 'r',
          version: 1,
          complete: true,
          final: true,
          mode: 'real',
          bet: '0',
          win: '2.00',
          refund: '0',
          transactions: [{ kind: 'win', id: 'w', amount: '2.00', status: 'ok' }],
        },
        tamper: [],
        times: 2,
        expect: ['ok'],
      },
      wallet('2.00'),
    ],
    { needs: ['webhooks'] },
  ),
  scenario('FR-07', 'A free bet of a campaign nobody granted', 'free money for campaigns that do not exist', [
    send(
      bet('b', '1.00', { flavour: 'free' }),
      byKnob<readonly Word[]>('freeRound.ungranted', { reject: ['refused'] }, ['ok']),
    ),
    wallet('0'),
  ]),
];

export const COMBINED: readonly Scenario[] = [...combined, ...apart, ...free];
