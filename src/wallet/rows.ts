/** How rows of the book come to be and change. Small pure functions that the rules of bets, wins and rollbacks share. */
import { toUnits, ZERO_DECIMAL } from '../money/index.ts';
import type { Decimal } from '../money/index.ts';
import type { Round, Transaction, TransactionKind, TransactionState, Wallet } from './book.ts';
import type { WalletRequest } from './call.ts';
import type { BookedOperation } from './fingerprint.ts';
import { factsOf } from './fingerprint.ts';
import type { ExternalId, RoundId } from './ids.ts';
import type { Refusal } from './outcome.ts';
import type { Policy } from './policy.ts';
import type { Scratch } from './scratch.ts';

/** A row for an operation seen for the first time. */
export function newRow(
  request: WalletRequest,
  operation: BookedOperation,
  state: TransactionState,
  outcome: Partial<Pick<Transaction, 'refusal' | 'units' | 'balanceAfter' | 'flags' | 'deadlineMs'>>,
): Transaction {
  const facts = factsOf(operation);
  return {
    id: request.nextId(),
    aggregator: request.aggregator,
    idScope: request.idScope,
    kind: operation.kind,
    externalId: operation.id,
    player: request.player,
    flavour: facts.flavour,
    combined: facts.combined,
    state,
    refusal: null,
    round: facts.round,
    reference: facts.reference,
    gameCode: request.gameCode,
    sessionId: request.sessionId,
    currency: request.currency,
    amount: facts.amount,
    units: 0n,
    reversedUnits: 0n,
    reversedAmount: ZERO_DECIMAL,
    wins: 0,
    balanceAfter: null,
    flags: [],
    deadlineMs: null,
    createdAtMs: request.nowMs,
    changedAtMs: request.nowMs,
    ...outcome,
  };
}

/** Zero money under an id that a rollback named before it existed here. The bet or win that comes later meets it (RB-04). */
export function tombstone(
  request: WalletRequest,
  kind: TransactionKind,
  id: ExternalId,
  round: RoundId | null,
): Transaction {
  return {
    id: request.nextId(),
    aggregator: request.aggregator,
    idScope: request.idScope,
    kind,
    externalId: id,
    player: request.player,
    flavour: '',
    combined: false,
    state: 'tombstone',
    refusal: null,
    round,
    reference: null,
    gameCode: null,
    sessionId: null,
    currency: null,
    amount: null,
    units: 0n,
    reversedUnits: 0n,
    reversedAmount: ZERO_DECIMAL,
    wins: 0,
    balanceAfter: null,
    flags: [],
    deadlineMs: null,
    createdAtMs: request.nowMs,
    changedAtMs: request.nowMs,
  };
}

/** The refused operation's row, written so that the refusal is sticky (BET-35). */
export function refusedRow(scratch: Scratch, operation: BookedOperation, refusal: Refusal): Transaction {
  const wallet = scratch.wallet(scratch.request.currency);
  return newRow(scratch.request, operation, 'rejected', { refusal, balanceAfter: wallet?.balance ?? null });
}

/** The amount in the wallet's minor units. More digits than the currency has were refused as malformed before (BET-06). */
export function unitsOf(amount: Decimal, wallet: Wallet): bigint {
  const units = toUnits(amount, wallet.scale);
  if (typeof units !== 'bigint')
    throw new Error(`defect: an amount reached the wallet that ${wallet.currency} cannot hold (${units.reason})`);
  return units;
}

/** A round's first row. */
export function newRound(request: WalletRequest, round: RoundId, currency: string): Round {
  return {
    aggregator: request.aggregator,
    idScope: request.idScope,
    player: request.player,
    round,
    currency,
    gameCode: request.gameCode,
    sessionId: request.sessionId,
    state: 'open',
    betsEver: 0,
    betsStanding: 0,
    looseWins: 0,
    staked: 0n,
    returned: 0n,
    paid: 0n,
    openedAtMs: request.nowMs,
    changedAtMs: request.nowMs,
    closedAtMs: null,
  };
}

/**
 * The round after money moved in it (wallet.md B.4): closed when the operation closes it; reopened when it was closed and
 * this does not close it again; void when every bet is returned; else open. Closing always wins, so a closed round stays
 * closed for new bets whatever is returned later.
 */
export function afterMove(round: Round, closes: boolean, nowMs: number, moved: 'in' | 'back'): Round {
  const changed = { ...round, changedAtMs: nowMs };
  if (closes) return { ...changed, state: 'closed', closedAtMs: round.closedAtMs ?? nowMs };
  if (round.closedAtMs !== null) return moved === 'in' ? { ...changed, state: 'reopened' } : changed;
  return { ...changed, state: round.betsEver > 0 && round.betsStanding === 0 ? 'void' : 'open' };
}

/** Adds to what the player has lost today; a later UTC day starts from zero (BET-21). */
export function addLoss(wallet: Wallet, units: bigint, nowMs: number): Wallet {
  const today = utcDay(nowMs);
  if (today > wallet.lossDay) return { ...wallet, lossDay: today, lossUsed: units };
  return { ...wallet, lossUsed: wallet.lossUsed + units };
}

/** What the player has lost on the day of `nowMs`. */
export function lossOn(wallet: Wallet, nowMs: number): bigint {
  return utcDay(nowMs) > wallet.lossDay ? 0n : wallet.lossUsed;
}

function utcDay(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

/** A loss-counter step on the wallet that a move just changed. */
export function countLoss(scratch: Scratch, currency: string, units: bigint): void {
  const wallet = scratch.wallet(currency);
  if (wallet !== null && units !== 0n) scratch.putWallet(addLoss(wallet, units, scratch.request.nowMs));
}

/** True when a standing zero or non-zero win settles its bet under this policy. */
export function settles(units: bigint, policy: Policy): boolean {
  return units > 0n || policy['win.zeroMeansLoss'];
}

/** True for a booked win that still stands and settles. */
export function isSettling(win: Transaction, policy: Policy): boolean {
  return (win.state === 'applied' || win.state === 'part_reversed') && settles(win.units, policy);
}

/** Marks a win that was paid before the bet it names was known; taken off when the bet comes and counts it. */
export const BEFORE_BET = 'before_bet';
