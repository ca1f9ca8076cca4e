/** What moves money beside the games: deposits, withdrawals, adjustments. The same keys, stickiness and postings as bets. */
import type { OperationAnswer } from './answer.ts';
import { refused } from './answer.ts';
import { conflict, foreign } from './bet.ts';
import type { Transaction, Wallet } from './book.ts';
import type { Adjust, Deposit, Withdrawal } from './call.ts';
import { differingFact, factsOf } from './fingerprint.ts';
import type { Refusal } from './outcome.ts';
import type { Policy } from './policy.ts';
import { takeUnits } from './returns.ts';
import { afterMove, newRow, refusalOfAmount, refusalOfCredit, refusedRow, unitsOf } from './rows.ts';
import type { Scratch } from './scratch.ts';

type CashierOperation = Deposit | Withdrawal | Adjust;

export function decideCashier(scratch: Scratch, operation: CashierOperation, policy: Policy): OperationAnswer {
  const stored = scratch.transaction({ kind: operation.kind, externalId: operation.id });
  if (stored !== null) return repeated(scratch, operation, stored, policy);
  if (scratch.wallets().length === 0) return refused('unknown_player', null);
  const wallet = scratch.wallet(scratch.request.currency);
  if (wallet === null) return refused('wrong_currency', refusedRow(scratch, operation, 'wrong_currency'));
  const refusal = refusalOf(operation, wallet);
  if (refusal !== null) return refused(refusal, refusedRow(scratch, operation, refusal));

  const units = unitsOf(operation.amount, wallet);
  const draft = newRow(scratch.request, operation, 'applied', { units });
  scratch.putTransaction(draft);
  switch (operation.kind) {
    case 'deposit':
      scratch.credit(wallet.currency, 'cashier', units, draft.id);
      break;
    case 'withdrawal':
      scratch.debit(wallet.currency, 'cashier', units, draft.id);
      break;
    case 'adjust':
      adjust(scratch, operation, wallet, units, draft, policy);
      break;
  }
  const written = scratch.transaction(draft) ?? draft;
  const row = { ...written, balanceAfter: scratch.wallet(wallet.currency)?.balance ?? null };
  scratch.putTransaction(row);
  return { kind: 'applied', row, duplicate: false };
}

function repeated(scratch: Scratch, operation: CashierOperation, stored: Transaction, policy: Policy): OperationAnswer {
  if (stored.player !== scratch.request.player) return foreign(scratch, operation.id);
  const field = differingFact(stored, factsOf(operation), scratch.request, policy);
  if (field !== null) return conflict(scratch, operation.id, field);
  if (stored.state === 'rejected') return refused(stored.refusal ?? 'conflict', stored, { duplicate: true, keep: [] });
  return { kind: 'applied', row: stored, duplicate: true };
}

/** A blocked player may still take their money out; nobody excluded is let in with more. */
function refusalOf(operation: CashierOperation, wallet: Wallet): Refusal | null {
  const unheld =
    operation.kind === 'withdrawal'
      ? refusalOfAmount(operation.amount, wallet)
      : refusalOfCredit(operation.amount, wallet);
  if (unheld !== null) return unheld;
  switch (operation.kind) {
    case 'deposit':
      if (wallet.status === 'self_excluded') return 'player_excluded';
      return wallet.status === 'active' ? null : 'player_blocked';
    case 'withdrawal':
      return unitsOf(operation.amount, wallet) > wallet.balance ? 'insufficient_funds' : null;
    case 'adjust':
      return null;
  }
}

function adjust(
  scratch: Scratch,
  operation: Adjust,
  wallet: Wallet,
  units: bigint,
  draft: Transaction,
  policy: Policy,
): void {
  if (units >= 0n) scratch.credit(wallet.currency, 'adjustments', units, draft.id);
  else takeUnits(scratch, wallet.currency, 'adjustments', -units, draft, policy);
  const round = operation.round === null ? null : scratch.round(operation.round);
  if (round !== null) {
    const closes = round.state === 'closed';
    scratch.putRound(afterMove({ ...round, paid: round.paid + units }, closes, scratch.request.nowMs, 'back'));
  }
}
