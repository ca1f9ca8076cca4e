/**
 * Fills the book of a bench database in bulk: players with their deposit and session, and as many finished rounds as asked
 * for. What it writes is what the ledger would have written, so `croupier audit` finds the book sound afterwards. It is the
 * way to bring a history in from elsewhere, too: insert transactions, their postings numbered from 1 in each wallet, their
 * rounds, and last set each wallet to its last posting. Never writes into a book that has players already.
 */
import type { Database } from '../src/platform/index.ts';
import { shardOf } from '../src/ledger/index.ts';
import { playerId } from '../src/wallet/index.ts';
import { AGGREGATOR, CURRENCY, GAME, GAME_ID, playerName, sessionName, START_CENTS } from './names.ts';

export interface BookOrder {
  readonly players: number;
  /** finished rounds, each a bet of 1.00 and a win of 1.00 */
  readonly rounds: number;
  readonly nowMs: number;
  readonly onProgress: (done: number, all: number) => void;
}

const STAKE_CENTS = 100;
const ROUNDS_AT_ONCE = 100_000;
const ROUNDS_WORTH_REINDEXING = 200_000;
const PLAYERS_AT_ONCE = 5_000;
const HISTORY_DAYS = 30;
const DAY_MS = 86_400_000;

export async function fillBook(sql: Database, order: BookOrder): Promise<void> {
  for (let from = 0; from < order.players; from += PLAYERS_AT_ONCE)
    await insertPlayers(sql, order, from, Math.min(order.players, from + PLAYERS_AT_ONCE));
  const insertAll = async () => {
    for (let from = 0; from < order.rounds; from += ROUNDS_AT_ONCE) {
      const to = Math.min(order.rounds, from + ROUNDS_AT_ONCE);
      await insertRounds(sql, order, from, to);
      order.onProgress(to, order.rounds);
    }
  };
  if (order.rounds < ROUNDS_WORTH_REINDEXING) await insertAll();
  else await withoutIndexes(sql, ['transaction', 'posting', 'round'], insertAll);
}

/**
 * Fills tables without their indexes, and makes those again at the end: sorting once costs minutes less than entering millions of
 * keys one by one. Only for a database nobody uses meanwhile: without its keys it would take anything.
 */
async function withoutIndexes(sql: Database, tables: readonly string[], fill: () => Promise<void>): Promise<void> {
  const found = await sql<{ away: string; again: string }[]>`
    /* bench.indexes */
    SELECT
      CASE WHEN c.oid IS NULL THEN format('DROP INDEX %s', i.indexrelid::regclass)
        ELSE format('ALTER TABLE %s DROP CONSTRAINT %I', i.indrelid::regclass, c.conname) END AS away,
      CASE WHEN c.oid IS NULL THEN pg_get_indexdef(i.indexrelid)
        ELSE format('ALTER TABLE %s ADD CONSTRAINT %I %s', i.indrelid::regclass, c.conname, pg_get_constraintdef(c.oid)) END AS again
    FROM pg_index i
    LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid AND c.contype IN ('p', 'u')
    WHERE i.indrelid = ANY (${[...tables]}::regclass[])
    ORDER BY i.indexrelid`;
  for (const { away } of found) await sql.unsafe(away);
  await fill();
  await sql.begin(async (transaction) => {
    await transaction`/* bench.room_to_sort */ SET LOCAL maintenance_work_mem = '1GB'`;
    for (const { again } of found) await transaction.unsafe(again);
  });
}

/** What a server that has run for a while has, too: statistics, and pages marked as visible to all. */
export async function settleTables(sql: Database): Promise<void> {
  await sql`/* bench.vacuum */ VACUUM (ANALYZE)`;
  await sql`/* bench.checkpoint */ CHECKPOINT`;
}

async function insertPlayers(sql: Database, order: BookOrder, from: number, to: number): Promise<void> {
  const numbers = Array.from({ length: to - from }, (_none, index) => from + index);
  const names = numbers.map(playerName);
  const shards = names.map((name) => shardOf(playerId(name)));
  // The n-th round is of player n modulo players, so the first few players may have one more.
  const rounds = numbers.map((n) => Math.floor((order.rounds - 1 - n) / order.players) + 1).map((n) => Math.max(0, n));
  const openedAt = new Date(order.nowMs - (HISTORY_DAYS + 1) * DAY_MS).toISOString();
  await sql`
    /* bench.players */
    WITH
      seat AS MATERIALIZED (
        SELECT * FROM unnest(
          ${numbers}::int[], ${names}::text[], ${shards}::smallint[], ${rounds}::int[], ${numbers.map(sessionName)}::text[]
        ) AS n (number, player, shard, rounds, session)
      ),
      person AS (
        INSERT INTO player (id, currency, status, created_at, changed_at)
        SELECT player, ${CURRENCY}, 'active', ${openedAt}::timestamptz, ${openedAt}::timestamptz FROM seat
      ),
      -- the session of a launch an hour ago
      launched AS (
        INSERT INTO session (
          id, player, aggregator, game_id, game_code, mode, currency, created_at, expires_at, last_seen_at
        )
        SELECT
          session, player, ${AGGREGATOR}, ${GAME_ID}::uuid, ${GAME}, 'real', ${CURRENCY},
          now() - interval '1 hour', now() + interval '11 hours', now()
        FROM seat
      ),
      deposit AS (
        INSERT INTO transaction (
          shard, player, id, aggregator, kind, external_id, flavour, combined, state, currency, amount, units,
          balance_after, created_at, changed_at
        )
        SELECT
          shard, player, ${sql.unsafe(uuidOf('number', 'extract(epoch FROM timestamptz ' + quoted(openedAt) + ') * 1000', '0'))},
          'cashier', 'deposit', 'first-' || player, '', false, 'applied', ${CURRENCY}, ${START_CENTS / 100}::int,
          ${START_CENTS}::bigint, ${START_CENTS}::bigint, ${openedAt}::timestamptz, ${openedAt}::timestamptz
        FROM seat
        RETURNING shard, player, id
      ),
      posted AS (
        INSERT INTO posting (shard, player, currency, seq, debit, credit, units, transaction_id, balance_after, created_at)
        SELECT
          shard, player, ${CURRENCY}, 1, 'cashier', 'player', ${START_CENTS}::bigint, id, ${START_CENTS}::bigint,
          ${openedAt}::timestamptz
        FROM deposit
      )
    INSERT INTO wallet (shard, player, currency, scale, balance, seq)
    SELECT shard, player, ${CURRENCY}, 2, ${START_CENTS}::bigint, 1 + 2 * rounds::bigint FROM seat`;
}

/** The n-th round is the (n / players)-th of player n modulo players; its win gives back what its bet took. */
async function insertRounds(sql: Database, order: BookOrder, from: number, to: number): Promise<void> {
  const stepMs = (HISTORY_DAYS * DAY_MS) / order.rounds;
  const firstMs = order.nowMs - HISTORY_DAYS * DAY_MS;
  await sql`
    /* bench.rounds */
    WITH
      played AS MATERIALIZED (
        SELECT
          n, w.shard, w.player, n / ${order.players}::int AS turn, 'round-book-' || n AS round, 'bet-book-' || n AS bet,
          'win-book-' || n AS win, ${firstMs}::float8 + n * ${stepMs}::float8 AS ms,
          to_timestamp((${firstMs}::float8 + n * ${stepMs}::float8) / 1000) AS at
        FROM generate_series(${from}::int, ${to - 1}::int) n
        JOIN wallet w ON w.player = 'player-' || lpad((n % ${order.players}::int)::text, 8, '0')
      ),
      row AS MATERIALIZED (
        SELECT
          *, ${sql.unsafe(uuidOf('n', 'ms', '1'))} AS bet_id, ${sql.unsafe(uuidOf('n', 'ms + 1', '2'))} AS win_id
        FROM played
      ),
      opened AS (
        INSERT INTO round (
          shard, player, aggregator, round_id, currency, game_code, state, bets_ever, bets_standing, loose_wins, staked,
          returned, paid, opened_at, changed_at, closed_at
        )
        SELECT
          shard, player, ${AGGREGATOR}, round, ${CURRENCY}, ${GAME}, 'closed', 1, 1, 0, ${STAKE_CENTS}::int, 0,
          ${STAKE_CENTS}::int, at, at, at
        FROM row
      ),
      bets AS (
        INSERT INTO transaction (
          shard, player, id, aggregator, kind, external_id, flavour, combined, state, round_id, game_code, currency,
          amount, units, wins, balance_after, created_at, changed_at
        )
        SELECT
          shard, player, bet_id, ${AGGREGATOR}, 'bet', bet, 'cash', false, 'applied', round, ${GAME}, ${CURRENCY},
          ${STAKE_CENTS / 100}::int, ${STAKE_CENTS}::int, 1, ${START_CENTS - STAKE_CENTS}::bigint, at, at
        FROM row
      ),
      wins AS (
        INSERT INTO transaction (
          shard, player, id, aggregator, kind, external_id, flavour, combined, state, round_id, reference, game_code,
          currency, amount, units, balance_after, created_at, changed_at
        )
        SELECT
          shard, player, win_id, ${AGGREGATOR}, 'win', win, 'win', false, 'applied', round, bet, ${GAME}, ${CURRENCY},
          ${STAKE_CENTS / 100}::int, ${STAKE_CENTS}::int, ${START_CENTS}::bigint, at, at
        FROM row
      ),
      staked AS (
        INSERT INTO posting (shard, player, currency, seq, debit, credit, units, transaction_id, balance_after, created_at)
        SELECT
          shard, player, ${CURRENCY}, 2 + 2 * turn, 'player', 'stakes:' || ${AGGREGATOR}, ${STAKE_CENTS}::int, bet_id,
          ${START_CENTS - STAKE_CENTS}::bigint, at
        FROM row
      )
    INSERT INTO posting (shard, player, currency, seq, debit, credit, units, transaction_id, balance_after, created_at)
    SELECT
      shard, player, ${CURRENCY}, 3 + 2 * turn, 'payouts:' || ${AGGREGATOR}, 'player', ${STAKE_CENTS}::int, win_id,
      ${START_CENTS}::bigint, at
    FROM row`;
}

/** An id of version 7 as SQL, from a number and a time; `mark` tells ids of one number apart. Works on every PostgreSQL. */
function uuidOf(number: string, ms: string, mark: string): string {
  return (
    `(lpad(to_hex((${ms})::bigint), 12, '0') || '7' || lpad(to_hex((${number}) & 4095), 3, '0') || 'a' || ` +
    `substr(md5((${number})::text || '-${mark}'), 1, 15))::uuid`
  );
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
