/** SQL of the journal. */
import type { Database } from '../platform/index.ts';
import type { JournalEntry } from './journal.ts';

export async function insertEntries(sql: Database, entries: readonly JournalEntry[]): Promise<void> {
  const instants = entries.map((entry) => new Date(entry.arrivedAtMs).toISOString());
  await sql`
    /* journal.insert */
    INSERT INTO journal (
      aggregator, route, arrived_at, duration_us, verdict, key_id, player, round_id, external_id, outcome, remote_address,
      headers, body, status, answer
    )
    SELECT
      unnest(${entries.map((entry) => entry.aggregator)}::text[]), unnest(${entries.map((entry) => entry.route)}::text[]),
      unnest(${instants}::timestamptz[]), unnest(${entries.map((entry) => entry.durationUs)}::integer[]),
      unnest(${entries.map((entry) => entry.verdict)}::text[]), unnest(${entries.map((entry) => entry.keyId)}::text[]),
      unnest(${entries.map((entry) => entry.player)}::text[]), unnest(${entries.map((entry) => entry.roundId)}::text[]),
      unnest(${entries.map((entry) => entry.externalId)}::text[]), unnest(${entries.map((entry) => entry.outcome)}::text[]),
      unnest(${entries.map((entry) => entry.remoteAddress)}::text[]), unnest(${entries.map((entry) => entry.headers)}::text[])::jsonb,
      decode(unnest(${entries.map((entry) => Buffer.from(entry.body).toString('base64'))}::text[]), 'base64'),
      unnest(${entries.map((entry) => entry.status)}::smallint[]), unnest(${entries.map((entry) => entry.answer)}::text[])`;
}

/** The oldest `limit` entries after the place, and which of them are gone. Relies on journal_pkey: ids grow as entries are written. */
export async function deleteOldest(
  sql: Database,
  before: { readonly afterId: string; readonly arrivedBeforeMs: number; readonly limit: number },
): Promise<{ readonly looked: number; readonly deleted: number; readonly lastId: string }> {
  const [row] = await sql<{ looked: number; deleted: number; last_id: string | null }[]>`
    /* journal.expire */
    WITH
      -- the head of the table in the order it was written, whatever the planner thinks of times
      head AS MATERIALIZED (
        SELECT id, arrived_at
        FROM journal
        WHERE id > ${before.afterId}
        ORDER BY id
        LIMIT ${before.limit}
      ),
      -- another server's run may be at the same entries
      free AS (
        SELECT j.id
        FROM journal j
        JOIN head h ON h.id = j.id
        WHERE h.arrived_at < ${new Date(before.arrivedBeforeMs).toISOString()}::timestamptz
        FOR UPDATE OF j SKIP LOCKED
      ),
      gone AS (
        DELETE FROM journal j USING free f WHERE j.id = f.id
        RETURNING j.id
      )
    SELECT
      (SELECT count(*)::integer FROM head) AS looked,
      (SELECT count(*)::integer FROM gone) AS deleted,
      (SELECT max(id) FROM head) AS last_id`;
  return { looked: row?.looked ?? 0, deleted: row?.deleted ?? 0, lastId: row?.last_id ?? before.afterId };
}
