/**
 * Wins. A win is never refused for an expired session, a blocked player or a closed account (WIN-08, WIN-09): the game
 * was played. It is refused, parked or flagged only for what its bet is.
 */
import { compareDecimals, parseDecimal } from '../money/index.ts';
import type { OperationAnswer } from './answer.ts';
import { refused } from './answer.ts';
import { conflict, foreign } from './bet.ts';
import type { Account, Round, Transaction } from './book.ts';
import type { Win } from './call.ts';
import {
  bookingOf,
  bookingOfNothing,
  fits,
  lockOfTill,
  tillOfCall,
  tillOfPayout,
  tillOfRow,
  unheldPayout,
} from './exchange.ts';
import type { Till } from './exchange.ts';
import { differingFact, factsOf } from './fingerprint.ts';
import type { ExternalId } from './ids.ts';
import type { Refusal } from './outcome.ts';
import type { Policy } from './policy.ts';
import {
  afterMove,
  BEFORE_BET,
  countLoss,
  inOrder,
  isBooked,
  isLoose,
  newRound,
  newRow,
  refusedRow,
  roundOfBet,
  settles,
} from './rows.ts';
import type { Scratch } from './scratch.ts';

export function decideWin(scratch: Scratch, win: Win, policy: Policy): OperationAnswer {
  const stored = scratch.transaction({ kind: 'win', externalId: win.id });
  if (stored !== null) return repeatedWin(scratch, win, stored, policy);
  if (scratch.wallets().length === 0) return refused('unknown_player', null);
  const till = tillOfPayout(scratch, factsOfWin(win, scratch), bookedBet(scratch, win.bet), tillOfCall(scratch));
  const verdict = judge(scratch, win, till, policy);
  // Owed or waiting, but by what rate? Nothing is written, and it is asked again.
  if (till?.kind === 'unpriced' && (verdict.kind === 'pay' || verdict.kind === 'park')) return { kind: 'unpriced' };
  switch (verdict.kind) {
    case 'foreign':
      scratch.alert({ kind: 'foreign_player', externalId: win.id, message: "The win names another player's bet." });
      return refused('conflict', refusedRow(scratch, win, 'conflict'), { field: 'player' });
    case 'refuse':
      return refused(verdict.refusal, refusedRow(scratch, win, verdict.refusal), { field: verdict.field });
    case 'park': {
      const deadlineMs = scratch.request.nowMs + policy['win.parkMs'];
      const row = newRow(scratch.request, win, 'parked', {
        deadlineMs,
        fx: till === null ? null : bookingOfNothing(till).fx,
        flags: win.closesRound ? ['closes_round'] : [],
      });
      scratch.putTransaction(row);
      return { kind: 'parked', deadlineMs };
    }
    case 'pay': {
      const row = payWin(
        scratch,
        newRow(scratch.request, win, 'applied', { flags: verdict.flags }),
        till,
        win.closesRound,
        policy,
      );
      return { kind: 'applied', row, duplicate: false };
    }
  }
}

function repeatedWin(scratch: Scratch, win: Win, stored: Transaction, policy: Policy): OperationAnswer {
  if (stored.player !== scratch.request.player) return foreign(scratch, win.id);
  if (stored.state === 'tombstone') {
    if (policy['rollback.lateOriginal'] === 'ignore') return { kind: 'applied', row: stored, duplicate: true };
    return refused('reversed', stored, { duplicate: true, keep: [] });
  }
  const field = differingFact(stored, factsOf(win), scratch.request, policy);
  if (field !== null) return conflict(scratch, win.id, field);
  switch (stored.state) {
    case 'rejected':
      return refused(stored.refusal ?? 'conflict', stored, { duplicate: true, keep: [] });
    case 'reversed':
      return refused('reversed', stored, { duplicate: true, keep: [] });
    case 'parked':
      return stillParked(scratch, stored);
    case 'applied':
    case 'part_reversed':
      return { kind: 'applied', row: stored, duplicate: true };
  }
}

/** Its bet would have released it, so it still waits; past the deadline it is refused for good and somebody is told. */
function stillParked(scratch: Scratch, stored: Transaction): OperationAnswer {
  const deadlineMs = stored.deadlineMs ?? stored.createdAtMs;
  if (scratch.request.nowMs < deadlineMs) return { kind: 'parked', deadlineMs };
  const row = refuseParked(scratch, stored, 'not_found');
  scratch.alert({
    kind: 'win_without_bet',
    externalId: stored.externalId,
    message: 'A win waited for its bet in vain; nothing was credited.',
  });
  return refused('not_found', row);
}

type Verdict =
  | { readonly kind: 'pay'; readonly flags: readonly string[] }
  | { readonly kind: 'refuse'; readonly refusal: Refusal; readonly field: string | null }
  | { readonly kind: 'foreign' }
  | { readonly kind: 'park' };

const refuse = (refusal: Refusal, field: string | null = null): Verdict => ({ kind: 'refuse', refusal, field });

const factsOfWin = (win: Win, { request }: Scratch) => ({ round: win.round, currency: request.currency });

/** The player's own bet of that name, if it was ever applied. */
function bookedBet(scratch: Scratch, name: ExternalId | null): Transaction | null {
  const bet = name === null ? null : scratch.transaction({ kind: 'bet', externalId: name });
  return bet !== null && isBooked(scratch, bet) ? bet : null;
}

function judge(scratch: Scratch, win: Win, till: Till | null, policy: Policy): Verdict {
  const { request } = scratch;
  if (till === null) return refuse('wrong_currency');
  const unheld = unheldPayout(win.amount, till);
  if (unheld !== null) {
    scratch.alert({ kind: 'review', externalId: win.id, message: 'A win no wallet can hold was refused.' });
    return refuse(unheld);
  }
  if (request.session.kind === 'demo') {
    scratch.alert({ kind: 'demo_session', externalId: win.id, message: 'A demo session sent a wallet call.' });
    return refuse('session_invalid');
  }
  const ofBet = win.bet === null ? judgeLoose(scratch, win, policy) : judgeNamed(scratch, win, win.bet, policy);
  if (ofBet.kind !== 'pay') return ofBet;
  const round = roundOf(scratch, win);
  if (round !== null && !fits(round, till)) return refuse('wrong_currency');
  // A reopened round takes wins: its new stakes are still being played (WIN-10).
  const late = round?.state === 'closed';
  if (late && policy['round.winAfterClose'] === 'reject') return refuse('round_closed');
  if (late)
    scratch.alert({
      kind: 'late_win',
      externalId: win.id,
      message: 'A win came after its round was closed; it was paid.',
    });
  const review = needsReview(win, policy);
  if (review)
    scratch.alert({ kind: 'review', externalId: win.id, message: 'A win above the review threshold was paid.' });
  return { kind: 'pay', flags: [...ofBet.flags, ...(late ? ['late'] : []), ...(review ? ['review'] : [])] };
}

/** The round a win names, or that of the bet it names. */
function roundOf(scratch: Scratch, win: Pick<Win, 'round' | 'bet'>): Round | null {
  if (win.round !== null) return scratch.round(win.round);
  const bet = bookedBet(scratch, win.bet);
  return bet === null || bet.round === null ? null : scratch.round(bet.round);
}

const PAY: Verdict = { kind: 'pay', flags: [] };

/** A win that names no bet: one of the game belongs to its round's bets, a jackpot or gift to nothing (WIN-13, FR-03). */
function judgeLoose(scratch: Scratch, win: Win, policy: Policy): Verdict {
  if (win.flavour !== 'win') return PAY;
  const round = win.round === null ? null : scratch.round(win.round);
  if (round?.undone === true) return afterRollback(scratch, win.id, policy);
  if (round === null || round.betsEver === 0) return withoutBet(scratch, win, policy);
  if (round.betsStanding === 0) return afterRollback(scratch, win.id, policy);
  return onlyBetIsTaken(scratch, round, policy) ? refuse('already_settled') : PAY;
}

/** Where a bet has one win, a win that names only the round is its only bet's. */
function onlyBetIsTaken(scratch: Scratch, round: Round, policy: Policy): boolean {
  if (policy['win.perBet'] === 'many' || round.betsEver !== 1) return false;
  const bets = scratch.roundTransactions(round.round).filter((row) => row.kind === 'bet' && row.flavour !== 'tip');
  return bets.some((bet) => isBooked(scratch, bet) && isTaken(scratch, bet, policy));
}

/** True when the bet has the one win it may have. In a round of several bets a win that names none is nobody's one win. */
function isTaken(scratch: Scratch, bet: Transaction, policy: Policy): boolean {
  if (policy['win.perBet'] === 'many') return false;
  const round = roundOfBet(scratch, bet);
  return bet.wins > 0 || (round !== null && round.betsEver === 1 && round.looseWins > bet.looseBefore);
}

/** A win that names its bet is judged by what became of the bet, whatever kind of win it is (WIN-07, WIN-16, WIN-17). */
function judgeNamed(scratch: Scratch, win: Win, name: ExternalId, policy: Policy): Verdict {
  const { request } = scratch;
  const bet = scratch.transaction({ kind: 'bet', externalId: name });
  if (bet === null) {
    // Jackpots and gifts are paid whether their bet was heard of or not.
    if (win.flavour !== 'win') return PAY;
    const undone = win.round !== null && scratch.round(win.round)?.undone === true;
    return undone ? afterRollback(scratch, win.id, policy) : withoutBet(scratch, win, policy);
  }
  if (bet.player !== request.player) return { kind: 'foreign' };
  const asked = { round: win.round, currency: request.currency };
  switch (bet.state) {
    case 'tombstone':
      return afterRollback(scratch, win.id, policy);
    case 'reversed': {
      // To accept a win after its rollback is no reason to pay it elsewhere than its bet was placed.
      const late = afterRollback(scratch, win.id, policy);
      return late.kind === 'pay' ? (misfit(scratch, asked, bet, policy) ?? late) : late;
    }
    case 'rejected':
      scratch.alert({
        kind: 'win_of_rejected_bet',
        externalId: win.id,
        message: 'A win names a bet that was refused.',
      });
      return refuse('not_found');
    case 'parked':
      throw new Error('defect: a bet is never parked');
    case 'applied':
    case 'part_reversed':
      return misfit(scratch, asked, bet, policy) ?? PAY;
  }
}

/** Why a win does not belong to the bet it names or waited for, or null. */
function misfit(
  scratch: Scratch,
  win: Pick<Transaction, 'round' | 'currency'>,
  bet: Transaction,
  policy: Policy,
): Extract<Verdict, { kind: 'refuse' }> | null {
  const refusal = (code: Refusal, field: string | null = null) => ({ kind: 'refuse', refusal: code, field }) as const;
  if (win.round !== null && bet.round !== null && win.round !== bet.round) return refusal('conflict', 'round');
  if (bet.currency !== win.currency) return refusal('wrong_currency');
  return isTaken(scratch, bet, policy) ? refusal('already_settled') : null;
}

function withoutBet(scratch: Scratch, win: Win, policy: Policy): Verdict {
  switch (policy['win.withoutBet']) {
    case 'reject':
      scratch.alert({
        kind: 'win_without_bet',
        externalId: win.id,
        message: 'A win names no known bet; it was refused.',
      });
      return refuse('not_found');
    case 'accept':
      scratch.alert({ kind: 'win_without_bet', externalId: win.id, message: 'A win names no known bet; it was paid.' });
      return { kind: 'pay', flags: ['without_bet'] };
    case 'park':
      return { kind: 'park' };
  }
}

function afterRollback(scratch: Scratch, externalId: string, policy: Policy): Verdict {
  scratch.alert({ kind: 'win_after_rollback', externalId, message: 'A win came after its bet was rolled back.' });
  return policy['win.afterRollback'] === 'accept' ? { kind: 'pay', flags: ['after_rollback'] } : refuse('reversed');
}

function needsReview(win: Win, policy: Policy): boolean {
  const threshold = policy['win.reviewAbove'];
  if (threshold === null) return false;
  const limit = parseDecimal(threshold);
  return 'kind' in limit ? false : compareDecimals(win.amount, limit) > 0;
}

/** Credits an applied win's row and counts it on its bet and round. Also for parked wins whose bet has come. */
function payWin(scratch: Scratch, draft: Transaction, till: Till | null, closes: boolean, policy: Policy): Transaction {
  const { request } = scratch;
  if (till === null || draft.amount === null) throw new Error('defect: a win to pay has a wallet and an amount');
  const { currency, balance } = till.wallet;
  const { units, fx } = bookingOf(draft.amount, till, 'payout');
  scratch.credit(currency, payoutAccount(draft), units, draft.id);
  countLoss(scratch, currency, -units);
  const bet = draft.reference === null ? null : scratch.transaction({ kind: 'bet', externalId: draft.reference });
  const flags = draft.reference !== null && bet === null ? [...draft.flags, BEFORE_BET] : draft.flags;
  const standing = bet !== null && isBooked(scratch, bet);
  const counts = settles(draft.amount, policy) ? 1 : 0;
  if (standing) scratch.putTransaction({ ...bet, wins: bet.wins + counts, changedAtMs: request.nowMs });
  const roundName = draft.round ?? (standing ? bet.round : null);
  const round =
    roundName === null ? null : (scratch.round(roundName) ?? newRound(request, roundName, currency, lockOfTill(till)));
  const loose = isLoose(draft);
  const row: Transaction = {
    ...draft,
    state: 'applied',
    units,
    fx,
    flags,
    looseBefore: loose ? (round?.looseWins ?? 0) : 0,
    balanceAfter: balance + units,
  };
  scratch.putTransaction(row);
  if (round !== null) {
    const counted = { ...round, paid: round.paid + units, looseWins: round.looseWins + (loose ? counts : 0) };
    scratch.putRound(afterMove(counted, closes, request.nowMs, 'in'));
  }
  if (closes && roundName === null && bet !== null) closeRoundOfTombstone(scratch, bet);
  return row;
}

/** A win accepted after its bet's rollback moves nothing in the round that the rollback named, but may close it. */
function closeRoundOfTombstone(scratch: Scratch, bet: Transaction): void {
  if (bet.state !== 'tombstone' || bet.round === null || bet.player !== scratch.request.player) return;
  const round = scratch.round(bet.round);
  if (round !== null) scratch.putRound(afterMove(round, true, scratch.request.nowMs, 'back'));
}

/** The bet has come: the wins that waited for it, or for its round, are paid in the order they came (WIN-06). */
export function releaseParked(scratch: Scratch, bet: Transaction, policy: Policy): void {
  for (const parked of inOrder(scratch.parked())) {
    const named = parked.reference === bet.externalId;
    // A tip belongs to no round, so only a win that names it has waited for it.
    const inRound =
      bet.flavour !== 'tip' && parked.reference === null && parked.round !== null && parked.round === bet.round;
    if (!named && !inRound) continue;
    // Nobody's win waits for the second bet of a round, so here even a win that names none competes for this one.
    const unfit = misfit(scratch, parked, scratch.transaction(bet) ?? bet, policy);
    if (unfit === null) payParked(scratch, parked, policy);
    else scratch.putTransaction(refuseParked(scratch, parked, unfit.refusal));
  }
}

/** The bet or its round was rolled back before it came: what waits for it goes the way of `win.afterRollback`. */
export function settleParkedAfterTombstone(
  scratch: Scratch,
  waitsForIt: (parked: Transaction) => boolean,
  policy: Policy,
): void {
  for (const parked of inOrder(scratch.parked()).filter(waitsForIt)) {
    const verdict = afterRollback(scratch, parked.externalId, policy);
    if (verdict.kind === 'pay') payParked(scratch, { ...parked, flags: [...parked.flags, ...verdict.flags] }, policy);
    else scratch.putTransaction(refuseParked(scratch, parked, 'reversed'));
  }
}

/** The bet came and was refused: what waits for it by name waits no longer, and somebody hears of it. */
export function refuseWaitingFor(scratch: Scratch, bet: ExternalId): void {
  for (const parked of inOrder(scratch.parked())) {
    if (parked.reference !== bet) continue;
    scratch.putTransaction(refuseParked(scratch, parked, 'not_found'));
    scratch.alert({
      kind: 'win_of_rejected_bet',
      externalId: parked.externalId,
      message: 'A win waited for a bet that was refused; nothing was credited.',
    });
  }
}

/** Pays it, unless the round it named was played in another currency meanwhile than its bet. */
function payParked(scratch: Scratch, parked: Transaction, policy: Policy): void {
  // What it was told by its own call counts only where neither bet nor round says another (FX-19).
  const till = tillOfPayout(scratch, parked, bookedBet(scratch, parked.reference), tillOfRow(scratch, parked));
  const round = roundOf(scratch, { round: parked.round, bet: parked.reference });
  if (till === null || (round !== null && !fits(round, till))) {
    scratch.putTransaction(refuseParked(scratch, parked, 'wrong_currency'));
    return;
  }
  const draft = {
    ...parked,
    deadlineMs: null,
    flags: [...parked.flags, 'was_parked'],
    changedAtMs: scratch.request.nowMs,
  };
  payWin(scratch, draft, till, parked.flags.includes('closes_round'), policy);
}

function refuseParked(scratch: Scratch, parked: Transaction, refusal: Refusal): Transaction {
  return { ...parked, state: 'rejected', refusal, fx: null, deadlineMs: null, changedAtMs: scratch.request.nowMs };
}

/** Which of the house's accounts pays this kind of win. */
export function payoutAccount(win: Pick<Transaction, 'flavour' | 'aggregator'>): Account {
  switch (win.flavour) {
    case 'jackpot':
      return `jackpots:${win.aggregator}`;
    case 'promo':
    case 'free_round':
      return `promotions:${win.aggregator}`;
    default:
      return `payouts:${win.aggregator}`;
  }
}
