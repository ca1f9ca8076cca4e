/** What the slot page needs to know to draw a table: the game, its rules, its colours, and how the table stands. */
import type { SlotSymbol } from './paytables.ts';
import { SYMBOLS } from './paytables.ts';
import { paletteOf, seedOf } from './palettes.ts';
import type { Palette } from './palettes.ts';
import type { Play } from './play.ts';
import { seededRandom } from './random.ts';
import { LINES } from './slot-maths.ts';
import { stakesFor } from './tables.ts';
import type { Phase, Table } from './tables.ts';

export interface TableState {
  readonly game: {
    readonly code: string;
    readonly name: string;
    readonly provider: string;
    readonly category: string;
    readonly rtp: string | null;
    readonly volatility: string | null;
  };
  readonly mode: 'real' | 'demo';
  readonly currency: string;
  readonly scale: number;
  readonly balance: string | null;
  /** why there is no balance: the operator's code, or `unreachable` */
  readonly problem: string | null;
  readonly stakes: readonly string[];
  readonly phase: Phase;
  readonly return_url: string | null;
  readonly palette: Palette;
  readonly lines: readonly (readonly number[])[];
  /** what three, four and five of a kind pay on one line, in thousandths of the stake */
  readonly paytable: readonly { readonly symbol: SlotSymbol; readonly pays: readonly number[] }[];
}

export async function stateOf(play: Play, table: Table): Promise<TableState> {
  const { order, game, currency, scale, rules } = table;
  const { balance, problem } = await play.balance(table);
  const { code, name, provider, category, rtp, volatility } = game;
  return {
    game: { code, name, provider: provider.name, category, rtp, volatility },
    mode: order.mode,
    currency,
    scale,
    balance,
    problem,
    stakes: stakesFor(scale),
    phase: table.phase,
    return_url: order.returnUrl,
    palette: paletteOf(seededRandom(seedOf(code))),
    lines: LINES.slice(0, rules.lines),
    paytable: SYMBOLS.map((symbol) => ({
      symbol,
      pays: rules.pays[symbol].map((percent) => (percent * 100) / rules.lines),
    })),
  };
}
