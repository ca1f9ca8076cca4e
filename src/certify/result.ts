/** A whole run, ready to be told: what was played, by which kit, how fast the operator was. Pure. */
import type { Played } from './world.ts';

export interface RunResult {
  readonly dialect: string;
  readonly urls: readonly string[];
  readonly startedAtMs: number;
  readonly tookMs: number;
  readonly seed: number;
  readonly played: readonly Played[];
  /** what the sweep of clocks found, in sentences; empty when it was not asked for */
  readonly clock: readonly string[];
}

export interface Pace {
  readonly exchanges: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly slowestMs: number;
  /** of bursts: between the first and the last request being complete */
  readonly bursts: number;
  readonly spreadUsMedian: number;
  readonly spreadUsMost: number;
}

/** Latencies of what was answered in the ordinary way, and how closely bursts collided. */
export function paceOf(played: readonly Played[]): Pace {
  const took = played
    .flatMap((each) => each.exchanges)
    .filter((each) => each.reply !== null && each.burst === null && each.message.transport === null)
    .map((each) => each.tookMs)
    .toSorted((a, b) => a - b);
  const spreads = played.flatMap((each) => each.spreadsUs).toSorted((a, b) => a - b);
  const at = (sorted: readonly number[], share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return {
    exchanges: played.reduce((sum, each) => sum + each.exchanges.length, 0),
    p50Ms: at(took, 0.5),
    p99Ms: at(took, 0.99),
    slowestMs: took.at(-1) ?? 0,
    bursts: spreads.length,
    spreadUsMedian: at(spreads, 0.5),
    spreadUsMost: spreads.at(-1) ?? 0,
  };
}
