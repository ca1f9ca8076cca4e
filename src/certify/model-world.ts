/**
 * What the reference wallet's rules share: the world they look at, the ways they may answer, and the handful of things that
 * can happen to money, a transaction or a round. Nothing here decides anything.
 */
import type { Decimal } from '../money/index.ts';
import { toUnits, ZERO_DECIMAL } from '../money/index.ts';
import type { Operation, WalletRequest } from '../wallet/call.ts';
import type { Refusal } from '../wallet/outcome.ts';
import type { Policy } from '../wallet/policy.ts';
import type { Lock, Source } from './model-fx.ts';
import { convert, homeOf, isFiner, lockOwed, samePair } from './model-fx.ts';
import type { Facts, Happening, History, Known, Name, RoundName } from './model-history.ts';
import {
  allWhere,
  balanceOf,
  inRound,
  isOfToday,
  isStanding,
  lockOf,
  look,
  scaleOf,
  walletOf,
  wasApplied,
} from './model-history.ts';

/** The facts of a request. Whatever has no bearing on money is left out. */
export type ModelRequest = Pick<
  WalletRequest,
  | 'aggregator'
  | 'idScope'
  | 'player'
  | 'currency'
  | 'exchange'
  | 'session'
  | 'gameCode'
  | 'gameKnown'
  | 'operations'
  | 'onlyKnown'
  | 'nowMs'
>;

export interface World {
  readonly policy: Policy;
  /** only ever appended to, save that a refused call takes back what it had begun */
  readonly history: Happening[];
}

/** One operation's answer. */
export type Verdict =
  | { readonly kind: 'applied'; readonly duplicate: boolean; readonly balanceThen: bigint | null }
  | { readonly kind: 'rejected'; readonly refusal: Refusal; readonly field: string | null; readonly duplicate: boolean }
  | { readonly kind: 'parked' }
  | { readonly kind: 'unpriced' };

export const APPLIED: Verdict = { kind: 'applied', duplicate: false, balanceThen: null };
export const DUPLICATE: Verdict = { kind: 'applied', duplicate: true, balanceThen: null };

export function rejected(refusal: Refusal, field: string | null = null): Verdict & { kind: 'rejected' } {
  return { kind: 'rejected', refusal, field, duplicate: false };
}

export function nameIn(asked: ModelRequest, kind: Name['kind'], id: string): Name {
  return { aggregator: asked.aggregator, idScope: asked.idScope, kind, id };
}

export function roundIn(asked: ModelRequest, round: string): RoundName {
  return { aggregator: asked.aggregator, idScope: asked.idScope, player: asked.player, round };
}

/** The facts that a repeat of this operation will be held against. */
export function factsOf(asked: ModelRequest, operation: Exclude<Operation, { kind: 'close' }>): Facts {
  const facts = { player: asked.player, currency: asked.currency, game: asked.gameCode, combined: false, flavour: '' };
  switch (operation.kind) {
    case 'bet': {
      const { amount, round, flavour, combined } = operation;
      return { ...facts, amount, round, flavour, combined, reference: null };
    }
    case 'win': {
      const { amount, round, flavour, combined, bet } = operation;
      return { ...facts, amount, round, flavour, combined, reference: bet };
    }
    case 'rollback': {
      const { target, amount, round } = operation;
      if (target.kind === 'round') return { ...facts, amount, round: target.round, flavour: 'round', reference: null };
      return { ...facts, amount, round, flavour: target.kind, reference: target.id };
    }
    case 'adjust':
      return { ...facts, amount: operation.amount, round: operation.round, reference: operation.reference };
    case 'deposit':
    case 'withdrawal':
      return { ...facts, amount: operation.amount, round: null, reference: null };
  }
}

export function unitsOf(world: World, player: string, currency: string, amount: Decimal): bigint {
  const units = toUnits(amount, scaleOf(world.history, player, currency) ?? 0);
  if (typeof units !== 'bigint') throw new Error('the model was asked about an amount its currency cannot hold');
  return units;
}

/** A row of the book holds 38 digits; an amount, and a balance that grows, stay a digit below. */
const MOST_UNITS = 10n ** 37n;

/** Why the player's wallet cannot hold the amount, or the balance it would come to. */
export function unheld(
  world: World,
  player: string,
  { wallet, lock }: Source,
  amount: Decimal,
  comes: boolean,
): Refusal | null {
  const digits = scaleOf(world.history, player, wallet) ?? 0;
  if (isFiner(amount, lock?.gameDigits ?? digits)) return 'below_minimum';
  // beyond what one can count with in the game's currency there is nothing to convert
  const most = 10n ** BigInt(38 + amount.scale);
  if (lock !== null && size(amount) * 10n ** BigInt(lock.gameDigits) >= most) return 'limit_reached';
  const units = lock === null ? plainUnits(amount, digits) : convert(lock, amount, comes ? 'paid' : 'taken');
  if (units > MOST_UNITS || -units > MOST_UNITS) return 'limit_reached';
  return comes && balanceOf(world.history, player, wallet) + units > MOST_UNITS ? 'limit_reached' : null;
}

const size = ({ unscaled }: Decimal): bigint => (unscaled < 0n ? -unscaled : unscaled);

function plainUnits({ unscaled, scale }: Decimal, digits: number): bigint {
  return scale > digits ? unscaled / 10n ** BigInt(scale - digits) : unscaled * 10n ** BigInt(digits - scale);
}

/** What is taken from or paid into the source's wallet for the amount. */
export function unitsBy(
  world: World,
  player: string,
  { wallet, lock }: Source,
  amount: Decimal,
  direction: 'taken' | 'paid',
): bigint {
  return lock === null ? unitsOf(world, player, wallet, amount) : convert(lock, amount, direction);
}

/** The source of what the player is owed: that of the bet or win it names, else of its round, else what is said of it itself. */
export function sourceOfOwed(world: World, facts: Facts, named: Known | null, round: RoundName | null, own: Source) {
  const usable = named !== null && wasApplied(named) && named.facts.player === facts.player;
  if (usable && named.facts.currency === facts.currency) return { wallet: walletOf(named), lock: lockOf(named) };
  const now = round === null ? null : roundNow(world, round);
  if (now?.currency === facts.currency) return { wallet: now.lock?.wallet ?? now.currency, lock: now.lock };
  return own;
}

/** What the call says itself; its lock is null where nothing is converted, and also where nobody knows a rate. */
export function ownSource(asked: ModelRequest): Source & { readonly unpriced: boolean } {
  const lock = asked.exchange === null ? null : lockOwed(asked.exchange);
  return { wallet: homeOf(asked), lock, unpriced: asked.exchange !== null && lock === null };
}

export function hasWallet(world: World, player: string, currency: string): boolean {
  return scaleOf(world.history, player, currency) !== null;
}

/** Money of this source may be counted in the round. */
export function fits({ currency, lock }: RoundNow, source: Source): boolean {
  return currency === null || (samePair(lock, source.lock) && (lock !== null || currency === source.wallet));
}

/** What undoing that much of a bet or win means for the day's loss. */
export function lossOf(asked: ModelRequest, undone: Known, units: bigint): bigint {
  return isOfToday(undone, asked.nowMs) ? units : 0n;
}

/** Moves the player's money and remembers what it does to the day's loss. */
export function move(world: World, asked: ModelRequest, currency: string, units: bigint, loss: bigint): void {
  world.history.push({ what: 'money', player: asked.player, currency, units, loss, atMs: asked.nowMs });
}

/** Takes back from the player; what they have not got is either owed (`receivable`) or overdrawn. The loss counts in full. */
export function takeBack(world: World, asked: ModelRequest, currency: string, units: bigint, loss: bigint): void {
  const there = balanceOf(world.history, asked.player, currency);
  const reachable = there > units ? units : there > 0n ? there : 0n;
  const taken = world.policy['balance.negative'] === 'allow' ? units : reachable;
  move(world, asked, currency, -taken, loss);
}

export function noteApplied(
  world: World,
  asked: ModelRequest,
  name: Name,
  facts: Facts,
  units: bigint,
  lock: Lock | null,
): void {
  const wallet = lock?.wallet ?? facts.currency;
  const has = hasWallet(world, facts.player, wallet);
  const balanceAfter = has ? balanceOf(world.history, facts.player, wallet) : null;
  const fate = { kind: 'applied', units, lock, balanceAfter, atMs: asked.nowMs } as const;
  world.history.push({ what: 'fate', name, facts, fate });
}

export function noteRejected(world: World, name: Name, facts: Facts, refusal: Refusal): void {
  world.history.push({ what: 'fate', name, facts, fate: { kind: 'rejected', refusal } });
}

/** Remembers that the id was undone before it was ever done. */
export function noteTombstone(world: World, asked: ModelRequest, name: Name, round: string | null): void {
  const nothing = { amount: null, round, reference: null, game: null, flavour: '', combined: false };
  const facts: Facts = { ...nothing, player: asked.player, currency: asked.currency };
  world.history.push({ what: 'fate', name, facts, fate: { kind: 'tombstone' } });
}

export interface RoundNow {
  readonly exists: boolean;
  readonly state: 'open' | 'closed' | 'reopened' | 'void';
  /** what its amounts are said in */
  readonly currency: string | null;
  readonly lock: Lock | null;
  /** bets that ever counted, tips aside */
  readonly bets: readonly Known[];
  /** it was undone before any bet of it was known */
  readonly undone: boolean;
}

/** The round as everything that happened in it makes it. */
export function roundNow(world: World, round: RoundName): RoundNow {
  const { history } = world;
  const applied = allWhere(history, (facts, name) => inRound(facts, name, round) && makesRounds(facts, name)).filter(
    wasApplied,
  );
  const bets = applied.filter((one) => one.name.kind === 'bet');
  const undone = history.some((one) => one.what === 'undone' && sameRound(one.round, round));
  let turned: 'open' | 'closed' | 'reopened' = 'open';
  for (const one of history) if (one.what === 'round' && sameRound(one.round, round)) turned = one.turned;
  const empty = bets.length > 0 && !bets.some(isStanding);
  const state = turned === 'open' && (empty || undone) ? 'void' : turned;
  return { exists: applied.length > 0 || undone, state, ...playedBy(history, round), bets, undone };
}

/** The round plays by the currency and rate of whatever was first applied in it or undid it; what only waited does not count. */
function playedBy(history: History, round: RoundName): Pick<RoundNow, 'currency' | 'lock'> {
  for (const one of history) {
    if (one.what === 'undone' && sameRound(one.round, round)) return one;
    if (one.what !== 'fate' || one.fate.kind !== 'applied') continue;
    if (inRound(one.facts, one.name, round) && makesRounds(one.facts, one.name))
      return { currency: one.facts.currency, lock: one.fate.lock };
  }
  return { currency: null, lock: null };
}

function makesRounds(facts: Facts, name: Name): boolean {
  return (name.kind === 'bet' && facts.flavour !== 'tip') || name.kind === 'win';
}

function sameRound(a: RoundName, b: RoundName): boolean {
  return a.round === b.round && a.player === b.player && a.aggregator === b.aggregator && a.idScope === b.idScope;
}

export function turnRound(world: World, round: RoundName, turned: 'closed' | 'reopened'): void {
  world.history.push({ what: 'round', round, turned });
}

/** Closes the round an applied operation belongs to, if it has one and it exists. */
export function closeAfter(world: World, asked: ModelRequest, round: string | null): void {
  if (round === null) return;
  const name = roundIn(asked, round);
  if (roundNow(world, name).exists) turnRound(world, name, 'closed');
}

/** A winning amount of nothing settles a bet only where zero wins say "lost". */
export function settles(world: World, win: Known): boolean {
  if (!isStanding(win)) return false;
  return world.policy['win.zeroMeansLoss'] || (win.facts.amount ?? ZERO_DECIMAL).unscaled !== 0n;
}

/**
 * Standing wins that belong to this bet: those that name it, and those of the game that name only its round and came after
 * it. What came before the first bet of a round had come early for that one. Jackpots and gifts are nobody's round win.
 */
export function winsOn(world: World, bet: Known): { named: Known[]; loose: Known[] } {
  const { aggregator, idScope, id } = bet.name;
  const here = (name: Name) => name.kind === 'win' && name.aggregator === aggregator && name.idScope === idScope;
  const wins = allWhere(world.history, (facts, name) => here(name) && facts.player === bet.facts.player);
  const standing = wins.filter(isStanding);
  const { round } = bet.facts;
  const named = standing.filter((win) => win.facts.reference === id);
  if (round === null || bet.facts.flavour === 'tip') return { named, loose: [] };
  const ofRound = roundNow(world, { aggregator, idScope, player: bet.facts.player, round });
  const isFirst = ofRound.bets.every((other) => other.place >= bet.place);
  const loose = standing.filter(
    ({ facts, place }) =>
      facts.flavour === 'win' && facts.reference === null && facts.round === round && (isFirst || place > bet.place),
  );
  return { named, loose };
}

export function lookUp(world: World, name: Name): Known | null {
  return look(world.history, name);
}
