/**
 * Exchange rates as exact fractions: units of the game's currency G per 1 of the wallet's currency W, never the inverse (a
 * ten-digit inverse misprices a million dollars by 1,886 satoshi). Convert = one exact fraction, then one rounding.
 */
import type { Decimal, DecimalProblem } from './decimal.ts';
import { formatDecimal, parseDecimal, powerOfTen } from './decimal.ts';
import { isProblem } from './problem.ts';
import type { Problem } from './problem.ts';
import type { Rational } from './rational.ts';
import { compareRationals, formatRational, rational } from './rational.ts';
import type { RoundingMode } from './rounding.ts';
import { divideRounded } from './rounding.ts';

/** Greater than zero and reduced. */
export interface Rate {
  readonly num: bigint;
  readonly den: bigint;
}

export type RateProblem = DecimalProblem | Problem<'not_positive'>;

/** What a conversion booked and what it left over: `units + residue` is the exact value in minor units. */
export interface Conversion {
  readonly units: bigint;
  readonly residue: Rational;
}

/** Reads a rate from decimal text, e.g. `64123.45`. Zero and less are no rates (FX-10). */
export function parseRate(text: string): Rate | RateProblem {
  const d = parseDecimal(text);
  if (isProblem(d)) return d;
  if (d.unscaled <= 0n) return { kind: 'problem', reason: 'not_positive' };
  return rateOf(d.unscaled, powerOfTen(d.scale));
}

/** The reduced rate num/den. */
export function rateOf(num: bigint, den: bigint): Rate {
  if (num <= 0n || den <= 0n) throw new RangeError('a rate is greater than zero');
  return rational(num, den);
}

/** Decimal text where the rate is a finite decimal (every configured rate is, with or without a spread), else `num/den`. */
export function formatRate(rate: Rate): string {
  for (let scale = 0; scale <= 60; scale += 1) {
    const scaled = rate.num * powerOfTen(scale);
    if (scaled % rate.den === 0n) return formatDecimal({ unscaled: scaled / rate.den, scale });
  }
  return formatRational(rate);
}

/** The one effective rate of a round, for both legs: r × (1 − basisPoints / 10,000) (FX-22). */
export function applySpread(rate: Rate, basisPoints: number): Rate {
  if (!Number.isInteger(basisPoints) || basisPoints < 0 || basisPoints >= 10_000)
    throw new RangeError('a spread is 0 to 9999 whole basis points');
  return rateOf(rate.num * BigInt(10_000 - basisPoints), rate.den * 10_000n);
}

/** 1/r, exactly: the same price told from the other side. Only a step on the way to a quote, never what is stored. */
export function inverseRate(rate: Rate): Rate {
  return { num: rate.den, den: rate.num };
}

/** A/C from A/B and B/C, exactly. */
export function crossRate(first: Rate, second: Rate): Rate {
  return rateOf(first.num * second.num, first.den * second.den);
}

/** The rate in the middle between two, exactly. */
export function middleRate(a: Rate, b: Rate): Rate {
  return rateOf(a.num * b.den + b.num * a.den, 2n * a.den * b.den);
}

/**
 * The decimal of at most `digits` significant digits nearest to the rate, a tie to the even one. An inverse or a cross becomes a
 * decimal once, when it is quoted; whatever is booked is exact in terms of that.
 */
export function roundRate(rate: Rate, digits: number): Rate {
  // how many digits stand before the point; for 0.00012 it is −3
  let magnitude = (rate.num / rate.den).toString().length;
  if (rate.num < rate.den) {
    magnitude = 0;
    while (rate.num * powerOfTen(1 - magnitude) < rate.den) magnitude -= 1;
  }
  const scale = digits - magnitude;
  const num = scale < 0 ? rate.num : rate.num * powerOfTen(scale);
  const den = scale < 0 ? rate.den * powerOfTen(-scale) : rate.den;
  const unscaled = divideRounded(num, den, 'half_even');
  return scale < 0 ? rateOf(unscaled * powerOfTen(-scale), 1n) : rateOf(unscaled, powerOfTen(scale));
}

/** True when `rate` lies more than `basisPoints` away from `reference`, compared exactly. */
export function isFurtherThan(rate: Rate, reference: Rate, basisPoints: number): boolean {
  const distance = absolute(rate.num * reference.den - reference.num * rate.den);
  return distance * 10_000n > BigInt(basisPoints) * reference.num * rate.den;
}

/** −1, 0 or 1. */
export function compareRates(a: Rate, b: Rate): -1 | 0 | 1 {
  return compareRationals(a, b);
}

/** An amount in G as minor units of W: round(amount / r × 10^scaleW). */
export function toWalletUnits(amountG: Decimal, rate: Rate, scaleW: number, mode: RoundingMode): Conversion {
  const num = amountG.unscaled * rate.den * powerOfTen(scaleW);
  const den = powerOfTen(amountG.scale) * rate.num;
  const units = divideRounded(num, den, mode);
  return { units, residue: rational(num - units * den, den) };
}

/** A balance in W as minor units of G, rounded down, so that betting everything shown is always affordable (FX-13). */
export function toDisplayUnits(unitsW: bigint, scaleW: number, rate: Rate, scaleG: number): bigint {
  return divideRounded(unitsW * rate.num * powerOfTen(scaleG), rate.den * powerOfTen(scaleW), 'floor');
}

/** True when the rounding moved the value by more than `maxBps` basis points of it, compared exactly. */
export function roundingErrorExceeds(conversion: Conversion, maxBps: number): boolean {
  const { units, residue } = conversion;
  const exactNum = units * residue.den + residue.num;
  return absolute(residue.num) * 10_000n > BigInt(maxBps) * absolute(exactNum);
}

/** True for a stake that is not zero but converts to nothing, or only with too large an error (FX-14). Never for a zero stake. */
export function isBelowMinimum(conversion: Conversion, maxBps: number): boolean {
  const isExactZero = conversion.units === 0n && conversion.residue.num === 0n;
  return !isExactZero && (conversion.units === 0n || roundingErrorExceeds(conversion, maxBps));
}

function absolute(n: bigint): bigint {
  return n < 0n ? -n : n;
}
