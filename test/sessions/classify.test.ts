import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { classify, spanOf } from '../../src/sessions/index.ts';

type Modes = readonly ('real' | 'demo')[];
const judge = (launched: 'real' | 'demo' | null, told: Modes, hasBet: boolean) =>
  classify({ launched, told: new Set(told), hasBet });

describe('the mode of a session', () => {
  it.each<readonly ['real' | 'demo' | null, Modes, boolean, string, boolean]>([
    ['real', [], false, 'real', false],
    ['demo', [], false, 'demo', false],
    [null, [], false, 'unknown', false],
    [null, ['real'], false, 'real', false],
    [null, ['demo'], false, 'demo', false],
    [null, ['real', 'demo'], false, 'unknown', true],
    ['real', ['demo'], false, 'real', true],
    ['demo', ['real'], false, 'demo', true],
    [null, [], true, 'real', false],
    [null, ['demo'], true, 'real', true],
    ['demo', [], true, 'real', true],
    ['real', ['real'], true, 'real', false],
  ])(
    'launched %s, told %j, with a bet: %s, is %s (conflict: %s) [SES-02, SES-03, SES-15]',
    (launched, told, hasBet, mode, conflict) => {
      expect(judge(launched, told, hasBet)).toEqual({ mode, conflict });
    },
  );

  it('is real whenever a bet carries it [SES-15]', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('real' as const, 'demo' as const, null),
        fc.array(fc.constantFrom('real' as const, 'demo' as const)),
        (launched, told) => judge(launched, told, true).mode === 'real',
      ),
    );
  });
});

describe('the length of a session', () => {
  const span = (atMs: readonly number[], endedAtMs: number | null = null) => spanOf({ atMs, endedAtMs, idleMs: 30 });

  it('is from the first sign of life to the last, in any order, repeated or not [SES-05, SES-06]', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 500 }), { minLength: 1 }), (times) => {
        const shuffled = [...times, ...times].toReversed();
        expect(span(shuffled)).toEqual(span(times.toSorted((a, b) => a - b)));
      }),
    );
    expect(span([20, 0, 10])).toEqual({ firstAtMs: 0, lastAtMs: 20, closesAtMs: 50, lengthMs: 20 });
  });

  it('has its end where one is said in time, else the idle time after the last sign of life [SES-07]', () => {
    expect(span([0, 10], 25)).toEqual({ firstAtMs: 0, lastAtMs: 25, closesAtMs: 25, lengthMs: 25 });
    expect(span([0, 10], 41)).toEqual({ firstAtMs: 0, lastAtMs: 10, closesAtMs: 40, lengthMs: 10 });
    expect(span([0, 10], 5)).toMatchObject({ lastAtMs: 10, lengthMs: 10 });
    expect(span([7])).toEqual({ firstAtMs: 7, lastAtMs: 7, closesAtMs: 37, lengthMs: 0 });
  });

  it('leaves out silences longer than the idle time', () => {
    expect(span([0, 30, 61, 80])).toMatchObject({ lengthMs: 49 });
  });
});
