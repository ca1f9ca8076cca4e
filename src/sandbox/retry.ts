/**
 * When an aggregator asks again (docs/sandbox.md): pure. A question is asked once; a bet a few times in quick succession and
 * then it is rolled back; a win or a rollback is money owed, so it is sent with growing pauses until somebody answers
 * definitely or the horizon has passed.
 */
import type { Understood } from '../dialects/dialect.ts';
import type { Policy } from '../wallet/policy.ts';

const BET_PAUSES_MS = [200, 500];
const OWED_PAUSES_MS = [250, 500, 1_000, 2_000, 4_000, 8_000, 15_000, 30_000];
const OWED_PAUSE_MAX_MS = 60_000;

export type Kind = 'question' | 'bet' | 'owed';

/** How long to wait after the `tries`-th try went unanswered, or null to give up. */
export function pauseAfter(kind: Kind, tries: number, ageMs: number, policy: Policy): number | null {
  switch (kind) {
    case 'question':
      return null;
    case 'bet': {
      const mayRetry = policy['bet.onUncertain'] === 'retry' || policy['bet.onUncertain'] === 'retryThenRollback';
      return mayRetry ? (BET_PAUSES_MS[tries - 1] ?? null) : null;
    }
    case 'owed':
      if (ageMs >= policy['retry.horizonMs']) return null;
      return OWED_PAUSES_MS[tries - 1] ?? OWED_PAUSE_MAX_MS;
  }
}

/** Whether an unanswered bet is rolled back when its tries are used up. */
export function rollsBack(policy: Policy): boolean {
  return policy['bet.onUncertain'] === 'rollback' || policy['bet.onUncertain'] === 'retryThenRollback';
}

const NOT_LET_IN = new Set([401, 403]);

/**
 * Whether an answer settles the matter. "You may not come in" says nothing about a transaction that may already be booked: it
 * settles the first try of a bet, which then nobody has seen, but never money that is owed or a bet that was tried before.
 */
export function isVerdict(kind: Kind, tries: number, reading: Understood, status: number | null): boolean {
  if (reading.kind === 'applied') return true;
  if (reading.kind !== 'rejected') return false;
  const mayBeBooked = kind === 'owed' || tries > 1;
  return !(mayBeBooked && status !== null && NOT_LET_IN.has(status));
}
