/**
 * The scratch copy one decision works on: reads fall through to the loaded book, writes stay here until the decision is
 * made. Local to `decide`; nothing outside ever sees it half done. A refused call drops its scratch, so a call's moves
 * are all or nothing.
 */
import { pairOfExchange } from '../money/index.ts';
import type { Account, Book, Changes, Posting, Round, Transaction, TransactionName, Wallet } from './book.ts';
import type { WalletRequest } from './call.ts';
import type { RoundId, TransactionId } from './ids.ts';
import type { Alert } from './outcome.ts';

export interface Scratch {
  readonly request: WalletRequest;
  readonly wallets: () => readonly Wallet[];
  readonly wallet: (currency: string) => Wallet | null;
  /** the wallet that the call itself says it plays from */
  readonly home: () => Wallet | null;
  readonly putWallet: (wallet: Wallet) => void;
  readonly transaction: (name: TransactionName) => Transaction | null;
  readonly putTransaction: (transaction: Transaction) => void;
  readonly round: (round: RoundId) => Round | null;
  readonly putRound: (round: Round) => void;
  readonly parked: () => readonly Transaction[];
  readonly roundTransactions: (round: RoundId) => readonly Transaction[];
  readonly winsNaming: (bet: Transaction) => readonly Transaction[];
  /** Moves `units` > 0 between the player's wallet and a house account; zero moves nothing and posts nothing. */
  readonly credit: (currency: string, from: Account, units: bigint, cause: TransactionId) => void;
  readonly debit: (currency: string, to: Account, units: bigint, cause: TransactionId) => void;
  /** A debit that may take the wallet below zero: only a reversal under `balance.negative: allow`. */
  readonly overdraw: (currency: string, to: Account, units: bigint, cause: TransactionId) => void;
  /** A debt of the player: a posting beside the wallet that leaves its balance alone. */
  readonly owe: (currency: string, to: Account, units: bigint, cause: TransactionId) => void;
  readonly alert: (alert: Alert) => void;
  readonly changes: () => Changes;
  readonly alerts: () => readonly Alert[];
}

export function createScratch(book: Book, request: WalletRequest): Scratch {
  const scope = { aggregator: request.aggregator, idScope: request.idScope };
  const wallets = new Map<string, Wallet>();
  const transactions = new Map<string, Transaction>();
  const rounds = new Map<RoundId, Round>();
  const postings: Posting[] = [];
  const alerts: Alert[] = [];

  const key = (name: TransactionName) => `${name.kind} ${name.externalId}`;
  const own = (row: Transaction): Transaction => transactions.get(key(row)) ?? row;
  /** loaded rows in their newest version, then rows of this decision the book does not know yet */
  const newest = (loaded: readonly Transaction[], belongs: (row: Transaction) => boolean): readonly Transaction[] => {
    const known = new Set(loaded.map(key));
    const fresh = [...transactions.values()].filter((row) => !known.has(key(row)) && belongs(row));
    return [...loaded.map(own), ...fresh].filter(belongs);
  };

  const wallet = (currency: string): Wallet | null =>
    wallets.get(currency) ?? book.wallets(request.player).find((each) => each.currency === currency) ?? null;

  const post = (
    currency: string,
    [debit, credit]: readonly [Account, Account],
    units: bigint,
    balanceChange: bigint,
    cause: TransactionId,
    overdrawn = false,
  ) => {
    const before = wallet(currency);
    if (before === null) throw new Error(`defect: a posting in ${currency} for a player without such a wallet`);
    if (units <= 0n) throw new Error('defect: a posting moves more than nothing');
    if (balanceChange < 0n && before.balance + balanceChange < 0n && !overdrawn) {
      throw new Error('defect: only a reversal that may overdraw takes a wallet below zero');
    }
    const after: Wallet = { ...before, balance: before.balance + balanceChange, seq: before.seq + 1n };
    wallets.set(currency, after);
    postings.push({
      player: request.player,
      currency,
      seq: after.seq,
      debit,
      credit,
      units,
      transaction: cause,
      balanceAfter: after.balance,
      overdrawn,
      createdAtMs: request.nowMs,
    });
  };

  return {
    request,
    wallets: () => book.wallets(request.player).map((each) => wallets.get(each.currency) ?? each),
    wallet,
    home: () => wallet(request.exchange === null ? request.currency : pairOfExchange(request.exchange).wallet),
    putWallet: (next) => void wallets.set(next.currency, next),
    transaction: (name) => transactions.get(key(name)) ?? book.transaction(scope, name),
    putTransaction: (next) => void transactions.set(key(next), next),
    round: (round) => rounds.get(round) ?? book.round(scope, request.player, round),
    putRound: (next) => void rounds.set(next.round, next),
    parked: () => newest(book.parked(scope, request.player), (row) => row.state === 'parked'),
    roundTransactions: (round) =>
      newest(book.roundTransactions(scope, request.player, round), (row) => row.round === round),
    winsNaming: (bet) =>
      newest(
        book.winsNaming(scope, request.player, bet.externalId),
        (row) => row.kind === 'win' && row.reference === bet.externalId,
      ),
    credit: (currency, from, units, cause) => {
      if (units !== 0n) post(currency, [from, 'player'], units, units, cause);
    },
    debit: (currency, to, units, cause) => {
      if (units !== 0n) post(currency, ['player', to], units, -units, cause);
    },
    overdraw: (currency, to, units, cause) => {
      if (units !== 0n) post(currency, ['player', to], units, -units, cause, true);
    },
    owe: (currency, to, units, cause) => {
      if (units !== 0n) post(currency, ['receivable', to], units, 0n, cause);
    },
    alert: (alert) => void alerts.push(alert),
    changes: () => ({
      wallets: [...wallets.values()],
      transactions: [...transactions.values()],
      rounds: [...rounds.values()],
      postings,
    }),
    alerts: () => alerts,
  };
}
