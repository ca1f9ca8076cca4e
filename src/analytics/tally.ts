/**
 * What changes in the day's cells and in who bet when plays are counted again: the new portions less the old ones. Adding
 * these differences is all that is ever done to a sum. Pure.
 */
import { addSums, NO_SUMS, SUMS } from './plays.ts';
import type { PlayName, Portion, Sums } from './plays.ts';

/** What a cell holds besides its sums: squares and products of single plays, for the confidence interval of the return. */
export interface Spread {
  /** how many plays with cash in them */
  readonly plays: bigint;
  readonly stakes2: bigint;
  readonly crossed: bigint;
  readonly payouts2: bigint;
}

export const NO_SPREAD: Spread = { plays: 0n, stakes2: 0n, crossed: 0n, payouts2: 0n };

export interface CellChange {
  readonly day: string;
  readonly aggregator: string;
  readonly game: string;
  readonly currency: string;
  readonly scale: number;
  readonly sums: Sums;
  readonly spread: Spread;
}

export interface BettorChange {
  readonly day: string;
  readonly player: string;
  readonly aggregator: string;
  readonly game: string;
  readonly currency: string;
  readonly bets: bigint;
  readonly freeBets: bigint;
}

/** A play counted before and counted again. */
export interface Recount {
  readonly name: PlayName;
  readonly before: readonly Portion[];
  readonly after: readonly Portion[];
}

export interface Changes {
  readonly cells: readonly CellChange[];
  readonly bettors: readonly BettorChange[];
  /** every day of which anything changed, ascending */
  readonly days: readonly string[];
}

/** All differences of the plays, added up by cell and by player; what comes to nothing is left out. */
export function changesOf(recounts: readonly Recount[]): Changes {
  const cells = new Map<string, CellChange>();
  const bettors = new Map<string, BettorChange>();
  for (const { name, before, after } of recounts) {
    for (const portion of before) count(cells, bettors, name, portion, -1n);
    for (const portion of after) count(cells, bettors, name, portion, 1n);
  }
  const changed = [...cells.values()].filter(isCellChanged);
  const moved = [...bettors.values()].filter(({ bets, freeBets }) => bets !== 0n || freeBets !== 0n);
  const days = [...new Set([...changed, ...moved].map(({ day }) => day))].toSorted();
  // One order for everybody who writes them.
  return { cells: changed.toSorted(byKey), bettors: moved.toSorted(byKey), days };
}

function count(
  cells: Map<string, CellChange>,
  bettors: Map<string, BettorChange>,
  { player, aggregator }: PlayName,
  portion: Portion,
  sign: 1n | -1n,
): void {
  const { day, game, currency, scale, sums } = portion;
  const cell = keyOf({ day, aggregator, game, currency });
  const old = cells.get(cell) ?? { day, aggregator, game, currency, scale, sums: NO_SUMS, spread: NO_SPREAD };
  cells.set(cell, { ...old, sums: addSums(old.sums, sums, sign), spread: addSpread(old.spread, spreadOf(sums), sign) });
  if (portion.paidBets === 0n && sums.freeBets === 0n) return;
  const who = `${cell}\0${player}`;
  const known = bettors.get(who) ?? { day, player, aggregator, game, currency, bets: 0n, freeBets: 0n };
  bettors.set(who, {
    ...known,
    bets: known.bets + sign * portion.paidBets,
    freeBets: known.freeBets + sign * sums.freeBets,
  });
}

function spreadOf({ stakes, payouts }: Sums): Spread {
  if (stakes === 0n && payouts === 0n) return NO_SPREAD;
  return { plays: 1n, stakes2: stakes * stakes, crossed: stakes * payouts, payouts2: payouts * payouts };
}

export function addSpread(a: Spread, b: Spread, sign: 1n | -1n = 1n): Spread {
  return {
    plays: a.plays + sign * b.plays,
    stakes2: a.stakes2 + sign * b.stakes2,
    crossed: a.crossed + sign * b.crossed,
    payouts2: a.payouts2 + sign * b.payouts2,
  };
}

function isCellChanged({ sums, spread }: CellChange): boolean {
  return SUMS.some((name) => sums[name] !== 0n) || Object.values(spread).some((each) => each !== 0n);
}

interface Keyed {
  readonly day: string;
  readonly aggregator: string;
  readonly game: string;
  readonly currency: string;
  readonly player?: string;
}

function keyOf({ day, aggregator, game, currency, player = '' }: Keyed): string {
  return `${day}\0${aggregator}\0${game}\0${currency}\0${player}`;
}

function byKey(a: Keyed, b: Keyed): number {
  return keyOf(a) < keyOf(b) ? -1 : 1;
}
