/** What Hub88 means by each knob; where its documents are silent, the value that cannot lose money silently (docs/dialects/hub88.md). */
import type { Policy } from '../../wallet/policy.ts';

export const HUB88_POLICY: Policy = {
  // not documented: the sibling protocol takes this status as the end of a rollback
  'rollback.unknown': 'notFoundCode',
  'rollback.lateOriginal': 'reject',
  'rollback.duplicate': 'ok',
  // a bet they were refused is rolled back as well, and hears that this is done
  'rollback.ofRejected': 'ok',
  'rollback.afterWin': 'reject',
  'rollback.win': 'debit',
  'rollback.rollback': 'unsupported',
  'rollback.amount': 'mustMatch',
  'rollback.id': 'own',
  'duplicate.answer': 'ok',
  'duplicate.balance': 'current',
  'duplicate.body': 'rebuild',
  'conflict.fields': ['player', 'amount', 'currency', 'round', 'reference', 'game'],
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
  'round.winAfterClose': 'accept',
  // a lost round may end without a win, so an open one does not say that there is something to go on with
  'round.resume': 'never',
  'round.stuckAfterMs': 86_400_000,
  'freeRound.stake': 'flagNoDebit',
  'freeRound.ungranted': 'flag',
  'balance.negative': 'receivable',
  'balance.whenBlocked': 'answer',
  'bet.onUncertain': 'retryThenRollback',
  'http.reject': 200,
  'http.uncertain': 503,
  timeoutMs: 1_000,
  'retry.horizonMs': 172_800_000,
  // no transaction_uuid is processed more than once
  'id.kinds': 'shared',
  'id.scope': 'aggregator',
  // their signatures are Base64
  'sig.hexCase': 'lower',
};
