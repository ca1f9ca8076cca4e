/**
 * Brings a database to this Croupier's schema: plain numbered SQL files, forward only, run by
 * postgrator, frozen by a checksum of each file that was ever applied.
 *
 * Each migration and the note that it ran commit together, but for those outside a transaction (migrate-outside.ts), which may be
 * repeated. Two processes may migrate at once: a transaction-scoped advisory lock lets one go first, and because it belongs to the
 * transaction it also works through a transaction-pooling proxy. Who waits for it asks again and again instead of standing in line:
 * an index made beside writers waits for every statement that runs, so one that stood in line would be waited for by whom it waits
 * for. A database newer than this code is refused.
 */
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Postgrator from 'postgrator';
import postgres from 'postgres';
import {
  checkDatabase,
  DatabaseProblem,
  describeUrl,
  followPrimary,
  newerSchema,
  toDatabaseProblem,
} from './database.ts';
import type { Log } from './log.ts';
import { readOutside, runOutside } from './migrate-outside.ts';
import { latestMigration, MIGRATIONS_DIR } from './migrations.ts';

export interface MigrationReport {
  readonly from: number;
  readonly to: number;
  /** File names, in the order they ran. */
  readonly applied: readonly string[];
}

export interface MigrateOptions {
  readonly log?: Log;
  /** The directory of the migrations; `sql/migrations` of this package unless given. */
  readonly dir?: string;
}

// An arbitrary constant: everybody who migrates a Croupier database asks for this lock.
const MIGRATION_LOCK = '7420194410';
const ASK_AGAIN_MS = 200;

/** Runs every migration the database lacks. Throws a DatabaseProblem when that is impossible. */
export async function migrate(url: string, options: MigrateOptions = {}): Promise<MigrationReport> {
  const dir = options.dir ?? MIGRATIONS_DIR;
  const latest = await latestMigration(dir);
  await checkDatabase(url, { dir });
  const sql = postgres(url, {
    max: 1,
    connect_timeout: 10,
    max_lifetime: null,
    fetch_types: false,
    ...followPrimary(url),
    // Building an index may take long, and waiting for another process' migration too.
    connection: {
      application_name: 'croupier-migrate',
      statement_timeout: 0,
      // It holds the lock and nothing else while a migration outside it runs.
      idle_in_transaction_session_timeout: 0,
      client_min_messages: 'warning',
      TimeZone: 'UTC',
    },
    onnotice: (notice) => options.log?.debug({ notice: notice['message'] }, 'database notice'),
  });
  try {
    return await runAll(sql, { url, dir, latest, log: options.log });
  } catch (error) {
    throw toDatabaseProblem(error, url);
  } finally {
    await sql.end({ timeout: 5 });
  }
}

interface Run {
  readonly url: string;
  readonly dir: string;
  readonly latest: number;
  readonly log: Log | undefined;
}

async function runAll(sql: postgres.Sql, run: Run): Promise<MigrationReport> {
  const applied: string[] = [];
  let from: number | undefined;
  for (;;) {
    const step = await sql.begin(async (transaction) => await runNext(transaction, run));
    if (step === 'busy') {
      await sleep(ASK_AGAIN_MS);
      continue;
    }
    from ??= step.version;
    if (step.file === undefined) return { from, to: step.version, applied };
    applied.push(step.file);
    run.log?.info({ migration: step.file }, 'migration applied');
  }
}

interface Step {
  /** The version found under the lock, before the step. */
  readonly version: number;
  readonly file: string | undefined;
}

async function runNext(transaction: postgres.TransactionSql, run: Run): Promise<Step | 'busy'> {
  const [asked] = await transaction.unsafe(`SELECT pg_try_advisory_xact_lock(${MIGRATION_LOCK}) AS taken`);
  if (asked?.['taken'] !== true) return 'busy';
  let after = 'was rolled back';
  const postgrator = new Postgrator({
    driver: 'pg',
    schemaTable: 'schema_version',
    currentSchema: 'public',
    migrationPattern: path.join(escapePattern(run.dir), '*.sql'),
    // The checksum must not depend on how a checkout ends its lines.
    newline: 'LF',
    execQuery: async (query) => ({ rows: [...(await transaction.unsafe(query))] }),
    execSqlScript: async (script) => {
      const outside = readOutside(script);
      if (outside === null) await transaction.unsafe(script);
      else {
        after = 'what it did stays, and the next start runs it again';
        await runOutside(run.url, outside);
      }
    },
  });
  await ensureVersionTable(transaction);
  const migrations = await postgrator.getMigrations();
  const version = await postgrator.getDatabaseVersion();
  if (version > run.latest) throw newerSchema(version, run.latest, run.url);
  await validate(postgrator, version, run);
  const next = migrations.find((migration) => migration.version === version + 1);
  if (next === undefined) return { version, file: undefined };
  const file = path.basename(next.filename);
  try {
    await postgrator.runMigrations([next]);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    if (error instanceof Error) error.message = `migration ${file} failed and ${after}: ${text}`;
    throw error;
  }
  return { version, file };
}

// Written out here because postgrator creates its table only inside migrate(), which runs every
// migration at once rather than each in a transaction of its own.
async function ensureVersionTable(transaction: postgres.TransactionSql): Promise<void> {
  await transaction.unsafe(`
    CREATE TABLE IF NOT EXISTS public.schema_version (
      version bigint PRIMARY KEY,
      name    text,
      md5     text,
      run_at  timestamptz
    )`);
}

async function validate(postgrator: Postgrator, version: number, run: Run): Promise<void> {
  try {
    await postgrator.validateMigrations(version);
  } catch (error) {
    const number =
      error instanceof Error ? /checksum failed for migration \[(\d+)\]/i.exec(error.message)?.[1] : undefined;
    if (number === undefined) throw error;
    throw new DatabaseProblem(
      'changed-migration',
      `Migration ${number.padStart(4, '0')} was changed after it had been applied to ${describeUrl(run.url)}: ` +
        `restore the file and put the change into a new migration.`,
    );
  }
}

// The directory is a place, not a pattern: brackets in a path mean themselves.
function escapePattern(dir: string): string {
  return dir.replace(/[[\]{}()*?!\\]/g, '\\$&');
}
