/**
 * What the room tells: a node's state, one alert with one reason, and the picture of all nodes. Pure. An alert is a whole
 * sentence that says what is wrong and what it does to players.
 */
import type { AggregatorClock, Share, Verdict } from './prediction.ts';
import { shareOf } from './prediction.ts';
import type { Estimate, ProbeName, Sample } from './reading.ts';
import { rank, seconds, THRESHOLDS } from './rules.ts';
import type { Assessment, Level, Reason } from './rules.ts';

export interface Alert {
  readonly level: Exclude<Level, 'ok'>;
  readonly reason: Reason;
  readonly message: string;
  /** whose launches fail */
  readonly aggregators: readonly string[];
}

/** One node, as it last said of itself. */
export interface NodeReport {
  readonly node: string;
  readonly level: Level;
  readonly reason: Reason;
  readonly message: string;
  readonly probe: ProbeName | null;
  readonly estimate: Estimate | null;
  /** its clock against the database's */
  readonly database: Estimate | null;
  readonly aggregators: Readonly<Record<string, NodeAggregator>>;
  readonly alert: Alert | null;
  readonly seenAtMs: number;
}

/** As stored. */
export type NodeAggregator = { readonly verdict: Verdict; readonly ahead_ms: number | null };

export interface ClockReport {
  /** this node, with how it came to its state; null before the first sample */
  readonly own: OwnReport;
  /** every node heard of lately, this one among them */
  readonly nodes: readonly NodeReport[];
  readonly aggregators: readonly (AggregatorClock & Share)[];
  /** the gravest of all nodes */
  readonly alert: Alert | null;
}

export interface OwnReport {
  readonly node: string;
  readonly assessment: Assessment;
  readonly message: string;
  readonly sample: Sample | null;
  readonly database: Estimate | null;
  /** since the last sample, by the monotonic clock */
  readonly sampleAgeMs: number | null;
  readonly steps: number;
  readonly lastStep: { readonly atMs: number; readonly byMs: number } | null;
}

const failing = (each: AggregatorClock): boolean => each.verdict === 'fails' || each.verdict === 'some_fail';

/** `node b is 42.1 s fast; launches to hub88 fail`; null when nothing is wrong. */
export function alertOf(node: string, assessment: Assessment, aggregators: readonly AggregatorClock[]): Alert | null {
  const broken = aggregators.filter(failing);
  const { level, reason } = assessment;
  if (level !== 'ok') {
    const names = broken.map((each) => each.name);
    return { level, reason, message: `${sentenceOf(node, assessment)}${launches(broken)}`, aggregators: names };
  }
  const wrong = aggregators.find(
    (each) => each.fault === 'theirs' && (failing(each) || Math.abs(each.skew?.aheadMs ?? 0) >= THRESHOLDS.criticalMs),
  );
  if (wrong === undefined) return null;
  return {
    level: failing(wrong) ? 'critical' : 'warn',
    reason: 'aggregator_clock',
    message: `${theirWords(wrong)}${launches([wrong].filter(failing))}`,
    aggregators: [wrong].filter(failing).map((each) => each.name),
  };
}

export const sentenceOf = (node: string, { words }: Assessment): string => `node ${node} ${words}`;

function launches(broken: readonly AggregatorClock[]): string {
  if (broken.length === 0) return '';
  const some = broken.every((each) => each.verdict === 'some_fail') ? 'some ' : '';
  return `; ${some}launches to ${broken.map((each) => each.name).join(', ')} fail`;
}

function theirWords({ name, skew, samples }: AggregatorClock): string {
  if (skew !== null) {
    const direction = skew.aheadMs > 0 ? 'slow' : 'fast';
    return `the clock of ${name} is ${seconds(Math.abs(skew.aheadMs))} s ${direction}, ours is right`;
  }
  const all = samples.map((each) => each.aheadMs);
  return `${name} answers with several clocks, ${seconds(Math.max(...all) - Math.min(...all))} s apart, ours is right`;
}

/** Every aggregator as this node sees it, with the nodes on which its launches fail. */
export function withShares(
  aggregators: readonly AggregatorClock[],
  nodes: readonly NodeReport[],
): ClockReport['aggregators'] {
  const said = nodes.map(({ node, aggregators: of }) => ({
    node,
    verdicts: Object.fromEntries(Object.entries(of).map(([name, each]) => [name, each.verdict])),
  }));
  return aggregators.map((each) => ({ ...each, ...shareOf(each.name, said) }));
}

/** The alert to show for all nodes together: the gravest, of those the first by name. */
export function gravest(nodes: readonly NodeReport[]): Alert | null {
  const alerts = nodes.flatMap((each) => each.alert ?? []);
  return alerts.toSorted((a, b) => rank(b.level) - rank(a.level))[0] ?? null;
}
