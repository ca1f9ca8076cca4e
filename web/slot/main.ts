/**
 * The slot page: reels that turn until the outcome is known, a stake selector, and a balance that only the operator sets. One
 * spin at a time; while money of the last one is in the air the page says so and asks how the table stands.
 */
import { askSpin, pictureOf, readState, sayLeaving } from './api.ts';
import type { SpinAnswer, Spun, TableState } from './api.ts';
import { celebrate, clearWin } from './celebrate.ts';
import { paytableNote, paytableRows } from './paytable.ts';
import { createReels } from './reels.ts';
import { pending, refused, SAYINGS, won } from './sentences.ts';
import './slot.css';

const SPIN_LEAST_MS = 750;
const ASK_AGAIN_MS = 1_500;
const USUAL_STAKE = 2;

function element<T extends Element>(id: string, kind: new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`the page has no ${id}`);
  return found;
}

const page = {
  picture: element('picture', HTMLImageElement),
  name: element('name', HTMLElement),
  provider: element('provider', HTMLElement),
  badge: element('badge', HTMLElement),
  reels: element('reels', HTMLElement),
  message: element('message', HTMLElement),
  balance: element('balance', HTMLOutputElement),
  stake: element('stake', HTMLOutputElement),
  less: element('less', HTMLButtonElement),
  more: element('more', HTMLButtonElement),
  spin: element('spin', HTMLButtonElement),
  openPays: element('open-pays', HTMLButtonElement),
  pays: element('pays', HTMLDialogElement),
  paysTitle: element('pays-title', HTMLElement),
  paysNote: element('pays-note', HTMLElement),
  paysList: element('pays-list', HTMLElement),
};
const stage = {
  window: element('window', HTMLElement),
  lines: element('lines', SVGSVGElement),
  sparks: element('sparks', HTMLElement),
  big: element('big', HTMLElement),
  bigAmount: element('big-amount', HTMLElement),
  message: page.message,
};
const calm = matchMedia('(prefers-reduced-motion: reduce)');
const reels = createReels(page.reels, calm);

/** `closed`: nothing more can be played here. */
type Doing = 'loading' | 'ready' | 'spinning' | 'unfinished' | 'closed';

let state: TableState | null = null;
let stakeIndex = USUAL_STAKE;
let doing: Doing = 'loading';

const wait = async (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function say(text: string, tone: 'plain' | 'good' | 'bad' = 'plain'): void {
  page.message.textContent = text;
  page.message.className = tone;
}

function showBalance(balance: string | null): void {
  if (balance !== null) page.balance.value = `${balance} ${state?.currency ?? ''}`;
}

function become(next: Doing): void {
  doing = next;
  const stakes = state?.stakes ?? [];
  page.stake.value = stakes[stakeIndex] ?? '–';
  page.less.disabled = doing !== 'ready' || stakeIndex <= 0;
  page.more.disabled = doing !== 'ready' || stakeIndex >= stakes.length - 1;
  page.spin.disabled = doing !== 'ready';
  page.spin.classList.toggle('busy', doing === 'spinning' || doing === 'unfinished');
}

function changeStake(step: number): void {
  if (doing !== 'ready' || state === null) return;
  stakeIndex = Math.min(state.stakes.length - 1, Math.max(0, stakeIndex + step));
  become('ready');
}

async function play(): Promise<void> {
  const stake = state?.stakes[stakeIndex];
  if (doing !== 'ready' || stake === undefined) return;
  become('spinning');
  clearWin(stage);
  say(SAYINGS.spinning);
  const before = reels.grid();
  reels.start();
  const [answer] = await Promise.all([askSpin(stake), wait(calm.matches ? 0 : SPIN_LEAST_MS)]);
  const landing = answer.kind === 'spun' ? answer.grid : before;
  await reels.stop(landing, answer.kind === 'spun' && answer.wins.some((win) => win.count >= 4));
  await show(answer);
  tellLobby('croupier:balance-changed');
  if (answer.kind === 'spun' || answer.kind === 'refused') become(needsWaiting(answer) ? 'unfinished' : 'ready');
  else become('unfinished');
  if (phase() === 'unfinished') await waitUntilSettled();
}

/** Read through a function so that the compiler does not believe it cannot have changed meanwhile. */
const phase = (): Doing => doing;

function needsWaiting(answer: SpinAnswer): boolean {
  if (answer.kind === 'spun') return answer.payout === 'pending';
  return answer.kind === 'refused' && (answer.code === 'unfinished' || answer.code === 'spin_running');
}

async function show(answer: SpinAnswer): Promise<void> {
  switch (answer.kind) {
    case 'spun':
      await showOutcome(answer);
      break;
    case 'refused':
      showBalance(answer.balance);
      say(refused(answer.code), 'bad');
      break;
    case 'uncertain':
      say(answer.refunding ? SAYINGS.refunding : SAYINGS.asking, 'bad');
      break;
    case 'lost':
      say(SAYINGS.lost, 'bad');
      break;
  }
}

async function showOutcome(spun: Spun): Promise<void> {
  const currency = state?.currency ?? '';
  if (spun.wins.length > 0) await celebrate(stage, reels, spun, currency, calm.matches);
  showBalance(spun.balance);
  if (spun.payout === 'refused') say(`${SAYINGS.payoutRefused} (${spun.round_id})`, 'bad');
  else if (spun.wins.length === 0) say(SAYINGS.noWin);
  else if (spun.payout === 'pending') say(pending(spun.win, currency), 'good');
  else say(won(spun.win, currency), 'good');
}

/** The server asks the casino; the page only looks on until it has heard. */
async function waitUntilSettled(): Promise<void> {
  for (;;) {
    await wait(ASK_AGAIN_MS);
    const now = await readState();
    if (now === 'gone') {
      close();
      return;
    }
    if (now === null) continue;
    state = now;
    if (now.phase !== 'ready') continue;
    showBalance(now.balance);
    if (now.problem !== null) {
      say(now.problem === 'unreachable' ? SAYINGS.noBalance : refused(now.problem), 'bad');
      if (now.problem === 'unreachable') continue;
    } else say(SAYINGS.settled);
    tellLobby('croupier:balance-changed');
    become('ready');
    return;
  }
}

function close(): void {
  say(refused('gone'), 'bad');
  become('closed');
}

/** The page around the game reads the balance itself; nothing private is told. */
function tellLobby(type: 'croupier:balance-changed' | 'croupier:close'): void {
  const lobby = state?.return_url ?? null;
  parent.postMessage({ type }, lobby !== null && URL.canParse(lobby) ? new URL(lobby).origin : '*');
}

async function begin(): Promise<void> {
  const first = await readState();
  if (first === 'gone') {
    close();
    return;
  }
  if (first === null) {
    say(SAYINGS.lost, 'bad');
    await wait(ASK_AGAIN_MS);
    return begin();
  }
  state = first;
  const { game, palette } = first;
  for (const [name, colour] of Object.entries(palette)) document.documentElement.style.setProperty(`--${name}`, colour);
  document.title = `${game.name}${first.mode === 'demo' ? ' (demo)' : ''}`;
  page.name.textContent = game.name;
  page.provider.textContent = game.provider;
  page.picture.src = pictureOf(game.code);
  page.picture.hidden = false;
  page.badge.hidden = first.mode !== 'demo';
  showBalance(first.balance);
  if (first.phase === 'ready' && first.problem === null) {
    say(SAYINGS.luck);
    become('ready');
    return;
  }
  if (first.problem !== null && first.problem !== 'unreachable') {
    say(refused(first.problem), 'bad');
    become('ready');
    return;
  }
  say(first.problem === null ? refused('unfinished') : SAYINGS.noBalance, 'bad');
  become('unfinished');
  await waitUntilSettled();
}

function openPaytable(): void {
  if (state === null) return;
  page.paysNote.textContent = paytableNote(state);
  page.paysList.innerHTML = paytableRows(state, state.stakes[stakeIndex] ?? '1');
  page.pays.showModal();
  // At its top, not at the button that closes it.
  page.paysTitle.focus();
}

page.spin.addEventListener('click', () => void play());
page.less.addEventListener('click', () => changeStake(-1));
page.more.addEventListener('click', () => changeStake(1));
page.openPays.addEventListener('click', openPaytable);
page.pays.addEventListener('click', (event) => {
  if (event.target === page.pays) page.pays.close();
});
window.addEventListener('pagehide', sayLeaving);
document.addEventListener('keydown', (event) => {
  if (event.repeat || page.pays.open) return;
  // The frame has the keyboard, so the page around it cannot hear Escape by itself.
  if (event.key === 'Escape') tellLobby('croupier:close');
  if (event.key === ' ' || event.key === 'Enter') {
    if (document.activeElement instanceof HTMLButtonElement && document.activeElement !== page.spin) return;
    event.preventDefault();
    void play();
  } else if (event.key === 'ArrowUp' || event.key === 'ArrowRight') changeStake(1);
  else if (event.key === 'ArrowDown' || event.key === 'ArrowLeft') changeStake(-1);
  else return;
  event.preventDefault();
});
void begin();
