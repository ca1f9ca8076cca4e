/**
 * Rollbacks: the aggregator undoes a transaction. Session, player status and age never matter (RB-11, RB-18). What is not
 * known yet gets a tombstone, so that the late original meets it (RB-03, RB-04); nothing is returned twice whatever ids
 * the rollbacks carry; returned units are the stored ones, never converted again.
 */
import { isNegative, negateDecimal, subtractDecimals } from '../money/index.ts';
import type { Decimal } from '../money/index.ts';
import type { OperationAnswer } from './answer.ts';
import { refused } from './answer.ts';
import { conflict, foreign } from './bet.ts';
import type { Exchanged, Transaction } from './book.ts';
import type { Rollback } from './call.ts';
import { undoCorrection } from './cashier.ts';
import { differingFact, factsOf, sameAmount } from './fingerprint.ts';
import type { ExternalId, RoundId, TransactionId } from './ids.ts';
import type { Refusal } from './outcome.ts';
import type { Policy } from './policy.ts';
import { gameCurrencyOf, exchangedBack, lockOfTill, tillOfCall, together, walletCurrencyOf } from './exchange.ts';
import { amountOf, giveBack, partOf, reapply, takeBack, winsThatSettle } from './returns.ts';
import {
  afterMove,
  balanceUnmoved,
  inOrder,
  isLoose,
  isSettled,
  newRound,
  newRow,
  refusedRow,
  tombstone,
} from './rows.ts';
import type { Scratch } from './scratch.ts';
import { settleParkedAfterTombstone } from './win.ts';

export function decideRollback(scratch: Scratch, rollback: Rollback, policy: Policy): OperationAnswer {
  const stored = scratch.transaction({ kind: 'rollback', externalId: rollback.id });
  if (stored !== null) return repeatedRollback(scratch, rollback, stored, policy);
  if (scratch.wallets().length === 0) return refused('unknown_player', null);
  const { target } = rollback;
  switch (target.kind) {
    case 'round':
      return rollbackRound(scratch, rollback, target.round, policy);
    case 'rollback':
      return rollbackRollback(scratch, rollback, target.id, policy);
    case 'bet':
      return rollbackBet(scratch, rollback, target.id, policy);
    case 'win': {
      const win = scratch.transaction({ kind: 'win', externalId: target.id });
      if (win === null) return unknownTarget(scratch, rollback, ['win'], target.id, policy);
      return rollbackPaid(scratch, rollback, win, policy);
    }
    case 'any': {
      const bet = scratch.transaction({ kind: 'bet', externalId: target.id });
      if (bet !== null) return rollbackBet(scratch, rollback, target.id, policy);
      const paid = paidUnder(scratch, target.id);
      if (paid !== null) return rollbackPaid(scratch, rollback, paid, policy);
      return unknownTarget(scratch, rollback, ['bet', 'win', 'adjust'], target.id, policy);
    }
  }
}

function repeatedRollback(scratch: Scratch, rollback: Rollback, stored: Transaction, policy: Policy): OperationAnswer {
  if (stored.player !== scratch.request.player) return foreign(scratch, rollback.id);
  if (stored.state === 'tombstone') {
    if (policy['rollback.lateOriginal'] === 'ignore') return { kind: 'applied', row: stored, duplicate: true };
    return refused('reversed', stored, { duplicate: true, keep: [] });
  }
  const field = differingFact(stored, factsOf(rollback), scratch.request, policy);
  if (field !== null) return conflict(scratch, rollback.id, field);
  if (stored.state === 'rejected') return refused(stored.refusal ?? 'conflict', stored, { duplicate: true, keep: [] });
  if (stored.state === 'reversed') return refused('reversed', stored, { duplicate: true, keep: [] });
  return { kind: 'applied', row: stored, duplicate: true };
}

/** Refuses and writes the rollback's own row, so that the same id gets the same answer for ever (RB-23). */
function refuse(scratch: Scratch, rollback: Rollback, refusal: Refusal, field: string | null = null) {
  return refused(refusal, refusedRow(scratch, rollback, refusal), { field });
}

/** The answer to a rollback of something never seen: the dialect's "not found", or OK. Its tombstones stand either way. */
function unknown(
  scratch: Scratch,
  rollback: Rollback,
  policy: Policy,
  entomb: (scratch: Scratch) => void,
): OperationAnswer {
  if (policy['rollback.unknown'] === 'notFoundCode')
    return refused('not_found', refusedRow(scratch, rollback, 'not_found'), { aftermath: entomb });
  entomb(scratch);
  return applyEmpty(scratch, rollback, false);
}

function unknownTarget(
  scratch: Scratch,
  rollback: Rollback,
  kinds: readonly ('bet' | 'win' | 'rollback' | 'adjust')[],
  id: ExternalId,
  policy: Policy,
): OperationAnswer {
  return unknown(scratch, rollback, policy, (kept) => {
    for (const kind of kinds) kept.putTransaction(tombstone(kept.request, kind, id, rollback.round));
    if (kinds.includes('bet')) settleParkedAfterTombstone(kept, (parked) => parked.reference === id, policy);
  });
}

/** The round is remembered as undone, so that its late bets meet that as they would meet their own rollback (RB-04, RB-15). */
function unknownRound(scratch: Scratch, rollback: Rollback, name: RoundId, policy: Policy): OperationAnswer {
  const own = tillOfCall(scratch);
  // What may be paid into the round later is converted by the lock it is made with.
  if (own?.kind === 'unpriced' && scratch.round(name) === null) return { kind: 'unpriced' };
  return unknown(scratch, rollback, policy, (kept) => {
    const { request } = kept;
    const currency = own?.wallet.currency ?? request.currency;
    const round = kept.round(name) ?? newRound(request, name, currency, own === null ? null : lockOfTill(own));
    if (round.undone) return;
    kept.putRound(afterMove({ ...round, undone: true }, false, request.nowMs, 'back'));
    // A win that names its bet waits for that bet, which will tell when it meets this round.
    settleParkedAfterTombstone(kept, (parked) => isLoose(parked) && parked.round === name, policy);
  });
}

/** Again the rollback of what is a tombstone already: the answer is that of the first time, and nothing is added (RB-23). */
function stillUnknown(scratch: Scratch, rollback: Rollback, policy: Policy): OperationAnswer {
  return unknown(scratch, rollback, policy, () => undefined);
}

/** A rollback that returns nothing but is answered as done: its row moves zero units. */
function applyEmpty(scratch: Scratch, rollback: Rollback, duplicate: boolean): OperationAnswer {
  const row = newRow(scratch.request, rollback, 'applied', { balanceAfter: balanceUnmoved(scratch) });
  scratch.putTransaction(row);
  return { kind: 'applied', row, duplicate };
}

/** Our id of the transaction a rollback names, be it only a tombstone; null for a whole round, and where there is none. */
export function targetOf(scratch: Scratch, { target }: Rollback): TransactionId | null {
  const row = (kind: 'bet' | 'win' | 'rollback', id: ExternalId) => scratch.transaction({ kind, externalId: id });
  switch (target.kind) {
    case 'round':
      return null;
    case 'any':
      return (row('bet', target.id) ?? paidUnder(scratch, target.id))?.id ?? null;
    case 'bet':
    case 'win':
    case 'rollback':
      return row(target.kind, target.id)?.id ?? null;
  }
}

/** Whether a rollback found something to undo; a row of nothing that returned no stake is one that did not. */
export function hasEffect(row: Transaction): boolean {
  if (row.state === 'tombstone') return false;
  return row.kind !== 'rollback' || row.units !== 0n || row.flags.includes(RETURNED);
}

/** Marks the rollback that really returned a bet or a part of it; `reversedAmount` says how much. */
const RETURNED = 'returned';

function rollbackBet(scratch: Scratch, rollback: Rollback, id: ExternalId, policy: Policy): OperationAnswer {
  const bet = scratch.transaction({ kind: 'bet', externalId: id });
  if (bet === null) return unknownTarget(scratch, rollback, ['bet'], id, policy);
  const mismatch = mismatchOf(scratch, rollback, bet);
  if (mismatch !== null) return refuse(scratch, rollback, 'conflict', mismatch);
  switch (bet.state) {
    case 'tombstone':
      return stillUnknown(scratch, rollback, policy);
    case 'rejected':
      return policy['rollback.ofRejected'] === 'ok'
        ? applyEmpty(scratch, rollback, false)
        : refuse(scratch, rollback, 'parent_failed');
    case 'parked':
      throw new Error('defect: a bet is never parked');
    case 'reversed':
      if (
        rollback.amount === null ||
        policy['rollback.amount'] === 'ignore' ||
        sameAmount(rollback.amount, bet.amount)
      ) {
        return applyEmpty(scratch, rollback, true);
      }
      return refuse(scratch, rollback, 'already_settled');
    case 'applied':
    case 'part_reversed':
      return returnBet(scratch, rollback, bet, policy);
  }
}

/** A fact in which the rollback contradicts the transaction it names (RB-12, RB-14). */
function mismatchOf(scratch: Scratch, rollback: Rollback, target: Transaction): string | null {
  if (target.player !== scratch.request.player) {
    scratch.alert({
      kind: 'foreign_player',
      externalId: rollback.id,
      message: "The rollback names another player's transaction.",
    });
    return 'player';
  }
  if (target.state === 'tombstone') return null;
  if (target.currency !== null && target.currency !== scratch.request.currency) return 'currency';
  if (rollback.round !== null && target.round !== null && rollback.round !== target.round) return 'round';
  return null;
}

function returnBet(scratch: Scratch, rollback: Rollback, bet: Transaction, policy: Policy): OperationAnswer {
  const both = policy['rollback.afterWin'] === 'reverseBoth';
  if (policy['rollback.afterWin'] === 'reject' && isSettled(scratch, bet))
    return refuse(scratch, rollback, 'already_settled');
  const part = partOf(rollback, bet, policy);
  if (part.kind === 'refuse') return refuse(scratch, rollback, part.refusal, part.field);

  const draft = newRow(scratch.request, rollback, 'applied', {});
  // Both directions of one reversal stand under the rollback's id, the stake first so that it can cover the wins.
  const returned = giveBack(scratch, bet, part.amount, draft);
  const fx = exchangedBack(bet, part.amount, returned);
  scratch.putTransaction({ ...draft, fx, reversedAmount: part.amount, flags: [RETURNED] });
  // A part of the stake is no reason to take the wins: they go when nothing of their bet stands any more.
  const whole = scratch.transaction(bet)?.state === 'reversed';
  if (both && whole) for (const win of winsThatSettle(scratch, bet, policy)) takeBack(scratch, win, draft, policy);
  closeWith(scratch, rollback, bet.round);
  return finish(scratch, draft, walletCurrencyOf(bet), returned);
}

/** Writes the rollback's row once its moves are made. */
function finish(scratch: Scratch, draft: Transaction, currency: string | null, units: bigint): OperationAnswer {
  const wallet = scratch.wallet(currency ?? scratch.request.currency);
  const written = scratch.transaction(draft);
  const row = { ...(written ?? draft), units, balanceAfter: wallet?.balance ?? null };
  scratch.putTransaction(row);
  return { kind: 'applied', row, duplicate: false };
}

/** How much it says it moved, whichever way: a rollback's amount has no sign. */
function sizeOf(row: Transaction): Decimal {
  const amount = amountOf(row);
  return isNegative(amount) ? negateDecimal(amount) : amount;
}

/** What is no bet: a win, else a correction. */
function paidUnder(scratch: Scratch, externalId: ExternalId): Transaction | null {
  return scratch.transaction({ kind: 'win', externalId }) ?? scratch.transaction({ kind: 'adjust', externalId });
}

/** Undoes a win, or a correction of either sign. */
function rollbackPaid(scratch: Scratch, rollback: Rollback, paid: Transaction, policy: Policy): OperationAnswer {
  const mismatch = mismatchOf(scratch, rollback, paid);
  if (mismatch !== null) return refuse(scratch, rollback, 'conflict', mismatch);
  if (paid.state === 'tombstone') return stillUnknown(scratch, rollback, policy);
  if (paid.kind === 'win' && policy['rollback.win'] === 'unsupported') return refuse(scratch, rollback, 'not_found');
  switch (paid.state) {
    case 'rejected':
      return policy['rollback.ofRejected'] === 'ok'
        ? applyEmpty(scratch, rollback, false)
        : refuse(scratch, rollback, 'parent_failed');
    case 'parked':
      // Its money never moved: the waiting win ends here, and whatever comes later meets a rolled back one.
      scratch.putTransaction({
        ...paid,
        state: 'reversed',
        fx: null,
        deadlineMs: null,
        changedAtMs: scratch.request.nowMs,
      });
      return applyEmpty(scratch, rollback, false);
    case 'reversed':
      return applyEmpty(scratch, rollback, true);
    case 'applied':
    case 'part_reversed': {
      if (
        rollback.amount !== null &&
        policy['rollback.amount'] !== 'ignore' &&
        !sameAmount(rollback.amount, sizeOf(paid))
      ) {
        return refuse(scratch, rollback, 'conflict', 'amount');
      }
      const left = paid.units - paid.reversedUnits;
      const fx = exchangedBack(paid, subtractDecimals(sizeOf(paid), paid.reversedAmount), left < 0n ? -left : left);
      const draft = newRow(scratch.request, rollback, 'applied', { fx });
      const undo = paid.kind === 'win' ? takeBack : undoCorrection;
      const units = undo(scratch, paid, draft, policy);
      closeWith(scratch, rollback, paid.round);
      return finish(scratch, draft, walletCurrencyOf(paid), units);
    }
  }
}

function rollbackRollback(scratch: Scratch, rollback: Rollback, id: ExternalId, policy: Policy): OperationAnswer {
  const undone = scratch.transaction({ kind: 'rollback', externalId: id });
  if (undone === null) return unknownTarget(scratch, rollback, ['rollback'], id, policy);
  const mismatch = mismatchOf(scratch, rollback, undone);
  if (mismatch !== null) return refuse(scratch, rollback, 'conflict', mismatch);
  if (undone.state === 'tombstone') return stillUnknown(scratch, rollback, policy);
  if (policy['rollback.rollback'] === 'unsupported') return refuse(scratch, rollback, 'not_found');
  if (undone.state === 'rejected') return refuse(scratch, rollback, 'parent_failed');
  if (undone.state === 'reversed') return applyEmpty(scratch, rollback, true);
  const bet = undone.reference === null ? null : scratch.transaction({ kind: 'bet', externalId: undone.reference });
  // Only the rollback that returned the bet, or a part of it, can be undone: not a repeat of it, nor one of a win or round.
  if (bet === null || !undone.flags.includes(RETURNED)) return refuse(scratch, rollback, 'not_found');

  const draft = newRow(scratch.request, rollback, 'applied', { fx: undone.fx });
  reapply(scratch, bet, undone, draft, policy);
  scratch.putTransaction({
    ...undone,
    state: 'reversed',
    reversedUnits: undone.units,
    changedAtMs: scratch.request.nowMs,
  });
  return finish(scratch, draft, walletCurrencyOf(bet), undone.units);
}

function rollbackRound(scratch: Scratch, rollback: Rollback, round: RoundId, policy: Policy): OperationAnswer {
  const state = scratch.round(round);
  const rows = scratch.roundTransactions(round).filter((row) => row.kind === 'bet' && row.flavour !== 'tip');
  const bets = inOrder(rows);
  const played = bets.filter(
    (row) => row.state === 'applied' || row.state === 'part_reversed' || row.state === 'reversed',
  );
  if (state === null || played.length === 0) return unknownRound(scratch, rollback, round, policy);
  if (gameCurrencyOf(state) !== scratch.request.currency) return refuse(scratch, rollback, 'conflict', 'currency');
  const standing = played.filter((row) => row.state !== 'reversed');
  if (standing.length === 0) return applyEmpty(scratch, rollback, true);
  const both = policy['rollback.afterWin'] === 'reverseBoth';
  const open = policy['rollback.afterWin'] !== 'reject' ? standing : standing.filter((bet) => !isSettled(scratch, bet));
  if (open.length === 0) return refuse(scratch, rollback, 'already_settled');

  const draft = newRow(scratch.request, rollback, 'applied', {});
  let fx: Exchanged | null = null;
  let units = 0n;
  for (const bet of open) {
    const part = subtractDecimals(amountOf(bet), bet.reversedAmount);
    const returned = giveBack(scratch, bet, part, draft);
    units += returned;
    fx = together(fx, exchangedBack(bet, part, returned));
  }
  scratch.putTransaction({ ...draft, fx });
  const wins = both ? open.flatMap((bet) => winsThatSettle(scratch, bet, policy)) : [];
  for (const win of new Map(wins.map((each) => [each.id, each])).values()) takeBack(scratch, win, draft, policy);
  closeWith(scratch, rollback, round);
  return finish(scratch, draft, state.currency, units);
}

function closeWith(scratch: Scratch, rollback: Rollback, name: RoundId | null): void {
  const round = !rollback.closesRound || name === null ? null : scratch.round(name);
  if (round !== null) scratch.putRound(afterMove(round, true, scratch.request.nowMs, 'back'));
}
