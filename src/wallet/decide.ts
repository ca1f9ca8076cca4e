/**
 * `decide`: what to do with a money call, as one pure function of the book, the request and the policy. No I/O, no clock,
 * no randomness but what the request brings. The operations of a call are decided in order on a scratch copy; the first
 * that is refused refuses the whole call, and then only zero-money rows (the sticky refusal, its tombstones) are written.
 */
import type { OperationAnswer } from './answer.ts';
import { refused, sentence } from './answer.ts';
import { decideBet } from './bet.ts';
import type { Book, Decision, Transaction } from './book.ts';
import type { Close, Operation, WalletRequest } from './call.ts';
import { decideCashier } from './cashier.ts';
import type { BookedOperation } from './fingerprint.ts';
import type { Money, OperationResult, Outcome } from './outcome.ts';
import type { Policy } from './policy.ts';
import { decideRollback } from './rollback.ts';
import { afterMove } from './rows.ts';
import { createScratch } from './scratch.ts';
import type { Scratch } from './scratch.ts';
import { decideWin } from './win.ts';

const NOTHING = Object.freeze({ wallets: [], transactions: [], rounds: [], postings: [] });

/** Decides one call. Never throws for anything the world may say; an exception is a defect and books nothing. */
export function decide(book: Book, request: WalletRequest, policy: Policy): Decision {
  const scratch = createScratch(book, request);
  if (request.onlyKnown && !request.operations.every((operation) => isKnown(scratch, operation))) {
    return { outcome: { kind: 'stale' }, changes: NOTHING, alerts: [] };
  }
  const results: OperationResult[] = [];
  let last: Transaction | null = null;
  for (const operation of request.operations) {
    const answer = decideOperation(scratch, operation, policy);
    if (answer.kind === 'refused') return refuseCall(book, scratch, answer, results.length);
    if (answer.kind === 'parked') {
      const parked: Outcome = { kind: 'parked', deadlineMs: answer.deadlineMs };
      return { outcome: parked, changes: scratch.changes(), alerts: scratch.alerts() };
    }
    results.push({
      id: answer.row?.id ?? null,
      externalId: answer.row?.externalId ?? null,
      duplicate: answer.duplicate,
    });
    last = answer.row ?? last;
  }
  const duplicate = results.every((result) => result.duplicate);
  const balance = balanceOf(scratch, duplicate && policy['duplicate.balance'] === 'stored' ? last : null, last);
  if (balance === null) {
    // Only a close, which names no player's transaction, can come here for a player without wallets.
    const unknown = refused('unknown_player', null);
    if (unknown.kind === 'refused') return refuseCall(book, scratch, unknown, 0);
    throw new Error('defect: a refusal is a refusal');
  }
  return {
    outcome: { kind: 'applied', duplicate, results, balance },
    changes: scratch.changes(),
    alerts: scratch.alerts(),
  };
}

function decideOperation(scratch: Scratch, operation: Operation, policy: Policy): OperationAnswer {
  switch (operation.kind) {
    case 'bet':
      return decideBet(scratch, operation, policy);
    case 'win':
      return decideWin(scratch, operation, policy);
    case 'rollback':
      return decideRollback(scratch, operation, policy);
    case 'close':
      return decideClose(scratch, operation);
    case 'adjust':
    case 'deposit':
    case 'withdrawal':
      return decideCashier(scratch, operation, policy);
  }
}

/** Closing moves no money and has no id, so it is not sticky: an unknown round is refused and nothing is written. */
function decideClose(scratch: Scratch, close: Close): OperationAnswer {
  if (scratch.wallets().length === 0) return refused('unknown_player', null);
  const round = scratch.round(close.round);
  if (round === null) return refused('not_found', null);
  if (round.state === 'closed') return { kind: 'applied', row: null, duplicate: true };
  scratch.putRound(afterMove(round, true, scratch.request.nowMs, 'back'));
  return { kind: 'applied', row: null, duplicate: false };
}

function isKnown(scratch: Scratch, operation: Operation): boolean {
  // A close moves nothing, but it ends a round: only one that is closed already may be confirmed to a stale request.
  if (operation.kind === 'close') return scratch.round(operation.round)?.state === 'closed';
  const row = scratch.transaction(nameOf(operation));
  return row !== null && row.state !== 'tombstone';
}

function nameOf(operation: BookedOperation): { kind: BookedOperation['kind']; externalId: BookedOperation['id'] } {
  return { kind: operation.kind, externalId: operation.id };
}

function refuseCall(
  book: Book,
  scratch: Scratch,
  answer: Extract<OperationAnswer, { kind: 'refused' }>,
  done: number,
): Decision {
  // The first operation made nothing but its own refusal's rows; a later one follows moves that must not be written.
  const kept = done === 0 ? scratch : createScratch(book, scratch.request);
  for (const row of answer.keep) kept.putTransaction(row);
  answer.aftermath?.(kept);
  const outcome: Outcome = {
    kind: 'rejected',
    refusal: answer.refusal,
    field: answer.field,
    message: sentence(answer.refusal, answer.field),
    duplicate: answer.duplicate,
    id: answer.row?.id ?? null,
    balance: balanceOf(kept, null, null),
  };
  const alerts = kept === scratch ? scratch.alerts() : [...scratch.alerts(), ...kept.alerts()];
  return { outcome, changes: kept.changes(), alerts };
}

/** The wallet to answer with: the request's currency, else the one the money moved in, else any the player has. */
function balanceOf(scratch: Scratch, stored: Transaction | null, moved: Transaction | null): Money | null {
  const wallet =
    scratch.wallet(scratch.request.currency) ??
    (moved?.currency === undefined || moved.currency === null ? null : scratch.wallet(moved.currency)) ??
    scratch.wallets()[0] ??
    null;
  if (wallet === null) return null;
  return { units: stored?.balanceAfter ?? wallet.balance, scale: wallet.scale, currency: wallet.currency };
}
