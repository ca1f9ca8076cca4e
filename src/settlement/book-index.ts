/** The book's rows of one round, arranged for comparing: what each bet and win comes to after everything that was undone or corrected. */
import { addDecimals, subtractDecimals, ZERO_DECIMAL } from '../money/index.ts';
import type { Decimal } from '../money/index.ts';
import { sum } from './amounts.ts';
import type { BookedFact, Facts } from './facts.ts';

export interface BookEntry {
  readonly row: BookedFact;
  /** its money moved, whatever became of it later */
  readonly stood: boolean;
  /** stake or payout as booked; 0 for a free bet and for what never moved */
  readonly gross: Decimal;
  /** what of it was undone */
  readonly reversed: Decimal;
}

export interface BookIndex {
  readonly currency: string | null;
  /** null: the scale of the currency is not known, so amounts are compared digit by digit */
  readonly scale: number | null;
  readonly bets: ReadonlyMap<string, BookEntry>;
  readonly wins: ReadonlyMap<string, BookEntry>;
  readonly rollbacks: ReadonlyMap<string, BookedFact>;
  /** what resolutions gave the player (or took, below zero) for a transaction; id '' for the round's totals */
  readonly creditOf: (kind: 'bet' | 'win' | 'rollback', id: string) => Decimal;
  readonly totals: { readonly bet: Decimal; readonly win: Decimal; readonly refund: Decimal };
}

const STOOD: ReadonlySet<string> = new Set(['applied', 'part_reversed', 'reversed']);

export function indexBook(facts: Facts): BookIndex {
  const bets = new Map<string, BookEntry>();
  const wins = new Map<string, BookEntry>();
  const rollbacks = new Map<string, BookedFact>();
  for (const row of facts.booked) {
    if (row.kind === 'bet') enter(bets, row);
    if (row.kind === 'win') enter(wins, row);
    if (row.kind === 'rollback') rollbacks.set(row.id, row);
  }
  const credits = new Map<string, Decimal>();
  for (const { transactionKind, transactionId, credit } of facts.corrections) {
    const name = `${transactionKind} ${transactionId}`;
    credits.set(name, addDecimals(credits.get(name) ?? ZERO_DECIMAL, credit));
  }
  const creditOf = (kind: 'bet' | 'win' | 'rollback', id: string): Decimal =>
    credits.get(`${kind} ${id}`) ?? ZERO_DECIMAL;
  const creditsOf = (kind: string): Decimal =>
    sum(facts.corrections.filter((each) => each.transactionKind === kind).map((each) => each.credit));
  const currency = facts.ledgerRound?.currency ?? facts.booked.find((row) => row.currency !== null)?.currency ?? null;
  const stakes = [...bets.values()];
  const paid = [...wins.values()].map((each) => subtractDecimals(each.gross, each.reversed));
  return {
    currency,
    scale: facts.ledgerRound?.scale ?? (currency === null ? null : facts.scaleOf(currency)),
    bets,
    wins,
    rollbacks,
    creditOf,
    totals: {
      bet: subtractDecimals(sum(stakes.map((each) => each.gross)), creditsOf('bet')),
      win: addDecimals(sum(paid), creditsOf('win')),
      refund: addDecimals(sum(stakes.map((each) => each.reversed)), creditsOf('rollback')),
    },
  };
}

/** Two studios of one aggregator may use one id; what is asserted of it is about the one that moved money. */
function enter(entries: Map<string, BookEntry>, row: BookedFact): void {
  const entry = entryOf(row);
  if (entry.stood || !entries.get(row.id)?.stood) entries.set(row.id, entry);
}

function entryOf(row: BookedFact): BookEntry {
  const stood = STOOD.has(row.state) && row.amount !== null;
  const costs = !(row.kind === 'bet' && row.flavour === 'free');
  const gross = stood && costs && row.amount !== null ? row.amount : ZERO_DECIMAL;
  return { row, stood, gross, reversed: stood && costs ? row.reversedAmount : ZERO_DECIMAL };
}

/** What a bet still costs the player. */
export function netStake(book: BookIndex, id: string): Decimal {
  const entry = book.bets.get(id);
  const standing = entry === undefined ? ZERO_DECIMAL : subtractDecimals(entry.gross, entry.reversed);
  return subtractDecimals(standing, book.creditOf('bet', id));
}

/** What the player still has of a win. */
export function netWin(book: BookIndex, id: string): Decimal {
  const entry = book.wins.get(id);
  const standing = entry === undefined ? ZERO_DECIMAL : subtractDecimals(entry.gross, entry.reversed);
  return addDecimals(standing, book.creditOf('win', id));
}
