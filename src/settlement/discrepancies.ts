/**
 * What becomes of the known disagreements of a round when it was judged again: new ones begin, others go on, change, or are
 * gone because the facts agree. Pure. A proposal holds for one version: when what is disagreed about changes, it lapses.
 */
import type { Decimal } from '../money/index.ts';
import type { FindingTransaction, RoundKey } from './facts.ts';
import type { Evidence } from './findings.ts';
import { findingName } from './findings.ts';
import { WEIGHTS } from './kinds.ts';
import type { DiscrepancyKind, Weight } from './kinds.ts';
import type { StandingAt, TimedFinding } from './view.ts';

export const DISCREPANCY_STATES = ['waiting', 'open', 'proposed', 'resolved', 'accepted'] as const;
export type DiscrepancyState = (typeof DISCREPANCY_STATES)[number];

export interface Discrepancy {
  readonly id: string;
  readonly shard: number;
  readonly key: RoundKey;
  readonly kind: DiscrepancyKind;
  readonly transactionKind: FindingTransaction;
  readonly transactionId: string;
  readonly version: string;
  readonly weight: Weight;
  readonly state: DiscrepancyState;
  readonly currency: string | null;
  readonly claimed: Decimal | null;
  readonly booked: Decimal | null;
  readonly amount: Decimal;
  readonly favour: 'player' | 'house' | 'nobody';
  readonly contested: boolean;
  readonly detail: string;
  readonly game: string | null;
  readonly evidence: readonly Evidence[];
  /** until then it is `waiting`, epoch ms */
  readonly dueAtMs: number;
  readonly firstSeenMs: number;
  readonly lastSeenMs: number;
  readonly resolvedAtMs: number | null;
  /** the resolution that settled it; null: none, or the facts came to agree */
  readonly resolution: string | null;
}

export interface Course {
  /** rows to write: new, or changed */
  readonly write: readonly Discrepancy[];
  /** of these the proposals lapsed, because what they were about has changed or is gone */
  readonly lapsed: readonly string[];
  /** those that were reported for the first time */
  readonly opened: readonly Discrepancy[];
}

export function course(
  known: readonly Discrepancy[],
  standing: StandingAt,
  about: {
    readonly key: RoundKey;
    readonly shard: number;
    readonly game: string | null;
    readonly nowMs: number;
    readonly nextId: () => string;
  },
): Course {
  const byName = new Map(known.map((each) => [findingName(each), each]));
  const write: Discrepancy[] = [];
  const lapsed: string[] = [];
  const opened: Discrepancy[] = [];
  const present: readonly (readonly [TimedFinding, 'waiting' | 'open' | 'accepted'])[] = [
    ...standing.waiting.map((each) => [each, 'waiting'] as const),
    ...standing.open.map((each) => [each, 'open'] as const),
    ...standing.noted.map((each) => [each, 'accepted'] as const),
  ];
  for (const [finding, state] of present) {
    const before = byName.get(findingName(finding)) ?? null;
    byName.delete(findingName(finding));
    const next = rowOf(finding, state, before, about);
    if (before !== null && before.state === 'proposed' && next.version !== before.version) lapsed.push(before.id);
    if (next.state === 'open' && before?.state !== 'open' && before?.state !== 'proposed') opened.push(next);
    if (before === null || isChanged(before, next)) write.push(next);
  }
  for (const gone of byName.values()) {
    if (gone.state === 'resolved') continue;
    if (gone.state === 'proposed') lapsed.push(gone.id);
    write.push({ ...gone, state: 'resolved', resolvedAtMs: about.nowMs, lastSeenMs: about.nowMs });
  }
  return { write, lapsed, opened };
}

function rowOf(
  finding: TimedFinding,
  state: 'waiting' | 'open' | 'accepted',
  before: Discrepancy | null,
  about: {
    readonly key: RoundKey;
    readonly shard: number;
    readonly game: string | null;
    readonly nowMs: number;
    readonly nextId: () => string;
  },
): Discrepancy {
  const { kind, transactionKind, transactionId, version, currency, claimed, booked, amount, favour, contested } =
    finding;
  const isProposed = before?.state === 'proposed' && before.version === version;
  return {
    id: before?.id ?? about.nextId(),
    shard: about.shard,
    key: about.key,
    kind,
    transactionKind,
    transactionId,
    version,
    weight: WEIGHTS[kind],
    state: isProposed && state !== 'accepted' ? 'proposed' : state,
    currency,
    claimed,
    booked,
    amount,
    favour,
    contested,
    detail: finding.detail,
    game: about.game,
    evidence: finding.evidence,
    dueAtMs: finding.dueAtMs,
    firstSeenMs: before?.firstSeenMs ?? about.nowMs,
    lastSeenMs: about.nowMs,
    resolvedAtMs: null,
    resolution: state === 'accepted' ? (before?.resolution ?? null) : null,
  };
}

function isChanged(before: Discrepancy, next: Discrepancy): boolean {
  return (
    before.version !== next.version ||
    before.state !== next.state ||
    before.contested !== next.contested ||
    before.dueAtMs !== next.dueAtMs ||
    before.evidence.length !== next.evidence.length
  );
}
