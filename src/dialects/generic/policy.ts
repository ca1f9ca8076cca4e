/**
 * What the generic dialect means by each knob. Every knob is stated and none is spread from elsewhere, so that a new question
 * does not compile here until it is answered.
 */
import type { Policy } from '../../wallet/policy.ts';
import type { ReactingCall, Reactions } from '../dialect.ts';

export const GENERIC_POLICY: Policy = {
  'rollback.unknown': 'notFoundCode',
  'rollback.lateOriginal': 'reject',
  'rollback.duplicate': 'ok',
  'rollback.ofRejected': 'ok',
  'rollback.afterWin': 'reject',
  'rollback.win': 'unsupported',
  'rollback.rollback': 'unsupported',
  'rollback.amount': 'partial',
  'rollback.id': 'own',
  'duplicate.answer': 'okWithFlag',
  'duplicate.balance': 'current',
  'duplicate.body': 'rebuild',
  'conflict.fields': ['player', 'amount', 'currency', 'round', 'reference', 'game'],
  'win.withoutBet': 'park',
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
  'round.resume': 'launch',
  'round.stuckAfterMs': 86_400_000,
  'freeRound.stake': 'flagNoDebit',
  'freeRound.ungranted': 'flag',
  'balance.negative': 'receivable',
  'balance.whenBlocked': 'answer',
  'bet.onUncertain': 'retryThenRollback',
  'http.reject': 422,
  'http.uncertain': 503,
  timeoutMs: 3_000,
  'retry.horizonMs': 172_800_000,
  // a bet and win in one have one id
  'id.kinds': 'apart',
  'id.scope': 'aggregator',
  'sig.hexCase': 'lower',
};

/**
 * A refusal is final. "You may not come in" says nothing about money that may already be booked, so it is asked again where
 * money is owed.
 */
export const GENERIC_REACTIONS: Readonly<Record<ReactingCall, Reactions>> = {
  question: { codes: {}, otherwise: 'final', tries: 1 },
  bet: { codes: {}, otherwise: 'final', tries: 3 },
  win: { codes: { bad_signature: 'retry', forbidden: 'retry' }, otherwise: 'final', tries: 3 },
  rollback: { codes: { bad_signature: 'retry', forbidden: 'retry' }, otherwise: 'final', tries: 3 },
};
