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

/** What a batch has to write: final versions only, new rows apart from changed ones. */
export interface Dirty {
  readonly wallets: readonly DirtyWallet[];
  readonly newTransactions: readonly Transaction[];
  readonly changedTransactions: readonly Transaction[];
  readonly newRounds: readonly Round[];
  readonly changedRounds: readonly Round[];
  readonly postings: readonly Posting[];
  /** some transaction of the batch is, or was, converted: only then is that column written */
  readonly converted: boolean;
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
  const transactions = createTransactions();
  const rounds = new Map<string, Round>();
  const knownRounds = new Set<string>();
  const dirty = { wallets: new Set<string>(), transactions: new Set<string>(), rounds: new Set<string>() };
  const postings: Posting[] = [];

  const putWallet = (wallet: Wallet) => {
    const own = wallets.get(wallet.player);
    if (own === undefined) wallets.set(wallet.player, new Map([[wallet.currency, wallet]]));
    else own.set(wallet.currency, wallet);
  };
  const putRound = (round: Round): string => {
    const key = roundKey(round, round.player, round.round);
    rounds.set(key, round);
    return key;
  };
  const add = (rows: Loaded) => {
    for (const wallet of rows.wallets) putWallet(wallet);
    for (const row of rows.transactions) transactions.know(row);
    for (const round of rows.rounds) knownRounds.add(putRound(round));
  };
  add(loaded);

  return {
    add,
    book: {
      wallets: (player) => [...(wallets.get(player)?.values() ?? [])],
      transaction: (scope, name) => transactions.get(transactionKey(scope, name)) ?? null,
      round: (scope, player, round) => rounds.get(roundKey(scope, player, round)) ?? null,
      parked: (scope, player) =>
        transactions.of('waiting', player).filter((row) => row.state === 'parked' && inScope(row, scope, player)),
      roundTransactions: (scope, player, round) =>
        transactions.of('round', player, round).filter((row) => row.round === round && inScope(row, scope, player)),
      winsNaming: (scope, player, bet) =>
        transactions
          .of('reference', player, bet)
          .filter((row) => row.kind === 'win' && row.reference === bet && inScope(row, scope, player)),
    },
    apply: (changes) => {
      for (const wallet of changes.wallets) {
        putWallet(wallet);
        dirty.wallets.add(part(wallet.player) + wallet.currency);
      }
      for (const row of changes.transactions) dirty.transactions.add(transactions.put(row));
      for (const round of changes.rounds) dirty.rounds.add(putRound(round));
      postings.push(...changes.postings);
    },
    dirty: () => {
      const [changedTransactions, newTransactions] = parted(dirty.transactions, transactions.isKnown, transactions.get);
      const [changedRounds, newRounds] = parted(
        dirty.rounds,
        (key) => knownRounds.has(key),
        (key) => rounds.get(key),
      );
      return {
        wallets: dirtyWallets(wallets, dirty.wallets, transactions.waitingChanges(dirty.transactions)),
        newTransactions,
        changedTransactions,
        newRounds,
        changedRounds,
        postings,
        converted: transactions.converted(),
      };
    },
  };
}

/** Rows the database has, and rows it has not. */
function parted<Row>(
  keys: ReadonlySet<string>,
  isKnown: (key: string) => boolean,
  get: (key: string) => Row | undefined,
): readonly [Row[], Row[]] {
  const known: Row[] = [];
  const fresh: Row[] = [];
  for (const key of keys) {
    const row = get(key);
    if (row !== undefined) (isKnown(key) ? known : fresh).push(row);
  }
  return [known, fresh];
}

/** The batch's transactions, by name and by what they are asked for: a hot player has hundreds in one batch. */
function createTransactions() {
  const rows = new Map<string, Transaction>();
  const asLoaded = new Map<string, Transaction>();
  // Entries are only added: who reads checks what the row says by now.
  const groups = new Map<string, Set<string>>();
  type Group = 'waiting' | 'round' | 'reference';
  const groupKey = (group: Group, player: PlayerId, name: string) => group + part(player) + name;
  const enter = (group: Group, row: Transaction, name: string, key: string) => {
    const at = groupKey(group, row.player, name);
    const keys = groups.get(at);
    if (keys === undefined) groups.set(at, new Set([key]));
    else keys.add(key);
  };
  let converted = false;
  const put = (row: Transaction): string => {
    const key = transactionKey(row, row);
    rows.set(key, row);
    if (row.fx !== null) converted = true;
    if (waits(row) === 1) enter('waiting', row, '', key);
    if (row.round !== null) enter('round', row, row.round, key);
    if (row.reference !== null) enter('reference', row, row.reference, key);
    return key;
  };
  return {
    put,
    /** a row as the database has it */
    know: (row: Transaction) => asLoaded.set(put(row), row),
    isKnown: (key: string) => asLoaded.has(key),
    converted: () => converted,
    get: (key: string) => rows.get(key),
    of: (group: Group, player: PlayerId, name = ''): readonly Transaction[] =>
      [...(groups.get(groupKey(group, player, name)) ?? [])].flatMap((key) => rows.get(key) ?? []),
    /** by how much the number of waiting wins changed, player by player */
    waitingChanges: (dirty: ReadonlySet<string>): ReadonlyMap<PlayerId, number> => {
      const changes = new Map<PlayerId, number>();
      for (const key of dirty) {
        const row = rows.get(key);
        const change = row === undefined ? 0 : waits(row) - waits(asLoaded.get(key));
        if (row !== undefined && change !== 0) changes.set(row.player, (changes.get(row.player) ?? 0) + change);
      }
      return changes;
    },
  };
}

function dirtyWallets(
  wallets: ReadonlyMap<PlayerId, ReadonlyMap<string, Wallet>>,
  dirty: ReadonlySet<string>,
  waiting: ReadonlyMap<PlayerId, number>,
): readonly DirtyWallet[] {
  const written: DirtyWallet[] = [];
  for (const [player, own] of wallets) {
    // One wallet carries the player's change, whichever it is: the count is the sum over all of them.
    let change = waiting.get(player) ?? 0;
    for (const wallet of own.values()) {
      if (change === 0 && !dirty.has(part(player) + wallet.currency)) continue;
      written.push({ wallet, waiting: change });
      change = 0;
    }
  }
  return written;
}
