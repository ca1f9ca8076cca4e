/**
 * Where aggregators contradict each other (docs/configuration.md lists them): every knob, typed, none optional, so that a new question is a
 * compile error in every dialect. Values that move money differently are read by `decide`; wording is read by a dialect's
 * encode; habits of the aggregator (`bet.onUncertain`, `retry.horizonMs`) are read by the sandbox and by reconciliation.
 * For an unknown aggregator take the value that cannot lose money silently: `SAFE_POLICY`.
 */

export interface Policy {
  /** answer to a rollback of something never seen; a tombstone is written either way (RB-03) */
  readonly 'rollback.unknown': 'notFoundCode' | 'ok';
  /** a bet, win or rollback that comes after its own rollback: refused, or answered as done without moving money; never applied (RB-04) */
  readonly 'rollback.lateOriginal': 'reject' | 'ignore';
  /** how a repeated rollback is worded */
  readonly 'rollback.duplicate': 'ok' | 'code' | 'error';
  /** rollback of a bet that was cleanly refused (RB-06) */
  readonly 'rollback.ofRejected': 'ok' | 'parentFailed';
  /** rollback of a bet whose win is booked (RB-07, BW-05) */
  readonly 'rollback.afterWin': 'reject' | 'reverseBoth' | 'keepWins';
  /** rollback of a win (RB-08) */
  readonly 'rollback.win': 'unsupported' | 'debit';
  /** rollback of a rollback (RB-17) */
  readonly 'rollback.rollback': 'unsupported' | 'reapply';
  /** what an amount in a rollback means (RB-12, RB-13) */
  readonly 'rollback.amount': 'mustMatch' | 'ignore' | 'partial';
  readonly 'rollback.id': 'own' | 'sameAsBet';
  readonly 'duplicate.answer': 'ok' | 'okWithFlag' | 'code';
  readonly 'duplicate.balance': 'current' | 'stored';
  readonly 'duplicate.body': 'rebuild' | 'bytes';
  /** facts that make a repeated id a conflict; player, amount and currency should never be left out (BET-27..29) */
  readonly 'conflict.fields': readonly ConflictField[];
  readonly 'win.withoutBet': 'reject' | 'accept' | 'park';
  /** how long a parked win waits for its bet */
  readonly 'win.parkMs': number;
  readonly 'win.afterRollback': 'reject' | 'accept';
  readonly 'win.perBet': 'many' | 'one';
  /** a zero win settles the bet (so a later rollback is refused) */
  readonly 'win.zeroMeansLoss': boolean;
  readonly 'win.whenExpired': 'accept';
  /** wins above this decimal amount of the call's currency are paid and flagged for review (WIN-15) */
  readonly 'win.reviewAbove': string | null;
  readonly 'bet.zero': 'accept' | 'reject';
  readonly 'round.betAfterClose': 'reject' | 'reopen';
  readonly 'round.betAfterVoid': 'accept' | 'reject';
  readonly 'round.winAfterClose': 'accept' | 'reject';
  /** a launch into a game with an open round: that round's session again, or never, where the aggregator closes no lost rounds (LCH-23) */
  readonly 'round.resume': 'launch' | 'never';
  /** an open round older than this is shown as stuck, and no launch resumes it */
  readonly 'round.stuckAfterMs': number;
  readonly 'freeRound.stake': 'flagNoDebit' | 'zeroAmount' | 'noBetCall';
  /** a free bet no campaign was granted for (FR-07) */
  readonly 'freeRound.ungranted': 'flag' | 'reject';
  /** a reversal the player cannot cover: book the rest as receivable, or let the balance go below zero. Never by a bet. */
  readonly 'balance.negative': 'receivable' | 'allow';
  /** whether a blocked or excluded player's balance is answered (BAL-09) */
  readonly 'balance.whenBlocked': 'answer' | 'refuse';
  /** what the aggregator does when a bet's answer is uncertain */
  readonly 'bet.onUncertain': 'rollback' | 'retry' | 'retryThenRollback' | 'nothing';
  /** HTTP statuses of clean refusals and of uncertainty */
  readonly 'http.reject': number;
  readonly 'http.uncertain': number;
  /** the aggregator's own patience; our deadline is 80 % of it */
  readonly timeoutMs: number;
  /** how long the aggregator keeps retrying: grace windows and the least retention */
  readonly 'retry.horizonMs': number;
  /** what makes an external id unique */
  readonly 'id.scope': 'aggregator' | 'provider' | 'player';
  /** whether bets, wins and corrections are numbered in one series, so that an id of the one is refused as another's (BET-29) */
  readonly 'id.kinds': 'apart' | 'shared';
  readonly 'sig.hexCase': 'lower' | 'any';
}

export type ConflictField = 'player' | 'amount' | 'currency' | 'round' | 'reference' | 'game';

/** First values of B.5: the choice that cannot lose money silently. A dialect states every knob by spreading this and naming what differs. */
export const SAFE_POLICY: Policy = Object.freeze({
  'rollback.unknown': 'notFoundCode',
  'rollback.lateOriginal': 'reject',
  'rollback.duplicate': 'ok',
  'rollback.ofRejected': 'ok',
  'rollback.afterWin': 'reject',
  'rollback.win': 'unsupported',
  'rollback.rollback': 'unsupported',
  'rollback.amount': 'mustMatch',
  'rollback.id': 'own',
  'duplicate.answer': 'ok',
  'duplicate.balance': 'current',
  'duplicate.body': 'rebuild',
  'conflict.fields': ['player', 'amount', 'currency', 'round', 'reference', 'game'],
  'win.withoutBet': 'reject',
  'win.parkMs': 15 * 60_000,
  'win.afterRollback': 'reject',
  'win.perBet': 'many',
  'win.zeroMeansLoss': true,
  'win.whenExpired': 'accept',
  'win.reviewAbove': null,
  'bet.zero': 'accept',
  'round.betAfterClose': 'reject',
  'round.betAfterVoid': 'accept',
  'round.winAfterClose': 'accept',
  'round.resume': 'launch',
  'round.stuckAfterMs': 24 * 3_600_000,
  'freeRound.stake': 'flagNoDebit',
  'freeRound.ungranted': 'flag',
  'balance.negative': 'receivable',
  'balance.whenBlocked': 'answer',
  'bet.onUncertain': 'retryThenRollback',
  'http.reject': 422,
  'http.uncertain': 503,
  timeoutMs: 3_000,
  'retry.horizonMs': 48 * 3_600_000,
  'id.scope': 'aggregator',
  'id.kinds': 'apart',
  'sig.hexCase': 'lower',
} satisfies Policy);
