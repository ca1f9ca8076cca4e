/** Rates and conversions: how they are read, told and combined, and what must hold for every number. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addRationals,
  applySpread,
  compareRationals,
  crossRate,
  decimalOf,
  formatRate,
  formatRational,
  inverseRate,
  isBelowMinimum,
  isFurtherThan,
  isProblem,
  middleRate,
  nearestDecimal,
  parseDecimal,
  parseRate,
  rateOf,
  rational,
  roundRate,
  roundingErrorExceeds,
  toDisplayUnits,
  toWalletUnits,
} from '../../src/money/index.ts';
import type { Decimal, Rate, RoundingMode } from '../../src/money/index.ts';

function rate(text: string): Rate {
  const result = parseRate(text);
  if (isProblem(result)) throw new Error(`${text}: ${result.reason}`);
  return result;
}
function decimal(text: string): Decimal {
  const result = parseDecimal(text);
  if (isProblem(result)) throw new Error(`${text}: ${result.reason}`);
  return result;
}
const btcUsd = rate('64123.45');

const anyRate = fc
  .record({ num: fc.bigInt({ min: 1n, max: 10n ** 15n }), den: fc.bigInt({ min: 1n, max: 10n ** 10n }) })
  .map(({ num, den }) => rateOf(num, den));
const anyAmount = fc
  .record({ unscaled: fc.bigInt({ min: 0n, max: 10n ** 15n }), scale: fc.integer({ min: 0, max: 8 }) })
  .map(({ unscaled, scale }) => decimalOf(unscaled, scale));
const anyScale = fc.integer({ min: 0, max: 18 });

describe('parseRate', () => {
  it('is exact and reduced', () => {
    expect(btcUsd).toEqual({ num: 1_282_469n, den: 20n });
    expect(formatRate(btcUsd)).toBe('64123.45');
    expect(rate('1.00')).toEqual({ num: 1n, den: 1n });
  });

  it.each(['0', '0.00', '-0', '-1.5'])('refuses %s, which is no price [FX-10]', (text) => {
    expect(parseRate(text)).toEqual({ kind: 'problem', reason: 'not_positive' });
  });

  it.each(['NaN', '', '1e5', '1/3', '+1', 'Infinity'])('refuses %j [FX-10]', (text) => {
    expect(isProblem(parseRate(text))).toBe(true);
  });

  it('writes every configured rate as the decimal it was, other fractions as such', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 1n, max: 10n ** 20n }),
        fc.integer({ min: 0, max: 18 }),
        fc.integer({ min: 0, max: 9_999 }),
        (unscaled, scale, spread) => {
          const r = applySpread(rateOf(unscaled, 10n ** BigInt(scale)), spread);
          expect(rate(formatRate(r))).toEqual(r);
        },
      ),
    );
    expect(formatRate(rateOf(1n, 3n))).toBe('1/3');
  });

  it('treats a rate of zero or less as a defect when built from parts', () => {
    expect(() => rateOf(0n, 1n)).toThrow(RangeError);
    expect(() => rateOf(1n, -1n)).toThrow(RangeError);
  });
});

describe('conversions in general', () => {
  it('keeps the exact value as units plus residue', () => {
    const { units, residue } = toWalletUnits(decimal('1.00'), btcUsd, 8, 'half_even');
    expect(addRationals(rational(units, 1n), residue)).toEqual(rational(2_000_000_000n, 1_282_469n));
  });

  it('units plus residue is exact, and the residue is within the bound of its mode', () => {
    fc.assert(
      fc.property(
        anyAmount,
        anyRate,
        anyScale,
        fc.constantFrom<RoundingMode>('floor', 'ceil', 'half_even', 'half_up', 'trunc'),
        (amount, r, scale, mode) => {
          const { units, residue } = toWalletUnits(amount, r, scale, mode);
          const exact = rational(amount.unscaled * r.den * 10n ** BigInt(scale), 10n ** BigInt(amount.scale) * r.num);
          expect(addRationals(rational(units, 1n), residue)).toEqual(exact);
          const size = rational(residue.num < 0n ? -residue.num : residue.num, residue.den);
          if (mode === 'half_even' || mode === 'half_up') expect(compareRationals(size, rational(1n, 2n))).not.toBe(1);
          else expect(compareRationals(size, rational(1n, 1n))).toBe(-1);
        },
      ),
    );
  });

  it('betting everything shown is affordable at any rate, scale and rounding [FX-13]', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 10n ** 20n }),
        anyRate,
        anyScale,
        anyScale,
        fc.constantFrom<RoundingMode>('floor', 'ceil', 'half_even'),
        (balance, r, scaleW, scaleG, mode) => {
          const shown = toDisplayUnits(balance, scaleW, r, scaleG);
          expect(toWalletUnits(decimalOf(shown, scaleG), r, scaleW, mode).units <= balance).toBe(true);
        },
      ),
    );
  });

  it('half-even is symmetric: a negative amount is the mirrored conversion', () => {
    fc.assert(
      fc.property(anyAmount, anyRate, anyScale, (amount, r, scale) => {
        const up = toWalletUnits(amount, r, scale, 'half_even');
        const down = toWalletUnits({ unscaled: -amount.unscaled, scale: amount.scale }, r, scale, 'half_even');
        expect(down.units).toBe(-up.units);
      }),
    );
  });

  it('refuses a stake below one unit, or one whose rounding costs too much [FX-14]', () => {
    const convert = (amount: string, mode: RoundingMode = 'half_even') =>
      toWalletUnits(decimal(amount), btcUsd, 8, mode);
    expect(isBelowMinimum(convert('0.0001'), 300)).toBe(true); // 0.156 sat books nothing
    expect(roundingErrorExceeds(convert('0.0001', 'ceil'), 300)).toBe(true); // 1 sat is +541 %
    expect(isBelowMinimum(convert('0.0001', 'ceil'), 300)).toBe(true);
    expect(isBelowMinimum(convert('0.01'), 300)).toBe(false); // +2.60 %
    expect(isBelowMinimum(convert('0.01'), 259)).toBe(true);
    expect(isBelowMinimum(convert('0.01'), 260)).toBe(false);
    expect(isBelowMinimum(convert('0'), 0)).toBe(false);
    // nothing booked for something is refused however much error is allowed
    expect(isBelowMinimum(convert('0.0001'), 20_000)).toBe(true);
  });

  it('compares the rounding error exactly at its edge', () => {
    // 100 units of 100.03 exact: 3/10003 of the value
    const conversion = { units: 100n, residue: rational(3n, 100n) };
    expect(roundingErrorExceeds(conversion, 2)).toBe(true);
    expect(roundingErrorExceeds(conversion, 3)).toBe(false);
    // exactly one per cent is allowed at 100 basis points
    expect(roundingErrorExceeds({ units: 99n, residue: rational(1n, 1n) }, 100)).toBe(false);
    expect(roundingErrorExceeds({ units: 99n, residue: rational(1n, 1n) }, 99)).toBe(true);
  });

  it('treats a spread that is none as a defect', () => {
    for (const spread of [-1, 10_000, 0.5, Number.NaN]) expect(() => applySpread(btcUsd, spread)).toThrow(RangeError);
  });
});

describe('rates of rates', () => {
  it('turn round and combine exactly, and become a decimal once', () => {
    const eurUsd = rate('1.0850');
    expect(formatRate(inverseRate(eurUsd))).toBe('200/217');
    expect(formatRate(roundRate(inverseRate(eurUsd), 24))).toBe('0.921658986175115207373272');
    expect(formatRate(crossRate(btcUsd, inverseRate(eurUsd)))).toBe('12824690/217');
    expect(formatRate(roundRate(crossRate(btcUsd, inverseRate(eurUsd)), 24))).toBe('59099.9539170506912442396');
    expect(roundRate(btcUsd, 24)).toEqual(btcUsd);
    expect(formatRate(roundRate(rate('0.00001559491886'), 3))).toBe('0.0000156');
    expect(formatRate(roundRate(rate('987654'), 3))).toBe('988000');
    expect(formatRate(roundRate(rate('999.9'), 3))).toBe('1000');
    expect(formatRate(roundRate(rate('0.1'), 1))).toBe('0.1');
  });

  it('rounded to 24 digits are off by less than anyone could stake', () => {
    fc.assert(
      fc.property(anyRate, (r) => {
        const rounded = roundRate(r, 24);
        // a relative error of 10^-23 at most
        const off = rational(rounded.num * r.den - r.num * rounded.den, r.num * rounded.den);
        const size = rational(off.num < 0n ? -off.num : off.num, off.den);
        expect(compareRationals(size, rational(1n, 10n ** 23n))).not.toBe(1);
      }),
    );
  });

  it('are compared exactly at the edge', () => {
    expect(isFurtherThan(rate('110'), rate('100'), 1_000)).toBe(false);
    expect(isFurtherThan(rate('110.0000001'), rate('100'), 1_000)).toBe(true);
    expect(isFurtherThan(rate('90'), rate('100'), 1_000)).toBe(false);
    expect(isFurtherThan(rate('89.9999999'), rate('100'), 1_000)).toBe(true);
    expect(formatRate(middleRate(rate('1.0001'), rate('1.0004')))).toBe('1.00025');
  });
});

describe('rationals', () => {
  it('are written as the nearest decimal', () => {
    expect(nearestDecimal(rational(1n, 3n), 4)).toEqual(decimal('0.3333'));
    expect(nearestDecimal(rational(-5n, 4n), 1)).toEqual(decimal('-1.2'));
  });

  it('are reduced with a positive denominator', () => {
    expect(rational(6n, -4n)).toEqual({ num: -3n, den: 2n });
    expect(rational(0n, -4n)).toEqual({ num: 0n, den: 1n });
    expect([formatRational(rational(-3n, 6n)), formatRational(rational(4n, 2n))]).toEqual(['-1/2', '2']);
    expect(() => rational(1n, 0n)).toThrow(RangeError);
  });
});
