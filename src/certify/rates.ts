/**
 * A player whose money is in another currency than the game. The kit never learns the operator's rate and need not: what a round
 * took it must give back for the same amount, whatever the market does meanwhile, and the book says so in the wallet's own units.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { formatUnits } from '../money/index.ts';
import { ask, ASKING } from './ask.ts';
import { lineText } from './describe.ts';
import type { CastPlayer, ExchangedPlayer } from './lookup.ts';
import { accuse, judgeEnding, Undecided } from './playing.ts';
import type { Playing } from './playing.ts';
import type { Line, Step } from './scenario.ts';
import { notebook } from './settling.ts';
import { callOf, NotPlayable } from './speak.ts';
import { balanceOf, unitsOfBalance } from './wallets.ts';
import { bet } from './words.ts';
import type { Rates, World } from './world.ts';

/** How long a rate that was moved may take until players see it: operators quote by the minute. */
const MOVE_PATIENCE_MS = 150_000;
const MOVE_LOOK_MS = 250;

/** A sentence when the command fails: the run goes on, and what it was for stays undecided. */
export async function setRate(rates: Rates, which: 'usual' | 'moved'): Promise<string | null> {
  try {
    await rates.set(which);
    return null;
  } catch (error) {
    return `the ${which} rate could not be set: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** Moves the rate and waits until it shows in the balance; a sentence when it never does, or when that cannot be seen. */
export async function moveRate(world: World, player: CastPlayer): Promise<string | null> {
  if (world.rates === null) return 'there is no command to move the rate';
  const notes = notebook(world);
  const before = await balanceOf(world, notes, player);
  if (before.kind !== 'units') return `the balance of ${player.id} is not answered, so nobody sees a rate move`;
  const problem = await setRate(world.rates, 'moved');
  if (problem !== null) return problem;
  const since = world.clock.monotonic();
  while (world.clock.monotonic() - since < MOVE_PATIENCE_MS) {
    const now = await balanceOf(world, notes, player);
    if (now.kind === 'units' && now.units !== before.units) return null;
    await sleep(MOVE_LOOK_MS);
  }
  return `the rate was moved, and ${MOVE_PATIENCE_MS / 1000} s later ${player.id} is still shown the same balance`;
}

/** The rate may move between the balance and the bet, and then nothing is proved. */
export async function playStakeAll(playing: Playing, id: string): Promise<void> {
  const { world, notes, roles } = playing;
  const shown = await balanceOf(world, notes, roles.player);
  if (shown.kind !== 'units') throw new Undecided(`the balance of ${roles.player.id} is not answered`);
  const line: Line = bet(id, { parts: 1, plusUnits: shown.units - (roles.start.get('player') ?? 0n) });
  const call = callOf(line, roles);
  const ending = await ask(world, notes, { ...ASKING, call, label: lineText(line) });
  if (ending.reading.kind === 'rejected') {
    const again = await balanceOf(world, notes, roles.player);
    if (again.kind !== 'units' || again.units !== shown.units)
      throw new Undecided('the exchange rate moved between the balance and the bet');
  }
  judgeEnding(playing, { line, call, words: ['ok'] }, ending);
}

export async function playWeigh({ world, roles, weighed }: Playing, as: string): Promise<void> {
  const { currency, scale } = exchangedOf(world);
  if (world.lookup === null) throw new NotPlayable('needs: lookup');
  const said = await world.lookup.balance(roles.player.id, currency);
  const units = said === null ? null : unitsOfBalance(said, scale);
  if (units === null)
    throw new Undecided(`the lookup says ${roles.player.id} has ${said ?? `no wallet in ${currency}`}`);
  weighed.set(as, units);
}

/** A stake, a win or a refund that was converted by another rate than its round's shows here, in the wallet's units. */
export function judgeEven(playing: Playing, { spans, within }: Extract<Step, { do: 'even' }>): void {
  const { currency, scale } = exchangedOf(playing.world);
  const at = (name: string): bigint => playing.weighed.get(name) ?? fail(name);
  const off = spans.reduce((sum, [from, to]) => sum + at(to) - at(from), 0n);
  if (off <= BigInt(within) && -off <= BigInt(within)) return;
  const difference = `${off > 0n ? '+' : ''}${formatUnits(off, scale)} ${currency}`;
  const whose = off > 0n ? 'the operator loses it' : 'the player loses it';
  const message = `the wallet of ${playing.roles.player.id} is off by ${difference}: ${whose}. What was taken and what was given for the same amount are not the same, so not all of it was converted by the rate of the round`;
  accuse(playing, { severity: 'money', message, wrongBy: difference });
}

function fail(name: string): never {
  throw new Error(`defect: a scenario compares "${name}", which it has not weighed`);
}

function exchangedOf({ cast }: World): ExchangedPlayer['wallet'] {
  if (cast.exchanged === null) throw new NotPlayable('needs: exchanged player');
  return cast.exchanged.wallet;
}
