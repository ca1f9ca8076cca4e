/** SQL of granted free rounds. Every statement relies on free_round_grant_pkey. */
import type { Database } from '../platform/index.ts';
import { aggregatorName, playerId } from '../wallet/index.ts';
import type { AggregatorName } from '../wallet/index.ts';
import type { Grant } from './rules.ts';

/** True when this call made the row. */
export async function insertGrant(sql: Database, grant: Grant, nowMs: number): Promise<boolean> {
  const rows = await sql`
    /* grant.insert */
    INSERT INTO free_round_grant (aggregator, issue, player, currency, created_at)
    VALUES (${grant.aggregator}, ${grant.issue}, ${grant.player}, ${grant.currency}, ${new Date(nowMs)})
    ON CONFLICT (aggregator, issue) DO NOTHING
    RETURNING issue`;
  return rows.length === 1;
}

export async function selectGrant(sql: Database, aggregator: AggregatorName, issue: string): Promise<Grant | null> {
  const [row] = await sql<{ aggregator: string; issue: string; player: string; currency: string }[]>`
    /* grant.one */
    SELECT aggregator, issue, player, currency
    FROM free_round_grant
    WHERE aggregator = ${aggregator} AND issue = ${issue}`;
  if (row === undefined) return null;
  return { ...row, aggregator: aggregatorName(row.aggregator), player: playerId(row.player) };
}
