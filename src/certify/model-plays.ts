/**
 * The reference wallet's rules of bets and wins, in the order in which they may be refused. A refusal is returned before
 * anything happens; once money moves nothing can go wrong any more.
 */
import { isZero, SAFE_TERMS } from '../money/index.ts';
import type { Bet, Win } from '../wallet/call.ts';
import type { Refusal } from '../wallet/outcome.ts';
import type { Source } from './model-fx.ts';
import { homeOf, isTooSmall, lockStaked } from './model-fx.ts';
import type { Facts, Known, Name } from './model-history.ts';
import {
  allWhere,
  balanceOf,
  isStanding,
  limitsOf,
  lockOf,
  lossOfDay,
  statusOf,
  walletOf,
  wasApplied,
} from './model-history.ts';
import type { ModelRequest, Verdict, World } from './model-world.ts';
import {
  APPLIED,
  closeAfter,
  factsOf,
  fits,
  hasWallet,
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
  settles,
  sourceOfOwed,
  turnRound,
  unheld,
  unitsBy,
  winsOn,
} from './model-world.ts';

/** A bet nobody has heard of yet. */
export function newBet(world: World, asked: ModelRequest, bet: Bet): Verdict {
  const name = nameIn(asked, 'bet', bet.id);
  if (bet.round !== null && bet.flavour !== 'tip' && roundNow(world, roundIn(asked, bet.round)).undone) {
    // the bet comes after its round was undone, as another may come after its own rollback
    noteTombstone(world, asked, name, bet.round);
    dismissWaiting(world, asked, name);
    return world.policy['rollback.lateOriginal'] === 'ignore' ? APPLIED : rejected('reversed');
  }
  const source = sourceOfStake(world, asked, bet);
  const refusal =
    (hasWallet(world, asked.player, source.wallet) ? null : 'wrong_currency') ??
    (source.shut === null ? unheld(world, asked.player, source, bet.amount, false) : null) ??
    refusalOfPlayer(world, asked) ??
    (asked.gameKnown ? null : 'unknown_game') ??
    (bet.flavour !== 'free' && isZero(bet.amount) && world.policy['bet.zero'] === 'reject' ? 'below_minimum' : null) ??
    (bet.flavour === 'free' && world.policy['freeRound.ungranted'] === 'reject' ? 'conflict' : null) ??
    (bet.flavour === 'tip' ? null : refusalOfRound(world, asked, bet.round, source)) ??
    source.shut ??
    (bet.flavour === 'free' ? null : refusalOfFunds(world, asked, bet, source));
  if (refusal !== null) {
    // nothing waits for a bet that was refused
    for (const win of waitingFor(world, asked, name, null)) noteRejected(world, win.name, win.facts, 'not_found');
    return rejected(refusal);
  }
  const units = bet.flavour === 'free' ? 0n : unitsBy(world, asked.player, source, bet.amount, 'taken');
  const wasClosed =
    bet.round !== null && bet.flavour !== 'tip' && roundNow(world, roundIn(asked, bet.round)).state === 'closed';
  if (units > 0n) move(world, asked, source.wallet, -units, units);
  noteApplied(world, asked, name, factsOf(asked, bet), units, source.lock);
  if (wasClosed && bet.round !== null) turnRound(world, roundIn(asked, bet.round), 'reopened');
  releaseWaiting(world, asked, name);
  if (bet.closesRound && bet.flavour !== 'tip') closeAfter(world, asked, bet.round);
  return APPLIED;
}

/** Where a stake comes from: by its round's rate, else by a new one, if there may be one. */
function sourceOfStake(world: World, asked: ModelRequest, bet: Bet): Source & { readonly shut: Refusal | null } {
  const { exchange, currency } = asked;
  const home = homeOf(asked);
  const each = exchange?.kind === 'quoted' && exchange.terms.lockScope === 'bet';
  const round = bet.round === null || bet.flavour === 'tip' ? null : roundNow(world, roundIn(asked, bet.round));
  const lock = round?.lock ?? null;
  if (lock !== null && lock.game === currency && !each)
    return { wallet: lock.wallet, lock, shut: exchange !== null && home !== lock.wallet ? 'wrong_currency' : null };
  if (exchange === null) return { wallet: currency, lock: null, shut: null };
  const staked = lockStaked(exchange);
  return 'refusal' in staked
    ? { wallet: home, lock: null, shut: staked.refusal }
    : { wallet: home, lock: staked, shut: null };
}

function refusalOfPlayer(world: World, asked: ModelRequest): Refusal | null {
  const { session } = asked;
  if (session.kind === 'demo' || session.kind === 'foreign' || session.kind === 'unknown') return 'session_invalid';
  if (session.kind === 'expired') return 'session_expired';
  if (session.kind === 'live' && session.currency !== asked.currency) return 'wrong_currency';
  const status = statusOf(world.history, asked.player);
  if (status === 'blocked' || status === 'closed') return 'player_blocked';
  return status === 'self_excluded' ? 'player_excluded' : null;
}

function refusalOfRound(
  world: World,
  asked: ModelRequest,
  round: string | null,
  source: Source & { readonly shut: Refusal | null },
): Refusal | null {
  if (round === null) return null;
  const now = roundNow(world, roundIn(asked, round));
  const afterClose = now.state === 'closed' || now.state === 'reopened';
  if (afterClose && world.policy['round.betAfterClose'] === 'reject') return 'round_closed';
  if (now.state === 'void' && world.policy['round.betAfterVoid'] === 'reject') return 'round_closed';
  return source.shut === null && !fits(now, source) ? 'wrong_currency' : null;
}

function refusalOfFunds(world: World, asked: ModelRequest, bet: Bet, { wallet, lock }: Source): Refusal | null {
  const { exchange } = asked;
  const mostOff = exchange?.kind === 'quoted' ? exchange.terms.maxRoundingErrorBps : SAFE_TERMS.maxRoundingErrorBps;
  if (lock !== null && isTooSmall(lock, bet.amount, mostOff)) return 'below_minimum';
  const stake = unitsBy(world, asked.player, { wallet, lock }, bet.amount, 'taken');
  const { maxStake, dailyLossLimit } = limitsOf(world.history, asked.player, wallet);
  if (maxStake !== null && stake > maxStake) return 'limit_reached';
  const lost = lossOfDay(world.history, asked.player, wallet, asked.nowMs);
  if (dailyLossLimit !== null && stake > 0n && lost + stake > dailyLossLimit) return 'limit_reached';
  return stake > balanceOf(world.history, asked.player, wallet) ? 'insufficient_funds' : null;
}

/** A win nobody has heard of yet. */
export function newWin(world: World, asked: ModelRequest, win: Win): Verdict {
  const name = nameIn(asked, 'win', win.id);
  const facts = factsOf(asked, win);
  const own = ownSource(asked);
  const source = sourceOfWin(world, asked, facts, own);
  if (!hasWallet(world, asked.player, source.wallet)) return rejected('wrong_currency');
  const unpriced = source === own && own.unpriced;
  const impossible = unpriced ? null : unheld(world, asked.player, source, win.amount, true);
  if (impossible !== null) return rejected(impossible);
  if (asked.session.kind === 'demo') return rejected('session_invalid');
  const standing = judgeWin(world, asked, facts, unpriced ? null : source, false);
  if (standing.kind === 'refused') return rejected(standing.refusal, standing.field);
  if (unpriced) return { kind: 'unpriced' };
  if (standing.kind === 'waits') {
    const deadlineMs = asked.nowMs + world.policy['win.parkMs'];
    world.history.push({
      what: 'fate',
      name,
      facts,
      fate: { kind: 'parked', deadlineMs, closesRound: win.closesRound, lock: source.lock },
    });
    return { kind: 'parked' };
  }
  payWin(world, asked, name, facts, source, standing.round);
  if (win.closesRound) closeAfter(world, asked, standing.round ?? hearsay(world, asked, facts));
  return APPLIED;
}

/** Where a win goes: to the wallet its bet or round was played from, whatever its own call says. */
function sourceOfWin(world: World, asked: ModelRequest, facts: Facts, own: Source): Source {
  const bet = facts.reference === null ? null : lookUp(world, nameIn(asked, 'bet', facts.reference));
  return sourceOfOwed(world, facts, bet, facts.round === null ? null : roundIn(asked, facts.round), own);
}

/** The round that whoever spoke of an undone bet said it was in. */
function hearsay(world: World, asked: ModelRequest, facts: Facts): string | null {
  const bet = facts.reference === null ? null : lookUp(world, nameIn(asked, 'bet', facts.reference));
  return bet?.state === 'tombstone' && bet.facts.player === facts.player ? bet.facts.round : null;
}

type Judgement =
  | { readonly kind: 'pays'; readonly round: string | null }
  | { readonly kind: 'refused'; readonly refusal: Refusal; readonly field: string | null }
  | { readonly kind: 'waits' };

const refused = (refusal: Refusal, field: string | null = null): Judgement => ({ kind: 'refused', refusal, field });

/** What a win deserves on the history as it is: paid, refused, or to wait for its bet. `source` null: nobody knows its rate. */
function judgeWin(world: World, asked: ModelRequest, facts: Facts, source: Source | null, waited: boolean): Judgement {
  const bet = facts.reference === null ? null : lookUp(world, nameIn(asked, 'bet', facts.reference));
  // the round a tombstone was said to be in is hearsay: good enough to close it, not to refuse a win
  const lends = bet !== null && bet.facts.player === facts.player && wasApplied(bet);
  const round = facts.round ?? (lends ? bet.facts.round : null);
  const pays: Judgement = { kind: 'pays', round };
  // jackpots, promotions and free rounds need no bet, but one they name and that is known must be theirs
  const needsNone = facts.flavour !== 'win' && bet === null;
  const judged = facts.reference === null ? judgeByRound(world, asked, facts) : judgeByBet(world, asked, facts, bet);
  if (!needsNone && judged !== null) return judged;
  if (round === null) return pays;
  const now = roundNow(world, roundIn(asked, round));
  if (now.currency !== null && (source === null || !fits(now, source))) return refused('wrong_currency');
  // a win that waited came in time, whatever became of its round since
  if (waited) return pays;
  return now.state === 'closed' && world.policy['round.winAfterClose'] === 'reject' ? refused('round_closed') : pays;
}

function judgeByBet(world: World, asked: ModelRequest, facts: Facts, bet: Known | null): Judgement | null {
  if (bet === null) {
    const undone = facts.round !== null && roundNow(world, roundIn(asked, facts.round)).undone;
    return undone ? judgeUndone(world) : judgeWithoutBet(world);
  }
  if (bet.facts.player !== facts.player) return refused('conflict', 'player');
  if (bet.state === 'tombstone') return judgeUndone(world);
  if (bet.state === 'rejected') return refused('not_found');
  if (bet.state === 'reversed' && world.policy['win.afterRollback'] === 'reject') return refused('reversed');
  const elsewhere = bet.facts.round !== null && facts.round !== null && bet.facts.round !== facts.round;
  if (elsewhere) return refused('conflict', 'round');
  if (bet.facts.currency !== facts.currency) return refused('wrong_currency');
  return isSettled(world, bet) ? refused('already_settled') : null;
}

function judgeByRound(world: World, asked: ModelRequest, facts: Facts): Judgement | null {
  if (facts.round === null) return judgeWithoutBet(world);
  const { bets, undone } = roundNow(world, roundIn(asked, facts.round));
  if (undone) return judgeUndone(world);
  const [first] = bets;
  if (first === undefined) return judgeWithoutBet(world);
  if (!bets.some(isStanding)) return judgeUndone(world);
  return bets.length === 1 && isSettled(world, first) ? refused('already_settled') : null;
}

function judgeUndone(world: World): Judgement | null {
  return world.policy['win.afterRollback'] === 'reject' ? refused('reversed') : null;
}

function judgeWithoutBet(world: World): Judgement | null {
  const rule = world.policy['win.withoutBet'];
  if (rule === 'park') return { kind: 'waits' };
  return rule === 'reject' ? refused('not_found') : null;
}

function payWin(
  world: World,
  asked: ModelRequest,
  name: Name,
  facts: Facts,
  source: Source,
  round: string | null,
): void {
  const units = unitsBy(world, facts.player, source, facts.amount ?? { unscaled: 0n, scale: 0 }, 'paid');
  const wasClosed = round !== null && roundNow(world, roundIn(asked, round)).state === 'closed';
  if (units > 0n) move(world, asked, source.wallet, units, -units);
  noteApplied(world, asked, name, facts, units, source.lock);
  if (wasClosed && round !== null) turnRound(world, roundIn(asked, round), 'reopened');
}

/** The player's wins that wait, in the order they arrived. */
function waiting(world: World, asked: ModelRequest): Known[] {
  const here = (name: Name) =>
    name.kind === 'win' && name.aggregator === asked.aggregator && name.idScope === asked.idScope;
  const wins = allWhere(world.history, (facts, name) => here(name) && facts.player === asked.player);
  return wins.filter((win) => win.state === 'parked');
}

/** Those of them that this bet concerns. */
function waitingFor(world: World, asked: ModelRequest, bet: Name, round: string | null): Known[] {
  return waiting(world, asked).filter((win) => {
    if (win.facts.reference !== null) return win.facts.reference === bet.id;
    return round !== null && win.facts.round === round;
  });
}

/** The bet came: whoever waited for it is paid or refused now, even if their patience had run out and nobody had said so. */
function releaseWaiting(world: World, asked: ModelRequest, bet: Name): void {
  const round = lookUp(world, bet)?.facts.round ?? null;
  for (const win of waitingFor(world, asked, bet, round)) settleWaiting(world, asked, win, bet);
}

/** The bet will never come: it was undone before it arrived. Only wins that name it can know. */
export function dismissWaiting(world: World, asked: ModelRequest, bet: Name): void {
  for (const win of waitingFor(world, asked, bet, null)) settleWaiting(world, asked, win, bet);
}

/** No bet of that round will ever come. Wins that wait for a bet by name learn it when that bet comes. */
export function dismissRound(world: World, asked: ModelRequest, round: string): void {
  for (const win of waiting(world, asked)) {
    if (win.facts.reference === null && win.facts.round === round) settleWaiting(world, asked, win, null);
  }
}

function settleWaiting(world: World, asked: ModelRequest, win: Known, name: Name | null): void {
  const bet = name === null ? null : lookUp(world, name);
  const own: Source = { wallet: walletOf(win), lock: lockOf(win) };
  const source = sourceOfWin(world, asked, win.facts, own);
  const judgement = (bet === null ? null : misfit(win, bet)) ?? judgeWin(world, asked, win.facts, source, true);
  if (judgement.kind === 'refused') noteRejected(world, win.name, win.facts, judgement.refusal);
  if (judgement.kind !== 'pays') return;
  payWin(world, asked, win.name, win.facts, source, judgement.round);
  if (win.fate.kind === 'parked' && win.fate.closesRound)
    closeAfter(world, asked, judgement.round ?? hearsay(world, asked, win.facts));
}

/** A win that waited for its round, and not for a bet by name, is the coming bet's: they must be in one currency. */
function misfit(win: Known, bet: Known): Judgement | null {
  if (bet.fate.kind !== 'applied' || win.facts.reference !== null) return null;
  return bet.facts.currency === win.facts.currency ? null : refused('wrong_currency');
}

/** The bet has the one win it may have. A win that names only the round is its only bet's, and nobody's among several. */
function isSettled(world: World, bet: Known): boolean {
  if (world.policy['win.perBet'] === 'many') return false;
  const { named, loose } = winsOn(world, bet);
  const { aggregator, idScope } = bet.name;
  const { player, round } = bet.facts;
  const alone = round !== null && roundNow(world, { aggregator, idScope, player, round }).bets.length === 1;
  return [...named, ...(alone ? loose : [])].some((win) => settles(world, win));
}
