/**
 * The door to PostgreSQL: one place that knows the driver's options and the one place that turns a
 * database that cannot be used into one clear line for the person who started the server.
 *
 * It never retries a statement and never hides an error of one: what failed is the caller's to judge.
 * `numeric` and `bigint` columns come back as strings, because a float must never touch money.
 */
import postgres from 'postgres';
import type { Log } from './log.ts';
import { latestMigration } from './migrations.ts';

export type Database = postgres.Sql;
export type DatabaseTransaction = postgres.TransactionSql;

export type DatabaseProblemKind =
  | 'bad-url'
  | 'unreachable'
  | 'not-allowed'
  | 'missing-database'
  | 'too-old'
  | 'newer-schema'
  | 'changed-migration'
  | 'disk-full'
  | 'too-many-connections'
  | 'read-only'
  | 'in-use'
  | 'not-supported'
  | 'failed';

/** A database that cannot be used. The message is one line and says what to do. */
export class DatabaseProblem extends Error {
  readonly kind: DatabaseProblemKind;

  constructor(kind: DatabaseProblemKind, message: string, options?: ErrorOptions) {
    super(message.replace(/\s+/g, ' ').trim(), options);
    this.name = 'DatabaseProblem';
    this.kind = kind;
  }
}

export interface DatabaseOptions {
  readonly url: string;
  /** Connections in the pool; behind a pooler as many again for transactions. */
  readonly max: number;
  /** Shown in pg_stat_activity, so that a DBA can tell who is who. */
  readonly applicationName: string;
  readonly log?: Log;
  /** A statement running longer is cancelled by the server; 0 never. */
  readonly statementTimeoutMs?: number;
  readonly connectTimeoutSeconds?: number;
  /** How long a statement may wait for a row that another transaction holds; unlimited unless given. */
  readonly lockTimeoutMs?: number;
  /**
   * COMMIT answers before the transaction is on disk: a crash may lose the last half second. Only for what nobody is promised,
   * never for money.
   */
  readonly mayLoseTheLast?: boolean;
  /**
   * For statements that look rows up by keys: plans go by index whatever was known of a table when they were made. One made while it
   * was empty reads all of it for every row looked up, until somebody analyzes it. Behind a pooler without effect, and not needed:
   * nothing is prepared there, so each plan is made for the table as it is.
   */
  readonly plansByIndex?: boolean;
  /**
   * A pooler in between may give every transaction another server session: nothing is prepared, no setting is asked for
   * (time limits are then the role's, see docs/scaling.md), and a connection's next statement waits for the answer to its last.
   */
  readonly pooled?: boolean;
  /** Called as soon as one of the connections has closed, before the driver opens another in its place. */
  readonly onClose?: () => void;
}

/** Settings by which a plan looks rows up by index, whatever was known of a table when it was made. */
export const BY_INDEX = { enable_seqscan: 'off', enable_hashjoin: 'off', enable_mergejoin: 'off', jit: 'off' };
const OLDEST_SERVER = 15;

/** Opens a pool. Connections are made when first needed; nothing is checked here (see checkDatabase). */
export function openDatabase(options: DatabaseOptions): Database {
  return options.pooled === true ? behindPooler(options) : connectTo(options, {});
}

/**
 * A statement sent ahead of the last one's answer reaches a server session that the pooler takes away before it answers: its caller
 * waits for ever, or is given somebody else's answer. So nothing is sent ahead; and since the driver then begins no transactions
 * (porsager/postgres issue 970), they have connections of their own, which they keep to themselves anyway.
 */
function behindPooler(options: DatabaseOptions): Database {
  const statements = connectTo(options, { max_pipeline: 0 });
  const transactions = connectTo(options, {});
  const end = statements.end.bind(statements);
  return Object.assign(statements, {
    begin: transactions.begin.bind(transactions),
    end: async (how?: { readonly timeout?: number }) => {
      await Promise.all([end(how), transactions.end(how)]);
    },
  });
}

function connectTo(options: DatabaseOptions, more: { readonly max_pipeline?: number }): Database {
  const { log } = options;
  const statementTimeoutMs = options.statementTimeoutMs ?? 15_000;
  assertUrl(options.url);
  guardAgainstDriver(log);
  return postgres(options.url, {
    max: options.max,
    connect_timeout: options.connectTimeoutSeconds ?? 10,
    // A transaction whose owner died must not keep a player's wallet locked.
    connection: {
      application_name: options.applicationName,
      ...(options.pooled === true
        ? {}
        : {
            statement_timeout: statementTimeoutMs,
            idle_in_transaction_session_timeout: Math.max(statementTimeoutMs, 10_000),
            client_min_messages: 'warning',
            ...(options.lockTimeoutMs === undefined ? {} : { lock_timeout: options.lockTimeoutMs }),
            ...(options.mayLoseTheLast === true ? { synchronous_commit: 'off' } : {}),
            ...(options.plansByIndex === true ? BY_INDEX : {}),
          }),
    },
    ...more,
    ...followPrimary(options.url),
    ...(options.onClose === undefined ? {} : { onclose: options.onClose }),
    max_lifetime: null,
    idle_timeout: 0,
    prepare: options.pooled !== true,
    fetch_types: true,
    // The driver prints notices to standard output unless told otherwise.
    onnotice: (notice) => log?.debug({ notice: notice['message'] }, 'database notice'),
  });
}

let isGuarding = false;

/**
 * On each new connection the driver asks something of its own (the types of arrays), and leaves the promise of the answer to
 * nobody: a connection lost at that moment would end the whole process. Whoever waits for a statement hears of it anyway.
 */
function guardAgainstDriver(log: Log | undefined): void {
  if (isGuarding) return;
  isGuarding = true;
  process.on('unhandledRejection', (reason) => {
    if (!isConnectionTrouble(reason)) throw reason;
    log?.warn({ err: reason }, 'a connection to the database was lost while the driver made it');
  });
}

/** The database, or the way to it, is away: nobody's mistake, and over some time. */
export function isConnectionTrouble(error: unknown): boolean {
  return /^(57P|08|53|CONNECTION_|CONNECT_TIMEOUT|ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH)/.test(errorCode(error));
}

/** Lets running statements finish for up to the given time, then closes every connection. */
export async function closeDatabase(sql: Database, timeoutSeconds = 5): Promise<void> {
  await sql.end({ timeout: timeoutSeconds });
}

export interface DatabaseReport {
  /** For example 18. */
  readonly serverMajor: number;
  /** Version of the schema in the database, 0 when there is none. */
  readonly schemaVersion: number;
}

/** Proves that the database can be used, or throws a DatabaseProblem. Writes nothing. */
export async function checkDatabase(
  url: string,
  options: { readonly dir?: string; readonly connectTimeoutSeconds?: number } = {},
): Promise<DatabaseReport> {
  const latest = await latestMigration(options.dir);
  const sql = openDatabase({
    url,
    max: 1,
    applicationName: 'croupier-check',
    connectTimeoutSeconds: options.connectTimeoutSeconds ?? 5,
  });
  try {
    const serverMajor = await readServerMajor(sql);
    if (serverMajor < OLDEST_SERVER) {
      throw new DatabaseProblem(
        'too-old',
        `PostgreSQL ${serverMajor} at ${describeUrl(url)} is too old: Croupier needs version ${OLDEST_SERVER} or newer.`,
      );
    }
    const schemaVersion = await readSchemaVersion(sql);
    if (schemaVersion > latest) throw newerSchema(schemaVersion, latest, url);
    return { serverMajor, schemaVersion };
  } catch (error) {
    throw toDatabaseProblem(error, url);
  } finally {
    await sql.end({ timeout: 1 });
  }
}

async function readServerMajor(sql: Database): Promise<number> {
  const [row] = await sql<{ major: number }[]>`
    /* platform.server_version */
    SELECT current_setting('server_version_num')::int / 10000 AS major`;
  return row?.major ?? 0;
}

async function readSchemaVersion(sql: Database): Promise<number> {
  const [table] = await sql<{ present: boolean }[]>`
    /* platform.schema_table */
    SELECT to_regclass('schema_version') IS NOT NULL AS present`;
  if (table?.present !== true) return 0;
  const [row] = await sql<{ version: number }[]>`
    /* platform.schema_version */
    SELECT coalesce(max(version), 0)::int AS version FROM schema_version`;
  return row?.version ?? 0;
}

/** The problem of a database written by a newer Croupier than this one. */
export function newerSchema(found: number, known: number, url: string): DatabaseProblem {
  return new DatabaseProblem(
    'newer-schema',
    `The database at ${describeUrl(url)} has schema version ${found}, this Croupier knows only ${known}: ` +
      `start the newer Croupier that wrote it, or point DATABASE_URL at another database.`,
  );
}

/** `host:port/database` of a URL, without user and password: fit for logs and messages. */
export function describeUrl(url: string): string {
  try {
    const { host, pathname } = new URL(firstHost(url));
    return `${host}${pathname}`;
  } catch {
    return 'the configured database URL';
  }
}

/** The driver's setting for an address of several hosts: the one that accepts writes, whichever that is at the time. */
export function followPrimary(url: string): { readonly target_session_attrs?: 'primary' } {
  const hosts = /^[a-z]+:\/\/(?:[^@/]*@)?([^/?]*)/i.exec(url)?.[1] ?? '';
  return hosts.includes(',') ? { target_session_attrs: 'primary' } : {};
}

// The driver accepts several hosts, `URL` does not: look at the first one only.
function firstHost(url: string): string {
  return url.replace(/^([a-z]+:\/\/(?:[^@/]*@)?)([^/,]+),[^/]*/i, '$1$2');
}

function assertUrl(url: string): void {
  if (!/^postgres(ql)?:\/\//.test(url)) throw badUrl('does not start with postgres://');
  try {
    decodeURIComponent(new URL(firstHost(url)).password);
  } catch {
    throw badUrl('cannot be read (are special characters in the password percent-encoded?)');
  }
}

function badUrl(what: string): DatabaseProblem {
  return new DatabaseProblem(
    'bad-url',
    `The database URL ${what}: write it as postgres://user:password@host:5432/database.`,
  );
}

/** Puts whatever the driver threw into one clear line. A DatabaseProblem passes unchanged. */
export function toDatabaseProblem(error: unknown, url: string): DatabaseProblem {
  if (error instanceof DatabaseProblem) return error;
  const code = errorCode(error);
  const text = error instanceof Error ? error.message : String(error);
  const at = describeUrl(url);
  const [kind, message] = wording(code, at, text);
  return new DatabaseProblem(kind, message, { cause: error });
}

/** The SQLSTATE or system error code of an error, or ''. */
export function errorCode(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return errorCode(error.errors[0]);
  if (typeof error !== 'object' || error === null || !('code' in error)) return '';
  return typeof error.code === 'string' ? error.code : '';
}

function wording(code: string, at: string, text: string): readonly [DatabaseProblemKind, string] {
  switch (code) {
    case 'ECONNREFUSED':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'ECONNRESET':
    case 'ENOENT':
    case 'CONNECT_TIMEOUT':
    case 'CONNECTION_CLOSED':
    case 'CONNECTION_DESTROYED':
      return [
        'unreachable',
        `No PostgreSQL answers at ${at} (${code}): check the address in DATABASE_URL and that the server runs.`,
      ];
    case '57P03':
      return ['unreachable', `PostgreSQL at ${at} is starting up or shutting down: try again in a moment.`];
    case '28P01':
      return ['not-allowed', `PostgreSQL at ${at} refuses the user or password: correct them in DATABASE_URL.`];
    case '28000':
    case '42501':
      return [
        'not-allowed',
        `PostgreSQL at ${at} refuses this user (${text}): grant it access or use another user in DATABASE_URL.`,
      ];
    case '3D000':
      return [
        'missing-database',
        `The database at ${at} does not exist: create it (CREATE DATABASE …) or correct DATABASE_URL.`,
      ];
    case '53100':
    case 'ENOSPC':
      return ['disk-full', `The disk of the database at ${at} is full: free some space and start again.`];
    case '53300':
      return [
        'too-many-connections',
        `PostgreSQL at ${at} has no free connection: raise max_connections or lower the pool size.`,
      ];
    case '08P01':
      // PgBouncer's word for what it will not pass on.
      if (!text.includes('startup parameter')) break;
      return [
        'not-supported',
        `A pooler stands at ${at} (${text}): set database.pooler and database.direct_url, see docs/scaling.md.`,
      ];
    case '25006':
      return ['read-only', `PostgreSQL at ${at} is read-only (a standby?): point DATABASE_URL at the primary.`];
    default:
  }
  return ['failed', `The database at ${at} cannot be used: ${text}`];
}
