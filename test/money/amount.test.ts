/** Between decimals and minor units: exact or a problem. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decimalOf,
  formatDecimal,
  formatUnits,
  fromUnits,
  isProblem,
  parseDecimal,
  rescaleFloor,
  toUnits,
  UNITS_LIMIT,
} from '../../src/money/index.ts';

function units(text: string, scale: number) {
  const d = parseDecimal(text);
  if (isProblem(d)) throw new Error(text);
  return toUnits(d, scale);
}

const anyUnits = fc.bigInt({ min: 1n - UNITS_LIMIT, max: UNITS_LIMIT - 1n });
const anyScale = fc.integer({ min: 0, max: 18 });

describe('toUnits', () => {
  it.each([
    ['1000.00', 2, 100_000n],
    ['1.1000', 2, 110n],
    ['-0.50', 2, -50n],
    ['164', 0, 164n],
    ['0.00000001', 8, 1n],
    ['28.928580830360198', 18, 28_928_580_830_360_198_000n],
    ['90071992547409.93', 2, 9_007_199_254_740_993n],
    ['1.234', 3, 1_234n],
  ])('reads %s at scale %i [BET-07] [BET-09] [FX-12]', (text, scale, expected) => {
    expect(units(text, scale)).toBe(expected);
  });

  it.each([
    ['1.001', 2],
    ['0.5', 0],
    ['0.000000001', 8],
    ['-0.001', 2],
  ])('refuses %s at scale %i, and never rounds it [BET-06]', (text, scale) => {
    expect(units(text, scale)).toEqual({ kind: 'problem', reason: 'excess_precision' });
  });

  it('keeps 9007199254740993 apart from …992 [BET-08]', () => {
    expect(units('9007199254740993', 0)).toBe(9_007_199_254_740_993n);
    expect(units('9007199254740993', 0)).not.toBe(units('9007199254740992', 0));
  });

  it('holds what numeric(38,0) holds and refuses one more', () => {
    expect(units('9'.repeat(38), 0)).toBe(10n ** 38n - 1n);
    expect(units(`1${'0'.repeat(38)}`, 0)).toEqual({ kind: 'problem', reason: 'too_large' });
    expect(units(`-1${'0'.repeat(38)}`, 0)).toEqual({ kind: 'problem', reason: 'too_large' });
    expect(units('9'.repeat(37), 2)).toEqual({ kind: 'problem', reason: 'too_large' });
  });

  it('takes a record that is not in canonical form', () => {
    expect(toUnits({ unscaled: 11_000n, scale: 4 }, 2)).toBe(110n);
  });
});

describe('formatUnits', () => {
  it.each([
    [100_000n, 2, '1000.00'],
    [-50n, 2, '-0.50'],
    [164n, 0, '164'],
    [0n, 2, '0.00'],
    [0n, 0, '0'],
    [1n, 18, '0.000000000000000001'],
    [-1n, 3, '-0.001'],
  ])('writes %s at scale %i as %s [BAL-04] [BAL-05]', (amount, scale, text) => {
    expect(formatUnits(amount, scale)).toBe(text);
  });

  it('round-trips through text and through decimals at every scale', () => {
    fc.assert(
      fc.property(anyUnits, anyScale, (amount, scale) => {
        expect(units(formatUnits(amount, scale), scale)).toBe(amount);
        expect(toUnits(fromUnits(amount, scale), scale)).toBe(amount);
        expect(units(formatDecimal(fromUnits(amount, scale)), scale)).toBe(amount);
      }),
    );
  });
});

describe('rescaleFloor', () => {
  it('never shows more than there is [BAL-06]', () => {
    expect(rescaleFloor(199n, 2, 0)).toBe(1n);
    expect(rescaleFloor(-199n, 2, 0)).toBe(-2n);
    expect(rescaleFloor(1n, 0, 8)).toBe(100_000_000n);
    fc.assert(
      fc.property(anyUnits, anyScale, anyScale, (amount, from, to) => {
        const shown = rescaleFloor(amount, from, to);
        const [finer, exact] = [shown * 10n ** BigInt(18 - to), amount * 10n ** BigInt(18 - from)];
        expect(finer <= exact && exact - finer < 10n ** BigInt(18 - to)).toBe(true);
      }),
    );
  });

  it('treats an impossible scale as a defect', () => {
    expect(() => rescaleFloor(1n, -1, 2)).toThrow(RangeError);
    expect(() => formatUnits(1n, 2.5)).toThrow(RangeError);
    expect(() => toUnits(decimalOf(1n, 0), Number.NaN)).toThrow(RangeError);
  });
});
