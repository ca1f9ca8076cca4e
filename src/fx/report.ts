/** What the room tells people: every pair with its quote, how fresh it is, who said what, and which words were not believed. */
import type { Freshness, Quote } from '../money/index.ts';
import type { PairSettings } from './settings.ts';
import type { StoredRejection, StoredTick } from './store.ts';

/** In order of gravity. */
export const PAIR_STATES = ['fresh', 'stale', 'expired', 'unpriced'] as const satisfies readonly (
  | Freshness
  | 'unpriced'
)[];
export type PairState = (typeof PAIR_STATES)[number];

export interface PairReport {
  readonly settings: PairSettings;
  readonly state: PairState;
  /** null: no source has said a rate yet */
  readonly quote: Quote | null;
  readonly ageMs: number | null;
  /** what the quote was made of; empty for a fixed rate */
  readonly ticks: readonly StoredTick[];
  /** newest first */
  readonly rejected: readonly StoredRejection[];
}

/** A whole sentence for the log and for `/readyz`; null when nothing is wrong. */
export function sentenceOf(pair: string, state: PairState, ageMs: number | null): string | null {
  const age = ageMs === null ? '' : ` ${Math.round(ageMs / 1_000)} s`;
  switch (state) {
    case 'fresh':
      return null;
    case 'stale':
      return `the rate of ${pair} is${age} old; rounds still open with it`;
    case 'expired':
      return `the rate of ${pair} is${age} old; no new rounds, those that have their rate go on`;
    case 'unpriced':
      return `no source has said a rate of ${pair} yet; no rounds in it`;
  }
}
