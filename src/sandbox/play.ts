/**
 * The games being played: what a launch opened, one spin at a time. A real spin is a bet callback, then a win callback that
 * closes the round; a demo spin touches nobody. A bet without a definite answer is rolled back before the next spin.
 */
import { fromUnits, parseDecimal, toUnits } from '../money/index.ts';
import type { Currencies, Decimal } from '../money/index.ts';
import { formatUnits, isProblem } from '../money/index.ts';
import type { Clock } from '../platform/index.ts';
import { newId, newToken } from '../platform/index.ts';
import type { LaunchOrder, ListedGame, Mirror, Understood } from '../dialects/dialect.ts';
import type { MoneyCall, Operation, Operations } from '../wallet/call.ts';
import { externalId, gameCode, playerId, roundId, sessionId } from '../wallet/ids.ts';
import type { Policy } from '../wallet/policy.ts';
import type { Sender } from './callback-sender.ts';
import type { Random } from './random.ts';
import { rollsBack } from './retry.ts';
import { spin } from './slot-maths.ts';
import type { Spin } from './slot-maths.ts';

/** A game open in somebody's browser, under a token of the sandbox's own: the operator's session leaves the address bar. */
export interface Table {
  readonly token: string;
  readonly order: LaunchOrder;
  readonly game: ListedGame;
  readonly currency: string;
  readonly scale: number;
  readonly openedAtMs: number;
  demoUnits: bigint;
  busy: boolean;
}

export interface TableState {
  readonly game: { readonly name: string; readonly provider: string };
  readonly mode: 'real' | 'demo';
  readonly currency: string;
  readonly scale: number;
  readonly balance: string | null;
  readonly stakes: readonly string[];
  readonly busy: boolean;
  readonly return_url: string | null;
}

export type SpinAnswer =
  | {
      readonly kind: 'spun';
      readonly round_id: string;
      readonly grid: Spin['grid'];
      readonly wins: readonly { readonly line: number; readonly symbol: string; readonly count: number; readonly amount: string }[];
      readonly stake: string;
      readonly win: string;
      readonly balance: string | null;
      /** the win is still being sent to the operator */
      readonly pending: boolean;
    }
  | { readonly kind: 'refused'; readonly code: string; readonly balance: string | null }
  | { readonly kind: 'uncertain'; readonly message: string };

export interface PlayOptions {
  readonly mirror: Mirror;
  readonly policy: Policy;
  readonly sender: Sender;
  readonly clock: Clock;
  readonly random: Random;
  readonly currencies: Currencies;
}

export interface Play {
  readonly open: (order: LaunchOrder, game: ListedGame) => Table;
  readonly find: (token: string) => Table | null;
  readonly state: (table: Table) => Promise<TableState>;
  readonly spin: (table: Table, stake: string) => Promise<SpinAnswer>;
}

const MAX_TABLES = 10_000;
const DEMO_STAKES_LEFT = 1_000n;
/** How long a spin waits for its win to be acknowledged before it shows the result as pending. */
const WIN_PATIENCE_MS = 2_500;

export function createPlay(options: PlayOptions): Play {
  const tables = new Map<string, Table>();
  return {
    open: (order, game) => {
      const currency = order.currency ?? 'USD';
      const scale = options.currencies.get(currency)?.scale ?? 2;
      const table: Table = {
        token: newToken(),
        order,
        game,
        currency,
        scale,
        openedAtMs: options.clock.now(),
        demoUnits: DEMO_STAKES_LEFT * unitsOf(stakesFor(scale)[2] ?? '1', scale),
        busy: false,
      };
      const [oldest] = tables.keys();
      if (tables.size >= MAX_TABLES && oldest !== undefined) tables.delete(oldest);
      tables.set(table.token, table);
      return table;
    },
    find: (token) => tables.get(token) ?? null,
    state: async (table) => stateOf(options, table),
    spin: async (table, stake) => {
      if (table.busy) return { kind: 'refused', code: 'spin_running', balance: null };
      if (!stakesFor(table.scale).includes(stake)) return { kind: 'refused', code: 'bad_stake', balance: null };
      table.busy = true;
      try {
        return table.order.mode === 'demo' ? demoSpin(options, table, stake) : await realSpin(options, table, stake);
      } finally {
        table.busy = false;
      }
    },
  };
}

/** Stakes on offer, small enough for the currency's usual worth. */
export function stakesFor(scale: number): readonly string[] {
  if (scale === 0) return ['20', '50', '100', '200', '500', '1000'];
  if (scale > 4) return ['0.00001', '0.00002', '0.00005', '0.0001', '0.0002', '0.0005'].map((text) => text.padEnd(2 + Math.min(scale, 8), '0'));
  return ['0.20', '0.50', '1.00', '2.00', '5.00', '10.00'];
}

async function stateOf(options: PlayOptions, table: Table): Promise<TableState> {
  const { order, game, currency, scale } = table;
  return {
    game: { name: game.name, provider: game.provider.name },
    mode: order.mode,
    currency,
    scale,
    balance: order.mode === 'demo' ? formatUnits(table.demoUnits, scale) : await balanceOf(options, table),
    stakes: stakesFor(scale),
    busy: table.busy,
    return_url: order.returnUrl,
  };
}

async function balanceOf(options: PlayOptions, table: Table): Promise<string | null> {
  const request = options.mirror.say({ kind: 'balance', ...contextOf(table) }, options.clock.now());
  const reading = await options.sender.ask('balance', request);
  return reading.kind === 'applied' ? reading.balance : null;
}

function demoSpin(options: PlayOptions, table: Table, stake: string): SpinAnswer {
  const units = unitsOf(stake, table.scale);
  if (units > table.demoUnits) return { kind: 'refused', code: 'insufficient_funds', balance: formatUnits(table.demoUnits, table.scale) };
  const result = spin(options.random, units);
  table.demoUnits += result.total - units;
  return spun(table, `demo-${newId()}`, stake, result, formatUnits(table.demoUnits, table.scale), false);
}

async function realSpin(options: PlayOptions, table: Table, stake: string): Promise<SpinAnswer> {
  const round = `r-${newId()}`;
  const betId = `bet-${newId()}`;
  const units = unitsOf(stake, table.scale);
  const bet = await options.sender.ask(
    `bet ${betId}`,
    say(options, table, [
      {
        kind: 'bet',
        id: externalId(betId),
        round: roundId(round),
        amount: decimal(stake),
        flavour: 'cash',
        combined: false,
        closesRound: false,
      },
    ]),
  );
  if (bet.kind === 'rejected') return { kind: 'refused', code: bet.code, balance: bet.balance };
  if (bet.kind !== 'applied') return undo(options, table, betId, round);

  const result = spin(options.random, units);
  const win = await sendWin(options, table, { round, betId, units: result.total });
  const balance = win.kind === 'applied' ? win.balance : bet.balance;
  return spun(table, round, stake, result, balance, win.kind !== 'applied');
}

async function sendWin(options: PlayOptions, table: Table, win: { round: string; betId: string; units: bigint }): Promise<Understood> {
  const winId = `win-${newId()}`;
  const operation: Operation = {
    kind: 'win',
    id: externalId(winId),
    round: roundId(win.round),
    bet: externalId(win.betId),
    amount: fromUnits(win.units, table.scale),
    flavour: 'win',
    combined: false,
    closesRound: true,
  };
  return options.sender.owe(winId, `win ${winId}`, say(options, table, [operation]), WIN_PATIENCE_MS);
}

/** Nobody knows whether the stake was taken, so it is asked back until that is acknowledged (BET-36). */
async function undo(options: PlayOptions, table: Table, betId: string, round: string): Promise<SpinAnswer> {
  if (!rollsBack(options.policy)) return { kind: 'uncertain', message: 'The operator gave no answer to the stake.' };
  const id = `refund-${newId()}`;
  const operation: Operation = {
    kind: 'rollback',
    id: externalId(id),
    target: { kind: 'bet', id: externalId(betId) },
    round: roundId(round),
    amount: null,
    closesRound: false,
  };
  await options.sender.owe(id, `refund ${id}`, say(options, table, [operation]), WIN_PATIENCE_MS);
  return { kind: 'uncertain', message: 'The operator gave no answer to the stake; if it was taken it is being returned.' };
}

function say(options: PlayOptions, table: Table, operations: Operations) {
  const call: MoneyCall = { kind: 'money', ...contextOf(table), operations };
  return options.mirror.say(call, options.clock.now());
}

function contextOf({ order, currency, game }: Table) {
  if (order.player === null) throw new Error('defect: a demo has no player to call about');
  return {
    player: { kind: 'id', player: playerId(order.player) },
    session: sessionId(order.session),
    currency,
    game: gameCode(game.code),
    provider: game.provider.code,
    requestId: null,
  } as const;
}

function spun(table: Table, round: string, stake: string, result: Spin, balance: string | null, pending: boolean): SpinAnswer {
  return {
    kind: 'spun',
    round_id: round,
    grid: result.grid,
    wins: result.wins.map(({ line, symbol, count, units }) => ({ line, symbol, count, amount: formatUnits(units, table.scale) })),
    stake,
    win: formatUnits(result.total, table.scale),
    balance,
    pending,
  };
}

function decimal(text: string): Decimal {
  const parsed = parseDecimal(text);
  if (isProblem(parsed)) throw new Error(`defect: the stake ${text} is no amount`);
  return parsed;
}

function unitsOf(text: string, scale: number): bigint {
  const units = toUnits(decimal(text), scale);
  if (typeof units !== 'bigint') throw new Error(`defect: the stake ${text} does not fit scale ${scale}`);
  return units;
}
