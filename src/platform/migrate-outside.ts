/**
 * Migrations that cannot run inside a transaction: indexes that are made or dropped while writers go on. Such a file says so in its
 * first line and holds nothing else, and every statement of it may be repeated: a run that died in between is simply run again.
 *
 * An index whose making was cut short stays in the database as an invalid one, which no query uses and which IF NOT EXISTS takes for
 * made. So the leavings of an earlier run are dropped first.
 */
import postgres from 'postgres';
import { followPrimary } from './database.ts';

export interface OutsideStatement {
  readonly kind: 'create' | 'drop';
  readonly index: string;
  readonly text: string;
}

const FIRST_LINE = '-- outside a transaction';
const CREATE = /^CREATE (?:UNIQUE )?INDEX CONCURRENTLY IF NOT EXISTS ([a-z][a-z0-9_]*)\s+ON /;
const DROP = /^DROP INDEX CONCURRENTLY IF EXISTS ([a-z][a-z0-9_]*)$/;

/** The statements of a file that runs outside a transaction; null for every other file. Throws for what must not stand in one. */
export function readOutside(script: string): readonly OutsideStatement[] | null {
  if (script.split('\n', 1)[0]?.trim() !== FIRST_LINE) return null;
  const plain = script.replaceAll(/^\s*--.*$/gm, '');
  const texts = plain.split(';').flatMap((each) => (each.trim() === '' ? [] : [each.trim()]));
  return texts.map((text) => {
    const created = CREATE.exec(text)?.[1];
    if (created !== undefined) return { kind: 'create', index: created, text };
    const dropped = DROP.exec(text)?.[1];
    if (dropped !== undefined) return { kind: 'drop', index: dropped, text };
    throw new Error(
      `only CREATE INDEX CONCURRENTLY IF NOT EXISTS and DROP INDEX CONCURRENTLY IF EXISTS stand in a migration outside a ` +
        `transaction; found: ${text.slice(0, 80)}`,
    );
  });
}

/**
 * Runs the statements one by one, on a connection of their own. Whoever calls holds the lock of migrations meanwhile, in a transaction
 * that has no snapshot: making an index waits for every older snapshot of the database, its caller's included.
 */
export async function runOutside(url: string, statements: readonly OutsideStatement[]): Promise<void> {
  const sql = postgres(url, {
    max: 1,
    connect_timeout: 10,
    max_lifetime: null,
    fetch_types: false,
    ...followPrimary(url),
    connection: { application_name: 'croupier-migrate', statement_timeout: 0, client_min_messages: 'warning' },
    onnotice: () => undefined,
  });
  try {
    for (const { kind, index, text } of statements) {
      if (kind === 'create' && (await isInvalid(sql, index)))
        await sql.unsafe(`DROP INDEX CONCURRENTLY IF EXISTS ${index}`);
      await sql.unsafe(text);
    }
  } finally {
    await sql.end({ timeout: 5 });
  }
}

async function isInvalid(sql: postgres.Sql, index: string): Promise<boolean> {
  const rows = await sql.unsafe('SELECT 1 FROM pg_index WHERE indexrelid = to_regclass($1) AND NOT indisvalid', [
    index,
  ]);
  return rows.length > 0;
}
