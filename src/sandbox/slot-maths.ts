/**
 * The sandbox slot's rules: five reels, three rows, ten lines, a wild. Pure, in minor units. The table below returns
 * about 96 % over the long run; a test computes the exact figure from the reels and the table.
 */
import { below } from './random.ts';
import type { Random } from './random.ts';

export const SYMBOLS = ['wild', 'seven', 'bell', 'gem', 'crown', 'plum', 'lemon', 'cherry'] as const;
export type SlotSymbol = (typeof SYMBOLS)[number];
export const REELS = 5;
export const ROWS = 3;

/** How often a symbol stands on each reel. */
export const WEIGHTS: Record<SlotSymbol, number> = { wild: 2, seven: 3, bell: 4, gem: 5, crown: 6, plum: 7, lemon: 8, cherry: 9 };

/** Per cent of the whole stake that three, four or five of a kind from the left pay on one line. */
export const PAYS: Record<SlotSymbol, readonly [number, number, number]> = {
  wild: [700, 3_500, 25_000],
  seven: [450, 1_800, 10_000],
  bell: [300, 1_000, 5_000],
  gem: [200, 700, 2_800],
  crown: [140, 460, 1_800],
  plum: [90, 320, 1_200],
  lemon: [70, 230, 850],
  cherry: [50, 160, 560],
};

/** For each line the row on each reel. */
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
];

export interface LineWin {
  readonly line: number;
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

/** One spin for a stake in minor units. */
export function spin(random: Random, stake: bigint): Spin {
  const grid = Array.from({ length: REELS }, () => Array.from({ length: ROWS }, () => STRIP[below(random, STRIP.length)] ?? 'cherry'));
  const wins = LINES.flatMap((rows, line) => {
    const won = lineWin(rows.map((row, reel) => grid[reel]?.[row] ?? 'cherry'));
    const units = won === null ? 0n : (stake * BigInt(won.percent)) / 100n;
    return won === null || units === 0n ? [] : [{ line, symbol: won.symbol, count: won.count, units }];
  });
  return { grid, wins, total: wins.reduce((sum, each) => sum + each.units, 0n) };
}

/** The best win of one line: the run of one symbol from the left, wilds standing in, or of wilds themselves. */
export function lineWin(symbols: readonly SlotSymbol[]): { readonly symbol: SlotSymbol; readonly count: number; readonly percent: number } | null {
  const wilds = runOf(symbols, (symbol) => symbol === 'wild');
  const main = symbols.find((symbol) => symbol !== 'wild') ?? 'wild';
  const count = runOf(symbols, (symbol) => symbol === main || symbol === 'wild');
  const candidates = [pay('wild', wilds), pay(main, count)].filter((each) => each !== null);
  return candidates.toSorted((a, b) => b.percent - a.percent)[0] ?? null;
}

function pay(symbol: SlotSymbol, count: number) {
  const percent = PAYS[symbol][count - 3];
  return percent === undefined ? null : { symbol, count, percent };
}

function runOf(symbols: readonly SlotSymbol[], fits: (symbol: SlotSymbol) => boolean): number {
  const end = symbols.findIndex((symbol) => !fits(symbol));
  return end === -1 ? symbols.length : end;
}

/** The exact long-run return in per cent of the stake: every line sees independent reels, so lines add up. */
export function exactReturnPercent(): number {
  const total = STRIP.length;
  let sum = 0;
  const visit = (symbols: readonly SlotSymbol[], chance: number): void => {
    if (symbols.length === REELS) {
      sum += chance * (lineWin(symbols)?.percent ?? 0);
      return;
    }
    for (const symbol of SYMBOLS) visit([...symbols, symbol], (chance * WEIGHTS[symbol]) / total);
  };
  visit([], 1);
  return sum * LINES.length;
}
