/** Levels, reasons, hysteresis, steps and the correction of signing: the pure rules. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { correct, NO_CORRECTION } from '../../src/clock/correction.ts';
import type { Sample } from '../../src/clock/reading.ts';
import { alertOf } from '../../src/clock/report.ts';
import { assess, LEVELS, NO_STATE, rank, REASONS, settle, staleAfterMs } from '../../src/clock/rules.ts';
import type { Assessment, Level } from '../../src/clock/rules.ts';
import { stepBetween } from '../../src/clock/steps.ts';

function sample(
  aheadMs: number,
  more: { boundMs?: number; ageMs?: number; updateEveryMs?: number } & Partial<Sample> = {},
): Sample {
  const { boundMs = 5, ageMs = null, updateEveryMs = null, ...rest } = more;
  const measured = {
    kind: 'measured',
    estimate: { aheadMs, boundMs },
    ageMs,
    updateEveryMs,
    source: 'time.example',
  } as const;
  return { probe: 'chronyc', measured, sync: 'synchronised', asked: [], ...rest };
}
const stateOf = (
  each: Sample,
  unsynchronisedForMs = 0,
  database: { aheadMs: number; boundMs: number } | null = null,
) => {
  const { level, reason } = assess({ sample: each, unsynchronisedForMs, database });
  return `${level}: ${reason}`;
};
const none: Sample = { probe: null, measured: null, sync: 'unknown', asked: [] };

describe('levels', () => {
  it.each([
    [0, 'ok: synchronised'],
    [-994, 'ok: synchronised'],
    [996, 'warn: uncertain'],
    [1_001, 'warn: drift'],
    [-14_999, 'warn: drift'],
    [15_000, 'critical: drift'],
    [-29_999, 'critical: drift'],
    [30_000, 'launch_fail: drift'],
    [-31_325, 'launch_fail: drift'],
  ])('%d ms ahead is %s', (aheadMs, state) => {
    expect(stateOf(sample(aheadMs))).toBe(state);
  });

  it('nothing that could not be measured is good', () => {
    expect(stateOf(none)).toBe('warn: unknown');
    expect(stateOf({ ...none, sync: 'synchronised' })).toBe('warn: unmeasured');
    expect(stateOf({ ...none, sync: 'local' })).toBe('warn: no_external_source');
    expect(stateOf({ ...none, sync: 'unsynchronised' })).toBe('warn: unsynchronised');
    expect(stateOf(sample(0, { boundMs: 1_001 }))).toBe('warn: uncertain');
  });

  it('an unsynchronised machine stays so whatever else measures, and the graver of both counts [CLK-03]', () => {
    const unsynchronised = { sync: 'unsynchronised' } as const;
    expect(stateOf(sample(20, unsynchronised), 299_000)).toBe('warn: unsynchronised');
    expect(stateOf(sample(20, unsynchronised), 300_001)).toBe('critical: unsynchronised');
    expect(stateOf(sample(44_000, unsynchronised), 300_001)).toBe('launch_fail: drift');
  });

  it('a measurement is stale after four intervals, at least a minute, at most an hour [CLK-05]', () => {
    expect(staleAfterMs(null)).toBe(64_000);
    expect(staleAfterMs(1_000)).toBe(64_000);
    expect(staleAfterMs(64_000)).toBe(256_000);
    expect(staleAfterMs(2_048_000)).toBe(3_600_000);
    expect(stateOf(sample(0, { ageMs: 65_000, updateEveryMs: 1_000 }))).toBe('warn: stale');
    expect(stateOf(sample(0, { ageMs: 65_000, updateEveryMs: 17_000 }))).toBe('ok: synchronised');
  });

  it("a node that disagrees with the database's clock is named [CLK-17]", () => {
    const database = { aheadMs: 3_000, boundMs: 4 };
    expect(stateOf(sample(0), 0, database)).toBe('warn: database_clock');
    expect(stateOf(none, 0, database)).toBe('warn: database_clock');
    expect(stateOf(sample(0), 0, { aheadMs: 3_000, boundMs: 2_500 })).toBe('ok: synchronised');
    const found = assess({ sample: sample(0), unsynchronisedForMs: 0, database });
    expect(alertOf('b', found, [])?.message).toBe("node b and the database's clock are 3.0 s apart");
  });

  it('a leap second, or a smeared one, is below what anybody is woken for [CLK-16]', () => {
    for (const aheadMs of [-994, -500, 500, 994]) expect(stateOf(sample(aheadMs))).toBe('ok: synchronised');
  });

  it('at 100 ppm and no source a clock is called wrong after 2.8 hours [CLK-11]', () => {
    let afterMs = 0;
    while (
      assess({ sample: sample(afterMs * 100e-6, { boundMs: 0 }), unsynchronisedForMs: 0, database: null }).level ===
      'ok'
    )
      afterMs += 60_000;
    expect(afterMs / 3_600_000).toBeCloseTo(2.8, 1);
  });

  it('every state has one level, one reason and one sentence, and never throws', () => {
    const number = fc.double({ noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(
        number,
        number,
        fc.option(number),
        fc.constantFrom('synchronised', 'local', 'unsynchronised', 'unknown'),
        number,
        (ahead, bound, age, sync, since) => {
          const { level, reason, words } = assess({
            sample: sample(ahead, {
              boundMs: Math.abs(bound),
              sync,
              ...(age === null ? {} : { ageMs: Math.abs(age) }),
            }),
            unsynchronisedForMs: Math.abs(since),
            database: null,
          });
          expect(LEVELS).toContain(level);
          expect(REASONS).toContain(reason);
          expect(words).not.toMatch(/NaN|Infinity|undefined/);
        },
      ),
    );
  });
});

describe('hysteresis', () => {
  const at = (level: Level): Assessment => ({ level, reason: level === 'ok' ? 'synchronised' : 'drift', words: '' });
  const run = (...levels: readonly Level[]) => {
    let state = NO_STATE;
    return levels.map((level) => {
      state = settle(state, at(level));
      return state.current?.level;
    });
  };

  it('believes the first sample, then two that agree', () => {
    expect(run('ok', 'warn', 'ok', 'warn', 'warn', 'ok', 'ok')).toEqual(['ok', 'ok', 'ok', 'ok', 'warn', 'warn', 'ok']);
  });

  it('goes as far as both samples go', () => {
    expect(run('ok', 'launch_fail', 'warn')).toEqual(['ok', 'ok', 'warn']);
    expect(run('ok', 'warn', 'launch_fail', 'launch_fail')).toEqual(['ok', 'ok', 'warn', 'launch_fail']);
    expect(run('launch_fail', 'ok', 'warn')).toEqual(['launch_fail', 'launch_fail', 'warn']);
  });

  it('one odd sample changes nothing', () => {
    fc.assert(
      fc.property(fc.constantFrom(...LEVELS), fc.constantFrom(...LEVELS), (usual, odd) => {
        expect(run(usual, odd, usual).at(-1)).toBe(usual);
      }),
    );
    expect(rank('ok')).toBeLessThan(rank('warn'));
  });

  it('a first sample that failed heals without a restart [CLK-19]', () => {
    const first = assess({ sample: none, unsynchronisedForMs: 0, database: null });
    const good = assess({ sample: sample(3), unsynchronisedForMs: 0, database: null });
    const states = [first, good, good].reduce<(typeof NO_STATE)[]>(
      (all, each) => [...all, settle(all.at(-1) ?? NO_STATE, each)],
      [],
    );
    expect(states.map((each) => each.current?.reason)).toEqual(['unknown', 'unknown', 'synchronised']);
  });
});

describe('steps', () => {
  it.each([
    ['forwards by ten minutes', 1_000, 601_000, 600_000],
    ['backwards by five seconds', 1_000, -4_000, -5_000],
    ['a leap second', 1_000, 0, -1_000],
    ['a late timer', 9_000, 9_000, null],
    ['slewing', 1_000, 1_400, null],
  ])('%s [CLK-09] [CLK-10] [CLK-16]', (_name, monotonicMs, wallMs, byMs) => {
    const before = { wallMs: 5_000_000, monotonicMs: 100 };
    expect(stepBetween(before, { wallMs: 5_000_000 + wallMs, monotonicMs: 100 + monotonicMs })).toBe(byMs);
  });
});

describe('the correction of signing', () => {
  const run = (...skews: readonly (number | null)[]) => {
    let state: ReturnType<typeof correct> = NO_CORRECTION;
    return skews.map((aheadMs) => {
      state = correct(state, aheadMs === null ? null : { aheadMs, boundMs: 100 });
      return state.shiftMs;
    });
  };

  it('begins with the third window in a row that says the same, above five seconds', () => {
    expect(run(42_000, 42_100, 42_050)).toEqual([0, 0, 42_050]);
    expect(run(-31_000, -31_100, -31_050, -31_060)).toEqual([0, 0, -31_050, -31_060]);
    expect(run(4_900, 4_900, 4_900)).toEqual([0, 0, 0]);
  });

  it('ends with a window that says nothing or something else', () => {
    expect(run(42_000, 42_000, 42_000, null, 42_000)).toEqual([0, 0, 42_000, 0, 0]);
    expect(run(42_000, 42_000, 42_000, 12_000)).toEqual([0, 0, 42_000, 0]);
    expect(run(42_000, -42_000, 42_000)).toEqual([0, 0, 0]);
  });
});
