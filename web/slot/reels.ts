/**
 * Five reels that turn until the outcome is known, then stop one after the other on it. They only show: what stands on them
 * was decided by the server. Without motion where the player prefers none.
 */
import { drawing, SYMBOLS } from './symbols.ts';
import type { SlotSymbol } from './symbols.ts';

export type Grid = readonly (readonly SlotSymbol[])[];

const REELS = 5;
const ROWS = 3;
/** cells that pass by in one turn of a reel */
const TURN = 12;
const TURN_MS = 520;
const START_MS = 320;
const STOP_MS = 620;
const STOP_GAP_MS = 190;
/** the last reels take longer when something may still come of it */
const TENSION_MS = 700;

const randomSymbol = (): SlotSymbol => SYMBOLS[Math.floor(Math.random() * SYMBOLS.length)] ?? 'cherry';
const randomCells = (count: number): readonly SlotSymbol[] => Array.from({ length: count }, randomSymbol);
const pause = async (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export interface Reels {
  readonly show: (grid: Grid) => void;
  readonly start: () => void;
  /** Resolves when the last reel stands. `tense`: make the end last. */
  readonly stop: (grid: Grid, tense: boolean) => Promise<void>;
  readonly grid: () => Grid;
  /** the cell in its reel and row */
  readonly cell: (reel: number, row: number) => Element | undefined;
}

export function createReels(box: HTMLElement, calm: MediaQueryList): Reels {
  const strips = Array.from({ length: REELS }, () => {
    const reel = document.createElement('div');
    reel.className = 'reel';
    const strip = document.createElement('div');
    strip.className = 'strip';
    reel.append(strip);
    box.append(reel);
    return strip;
  });
  let standing: Grid = strips.map(() => randomCells(ROWS));

  const show = (grid: Grid): void => {
    standing = grid;
    strips.forEach((strip, reel) => fill(strip, grid[reel] ?? []));
  };
  show(standing);

  const start = (): void => {
    if (calm.matches) return;
    strips.forEach((strip, reel) => void turn(strip, standing[reel] ?? []));
  };

  const stopOne = async (strip: HTMLElement, cells: readonly SlotSymbol[], delayMs: number): Promise<void> => {
    await pause(delayMs);
    for (const each of strip.getAnimations()) each.cancel();
    strip.classList.remove('turning');
    fill(strip, [...cells, ...randomCells(TURN)]);
    const landing = strip.animate(
      [{ transform: offset(TURN) }, { transform: offset(-0.16), offset: 0.78 }, { transform: offset(0) }],
      {
        duration: STOP_MS,
        easing: 'cubic-bezier(.2, .7, .3, 1)',
      },
    );
    await landing.finished.catch(() => undefined);
    fill(strip, cells);
  };

  return {
    show,
    start,
    stop: async (grid, tense) => {
      standing = grid;
      if (calm.matches) {
        show(grid);
        return;
      }
      const delays = strips.map(
        (_strip, reel) => reel * STOP_GAP_MS + (tense && reel > 2 ? (reel - 2) * TENSION_MS : 0),
      );
      await Promise.all(strips.map(async (strip, reel) => stopOne(strip, grid[reel] ?? [], delays[reel] ?? 0)));
    },
    grid: () => standing,
    cell: (reel, row) => strips[reel]?.children[row],
  };
}

/** From rest into an endless turn. */
async function turn(strip: HTMLElement, from: readonly SlotSymbol[]): Promise<void> {
  const passing = randomCells(TURN);
  fill(strip, [...passing, ...from]);
  const starting = strip.animate(
    [{ transform: offset(TURN) }, { transform: offset(TURN + 0.12), offset: 0.25 }, { transform: offset(0) }],
    {
      duration: START_MS,
      easing: 'ease-in',
      fill: 'forwards',
    },
  );
  try {
    await starting.finished;
  } catch {
    return;
  }
  strip.classList.add('turning');
  fill(strip, [...passing, ...passing.slice(0, ROWS)]);
  strip.animate([{ transform: offset(TURN) }, { transform: offset(0) }], { duration: TURN_MS, iterations: Infinity });
}

/** Moved up by so many cells; a strip is three cells high whatever hangs below it. */
function offset(cells: number): string {
  return `translateY(${(-cells * 100) / ROWS}%)`;
}

function fill(strip: HTMLElement, cells: readonly SlotSymbol[]): void {
  strip.innerHTML = cells
    .map((symbol) => `<div class="cell" data-symbol="${symbol}">${drawing(symbol)}</div>`)
    .join('');
}
