/** Rounding: bounds, ties and bias of every mode. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { divideRounded } from '../../src/money/index.ts';
import type { RoundingMode } from '../../src/money/index.ts';

const MODES: readonly RoundingMode[] = ['floor', 'ceil', 'half_even', 'half_up', 'trunc'];
const anyNum = fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n });
const anyDen = fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }).filter((d) => d !== 0n);
const abs = (n: bigint) => (n < 0n ? -n : n);

describe('divideRounded', () => {
  // expected: floor, ceil, half_even, half_up, trunc
  it.each<[bigint, bigint, readonly [bigint, bigint, bigint, bigint, bigint]]>([
    [5n, 2n, [2n, 3n, 2n, 3n, 2n]],
    [7n, 2n, [3n, 4n, 4n, 4n, 3n]],
    [-5n, 2n, [-3n, -2n, -2n, -3n, -2n]],
    [-7n, 2n, [-4n, -3n, -4n, -4n, -3n]],
    [1n, 3n, [0n, 1n, 0n, 0n, 0n]],
    [-1n, 3n, [-1n, 0n, 0n, 0n, 0n]],
    [1n, 2n, [0n, 1n, 0n, 1n, 0n]],
    [-1n, 2n, [-1n, 0n, 0n, -1n, 0n]],
    [5n, -2n, [-3n, -2n, -2n, -3n, -2n]],
    [6n, 3n, [2n, 2n, 2n, 2n, 2n]],
    [0n, 7n, [0n, 0n, 0n, 0n, 0n]],
  ])('rounds %s/%s in all modes', (num, den, expected) => {
    expect(MODES.map((mode) => divideRounded(num, den, mode))).toEqual(expected);
  });

  it('stays within its bound of the exact value', () => {
    fc.assert(
      fc.property(anyNum, anyDen, (num, den) => {
        for (const mode of MODES) {
          const q = divideRounded(num, den, mode);
          // error × den, sign of the exact error
          const error = (num - q * den) * (den < 0n ? -1n : 1n);
          if (mode === 'half_even' || mode === 'half_up') expect(2n * abs(error) <= abs(den)).toBe(true);
          else expect(abs(error) < abs(den)).toBe(true);
          if (mode === 'floor') expect(error >= 0n).toBe(true);
          if (mode === 'ceil') expect(error <= 0n).toBe(true);
          if (mode === 'trunc') expect(abs(q * den) <= abs(num)).toBe(true);
        }
      }),
    );
  });

  it('mirrors at zero: half modes and trunc are odd, floor and ceil change places', () => {
    fc.assert(
      fc.property(anyNum, anyDen, (num, den) => {
        for (const mode of ['half_even', 'half_up', 'trunc'] as const) {
          expect(divideRounded(-num, den, mode)).toBe(-divideRounded(num, den, mode));
        }
        expect(divideRounded(-num, den, 'floor')).toBe(-divideRounded(num, den, 'ceil'));
      }),
    );
  });

  it('half_even has no bias over a full period, the others have the one they promise', () => {
    for (const den of [2n, 4n, 10n, 100n, 1000n]) {
      const errors = new Map(MODES.map((mode) => [mode, 0n]));
      for (let num = 0n; num < 2n * den; num += 1n) {
        for (const mode of MODES)
          errors.set(mode, (errors.get(mode) ?? 0n) + divideRounded(num, den, mode) * den - num);
      }
      expect(errors.get('half_even')).toBe(0n);
      expect((errors.get('half_up') ?? 0n) > 0n).toBe(true);
      expect((errors.get('ceil') ?? 0n) > 0n).toBe(true);
      expect((errors.get('floor') ?? 0n) < 0n).toBe(true);
    }
  });

  it('treats a division by zero as a defect', () => {
    expect(() => divideRounded(1n, 0n, 'floor')).toThrow(RangeError);
  });
});
