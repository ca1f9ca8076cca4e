/**
 * The one place where an exact fraction becomes an integer. Every caller names its mode: there is no default rounding.
 * `floor` and `ceil` go towards −∞ and +∞, `trunc` towards zero, `half_up` takes a tie away from zero.
 */

export type RoundingMode = 'floor' | 'ceil' | 'half_even' | 'half_up' | 'trunc';

/** `num / den` rounded to an integer. `den` may be negative, never zero. */
export function divideRounded(num: bigint, den: bigint, mode: RoundingMode): bigint {
  if (den === 0n) throw new RangeError('division by zero');
  const n = den < 0n ? -num : num;
  const d = den < 0n ? -den : den;
  // BigInt division truncates towards zero, so the remainder has the sign of n
  const quotient = n / d;
  const remainder = n % d;
  if (remainder === 0n) return quotient;
  const awayFromZero = n < 0n ? quotient - 1n : quotient + 1n;
  switch (mode) {
    case 'trunc':
      return quotient;
    case 'floor':
      return n < 0n ? awayFromZero : quotient;
    case 'ceil':
      return n < 0n ? quotient : awayFromZero;
    case 'half_up':
    case 'half_even': {
      const twice = 2n * (remainder < 0n ? -remainder : remainder);
      if (twice !== d) return twice > d ? awayFromZero : quotient;
      if (mode === 'half_up') return awayFromZero;
      return quotient % 2n === 0n ? quotient : awayFromZero;
    }
  }
}
