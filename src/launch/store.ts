/** SQL of launches: one row for every launch that passed the checks. The signed URL is never stored. */
import type { Database } from '../platform/index.ts';
import type { AggregatorName, SessionId } from '../wallet/index.ts';

export interface LaunchRow {
  readonly id: string;
  readonly session: SessionId;
  readonly aggregator: AggregatorName;
  readonly issuedAtMs: number;
  readonly expiresAtMs: number;
  readonly outcome: 'issued' | 'failed';
  /** why the aggregator gave no URL; null when it did */
  readonly reason: string | null;
  /** how far the aggregator's clock is from ours, where that is the reason */
  readonly skewMs: number | null;
}

export async function insertLaunch(sql: Database, launch: LaunchRow): Promise<void> {
  await sql`
    /* launch.insert */
    INSERT INTO launch (id, session_id, aggregator, issued_at, expires_at, outcome, reason, skew_ms)
    VALUES (
      ${launch.id}, ${launch.session}, ${launch.aggregator}, ${new Date(launch.issuedAtMs)},
      ${new Date(launch.expiresAtMs)}, ${launch.outcome}, ${launch.reason}, ${launch.skewMs}
    )`;
}
