/**
 * One id, two kinds. Most aggregators number bets, wins and corrections in one series (`id.kinds: shared`), so an id of the one
 * that comes again as another is a mistake and moves nothing. Rollbacks keep a series of their own: undoing never fails for its
 * id. So does what free rounds came to, which is named by the grant where no single transaction paid it.
 */
import type { OperationAnswer } from './answer.ts';
import { conflict, foreign } from './bet.ts';
import type { Transaction, TransactionName } from './book.ts';
import type { Operation } from './call.ts';
import type { Policy } from './policy.ts';
import type { Scratch } from './scratch.ts';

const SERIES = ['bet', 'win', 'adjust'] as const;

/** The legs of a bet and win in one share an id by nature. */
const isApart = ({ flavour, combined }: Pick<Transaction, 'flavour' | 'combined'>): boolean =>
  combined || flavour === 'free_round';

/** What else may stand under the operation's id and must not. */
export function namesakesOf(operation: Operation, policy: Policy): readonly TransactionName[] {
  if (policy['id.kinds'] === 'apart' || !SERIES.some((kind) => kind === operation.kind)) return [];
  if (operation.kind === 'close' || ('combined' in operation && isApart(operation))) return [];
  return SERIES.filter((kind) => kind !== operation.kind).map((kind) => ({ kind, externalId: operation.id }));
}

/** Refuses a new operation under the id of another kind's; null where there is none. */
export function refuseNamesake(scratch: Scratch, operation: Operation, policy: Policy): OperationAnswer | null {
  const names = namesakesOf(operation, policy);
  if (operation.kind === 'close' || names.length === 0) return null;
  if (scratch.transaction({ kind: operation.kind, externalId: operation.id }) !== null) return null;
  const rows = names.map((name) => scratch.transaction(name));
  const taken = rows.find((row) => row !== null && (row.state === 'tombstone' || !isApart(row))) ?? null;
  if (taken === null) return null;
  return taken.player === scratch.request.player
    ? conflict(scratch, operation.id, 'operation')
    : foreign(scratch, operation.id);
}
