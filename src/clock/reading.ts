/**
 * The words of this room. Everywhere in it *ahead* is positive when this machine's clock is fast: local minus true, whatever
 * sign the source of the number uses. Only types; no rule.
 */

/** Where a reading comes from, in the order they are asked. */
export const PROBES = ['chronyc', 'timedatectl', 'sntp', 'aggregator_date', 'database'] as const;
export type ProbeName = (typeof PROBES)[number];

/** How far the clock is off, and how sure that is: the truth lies within `aheadMs` ± `boundMs`. */
export interface Estimate {
  readonly aheadMs: number;
  readonly boundMs: number;
}

/** What one probe found. */
export type Reading =
  | {
      readonly kind: 'measured';
      readonly estimate: Estimate;
      /** since the last measurement behind it; null where the probe has just measured by itself */
      readonly ageMs: number | null;
      /** how often its daemon measures; null where it does not say */
      readonly updateEveryMs: number | null;
      /** what it was compared with, to be shown */
      readonly source: string;
    }
  /** in step, says the machine, but not by how much */
  | { readonly kind: 'synchronised' }
  /** the daemon follows nothing but the machine's own clock */
  | { readonly kind: 'local' }
  | { readonly kind: 'unsynchronised'; readonly detail: string }
  | { readonly kind: 'unknown'; readonly detail: string };

export type MeasuredReading = Extract<Reading, { kind: 'measured' }>;

/** What the chain of probes found together. */
export interface Sample {
  /** who measured; null: nobody could */
  readonly probe: ProbeName | null;
  readonly measured: MeasuredReading | null;
  /** what the machine's own time daemon says, as far as one could be asked */
  readonly sync: 'synchronised' | 'local' | 'unsynchronised' | 'unknown';
  /** every probe that was asked, with what came of it */
  readonly asked: readonly { readonly probe: ProbeName; readonly outcome: Reading['kind']; readonly detail: string }[];
}

export const unknown = (detail: string): Extract<Reading, { kind: 'unknown' }> => ({ kind: 'unknown', detail });
