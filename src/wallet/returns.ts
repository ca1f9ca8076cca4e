/**
 * What moves when something is undone: parts of bets to the player, wins back from the player, and bets applied again.
 * Returned units are the stored ones, never converted again (fx.md C.5); a reversal never fails for want of money (RB-10).
 */
import { addDecimals, compareDecimals, cumulativeRefundUnits, subtractDecimals, isZero } from '../money/index.ts';
import type { Decimal } from '../money/index.ts';
import { stakesAccount } from './bet.ts';
import type { Account, Transaction } from './book.ts';
import type { Rollback } from './call.ts';
import type { Refusal } from './outcome.ts';
import type { Policy } from './policy.ts';
import { afterMove, countLoss } from './rows.ts';
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
export function standingWinsOf(
  scratch: Scratch,
  bet: Transaction,
  policy: Policy,
): { settled: boolean; rows: readonly Transaction[] } {
  const round = bet.round === null || bet.flavour === 'tip' ? null : scratch.round(bet.round);
  const counted = bet.wins > 0 || (round !== null && round.looseWins > 0);
  const lookUp = policy['rollback.afterWin'] === 'reverseBoth';
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
export function takeBack(scratch: Scratch, win: Transaction, rollback: Transaction, policy: Policy): bigint {
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

/** Takes again what a rollback returned: the bet stands once more. */
export function reapply(
  scratch: Scratch,
  bet: Transaction,
  undone: Transaction,
  draft: Transaction,
  policy: Policy,
): void {
  const { request } = scratch;
  const currency = bet.currency ?? request.currency;
  takeUnits(scratch, currency, stakesAccount(bet), undone.units, draft, policy);
  countLoss(scratch, currency, undone.units);
  const reversedUnits = bet.reversedUnits - undone.units;
  const reversedAmount = subtractDecimals(bet.reversedAmount, undone.reversedAmount);
  const wasGone = bet.state === 'reversed';
  scratch.putTransaction({
    ...bet,
    state: isZero(reversedAmount) ? 'applied' : 'part_reversed',
    reversedUnits,
    reversedAmount,
    changedAtMs: request.nowMs,
  });
  const round = bet.round === null || bet.flavour === 'tip' ? null : scratch.round(bet.round);
  if (round !== null) {
    const counted = {
      ...round,
      returned: round.returned - undone.units,
      betsStanding: round.betsStanding + (wasGone ? 1 : 0),
    };
    scratch.putRound(afterMove(counted, false, request.nowMs, 'in'));
  }
}
