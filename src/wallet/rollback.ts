/**
 * Rollbacks: the aggregator undoes a transaction. Session, player status and age never matter (RB-11, RB-18). What is not
 * known yet gets a tombstone, so that the late original meets it (RB-03, RB-04); nothing is returned twice whatever ids
 * the rollbacks carry; returned units are the stored ones, never converted again (wallet.md B.3, fx.md C.5).
 */
import { addDecimals, compareDecimals, cumulativeRefundUnits, subtractDecimals, ZERO_DECIMAL } from '../money/index.ts';
import type { Decimal } from '../money/index.ts';
import type { OperationAnswer } from './answer.ts';
import { refused } from './answer.ts';
import { conflict, foreign, stakesAccount } from './bet.ts';
import type { Account, Transaction } from './book.ts';
import type { Rollback } from './call.ts';
import { differingFact, factsOf, sameAmount } from './fingerprint.ts';
import type { ExternalId, RoundId } from './ids.ts';
import type { Refusal } from './outcome.ts';
import type { Policy } from './policy.ts';
import { afterMove, countLoss, newRow, refusedRow, tombstone } from './rows.ts';
import type { Scratch } from './scratch.ts';
import { payoutAccount, settleParkedAfterTombstone } from './win.ts';

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
    case 'win':
      return rollbackWin(scratch, rollback, target.id, policy);
    case 'any': {
      const bet = scratch.transaction({ kind: 'bet', externalId: target.id });
      if (bet !== null) return rollbackBet(scratch, rollback, target.id, policy);
      const win = scratch.transaction({ kind: 'win', externalId: target.id });
      if (win !== null) return rollbackWin(scratch, rollback, target.id, policy);
      const entombed = [
        entomb(scratch, rollback, 'bet', target.id, policy),
        entomb(scratch, rollback, 'win', target.id, policy),
      ];
      return unknownTarget(scratch, rollback, entombed, policy);
    }
  }
}

function repeatedRollback(scratch: Scratch, rollback: Rollback, stored: Transaction, policy: Policy): OperationAnswer {
  if (stored.player !== scratch.request.player) return foreign(scratch, rollback.id);
  if (stored.state === 'tombstone') return refused('reversed', stored, { duplicate: true, keep: [] });
  const field = differingFact(stored, factsOf(rollback), scratch.request, policy);
  if (field !== null) return conflict(scratch, rollback.id, field);
  if (stored.state === 'rejected') return refused(stored.refusal ?? 'conflict', stored, { duplicate: true, keep: [] });
  if (stored.state === 'reversed') return refused('reversed', stored, { duplicate: true, keep: [] });
  return { kind: 'applied', row: stored, duplicate: true };
}

/** Refuses and writes the rollback's own row, so that the same id gets the same answer for ever (RB-23). */
function refuse(
  scratch: Scratch,
  rollback: Rollback,
  refusal: Refusal,
  field: string | null = null,
  tombstones: readonly Transaction[] = [],
) {
  const row = refusedRow(scratch, rollback, refusal);
  return refused(refusal, row, { field, keep: [...tombstones, row] });
}

function entomb(
  scratch: Scratch,
  rollback: Rollback,
  kind: 'bet' | 'win' | 'rollback',
  id: ExternalId,
  policy: Policy,
): Transaction {
  const row = tombstone(scratch.request, kind, id, rollback.round);
  scratch.putTransaction(row);
  if (kind === 'bet') settleParkedAfterTombstone(scratch, row, policy);
  return row;
}

/** The answer to a rollback of something never seen: the dialect's "not found", or OK. The tombstones stand either way. */
function unknownTarget(
  scratch: Scratch,
  rollback: Rollback,
  tombstones: readonly Transaction[],
  policy: Policy,
): OperationAnswer {
  if (policy['rollback.unknown'] === 'ok') return applyEmpty(scratch, rollback, false);
  return refuse(scratch, rollback, 'not_found', null, tombstones);
}

/** A rollback that returns nothing but is answered as done: its row moves zero units. */
function applyEmpty(scratch: Scratch, rollback: Rollback, duplicate: boolean): OperationAnswer {
  const balanceAfter = scratch.wallet(scratch.request.currency)?.balance ?? null;
  const row = newRow(scratch.request, rollback, 'applied', { balanceAfter });
  scratch.putTransaction(row);
  return { kind: 'applied', row, duplicate };
}

function rollbackBet(scratch: Scratch, rollback: Rollback, id: ExternalId, policy: Policy): OperationAnswer {
  const bet = scratch.transaction({ kind: 'bet', externalId: id });
  if (bet === null) return unknownTarget(scratch, rollback, [entomb(scratch, rollback, 'bet', id, policy)], policy);
  const mismatch = mismatchOf(scratch, rollback, bet);
  if (mismatch !== null) return refuse(scratch, rollback, 'conflict', mismatch);
  switch (bet.state) {
    case 'tombstone':
      return unknownTarget(scratch, rollback, [], policy);
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
  const wins = standingWinsOf(scratch, bet, policy);
  if (wins.settled && policy['rollback.afterWin'] === 'reject') return refuse(scratch, rollback, 'already_settled');
  const part = partOf(rollback, bet, policy);
  if (part.kind === 'refuse') return refuse(scratch, rollback, part.refusal, part.field);

  const draft = newRow(scratch.request, rollback, 'applied', {});
  // Both directions of one reversal stand under the rollback's id, wins first so that the stake can cover them.
  const returned = giveBack(scratch, bet, part.amount, draft);
  for (const win of wins.rows) takeBack(scratch, win, draft, policy);
  closeWith(scratch, rollback, bet.round);
  return finish(scratch, draft, bet.currency, returned);
}

/** Writes the rollback's row once its moves are made. */
function finish(scratch: Scratch, draft: Transaction, currency: string | null, units: bigint): OperationAnswer {
  const wallet = scratch.wallet(currency ?? scratch.request.currency);
  const written = scratch.transaction(draft);
  const row = { ...(written ?? draft), units, balanceAfter: wallet?.balance ?? null };
  scratch.putTransaction(row);
  return { kind: 'applied', row, duplicate: false };
}

type Part =
  | { readonly kind: 'return'; readonly amount: Decimal }
  | { readonly kind: 'refuse'; readonly refusal: Refusal; readonly field: string | null };

/** How much of the bet goes back, in game currency (RB-12, RB-13). */
function partOf(rollback: Rollback, bet: Transaction, policy: Policy): Part {
  const whole = amountOf(bet);
  const rest = subtractDecimals(whole, bet.reversedAmount);
  const wanted = rollback.amount;
  if (wanted === null || policy['rollback.amount'] === 'ignore') return { kind: 'return', amount: rest };
  if (policy['rollback.amount'] === 'mustMatch') {
    if (compareDecimals(wanted, whole) !== 0) return { kind: 'refuse', refusal: 'conflict', field: 'amount' };
    return { kind: 'return', amount: rest };
  }
  if (compareDecimals(wanted, rest) > 0) return { kind: 'refuse', refusal: 'already_settled', field: null };
  return { kind: 'return', amount: wanted };
}

function amountOf(row: Transaction): Decimal {
  if (row.amount === null) throw new Error(`defect: an applied ${row.kind} has no amount`);
  return row.amount;
}

/** Returns a part of a bet to the player and counts it on its row, round and loss limit. */
function giveBack(scratch: Scratch, bet: Transaction, part: Decimal, rollback: Transaction): bigint {
  const { request } = scratch;
  const whole = amountOf(bet);
  const total = addDecimals(bet.reversedAmount, part);
  const done = compareDecimals(total, whole) === 0;
  const units = done
    ? bet.units - bet.reversedUnits
    : cumulativeRefundUnits(bet.units, total, whole, bet.reversedUnits);
  const currency = bet.currency ?? request.currency;
  scratch.credit(currency, stakesAccount(bet), units, rollback.id);
  countLoss(scratch, currency, -units);
  scratch.putTransaction({
    ...bet,
    state: done ? 'reversed' : 'part_reversed',
    reversedUnits: bet.reversedUnits + units,
    reversedAmount: total,
    changedAtMs: request.nowMs,
  });
  const round = bet.round === null || bet.flavour === 'tip' ? null : scratch.round(bet.round);
  if (round !== null) {
    const counted = { ...round, returned: round.returned + units, betsStanding: round.betsStanding - (done ? 1 : 0) };
    scratch.putRound(afterMove(counted, false, request.nowMs, 'back'));
  }
  return units;
}

/** The wins that settle a bet: those that name it, and those of its round that name none. */
function standingWinsOf(
  scratch: Scratch,
  bet: Transaction,
  policy: Policy,
): { settled: boolean; rows: readonly Transaction[] } {
  const round = bet.round === null || bet.flavour === 'tip' ? null : scratch.round(bet.round);
  const counted = bet.wins > 0 || (round !== null && round.looseWins > 0);
  // Wins paid before their bet was known are on no counter, so where policy allows them they are looked up.
  const lookUp = policy['win.withoutBet'] === 'accept' || policy['rollback.afterWin'] === 'reverseBoth';
  if (!lookUp) return { settled: counted, rows: [] };
  const named = scratch.winsNaming(bet);
  const loose =
    round === null
      ? []
      : scratch.roundTransactions(round.round).filter((row) => row.kind === 'win' && row.reference === null);
  const standing = [...named, ...loose].filter((row) => row.state === 'applied' || row.state === 'part_reversed');
  const settling = standing.some((row) => row.units > 0n || policy['win.zeroMeansLoss']);
  return { settled: counted || settling, rows: standing };
}

/** Takes a win back from the player; what the wallet cannot give is booked as receivable or overdraws it, by policy. */
function takeBack(scratch: Scratch, win: Transaction, rollback: Transaction, policy: Policy): bigint {
  const { request } = scratch;
  const units = win.units - win.reversedUnits;
  const currency = win.currency ?? request.currency;
  takeUnits(scratch, currency, payoutAccount(win), units, rollback, policy);
  countLoss(scratch, currency, units);
  scratch.putTransaction({
    ...win,
    state: 'reversed',
    reversedUnits: win.units,
    reversedAmount: amountOf(win),
    changedAtMs: request.nowMs,
  });
  const counts = win.units > 0n || policy['win.zeroMeansLoss'] ? 1 : 0;
  const bet = win.reference === null ? null : scratch.transaction({ kind: 'bet', externalId: win.reference });
  const named = bet !== null && bet.player === request.player ? bet : null;
  if (named !== null && named.wins > 0)
    scratch.putTransaction({ ...named, wins: named.wins - counts, changedAtMs: request.nowMs });
  const roundName = win.round ?? named?.round ?? null;
  const round = roundName === null ? null : scratch.round(roundName);
  if (round !== null) {
    const loose = win.reference === null ? counts : 0;
    const counted = { ...round, paid: round.paid - units, looseWins: round.looseWins - loose };
    scratch.putRound(afterMove(counted, false, request.nowMs, 'back'));
  }
  return units;
}

/** A reversal never fails for want of money (RB-10): by `balance.negative` the rest is a receivable, or the wallet overdraws. */
export function takeUnits(
  scratch: Scratch,
  currency: string,
  to: Account,
  units: bigint,
  cause: Transaction,
  policy: Policy,
): void {
  const wallet = scratch.wallet(currency);
  if (wallet === null) throw new Error(`defect: money to take back in ${currency} without such a wallet`);
  const available = wallet.balance > 0n ? wallet.balance : 0n;
  const short = units > available ? units - available : 0n;
  if (short === 0n) {
    scratch.debit(currency, to, units, cause.id);
    return;
  }
  const allow = policy['balance.negative'] === 'allow';
  if (allow) {
    scratch.overdraw(currency, to, units, cause.id);
  } else {
    scratch.debit(currency, to, available, cause.id);
    scratch.owe(currency, to, short, cause.id);
  }
  const written = scratch.transaction(cause) ?? cause;
  scratch.putTransaction({ ...written, flags: [...written.flags, allow ? 'overdrawn' : 'receivable'] });
  scratch.alert({
    kind: 'receivable',
    externalId: cause.externalId,
    message: allow
      ? 'A reversal overdrew the wallet.'
      : 'A reversal found too little money; the rest is booked as receivable.',
  });
}

function rollbackWin(scratch: Scratch, rollback: Rollback, id: ExternalId, policy: Policy): OperationAnswer {
  const win = scratch.transaction({ kind: 'win', externalId: id });
  if (win === null) return unknownTarget(scratch, rollback, [entomb(scratch, rollback, 'win', id, policy)], policy);
  const mismatch = mismatchOf(scratch, rollback, win);
  if (mismatch !== null) return refuse(scratch, rollback, 'conflict', mismatch);
  if (win.state === 'tombstone') return unknownTarget(scratch, rollback, [], policy);
  if (policy['rollback.win'] === 'unsupported') return refuse(scratch, rollback, 'not_found');
  switch (win.state) {
    case 'rejected':
      return policy['rollback.ofRejected'] === 'ok'
        ? applyEmpty(scratch, rollback, false)
        : refuse(scratch, rollback, 'parent_failed');
    case 'parked':
      // Its money never moved: the waiting win ends here, and whatever comes later meets a rolled back one.
      scratch.putTransaction({ ...win, state: 'reversed', deadlineMs: null, changedAtMs: scratch.request.nowMs });
      return applyEmpty(scratch, rollback, false);
    case 'reversed':
      return applyEmpty(scratch, rollback, true);
    case 'applied':
    case 'part_reversed': {
      if (
        rollback.amount !== null &&
        policy['rollback.amount'] !== 'ignore' &&
        !sameAmount(rollback.amount, win.amount)
      ) {
        return refuse(scratch, rollback, 'conflict', 'amount');
      }
      const draft = newRow(scratch.request, rollback, 'applied', {});
      const units = takeBack(scratch, win, draft, policy);
      closeWith(scratch, rollback, win.round);
      return finish(scratch, draft, win.currency, units);
    }
  }
}

function rollbackRollback(scratch: Scratch, rollback: Rollback, id: ExternalId, policy: Policy): OperationAnswer {
  const undone = scratch.transaction({ kind: 'rollback', externalId: id });
  if (undone === null)
    return unknownTarget(scratch, rollback, [entomb(scratch, rollback, 'rollback', id, policy)], policy);
  const mismatch = mismatchOf(scratch, rollback, undone);
  if (mismatch !== null) return refuse(scratch, rollback, 'conflict', mismatch);
  if (undone.state === 'tombstone') return unknownTarget(scratch, rollback, [], policy);
  if (policy['rollback.rollback'] === 'unsupported') return refuse(scratch, rollback, 'not_found');
  if (undone.state === 'rejected') return refuse(scratch, rollback, 'parent_failed');
  if (undone.state === 'reversed') return applyEmpty(scratch, rollback, true);
  const bet = undone.reference === null ? null : scratch.transaction({ kind: 'bet', externalId: undone.reference });
  if (bet === null || undone.units === 0n || bet.state !== 'reversed') return refuse(scratch, rollback, 'not_found');

  const draft = newRow(scratch.request, rollback, 'applied', {});
  reapply(scratch, bet, undone, draft, policy);
  scratch.putTransaction({
    ...undone,
    state: 'reversed',
    reversedUnits: undone.units,
    changedAtMs: scratch.request.nowMs,
  });
  return finish(scratch, draft, bet.currency, undone.units);
}

/** Takes again what a rollback returned: the bet stands once more. */
function reapply(scratch: Scratch, bet: Transaction, undone: Transaction, draft: Transaction, policy: Policy): void {
  const { request } = scratch;
  const currency = bet.currency ?? request.currency;
  takeUnits(scratch, currency, stakesAccount(bet), undone.units, draft, policy);
  countLoss(scratch, currency, undone.units);
  const reversedUnits = bet.reversedUnits - undone.units;
  const reversedAmount = undone.amount === null ? ZERO_DECIMAL : subtractDecimals(bet.reversedAmount, undone.amount);
  const whole = reversedUnits === 0n;
  scratch.putTransaction({
    ...bet,
    state: whole ? 'applied' : 'part_reversed',
    reversedUnits,
    reversedAmount,
    changedAtMs: request.nowMs,
  });
  const round = bet.round === null || bet.flavour === 'tip' ? null : scratch.round(bet.round);
  if (round !== null) {
    const counted = { ...round, returned: round.returned - undone.units, betsStanding: round.betsStanding + 1 };
    scratch.putRound(afterMove(counted, false, request.nowMs, 'in'));
  }
}

function rollbackRound(scratch: Scratch, rollback: Rollback, round: RoundId, policy: Policy): OperationAnswer {
  const state = scratch.round(round);
  const bets = scratch.roundTransactions(round).filter((row) => row.kind === 'bet' && row.flavour !== 'tip');
  const played = bets.filter(
    (row) => row.state === 'applied' || row.state === 'part_reversed' || row.state === 'reversed',
  );
  if (state === null || played.length === 0) return refuse(scratch, rollback, 'not_found');
  const standing = played.filter((row) => row.state !== 'reversed');
  if (standing.length === 0) return applyEmpty(scratch, rollback, true);
  const open = standing.filter((bet) => !standingWinsOf(scratch, bet, policy).settled);
  if (open.length === 0) return refuse(scratch, rollback, 'already_settled');

  const draft = newRow(scratch.request, rollback, 'applied', {});
  let units = 0n;
  for (const bet of open) units += giveBack(scratch, bet, subtractDecimals(amountOf(bet), bet.reversedAmount), draft);
  closeWith(scratch, rollback, round);
  return finish(scratch, draft, state.currency, units);
}

function closeWith(scratch: Scratch, rollback: Rollback, name: RoundId | null): void {
  const round = !rollback.closesRound || name === null ? null : scratch.round(name);
  if (round !== null) scratch.putRound(afterMove(round, true, scratch.request.nowMs, 'back'));
}
