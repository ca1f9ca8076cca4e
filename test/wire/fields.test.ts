/** Field readers: exact values or a named misfit, never a guess. */
import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decimalOf, formatDecimal, isProblem, ZERO_DECIMAL } from '../../src/money/index.ts';
import { fieldMessage, fields, readForm, readId, readJson } from '../../src/wire/index.ts';
import type { Fields, JsonValue } from '../../src/wire/index.ts';

function body(text: string): JsonValue {
  const value = readJson(Buffer.from(text));
  if (isProblem(value)) throw new Error(text);
  return value;
}
const of = (text: string) => fields(body(text));
/** The reason a single reading ends with, null for none. */
function reason(text: string, read: (f: Fields) => unknown): string | null {
  const f = of(text);
  read(f);
  return f.problem?.reason ?? null;
}
const amountReason = (token: string) => reason(`{"amount":${token}}`, (f) => f.amount('amount'));

describe('a bet read in a straight line', () => {
  const read = (f: Fields) => ({
    player: f.id('player_id'),
    amount: f.amount('amount'),
    type: f.oneOf('type', ['bet', 'win']),
    round: f.optional('round_id', f.id),
    closed: f.optional('round_closed', f.boolean) ?? false,
  });

  it('gives every value; unknown extra fields are no problem [BET-34]', () => {
    const f = of(
      '{"type":"bet","player_id":"Zoë","amount":"1.1000","round_closed":true,"jackpot_contribution":"0.01"}',
    );
    expect(read(f)).toEqual({ player: 'Zoë', amount: decimalOf(11n, 1), type: 'bet', round: null, closed: true });
    expect(f.problem).toBeNull();
  });

  it('keeps the first misfit and goes on without throwing [BET-34]', () => {
    const f = of('{"type":"bonus","amount":"-1.00","round_id":""}');
    expect(read(f)).toEqual({ player: '', amount: ZERO_DECIMAL, type: 'bet', round: '', closed: false });
    expect(f.problem).toEqual({ field: 'player_id', reason: 'missing' });
    expect(f.problem && fieldMessage(f.problem)).toBe('player_id: missing');
  });

  it.each(['null', '[]', '"text"', '1', 'true'])('refuses %s as a body', (text) => {
    const f = of(text);
    read(f);
    expect(f.problem).toEqual({ field: 'body', reason: 'not_an_object' });
  });
});

describe('amounts', () => {
  it('reads strings and JSON numbers alike, digit by digit [SIG-07] [BET-07] [BET-08] [BET-09] [BET-11]', () => {
    for (const [token, exact] of [
      ['"1.00"', '1'],
      ['1.00', '1'],
      ['1.1000', '1.1'],
      ['"1.1000"', '1.1'],
      ['9007199254740993', '9007199254740993'],
      ['90071992547409.93', '90071992547409.93'],
      ['0', '0'],
      ['-0', '0'],
    ] as const) {
      const f = of(`{"amount":${token}}`);
      expect(formatDecimal(f.amount('amount'))).toBe(exact);
      expect(f.problem).toBeNull();
    }
  });

  it.each(['-1', '"-1.00"', '-0.01', '"-0.000001"'])('refuses the negative %s [BET-05]', (token) => {
    expect(amountReason(token)).toBe('negative');
  });

  it('reads a signed change where a dialect sends one [BET-05]', () => {
    const f = of('{"change":-1.50}');
    expect(f.signedAmount('change')).toEqual(decimalOf(-15n, 1));
    expect(f.problem).toBeNull();
  });

  it.each(['1e2', '1E-7', '"1e2"', '"1E-7"', '1e400', '"1e400"', '-1e2'])(
    'refuses the exponent of %s [BET-10] [BET-12]',
    (token) => {
      expect(amountReason(token)).toBe('exponent');
    },
  );

  it.each(['null', 'true', 'false', '[]', '{}', '["1.00"]'])('refuses %s [BET-12]', (token) => {
    expect(amountReason(token)).toBe('wrong_type');
  });

  it('refuses empty, missing and overlong amounts [BET-12] [BET-34]', () => {
    expect(amountReason('""')).toBe('empty');
    expect(reason('{}', (f) => f.amount('amount'))).toBe('missing');
    expect(amountReason('1'.repeat(100_000))).toBe('too_long');
  });

  it.each([
    '"+1"',
    '"01"',
    '" 1"',
    '"1 "',
    '"1,00"',
    '"1_000"',
    '"１"',
    '"NaN"',
    '"Infinity"',
    '"0x1"',
    '".5"',
    '"5."',
  ])('refuses %s [BET-12] [BET-13]', (token) => {
    expect(amountReason(token)).toBe('syntax');
  });

  it('takes one spelling only where the dialect is strict [BET-11]', () => {
    expect(reason('{"a":"1.00"}', (f) => f.amount('a', 'number'))).toBe('wrong_type');
    expect(reason('{"a":1.00}', (f) => f.amount('a', 'string'))).toBe('wrong_type');
    expect(reason('{"a":1.00}', (f) => f.amount('a', 'number'))).toBeNull();
    expect(reason('{"a":"1.00"}', (f) => f.amount('a', 'string'))).toBeNull();
  });

  it.each([
    ['1', 0],
    ['100', 2],
    ['1000', 3],
    ['100000', 5],
    ['"100000"', 5],
  ])('reads %s in units of 10^-%i as 1.00 [BET-14]', (token, scale) => {
    const f = of(`{"amount":${token}}`);
    expect(f.minorAmount('amount', scale)).toEqual(decimalOf(1n, 0));
    expect(f.problem).toBeNull();
  });

  it('refuses fractions, signs and spellings of units [BET-05] [BET-10] [BET-14]', () => {
    const minor = (token: string) => reason(`{"a":${token}}`, (f) => f.minorAmount('a', 2));
    expect(['1.5', '1.0', '"1.00"', '-1', '1e2', '"01"', '""', 'null'].map(minor)).toEqual([
      'not_whole',
      'not_whole',
      'not_whole',
      'negative',
      'exponent',
      'syntax',
      'empty',
      'wrong_type',
    ]);
    expect(reason('{}', (f) => f.minorAmount('a', 2))).toBe('missing');
  });

  it('reads every decimal it is sent exactly', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 10n ** 30n }),
        fc.integer({ min: 0, max: 18 }),
        fc.boolean(),
        (unscaled, scale, quoted) => {
          const text = formatDecimal(decimalOf(unscaled, scale));
          const f = of(`{"a":${quoted ? JSON.stringify(text) : text}}`);
          expect(f.amount('a')).toEqual(decimalOf(unscaled, scale));
          expect(f.problem).toBeNull();
        },
      ),
    );
  });
});

describe('ids', () => {
  const id = (token: string) => {
    const f = of(`{"id":${token}}`);
    const value = f.id('id');
    return f.problem?.reason ?? value;
  };

  it('are opaque: case, blanks, spelling and digits stay [BET-32] [SIG-05]', () => {
    expect(id('"TX-1"')).toBe('TX-1');
    expect(id('"tx-1"')).toBe('tx-1');
    expect(id('"tx-1 "')).toBe('tx-1 ');
    expect(id('" "')).toBe(' ');
    expect(id('"\ud83c\udfb0"')).toBe('🎰');
    expect(id('"Zoe\u0308"')).toBe('Zoe\u0308');
  });

  it('have 1 to 255 characters; 256 are refused [BET-32]', () => {
    expect(id('""')).toBe('empty');
    expect(id(`"${'x'.repeat(255)}"`)).toBe('x'.repeat(255));
    expect(id(`"${'x'.repeat(256)}"`)).toBe('too_long');
    expect(id('1'.repeat(256))).toBe('too_long');
    expect(id(`"${'🎰'.repeat(128)}"`)).toBe('too_long');
  });

  it('may be whole numbers, by their exact digits [BET-33]', () => {
    expect(id('12345678901234567890')).toBe('12345678901234567890');
    expect(id('12345678901234567891')).not.toBe(id('12345678901234567890'));
    for (const token of ['-1', '1.0', '1e2', 'null', 'true', '[]', '{}']) expect(id(token)).toBe('wrong_type');
  });

  it('carry no control characters [SIG-11]', () => {
    for (const text of ['a\nb', '\t', 'a\u007f', 'a\u0085b', '\u001f'])
      expect(id(JSON.stringify(text))).toBe('control_character');
    expect(readId('a\u0000b')).toEqual({ kind: 'problem', reason: 'control_character' });
  });
});

describe('other fields', () => {
  it('booleans are booleans, not their names or numbers', () => {
    expect(of('{"free":false}').boolean('free')).toBe(false);
    for (const token of ['"true"', '1', '0', 'null'])
      expect(reason(`{"free":${token}}`, (f) => f.boolean('free'))).toBe('wrong_type');
    expect(reason('{}', (f) => f.boolean('free'))).toBe('missing');
  });

  it('words are matched exactly', () => {
    expect(of('{"type":"win"}').oneOf('type', ['bet', 'win'])).toBe('win');
    for (const word of ['Win', 'win ', '', 'constructor'])
      expect(reason(JSON.stringify({ type: word }), (f) => f.oneOf('type', ['bet', 'win']))).toBe('unknown_value');
    expect(reason('{"type":1}', (f) => f.oneOf('type', ['bet']))).toBe('wrong_type');
  });

  it('texts may be empty and have line breaks, within their length', () => {
    expect(of('{"t":"a\\nb"}').text('t')).toBe('a\nb');
    expect(reason('{"t":""}', (f) => f.text('t'))).toBeNull();
    expect(reason('{"t":"abc"}', (f) => f.text('t', 2))).toBe('too_long');
    expect(reason('{"t":"\\u001b[31m"}', (f) => f.text('t'))).toBe('control_character');
    expect(reason('{"t":1}', (f) => f.text('t'))).toBe('wrong_type');
  });

  it('integers are whole JSON numbers of at most 15 digits', () => {
    expect(of('{"n":1767225600}').integer('n')).toBe(1_767_225_600);
    expect(Object.is(of('{"n":-0}').integer('n'), 0)).toBe(true);
    expect(
      ['1.5', '1e3', '"1"', '1234567890123456', 'null'].map((token) => reason(`{"n":${token}}`, (f) => f.integer('n'))),
    ).toEqual(['not_whole', 'not_whole', 'wrong_type', 'out_of_range', 'wrong_type']);
  });

  it('optional ones may be absent or null, but not wrong', () => {
    const f = of('{"a":null,"b":"x"}');
    expect([f.optional('a', f.id), f.optional('none', f.id), f.optional('b', f.id), f.has('a'), f.has('none')]).toEqual(
      [null, null, 'x', true, false],
    );
    expect(f.problem).toBeNull();
    expect(reason('{"a":1.5}', (g) => g.optional('a', g.id))).toBe('wrong_type');
    expect(reason('{"a":"-1"}', (g) => g.optional('a', (name) => g.amount(name, 'string')))).toBe('negative');
  });

  it('nested objects and lists name the place of the misfit', () => {
    const f = of('{"totals":{"bet":"3.00"},"transactions":[{"id":"a"},{"id":"b","amount":"x"}],"tags":["t",7]}');
    expect(f.object('totals').amount('bet')).toEqual(decimalOf(3n, 0));
    expect(f.ids('tags')).toEqual(['t', '7']);
    expect(f.list('transactions', (item) => item.id('id'))).toEqual(['a', 'b']);
    expect(f.problem).toBeNull();
    f.list('transactions', (item) => item.optional('amount', item.amount));
    expect(f.problem).toEqual({ field: 'transactions[1].amount', reason: 'syntax' });
  });

  it('nested misfits of shape are the parent’s problem', () => {
    expect(reason('{}', (f) => f.object('totals').amount('bet'))).toBe('missing');
    expect(reason('{"totals":[]}', (f) => f.object('totals'))).toBe('not_an_object');
    expect(reason('{"list":{}}', (f) => f.list('list', (item) => item.id('id')))).toBe('wrong_type');
    expect(reason('{}', (f) => f.ids('list'))).toBe('missing');
    expect(reason('{"list":[1,2,3]}', (f) => f.ids('list', 2))).toBe('too_many');
    const f = of('{"list":[{},"x"]}');
    f.list('list', () => null);
    expect(f.problem).toEqual({ field: 'list[1]', reason: 'not_an_object' });
  });

  it('a dialect can refuse a combination itself', () => {
    const f = of('{}');
    f.refuse('bet_transaction_id', 'missing');
    expect(f.problem).toEqual({ field: 'bet_transaction_id', reason: 'missing' });
  });

  it('names every object has are fields like others', () => {
    expect(of('{}').has('toString')).toBe(false);
    expect(reason('{}', (f) => f.id('hasOwnProperty'))).toBe('missing');
  });

  it('reads the values of a form as well [SIG-35]', () => {
    const form = readForm(Buffer.from('player=Zo%C3%AB+%2B1&amount=1.50'));
    if (isProblem(form)) throw new Error('unexpected');
    const f = fields(form.values);
    expect([f.id('player'), f.amount('amount')]).toEqual(['Zoë +1', decimalOf(15n, 1)]);
  });

  it('never throws, whatever the body and the reader', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 3 }), (json) => {
        const value = readJson(Buffer.from(json));
        if (isProblem(value)) return;
        const f = fields(new Map([['x', value]]));
        void [
          f.id('x'),
          f.amount('x'),
          f.signedAmount('x'),
          f.minorAmount('x', 2),
          f.boolean('x'),
          f.text('x'),
          f.integer('x'),
        ];
        void [
          f.oneOf('x', ['a']),
          f.object('x').id('y'),
          f.list('x', (item) => item.id('y')),
          f.ids('x'),
          f.optional('x', f.id),
        ];
        expect(f.problem).not.toBeNull();
      }),
    );
  });
});

it('has no getter of its own: V8 would describe each object anew, and keep its message until the full collector comes by', () => {
  const one = fields(new Map<string, JsonValue>([['id', 'a']]));
  const own = Object.values(Object.getOwnPropertyDescriptors(one));
  expect(own.length).toBeGreaterThan(5);
  expect(own.filter((property) => 'get' in property)).toEqual([]);
  expect(one.problem).toBeNull();
});
