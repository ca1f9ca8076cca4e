/** One disagreement between what was asserted and what is booked, and how such findings of several sources become one. Pure. */
import { formatDecimal } from '../money/index.ts';
import type { Decimal } from '../money/index.ts';
import { isSame } from './amounts.ts';
import type { FindingTransaction, Source } from './facts.ts';
import type { DiscrepancyKind } from './kinds.ts';
import { digest } from './standing.ts';

/** A fact that speaks for a finding. `ledger`: the book itself. */
export interface Evidence {
  readonly source: Source | 'ledger';
  /** the event's or list's name */
  readonly reference: string;
  /** when it was first known, epoch ms */
  readonly sinceMs: number;
}

export interface Finding {
  readonly kind: DiscrepancyKind;
  readonly transactionKind: FindingTransaction;
  /** '' where the whole round is meant */
  readonly transactionId: string;
  readonly currency: string | null;
  readonly claimed: Decimal | null;
  readonly booked: Decimal | null;
  /** money at stake, never below zero */
  readonly amount: Decimal;
  /** who gains when the book is brought to what was asserted */
  readonly favour: 'player' | 'house' | 'nobody';
  /** one plain sentence */
  readonly detail: string;
  readonly evidence: readonly Evidence[];
  /** another source, or another assertion, says otherwise: never settled without a person */
  readonly contested: boolean;
}

export const findingName = (finding: Pick<Finding, 'kind' | 'transactionKind' | 'transactionId'>): string =>
  JSON.stringify([finding.kind, finding.transactionKind, finding.transactionId]);

/** Changes when what is disagreed about changes, and not when more speaks for it: a decision holds for one version (SET-22). */
export function findingVersion(finding: Finding): string {
  const { kind, transactionKind, transactionId, currency, claimed, booked } = finding;
  return digest([
    kind,
    transactionKind,
    transactionId,
    currency,
    claimed === null ? null : formatDecimal(claimed),
    booked === null ? null : formatDecimal(booked),
  ]).slice(0, 32);
}

/** What one source has to say about the book. */
export interface Judgement {
  readonly findings: readonly Finding[];
  /** `kind id` of transactions that it confirms as booked */
  readonly agreed: ReadonlySet<string>;
}

/** Findings of all sources, one a disagreement, ordered by name; each knows all that speaks for it and whether anything speaks against it. */
export function mergeFindings(judgements: readonly Judgement[], conflicted: boolean): readonly Finding[] {
  const merged = new Map<string, Finding>();
  const kinds = new Map<string, Set<string>>();
  for (const finding of judgements.flatMap((each) => each.findings)) {
    const about = `${finding.transactionKind} ${finding.transactionId}`;
    kinds.set(about, (kinds.get(about) ?? new Set()).add(finding.kind));
    const name = findingName(finding);
    const known = merged.get(name);
    merged.set(name, known === undefined ? finding : together(known, finding));
  }
  const denied = (finding: Finding): boolean => {
    const about = `${finding.transactionKind} ${finding.transactionId}`;
    return judgements.some((each) => each.agreed.has(about)) || (kinds.get(about)?.size ?? 0) > 1;
  };
  return [...merged.values()]
    .map((finding) => ({
      ...finding,
      evidence: finding.evidence.toSorted(
        (a, b) => compare(a.source, b.source) || compare(a.reference, b.reference) || a.sinceMs - b.sinceMs,
      ),
      contested: finding.contested || conflicted || (finding.transactionId !== '' && denied(finding)),
    }))
    .toSorted((a, b) => compare(findingName(a), findingName(b)));
}

function together(a: Finding, b: Finding): Finding {
  const agree = sameOrNull(a.claimed, b.claimed);
  // Where they differ the smaller claim is shown, whichever came first.
  const shown = agree || a.claimed === null || b.claimed === null || lessOrEqual(a.amount, b.amount) ? a : b;
  return { ...shown, evidence: [...a.evidence, ...b.evidence], contested: a.contested || b.contested || !agree };
}

function sameOrNull(a: Decimal | null, b: Decimal | null): boolean {
  return a === null || b === null ? a === b : isSame(a, b);
}

function lessOrEqual(a: Decimal, b: Decimal): boolean {
  const scale = Math.max(a.scale, b.scale);
  const lift = (d: Decimal): bigint => d.unscaled * 10n ** BigInt(scale - d.scale);
  return lift(a) <= lift(b);
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
