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
      aggregator, route, arrived_at, duration_us, verdict, key_id, player, round_id, external_id, outcome, remote_address,
      headers::jsonb, decode(body, 'base64'), status, answer
    FROM unnest(
      ${entries.map((entry) => entry.aggregator)}::text[], ${entries.map((entry) => entry.route)}::text[], ${instants}::timestamptz[],
      ${entries.map((entry) => entry.durationUs)}::integer[], ${entries.map((entry) => entry.verdict)}::text[], ${entries.map((entry) => entry.keyId)}::text[],
      ${entries.map((entry) => entry.player)}::text[], ${entries.map((entry) => entry.roundId)}::text[], ${entries.map((entry) => entry.externalId)}::text[],
      ${entries.map((entry) => entry.outcome)}::text[], ${entries.map((entry) => entry.remoteAddress)}::text[],
      ${entries.map((entry) => entry.headers)}::text[], ${entries.map((entry) => Buffer.from(entry.body).toString('base64'))}::text[],
      ${entries.map((entry) => entry.status)}::smallint[], ${entries.map((entry) => entry.answer)}::text[]
    ) AS n (
      aggregator, route, arrived_at, duration_us, verdict, key_id, player, round_id, external_id, outcome, remote_address,
      headers, body, status, answer
    )`;
}
