/** What SOFTSWISS's first protocol means by each knob. Every knob is stated, so that a new question does not compile here until it is answered. */
import type { Policy } from '../../wallet/policy.ts';
import type { ReactingCall, Reactions } from '../dialect.ts';

export const GCP_POLICY: Policy = {
  // answered 200 with an empty tx_id, and remembered
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
  // a win names no bet, and a free win has none
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
  'balance.negative': 'receivable',
  'balance.whenBlocked': 'answer',
  'bet.onUncertain': 'retryThenRollback',
  'http.reject': 412,
  'http.uncertain': 503,
  timeoutMs: 3_000,
  'retry.horizonMs': 172_800_000,
  // ids are unique in the casino, but nothing says what a win under a bet's is; a bet and its win in one call may share theirs
  'id.kinds': 'apart',
  'id.scope': 'aggregator',
  'sig.hexCase': 'lower',
};

/** Their papers say nothing of retries. A wrong signature says nothing about money that may be booked, so what is owed is asked again. */
export const GCP_REACTIONS: Readonly<Record<ReactingCall, Reactions>> = {
  question: { codes: {}, otherwise: 'final', tries: 1 },
  bet: { codes: {}, otherwise: 'final', tries: 3 },
  win: { codes: { '403': 'retry' }, otherwise: 'final', tries: 3 },
  rollback: { codes: { '403': 'retry' }, otherwise: 'final', tries: 3 },
};
