/**
 * What a sample means: one level and one reason, by thresholds; and the hysteresis that keeps a single odd sample from waking
 * anybody. Pure. Nothing that could not be measured is ever called good.
 */
import type { Estimate, Sample } from './reading.ts';

export const LEVELS = ['ok', 'warn', 'critical', 'launch_fail'] as const;
export type Level = (typeof LEVELS)[number];

export const REASONS = [
  'synchronised',
  'drift',
  'unsynchronised',
  'no_external_source',
  'stale',
  'uncertain',
  'unmeasured',
  'unknown',
  'database_clock',
  'aggregator_clock',
] as const;
export type Reason = (typeof REASONS)[number];

export interface Thresholds {
  readonly warnMs: number;
  readonly criticalMs: number;
  readonly launchFailMs: number;
  /** not synchronised for longer is critical */
  readonly unsynchronisedMs: number;
}

export const THRESHOLDS: Thresholds = {
  warnMs: 1_000,
  criticalMs: 15_000,
  launchFailMs: 30_000,
  unsynchronisedMs: 5 * 60_000,
};

export interface Assessment {
  readonly level: Level;
  readonly reason: Reason;
  /** what is the matter, without a subject: "is 42.1 s fast" */
  readonly words: string;
}

export interface Circumstances {
  readonly sample: Sample;
  /** how long the machine has been saying that it is not synchronised; 0 when it does not */
  readonly unsynchronisedForMs: number;
  /** our clock against the database's; null: it could not be asked */
  readonly database: Estimate | null;
  readonly thresholds?: Thresholds;
}

const MIN_STALE_MS = 64_000;
const MAX_STALE_MS = 3_600_000;

/** The first thing that is wrong, gravest first; or that nothing is. */
export function assess(circumstances: Circumstances): Assessment {
  const { sample, unsynchronisedForMs } = circumstances;
  const limits = circumstances.thresholds ?? THRESHOLDS;
  const { measured, sync } = sample;
  const ahead = measured?.estimate.aheadMs ?? 0;
  const offMs = Math.abs(ahead);
  const drift = (level: Level): Assessment => ({ level, reason: 'drift', words: driftWords(sample, ahead) });
  if (offMs >= limits.launchFailMs) return drift('launch_fail');
  if (offMs >= limits.criticalMs) return drift('critical');
  const unsynchronised = { reason: 'unsynchronised', words: 'is not synchronised with anything' } as const;
  if (sync === 'unsynchronised' && unsynchronisedForMs > limits.unsynchronisedMs)
    return { level: 'critical', ...unsynchronised };
  if (offMs > limits.warnMs) return drift('warn');
  if (sync === 'unsynchronised') return { level: 'warn', ...unsynchronised };
  const { database } = circumstances;
  if (database !== null && Math.abs(database.aheadMs) - database.boundMs > limits.warnMs)
    return warn('database_clock', `and the database's clock are ${seconds(Math.abs(database.aheadMs))} s apart`);
  if (sync === 'local')
    return warn('no_external_source', 'follows only itself: its time daemon has no external source');
  if (measured === null) {
    return sync === 'synchronised'
      ? warn('unmeasured', 'counts as synchronised, but nothing says how exactly')
      : warn('unknown', 'is not known to be right: no probe could tell');
  }
  const { ageMs, updateEveryMs, estimate } = measured;
  if (ageMs !== null && ageMs > staleAfterMs(updateEveryMs))
    return warn('stale', `was last compared ${seconds(ageMs)} s ago: its time source is lost`);
  if (offMs + estimate.boundMs > limits.warnMs)
    return warn('uncertain', `is known only to within ${seconds(offMs + estimate.boundMs)} s`);
  return { level: 'ok', reason: 'synchronised', words: 'is right' };
}

/** Measured against an aggregator alone, nobody knows yet which of the two clocks is wrong. */
function driftWords({ probe, measured }: Sample, aheadMs: number): string {
  if (probe !== 'aggregator_date') return `is ${skewWords(aheadMs)}`;
  const direction = aheadMs > 0 ? 'ahead of' : 'behind';
  return `is ${seconds(Math.abs(aheadMs))} s ${direction} the clock of ${measured?.source ?? 'an aggregator'}`;
}

const warn = (reason: Reason, words: string): Assessment => ({ level: 'warn', reason, words });

/** Four times the interval at which its daemon measures, at least a minute and at most an hour. */
export function staleAfterMs(updateEveryMs: number | null): number {
  return Math.min(MAX_STALE_MS, Math.max(MIN_STALE_MS, 4 * (updateEveryMs ?? 0)));
}

export const seconds = (ms: number): string => (ms / 1_000).toFixed(ms < 100_000 ? 1 : 0);

/** `42.1 s fast`, `2.5 s slow`. */
export function skewWords(aheadMs: number): string {
  return `${seconds(Math.abs(aheadMs))} s ${aheadMs > 0 ? 'fast' : 'slow'}`;
}

export const rank = (level: Level): number => LEVELS.indexOf(level);

export interface Hysteresis {
  readonly current: Assessment | null;
  /** the sample before, if it did not agree with the current state */
  readonly dissent: Assessment | null;
}

export const NO_STATE: Hysteresis = { current: null, dissent: null };

/**
 * The state after one more sample. The first is taken at its word; afterwards the state changes when two samples in a row
 * disagree with it in the same direction, and then only as far as both of them go.
 */
export function settle(state: Hysteresis, sample: Assessment): Hysteresis {
  const { current, dissent } = state;
  if (current === null) return { current: sample, dissent: null };
  // The words carry figures: they are always those of the newest sample.
  if (isSame(sample, current)) return { current: sample, dissent: null };
  if (dissent === null || direction(current, dissent) !== direction(current, sample))
    return { current, dissent: sample };
  if (isSame(sample, dissent)) return { current: sample, dissent: null };
  const milder = rank(sample.level) <= rank(dissent.level) ? sample : dissent;
  const graver = milder === sample ? dissent : sample;
  const next = direction(current, sample) < 0 ? graver : milder;
  return { current: next, dissent: next === sample ? null : sample };
}

const isSame = (a: Assessment, b: Assessment): boolean => a.level === b.level && a.reason === b.reason;

const direction = (from: Assessment, to: Assessment): number => Math.sign(rank(to.level) - rank(from.level));
