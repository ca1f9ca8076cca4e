/** SQL of the search box: each statement finds by one named index, and reads a bounded number of rows of other rooms' tables. */
import type { Database } from '../platform/index.ts';

const MOST = 20;

/** Relies on player_pkey. */
export async function isPlayer(sql: Database, id: string): Promise<boolean> {
  const rows = await sql`/* search.player */ SELECT 1 FROM player WHERE id = ${id}`;
  return rows.length === 1;
}

/** Relies on session_pkey. */
export async function selectSession(
  sql: Database,
  id: string,
): Promise<{
  readonly id: string;
  readonly player: string | null;
  readonly mode: string;
  readonly game: string;
} | null> {
  const [row] = await sql<{ id: string; player: string | null; mode: string; game: string }[]>`
    /* search.session */
    SELECT id, player, mode, game_code AS game FROM session WHERE id = ${id}`;
  return row ?? null;
}

/** A transaction as the search shows it, with what names its round. */
export interface FoundTransaction {
  readonly id: string;
  readonly aggregator: string;
  readonly id_scope: string;
  readonly kind: string;
  readonly external_id: string;
  readonly player: string;
  readonly round_id: string | null;
  readonly state: string;
  readonly currency: string | null;
  readonly amount: string | null;
  readonly created_at: Date;
}

/** Relies on transaction_external_id, whose first column is the aggregator: every configured one is named. */
export async function selectByExternalId(
  sql: Database,
  aggregators: readonly string[],
  externalId: string,
): Promise<readonly FoundTransaction[]> {
  return sql<FoundTransaction[]>`
    /* search.external_id */
    SELECT id, aggregator, id_scope, kind, external_id, player, round_id, state, currency, amount::text AS amount, created_at
    FROM transaction
    WHERE aggregator = ANY (${[...aggregators]}::text[]) AND external_id = ${externalId}
    LIMIT ${MOST}`;
}

/**
 * Our own id says when it was made, and no index holds it alone: what came in just before is found by journal_arrived_at, and
 * what was written for it by transaction_external_id.
 */
export async function selectByOwnId(sql: Database, id: string, madeAtMs: number): Promise<FoundTransaction | null> {
  const from = new Date(madeAtMs - 15_000).toISOString();
  const to = new Date(madeAtMs + 5_000).toISOString();
  const [row] = await sql<FoundTransaction[]>`
    /* search.own_id */
    WITH
      heard AS MATERIALIZED (
        SELECT DISTINCT aggregator, external_id
        FROM (
          SELECT aggregator, external_id
          FROM journal
          WHERE arrived_at >= ${from}::timestamptz AND arrived_at <= ${to}::timestamptz AND external_id IS NOT NULL
          LIMIT 20000
        ) j
      )
    SELECT t.id, t.aggregator, t.id_scope, t.kind, t.external_id, t.player, t.round_id, t.state, t.currency,
      t.amount::text AS amount, t.created_at
    FROM heard h
    JOIN transaction t ON t.aggregator = h.aggregator AND t.external_id = h.external_id
    WHERE t.id = ${id}::uuid
    LIMIT 1`;
  return row ?? null;
}

/** The same where the journal is gone: by rounds that were opened then. Relies on round_opened and transaction_round. */
export async function selectByOwnIdOfRounds(
  sql: Database,
  id: string,
  madeAtMs: number,
): Promise<FoundTransaction | null> {
  const from = new Date(madeAtMs - 30_000).toISOString();
  const to = new Date(madeAtMs + 5_000).toISOString();
  const [row] = await sql<FoundTransaction[]>`
    /* search.own_id_of_rounds */
    WITH
      opened AS MATERIALIZED (
        SELECT shard, player, round_id
        FROM round
        WHERE opened_at >= ${from}::timestamptz AND opened_at <= ${to}::timestamptz
        LIMIT 20000
      )
    SELECT t.id, t.aggregator, t.id_scope, t.kind, t.external_id, t.player, t.round_id, t.state, t.currency,
      t.amount::text AS amount, t.created_at
    FROM opened o
    JOIN transaction t ON t.shard = o.shard AND t.player = o.player AND t.round_id = o.round_id
    WHERE t.id = ${id}::uuid
    LIMIT 1`;
  return row ?? null;
}

/**
 * Whose round this is, by what was heard of it: the journal (journal_round), settlement events (settlement_event_round) and claims
 * (claim_round). The book itself is keyed by player.
 */
export async function selectPlayersOfRound(
  sql: Database,
  aggregators: readonly string[],
  round: string,
): Promise<readonly string[]> {
  const names = [...aggregators];
  const rows = await sql<{ player: string }[]>`
    /* search.players_of_round */
    SELECT DISTINCT player
    FROM (
      (SELECT player FROM journal WHERE round_id = ${round} LIMIT 1000)
      UNION ALL
      (SELECT player FROM settlement_event WHERE aggregator = ANY (${names}::text[]) AND round_id = ${round} LIMIT 1000)
      UNION ALL
      (SELECT player FROM claim WHERE aggregator = ANY (${names}::text[]) AND round_id = ${round} LIMIT 1000)
    ) heard
    WHERE player IS NOT NULL AND player <> ''
    LIMIT ${MOST}`;
  return rows.map((row) => row.player);
}

export interface FoundRound {
  readonly player: string;
  readonly aggregator: string;
  readonly id_scope: string;
  readonly round_id: string;
  readonly state: string;
  readonly game_code: string | null;
  readonly opened_at: Date;
}

/** Relies on round_pkey. */
export async function selectRoundsOfPlayer(
  sql: Database,
  about: {
    readonly shard: number;
    readonly player: string;
    readonly aggregators: readonly string[];
    readonly round: string;
  },
): Promise<readonly FoundRound[]> {
  return sql<FoundRound[]>`
    /* search.round */
    SELECT player, aggregator, id_scope, round_id, state, game_code, opened_at
    FROM round
    WHERE shard = ${about.shard} AND player = ${about.player} AND aggregator = ANY (${[...about.aggregators]}::text[])
      AND round_id = ${about.round}
    LIMIT ${MOST}`;
}

/** What else has ids of ours. Relies on discrepancy_pkey, resolution_pkey and console_adjustment_pkey. */
export async function selectOthers(
  sql: Database,
  id: string,
): Promise<readonly { readonly kind: 'discrepancy' | 'resolution' | 'adjustment'; readonly about: string }[]> {
  return sql<{ kind: 'discrepancy' | 'resolution' | 'adjustment'; about: string }[]>`
    /* search.others */
    SELECT 'discrepancy' AS kind, id::text AS about FROM discrepancy WHERE id = ${id}::uuid
    UNION ALL
    SELECT 'resolution', discrepancy::text FROM resolution WHERE id = ${id}::uuid
    UNION ALL
    SELECT 'adjustment', player FROM console_adjustment WHERE id = ${id}::uuid`;
}
