/** SQL of letting quotes go by which nothing was ever converted. What was converted by one keeps it, and the database sees to that, too. */
import type { Database } from '../platform/index.ts';

export interface OldQuote {
  readonly id: string;
  readonly expiresAtMs: number;
  /** money was converted by it, or it is the last of its pair and kind, which later rates are compared with */
  readonly isKept: boolean;
}

/**
 * The oldest quotes that ended in a span, whatever is to become of them. Relies on fx_quote_expires, fx_quote_window and
 * transaction_fx_quote.
 */
export async function selectOldQuotes(
  sql: Database,
  span: { readonly fromMs: number; readonly toMs: number },
  limit: number,
): Promise<readonly OldQuote[]> {
  const rows = await sql<{ id: string; expires_at: Date; kept: boolean }[]>`
    /* fx.old_quotes */
    SELECT q.id, q.expires_at,
      EXISTS (SELECT 1 FROM transaction t WHERE t.fx IS NOT NULL AND t.fx::jsonb ->> 'quoteId' = q.id::text)
        OR NOT EXISTS (
          SELECT 1
          FROM fx_quote n
          WHERE n.pair = q.pair AND n.starts_at > q.starts_at AND (n.source = 'fixed') = (q.source = 'fixed')
        ) AS kept
    FROM fx_quote q
    WHERE q.expires_at >= ${new Date(span.fromMs)} AND q.expires_at < ${new Date(span.toMs)}
    ORDER BY q.expires_at
    LIMIT ${limit}`;
  return rows.map((row) => ({ id: row.id, expiresAtMs: row.expires_at.getTime(), isKept: row.kept }));
}

/** Deletes the quotes and the words that only they were made of. Relies on fx_quote_pkey, fx_tick_pkey and fx_quote_ticks. */
export async function deleteQuotes(sql: Database, ids: readonly string[]): Promise<number> {
  if (ids.length === 0) return 0;
  const result = await sql.begin(async (tx) => {
    const gone = await tx<{ ticks: string[] }[]>`
      /* fx.delete_quotes */
      DELETE FROM fx_quote WHERE id = ANY (${[...ids]}::uuid[]) RETURNING ticks`;
    await tx`
      /* fx.delete_ticks */
      DELETE FROM fx_tick t
      WHERE t.id = ANY (${[...new Set(gone.flatMap((each) => each.ticks))]}::uuid[])
        AND NOT EXISTS (SELECT 1 FROM fx_quote q WHERE q.ticks @> ARRAY[t.id])`;
    return { count: gone.length };
  });
  return result.count;
}
