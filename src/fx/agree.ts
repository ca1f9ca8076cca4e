/**
 * From several sources' words to one rate, or to the decision to keep the last good one (FX-10, FX-11). Pure.
 *
 * A price that jumps is not believed at once. If it stays where it jumped to for as long as an old rate may be used, the old
 * one is gone by then, and the new level is taken: else a real crash would close the pair for ever. A level more than twice or
 * less than half the last one is taken only when two sources agree on it, or the operator's bounds allow it.
 */
import type { Rate } from '../money/index.ts';
import { compareRates, isFurtherThan, middleRate } from '../money/index.ts';
import type { PairSettings } from './settings.ts';
import type { Answer, Rejection, Tick } from './tick.ts';
import { breakFrom, isOutOfProportion, judge, rateOfWord } from './tick.ts';

/** What the last quote of the pair was made of. */
export interface LastGood {
  readonly rate: Rate;
  readonly observedAtMs: number;
}

/** A jump that was turned down before. */
export interface EarlierJump {
  readonly source: string;
  readonly value: string;
  readonly atMs: number;
}

export interface Limits {
  readonly maxJumpBps: number;
  readonly maxDisagreementBps: number;
}

export interface Evidence {
  readonly answers: readonly Answer[];
  readonly last: LastGood | null;
  /** newest first */
  readonly jumps: readonly EarlierJump[];
  readonly nowMs: number;
}

export type Verdict = {
  readonly rejected: readonly Rejection[];
} & (
  | {
      readonly kind: 'rate';
      readonly rate: Rate;
      readonly observedAtMs: number;
      readonly used: readonly Tick[];
      /** a jump that held, and is the new level now */
      readonly isNewLevel: boolean;
    }
  /** nothing can be believed: the last good rate stays, and ages; null: there is none */
  | { readonly kind: 'keep'; readonly last: LastGood | null }
);

export function evaluate(evidence: Evidence, settings: PairSettings, limits: Limits): Verdict {
  const { answers, last, nowMs } = evidence;
  const rejected: Rejection[] = [];
  const good: Tick[] = [];
  const jumped: Tick[] = [];
  for (const answer of answers) {
    const judged = judge(answer, settings, nowMs);
    if ('reason' in judged) {
      rejected.push(judged);
      continue;
    }
    const broken = last === null ? null : breakFrom(last.rate, judged.rate, limits.maxJumpBps);
    if (broken === null) good.push(judged);
    else if (broken === 'jump') jumped.push(judged);
    else rejected.push(rejection(judged, broken, 'one over it is near the last good rate'));
  }
  if (good.length === 0) {
    const held = last === null ? [] : jumped.filter((tick) => isHeld(tick, evidence, settings, limits));
    const level = agreement(held, limits.maxDisagreementBps);
    if (last !== null && level !== null && isPossible(level.used, last, settings)) {
      const others = jumped.filter((tick) => !held.includes(tick)).map(asJump);
      return { kind: 'rate', ...level, isNewLevel: true, rejected: [...rejected, ...others, ...level.rejected] };
    }
  }
  rejected.push(...jumped.map(asJump));
  const found = agreement(good, limits.maxDisagreementBps);
  if (found !== null) return { kind: 'rate', ...found, isNewLevel: false, rejected: [...rejected, ...found.rejected] };
  return { kind: 'keep', last, rejected: [...rejected, ...good.map(asDisagreement)] };
}

/**
 * The median of those that agree. Of two that do not, nobody knows which is right; of more, whoever is far from the median is
 * wrong, as long as a majority is left.
 */
function agreement(
  ticks: readonly Tick[],
  maxBps: number,
): { rate: Rate; observedAtMs: number; used: readonly Tick[]; rejected: readonly Rejection[] } | null {
  if (ticks.length === 0) return null;
  const middle = median(ticks.map((each) => each.rate));
  if (!spreadsTooFar(ticks, maxBps)) return { rate: middle, observedAtMs: oldest(ticks), used: ticks, rejected: [] };
  const near = ticks.filter((each) => !isFurtherThan(each.rate, middle, maxBps));
  if (ticks.length < 3 || near.length * 2 <= ticks.length) return null;
  const far = ticks.filter((each) => !near.includes(each));
  return {
    rate: median(near.map((each) => each.rate)),
    observedAtMs: oldest(near),
    used: near,
    rejected: far.map(asDisagreement),
  };
}

/** True when the highest is further than that from the lowest. */
function spreadsTooFar(ticks: readonly Tick[], maxBps: number): boolean {
  const sorted = ticks.map((each) => each.rate).toSorted(compareRates);
  const [lowest, highest] = [sorted[0], sorted.at(-1)];
  return lowest !== undefined && highest !== undefined && isFurtherThan(highest, lowest, maxBps);
}

export function median(rates: readonly Rate[]): Rate {
  const sorted = rates.toSorted(compareRates);
  const [low, high] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.floor(sorted.length / 2)]];
  if (low === undefined || high === undefined) throw new RangeError('a median needs at least one rate');
  return low === high ? low : middleRate(low, high);
}

function oldest(ticks: readonly Tick[]): number {
  return Math.min(...ticks.map((each) => each.observedAtMs));
}

/** The source has said about the same in an unbroken row for long enough, and the last good rate has had its time. */
function isHeld(tick: Tick, { jumps, last, nowMs }: Evidence, settings: PairSettings, limits: Limits): boolean {
  if (last === null || nowMs - last.observedAtMs <= settings.refuseAfterMs) return false;
  let since = nowMs;
  for (const jump of jumps) {
    if (jump.source !== tick.source || jump.atMs < last.observedAtMs) continue;
    const rate = rateOfWord(jump.value);
    if (rate === null || isFurtherThan(rate, tick.rate, limits.maxJumpBps)) break;
    since = jump.atMs;
  }
  return nowMs - since >= settings.refuseAfterMs;
}

function isPossible(used: readonly Tick[], last: LastGood, { min, max }: PairSettings): boolean {
  if (used.length > 1 || (min !== null && max !== null)) return true;
  return used.every((tick) => !isOutOfProportion(tick.rate, last.rate));
}

const rejection = (tick: Tick, reason: Rejection['reason'], detail: string): Rejection => ({
  source: tick.source,
  value: tick.value,
  reason,
  detail,
});
const asJump = (tick: Tick): Rejection => rejection(tick, 'jump', 'too far from the last good rate');
const asDisagreement = (tick: Tick): Rejection => rejection(tick, 'disagreement', 'too far from the other sources');
