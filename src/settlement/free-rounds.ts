/**
 * What free rounds must not do: cost a stake, be counted as one, or pay twice. A win that is in the book twice is found by its amount
 * and its bet; that only suggests what happened, so a person decides and nothing moves. Pure.
 */
import { isZero, ZERO_DECIMAL } from '../money/index.ts';
import type { Decimal } from '../money/index.ts';
import { isSame, sum } from './amounts.ts';
import { read } from './bench.ts';
import type { Bench } from './bench.ts';
import { netWin } from './book-index.ts';
import type { BookEntry, BookIndex } from './book-index.ts';

/** What the free bets of the round would have cost, by the source or else by the book: none of it was paid. */
export function freeStakes(bench: Bench): Decimal {
  const listed = bench.opinion.assertions.filter(({ transaction }) => transaction.kind === 'bet');
  if (listed.length > 0) {
    const free = listed.filter(({ transaction }) => transaction.free && transaction.status === 'ok');
    return sum(free.map(({ transaction }) => read(bench, transaction.amount)));
  }
  return sum(
    [...bench.book.bets.values()]
      .filter(({ row, stood }) => stood && row.flavour === 'free')
      .map(({ row }) => row.amount ?? ZERO_DECIMAL),
  );
}

/** For a win of free rounds that the source does not list: one of the same amount that it does, or null. */
export function twinOf(bench: Bench, id: string): string | null {
  const own = bench.book.wins.get(id);
  if (own === undefined || !isOfFreeRounds(bench.book, own)) return null;
  const amount = netWin(bench.book, id);
  const listed = bench.opinion.assertions.flatMap(({ transaction }) =>
    transaction.kind === 'win' && transaction.status === 'ok' ? [transaction.id] : [],
  );
  const twins = listed.filter((other) => {
    const entry = bench.book.wins.get(other);
    return entry !== undefined && isOfFreeRounds(bench.book, entry) && isSame(netWin(bench.book, other), amount);
  });
  return twins.toSorted()[0] ?? null;
}

/**
 * Wins that the book has twice by itself, without anybody's list: for one free bet a win of the round and a win of free rounds of the
 * same amount. The later names by id are told, each with the one it repeats.
 */
export function paidTwice(book: BookIndex): readonly { readonly id: string; readonly of: string }[] {
  const standing = [...book.wins.entries()].filter(([id, { stood }]) => stood && !isZero(netWin(book, id)));
  return standing.flatMap(([id, { row }]) => {
    if (row.flavour !== 'free_round' || row.reference === null) return [];
    if (book.bets.get(row.reference)?.row.flavour !== 'free') return [];
    const [twin] = standing
      .filter(([other, entry]) => other !== id && entry.row.flavour === 'win' && entry.row.reference === row.reference)
      .filter(([other]) => isSame(netWin(book, other), netWin(book, id)))
      .map(([other]) => other)
      .toSorted();
    return twin === undefined ? [] : [{ id, of: twin }];
  });
}

/** A win of the kind, or one that names a free bet. */
function isOfFreeRounds({ bets }: BookIndex, { row }: BookEntry): boolean {
  if (row.flavour === 'free_round') return true;
  return row.reference !== null && bets.get(row.reference)?.row.flavour === 'free';
}
