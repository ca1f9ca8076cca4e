/**
 * The worked examples C.9 of the exchange rules, every figure of every column, through the functions that book: BTC with 8 digits, USD
 * with 2, BTC/USD = 64123.45. What a figure would be under another rounding is told as well, so that nobody takes one for the other.
 */
import { describe, expect, it } from 'vitest';
import {
  addRationals,
  applySpread,
  compareRationals,
  cumulativeRefundUnits,
  decimalOf,
  divideRounded,
  exchangeResult,
  formatDecimal,
  formatRate,
  inverseRate,
  isProblem,
  isWithinTolerance,
  nearestDecimal,
  parseDecimal,
  parseRate,
  rateOf,
  rational,
  residueOf,
  subtractRationals,
  toDisplayUnits,
  toWalletUnits,
  valueOf,
} from '../../src/money/index.ts';
import type { Decimal, Rate, Rational, RoundingMode } from '../../src/money/index.ts';

const MODES = ['floor', 'half_even', 'ceil'] as const satisfies readonly RoundingMode[];

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

const lock = rate('64123.45');
const units = (amount: string, mode: RoundingMode = 'half_even', at = lock, scale = 8) =>
  toWalletUnits(decimal(amount), at, scale, mode).units;
const columns = (amount: string, at = lock, scale = 8) => MODES.map((mode) => units(amount, mode, at, scale));
const digits = (value: Rational, count: number): string => formatDecimal(nearestDecimal(value, count));
/** What the amount is worth in units before anything is rounded. */
const exact = (amount: string, at = lock, scale = 8): Rational => {
  const { units: booked, residue } = toWalletUnits(decimal(amount), at, scale, 'half_even');
  return addRationals(rational(booked, 1n), residue);
};
/** By how many per cent the booked units are more than the exact value. */
const offByPercent = (amount: string, count: number, scale = 8): string => {
  const { units: booked, residue } = toWalletUnits(decimal(amount), lock, scale, 'half_even');
  const of = addRationals(rational(booked, 1n), residue);
  return digits(rational(-residue.num * of.den * 100n, residue.den * of.num), count);
};

describe('worked examples C.9 of the exchange rules', () => {
  it('C.9 example 1: a bet of $1.00', () => {
    expect(digits(exact('1.00'), 12)).toBe('1559.491886353588');
    expect(columns('1.00')).toEqual([1_559n, 1_559n, 1_560n]);
  });

  it('C.9 example 2: a win of $2.50 at the lock', () => {
    expect(digits(exact('2.50'), 12)).toBe('3898.729715883971');
    expect(columns('2.50')).toEqual([3_898n, 3_899n, 3_899n]);
  });

  it('C.9 example 2b: the win wrongly at a spot of 65,000 leaves the player 53 short [FX-01]', () => {
    const spot = rate('65000');
    expect(digits(exact('2.50', spot), 2)).toBe('3846.15');
    expect(columns('2.50', spot)).toEqual([3_846n, 3_846n, 3_847n]);
    expect(units('2.50') - units('2.50', 'half_even', spot)).toBe(53n);
  });

  it('C.9 example 2c: the win wrongly at a spot of 61,000 leaves the house 199 short [FX-01]', () => {
    const spot = rate('61000');
    expect(digits(exact('2.50', spot), 2)).toBe('4098.36');
    expect(columns('2.50', spot)).toEqual([4_098n, 4_098n, 4_099n]);
    expect(units('2.50', 'half_even', spot) - units('2.50')).toBe(199n);
  });

  it('C.9 example 3: a bet of $100.00', () => {
    expect(digits(exact('100.00'), 4)).toBe('155949.1886');
    expect(columns('100.00')).toEqual([155_949n, 155_949n, 155_950n]);
  });

  it('C.9 example 3b: its refund is what was taken, not what the amount is worth by then [FX-02]', () => {
    const whole = decimal('100.00');
    expect(cumulativeRefundUnits(155_949n, whole, whole, 0n)).toBe(155_949n);
    expect(units('100.00', 'half_even', rate('61000'))).toBe(163_934n);
    expect(units('100.00', 'half_even', rate('65000'))).toBe(153_846n);
  });

  it('C.9 example 4: 0.12345678 BTC is shown as $7,916.47, rounded up it would be a cent more [FX-13]', () => {
    const held = valueOf(12_345_678n, 8, lock);
    expect(digits(held, 6)).toBe('7916.474659');
    expect(MODES.map((mode) => divideRounded(held.num * 100n, held.den, mode))).toEqual([791_647n, 791_647n, 791_648n]);
    expect(toDisplayUnits(12_345_678n, 8, lock, 2)).toBe(791_647n);
    // and the cent more could not be staked
    expect(units('7916.48')).toBeGreaterThan(12_345_678n);
  });

  it('C.9 example 4b: a bet of all that is shown [FX-13]', () => {
    expect(columns('7916.47')).toEqual([12_345_670n, 12_345_671n, 12_345_671n]);
    expect(units('7916.47') <= 12_345_678n).toBe(true);
  });

  it('C.9 example 4c: the trap of a display rounded half to even is not walked into [FX-13]', () => {
    const held = valueOf(12_345_601n, 8, lock);
    expect(divideRounded(held.num * 100n, held.den, 'half_even')).toBe(791_643n);
    expect(units('7916.43')).toBe(12_345_608n);
    const shown = toDisplayUnits(12_345_601n, 8, lock, 2);
    expect(shown).toBe(791_642n);
    for (const mode of MODES) expect(toWalletUnits(decimalOf(shown, 2), lock, 8, mode).units <= 12_345_601n).toBe(true);
  });

  it('C.9 example 5: stakes of $0.01, $0.10 and $0.20', () => {
    const stakes = ['0.01', '0.10', '0.20'];
    expect(stakes.map((stake) => digits(exact(stake), 4))).toEqual(['15.5949', '155.9492', '311.8984']);
    expect(stakes.map((stake) => columns(stake))).toEqual([
      [15n, 16n, 16n],
      [155n, 156n, 156n],
      [311n, 312n, 312n],
    ]);
    expect(stakes.map((stake) => offByPercent(stake, 2))).toEqual(['2.6', '0.03', '0.03']);
  });

  it('C.9 example 5b: the same in milli-satoshi', () => {
    const stakes = ['0.01', '0.10', '0.20'];
    expect(stakes.map((stake) => units(stake, 'half_even', lock, 11))).toEqual([15_595n, 155_949n, 311_898n]);
    expect(stakes.map((stake) => offByPercent(stake, 4, 11))).toEqual(['0.0005', '-0.0001', '-0.0001']);
  });

  it('C.9 example 6: a refund in parts sums to the debit, each part rounded by itself does not [FX-17]', () => {
    let returned = 0n;
    const parts = ['0.33', '0.66', '1.00'].map((soFar) => {
      const part = cumulativeRefundUnits(1_559n, decimal(soFar), decimal('1.00'), returned);
      returned += part;
      return part;
    });
    expect([parts, returned]).toEqual([[514n, 515n, 530n], 1_559n]);
    expect(['0.33', '0.33', '0.34'].map((part) => units(part))).toEqual([515n, 515n, 530n]);
  });

  it('C.9 example 7: a spread of 50 basis points is in the one rate of both directions [FX-22]', () => {
    const effective = applySpread(lock, 50);
    expect(formatRate(effective)).toBe('63802.83275');
    expect([units('1.00', 'half_even', effective), units('2.50', 'half_even', effective)]).toEqual([1_567n, 3_918n]);
    const otherSide = rateOf(lock.num * 10_050n, lock.den * 10_000n);
    expect(units('2.50', 'half_even', otherSide)).toBe(3_879n);
  });

  it('C.9 example 8: a thousand bets of $0.10 are 50.81 off, of the 500 that are allowed [FX-16]', () => {
    const booked = 1_000n * units('0.10');
    expect(booked).toBe(156_000n);
    const left = residueOf({ amount: decimal('100.00'), units: booked }, 8, lock);
    expect([digits(exact('100.00'), 2), digits(left, 2)]).toEqual(['155949.19', '-50.81']);
    const within = (more: bigint) =>
      isWithinTolerance({ amount: decimal('100.00'), units: booked + more }, 8, lock, 'half_even', 1_000);
    // 500 less 50.81
    expect([within(0n), within(449n), within(450n)]).toEqual([true, true, false]);
  });

  it('C.9 example 9: $1.00 in wei at ETH/USD 3456.789 [FX-12]', () => {
    expect(columns('1.00', rate('3456.789'), 18)).toEqual([
      289_285_808_303_601n,
      289_285_808_303_602n,
      289_285_808_303_602n,
    ]);
  });

  it('C.9 example 9b: $100.00 in wei is beyond what a double holds [FX-12]', () => {
    expect(units('100.00', 'half_even', rate('3456.789'), 18)).toBe(28_928_580_830_360_198n);
    expect(BigInt(Number(28_928_580_830_360_198n))).toBe(28_928_580_830_360_200n);
  });

  it('C.9 example 10: €1.00 in yen at JPY/EUR 0.0061, which has no minor units [FX-12]', () => {
    expect(digits(exact('1.00', rate('0.0061'), 0), 3)).toBe('163.934');
    expect(columns('1.00', rate('0.0061'), 0)).toEqual([163n, 164n, 164n]);
  });

  it('C.9 example 11: after the round GGR stays at the lock, and the move is a line of its own [FX-25]', () => {
    const spot = rate('65000');
    const net = units('1.00') - units('2.50');
    expect(net).toBe(-2_340n);
    expect(digits(exchangeResult(net, 8, lock, spot), 6)).toBe('-0.020511');
    const residues = addRationals(
      residueOf({ amount: decimal('1.00'), units: 1_559n }, 8, lock),
      residueOf({ amount: decimal('-2.50'), units: -3_899n }, 8, lock),
    );
    const residueValue = rational(residues.num * lock.num, residues.den * lock.den * 10n ** 8n);
    expect(addRationals(valueOf(net, 8, lock), residueValue)).toEqual(rational(-3n, 2n));
    // the win alone
    expect(digits(valueOf(3_899n, 8, spot), 5)).toBe('2.53435');
    expect(digits(exchangeResult(3_899n, 8, lock, spot), 6)).toBe('0.034177');
    expect(digits(subtractRationals(valueOf(3_899n, 8, lock), rational(5n, 2n)), 6)).toBe('0.000173');
  });

  it('C.1: an inverse of ten digits misprices a bet of a million dollars by 1,886 satoshi', () => {
    const { num, den } = inverseRate(lock);
    const tenDigits = decimalOf(divideRounded(num * 10n ** 10n, den, 'half_even'), 10);
    expect(formatDecimal(tenDigits)).toBe('0.0000155949');
    const byInverse = divideRounded(1_000_000n * tenDigits.unscaled * 10n ** 8n, 10n ** 10n, 'half_even');
    expect(units('1000000.00') - byInverse).toBe(1_886n);
  });

  it('C.4: $0.0001 is 0.156 satoshi, and charging one would be 541 per cent more', () => {
    expect(digits(exact('0.0001'), 3)).toBe('0.156');
    const charged = toWalletUnits(decimal('0.0001'), lock, 8, 'ceil');
    expect(charged.units).toBe(1n);
    const more = subtractRationals(rational(exact('0.0001').den, exact('0.0001').num), rational(1n, 1n));
    expect(digits(rational(more.num * 100n, more.den), 0)).toBe('541');
    expect(compareRationals(charged.residue, rational(0n, 1n))).toBe(-1);
  });

  it('C.7: one satoshi is $0.0006412345', () => {
    expect(digits(valueOf(1n, 8, lock), 10)).toBe('0.0006412345');
  });
});
