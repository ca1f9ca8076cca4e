/**
 * The book as a batch finds it: only the rows that the needs of its calls name, read before anything of the batch is decided.
 * What the SQL of the loading flight does on the database, this does on the book in memory, row by row and from the words of
 * `Needs` alone.
 */
import { createWorkingSet } from '../../src/ledger/working-set.ts';
import type { Loaded, WorkingSet } from '../../src/ledger/working-set.ts';
import { needsOf } from '../../src/wallet/index.ts';
import type { Policy, Round, RoundId, Transaction, TransactionName, WalletRequest } from '../../src/wallet/index.ts';
import type { MemoryBook } from './memory-book.ts';

export function loadedBook(
  book: MemoryBook,
  items: readonly { readonly request: WalletRequest; readonly policy: Policy }[],
): WorkingSet {
  const transactions = new Map<string, Transaction>();
  const rounds = new Map<Round, Round>();
  const all = book.allTransactions();
  for (const { request, policy } of items) {
    const needs = needsOf(request, policy);
    const here = (row: Transaction) => row.aggregator === request.aggregator && row.idScope === request.idScope;
    const own = all.filter((row) => here(row) && row.player === request.player);
    const hits = (name: TransactionName) =>
      all.filter((row) => here(row) && row.kind === name.kind && row.externalId === name.externalId);
    const betsOf = (rows: readonly Transaction[]) =>
      rows.flatMap((row) => (row.reference === null ? [] : hits({ kind: 'bet', externalId: row.reference })));
    const take = (rows: readonly Transaction[]) => {
      for (const row of rows) transactions.set(row.id, row);
    };
    const takeRound = (player: Transaction['player'], name: RoundId | null, at: typeof request | Transaction) => {
      const round = name === null ? null : book.round(at, player, name);
      if (round !== null) rounds.set(round, round);
    };
    const takeRoundsOf = (rows: readonly Transaction[]) => {
      for (const row of rows) takeRound(row.player, row.round, row);
    };
    const winsOf = (bet: string) => own.filter((row) => row.kind === 'win' && row.reference === bet);

    for (const name of needs.transactions) take([...hits(name), ...betsOf(hits(name))]);
    for (const name of needs.rounds) takeRound(request.player, name, request);
    for (const name of needs.roundsOf) takeRoundsOf([...hits(name), ...betsOf(hits(name))]);
    for (const name of needs.wholeRounds) take(own.filter((row) => row.round === name));
    for (const name of needs.wholeRoundsOf) {
      for (const hit of hits(name)) {
        take(
          all.filter((row) => here(row) && row.player === hit.player && hit.round !== null && row.round === hit.round),
        );
      }
    }
    for (const bet of needs.winsNaming) {
      take(winsOf(bet));
      takeRoundsOf(winsOf(bet));
    }
    for (const round of needs.winsNamingBetsOf) {
      const wins = own
        .filter((row) => row.kind === 'bet' && row.round === round)
        .flatMap((bet) => winsOf(bet.externalId));
      take(wins);
      takeRoundsOf(wins);
    }
    if (needs.parked) {
      const waiting = all.filter(
        (row) => row.player === request.player && (row.state === 'parked' || row.flags.includes('before_bet')),
      );
      take(waiting);
      takeRoundsOf(waiting);
    }
  }
  const players = new Set(items.map(({ request }) => request.player));
  const loaded: Loaded = {
    wallets: book.allWallets().filter((wallet) => players.has(wallet.player)),
    transactions: [...transactions.values()],
    rounds: [...rounds.values()],
    waiting: new Map(),
  };
  return createWorkingSet(loaded);
}
