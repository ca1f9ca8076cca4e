/**
 * A second wallet, written from the specification alone and on purpose in the plainest way there is: one list of what
 * happened, one call after another, no database. It predicts what an operator's wallet must answer. It may know the
 * wallet's words, never its code: two implementations that agree by accident are the point.
 */
import type { Operation } from '../wallet/call.ts';
import type { PlayerStatus } from '../wallet/book.ts';
import type { Refusal } from '../wallet/outcome.ts';
import type { ConflictField, Policy } from '../wallet/policy.ts';
import type { Facts, Happening, Known, Name } from './model-history.ts';
import { balanceOf, currenciesOf, look, statusOf } from './model-history.ts';
import { newBet, newWin } from './model-plays.ts';
import { newRollback } from './model-rollbacks.ts';
import type { ModelRequest, Verdict, World } from './model-world.ts';
import {
  APPLIED,
  DUPLICATE,
  factsOf,
  lookUp,
  move,
  nameIn,
  noteApplied,
  noteRejected,
  noteTombstone,
  rejected,
  roundIn,
  roundNow,
  takeBack,
  turnRound,
  unheld,
  unitsOf,
} from './model-world.ts';

export type { ModelRequest } from './model-world.ts';

export interface ModelAnswer {
  readonly class: 'applied' | 'rejected' | 'parked' | 'stale';
  readonly duplicate: boolean;
  readonly refusal: Refusal | null;
  /** the fact that differs, for a conflict */
  readonly field: string | null;
  /** units of the asked currency; null where the player has no such wallet */
  readonly balance: bigint | null;
}

export interface Model {
  /** a wallet with nothing in it */
  readonly openWallet: (player: string, currency: string, scale: number) => void;
  readonly setStatus: (player: string, status: PlayerStatus) => void;
  readonly setLimits: (player: string, currency: string, limits: ModelLimits) => void;
  /** what the wallet must answer, and everything that follows from it remembered */
  readonly answer: (asked: ModelRequest) => ModelAnswer;
  readonly balance: (player: string, currency: string) => bigint;
}

export interface ModelLimits {
  readonly maxStake: bigint | null;
  readonly dailyLossLimit: bigint | null;
}

/** A reference wallet for one policy, empty. */
export function createModel(policy: Policy): Model {
  const history: Happening[] = [];
  const world: World = { policy, history };
  return {
    openWallet: (player, currency, scale) => history.push({ what: 'wallet', player, currency, scale }),
    setStatus: (player, status) => history.push({ what: 'status', player, status }),
    setLimits: (player, currency, limits) => history.push({ what: 'limits', player, currency, ...limits }),
    answer: (asked) => answer(world, asked),
    balance: (player, currency) => balanceOf(history, player, currency),
  };
}

function answer(world: World, asked: ModelRequest): ModelAnswer {
  const nothing = { duplicate: false, refusal: null, field: null, balance: null };
  if (asked.onlyKnown && asked.operations.some((operation) => isNew(world, asked, operation)))
    return { ...nothing, class: 'stale' };

  const before = world.history.length;
  const verdicts: Verdict[] = [];
  for (const operation of asked.operations) {
    const begun = world.history.length;
    const verdict = decideOne(world, asked, operation);
    if (verdict.kind === 'rejected') {
      // all or nothing: only what the refusal itself wrote stays
      const own = world.history.slice(begun);
      world.history.length = before;
      world.history.push(...own);
      return { ...nothing, ...verdict, class: 'rejected', balance: balanceNow(world, asked) };
    }
    if (verdict.kind === 'parked') return { ...nothing, class: 'parked' };
    verdicts.push(verdict);
  }
  const duplicate = verdicts.every((verdict) => verdict.kind === 'applied' && verdict.duplicate);
  const last = verdicts.at(-1);
  const stored = duplicate && world.policy['duplicate.balance'] === 'stored' && last?.kind === 'applied';
  const then = stored ? last.balanceThen : null;
  return { ...nothing, class: 'applied', duplicate, balance: then ?? balanceNow(world, asked) };
}

function balanceNow(world: World, asked: ModelRequest): bigint | null {
  const known = currenciesOf(world.history, asked.player).includes(asked.currency);
  return known ? balanceOf(world.history, asked.player, asked.currency) : null;
}

function isNew(world: World, asked: ModelRequest, operation: Operation): boolean {
  if (operation.kind === 'close') return roundNow(world, roundIn(asked, operation.round)).state !== 'closed';
  const known = look(world.history, nameIn(asked, operation.kind, operation.id));
  return known === null || known.state === 'tombstone';
}

function decideOne(world: World, asked: ModelRequest, operation: Operation): Verdict {
  if (operation.kind === 'close' && isUnknown(world, asked)) return rejected('unknown_player');
  if (operation.kind === 'close') return closeRound(world, asked, operation.round);
  const name = nameIn(asked, operation.kind, operation.id);
  const facts = factsOf(asked, operation);
  const known = lookUp(world, name);
  if (known !== null) return answerAgain(world, asked, known, facts);
  // there is nobody to write a refusal down for
  if (isUnknown(world, asked)) return rejected('unknown_player');
  const verdict = newOperation(world, asked, operation);
  // what was undone before it came is remembered as that, not as refused
  if (verdict.kind === 'rejected' && lookUp(world, name) === null) noteRejected(world, name, facts, verdict.refusal);
  return verdict;
}

function isUnknown(world: World, asked: ModelRequest): boolean {
  return currenciesOf(world.history, asked.player).length === 0;
}

function newOperation(world: World, asked: ModelRequest, operation: Exclude<Operation, { kind: 'close' }>): Verdict {
  switch (operation.kind) {
    case 'bet':
      return newBet(world, asked, operation);
    case 'win':
      return newWin(world, asked, operation);
    case 'rollback':
      return newRollback(world, asked, operation);
    case 'adjust':
    case 'deposit':
    case 'withdrawal':
      return cashier(world, asked, operation);
  }
}

/** The id was undone, before it came or after: nothing new is said, so it counts as said before. */
const REVERSED: Verdict = { ...rejected('reversed'), duplicate: true };

/** The id has been here before: the same facts get the same answer, other facts a conflict. */
function answerAgain(world: World, asked: ModelRequest, known: Known, facts: Facts): Verdict {
  if (known.facts.player !== facts.player) return rejected('conflict', 'player');
  if (known.state === 'tombstone') {
    // a bet that comes too late at least says which round it would have been in
    if (known.name.kind === 'bet') noteTombstone(world, asked, known.name, facts.round);
    return rejected('reversed');
  }
  const field = firstDifference(world.policy['conflict.fields'], known.facts, facts);
  if (field !== null) return rejected('conflict', field);
  if (known.state === 'reversed') return REVERSED;
  switch (known.fate.kind) {
    case 'tombstone':
      return REVERSED;
    case 'rejected':
      return { ...rejected(known.fate.refusal), duplicate: true };
    case 'parked':
      return askAgain(world, asked, known, known.fate.deadlineMs);
    case 'applied':
      return { kind: 'applied', duplicate: true, balanceThen: known.fate.balanceAfter };
  }
}

function askAgain(world: World, asked: ModelRequest, waiting: Known, deadlineMs: number): Verdict {
  if (asked.nowMs < deadlineMs) return { kind: 'parked' };
  noteRejected(world, waiting.name, waiting.facts, 'not_found');
  return rejected('not_found');
}

const ORDER: readonly (ConflictField | 'operation')[] = [
  'player',
  'operation',
  'amount',
  'currency',
  'round',
  'reference',
  'game',
];

function firstDifference(fields: readonly ConflictField[], before: Facts, now: Facts): string | null {
  for (const field of ORDER) {
    if (field === 'operation') {
      if (before.flavour !== now.flavour || before.combined !== now.combined) return field;
    } else if (fields.includes(field) && valueOf(before, field) !== valueOf(now, field)) return field;
  }
  return null;
}

function valueOf(facts: Facts, field: ConflictField): string | null {
  if (field !== 'amount') return facts[field];
  return facts.amount === null ? null : `${facts.amount.unscaled}e-${facts.amount.scale}`;
}

function closeRound(world: World, asked: ModelRequest, round: string): Verdict {
  const name = roundIn(asked, round);
  const now = roundNow(world, name);
  if (!now.exists) return rejected('not_found');
  if (now.state === 'closed') return DUPLICATE;
  turnRound(world, name, 'closed');
  return APPLIED;
}

type CashierOperation = Extract<Operation, { kind: 'adjust' | 'deposit' | 'withdrawal' }>;

/** The operator's own movements, and corrections. They are nobody's stake and no loss of the day. */
function cashier(world: World, asked: ModelRequest, operation: CashierOperation): Verdict {
  const { player, currency } = asked;
  if (!currenciesOf(world.history, player).includes(currency)) return rejected('wrong_currency');
  const status = statusOf(world.history, player);
  const tooMuch = unheld(world, asked, operation.amount, operation.kind !== 'withdrawal');
  if (tooMuch !== null) return rejected(tooMuch);
  const units = unitsOf(world, player, currency, operation.amount);
  if (operation.kind === 'deposit' && status === 'self_excluded') return rejected('player_excluded');
  if (operation.kind === 'deposit' && status !== 'active') return rejected('player_blocked');
  if (operation.kind === 'withdrawal' && units > balanceOf(world.history, player, currency))
    return rejected('insufficient_funds');
  if (operation.kind === 'withdrawal') move(world, asked, currency, -units, 0n);
  else if (units < 0n) takeBack(world, asked, currency, -units, 0n);
  else if (units > 0n) move(world, asked, currency, units, 0n);
  const name: Name = nameIn(asked, operation.kind, operation.id);
  noteApplied(world, asked, name, factsOf(asked, operation), units);
  return APPLIED;
}
