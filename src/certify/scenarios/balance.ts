/** A.2: what a player is told to have. */
import type { Scenario, Word } from '../scenario.ts';
import { balance, bet, burst, byKnob, change, scenario, send, wallet, win } from '../words.ts';

const STALE = 'the player sees money that is gone, or misses money that is there, and the game lets him stake it';
const TURNS = 25;

export const BALANCE: readonly Scenario[] = [
  scenario('BAL-01', 'The balance of a known player', STALE, [send(balance(), 'ok', { shows: '0' }), wallet('0')]),
  scenario(
    'BAL-02',
    'The balance of a player nobody knows',
    'a wallet made for whoever is asked about fills the book with players that do not exist',
    [send(balance({ who: 'stranger' }), ['unknown_player', 'session_invalid'], { times: 2 })],
  ),
  scenario(
    'BAL-03',
    "The balance in another currency than the session's",
    'a balance of one currency is read as another',
    [send(balance({ currency: 'other' }), ['wrong_currency']), wallet('0')],
    { needs: ['other currency'] },
  ),
  scenario(
    'BAL-04',
    'A balance of nothing',
    'nothing said as null or left out is read as an error, and the player is thrown out',
    [send(balance({ who: 'poor' }), 'ok', { shows: '0' })],
    { needs: ['poor player'] },
  ),
  scenario('BAL-07', `The balance right after a bet, ${TURNS} times`, STALE, [
    ...Array.from({ length: TURNS }, (_none, at) => [
      send(bet(`b${at}`, '1.00'), 'ok', { shows: change('1.00', -(at + 1)) }),
      send(balance(), 'ok', { shows: change('1.00', -(at + 1)) }),
    ]).flat(),
    wallet(change('1.00', -TURNS)),
    send(win('w', String(TURNS), { bet: 'b0', closes: true }), 'ok', { shows: '0' }),
    send(balance(), 'ok', { shows: '0' }),
  ]),
  scenario('BAL-07.win', 'The balance right after a win and a refund', STALE, [
    send(bet('b', '1.00'), 'ok', { shows: '-1.00' }),
    send(win('w', '3.00'), 'ok', { shows: '2.00' }),
    send(balance(), 'ok', { shows: '2.00' }),
    send(bet('b2', '2.00', { round: 'r2', closes: true }), 'ok', { shows: '0' }),
    send(balance(), 'ok', { shows: '0' }),
  ]),
  scenario(
    'BAL-08',
    'Balances asked while a bet is under way',
    'a balance in the middle of a bet shows money that was never there',
    [
      burst([bet('b', '1.00'), ...Array.from({ length: 12 }, () => balance())], ['ok', 'ok_dup']),
      wallet('-1.00'),
      send(win('w', '1.00', { closes: true }), 'ok'),
    ],
  ),
  scenario(
    'BAL-09',
    'The balance of a player who may not play',
    'an error here ends the session at some aggregators, in the middle of a round',
    [
      send(
        balance({ who: 'blocked' }),
        byKnob<readonly Word[]>('balance.whenBlocked', { refuse: ['player_excluded', 'player_blocked'] }, ['ok']),
      ),
    ],
    { needs: ['blocked player'] },
  ),
  scenario(
    'BAL-11',
    'Two hundred balances at the same moment',
    'every game of the site asks at once after a pause, and they all fail',
    [
      burst(
        Array.from({ length: 200 }, () => balance()),
        ['ok'],
      ),
    ],
  ),
  scenario(
    'BAL-12',
    'The balance asked with a demo session',
    'a demo reaches the wallet, and its play costs real money',
    [
      send(balance({ session: 'demo' }), ['session_invalid']),
      // its money is pretended, so it may be called another currency
      send(bet('b', '1.00', { session: 'demo' }), ['session_invalid', 'wrong_currency']),
      wallet('0'),
    ],
    { needs: ['demo session'] },
  ),
  scenario(
    'BAL-12.unknown',
    'The balance asked with a session nobody issued',
    'whoever knows a player id reads and stakes his money',
    [
      send(balance({ session: 'nonsense' }), ['session_invalid', 'session_expired']),
      send(bet('b', '1.00', { session: 'nonsense' }), ['session_invalid', 'session_expired']),
      wallet('0'),
    ],
  ),
];
