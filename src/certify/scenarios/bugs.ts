/** Mistakes that other ledgers and open casino code really made, each played as it happened there. */
import type { Scenario } from '../scenario.ts';
import {
  balance,
  bet,
  betWin,
  booked,
  burst,
  change,
  okOrAgain,
  oneUnitTooMuch,
  refund,
  scenario,
  send,
  wallet,
  win,
} from '../words.ts';

const many = <T>(count: number, make: (at: number) => T): readonly T[] =>
  Array.from({ length: count }, (_none, at) => make(at));

export const BUGS: readonly Scenario[] = [
  scenario(
    'BUG-01',
    '"Does it exist?" and then an insert: thirty new bets, each in four copies at once',
    'both copies find nothing and both take the stake',
    [
      burst(
        many(120, (at) => bet(`b${at % 30}`, '0.10', { round: `r${at % 30}` })),
        okOrAgain,
      ),
      wallet('-3.00'),
    ],
    { needs: ['fractions'] },
  ),
  scenario(
    'BUG-02',
    'The same id many times in what becomes one batch',
    'a batch with the same key twice fails or books twice',
    [
      burst([...many(10, () => bet('b', '1.00')), ...many(10, (at) => bet(`c${at}`, '0.10'))], okOrAgain),
      wallet('-2.00'),
    ],
    { needs: ['fractions'] },
  ),
  scenario(
    'BUG-03',
    'A repeated refund that is answered as a conflict',
    'it says conflict and gives the stake back again',
    [
      send(bet('b', '1.00'), 'ok'),
      send(refund('x', 'b'), 'ok'),
      send(refund('x', 'b', { amount: '0.50' }), ['conflict', 'ok_dup', 'already_settled', 'reversed']),
      send(refund('x2', 'b', { amount: '0.50' }), ['ok', 'ok_dup', 'refused']),
      wallet('0'),
    ],
    { needs: ['fractions'] },
  ),
  scenario(
    'BUG-04',
    'A bet that is refused must not lock the wallet',
    'after a refusal nobody can play until a lock runs out',
    [
      send(bet('big', oneUnitTooMuch, { round: 'r0' }), 'insufficient_funds'),
      ...many(5, (at) => send(bet(`b${at}`, '1.00', { round: `r${at + 1}` }), 'ok')),
      wallet('-5.00'),
    ],
  ),
  scenario(
    'BUG-05',
    'Crossing batches of two wallets',
    'locks in no fixed order: batches that cross wait for each other until one fails',
    [
      burst(
        many(60, (at) =>
          at % 3 === 0
            ? betWin(`b${at}`, '0.10', '0.10', { who: at % 2 === 0 ? 'player' : 'rival', round: `r${at}` })
            : bet(`b${at}`, '0.10', { who: at % 2 === 0 ? 'rival' : 'player', round: `r${at}` }),
        ),
        okOrAgain,
      ),
      wallet('-2.00'),
      wallet('-2.00', 'rival'),
    ],
    { needs: ['rival', 'fractions'] },
  ),
  scenario(
    'BUG-06',
    'A known key with another body',
    'an error of the server is no refusal, so the aggregator asks for days',
    [send(bet('b', '1.00'), 'ok'), send(bet('b', '3.00', { round: 'r2' }), 'conflict', { times: 3 }), wallet('-1.00')],
  ),
  scenario('BUG-08', 'A cached balance that is taken for the truth', 'the last cents are staked twice', [
    send(balance(), 'ok', { shows: '0' }),
    burst(
      [...many(30, () => balance()), ...many(5, (at) => bet(`b${at}`, '1.00', { round: `r${at}` }))],
      ['ok', 'ok_dup'],
    ),
    send(balance(), 'ok', { shows: '-5.00' }),
    wallet('-5.00'),
  ]),
  scenario('BUG-11', 'Duplicates that all miss the cache', 'what is too new for the cache is booked by each of them', [
    burst(
      many(60, () => bet('b', '1.00')),
      okOrAgain,
    ),
    burst(
      many(60, () => win('w', '2.00')),
      okOrAgain,
    ),
    burst(
      many(60, () => refund('x', 'b')),
      ['ok', 'ok_dup', 'already_settled', 'reversed', 'refused'],
    ),
    booked('bet', 'b', 1),
    booked('win', 'w', 1),
  ]),
  scenario(
    'BUG-12',
    'After an error the next request on the same connection',
    'a connection with a broken transaction goes back to the pool and breaks what comes next',
    [
      send(bet('x', '1.00', { game: 'unknown' }), ['unknown_game', 'refused']),
      send(bet('big', oneUnitTooMuch), 'insufficient_funds'),
      ...many(10, (at) => send(bet(`b${at}`, '1.00', { round: `r${at}` }), 'ok')),
      wallet('-10.00'),
    ],
  ),
  scenario(
    'BUG-13',
    'Two players in one round with bets of the same amount',
    'a key that forgets the player takes one bet for the other',
    [
      send(bet('b1', '1.00'), 'ok'),
      send(bet('b2', '1.00', { who: 'rival' }), 'ok'),
      send(win('w1', '2.00', { bet: 'b1' }), 'ok'),
      send(win('w2', '3.00', { bet: 'b2', who: 'rival' }), 'ok'),
      wallet('1.00'),
      wallet('2.00', 'rival'),
      send(refund('x', 'b2', { who: 'rival' }), ['already_settled', 'ok']),
      wallet('1.00'),
    ],
    { needs: ['rival'] },
  ),
  scenario(
    'BUG-13.void',
    "One player's bet refunded, the other's in the same round",
    "one player's refund voids the round of the other",
    [
      send(bet('b1', '1.00'), 'ok'),
      send(bet('b2', '1.00', { who: 'rival' }), 'ok'),
      send(refund('x', 'b1'), 'ok'),
      send(win('w2', '3.00', { bet: 'b2', who: 'rival' }), 'ok'),
      wallet('0'),
      wallet('2.00', 'rival'),
    ],
    { needs: ['rival'] },
  ),
  scenario('BUG-14', 'A win larger than the balance', 'the check that protects the operator from bets refuses wins', [
    send(bet('b', '1.00'), 'ok'),
    send(win('w', oneUnitTooMuch), 'ok'),
    wallet([
      { amount: '1.00', times: -1 },
      { amount: oneUnitTooMuch, times: 1 },
    ]),
  ]),
  scenario('BUG-15', 'A bet and win in fifty copies, and its refund among them', 'half of a pair is undone', [
    burst(
      [...many(25, () => betWin('b', '1.00', '2.00')), ...many(5, (at) => refund(`x${at}`, 'b'))],
      ['ok', 'ok_dup', 'reversed', 'not_found', 'already_settled', 'refused'],
    ),
    booked('bet', 'b', 1),
  ]),
  scenario(
    'BUG-16',
    'One hundred rounds of a bet and a win, one after another',
    'a cent is lost or made in every round',
    [
      ...many(50, (at) => [
        send(bet(`b${at}`, '0.07', { round: `r${at}` }), 'ok'),
        send(win(`w${at}`, '0.07', { bet: `b${at}`, round: `r${at}`, closes: true }), 'ok'),
      ]).flat(),
      wallet(change('0.07', 0)),
    ],
    { needs: ['fractions'] },
  ),
];
