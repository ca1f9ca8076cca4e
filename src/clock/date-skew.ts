/**
 * How far two clocks are apart, by the whole seconds of HTTP `Date` headers. Pure. One answer narrows the difference to about a
 * second; several, asked near the turn of a second, to a fraction. Answers that no single difference explains mean a stepped
 * clock or several clocks behind one name: then there is no estimate (CLK-15).
 */
import type { DateSample } from '../wire/index.ts';
import type { Estimate } from './reading.ts';

/** The difference local − remote lies strictly between. */
export interface Interval {
  readonly lowMs: number;
  readonly highMs: number;
}

const SECOND_MS = 1_000;
const MAX_ROUND_TRIP_MS = 2_000;
const LOOPBACK = new Set(['127.0.0.1', '[::1]', 'localhost']);

/** Why a sample says nothing; null when it does (CLK-14). */
export function unfitness(sample: DateSample): 'cached' | 'slow' | 'not_over_tls' | null {
  if (sample.ageSeconds > 0) return 'cached';
  if (sample.receivedAtMs - sample.sentAtMs > MAX_ROUND_TRIP_MS || sample.receivedAtMs < sample.sentAtMs) return 'slow';
  const url = new URL(sample.origin);
  return url.protocol === 'https:' || LOOPBACK.has(url.hostname) ? null : 'not_over_tls';
}

/** What one sample allows: the header is the remote second that was current between our sending and our receiving. */
export function intervalOf(sample: Pick<DateSample, 'sentAtMs' | 'receivedAtMs' | 'dateMs'>): Interval {
  return { lowMs: sample.sentAtMs - sample.dateMs - SECOND_MS, highMs: sample.receivedAtMs - sample.dateMs };
}

/** What all of them allow together; null when nothing does. */
export function intersect(intervals: readonly Interval[]): Interval | null {
  const lowMs = Math.max(...intervals.map((each) => each.lowMs));
  const highMs = Math.min(...intervals.map((each) => each.highMs));
  return intervals.length > 0 && lowMs < highMs ? { lowMs, highMs } : null;
}

export function estimateOf({ lowMs, highMs }: Interval): Estimate {
  return { aheadMs: (lowMs + highMs) / 2, boundMs: (highMs - lowMs) / 2 };
}

/**
 * How long to wait before asking again, so that the remote second turns just as the question arrives: whichever second the
 * answer names, it halves what is still possible.
 */
export function waitForTurn(nowMs: number, known: Interval | null, roundTripMs: number): number {
  if (known === null) return 0;
  const remoteMs = nowMs - estimateOf(known).aheadMs + roundTripMs / 2;
  return Math.ceil(remoteMs / SECOND_MS) * SECOND_MS - remoteMs;
}

export type DateState =
  | { readonly kind: 'none' }
  | { readonly kind: 'measured'; readonly interval: Interval; readonly samples: number }
  /** the intervals that contradict each other, oldest first */
  | { readonly kind: 'inconsistent'; readonly intervals: readonly Interval[] };

export interface DateWindow {
  /** Takes a sample in; says why when it does not. */
  readonly add: (sample: DateSample) => ReturnType<typeof unfitness>;
  readonly state: () => DateState;
  readonly lastRoundTripMs: () => number;
  /** Forgets everything: our own clock was stepped. */
  readonly reset: () => void;
}

const MAX_SAMPLES = 20;
const MAX_AGE_MS = 10 * 60_000;
/** how much two good clocks may drift apart in a while: what an old sample said is that much less certain now */
const MAX_DRIFT = 200e-6;

/** so many must agree after a quarrel before they are believed */
const SETTLED_SAMPLES = 3;

interface Quarrel {
  readonly intervals: readonly Interval[];
  readonly atMs: number;
}

interface Kept {
  readonly interval: Interval;
  readonly atMs: number;
}

/** The last samples of one aggregator. Ages are counted by the monotonic clock, which `monotonic` reads. */
export function createDateWindow(monotonic: () => number): DateWindow {
  let kept: readonly Kept[] = [];
  let quarrels: readonly Quarrel[] = [];
  let roundTripMs = 0;
  const isYoung = (atMs: number): boolean => monotonic() - atMs <= MAX_AGE_MS;
  const aged = ({ interval, atMs }: Kept): Interval => {
    const driftMs = (monotonic() - atMs) * MAX_DRIFT;
    return { lowMs: interval.lowMs - driftMs, highMs: interval.highMs + driftMs };
  };

  return {
    add: (sample) => {
      const unfit = unfitness(sample);
      if (unfit !== null) return unfit;
      roundTripMs = sample.receivedAtMs - sample.sentAtMs;
      const now = { interval: intervalOf(sample), atMs: monotonic() };
      const all = [...kept.filter((each) => isYoung(each.atMs)), now].slice(-MAX_SAMPLES);
      const intervals = all.map(aged);
      if (intersect(intervals) === null) {
        quarrels = [...quarrels.filter((each) => isYoung(each.atMs)), { intervals, atMs: now.atMs }];
        kept = [now];
      } else kept = all;
      return null;
    },
    state: () => {
      const young = kept.filter((each) => isYoung(each.atMs));
      const recent = quarrels.filter((each) => isYoung(each.atMs));
      const last = recent.at(-1);
      // One quarrel is a clock that was put right, if what came after it agrees. More of them are several clocks behind one
      // name, which agree by chance now and then: those are remembered as long as samples are.
      if (last !== undefined && (recent.length > 1 || young.length < SETTLED_SAMPLES))
        return { kind: 'inconsistent', intervals: last.intervals };
      const interval = intersect(young.map(aged));
      return interval === null ? { kind: 'none' } : { kind: 'measured', interval, samples: young.length };
    },
    lastRoundTripMs: () => roundTripMs,
    reset: () => {
      kept = [];
      quarrels = [];
    },
  };
}
