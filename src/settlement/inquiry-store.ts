/** SQL of what is open and was not asked about yet. */
import type { Database } from '../platform/index.ts';
import type { RoundKey } from './facts.ts';

export interface Unasked {
  readonly id: string;
  readonly key: RoundKey;
  /** '' where the whole round is meant */
  readonly transactionId: string;
}

/** The oldest of an aggregator's. Relies on discrepancy_unasked. */
export async function selectUnasked(sql: Database, aggregator: string, limit: number): Promise<readonly Unasked[]> {
  const rows = await sql<{ id: string; player: string; round_id: string; tx_id: string }[]>`
    /* discrepancy.unasked */
    SELECT id, player, round_id, tx_id
    FROM discrepancy
    WHERE aggregator = ${aggregator} AND state = 'open' AND asked_at IS NULL AND kind IN ('STUCK_ROUND', 'BET_EXTRA')
    ORDER BY id
    LIMIT ${limit}`;
  return rows.map((row) => ({
    id: row.id,
    key: { aggregator, player: row.player, round: row.round_id },
    transactionId: row.tx_id,
  }));
}

/** Relies on discrepancy_pkey. */
export async function noteInquiries(sql: Database, ids: readonly string[], nowMs: number): Promise<void> {
  if (ids.length === 0) return;
  await sql`
    /* discrepancy.asked */
    UPDATE discrepancy
    SET asked_at = ${new Date(nowMs).toISOString()}
    WHERE id = ANY (${[...ids]}::uuid[])`;
}
