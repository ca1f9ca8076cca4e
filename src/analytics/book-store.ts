/**
 * What analytics read of the book and of what was said about sessions: what is new, and what belongs together with it. Changes
 * no row and locks none that a money call wants; of the indexes it reads by it only has the latest pages summarized.
 */
import type { Database, DatabaseTransaction } from '../platform/index.ts';
import type { BookRow, PlayName } from './plays.ts';
import type { Snapshot, Stretch } from './snapshot.ts';

interface Row {
  shard: number;
  player: string;
  id: string;
  aggregator: string;
  id_scope: string;
  kind: string;
  external_id: string;
  flavour: string;
  state: string;
  round_id: string | null;
  reference: string | null;
  game_code: string | null;
  session_id: string | null;
  currency: string | null;
  scale: number | null;
  amount: string | null;
  reversed_amount: string;
  units: string;
  reversed_units: string;
  created_at: Date;
  written: string | null;
}

function readRow(row: Row): BookRow {
  return {
    shard: row.shard,
    player: row.player,
    id: row.id,
    aggregator: row.aggregator,
    idScope: row.id_scope,
    kind: row.kind,
    externalId: row.external_id,
    flavour: row.flavour,
    state: row.state,
    round: row.round_id,
    reference: row.reference,
    game: row.game_code,
    session: row.session_id,
    currency: row.currency,
    scale: row.scale,
    amount: row.amount,
    reversedAmount: row.reversed_amount,
    units: BigInt(row.units),
    reversedUnits: BigInt(row.reversed_units),
    createdAtMs: row.created_at.getTime(),
  };
}

const columns = (sql: DatabaseTransaction) => sql`
  t.shard, t.player, t.id, t.aggregator, t.id_scope, t.kind, t.external_id, t.flavour, t.state, t.round_id, t.reference,
  t.game_code, t.session_id, t.currency, coalesce((t.fx::jsonb ->> 'gameScale')::integer, w.scale) AS scale, t.amount,
  t.reversed_amount, coalesce(said.units, t.units) AS units, coalesce(said.reversed_units, t.reversed_units) AS reversed_units,
  t.created_at, t.written`;

/**
 * The wallet is looked up by its key. What was exchanged is counted as the aggregator said it, in the game's currency: that is what
 * its invoice counts, and what the rate of each round makes comparable.
 */
const wallets = (sql: DatabaseTransaction) => sql`
  LEFT JOIN wallet w ON w.shard = t.shard AND w.player = t.player AND w.currency = t.currency AND t.fx IS NULL
  LEFT JOIN LATERAL (
    SELECT
      trunc(t.amount * 10::numeric ^ (t.fx::jsonb ->> 'gameScale')::integer) AS units,
      trunc(
        CASE WHEN t.state = 'reversed' THEN t.amount ELSE t.reversed_amount END
          * 10::numeric ^ (t.fx::jsonb ->> 'gameScale')::integer
      ) AS reversed_units
    WHERE t.fx IS NOT NULL
  ) said ON true`;
const playing = ['bet', 'win', 'rollback', 'adjust'];

/** New rows of one stretch. The words `written` compares with come from snapshots, see isNew. */
const isNew = (sql: DatabaseTransaction, alias: string, between: Between) => sql`
  ${sql(alias)}.written >= ${String(between.stretch.from)}::bigint AND ${sql(alias)}.written < ${String(between.stretch.to)}::bigint
  AND (${sql(alias)}.written >= ${String(between.since.xmax)}::bigint
    OR ${sql(alias)}.written = ANY (${between.since.open.map(String)}::bigint[]))
  AND NOT ${sql(alias)}.written = ANY (${between.until.open.map(String)}::bigint[])`;

export interface Between {
  readonly since: Snapshot;
  readonly until: Snapshot;
  readonly stretch: Stretch;
}

export interface WrittenRow extends BookRow {
  readonly written: bigint;
}

/** At most `limit` new rows of the stretch, those of the oldest transactions first. Relies on transaction_written. */
export async function selectNewRows(
  sql: DatabaseTransaction,
  between: Between,
  limit: number,
): Promise<readonly WrittenRow[]> {
  const rows = await sql<Row[]>`
    /* analytics.new_transactions */
    SELECT ${columns(sql)}
    FROM (
      SELECT * FROM transaction t WHERE ${isNew(sql, 't', between)} ORDER BY t.written LIMIT ${limit}
    ) t ${wallets(sql)}
    ORDER BY t.written`;
  return rows.map((row) => ({ ...readRow(row), written: BigInt(row.written ?? '0') }));
}

/** Longer than this nobody waits for a vacuum, which does the same when it ends; shorter than it takes PostgreSQL to end one that is in somebody's way. */
const SUMMARIZE_WAIT = '50ms';

/**
 * Has the indexes of what is new say what the tables' latest pages hold. A page they say nothing of is read by every step;
 * PostgreSQL sees to it once a minute, in which a busy house fills thousands.
 * @throws the database's errors: `lock_not_available` during a vacuum, `insufficient_privilege` for who does not own the tables
 */
export async function summarizeNewPages(sql: Database): Promise<void> {
  await sql.begin(async (transaction) => {
    await transaction`
      /* analytics.summarize_wait */
      SELECT set_config('lock_timeout', ${SUMMARIZE_WAIT}, true)`;
    await transaction`
      /* analytics.summarize */
      SELECT brin_summarize_new_values(name::regclass)
      FROM unnest(ARRAY['transaction_written', 'session_written', 'session_event_written']) AS n (name)`;
  });
}

/** Those of the players that were made for tests. Relies on player_pkey. */
export async function selectTestPlayers(
  sql: DatabaseTransaction,
  players: readonly string[],
): Promise<ReadonlySet<string>> {
  if (players.length === 0) return new Set();
  const rows = await sql<{ id: string }[]>`
    /* analytics.test_players */
    SELECT id FROM player WHERE id = ANY (${[...players]}::text[]) AND test`;
  return new Set(rows.map(({ id }) => id));
}

/** The page of all rows after a place, in the order of transaction_pkey, which it relies on. */
export async function selectRowsAfter(
  sql: DatabaseTransaction,
  place: readonly string[] | null,
  limit: number,
): Promise<readonly BookRow[]> {
  const [shard = '-1', player = '', id = '00000000-0000-0000-0000-000000000000'] = place ?? [];
  const rows = await sql<Row[]>`
    /* analytics.all_transactions */
    SELECT ${columns(sql)}
    FROM (
      SELECT * FROM transaction t
      WHERE (t.shard, t.player, t.id) > (${shard}::smallint, ${player}, ${id}::uuid)
      ORDER BY t.shard, t.player, t.id
      LIMIT ${limit}
    ) t ${wallets(sql)}
    ORDER BY t.shard, t.player, t.id`;
  return rows.map(readRow);
}

/** Every row of the rounds. Relies on transaction_round. */
export async function selectRowsOfRounds(
  sql: DatabaseTransaction,
  rounds: readonly PlayName[],
): Promise<readonly BookRow[]> {
  if (rounds.length === 0) return [];
  const rows = await sql<Row[]>`
    /* analytics.of_rounds */
    SELECT ${columns(sql)}
    FROM unnest(
      ${rounds.map(({ shard }) => shard)}::smallint[], ${rounds.map(({ player }) => player)}::text[],
      ${rounds.map(({ aggregator }) => aggregator)}::text[], ${rounds.map(({ idScope }) => idScope)}::text[],
      ${rounds.map(({ play }) => play.slice(2))}::text[]
    ) AS n (shard, player, aggregator, id_scope, round_id)
    CROSS JOIN LATERAL (
      SELECT * FROM transaction t
      WHERE t.shard = n.shard AND t.player = n.player AND t.round_id = n.round_id
        AND t.aggregator IS NOT DISTINCT FROM n.aggregator AND t.id_scope IS NOT DISTINCT FROM n.id_scope
      OFFSET 0
    ) t ${wallets(sql)}
    WHERE t.kind = ANY (${playing})`;
  return rows.map(readRow);
}

export interface RowName {
  readonly shard: number;
  readonly player: string;
  readonly id: string;
}

/** The named rows. Relies on transaction_pkey. */
export async function selectRowsById(sql: DatabaseTransaction, names: readonly RowName[]): Promise<readonly BookRow[]> {
  if (names.length === 0) return [];
  const rows = await sql<Row[]>`
    /* analytics.by_id */
    SELECT ${columns(sql)}
    FROM unnest(
      ${names.map(({ shard }) => shard)}::smallint[], ${names.map(({ player }) => player)}::text[],
      ${names.map(({ id }) => id)}::uuid[]
    ) AS n (shard, player, id)
    CROSS JOIN LATERAL (
      SELECT * FROM transaction t WHERE t.shard = n.shard AND t.player = n.player AND t.id = n.id OFFSET 0
    ) t ${wallets(sql)}`;
  return rows.map(readRow);
}

export interface TargetName {
  readonly player: string;
  readonly aggregator: string;
  readonly idScope: string;
  readonly externalId: string;
}

/** What rollbacks name: the player's own bets, wins and rollbacks under the ids. Relies on transaction_external_id. */
export async function selectTargets(
  sql: DatabaseTransaction,
  targets: readonly TargetName[],
): Promise<readonly BookRow[]> {
  if (targets.length === 0) return [];
  const rows = await sql<Row[]>`
    /* analytics.targets */
    SELECT ${columns(sql)}
    FROM unnest(
      ${targets.map(({ player }) => player)}::text[], ${targets.map(({ aggregator }) => aggregator)}::text[],
      ${targets.map(({ idScope }) => idScope)}::text[], ${targets.map(({ externalId }) => externalId)}::text[]
    ) AS n (player, aggregator, id_scope, external_id)
    CROSS JOIN LATERAL (
      SELECT * FROM transaction t
      WHERE t.aggregator = n.aggregator AND t.external_id = n.external_id AND t.kind = ANY (${playing})
        AND t.id_scope = n.id_scope
      OFFSET 0
    ) t ${wallets(sql)}
    WHERE t.player = n.player`;
  return rows.map(readRow);
}

/** The name of a session as its aggregator and its token. */
export interface SessionName {
  readonly aggregator: string;
  readonly session: string;
}

interface SessionNameRow {
  aggregator: string;
  session: string;
}

/** Sessions launched, and sessions told about, within the stretch, not more than `limit`. Relies on session_written and session_event_written. */
export async function selectNewSessions(
  sql: DatabaseTransaction,
  between: Between,
  limit: number | null,
): Promise<readonly SessionName[]> {
  return sql<SessionNameRow[]>`
    /* analytics.new_sessions */
    SELECT s.aggregator, s.id AS session FROM session s WHERE ${isNew(sql, 's', between)}
    UNION
    SELECT e.aggregator, e.session_id FROM session_event e WHERE ${isNew(sql, 'e', between)}
    LIMIT ${limit}`;
}

/** The page of all launched sessions after a place. Relies on session_pkey. */
export async function selectSessionsAfter(
  sql: DatabaseTransaction,
  place: readonly string[] | null,
  limit: number,
): Promise<readonly SessionName[]> {
  return sql<SessionNameRow[]>`
    /* analytics.all_sessions */
    SELECT aggregator, id AS session FROM session WHERE id > ${place?.[0] ?? ''} ORDER BY id LIMIT ${limit}`;
}

export interface EventPlace extends SessionName {
  readonly event: string;
}

/** The page of all events after a place. Relies on session_event_pkey. */
export async function selectEventsAfter(
  sql: DatabaseTransaction,
  place: readonly string[] | null,
  limit: number,
): Promise<readonly EventPlace[]> {
  const [aggregator = '', event = ''] = place ?? [];
  return sql<(SessionNameRow & { event: string })[]>`
    /* analytics.all_events */
    SELECT aggregator, session_id AS session, event_id AS event
    FROM session_event
    WHERE (aggregator, event_id) > (${aggregator}, ${event})
    ORDER BY aggregator, event_id
    LIMIT ${limit}`;
}
