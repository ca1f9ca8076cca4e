/** A.3: taking stakes. */
import type { Need, Scenario } from '../scenario.ts';
import {
  bet,
  booked,
  burst,
  change,
  close,
  cut,
  everything,
  okOrAgain,
  oneUnitTooMuch,
  pause,
  refund,
  scenario,
  send,
  share,
  wallet,
  walletSoon,
  when,
  win,
} from '../words.ts';
import { BET_AMOUNTS } from './bet-amounts.ts';
import { BET_IDS } from './bet-ids.ts';

const TWICE = 'the player pays the same bet twice';
const OVERDRAWN = 'the player stakes money he does not have, and the operator pays the wins';
const GAME_RUNS = 'the game runs on money that was never taken';

const back = send(win('w', '1.00', { closes: true }), 'ok');
const rival: readonly Need[] = ['rival'];

const plain: readonly Scenario[] = [
  scenario('BET-01', 'An ordinary bet', GAME_RUNS, [
    send(bet('b', '1.00'), 'ok', { shows: '-1.00' }),
    wallet('-1.00'),
    booked('bet', 'b', 1),
    back,
  ]),
  scenario('BET-02', 'A stake of exactly the whole balance', 'the last cent can never be played', [
    send(bet('b', everything), 'ok'),
    wallet(change(everything, -1)),
    send(win('w', everything, { closes: true }), 'ok'),
    wallet('0'),
  ]),
  scenario('BET-03', 'One smallest unit more than there is', OVERDRAWN, [
    send(bet('b', oneUnitTooMuch), 'insufficient_funds', { shows: '0' }),
    wallet('0'),
    booked('bet', 'b', 0),
  ]),
  scenario('BET-04', 'A stake of zero', 'feature spins and free rounds are refused, and the game hangs', [
    when('bet.zero', { accept: [send(bet('b', '0'), 'ok')], reject: [send(bet('b', '0'), 'refused')] }),
    wallet('0'),
  ]),
  scenario(
    'BET-14',
    "1.00 in the dialect's unit is 1.00 in the wallet",
    'a factor of a hundred between two systems of units is the most expensive bug there is',
    [
      send(bet('b', '1.00'), 'ok', { shows: '-1.00' }),
      send(win('w', '12.34'), 'ok', { shows: '11.34' }),
      send(bet('b2', '11.34', { round: 'r2', closes: true }), 'ok', { shows: '0' }),
      wallet('0'),
    ],
    { needs: ['fractions'] },
  ),
  scenario('BET-15', 'A bet of a player nobody knows', GAME_RUNS, [
    send(bet('b', '1.00', { who: 'stranger' }), ['unknown_player', 'session_invalid'], { times: 2 }),
  ]),
  scenario('BET-16', 'A bet in a game nobody knows', 'play in a game the operator never bought cannot be settled', [
    send(bet('b', '1.00', { game: 'unknown' }), ['unknown_game']),
    wallet('0'),
  ]),
  scenario(
    'BET-16.lobby',
    'A bet in another known game than the session was opened for',
    'live lobbies switch tables inside a session, and every bet after the first is refused',
    [
      send(bet('b', '1.00', { game: 'other' }), 'ok'),
      wallet('-1.00'),
      send(win('w', '1.00', { game: 'other', closes: true }), 'ok'),
    ],
    { needs: ['other game'] },
  ),
  scenario(
    'BET-17',
    "A bet in another currency than the session's",
    'one bitcoin is taken for one dollar',
    [send(bet('b', '1.00', { currency: 'other' }), ['wrong_currency']), wallet('0')],
    { needs: ['other currency'] },
  ),
  scenario('BET-18', 'A bet on a closed round', 'a bet after the result is known', [
    send(bet('b', '1.00', { closes: true }), 'ok'),
    when('round.betAfterClose', { reopen: [send(bet('b2', '1.00'), 'ok'), wallet('-2.00')] }, [
      send(bet('b2', '1.00'), 'round_closed'),
      wallet('-1.00'),
    ]),
  ]),
  scenario(
    'BET-18.closed',
    'A bet on a round that was closed by a message of its own',
    'a bet after the result is known',
    [
      send(bet('b', '1.00'), 'ok'),
      send(close(), 'ok'),
      when('round.betAfterClose', { reopen: [send(bet('b2', '1.00'), 'ok'), wallet('-2.00')] }, [
        send(bet('b2', '1.00'), 'round_closed'),
        wallet('-1.00'),
      ]),
    ],
  ),
  scenario('BET-19', 'A second bet in the same round', 'side bets and doubled stakes are played for nothing', [
    send(bet('b', '1.00'), 'ok'),
    send(bet('b2', '2.00'), 'ok'),
    wallet('-3.00'),
    send(win('w', '3.00', { closes: true }), 'ok'),
  ]),
  scenario(
    'BET-20',
    'A bet after the player excluded himself',
    'the operator takes stakes it must give back, and answers to the regulator',
    [
      { do: 'status', who: 'player', status: 'self_excluded' },
      send(bet('b', '1.00'), ['player_excluded', 'player_blocked']),
      wallet('0'),
      { do: 'status', who: 'player', status: 'active' },
    ],
    { level: 'C', needs: ['backstage'] },
  ),
  scenario(
    'BET-20.blocked',
    'A bet of a player who may not play',
    'the operator takes stakes it must give back',
    [send(bet('b', '1.00', { who: 'blocked' }), ['player_excluded', 'player_blocked'])],
    { needs: ['blocked player'] },
  ),
  scenario(
    'BET-21',
    'A stake at the limit, and one above it',
    'a limit that is not kept is no limit',
    [
      { do: 'max_stake', who: 'player', stakes: '2.00' },
      send(bet('b', '2.00'), 'ok'),
      send(bet('b2', '2.01', { round: 'r2' }), 'limit_reached'),
      wallet('-2.00'),
      send(win('w', '2.00', { closes: true }), 'ok'),
      { do: 'max_stake', who: 'player', stakes: null },
    ],
    { level: 'C', needs: ['backstage', 'fractions'] },
  ),
  scenario(
    'BET-22',
    'A bet in a session that has run out',
    'a session that never ends is a session anybody can find',
    [send(bet('b', '1.00', { session: 'expired' }), ['session_expired', 'session_invalid']), wallet('0')],
    { needs: ['expired session'] },
  ),
  scenario(
    'BET-23',
    "A bet with another player's session",
    "one player stakes another's money",
    [
      send(bet('b', '1.00', { session: 'rival' }), ['session_invalid', 'session_expired', 'conflict']),
      wallet('0'),
      wallet('0', 'rival'),
    ],
    { needs: rival },
  ),
];

const many = (count: number, line: (at: number) => ReturnType<typeof bet>) =>
  Array.from({ length: count }, (_none, at) => line(at));

const crowds: readonly Scenario[] = [
  scenario('BET-24', 'A hundred bets at once for which the balance lasts twenty-five times', OVERDRAWN, [
    burst(
      many(100, (at) => bet(`b${at}`, share(25), { round: `r${at}` })),
      ['ok', 'insufficient_funds'],
      { ok: 25, insufficient_funds: 75 },
    ),
    wallet(change(share(25), -25)),
  ]),
  scenario('BET-24.two', 'Two bets at once of the whole balance each', OVERDRAWN, [
    burst(
      [bet('b1', everything, { round: 'r1' }), bet('b2', everything, { round: 'r2' })],
      ['ok', 'insufficient_funds'],
      { ok: 1, insufficient_funds: 1 },
    ),
    wallet(change(everything, -1)),
  ]),
  scenario('BET-26', 'The same bet fifty times at once', TWICE, [
    burst(
      many(50, () => bet('b', '1.00')),
      okOrAgain,
    ),
    wallet('-1.00'),
    booked('bet', 'b', 1),
    back,
  ]),
  scenario('BET-26.again', 'The same bet ten times, one after another', TWICE, [
    send(bet('b', '1.00'), 'ok'),
    send(bet('b', '1.00'), 'ok_dup', { times: 9 }),
    wallet('-1.00'),
    booked('bet', 'b', 1),
    back,
  ]),
  scenario(
    'BET-26.mixed',
    'Twenty bets at once, each twice',
    TWICE,
    [
      burst([...many(20, (at) => bet(`b${at}`, '0.10')), ...many(20, (at) => bet(`b${at}`, '0.10'))], okOrAgain),
      wallet('-2.00'),
      send(win('w', '2.00', { bet: 'b0', closes: true }), 'ok'),
    ],
    { needs: ['fractions'] },
  ),
  scenario('BET-26.refused', 'The same bet that cannot be paid, twenty times at once', GAME_RUNS, [
    burst(
      many(20, () => bet('b', oneUnitTooMuch)),
      ['insufficient_funds'],
    ),
    wallet('0'),
  ]),
  scenario(
    'BET-37',
    'Bets of two players in opposite order, forty at once',
    'wallets locked in no fixed order block each other, and bets fail that nobody refused',
    [
      burst(
        many(40, (at) => bet(`b${at}`, '0.10', { who: at % 4 < 2 ? 'player' : 'rival', round: `r${at}` })),
        ['ok', 'ok_dup'],
      ),
      wallet('-2.00'),
      wallet('-2.00', 'rival'),
      burst(
        many(40, (at) =>
          win(`w${at}`, '0.10', { bet: `b${at}`, who: at % 4 < 2 ? 'player' : 'rival', round: `r${at}` }),
        ),
        ['ok', 'ok_dup'],
      ),
      wallet('0'),
      wallet('0', 'rival'),
    ],
    { needs: ['rival', 'fractions'] },
  ),
];

const histories: readonly Scenario[] = [
  scenario(
    'BET-35',
    'A refused bet sent again when there is money',
    'the aggregator told the player it failed; taken now, the stake is gone and nothing was played',
    [
      send(bet('big', oneUnitTooMuch, { round: 'r2' }), 'insufficient_funds'),
      send(bet('b', '1.00'), 'ok'),
      send(win('w', '3.00', { closes: true }), 'ok'),
      send(bet('big', oneUnitTooMuch, { round: 'r2' }), 'insufficient_funds'),
      wallet('2.00'),
    ],
  ),
  scenario(
    'BET-36',
    'A bet whose answer is never heard, and its refund',
    'the stake of a bet the aggregator gave up on is never given back',
    [
      cut(bet('b', '1.00')),
      pause(150),
      send(refund('x', 'b'), ['ok', 'ok_dup', 'not_found']),
      walletSoon('0'),
      send(bet('b', '1.00'), ['reversed']),
      wallet('0'),
    ],
  ),
  scenario(
    'BET-36.half',
    'A bet of which only half is sent',
    GAME_RUNS,
    [cut(bet('b', '1.00'), 'half_sent'), pause(100), wallet('0'), send(bet('b', '1.00'), 'ok'), wallet('-1.00'), back],
    { needs: ['body'] },
  ),
  scenario('BET-36.heard', 'A bet whose answer is never heard, asked again', TWICE, [
    cut(bet('b', '1.00')),
    send(bet('b', '1.00'), okOrAgain),
    walletSoon('-1.00'),
    booked('bet', 'b', 1),
    back,
  ]),
  scenario('BET-36.thrice', 'A bet whose answer is lost three times', TWICE, [
    cut(bet('b', '1.00')),
    cut(bet('b', '1.00')),
    cut(bet('b', '1.00')),
    send(bet('b', '1.00'), okOrAgain),
    walletSoon('-1.00'),
    back,
  ]),
  scenario(
    'BET-43',
    'A round that two players share, closed for one of them',
    'at a live table one player leaves and everybody else is refused',
    [
      send(bet('b', '1.00', { closes: true }), 'ok'),
      send(bet('b2', '1.00', { who: 'rival' }), 'ok'),
      wallet('-1.00'),
      wallet('-1.00', 'rival'),
      send(win('w', '1.00', { who: 'rival', bet: 'b2', closes: true }), 'ok'),
    ],
    { needs: rival },
  ),
  scenario(
    'BET-44',
    'A bet sent again after its refund',
    'told "applied before", the game runs on money that was given back',
    [
      send(bet('b', '1.00'), 'ok'),
      send(refund('x', 'b'), 'ok'),
      wallet('0'),
      send(bet('b', '1.00'), 'reversed', { times: 3 }),
      wallet('0'),
    ],
  ),
];

/** What only some dialects have words for. */
const others: readonly Scenario[] = [
  scenario('BET-40', 'A tip for the dealer', 'the tip is taken twice, or opens a round that is never closed', [
    send(bet('b', '1.00', { flavour: 'tip', round: null }), 'ok'),
    send(bet('b', '1.00', { flavour: 'tip', round: null }), 'ok_dup'),
    wallet('-1.00'),
  ]),
  scenario(
    'SIG-44',
    'One bet to two addresses of the operator, one after another',
    'the failover of an aggregator takes every stake twice',
    [send(bet('b', '1.00'), 'ok'), send(bet('b', '1.00'), 'ok_dup', { times: 3 }), wallet('-1.00'), back],
    { needs: ['two addresses'] },
  ),
];

export const BET: readonly Scenario[] = [...plain, ...BET_AMOUNTS, ...crowds, ...BET_IDS, ...histories, ...others];
