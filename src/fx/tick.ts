/**
 * One source's word about one pair, and whether it can be a rate at all. Pure. A word is text until here; whatever is not a
 * positive decimal of sensible size, too old, from the future or outside the operator's bounds is no tick (FX-10).
 */
import type { Pair, Rate } from '../money/index.ts';
import { compareRates, inverseRate, isFurtherThan, isProblem, parseRate, rateOf } from '../money/index.ts';
import type { PairSettings } from './settings.ts';

export const REJECTIONS = [
  /** no answer, or not the one that was asked for */
  'unavailable',
  /** an answer that has no number where it should be */
  'unreadable',
  'not_positive',
  'wrong_pair',
  'inverted',
  'jump',
  'out_of_bounds',
  'disagreement',
  'too_old',
  'from_the_future',
] as const;
export type RejectionReason = (typeof REJECTIONS)[number];

/** What came back when a source was asked. */
export type Answer =
  | {
      readonly kind: 'said';
      readonly source: string;
      /** as written */
      readonly value: string;
      /** when the source last stood by it */
      readonly observedAtMs: number;
      /** of a daily fixing the day it was fixed; else null */
      readonly fixedOnMs: number | null;
      /** the file says it the other way round: one over the value is meant */
      readonly isInverse: boolean;
    }
  | { readonly kind: 'failed'; readonly source: string; readonly reason: RejectionReason; readonly detail: string };

export interface Tick {
  readonly source: string;
  readonly value: string;
  readonly rate: Rate;
  readonly observedAtMs: number;
}

export interface Rejection {
  readonly source: string;
  /** as written, null when there was none */
  readonly value: string | null;
  readonly reason: RejectionReason;
  readonly detail: string;
}

export const MAX_AHEAD_MS = 60_000;
/** From the Thursday before Easter to the Tuesday after it is the longest time without a fixing. */
export const MAX_FIXING_AGE_MS = 6 * 86_400_000;
const MAX_DIGITS = 30;

export function judge(answer: Answer, settings: PairSettings, nowMs: number): Tick | Rejection {
  const { source } = answer;
  if (answer.kind === 'failed') return { source, value: null, reason: answer.reason, detail: answer.detail };
  // It is stored and shown whatever it is.
  const value = (answer.isInverse ? '1/' : '') + answer.value.slice(0, 100).replaceAll(/\p{Cc}/gu, '?');
  const no = (reason: RejectionReason, detail = ''): Rejection => ({ source, value, reason, detail });
  const said = readRate(answer.value);
  if (said === null) return no('unreadable', 'no decimal number');
  if (said === 'not_positive') return no('not_positive');
  const rate = answer.isInverse ? inverseRate(said) : said;
  const { fixedOnMs, observedAtMs } = answer;
  if (observedAtMs > nowMs + MAX_AHEAD_MS) return no('from_the_future', `by ${seconds(observedAtMs - nowMs)}`);
  if (fixedOnMs !== null && nowMs - fixedOnMs > MAX_FIXING_AGE_MS)
    return no('too_old', 'the fixing is of another week');
  if (nowMs - observedAtMs > settings.refuseAfterMs) return no('too_old', `by ${seconds(nowMs - observedAtMs)}`);
  const { min, max } = settings;
  if ((min !== null && compareRates(rate, min) === -1) || (max !== null && compareRates(rate, max) === 1))
    return no('out_of_bounds');
  return { source, value, rate, observedAtMs: Math.min(observedAtMs, nowMs) };
}

/** Why a tick cannot follow the last good rate; null when it can. */
export function breakFrom(last: Rate, tick: Rate, maxJumpBps: number): 'inverted' | 'jump' | null {
  if (!isFurtherThan(tick, last, maxJumpBps)) return null;
  // Near parity a pair and its inverse look alike, so only a rate far away is told to be the other way round.
  const isUpsideDown = !isFurtherThan(inverseRate(tick), last, maxJumpBps) && isOutOfProportion(tick, last);
  return isUpsideDown ? 'inverted' : 'jump';
}

/** More than twice or less than half of it. */
export function isOutOfProportion(tick: Rate, last: Rate): boolean {
  return (
    compareRates(tick, rateOf(last.num * 2n, last.den)) === 1 ||
    compareRates(tick, rateOf(last.num, last.den * 2n)) === -1
  );
}

/** The rate that a recorded word stood for; null when it stood for none. */
export function rateOfWord(value: string): Rate | null {
  const isInverse = value.startsWith('1/');
  const rate = readRate(isInverse ? value.slice(2) : value);
  if (rate === null || rate === 'not_positive') return null;
  return isInverse ? inverseRate(rate) : rate;
}

/** A rate from a source's text. Exponents are read exactly: some servers write 0.0000081 as 8.1e-06. */
export function readRate(text: string): Rate | 'not_positive' | null {
  const plain = plainDecimal(text);
  if (plain === null || plain.replace(/^[-0.]+/, '').replace('.', '').length > MAX_DIGITS) return null;
  const rate = parseRate(plain);
  if (!isProblem(rate)) return rate;
  return rate.reason === 'not_positive' ? 'not_positive' : null;
}

const SCIENTIFIC = /^(-?)([0-9]+)(?:\.([0-9]+))?[eE]([+-]?[0-9]{1,2})$/;

/** The same number without an exponent; null when it has none that could be a rate. */
function plainDecimal(text: string): string | null {
  if (text.length > 80) return null;
  const match = SCIENTIFIC.exec(text);
  if (match === null) return text;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  const digits = whole + fraction;
  const point = whole.length + Number.parseInt(exponent, 10);
  if (Math.abs(point) > 40) return null;
  const padded = point <= 0 ? `${'0'.repeat(1 - point)}${digits}` : digits.padEnd(point, '0');
  const at = Math.max(point, 1);
  const plain = `${padded.slice(0, at).replace(/^0+(?=[0-9])/, '')}.${padded.slice(at)}`;
  return sign + plain.replace(/\.$/, '');
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1_000)} s`;
}

/** A word that says it is about another pair than was asked for. */
export function wrongPair(source: string, pair: Pair): Answer {
  return {
    kind: 'failed',
    source,
    reason: 'wrong_pair',
    detail: `the answer is not about ${pair.wallet}/${pair.game}`,
  };
}
