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
  /** wins that wait for a bet, of players that have any */
  readonly waiting: ReadonlyMap<PlayerId, number>;
}

/** A wallet to write, and by how much the number of its player's waiting wins changed. */
export interface DirtyWallet {
  readonly wallet: Wallet;
  readonly waiting: number;
}

/** What a batch has to write: final versions only. */
export interface Dirty {
  readonly wallets: readonly DirtyWallet[];
  readonly transactions: readonly Transaction[];
  readonly rounds: readonly Round[];
  readonly postings: readonly Posting[];
}

export interface WorkingSet {
  readonly book: Book;
  readonly apply: (changes: Changes) => void;
  /** Adds rows that a later flight brought. */
  readonly add: (loaded: Loaded) => void;
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

/** 1 for a win that waits for its bet or was paid before it: the rows of the index transaction_waiting. */
const waits = (row: Transaction | undefined): number =>
  row !== undefined && (row.state === 'parked' || row.flags.includes('before_bet')) ? 1 : 0;

export function createWorkingSet(loaded: Loaded): WorkingSet {
  const wallets = new Map<PlayerId, Map<string, Wallet>>();
  const transactions = new Map<string, Transaction>();
  const ofPlayer = new Map<PlayerId, Set<string>>();
  const rounds = new Map<string, Round>();
  const known = new Map<string, Transaction>();
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

  const add = (rows: Loaded) => {
    for (const wallet of rows.wallets) putWallet(wallet);
    for (const row of rows.transactions) known.set(putTransaction(row), row);
    for (const round of rows.rounds) {
      const key = roundKey(round, round.player, round.round);
      rounds.set(key, round);
    }
  };
  add(loaded);

  /** By how much the number of waiting wins changed, player by player. */
  const waitingChanges = (): ReadonlyMap<PlayerId, number> => {
    const changes = new Map<PlayerId, number>();
    for (const key of dirty.transactions) {
      const row = transactions.get(key);
      if (row === undefined) continue;
      const change = waits(row) - waits(known.get(key));
      if (change !== 0) changes.set(row.player, (changes.get(row.player) ?? 0) + change);
    }
    return changes;
  };

  const dirtyWallets = (): readonly DirtyWallet[] => {
    const waiting = waitingChanges();
    const written: DirtyWallet[] = [];
    for (const [player, own] of wallets) {
      // One wallet carries the player's change, whichever it is: the count is the sum over all of them.
      let change = waiting.get(player) ?? 0;
      for (const wallet of own.values()) {
        if (change === 0 && !dirty.wallets.has(part(player) + wallet.currency)) continue;
        written.push({ wallet, waiting: change });
        change = 0;
      }
    }
    return written;
  };

  return {
    add,
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
      return {
        wallets: dirtyWallets(),
        transactions: [...dirty.transactions].flatMap((key) => transactions.get(key) ?? []),
        rounds: [...dirty.rounds].flatMap((key) => rounds.get(key) ?? []),
        postings,
      };
    },
  };
}
