/**
 * What converted money is worth, and how far a booked amount may lie from what was said. Exact fractions of the game's currency;
 * the tolerance is a number of units, never a percentage (C.7 of the exchange rules).
 */
import type { Decimal } from './decimal.ts';
import { powerOfTen } from './decimal.ts';
import type { Rate } from './rate.ts';
import type { Rational } from './rational.ts';
import { compareRationals, multiplyRationals, rational, subtractRationals } from './rational.ts';
import type { RoundingMode } from './rounding.ts';

/** What an amount of the game and the wallet units booked for it were. */
export interface Booked {
  /** in the game's currency */
  readonly amount: Decimal;
  readonly units: bigint;
}

/** Wallet units in the game's currency at a rate. */
export function valueOf(units: bigint, walletScale: number, rate: Rate): Rational {
  return multiplyRationals(rational(units, powerOfTen(walletScale)), rate);
}

/** What is left over when `units` were booked for `amount`: units + residue is exact. Signed, in wallet units. */
export function residueOf({ amount, units }: Booked, walletScale: number, rate: Rate): Rational {
  const exact = rational(amount.unscaled * rate.den * powerOfTen(walletScale), powerOfTen(amount.scale) * rate.num);
  return subtractRationals(exact, rational(units, 1n));
}

/** Gain of holding `units` from the lock to now, in the game's currency: reported on a line of its own, never in GGR (FX-25). */
export function exchangeResult(units: bigint, walletScale: number, locked: Rate, now: Rate): Rational {
  return subtractRationals(valueOf(units, walletScale, now), valueOf(units, walletScale, locked));
}

/** What the spread brought in on `units` that went to the house (negative for units paid out), in the game's currency (FX-22). */
export function spreadResult(units: bigint, walletScale: number, market: Rate, effective: Rate): Rational {
  return exchangeResult(units, walletScale, effective, market);
}

/**
 * True when what was booked can have come from converting `count` amounts that sum to `amount` at this rate: within half a unit
 * each where ties are halved, within less than a unit each where rounding goes one way (FX-16).
 */
export function isWithinTolerance(
  { amount, units }: Booked,
  walletScale: number,
  rate: Rate,
  mode: RoundingMode,
  count = 1,
): boolean {
  const left = residueOf({ amount, units }, walletScale, rate);
  const size = rational(left.num < 0n ? -left.num : left.num, left.den);
  if (mode === 'half_even' || mode === 'half_up') return compareRationals(size, rational(BigInt(count), 2n)) !== 1;
  return compareRationals(size, rational(BigInt(count), 1n)) === -1;
}
