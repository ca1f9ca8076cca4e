/**
 * The games open in somebody's browser, each under a token of the sandbox's own, so that the operator's session leaves the
 * address bar. Bounded, and a table nobody plays at is cleared; one with money in the air never is.
 */
import type { Currencies } from '../money/index.ts';
import { formatUnits, isProblem, parseDecimal, toUnits } from '../money/index.ts';
import type { Clock } from '../platform/index.ts';
import { newToken } from '../platform/index.ts';
import type { LaunchOrder, ListedGame } from '../dialects/dialect.ts';
import { rulesOf } from './slot-maths.ts';
import type { SlotRules } from './slot-maths.ts';

/** What a table is at: ready for a stake, spinning, or waiting until the operator has taken or returned the last round's money. */
export type Phase = 'ready' | 'spinning' | 'unfinished';

export interface Table {
  readonly token: string;
  /** of the launch that opened it last */
  order: LaunchOrder;
  readonly game: ListedGame;
  readonly rules: SlotRules;
  readonly currency: string;
  readonly scale: number;
  readonly openedAtMs: number;
  phase: Phase;
  /** pretend money of a demo */
  demoUnits: bigint;
  /** by the monotonic clock: the sandbox's own time is moved about while people play */
  seenAtMs: number;
  /** the page said that it is going; it may be a reload */
  leaving: boolean;
}

export interface Tables {
  /** A table of its own; or the one at which this session has a round that is not finished, to go on with it (LCH-23). */
  readonly open: (order: LaunchOrder, game: ListedGame) => Table;
  /** The table that this very launch opened before, while it is there (LCH-13). */
  readonly again: (order: LaunchOrder) => Table | null;
  /** The table of a token, noted as seen now. */
  readonly find: (token: string) => Table | null;
  readonly leave: (token: string) => void;
  /** Clears the tables nobody is at any more, and returns those whose session has no other. */
  readonly sweep: () => readonly Table[];
}

const MAX_TABLES = 10_000;
export const IDLE_TABLE_MS = 30 * 60_000;
/** A reload leaves and comes back; whoever is away this long has gone. */
export const LEFT_TABLE_MS = 60_000;
const DEMO_STAKES = 1_000n;
const USUAL_STAKE = 2;

export function createTables(clock: Clock, currencies: Currencies): Tables {
  const tables = new Map<string, Table>();
  const seen = (table: Table): Table => {
    table.seenAtMs = clock.monotonic();
    table.leaving = false;
    return table;
  };
  return {
    open: (order, game) => {
      const unfinished = [...tables.values()].find((table) => table.phase !== 'ready' && isSame(table.order, order));
      if (unfinished !== undefined) {
        unfinished.order = order;
        return seen(unfinished);
      }
      const currency = order.currency ?? 'USD';
      const scale = currencies.get(currency)?.scale ?? 2;
      const table: Table = {
        token: newToken(),
        order,
        game,
        rules: rulesOf(game),
        currency,
        scale,
        openedAtMs: clock.now(),
        phase: 'ready',
        demoUnits: DEMO_STAKES * stakeUnits(stakesFor(scale)[USUAL_STAKE] ?? '1', scale),
        seenAtMs: clock.monotonic(),
        leaving: false,
      };
      if (tables.size >= MAX_TABLES) dropOldest(tables);
      tables.set(table.token, table);
      return table;
    },
    again: (order) => {
      const table = [...tables.values()].find((each) => each.order.nonce === order.nonce);
      return table === undefined ? null : seen(table);
    },
    find: (token) => {
      const table = tables.get(token);
      return table === undefined ? null : seen(table);
    },
    leave: (token) => {
      const table = tables.get(token);
      if (table === undefined) return;
      table.seenAtMs = clock.monotonic();
      table.leaving = true;
    },
    sweep: () => {
      const now = clock.monotonic();
      const gone = [...tables.values()].filter(
        (table) => table.phase === 'ready' && now - table.seenAtMs > (table.leaving ? LEFT_TABLE_MS : IDLE_TABLE_MS),
      );
      for (const { token } of gone) tables.delete(token);
      const playing = new Set([...tables.values()].map((table) => table.order.session));
      return gone.filter((table) => !playing.has(table.order.session));
    },
  };
}

/** A demo's session stands for nobody, so its rounds are nobody's to go on with. */
function isSame(a: LaunchOrder, b: LaunchOrder): boolean {
  return (
    a.mode === 'real' && b.mode === 'real' && a.session === b.session && a.game === b.game && a.player === b.player
  );
}

function dropOldest(tables: Map<string, Table>): void {
  for (const [token, table] of tables) {
    if (table.phase !== 'ready') continue;
    tables.delete(token);
    return;
  }
}

/** Stakes on offer, small enough for the currency's usual worth, in steps that pay exactly on every number of lines. */
export function stakesFor(scale: number): readonly string[] {
  if (scale === 0) return ['20', '40', '100', '200', '400', '1000'];
  if (scale > 4)
    return ['0.00001', '0.00002', '0.00005', '0.0001', '0.0002', '0.0005'].map((text) =>
      text.padEnd(2 + Math.min(scale, 8), '0'),
    );
  return ['0.20', '0.40', '1.00', '2.00', '4.00', '10.00'];
}

/** Minor units of a stake on offer. */
export function stakeUnits(stake: string, scale: number): bigint {
  const parsed = parseDecimal(stake);
  const units = isProblem(parsed) ? null : toUnits(parsed, scale);
  if (typeof units !== 'bigint') throw new Error(`defect: the stake ${stake} does not fit scale ${scale}`);
  return units;
}

export const demoBalance = (table: Table): string => formatUnits(table.demoUnits, table.scale);
