/** Partial refunds sum to the debit, whatever the parts. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addDecimals,
  cumulativeRefundUnits,
  decimalOf,
  isProblem,
  parseDecimal,
  ZERO_DECIMAL,
} from '../../src/money/index.ts';
import type { Decimal } from '../../src/money/index.ts';

function decimal(text: string): Decimal {
  const result = parseDecimal(text);
  if (isProblem(result)) throw new Error(text);
  return result;
}

/** Returns part after part and gives what each returned. */
function refund(debit: bigint, whole: Decimal, parts: readonly Decimal[]): readonly bigint[] {
  let soFar = ZERO_DECIMAL;
  let returned = 0n;
  return parts.map((part) => {
    soFar = addDecimals(soFar, part);
    const units = cumulativeRefundUnits(debit, soFar, whole, returned);
    returned += units;
    return units;
  });
}

describe('cumulativeRefundUnits', () => {
  it('returns .33 + .33 + .34 of a 1.00 bet of 1559 sat as 514 + 515 + 530 [RB-13] [FX-17]', () => {
    expect(refund(1559n, decimal('1.00'), ['0.33', '0.33', '0.34'].map(decimal))).toEqual([514n, 515n, 530n]);
  });

  it('returns the whole debit for the whole amount', () => {
    expect(refund(155_949n, decimal('100'), [decimal('100.00')])).toEqual([155_949n]);
  });

  it('returns a free bet of nothing as nothing', () => {
    expect(cumulativeRefundUnits(0n, ZERO_DECIMAL, ZERO_DECIMAL, 0n)).toBe(0n);
  });

  it('sums exactly for any split, and no part is negative [RB-13]', () => {
    const anyParts = fc
      .array(fc.bigInt({ min: 0n, max: 10n ** 9n }), { minLength: 1, maxLength: 20 })
      .filter((parts) => parts.some((part) => part > 0n));
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 10n ** 24n }),
        anyParts,
        fc.integer({ min: 0, max: 8 }),
        (debit, parts, scale) => {
          const amounts = parts.map((part) => decimalOf(part, scale));
          const whole = amounts.reduce(addDecimals, ZERO_DECIMAL);
          const returned = refund(debit, whole, amounts);
          expect(returned.reduce((sum, units) => sum + units, 0n)).toBe(debit);
          expect(returned.every((units) => units >= 0n)).toBe(true);
        },
      ),
    );
  });

  it('treats more than the whole, or less than nothing, as a defect', () => {
    expect(() => cumulativeRefundUnits(100n, decimal('1.01'), decimal('1.00'), 0n)).toThrow(RangeError);
    expect(() => cumulativeRefundUnits(100n, decimal('-0.01'), decimal('1.00'), 0n)).toThrow(RangeError);
    expect(() => cumulativeRefundUnits(-1n, decimal('1'), decimal('1'), 0n)).toThrow(RangeError);
  });
});
