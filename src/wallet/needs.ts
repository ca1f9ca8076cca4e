/**
 * Which rows a request may have to look at, so that a whole batch is loaded in one round trip before anything is decided.
 * Data-dependent rows (the round of a bet that a rollback names by id alone) are described, not named: the store joins them.
 */
import type { TransactionName } from './book.ts';
import type { Operation, WalletRequest } from './call.ts';
import type { ExternalId, RoundId } from './ids.ts';
import type { Policy } from './policy.ts';

export interface Needs {
  /** rows by external id; the bets they refer to come with them */
  readonly transactions: readonly TransactionName[];
  readonly rounds: readonly RoundId[];
  /** transactions whose own round, and whose referenced bet's round, is needed though the request does not name it */
  readonly roundsOf: readonly TransactionName[];
  /** bets may meet wins that wait for them, or were paid before them */
  readonly parked: boolean;
  /** rounds of which every transaction is needed */
  readonly wholeRounds: readonly RoundId[];
  /** bets of whose round every transaction is needed */
  readonly wholeRoundsOf: readonly ExternalId[];
  /** bets, known or not yet, of which every win that names them is needed */
  readonly winsNaming: readonly ExternalId[];
}

interface Draft {
  transactions: TransactionName[];
  rounds: RoundId[];
  roundsOf: TransactionName[];
  parked: boolean;
  wholeRounds: RoundId[];
  wholeRoundsOf: ExternalId[];
  winsNaming: ExternalId[];
}

export function needsOf(request: WalletRequest, policy: Policy): Needs {
  const needs: Draft = {
    transactions: [],
    rounds: [],
    roundsOf: [],
    parked: false,
    wholeRounds: [],
    wholeRoundsOf: [],
    winsNaming: [],
  };
  for (const operation of request.operations) addNeeds(needs, operation, policy);
  return needs;
}

function addNeeds(needs: Draft, operation: Operation, policy: Policy): void {
  if (operation.kind === 'close') {
    needs.rounds.push(operation.round);
    return;
  }
  needs.transactions.push({ kind: operation.kind, externalId: operation.id });
  switch (operation.kind) {
    case 'bet':
      needs.parked = true;
      if (operation.round !== null) needs.rounds.push(operation.round);
      return;
    case 'win':
      if (operation.bet !== null) {
        const bet: TransactionName = { kind: 'bet', externalId: operation.bet };
        needs.transactions.push(bet);
        if (operation.round === null) needs.roundsOf.push(bet);
      }
      if (operation.round !== null) needs.rounds.push(operation.round);
      return;
    case 'adjust':
      if (operation.round !== null) needs.rounds.push(operation.round);
      return;
    case 'deposit':
    case 'withdrawal':
      return;
    case 'rollback': {
      if (operation.round !== null) needs.rounds.push(operation.round);
      const { target } = operation;
      if (target.kind === 'round') {
        needs.rounds.push(target.round);
        needs.wholeRounds.push(target.round);
        return;
      }
      needs.parked = true;
      const kinds = target.kind === 'any' ? (['bet', 'win'] as const) : [target.kind];
      for (const kind of kinds) {
        needs.transactions.push({ kind, externalId: target.id });
        needs.roundsOf.push({ kind, externalId: target.id });
      }
      const wins = policy['rollback.afterWin'] === 'reverseBoth';
      if (wins) {
        needs.wholeRoundsOf.push(target.id);
        needs.winsNaming.push(target.id);
      }
    }
  }
}
