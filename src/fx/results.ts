/**
 * What rates did to the house: GGR stays at the rates of the rounds, and what the coins it kept or paid are worth now is a line of
 * its own (FX-25), as is what the spread brought in (FX-22). Exact fractions until they are told. Pure.
 */
import {
  addDecimals,
  addRationals,
  exchangeResult,
  isProblem,
  nearestDecimal,
  parseDecimal,
  parseRate,
  spreadResult,
  ZERO_DECIMAL,
  ZERO_RATIONAL,
} from '../money/index.ts';
import type { Decimal, Rate, Rational } from '../money/index.ts';

/** What the house took less what it gave, converted at one rate. */
export interface ConvertedAt {
  readonly pair: string;
  readonly walletScale: number;
  readonly gameScale: number;
  readonly rate: string;
  readonly market: string;
  readonly units: bigint;
  readonly amount: string;
  readonly counts: 'ggr' | 'other';
}

export interface PairResult {
  readonly pair: string;
  readonly walletScale: number;
  /** wallet units the house kept; below zero: paid out */
  readonly units: bigint;
  /** in the game's currency, at the rates of the rounds */
  readonly ggr: Decimal;
  /** the same of what no GGR counts: free-round wins, promotions, jackpots, tips, corrections */
  readonly other: Decimal;
  /** gain of having held the units since, in the game's currency; null: there is no rate now */
  readonly exchange: Decimal | null;
  readonly spread: Decimal;
}

/** Digits beyond the game's currency: a few coins of a small rate still show. */
const MORE_DIGITS = 6;

/** One line a pair, by name. `nowOf`: the market's rate of a pair at this moment. */
export function resultsOf(lines: readonly ConvertedAt[], nowOf: (pair: string) => Rate | null): readonly PairResult[] {
  const names = [...new Set(lines.map((each) => each.pair))].toSorted();
  return names.flatMap((pair) => {
    const own = lines.filter((each) => each.pair === pair);
    const [first] = own;
    if (first === undefined) return [];
    const now = nowOf(pair);
    const digits = first.gameScale + MORE_DIGITS;
    const sum = (of: (line: ConvertedAt) => Rational): Decimal =>
      nearestDecimal(own.map(of).reduce(addRationals, ZERO_RATIONAL), digits);
    const held = ({ units, walletScale, rate }: ConvertedAt): Rational =>
      now === null ? ZERO_RATIONAL : exchangeResult(units, walletScale, rateOf(rate), now);
    return [
      {
        pair,
        walletScale: first.walletScale,
        units: own.reduce((total, each) => total + each.units, 0n),
        ggr: amountsOf(own, 'ggr'),
        other: amountsOf(own, 'other'),
        exchange: now === null ? null : sum(held),
        spread: sum((each) => spreadResult(each.units, each.walletScale, rateOf(each.market), rateOf(each.rate))),
      },
    ];
  });
}

function amountsOf(lines: readonly ConvertedAt[], counts: ConvertedAt['counts']): Decimal {
  return lines
    .filter((each) => each.counts === counts)
    .map((each) => amountOf(each.amount))
    .reduce(addDecimals, ZERO_DECIMAL);
}

function rateOf(text: string): Rate {
  const rate = parseRate(text);
  if (isProblem(rate)) throw new Error('defect: a stored rate is none');
  return rate;
}

function amountOf(text: string): Decimal {
  const amount = parseDecimal(text);
  if (isProblem(amount)) throw new Error('defect: a sum is no amount');
  return amount;
}
