/**
 * What the bench and its load generator say to each other. The generator is a process of its own; both sides are ours, so
 * the messages are typed and not checked again.
 */
import type { Load, Mix } from '../options.ts';

export interface Target {
  readonly name: string;
  readonly port: number;
  readonly players: number;
  /** the target books nothing: its answers are never duplicates and its sums are not kept */
  readonly constant: boolean;
}

export interface Work {
  /** visit: one bet of every player, however long that takes */
  readonly loop: 'closed' | 'open' | 'visit';
  readonly load: Load;
  readonly mix: Mix;
  readonly connections: number;
  readonly seconds: number;
  /** open: arrivals a second; closed: the most that could be answered, for which requests are built beforehand */
  readonly ratePerSecond: number;
  /** settlement events about rounds of the book instead of bets: the first of them, how many there are */
  readonly events?: { readonly from: number; readonly count: number };
}

/** What one slice came to. */
export interface Slice {
  /** answered within the slice's time */
  readonly completed: number;
  readonly seconds: number;
  readonly latenciesMs: Float64Array;
  /** requests not answered with "ok" the first time */
  readonly failures: number;
  /** open loop: never sent, because the target could not keep up */
  readonly unsent: number;
  readonly examples: readonly string[];
  /** processor time of the generator */
  readonly cpuSeconds: number;
}

/** Everything acknowledged by one target since the start. */
export interface Totals {
  readonly applied: number;
  readonly deltaCents: number;
  /** asked again until a definite answer came, and none came */
  readonly unresolved: number;
}

export interface Order {
  readonly target: Target;
  readonly work: Work;
}

export type Report =
  | { readonly kind: 'done'; readonly slice: Slice; readonly totals: Totals }
  | { readonly kind: 'failed'; readonly message: string };
