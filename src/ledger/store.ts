/**
 * The hot path's SQL: everything a batch reads, and everything it writes, each as one pipelined flight. Locks are taken
 * on wallets only, in primary key order, before anything else is read, so two batches can never wait for each other
 * crosswise (BET-37). Every other row of a player is read under that lock.
 */
import type { Database } from '../platform/index.ts';
import { needsOf } from '../wallet/index.ts';
import type { Needs, PlayerId, Policy, TransactionKind, WalletRequest } from '../wallet/index.ts';
import { decimalText, instant, instantOrNull, readRound, readTransaction, readWallet, unitsText } from './columns.ts';
import type { RoundRow, TransactionRow, WalletRow } from './columns.ts';
import type { Flight, Statement, StatementResult } from './lane-connection.ts';
import { shardOf } from './shard.ts';
import type { Dirty, Loaded } from './working-set.ts';

export interface Item {
  readonly request: WalletRequest;
  readonly policy: Policy;
}

interface NamedTransactions {
  readonly aggregator: string[];
  readonly idScope: string[];
  readonly kind: TransactionKind[];
  readonly externalId: string[];
}
interface NamedOfPlayer {
  readonly shard: number[];
  readonly player: string[];
  readonly aggregator: string[];
  readonly idScope: string[];
  readonly name: string[];
}

/** What to load for a batch, gathered from every item and without repetition. */
interface Shopping {
  readonly players: { readonly shard: number[]; readonly player: string[] };
  readonly transactions: NamedTransactions;
  readonly rounds: NamedOfPlayer;
  readonly roundsOf: NamedTransactions;
  readonly parked: boolean;
  readonly wholeRounds: NamedOfPlayer;
  readonly wholeRoundsOf: NamedTransactions;
  readonly winsNaming: NamedOfPlayer;
}

/** BEGIN, the locks, and every row the batch may need: one round trip. `read` turns the results into rows of the book. */
export function loadFlight(items: readonly Item[]): {
  flight: Flight;
  read: (results: readonly StatementResult[]) => Loaded;
} {
  const shopping = shop(items);
  const kinds: ('none' | 'wallets' | 'transactions' | 'rounds')[] = [];
  const flight: Flight = (sql) => {
    const statements: Statement[] = [];
    const send = (kind: (typeof kinds)[number], statement: Statement) => {
      kinds.push(kind);
      statements.push(statement);
    };
    send('none', sql`BEGIN`.simple());
    send('wallets', lockWallets(sql, shopping.players));
    if (shopping.transactions.externalId.length > 0)
      send('transactions', namedTransactions(sql, shopping.transactions));
    if (shopping.parked) {
      send('transactions', waitingWins(sql, shopping.players));
      send('rounds', roundsOfWaitingWins(sql, shopping.players));
    }
    if (shopping.rounds.name.length > 0) send('rounds', namedRounds(sql, shopping.rounds));
    if (shopping.roundsOf.externalId.length > 0) send('rounds', roundsOfTransactions(sql, shopping.roundsOf));
    if (shopping.wholeRounds.name.length > 0) send('transactions', transactionsOfRounds(sql, shopping.wholeRounds));
    if (shopping.wholeRoundsOf.externalId.length > 0)
      send('transactions', transactionsAroundBets(sql, shopping.wholeRoundsOf));
    if (shopping.winsNaming.name.length > 0) {
      send('transactions', winsNamingBets(sql, shopping.winsNaming));
      send('rounds', roundsOfWinsNamingBets(sql, shopping.winsNaming));
    }
    return statements;
  };
  const rows = <Row>(results: readonly StatementResult[], kind: (typeof kinds)[number]): Row[] =>
    // The driver cannot know the shape of a statement's rows; the statements above vouch for it.
    results.flatMap((result, index) => (kinds[index] === kind ? ([...result] as Row[]) : []));
  return {
    flight,
    read: (results) => ({
      wallets: rows<WalletRow>(results, 'wallets').map(readWallet),
      transactions: rows<TransactionRow>(results, 'transactions').map(readTransaction),
      rounds: rows<RoundRow>(results, 'rounds').map(readRound),
    }),
  };
}

function shop(items: readonly Item[]): Shopping {
  const players = new Map<PlayerId, number>();
  const shopping = {
    transactions: newNamedTransactions(),
    rounds: newNamedOfPlayer(),
    roundsOf: newNamedTransactions(),
    wholeRounds: newNamedOfPlayer(),
    wholeRoundsOf: newNamedTransactions(),
    winsNaming: newNamedOfPlayer(),
  };
  let parked = false;
  for (const { request, policy } of items) {
    const shard = shardOf(request.player);
    players.set(request.player, shard);
    const needs: Needs = needsOf(request, policy);
    parked ||= needs.parked;
    for (const name of needs.transactions) shopping.transactions.add(request, name.kind, name.externalId);
    for (const name of needs.roundsOf) shopping.roundsOf.add(request, name.kind, name.externalId);
    for (const bet of needs.wholeRoundsOf) shopping.wholeRoundsOf.add(request, 'bet', bet);
    for (const round of needs.rounds) shopping.rounds.add(request, shard, round);
    for (const bet of needs.winsNaming) shopping.winsNaming.add(request, shard, bet);
    for (const round of needs.wholeRounds) shopping.wholeRounds.add(request, shard, round);
  }
  return { players: { shard: [...players.values()], player: [...players.keys()] }, parked, ...shopping };
}

function newNamedTransactions() {
  const named: NamedTransactions = { aggregator: [], idScope: [], kind: [], externalId: [] };
  return {
    ...named,
    add: (request: WalletRequest, kind: TransactionKind, externalId: string) => {
      named.aggregator.push(request.aggregator);
      named.idScope.push(request.idScope);
      named.kind.push(kind);
      named.externalId.push(externalId);
    },
  };
}

function newNamedOfPlayer() {
  const named: NamedOfPlayer = { shard: [], player: [], aggregator: [], idScope: [], name: [] };
  return {
    ...named,
    add: (request: WalletRequest, shard: number, round: string) => {
      named.shard.push(shard);
      named.player.push(request.player);
      named.aggregator.push(request.aggregator);
      named.idScope.push(request.idScope);
      named.name.push(round);
    },
  };
}

/** Locks every wallet of every player of the batch. Relies on wallet_pkey; the order is the one lock order of the house. */
function lockWallets(sql: Database, players: Shopping['players']) {
  return sql`
    /* wallet.lock */
    SELECT player, currency, scale, balance, seq, status, max_stake, daily_loss_limit, loss_day, loss_used
    FROM wallet
    WHERE (shard, player) IN (SELECT * FROM unnest(${players.shard}::smallint[], ${players.player}::text[]))
    ORDER BY shard, player, currency
    FOR UPDATE`;
}

/** The named rows, whoever owns them, and the bets they refer to. Relies on transaction_external_id. */
function namedTransactions(sql: Database, names: NamedTransactions) {
  return sql`
    /* transaction.named */
    WITH
      -- the ids the requests name
      hit AS MATERIALIZED (
        SELECT t.*
        FROM (
          SELECT DISTINCT * FROM unnest(${names.aggregator}::text[], ${names.idScope}::text[], ${names.kind}::text[], ${names.externalId}::text[])
            AS n (aggregator, id_scope, kind, external_id)
        ) n
        JOIN transaction t
          ON t.aggregator = n.aggregator AND t.external_id = n.external_id AND t.kind = n.kind AND t.id_scope = n.id_scope
      ),
      -- the bet a known win or rollback belongs to
      parent AS (
        SELECT t.*
        FROM hit h
        JOIN transaction t
          ON t.aggregator = h.aggregator AND t.external_id = h.reference AND t.kind = 'bet' AND t.id_scope = h.id_scope
        WHERE h.reference IS NOT NULL
      )
    SELECT * FROM hit
    UNION ALL
    SELECT * FROM parent`;
}

/** Wins that wait for a bet, or were paid before theirs. Relies on the partial index transaction_waiting, which is nearly always empty. */
function waitingWins(sql: Database, players: Shopping['players']) {
  return sql`
    /* transaction.waiting */
    SELECT *
    FROM transaction
    WHERE (state = 'parked' OR 'before_bet' = ANY (flags))
      AND (shard, player) IN (SELECT * FROM unnest(${players.shard}::smallint[], ${players.player}::text[]))`;
}

/** The rounds those wins name, which need not be their bet's. Relies on transaction_waiting and round_pkey. */
function roundsOfWaitingWins(sql: Database, players: Shopping['players']) {
  return sql`
    /* round.of_waiting */
    SELECT r.*
    FROM transaction t
    JOIN round r
      ON r.shard = t.shard AND r.player = t.player AND r.aggregator = t.aggregator AND r.id_scope = t.id_scope AND r.round_id = t.round_id
    WHERE (t.state = 'parked' OR 'before_bet' = ANY (t.flags))
      AND (t.shard, t.player) IN (SELECT * FROM unnest(${players.shard}::smallint[], ${players.player}::text[]))`;
}

/** Relies on round_pkey. */
function namedRounds(sql: Database, names: NamedOfPlayer) {
  return sql`
    /* round.named */
    SELECT r.*
    FROM (
      SELECT DISTINCT * FROM unnest(
        ${names.shard}::smallint[], ${names.player}::text[], ${names.aggregator}::text[], ${names.idScope}::text[], ${names.name}::text[]
      ) AS n (shard, player, aggregator, id_scope, round_id)
    ) n
    JOIN round r
      ON r.shard = n.shard AND r.player = n.player AND r.aggregator = n.aggregator AND r.id_scope = n.id_scope AND r.round_id = n.round_id`;
}

/** Rounds of transactions that were named without their round, and of the bets they refer to. */
function roundsOfTransactions(sql: Database, names: NamedTransactions) {
  return sql`
    /* round.of_transactions */
    WITH
      hit AS MATERIALIZED (
        SELECT t.*
        FROM (
          SELECT DISTINCT * FROM unnest(${names.aggregator}::text[], ${names.idScope}::text[], ${names.kind}::text[], ${names.externalId}::text[])
            AS n (aggregator, id_scope, kind, external_id)
        ) n
        JOIN transaction t
          ON t.aggregator = n.aggregator AND t.external_id = n.external_id AND t.kind = n.kind AND t.id_scope = n.id_scope
      ),
      involved AS (
        SELECT shard, player, aggregator, id_scope, round_id FROM hit
        UNION
        SELECT b.shard, b.player, b.aggregator, b.id_scope, b.round_id
        FROM hit h
        JOIN transaction b
          ON b.aggregator = h.aggregator AND b.external_id = h.reference AND b.kind = 'bet' AND b.id_scope = h.id_scope
      )
    SELECT r.*
    FROM involved i
    JOIN round r
      ON r.shard = i.shard AND r.player = i.player AND r.aggregator = i.aggregator AND r.id_scope = i.id_scope AND r.round_id = i.round_id`;
}

/** Everything in the named rounds. Relies on transaction_round. */
function transactionsOfRounds(sql: Database, names: NamedOfPlayer) {
  return sql`
    /* transaction.of_rounds */
    SELECT t.*
    FROM (
      SELECT DISTINCT * FROM unnest(
        ${names.shard}::smallint[], ${names.player}::text[], ${names.aggregator}::text[], ${names.idScope}::text[], ${names.name}::text[]
      ) AS n (shard, player, aggregator, id_scope, round_id)
    ) n
    JOIN transaction t
      ON t.shard = n.shard AND t.player = n.player AND t.round_id = n.round_id AND t.aggregator = n.aggregator AND t.id_scope = n.id_scope`;
}

/** Every transaction of the bets' rounds; only for policies that reverse wins with their bet. Relies on transaction_round. */
function transactionsAroundBets(sql: Database, names: NamedTransactions) {
  return sql`
    /* transaction.around_bets */
    WITH bet AS MATERIALIZED (
      SELECT t.shard, t.player, t.aggregator, t.id_scope, t.round_id, t.external_id
      FROM (
        SELECT DISTINCT * FROM unnest(${names.aggregator}::text[], ${names.idScope}::text[], ${names.externalId}::text[])
          AS n (aggregator, id_scope, external_id)
      ) n
      JOIN transaction t
        ON t.aggregator = n.aggregator AND t.external_id = n.external_id AND t.kind = 'bet' AND t.id_scope = n.id_scope
    )
    SELECT t.*
    FROM bet b
    JOIN transaction t
      ON t.shard = b.shard AND t.player = b.player AND t.round_id = b.round_id AND t.aggregator = b.aggregator AND t.id_scope = b.id_scope`;
}

/** Every win of the player that names the bet; only for policies that pay wins before their bet. Relies on transaction_pkey. */
function winsNamingBets(sql: Database, names: NamedOfPlayer) {
  return sql`
    /* transaction.wins_naming */
    SELECT t.*
    FROM (
      SELECT DISTINCT * FROM unnest(
        ${names.shard}::smallint[], ${names.player}::text[], ${names.aggregator}::text[], ${names.idScope}::text[], ${names.name}::text[]
      ) AS n (shard, player, aggregator, id_scope, bet)
    ) n
    JOIN transaction t
      ON t.shard = n.shard AND t.player = n.player AND t.aggregator = n.aggregator AND t.id_scope = n.id_scope
        AND t.kind = 'win' AND t.reference = n.bet`;
}

/** The rounds those wins name. */
function roundsOfWinsNamingBets(sql: Database, names: NamedOfPlayer) {
  return sql`
    /* round.of_wins_naming */
    SELECT r.*
    FROM (
      SELECT DISTINCT * FROM unnest(
        ${names.shard}::smallint[], ${names.player}::text[], ${names.aggregator}::text[], ${names.idScope}::text[], ${names.name}::text[]
      ) AS n (shard, player, aggregator, id_scope, bet)
    ) n
    JOIN transaction t
      ON t.shard = n.shard AND t.player = n.player AND t.aggregator = n.aggregator AND t.id_scope = n.id_scope
        AND t.kind = 'win' AND t.reference = n.bet
    JOIN round r
      ON r.shard = t.shard AND r.player = t.player AND r.aggregator = t.aggregator AND r.id_scope = t.id_scope AND r.round_id = t.round_id`;
}

/** Every write of the batch and COMMIT: one round trip. A unique key that somebody else took in the meantime fails it whole. */
export function writeFlight(dirty: Dirty): Flight {
  return (sql) => {
    const statements: Statement[] = [];
    if (dirty.wallets.length > 0) statements.push(updateWallets(sql, dirty.wallets));
    if (dirty.newTransactions.length > 0) statements.push(insertTransactions(sql, dirty.newTransactions));
    if (dirty.changedTransactions.length > 0) statements.push(updateTransactions(sql, dirty.changedTransactions));
    if (dirty.newRounds.length > 0) statements.push(insertRounds(sql, dirty.newRounds));
    if (dirty.changedRounds.length > 0) statements.push(updateRounds(sql, dirty.changedRounds));
    if (dirty.postings.length > 0) statements.push(insertPostings(sql, dirty.postings));
    statements.push(sql`COMMIT`.simple());
    return statements;
  };
}

/** COMMIT of a failed transaction answers ROLLBACK without an error, so what it answered is looked at. */
export function committed(results: readonly StatementResult[]): boolean {
  return results.at(-1)?.command === 'COMMIT';
}

export const rollbackFlight: Flight = (sql) => [sql`ROLLBACK`.simple()];

function updateWallets(sql: Database, wallets: Dirty['wallets']) {
  return sql`
    /* wallet.update */
    UPDATE wallet w
    SET balance = n.balance, seq = n.seq, loss_day = n.loss_day, loss_used = n.loss_used
    FROM (
      SELECT * FROM unnest(
        ${wallets.map((each) => shardOf(each.player))}::smallint[], ${wallets.map((each) => each.player)}::text[],
        ${wallets.map((each) => each.currency)}::text[], ${wallets.map((each) => each.balance.toString())}::numeric[],
        ${wallets.map((each) => each.seq.toString())}::bigint[], ${wallets.map((each) => each.lossDay)}::text[],
        ${wallets.map((each) => each.lossUsed.toString())}::numeric[]
      ) AS n (shard, player, currency, balance, seq, loss_day, loss_used)
    ) n
    WHERE w.shard = n.shard AND w.player = n.player AND w.currency = n.currency`;
}

function insertTransactions(sql: Database, rows: Dirty['newTransactions']) {
  return sql`
    /* transaction.insert */
    INSERT INTO transaction (
      shard, player, id, aggregator, id_scope, kind, external_id, flavour, combined, state, refusal, round_id, reference,
      game_code, session_id, currency, amount, units, reversed_units, reversed_amount, wins, balance_after, flags,
      deadline_at, created_at, changed_at
    )
    SELECT
      shard, player, id, aggregator, id_scope, kind, external_id, flavour, combined::boolean, state, refusal, round_id, reference,
      game_code, session_id, currency, amount, units, reversed_units, reversed_amount, wins, balance_after,
      string_to_array(flags, ','), deadline_at, created_at, changed_at
    FROM unnest(
      ${rows.map((row) => shardOf(row.player))}::smallint[], ${rows.map((row) => row.player)}::text[], ${rows.map((row) => row.id)}::uuid[],
      ${rows.map((row) => row.aggregator)}::text[], ${rows.map((row) => row.idScope)}::text[], ${rows.map((row) => row.kind)}::text[],
      ${rows.map((row) => row.externalId)}::text[], ${rows.map((row) => row.flavour)}::text[], ${rows.map((row) => String(row.combined))}::text[],
      ${rows.map((row) => row.state)}::text[], ${rows.map((row) => row.refusal)}::text[], ${rows.map((row) => row.round)}::text[],
      ${rows.map((row) => row.reference)}::text[], ${rows.map((row) => row.gameCode)}::text[], ${rows.map((row) => row.sessionId)}::text[],
      ${rows.map((row) => row.currency)}::text[], ${rows.map((row) => decimalText(row.amount))}::numeric[],
      ${rows.map((row) => row.units.toString())}::numeric[], ${rows.map((row) => row.reversedUnits.toString())}::numeric[],
      ${rows.map((row) => decimalText(row.reversedAmount))}::numeric[], ${rows.map((row) => row.wins)}::integer[],
      ${rows.map((row) => unitsText(row.balanceAfter))}::numeric[], ${rows.map((row) => row.flags.join(','))}::text[],
      ${rows.map((row) => instantOrNull(row.deadlineMs))}::timestamptz[], ${rows.map((row) => instant(row.createdAtMs))}::timestamptz[],
      ${rows.map((row) => instant(row.changedAtMs))}::timestamptz[]
    ) AS n (
      shard, player, id, aggregator, id_scope, kind, external_id, flavour, combined, state, refusal, round_id, reference,
      game_code, session_id, currency, amount, units, reversed_units, reversed_amount, wins, balance_after, flags,
      deadline_at, created_at, changed_at
    )`;
}

/** Relies on transaction_pkey. Facts change only on a tombstone that a late bet fills in. */
function updateTransactions(sql: Database, rows: Dirty['changedTransactions']) {
  return sql`
    /* transaction.update */
    UPDATE transaction t
    SET
      flavour = n.flavour, combined = n.combined::boolean, state = n.state, refusal = n.refusal, round_id = n.round_id,
      game_code = n.game_code, session_id = n.session_id, currency = n.currency, amount = n.amount, units = n.units,
      reversed_units = n.reversed_units, reversed_amount = n.reversed_amount, wins = n.wins,
      balance_after = n.balance_after, flags = string_to_array(n.flags, ','), deadline_at = n.deadline_at, changed_at = n.changed_at
    FROM (
      SELECT * FROM unnest(
        ${rows.map((row) => shardOf(row.player))}::smallint[], ${rows.map((row) => row.player)}::text[], ${rows.map((row) => row.id)}::uuid[],
        ${rows.map((row) => row.flavour)}::text[], ${rows.map((row) => String(row.combined))}::text[], ${rows.map((row) => row.state)}::text[],
        ${rows.map((row) => row.refusal)}::text[], ${rows.map((row) => row.round)}::text[], ${rows.map((row) => row.gameCode)}::text[],
        ${rows.map((row) => row.sessionId)}::text[], ${rows.map((row) => row.currency)}::text[],
        ${rows.map((row) => decimalText(row.amount))}::numeric[], ${rows.map((row) => row.units.toString())}::numeric[],
        ${rows.map((row) => row.reversedUnits.toString())}::numeric[], ${rows.map((row) => decimalText(row.reversedAmount))}::numeric[],
        ${rows.map((row) => row.wins)}::integer[], ${rows.map((row) => unitsText(row.balanceAfter))}::numeric[],
        ${rows.map((row) => row.flags.join(','))}::text[], ${rows.map((row) => instantOrNull(row.deadlineMs))}::timestamptz[],
        ${rows.map((row) => instant(row.changedAtMs))}::timestamptz[]
      ) AS n (
        shard, player, id, flavour, combined, state, refusal, round_id, game_code, session_id, currency, amount, units,
        reversed_units, reversed_amount, wins, balance_after, flags, deadline_at, changed_at
      )
    ) n
    WHERE t.shard = n.shard AND t.player = n.player AND t.id = n.id`;
}

function insertRounds(sql: Database, rounds: Dirty['newRounds']) {
  return sql`
    /* round.insert */
    INSERT INTO round (
      shard, player, aggregator, id_scope, round_id, currency, game_code, session_id, state, bets_ever, bets_standing,
      loose_wins, staked, returned, paid, opened_at, changed_at, closed_at
    )
    SELECT * FROM unnest(
      ${rounds.map((round) => shardOf(round.player))}::smallint[], ${rounds.map((round) => round.player)}::text[],
      ${rounds.map((round) => round.aggregator)}::text[], ${rounds.map((round) => round.idScope)}::text[], ${rounds.map((round) => round.round)}::text[],
      ${rounds.map((round) => round.currency)}::text[], ${rounds.map((round) => round.gameCode)}::text[], ${rounds.map((round) => round.sessionId)}::text[],
      ${rounds.map((round) => round.state)}::text[], ${rounds.map((round) => round.betsEver)}::integer[],
      ${rounds.map((round) => round.betsStanding)}::integer[], ${rounds.map((round) => round.looseWins)}::integer[],
      ${rounds.map((round) => round.staked.toString())}::numeric[], ${rounds.map((round) => round.returned.toString())}::numeric[],
      ${rounds.map((round) => round.paid.toString())}::numeric[], ${rounds.map((round) => instant(round.openedAtMs))}::timestamptz[],
      ${rounds.map((round) => instant(round.changedAtMs))}::timestamptz[], ${rounds.map((round) => instantOrNull(round.closedAtMs))}::timestamptz[]
    )`;
}

/** Relies on round_pkey. */
function updateRounds(sql: Database, rounds: Dirty['changedRounds']) {
  return sql`
    /* round.update */
    UPDATE round r
    SET
      state = n.state, bets_ever = n.bets_ever, bets_standing = n.bets_standing, loose_wins = n.loose_wins,
      staked = n.staked, returned = n.returned, paid = n.paid, changed_at = n.changed_at, closed_at = n.closed_at
    FROM (
      SELECT * FROM unnest(
        ${rounds.map((round) => shardOf(round.player))}::smallint[], ${rounds.map((round) => round.player)}::text[],
        ${rounds.map((round) => round.aggregator)}::text[], ${rounds.map((round) => round.idScope)}::text[], ${rounds.map((round) => round.round)}::text[],
        ${rounds.map((round) => round.state)}::text[], ${rounds.map((round) => round.betsEver)}::integer[],
        ${rounds.map((round) => round.betsStanding)}::integer[], ${rounds.map((round) => round.looseWins)}::integer[],
        ${rounds.map((round) => round.staked.toString())}::numeric[], ${rounds.map((round) => round.returned.toString())}::numeric[],
        ${rounds.map((round) => round.paid.toString())}::numeric[], ${rounds.map((round) => instant(round.changedAtMs))}::timestamptz[],
        ${rounds.map((round) => instantOrNull(round.closedAtMs))}::timestamptz[]
      ) AS n (
        shard, player, aggregator, id_scope, round_id, state, bets_ever, bets_standing, loose_wins, staked, returned, paid,
        changed_at, closed_at
      )
    ) n
    WHERE r.shard = n.shard AND r.player = n.player AND r.aggregator = n.aggregator AND r.id_scope = n.id_scope AND r.round_id = n.round_id`;
}

function insertPostings(sql: Database, postings: Dirty['postings']) {
  return sql`
    /* posting.insert */
    INSERT INTO posting (
      shard, player, currency, seq, debit, credit, units, transaction_id, balance_after, overdrawn, created_at
    )
    SELECT
      shard, player, currency, seq, debit, credit, units, transaction_id, balance_after, overdrawn::boolean, created_at
    FROM unnest(
      ${postings.map((each) => shardOf(each.player))}::smallint[], ${postings.map((each) => each.player)}::text[],
      ${postings.map((each) => each.currency)}::text[], ${postings.map((each) => each.seq.toString())}::bigint[],
      ${postings.map((each) => each.debit)}::text[], ${postings.map((each) => each.credit)}::text[],
      ${postings.map((each) => each.units.toString())}::numeric[], ${postings.map((each) => each.transaction)}::uuid[],
      ${postings.map((each) => each.balanceAfter.toString())}::numeric[], ${postings.map((each) => String(each.overdrawn))}::text[],
      ${postings.map((each) => instant(each.createdAtMs))}::timestamptz[]
    ) AS n (
      shard, player, currency, seq, debit, credit, units, transaction_id, balance_after, overdrawn, created_at
    )`;
}
