/** What a dialect's messages say and leave out, found out by having it say them. */
import type { Aggregator } from './aggregator.ts';
import { balanceCall } from './ask.ts';
import type { Line } from './scenario.ts';
import { callOf } from './speak.ts';
import type { Roles } from './speak.ts';
import { betWin, win } from './words.ts';
import type { World } from './world.ts';

export interface Said {
  readonly namesBets: boolean;
  readonly isOne: boolean;
  readonly namesSession: boolean;
}

/** Found out once: some dialects take a millisecond to sign. */
const known = new WeakMap<Aggregator, Said>();

/** What the dialect says of a win, of a bet and win together, and in a question for the balance. */
export function saidBy({ cast, aggregator }: Pick<World, 'cast' | 'aggregator'>): Said {
  const [player] = cast.players;
  const before = known.get(aggregator);
  if (before !== undefined) return before;
  if (player === undefined) return { namesBets: false, isOne: false, namesSession: false };
  const roles: Roles = { cast, prefix: 'probe-', player, rival: null, start: new Map() };
  const first = (line: Line) => {
    const heard = aggregator.heard(callOf(line, roles));
    return heard?.kind === 'money' ? heard.operations[0] : null;
  };
  const [won, both] = [first(win('w', '1.00')), first(betWin('b', '1.00', '1.00'))];
  const asked = aggregator.heard(balanceCall({ cast }, player));
  const said: Said = {
    namesBets: won?.kind === 'win' && won.bet !== null,
    isOne: both?.kind === 'bet' && both.combined,
    namesSession: asked !== null && asked.session !== null,
  };
  known.set(aggregator, said);
  return said;
}
