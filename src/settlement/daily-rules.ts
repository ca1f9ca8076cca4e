/**
 * Days: counts and sums of stakes, wins and what was undone, by provider, game and currency, of both sides. A day may be cut by
 * the time of a transaction or by the end of its round; where only that differs, nothing is missing. Pure.
 */
import {
  addDecimals,
  compareDecimals,
  formatDecimal,
  isProblem,
  parseDecimal,
  subtractDecimals,
  ZERO_DECIMAL,
} from '../money/index.ts';
import type { Decimal } from '../money/index.ts';

export interface DayFigures {
  readonly bets: number;
  readonly bet: Decimal;
  readonly betRollbacks: number;
  readonly betRollback: Decimal;
  readonly wins: number;
  readonly win: Decimal;
  readonly winRollbacks: number;
  readonly winRollback: Decimal;
}

export interface DayKey {
  readonly provider: string;
  readonly game: string;
  readonly currency: string;
}

export interface DayComparison extends DayKey {
  readonly ours: DayFigures;
  /** null: the aggregator has not reported the day */
  readonly theirs: DayFigures | null;
  readonly differs: boolean;
  /** both sides agree when the day is cut the other way */
  readonly explained: boolean;
}

export const NO_FIGURES: DayFigures = {
  bets: 0,
  bet: ZERO_DECIMAL,
  betRollbacks: 0,
  betRollback: ZERO_DECIMAL,
  wins: 0,
  win: ZERO_DECIMAL,
  winRollbacks: 0,
  winRollback: ZERO_DECIMAL,
};

/** Stakes kept minus wins kept. */
export function ggrOf(figures: DayFigures): Decimal {
  const stakes = subtractDecimals(figures.bet, figures.betRollback);
  return subtractDecimals(stakes, subtractDecimals(figures.win, figures.winRollback));
}

export function addFigures(a: DayFigures, b: DayFigures): DayFigures {
  return {
    bets: a.bets + b.bets,
    bet: addDecimals(a.bet, b.bet),
    betRollbacks: a.betRollbacks + b.betRollbacks,
    betRollback: addDecimals(a.betRollback, b.betRollback),
    wins: a.wins + b.wins,
    win: addDecimals(a.win, b.win),
    winRollbacks: a.winRollbacks + b.winRollbacks,
    winRollback: addDecimals(a.winRollback, b.winRollback),
  };
}

/** Money decides; counts are only shown, because a win of nothing may or may not be one. */
export function sameFigures(a: DayFigures, b: DayFigures): boolean {
  return (
    compareDecimals(subtractDecimals(a.bet, a.betRollback), subtractDecimals(b.bet, b.betRollback)) === 0 &&
    compareDecimals(subtractDecimals(a.win, a.winRollback), subtractDecimals(b.win, b.winRollback)) === 0
  );
}

export const dayName = (key: DayKey): string => JSON.stringify([key.provider, key.game, key.currency]);

export type Figures = ReadonlyMap<string, DayKey & { readonly figures: DayFigures }>;

/** Sums of one side by name. */
export function collect(lines: readonly (DayKey & { readonly figures: DayFigures })[]): Figures {
  const sums = new Map<string, DayKey & { readonly figures: DayFigures }>();
  for (const { provider, game, currency, figures } of lines) {
    const name = dayName({ provider, game, currency });
    const known = sums.get(name);
    sums.set(name, {
      provider,
      game,
      currency,
      figures: known === undefined ? figures : addFigures(known.figures, figures),
    });
  }
  return sums;
}

/** Every line of either side. `other`: our figures with the day cut the other way. */
export function compareDay(ours: Figures, theirs: Figures | null, other: Figures): readonly DayComparison[] {
  const names = [...new Set([...ours.keys(), ...(theirs?.keys() ?? [])])].toSorted();
  return names.flatMap((name) => {
    const key = ours.get(name) ?? theirs?.get(name);
    if (key === undefined) return [];
    const { provider, game, currency } = key;
    const mine = ours.get(name)?.figures ?? NO_FIGURES;
    const said = theirs === null ? null : (theirs.get(name)?.figures ?? NO_FIGURES);
    const differs = said !== null && !sameFigures(mine, said);
    const explained = differs && said !== null && sameFigures(other.get(name)?.figures ?? NO_FIGURES, said);
    return [{ provider, game, currency, ours: mine, theirs: said, differs, explained }];
  });
}

/** As JSON: amounts as text. */
export function figuresJson(figures: DayFigures) {
  return {
    bets: figures.bets,
    bet: formatDecimal(figures.bet),
    bet_rollbacks: figures.betRollbacks,
    bet_rollback: formatDecimal(figures.betRollback),
    wins: figures.wins,
    win: formatDecimal(figures.win),
    win_rollbacks: figures.winRollbacks,
    win_rollback: formatDecimal(figures.winRollback),
    ggr: formatDecimal(ggrOf(figures)),
  };
}
export type FiguresJson = ReturnType<typeof figuresJson>;

/** An amount that SQL has summed. */
export function decimalOfText(text: string): Decimal {
  const amount = parseDecimal(text);
  if (isProblem(amount)) throw new Error('defect: a sum is no amount');
  return amount;
}
