/**
 * The reference wallet's rules of undoing: a bet, a win, a correction, another rollback or what is left of a round. Nothing is ever
 * computed anew: what goes back is what was taken, to the unit.
 */
import type { Decimal } from '../money/index.ts';
import { compareDecimals, cumulativeRefundUnits, addDecimals, ZERO_DECIMAL } from '../money/index.ts';
import type { Rollback } from '../wallet/call.ts';
import type { Lock } from './model-fx.ts';
import type { Known, Name } from './model-history.ts';
import { amountLeft, isStanding, lockOf, returnedBy, walletOf } from './model-history.ts';
import { dismissRound, dismissWaiting } from './model-plays.ts';
import type { ModelRequest, Verdict, World } from './model-world.ts';
import {
  APPLIED,
  closeAfter,
  DUPLICATE,
  factsOf,
  hasWallet,
  lookUp,
  lossOf,
  move,
  nameIn,
  noteApplied,
  noteTombstone,
  ownSource,
  rejected,
  roundIn,
  roundNow,
  settles,
  takeBack,
  turnRound,
  winsOn,
} from './model-world.ts';

/** A rollback nobody has heard of yet. */
export function newRollback(world: World, asked: ModelRequest, rollback: Rollback): Verdict {
  const { target } = rollback;
  switch (target.kind) {
    case 'round':
      return undoRound(world, asked, rollback, target.round);
    case 'rollback':
      return undoRollback(world, asked, rollback, nameIn(asked, 'rollback', target.id));
    case 'win':
      return undoWin(world, asked, rollback, nameIn(asked, 'win', target.id));
    case 'bet':
      return undoBet(world, asked, rollback, nameIn(asked, 'bet', target.id));
    case 'any':
      return undoAny(world, asked, rollback, target.id);
  }
}

function undoAny(world: World, asked: ModelRequest, rollback: Rollback, id: string): Verdict {
  const bet = nameIn(asked, 'bet', id);
  const win = nameIn(asked, 'win', id);
  if (lookUp(world, bet) !== null) return undoBet(world, asked, rollback, bet);
  if (lookUp(world, win) !== null) return undoWin(world, asked, rollback, win);
  const correction = nameIn(asked, 'adjust', id);
  const corrected = lookUp(world, correction);
  if (corrected !== null) return undoCorrection(world, asked, rollback, corrected);
  for (const name of [win, correction]) noteTombstone(world, asked, name, rollback.round);
  return undoBet(world, asked, rollback, bet);
}

/** The rollback's own row, written when its effects are: a refusal is written by whoever asked. */
function done(
  world: World,
  asked: ModelRequest,
  rollback: Rollback,
  units: bigint,
  verdict: Verdict,
  lock: Lock | null = null,
): Verdict {
  noteApplied(world, asked, nameIn(asked, 'rollback', rollback.id), factsOf(asked, rollback), units, lock);
  return verdict;
}

function unknownTarget(world: World, asked: ModelRequest, rollback: Rollback): Verdict {
  if (world.policy['rollback.unknown'] === 'notFoundCode') return rejected('not_found');
  return done(world, asked, rollback, 0n, APPLIED);
}

/** What may not differ between a rollback and the thing it undoes. */
function differs(asked: ModelRequest, rollback: Rollback, target: Known): Verdict | null {
  if (target.facts.player !== asked.player) return rejected('conflict', 'player');
  if (target.state === 'tombstone') return null;
  if (target.facts.currency !== asked.currency) return rejected('conflict', 'currency');
  const { round } = target.facts;
  const elsewhere = rollback.round !== null && round !== null && rollback.round !== round;
  return elsewhere ? rejected('conflict', 'round') : null;
}

function undoBet(world: World, asked: ModelRequest, rollback: Rollback, name: Name): Verdict {
  const bet = lookUp(world, name);
  if (bet === null) {
    noteTombstone(world, asked, name, rollback.round);
    dismissWaiting(world, asked, name);
    return unknownTarget(world, asked, rollback);
  }
  const difference = differs(asked, rollback, bet);
  if (difference !== null) return difference;
  if (bet.state === 'tombstone') return unknownTarget(world, asked, rollback);
  if (bet.state === 'rejected') {
    if (world.policy['rollback.ofRejected'] === 'parentFailed') return rejected('parent_failed');
    return done(world, asked, rollback, 0n, APPLIED);
  }
  const amount = world.policy['rollback.amount'] === 'ignore' ? null : rollback.amount;
  const stake = bet.facts.amount ?? ZERO_DECIMAL;
  if (bet.state === 'reversed') {
    const again = amount === null || compareDecimals(amount, stake) === 0;
    return again ? done(world, asked, rollback, 0n, DUPLICATE) : rejected('already_settled');
  }
  const won = winsOf(world, bet);
  if (won.length > 0 && world.policy['rollback.afterWin'] === 'reject') return rejected('already_settled');
  if (amount !== null && world.policy['rollback.amount'] === 'mustMatch' && compareDecimals(amount, stake) !== 0)
    return rejected('conflict', 'amount');
  const partial = world.policy['rollback.amount'] === 'partial' ? amount : null;
  if (partial !== null && compareDecimals(partial, amountLeft(bet)) > 0) return rejected('already_settled');
  const units = giveBack(world, asked, rollback, bet, partial ?? amountLeft(bet));
  // a bet of which a part stands keeps its wins; one that is wholly undone takes them along
  const takesWins = world.policy['rollback.afterWin'] === 'reverseBoth' && lookUp(world, name)?.state === 'reversed';
  if (takesWins) for (const win of won) takeWin(world, asked, rollback, win);
  done(world, asked, rollback, units, APPLIED, lockOf(bet));
  if (rollback.closesRound) closeAfter(world, asked, bet.facts.round);
  return APPLIED;
}

/** The wins that settle the bet; one that pays nothing may be told to settle nothing, and then it may stand. */
function winsOf(world: World, bet: Known): Known[] {
  const { named, loose } = winsOn(world, bet);
  return [...named, ...loose].filter((win) => settles(world, win));
}

/** Returns `amount` of the bet; the running totals are rounded, never the parts, so that the parts sum to the whole. */
function giveBack(world: World, asked: ModelRequest, rollback: Rollback, bet: Known, amount: Decimal): bigint {
  const total = addDecimals(bet.returnedAmount, amount);
  const stake = bet.facts.amount ?? ZERO_DECIMAL;
  const whole = compareDecimals(total, stake) === 0;
  const units = whole
    ? bet.units - bet.returnedUnits
    : cumulativeRefundUnits(bet.units, total, stake, bet.returnedUnits);
  if (units > 0n) move(world, asked, walletOf(bet), units, lossOf(asked, bet, -units));
  world.history.push({
    what: 'returned',
    name: bet.name,
    units,
    amount,
    whole,
    by: nameIn(asked, 'rollback', rollback.id),
  });
  return units;
}

function takeWin(world: World, asked: ModelRequest, rollback: Rollback, win: Known): void {
  if (win.units > 0n) takeBack(world, asked, walletOf(win), win.units, lossOf(asked, win, win.units));
  const amount = win.facts.amount ?? ZERO_DECIMAL;
  world.history.push({
    what: 'returned',
    name: win.name,
    units: win.units,
    amount,
    whole: true,
    by: nameIn(asked, 'rollback', rollback.id),
  });
}

function undoWin(world: World, asked: ModelRequest, rollback: Rollback, name: Name): Verdict {
  const win = lookUp(world, name);
  if (win === null) {
    noteTombstone(world, asked, name, rollback.round);
    return unknownTarget(world, asked, rollback);
  }
  const difference = differs(asked, rollback, win);
  if (difference !== null) return difference;
  if (win.state === 'tombstone') return unknownTarget(world, asked, rollback);
  if (world.policy['rollback.win'] === 'unsupported') return rejected('not_found');
  if (win.state === 'rejected') {
    if (world.policy['rollback.ofRejected'] === 'parentFailed') return rejected('parent_failed');
    return done(world, asked, rollback, 0n, APPLIED);
  }
  if (win.state === 'reversed') return done(world, asked, rollback, 0n, DUPLICATE);
  const amount = world.policy['rollback.amount'] === 'ignore' || win.state === 'parked' ? null : rollback.amount;
  if (amount !== null && compareDecimals(amount, win.facts.amount ?? ZERO_DECIMAL) !== 0)
    return rejected('conflict', 'amount');
  takeWin(world, asked, rollback, win);
  done(world, asked, rollback, win.units, APPLIED, win.state === 'parked' ? null : lockOf(win));
  // a win that never was paid leaves its round as it is
  if (rollback.closesRound && win.state !== 'parked') closeAfter(world, asked, win.facts.round);
  return APPLIED;
}

/** The opposite of what it did; a cancel says how much that was without a sign. */
function undoCorrection(world: World, asked: ModelRequest, rollback: Rollback, corrected: Known): Verdict {
  const difference = differs(asked, rollback, corrected);
  if (difference !== null) return difference;
  if (corrected.state === 'tombstone') return unknownTarget(world, asked, rollback);
  if (corrected.state === 'rejected') {
    if (world.policy['rollback.ofRejected'] === 'parentFailed') return rejected('parent_failed');
    return done(world, asked, rollback, 0n, APPLIED);
  }
  if (corrected.state === 'reversed') return done(world, asked, rollback, 0n, DUPLICATE);
  const { units, name } = corrected;
  const amount = corrected.facts.amount ?? ZERO_DECIMAL;
  if (world.policy['rollback.amount'] !== 'ignore' && rollback.amount !== null) {
    const opposite = { ...amount, unscaled: -amount.unscaled };
    const same = [amount, opposite].some((each) => compareDecimals(each, rollback.amount ?? each) === 0);
    if (!same) return rejected('conflict', 'amount');
  }
  if (units > 0n) takeBack(world, asked, walletOf(corrected), units, 0n);
  if (units < 0n) move(world, asked, walletOf(corrected), -units, 0n);
  const by = nameIn(asked, 'rollback', rollback.id);
  world.history.push({ what: 'returned', name, units, amount, whole: true, by });
  done(world, asked, rollback, units < 0n ? -units : units, APPLIED, lockOf(corrected));
  if (rollback.closesRound) closeAfter(world, asked, corrected.facts.round);
  return APPLIED;
}

function undoRollback(world: World, asked: ModelRequest, rollback: Rollback, name: Name): Verdict {
  const undone = lookUp(world, name);
  if (undone === null) {
    noteTombstone(world, asked, name, rollback.round);
    return unknownTarget(world, asked, rollback);
  }
  const difference = differs(asked, rollback, undone);
  if (difference !== null) return difference;
  if (undone.state === 'tombstone') return unknownTarget(world, asked, rollback);
  if (world.policy['rollback.rollback'] === 'unsupported') return rejected('not_found');
  if (undone.state === 'rejected') return rejected('parent_failed');
  if (undone.state === 'reversed') return done(world, asked, rollback, 0n, DUPLICATE);
  // what undid a whole round, or a win, named no single bet that could be taken again
  if (undone.facts.flavour === 'round') return rejected('not_found');
  if (!returnedBy(world.history, name).some((one) => one.name.kind === 'bet')) return rejected('not_found');
  let taken = 0n;
  for (const one of returnedBy(world.history, name)) {
    if (one.name.kind !== 'bet') continue;
    const bet = lookUp(world, one.name);
    const loss = bet === null ? one.units : lossOf(asked, bet, one.units);
    if (one.units > 0n) takeBack(world, asked, bet === null ? undone.facts.currency : walletOf(bet), one.units, loss);
    world.history.push({ what: 'retaken', name: one.name, by: name });
    reopen(world, asked, bet?.facts.round ?? null);
    taken += one.units;
  }
  const amount = undone.facts.amount ?? ZERO_DECIMAL;
  world.history.push({
    what: 'returned',
    name,
    units: taken,
    amount,
    whole: true,
    by: nameIn(asked, 'rollback', rollback.id),
  });
  return done(world, asked, rollback, taken, APPLIED, lockOf(undone));
}

/** A bet stands again in a round that had been closed. */
function reopen(world: World, asked: ModelRequest, round: string | null): void {
  if (round === null || roundNow(world, roundIn(asked, round)).state !== 'closed') return;
  turnRound(world, roundIn(asked, round), 'reopened');
}

function undoRound(world: World, asked: ModelRequest, rollback: Rollback, round: string): Verdict {
  const name = roundIn(asked, round);
  const now = roundNow(world, name);
  if (now.bets.length === 0) {
    const own = ownSource(asked);
    const has = hasWallet(world, asked.player, own.wallet);
    if (own.unpriced && has && !now.exists) return { kind: 'unpriced' };
    if (!now.undone) {
      const lock = has ? own.lock : null;
      world.history.push({ what: 'undone', round: name, currency: asked.currency, lock });
      dismissRound(world, asked, round);
    }
    return unknownTarget(world, asked, rollback);
  }
  if (now.currency !== asked.currency) return rejected('conflict', 'currency');
  if (!now.bets.some(isStanding)) return done(world, asked, rollback, 0n, DUPLICATE);
  const afterWin = world.policy['rollback.afterWin'];
  const undo = now.bets.filter((bet) => isStanding(bet) && (afterWin !== 'reject' || winsOf(world, bet).length === 0));
  if (undo.length === 0) return rejected('already_settled');
  const won = afterWin === 'reverseBoth' ? undo.flatMap((bet) => winsOf(world, bet)) : [];
  let returned = 0n;
  for (const bet of undo) {
    returned += giveBack(world, asked, rollback, bet, amountLeft(bet));
  }
  // a win of the whole round is found with each of its bets, and taken once
  const once = won.filter((win, index) => won.findIndex((other) => other.place === win.place) === index);
  for (const win of once) takeWin(world, asked, rollback, win);
  const lock = undo.map(lockOf).find((each) => each !== null) ?? null;
  done(world, asked, rollback, returned, APPLIED, lock);
  if (rollback.closesRound) closeAfter(world, asked, round);
  return APPLIED;
}
