/**
 * One spin at a time. A real spin is a bet callback, then a win callback that closes the round; a demo spin touches nobody.
 * From before the bet goes out until the operator has answered definitely, the outbox holds what undoes or pays it: the refund
 * of the stake, then in its place the win. No second spin starts while money of the first is in the air.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { formatUnits, fromUnits } from '../money/index.ts';
import type { Clock } from '../platform/index.ts';
import { newId } from '../platform/index.ts';
import type { Understood } from '../dialects/dialect.ts';
import type { Bet, Call } from '../wallet/call.ts';
import { externalId, gameCode, playerId, roundId, sessionId } from '../wallet/ids.ts';
import type { ExternalId, RoundId } from '../wallet/ids.ts';
import type { Sender } from './callback-sender.ts';
import type { Outbox, Owed, OwedOperation } from './outbox.ts';
import type { Random } from './random.ts';
import type { PlayedRound } from './settlement-sender.ts';
import { reactionTo, rollsBack } from './retry.ts';
import type { Habits } from './retry.ts';
import { spin } from './slot-maths.ts';
import type { Spin } from './slot-maths.ts';
import { demoBalance, stakesFor, stakeUnits } from './tables.ts';
import type { Table } from './tables.ts';

/** How the operator took the win: it is paid, still being told, or the operator refused it and a person must look. */
export type Payout = 'paid' | 'pending' | 'refused';

export type SpinAnswer =
  | {
      readonly kind: 'spun';
      readonly round_id: string;
      readonly grid: Spin['grid'];
      readonly wins: readonly {
        readonly line: number;
        readonly rows: readonly number[];
        readonly symbol: string;
        readonly count: number;
        readonly amount: string;
      }[];
      readonly stake: string;
      readonly win: string;
      readonly balance: string | null;
      readonly payout: Payout;
    }
  | { readonly kind: 'refused'; readonly code: string; readonly balance: string | null }
  /** nobody knows whether the stake was taken; if it was, it is being asked back */
  | { readonly kind: 'uncertain'; readonly refunding: boolean };

export interface PlayOptions {
  readonly habits: Habits;
  /** a rollback has no id of its own and repeats its bet's */
  readonly sameId: boolean;
  readonly sender: Sender;
  readonly outbox: Outbox;
  readonly clock: Clock;
  readonly random: Random;
  /** told of every round that was really played, or whose stake was asked back */
  readonly onPlayed: (played: PlayedRound) => void;
}

export interface Play {
  readonly spin: (table: Table, stake: string) => Promise<SpinAnswer>;
  /** The balance as the operator says it now, or why not. */
  readonly balance: (table: Table) => Promise<{ readonly balance: string | null; readonly problem: string | null }>;
}

/** How long a player watches a spin for what is owed to be acknowledged before the page shows it as unfinished. */
const PLAYER_PATIENCE_MS = 2_500;

export function createPlay(options: PlayOptions): Play {
  return {
    spin: async (table, stake) => {
      if (table.phase !== 'ready')
        return { kind: 'refused', code: table.phase === 'spinning' ? 'spin_running' : 'unfinished', balance: null };
      if (!stakesFor(table.scale).includes(stake)) return { kind: 'refused', code: 'bad_stake', balance: null };
      if (table.order.mode === 'demo') return demoSpin(options, table, stake);
      table.phase = 'spinning';
      try {
        return await realSpin(options, table, stake);
      } finally {
        // `await` above may have made it unfinished, which ends when what is owed is settled.
        if (phaseOf(table) === 'spinning') table.phase = 'ready';
      }
    },
    balance: async (table) => {
      if (table.order.mode === 'demo') return { balance: demoBalance(table), problem: null };
      const reading = await options.sender.ask('question', 'balance', { kind: 'balance', ...contextOf(table) });
      if (reading.kind === 'applied') return { balance: reading.balance, problem: null };
      return { balance: null, problem: reading.kind === 'rejected' ? reading.code : 'unreachable' };
    },
  };
}

/** Read through a function so that the compiler does not believe the phase cannot have changed meanwhile. */
const phaseOf = (table: Table): Table['phase'] => table.phase;

function demoSpin(options: PlayOptions, table: Table, stake: string): SpinAnswer {
  const units = stakeUnits(stake, table.scale);
  if (units > table.demoUnits) return { kind: 'refused', code: 'insufficient_funds', balance: demoBalance(table) };
  const result = spin(options.random, table.rules, units);
  table.demoUnits += result.total - units;
  return spun(table, `demo-${newId()}`, stake, result, demoBalance(table), 'paid');
}

async function realSpin(options: PlayOptions, table: Table, stake: string): Promise<SpinAnswer> {
  const { outbox, sender, habits } = options;
  const round = roundId(`r-${newId()}`);
  const units = stakeUnits(stake, table.scale);
  const bet: Bet = {
    kind: 'bet',
    id: externalId(newId()),
    round,
    amount: fromUnits(units, table.scale),
    flavour: 'cash',
    combined: false,
    closesRound: false,
  };
  const refund = rollsBack(habits) ? owedOf(options, table, refundOf(bet.id, round, options.sameId)) : null;
  // A crash between here and the answer leaves the refund on disk, so a stake nobody played for goes back (BET-36).
  if (refund !== null) outbox.write({ add: refund });
  const answer = await sender.ask('bet', `bet ${bet.id}`, { kind: 'money', ...contextOf(table), operations: [bet] });
  if (answer.kind === 'rejected') {
    const isUndone = reactionTo('bet', 1, answer, habits) === 'rollback';
    if (refund !== null && isUndone) await settle(options, table, refund);
    else if (refund !== null) outbox.write({ done: refund.id });
    return { kind: 'refused', code: answer.code, balance: answer.balance };
  }
  if (answer.kind !== 'applied') {
    if (refund !== null) {
      await settle(options, table, refund);
      options.onPlayed(playedOf(table, round, bet, null));
    }
    return { kind: 'uncertain', refunding: refund !== null };
  }
  const result = spin(options.random, table.rules, units);
  const win = owedOf(options, table, winOf(bet.id, round, result.total, table.scale));
  outbox.write({ add: win, ...(refund === null ? {} : { done: refund.id }) });
  const paid = await settle(options, table, win);
  options.onPlayed(playedOf(table, round, bet, { id: win.id, amount: fromUnits(result.total, table.scale) }));
  return spun(table, round, stake, result, paid?.kind === 'applied' ? paid.balance : answer.balance, payoutOf(paid));
}

function playedOf(table: Table, round: RoundId, bet: Bet, win: PlayedRound['win']): PlayedRound {
  const { order, currency, game, scale } = table;
  const about = { session: order.session, player: order.player ?? '', game: game.code, currency, scale };
  return { ...about, round, bet: { id: bet.id, amount: bet.amount }, win };
}

/** Sends what is owed; null when the player has waited long enough and the table stays unfinished until it is settled. */
async function settle({ sender }: PlayOptions, table: Table, owed: Owed): Promise<Understood | null> {
  const settling = sender.owe(owed);
  const reading = await Promise.race([settling, sleep(PLAYER_PATIENCE_MS, null, { ref: false })]);
  if (reading !== null) return reading;
  table.phase = 'unfinished';
  void settling.finally(() => {
    table.phase = 'ready';
  });
  return null;
}

function payoutOf(reading: Understood | null): Payout {
  if (reading === null) return 'pending';
  return reading.kind === 'applied' ? 'paid' : reading.kind === 'rejected' ? 'refused' : 'pending';
}

function owedOf(options: PlayOptions, table: Table, operation: OwedOperation): Owed {
  const word = operation.kind === 'win' ? 'win' : 'refund';
  return {
    id: operation.id,
    label: `${word} ${operation.id}`,
    sinceMs: options.clock.now(),
    call: { kind: 'money', ...contextOf(table), operations: [operation] },
  };
}

/** A round without a win is closed by a win of nothing. */
function winOf(bet: ExternalId, round: RoundId, units: bigint, scale: number): OwedOperation {
  return {
    kind: 'win',
    id: externalId(newId()),
    round,
    bet,
    amount: fromUnits(units, scale),
    flavour: 'win',
    combined: false,
    closesRound: true,
  };
}

function refundOf(bet: ExternalId, round: RoundId, sameId: boolean): OwedOperation {
  return {
    kind: 'rollback',
    id: sameId ? bet : externalId(newId()),
    target: { kind: 'bet', id: bet },
    round,
    amount: null,
    closesRound: false,
  };
}

function contextOf({ order, currency, game }: Table): Omit<Extract<Call, { kind: 'balance' }>, 'kind'> {
  if (order.player === null) throw new Error('defect: a demo has no player to call about');
  return {
    player: { kind: 'id', player: playerId(order.player) },
    session: sessionId(order.session),
    currency,
    game: gameCode(game.code),
    provider: game.provider.code,
    requestId: null,
  };
}

function spun(
  table: Table,
  round: string,
  stake: string,
  result: Spin,
  balance: string | null,
  payout: Payout,
): SpinAnswer {
  return {
    kind: 'spun',
    round_id: round,
    grid: result.grid,
    wins: result.wins.map(({ units, ...win }) => ({ ...win, amount: formatUnits(units, table.scale) })),
    stake,
    win: formatUnits(result.total, table.scale),
    balance,
    payout,
  };
}
