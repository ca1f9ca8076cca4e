/**
 * What Slotegrator means by each knob, as its document has it; where it says nothing, the value that loses no money silently
 * (docs/dialects/slotegrator.md lists which is which).
 */
import type { Policy } from '../../wallet/policy.ts';
import type { ReactingCall, Reactions } from '../dialect.ts';

export const SLOTEGRATOR_POLICY: Policy = {
  // remembered and answered as done: the document asks for it, for refunds and for rollbacks
  'rollback.unknown': 'ok',
  'rollback.lateOriginal': 'ignore',
  'rollback.duplicate': 'ok',
  'rollback.ofRejected': 'ok',
  // what is undone is what is named, and nothing besides
  'rollback.afterWin': 'keepWins',
  'rollback.win': 'debit',
  'rollback.rollback': 'reapply',
  'rollback.amount': 'mustMatch',
  'rollback.id': 'own',
  'duplicate.answer': 'ok',
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
  // `finished` is optional, so lost rounds may stay open for ever
  'round.resume': 'never',
  'round.stuckAfterMs': 86_400_000,
  'freeRound.stake': 'flagNoDebit',
  'freeRound.ungranted': 'flag',
  'balance.negative': 'receivable',
  'balance.whenBlocked': 'answer',
  'bet.onUncertain': 'rollback',
  'http.reject': 200,
  'http.uncertain': 503,
  timeoutMs: 3_000,
  'retry.horizonMs': 172_800_000,
  // ids are unique per action
  'id.kinds': 'apart',
  'id.scope': 'aggregator',
  'sig.hexCase': 'lower',
};

/** A failed bet is refunded, unless money was short; a failed win, refund or rollback is sent again. */
export const SLOTEGRATOR_REACTIONS: Readonly<Record<ReactingCall, Reactions>> = {
  question: { codes: {}, otherwise: 'final', tries: 1 },
  bet: { codes: { INSUFFICIENT_FUNDS: 'final' }, otherwise: 'rollback', tries: 1 },
  win: { codes: {}, otherwise: 'retry', tries: 3 },
  rollback: { codes: {}, otherwise: 'retry', tries: 3 },
};
