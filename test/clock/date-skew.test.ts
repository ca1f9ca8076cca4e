/** Skew from whole seconds of `Date` headers: the arithmetic, the window, and what it says about whose clock is wrong. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createDateWindow,
  estimateOf,
  intersect,
  intervalOf,
  unfitness,
  waitForTurn,
} from '../../src/clock/date-skew.ts';
import { predict, shareOf } from '../../src/clock/prediction.ts';
import { manualClock } from '../../src/platform/index.ts';
import type { DateSample } from '../../src/wire/index.ts';

type Times = readonly [sent: number, received: number, date: number];

const sample = ([sent, received, date]: Times, more: Partial<DateSample> = {}): DateSample => ({
  origin: 'https://acme.example',
  sentAtMs: sent * 1_000,
  receivedAtMs: received * 1_000,
  dateMs: date * 1_000,
  ageSeconds: 0,
  ...more,
});
const intervals = (times: readonly Times[]) => times.map((each) => intervalOf(sample(each)));
const WINDOW = { aheadMs: 30_000, behindMs: 600_000 };

const CASES = {
  healthy: [
    [1000.2, 1000.35, 1000],
    [1001.95, 1002.08, 1001],
    [1003.05, 1003.19, 1003],
  ],
  fast2: [
    [1002, 1002.12, 1000],
    [1003.7, 1003.83, 1001],
    [1005.85, 1005.96, 1004],
  ],
  fast42: [
    [1042.2, 1042.35, 1000],
    [1043.9, 1044.02, 1001],
  ],
  slow31: [
    [969.3, 969.45, 1000],
    [970.9, 971.05, 1002],
  ],
  inconsistent: [
    [1000.2, 1000.3, 1000],
    [1006, 1006.1, 1001],
  ],
} as const satisfies Record<string, readonly Times[]>;

describe('the difference by Date headers', () => {
  it.each([
    ['healthy', CASES.healthy, 70, 120],
    ['1.8 s fast', CASES.fast2, 1_830, 130],
    ['42 s fast', CASES.fast42, 42_125, 225],
    ['31 s slow', CASES.slow31, -31_325, 375],
    ['one sample alone', [[1000.2, 1000.35, 1000]], -225, 575],
  ] satisfies readonly (readonly [string, readonly Times[], number, number])[])(
    '%s [CLK-12]',
    (_name, times, ahead, bound) => {
      const interval = intersect(intervals(times));
      expect(interval === null ? null : estimateOf(interval)).toEqual({
        aheadMs: expect.closeTo(ahead, 3),
        boundMs: expect.closeTo(bound, 3),
      });
    },
  );

  it('several clocks behind one name have no difference in common [CLK-15]', () => {
    expect(intersect(intervals(CASES.inconsistent))).toBeNull();
    expect(intersect([])).toBeNull();
  });

  it.each([
    [{ ageSeconds: 120 }, 'cached'],
    [{ receivedAtMs: 1_003_000 }, 'slow'],
    [{ receivedAtMs: 999_000 }, 'slow'],
    [{ origin: 'http://acme.example' }, 'not_over_tls'],
    [{ origin: 'http://127.0.0.1:4401' }, null],
    [{}, null],
  ] as const)('a sample with %j is worth: %s [CLK-14]', (more, why) => {
    expect(unfitness(sample([1000.2, 1000.35, 1000], more))).toBe(why);
  });

  it('never excludes the true difference, and asking at the turn of the second halves what is left', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -60_000, max: 60_000, noNaN: true }),
        fc.double({ min: 1, max: 120, noNaN: true }),
        fc.double({ min: 0.05, max: 0.95, noNaN: true }),
        (aheadMs, roundTripMs, share) => {
          let nowMs = 1_000_000_000;
          let known: ReturnType<typeof intersect> = null;
          for (let turn = 0; turn < 12; turn += 1) {
            nowMs += waitForTurn(nowMs, known, roundTripMs);
            const remoteMs = nowMs + roundTripMs * share - aheadMs;
            const found = intervalOf({
              sentAtMs: nowMs,
              receivedAtMs: nowMs + roundTripMs,
              dateMs: Math.floor(remoteMs / 1_000) * 1_000,
            });
            known = intersect(known === null ? [found] : [known, found]);
            expect(known).not.toBeNull();
            if (known === null) return;
            expect(known.lowMs).toBeLessThanOrEqual(aheadMs);
            expect(known.highMs).toBeGreaterThanOrEqual(aheadMs);
            nowMs += 60_000;
          }
          expect(known === null ? 0 : known.highMs - known.lowMs).toBeLessThan(2 * roundTripMs + 10);
        },
      ),
    );
  });
});

describe('the window of an aggregator', () => {
  it('keeps samples for ten minutes of the monotonic clock, whatever the wall clock does [CLK-09]', () => {
    const clock = manualClock(1_000_000);
    const window = createDateWindow(() => clock.monotonic());
    window.add(sample(CASES.healthy[0]));
    clock.set(1_000_000 + 600_000);
    clock.advance(9 * 60_000);
    expect(window.state()).toMatchObject({ kind: 'measured', samples: 1 });
    clock.set(0);
    clock.advance(60_001);
    expect(window.state()).toEqual({ kind: 'none' });
  });

  it('reports a quarrel for as long as it is young, then begins anew [CLK-15]', () => {
    const clock = manualClock(0);
    const window = createDateWindow(() => clock.monotonic());
    for (const each of CASES.inconsistent) window.add(sample(each));
    expect(window.state()).toMatchObject({ kind: 'inconsistent', intervals: [{}, {}] });
    clock.advance(10 * 60_000 + 1);
    window.add(sample(CASES.fast42[0]));
    expect(window.state()).toMatchObject({ kind: 'measured', samples: 1 });
    window.reset();
    expect(window.state()).toEqual({ kind: 'none' });
  });

  it('believes an aggregator whose clock was put right after three samples that agree, not one with two clocks [CLK-15]', () => {
    const clock = manualClock(0);
    const window = createDateWindow(() => clock.monotonic());
    const take = (...offsets: readonly number[]) => {
      for (const offset of offsets) {
        clock.advance(60_000);
        window.add(sample([1000.2 + offset, 1000.3 + offset, 1000]));
      }
      return window.state().kind;
    };
    expect(take(0, 0, 0)).toBe('measured');
    expect(take(45)).toBe('inconsistent');
    expect(take(45)).toBe('inconsistent');
    expect(take(45)).toBe('measured');
    expect(take(0, 0, 0)).toBe('inconsistent');
    expect(take(0, 0, 0, 0, 0, 0)).toBe('measured');
  });

  it('takes none from a cache [CLK-14]', () => {
    const window = createDateWindow(() => 0);
    expect(window.add(sample(CASES.healthy[0], { ageSeconds: 120 }))).toBe('cached');
    expect(window.state()).toEqual({ kind: 'none' });
  });

  it('clocks that drift apart as clocks do are no quarrel, and 100 ppm are noticed at 1 s after 2.8 hours [CLK-11]', () => {
    const clock = manualClock(1_700_000_000_000);
    const window = createDateWindow(() => clock.monotonic());
    let warnedAfterMs = 0;
    for (let elapsedMs = 0; warnedAfterMs === 0 && elapsedMs < 5 * 3_600_000; elapsedMs += 60_000) {
      // Our clock gains 100 ppm on theirs, and is asked at the turn of their second.
      const state = window.state();
      const ahead = elapsedMs * 100e-6;
      const known = state.kind === 'measured' ? state.interval : null;
      const sentAtMs = clock.now() + ahead + waitForTurn(clock.now() + ahead, known, 20);
      const dateMs = Math.floor((sentAtMs + 10 - ahead) / 1_000) * 1_000;
      window.add({ origin: 'https://acme.example', sentAtMs, receivedAtMs: sentAtMs + 20, dateMs, ageSeconds: 0 });
      const after = window.state();
      expect(after.kind).toBe('measured');
      if (after.kind === 'measured' && estimateOf(after.interval).aheadMs > 1_000) warnedAfterMs = elapsedMs;
      clock.advance(60_000);
    }
    expect(warnedAfterMs / 3_600_000).toBeGreaterThan(2.6);
    expect(warnedAfterMs / 3_600_000).toBeLessThan(3);
  });
});

describe('prediction', () => {
  const about = (times: readonly Times[], own: { aheadMs: number; boundMs: number } | null, shiftMs = 0) => {
    const window = createDateWindow(() => 0);
    for (const each of times) window.add(sample(each));
    return predict({ name: 'acme', window: WINDOW, dates: window.state(), own, shiftMs });
  };
  const right = { aheadMs: 10, boundMs: 5 };

  it('says who is wrong: they, when our own source says we are right [CLK-13]', () => {
    expect(about(CASES.fast42, right)).toMatchObject({ fault: 'theirs', verdict: 'fails' });
    expect(about(CASES.fast42, { aheadMs: 42_100, boundMs: 50 })).toMatchObject({ fault: 'ours', verdict: 'fails' });
    expect(about(CASES.fast42, null)).toMatchObject({ fault: 'unknown', verdict: 'fails' });
    expect(about(CASES.healthy, right)).toMatchObject({ fault: 'none', verdict: 'opens' });
  });

  it('keeps to the window of each direction [CLK-07]', () => {
    expect(about(CASES.slow31, right)).toMatchObject({ verdict: 'opens' });
    expect(about([[300, 300.1, 1000]], right)).toMatchObject({ verdict: 'fails' });
    expect(about(CASES.fast42, right, 42_125)).toMatchObject({ verdict: 'opens', shiftMs: 42_125 });
  });

  it('several clocks are judged one by one [CLK-15]', () => {
    expect(about([...CASES.inconsistent, ...CASES.healthy], right)).toMatchObject({
      state: 'inconsistent',
      skew: null,
    });
    const two: readonly Times[] = [
      [1000.2, 1000.3, 1000],
      [1042.2, 1042.3, 1001],
    ];
    expect(about(two, right)).toMatchObject({ verdict: 'some_fail', fault: 'theirs', samples: [{}, {}] });
  });

  it('without their word goes by our own clock, and without that says nothing', () => {
    expect(about([], { aheadMs: 44_999, boundMs: 1 })).toMatchObject({ verdict: 'fails', skew: null });
    expect(about([], right)).toMatchObject({ verdict: 'opens' });
    expect(about([], null)).toMatchObject({ verdict: 'unknown', fault: 'none' });
  });

  it('counts the share of the nodes that know', () => {
    const nodes = Array.from({ length: 20 }, (_unused, index) => ({
      node: `n${index}`,
      verdicts: { acme: index === 7 ? ('fails' as const) : ('opens' as const) },
    }));
    expect(shareOf('acme', nodes)).toEqual({ failing: ['n7'], share: 0.05 });
    expect(shareOf('acme', [...nodes, { node: 'new', verdicts: {} }]).share).toBe(0.05);
    expect(shareOf('other', nodes)).toEqual({ failing: [], share: 0 });
  });
});
