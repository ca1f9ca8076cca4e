/**
 * Comparing what was asserted with what is booked. An asserted amount may have more digits than the currency has (a sum of
 * floats): it is compared at the currency's scale, rounded half to even, and that it had more is noted (SET-13). Across
 * currencies a difference is judged by how it could have come about by rounding, never as a percentage (C.7).
 */
import {
  addDecimals,
  compareDecimals,
  decimalOf,
  divideRounded,
  negateDecimal,
  powerOfTen,
  ZERO_DECIMAL,
} from '../money/index.ts';
import type { Decimal, Rate, RoundingMode } from '../money/index.ts';

export interface AtScale {
  readonly amount: Decimal;
  /** it had digits that the currency has not */
  readonly rounded: boolean;
}

/** The amount at a currency's scale. */
export function atScale(amount: Decimal, scale: number): AtScale {
  if (amount.scale <= scale) return { amount: decimalOf(amount.unscaled, amount.scale), rounded: false };
  const units = divideRounded(amount.unscaled, powerOfTen(amount.scale - scale), 'half_even');
  const at = decimalOf(units, scale);
  return { amount: at, rounded: compareDecimals(at, amount) !== 0 };
}

/** The distance from zero. */
export function magnitude(amount: Decimal): Decimal {
  return amount.unscaled < 0n ? negateDecimal(amount) : amount;
}

export function sum(amounts: readonly Decimal[]): Decimal {
  return amounts.reduce(addDecimals, ZERO_DECIMAL);
}

export const isSame = (a: Decimal, b: Decimal): boolean => compareDecimals(a, b) === 0;

/** Whether a rate as somebody writes it down, with so many digits, is this one: they may have rounded theirs. */
export function isSameRate(said: Decimal, rate: Rate): boolean {
  const distance = 2n * (said.unscaled * rate.den - rate.num * powerOfTen(said.scale));
  return (distance < 0n ? -distance : distance) <= rate.den;
}

/**
 * True when `asserted`, in the aggregator's currency, could be `booked` in the wallet's at this rate: within `count` times half a
 * minor unit of the wallet (rounding to the nearest), or less than a whole one (rounding in one direction).
 */
export function withinTolerance(
  asserted: Decimal,
  booked: Decimal,
  { rate, rounding, scale, count }: { rate: Rate; rounding: RoundingMode; scale: number; count: number },
): boolean {
  // |booked·r − asserted| against count · (½ or 1) unit · r, everything times 2 · den · 10^(scales)
  const digits = Math.max(asserted.scale, booked.scale, scale);
  const lift = (d: Decimal): bigint => d.unscaled * powerOfTen(digits - d.scale);
  const distance = lift(booked) * rate.num - lift(asserted) * rate.den;
  const away = 2n * (distance < 0n ? -distance : distance);
  const unit = powerOfTen(digits - scale) * rate.num * BigInt(count);
  const nearest = rounding === 'half_even' || rounding === 'half_up';
  return nearest ? away <= unit : count === 0 ? away === 0n : away < 2n * unit;
}
