/**
 * Amounts as minor units: the integers a wallet holds. From a decimal to units is exact or it is a problem (BET-06); the only
 * rounding here is `rescaleFloor`, which never shows more than there is (BAL-06).
 */
import type { Decimal } from './decimal.ts';
import { decimalOf, powerOfTen, unscaledText } from './decimal.ts';
import type { Problem } from './problem.ts';
import { divideRounded } from './rounding.ts';

export type AmountProblem = Problem<'excess_precision' | 'too_large'>;

/** One more than the largest number of units: a column of numeric(38,0) holds every amount. */
export const UNITS_LIMIT: bigint = 10n ** 38n;

/** The decimal in minor units of a currency with `scale` digits. */
export function toUnits(d: Decimal, scale: number): bigint | AmountProblem {
  assertScale(scale);
  const { unscaled, scale: digits } = decimalOf(d.unscaled, d.scale);
  if (digits > scale) return { kind: 'problem', reason: 'excess_precision' };
  const units = unscaled * powerOfTen(scale - digits);
  if (units >= UNITS_LIMIT || units <= -UNITS_LIMIT) return { kind: 'problem', reason: 'too_large' };
  return units;
}

/** Text with all of the currency's digits: `1000.00`, `-0.50`, scale 0 → `164`. */
export function formatUnits(units: bigint, scale: number): string {
  assertScale(scale);
  return unscaledText(units, scale);
}

/** The canonical decimal of an amount in minor units. */
export function fromUnits(units: bigint, scale: number): Decimal {
  return decimalOf(units, scale);
}

/** The same amount in units of another scale, rounded towards −∞ where digits are lost. */
export function rescaleFloor(units: bigint, fromScale: number, toScale: number): bigint {
  assertScale(fromScale);
  assertScale(toScale);
  if (toScale >= fromScale) return units * powerOfTen(toScale - fromScale);
  return divideRounded(units, powerOfTen(fromScale - toScale), 'floor');
}

function assertScale(scale: number): void {
  if (!Number.isInteger(scale) || scale < 0 || scale > 60)
    throw new RangeError('a scale is a whole number from 0 to 60');
}
