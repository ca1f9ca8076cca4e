/** What converted money is worth later, and the tolerance of reconciliation: the worked examples 8 and 11. */
import { describe, expect, it } from 'vitest';
import {
  addRationals,
  applySpread,
  exchangeResult,
  formatDecimal,
  isProblem,
  isWithinTolerance,
  nearestDecimal,
  parseDecimal,
  parseRate,
  rational,
  residueOf,
  spreadResult,
  subtractRationals,
  valueOf,
} from '../../src/money/index.ts';
import type { Decimal, Rate, Rational } from '../../src/money/index.ts';

function rate(text: string): Rate {
  const result = parseRate(text);
  if (isProblem(result)) throw new Error(text);
  return result;
}
function decimal(text: string): Decimal {
  const result = parseDecimal(text);
  if (isProblem(result)) throw new Error(text);
  return result;
}
const text = (value: Rational, digits: number): string => formatDecimal(nearestDecimal(value, digits));
const [locked, now] = [rate('64123.45'), rate('65000')];

describe('the value of a round after the market moved', () => {
  it('11. GGR stays what it was at the lock, the move is a line of its own [FX-25]', () => {
    const units = 1_559n - 3_899n;
    expect(text(exchangeResult(units, 8, locked, now), 6)).toBe('-0.020511');
    // −1.50 and what the two roundings left
    const atLock = valueOf(units, 8, locked);
    const residues = [
      residueOf({ amount: decimal('1.00'), units: 1_559n }, 8, locked),
      residueOf({ amount: decimal('-2.50'), units: -3_899n }, 8, locked),
    ].reduce(addRationals);
    const residueValue = rational(residues.num * locked.num, residues.den * locked.den * 10n ** 8n);
    expect(addRationals(atLock, residueValue)).toEqual(rational(-3n, 2n));
  });

  it('11. a win of 2.50 is worth 2.53435 later: 0.034177 by the market, 0.000173 by rounding', () => {
    expect(text(valueOf(3_899n, 8, now), 6)).toBe('2.53435');
    expect(text(exchangeResult(3_899n, 8, locked, now), 6)).toBe('0.034177');
    expect(text(subtractRationals(valueOf(3_899n, 8, locked), rational(5n, 2n)), 6)).toBe('0.000173');
  });

  it('7. the spread earns on what comes in and costs on what goes out, at the same rate [FX-22]', () => {
    const effective = applySpread(locked, 50);
    expect(text(spreadResult(1_567n, 8, locked, effective), 6)).toBe('0.005024');
    expect(text(spreadResult(-3_918n, 8, locked, effective), 6)).toBe('-0.012562');
  });
});

describe('the tolerance', () => {
  const sat = (amount: string, units: bigint, mode: 'half_even' | 'floor' | 'ceil', count?: number) =>
    isWithinTolerance({ amount: decimal(amount), units }, 8, locked, mode, count);

  it('of one transaction is half a unit, or less than one where rounding goes one way', () => {
    expect([1_558n, 1_559n, 1_560n].map((units) => sat('1.00', units, 'half_even'))).toEqual([false, true, false]);
    expect([1_558n, 1_559n, 1_560n, 1_561n].map((units) => sat('1.00', units, 'ceil'))).toEqual([
      false,
      true,
      true,
      false,
    ]);
    expect(sat('1.00', 1_561n, 'floor')).toBe(false);
  });

  it('allows exactly half and refuses exactly one', () => {
    const one = rate('1');
    expect(isWithinTolerance({ amount: decimal('0.5'), units: 0n }, 0, one, 'half_even')).toBe(true);
    expect(isWithinTolerance({ amount: decimal('1'), units: 0n }, 0, one, 'floor')).toBe(false);
  });

  it('8. of many is that of one, times how many [FX-16]', () => {
    expect(sat('100.00', 156_000n, 'half_even', 1_000)).toBe(true);
    expect(sat('100.00', 156_450n, 'half_even', 1_000)).toBe(false);
  });
});
