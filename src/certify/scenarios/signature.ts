/** A.1: who may move money at all. Every forged message is followed by the genuine one, which must still be accepted. */
import type { Need, Scenario, Tamper, Word } from '../scenario.ts';
import {
  body,
  bet,
  byKnob,
  burst,
  header,
  madeWith,
  replay,
  scenario,
  send,
  signature,
  token,
  wallet,
  when,
  win,
} from '../words.ts';
import { form, GARBLED, json, payBack, refused, signed, SIGNATURE_BODIES } from './signature-bodies.ts';

const FORGED = 'whoever can send this moves the money of any player';
const GENUINE = 'a genuine bet is refused, and nobody can play';

const accepted = (id: string, title: string, tamper: readonly Tamper[], needs: readonly Need[] = []): Scenario =>
  scenario(id, title, GENUINE, [send(bet('b', '1.00'), 'ok', { tamper }), wallet('-1.00'), ...payBack], { needs });

const forged = (
  id: string,
  title: string,
  tamper: readonly Tamper[],
  expect: readonly Word[] = ['unauth'],
  needs: readonly Need[] = [],
): Scenario => refused(id, title, tamper, expect, { why: FORGED, needs: ['signature header', ...needs] });

const genuine: readonly Scenario[] = [
  accepted('SIG-01', 'A bet signed with the right key', []),
  accepted('SIG-02', 'The same said with spaces or needless escapes, signed as sent', body('spaces'), signed),
  accepted('SIG-03', 'A line end after the body, signed as sent', body('line_end'), json),
  accepted('SIG-04', "A letter of the player's id written as an escape", body('escaped_letters'), signed),
  accepted('SIG-04.plus', 'Blanks written as + and as %20 in one message', body('plus_for_blank'), form),
  accepted('SIG-04.hex', 'Escapes in lower-case hex', body('lower_escapes'), form),
  scenario(
    'SIG-05',
    'Two ids that look the same, one composed and one decomposed',
    'a ledger that normalises ids takes one of two bets for a repetition of the other',
    [
      send(bet('\u00e9', '1.00'), 'ok'),
      send(bet('e\u0301', '1.00'), 'ok'),
      wallet('-2.00'),
      send(win('w', '2.00', { bet: '\u00e9', closes: true }), 'ok'),
    ],
  ),
  accepted('SIG-06', 'Slashes escaped as PHP writes them', body('escaped_slashes'), json),
  scenario(
    'SIG-07',
    'The amount as the number 1.00, which a parser writes back as 1',
    GENUINE,
    [
      // believed, though a dialect whose amounts are text need not read it
      send(bet('b', '1.00'), ['ok', 'bad_request'], { tamper: token('$n.00') }),
      send(bet('b', '1.00'), ['ok', 'ok_dup']),
      wallet('-1.00'),
      ...payBack,
    ],
    { needs: [...json, 'fractions'] },
  ),
  accepted('SIG-08', 'The members in another order', body('reordered'), signed),
  accepted(
    'SIG-12.upper',
    "The signature's header in upper case",
    [{ on: 'signature_name', how: 'upper' }],
    ['signature header'],
  ),
  accepted(
    'SIG-12.lower',
    "The signature's header in lower case",
    [{ on: 'signature_name', how: 'lower' }],
    ['signature header'],
  ),
  accepted(
    'SIG-12.mixed',
    "The signature's header in mixed case",
    [{ on: 'signature_name', how: 'mixed' }],
    ['signature header'],
  ),
  accepted(
    'SIG-37.charset',
    'Content type application/json; charset=utf-8',
    [header('content-type', 'application/json; charset=utf-8')],
    json,
  ),
  accepted(
    'SIG-37.named',
    'Content type application/x-www-form-urlencoded; charset=utf-8',
    [header('content-type', 'application/x-www-form-urlencoded; charset=utf-8')],
    ['form body'],
  ),
  accepted('SIG-39.chunks', 'Chunked, with borders inside characters of several bytes', [
    { on: 'transport', how: 'chunked' },
  ]),
  accepted('SIG-39.pieces', 'Sent in pieces of sixteen bytes', [{ on: 'transport', how: 'byte_by_byte' }]),
  scenario(
    'SIG-29',
    'A genuine bet replayed byte for byte',
    'whoever has seen one request on its way takes the stake as often as he likes',
    [
      send(bet('b', '1.00'), 'ok'),
      replay(bet('b', '1.00'), ['ok_dup']),
      replay(bet('b', '1.00'), ['ok_dup']),
      wallet('-1.00'),
      ...payBack,
    ],
    { needs: ['signs no time'] },
  ),
];

const rotation: readonly Scenario[] = [
  scenario(
    'SIG-22',
    'The next key while the last one is still valid',
    GENUINE,
    [
      send(bet('b', '1.00'), 'ok', { tamper: madeWith('the_second_key') }),
      send(bet('b', '1.00'), 'ok_dup'),
      wallet('-1.00'),
      ...payBack,
    ],
    { needs: ['second secret'] },
  ),
];

const lengths = [0, 1, 3, 63] as const;

const signatures: readonly Scenario[] = [
  scenario(
    'SIG-13',
    'The signature in upper-case hex',
    FORGED,
    [
      when(
        'sig.hexCase',
        { any: [send(bet('b', '1.00'), 'ok', { tamper: signature({ kind: 'upper_case' }) }), wallet('-1.00')] },
        [send(bet('b', '1.00'), 'unauth', { tamper: signature({ kind: 'upper_case' }) }), wallet('0')],
      ),
    ],
    { needs: ['signature header'] },
  ),
  ...lengths.map((length) =>
    forged(`SIG-14.${length}`, `A signature of ${length} characters`, signature({ kind: 'cut', length })),
  ),
  forged('SIG-14.65', 'A signature of 65 characters', signature({ kind: 'longer', length: 65 })),
  forged('SIG-14.10000', 'A signature of 10,000 characters', signature({ kind: 'longer', length: 10_000 }), [
    'unauth',
    'refused',
    'closed',
  ]),
  forged('SIG-15', 'No signature at all', signature({ kind: 'absent' })),
  forged(
    'SIG-16',
    'As many characters as a signature, but of two bytes each',
    signature({ kind: 'text', text: 'é'.repeat(64) }),
    ['unauth', 'bad_request'],
  ),
  forged('SIG-17', 'Sixty-four letters that are no hex', signature({ kind: 'text', text: 'z'.repeat(64) })),
  forged('SIG-18', 'Signed with another key', madeWith('another_key')),
  forged('SIG-18.digit', 'The right signature with its last digit changed', signature({ kind: 'one_digit' })),
  forged('SIG-19', 'Signed with the API key', madeWith('the_api_key')),
  forged('SIG-20', 'Signed with an empty key', madeWith('an_empty_key')),
  forged('SIG-21', 'A valid API key and no signature', [
    ...signature({ kind: 'absent' }),
    header('x-api-key', 'certify-catalogue-key'),
  ]),
  forged('SIG-23', 'Several signatures in one header, one of them right', signature({ kind: 'list' })),
  forged('SIG-24', 'The signature header twice', signature({ kind: 'twice' })),
  forged('SIG-25.sha1', 'The right key with SHA-1', madeWith('sha1')),
  forged('SIG-25.sha512', 'The right key with SHA-512', madeWith('sha512')),
  forged('SIG-25.md5', 'The right key with MD5', madeWith('md5')),
  forged('SIG-25.base64', 'The right signature in base64', madeWith('base64')),
  forged(
    'SIG-25.named',
    'The request names an algorithm: sha256=…',
    signature({ kind: 'prefixed', prefix: 'sha256=' }),
  ),
  forged('SIG-25.none', 'The request says there is no algorithm', signature({ kind: 'text', text: 'alg=none' })),
  forged('SIG-26', 'A hash of the body without any key', madeWith('no_key')),
  forged('SIG-27', 'A hash of the body and the key behind it, which is no HMAC', madeWith('body_then_key')),
  forged('SIG-27.other', 'The signature of another body', madeWith('another_body')),
];

const changedAfterwards: readonly Scenario[] = [
  forged(
    'SIG-03.moved',
    'A line end after the body that was not signed',
    [{ on: 'signed_body', how: 'line_end' }],
    ['unauth'],
    ['body'],
  ),
  forged(
    'SIG-02.moved',
    'Spaces that were not signed',
    [{ on: 'signed_body', how: 'spaces' }],
    ['unauth'],
    ['json body'],
  ),
  forged('SIG-28', 'Ten times the amount under the signature of the right one', [{ on: 'signed_body', how: 'amount' }]),
  forged('SIG-28.byte', 'One byte changed after signing', [{ on: 'signed_body', how: 'one_byte' }]),
  forged('SIG-42', 'Garbage with a wrong signature', [{ on: 'signed_body', how: 'gibberish' }], ['unauth']),
];

const transports: readonly Scenario[] = [
  refused(
    'SIG-36.longer',
    'A length that promises more than is sent',
    [{ on: 'transport', how: 'length_too_long' }],
    ['bad_request', 'refused', 'closed'],
    { why: GARBLED, needs: ['body'] },
  ),
  refused(
    'SIG-36.shorter',
    'A length that promises less than is sent',
    [{ on: 'transport', how: 'length_too_short' }],
    ['unauth', 'bad_request', 'refused', 'closed'],
    { why: GARBLED, needs: ['body'] },
  ),
  refused(
    'SIG-37.text',
    'Content type text/plain',
    [header('content-type', 'text/plain')],
    ['unsupported', 'bad_request'],
    { why: GARBLED, needs: ['signs any bytes', 'body'] },
  ),
  refused(
    'SIG-37.json',
    'A form that says it is JSON',
    [header('content-type', 'application/json')],
    ['unsupported', 'bad_request'],
    { why: GARBLED, needs: ['form body'] },
  ),
  refused(
    'SIG-37.form',
    'Content type of a form',
    [header('content-type', 'application/x-www-form-urlencoded')],
    ['unsupported', 'bad_request'],
    { why: GARBLED, needs: json },
  ),
  refused('SIG-37.none', 'No content type', [header('content-type', null)], ['unsupported', 'bad_request'], {
    why: GARBLED,
    needs: ['signs any bytes', 'body'],
  }),
  refused(
    'SIG-38',
    'A body packed with gzip',
    [{ on: 'transport', how: 'gzip' }],
    ['unsupported', 'bad_request', 'unauth'],
    { why: GARBLED, needs: ['body'] },
  ),
  refused(
    'SIG-38.bomb',
    'Sixty-four kilobytes of gzip that unpack to sixty-four megabytes',
    [{ on: 'transport', how: 'gzip_bomb' }],
    ['unsupported', 'too_large', 'unauth', 'closed'],
    { why: 'one request takes the memory of the process, and every bet with it', needs: ['body'] },
  ),
  refused(
    'SIG-40',
    'Both a length and chunks: a smuggled request',
    [{ on: 'transport', how: 'both_lengths' }],
    ['bad_request', 'closed'],
    { why: 'a proxy and the operator see two different requests in the same bytes', needs: [] },
  ),
  refused('SIG-40.two', 'Two different lengths', [{ on: 'transport', how: 'two_lengths' }], ['bad_request', 'closed'], {
    why: 'a proxy and the operator see two different requests in the same bytes',
    needs: [],
  }),
];

const late = 310_000;
const timed: readonly Need[] = ['signs a time'];

const times: readonly Scenario[] = [
  scenario(
    'SIG-30.old',
    'Signed twenty seconds ago',
    GENUINE,
    [send(bet('b', '1.00'), 'ok', { tamper: [{ on: 'clock', offsetMs: -20_000, unit: 's' }] }), wallet('-1.00')],
    { needs: timed },
  ),
  refused('SIG-30.older', 'Signed before the window', [{ on: 'clock', offsetMs: -late, unit: 's' }], ['unauth'], {
    why: FORGED,
    needs: timed,
  }),
  refused('SIG-30.future', 'Signed in the future', [{ on: 'clock', offsetMs: late, unit: 's' }], ['unauth'], {
    why: FORGED,
    needs: timed,
  }),
  refused(
    'SIG-31',
    'A time in milliseconds where seconds are meant',
    [{ on: 'clock', offsetMs: 0, unit: 'ms' }],
    ['unauth'],
    { why: FORGED, needs: timed },
  ),
  scenario(
    'SIG-33',
    'A bet that is booked, asked again with its original time hours later',
    'a window that refuses it makes a booked bet unconfirmable, so it is rolled back or lost',
    [
      send(bet('b', '1.00'), 'ok'),
      send(bet('b', '1.00'), 'ok_dup', { tamper: [{ on: 'clock', offsetMs: -late, unit: 's' }] }),
      wallet('-1.00'),
      ...payBack,
    ],
    { needs: timed },
  ),
];

const floods: readonly Scenario[] = [
  scenario(
    'SIG-46',
    'A hundred forged bets, and a genuine one among them',
    'a flood of forgeries stops genuine bets, or one of them gets through',
    [
      send(bet('f', '1.00'), 'unauth', { tamper: signature({ kind: 'one_digit' }), times: 100 }),
      wallet('0'),
      burst([bet('b', '1.00'), bet('b', '1.00')], byKnob<readonly Word[]>('duplicate.answer', {}, ['ok', 'ok_dup'])),
      wallet('-1.00'),
      ...payBack,
    ],
    { needs: ['signature header'] },
  ),
];

export const SIGNATURE: readonly Scenario[] = [
  ...genuine,
  ...rotation,
  ...signatures,
  ...changedAfterwards,
  ...SIGNATURE_BODIES,
  ...transports,
  ...times,
  ...floods,
];
