import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Understood } from '../../src/dialects/index.ts';
import { GENERIC_REACTIONS } from '../../src/dialects/generic/policy.ts';
import { pauseAfter, reactionTo, rollsBack } from '../../src/sandbox/retry.ts';
import type { Habits } from '../../src/sandbox/retry.ts';
import { SAFE_POLICY } from '../../src/wallet/policy.ts';
import type { Policy } from '../../src/wallet/policy.ts';

const habit = (onUncertain: Policy['bet.onUncertain']): Habits => ({
  policy: { ...SAFE_POLICY, 'bet.onUncertain': onUncertain },
  reactions: GENERIC_REACTIONS,
});
const HABITS = habit('retryThenRollback');
const HORIZON_MS = SAFE_POLICY['retry.horizonMs'];

describe('when the sandbox asks again', () => {
  it('never repeats a question, and a bet only where the aggregator would', () => {
    expect(pauseAfter('question', 1, 0, HABITS)).toBeNull();
    expect([1, 2, 3].map((tries) => pauseAfter('bet', tries, 0, HABITS))).toEqual([200, 500, null]);
    expect([1, 2, 3].map((tries) => pauseAfter('bet', tries, 0, habit('retry')))).toEqual([200, 500, null]);
    expect(pauseAfter('bet', 1, 0, habit('rollback'))).toBeNull();
    expect(pauseAfter('bet', 1, 0, habit('nothing'))).toBeNull();
    expect(
      (['rollback', 'retryThenRollback', 'retry', 'nothing'] as const).map((each) => rollsBack(habit(each))),
    ).toEqual([true, true, false, false]);
  });

  it('asks for what is owed with pauses that grow to a minute, until the horizon', () => {
    const owed = fc.constantFrom('win' as const, 'rollback' as const);
    const pauses = Array.from({ length: 12 }, (_unused, index) => pauseAfter('win', index + 1, 0, HABITS));
    expect(pauses.slice(0, 9)).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 15_000, 30_000, 60_000]);
    expect(pauses.slice(9)).toEqual([60_000, 60_000, 60_000]);
    fc.assert(
      fc.property(owed, fc.integer({ min: 1, max: 100_000 }), fc.nat(10 ** 9), (kind, tries, ageMs) => {
        const pause = pauseAfter(kind, tries, ageMs, HABITS);
        if (ageMs >= HORIZON_MS) expect(pause).toBeNull();
        else expect(pause).toBeGreaterThanOrEqual(pauseAfter(kind, Math.max(1, tries - 1), ageMs, HABITS) ?? 0);
      }),
    );
  });

  it('takes a closed door for a verdict only where nothing can be booked yet', () => {
    const rejected = (code: string, meanings: Extract<Understood, { kind: 'rejected' }>['meanings']) =>
      ({ kind: 'rejected', code, balance: null, meanings }) as const;
    for (const code of ['bad_signature', 'forbidden']) {
      const closed = rejected(code, ['unauthenticated']);
      expect(reactionTo('bet', 1, closed, HABITS)).toBe('final');
      expect(reactionTo('bet', 2, closed, HABITS)).toBe('retry');
      expect(reactionTo('win', 1, closed, HABITS)).toBe('retry');
      expect(reactionTo('rollback', 3, closed, HABITS)).toBe('retry');
    }
    const refused = rejected('insufficient_funds', ['insufficient_funds']);
    expect(reactionTo('bet', 2, refused, HABITS)).toBe('final');
    expect(reactionTo('win', 5, refused, HABITS)).toBe('final');
    expect(reactionTo('win', 1, { kind: 'uncertain', reason: '' }, HABITS)).toBe('retry');
    expect(reactionTo('win', 1, { kind: 'nonsense', reason: '' }, HABITS)).toBe('retry');
  });

  it('does after a code what the dialect says it does', () => {
    const own: Habits = {
      ...HABITS,
      reactions: { ...GENERIC_REACTIONS, bet: { codes: { limit: 'final' }, otherwise: 'rollback', tries: 1 } },
    };
    const refused = (code: string) => ({ kind: 'rejected', code, balance: null, meanings: [] }) as const;
    expect(reactionTo('bet', 1, refused('limit'), own)).toBe('final');
    expect(reactionTo('bet', 1, refused('unknown'), own)).toBe('rollback');
  });
});
