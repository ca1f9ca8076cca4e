/** Operators that count wrongly. */
import { CORRECT } from '../habits.ts';
import type { Mistake } from './mistake.ts';

/** `parseInt(amount * 100)`: 1.15 × 100 is 114.99999999999999. */
const floatMoney: Mistake = {
  name: 'float-money',
  mistake: 'Amounts pass through a floating point number on their way to cents.',
  costs:
    'A stake of 1.15 takes 1.14, and large amounts are off by more: the book never agrees with the aggregator again.',
  caughtBy: ['BET-09.cents'],
  habits: {
    unitsOf: (text, scale) => {
      const exact = CORRECT.unitsOf(text, scale);
      return typeof exact === 'string' ? exact : BigInt(Math.trunc(Number(text) * 10 ** scale));
    },
  },
};

/** `toFixed(2)` on what came. */
const roundedAmounts: Mistake = {
  name: 'rounded-amounts',
  mistake: 'An amount with more digits than the currency has is rounded instead of refused.',
  costs: 'A stake of 0.004 costs nothing and plays all the same.',
  caughtBy: ['BET-06', 'BET-06.number'],
  habits: {
    unitsOf: (text, scale) => {
      const exact = CORRECT.unitsOf(text, scale);
      if (exact !== 'excess_precision') return exact;
      const [whole = '', fraction = ''] = text.split('.');
      const cut = BigInt(whole + fraction.slice(0, scale).padEnd(scale, '0'));
      return fraction.charAt(scale) >= '5' ? cut + 1n : cut;
    },
  },
};

/** Nobody said that a stake is not below zero. */
const negativeAmounts: Mistake = {
  name: 'negative-amounts',
  mistake: 'An amount may have a minus sign.',
  costs: 'A bet of minus a thousand pays the player a thousand.',
  caughtBy: ['BET-05', 'BET-05.number', 'WIN-14'],
  habits: {
    unitsOf: (text, scale) => {
      if (!text.startsWith('-')) return CORRECT.unitsOf(text, scale);
      const exact = CORRECT.unitsOf(text.slice(1), scale);
      return typeof exact === 'string' ? exact : -exact;
    },
  },
};

export const AMOUNT_MISTAKES: readonly Mistake[] = [floatMoney, roundedAmounts, negativeAmounts];
