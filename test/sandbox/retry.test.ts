import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isVerdict, pauseAfter, rollsBack } from '../../src/sandbox/retry.ts';
import { SAFE_POLICY } from '../../src/wallet/policy.ts';
import type { Policy } from '../../src/wallet/policy.ts';

const habit = (onUncertain: Policy['bet.onUncertain']): Policy => ({ ...SAFE_POLICY, 'bet.onUncertain': onUncertain });

describe('when the sandbox asks again', () => {
  it('never repeats a question, and a bet only where the aggregator would', () => {
    expect(pauseAfter('question', 1, 0, SAFE_POLICY)).toBeNull();
    expect([1, 2, 3].map((tries) => pauseAfter('bet', tries, 0, habit('retryThenRollback')))).toEqual([200, 500, null]);
    expect([1, 2, 3].map((tries) => pauseAfter('bet', tries, 0, habit('retry')))).toEqual([200, 500, null]);
    expect(pauseAfter('bet', 1, 0, habit('rollback'))).toBeNull();
    expect(pauseAfter('bet', 1, 0, habit('nothing'))).toBeNull();
    expect(
      (['rollback', 'retryThenRollback', 'retry', 'nothing'] as const).map((each) => rollsBack(habit(each))),
    ).toEqual([true, true, false, false]);
  });

  it('asks for what is owed with pauses that grow to a minute, until the horizon', () => {
    const pauses = Array.from({ length: 12 }, (_unused, index) => pauseAfter('owed', index + 1, 0, SAFE_POLICY));
    expect(pauses.slice(0, 9)).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 15_000, 30_000, 60_000]);
    expect(pauses.slice(9)).toEqual([60_000, 60_000, 60_000]);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100_000 }), fc.nat(10 ** 9), (tries, ageMs) => {
        const pause = pauseAfter('owed', tries, ageMs, SAFE_POLICY);
        if (ageMs >= SAFE_POLICY['retry.horizonMs']) expect(pause).toBeNull();
        else expect(pause).toBeGreaterThanOrEqual(pauseAfter('owed', Math.max(1, tries - 1), ageMs, SAFE_POLICY) ?? 0);
      }),
    );
  });

  it('takes a closed door for a verdict only where nothing can be booked yet', () => {
    const closed = { kind: 'rejected', code: 'bad_signature', balance: null } as const;
    const refused = { kind: 'rejected', code: 'insufficient_funds', balance: null } as const;
    const uncertain = { kind: 'uncertain', reason: '' } as const;
    for (const status of [401, 403]) {
      expect(isVerdict('bet', 1, closed, status)).toBe(true);
      expect(isVerdict('bet', 2, closed, status)).toBe(false);
      expect(isVerdict('owed', 1, closed, status)).toBe(false);
    }
    expect(isVerdict('bet', 2, refused, 422)).toBe(true);
    expect(isVerdict('owed', 5, refused, 422)).toBe(true);
    expect(isVerdict('owed', 1, uncertain, 503)).toBe(false);
    expect(isVerdict('owed', 1, { kind: 'nonsense', reason: '' }, 200)).toBe(false);
  });
});
