/** Transition tables as data, and the one way to try each of their cells. */
import { expect, it } from 'vitest';
import type { Policy } from '../../src/wallet/index.ts';
import { PARK_MS } from './histories.ts';
import { walletTable } from './wallet-table.ts';
import type { Answer, CallAct } from './wallet-table.ts';

/** What must happen: the answer, what it moves in cents, and the state that the row or round is left in. */
export interface Cell<State> {
  readonly under?: Partial<Policy>;
  readonly answer: Answer;
  readonly moves?: bigint;
  readonly after: State;
}
/** One cell per policy that matters; `never` where the event cannot meet the state. */
export type Cells<State> = readonly [Cell<State>, ...Cell<State>[]] | 'never';
export type Table<Has extends string, Event extends string, State> = Readonly<
  Record<Has, Readonly<Record<Event, Cells<State>>>>
>;

/** What leads to a state is allowed whatever the cell is about. */
const ARRANGING: Partial<Policy> = {
  'rollback.amount': 'partial',
  'rollback.win': 'debit',
  'win.withoutBet': 'park',
  'win.parkMs': PARK_MS,
};

/** Registers one test per cell: bring the row there, let the event happen, compare answer, money and state. */
export function each<Has extends string, Event extends string, State>(
  table: Table<Has, Event, State>,
  before: Readonly<Record<Has, readonly CallAct[]>>,
  events: Readonly<Record<Event, readonly CallAct[]>>,
  stateOf: (wallet: ReturnType<typeof walletTable>, act: CallAct) => State,
): void {
  for (const state of Object.keys(table) as Has[]) {
    for (const event of Object.keys(table[state]) as Event[]) {
      const cells: Cells<State> = table[state][event];
      const some: readonly Cell<State>[] = cells === 'never' ? [] : cells;
      for (const { under, answer, moves, after } of some) {
        const knobs = under === undefined ? '' : ` under ${JSON.stringify(under)}`;
        it(`${state}: ${event}${knobs} → ${answer}, ${String(after)}`, () => {
          const wallet = walletTable();
          for (const act of before[state]) wallet.ask(act, ARRANGING);
          const last = events[event].at(-1);
          if (last === undefined) throw new Error('an event is at least one call');
          expect(stateOf(wallet, last)).toBe(state);
          for (const act of events[event].slice(0, -1)) wallet.ask(act, { ...ARRANGING, ...under });
          const balance = wallet.balance();
          expect(wallet.ask(last, under)).toBe(answer);
          expect(wallet.balance() - balance).toBe(moves ?? 0n);
          expect(stateOf(wallet, last)).toBe(after);
        });
      }
    }
  }
}
