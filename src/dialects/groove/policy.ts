/** What Groove means by each knob, as its pages have it; where they say nothing, the value that loses no money silently. */
import type { Policy } from '../../wallet/policy.ts';
import type { ReactingCall, Reactions } from '../dialect.ts';

export const GROOVE_POLICY: Policy = {
  'rollback.unknown': 'notFoundCode',
  'rollback.lateOriginal': 'reject',
  'rollback.duplicate': 'ok',
  // only a wager that succeeded is refunded, and 102 is an answer
  'rollback.ofRejected': 'parentFailed',
  'rollback.afterWin': 'reject',
  'rollback.win': 'debit',
  'rollback.rollback': 'reapply',
  'rollback.amount': 'mustMatch',
  'rollback.id': 'sameAsBet',
  'duplicate.answer': 'okWithFlag',
  'duplicate.balance': 'current',
  'duplicate.body': 'rebuild',
  'conflict.fields': ['player', 'amount', 'currency'],
  'win.withoutBet': 'reject',
  'win.parkMs': 900_000,
  'win.afterRollback': 'reject',
  'win.perBet': 'many',
  'win.zeroMeansLoss': true,
  'win.whenExpired': 'accept',
  'win.reviewAbove': null,
  'bet.zero': 'accept',
  'round.betAfterClose': 'reject',
  'round.betAfterVoid': 'accept',
  'round.winAfterClose': 'reject',
  'round.resume': 'launch',
  'round.stuckAfterMs': 86_400_000,
  'freeRound.stake': 'zeroAmount',
  'freeRound.ungranted': 'flag',
  'balance.negative': 'receivable',
  'balance.whenBlocked': 'answer',
  'bet.onUncertain': 'rollback',
  'http.reject': 200,
  'http.uncertain': 503,
  timeoutMs: 3_000,
  'retry.horizonMs': 172_800_000,
  // two studios may use one id, and which studio calls is not said
  // their examples give a wager and its result one id
  'id.kinds': 'apart',
  'id.scope': 'player',
  'sig.hexCase': 'lower',
};

/** A result is sent until it succeeds, a rollback until it is answered with 200, 102 or 110. */
export const GROOVE_REACTIONS: Readonly<Record<ReactingCall, Reactions>> = {
  question: { codes: {}, otherwise: 'final', tries: 1 },
  bet: { codes: {}, otherwise: 'final', tries: 1 },
  win: { codes: {}, otherwise: 'retry', tries: 3 },
  rollback: { codes: { 102: 'final', 110: 'final' }, otherwise: 'retry', tries: 3 },
};
