/**
 * `decide`: what to do with a money call, as one pure function of the book, the request and the policy. No I/O, no clock,
 * no randomness but what the request brings. The operations of a call are decided in order on a scratch copy; the first
 * that is refused refuses the whole call, and then only zero-money rows (the sticky refusal, its tombstones) are written.
 */
import { display, quoteToShow } from '../money/index.ts';
import type { Pair, Rate } from '../money/index.ts';
import type { OperationAnswer } from './answer.ts';
import { refused, sentence } from './answer.ts';
import { decideBet } from './bet.ts';
import type { Book, Decision, Transaction, Wallet } from './book.ts';
import type { Close, Operation, WalletRequest } from './call.ts';
import { decideCashier } from './cashier.ts';
import { walletCurrencyOf } from './exchange.ts';
import type { BookedOperation } from './fingerprint.ts';
import { refuseNamesake } from './namesakes.ts';
import type { Money, OperationResult, Outcome } from './outcome.ts';
import type { Policy } from './policy.ts';
import { decideRollback, hasEffect, targetOf } from './rollback.ts';
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
    const answer = refuseNamesake(scratch, operation, policy) ?? decideOperation(scratch, operation, policy);
    if (answer.kind === 'refused') return refuseCall(book, scratch, answer, results.length);
    if (answer.kind === 'unpriced') return { outcome: answer, changes: NOTHING, alerts: scratch.alerts() };
    if (answer.kind === 'parked') {
      const parked: Outcome = { kind: 'parked', deadlineMs: answer.deadlineMs };
      return { outcome: parked, changes: scratch.changes(), alerts: scratch.alerts() };
    }
    results.push({
      id: answer.row?.id ?? null,
      externalId: answer.row?.externalId ?? null,
      duplicate: answer.duplicate,
      target: operation.kind === 'rollback' ? targetOf(scratch, operation) : null,
      effective: answer.row === null || hasEffect(answer.row),
    });
    last = answer.row ?? last;
  }
  const duplicate = results.every((result) => result.duplicate);
  const shown = shownBalance(scratch, last);
  if (shown === 'unpriced') return { outcome: { kind: 'unpriced' }, changes: NOTHING, alerts: scratch.alerts() };
  if (shown === null) {
    // Only a close, which names no player's transaction, can come here for a player without wallets.
    const unknown = refused('unknown_player', null);
    if (unknown.kind === 'refused') return refuseCall(book, scratch, unknown, 0);
    throw new Error('defect: a refusal is a refusal');
  }
  const stored = duplicate && policy['duplicate.balance'] === 'stored' ? last : null;
  return {
    outcome: { kind: 'applied', duplicate, results, balance: moneyOf(shown, stored) },
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
  const shown = shownBalance(kept, null);
  const outcome: Outcome = {
    kind: 'rejected',
    refusal: answer.refusal,
    field: answer.field,
    message: sentence(answer.refusal, answer.field, answer.row),
    duplicate: answer.duplicate,
    id: answer.row?.id ?? null,
    balance: shown === null || shown === 'unpriced' ? null : moneyOf(shown, null),
  };
  const alerts = kept === scratch ? scratch.alerts() : [...scratch.alerts(), ...kept.alerts()];
  return { outcome, changes: kept.changes(), alerts };
}

/** The wallet to answer with, and the quote or lock by which the game is shown its balance; `rate` null: as it is. */
interface Shown {
  readonly wallet: Wallet;
  readonly rate: { readonly pair: Pair; readonly rate: Rate; readonly gameScale: number } | null;
}

/**
 * The wallet the call plays from, else the one the money moved in, else any the player has. A game in another currency is shown
 * the balance by the quote that its next round would lock, so that all of it may be bet (FX-13), else by the lock money moved by.
 */
function shownBalance(scratch: Scratch, moved: Transaction | null): Shown | 'unpriced' | null {
  const { exchange, currency } = scratch.request;
  const lock = moved?.fx?.lock ?? null;
  if (exchange?.kind === 'quoted') {
    const wallet = scratch.home();
    const { pair, rate } = quoteToShow(exchange);
    if (wallet !== null) return { wallet, rate: { pair, rate, gameScale: exchange.gameScale } };
  }
  if (lock !== null && lock.pair.game === currency) {
    const wallet = scratch.wallet(lock.pair.wallet);
    if (wallet !== null) return { wallet, rate: lock };
  }
  if (exchange !== null && exchange.kind !== 'quoted' && scratch.home() !== null) return 'unpriced';
  const movedIn = moved === null ? null : walletCurrencyOf(moved);
  const wallet =
    scratch.wallet(currency) ?? (movedIn === null ? null : scratch.wallet(movedIn)) ?? scratch.wallets()[0] ?? null;
  return wallet === null ? null : { wallet, rate: null };
}

/** `stored`: the row whose balance is to be answered again, where it was this wallet's. */
function moneyOf({ wallet, rate }: Shown, stored: Transaction | null): Money {
  const remembered = stored !== null && walletCurrencyOf(stored) === wallet.currency ? stored.balanceAfter : null;
  const units = remembered ?? wallet.balance;
  if (rate === null) return { units, scale: wallet.scale, currency: wallet.currency };
  const { gameScale: scale, pair } = rate;
  return { units: display(units, rate, wallet.scale, scale), scale, currency: pair.game };
}
