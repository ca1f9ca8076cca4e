/**
 * How a debit comes back in parts. Each part is the difference of two rounded running totals, so the parts of a
 * whole always sum to the debit exactly and the last one takes the remainder (RB-13). No rate takes part.
 */
import type { Decimal } from './decimal.ts';
import { compareDecimals, isNegative, isZero, powerOfTen } from './decimal.ts';
import { divideRounded } from './rounding.ts';

/**
 * Units to return now: round(debit × amountsSoFarTotal / amountTotal) − alreadyReturned.
 * `amountsSoFarTotal` counts the part being returned now as well. More than the whole is a defect of the caller.
 */
export function cumulativeRefundUnits(
  debit: bigint,
  amountsSoFarTotal: Decimal,
  amountTotal: Decimal,
  alreadyReturned: bigint,
): bigint {
  if (debit < 0n || isNegative(amountsSoFarTotal) || compareDecimals(amountsSoFarTotal, amountTotal) > 0) {
    throw new RangeError('a refund is a part of its bet: never negative, never more than the whole');
  }
  if (isZero(amountTotal)) return debit - alreadyReturned;
  const due = divideRounded(
    debit * amountsSoFarTotal.unscaled * powerOfTen(amountTotal.scale),
    amountTotal.unscaled * powerOfTen(amountsSoFarTotal.scale),
    'half_even',
  );
  return due - alreadyReturned;
}
