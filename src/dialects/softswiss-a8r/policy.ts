/** What SOFTSWISS's second protocol means by each knob. Every knob is stated, so that a new question does not compile here until it is answered. */
import type { Policy } from '../../wallet/policy.ts';
import type { ReactingCall, Reactions } from '../dialect.ts';

export const A8R_POLICY: Policy = {
  // a rollback is always accepted, and what it names remembered
  'rollback.unknown': 'ok',
  'rollback.lateOriginal': 'ignore',
  'rollback.duplicate': 'ok',
  'rollback.ofRejected': 'ok',
  // bets and wins are undone one by one, each by its own id
  'rollback.afterWin': 'keepWins',
  'rollback.win': 'debit',
  'rollback.rollback': 'unsupported',
  'rollback.amount': 'ignore',
  'rollback.id': 'own',
  'duplicate.answer': 'ok',
  'duplicate.balance': 'current',
  'duplicate.body': 'rebuild',
  'conflict.fields': ['player', 'amount', 'currency', 'round', 'reference', 'game'],
  // a win may come before its bet, and must be paid
  'win.withoutBet': 'accept',
  'win.parkMs': 900_000,
  'win.afterRollback': 'reject',
  'win.perBet': 'many',
  'win.zeroMeansLoss': true,
  'win.whenExpired': 'accept',
  'win.reviewAbove': null,
  'bet.zero': 'accept',
  'round.betAfterClose': 'reject',
  'round.betAfterVoid': 'accept',
  'round.winAfterClose': 'accept',
  // callbacks name no session of ours that a launch could go on with
  'round.resume': 'never',
  'round.stuckAfterMs': 86_400_000,
  'freeRound.stake': 'noBetCall',
  'freeRound.ungranted': 'flag',
  // a win that is rolled back after it was spent leaves a debt, which later money pays first
  'balance.negative': 'allow',
  'balance.whenBlocked': 'answer',
  'bet.onUncertain': 'retryThenRollback',
  'http.reject': 400,
  'http.uncertain': 500,
  timeoutMs: 3_000,
  'retry.horizonMs': 172_800_000,
  // the same id with another type is 409
  'id.kinds': 'shared',
  'id.scope': 'aggregator',
  'sig.hexCase': 'lower',
};

/** Their papers say nothing of retries. A wrong signature says nothing about money that may be booked, so what is owed is asked again. */
export const A8R_REACTIONS: Readonly<Record<ReactingCall, Reactions>> = {
  question: { codes: {}, otherwise: 'final', tries: 1 },
  bet: { codes: {}, otherwise: 'final', tries: 3 },
  win: { codes: { '403': 'retry' }, otherwise: 'final', tries: 3 },
  rollback: { codes: { '403': 'retry' }, otherwise: 'final', tries: 3 },
};
