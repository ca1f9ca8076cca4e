/** When quotes begin and end, when the next is prepared, and how old is too old. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { freshnessOf, wantedWindows, windowAt } from '../../src/fx/windows.ts';

const MINUTE = 60_000;

describe('windows', () => {
  it('follow each other without gap or overlap, the same for everybody', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4e12 }), fc.integer({ min: 5_000, max: 3_600_000 }), (ms, lengthMs) => {
        const window = windowAt(ms, lengthMs);
        expect(window.startsAtMs <= ms && ms < window.expiresAtMs).toBe(true);
        expect(windowAt(window.startsAtMs, lengthMs)).toEqual(window);
        expect(windowAt(window.expiresAtMs - 1, lengthMs)).toEqual(window);
        expect(windowAt(window.expiresAtMs, lengthMs).startsAtMs).toBe(window.expiresAtMs);
      }),
    );
  });

  it('are prepared 5 to 15 s before they begin, by lot', () => {
    const count = (second: number, lot: number) => wantedWindows(second * 1_000, MINUTE, lot).length;
    expect([0, 44, 45, 59].map((second) => count(second, 1))).toEqual([1, 1, 2, 2]);
    expect([0, 54, 55, 59].map((second) => count(second, 0))).toEqual([1, 1, 2, 2]);
    expect(wantedWindows(59_000, MINUTE, 0.5).map((each) => each.startsAtMs)).toEqual([0, MINUTE]);
  });
});

describe('a rate', () => {
  const limits = { warnAfterMs: MINUTE, refuseAfterMs: 5 * MINUTE };
  const at = (observedAtMs: number, nowMs: number) => freshnessOf({ observedAtMs, startsAtMs: 600_000 }, limits, nowMs);

  it('is stale by its age when its quote began, and expired by its age now, each after its last good moment', () => {
    expect(at(540_000, 600_000)).toBe('fresh');
    expect(at(540_000, 659_999)).toBe('fresh');
    expect(at(539_999, 600_000)).toBe('stale');
    expect(at(300_000, 600_000)).toBe('stale');
    expect(at(300_000, 600_001)).toBe('expired');
    // nobody made a next quote
    expect(at(590_000, 900_001)).toBe('expired');
  });

  it('that was prepared before its window, or comes from a clock that is ahead, is fresh', () => {
    expect(at(585_000, 600_000)).toBe('fresh');
    expect(at(700_000, 600_000)).toBe('fresh');
  });
});
