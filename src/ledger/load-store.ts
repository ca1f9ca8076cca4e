/**
 * What a batch reads, as one flight: BEGIN, the locks, every row the calls may need. Locks are taken on wallets only, in
 * primary key order, before anything else is read, so two batches can never wait for each other crosswise (BET-37). Every
 * other row of a player is read under that lock, by a later statement with a later snapshot.
 *
 * In a distributed book a batch has one shard, $1, and every statement names it, so that it goes to one node; there an
 * external id is looked for in its player's shard only, elsewhere in the whole book (BET-28).
 *
 * A plan must not hang on statistics, which a new installation has none of. Lanes allow index lookups only (planSettings);
 * where two indexes could serve, the comparisons of the wrong one are written IS NOT DISTINCT FROM, which no index serves.
 * test/ledger/plans.test.ts pins the index of each statement.
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

const WALLET = WALLET_COLUMNS.list('w');
const TRANSACTION = TRANSACTION_COLUMNS.list('t');
const ROUND = ROUND_COLUMNS.list('r');

/** Keeps a table to the batch's shards. $1 is named in either case, so that its type is known. */
export function shardFilter(distributed: boolean): (alias: string) => string {
  return (alias) => (distributed ? `${alias}.shard = ANY ($1::smallint[])` : '$1::smallint[] IS NOT NULL');
}

type LoadStatements = ReturnType<typeof loadStatements>;

/** Every statement of the loading flight. For the lint of a distributed book they are all here and nowhere else. */
export function loadStatements(distributed: boolean) {
  const inShards = shardFilter(distributed);
  /**
   * The rows of a table for each row before it, by the index those comparisons enter. OFFSET 0 keeps the planner from turning
   * the join around, which it would do on empty tables, and keep doing when they have grown.
   */
  const each = (table: string, alias: string, comparisons: string) => `
    CROSS JOIN LATERAL (
      SELECT * FROM ${table} ${alias} WHERE ${comparisons} AND ${inShards(alias)} OFFSET 0
    ) ${alias}`;
  const scope = (alias: string, of: string) =>
    `${alias}.aggregator IS NOT DISTINCT FROM ${of}.aggregator AND ${alias}.id_scope IS NOT DISTINCT FROM ${of}.id_scope`;

  const players = 'unnest($2::smallint[], $3::text[]) AS n (shard, player)';
  const named = 'unnest($2::text[], $3::text[], $4::text[], $5::text[]) AS n (aggregator, id_scope, kind, external_id)';
  const ofPlayer =
    'unnest($2::smallint[], $3::text[], $4::text[], $5::text[], $6::text[]) AS n (shard, player, aggregator, id_scope, name)';

  const waiting = each(
    'transaction',
    't',
    "t.shard = n.shard AND t.player = n.player AND (t.state = 'parked' OR 'before_bet' = ANY (t.flags))",
  );
  const transactionNamed = each(
    'transaction',
    't',
    't.aggregator = n.aggregator AND t.external_id = n.external_id AND t.kind = n.kind AND t.id_scope = n.id_scope',
  );
  // the bet a known win or rollback belongs to
  const parent = each(
    'transaction',
    't',
    "t.aggregator = h.aggregator AND t.external_id = h.reference AND t.kind = 'bet' AND t.id_scope = h.id_scope",
  );
  const roundOf = (of: string, name: string) =>
    each(
      'round',
      'r',
      `r.shard = ${of}.shard AND r.player = ${of}.player AND r.aggregator = ${of}.aggregator AND r.id_scope = ${of}.id_scope AND r.round_id = ${of}.${name}`,
    );
  const inRound = (alias: string, of: string, name: string) =>
    each(
      'transaction',
      alias,
      `${alias}.shard = ${of}.shard AND ${alias}.player = ${of}.player AND ${alias}.round_id = ${of}.${name} AND ${scope(alias, of)}`,
    );
  const winsNaming = (of: string, name: string) =>
    each(
      'transaction',
      't',
      `t.shard = ${of}.shard AND t.player = ${of}.player AND t.kind IS NOT DISTINCT FROM 'win' AND t.reference = ${of}.${name} AND ${scope('t', of)}`,
    );

  return {
    begin: { name: 'BEGIN', text: 'BEGIN' },

    /**
     * Locks every wallet of every player of the batch. Relies on wallet_pkey. The players come in the one lock order of the
     * house, and are locked in the order they come.
     */
    lockWallets: {
      name: 'wallet.lock',
      text: `
    /* wallet.lock */
    SELECT ${WALLET}
    FROM ${players}
    CROSS JOIN LATERAL (
      SELECT * FROM wallet w WHERE w.shard = n.shard AND w.player = n.player AND ${inShards('w')} ORDER BY w.currency FOR UPDATE
    ) w`,
    },

    /** The named rows, whoever owns them, and the bets they refer to. Relies on transaction_external_id. */
    namedTransactions: {
      name: 'transaction.named',
      text: `
    /* transaction.named */
    WITH hit AS MATERIALIZED (
      SELECT t.* FROM ${named} ${transactionNamed}
    )
    SELECT ${TRANSACTION} FROM hit t
    UNION ALL
    SELECT ${TRANSACTION} FROM hit h ${parent}
    WHERE h.reference IS NOT NULL`,
    },

    /** Relies on round_pkey. */
    namedRounds: {
      name: 'round.named',
      text: `
    /* round.named */
    SELECT ${ROUND} FROM ${ofPlayer} ${roundOf('n', 'name')}`,
    },

    /** Wins that wait for a bet, or were paid before theirs. Relies on the partial index transaction_waiting. */
    waitingWins: {
      name: 'transaction.waiting',
      text: `
    /* transaction.waiting */
    SELECT ${TRANSACTION} FROM ${players} ${waiting}`,
    },

    /** The rounds those wins name, which need not be their bet's. Relies on transaction_waiting and round_pkey. */
    roundsOfWaitingWins: {
      name: 'round.of_waiting',
      text: `
    /* round.of_waiting */
    SELECT ${ROUND} FROM ${players} ${waiting} ${roundOf('t', 'round_id')}`,
    },

    /** Rounds of transactions that were named without their round, and of the bets they refer to. */
    roundsOfTransactions: {
      name: 'round.of_transactions',
      text: `
    /* round.of_transactions */
    WITH
      hit AS MATERIALIZED (
        SELECT t.* FROM ${named} ${transactionNamed}
      ),
      involved AS MATERIALIZED (
        SELECT shard, player, aggregator, id_scope, round_id FROM hit
        UNION
        SELECT t.shard, t.player, t.aggregator, t.id_scope, t.round_id FROM hit h ${parent}
      )
    SELECT ${ROUND} FROM involved i ${roundOf('i', 'round_id')}`,
    },

    /** Everything in the named rounds. Relies on transaction_round. */
    transactionsOfRounds: {
      name: 'transaction.of_rounds',
      text: `
    /* transaction.of_rounds */
    SELECT ${TRANSACTION} FROM ${ofPlayer} ${inRound('t', 'n', 'name')}`,
    },

    /** Every transaction of the bets' rounds; only for policies that reverse wins with their bet. Relies on transaction_round. */
    transactionsAroundBets: {
      name: 'transaction.around_bets',
      text: `
    /* transaction.around_bets */
    WITH bet AS MATERIALIZED (
      SELECT t.* FROM ${named} ${transactionNamed}
    )
    SELECT ${TRANSACTION} FROM bet b ${inRound('t', 'b', 'round_id')}`,
    },

    /** Every win of the player that names the bet; only for policies that pay wins before their bet. Relies on transaction_pkey. */
    winsNamingBets: {
      name: 'transaction.wins_naming',
      text: `
    /* transaction.wins_naming */
    SELECT ${TRANSACTION} FROM ${ofPlayer} ${winsNaming('n', 'name')}`,
    },

    /** The rounds those wins name. */
    roundsOfWinsNamingBets: {
      name: 'round.of_wins_naming',
      text: `
    /* round.of_wins_naming */
    SELECT ${ROUND} FROM ${ofPlayer} ${winsNaming('n', 'name')} ${roundOf('t', 'round_id')}`,
    },

    /** Every win that names a bet of the rounds; only for policies that reverse wins with their bets. Relies on transaction_round. */
    winsNamingBetsOfRounds: {
      name: 'transaction.wins_naming_bets_of',
      text: `
    /* transaction.wins_naming_bets_of */
    SELECT ${TRANSACTION} FROM ${ofPlayer} ${inRound('b', 'n', 'name')} ${winsNaming('b', 'external_id')}
    WHERE b.kind = 'bet'`,
    },

    /** The rounds those wins name. */
    roundsOfWinsNamingBetsOfRounds: {
      name: 'round.of_wins_naming_bets_of',
      text: `
    /* round.of_wins_naming_bets_of */
    SELECT ${ROUND} FROM ${ofPlayer} ${inRound('b', 'n', 'name')} ${winsNaming('b', 'external_id')} ${roundOf('t', 'round_id')}
    WHERE b.kind = 'bet'`,
    },
  } as const satisfies Record<string, Statement>;
}
