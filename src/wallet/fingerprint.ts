/**
 * Duplicate or conflict? The facts of a transaction are compared field by field and the one that differs is named.
 * Formatting, request ids, timestamps and sessions are no facts (BET-30); which facts count is policy (`conflict.fields`).
 */
import { compareDecimals } from '../money/index.ts';
import type { Decimal } from '../money/index.ts';
import type { Transaction } from './book.ts';
import type { Bet, Close, Operation, WalletRequest } from './call.ts';
import type { ExternalId, RoundId } from './ids.ts';
import type { Policy } from './policy.ts';

/** The facts of one operation, in the columns of its row. */
export interface Facts {
  readonly flavour: string;
  readonly combined: boolean;
  readonly amount: Decimal | null;
  readonly round: RoundId | null;
  readonly reference: ExternalId | null;
}

export type BookedOperation = Exclude<Operation, Close>;

export function factsOf(operation: BookedOperation): Facts {
  switch (operation.kind) {
    case 'bet':
      return pick(operation, operation.flavour, operation.combined, operation.round, null);
    case 'win':
      return pick(operation, operation.flavour, operation.combined, operation.round, operation.bet);
    case 'rollback': {
      const target = operation.target;
      // A round's rollback names the round where the others name a transaction.
      if (target.kind === 'round') return pick(operation, 'round', false, target.round, null);
      return pick(operation, target.kind, false, operation.round, target.id);
    }
    case 'adjust':
      return pick(operation, '', false, operation.round, operation.reference);
    case 'deposit':
    case 'withdrawal':
      return pick(operation, '', false, null, null);
  }
}

function pick(
  operation: { readonly amount: Bet['amount'] | null },
  flavour: string,
  combined: boolean,
  round: RoundId | null,
  reference: ExternalId | null,
): Facts {
  return { flavour, combined, amount: operation.amount, round, reference };
}

/** The first fact in which a request differs from the stored row, or null for a duplicate. */
export function differingFact(row: Transaction, facts: Facts, request: WalletRequest, policy: Policy): string | null {
  const counts = (field: Policy['conflict.fields'][number]) => policy['conflict.fields'].includes(field);
  if (row.player !== request.player) return 'player';
  if (row.flavour !== facts.flavour || row.combined !== facts.combined) return 'operation';
  if (counts('amount') && !sameAmount(row.amount, facts.amount)) return 'amount';
  if (counts('currency') && row.currency !== request.currency) return 'currency';
  if (counts('round') && row.round !== facts.round) return 'round';
  if (counts('reference') && row.reference !== facts.reference) return 'reference';
  if (counts('game') && row.gameCode !== request.gameCode) return 'game';
  return null;
}

export function sameAmount(a: Decimal | null, b: Decimal | null): boolean {
  if (a === null || b === null) return a === b;
  return compareDecimals(a, b) === 0;
}
