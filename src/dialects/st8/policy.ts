/** What St8 means by each knob. Every knob is stated, so that a new question does not compile here until it is answered. */
import type { Policy } from '../../wallet/policy.ts';
import type { ReactingCall, Reactions } from '../dialect.ts';

export const ST8_POLICY: Policy = {
  // how they want it worded was not seen: transaction_not_found, or ok
  'rollback.unknown': 'notFoundCode',
  'rollback.lateOriginal': 'reject',
  'rollback.duplicate': 'ok',
  'rollback.ofRejected': 'ok',
  // each transaction is cancelled by its own id
  'rollback.afterWin': 'keepWins',
  'rollback.win': 'debit',
  'rollback.rollback': 'unsupported',
  // a cancel repeats the amount; a part of one was never heard of
  'rollback.amount': 'mustMatch',
  'rollback.id': 'own',
  'duplicate.answer': 'ok',
  'duplicate.balance': 'current',
  'duplicate.body': 'rebuild',
  'conflict.fields': ['player', 'amount', 'currency', 'round', 'reference', 'game'],
  // a credit names no debit, and a free round may have none
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
  'round.resume': 'launch',
  'round.stuckAfterMs': 86_400_000,
  'freeRound.stake': 'flagNoDebit',
  'freeRound.ungranted': 'flag',
  // corrections, and cancels of credits, may overdraw; a debit never
  'balance.negative': 'allow',
  'balance.whenBlocked': 'answer',
  'bet.onUncertain': 'retryThenRollback',
  'http.reject': 200,
  'http.uncertain': 500,
  timeoutMs: 3_000,
  'retry.horizonMs': 172_800_000,
  // a cancel names a transaction and not its kind
  'id.kinds': 'shared',
  'id.scope': 'aggregator',
  'sig.hexCase': 'lower',
};

/** Nothing of their retries was seen. "unknown" and "not believed" say nothing about money that may be booked. */
const OWED: Reactions = { codes: { unknown: 'retry', auth_failed: 'retry' }, otherwise: 'final', tries: 3 };

export const ST8_REACTIONS: Readonly<Record<ReactingCall, Reactions>> = {
  question: { codes: {}, otherwise: 'final', tries: 1 },
  bet: { codes: {}, otherwise: 'final', tries: 3 },
  win: OWED,
  rollback: OWED,
};
