/** A.3: how amounts may be written, and how not. Each is written into the body as it stands and signed as sent. */
import type { Scenario } from '../scenario.ts';
import { bet, scenario, send, token, wallet, win } from '../words.ts';

const GUESSED = 'an amount that is guessed, rounded or cut off takes another stake than was played';

const bad = (id: string, text: string, title = `The amount written as ${text}`): Scenario =>
  scenario(id, title, GUESSED, [send(bet('b', '1.00'), 'bad_request', { tamper: token(text) }), wallet('0')], {
    needs: ['signs any bytes'],
  });

export const BET_AMOUNTS: readonly Scenario[] = [
  bad('BET-05', '"-1.00"', 'A negative stake'),
  bad('BET-05.number', '-1.00', 'A negative stake as a number'),
  bad('BET-05.minus', '"−1.00"', 'A stake with a typographic minus'),
  bad('BET-06', '"1.0000000000000000001"', 'An amount finer than the currency'),
  bad('BET-06.number', '1.0000000000000000001', 'A number finer than the currency'),
  scenario(
    'BET-07',
    'An amount with zeros behind it',
    GUESSED,
    [
      send(bet('b', '1.10'), 'ok', { tamper: token('"$000"'), shows: '-1.10' }),
      wallet('-1.10'),
      send(win('w', '1.10', { closes: true }), 'ok'),
    ],
    { needs: ['signs any bytes', 'fractions'] },
  ),
  scenario('BET-08', 'An amount that a float rounds', GUESSED, [
    send(bet('b', '9007199254740993'), ['insufficient_funds', 'limit_reached']),
    wallet('0'),
  ]),
  scenario(
    'BET-09',
    'An amount with cents that a float rounds',
    GUESSED,
    [send(bet('b', '90071992547409.93'), ['insufficient_funds', 'limit_reached']), wallet('0')],
    { needs: ['fractions'] },
  ),
  scenario(
    'BET-09.tenths',
    'A tenth and a fifth, ten times: what a float adds up wrongly',
    'cents are lost or made by adding floats',
    [
      ...Array.from({ length: 10 }, (_none, at) => [
        send(bet(`b${at}`, '0.10', { round: `r${at}` }), 'ok'),
        send(bet(`c${at}`, '0.20', { round: `r${at}` }), 'ok'),
      ]).flat(),
      wallet('-3.00'),
      ...Array.from({ length: 10 }, (_none, at) =>
        send(win(`w${at}`, '0.30', { bet: `b${at}`, round: `r${at}`, closes: true }), 'ok'),
      ),
      wallet('0'),
    ],
    { needs: ['fractions'] },
  ),
  scenario(
    'BET-09.cents',
    'Amounts whose hundredfold is no whole float: 1.15, 4.35, 8.41, 17.99, 20.05',
    'a cent is cut off every time a float is multiplied by a hundred',
    [
      ...['1.15', '4.35', '8.41', '1.01', '0.07'].flatMap((amount, at) => [
        send(bet(`b${at}`, amount, { round: `r${at}` }), 'ok', { shows: `-${amount}` }),
        send(win(`w${at}`, amount, { bet: `b${at}`, round: `r${at}`, closes: true }), 'ok', { shows: '0' }),
      ]),
      wallet('0'),
    ],
    { needs: ['fractions'] },
  ),
  bad('BET-10.text', '"1e2"'),
  bad('BET-10.small', '"1E-7"'),
  bad('BET-10.tiny', '1E-19', 'The number 1E-19'),
  scenario(
    'BET-11',
    'The amount as a number instead of text',
    GUESSED,
    [
      send(bet('b', '1.25'), ['ok', 'bad_request'], { tamper: token('$n') }),
      send(bet('b', '1.25'), ['ok', 'ok_dup']),
      wallet('-1.25'),
      send(win('w', '1.25', { closes: true }), 'ok'),
    ],
    { needs: ['signs any bytes', 'fractions'] },
  ),
  bad('BET-12.huge', '1e400', 'The number 1e400'),
  bad('BET-12.nan', 'NaN', 'NaN, which is no JSON'),
  bad('BET-12.text', '"NaN"', 'The text NaN'),
  bad('BET-12.infinity', '"Infinity"', 'The text Infinity'),
  bad('BET-12.null', 'null', 'The amount null'),
  bad('BET-12.true', 'true', 'The amount true'),
  bad('BET-12.list', '[]', 'The amount as an empty list'),
  bad('BET-12.nested', '["1.00"]', 'The amount in a list'),
  bad('BET-12.object', '{}', 'The amount as an object'),
  bad('BET-12.empty', '""', 'The amount as an empty text'),
  scenario(
    'BET-12.zero',
    'The amount -0',
    GUESSED,
    [send(bet('b', '1.00'), ['ok', 'bad_request', 'refused'], { tamper: token('"-0"') }), wallet('0')],
    { needs: ['signs any bytes'] },
  ),
  bad('BET-13.plus', '"+1"', 'The amount +1'),
  scenario(
    'BET-13.zero',
    'The amount 01',
    GUESSED,
    [
      // refused, or one: some aggregators write zeros before it
      send(bet('b', '1.00'), ['ok', 'bad_request'], { tamper: token('"01"') }),
      send(bet('b', '1.00'), ['ok', 'ok_dup']),
      wallet('-1.00'),
      send(win('w', '1.00', { closes: true }), 'ok'),
    ],
    { needs: ['signs any bytes'] },
  ),
  bad('BET-13.blank', '" 1"', 'The amount with a blank before it'),
  bad('BET-13.behind', '"1 "', 'The amount with a blank behind it'),
  bad('BET-13.comma', '"1,00"', 'The amount 1,00'),
  bad('BET-13.thousands', '"1_000"', 'The amount 1_000'),
  bad('BET-13.wide', '"１"', 'The amount in full-width digits'),
  bad('BET-13.arabic', '"١"', 'The amount in Arabic digits'),
  bad('BET-13.hex', '"0x10"', 'The amount in hex'),
  bad('BET-13.point', '"1."', 'The amount 1. with nothing behind the point'),
  bad('BET-13.half', '".5"', 'The amount .5 with nothing before the point'),
  bad('BET-13.currency', '"1.00 USD"', 'The amount with its currency'),
];
