/** A.5: giving stakes back. Once, exactly, and also what came before the bet it undoes. */
import type { Need, Scenario, Word } from '../scenario.ts';
import { PARTS } from './rollback-parts.ts';
import {
  bet,
  booked,
  burst,
  byKnob,
  cut,
  late,
  okOrAgain,
  oneUnitTooMuch,
  pause,
  refund,
  scenario,
  send,
  wallet,
  walletSoon,
  when,
  win,
} from '../words.ts';

const TWICE = 'the operator gives the same stake back twice';
const LATE_BET = 'the bet that was given up is taken after its refund, and nobody ever gives it back';
const NEVER_TAKEN = 'the operator gives back what it never took';
const NOT_BACK = 'the player does not get his stake back';
const SETTLED = 'the player keeps the win and gets the stake back as well';

const staked = send(bet('b', '1.00'), 'ok');
const rival: readonly Need[] = ['rival'];
const unknown = byKnob<readonly Word[]>('rollback.unknown', { ok: ['ok', 'ok_dup'] }, ['not_found']);
/** A second refund of what is given back already: any clean answer, as long as nothing moves. */
const noMore: readonly Word[] = ['ok', 'ok_dup', 'refused'];
const times = <T>(count: number, make: (at: number) => T): readonly T[] =>
  Array.from({ length: count }, (_none, at) => make(at));

const plain: readonly Scenario[] = [
  scenario('RB-01', 'The refund of a bet', NOT_BACK, [
    staked,
    send(refund('x', 'b'), 'ok', { shows: '0' }),
    wallet('0'),
    booked('rollback', 'x', 1),
  ]),
  scenario('RB-01.closing', 'A refund that closes its round', NOT_BACK, [
    staked,
    send(refund('x', 'b', { closes: true }), 'ok'),
    wallet('0'),
  ]),
  scenario('RB-02', 'The same refund fifty times at once', TWICE, [
    staked,
    burst(
      times(50, () => refund('x', 'b')),
      byKnob<readonly Word[]>('rollback.duplicate', { code: noMore, error: noMore }, okOrAgain),
    ),
    wallet('0'),
    booked('rollback', 'x', 1),
  ]),
  scenario('RB-02.again', 'The same refund ten times, one after another', TWICE, [
    staked,
    send(refund('x', 'b'), 'ok'),
    send(refund('x', 'b'), byKnob<readonly Word[]>('rollback.duplicate', { code: noMore, error: noMore }, ['ok_dup']), {
      times: 9,
    }),
    wallet('0'),
  ]),
  scenario('RB-02.new', 'A second refund of one bet under a new id', TWICE, [
    staked,
    send(refund('x1', 'b'), 'ok'),
    send(refund('x2', 'b'), noMore),
    send(refund('x3', 'b'), noMore),
    wallet('0'),
  ]),
  scenario('RB-02.news', 'Twenty refunds of one bet at once, each under an id of its own', TWICE, [
    staked,
    burst(
      times(20, (at) => refund(`x${at}`, 'b')),
      noMore,
    ),
    wallet('0'),
  ]),
  scenario('RB-03', 'The refund of a bet nobody knows', NEVER_TAKEN, [send(refund('x', 'b'), unknown), wallet('0')]),
  scenario('RB-04', 'A refund that overtakes its bet, and then the bet', LATE_BET, [
    send(refund('x', 'b'), unknown),
    send(bet('b', '1.00'), late, { times: 2 }),
    wallet('0'),
    booked('bet', 'b', 0),
  ]),
  scenario('RB-04.burst', 'The overtaken bet twenty times at once', LATE_BET, [
    send(refund('x', 'b'), unknown),
    burst(
      times(20, () => bet('b', '1.00')),
      late,
    ),
    wallet('0'),
  ]),
  scenario(
    'RB-04.other',
    'A refund that overtakes its bet, and another bet of the round',
    'a mark that is too wide stops the whole round',
    [
      send(refund('x', 'b'), unknown),
      when('round.betAfterVoid', { reject: [send(bet('b2', '1.00', { round: 'r2' }), 'ok')] }, [
        send(bet('b2', '1.00'), 'ok'),
      ]),
      wallet('-1.00'),
    ],
  ),
  scenario(
    'RB-05',
    'Forty pairs of a bet and its refund at the same moment',
    LATE_BET,
    [
      burst(
        times(40, (at) => [
          bet(`b${at}`, '0.10', { round: `r${at}` }),
          refund(`x${at}`, `b${at}`, { round: `r${at}` }),
        ]).flat(),
        ['ok', 'ok_dup', 'reversed', 'not_found'],
      ),
      walletSoon('0'),
    ],
    { needs: ['fractions'] },
  ),
  scenario(
    'RB-05.turned',
    'Forty pairs, each refund a moment before its bet',
    LATE_BET,
    [
      burst(
        times(40, (at) => [
          refund(`x${at}`, `b${at}`, { round: `r${at}` }),
          bet(`b${at}`, '0.10', { round: `r${at}` }),
        ]).flat(),
        ['ok', 'ok_dup', 'reversed', 'not_found'],
      ),
      walletSoon('0'),
    ],
    { needs: ['fractions'] },
  ),
  scenario('RB-06', 'The refund of a bet that was refused', NEVER_TAKEN, [
    send(bet('b', oneUnitTooMuch), 'insufficient_funds'),
    send(refund('x', 'b'), ['ok', 'ok_dup', 'parent_failed', 'not_found', 'refused']),
    wallet('0'),
    send(bet('b', oneUnitTooMuch), ['insufficient_funds', 'reversed']),
    wallet('0'),
  ]),
  scenario('RB-06.burst', 'A bet that cannot be paid and its refund at the same moment', NEVER_TAKEN, [
    burst(
      [...times(10, () => bet('b', oneUnitTooMuch)), ...times(10, () => refund('x', 'b'))],
      ['ok', 'ok_dup', 'refused'],
    ),
    wallet('0'),
  ]),
  scenario('RB-07', 'The refund of a bet that has won', SETTLED, [
    staked,
    send(win('w', '5.00'), 'ok'),
    when(
      'rollback.afterWin',
      {
        reverseBoth: [send(refund('x', 'b'), 'ok'), wallet('0')],
        keepWins: [send(refund('x', 'b'), 'ok'), wallet('5.00')],
      },
      [send(refund('x', 'b'), 'already_settled', { times: 2 }), wallet('4.00')],
    ),
  ]),
  scenario('RB-07.lost', 'The refund of a bet that has lost', 'every lost bet is refunded afterwards', [
    staked,
    send(win('w', '0', { closes: true }), 'ok'),
    when('rollback.afterWin', { reverseBoth: [], keepWins: [send(refund('x', 'b'), 'ok'), wallet('0')] }, [
      when('win.zeroMeansLoss', { false: [] }, [send(refund('x', 'b'), 'already_settled'), wallet('-1.00')]),
    ]),
  ]),
  scenario(
    'RB-09',
    "A refund under the bet's own id",
    'taken for a repetition of the bet it is answered as applied, and the stake is not given back',
    [staked, send(refund('b', 'b'), 'ok'), wallet('0'), send(refund('b', 'b'), noMore), wallet('0')],
  ),
];

const after: readonly Scenario[] = [
  scenario(
    'RB-11',
    'A refund in a session that has run out',
    NOT_BACK,
    [staked, send(refund('x', 'b', { session: 'expired' }), 'ok'), wallet('0')],
    { needs: ['expired session'] },
  ),
  scenario(
    'RB-11.excluded',
    'A refund for a player who excluded himself after betting',
    NOT_BACK,
    [
      staked,
      { do: 'status', who: 'player', status: 'self_excluded' },
      send(refund('x', 'b'), 'ok'),
      { do: 'status', who: 'player', status: 'active' },
      wallet('0'),
    ],
    { level: 'C', needs: ['backstage'] },
  ),
  scenario(
    'RB-14',
    "A refund of another player's bet",
    "one player's stake is given back to another",
    [
      staked,
      send(refund('x', 'b', { who: 'rival' }), ['conflict', 'not_found', 'session_invalid']),
      wallet('0', 'rival'),
      wallet('-1.00'),
      send(refund('x2', 'b'), 'ok'),
      wallet('0'),
    ],
    { needs: rival },
  ),
  scenario(
    'RB-14.early',
    "A refund in another player's name that comes before the bet",
    'whoever guesses ids stops the bets of others',
    [
      send(refund('x', 'b', { who: 'rival' }), ['conflict', 'not_found', 'ok', 'session_invalid']),
      wallet('0', 'rival'),
      send(bet('b', '1.00'), ['ok', 'reversed', 'conflict']),
    ],
    { needs: rival },
  ),
  scenario('RB-16', 'A refund that names the bet and no round', NOT_BACK, [
    staked,
    send(refund('x', 'b', { round: null }), 'ok'),
    wallet('0'),
  ]),
  scenario('RB-19', 'A bet whose answer is not waited for, and its refund at once', LATE_BET, [
    cut(bet('b', '1.00')),
    send(refund('x', 'b'), ['ok', 'ok_dup', 'not_found']),
    pause(150),
    walletSoon('0'),
  ]),
  scenario('RB-19.ten', 'The same ten times', LATE_BET, [
    ...times(10, (at) => [
      cut(bet(`b${at}`, '1.00', { round: `r${at}` })),
      send(refund(`x${at}`, `b${at}`, { round: `r${at}` }), ['ok', 'ok_dup', 'not_found']),
    ]).flat(),
    pause(150),
    walletSoon('0'),
  ]),
  scenario('RB-20', 'The refund of one of two bets in a round', TWICE, [
    staked,
    send(bet('b2', '2.00'), 'ok'),
    send(refund('x', 'b2'), 'ok'),
    wallet('-1.00'),
    send(win('w', '1.00'), 'ok'),
    wallet('0'),
  ]),
  scenario('RB-21', 'The refund of a free bet', NEVER_TAKEN, [
    send(bet('b', '5.00', { flavour: 'free' }), 'ok'),
    wallet('0'),
    send(refund('x', 'b'), ['ok', 'refused']),
    wallet('0'),
  ]),
  scenario(
    'RB-23',
    'The refund of a bet that never came, twenty times',
    'an answer that changes makes the aggregator ask for ever',
    [send(refund('x', 'b'), unknown, { times: 20 }), wallet('0')],
  ),
  scenario('RB-23.ids', 'The refund of a bet that never came, under five ids', NEVER_TAKEN, [
    ...times(5, (at) => send(refund(`x${at}`, 'b'), ['ok', 'ok_dup', 'not_found', 'reversed'])),
    wallet('0'),
    send(bet('b', '1.00'), late),
    wallet('0'),
  ]),
  scenario('RB-23.lost', 'A refund whose answer is lost three times', TWICE, [
    staked,
    cut(refund('x', 'b')),
    cut(refund('x', 'b')),
    cut(refund('x', 'b')),
    send(refund('x', 'b'), okOrAgain),
    walletSoon('0'),
    booked('rollback', 'x', 1),
  ]),
];

/** What only some dialects have words for. */
const others: readonly Scenario[] = [
  scenario('RB-08', 'The refund of a win', 'a win that was taken back by the aggregator stays with the player', [
    staked,
    send(win('w', '3.00'), 'ok'),
    when(
      'rollback.win',
      {
        debit: [
          send(refund('x', 'w', { undoes: 'win' }), 'ok'),
          send(refund('x', 'w', { undoes: 'win' }), noMore),
          wallet('-1.00'),
        ],
      },
      [send(refund('x', 'w', { undoes: 'win' }), ['not_found', 'refused']), wallet('2.00')],
    ),
  ]),
  scenario('RB-15', 'A refund that names the round alone', NOT_BACK, [
    staked,
    send(bet('b2', '2.00'), 'ok'),
    send(refund('x', 'r', { undoes: 'round', bet: null }), 'ok'),
    wallet('0'),
    send(refund('x', 'r', { undoes: 'round', bet: null }), noMore),
    wallet('0'),
  ]),
  scenario('RB-17', 'The refund of a refund', 'a bet that counts again is played for nothing', [
    staked,
    send(refund('x', 'b'), 'ok'),
    when('rollback.rollback', { reapply: [send(refund('y', 'x', { undoes: 'rollback' }), 'ok'), wallet('-1.00')] }, [
      send(refund('y', 'x', { undoes: 'rollback' }), ['not_found', 'refused']),
      wallet('0'),
    ]),
  ]),
];

export const ROLLBACK: readonly Scenario[] = [...plain, ...PARTS, ...after, ...others];
