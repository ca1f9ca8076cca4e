/** Rates and conversions: the worked examples of the exchange specification, and what must hold for every number. */
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
  ZERO_RATIONAL,
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
const btc = (amount: string, mode: RoundingMode = 'half_even', r = btcUsd, scale = 8) =>
  toWalletUnits(decimal(amount), r, scale, mode).units;

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

describe('worked examples: BTC at scale 8, USD at scale 2, 64,123.45', () => {
  it.each([
    ['1. bet 1.00', '1.00', 1559n, 1559n, 1560n],
    ['2. win 2.50 at the lock', '2.50', 3898n, 3899n, 3899n],
    ['3. bet 100.00', '100.00', 155_949n, 155_949n, 155_950n],
    ['4b. bet everything shown', '7916.47', 12_345_670n, 12_345_671n, 12_345_671n],
    ['5. one cent', '0.01', 15n, 16n, 16n],
    ['5. ten cents', '0.10', 155n, 156n, 156n],
    ['5. twenty cents', '0.20', 311n, 312n, 312n],
  ])('%s', (_, amount, floor, halfEven, ceil) => {
    expect([btc(amount, 'floor'), btc(amount), btc(amount, 'ceil')]).toEqual([floor, halfEven, ceil]);
  });

  it('1. keeps the exact value as units plus residue', () => {
    const { units, residue } = toWalletUnits(decimal('1.00'), btcUsd, 8, 'half_even');
    expect(addRationals(rational(units, 1n), residue)).toEqual(rational(2_000_000_000n, 1_282_469n));
  });

  it('2b, 2c. a win at spot instead of the lock is another amount [FX-01]', () => {
    expect([
      btc('2.50', 'floor', rate('65000')),
      btc('2.50', 'half_even', rate('65000')),
      btc('2.50', 'ceil', rate('65000')),
    ]).toEqual([3846n, 3846n, 3847n]);
    expect([
      btc('2.50', 'floor', rate('61000')),
      btc('2.50', 'half_even', rate('61000')),
      btc('2.50', 'ceil', rate('61000')),
    ]).toEqual([4098n, 4098n, 4099n]);
    expect(btc('2.50') - btc('2.50', 'half_even', rate('65000'))).toBe(53n);
    expect(btc('2.50', 'half_even', rate('61000')) - btc('2.50')).toBe(199n);
  });

  it('3b. a refund converted again at spot would be wrong either way [FX-02]', () => {
    expect(btc('100.00', 'half_even', rate('61000'))).toBe(163_934n);
    expect(btc('100.00', 'half_even', rate('65000'))).toBe(153_846n);
  });

  it('4. shows a balance rounded down, and betting all of it is affordable [FX-13]', () => {
    expect(toDisplayUnits(12_345_678n, 8, btcUsd, 2)).toBe(791_647n);
    expect(btc('7916.47') <= 12_345_678n).toBe(true);
  });

  it('4c. the trap of a half-even display is not walked into [FX-13]', () => {
    expect(btc('7916.43')).toBe(12_345_608n);
    const shown = toDisplayUnits(12_345_601n, 8, btcUsd, 2);
    expect(shown).toBe(791_642n);
    expect(toWalletUnits(decimalOf(shown, 2), btcUsd, 8, 'ceil').units <= 12_345_601n).toBe(true);
  });

  it('5b. a ledger in milli-satoshi rounds a thousand times finer', () => {
    expect(['0.01', '0.10', '0.20'].map((amount) => btc(amount, 'half_even', btcUsd, 11))).toEqual([
      15_595n,
      155_949n,
      311_898n,
    ]);
  });

  it('7. one effective rate with the spread for both legs [FX-22]', () => {
    const effective = applySpread(btcUsd, 50);
    expect(formatRate(effective)).toBe('63802.83275');
    expect(btc('1.00', 'half_even', effective)).toBe(1567n);
    expect(btc('2.50', 'half_even', effective)).toBe(3918n);
    const otherSide = rateOf(btcUsd.num * 10_050n, btcUsd.den * 10_000n);
    expect(btc('2.50', 'half_even', otherSide)).toBe(3879n);
  });

  it('8. a thousand small bets stay within half a unit each, and the residues say by how much [FX-16]', () => {
    let booked = 0n;
    let residues = ZERO_RATIONAL;
    for (let n = 0; n < 1_000; n += 1) {
      const { units, residue } = toWalletUnits(decimal('0.10'), btcUsd, 8, 'half_even');
      booked += units;
      residues = addRationals(residues, residue);
    }
    expect(booked).toBe(156_000n);
    expect(addRationals(rational(booked, 1n), residues)).toEqual(rational(200_000_000_000n, 1_282_469n));
    // −50.81 of the 500 that 1,000 half units allow
    expect(compareRationals(residues, rational(-5_082n, 100n))).toBe(1);
    expect(compareRationals(residues, rational(-5_081n, 100n))).toBe(-1);
  });

  it('9. wei beyond 2^53 are exact [FX-12]', () => {
    const ethUsd = rate('3456.789');
    const wei = (amount: string, mode: RoundingMode) => toWalletUnits(decimal(amount), ethUsd, 18, mode).units;
    expect([wei('1.00', 'floor'), wei('1.00', 'half_even'), wei('1.00', 'ceil')]).toEqual([
      289_285_808_303_601n,
      289_285_808_303_602n,
      289_285_808_303_602n,
    ]);
    expect(wei('100.00', 'half_even')).toBe(28_928_580_830_360_198n);
  });

  it('10. a currency without minor units [FX-12]', () => {
    const jpyEur = rate('0.0061');
    const yen = (mode: RoundingMode) => toWalletUnits(decimal('1.00'), jpyEur, 0, mode).units;
    expect([yen('floor'), yen('half_even'), yen('ceil')]).toEqual([163n, 164n, 164n]);
  });

  it('11. a round at the lock and its value at the later spot', () => {
    const units = btc('1.00') - btc('2.50');
    expect(units).toBe(-2_340n);
    // −2340e-8 × (65000 − 64123.45), exactly
    expect(formatRational(rational(units * 87_655n, 10n ** 10n))).toBe(
      formatRational(rational(-2_051_127n, 10n ** 8n)),
    );
    expect(decimalOf(units * 87_655n, 10)).toEqual(decimal('-0.02051127'));
  });
});

describe('conversions in general', () => {
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
