/** A win made visible: its lines, its symbols, some sparks, and a counter that runs up to the amount. Never changes what it is. */
import type { LineWin, Spun } from './api.ts';
import type { Reels } from './reels.ts';

const COLOURS = ['#ff4d6d', '#ffd166', '#4cc9f0', '#80ed99', '#f72585', '#ff9f1c', '#b388ff', '#7bf1e4'];
const BIG_TIMES = 10;
const SPARKS = 34;
const FRAMES = 24;
const FRAME_MS = 32;

export interface Stage {
  readonly window: HTMLElement;
  readonly lines: SVGSVGElement;
  readonly sparks: HTMLElement;
  readonly big: HTMLElement;
  readonly bigAmount: HTMLElement;
  readonly message: HTMLElement;
}

export function clearWin({ window, lines, sparks, big }: Stage): void {
  lines.replaceChildren();
  sparks.replaceChildren();
  big.hidden = true;
  window.classList.remove('won');
  for (const each of window.querySelectorAll('.hit')) each.classList.remove('hit');
}

export async function celebrate(
  stage: Stage,
  reels: Reels,
  spun: Spun,
  currency: string,
  calm: boolean,
): Promise<void> {
  stage.window.classList.add('won');
  for (const win of spun.wins) {
    stage.lines.append(...lineOf(win));
    win.rows.slice(0, win.count).forEach((row, reel) => reels.cell(reel, row)?.classList.add('hit'));
  }
  if (calm) return;
  stage.sparks.append(...Array.from({ length: SPARKS }, spark));
  const isBig = Number(spun.win) >= Number(spun.stake) * BIG_TIMES;
  stage.big.hidden = !isBig;
  await countUp(isBig ? stage.bigAmount : stage.message, isBig ? '' : 'Win ', spun.win, currency);
}

function lineOf(win: LineWin): readonly Element[] {
  const colour = COLOURS[win.line % COLOURS.length] ?? '#ffd166';
  const points = win.rows.map((row, reel) => `${reel * 100 + 50},${row * 100 + 50}`);
  const all = polyline(points, colour, 'faint');
  return [all, polyline(points.slice(0, win.count), colour, 'bold')];
}

function polyline(points: readonly string[], colour: string, kind: string): Element {
  const line = document.createElementNS('http://www.w3.org/2000/svg', 'polyline');
  line.setAttribute('points', points.join(' '));
  line.setAttribute('stroke', colour);
  line.setAttribute('class', kind);
  return line;
}

function spark(): Element {
  const each = document.createElement('i');
  each.style.left = `${Math.random() * 100}%`;
  each.style.animationDelay = `${Math.random() * 0.5}s`;
  each.style.setProperty('--drift', `${Math.round(Math.random() * 120 - 60)}px`);
  each.style.setProperty('--hue', String(Math.floor(Math.random() * 360)));
  return each;
}

/** The last frame shows the exact text of the server; only the way there is approximate. */
async function countUp(target: HTMLElement, before: string, amount: string, currency: string): Promise<void> {
  const digits = amount.split('.')[1]?.length ?? 0;
  for (let frame = 1; frame < FRAMES; frame += 1) {
    const share = 1 - (1 - frame / FRAMES) ** 2;
    target.textContent = `${before}${(Number(amount) * share).toFixed(digits)} ${currency}`;
    await new Promise((resolve) => setTimeout(resolve, FRAME_MS));
  }
  target.textContent = `${before}${amount} ${currency}`;
}
