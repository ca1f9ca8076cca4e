/** Every scenario of the kit that a dialect can say, played against Croupier itself: it must pass them all (the rest: dialects-softswiss.test.ts). */
import { describe, expect, it } from 'vitest';
import { playEveryScenario } from './speaking.ts';
import { UNSAID } from './unsaid.ts';

/** How many scenarios each dialect can say and the house passes, by level. */
const PASSED: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  caleta: { B: 259, C: 9 },
  groove: { B: 186, C: 10 },
  hub88: { B: 264, C: 9 },
  slotegrator: { B: 202, C: 9 },
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
