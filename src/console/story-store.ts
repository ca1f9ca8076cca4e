/** SQL of a round's story beside the book: what was heard, who was let in, what was asserted. Reads other rooms' tables only. */
import type { Database } from '../platform/index.ts';

export interface HeardMessage {
  readonly id: string;
  readonly route: string;
  readonly arrivedAtMs: number;
  readonly durationUs: number;
  readonly verdict: string;
  readonly keyId: string | null;
  readonly externalId: string | null;
  readonly outcome: string;
  readonly remoteAddress: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  readonly status: number;
  readonly answer: string;
}

interface JournalRow {
  id: string;
  route: string;
  arrived_at: Date;
  duration_us: number;
  verdict: string;
  key_id: string | null;
  external_id: string | null;
  outcome: string;
  remote_address: string | null;
  headers: Record<string, string>;
  body: Uint8Array;
  status: number;
  answer: string;
}

const MOST_MESSAGES = 400;
const MOST = 200;

/** What was sent about the round or its transactions. Relies on journal_external_id and journal_round. */
export async function selectMessages(
  sql: Database,
  about: {
    readonly aggregator: string;
    readonly player: string;
    readonly round: string;
    readonly ids: readonly string[];
  },
): Promise<readonly HeardMessage[]> {
  const rows = await sql<JournalRow[]>`
    /* story.messages */
    WITH
      of_it AS (
        SELECT id FROM journal WHERE aggregator = ${about.aggregator} AND external_id = ANY (${[...about.ids]}::text[])
        UNION
        SELECT id FROM journal
        WHERE round_id = ${about.round} AND aggregator = ${about.aggregator} AND (player IS NULL OR player = ${about.player})
      )
    SELECT j.id::text AS id, j.route, j.arrived_at, j.duration_us, j.verdict, j.key_id, j.external_id, j.outcome,
      j.remote_address, j.headers, j.body, j.status, j.answer
    FROM of_it
    JOIN journal j ON j.id = of_it.id
    ORDER BY j.arrived_at, j.id
    LIMIT ${MOST_MESSAGES}`;
  return rows.map((row) => ({
    id: row.id,
    route: row.route,
    arrivedAtMs: row.arrived_at.getTime(),
    durationUs: row.duration_us,
    verdict: row.verdict,
    keyId: row.key_id,
    externalId: row.external_id,
    outcome: row.outcome,
    remoteAddress: row.remote_address,
    headers: row.headers,
    body: row.body,
    status: row.status,
    answer: row.answer,
  }));
}

export interface StoryLaunch {
  readonly issuedAtMs: number;
  readonly outcome: string;
  readonly reason: string | null;
  readonly node: string | null;
  readonly mode: string | null;
  readonly openedAtMs: number | null;
}

/** Relies on launch_session. */
export async function selectLaunches(sql: Database, session: string): Promise<readonly StoryLaunch[]> {
  const rows = await sql<
    {
      issued_at: Date;
      outcome: string;
      reason: string | null;
      node: string | null;
      mode: string | null;
      opened_at: Date | null;
    }[]
  >`
    /* story.launches */
    SELECT issued_at, outcome, reason, node, mode, opened_at
    FROM launch
    WHERE session_id = ${session}
    ORDER BY issued_at
    LIMIT ${MOST}`;
  return rows.map((row) => ({
    issuedAtMs: row.issued_at.getTime(),
    outcome: row.outcome,
    reason: row.reason,
    node: row.node,
    mode: row.mode,
    openedAtMs: row.opened_at?.getTime() ?? null,
  }));
}

export interface StoryEvent {
  readonly key: string;
  readonly receivedAtMs: number;
  readonly deliveries: number;
  readonly state: string;
  readonly problem: string | null;
  readonly final: boolean | null;
  readonly body: Uint8Array;
}

export interface StoryClaim {
  readonly source: string;
  readonly kind: string;
  readonly id: string;
  readonly amount: string | null;
  readonly currency: string | null;
  readonly status: string;
  readonly origin: string;
  readonly receivedAtMs: number;
}

/** Relies on settlement_event_round. */
export async function selectEvents(
  sql: Database,
  about: { readonly aggregator: string; readonly player: string; readonly round: string },
): Promise<readonly StoryEvent[]> {
  const rows = await sql<
    {
      event_key: string;
      received_at: Date;
      deliveries: number;
      state: string;
      problem: string | null;
      final: boolean | null;
      body: Uint8Array;
    }[]
  >`
    /* story.settlement_events */
    SELECT event_key, received_at, deliveries, state, problem, final, body
    FROM settlement_event
    WHERE aggregator = ${about.aggregator} AND round_id = ${about.round} AND player = ${about.player}
    ORDER BY received_at
    LIMIT ${MOST}`;
  return rows.map((row) => ({
    key: row.event_key,
    receivedAtMs: row.received_at.getTime(),
    deliveries: row.deliveries,
    state: row.state,
    problem: row.problem,
    final: row.final,
    body: row.body,
  }));
}

/** Relies on claim_round. */
export async function selectClaims(
  sql: Database,
  about: { readonly aggregator: string; readonly player: string; readonly round: string },
): Promise<readonly StoryClaim[]> {
  const rows = await sql<
    {
      source: string;
      kind: string;
      tx_id: string;
      amount: string | null;
      currency: string | null;
      status: string;
      origin: string;
      received_at: Date;
    }[]
  >`
    /* story.claims */
    SELECT source, kind, tx_id, amount::text AS amount, currency, status, origin, received_at
    FROM claim
    WHERE aggregator = ${about.aggregator} AND round_id = ${about.round} AND player = ${about.player}
    ORDER BY received_at
    LIMIT ${MOST}`;
  return rows.map((row) => ({
    source: row.source,
    kind: row.kind,
    id: row.tx_id,
    amount: row.amount,
    currency: row.currency,
    status: row.status,
    origin: row.origin,
    receivedAtMs: row.received_at.getTime(),
  }));
}

/** Relies on the unique key of discrepancies, which begins with shard, player, aggregator and round. */
export async function selectDiscrepancyIds(
  sql: Database,
  about: { readonly shard: number; readonly aggregator: string; readonly player: string; readonly round: string },
): Promise<readonly string[]> {
  const rows = await sql<{ id: string }[]>`
    /* story.discrepancies */
    SELECT id
    FROM discrepancy
    WHERE shard = ${about.shard} AND player = ${about.player} AND aggregator = ${about.aggregator} AND round_id = ${about.round}
    ORDER BY id
    LIMIT 50`;
  return rows.map((row) => row.id);
}
