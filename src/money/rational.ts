/**
 * Exact fractions, always reduced and with a positive denominator, so equal values are equal records. Residues of conversions
 * live here: units plus residue is exact, and so is any sum of them.
 */
import type { Decimal } from './decimal.ts';
import { decimalOf, powerOfTen } from './decimal.ts';
import { divideRounded } from './rounding.ts';

export interface Rational {
  readonly num: bigint;
  /** > 0 */
  readonly den: bigint;
}

export const ZERO_RATIONAL: Rational = Object.freeze({ num: 0n, den: 1n });

/** The reduced fraction num/den. */
export function rational(num: bigint, den: bigint): Rational {
  if (den === 0n) throw new RangeError('a fraction needs a denominator');
  if (num === 0n) return ZERO_RATIONAL;
  const divisor = greatestCommonDivisor(num < 0n ? -num : num, den < 0n ? -den : den);
  const signed = den < 0n ? -divisor : divisor;
  return { num: num / signed, den: den / signed };
}

export function addRationals(a: Rational, b: Rational): Rational {
  return rational(a.num * b.den + b.num * a.den, a.den * b.den);
}

export function subtractRationals(a: Rational, b: Rational): Rational {
  return rational(a.num * b.den - b.num * a.den, a.den * b.den);
}

export function multiplyRationals(a: Rational, b: Rational): Rational {
  return rational(a.num * b.num, a.den * b.den);
}

/** −1, 0 or 1. */
export function compareRationals(a: Rational, b: Rational): -1 | 0 | 1 {
  const difference = a.num * b.den - b.num * a.den;
  if (difference === 0n) return 0;
  return difference < 0n ? -1 : 1;
}

/** `num/den`, or just the number when it is whole: how a residue is stored. */
export function formatRational(r: Rational): string {
  return r.den === 1n ? r.num.toString() : `${r.num}/${r.den}`;
}

/** Reads what `formatRational` wrote; anything else is a defect of whoever stored it. */
export function parseRational(text: string): Rational {
  const match = /^(-?\d+)(?:\/(\d+))?$/.exec(text);
  if (match === null) throw new Error('defect: a fraction is stored unreadably');
  return rational(BigInt(match[1] ?? ''), BigInt(match[2] ?? '1'));
}

/** The decimal with `digits` after the point that is nearest to it (a tie to the even one): for reports and for SQL to sum up. */
export function nearestDecimal(r: Rational, digits: number): Decimal {
  return decimalOf(divideRounded(r.num * powerOfTen(digits), r.den, 'half_even'), digits);
}

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  let [x, y] = [a, b];
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}
