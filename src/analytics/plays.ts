/**
 * What one play – a round, or a transaction that belongs to none – counts for, day by day. A pure function of the play's rows
 * in the book as they stand: whatever was counted before is replaced by it, so that order, repetition and lateness do not
 * matter. A bet or win counts on the day it came, a reversal takes it off that day again (SES-10).
 */
import { isProblem, parseDecimal, subtractDecimals, toUnits } from '../money/index.ts';

/** A transaction as analytics read it. */
export interface BookRow {
  readonly shard: number;
  readonly player: string;
  readonly id: string;
  readonly aggregator: string;
  readonly idScope: string;
  readonly kind: string;
  readonly externalId: string;
  readonly flavour: string;
  readonly state: string;
  readonly round: string | null;
  readonly reference: string | null;
  readonly game: string | null;
  readonly session: string | null;
  readonly currency: string | null;
  /** of the player's wallet in the currency; null: there is none, and then nothing moved */
  readonly scale: number | null;
  /** decimal text, as the aggregator said it */
  readonly amount: string | null;
  readonly reversedAmount: string;
  /** minor units of the wallet */
  readonly units: bigint;
  readonly reversedUnits: bigint;
  readonly createdAtMs: number;
}

/** What is summed up. Minor units, but for the counts. */
export const SUMS = [
  'rounds',
  'bets',
  'freeBets',
  'stakes',
  'payouts',
  'jackpots',
  'freeStakes',
  'freeWins',
  'promotions',
  'tips',
  'adjustments',
] as const;
export type Sum = (typeof SUMS)[number];
export type Sums = { readonly [Each in Sum]: bigint };

/** What a play counts in one cell. */
export interface Portion {
  readonly day: string;
  readonly game: string;
  readonly currency: string;
  readonly scale: number;
  /** cash bets of which something is left: who has one is a bettor (DAU) */
  readonly paidBets: bigint;
  readonly sums: Sums;
}

export const NO_SUMS: Sums = {
  rounds: 0n,
  bets: 0n,
  freeBets: 0n,
  stakes: 0n,
  payouts: 0n,
  jackpots: 0n,
  freeStakes: 0n,
  freeWins: 0n,
  promotions: 0n,
  tips: 0n,
  adjustments: 0n,
};

export function addSums(a: Sums, b: Partial<Sums>, sign: 1n | -1n = 1n): Sums {
  const sum: Record<Sum, bigint> = { ...a };
  for (const name of SUMS) {
    const more = b[name] ?? 0n;
    if (more !== 0n) sum[name] += sign * more;
  }
  return sum;
}

/** True for what was booked once, whatever became of it. */
export function isBooked({ state }: Pick<BookRow, 'state'>): boolean {
  return state === 'applied' || state === 'part_reversed' || state === 'reversed';
}

const inOrder = (a: BookRow, b: BookRow): number => a.createdAtMs - b.createdAtMs || (a.id < b.id ? -1 : 1);

/** The portions of a play, one a cell, in the order of their cells; none when it counts for nothing. */
export function portionsOf(rows: readonly BookRow[], dayOf: (ms: number) => string): readonly Portion[] {
  const booked = rows.filter(isBooked).toSorted(inOrder);
  const bets = booked.filter((row) => row.kind === 'bet' && row.flavour !== 'tip');
  const standing = bets.filter((row) => row.state !== 'reversed');
  const [first] = standing;
  // Where only free rounds were played, what the game pays is their win, whatever word the aggregator has for it.
  const isFree = standing.length > 0 && standing.every((row) => row.flavour === 'free');
  const game = booked.find((row) => row.game !== null)?.game ?? '';
  const cells = new Map<string, Portion>();
  for (const row of booked) {
    if (row.currency === null || row.scale === null) continue;
    const at = { day: dayOf(row.createdAtMs), game: row.game ?? game, currency: row.currency, scale: row.scale };
    const key = `${at.day}\0${at.game}\0${at.currency}`;
    const before = cells.get(key) ?? { ...at, paidBets: 0n, sums: NO_SUMS };
    const left = row.units - row.reversedUnits;
    const isPaid = row.kind === 'bet' && row.flavour === 'cash' && left > 0n;
    const counted = addSums(before.sums, sumsOf(row, row.scale, isFree));
    const sums = row === first ? addSums(counted, { rounds: 1n }) : counted;
    cells.set(key, { ...before, sums, paidBets: before.paidBets + (isPaid ? 1n : 0n) });
  }
  return [...cells.values()].filter(countsForSomething).toSorted((a, b) => (cellOf(a) < cellOf(b) ? -1 : 1));
}

export function cellOf(portion: Pick<Portion, 'day' | 'game' | 'currency'>): string {
  return `${portion.day}\0${portion.game}\0${portion.currency}`;
}

function countsForSomething({ sums }: Portion): boolean {
  return SUMS.some((name) => sums[name] !== 0n);
}

function sumsOf(row: BookRow, scale: number, isFree: boolean): Partial<Sums> {
  const left = row.units - row.reversedUnits;
  const stands = row.state === 'reversed' ? 0n : 1n;
  switch (row.kind) {
    case 'bet':
      if (row.flavour === 'tip') return { tips: left };
      if (row.flavour === 'free') return { freeBets: stands, freeStakes: freeStakeOf(row, scale) };
      return { bets: stands, stakes: left };
    case 'win':
      if (row.flavour === 'jackpot') return { jackpots: left };
      if (row.flavour === 'promo') return { promotions: left };
      return isFree || row.flavour === 'free_round' ? { freeWins: left } : { payouts: left };
    case 'adjust':
      return { adjustments: left };
    default:
      return {};
  }
}

/** A free round moves nothing in the wallet: its worth is what the aggregator said, and what of that was not taken back. */
function freeStakeOf(row: BookRow, scale: number): bigint {
  const said = parseDecimal(row.amount ?? '0');
  const back = parseDecimal(row.reversedAmount);
  if (isProblem(said) || isProblem(back))
    throw new Error(`defect: transaction ${row.id} has an amount nobody can read`);
  const units = toUnits(subtractDecimals(said, back), scale);
  if (typeof units !== 'bigint') throw new Error(`defect: transaction ${row.id} is finer than its wallet`);
  return row.state === 'reversed' ? 0n : units;
}

/** A play's name within its player, aggregator and id scope. */
export interface PlayName {
  readonly shard: number;
  readonly player: string;
  readonly aggregator: string;
  readonly idScope: string;
  /** `r:` and a round, `t:` and the bet's external id, or `x:` and our own id */
  readonly play: string;
}

export function playKey(name: PlayName): string {
  return `${name.shard}\0${name.player}\0${name.aggregator}\0${name.idScope}\0${name.play}`;
}

export function named(row: BookRow, play: string): PlayName {
  return { shard: row.shard, player: row.player, aggregator: row.aggregator, idScope: row.idScope, play };
}

export const roundPlay = (round: string): string => `r:${round}`;
/** The play of a bet without a round and of the wins without one that name it. */
export const betPlay = (externalId: string): string => `t:${externalId}`;

/** The play a row counts in; null for what counts in none. */
export function playOf(row: BookRow): PlayName | null {
  if (row.kind !== 'bet' && row.kind !== 'win' && row.kind !== 'adjust') return null;
  if (row.round !== null) return named(row, roundPlay(row.round));
  if (row.kind === 'bet') return named(row, betPlay(row.externalId));
  if (row.kind === 'win' && row.reference !== null) return named(row, betPlay(row.reference));
  return named(row, `x:${row.id}`);
}

/** A portion as it is remembered: short, because there is one of every round ever played. */
type WrittenPortion = readonly [
  day: string,
  game: string,
  currency: string,
  scale: number,
  paidBets: number,
  /** those that are not zero */
  sums: { readonly [Each in Sum]?: string },
];

export function writePortions(portions: readonly Portion[]): string {
  return JSON.stringify(
    portions.map(({ day, game, currency, scale, paidBets, sums }): WrittenPortion => {
      const written: { [Each in Sum]?: string } = {};
      for (const name of SUMS) if (sums[name] !== 0n) written[name] = sums[name].toString();
      return [day, game, currency, scale, Number(paidBets), written];
    }),
  );
}

export function readPortions(written: readonly WrittenPortion[]): readonly Portion[] {
  return written.map(([day, game, currency, scale, paidBets, kept]) => {
    const sums: Record<Sum, bigint> = { ...NO_SUMS };
    for (const name of SUMS) sums[name] = BigInt(kept[name] ?? 0);
    return { day, game, currency, scale, paidBets: BigInt(paidBets), sums };
  });
}
