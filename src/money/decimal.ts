/**
 * Exact decimals: value = unscaled × 10^-scale. Made from text digit by digit, so `90071992547409.93` stays what it is (BET-09).
 * Canonical form has no trailing zeros, so equal values are equal records. Nothing here ever rounds.
 */
import type { Problem } from './problem.ts';

export interface Decimal {
  readonly unscaled: bigint;
  /** 0..60 */
  readonly scale: number;
}

export type DecimalProblem = Problem<'empty' | 'syntax' | 'exponent' | 'too_long'>;

export const MAX_DECIMAL_DIGITS = 60;

export const ZERO_DECIMAL: Decimal = Object.freeze({ unscaled: 0n, scale: 0 });

const PLAIN = /^(-?)(0|[1-9][0-9]*)(?:\.([0-9]+))?$/;
const WITH_EXPONENT = /^-?[0-9]+(?:\.[0-9]+)?[eE][+-]?[0-9]+$/;
const TRAILING_ZEROS = /0+$/;

const powers: readonly bigint[] = Array.from({ length: 2 * MAX_DECIMAL_DIGITS + 1 }, (_, n) => 10n ** BigInt(n));

/** 10^n. */
export function powerOfTen(n: number): bigint {
  return powers[n] ?? 10n ** BigInt(n);
}

/** The canonical decimal of unscaled × 10^-scale. */
export function decimalOf(unscaled: bigint, scale: number): Decimal {
  if (!Number.isInteger(scale) || scale < 0 || scale > MAX_DECIMAL_DIGITS)
    throw new RangeError(`a decimal's scale is 0..${MAX_DECIMAL_DIGITS}`);
  if (unscaled === 0n) return ZERO_DECIMAL;
  let value = unscaled;
  let digits = scale;
  while (digits > 0 && value % 10n === 0n) {
    value /= 10n;
    digits -= 1;
  }
  return { unscaled: value, scale: digits };
}

/**
 * Reads plain ASCII digits with an optional single `-` and optional `.digits`, at most 60 digits in all. No `+`, leading
 * zeros, blanks, separators, exponent, `.5` or `5.` (BET-10, BET-13). Excess zeros are fine (BET-07); `-0` is 0.
 */
export function parseDecimal(text: string): Decimal | DecimalProblem {
  if (text === '') return { kind: 'problem', reason: 'empty' };
  // sign, point and digits; checked first so that no pattern ever runs over a megabyte
  if (text.length > MAX_DECIMAL_DIGITS + 2) return { kind: 'problem', reason: 'too_long' };
  const match = PLAIN.exec(text);
  if (match === null) return { kind: 'problem', reason: WITH_EXPONENT.test(text) ? 'exponent' : 'syntax' };
  const [, sign = '', whole = '', fraction = ''] = match;
  if (whole.length + fraction.length > MAX_DECIMAL_DIGITS) return { kind: 'problem', reason: 'too_long' };
  const kept = fraction.replace(TRAILING_ZEROS, '');
  const magnitude = BigInt(whole + kept);
  if (magnitude === 0n) return ZERO_DECIMAL;
  return { unscaled: sign === '-' ? -magnitude : magnitude, scale: kept.length };
}

/** Canonical text: no trailing zeros, no point without digits behind it. */
export function formatDecimal(d: Decimal): string {
  const canonical = decimalOf(d.unscaled, d.scale);
  return unscaledText(canonical.unscaled, canonical.scale);
}

/** Text with exactly `scale` digits after the point; a problem when the value has more, never a rounding. */
export function formatDecimalAtScale(d: Decimal, scale: number): string | Problem<'excess_precision'> {
  const canonical = decimalOf(d.unscaled, d.scale);
  if (canonical.scale > scale) return { kind: 'problem', reason: 'excess_precision' };
  return unscaledText(canonical.unscaled * powerOfTen(scale - canonical.scale), scale);
}

/** The digits of an unscaled integer with a point set `scale` digits from the right. */
export function unscaledText(unscaled: bigint, scale: number): string {
  const sign = unscaled < 0n ? '-' : '';
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString();
  if (scale === 0) return sign + digits;
  const padded = digits.padStart(scale + 1, '0');
  return `${sign}${padded.slice(0, -scale)}.${padded.slice(-scale)}`;
}

/** −1, 0 or 1. */
export function compareDecimals(a: Decimal, b: Decimal): -1 | 0 | 1 {
  const difference = alignedUnscaled(a, b) - alignedUnscaled(b, a);
  if (difference === 0n) return 0;
  return difference < 0n ? -1 : 1;
}

export function addDecimals(a: Decimal, b: Decimal): Decimal {
  return decimalOf(alignedUnscaled(a, b) + alignedUnscaled(b, a), Math.max(a.scale, b.scale));
}

export function subtractDecimals(a: Decimal, b: Decimal): Decimal {
  return addDecimals(a, negateDecimal(b));
}

export function negateDecimal(d: Decimal): Decimal {
  return decimalOf(-d.unscaled, d.scale);
}

export function isNegative(d: Decimal): boolean {
  return d.unscaled < 0n;
}

export function isZero(d: Decimal): boolean {
  return d.unscaled === 0n;
}

/** `a` in the finer of the two scales. */
function alignedUnscaled(a: Decimal, b: Decimal): bigint {
  return a.scale >= b.scale ? a.unscaled : a.unscaled * powerOfTen(b.scale - a.scale);
}
