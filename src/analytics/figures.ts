/**
 * The measures of a day from its sums: turnover, payouts, GGR, RTP with a confidence interval, hold, NGR by a recipe. Money is
 * exact throughout; floating point is used for the width of the interval and nowhere else. Pure.
 */
import {
  addDecimals,
  decimalOf,
  divideRounded,
  fromUnits,
  isProblem,
  parseDecimal,
  subtractDecimals,
  unscaledText,
  ZERO_DECIMAL,
} from '../money/index.ts';
import type { Decimal } from '../money/index.ts';
import { addSums, NO_SUMS } from './plays.ts';
import type { Sums } from './plays.ts';
import { addSpread, NO_SPREAD } from './tally.ts';
import type { Spread } from './tally.ts';

/** Sums of one currency, whatever else they are of. */
export interface Figures {
  readonly aggregator: string;
  readonly scale: number;
  readonly sums: Sums;
  readonly spread: Spread;
}

/** What a component of NGR may be a share of. Minor units. */
export const BASES = {
  turnover: (sums: Sums): bigint => sums.stakes,
  payouts: (sums: Sums): bigint => sums.payouts,
  ggr: (sums: Sums): bigint => sums.stakes - sums.payouts,
  bonus: (sums: Sums): bigint => sums.freeWins + sums.promotions,
  free_round_wins: (sums: Sums): bigint => sums.freeWins,
  promotions: (sums: Sums): bigint => sums.promotions,
  free_round_stakes: (sums: Sums): bigint => sums.freeStakes,
  billing_turnover: (sums: Sums): bigint => sums.stakes + sums.freeStakes,
  jackpots: (sums: Sums): bigint => sums.jackpots,
  adjustments: (sums: Sums): bigint => sums.adjustments,
} as const;
export type Basis = keyof typeof BASES;

/** One line that is taken off GGR. */
export interface Component {
  readonly name: string;
  readonly of: Basis;
  /** exact decimal text, e.g. `12` or `0.5`; negative adds to NGR */
  readonly percent: string;
  /** only what this aggregator's games made; null: all of it */
  readonly aggregator: string | null;
}

/** Nothing of a contract is guessed: what players were given is taken off, and fees and taxes only once they are configured. */
export const DEFAULT_RECIPE: readonly Component[] = [
  { name: 'bonus_cost', of: 'bonus', percent: '100', aggregator: null },
];

export interface Interval {
  /** percent, two digits; 95 % of such intervals hold the true return */
  readonly low: string;
  readonly high: string;
}

export interface Measures {
  readonly rounds: bigint;
  readonly bets: bigint;
  readonly freeBets: bigint;
  readonly turnover: Decimal;
  readonly payouts: Decimal;
  readonly ggr: Decimal;
  /** percent, four digits; null where nothing was staked */
  readonly rtp: string | null;
  readonly rtpInterval: Interval | null;
  /** how many plays the interval rests on */
  readonly plays: bigint;
  readonly hold: string | null;
  readonly jackpots: Decimal;
  readonly freeRoundStakes: Decimal;
  readonly freeRoundWins: Decimal;
  readonly promotions: Decimal;
  readonly tips: Decimal;
  readonly adjustments: Decimal;
  readonly billingTurnover: Decimal;
  readonly ngr: Decimal;
  readonly ngrComponents: readonly { readonly name: string; readonly amount: Decimal }[];
}

/** The measures of figures in one currency; a component of one aggregator is a share of that aggregator's part only. */
export function measuresOf(parts: readonly Figures[], recipe: readonly Component[]): Measures {
  const scale = parts[0]?.scale ?? 0;
  const sums = parts.reduce((all, part) => addSums(all, part.sums), NO_SUMS);
  const spread = parts.reduce((all, part) => addSpread(all, part.spread), NO_SPREAD);
  const money = (basis: Basis) => fromUnits(BASES[basis](sums), scale);
  const components = recipe.map((component) => ({ name: component.name, amount: amountOf(component, parts) }));
  const rtp = percentOf(sums.payouts, sums.stakes);
  return {
    rounds: sums.rounds,
    bets: sums.bets,
    freeBets: sums.freeBets,
    turnover: money('turnover'),
    payouts: money('payouts'),
    ggr: money('ggr'),
    rtp,
    rtpInterval: intervalOf(sums, spread),
    plays: spread.plays,
    hold: percentOf(sums.stakes - sums.payouts, sums.stakes),
    jackpots: money('jackpots'),
    freeRoundStakes: money('free_round_stakes'),
    freeRoundWins: money('free_round_wins'),
    promotions: money('promotions'),
    tips: fromUnits(sums.tips, scale),
    adjustments: money('adjustments'),
    billingTurnover: money('billing_turnover'),
    ngr: components.reduce((left, { amount }) => subtractDecimals(left, amount), money('ggr')),
    ngrComponents: components,
  };
}

/** A share of exact units is an exact decimal with a few more digits than the currency has; it is never rounded. */
function amountOf(component: Component, parts: readonly Figures[]): Decimal {
  const percent = parseDecimal(component.percent);
  if (isProblem(percent)) throw new Error(`defect: the recipe's ${component.name} has no percentage`);
  return parts
    .filter(({ aggregator }) => component.aggregator === null || component.aggregator === aggregator)
    .map(({ sums, scale }) =>
      decimalOf(BASES[component.of](sums) * percent.unscaled, scale + percent.scale + PERCENT_DIGITS),
    )
    .reduce(addDecimals, ZERO_DECIMAL);
}

const PERCENT_DIGITS = 2;
const RATIO_DIGITS = 4;

/** `part` of `whole` in percent with four digits; null when there is no whole. */
function percentOf(part: bigint, whole: bigint): string | null {
  if (whole === 0n) return null;
  return unscaledText(
    divideRounded(part * 10n ** BigInt(PERCENT_DIGITS + RATIO_DIGITS), whole, 'half_even'),
    RATIO_DIGITS,
  );
}

/** two-sided 95 % of the normal distribution */
const Z = 1.959964;
const PRECISION = 10n ** 30n;

/**
 * The interval of the return as a ratio of two sums over plays: its variance is n/(n−1) · Σ(p − R·s)² / S². That sum is a
 * fraction of exact integers, Σp² − 2R·Σsp + R²·Σs² with R = P/S; only its root is taken in floating point. Null below two
 * plays. Single large wins make returns far from normal, so that with few plays the true interval is wider.
 */
function intervalOf({ stakes, payouts }: Sums, { plays, stakes2, crossed, payouts2 }: Spread): Interval | null {
  if (plays < 2n || stakes <= 0n) return null;
  const squared = payouts2 * stakes * stakes - 2n * payouts * stakes * crossed + payouts * payouts * stakes2;
  const variance = (squared * plays * PRECISION) / ((plays - 1n) * stakes ** 4n);
  const halfWidth = Z * Math.sqrt(Number(variance) / Number(PRECISION)) * 100;
  const middle = Number((payouts * 10n ** 12n) / stakes) / 1e10;
  return { low: Math.max(0, middle - halfWidth).toFixed(2), high: (middle + halfWidth).toFixed(2) };
}
