import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PAYTABLES, RETURNS, SYMBOLS, VOLATILITIES } from '../../src/sandbox/paytables.ts';
import type { SlotSymbol } from '../../src/sandbox/paytables.ts';
import { seededRandom } from '../../src/sandbox/random.ts';
import {
  exactReturnPercent,
  LINE_COUNTS,
  LINES,
  lineWin,
  rulesOf,
  spin,
  winsOf,
} from '../../src/sandbox/slot-maths.ts';
import { stakesFor, stakeUnits } from '../../src/sandbox/tables.ts';

const TABLES = VOLATILITIES.flatMap((volatility) =>
  RETURNS.map((rtp) => ({ volatility, rtp, pays: PAYTABLES[volatility][rtp] })),
);
const middle = PAYTABLES.medium['96.50'];

describe('the slot’s long-run return', () => {
  it.each(TABLES)('is what the catalogue declares: $volatility $rtp', ({ rtp, pays }) => {
    expect(Math.abs(exactReturnPercent(pays) - Number(rtp))).toBeLessThan(0.005);
  });

  it('shows in 60,000 spins of a fixed seed, on every number of lines', () => {
    for (const lines of LINE_COUNTS) {
      const random = seededRandom(4_711);
      const rules = rulesOf({ volatility: 'low', rtp: '96.50', lines });
      let paid = 0n;
      for (let index = 0; index < 60_000; index += 1) paid += spin(random, rules, 100n).total;
      const percent = Number(paid) / 60_000;
      expect(percent, `${lines} lines`).toBeGreaterThan(94);
      expect(percent, `${lines} lines`).toBeLessThan(99);
    }
  });
});

describe('what a line pays', () => {
  const symbol = fc.constantFrom(...SYMBOLS);
  const won = (...symbols: readonly SlotSymbol[]) => lineWin(symbols, middle);

  it('counts from the left, lets the wild stand in, and takes the better of two readings', () => {
    expect(won('cherry', 'cherry', 'cherry', 'plum', 'cherry')).toEqual({ symbol: 'cherry', count: 3, percent: 50 });
    expect(won('plum', 'cherry', 'cherry', 'cherry', 'cherry')).toBeNull();
    expect(won('wild', 'seven', 'wild', 'seven', 'bell')).toEqual({ symbol: 'seven', count: 4, percent: 1_780 });
    expect(won('wild', 'wild', 'wild', 'cherry', 'bell')).toEqual({ symbol: 'wild', count: 3, percent: 690 });
    expect(won('wild', 'wild', 'wild', 'wild', 'wild')).toEqual({ symbol: 'wild', count: 5, percent: 24_600 });
    expect(won('wild', 'wild', 'cherry', 'bell', 'bell')).toEqual({ symbol: 'cherry', count: 3, percent: 50 });
  });

  it('loses no fraction of a minor unit for any stake on offer, table and number of lines', () => {
    for (const scale of [0, 2, 3, 8]) {
      for (const stake of stakesFor(scale)) {
        const units = stakeUnits(stake, scale);
        for (const { pays } of TABLES) {
          for (const percents of Object.values(pays)) {
            for (const lines of LINE_COUNTS) {
              for (const percent of percents)
                expect((units * BigInt(percent)) % (10n * BigInt(lines)), `${stake} ${percent} ${lines}`).toBe(0n);
            }
          }
        }
      }
    }
  });

  it('adds up to the total, line by line, and pays nothing for a grid without a run', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(symbol, { minLength: 3, maxLength: 3 }), { minLength: 5, maxLength: 5 }),
        fc.constantFrom(...LINE_COUNTS),
        (grid, lines) => {
          const rules = rulesOf({ volatility: 'medium', rtp: '96.50', lines });
          const wins = winsOf(grid, rules, 100n);
          for (const win of wins) {
            const shown = win.rows.slice(0, win.count).map((row, reel) => grid[reel]?.[row]);
            expect(shown.every((each) => each === win.symbol || each === 'wild')).toBe(true);
            expect(win.line).toBeLessThan(lines);
            expect(win.units).toBeGreaterThan(0n);
          }
          // The first two reels hold no symbol in common and no wild: no line can have a run of three.
          const [first = [], second = []] = grid;
          if (![...first, ...second].includes('wild') && !first.some((each) => second.includes(each)))
            expect(wins).toEqual([]);
        },
      ),
    );
  });

  it('has twenty different lines', () => {
    expect(new Set(LINES.map(String)).size).toBe(20);
    expect(LINES.flat().every((row) => row >= 0 && row <= 2)).toBe(true);
  });

  it('is the same for the same seed', () => {
    const rules = rulesOf({ volatility: null, rtp: null, lines: null });
    expect(spin(seededRandom(5), rules, 100n)).toEqual(spin(seededRandom(5), rules, 100n));
  });
});
