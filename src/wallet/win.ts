/**
 * Wins. A win is never refused for an expired session, a blocked player or a closed account (WIN-08, WIN-09): the game
 * was played. It is refused, parked or flagged only for what its bet is (wallet.md B.3, second table).
 */
import { compareDecimals, parseDecimal } from '../money/index.ts';
import type { OperationAnswer } from './answer.ts';
import { refused } from './answer.ts';
import { conflict, foreign } from './bet.ts';
import type { Account, Round, Transaction } from './book.ts';
import type { Win } from './call.ts';
import { differingFact, factsOf } from './fingerprint.ts';
import type { Refusal } from './outcome.ts';
import type { Policy } from './policy.ts';
import { afterMove, BEFORE_BET, countLoss, newRound, newRow, refusedRow, settles, unitsOf } from './rows.ts';
import type { Scratch } from './scratch.ts';

export function decideWin(scratch: Scratch, win: Win, policy: Policy): OperationAnswer {
  const stored = scratch.transaction({ kind: 'win', externalId: win.id });
  if (stored !== null) return repeatedWin(scratch, win, stored, policy);
  if (scratch.wallets().length === 0) return refused('unknown_player', null);
  const verdict = judge(scratch, win, policy);
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
        flags: win.closesRound ? ['closes_round'] : [],
      });
      scratch.putTransaction(row);
      return { kind: 'parked', deadlineMs };
    }
    case 'pay': {
      const row = payWin(
        scratch,
        newRow(scratch.request, win, 'applied', { flags: verdict.flags }),
        win.closesRound,
        policy,
      );
      return { kind: 'applied', row, duplicate: false };
    }
  }
}

function repeatedWin(scratch: Scratch, win: Win, stored: Transaction, policy: Policy): OperationAnswer {
  if (stored.player !== scratch.request.player) return foreign(scratch, win.id);
  if (stored.state === 'tombstone') return refused('reversed', stored, { duplicate: true, keep: [] });
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

function judge(scratch: Scratch, win: Win, policy: Policy): Verdict {
  const { request } = scratch;
  if (scratch.wallet(request.currency) === null) return refuse('wrong_currency');
  if (request.session.kind === 'demo') {
    scratch.alert({ kind: 'demo_session', externalId: win.id, message: 'A demo session sent a wallet call.' });
    return refuse('session_invalid');
  }
  const ofBet = win.flavour === 'win' ? judgeBet(scratch, win, policy) : ({ kind: 'pay', flags: [] } satisfies Verdict);
  if (ofBet.kind !== 'pay') return ofBet;
  const round = roundOf(scratch, win);
  if (round !== null && round.currency !== request.currency) return refuse('wrong_currency');
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

/** True for the player's own bet that was once applied, whatever became of it. */
function isBooked(scratch: Scratch, bet: Transaction): boolean {
  return bet.player === scratch.request.player && bet.state !== 'tombstone' && bet.state !== 'rejected';
}

/** The round a win names, or that of the bet it names. */
function roundOf(scratch: Scratch, win: Win): Round | null {
  if (win.round !== null) return scratch.round(win.round);
  const bet = win.bet === null ? null : scratch.transaction({ kind: 'bet', externalId: win.bet });
  return bet === null || bet.round === null || !isBooked(scratch, bet) ? null : scratch.round(bet.round);
}

function judgeBet(scratch: Scratch, win: Win, policy: Policy): Verdict {
  const { request } = scratch;
  if (win.bet === null) {
    const round = win.round === null ? null : scratch.round(win.round);
    if (round === null || round.betsEver === 0) return withoutBet(scratch, win, policy);
    return round.betsStanding === 0 ? afterRollback(scratch, win.id, policy) : { kind: 'pay', flags: [] };
  }
  const bet = scratch.transaction({ kind: 'bet', externalId: win.bet });
  if (bet === null) return withoutBet(scratch, win, policy);
  if (bet.player !== request.player) return { kind: 'foreign' };
  switch (bet.state) {
    case 'tombstone':
      return afterRollback(scratch, win.id, policy);
    case 'reversed': {
      // To accept a win after its rollback is no reason to pay it elsewhere than its bet was placed.
      const late = afterRollback(scratch, win.id, policy);
      return late.kind === 'pay' ? (misfit(scratch, win, bet, policy) ?? late) : late;
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
      return misfit(scratch, win, bet, policy) ?? { kind: 'pay', flags: [] };
  }
}

/** Why a win does not belong to the bet it names, or null. */
function misfit(scratch: Scratch, win: Win, bet: Transaction, policy: Policy): Verdict | null {
  if (win.round !== null && bet.round !== null && win.round !== bet.round) return refuse('conflict', 'round');
  if (bet.currency !== scratch.request.currency) return refuse('wrong_currency');
  return policy['win.perBet'] === 'one' && bet.wins > 0 ? refuse('already_settled') : null;
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
function payWin(scratch: Scratch, draft: Transaction, closes: boolean, policy: Policy): Transaction {
  const { request } = scratch;
  const currency = draft.currency ?? request.currency;
  const wallet = scratch.wallet(currency);
  if (wallet === null || draft.amount === null) throw new Error('defect: a win to pay has a wallet and an amount');
  const units = unitsOf(draft.amount, wallet);
  scratch.credit(currency, payoutAccount(draft), units, draft.id);
  countLoss(scratch, currency, -units);
  const bet = draft.reference === null ? null : scratch.transaction({ kind: 'bet', externalId: draft.reference });
  const flags = draft.reference !== null && bet === null ? [...draft.flags, BEFORE_BET] : draft.flags;
  const row: Transaction = { ...draft, state: 'applied', units, flags, balanceAfter: wallet.balance + units };
  scratch.putTransaction(row);

  const standing = bet !== null && isBooked(scratch, bet);
  const counts = settles(units, policy) ? 1 : 0;
  if (standing) scratch.putTransaction({ ...bet, wins: bet.wins + counts, changedAtMs: request.nowMs });
  const roundName = draft.round ?? (standing ? bet.round : null);
  if (roundName !== null) {
    const round = scratch.round(roundName) ?? newRound(request, roundName, currency);
    const counted = {
      ...round,
      paid: round.paid + units,
      looseWins: round.looseWins + (draft.reference === null ? counts : 0),
    };
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
    const settled = scratch.transaction(bet)?.wins ?? 0;
    if (named && policy['win.perBet'] === 'one' && settled > 0) {
      scratch.putTransaction(refuseParked(scratch, parked, 'already_settled'));
    } else if (parked.currency !== bet.currency) {
      scratch.putTransaction(refuseParked(scratch, parked, 'wrong_currency'));
    } else if (named && parked.round !== null && bet.round !== null && parked.round !== bet.round) {
      scratch.putTransaction(refuseParked(scratch, parked, 'conflict'));
    } else {
      payParked(scratch, parked, policy);
    }
  }
}

/** The bet was rolled back before it came: what waits for it by name goes the way of `win.afterRollback`. */
export function settleParkedAfterTombstone(scratch: Scratch, bet: Transaction, policy: Policy): void {
  for (const parked of inOrder(scratch.parked())) {
    if (parked.reference !== bet.externalId) continue;
    const verdict = afterRollback(scratch, parked.externalId, policy);
    if (verdict.kind === 'pay') payParked(scratch, { ...parked, flags: [...parked.flags, ...verdict.flags] }, policy);
    else scratch.putTransaction(refuseParked(scratch, parked, 'reversed'));
  }
}

function payParked(scratch: Scratch, parked: Transaction, policy: Policy): void {
  const draft = {
    ...parked,
    deadlineMs: null,
    flags: [...parked.flags, 'was_parked'],
    changedAtMs: scratch.request.nowMs,
  };
  payWin(scratch, draft, parked.flags.includes('closes_round'), policy);
}

function refuseParked(scratch: Scratch, parked: Transaction, refusal: Refusal): Transaction {
  return { ...parked, state: 'rejected', refusal, deadlineMs: null, changedAtMs: scratch.request.nowMs };
}

function inOrder(rows: readonly Transaction[]): readonly Transaction[] {
  return rows.toSorted((a, b) => a.createdAtMs - b.createdAtMs || (a.id < b.id ? -1 : 1));
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
