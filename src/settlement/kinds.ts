/** The kinds of disagreement, what they mean for whom, and how long each may settle itself. */
import type { Policy } from '../wallet/index.ts';

export const DISCREPANCY_KINDS = [
  'BET_MISSING',
  'BET_EXTRA',
  'BET_AMOUNT',
  'WIN_MISSING',
  'WIN_EXTRA',
  'WIN_AMOUNT',
  'WIN_WITHOUT_BET',
  'ROLLBACK_MISSING',
  'ROLLBACK_EXTRA',
  'WIN_AFTER_ROLLBACK',
  'TX_CONFLICT',
  'LATE_BET_ON_TOMBSTONE',
  'ROUND_NOT_CLOSED',
  'STUCK_ROUND',
  'REOPENED',
  'ORPHAN_EVENT',
  'EVENT_CONFLICT',
  'CURRENCY_MISMATCH',
  'FX_TOLERANCE',
  'FX_RATE',
  'PLAYER_MISMATCH',
  'FREE_ROUND_LEAK',
  'TOTALS_ONLY',
  'LEDGER_IMBALANCE',
] as const;
export type DiscrepancyKind = (typeof DISCREPANCY_KINDS)[number];

/**
 * `info` is noted and needs nobody. `person` waits for somebody's decision. `automatic` may be settled by the house itself where
 * caps and evidence allow it, else by a person. `security` and `critical` also wake somebody.
 */
export type Weight = 'info' | 'person' | 'automatic' | 'security' | 'critical';

export const WEIGHTS: Readonly<Record<DiscrepancyKind, Weight>> = {
  BET_MISSING: 'person',
  BET_EXTRA: 'automatic',
  BET_AMOUNT: 'person',
  WIN_MISSING: 'automatic',
  WIN_EXTRA: 'person',
  WIN_AMOUNT: 'automatic',
  WIN_WITHOUT_BET: 'person',
  ROLLBACK_MISSING: 'automatic',
  ROLLBACK_EXTRA: 'person',
  WIN_AFTER_ROLLBACK: 'person',
  TX_CONFLICT: 'person',
  LATE_BET_ON_TOMBSTONE: 'info',
  ROUND_NOT_CLOSED: 'person',
  STUCK_ROUND: 'person',
  REOPENED: 'info',
  ORPHAN_EVENT: 'person',
  EVENT_CONFLICT: 'person',
  CURRENCY_MISMATCH: 'person',
  FX_TOLERANCE: 'person',
  FX_RATE: 'person',
  PLAYER_MISMATCH: 'security',
  FREE_ROUND_LEAK: 'person',
  TOTALS_ONLY: 'person',
  LEDGER_IMBALANCE: 'critical',
};

/** What a repeated callback could still bring by itself: these wait as long as the aggregator goes on asking. */
const MAY_STILL_COME: ReadonlySet<DiscrepancyKind> = new Set([
  'BET_EXTRA',
  'WIN_MISSING',
  'WIN_WITHOUT_BET',
  'ROLLBACK_MISSING',
  'ORPHAN_EVENT',
]);

/** No grace: waiting cannot mend it, and somebody should know at once. */
const AT_ONCE: ReadonlySet<DiscrepancyKind> = new Set([
  'PLAYER_MISMATCH',
  'LEDGER_IMBALANCE',
  'STUCK_ROUND',
  'ROUND_NOT_CLOSED',
]);

/** How long a disagreement is shown as pending before it is reported: never less than `leastMs`, nor than retries may take. */
export function graceMs(kind: DiscrepancyKind, policy: Pick<Policy, 'retry.horizonMs'>, leastMs: number): number {
  if (AT_ONCE.has(kind)) return 0;
  return MAY_STILL_COME.has(kind) ? Math.max(leastMs, policy['retry.horizonMs']) : leastMs;
}
