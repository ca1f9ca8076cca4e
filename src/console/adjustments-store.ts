/** SQL of corrections by hand: proposed, decided by one person each, finished once. */
import type { Database } from '../platform/index.ts';

export type AdjustmentState = 'proposed' | 'approved' | 'rejected' | 'booked' | 'failed';

export interface Adjustment {
  readonly id: string;
  readonly player: string;
  readonly currency: string;
  /** signed decimal */
  readonly amount: string;
  readonly reason: string;
  readonly state: AdjustmentState;
  readonly proposed_by: string;
  readonly proposed_at: string;
  readonly decided_by: string | null;
  readonly decided_reason: string | null;
  readonly decided_at: string | null;
  readonly transaction_id: string | null;
  readonly problem: string | null;
}

type AdjustmentRow = Omit<Adjustment, 'proposed_at' | 'decided_at'> & { proposed_at: Date; decided_at: Date | null };

const read = (row: AdjustmentRow): Adjustment => ({
  ...row,
  proposed_at: row.proposed_at.toISOString(),
  decided_at: row.decided_at?.toISOString() ?? null,
});

/** False when the id is known: the same wish again. Relies on console_adjustment_pkey. */
export async function insertAdjustment(
  sql: Database,
  wish: Pick<Adjustment, 'id' | 'player' | 'currency' | 'amount' | 'reason' | 'proposed_by'>,
  nowMs: number,
): Promise<boolean> {
  const rows = await sql`
    /* console_adjustment.insert */
    INSERT INTO console_adjustment (id, player, currency, amount, reason, state, proposed_by, proposed_at)
    VALUES (
      ${wish.id}, ${wish.player}, ${wish.currency}, ${wish.amount}::text::numeric, ${wish.reason}, 'proposed', ${wish.proposed_by},
      ${new Date(nowMs).toISOString()}
    )
    ON CONFLICT (id) DO NOTHING
    RETURNING id`;
  return rows.length === 1;
}

/** Relies on console_adjustment_pkey. */
export async function selectAdjustment(sql: Database, id: string): Promise<Adjustment | null> {
  const [row] = await sql<AdjustmentRow[]>`
    /* console_adjustment.one */
    SELECT id, player, currency, amount::text AS amount, reason, state, proposed_by, proposed_at, decided_by, decided_reason,
      decided_at, transaction_id, problem
    FROM console_adjustment
    WHERE id = ${id}`;
  return row === undefined ? null : read(row);
}

/** Newest first: one player's (console_adjustment_player), or those that wait for somebody (console_adjustment_waiting). */
export async function selectAdjustments(
  sql: Database,
  player: string | null,
  limit: number,
): Promise<readonly Adjustment[]> {
  const rows = await sql<AdjustmentRow[]>`
    /* console_adjustment.list */
    SELECT id, player, currency, amount::text AS amount, reason, state, proposed_by, proposed_at, decided_by, decided_reason,
      decided_at, transaction_id, problem
    FROM console_adjustment
    WHERE ${player === null ? sql`state IN ('proposed', 'approved')` : sql`player = ${player}`}
    ORDER BY id DESC
    LIMIT ${limit}`;
  return rows.map(read);
}

/** False when somebody decided it before. Relies on console_adjustment_pkey. */
export async function updateDecided(
  sql: Database,
  id: string,
  decision: { readonly state: 'approved' | 'rejected'; readonly by: string; readonly reason: string },
  nowMs: number,
): Promise<boolean> {
  const rows = await sql`
    /* console_adjustment.decide */
    UPDATE console_adjustment
    SET state = ${decision.state}, decided_by = ${decision.by}, decided_reason = ${decision.reason},
      decided_at = ${new Date(nowMs).toISOString()}
    WHERE id = ${id} AND state = 'proposed'
    RETURNING id`;
  return rows.length === 1;
}

/** What the ledger said. Relies on console_adjustment_pkey. */
export async function updateFinished(
  sql: Database,
  id: string,
  end: { readonly transaction: string | null; readonly problem: string | null },
): Promise<void> {
  await sql`
    /* console_adjustment.finish */
    UPDATE console_adjustment
    SET state = ${end.problem === null ? 'booked' : 'failed'}, transaction_id = ${end.transaction}, problem = ${end.problem}
    WHERE id = ${id} AND state = 'approved'`;
}
