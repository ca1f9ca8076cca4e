/** SQL of the inbox: events as they came, what was read of them, and the rounds they ask to be judged. */
import type { GenuineRequest, RawRequest } from '../dialects/dialect.ts';
import type { Database, DatabaseTransaction } from '../platform/index.ts';
import type { RoundKey } from './facts.ts';

export interface Arrival {
  readonly aggregator: string;
  readonly key: string;
  /** SHA-256 of the body, hex */
  readonly hash: string;
  readonly body: Uint8Array;
  readonly receivedAtMs: number;
  readonly deliveries: number;
}

export interface StoredEvent {
  readonly aggregator: string;
  readonly key: string;
  readonly hash: string;
  readonly receivedAtMs: number;
  readonly failures: number;
  /** the request as it was believed when it came; only its body was kept */
  readonly request: GenuineRequest;
}

const instant = (ms: number): string => new Date(ms).toISOString();

const names = (sql: Database | DatabaseTransaction, arrivals: readonly Arrival[]) => sql`
  ${arrivals.map((each) => each.aggregator)}::text[], ${arrivals.map((each) => each.key)}::text[],
  ${arrivals.map((each) => each.hash)}::text[], ${arrivals.map((each) => each.deliveries)}::integer[]`;

const nameOf = (row: { aggregator: string; event_key: string; body_hash: Buffer }): string =>
  JSON.stringify([row.aggregator, row.event_key, row.body_hash.toString('hex')]);
const without = (arrivals: readonly Arrival[], done: readonly Parameters<typeof nameOf>[0][]): readonly Arrival[] => {
  const gone = new Set(done.map(nameOf));
  return arrivals.filter((each) => !gone.has(JSON.stringify([each.aggregator, each.key, each.hash])));
};

/** Stores each event once; gives back those that were there already. Finds its rows by their key, whatever is known of the table. */
export async function insertArrivals(sql: Database, arrivals: readonly Arrival[]): Promise<readonly Arrival[]> {
  const stored = await sql<{ aggregator: string; event_key: string; body_hash: Buffer }[]>`
    /* settlement_event.insert */
    INSERT INTO settlement_event (aggregator, event_key, body_hash, body, received_at, deliveries)
    SELECT aggregator, event_key, decode(body_hash, 'hex'), decode(body, 'base64'), received_at, deliveries
    FROM unnest(
      ${names(sql, arrivals)}, ${arrivals.map((each) => Buffer.from(each.body).toString('base64'))}::text[],
      ${arrivals.map((each) => instant(each.receivedAtMs))}::timestamptz[]
    ) AS n (aggregator, event_key, body_hash, deliveries, body, received_at)
    ON CONFLICT (aggregator, event_key, body_hash) DO NOTHING
    RETURNING aggregator, event_key, body_hash`;
  return without(arrivals, stored);
}

/**
 * Counts repeats of events that are stored; waits for nobody who is reading one, and gives back those it could not count for that.
 * Relies on settlement_event_pkey.
 */
export async function countRepeats(sql: Database, arrivals: readonly Arrival[]): Promise<readonly Arrival[]> {
  const result = await sql.begin(async (tx) => {
    // Repeats are rare, so a plan for them may be of a time when the table was small.
    await tx`/* settlement_event.count_anew */ SET LOCAL plan_cache_mode = force_custom_plan`;
    const counted = await tx<{ aggregator: string; event_key: string; body_hash: Buffer }[]>`
      /* settlement_event.count */
      WITH
        known AS MATERIALIZED (
          SELECT e.aggregator, e.event_key, e.body_hash, n.deliveries
          FROM unnest(${names(tx, arrivals)}) AS n (aggregator, event_key, body_hash, deliveries)
          CROSS JOIN LATERAL (
            SELECT aggregator, event_key, body_hash
            FROM settlement_event
            WHERE aggregator = n.aggregator AND event_key = n.event_key AND body_hash = decode(n.body_hash, 'hex')
            FOR UPDATE SKIP LOCKED
          ) e
        )
      UPDATE settlement_event e
      SET deliveries = e.deliveries + k.deliveries
      FROM known k
      WHERE e.aggregator = k.aggregator AND e.event_key = k.event_key AND e.body_hash = k.body_hash
      RETURNING e.aggregator, e.event_key, e.body_hash`;
    return { counted };
  });
  return without(arrivals, result.counted);
}

export interface EventRow {
  aggregator: string;
  event_key: string;
  body_hash: Buffer;
  body: Buffer;
  received_at: Date;
  failures: number;
}

export function readEvent(row: EventRow): StoredEvent {
  const request = {
    method: 'POST',
    path: '',
    subpath: '',
    rawQuery: '',
    headers: {},
    body: row.body,
    arrivedAtMs: row.received_at.getTime(),
  };
  return {
    aggregator: row.aggregator,
    key: row.event_key,
    hash: row.body_hash.toString('hex'),
    receivedAtMs: row.received_at.getTime(),
    failures: row.failures,
    // Only what was verified is ever stored, so a stored body is as genuine as it was then.
    request: request as RawRequest as GenuineRequest,
  };
}

/** The oldest that nobody has read, left to whoever takes them first. Relies on settlement_event_new. */
export async function takeNew(tx: DatabaseTransaction, limit: number): Promise<readonly StoredEvent[]> {
  const rows = await tx<EventRow[]>`
    /* settlement_event.take */
    SELECT aggregator, event_key, body_hash, body, received_at, failures
    FROM settlement_event
    WHERE state = 'new'
    ORDER BY received_at
    LIMIT ${limit}
    FOR UPDATE SKIP LOCKED`;
  return rows.map(readEvent);
}

/** That one, unless somebody else has it or it was read meanwhile. Relies on settlement_event_pkey. */
export async function takeOne(tx: DatabaseTransaction, event: StoredEvent): Promise<readonly StoredEvent[]> {
  const rows = await tx<EventRow[]>`
    /* settlement_event.take_one */
    SELECT aggregator, event_key, body_hash, body, received_at, failures
    FROM settlement_event
    WHERE aggregator = ${event.aggregator} AND event_key = ${event.key} AND body_hash = decode(${event.hash}, 'hex')
      AND state = 'new'
    FOR UPDATE SKIP LOCKED`;
  return rows.map(readEvent);
}

export interface ReadEvent {
  readonly event: StoredEvent;
  readonly state: 'read' | 'poison' | 'demo';
  readonly problem: string | null;
  readonly shard: number | null;
  readonly player: string | null;
  readonly round: string | null;
  readonly session: string | null;
  readonly version: number | null;
  readonly final: boolean | null;
  readonly occurredAtMs: number | null;
}

/** Relies on settlement_event_pkey. */
export async function updateRead(tx: DatabaseTransaction, read: readonly ReadEvent[]): Promise<void> {
  if (read.length === 0) return;
  await tx`
    /* settlement_event.read */
    UPDATE settlement_event e
    SET state = n.state, problem = n.problem, shard = n.shard, player = n.player, round_id = n.round_id,
      session_id = n.session_id, version = n.version, final = n.final, occurred_at = n.occurred_at
    FROM unnest(
      ${read.map((each) => each.event.aggregator)}::text[], ${read.map((each) => each.event.key)}::text[],
      ${read.map((each) => each.event.hash)}::text[], ${read.map((each) => each.state)}::text[],
      ${read.map((each) => each.problem)}::text[], ${read.map((each) => each.shard)}::smallint[],
      ${read.map((each) => each.player)}::text[], ${read.map((each) => each.round)}::text[],
      ${read.map((each) => each.session)}::text[], ${read.map((each) => each.version)}::bigint[],
      ${read.map((each) => (each.final === null ? null : String(each.final)))}::text[]::boolean[],
      ${read.map((each) => (each.occurredAtMs === null ? null : instant(each.occurredAtMs)))}::timestamptz[]
    ) AS n (aggregator, event_key, body_hash, state, problem, shard, player, round_id, session_id, version, final, occurred_at)
    WHERE e.aggregator = n.aggregator AND e.event_key = n.event_key AND e.body_hash = decode(n.body_hash, 'hex')`;
}

/**
 * The events' rounds, and others that events of these ids speak of: they learn of the contradiction, too. Not more than a hundred
 * for one id: an aggregator with one id for everything would have all its rounds judged again with every event. Relies on
 * settlement_event_pkey.
 */
export async function selectRoundsOfEvents(
  tx: DatabaseTransaction,
  events: readonly StoredEvent[],
): Promise<readonly (RoundKey & { readonly shard: number })[]> {
  const rows = await tx<{ aggregator: string; player: string; round_id: string; shard: number }[]>`
    /* settlement_event.rounds_of */
    SELECT DISTINCT e.aggregator, e.player, e.round_id, e.shard
    FROM unnest(
      ${events.map((each) => each.aggregator)}::text[], ${events.map((each) => each.key)}::text[],
      ${events.map((each) => each.hash)}::text[]
    ) AS n (aggregator, event_key, body_hash)
    CROSS JOIN LATERAL (
      SELECT *
      FROM settlement_event
      WHERE aggregator = n.aggregator AND event_key = n.event_key AND state = 'read'
      ORDER BY body_hash = decode(n.body_hash, 'hex') DESC, body_hash
      LIMIT 100
    ) e`;
  return rows.map((row) => ({ aggregator: row.aggregator, player: row.player, round: row.round_id, shard: row.shard }));
}

/** Asks for rounds to be judged by then. Relies on round_view_pkey. Ordered, so that two askers never wait for each other in a circle. */
export async function markRounds(
  tx: Database | DatabaseTransaction,
  rounds: readonly (RoundKey & { readonly shard: number })[],
  dueAtMs: number,
): Promise<void> {
  if (rounds.length === 0) return;
  await tx`
    /* round_view.mark */
    INSERT INTO round_view AS v (shard, player, aggregator, round_id, due_at, created_at)
    SELECT DISTINCT shard, player, aggregator, round_id, ${instant(dueAtMs)}::timestamptz, ${instant(dueAtMs)}::timestamptz
    FROM unnest(
      ${rounds.map((each) => each.shard)}::smallint[], ${rounds.map((each) => each.player)}::text[],
      ${rounds.map((each) => each.aggregator)}::text[], ${rounds.map((each) => each.round)}::text[]
    ) AS n (shard, player, aggregator, round_id)
    ORDER BY shard, player, aggregator, round_id
    ON CONFLICT (shard, player, aggregator, round_id) DO UPDATE
      SET due_at = least(coalesce(v.due_at, EXCLUDED.due_at), EXCLUDED.due_at)`;
}

/** One that could not be read for another reason than its content: later again, at last set aside. Relies on settlement_event_pkey. */
export async function noteFailure(
  sql: Database,
  event: StoredEvent,
  problem: string,
  setAsideAt: number,
): Promise<void> {
  await sql`
    /* settlement_event.failed */
    UPDATE settlement_event
    SET failures = failures + 1,
      state = CASE WHEN failures + 1 >= ${setAsideAt} THEN 'poison' ELSE state END,
      problem = CASE WHEN failures + 1 >= ${setAsideAt} THEN ${problem}::text ELSE problem END
    WHERE aggregator = ${event.aggregator} AND event_key = ${event.key} AND body_hash = decode(${event.hash}, 'hex')
      AND state = 'new'`;
}

export interface SetAside {
  readonly aggregator: string;
  readonly eventId: string;
  readonly receivedAtMs: number;
  readonly deliveries: number;
  readonly problem: string;
  readonly body: string;
}

/** The latest that were set aside. Relies on settlement_event_set_aside. */
export async function selectSetAside(sql: Database, limit: number): Promise<readonly SetAside[]> {
  const rows = await sql<
    { aggregator: string; event_key: string; received_at: Date; deliveries: number; problem: string; body: Buffer }[]
  >`
    /* settlement_event.set_aside */
    SELECT aggregator, event_key, received_at, deliveries, problem, body
    FROM settlement_event
    WHERE state = 'poison'
    ORDER BY received_at DESC
    LIMIT ${limit}`;
  return rows.map((row) => ({
    aggregator: row.aggregator,
    eventId: row.event_key,
    receivedAtMs: row.received_at.getTime(),
    deliveries: row.deliveries,
    problem: row.problem,
    body: row.body.toString('utf8').slice(0, 4_000),
  }));
}

/** The oldest 10,000 that were set aside are read again, by a decoder that may have learned. Relies on settlement_event_set_aside. */
export async function updateAgain(sql: Database): Promise<number> {
  const rows = await sql`
    /* settlement_event.again */
    UPDATE settlement_event SET state = 'new', problem = NULL, failures = 0
    WHERE (aggregator, event_key, body_hash) IN (
      SELECT aggregator, event_key, body_hash FROM settlement_event WHERE state = 'poison' ORDER BY received_at LIMIT 10000
    )
    RETURNING 1`;
  return rows.length;
}

/** How much waits, and how long the oldest has. Relies on settlement_event_new and round_view_due. */
export async function selectBacklog(sql: Database, nowMs: number) {
  const [row] = await sql<{ unread: number; due: number; set_aside: number; oldest: Date | null }[]>`
    /* settlement.backlog */
    SELECT
      (SELECT count(*)::integer FROM settlement_event WHERE state = 'new') AS unread,
      (SELECT count(*)::integer FROM round_view WHERE due_at <= ${instant(nowMs)}) AS due,
      (SELECT count(*)::integer FROM settlement_event WHERE state = 'poison') AS set_aside,
      (SELECT min(received_at) FROM settlement_event WHERE state = 'new') AS oldest`;
  return {
    unread: row?.unread ?? 0,
    due: row?.due ?? 0,
    setAside: row?.set_aside ?? 0,
    oldestMs: row?.oldest?.getTime() ?? null,
  };
}
