/**
 * What a run of the bench is asked to do, checked once. Nothing here measures; an option that makes no sense stops the run
 * with one line before anything is started.
 */
import { z } from 'zod';

export const CONTESTANTS = ['croupier', 'redis', 'ordinary', 'pgbench', 'ceiling'] as const;
export type ContestantName = (typeof CONTESTANTS)[number];

export const LOADS = ['spread', 'duplicates', 'hot'] as const;
/** spread: over all players; duplicates: every request was answered before; hot: all on one player. */
export type Load = (typeof LOADS)[number];

/** slot: a bet, then its win, which closes the round; bet: bets only. */
export type Mix = 'slot' | 'bet';

export interface BenchOptions {
  readonly only: readonly ContestantName[];
  readonly connections: readonly number[];
  readonly loads: readonly Load[];
  readonly mix: Mix;
  readonly players: number;
  readonly seconds: number;
  readonly slices: number;
  /** measure at a fixed arrival rate, too */
  readonly open: boolean;
  /** arrival rate as a part of the contestant's own closed-loop rate */
  readonly openPart: number;
  /** arrivals a second instead of that part; null: use the part */
  readonly openRate: number | null;
  /** transactions in the book before the run; several sizes are several Croupiers beside each other */
  readonly books: readonly number[];
  /** leave the planner's statistics as a new installation has them */
  readonly fresh: boolean;
  readonly lanes: number | null;
  /** further words for `croupier serve` */
  readonly serveArgs: readonly string[];
  readonly databaseUrl: string | null;
  readonly dataDir: string | null;
  readonly cpuProfDir: string | null;
  /** prove all invariants of the book at the end, not only its sum */
  readonly audit: boolean;
  readonly json: boolean;
  /** settlement events to send while bets run; 0: the usual bench */
  readonly settlement: number;
  /** of them a second */
  readonly eventRate: number;
  /** measure a large catalogue instead of the wallet */
  readonly catalogue: boolean;
  /** how large */
  readonly games: number;
}

/** An option that cannot be used. One line. */
export class BenchProblem extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'BenchProblem';
  }
}

const list = <const T extends readonly [string, ...string[]]>(values: T) =>
  z
    .string()
    .transform((text) => text.split(',').map((each) => each.trim()))
    .pipe(z.array(z.enum(values)).min(1));
const whole = (min: number, max: number) => z.coerce.number().int().min(min).max(max);
const flag = z.boolean().default(false);

const schema = z.object({
  only: list(CONTESTANTS).optional(),
  connections: z
    .string()
    .transform((text) => text.split(',').map(Number))
    .pipe(z.array(z.number().int().min(1).max(1_024)).min(1))
    .optional(),
  load: list(LOADS).optional(),
  mix: z.enum(['slot', 'bet']).default('slot'),
  players: whole(1, 1_000_000).optional(),
  seconds: z.coerce.number().min(0.2).max(600).optional(),
  slices: whole(1, 100).optional(),
  open: z.boolean().default(true),
  'open-part': z.coerce.number().min(0.01).max(2).default(0.5),
  'open-rate': z.coerce.number().min(1).max(1_000_000).optional(),
  book: z
    .string()
    .default('0')
    .transform((text) => text.split(',').map(Number))
    .pipe(z.array(z.number().int().min(0).max(100_000_000)).min(1).max(4)),
  fresh: flag,
  lanes: whole(1, 64).optional(),
  'serve-args': z.string().optional(),
  'database-url': z.string().optional(),
  'data-dir': z.string().optional(),
  'cpu-prof': z.string().optional(),
  audit: flag,
  json: flag,
  catalogue: flag,
  games: whole(100, 50_000).optional(),
  quick: flag,
  settlement: flag,
  events: whole(1, 1_000_000).optional(),
  'event-rate': whole(1, 100_000).default(500),
});

/** Checks the words of the command line; `--quick` only changes what was not said. */
export function readOptions(raw: unknown): BenchOptions {
  const parsed = schema.safeParse(raw);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new BenchProblem(`--${issue?.path.join('.') ?? '?'}: ${issue?.message ?? 'is not valid'}`);
  }
  const given = parsed.data;
  const usual = given.quick
    ? { connections: [1, 16], loads: ['spread'] as const, players: 500, seconds: 0.5, slices: 2 }
    : { connections: [1, 32, 128], loads: LOADS, players: 20_000, seconds: 3, slices: 5 };
  return {
    only: given.only ?? CONTESTANTS,
    connections: given.connections ?? usual.connections,
    loads: given.load ?? usual.loads,
    mix: given.mix,
    players: given.players ?? usual.players,
    seconds: given.seconds ?? (given.catalogue && !given.quick ? 20 : usual.seconds),
    slices: given.slices ?? usual.slices,
    open: given.open,
    openPart: given['open-part'],
    openRate: given['open-rate'] ?? null,
    books: given.book,
    fresh: given.fresh,
    lanes: given.lanes ?? null,
    serveArgs: (given['serve-args'] ?? '').split(' ').filter((word) => word !== ''),
    databaseUrl: given['database-url'] ?? null,
    dataDir: given['data-dir'] ?? null,
    cpuProfDir: given['cpu-prof'] ?? null,
    audit: given.audit,
    json: given.json,
    settlement: given.settlement ? (given.events ?? (given.quick ? 500 : 100_000)) : 0,
    eventRate: given['event-rate'],
    catalogue: given.catalogue,
    games: given.games ?? (given.quick ? 1_000 : 12_000),
  };
}
