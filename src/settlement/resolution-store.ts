/** SQL of decisions: proposals, what became of them, and how much was corrected automatically on a day. */
import { formatDecimal } from '../money/index.ts';
import type { Decimal } from '../money/index.ts';
import type { Database, DatabaseTransaction } from '../platform/index.ts';
import type { Evidence } from './findings.ts';
import type { Action, Entry, Person } from './rules.ts';
import { decimalOrNull } from './view-store.ts';

export type ResolutionState = 'proposed' | 'rejected' | 'approved' | 'booked' | 'failed';

export interface Resolution {
  readonly id: string;
  readonly discrepancy: string;
  readonly version: string;
  readonly action: Action;
  readonly amount: Decimal;
  readonly currency: string | null;
  readonly state: ResolutionState;
  readonly automatic: boolean;
  readonly reason: string;
  readonly evidence: readonly Evidence[];
  readonly proposed: Person;
  readonly decided: (Person & { readonly reason: string }) | null;
  /** what was submitted to the ledger; null: not yet, or nothing is booked */
  readonly entry: Entry | null;
  readonly transactionId: string | null;
  readonly problem: string | null;
  readonly createdAtMs: number;
  readonly decidedAtMs: number | null;
  readonly finishedAtMs: number | null;
}

interface ResolutionRow {
  id: string;
  discrepancy: string;
  version: string;
  action: Action;
  amount: string;
  currency: string | null;
  state: ResolutionState;
  automatic: boolean;
  reason: string;
  evidence: readonly Evidence[];
  proposed_key: string;
  proposed_by: string;
  decided_key: string | null;
  decided_by: string | null;
  decided_reason: string | null;
  entry: StoredEntry | null;
  transaction_id: string | null;
  problem: string | null;
  created_at: Date;
  decided_at: Date | null;
  finished_at: Date | null;
}

/** An entry as JSON: amounts as text. */
type StoredEntry = Omit<Entry, 'operation'> & {
  readonly operation: Omit<Entry['operation'], 'amount'> & { readonly amount: string | null };
};

function storedEntry(entry: Entry): StoredEntry {
  const { operation } = entry;
  return {
    ...entry,
    operation: { ...operation, amount: operation.amount === null ? null : formatDecimal(operation.amount) },
  };
}

// Written by `storedEntry` alone, so its shape is known.
const readEntry = (stored: StoredEntry): Entry =>
  ({ ...stored, operation: { ...stored.operation, amount: decimalOrNull(stored.operation.amount) } }) as Entry;

const instant = (ms: number): string => new Date(ms).toISOString();

function readResolution(row: ResolutionRow): Resolution {
  const amount = decimalOrNull(row.amount);
  if (amount === null) throw new Error('defect: a resolution has no amount');
  return {
    id: row.id,
    discrepancy: row.discrepancy,
    version: row.version,
    action: row.action,
    amount,
    currency: row.currency,
    state: row.state,
    automatic: row.automatic,
    reason: row.reason,
    evidence: row.evidence,
    proposed: { key: row.proposed_key, by: row.proposed_by },
    decided:
      row.decided_by === null
        ? null
        : { key: row.decided_key ?? '', by: row.decided_by, reason: row.decided_reason ?? '' },
    entry: row.entry === null ? null : readEntry(row.entry),
    transactionId: row.transaction_id,
    problem: row.problem,
    createdAtMs: row.created_at.getTime(),
    decidedAtMs: row.decided_at?.getTime() ?? null,
    finishedAtMs: row.finished_at?.getTime() ?? null,
  };
}

/** Oldest first. Relies on resolution_of. */
export async function selectResolutions(
  sql: Database | DatabaseTransaction,
  discrepancy: string,
): Promise<readonly Resolution[]> {
  const rows = await sql<ResolutionRow[]>`
    /* resolution.of */
    SELECT * FROM resolution WHERE discrepancy = ${discrepancy}::uuid ORDER BY created_at, id`;
  return rows.map(readResolution);
}

/** False when this version was decided or proposed already. Relies on resolution_once. */
export async function insertResolution(tx: DatabaseTransaction, resolution: Resolution): Promise<boolean> {
  const rows = await tx`
    /* resolution.insert */
    INSERT INTO resolution (
      id, discrepancy, version, action, amount, currency, state, automatic, reason, evidence, proposed_key, proposed_by,
      decided_key, decided_by, decided_reason, created_at, decided_at
    )
    VALUES (
      ${resolution.id}, ${resolution.discrepancy}, ${resolution.version}, ${resolution.action},
      ${formatDecimal(resolution.amount)}::numeric, ${resolution.currency}, ${resolution.state}, ${resolution.automatic},
      ${resolution.reason}, ${JSON.stringify(resolution.evidence)}::text::jsonb, ${resolution.proposed.key}, ${resolution.proposed.by},
      ${resolution.decided?.key ?? null}, ${resolution.decided?.by ?? null}, ${resolution.decided?.reason ?? null},
      ${instant(resolution.createdAtMs)}, ${resolution.decidedAtMs === null ? null : instant(resolution.decidedAtMs)}
    )
    ON CONFLICT (discrepancy, version) WHERE state IN ('proposed', 'approved', 'booked') DO NOTHING
    RETURNING 1`;
  return rows.length > 0;
}

export async function updateDecided(
  tx: DatabaseTransaction,
  resolution: Pick<Resolution, 'id'>,
  decision: {
    readonly state: 'approved' | 'rejected';
    readonly person: Person;
    readonly reason: string;
    readonly nowMs: number;
  },
): Promise<boolean> {
  const rows = await tx`
    /* resolution.decide */
    UPDATE resolution
    SET state = ${decision.state}, decided_key = ${decision.person.key}, decided_by = ${decision.person.by},
      decided_reason = ${decision.reason}, decided_at = ${instant(decision.nowMs)}
    WHERE id = ${resolution.id} AND state = 'proposed'
    RETURNING 1`;
  return rows.length > 0;
}

/** Proposals that are about something that has changed since. Relies on resolution_of. */
export async function lapseProposals(
  tx: DatabaseTransaction,
  discrepancies: readonly string[],
  nowMs: number,
): Promise<void> {
  if (discrepancies.length === 0) return;
  await tx`
    /* resolution.lapse */
    UPDATE resolution
    SET state = 'rejected', decided_key = '', decided_by = 'croupier', decided_at = ${instant(nowMs)},
      decided_reason = 'What it was about has changed.'
    WHERE discrepancy = ANY (${[...discrepancies]}::uuid[]) AND state = 'proposed'`;
}

/** Approved ones nobody is booking now: a crash came between, or the ledger could not tell. Relies on resolution_approved. */
export async function selectApproved(sql: Database, beforeMs: number, limit: number): Promise<readonly Resolution[]> {
  const rows = await sql<ResolutionRow[]>`
    /* resolution.approved */
    SELECT *
    FROM resolution
    WHERE state = 'approved' AND decided_at <= ${instant(beforeMs)}
    ORDER BY decided_at
    LIMIT ${limit}`;
  return rows.map(readResolution);
}

/** What was written down to be submitted for it; null: it is not approved, or has ended. Relies on resolution_pkey. */
export async function selectApprovedEntry(
  tx: DatabaseTransaction,
  id: string,
): Promise<{ readonly entry: Entry | null } | null> {
  const [row] = await tx<{ entry: StoredEntry | null }[]>`
    /* resolution.entry_of */
    SELECT entry FROM resolution WHERE id = ${id} AND state = 'approved' FOR UPDATE`;
  if (row === undefined) return null;
  return { entry: row.entry === null ? null : readEntry(row.entry) };
}

/** Writes what is about to be submitted; the row is held. Relies on resolution_pkey. */
export async function updateEntry(tx: DatabaseTransaction, id: string, entry: Entry): Promise<void> {
  await tx`
    /* resolution.entry */
    UPDATE resolution SET entry = ${JSON.stringify(storedEntry(entry))}::text::jsonb
    WHERE id = ${id} AND state = 'approved' AND entry IS NULL`;
}

export async function updateFinished(
  tx: DatabaseTransaction,
  id: string,
  end:
    | { readonly state: 'booked'; readonly transactionId: string | null; readonly nowMs: number }
    | { readonly state: 'failed'; readonly problem: string; readonly nowMs: number },
): Promise<boolean> {
  const rows = await tx`
    /* resolution.finish */
    UPDATE resolution
    SET state = ${end.state}, finished_at = ${instant(end.nowMs)},
      transaction_id = ${end.state === 'booked' ? end.transactionId : null}, problem = ${end.state === 'failed' ? end.problem : null}
    WHERE id = ${id} AND state = 'approved'
    RETURNING 1`;
  return rows.length > 0;
}

/** Counts an automatic correction against the day's cap; false when it does not fit. Relies on settlement_allowance_pkey. */
export async function useAllowance(
  tx: DatabaseTransaction,
  use: {
    readonly day: string;
    readonly aggregator: string;
    readonly currency: string;
    readonly amount: Decimal;
    readonly cap: Decimal;
  },
): Promise<boolean> {
  const amount = formatDecimal(use.amount);
  const cap = formatDecimal(use.cap);
  const rows = await tx`
    /* settlement_allowance.use */
    INSERT INTO settlement_allowance AS a (day, aggregator, currency, used)
    SELECT ${use.day}::date, ${use.aggregator}, ${use.currency}, ${amount}::numeric
    WHERE ${amount}::numeric <= ${cap}::numeric
    ON CONFLICT (day, aggregator, currency) DO UPDATE SET used = a.used + EXCLUDED.used
      WHERE a.used + EXCLUDED.used <= ${cap}::numeric
    RETURNING 1`;
  return rows.length > 0;
}
