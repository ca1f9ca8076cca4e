/**
 * When an aggregator asks again (docs/sandbox.md): pure. A bet is tried a few times in quick succession and then rolled
 * back; a win or a rollback is money owed, so it is sent with growing pauses until somebody answers definitely or the
 * horizon has passed.
 */
import type { Policy } from '../wallet/policy.ts';

const BET_PAUSES_MS = [200, 500];
const OWED_PAUSES_MS = [250, 500, 1_000, 2_000, 4_000, 8_000, 15_000, 30_000];
const OWED_PAUSE_MAX_MS = 60_000;

export type Kind = 'bet' | 'owed';

/** How long to wait after the `tries`-th try went unanswered, or null to give up. */
export function pauseAfter(kind: Kind, tries: number, ageMs: number, policy: Policy): number | null {
  if (kind === 'bet') {
    const mayRetry = policy['bet.onUncertain'] === 'retry' || policy['bet.onUncertain'] === 'retryThenRollback';
    return mayRetry ? (BET_PAUSES_MS[tries - 1] ?? null) : null;
  }
  if (ageMs >= policy['retry.horizonMs']) return null;
  return OWED_PAUSES_MS[tries - 1] ?? OWED_PAUSE_MAX_MS;
}

/** Whether an unanswered bet is rolled back when its tries are used up. */
export function rollsBack(policy: Policy): boolean {
  return policy['bet.onUncertain'] === 'rollback' || policy['bet.onUncertain'] === 'retryThenRollback';
}
