/**
 * One run: opens the contestants, gives each the same work in turns, and judges the books at the end. The order changes
 * with every turn, so that a machine which grows slower or faster meanwhile favours nobody.
 */
import { cpus, totalmem } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { createShutdown, silentLog, systemClock } from '../src/platform/index.ts';
import { cellOf, measure } from './cells.ts';
import type { Cell, CellName, MeasuredSlice } from './cells.ts';
import { openCroupier, openPeerContestant } from './contestants.ts';
import type { Check, Contestant } from './contestants.ts';
import { cpuSeconds, machineSeconds } from './cpu.ts';
import { openHouse } from './house.ts';
import type { House } from './house.ts';
import type { Slice, Work } from './load/protocol.ts';
import type { BenchOptions, ContestantName, Load } from './options.ts';
import { openPgbench } from './pgbench.ts';
import { createProgress } from './progress.ts';
import type { Progress } from './progress.ts';
import { judge } from './targets.ts';
import type { Judgement } from './targets.ts';

export interface BenchResult {
  readonly machine: {
    readonly cores: number;
    readonly processor: string;
    readonly memoryGb: number;
    readonly node: string;
  };
  readonly postgres: { readonly version: string; readonly sharedBuffers: string; readonly fsync: string } | null;
  readonly options: BenchOptions;
  readonly cells: readonly Cell[];
  /** by label */
  readonly checks: Readonly<Record<string, Check>>;
  readonly leftOut: Readonly<Record<string, string>>;
  /** part of the machine's processor time that went to other programs while slices were measured; null: not readable */
  readonly othersPart: number | null;
  readonly judgements: readonly Judgement[];
}

/** Between slices, so that what one contestant still writes is not the next one's burden. */
const PAUSE_MS = 300;
const INTERRUPTED = 130;
const WARM_SECONDS = 2;
/** The most that is expected before anything is known; requests are built for it. */
const FIRST_GUESS = 24_000;
const SINGLE_GUESS = 20_000;
/** Above the best slice so far. */
const MARGIN = 1.6;
/** Loads that only show what batching does: their peers would say nothing new. */
const FEW: readonly ContestantName[] = ['croupier', 'ceiling'];

export async function runBench(options: BenchOptions): Promise<BenchResult> {
  const exit = (code: number): void => process.exit(code === 0 ? INTERRUPTED : code);
  const shutdown = createShutdown({ log: silentLog, graceMs: 60_000, exit });
  let planned = 0;
  const progress = createProgress(() => planned);
  try {
    const house = await openHouse({ options, shutdown, say: progress.say });
    const { contestants, leftOut } = await openAll(house);
    const plan = planOf(options, contestants);
    planned = plan.reduce((sum, step) => sum + step.contestants.length * options.slices, 0);
    const others = watchOthers(house);
    const cells = await measureAll(house, contestants, plan, progress);
    const othersPart = others();
    const checks: Record<string, Check> = {};
    for (const contestant of contestants) checks[contestant.label] = await contestant.check();
    progress.end();
    const sound = cells.filter((cell) => checks[cell.label]?.kind !== 'void');
    return { ...factsOf(house), options, cells, checks, leftOut, othersPart, judgements: judge(sound) };
  } finally {
    progress.end();
    await shutdown.close('the run is over');
    shutdown.dispose();
  }
}

export function factsOf({ postgres }: House): Pick<BenchResult, 'machine' | 'postgres'> {
  const [first] = cpus();
  return {
    machine: {
      cores: cpus().length,
      processor: first?.model ?? 'unknown',
      memoryGb: Math.round(totalmem() / 2 ** 30),
      node: process.version,
    },
    postgres:
      postgres === null
        ? null
        : {
            version: postgres.facts.version,
            sharedBuffers: postgres.facts.sharedBuffers,
            fsync: postgres.facts.fsync,
          },
  };
}

/** Starts watching; what it gives back says which part of the machine's time was not ours. */
/** The part of the machine's processor time that goes to others from here on. */
export function watchOthers({ postgres }: House): () => number | null {
  const roots = [process.pid, ...(postgres?.pid === undefined || postgres.pid === null ? [] : [postgres.pid])];
  const startedAt = systemClock.monotonic();
  const before = { machine: machineSeconds(), ours: cpuSeconds(roots) };
  return () => {
    const after = { machine: machineSeconds(), ours: cpuSeconds(roots) };
    if (before.machine === null || before.ours === null || after.machine === null || after.ours === null) return null;
    const possible = ((systemClock.monotonic() - startedAt) / 1000) * cpus().length;
    return Math.max(0, after.machine - before.machine - (after.ours - before.ours)) / possible;
  };
}

async function openAll(house: House) {
  const contestants: Contestant[] = [];
  const leftOut: Record<string, string> = {};
  for (const name of house.options.only) {
    for (const book of name === 'croupier' ? house.options.books : [0]) {
      house.say(`starting ${name}`);
      const opened = await open(house, name, book);
      if (typeof opened === 'string') leftOut[name] = opened;
      else contestants.push(opened);
    }
  }
  return { contestants, leftOut };
}

async function open(house: House, name: ContestantName, book: number): Promise<Contestant | string> {
  switch (name) {
    case 'croupier':
      return openCroupier(house, book);
    case 'pgbench':
      return openPgbench(house);
    case 'redis':
    case 'ordinary':
    case 'ceiling':
      return openPeerContestant(house, name);
  }
}

/** Cells that are measured in turns. */
interface Step {
  readonly load: Load;
  readonly loop: 'closed' | 'open';
  readonly connections: number;
  readonly contestants: readonly Contestant[];
}

function planOf(options: BenchOptions, all: readonly Contestant[]): readonly Step[] {
  const few = all.filter(({ name }) => FEW.includes(name));
  // The ceiling books nothing: what it makes of half a load says nothing about a ledger.
  const books = all.filter(({ name }) => name !== 'ceiling');
  const most = Math.max(...options.connections);
  const spread = options.loads.includes('spread') ? options.connections : [];
  const closed = (load: Load, connections: number, contestants: readonly Contestant[]): Step => ({
    load,
    loop: 'closed',
    connections,
    contestants,
  });
  return [
    ...spread.map((connections) => closed('spread', connections, all)),
    ...(options.loads.includes('duplicates') ? [closed('duplicates', most, few)] : []),
    ...(options.loads.includes('hot') ? [closed('hot', most, few)] : []),
    ...(options.open ? spread : []).map((connections): Step => ({
      load: 'spread',
      loop: 'open',
      connections,
      contestants: books,
    })),
  ].filter((step) => step.contestants.length > 0);
}

async function measureAll(
  house: House,
  contestants: readonly Contestant[],
  plan: readonly Step[],
  progress: Progress,
): Promise<readonly Cell[]> {
  const { options } = house;
  const cells: Cell[] = [];
  const rates = createRates(cells, options);
  const most = Math.max(...options.connections);
  for (const contestant of contestants) {
    progress.say(`warming ${contestant.label}`);
    const seconds = Math.min(WARM_SECONDS, options.seconds);
    const warm = { loop: 'closed', load: 'spread', mix: options.mix, connections: most, seconds } as const;
    // Players are met in the middle of their evening: each session and page was in use before.
    if (contestant.name !== 'pgbench' && contestant.name !== 'ceiling')
      await contestant.run({ ...warm, loop: 'visit', ratePerSecond: 1 });
    const slice = await contestant.run({ ...warm, ratePerSecond: FIRST_GUESS });
    rates.learn(contestant, most, slice);
  }
  for (const step of plan) cells.push(...(await measureStep(house, step, rates, progress)));
  return cells;
}

/** Every contestant's slices of one step, in turns; each turn begins with another contestant. */
async function measureStep(house: House, step: Step, rates: Rates, progress: Progress): Promise<readonly Cell[]> {
  const { options, postgres } = house;
  const { load, loop, connections, contestants } = step;
  const workOf = (contestant: Contestant): Work => ({
    loop,
    load,
    mix: options.mix,
    connections,
    seconds: options.seconds,
    ratePerSecond: (loop === 'open' ? rates.arrivals : rates.guess)(contestant, connections),
  });
  // What a load needs once (bets to repeat) and the first heat are nobody's figure.
  if (load !== 'spread') for (const each of contestants) await each.run({ ...workOf(each), seconds: 0.5 });
  const measured = contestants.map((contestant) => ({ contestant, slices: [] as MeasuredSlice[] }));
  for (let turn = 0; turn < options.slices; turn += 1) {
    const first = turn % measured.length;
    for (const { contestant, slices } of [...measured.slice(first), ...measured.slice(0, first)]) {
      await sleep(PAUSE_MS);
      const result = await measure(contestant, workOf(contestant), postgres?.pid ?? null);
      slices.push(result);
      rates.learn(contestant, connections, result.slice);
      const rate = Math.round(result.slice.completed / result.slice.seconds);
      progress.advance(`${load}, ${loop} loop, ${connections} connections: ${contestant.label} ${rate}/s`);
    }
  }
  return measured.map(({ contestant, slices }) => {
    const { name: contestantName, label, book } = contestant;
    const name: CellName = { contestant: contestantName, label, book, load, loop, connections };
    return cellOf(name, slices, loop === 'open' ? rates.arrivals(contestant, connections) : null);
  });
}

interface Rates {
  readonly learn: (contestant: Contestant, connections: number, slice: Slice) => void;
  /** the most to expect a second, for which requests are built */
  readonly guess: (contestant: Contestant, connections: number) => number;
  /** how many are to arrive a second in the open loop */
  readonly arrivals: (contestant: Contestant, connections: number) => number;
}

function createRates(cells: readonly Cell[], options: BenchOptions): Rates {
  const best = new Map<string, number>();
  const keyOf = ({ label }: Contestant, connections: number): string => `${label} at ${connections}`;
  return {
    learn: (contestant, connections, slice) => {
      const key = keyOf(contestant, connections);
      best.set(key, Math.max(best.get(key) ?? 0, slice.completed / slice.seconds));
    },
    guess: (contestant, connections) => {
      const known = best.get(keyOf(contestant, connections));
      return known === undefined ? (connections === 1 ? SINGLE_GUESS : FIRST_GUESS) : known * MARGIN;
    },
    arrivals: ({ label }, connections) => {
      if (options.openRate !== null) return options.openRate;
      const closed = cells.find(
        (cell) =>
          cell.label === label && cell.loop === 'closed' && cell.load === 'spread' && cell.connections === connections,
      );
      return Math.max(1, Math.round((closed?.ratePerSecond.median ?? 0) * options.openPart));
    },
  };
}
