/**
 * Which rows a request may have to look at, so that a whole batch is loaded in one round trip before anything is decided.
 * Data-dependent rows (the round of a bet that a rollback names by id alone) are described, not named: the store joins them.
 */
import type { TransactionName } from './book.ts';
import type { Operation, Rollback, WalletRequest } from './call.ts';
import type { ExternalId, RoundId } from './ids.ts';
import { namesakesOf } from './namesakes.ts';
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
  /** bets and wins of whose round every transaction is needed */
  readonly wholeRoundsOf: readonly TransactionName[];
  /** bets, known or not yet, of which every win that names them is needed, and the rounds of those wins */
  readonly winsNaming: readonly ExternalId[];
  /** rounds of whose bets the same is needed */
  readonly winsNamingBetsOf: readonly RoundId[];
}

interface Draft {
  transactions: TransactionName[];
  rounds: RoundId[];
  roundsOf: TransactionName[];
  parked: boolean;
  wholeRounds: RoundId[];
  wholeRoundsOf: TransactionName[];
  winsNaming: ExternalId[];
  winsNamingBetsOf: RoundId[];
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
    winsNamingBetsOf: [],
  };
  for (const operation of request.operations) addNeeds(needs, operation, policy);
  return needs;
}

/**
 * A batch is loaded before anything of it is decided, so what a later call of the batch may do to a row that an earlier one
 * makes has to be thought of here: whole rounds are asked for by the bets and wins, too, where policy may undo them.
 */
function addNeeds(needs: Draft, operation: Operation, policy: Policy): void {
  const undoesBoth = policy['rollback.afterWin'] === 'reverseBoth';
  if (operation.kind === 'close') {
    needs.rounds.push(operation.round);
    return;
  }
  needs.transactions.push({ kind: operation.kind, externalId: operation.id }, ...namesakesOf(operation, policy));
  switch (operation.kind) {
    case 'bet':
      needs.parked = true;
      if (operation.round === null) return;
      needs.rounds.push(operation.round);
      if (undoesBoth) needs.wholeRounds.push(operation.round);
      return;
    case 'win':
      if (operation.bet !== null) {
        const bet: TransactionName = { kind: 'bet', externalId: operation.bet };
        needs.transactions.push(bet);
        if (operation.round === null) needs.roundsOf.push(bet);
      }
      if (operation.round === null) return;
      needs.rounds.push(operation.round);
      if (operation.bet === null && policy['win.perBet'] === 'one') needs.wholeRounds.push(operation.round);
      return;
    case 'adjust':
      if (operation.round !== null) needs.rounds.push(operation.round);
      // What it corrects tells by which rate.
      for (const kind of ['bet', 'win'] as const)
        if (operation.reference !== null) needs.transactions.push({ kind, externalId: operation.reference });
      return;
    case 'deposit':
    case 'withdrawal':
      return;
    case 'rollback':
      addNeedsOfRollback(needs, operation, policy);
  }
}

function addNeedsOfRollback(needs: Draft, { round, target }: Rollback, policy: Policy): void {
  const undoesBoth = policy['rollback.afterWin'] === 'reverseBoth';
  needs.parked = true;
  if (round !== null) needs.rounds.push(round);
  if (target.kind === 'round') {
    needs.rounds.push(target.round);
    needs.wholeRounds.push(target.round);
    if (undoesBoth) needs.winsNamingBetsOf.push(target.round);
    return;
  }
  const kinds = target.kind === 'any' ? (['bet', 'win', 'adjust'] as const) : [target.kind];
  for (const kind of kinds) {
    const name: TransactionName = { kind, externalId: target.id };
    needs.transactions.push(name);
    needs.roundsOf.push(name);
    if (kind === 'bet' && undoesBoth) needs.winsNaming.push(target.id);
    if ((kind === 'bet' && undoesBoth) || (kind === 'win' && policy['rollback.win'] === 'debit'))
      needs.wholeRoundsOf.push(name);
  }
}
