/**
 * The rows of one batch in memory. Loaded once, then every decision reads the state the last one left, so the same player
 * or the same external id twice in a batch is decided in order. Remembers which rows are new or changed, for the write.
 */
import type {
  Book,
  Changes,
  Posting,
  Round,
  Transaction,
  TransactionName,
  TransactionScope,
  Wallet,
} from '../wallet/index.ts';
import type { PlayerId, RoundId } from '../wallet/index.ts';

export interface Loaded {
  readonly wallets: readonly Wallet[];
  readonly transactions: readonly Transaction[];
  readonly rounds: readonly Round[];
}

/** What a batch has to write: final versions only, new rows apart from changed ones. */
export interface Dirty {
  readonly wallets: readonly Wallet[];
  readonly newTransactions: readonly Transaction[];
  readonly changedTransactions: readonly Transaction[];
  readonly newRounds: readonly Round[];
  readonly changedRounds: readonly Round[];
  readonly postings: readonly Posting[];
}

export interface WorkingSet {
  readonly book: Book;
  readonly apply: (changes: Changes) => void;
  readonly dirty: () => Dirty;
}

// Outside text is length-prefixed, so that no two names can share a key whatever characters they hold.
const part = (text: string) => `${text.length}:${text}`;
const transactionKey = (scope: TransactionScope, name: TransactionName) =>
  part(scope.aggregator) + part(scope.idScope) + name.kind + name.externalId;
const roundKey = (scope: TransactionScope, player: PlayerId, round: RoundId) =>
  part(scope.aggregator) + part(scope.idScope) + part(player) + round;
const inScope = (row: Transaction, scope: TransactionScope, player: PlayerId) =>
  row.player === player && row.aggregator === scope.aggregator && row.idScope === scope.idScope;

export function createWorkingSet(loaded: Loaded): WorkingSet {
  const wallets = new Map<PlayerId, Map<string, Wallet>>();
  const transactions = new Map<string, Transaction>();
  const ofPlayer = new Map<PlayerId, Set<string>>();
  const rounds = new Map<string, Round>();
  const known = { transactions: new Set<string>(), rounds: new Set<string>() };
  const dirty = { wallets: new Set<string>(), transactions: new Set<string>(), rounds: new Set<string>() };
  const postings: Posting[] = [];

  const putWallet = (wallet: Wallet) => {
    const own = wallets.get(wallet.player);
    if (own === undefined) wallets.set(wallet.player, new Map([[wallet.currency, wallet]]));
    else own.set(wallet.currency, wallet);
  };
  const putTransaction = (row: Transaction): string => {
    const key = transactionKey(row, row);
    transactions.set(key, row);
    const keys = ofPlayer.get(row.player);
    if (keys === undefined) ofPlayer.set(row.player, new Set([key]));
    else keys.add(key);
    return key;
  };
  const rowsOf = (player: PlayerId): readonly Transaction[] =>
    [...(ofPlayer.get(player) ?? [])].flatMap((key) => transactions.get(key) ?? []);

  for (const wallet of loaded.wallets) putWallet(wallet);
  for (const row of loaded.transactions) known.transactions.add(putTransaction(row));
  for (const round of loaded.rounds) {
    const key = roundKey(round, round.player, round.round);
    rounds.set(key, round);
    known.rounds.add(key);
  }

  return {
    book: {
      wallets: (player) => [...(wallets.get(player)?.values() ?? [])],
      transaction: (scope, name) => transactions.get(transactionKey(scope, name)) ?? null,
      round: (scope, player, round) => rounds.get(roundKey(scope, player, round)) ?? null,
      parked: (scope, player) => rowsOf(player).filter((row) => row.state === 'parked' && inScope(row, scope, player)),
      roundTransactions: (scope, player, round) =>
        rowsOf(player).filter((row) => row.round === round && inScope(row, scope, player)),
      winsNaming: (scope, player, bet) =>
        rowsOf(player).filter((row) => row.kind === 'win' && row.reference === bet && inScope(row, scope, player)),
    },
    apply: (changes) => {
      for (const wallet of changes.wallets) {
        putWallet(wallet);
        dirty.wallets.add(part(wallet.player) + wallet.currency);
      }
      for (const row of changes.transactions) dirty.transactions.add(putTransaction(row));
      for (const round of changes.rounds) {
        const key = roundKey(round, round.player, round.round);
        rounds.set(key, round);
        dirty.rounds.add(key);
      }
      postings.push(...changes.postings);
    },
    dirty: () => {
      const changedTransactions = [...dirty.transactions].flatMap((key) => transactions.get(key) ?? []);
      const isKnown = (row: Transaction) => known.transactions.has(transactionKey(row, row));
      const changedRounds = [...dirty.rounds].flatMap((key) => rounds.get(key) ?? []);
      const isKnownRound = (round: Round) => known.rounds.has(roundKey(round, round.player, round.round));
      return {
        wallets: [...wallets.values()]
          .flatMap((own) => [...own.values()])
          .filter((wallet) => dirty.wallets.has(part(wallet.player) + wallet.currency)),
        newTransactions: changedTransactions.filter((row) => !isKnown(row)),
        changedTransactions: changedTransactions.filter(isKnown),
        newRounds: changedRounds.filter((round) => !isKnownRound(round)),
        changedRounds: changedRounds.filter(isKnownRound),
        postings,
      };
    },
  };
}
