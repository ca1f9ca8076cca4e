/** Every scenario of the kit that a dialect can say, played against Croupier itself: it must pass them all (the rest: dialects-softswiss.test.ts). */
import { describe, expect, it } from 'vitest';
import { playEveryScenario } from './speaking.ts';
import { UNSAID } from './unsaid.ts';

/** How many scenarios each dialect can say and the house passes, by level. */
const PASSED: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  caleta: { B: 260, C: 9, L: 5 },
  groove: { B: 254, C: 10, L: 5 },
  hub88: { B: 265, C: 9, L: 5 },
  slotegrator: { B: 275, C: 9, L: 5 },
};

describe('Croupier under the kit', { timeout: 600_000 }, () => {
  it.concurrent.each(Object.keys(PASSED))('passes every scenario that %s can say', async (dialect) => {
    const report = await playEveryScenario(dialect);
    expect(report.wrong).toEqual([]);
    expect(report.unsaid).toEqual(UNSAID[dialect]);
    expect(report.clean).toEqual(PASSED[dialect]);
    // every wallet is back where it was, and the book's promises hold
    expect(report.balances).toEqual(new Set(['1000.00']));
    expect(report.violations).toEqual([]);
  });
});
