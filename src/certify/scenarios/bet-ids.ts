/** A.3: what makes two bets one, and two: ids, and everything else that must be the same when one is said again. */
import type { Need, Scenario, Word } from '../scenario.ts';
import { bet, body, booked, burst, close, ifCompared, scenario, send, token, wallet, when, win } from '../words.ts';

const TWICE = 'the player pays the same bet twice';
const CONFLICT = 'another bet hides behind a known id: its stake is never taken and its win is paid';

const back = send(win('w', '1.00', { closes: true }), 'ok');
const rival: readonly Need[] = ['rival'];
const many = (count: number, line: (at: number) => ReturnType<typeof bet>) =>
  Array.from({ length: count }, (_none, at) => line(at));

const conflict: readonly Word[] = ['conflict'];
const knownId: readonly Scenario[] = [
  scenario('BET-27', 'A known id with another amount', CONFLICT, [
    send(bet('b', '1.00'), 'ok'),
    send(bet('b', '2.00'), conflict),
    wallet('-1.00'),
    send(bet('b', '1.00'), 'ok_dup'),
    back,
  ]),
  scenario('BET-27.less', 'A known id with a smaller amount', CONFLICT, [
    send(bet('b', '2.00'), 'ok'),
    send(bet('b', '1.00'), conflict),
    wallet('-2.00'),
    send(win('w', '2.00', { closes: true }), 'ok'),
  ]),
  scenario('BET-27.burst', 'One id with twenty amounts at once', CONFLICT, [
    burst(
      many(20, (at) => bet('b', `${at + 1}.00`)),
      ['ok', 'ok_dup', 'conflict'],
      { ok: 1 },
    ),
    send(close(), ['ok', 'ok_dup']),
  ]),
  scenario(
    'BET-28',
    "A known id of another player's",
    CONFLICT,
    [
      send(bet('b', '1.00'), 'ok'),
      when('id.scope', { player: [send(bet('b', '1.00', { who: 'rival' }), 'ok'), wallet('-1.00', 'rival')] }, [
        send(bet('b', '1.00', { who: 'rival' }), conflict),
        wallet('0', 'rival'),
      ]),
      wallet('-1.00'),
      back,
    ],
    { needs: rival },
  ),
  scenario(
    'BET-28.burst',
    'One id of two players at the same moment',
    CONFLICT,
    [
      when('id.scope', { player: [] }, [
        burst(
          many(20, (at) => bet('b', '1.00', { who: at % 2 === 0 ? 'player' : 'rival' })),
          ['ok', 'ok_dup', 'conflict'],
        ),
        booked('bet', 'b', 1),
      ]),
    ],
    { needs: rival },
  ),
  scenario('BET-29.round', 'A known id in another round', CONFLICT, [
    send(bet('b', '1.00'), 'ok'),
    send(bet('b', '1.00', { round: 'r2' }), ifCompared('round')),
    wallet('-1.00'),
    back,
  ]),
  scenario(
    'BET-29.game',
    'A known id in another game',
    CONFLICT,
    [
      send(bet('b', '1.00'), 'ok'),
      send(bet('b', '1.00', { game: 'other' }), ifCompared('game')),
      wallet('-1.00'),
      back,
    ],
    { needs: ['other game'] },
  ),
  scenario(
    'BET-29.currency',
    'A known id in another currency',
    CONFLICT,
    [
      send(bet('b', '1.00'), 'ok'),
      send(bet('b', '1.00', { currency: 'other' }), ['conflict', 'wrong_currency']),
      wallet('-1.00'),
      back,
    ],
    { needs: ['other currency'] },
  ),
  scenario('BET-30.request', 'A known bet under a new request id', TWICE, [
    send(bet('b', '1.00', { request: 'q1' }), 'ok'),
    send(bet('b', '1.00', { request: 'q2' }), 'ok_dup'),
    wallet('-1.00'),
    back,
  ]),
  scenario(
    'BET-30.spelling',
    'A known bet written in another way',
    TWICE,
    [
      send(bet('b', '1.00'), 'ok'),
      send(bet('b', '1.00'), 'ok_dup', { tamper: body('reordered') }),
      send(bet('b', '1.00'), 'ok_dup', { tamper: body('spaces') }),
      send(bet('b', '1.00'), 'ok_dup', { tamper: body('unknown_fields') }),
      wallet('-1.00'),
      back,
    ],
    { needs: ['signs any bytes'] },
  ),
  scenario(
    'BET-30.zeros',
    'A known bet with zeros behind its amount',
    TWICE,
    [
      send(bet('b', '1.10'), 'ok'),
      send(bet('b', '1.10'), 'ok_dup', { tamper: token('"$000"') }),
      wallet('-1.10'),
      send(win('w', '1.10', { closes: true }), 'ok'),
    ],
    { needs: ['signs any bytes', 'fractions'] },
  ),
];

const ids = (id: string, title: string, one: string, other: string): Scenario =>
  scenario(id, title, 'of two bets one is taken for a repetition of the other, and is played for nothing', [
    send(bet(one, '1.00'), 'ok'),
    send(bet(other, '1.00'), 'ok'),
    wallet('-2.00'),
    send(win('w', '2.00', { bet: one, closes: true }), 'ok'),
  ]);

const names: readonly Scenario[] = [
  ids('BET-32.case', 'Two ids that differ in upper and lower case', 'TX', 'tx'),
  ids('BET-32.blank', 'Two ids that differ in a blank at the end', 'tx', 'tx '),
  ids('BET-32.emoji', 'Ids of characters beyond the basic plane', 'tx-🎰', 'tx-🎲'),
  ids('BET-32.zero', 'Ids that differ in leading zeros', '007', '7'),
  ids('BET-32.accent', 'Ids that differ in an accent', 'tx-e', 'tx-é'),
  scenario(
    'BET-32.255',
    'Ids of 255 characters that differ in the last one only',
    'a column that cuts ids off takes the second bet for the first',
    [
      send(bet('b1', '1.00'), 'ok', { tamper: body('id_of_255') }),
      send(bet('b2', '1.00'), 'ok', { tamper: body('id_of_255') }),
      wallet('-2.00'),
    ],
    { needs: ['signs any bytes'] },
  ),
  scenario(
    'BET-32.256',
    'An id of 256 characters',
    'a column that cuts ids off takes the next bet for a repetition',
    [send(bet('b', '1.00'), 'bad_request', { tamper: body('long_id') }), wallet('0')],
    { needs: ['signs any bytes'] },
  ),
  ids(
    'BET-33',
    'Two long numbers as ids that are one number to a float',
    '12345678901234567890',
    '12345678901234567891',
  ),
];

const fields = (
  id: string,
  title: string,
  how: 'without_amount' | 'without_id' | 'without_player' | 'unknown_type' | 'empty_id' | 'numeric_id',
): Scenario =>
  scenario(
    id,
    title,
    'a field that is guessed moves money nobody asked to move',
    [send(bet('b', '1.00'), ['bad_request'], { tamper: body(how) }), wallet('0')],
    { needs: ['signs any bytes'] },
  );

const shapes: readonly Scenario[] = [
  fields('BET-34.amount', 'A bet without an amount', 'without_amount'),
  fields('BET-34.id', 'A bet without an id', 'without_id'),
  fields('BET-34.player', 'A bet without a player', 'without_player'),
  fields('BET-34.type', 'A message of a type nobody knows', 'unknown_type'),
  fields('BET-34.empty', 'A bet with an empty id', 'empty_id'),
  fields('BET-34.boolean', 'A bet whose id is true', 'numeric_id'),
  scenario(
    'BET-39',
    'Fields nobody knows, a jackpot contribution among them',
    'the contribution is taken on top of the stake',
    [send(bet('b', '1.00'), 'ok', { tamper: body('unknown_fields') }), wallet('-1.00'), back],
    { needs: ['signs any bytes'] },
  ),
  scenario('BET-41', 'The currency in lower case', 'a currency that is guessed is sooner or later another one', [
    send(bet('b', '1.00', { currency: 'lower_case' }), ['wrong_currency', 'bad_request']),
    wallet('0'),
  ]),
];

export const BET_IDS: readonly Scenario[] = [...knownId, ...names, ...shapes];
