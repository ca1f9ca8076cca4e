/** Form bodies and raw queries: order and spelling kept, anything ambiguous refused. */
import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isProblem } from '../../src/money/index.ts';
import { readForm, readPairs } from '../../src/wire/index.ts';
import { processorMs } from '../support/effort.ts';

describe('readForm', () => {
  it('keeps order, raw text and decoded text [SIG-35]', () => {
    expect(readForm(Buffer.from('b=Zo%c3%ab+%2B1&a=&flag&eq=x=y'))).toEqual({
      kind: 'form',
      pairs: [
        { rawName: 'b', rawValue: 'Zo%c3%ab+%2B1', name: 'b', value: 'Zoë +1' },
        { rawName: 'a', rawValue: '', name: 'a', value: '' },
        { rawName: 'flag', rawValue: '', name: 'flag', value: '' },
        { rawName: 'eq', rawValue: 'x=y', name: 'eq', value: 'x=y' },
      ],
      values: new Map([
        ['b', 'Zoë +1'],
        ['a', ''],
        ['flag', ''],
        ['eq', 'x=y'],
      ]),
    });
  });

  it('reads an empty body as no pairs', () => {
    expect(readForm(new Uint8Array(0))).toEqual({ kind: 'form', pairs: [], values: new Map() });
  });

  it('tells + from %2B and %20 by what the caller says + means [SIG-35]', () => {
    const value = (raw: string, plus: 'space' | 'literal') => {
      const form = readPairs(raw, { plus });
      return isProblem(form) ? form.reason : form.values.get('a');
    };
    expect([
      value('a=1+2', 'space'),
      value('a=1+2', 'literal'),
      value('a=1%202', 'literal'),
      value('a=1%2B2', 'space'),
    ]).toEqual(['1 2', '1+2', '1 2', '1+2']);
  });

  it.each([
    ['amount=1&amount=1', 'repeated'],
    ['amount=1&%61mount=2', 'repeated'],
    ['a+b=1&a%20b=2', 'repeated'],
    ['a=%2', 'bad_escape'],
    ['a=%fe%ff', 'not_utf8'],
    ['a=%00', 'nul'],
    ['&', 'empty_name'],
  ])('refuses %j: %s [SIG-35]', (raw, reason) => {
    expect(readForm(Buffer.from(raw))).toEqual({ kind: 'problem', reason });
  });

  it('refuses raw bytes that should have been escaped [SIG-11]', () => {
    expect(readForm(Buffer.from('a=é'))).toEqual({ kind: 'problem', reason: 'not_ascii' });
    expect(readForm(Uint8Array.from([0x61, 0x3d, 0xff]))).toEqual({ kind: 'problem', reason: 'not_ascii' });
    expect(readForm(Buffer.from('a=1\n'))).toEqual({ kind: 'problem', reason: 'not_ascii' });
  });

  it('is bounded in pairs and in time [SIG-41]', () => {
    const pairs = (count: number) => Array.from({ length: count }, (_, n) => `p${n}=1`).join('&');
    expect(isProblem(readForm(Buffer.from(pairs(200))))).toBe(false);
    expect(readForm(Buffer.from(pairs(201)))).toEqual({ kind: 'problem', reason: 'too_many' });
    expect(isProblem(readForm(Buffer.from(pairs(300)), { plus: 'space', maxPairs: 300 }))).toBe(false);
    for (const body of [
      '&'.repeat(4e6),
      '%'.repeat(4e6),
      `a=${'%41'.repeat(1e6)}`,
      `a=${'%'.repeat(1e6)}`,
      `a=${'+'.repeat(4e6)}`,
    ]) {
      // What is not linear would take hours.
      expect(processorMs(() => readForm(Buffer.from(body)))).toBeLessThan(5_000);
    }
  });

  it('names every object has are names like others', () => {
    const form = readForm(Buffer.from('__proto__=1&constructor=2'));
    expect(isProblem(form) ? null : [...form.values]).toEqual([
      ['__proto__', '1'],
      ['constructor', '2'],
    ]);
  });

  it('never throws, and reads back what URLSearchParams wrote', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => void readForm(bytes)));
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...'ab%=&+25fFcC3\u0000é'.split('')), maxLength: 30 }),
        (raw) => void readPairs(raw, { plus: 'space' }),
      ),
    );
    const anyText = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => !text.includes('\u0000'));
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(anyText, anyText), { selector: ([name]) => name, maxLength: 8 }), (pairs) => {
        const form = readForm(Buffer.from(new URLSearchParams(pairs).toString()));
        if (isProblem(form)) throw new Error(form.reason);
        expect([...form.values]).toEqual(pairs);
      }),
    );
  });
});
