/** What is measured and what came out: one cell is one contestant under one load at one number of connections. */
import type { Contestant } from './contestants.ts';
import { cpuSeconds } from './cpu.ts';
import { latencyOf, spreadOf } from './figures.ts';
import type { Latency, Spread } from './figures.ts';
import type { Slice, Work } from './load/protocol.ts';
import type { ContestantName, Load } from './options.ts';

export interface CellName {
  readonly contestant: ContestantName;
  /** the contestant's label; several Croupiers differ in their books */
  readonly label: string;
  /** transactions in its book before the run */
  readonly book: number;
  readonly load: Load;
  readonly loop: 'closed' | 'open';
  readonly connections: number;
}

export interface Cell extends CellName {
  /** requests a second, of each slice */
  readonly ratePerSecond: Spread;
  /** open loop: how many arrived a second */
  readonly arrivalsPerSecond: number | null;
  readonly latencyMs: Latency;
  readonly requests: number;
  readonly failures: number;
  readonly unsent: number;
  readonly examples: readonly string[];
  /** processor seconds for 1,000 requests; null where they cannot be read */
  readonly cpuPerThousand: {
    readonly server: number | null;
    readonly postgres: number | null;
    readonly generator: number;
  };
}

export interface MeasuredSlice {
  readonly slice: Slice;
  readonly server: number | null;
  readonly postgres: number | null;
}

/** One slice, and the processor time it took. */
export async function measure(contestant: Contestant, work: Work, postgresPid: number | null): Promise<MeasuredSlice> {
  const roots = postgresPid === null ? [] : [postgresPid];
  const before = { server: cpuSeconds(contestant.pids), postgres: cpuSeconds(roots) };
  const slice = await contestant.run(work);
  const after = { server: cpuSeconds(contestant.pids), postgres: cpuSeconds(roots) };
  return { slice, server: between(before.server, after.server), postgres: between(before.postgres, after.postgres) };
}

export function cellOf(name: CellName, measured: readonly MeasuredSlice[], arrivalsPerSecond: number | null): Cell {
  const slices = measured.map((each) => each.slice);
  const requests = sum(slices.map((slice) => slice.completed));
  const perThousand = (values: readonly (number | null)[]): number | null =>
    values.includes(null) || requests === 0 ? null : (sum(values.map((value) => value ?? 0)) / requests) * 1000;
  return {
    ...name,
    ratePerSecond: spreadOf(slices.map((slice) => slice.completed / slice.seconds)),
    arrivalsPerSecond,
    latencyMs: latencyOf(slices.map((slice) => slice.latenciesMs)),
    requests,
    failures: sum(slices.map((slice) => slice.failures)),
    unsent: sum(slices.map((slice) => slice.unsent)),
    examples: slices.flatMap((slice) => slice.examples).slice(0, 3),
    cpuPerThousand: {
      server: perThousand(measured.map((each) => each.server)),
      postgres: perThousand(measured.map((each) => each.postgres)),
      generator: perThousand(slices.map((slice) => slice.cpuSeconds)) ?? 0,
    },
  };
}

const between = (before: number | null, after: number | null): number | null =>
  before === null || after === null ? null : after - before;
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
