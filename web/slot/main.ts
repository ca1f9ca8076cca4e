/** The slot page: reels that spin until the outcome is known, a stake selector, and a balance that only the operator sets. */
import { askSpin, readState } from './api.ts';
import type { SpinAnswer, Spun, TableState } from './api.ts';
import { drawing, SYMBOLS } from './symbols.ts';
import type { SlotSymbol } from './symbols.ts';
import './slot.css';

const LINES = [
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
] as const;
const REELS = 5;
const ROWS = 3;
const STRIP = 24;
const SPIN_LEAST_MS = 600;
const REEL_GAP_MS = 140;

const SENTENCES: Readonly<Record<string, string>> = {
  insufficient_funds: 'Your balance does not cover this stake.',
  session_expired: 'The session has expired. Go back to the lobby and start the game again.',
  session_invalid: 'The session is not valid any more. Go back to the lobby.',
  player_blocked: 'This account may not play right now.',
  limit_reached: 'This stake would pass one of your limits.',
  spin_running: 'The last spin is still running.',
  gone: 'This game was closed. Go back to the lobby and start it again.',
};

function element<T extends Element>(id: string, kind: new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`the page has no ${id}`);
  return found;
}

const page = {
  name: element('name', HTMLElement),
  provider: element('provider', HTMLElement),
  badge: element('badge', HTMLElement),
  window: element('window', HTMLElement),
  reels: element('reels', HTMLElement),
  lines: element('lines', SVGSVGElement),
  sparks: element('sparks', HTMLElement),
  message: element('message', HTMLElement),
  balance: element('balance', HTMLOutputElement),
  stake: element('stake', HTMLOutputElement),
  less: element('less', HTMLButtonElement),
  more: element('more', HTMLButtonElement),
  spin: element('spin', HTMLButtonElement),
};
const calm = matchMedia('(prefers-reduced-motion: reduce)');

let state: TableState | null = null;
let stakeIndex = 2;
let running = false;

const randomSymbol = (): SlotSymbol => SYMBOLS[Math.floor(Math.random() * SYMBOLS.length)] ?? 'cherry';
const wait = async (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

function showGrid(grid: readonly (readonly SlotSymbol[])[]): void {
  page.reels.replaceChildren(
    ...grid.map((column) => {
      const reel = document.createElement('div');
      reel.className = 'reel';
      const strip = document.createElement('div');
      strip.className = 'strip';
      strip.append(...column.map(cell));
      reel.append(strip);
      return reel;
    }),
  );
}

function cell(symbol: SlotSymbol): HTMLElement {
  const box = document.createElement('div');
  box.className = 'cell';
  box.dataset['symbol'] = symbol;
  box.innerHTML = drawing(symbol);
  return box;
}

const strips = (): readonly HTMLElement[] => [...page.reels.querySelectorAll<HTMLElement>('.strip')];

/** Endless motion while nobody knows the outcome yet. */
function startReels(): void {
  for (const strip of strips()) {
    strip.style.transition = 'none';
    strip.style.transform = '';
    strip.append(...Array.from({ length: STRIP }, () => cell(randomSymbol())));
    strip.classList.add('turning');
  }
}

async function stopReels(grid: readonly (readonly SlotSymbol[])[]): Promise<void> {
  const all = strips();
  await Promise.all(
    all.map(async (strip, reel) => {
      await wait(calm.matches ? 0 : reel * REEL_GAP_MS);
      strip.classList.remove('turning');
      const landing = [...(grid[reel] ?? [])].map(cell);
      strip.replaceChildren(...landing);
      if (calm.matches) return;
      strip.animate(
        [{ transform: 'translateY(-34%)' }, { transform: 'translateY(4%)', offset: 0.7 }, { transform: 'none' }],
        {
          duration: 280,
          easing: 'ease-out',
        },
      );
      await wait(280);
    }),
  );
}

function clearWin(): void {
  page.lines.replaceChildren();
  page.sparks.replaceChildren();
  page.window.classList.remove('won');
  for (const each of page.reels.querySelectorAll('.hit')) each.classList.remove('hit');
}

async function celebrate(spun: Spun): Promise<void> {
  page.window.classList.add('won');
  for (const win of spun.wins) {
    const rows = LINES[win.line] ?? LINES[0];
    const line = document.createElementNS('http://www.w3.org/2000/svg', 'polyline');
    line.setAttribute('points', rows.map((row, reel) => `${reel * 100 + 50},${row * 100 + 50}`).join(' '));
    page.lines.append(line);
    rows.slice(0, win.count).forEach((row, reel) => strips()[reel]?.children[row]?.classList.add('hit'));
  }
  if (!calm.matches) {
    for (let index = 0; index < 28; index += 1) {
      const spark = document.createElement('i');
      spark.style.left = `${Math.random() * 100}%`;
      spark.style.animationDelay = `${Math.random() * 0.4}s`;
      spark.style.setProperty('--hue', String(Math.floor(Math.random() * 60 + 20)));
      page.sparks.append(spark);
    }
    await countUp(spun.win);
  }
  say(`You win ${spun.win} ${state?.currency ?? ''}!`);
}

async function countUp(amount: string): Promise<void> {
  const target = Number(amount);
  const digits = amount.split('.')[1]?.length ?? 0;
  const frames = 18;
  for (let frame = 1; frame < frames; frame += 1) {
    page.message.textContent = `Win ${((target * frame) / frames).toFixed(digits)}`;
    await wait(30);
  }
}

function say(text: string, tone: 'plain' | 'bad' = 'plain'): void {
  page.message.textContent = text;
  page.message.className = tone;
}

function showBalance(balance: string | null): void {
  if (balance !== null) page.balance.value = `${balance} ${state?.currency ?? ''}`;
}

function showStake(): void {
  const stakes = state?.stakes ?? [];
  page.stake.value = stakes[stakeIndex] ?? '–';
  page.less.disabled = running || stakeIndex <= 0;
  page.more.disabled = running || stakeIndex >= stakes.length - 1;
  page.spin.disabled = running || state === null;
  page.spin.textContent = running ? '…' : 'Spin';
}

function changeStake(step: number): void {
  const most = (state?.stakes.length ?? 1) - 1;
  if (running) return;
  stakeIndex = Math.min(most, Math.max(0, stakeIndex + step));
  showStake();
}

async function play(): Promise<void> {
  const stake = state?.stakes[stakeIndex];
  if (running || stake === undefined) return;
  running = true;
  clearWin();
  showStake();
  say('Spinning…');
  const before = [...page.reels.querySelectorAll('.reel')].map((reel) =>
    [...reel.querySelectorAll<HTMLElement>('.cell')].slice(0, ROWS).map((each) => each.dataset['symbol'] as SlotSymbol),
  );
  if (!calm.matches) startReels();
  const [answer] = await Promise.all([askSpin(stake), wait(calm.matches ? 0 : SPIN_LEAST_MS)]);
  await stopReels(answer.kind === 'spun' ? answer.grid : before);
  await show(answer);
  running = false;
  showStake();
}

async function show(answer: SpinAnswer): Promise<void> {
  switch (answer.kind) {
    case 'spun':
      showBalance(answer.balance);
      if (answer.wins.length > 0) await celebrate(answer);
      else say('No win this time.');
      if (answer.pending) say('Your win is safe: the game server is still telling the casino.');
      break;
    case 'refused':
      showBalance(answer.balance);
      say(SENTENCES[answer.code] ?? 'The casino refused this spin.', 'bad');
      break;
    case 'uncertain':
      say(answer.message, 'bad');
      break;
  }
  // The lobby around the game reads the balance itself; nothing private is told.
  parent.postMessage({ type: 'croupier:balance-changed' }, '*');
}

async function begin(): Promise<void> {
  showGrid(Array.from({ length: REELS }, () => Array.from({ length: ROWS }, randomSymbol)));
  try {
    state = await readState();
  } catch {
    say(SENTENCES['gone'] ?? '', 'bad');
    return;
  }
  document.title = state.game.name;
  page.name.textContent = state.game.name;
  page.provider.textContent = state.game.provider;
  page.badge.hidden = state.mode !== 'demo';
  showBalance(state.balance);
  if (state.balance === null) say('The balance cannot be shown right now.', 'bad');
  showStake();
}

page.spin.addEventListener('click', () => void play());
page.less.addEventListener('click', () => changeStake(-1));
page.more.addEventListener('click', () => changeStake(1));
document.addEventListener('keydown', (event) => {
  if (event.repeat) return;
  // The frame has the keyboard, so the page around it cannot hear Escape by itself.
  if (event.key === 'Escape') parent.postMessage({ type: 'croupier:close' }, '*');
  if (event.key === ' ' || event.key === 'Enter') {
    if (document.activeElement instanceof HTMLButtonElement && document.activeElement !== page.spin) return;
    event.preventDefault();
    void play();
  } else if (event.key === 'ArrowUp' || event.key === 'ArrowRight') changeStake(1);
  else if (event.key === 'ArrowDown' || event.key === 'ArrowLeft') changeStake(-1);
});
void begin();
