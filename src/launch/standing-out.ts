/**
 * Which node's launches fail more often than those of its siblings, as pure functions: what became of launches, counted by node
 * and aggregator; the comparison, which a few unlucky launches do not pass; and the hysteresis that keeps one odd look from
 * waking anybody. When an aggregator is down for all nodes alike, none of them stands out.
 */
import type { AggregatorName } from '../wallet/index.ts';
import type { Fate, FateRow } from './store.ts';

export type Counts = Readonly<Record<Fate, number>>;

/** What became of the launches of one node to one aggregator. */
export interface Tally {
  readonly node: string;
  readonly aggregator: AggregatorName;
  readonly counts: Counts;
  /** why launches were refused or failed, the most frequent first */
  readonly reasons: readonly { readonly reason: string; readonly launches: number }[];
}

const NOTHING: Counts = { opened: 0, waiting: 0, unopened: 0, refused: 0, failed: 0 };

/** One tally for each pair of node and aggregator. */
export function tally(rows: readonly FateRow[]): readonly Tally[] {
  const pairs = new Map<string, FateRow[]>();
  for (const row of rows) {
    const key = keyOf(row);
    pairs.set(key, [...(pairs.get(key) ?? []), row]);
  }
  return [...pairs.values()].flatMap((of) => {
    const [first] = of;
    if (first === undefined) return [];
    const counts = of.reduce<Counts>((sum, row) => ({ ...sum, [row.fate]: sum[row.fate] + row.launches }), NOTHING);
    const reasons = of.flatMap(({ reason, launches }) => (reason === null ? [] : [{ reason, launches }]));
    return [
      {
        node: first.node,
        aggregator: first.aggregator,
        counts,
        reasons: reasons.toSorted((a, b) => b.launches - a.launches),
      },
    ];
  });
}

export function addUp(counts: readonly Counts[]): Counts {
  return counts.reduce<Counts>(
    (sum, each) => ({
      opened: sum.opened + each.opened,
      waiting: sum.waiting + each.waiting,
      unopened: sum.unopened + each.unopened,
      refused: sum.refused + each.refused,
      failed: sum.failed + each.failed,
    }),
    NOTHING,
  );
}

/** Launches whose fate is known. */
export const settled = ({ opened, unopened, refused, failed }: Counts): number => opened + unopened + refused + failed;
export const notOpened = ({ unopened, refused, failed }: Counts): number => unopened + refused + failed;

/** Of the launches whose fate is known, the share that was not opened, 0 to 1; null while none is known. */
export function shareNotOpened(counts: Counts): number | null {
  const known = settled(counts);
  return known === 0 ? null : notOpened(counts) / known;
}

export const STAND_OUT_REASONS = ['clock', 'refused', 'failed', 'unopened'] as const;
export type StandOutReason = (typeof STAND_OUT_REASONS)[number];

export interface StandOut {
  readonly node: string;
  readonly aggregator: AggregatorName;
  /** what its launches came to most often, where no clock explains it */
  readonly reason: StandOutReason;
  readonly notOpened: number;
  readonly launches: number;
  /** shares of launches that were not opened, 0 to 1 */
  readonly share: number;
  readonly siblingsShare: number;
}

const MIN_LAUNCHES = 5;
const MIN_SIBLINGS_LAUNCHES = 20;
const MIN_GAP = 0.25;
/** chance alone exceeds it three times in a hundred thousand comparisons */
const MIN_DEVIATIONS = 4;

/** Nodes whose share of launches that were not opened stands out from all their siblings' together, the worst first. */
export function standOuts(tallies: readonly Tally[]): readonly StandOut[] {
  const found = tallies.flatMap(({ node, aggregator, counts }) => {
    const siblings = addUp(
      tallies.filter((each) => each.aggregator === aggregator && each.node !== node).map((each) => each.counts),
    );
    if (!standsOut(counts, siblings)) return [];
    return [
      {
        node,
        aggregator,
        reason: reasonOf(counts),
        notOpened: notOpened(counts),
        launches: settled(counts),
        share: shareNotOpened(counts) ?? 0,
        siblingsShare: shareNotOpened(siblings) ?? 0,
      },
    ];
  });
  return found.toSorted(
    (a, b) => b.share - b.siblingsShare - (a.share - a.siblingsShare) || a.node.localeCompare(b.node),
  );
}

/** Two shares compared as by chance alone: the gap must be large in itself, and many times what chance would make of it. */
function standsOut(own: Counts, siblings: Counts): boolean {
  const [n, m] = [settled(own), settled(siblings)];
  if (n < MIN_LAUNCHES || m < MIN_SIBLINGS_LAUNCHES) return false;
  const gap = notOpened(own) / n - notOpened(siblings) / m;
  const pooled = (notOpened(own) + notOpened(siblings)) / (n + m);
  return gap >= MIN_GAP && gap >= MIN_DEVIATIONS * Math.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m));
}

function reasonOf({ refused, failed, unopened }: Counts): StandOutReason {
  if (refused >= failed && refused >= unopened) return 'refused';
  return failed >= unopened ? 'failed' : 'unopened';
}

/** `node b: 100 % of its launches to acme were not opened (12 of 12), elsewhere 2 %`; with what the clocks say to it. */
export function sentenceOf(found: StandOut, clock: string | null): string {
  const { node, aggregator, share, siblingsShare, launches } = found;
  const came = { clock: 'not opened', refused: 'refused', failed: 'not answered', unopened: 'never opened' };
  const elsewhere = `elsewhere ${percent(siblingsShare)} %`;
  const told = `node ${node}: ${percent(share)} % of its launches to ${aggregator} were not opened (${found.notOpened} of ${launches}, most of them ${came[found.reason]}), ${elsewhere}`;
  return clock === null ? told : `${told}; ${clock}`;
}

const percent = (share: number): string => (Math.round(share * 1_000) / 10).toString();

/** How the alert of one node and aggregator stands. */
export interface Standing {
  readonly raised: StandOut | null;
  /** the last look disagreed with that; two in a row change it */
  readonly wavers: boolean;
}
export type Standings = ReadonlyMap<string, Standing>;

export const keyOf = ({ node, aggregator }: Pick<StandOut, 'node' | 'aggregator'>): string => `${node}\n${aggregator}`;

/** The standings after one more look. */
export function settle(before: Standings, found: readonly StandOut[]): Standings {
  const now = new Map(found.map((each) => [keyOf(each), each]));
  const after = new Map<string, Standing>();
  for (const key of new Set([...before.keys(), ...now.keys()])) {
    const was = before.get(key) ?? { raised: null, wavers: false };
    const next = settleOne(was, now.get(key) ?? null);
    if (next.raised !== null || next.wavers) after.set(key, next);
  }
  return after;
}

function settleOne(was: Standing, found: StandOut | null): Standing {
  const agrees = (was.raised === null) === (found === null);
  if (agrees) return { raised: found, wavers: false };
  return was.wavers ? { raised: found, wavers: false } : { ...was, wavers: true };
}
