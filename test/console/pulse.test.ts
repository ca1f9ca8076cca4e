/** What the health page makes of the journal's steps. */
import { describe, expect, it } from 'vitest';
import { fateOf, linesOf, rateOf, slowOf, stepsOf } from '../../web/console/health/pulse.ts';

const row = (more: Partial<Parameters<typeof linesOf>[0][number]> = {}) => ({
  atMs: 10_000,
  aggregator: 'acme',
  outcome: 'applied',
  verdict: 'genuine',
  calls: 10,
  meanMs: 2,
  p95Ms: 5,
  ...more,
});

describe('the pulse', () => {
  it.each([
    ['applied', 'genuine', 'applied'],
    ['balance', 'genuine', 'applied'],
    ['duplicate', 'genuine', 'repeat'],
    ['insufficient_funds', 'genuine', 'refused'],
    ['uncertain', 'genuine', 'uncertain'],
    ['unauthenticated', 'mismatch', 'not believed'],
    ['unauthenticated', 'late', 'not believed'],
  ])('%s of a %s message is "%s"', (outcome, verdict, fate) => expect(fateOf({ outcome, verdict })).toBe(fate));

  it('has every step of its span, also those in which nothing came', () => {
    const steps = stepsOf(1_000, 21_000, 5);
    expect(steps).toEqual([5, 10, 15, 20]);
    expect(rateOf([row(), row({ outcome: 'duplicate', calls: 5 })], steps, 5)).toEqual([0, 3, 0, 0]);
    expect(slowOf([row(), row({ p95Ms: 9 })], steps)).toEqual([null, 9, null, null]);
    expect(stepsOf(0, 1e15, 1)).toHaveLength(2_000);
  });

  it('adds an aggregator up, weighing means by their calls', () => {
    const rows = [row(), row({ calls: 30, meanMs: 4, outcome: 'uncertain' }), row({ aggregator: 'other', calls: 1 })];
    const [acme, other] = linesOf(rows);
    expect(acme).toMatchObject({ aggregator: 'acme', calls: 40, meanMs: 3.5, p95Ms: 5 });
    expect(acme?.fates).toMatchObject({ applied: 10, uncertain: 30 });
    expect(other?.aggregator).toBe('other');
  });
});
