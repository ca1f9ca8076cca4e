/**
 * What moves when something is undone: parts of bets to the player, wins back from the player, and bets applied again.
 * Returned units are the stored ones, never converted again; a reversal never fails for want of money (RB-10).
 */
import { addDecimals, compareDecimals, cumulativeRefundUnits, subtractDecimals, isZero } from '../money/index.ts';
import type { Decimal } from '../money/index.ts';
import { stakesAccount } from './bet.ts';
import type { Account, Transaction } from './book.ts';
import type { Rollback } from './call.ts';
import { walletCurrencyOf } from './exchange.ts';
import type { RoundId } from './ids.ts';
import type { Refusal } from './outcome.ts';
import type { Policy } from './policy.ts';
import { afterMove, countLoss, inOrder, isBooked, isLoose, isSettling, roundOfBet, settles } from './rows.ts';
import type { Scratch } from './scratch.ts';
import { payoutAccount } from './win.ts';

type Part =
  | { readonly kind: 'return'; readonly amount: Decimal }
  | { readonly kind: 'refuse'; readonly refusal: Refusal; readonly field: string | null };

/** How much of the bet goes back, in game currency (RB-12, RB-13). */
export function partOf(rollback: Rollback, bet: Transaction, policy: Policy): Part {
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

export function amountOf(row: Transaction): Decimal {
  if (row.amount === null) throw new Error(`defect: an applied ${row.kind} has no amount`);
  return row.amount;
}

/** Returns a part of a bet to the player and counts it on its row, round and loss limit. */
export function giveBack(scratch: Scratch, bet: Transaction, part: Decimal, rollback: Transaction): bigint {
  const { request } = scratch;
  const whole = amountOf(bet);
  const total = addDecimals(bet.reversedAmount, part);
  const done = compareDecimals(total, whole) === 0;
  const units = done
    ? bet.units - bet.reversedUnits
    : cumulativeRefundUnits(bet.units, total, whole, bet.reversedUnits);
  const currency = walletCurrencyOf(bet) ?? request.currency;
  scratch.credit(currency, stakesAccount(bet), units, rollback.id);
  countLoss(scratch, currency, -units, bet.createdAtMs);
  scratch.putTransaction({
    ...bet,
    state: done ? 'reversed' : 'part_reversed',
    reversedUnits: bet.reversedUnits + units,
    reversedAmount: total,
    changedAtMs: request.nowMs,
  });
  const round = roundOfBet(scratch, bet);
  if (round !== null) {
    const counted = { ...round, returned: round.returned + units, betsStanding: round.betsStanding - (done ? 1 : 0) };
    scratch.putRound(afterMove(counted, false, request.nowMs, 'back'));
  }
  return units;
}

/** The wins that settle a bet: those that name it, and those of its round that name none and came after it. Needs both loaded. */
export function winsThatSettle(scratch: Scratch, bet: Transaction, policy: Policy): readonly Transaction[] {
  const round = roundOfBet(scratch, bet);
  const inRound = round === null ? [] : scratch.roundTransactions(round.round);
  const loose = inRound.filter((row) => row.kind === 'win' && isLoose(row) && row.looseBefore >= bet.looseBefore);
  return inOrder([...scratch.winsNaming(bet), ...loose].filter((row) => isSettling(row, policy)));
}

/** Takes a win back from the player; what the wallet cannot give is booked as receivable or overdraws it, by policy. */
export function takeBack(scratch: Scratch, found: Transaction, rollback: Transaction, policy: Policy): bigint {
  const { request } = scratch;
  const win = scratch.transaction(found) ?? found;
  const units = win.units - win.reversedUnits;
  const currency = walletCurrencyOf(win) ?? request.currency;
  takeUnits(scratch, currency, payoutAccount(win), units, rollback, policy);
  // A win's row changes last when it is paid, which for one that waited is not when it came.
  countLoss(scratch, currency, units, win.changedAtMs);
  scratch.putTransaction({
    ...win,
    state: 'reversed',
    reversedUnits: win.units,
    reversedAmount: amountOf(win),
    changedAtMs: request.nowMs,
  });
  const counts = settles(win.amount, policy) ? 1 : 0;
  const bet = win.reference === null ? null : scratch.transaction({ kind: 'bet', externalId: win.reference });
  const named = bet !== null && bet.player === request.player ? bet : null;
  if (named !== null && named.wins > 0)
    scratch.putTransaction({ ...named, wins: named.wins - counts, changedAtMs: request.nowMs });
  // A win that names no round was counted in that of its bet, once there was one.
  const roundName = win.round ?? (named !== null && isBooked(scratch, named) ? named.round : null);
  const round = roundName === null ? null : scratch.round(roundName);
  if (round !== null && round.currency === currency) {
    const loose = isLoose(win) && round.looseWins > 0 ? counts : 0;
    const counted = { ...round, paid: round.paid - units, looseWins: round.looseWins - loose };
    scratch.putRound(afterMove(counted, false, request.nowMs, 'back'));
    if (loose > 0) forgetLoose(scratch, round.round, win);
  }
  return units;
}

/** A loose win is gone, so what came after it has one less before it. Needs the whole round loaded. */
function forgetLoose(scratch: Scratch, round: RoundId, gone: Transaction): void {
  for (const row of scratch.roundTransactions(round)) {
    if (row.looseBefore > gone.looseBefore) scratch.putTransaction({ ...row, looseBefore: row.looseBefore - 1 });
  }
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

/** Takes again what a rollback returned: the bet stands once more. */
export function reapply(
  scratch: Scratch,
  bet: Transaction,
  undone: Transaction,
  draft: Transaction,
  policy: Policy,
): void {
  const { request } = scratch;
  const currency = walletCurrencyOf(bet) ?? request.currency;
  takeUnits(scratch, currency, stakesAccount(bet), undone.units, draft, policy);
  countLoss(scratch, currency, undone.units, bet.createdAtMs);
  const reversedUnits = bet.reversedUnits - undone.units;
  const reversedAmount = subtractDecimals(bet.reversedAmount, undone.reversedAmount);
  // Other returns of it may still stand, even all of it: then it is as gone as before.
  const isGone = !isZero(reversedAmount) && compareDecimals(reversedAmount, amountOf(bet)) === 0;
  const comesBack = bet.state === 'reversed' && !isGone;
  scratch.putTransaction({
    ...bet,
    state: isZero(reversedAmount) ? 'applied' : isGone ? 'reversed' : 'part_reversed',
    reversedUnits,
    reversedAmount,
    changedAtMs: request.nowMs,
  });
  const round = roundOfBet(scratch, bet);
  if (round !== null) {
    const counted = {
      ...round,
      returned: round.returned - undone.units,
      betsStanding: round.betsStanding + (comesBack ? 1 : 0),
    };
    scratch.putRound(afterMove(counted, false, request.nowMs, 'in'));
  }
}
