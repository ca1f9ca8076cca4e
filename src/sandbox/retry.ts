/**
 * When an aggregator asks again (docs/sandbox.md): pure, and by the habits of its dialect. A question is asked once; a bet a few
 * times in quick succession and then undone, where policy says so; a win or a rollback is money owed, so it is sent with growing
 * pauses until somebody answers definitely or the horizon has passed.
 */
import type { Reaction, ReactingCall, Reactions, Understood } from '../dialects/dialect.ts';
import type { Policy } from '../wallet/policy.ts';

const QUICK_PAUSES_MS = [200, 500, 1_000];
const OWED_PAUSES_MS = [250, 500, 1_000, 2_000, 4_000, 8_000, 15_000, 30_000];
const OWED_PAUSE_MAX_MS = 60_000;

export interface Habits {
  readonly policy: Pick<Policy, 'bet.onUncertain' | 'retry.horizonMs'>;
  readonly reactions: Readonly<Record<ReactingCall, Reactions>>;
}

/** How long to wait after the `tries`-th try went unanswered, or null to give up. */
export function pauseAfter(kind: ReactingCall, tries: number, ageMs: number, habits: Habits): number | null {
  const { policy, reactions } = habits;
  const quick = tries < reactions[kind].tries ? (QUICK_PAUSES_MS[tries - 1] ?? QUICK_PAUSES_MS.at(-1) ?? null) : null;
  switch (kind) {
    case 'question':
      return quick;
    case 'bet': {
      const mayRetry = policy['bet.onUncertain'] === 'retry' || policy['bet.onUncertain'] === 'retryThenRollback';
      return mayRetry ? quick : null;
    }
    case 'win':
    case 'rollback':
      if (ageMs >= policy['retry.horizonMs']) return null;
      return OWED_PAUSES_MS[tries - 1] ?? OWED_PAUSE_MAX_MS;
  }
}

/** Whether an unanswered bet is rolled back when its tries are used up. */
export function rollsBack({ policy }: Habits): boolean {
  return policy['bet.onUncertain'] === 'rollback' || policy['bet.onUncertain'] === 'retryThenRollback';
}

/**
 * What follows from an answer: `retry` also when there was none. "You may not come in" says nothing about a transaction that may
 * already be booked: it settles the first try of a bet, which then nobody has seen, but never a bet that was tried before.
 */
export function reactionTo(kind: ReactingCall, tries: number, reading: Understood, habits: Habits): Reaction {
  if (reading.kind === 'applied') return 'final';
  if (reading.kind !== 'rejected') return 'retry';
  const { codes, otherwise } = habits.reactions[kind];
  const reaction = codes[reading.code] ?? otherwise;
  const isShut = reading.meanings.includes('unauthenticated');
  return kind === 'bet' && isShut && tries > 1 && reaction === 'final' ? 'retry' : reaction;
}
