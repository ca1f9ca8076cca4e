/** Decimals from text: exact, strict, and the same again when written. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addDecimals,
  compareDecimals,
  decimalOf,
  formatDecimal,
  formatDecimalAtScale,
  isNegative,
  isProblem,
  isZero,
  MAX_DECIMAL_DIGITS,
  negateDecimal,
  parseDecimal,
  subtractDecimals,
} from '../../src/money/index.ts';
import type { Decimal } from '../../src/money/index.ts';

function decimal(text: string): Decimal {
  const result = parseDecimal(text);
  if (isProblem(result)) throw new Error(`${text}: ${result.reason}`);
  return result;
}

const anyDecimal = fc
  .record({ unscaled: fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), scale: fc.integer({ min: 0, max: 30 }) })
  .map(({ unscaled, scale }) => decimalOf(unscaled, scale));

describe('parseDecimal', () => {
  it.each([
    ['0', 0n, 0],
    ['1', 1n, 0],
    ['1.00', 1n, 0],
    ['100', 100n, 0],
    ['0.10', 1n, 1],
    ['-0.50', -5n, 1],
    ['-0', 0n, 0],
    ['-0.000', 0n, 0],
    ['0.000000000000000001', 1n, 18],
  ])('reads %s', (text, unscaled, scale) => {
    expect(parseDecimal(text)).toEqual({ unscaled, scale });
  });

  it('reads excess zeros as what they are worth [BET-07]', () => {
    expect(decimal('1.1000')).toEqual(decimal('1.10'));
  });

  it('keeps digits a double would lose [BET-08] [BET-09]', () => {
    expect(formatDecimal(decimal('9007199254740993'))).toBe('9007199254740993');
    expect(formatDecimal(decimal('90071992547409.93'))).toBe('90071992547409.93');
    expect(formatDecimal(decimal('28.928580830360198'))).toBe('28.928580830360198');
  });

  it.each(['1e2', '1E-7', '1E+7', '-1e2', '1.5e3', '1e400'])('refuses the exponent of %s [BET-10] [BET-12]', (text) => {
    expect(parseDecimal(text)).toEqual({ kind: 'problem', reason: 'exponent' });
  });

  it.each([
    '+1',
    '01',
    '00',
    '-01',
    ' 1',
    '1 ',
    '1\n',
    '\t1',
    '1,00',
    '1_000',
    '1.',
    '.5',
    '-.5',
    '-',
    '.',
    '--1',
    '1.2.3',
    '0x10',
    '0b1',
    '1n',
    'NaN',
    'Infinity',
    '-Infinity',
    'null',
    'true',
    '[]',
    '１',
    '１.００',
    '١',
    '1\u200b',
    '−1',
    '1’000',
    '1\u0000',
    '$1',
    '1%',
    '∞',
  ])('refuses %j [BET-12] [BET-13]', (text) => {
    expect(parseDecimal(text)).toEqual({ kind: 'problem', reason: 'syntax' });
  });

  it('refuses nothing at all [BET-12]', () => {
    expect(parseDecimal('')).toEqual({ kind: 'problem', reason: 'empty' });
  });

  it('takes 60 digits and no more, and is quick about a megabyte', () => {
    expect(isProblem(parseDecimal('9'.repeat(60)))).toBe(false);
    expect(isProblem(parseDecimal(`-${'9'.repeat(20)}.${'9'.repeat(40)}`))).toBe(false);
    expect(parseDecimal('9'.repeat(61))).toEqual({ kind: 'problem', reason: 'too_long' });
    expect(parseDecimal(`0.${'0'.repeat(60)}`)).toEqual({ kind: 'problem', reason: 'too_long' });
    expect(parseDecimal('1'.repeat(1_000_000))).toEqual({ kind: 'problem', reason: 'too_long' });
  });

  it('agrees with an independent grammar on any short text', () => {
    const alphabet = fc.constantFrom(...'0123456789.-+eE _,xn\n１'.split(''));
    fc.assert(
      fc.property(fc.string({ unit: alphabet, maxLength: 8 }), (text) => {
        expect(!isProblem(parseDecimal(text))).toBe(isPlain(text));
      }),
      { numRuns: 5_000 },
    );
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void parseDecimal(text)));
  });
});

/** The grammar once more, character by character. */
function isPlain(text: string): boolean {
  const body = text.startsWith('-') ? text.slice(1) : text;
  const parts = body.split('.');
  const isDigits = (part: string) => part !== '' && part.split('').every((c) => '0123456789'.includes(c));
  if (parts.length > 2 || !parts.every(isDigits)) return false;
  return parts[0] === '0' || !parts[0]?.startsWith('0');
}

describe('formatDecimal', () => {
  it('gives back what it read, in canonical form', () => {
    fc.assert(
      fc.property(anyDecimal, (d) => {
        expect(decimal(formatDecimal(d))).toEqual(d);
      }),
    );
  });

  it('is canonical even for a record that is not', () => {
    expect(formatDecimal({ unscaled: 1500n, scale: 3 })).toBe('1.5');
    expect(formatDecimal({ unscaled: 0n, scale: 8 })).toBe('0');
  });

  it('writes exactly the digits asked for, and never rounds', () => {
    expect(formatDecimalAtScale(decimal('1.5'), 2)).toBe('1.50');
    expect(formatDecimalAtScale(decimal('-0.05'), 2)).toBe('-0.05');
    expect(formatDecimalAtScale(decimal('7'), 0)).toBe('7');
    expect(formatDecimalAtScale(decimal('1.001'), 2)).toEqual({ kind: 'problem', reason: 'excess_precision' });
  });
});

describe('arithmetic', () => {
  it('adds and subtracts exactly: a + b − b = a, sums do not depend on order', () => {
    fc.assert(
      fc.property(anyDecimal, anyDecimal, (a, b) => {
        expect(subtractDecimals(addDecimals(a, b), b)).toEqual(a);
        expect(addDecimals(a, b)).toEqual(addDecimals(b, a));
        expect(isZero(addDecimals(a, negateDecimal(a)))).toBe(true);
      }),
    );
    expect(formatDecimal(addDecimals(decimal('0.1'), decimal('0.2')))).toBe('0.3');
  });

  it('compares by value', () => {
    fc.assert(
      fc.property(anyDecimal, anyDecimal, (a, b) => {
        const difference = subtractDecimals(a, b);
        const expected = isZero(difference) ? 0 : isNegative(difference) ? -1 : 1;
        expect(compareDecimals(a, b)).toBe(expected);
      }),
    );
    expect(compareDecimals({ unscaled: 10n, scale: 1 }, { unscaled: 1n, scale: 0 })).toBe(0);
  });

  it('treats a scale outside 0..60 as a defect', () => {
    expect(() => decimalOf(1n, -1)).toThrow(RangeError);
    expect(() => decimalOf(1n, MAX_DECIMAL_DIGITS + 1)).toThrow(RangeError);
    expect(() => decimalOf(1n, 1.5)).toThrow(RangeError);
  });
});
