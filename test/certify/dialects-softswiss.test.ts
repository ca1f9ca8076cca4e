/** As in dialects.test.ts, for the protocols of SOFTSWISS and for st8, in a file of their own so that both play at once. */
import { describe, expect, it } from 'vitest';
import { playEveryScenario } from './speaking.ts';
import { UNSAID } from './unsaid.ts';

/** How many scenarios each dialect can say and the house passes, by level. */
const PASSED: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  'softswiss-a8r': { B: 283, C: 9 },
  'softswiss-gcp': { B: 291, C: 10 },
  st8: { B: 283, C: 9, L: 5 },
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
