/**
 * A second wallet, written from the specification alone and on purpose in the plainest way there is: one list of what
 * happened, one call after another, no database. It predicts what an operator's wallet must answer. It may know the
 * wallet's words, never its code: two implementations that agree by accident are the point.
 */
import type { Adjust, Operation } from '../wallet/call.ts';
import type { PlayerStatus } from '../wallet/book.ts';
import type { Refusal } from '../wallet/outcome.ts';
import type { ConflictField, Policy } from '../wallet/policy.ts';
import type { Facts, Happening, Known, Name } from './model-history.ts';
import type { Lock, Source } from './model-fx.ts';
import { homeOf, lockShown, shownAs } from './model-fx.ts';
import { balanceOf, currenciesOf, lockOf, look, statusOf, walletOf, wasApplied } from './model-history.ts';
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
  ownSource,
  rejected,
  roundIn,
  roundNow,
  sourceOfOwed,
  takeBack,
  turnRound,
  unheld,
  unitsBy,
} from './model-world.ts';

export type { ModelRequest } from './model-world.ts';

export interface ModelAnswer {
  readonly class: 'applied' | 'rejected' | 'parked' | 'stale' | 'unpriced';
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
    if (verdict.kind === 'unpriced') {
      world.history.length = before;
      return { ...nothing, class: 'unpriced' };
    }
    if (verdict.kind === 'rejected') {
      // all or nothing: only what the refusal itself wrote stays
      const own = world.history.slice(begun);
      world.history.length = before;
      world.history.push(...own);
      const shown = show(world, asked, null);
      return { ...nothing, ...verdict, class: 'rejected', balance: shown === 'unpriced' ? null : shown.told(null) };
    }
    if (verdict.kind === 'parked') return { ...nothing, class: 'parked' };
    verdicts.push(verdict);
  }
  const duplicate = verdicts.every((verdict) => verdict.kind === 'applied' && verdict.duplicate);
  const last = verdicts.at(-1);
  const stored = duplicate && world.policy['duplicate.balance'] === 'stored' && last?.kind === 'applied';
  const moved = lastMoved(world, asked);
  const shown = show(world, asked, moved);
  if (shown === 'unpriced') {
    world.history.length = before;
    return { ...nothing, class: 'unpriced' };
  }
  const same = moved !== null && walletOf(moved) === shown.wallet;
  const then = stored && same ? last.balanceThen : null;
  return { ...nothing, class: 'applied', duplicate, balance: shown.told(then) };
}

function lastMoved(world: World, asked: ModelRequest): Known | null {
  const named = asked.operations.flatMap((one) => (one.kind === 'close' ? [] : nameIn(asked, one.kind, one.id)));
  const last = named.at(-1);
  return last === undefined ? null : lookUp(world, last);
}

/** Which wallet's balance is answered, and how the asked currency says it: null where it cannot. */
interface ModelShown {
  readonly wallet: string;
  readonly told: (then: bigint | null) => bigint | null;
}

/** In another currency than the wallet's by what the next round would lock, else by what the money just moved by. */
function show(world: World, asked: ModelRequest, moved: Known | null): ModelShown | 'unpriced' {
  const { player, currency, exchange } = asked;
  const has = (wallet: string) => currenciesOf(world.history, player).includes(wallet);
  const by = (lock: Lock): ModelShown => ({
    wallet: lock.wallet,
    told: (then) => shownAs(lock, then ?? balanceOf(world.history, player, lock.wallet)),
  });
  if (exchange?.kind === 'quoted' && has(homeOf(asked))) return by(lockShown(exchange));
  const lock = moved === null ? null : lockOf(moved);
  if (lock !== null && lock.game === currency && has(lock.wallet)) return by(lock);
  if (exchange !== null && exchange.kind !== 'quoted' && has(homeOf(asked))) return 'unpriced';
  const told = (then: bigint | null) => (has(currency) ? (then ?? balanceOf(world.history, player, currency)) : null);
  return { wallet: currency, told };
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
  const taken = takenBy(world, name, facts);
  if (taken !== null) return rejected('conflict', taken.facts.player === facts.player ? 'operation' : 'player');
  // there is nobody to write a refusal down for
  if (isUnknown(world, asked)) return rejected('unknown_player');
  const verdict = newOperation(world, asked, operation);
  // what was undone before it came is remembered as that, not as refused
  if (verdict.kind === 'rejected' && lookUp(world, name) === null) noteRejected(world, name, facts, verdict.refusal);
  return verdict;
}

const NUMBERED: readonly Name['kind'][] = ['bet', 'win', 'adjust'];

/** Who had the id before as another kind of thing, where all kinds are numbered together. */
function takenBy(world: World, name: Name, facts: Facts): Known | null {
  const stands = (one: Facts) => !one.combined && one.flavour !== 'free_round';
  const together = world.policy['id.kinds'] === 'shared' && NUMBERED.includes(name.kind) && stands(facts);
  const others = NUMBERED.filter((kind) => together && kind !== name.kind);
  return (
    others.map((kind) => lookUp(world, { ...name, kind })).find((one) => one !== null && stands(one.facts)) ?? null
  );
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
    return world.policy['rollback.lateOriginal'] === 'ignore' ? DUPLICATE : rejected('reversed');
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

/** A correction goes by what it corrects. */
function sourceOfCorrection(world: World, asked: ModelRequest, adjust: Adjust, own: Source): Source {
  const { reference } = adjust;
  const find = (kind: 'bet' | 'win') => (reference === null ? null : lookUp(world, nameIn(asked, kind, reference)));
  const [bet, win] = [find('bet'), find('win')];
  const mine = (known: Known | null) => known !== null && known.facts.player === asked.player && wasApplied(known);
  const round = adjust.round === null ? null : roundIn(asked, adjust.round);
  return sourceOfOwed(world, factsOf(asked, adjust), mine(bet) ? bet : mine(win) ? win : null, round, own);
}

type CashierOperation = Extract<Operation, { kind: 'adjust' | 'deposit' | 'withdrawal' }>;

/** The operator's own movements, and corrections. They are nobody's stake and no loss of the day. */
function cashier(world: World, asked: ModelRequest, operation: CashierOperation): Verdict {
  const { player } = asked;
  const own = ownSource(asked);
  const source = operation.kind === 'adjust' ? sourceOfCorrection(world, asked, operation, own) : own;
  const currency = source.wallet;
  if (!currenciesOf(world.history, player).includes(currency)) return rejected('wrong_currency');
  if (source === own && own.unpriced) return { kind: 'unpriced' };
  const status = statusOf(world.history, player);
  const tooMuch = unheld(world, player, source, operation.amount, operation.kind !== 'withdrawal');
  if (tooMuch !== null) return rejected(tooMuch);
  const units = unitsBy(world, player, source, operation.amount, 'paid');
  if (operation.kind === 'deposit' && status === 'self_excluded') return rejected('player_excluded');
  if (operation.kind === 'deposit' && status !== 'active') return rejected('player_blocked');
  if (operation.kind === 'withdrawal' && units > balanceOf(world.history, player, currency))
    return rejected('insufficient_funds');
  if (operation.kind === 'withdrawal') move(world, asked, currency, -units, 0n);
  else if (units < 0n) takeBack(world, asked, currency, -units, 0n);
  else if (units > 0n) move(world, asked, currency, units, 0n);
  const name: Name = nameIn(asked, operation.kind, operation.id);
  noteApplied(world, asked, name, factsOf(asked, operation), units, source.lock);
  return APPLIED;
}
