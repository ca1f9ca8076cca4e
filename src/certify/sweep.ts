/**
 * How old, and how far from the future, a signed message may be for this operator: found by bisection with balance questions,
 * which move no money.
 */
import { ask, ASKING, balanceCall } from './ask.ts';
import type { Notes } from './ask.ts';
import type { World } from './world.ts';

/** Nobody believes a message that is a day away from now; to the second is as fine as seconds are signed. */
const FARTHEST_S = 86_400;

/** What was found, in sentences. */
export async function sweepClock(world: World): Promise<readonly string[]> {
  if (world.aggregator.signer?.signsTime !== true)
    return ['clock: this dialect signs no time, so there is no window; a request once seen can be sent again for ever'];
  const past = await widest(world, -1);
  const future = await widest(world, 1);
  return [sentence('old', past), sentence('from the future', future)];
}

function sentence(which: string, seconds: number | null): string {
  if (seconds === null)
    return `clock: a message signed just now is not believed, so the window could not be found (${which})`;
  if (seconds >= FARTHEST_S) return `clock: messages a day ${which} are believed: there is no window to speak of`;
  return `clock: messages up to ${seconds} s ${which} are believed`;
}

/** The widest offset in that direction that is believed, in seconds; null when not even now is. */
async function widest(world: World, sign: 1 | -1): Promise<number | null> {
  const [player] = world.cast.players;
  if (player === undefined) return null;
  const isBelieved = async (seconds: number): Promise<boolean> => {
    const notes: Notes = { startedAtMs: world.clock.monotonic(), exchanges: [], messages: new Map() };
    const { reading } = await ask(world, notes, {
      ...ASKING,
      call: balanceCall(world, player),
      label: `balance signed ${seconds * sign} s from now`,
      tampers: [{ on: 'clock', offsetMs: seconds * sign * 1000, unit: 's' }],
    });
    return reading.kind === 'applied';
  };
  if (!(await isBelieved(0))) return null;
  if (await isBelieved(FARTHEST_S)) return FARTHEST_S;
  let [believed, refused] = [0, FARTHEST_S];
  while (refused - believed > 1) {
    const middle = Math.floor((believed + refused) / 2);
    if (await isBelieved(middle)) believed = middle;
    else refused = middle;
  }
  return believed;
}
