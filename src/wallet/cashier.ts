/** What moves money beside the games: deposits, withdrawals, adjustments. The same keys, stickiness and postings as bets. */
import type { OperationAnswer } from './answer.ts';
import { refused } from './answer.ts';
import { conflict, foreign } from './bet.ts';
import type { Round, Transaction } from './book.ts';
import type { Adjust, Deposit, Withdrawal } from './call.ts';
import { bookingOf, fits, tillOfCall, tillOfPayout, unheldPayout, unheldStake, walletCurrencyOf } from './exchange.ts';
import type { Till } from './exchange.ts';
import { differingFact, factsOf } from './fingerprint.ts';
import type { Refusal } from './outcome.ts';
import type { Policy } from './policy.ts';
import { amountOf, takeUnits } from './returns.ts';
import { afterMove, isBooked, newRow, refusedRow } from './rows.ts';
import type { Scratch } from './scratch.ts';

type CashierOperation = Deposit | Withdrawal | Adjust;

export function decideCashier(scratch: Scratch, operation: CashierOperation, policy: Policy): OperationAnswer {
  const stored = scratch.transaction({ kind: operation.kind, externalId: operation.id });
  if (stored !== null) return repeated(scratch, operation, stored, policy);
  if (scratch.wallets().length === 0) return refused('unknown_player', null);
  const till = tillOf(scratch, operation);
  if (till === null) return refused('wrong_currency', refusedRow(scratch, operation, 'wrong_currency'));
  if (till.kind === 'unpriced') return { kind: 'unpriced' };
  const { wallet } = till;
  const refusal = refusalOf(operation, till);
  if (refusal !== null) return refused(refusal, refusedRow(scratch, operation, refusal));

  const { units, fx } = bookingOf(operation.amount, till, 'payout');
  const draft = newRow(scratch.request, operation, 'applied', { units, fx });
  scratch.putTransaction(draft);
  switch (operation.kind) {
    case 'deposit':
      scratch.credit(wallet.currency, 'cashier', units, draft.id);
      break;
    case 'withdrawal':
      scratch.debit(wallet.currency, 'cashier', units, draft.id);
      break;
    case 'adjust':
      adjust(scratch, operation, till, units, draft, policy);
      break;
  }
  const written = scratch.transaction(draft) ?? draft;
  const row = { ...written, balanceAfter: scratch.wallet(wallet.currency)?.balance ?? null };
  scratch.putTransaction(row);
  return { kind: 'applied', row, duplicate: false };
}

/** A correction is converted as what it corrects was: by the bet or win it names, or by its round. The cashier's own money never is. */
function tillOf(scratch: Scratch, operation: CashierOperation): Till | null {
  const own = tillOfCall(scratch);
  if (operation.kind !== 'adjust') return own;
  const { reference, round } = operation;
  const named = (kind: 'bet' | 'win'): Transaction | null => {
    const row = reference === null ? null : scratch.transaction({ kind, externalId: reference });
    // A win that waits, or was undone while it waited, never moved anything.
    return row !== null && row.balanceAfter !== null && isBooked(scratch, row) ? row : null;
  };
  return tillOfPayout(scratch, { round, currency: scratch.request.currency }, named('bet') ?? named('win'), own);
}

function repeated(scratch: Scratch, operation: CashierOperation, stored: Transaction, policy: Policy): OperationAnswer {
  if (stored.player !== scratch.request.player) return foreign(scratch, operation.id);
  if (stored.state === 'tombstone') {
    if (policy['rollback.lateOriginal'] === 'ignore') return { kind: 'applied', row: stored, duplicate: true };
    return refused('reversed', stored, { duplicate: true, keep: [] });
  }
  const field = differingFact(stored, factsOf(operation), scratch.request, policy);
  if (field !== null) return conflict(scratch, operation.id, field);
  if (stored.state === 'rejected') return refused(stored.refusal ?? 'conflict', stored, { duplicate: true, keep: [] });
  if (stored.state === 'reversed') return refused('reversed', stored, { duplicate: true, keep: [] });
  return { kind: 'applied', row: stored, duplicate: true };
}

/** A blocked player may still take their money out; nobody excluded is let in with more. */
function refusalOf(operation: CashierOperation, till: Till): Refusal | null {
  const { wallet } = till;
  const unheld =
    operation.kind === 'withdrawal' ? unheldStake(operation.amount, till) : unheldPayout(operation.amount, till);
  if (unheld !== null) return unheld;
  switch (operation.kind) {
    case 'deposit':
      if (wallet.status === 'self_excluded') return 'player_excluded';
      return wallet.status === 'active' ? null : 'player_blocked';
    case 'withdrawal':
      return bookingOf(operation.amount, till, 'stake').units > wallet.balance ? 'insufficient_funds' : null;
    case 'adjust':
      return null;
  }
}

function adjust(
  scratch: Scratch,
  operation: Adjust,
  till: Till,
  units: bigint,
  draft: Transaction,
  policy: Policy,
): void {
  const { currency } = till.wallet;
  if (units >= 0n) scratch.credit(currency, 'adjustments', units, draft.id);
  else takeUnits(scratch, currency, 'adjustments', -units, draft, policy);
  const round = operation.round === null ? null : scratch.round(operation.round);
  if (round === null || !fits(round, till)) return;
  const written = scratch.transaction(draft) ?? draft;
  scratch.putTransaction({ ...written, flags: [...written.flags, IN_ROUND] });
  countInRound(scratch, round, units);
}

/** Marks a correction that its round counted: one that came before its round did is in no sum of it. */
const IN_ROUND = 'in_round';

function countInRound(scratch: Scratch, round: Round, units: bigint): void {
  const closes = round.state === 'closed';
  scratch.putRound(afterMove({ ...round, paid: round.paid + units }, closes, scratch.request.nowMs, 'back'));
}

/** Undoes a correction and says how much that moved: what was given is taken back, by `balance.negative`; what was taken is given. */
export function undoCorrection(scratch: Scratch, row: Transaction, rollback: Transaction, policy: Policy): bigint {
  const { request } = scratch;
  const currency = walletCurrencyOf(row) ?? request.currency;
  const { units } = row;
  if (units >= 0n) takeUnits(scratch, currency, 'adjustments', units, rollback, policy);
  else scratch.credit(currency, 'adjustments', -units, rollback.id);
  const changedAtMs = request.nowMs;
  scratch.putTransaction({
    ...row,
    state: 'reversed',
    reversedUnits: units,
    reversedAmount: amountOf(row),
    changedAtMs,
  });
  const round = row.round === null || !row.flags.includes(IN_ROUND) ? null : scratch.round(row.round);
  if (round !== null) countInRound(scratch, round, -units);
  return units < 0n ? -units : units;
}
