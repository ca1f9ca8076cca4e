/** A.4: paying. A win that is not paid is the player's money, a win that is paid twice is the operator's. */
import type { Need, Scenario, Word } from '../scenario.ts';
import {
  bet,
  booked,
  burst,
  byKnob,
  close,
  cut,
  ifCompared,
  okOrAgain,
  refund,
  scenario,
  send,
  share,
  token,
  wallet,
  walletSoon,
  when,
  win,
} from '../words.ts';

const TWICE = 'the operator pays the same win twice';
const UNPAID = 'the player won and is not paid';
const CONFLICT = 'another win hides behind a known id, and is paid or lost by chance';
const REFUNDED = 'the player gets his stake back and keeps the win of it';

const staked = send(bet('b', '1.00'), 'ok');
const rival: readonly Need[] = ['rival'];
const onlyOnce: readonly Word[] = ['ok', 'reversed', 'already_settled'];
const pair = [win('w', '2.00'), refund('x', 'b')];
const pairs = Array.from({ length: 20 }, (_none, at) => [
  win(`w${at}`, '0.20', { bet: `b${at}`, round: `r${at}` }),
  refund(`x${at}`, `b${at}`, { round: `r${at}` }),
]).flat();
const repeat = (count: number, line: ReturnType<typeof win>) => Array.from({ length: count }, () => line);

const plain: readonly Scenario[] = [
  scenario(
    'WIN-01',
    'A win after its bet',
    UNPAID,
    [staked, send(win('w', '2.50', { closes: true }), 'ok', { shows: '1.50' }), wallet('1.50'), booked('win', 'w', 1)],
    { needs: ['fractions'] },
  ),
  scenario('WIN-01.later', 'A win that does not name its bet, only its round', UNPAID, [
    staked,
    send(win('w', '1.00', { bet: null, closes: true }), 'ok'),
    wallet('0'),
  ]),
  scenario('WIN-02', 'The same win fifty times at once', TWICE, [
    staked,
    burst(repeat(50, win('w', '2.00')), okOrAgain),
    wallet('1.00'),
    booked('win', 'w', 1),
  ]),
  scenario('WIN-02.again', 'The same win ten times, one after another', TWICE, [
    staked,
    send(win('w', '2.00'), 'ok'),
    send(win('w', '2.00'), 'ok_dup', { times: 9 }),
    wallet('1.00'),
  ]),
  scenario('WIN-02.bet', 'Twenty times the bet and twenty times the win at once', TWICE, [
    when('win.withoutBet', { reject: [] }, [
      burst([...Array.from({ length: 20 }, () => bet('b', '1.00')), ...repeat(20, win('w', '3.00'))], okOrAgain),
      wallet('2.00'),
    ]),
  ]),
  scenario('WIN-03', 'A known win with another amount', CONFLICT, [
    staked,
    send(win('w', '2.00'), 'ok'),
    send(win('w', '3.00'), 'conflict'),
    wallet('1.00'),
    send(win('w', '2.00'), 'ok_dup'),
  ]),
  scenario('WIN-03.round', 'A known win in another round', CONFLICT, [
    staked,
    send(bet('b2', '1.00', { round: 'r2' }), 'ok'),
    send(win('w', '2.00'), 'ok'),
    send(win('w', '2.00', { round: 'r2' }), ifCompared('round')),
    wallet('0'),
  ]),
  scenario(
    'WIN-03.bet',
    'A known win for another bet',
    CONFLICT,
    [
      staked,
      send(bet('b2', '1.00'), 'ok'),
      send(win('w', '2.00'), 'ok'),
      send(win('w', '2.00', { bet: 'b2' }), ifCompared('reference')),
      wallet('0'),
    ],
    { needs: ['wins that name their bet'] },
  ),
  scenario('WIN-03.burst', 'One win id with twenty amounts at once', CONFLICT, [
    staked,
    burst(
      Array.from({ length: 20 }, (_none, at) => win('w', `${at + 1}.00`)),
      ['ok', 'ok_dup', 'conflict'],
      { ok: 1 },
    ),
    booked('win', 'w', 1),
  ]),
  scenario(
    'WIN-03.kind',
    'A win under the id of its bet',
    'a key without the kind takes the win for a repetition of the bet: it is never paid, or a mistake is called done',
    [
      staked,
      when('id.kinds', { shared: [send(win('b', '2.00'), ['conflict']), wallet('-1.00')] }, [
        send(win('b', '2.00'), 'ok'),
        wallet('1.00'),
        send(win('b', '2.00'), 'ok_dup'),
        wallet('1.00'),
      ]),
    ],
  ),
  scenario('WIN-04', 'A win of nothing', 'the lost round is never closed, or the aggregator asks for days', [
    staked,
    send(win('w', '0', { closes: true }), 'ok', { shows: '-1.00' }),
    send(win('w', '0', { closes: true }), 'ok_dup'),
    wallet('-1.00'),
  ]),
  scenario('WIN-05', 'A win whose bet nobody knows', UNPAID, [
    send(
      win('w', '2.00', { bet: 'b' }),
      byKnob<readonly Word[]>('win.withoutBet', { accept: ['ok'], park: ['uncertain'] }, ['not_found']),
    ),
    when('win.withoutBet', { accept: [wallet('2.00')] }, [wallet('0')]),
  ]),
  scenario('WIN-05.later', 'A win before its bet, and the bet a moment later', UNPAID, [
    when(
      'win.withoutBet',
      {
        park: [
          send(win('w', '2.00'), 'uncertain', { once: true }),
          wallet('0'),
          send(bet('b', '1.00'), 'ok'),
          send(win('w', '2.00'), okOrAgain),
          wallet('1.00'),
          send(win('w', '2.00'), 'ok_dup'),
          wallet('1.00'),
        ],
        accept: [
          send(win('w', '2.00'), 'ok'),
          send(bet('b', '1.00'), 'ok'),
          send(win('w', '2.00'), 'ok_dup'),
          wallet('1.00'),
        ],
      },
      [send(win('w', '2.00'), 'not_found'), send(bet('b', '1.00'), 'ok'), wallet('-1.00')],
    ),
  ]),
  scenario('WIN-06', 'A win and its bet at the same moment over two connections', UNPAID, [
    when('win.withoutBet', { reject: [] }, [burst([win('w', '2.00'), bet('b', '1.00')], okOrAgain), wallet('1.00')]),
  ]),
  scenario('WIN-06.many', 'Twenty wins, each a moment before its bet', UNPAID, [
    when('win.withoutBet', { reject: [] }, [
      burst(
        Array.from({ length: 20 }, (_none, at) => [
          win(`w${at}`, '2.00', { bet: `b${at}`, round: `r${at}` }),
          bet(`b${at}`, '1.00', { round: `r${at}` }),
        ]).flat(),
        okOrAgain,
      ),
      wallet('20.00'),
    ]),
  ]),
];

const afterwards: readonly Scenario[] = [
  scenario('WIN-07', 'A win after its bet was refunded', REFUNDED, [
    staked,
    send(refund('x', 'b'), 'ok'),
    when('win.afterRollback', { accept: [send(win('w', '2.00'), 'ok'), wallet('2.00')] }, [
      send(win('w', '2.00'), 'reversed', { times: 2 }),
      wallet('0'),
    ]),
  ]),
  scenario('WIN-07.burst', 'A win and the refund of its bet at the same moment', REFUNDED, [
    staked,
    // where a refund leaves wins alone, one that comes second is done as well
    when('rollback.afterWin', { keepWins: [burst(pair, onlyOnce)] }, [burst(pair, onlyOnce, { ok: 1 })]),
  ]),
  scenario(
    'WIN-07.race',
    'Twenty pairs of a win and a refund at the same moment',
    REFUNDED,
    [
      ...Array.from({ length: 20 }, (_none, at) => send(bet(`b${at}`, '0.10', { round: `r${at}` }), 'ok')),
      when('win.afterRollback', { accept: [] }, [
        when('rollback.afterWin', { keepWins: [burst(pairs, onlyOnce)] }, [burst(pairs, onlyOnce, { ok: 20 })]),
      ]),
    ],
    { needs: ['fractions'] },
  ),
  scenario(
    'WIN-08',
    'A win in a session that has run out',
    UNPAID,
    [staked, send(win('w', '2.00', { session: 'expired' }), 'ok'), wallet('1.00')],
    { needs: ['expired session'] },
  ),
  scenario(
    'WIN-08.nothing',
    'A win of nothing in a session that has run out',
    'the round stays open for ever',
    [staked, send(win('w', '0', { session: 'expired', closes: true }), 'ok'), wallet('-1.00')],
    { needs: ['expired session'] },
  ),
  scenario(
    'WIN-09',
    'A win of a player who excluded himself after betting',
    UNPAID,
    [
      staked,
      { do: 'status', who: 'player', status: 'self_excluded' },
      send(win('w', '2.00', { closes: true }), 'ok'),
      { do: 'status', who: 'player', status: 'active' },
      wallet('1.00'),
    ],
    { level: 'C', needs: ['backstage'] },
  ),
  scenario('WIN-10', 'A win after its round was closed', UNPAID, [
    staked,
    send(close(), 'ok'),
    when('round.winAfterClose', { reject: [send(win('w', '2.00'), 'round_closed'), wallet('-1.00')] }, [
      send(win('w', '2.00'), 'ok'),
      wallet('1.00'),
    ]),
  ]),
  scenario('WIN-10.flag', 'A second win after one that closed the round', UNPAID, [
    staked,
    send(win('w1', '1.00', { closes: true }), 'ok'),
    when('round.winAfterClose', { reject: [] }, [
      when('win.perBet', { one: [send(win('w2', '1.00'), 'refused'), wallet('0')] }, [
        send(win('w2', '1.00'), 'ok'),
        wallet('1.00'),
      ]),
    ]),
  ]),
  scenario(
    'WIN-11',
    'Three wins in one round',
    UNPAID,
    [
      staked,
      when('win.perBet', { one: [send(win('w1', '0.50'), 'ok'), wallet('-0.50')] }, [
        send(win('w1', '0.50'), 'ok'),
        send(win('w2', '0.70'), 'ok'),
        send(win('w3', '0.80', { closes: true }), 'ok'),
        wallet('1.00'),
      ]),
    ],
    { needs: ['fractions'] },
  ),
  scenario(
    'WIN-11.burst',
    'Twenty different wins of one bet at once',
    UNPAID,
    [
      staked,
      when('win.perBet', { one: [] }, [
        burst(
          Array.from({ length: 20 }, (_none, at) => win(`w${at}`, '0.10')),
          okOrAgain,
        ),
        wallet('1.00'),
      ]),
    ],
    { needs: ['fractions'] },
  ),
  scenario('WIN-13.promo', 'A promotional win without round or bet', UNPAID, [
    send(win('w', '2.00', { flavour: 'promo', bet: null, round: null }), 'ok'),
    send(win('w', '2.00', { flavour: 'promo', bet: null, round: null }), 'ok_dup'),
    wallet('2.00'),
  ]),
  scenario('WIN-13.jackpot', 'A jackpot without a bet of its own', UNPAID, [
    send(win('w', '5.00', { flavour: 'jackpot', bet: null, round: null }), 'ok'),
    send(win('w', '5.00', { flavour: 'jackpot', bet: null, round: null }), 'ok_dup'),
    wallet('5.00'),
  ]),
  scenario(
    'WIN-14',
    'A negative win',
    'a credit that takes money',
    [
      staked,
      send(win('w', '1.00'), 'bad_request', { tamper: token('"-1.00"') }),
      wallet('-1.00'),
      send(win('w', '1.00'), 'ok'),
    ],
    { needs: ['signs any bytes'] },
  ),
  scenario(
    'WIN-14.fine',
    'A win finer than the currency',
    'rounding wins makes or loses money',
    [
      staked,
      send(win('w', '1.00'), 'bad_request', { tamper: token('"1.0000000000000000001"') }),
      wallet('-1.00'),
      // under an id of its own: where no currency is said the wallet refuses it, and remembers that
      send(win('w2', '1.00'), 'ok'),
    ],
    { needs: ['signs any bytes'] },
  ),
  scenario('WIN-15', 'A win larger than all the player has', 'the big win, the one everybody talks about, is refused', [
    staked,
    send(win('w', share(1, 1n), { closes: true }), 'ok'),
    wallet([
      { amount: '1.00', times: -1 },
      { amount: share(1, 1n), times: 1 },
    ]),
  ]),
  scenario(
    'WIN-16',
    'A win in another currency than its bet',
    'dollars are paid as bitcoins',
    [
      staked,
      send(win('w', '1.00', { currency: 'other' }), ['wrong_currency', 'conflict']),
      wallet('-1.00'),
      send(win('w', '1.00'), ['ok', 'ok_dup', 'wrong_currency', 'conflict']),
    ],
    { needs: ['other currency'] },
  ),
  scenario(
    'WIN-17',
    "A win for another player's bet",
    "the bettor's win is paid to somebody else",
    [
      staked,
      send(win('w', '5.00', { who: 'rival' }), ['conflict', 'not_found', 'session_invalid']),
      wallet('0', 'rival'),
      send(win('w2', '2.00'), 'ok'),
      wallet('1.00'),
    ],
    { needs: ['rival', 'wins that name their bet'] },
  ),
  scenario(
    'WIN-17.copy',
    "A copy of a win with another player's name",
    "the bettor's win is paid a second time",
    [
      staked,
      send(win('w', '2.00'), 'ok'),
      when('id.scope', { player: [] }, [send(win('w', '2.00', { who: 'rival' }), ['conflict', 'not_found'])]),
      wallet('0', 'rival'),
      wallet('1.00'),
    ],
    { needs: rival },
  ),
  scenario(
    'WIN-19',
    'A win of a player who was blocked after betting',
    UNPAID,
    [
      staked,
      { do: 'status', who: 'player', status: 'blocked' },
      send(win('w', '2.00', { closes: true }), 'ok'),
      { do: 'status', who: 'player', status: 'active' },
      wallet('1.00'),
    ],
    { level: 'C', needs: ['backstage'] },
  ),
  scenario('WIN-20', 'A win whose answer is lost three times', TWICE, [
    staked,
    cut(win('w', '2.00')),
    cut(win('w', '2.00')),
    cut(win('w', '2.00')),
    send(win('w', '2.00'), okOrAgain),
    walletSoon('1.00'),
    booked('win', 'w', 1),
  ]),
  scenario(
    'WIN-20.half',
    'A win of which only half is sent',
    UNPAID,
    [staked, cut(win('w', '2.00'), 'half_sent'), wallet('-1.00'), send(win('w', '2.00'), 'ok'), wallet('1.00')],
    { needs: ['body'] },
  ),
];

export const WIN: readonly Scenario[] = [...plain, ...afterwards];
