/**
 * The book in memory: what `decide` reads, and `apply` for what it changed. It checks on the way in what the database checks
 * by constraint, so that a decision PostgreSQL would refuse fails here as well.
 */
import type {
  AggregatorName,
  Book,
  Changes,
  ExternalId,
  PlayerId,
  PlayerStatus,
  Posting,
  Round,
  RoundId,
  Transaction,
  TransactionKind,
  TransactionScope,
  Wallet,
} from '../../src/wallet/index.ts';

export interface MemoryBook extends Book {
  readonly apply: (changes: Changes) => void;
  readonly openWallet: (player: PlayerId, currency: string, scale: number) => void;
  readonly setStatus: (player: PlayerId, status: PlayerStatus) => void;
  readonly setLimits: (player: PlayerId, currency: string, limits: Pick<Wallet, 'maxStake' | 'dailyLossLimit'>) => void;
  readonly postings: () => readonly Posting[];
  readonly allWallets: () => readonly Wallet[];
  readonly allTransactions: () => readonly Transaction[];
  readonly allRounds: () => readonly Round[];
}

type TransactionKey = { aggregator: AggregatorName; idScope: string; kind: TransactionKind; externalId: ExternalId };

/** An empty book. */
export function memoryBook(): MemoryBook {
  const wallets = new Map<string, Wallet>();
  const transactions = new Map<string, Transaction>();
  const rounds = new Map<string, Round>();
  const postings: Posting[] = [];

  const keyOf = (...parts: readonly string[]): string => JSON.stringify(parts);
  const walletKey = (player: PlayerId, currency: string): string => keyOf(player, currency);
  const transactionKey = (key: TransactionKey): string => keyOf(key.aggregator, key.idScope, key.kind, key.externalId);
  const roundKey = (scope: TransactionScope, player: PlayerId, round: RoundId): string =>
    keyOf(scope.aggregator, scope.idScope, player, round);
  const ofPlayer = (player: PlayerId): readonly Wallet[] =>
    [...wallets.values()].filter((one) => one.player === player);
  const here = (scope: TransactionScope, player: PlayerId): readonly Transaction[] =>
    [...transactions.values()].filter(
      (one) => one.aggregator === scope.aggregator && one.idScope === scope.idScope && one.player === player,
    );
  const change = (player: PlayerId, currency: string, changed: Partial<Wallet>): void => {
    const wallet = wallets.get(walletKey(player, currency));
    if (wallet === undefined) throw new Error(`no wallet ${player} ${currency}`);
    wallets.set(walletKey(player, currency), { ...wallet, ...changed });
  };

  const check = (one: Transaction): void => {
    if ((one.state === 'rejected') !== (one.refusal !== null))
      throw new Error('refused if and only if there is a reason');
    if ((one.state === 'parked') !== (one.deadlineMs !== null))
      throw new Error('parked if and only if there is a deadline');
    if (one.kind !== 'adjust' && one.units < 0n) throw new Error('a transaction counts units without a sign');
    if (one.kind !== 'adjust' && (one.reversedUnits < 0n || one.reversedUnits > one.units))
      throw new Error('more was returned than taken');
  };

  const post = (posting: Posting): void => {
    const last = postings.findLast((one) => one.player === posting.player && one.currency === posting.currency);
    const seq = (last?.seq ?? 0n) + 1n;
    if (posting.seq !== seq) throw new Error(`posting ${posting.seq} follows ${seq - 1n}: the sequence has a gap`);
    if (posting.units <= 0n) throw new Error('a posting moves at least one unit');
    if (posting.debit === posting.credit) throw new Error('a posting moves from one account to another');
    if (posting.debit === 'player' && posting.balanceAfter < 0n && !posting.overdrawn)
      throw new Error('a posting overdraws without saying so');
    postings.push(posting);
  };

  return {
    wallets: ofPlayer,
    transaction: (scope, name) => transactions.get(transactionKey({ ...scope, ...name })) ?? null,
    round: (scope, player, round) => rounds.get(roundKey(scope, player, round)) ?? null,
    parked: (scope, player) => here(scope, player).filter((one) => one.kind === 'win' && one.state === 'parked'),
    roundTransactions: (scope, player, round) => here(scope, player).filter((one) => one.round === round),
    winsNaming: (scope, player, bet) =>
      here(scope, player).filter((one) => one.kind === 'win' && one.reference === bet),
    apply: (changes) => {
      for (const transaction of changes.transactions) {
        const key = transactionKey(transaction);
        const before = transactions.get(key);
        if (before !== undefined && before.player !== transaction.player) throw new Error('a row changed its player');
        if (before !== undefined && before.id !== transaction.id) throw new Error('a row changed its id');
        check(transaction);
        transactions.set(key, transaction);
      }
      for (const round of changes.rounds) rounds.set(roundKey(round, round.player, round.round), round);
      for (const posting of changes.postings) post(posting);
      for (const wallet of changes.wallets) change(wallet.player, wallet.currency, wallet);
    },
    openWallet: (player, currency, scale) =>
      wallets.set(walletKey(player, currency), {
        player,
        currency,
        scale,
        balance: 0n,
        seq: 0n,
        status: 'active',
        maxStake: null,
        dailyLossLimit: null,
        lossDay: '1970-01-01',
        lossUsed: 0n,
      }),
    setStatus: (player, status) => {
      for (const wallet of ofPlayer(player)) change(player, wallet.currency, { status });
    },
    setLimits: (player, currency, limits) => change(player, currency, limits),
    postings: () => postings,
    allWallets: () => [...wallets.values()],
    allTransactions: () => [...transactions.values()],
    allRounds: () => [...rounds.values()],
  };
}
