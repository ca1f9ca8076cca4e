/** SQL of the settlement bench: how far the inbox and the rounds have come. */
import type { Database } from '../src/platform/index.ts';

export async function progressOf(sql: Database) {
  const [row] = await sql<{ stored: number; unread: number; due: number; balanced: number; other: number }[]>`
    /* bench.settlement */
    SELECT
      (SELECT count(*)::integer FROM settlement_event) AS stored,
      (SELECT count(*)::integer FROM settlement_event WHERE state = 'new') AS unread,
      (SELECT count(*)::integer FROM round_view WHERE due_at <= now()) AS due,
      (SELECT count(*)::integer FROM round_view WHERE state = 'balanced') AS balanced,
      (SELECT count(*)::integer FROM round_view WHERE state <> 'balanced') AS other`;
  return row ?? { stored: 0, unread: 0, due: 0, balanced: 0, other: 0 };
}
