/**
 * The data directory: made once, complete or not at all, and recognised afterwards.
 *
 * Text compares byte by byte (PostgreSQL's built-in C.UTF-8), so that no two ids are ever equal
 * because a language says so, and an operating system upgrade cannot change the order of an index.
 */
import { chown, lstat, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { totalmem } from 'node:os';
import path from 'node:path';
import { DatabaseProblem, errorCode } from '../database.ts';
import { newToken } from '../ids.ts';
import type { Binaries } from './binaries.ts';
import { runCommand, type Account } from './commands.ts';

/** The only role and the only database of the cluster. */
export const ROLE = 'croupier';

const DRAFT = 'data.new';

export interface ClusterOptions {
  readonly clusterDir: string;
  readonly binaries: Binaries;
  readonly account: Account | undefined;
  readonly password: string;
  readonly durable: boolean;
}

/** Makes the data directory if there is none; says whether it did. */
export async function ensureCluster(options: ClusterOptions): Promise<'made' | 'found'> {
  const dataDir = path.join(options.clusterDir, 'data');
  const found = await clusterMajor(dataDir);
  if (found === undefined) {
    await makeCluster(options, dataDir);
    return 'made';
  }
  if (found !== options.binaries.major) {
    throw new DatabaseProblem(
      'not-supported',
      `The data in ${dataDir} was written by PostgreSQL ${found}, this Croupier brings ${options.binaries.major}: ` +
        `move it with pg_dump and pg_restore of your own PostgreSQL, or start with another directory.`,
    );
  }
  return 'found';
}

async function clusterMajor(dataDir: string): Promise<number | undefined> {
  try {
    return Number.parseInt(await readFile(path.join(dataDir, 'PG_VERSION'), 'utf8'), 10);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  }
  // A data directory without its version file is damaged, not absent: never start afresh over it.
  const there = await lstat(dataDir).catch(() => undefined);
  if (there === undefined) return undefined;
  throw new DatabaseProblem(
    'failed',
    `${dataDir} is not a complete PostgreSQL data directory: restore it from a backup, or move it away to start with an empty database.`,
  );
}

async function makeCluster(options: ClusterOptions, dataDir: string): Promise<void> {
  const { clusterDir, binaries, account } = options;
  // A name of its own: an initdb whose server was killed may still be writing to an earlier draft.
  const draft = path.join(clusterDir, `${DRAFT}-${newToken(6)}`);
  const passwordFile = path.join(clusterDir, 'password.new');
  await removeDrafts(clusterDir);
  try {
    await writeFile(passwordFile, `${options.password}\n`, { mode: 0o600 });
    if (account !== undefined) await chown(passwordFile, account.uid, account.gid);
    const result = await runCommand(
      binaries.initdb,
      [
        `--pgdata=${draft}`,
        `--username=${ROLE}`,
        `--pwfile=${passwordFile}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        '--locale=C',
        '--locale-provider=builtin',
        '--builtin-locale=C.UTF-8',
        '--no-instructions',
        ...(options.durable ? [] : ['--no-sync']),
      ],
      { account, timeoutMs: 300_000 },
    );
    if (result.code !== 0) throw initProblem(result.output, clusterDir);
    await rename(draft, dataDir);
  } finally {
    await rm(passwordFile, { force: true });
    await removeDrafts(clusterDir);
  }
}

async function removeDrafts(clusterDir: string): Promise<void> {
  for (const name of await readdir(clusterDir)) {
    if (name.startsWith(DRAFT)) await rm(path.join(clusterDir, name), { recursive: true, force: true });
  }
}

function initProblem(output: string, clusterDir: string): DatabaseProblem {
  if (/no space left on device|disk quota exceeded/i.test(output)) return diskFull(clusterDir);
  const line = output.split('\n').findLast((text) => /error|fatal/i.test(text)) ?? output.trim();
  return new DatabaseProblem('failed', `PostgreSQL could not make its data directory in ${clusterDir}: ${line}`);
}

/** The problem of a full disk, in the same words everywhere. */
export function diskFull(at: string): DatabaseProblem {
  return new DatabaseProblem('disk-full', `The disk that holds ${at} is full: free some space and start again.`);
}

/**
 * Gives the role the remembered password, with the server stopped. For the case that the file with
 * the old one was lost: whoever owns the data may always do this.
 */
export async function resetPassword(options: ClusterOptions): Promise<void> {
  const dataDir = path.join(options.clusterDir, 'data');
  const result = await runCommand(options.binaries.postgres, ['--single', '-D', dataDir, 'postgres'], {
    account: options.account,
    input: `ALTER ROLE ${ROLE} PASSWORD '${options.password}'\n`,
    timeoutMs: 300_000,
  });
  if (result.code !== 0 || /error|fatal/i.test(result.output)) {
    const line = result.output.split('\n').findLast((text) => /error|fatal/i.test(text)) ?? '';
    throw new DatabaseProblem('failed', `The password of the database in ${dataDir} could not be renewed: ${line}`);
  }
}

export interface SettingsOptions {
  readonly port: number;
  readonly durable: boolean;
  readonly walCompression: 'lz4' | 'pglz';
}

const SMALLEST_BUFFERS_MB = 128;
const LARGEST_BUFFERS_MB = 2_048;

/**
 * An eighth of what this process may use: the leaves of a large book's indexes are met at random, and those that are not here are
 * read anew. Memory is taken only as pages come, so a small book costs no more than before.
 */
function sharedBuffersMb(): number {
  const limit = process.constrainedMemory();
  const memory = limit > 0 && limit < totalmem() ? limit : totalmem();
  return Math.min(LARGEST_BUFFERS_MB, Math.max(SMALLEST_BUFFERS_MB, Math.floor(memory / 8 / 2 ** 20)));
}

/** The settings PostgreSQL is started with; they win over postgresql.conf. */
export function serverSettings(options: SettingsOptions): readonly string[] {
  const always = {
    port: String(options.port),
    listen_addresses: '127.0.0.1',
    // Socket paths have a limit of 107 bytes, and a checkout may lie deeper.
    unix_socket_directories: '',
    jit: 'off',
    max_connections: '250',
    password_encryption: 'scram-sha-256',
    logging_collector: 'off',
    log_destination: 'stderr',
    log_line_prefix: '%m [%p] %a ',
    timezone: 'UTC',
  };
  const durable = {
    fsync: 'on',
    synchronous_commit: 'on',
    full_page_writes: 'on',
    shared_buffers: `${sharedBuffersMb()}MB`,
    max_wal_size: '2GB',
    checkpoint_timeout: '10min',
    wal_compression: options.walCompression,
    log_checkpoints: 'off',
  };
  // For tests only: a crash of the machine may lose everything.
  const fleeting = {
    fsync: 'off',
    synchronous_commit: 'off',
    full_page_writes: 'off',
    shared_buffers: '128MB',
    max_wal_size: '1GB',
    log_checkpoints: 'off',
  };
  const settings = { ...always, ...(options.durable ? durable : fleeting) };
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

/** Whether this build of PostgreSQL can compress its log with lz4. */
export async function chooseWalCompression(options: ClusterOptions): Promise<'lz4' | 'pglz'> {
  const dataDir = path.join(options.clusterDir, 'data');
  const args = ['-D', dataDir, '-c', 'wal_compression=lz4', '-C', 'wal_compression'];
  const result = await runCommand(options.binaries.postgres, args, { account: options.account, timeoutMs: 20_000 });
  return result.code === 0 && result.output.trim().endsWith('lz4') ? 'lz4' : 'pglz';
}
