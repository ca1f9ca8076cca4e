/**
 * What a batch reads, as one flight: BEGIN, the locks, every row the calls may need. Locks are taken on wallets only, in
 * primary key order, before anything else is read, so two batches can never wait for each other crosswise (BET-37). Every
 * other row of a player is read under that lock, by a later statement with a later snapshot.
 *
 * The statements themselves are in load-statements-store.ts.
 */
import type { Answered, Sending, Statement } from '../platform/index.ts';
import { needsOf } from '../wallet/index.ts';
import type { PlayerId, Policy, TransactionKind, WalletRequest } from '../wallet/index.ts';
import {
  arrayOf,
  readRound,
  readTransaction,
  readWallet,
  ROUND_COLUMNS,
  TRANSACTION_COLUMNS,
  WALLET_COLUMNS,
} from './columns.ts';
import { loadStatements } from './load-statements-store.ts';
import type { LoadStatements } from './load-statements-store.ts';
import { shardOf } from './shard.ts';
import type { Loaded } from './working-set.ts';

export interface Item {
  readonly request: WalletRequest;
  readonly policy: Policy;
}

interface TransactionNamed {
  readonly request: WalletRequest;
  readonly kind: TransactionKind;
  readonly externalId: string;
}
/** A round, or a bet, by a name that is unique for one player. */
interface OfPlayer {
  readonly request: WalletRequest;
  readonly shard: number;
  readonly name: string;
}

/** What to load for a batch, gathered from every item. */
interface Shopping {
  readonly shards: readonly number[];
  readonly players: ReadonlyMap<PlayerId, number>;
  readonly transactions: TransactionNamed[];
  readonly rounds: OfPlayer[];
  readonly roundsOf: TransactionNamed[];
  readonly parked: Set<PlayerId>;
  readonly wholeRounds: OfPlayer[];
  readonly wholeRoundsOf: TransactionNamed[];
  readonly winsNaming: OfPlayer[];
  readonly winsNamingBetsOf: OfPlayer[];
}

type Kind = 'none' | 'wallets' | 'transactions' | 'rounds';
interface Read {
  readonly kind: Kind;
  readonly sending: Sending;
}

export interface Load {
  readonly flight: readonly Sending[];
  readonly read: (answered: readonly Answered[]) => Loaded;
  /**
   * The wins that wait for a bet, for the players of the batch that have any and whose calls may meet them: a second flight,
   * nearly always empty.
   */
  readonly waiting: (loaded: Loaded) => Load | null;
}

export interface LoadStore {
  readonly load: (items: readonly Item[]) => Load;
}

/** @param distributed each batch is of one shard, and so is each statement */
export function createLoadStore(distributed: boolean): LoadStore {
  const statements = loadStatements(distributed);
  return { load: (items) => loadOf(statements, shop(items)) };
}

function loadOf(statements: LoadStatements, shopping: Shopping): Load {
  const reads = readsOf(statements, shopping);
  return {
    flight: reads.map(({ sending }) => sending),
    read: (answered) => readAll(reads, answered),
    waiting: (loaded) => {
      const players = [...shopping.parked].filter((player) => (loaded.waiting.get(player) ?? 0) > 0);
      if (players.length === 0) return null;
      const parameters = ofPlayers(players.map((player) => [player, shardOf(player)]));
      const later: readonly Read[] = [
        { kind: 'transactions', sending: { statement: statements.waitingWins, parameters } },
        { kind: 'rounds', sending: { statement: statements.roundsOfWaitingWins, parameters } },
      ];
      return {
        flight: later.map(({ sending }) => sending),
        read: (answered) => readAll(later, answered),
        waiting: () => null,
      };
    },
  };
}

function readsOf(statements: LoadStatements, shopping: Shopping): readonly Read[] {
  const reads: Read[] = [
    { kind: 'none', sending: { statement: statements.begin, parameters: [] } },
    {
      kind: 'wallets',
      sending: { statement: statements.lockWallets, parameters: ofPlayers(inLockOrder(shopping.players)) },
    },
  ];
  const named = (statement: Statement, kind: Kind, names: readonly TransactionNamed[]) => {
    if (names.length > 0) reads.push({ kind, sending: { statement, parameters: ofNames(shopping.shards, names) } });
  };
  const ofPlayer = (statement: Statement, kind: Kind, names: readonly OfPlayer[]) => {
    if (names.length > 0)
      reads.push({ kind, sending: { statement, parameters: ofPlayerNames(shopping.shards, names) } });
  };
  named(statements.namedTransactions, 'transactions', shopping.transactions);
  ofPlayer(statements.namedRounds, 'rounds', shopping.rounds);
  named(statements.roundsOfTransactions, 'rounds', shopping.roundsOf);
  ofPlayer(statements.transactionsOfRounds, 'transactions', shopping.wholeRounds);
  named(statements.transactionsAroundBets, 'transactions', shopping.wholeRoundsOf);
  ofPlayer(statements.winsNamingBets, 'transactions', shopping.winsNaming);
  ofPlayer(statements.roundsOfWinsNamingBets, 'rounds', shopping.winsNaming);
  ofPlayer(statements.winsNamingBetsOfRounds, 'transactions', shopping.winsNamingBetsOf);
  ofPlayer(statements.roundsOfWinsNamingBetsOfRounds, 'rounds', shopping.winsNamingBetsOf);
  return reads;
}

function readAll(reads: readonly Read[], answered: readonly Answered[]): Loaded {
  const rows = (kind: Kind) => answered.flatMap((each, index) => (reads[index]?.kind === kind ? each.rows : []));
  const waiting = new Map<PlayerId, number>();
  const wallets = rows('wallets').map((fields) => {
    const row = WALLET_COLUMNS.read(fields);
    const wallet = readWallet(row);
    if (row.waiting !== 0) waiting.set(wallet.player, (waiting.get(wallet.player) ?? 0) + row.waiting);
    return wallet;
  });
  return {
    wallets,
    waiting,
    transactions: rows('transactions').map((fields) => readTransaction(TRANSACTION_COLUMNS.read(fields))),
    rounds: rows('rounds').map((fields) => readRound(ROUND_COLUMNS.read(fields))),
  };
}

function shop(items: readonly Item[]): Shopping {
  const players = new Map<PlayerId, number>();
  const shopping = {
    transactions: [] as TransactionNamed[],
    rounds: [] as OfPlayer[],
    roundsOf: [] as TransactionNamed[],
    parked: new Set<PlayerId>(),
    wholeRounds: [] as OfPlayer[],
    wholeRoundsOf: [] as TransactionNamed[],
    winsNaming: [] as OfPlayer[],
    winsNamingBetsOf: [] as OfPlayer[],
  };
  for (const { request, policy } of items) {
    const shard = players.get(request.player) ?? shardOf(request.player);
    players.set(request.player, shard);
    const needs = needsOf(request, policy);
    if (needs.parked) shopping.parked.add(request.player);
    for (const name of needs.transactions) shopping.transactions.push({ request, ...name });
    for (const name of needs.roundsOf) shopping.roundsOf.push({ request, ...name });
    for (const name of needs.wholeRoundsOf) shopping.wholeRoundsOf.push({ request, ...name });
    for (const round of needs.rounds) shopping.rounds.push({ request, shard, name: round });
    for (const bet of needs.winsNaming) shopping.winsNaming.push({ request, shard, name: bet });
    for (const round of needs.winsNamingBetsOf) shopping.winsNamingBetsOf.push({ request, shard, name: round });
    for (const round of needs.wholeRounds) shopping.wholeRounds.push({ request, shard, name: round });
  }
  return { shards: [...new Set(players.values())], players, ...shopping };
}

/** The one lock order of the house: by shard, then player. */
function inLockOrder(players: ReadonlyMap<PlayerId, number>): readonly (readonly [PlayerId, number])[] {
  return [...players].toSorted(([a, shardA], [b, shardB]) => shardA - shardB || (a < b ? -1 : 1));
}

function ofPlayers(players: readonly (readonly [PlayerId, number])[]): Sending['parameters'] {
  return [
    arrayOf([...new Set(players.map(([, shard]) => shard))], (shard) => shard),
    arrayOf(players, ([, shard]) => shard),
    arrayOf(players, ([player]) => player),
  ];
}

function ofNames(shards: readonly number[], names: readonly TransactionNamed[]): Sending['parameters'] {
  return [
    arrayOf(shards, (shard) => shard),
    arrayOf(names, (each) => each.request.aggregator),
    arrayOf(names, (each) => each.request.idScope),
    arrayOf(names, (each) => each.kind),
    arrayOf(names, (each) => each.externalId),
  ];
}

function ofPlayerNames(shards: readonly number[], names: readonly OfPlayer[]): Sending['parameters'] {
  return [
    arrayOf(shards, (shard) => shard),
    arrayOf(names, (each) => each.shard),
    arrayOf(names, (each) => each.request.player),
    arrayOf(names, (each) => each.request.aggregator),
    arrayOf(names, (each) => each.request.idScope),
    arrayOf(names, (each) => each.name),
  ];
}
