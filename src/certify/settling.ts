/** Wallets are brought back after play, so that one scenario leaves the next enough, and a run leaves the operator as it was. */
import { ask, ASKING } from './ask.ts';
import type { Notes } from './ask.ts';
import type { CastPlayer } from './lookup.ts';
import type { Line } from './scenario.ts';
import { callOf } from './speak.ts';
import type { Roles } from './speak.ts';
import { balanceOf } from './wallets.ts';
import { bet, win } from './words.ts';
import type { World } from './world.ts';

/** For questions that belong to no scenario. */
export const notebook = (world: World): Notes => ({
  startedAtMs: world.clock.monotonic(),
  exchanges: [],
  messages: new Map(),
});

let settlings = 0;

/** Brings a wallet back to what it had (`home`, units; null: not known), by a bet and a win, if it is further from it than `slack`. */
export async function settle(world: World, player: CastPlayer, home: bigint | null, slack: bigint): Promise<void> {
  const notes = notebook(world);
  const balance = await balanceOf(world, notes, player);
  if (home === null || balance.kind !== 'units') return;
  const difference = balance.units - home;
  if (difference === 0n || (difference <= slack && -difference <= slack)) return;
  settlings += 1;
  const start = new Map([['player', 1n]] as const);
  const roles: Roles = { cast: world.cast, prefix: `${world.run}-back${settlings}-`, player, rival: null, start };
  const units = (count: bigint) => ({ parts: 2, plusUnits: count });
  const say = async (line: Line) =>
    ask({ ...world, patienceMs: Math.min(world.patienceMs, 5_000) }, notes, {
      ...ASKING,
      call: callOf(line, roles),
      label: 'back',
    });
  // a stake of one unit where money is missing: a win needs a bet, and the player may have next to nothing
  const stake = difference > 0n ? difference : balance.units > 0n ? 1n : 0n;
  await say(bet('b', units(stake)));
  await say(win('w', units(difference > 0n ? 0n : stake - difference), { closes: true }));
}
