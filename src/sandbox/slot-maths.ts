/**
 * The sandbox slot's rules: five reels, three rows, 5, 10 or 20 lines, a wild. Pure, in minor units, never a float: what a
 * spin pays is exact for every stake that is a multiple of `STAKE_STEP_UNITS`.
 */
import { PAYTABLES, RETURNS, SYMBOLS, VOLATILITIES, WEIGHTS } from './paytables.ts';
import type { Pays, SlotSymbol } from './paytables.ts';
import { below } from './random.ts';
import type { Random } from './random.ts';

export const REELS = 5;
export const ROWS = 3;
/** A line of twenty pays half of what a line of ten does, so stakes come in twenties. */
export const STAKE_STEP_UNITS = 20n;

/** For each line the row on each reel. A game plays the first so many of them. */
export const LINES: readonly (readonly number[])[] = [
  [1, 1, 1, 1, 1],
  [0, 0, 0, 0, 0],
  [2, 2, 2, 2, 2],
  [0, 1, 2, 1, 0],
  [2, 1, 0, 1, 2],
  [0, 0, 1, 2, 2],
  [2, 2, 1, 0, 0],
  [1, 0, 0, 0, 1],
  [1, 2, 2, 2, 1],
  [0, 1, 1, 1, 0],
  [2, 1, 1, 1, 2],
  [1, 0, 1, 2, 1],
  [1, 2, 1, 0, 1],
  [0, 1, 0, 1, 0],
  [2, 1, 2, 1, 2],
  [1, 1, 0, 1, 1],
  [1, 1, 2, 1, 1],
  [0, 0, 2, 0, 0],
  [2, 2, 0, 2, 2],
  [0, 2, 2, 2, 0],
];
export const LINE_COUNTS = [5, 10, 20] as const;

/** One game's rules. */
export interface SlotRules {
  readonly pays: Pays;
  /** how many of `LINES` are played */
  readonly lines: number;
}

export interface LineWin {
  readonly line: number;
  /** the row on each reel of that line */
  readonly rows: readonly number[];
  readonly symbol: SlotSymbol;
  readonly count: number;
  readonly units: bigint;
}

export interface Spin {
  /** `grid[reel][row]` */
  readonly grid: readonly (readonly SlotSymbol[])[];
  readonly wins: readonly LineWin[];
  readonly total: bigint;
}

const STRIP: readonly SlotSymbol[] = SYMBOLS.flatMap((symbol) => Array.from({ length: WEIGHTS[symbol] }, () => symbol));

/** The rules of a game as the catalogue lists it; a game that lists none of ours plays the middle table on ten lines. */
export function rulesOf(game: {
  readonly volatility: string | null;
  readonly rtp: string | null;
  readonly lines: number | null;
}): SlotRules {
  const volatility = VOLATILITIES.find((each) => each === game.volatility) ?? 'medium';
  const declared = RETURNS.find((each) => each === game.rtp) ?? '96.50';
  return { pays: PAYTABLES[volatility][declared], lines: LINE_COUNTS.find((each) => each === game.lines) ?? 10 };
}

/** One spin for a stake in minor units. */
export function spin(random: Random, rules: SlotRules, stake: bigint): Spin {
  const grid = Array.from({ length: REELS }, () =>
    Array.from({ length: ROWS }, () => STRIP[below(random, STRIP.length)] ?? 'cherry'),
  );
  const wins = winsOf(grid, rules, stake);
  return { grid, wins, total: wins.reduce((sum, each) => sum + each.units, 0n) };
}

/** What a grid pays. */
export function winsOf(grid: readonly (readonly SlotSymbol[])[], rules: SlotRules, stake: bigint): readonly LineWin[] {
  return LINES.slice(0, rules.lines).flatMap((rows, line) => {
    const won = lineWin(
      rows.map((row, reel) => grid[reel]?.[row] ?? 'cherry'),
      rules.pays,
    );
    const units = won === null ? 0n : (stake * BigInt(won.percent)) / (10n * BigInt(rules.lines));
    return won === null || units === 0n ? [] : [{ line, rows, symbol: won.symbol, count: won.count, units }];
  });
}

/** The best win of one line: the run of one symbol from the left, wilds standing in, or of wilds themselves. */
export function lineWin(
  symbols: readonly SlotSymbol[],
  pays: Pays,
): { readonly symbol: SlotSymbol; readonly count: number; readonly percent: number } | null {
  const wilds = runOf(symbols, (symbol) => symbol === 'wild');
  const main = symbols.find((symbol) => symbol !== 'wild') ?? 'wild';
  const count = runOf(symbols, (symbol) => symbol === main || symbol === 'wild');
  const asWilds = pay(pays, 'wild', wilds);
  const asMain = pay(pays, main, count);
  if (asWilds === null || asMain === null) return asMain ?? asWilds;
  return asWilds.percent > asMain.percent ? asWilds : asMain;
}

function pay(pays: Pays, symbol: SlotSymbol, count: number) {
  const percent = pays[symbol][count - 3];
  return percent === undefined ? null : { symbol, count, percent };
}

function runOf(symbols: readonly SlotSymbol[], fits: (symbol: SlotSymbol) => boolean): number {
  const end = symbols.findIndex((symbol) => !fits(symbol));
  return end === -1 ? symbols.length : end;
}

/** The exact long-run return in per cent of the stake. Every line sees independent reels, so lines add up, however many there are. */
export function exactReturnPercent(pays: Pays): number {
  let sum = 0;
  const visit = (symbols: readonly SlotSymbol[], chance: number): void => {
    if (symbols.length === REELS) {
      sum += chance * (lineWin(symbols, pays)?.percent ?? 0);
      return;
    }
    for (const symbol of SYMBOLS) visit([...symbols, symbol], (chance * WEIGHTS[symbol]) / STRIP.length);
  };
  visit([], 1);
  return sum * 10;
}
