/** SQL of the audit log of the console: rows are only ever added. */
import type { Database } from '../platform/index.ts';
import { newId } from '../platform/index.ts';

export interface AuditEntry {
  readonly id: string;
  readonly at: string;
  readonly who: string;
  readonly role: string | null;
  readonly address: string | null;
  readonly action: string;
  readonly subject: string;
  /** null: cut off, nobody knows what it came to */
  readonly outcome: 'done' | 'refused' | 'uncertain' | null;
  readonly asked: unknown;
  readonly before: unknown;
  readonly after: unknown;
}

export interface NewAudit {
  readonly who: string;
  readonly role: string | null;
  readonly address: string | null;
  readonly action: string;
  readonly subject: string;
  /** what was asked for, without passwords and codes */
  readonly asked: unknown;
  readonly before: unknown;
}

const json = (value: unknown): string | null => (value === null || value === undefined ? null : JSON.stringify(value));

/** What is about to be done; the id is what its end refers to. */
export async function insertAsked(sql: Database, entry: NewAudit, nowMs: number): Promise<string> {
  const id = newId();
  await sql`
    /* console_audit.asked */
    INSERT INTO console_audit (id, at, who, role, address, action, subject, asked, before)
    VALUES (
      ${id}, ${new Date(nowMs).toISOString()}, ${entry.who}, ${entry.role}, ${entry.address}, ${entry.action}, ${entry.subject},
      ${json(entry.asked)}::text::jsonb, ${json(entry.before)}::text::jsonb
    )`;
  return id;
}

/** What it came to. Relies on console_audit_pkey. */
export async function insertEnded(
  sql: Database,
  of: string,
  end: { readonly outcome: 'done' | 'refused' | 'uncertain'; readonly after: unknown },
  nowMs: number,
): Promise<void> {
  await sql`
    /* console_audit.ended */
    INSERT INTO console_audit (id, of, at, who, role, address, action, subject, outcome, after)
    SELECT ${newId()}, id, ${new Date(nowMs).toISOString()}, who, role, address, action, subject, ${end.outcome},
      ${json(end.after)}::text::jsonb
    FROM console_audit
    WHERE id = ${of}`;
}

/** Newest first, before the given id. Relies on console_audit_pkey and console_audit_of. */
export async function selectAudit(
  sql: Database,
  query: { readonly before: string | null; readonly subject: string | null; readonly limit: number },
): Promise<readonly AuditEntry[]> {
  const rows = await sql<(Omit<AuditEntry, 'at'> & { at: Date })[]>`
    /* console_audit.list */
    SELECT a.id, a.at, a.who, a.role, a.address, a.action, a.subject, e.outcome, a.asked, a.before, e.after
    FROM console_audit a
    LEFT JOIN console_audit e ON e.of = a.id
    WHERE a.of IS NULL
      ${query.before === null ? sql`` : sql`AND a.id < ${query.before}::uuid`}
      ${query.subject === null ? sql`` : sql`AND a.subject = ${query.subject}`}
    ORDER BY a.id DESC
    LIMIT ${query.limit}`;
  return rows.map((row) => ({ ...row, at: row.at.toISOString() }));
}
