/**
 * Bets. Order of the rule: idempotency, existence, session, player, game, round, limits, funds — and after that line it
 * must succeed. A bet never takes a wallet below zero (I2).
 */
import type { OperationAnswer } from './answer.ts';
import { NO_RATE, refused } from './answer.ts';
import type { Account, Round, Transaction, Wallet } from './book.ts';
import type { Bet, SessionFact } from './call.ts';
import {
  bookingOf,
  bookingOfNothing,
  fits,
  lockOfTill,
  refusalOfRounding,
  tillOfStake,
  unheldStake,
  walletCurrencyOf,
} from './exchange.ts';
import type { StakeTill } from './exchange.ts';
import { differingFact, factsOf } from './fingerprint.ts';
import type { Refusal } from './outcome.ts';
import type { Policy } from './policy.ts';
import {
  afterMove,
  BEFORE_BET,
  countLoss,
  isSettling,
  lossOn,
  newRound,
  newRow,
  refusedRow,
  roundOfBet,
} from './rows.ts';
import type { Scratch } from './scratch.ts';
import { refuseWaitingFor, releaseParked, settleParkedAfterTombstone } from './win.ts';

export function decideBet(scratch: Scratch, bet: Bet, policy: Policy): OperationAnswer {
  const stored = scratch.transaction({ kind: 'bet', externalId: bet.id });
  if (stored !== null) return repeatedBet(scratch, bet, stored, policy);
  if (scratch.wallets().length === 0) return refused('unknown_player', null);

  if (roundOfBet(scratch, bet)?.undone === true) return betInUndoneRound(scratch, bet, policy);
  const till = tillOfStake(scratch, roundOfBet(scratch, bet));
  const refusal = till === null ? 'wrong_currency' : refusalOfBet(scratch, bet, till, policy);
  if (till !== null && refusal === null) return applyBet(scratch, bet, till, policy);
  const code = refusal ?? 'wrong_currency';
  const noRate = till?.kind === 'shut' && till.refusal === 'limit_reached' && code === 'limit_reached';
  return refused(code, refusedRow(scratch, bet, code, noRate ? [NO_RATE] : []), {
    aftermath: (kept) => refuseWaitingFor(kept, bet.id),
  });
}

function repeatedBet(scratch: Scratch, bet: Bet, stored: Transaction, policy: Policy): OperationAnswer {
  const { request } = scratch;
  if (stored.player !== request.player) return foreign(scratch, bet.id);
  if (stored.state === 'tombstone') {
    // The late bet is recorded on its tombstone for the person who has to explain it (RB-04).
    const facts = factsOf(bet);
    const row: Transaction = stored.flags.includes('late_bet')
      ? stored
      : {
          ...stored,
          ...facts,
          gameCode: request.gameCode,
          sessionId: request.sessionId,
          currency: request.currency,
          flags: [...stored.flags, 'late_bet'],
          changedAtMs: request.nowMs,
        };
    scratch.alert({
      kind: 'late_bet_on_tombstone',
      externalId: bet.id,
      message: 'A bet came after its rollback; nothing was debited.',
    });
    const duplicate = stored.flags.includes('late_bet');
    if (policy['rollback.lateOriginal'] === 'reject') return refused('reversed', row, { duplicate });
    scratch.putTransaction(row);
    return { kind: 'applied', row, duplicate: true };
  }
  const field = differingFact(stored, factsOf(bet), request, policy);
  if (field !== null) return conflict(scratch, bet.id, field);
  if (stored.state === 'rejected') return refused(stored.refusal ?? 'conflict', stored, { duplicate: true, keep: [] });
  // BET-44: "already accepted" would let the game run on money that was given back.
  if (stored.state === 'reversed') return refused('reversed', stored, { duplicate: true, keep: [] });
  return { kind: 'applied', row: stored, duplicate: true };
}

/** The round was rolled back before this bet came: it ends where a bet ends whose own rollback came first (RB-04, RB-15). */
function betInUndoneRound(scratch: Scratch, bet: Bet, policy: Policy): OperationAnswer {
  const row = newRow(scratch.request, bet, 'tombstone', { flags: ['late_bet'] });
  scratch.alert({
    kind: 'late_bet_on_tombstone',
    externalId: bet.id,
    message: 'A bet came after its round was rolled back; nothing was debited.',
  });
  const settle = (kept: Scratch): void =>
    settleParkedAfterTombstone(kept, (parked) => parked.reference === bet.id, policy);
  if (policy['rollback.lateOriginal'] === 'reject') return refused('reversed', row, { aftermath: settle });
  scratch.putTransaction(row);
  settle(scratch);
  return { kind: 'applied', row, duplicate: false };
}

/** Another player's transaction under this id: nothing is written, the first one stands (BET-28, RB-14, WIN-17). */
export function foreign(scratch: Scratch, externalId: string): OperationAnswer {
  scratch.alert({ kind: 'foreign_player', externalId, message: "The id belongs to another player's transaction." });
  return refused('conflict', null, { field: 'player' });
}

/** The same id with other facts: the original stands (BET-27, BET-29). */
export function conflict(scratch: Scratch, externalId: string, field: string): OperationAnswer {
  scratch.alert({ kind: 'conflict', externalId, message: `The id was used before with another ${field}.` });
  return refused('conflict', null, { field });
}

function refusalOfBet(scratch: Scratch, bet: Bet, till: StakeTill, policy: Policy): Refusal | null {
  const { request } = scratch;
  const free = bet.flavour === 'free';
  return (
    unheldStake(bet.amount, till) ??
    refusalOfSession(scratch, request.session, bet.id) ??
    refusalOfPlayer(till.wallet) ??
    (request.gameKnown ? null : 'unknown_game') ??
    (bet.amount.unscaled === 0n && policy['bet.zero'] === 'reject' && !free ? 'below_minimum' : null) ??
    (free && policy['freeRound.ungranted'] === 'reject' ? 'conflict' : null) ??
    refusalOfRound(scratch, bet, till, policy) ??
    (till.kind === 'shut' ? till.refusal : null) ??
    (free ? null : (refusalOfRounding(bet.amount, till, request) ?? refusalOfMoney(bet, till, request.nowMs)))
  );
}

function refusalOfSession(scratch: Scratch, session: SessionFact, externalId: string): Refusal | null {
  switch (session.kind) {
    case 'none':
      return null;
    case 'unknown':
      return 'session_invalid';
    case 'demo':
      scratch.alert({ kind: 'demo_session', externalId, message: 'A demo session sent a wallet call.' });
      return 'session_invalid';
    case 'foreign':
      scratch.alert({ kind: 'foreign_session', externalId, message: 'The session was issued to another player.' });
      return 'session_invalid';
    case 'expired':
      return 'session_expired';
    case 'live':
      return session.currency === scratch.request.currency ? null : 'wrong_currency';
  }
}

function refusalOfPlayer(wallet: Wallet): Refusal | null {
  switch (wallet.status) {
    case 'active':
      return null;
    case 'self_excluded':
      return 'player_excluded';
    case 'blocked':
    case 'closed':
      return 'player_blocked';
  }
}

function refusalOfRound(scratch: Scratch, bet: Bet, till: StakeTill, policy: Policy): Refusal | null {
  const round = roundOfBet(scratch, bet);
  if (round === null) return null;
  const closed = round.state === 'closed' || round.state === 'reopened';
  if (closed && policy['round.betAfterClose'] === 'reject') return 'round_closed';
  if (round.state === 'void' && policy['round.betAfterVoid'] === 'reject') return 'round_closed';
  return till.kind === 'shut' || fits(round, till) ? null : 'wrong_currency';
}

function refusalOfMoney(bet: Bet, till: StakeTill, nowMs: number): Refusal | null {
  const { wallet } = till;
  const stake = bookingOf(bet.amount, till, 'stake').units;
  if (wallet.maxStake !== null && stake > wallet.maxStake) return 'limit_reached';
  if (wallet.dailyLossLimit !== null && stake > 0n && lossOn(wallet, nowMs) + stake > wallet.dailyLossLimit)
    return 'limit_reached';
  return stake > wallet.balance ? 'insufficient_funds' : null;
}

function applyBet(scratch: Scratch, bet: Bet, till: StakeTill, policy: Policy): OperationAnswer {
  const { request } = scratch;
  const { wallet } = till;
  const free = bet.flavour === 'free';
  const { units, fx } = free ? bookingOfNothing(till) : bookingOf(bet.amount, till, 'stake');
  const before = roundOfBet(scratch, bet);
  // Loose wins that came before the first bet have come before *their* bet, so they settle it; later bets are none of theirs.
  const looseBefore = before === null || before.betsEver === 0 ? 0 : before.looseWins;
  const draft = newRow(request, bet, 'applied', { units, fx, looseBefore, flags: free ? ['free'] : [] });
  scratch.debit(wallet.currency, stakesAccount(draft), units, draft.id);
  countLoss(scratch, wallet.currency, units);
  const early = claimEarlyWins(scratch, draft);
  const wins = early.filter((win) => isSettling(win, policy)).length;
  const row: Transaction = { ...draft, wins, balanceAfter: wallet.balance - units };
  scratch.putTransaction(row);
  if (free) {
    scratch.alert({
      kind: 'free_round_ungranted',
      externalId: bet.id,
      message: 'A free round no campaign is known for.',
    });
  }
  if (bet.round !== null && bet.flavour !== 'tip') joinRound(scratch, bet, till, units, early);
  releaseParked(scratch, row, policy);
  // Closing comes last: a win that waited for this bet was there first and is not late.
  const round = roundOfBet(scratch, bet);
  if (round !== null && bet.closesRound) scratch.putRound(afterMove(round, true, request.nowMs, 'in'));
  return { kind: 'applied', row, duplicate: false };
}

/** The wins that were paid before their bet was known: they settle it all the same (WIN-05). */
function claimEarlyWins(scratch: Scratch, bet: Transaction): readonly Transaction[] {
  const early = scratch.winsNaming(bet).filter((win) => win.flags.includes(BEFORE_BET));
  for (const win of early) scratch.putTransaction({ ...win, flags: win.flags.filter((flag) => flag !== BEFORE_BET) });
  return early;
}

/** What a win that named no round of its own counts in the round of its bet. */
function paidInRoundOf(win: Transaction, round: Round): bigint {
  return win.round === null && walletCurrencyOf(win) === round.currency ? win.units - win.reversedUnits : 0n;
}

/** Counts the bet on its round, which it opens if it is the first, and with it what it won before it came. */
function joinRound(scratch: Scratch, bet: Bet, till: StakeTill, units: bigint, early: readonly Transaction[]): void {
  if (bet.round === null) return;
  const round =
    scratch.round(bet.round) ?? newRound(scratch.request, bet.round, till.wallet.currency, lockOfTill(till));
  if (round.closedAtMs !== null && !bet.closesRound) {
    scratch.alert({ kind: 'reopened', externalId: bet.id, message: 'A bet was applied in a closed round.' });
  }
  const counted = {
    ...round,
    betsEver: round.betsEver + 1,
    betsStanding: round.betsStanding + 1,
    staked: round.staked + units,
    paid: round.paid + early.reduce((sum, win) => sum + paidInRoundOf(win, round), 0n),
  };
  scratch.putRound(afterMove(counted, false, scratch.request.nowMs, 'in'));
}

/** Where a stake goes, and where it comes back from. */
export function stakesAccount(bet: Pick<Transaction, 'flavour' | 'aggregator'>): Account {
  return bet.flavour === 'tip' ? `tips:${bet.aggregator}` : `stakes:${bet.aggregator}`;
}
