/**
 * What the reference wallet's rules share: the world they look at, the ways they may answer, and the handful of things that
 * can happen to money, a transaction or a round. Nothing here decides anything.
 */
import type { Decimal } from '../money/index.ts';
import { toUnits, ZERO_DECIMAL } from '../money/index.ts';
import type { Operation, WalletRequest } from '../wallet/call.ts';
import type { Refusal } from '../wallet/outcome.ts';
import type { Policy } from '../wallet/policy.ts';
import type { Facts, Happening, History, Known, Name, RoundName } from './model-history.ts';
import { allWhere, balanceOf, inRound, isOfToday, isStanding, look, scaleOf, wasApplied } from './model-history.ts';

/** The facts of a request. Whatever has no bearing on money is left out. */
export type ModelRequest = Pick<
  WalletRequest,
  | 'aggregator'
  | 'idScope'
  | 'player'
  | 'currency'
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
  | { readonly kind: 'parked' };

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
export function unheld(world: World, asked: ModelRequest, amount: Decimal, comes: boolean): Refusal | null {
  const { player, currency } = asked;
  const { unscaled, scale } = amount;
  const digits = scaleOf(world.history, player, currency) ?? 0;
  const finer = scale > digits && unscaled % 10n ** BigInt(scale - digits) !== 0n;
  if (finer) return 'below_minimum';
  const units = scale > digits ? unscaled / 10n ** BigInt(scale - digits) : unscaled * 10n ** BigInt(digits - scale);
  if (units > MOST_UNITS || -units > MOST_UNITS) return 'limit_reached';
  return comes && balanceOf(world.history, player, currency) + units > MOST_UNITS ? 'limit_reached' : null;
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

export function noteApplied(world: World, asked: ModelRequest, name: Name, facts: Facts, units: bigint): void {
  const has = scaleOf(world.history, facts.player, facts.currency) !== null;
  const balanceAfter = has ? balanceOf(world.history, facts.player, facts.currency) : null;
  world.history.push({ what: 'fate', name, facts, fate: { kind: 'applied', units, balanceAfter, atMs: asked.nowMs } });
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
  readonly currency: string | null;
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
  return { exists: applied.length > 0 || undone, state, currency: currencyOf(history, round), bets, undone };
}

/** The round plays in the currency of whatever was first applied in it or undid it; what only waited does not count. */
function currencyOf(history: History, round: RoundName): string | null {
  for (const one of history) {
    if (one.what === 'undone' && sameRound(one.round, round)) return one.currency;
    if (one.what !== 'fate' || one.fate.kind !== 'applied') continue;
    if (inRound(one.facts, one.name, round) && makesRounds(one.facts, one.name)) return one.facts.currency;
  }
  return null;
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
