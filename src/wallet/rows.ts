/** How rows of the book come to be and change. Small pure functions that the rules of bets, wins and rollbacks share. */
import { powerOfTen, toUnits, ZERO_DECIMAL } from '../money/index.ts';
import type { Decimal, RateLock } from '../money/index.ts';
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
  outcome: Partial<
    Pick<Transaction, 'refusal' | 'units' | 'fx' | 'looseBefore' | 'balanceAfter' | 'flags' | 'deadlineMs'>
  >,
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
    fx: null,
    units: 0n,
    reversedUnits: 0n,
    reversedAmount: ZERO_DECIMAL,
    wins: 0,
    looseBefore: 0,
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
    fx: null,
    units: 0n,
    reversedUnits: 0n,
    reversedAmount: ZERO_DECIMAL,
    wins: 0,
    looseBefore: 0,
    balanceAfter: null,
    flags: [],
    deadlineMs: null,
    createdAtMs: request.nowMs,
    changedAtMs: request.nowMs,
  };
}

/** The refused operation's row, written so that the refusal is sticky (BET-35). */
export function refusedRow(
  scratch: Scratch,
  operation: BookedOperation,
  refusal: Refusal,
  flags: readonly string[] = [],
): Transaction {
  return newRow(scratch.request, operation, 'rejected', { refusal, balanceAfter: balanceUnmoved(scratch), flags });
}

/** The balance that a row without money remembers: only one in the row's own currency. */
export function balanceUnmoved(scratch: Scratch): bigint | null {
  return scratch.wallet(scratch.request.currency)?.balance ?? null;
}

/** Most that one movement may carry, or a balance may come to by one: far above any money, and below what a row can hold. */
export const MOST_UNITS = powerOfTen(37);

/** Why this wallet cannot hold an amount: finer than its smallest unit (BET-06), or beyond what a row can hold. */
export function refusalOfAmount(amount: Decimal, wallet: Wallet): Refusal | null {
  const units = toUnits(amount, wallet.scale);
  if (typeof units !== 'bigint') return units.reason === 'excess_precision' ? 'below_minimum' : 'limit_reached';
  return units > MOST_UNITS || units < -MOST_UNITS ? 'limit_reached' : null;
}

/** The same for money that comes to the wallet: the balance must be able to hold it, too. */
export function refusalOfCredit(amount: Decimal, wallet: Wallet): Refusal | null {
  return (
    refusalOfAmount(amount, wallet) ?? (wallet.balance + unitsOf(amount, wallet) > MOST_UNITS ? 'limit_reached' : null)
  );
}

/** The amount in the wallet's minor units; whether it can hold them was asked before. */
export function unitsOf(amount: Decimal, wallet: Wallet): bigint {
  const units = toUnits(amount, wallet.scale);
  if (typeof units !== 'bigint')
    throw new Error(`defect: an amount reached the wallet that ${wallet.currency} cannot hold (${units.reason})`);
  return units;
}

/** A round's first row. `currency` is the wallet's, `lock` what the round is converted by, if it is. */
export function newRound(request: WalletRequest, round: RoundId, currency: string, lock: RateLock | null): Round {
  return {
    aggregator: request.aggregator,
    idScope: request.idScope,
    player: request.player,
    round,
    currency,
    lock,
    gameCode: request.gameCode,
    sessionId: request.sessionId,
    state: 'open',
    betsEver: 0,
    betsStanding: 0,
    looseWins: 0,
    undone: false,
    staked: 0n,
    returned: 0n,
    paid: 0n,
    openedAtMs: request.nowMs,
    changedAtMs: request.nowMs,
    closedAtMs: null,
  };
}

/**
 * The round after money moved in it: closed when the operation closes it; reopened when it was closed and
 * this does not close it again; void when every bet is returned, or it was undone before it began; else open. Closing always wins, so a closed round stays
 * closed for new bets whatever is returned later.
 */
export function afterMove(round: Round, closes: boolean, nowMs: number, moved: 'in' | 'back'): Round {
  const changed = { ...round, changedAtMs: nowMs };
  if (closes) return { ...changed, state: 'closed', closedAtMs: round.closedAtMs ?? nowMs };
  if (round.closedAtMs !== null) return moved === 'in' ? { ...changed, state: 'reopened' } : changed;
  return { ...changed, state: round.undone || (round.betsEver > 0 && round.betsStanding === 0) ? 'void' : 'open' };
}

/**
 * Adds to what the player has lost today; a later UTC day starts from zero (BET-21). What undoes a play of another day leaves
 * today's loss alone: yesterday's refund does not buy more bets today.
 */
function addLoss(wallet: Wallet, units: bigint, nowMs: number, playedAtMs: number | null): Wallet {
  const today = utcDay(nowMs);
  const day = today > wallet.lossDay ? today : wallet.lossDay;
  const used = today > wallet.lossDay ? 0n : wallet.lossUsed;
  const counts = playedAtMs === null || utcDay(playedAtMs) === day;
  return { ...wallet, lossDay: day, lossUsed: counts ? used + units : used };
}

/** What the player has lost on the day of `nowMs`. */
export function lossOn(wallet: Wallet, nowMs: number): bigint {
  return utcDay(nowMs) > wallet.lossDay ? 0n : wallet.lossUsed;
}

function utcDay(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

/** A loss-counter step on the wallet that a move just changed; `playedAtMs` when it undoes something played then. */
export function countLoss(scratch: Scratch, currency: string, units: bigint, playedAtMs: number | null = null): void {
  const wallet = scratch.wallet(currency);
  if (wallet !== null && units !== 0n) scratch.putWallet(addLoss(wallet, units, scratch.request.nowMs, playedAtMs));
}

/** As they came. However rows were loaded, a decision over several of them makes its moves in this order. */
export function inOrder(rows: readonly Transaction[]): readonly Transaction[] {
  return rows.toSorted((a, b) => a.createdAtMs - b.createdAtMs || (a.id < b.id ? -1 : 1));
}

/** True when a standing win of that amount settles its bet under this policy. One too small for the wallet is a win all the same. */
export function settles(amount: Decimal | null, policy: Policy): boolean {
  return (amount !== null && amount.unscaled > 0n) || policy['win.zeroMeansLoss'];
}

/** True for a booked win that still stands and settles. */
export function isSettling(win: Transaction, policy: Policy): boolean {
  return (win.state === 'applied' || win.state === 'part_reversed') && settles(win.amount, policy);
}

/** True for a win of the game that names no bet, so that it belongs to its whole round. Jackpots and gifts belong to none. */
export function isLoose(win: Pick<Transaction, 'reference' | 'flavour'>): boolean {
  return win.reference === null && win.flavour === 'win';
}

/** The round a bet counts in; a tip counts in none. */
export function roundOfBet(scratch: Scratch, bet: Pick<Transaction, 'round' | 'flavour'>): Round | null {
  return bet.round === null || bet.flavour === 'tip' ? null : scratch.round(bet.round);
}

/** True when a win stands on the bet: one that names it, or one of its round that names none and came after it (RB-07, RB-20). */
export function isSettled(scratch: Scratch, bet: Transaction): boolean {
  const round = roundOfBet(scratch, bet);
  return bet.wins > 0 || (round !== null && round.looseWins > bet.looseBefore);
}

/** Marks a win that was paid before the bet it names was known; taken off when the bet comes and counts it. */
export const BEFORE_BET = 'before_bet';

/** True for the player's own bet that was once applied, whatever became of it. */
export function isBooked(scratch: Scratch, bet: Transaction): boolean {
  return bet.player === scratch.request.player && bet.state !== 'tombstone' && bet.state !== 'rejected';
}
