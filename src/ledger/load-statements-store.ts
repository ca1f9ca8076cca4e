/**
 * The SQL of the loading flight. In a distributed book a batch has one shard, $1, and every statement names it, so that it
 * goes to one node; there an external id is looked for in its player's shard only, elsewhere in the whole book (BET-28).
 *
 * A plan must not hang on statistics, which a new installation has none of. Lanes allow index lookups only (planSettings);
 * where two indexes could serve, the comparisons of the wrong one are written IS NOT DISTINCT FROM, which no index serves.
 * test/ledger/plans.test.ts pins the index of each statement.
 */
import type { Statement } from '../platform/index.ts';
import { ROUND_COLUMNS, rowsOf, TRANSACTION_COLUMNS, WALLET_COLUMNS } from './columns.ts';

const WALLET = WALLET_COLUMNS.list('w');
const TRANSACTION = TRANSACTION_COLUMNS.list('t');
const ROUND = ROUND_COLUMNS.list('r');

/** Keeps a table to the batch's shards. $1 is named in either case, so that its type is known. */
export function shardFilter(distributed: boolean): (alias: string) => string {
  return (alias) => (distributed ? `${alias}.shard = ANY ($1::smallint[])` : '$1::smallint[] IS NOT NULL');
}

export type LoadStatements = ReturnType<typeof loadStatements>;

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

  const given = (...names: readonly string[]) =>
    `${rowsOf(
      names.map((name) => ({ name, type: name === 'shard' ? 'smallint' : 'text' })),
      2,
    )} AS n`;
  const players = given('shard', 'player');
  const named = given('aggregator', 'id_scope', 'kind', 'external_id');
  const ofPlayer = given('shard', 'player', 'aggregator', 'id_scope', 'name');

  const waiting = each(
    'transaction',
    't',
    "t.shard = n.shard AND t.player = n.player AND (t.state = 'parked' OR 'before_bet' = ANY (t.flags))",
  );
  const transactionNamed = (alias: string) =>
    each(
      'transaction',
      alias,
      `${alias}.aggregator = n.aggregator AND ${alias}.external_id = n.external_id AND ${alias}.kind = n.kind AND ${alias}.id_scope = n.id_scope`,
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
    SELECT ${TRANSACTION} FROM ${named} ${transactionNamed('h')}
    CROSS JOIN LATERAL (
      SELECT h.*
      UNION ALL
      SELECT t.* FROM (SELECT) one ${parent}
      WHERE h.reference IS NOT NULL
    ) t`,
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
        SELECT t.* FROM ${named} ${transactionNamed('t')}
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
      SELECT t.* FROM ${named} ${transactionNamed('t')}
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
