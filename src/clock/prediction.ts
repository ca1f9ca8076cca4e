/**
 * Whose launches fail, and why: a measured difference of clocks against the window within which an aggregator accepts a signed
 * launch. Pure. It also says whose clock is wrong, which is what decides who is to be called (CLK-13).
 */
import type { DateState } from './date-skew.ts';
import { estimateOf } from './date-skew.ts';
import type { Estimate } from './reading.ts';

/** How far our clock may be from the aggregator's before it refuses a launch that was signed just now. */
export interface LaunchWindow {
  /** ours fast: a launch from the future */
  readonly aheadMs: number;
  /** ours slow: a launch that has expired when it is issued */
  readonly behindMs: number;
}

export type Verdict = 'opens' | 'fails' | 'some_fail' | 'unknown';

/** Does a launch open that is signed by a clock this far ahead of the verifier's? */
export function opens(window: LaunchWindow, aheadMs: number): boolean {
  return aheadMs < window.aheadMs && -aheadMs < window.behindMs;
}

export type Fault = 'none' | 'ours' | 'theirs' | 'unknown';

export interface AggregatorClock {
  readonly name: string;
  readonly window: LaunchWindow;
  /** our clock against theirs; null: not measured, or no single one */
  readonly skew: Estimate | null;
  readonly state: DateState['kind'];
  /** when inconsistent: what each sample alone would say */
  readonly samples: readonly Estimate[];
  readonly fault: Fault;
  readonly verdict: Verdict;
  /** what is taken off the time of signing; 0 unless the correction is switched on and in use */
  readonly shiftMs: number;
}

export interface AboutAggregator {
  readonly name: string;
  readonly window: LaunchWindow;
  readonly dates: DateState;
  /** our clock against true time, by a probe other than aggregators; null: not known */
  readonly own: Estimate | null;
  readonly shiftMs: number;
}

/** Differences up to this are nobody's fault. */
const TOLERANCE_MS = 1_000;

export function predict({ name, window, dates, own, shiftMs }: AboutAggregator): AggregatorClock {
  const samples = dates.kind === 'inconsistent' ? dates.intervals.map(estimateOf) : [];
  const skew = dates.kind === 'measured' ? estimateOf(dates.interval) : null;
  // Without a word of theirs they are taken to be right.
  const against = skew ?? (dates.kind === 'none' ? own : null);
  return {
    name,
    window,
    skew,
    state: dates.kind,
    samples,
    fault: samples.length > 0 ? faultOfSeveral(own) : faultOf(skew, own),
    verdict: verdictOf(window, against === null ? samples : [against], shiftMs),
    shiftMs,
  };
}

function verdictOf(window: LaunchWindow, estimates: readonly Estimate[], shiftMs: number): Verdict {
  if (estimates.length === 0) return 'unknown';
  const opening = estimates.filter((each) => opens(window, each.aheadMs - shiftMs)).length;
  if (opening === estimates.length) return 'opens';
  return opening === 0 ? 'fails' : 'some_fail';
}

function faultOf(skew: Estimate | null, own: Estimate | null): Fault {
  if (skew === null || Math.abs(skew.aheadMs) - skew.boundMs <= TOLERANCE_MS) return 'none';
  if (own === null) return 'unknown';
  return isRight(own) ? 'theirs' : 'ours';
}

/** Several clocks behind one name; or ours was being put right in the meantime. */
const faultOfSeveral = (own: Estimate | null): Fault => (own !== null && isRight(own) ? 'theirs' : 'unknown');

const isRight = (own: Estimate): boolean => Math.abs(own.aheadMs) - own.boundMs <= TOLERANCE_MS;

/** What one node says of itself, as the others read it. */
export interface NodeVerdicts {
  readonly node: string;
  readonly verdicts: Readonly<Record<string, Verdict>>;
}

export interface Share {
  readonly failing: readonly string[];
  /** of all nodes that know, 0 to 1 */
  readonly share: number;
}

/** On which nodes, and on what share of them, the aggregator's launches fail. */
export function shareOf(aggregator: string, nodes: readonly NodeVerdicts[]): Share {
  const known = nodes.filter((each) => (each.verdicts[aggregator] ?? 'unknown') !== 'unknown');
  const failing = known.filter((each) => each.verdicts[aggregator] !== 'opens').map((each) => each.node);
  return { failing, share: known.length === 0 ? 0 : failing.length / known.length };
}
