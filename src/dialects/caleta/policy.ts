/**
 * What Caleta means by each knob: as Hub88 does, from whose protocol it comes, but for what is stated here (docs/dialects/caleta.md).
 * A new knob is answered there first.
 */
import type { Policy } from '../../wallet/policy.ts';
import { HUB88_POLICY } from '../hub88/policy.ts';

export const CALETA_POLICY: Policy = {
  ...HUB88_POLICY,
  // two places of its guide contradict each other on whether an unanswered bet is rolled back; the other one is `retry`
  'bet.onUncertain': 'retryThenRollback',
  // its list of statuses calls an id a conflict only in another round, game or player's
  'id.kinds': 'apart',
  // it ends rounds that are left open after two days, and until then asks again
  'round.stuckAfterMs': 172_800_000,
  'retry.horizonMs': 172_800_000,
};
