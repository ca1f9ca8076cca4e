/**
 * Two PostgreSQL clusters, a primary and its synchronous standby, from the programs that the embedded default brings. The
 * primary can be killed as a machine dies: every process at once.
 */
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import {
  mkdtempSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
  chownSync,
  chmodSync,
  appendFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openDatabase, silentLog, startEmbeddedPostgres } from '../../src/platform/index.ts';
import type { Database } from '../../src/platform/index.ts';
import { childrenOf, signal } from '../faults/processes.ts';
import { usedHome } from '../support/cluster.ts';
import { freePort } from '../support/demo.ts';
import { until } from '../support/wait.ts';

export interface Pair {
  /** names both, the first primary first */
  readonly url: string;
  /** each alone */
  readonly urls: readonly [string, string];
  /** Ends every process of the primary without warning. */
  readonly killPrimary: () => Promise<void>;
  /** Stops every process of the standby where it is, and lets them go on. */
  readonly freezeStandby: () => void;
  readonly thawStandby: () => void;
  /** The documented command, on the standby. */
  readonly promote: () => Promise<void>;
  readonly close: () => Promise<void>;
}

const STANDBY = 'standby1';

/** @param fill puts into the book what both begin with */
export async function openPair(fill: (sql: Database) => Promise<void>): Promise<Pair> {
  const dir = mkdtempSync(path.join(tmpdir(), 'croupier-pair-'));
  await usedHome(dir);
  const made = await startEmbeddedPostgres({ dir, log: silentLog });
  const program = readlinkSync(`/proc/${made.pid}/exe`);
  const sql = openDatabase({ url: made.url, max: 1, applicationName: 'pair', statementTimeoutMs: 0 });
  await fill(sql);
  await sql.end();
  await made.stop();

  // There is no pg_basebackup among the programs: a stopped primary's files are as good.
  const { uid, gid } = statSync(made.dataDir);
  const standbyDir = `${made.dataDir}-standby`;
  copyFiles(made.dataDir, standbyDir);
  const target = new URL(made.url);
  const ports = [await freePort(), await freePort()] as const;
  const conninfo = `host=127.0.0.1 port=${ports[0]} user=${target.username} password=${target.password} application_name=${STANDBY}`;
  appendFileSync(path.join(standbyDir, 'postgresql.auto.conf'), `primary_conninfo = '${conninfo}'\n`);
  writeFileSync(path.join(standbyDir, 'standby.signal'), '');
  chownSync(path.join(standbyDir, 'standby.signal'), uid, gid);
  chmodSync(path.join(standbyDir, 'standby.signal'), 0o600);

  let output = '';
  const start = (dataDir: string, port: number, more: readonly string[]) => {
    const settings = [
      `port=${port}`,
      'listen_addresses=127.0.0.1',
      'unix_socket_directories=',
      // What the files were made with; a standby refuses to have less.
      'max_connections=250',
      ...more,
    ];
    const child = spawn(program, ['-D', dataDir, ...settings.flatMap((each) => ['-c', each])], {
      cwd: '/',
      uid,
      gid,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    child.stderr.on('data', (bytes: Buffer) => (output = (output + bytes.toString()).slice(-20_000)));
    process.once('exit', () => child.kill('SIGKILL'));
    return child;
  };
  const primary = start(made.dataDir, ports[0], [`synchronous_standby_names=${STANDBY}`]);
  const standby = start(standbyDir, ports[1], []);
  const urls = ports.map((port) => {
    const url = new URL(made.url);
    url.port = String(port);
    return url.href;
  });
  const [first = '', second = ''] = urls;
  const pair: Pair = {
    url: first.replace(`:${ports[0]}/`, `:${ports[0]},127.0.0.1:${ports[1]}/`),
    urls: [first, second],
    killPrimary: async () => killAll(primary),
    freezeStandby: () => signalAll(standby, 'SIGSTOP'),
    thawStandby: () => signalAll(standby, 'SIGCONT'),
    promote: async () => {
      const done = spawnSync(path.join(path.dirname(program), 'pg_ctl'), ['promote', '-w', '-D', standbyDir], {
        cwd: '/',
        uid,
        gid,
        encoding: 'utf8',
      });
      if (done.status !== 0) throw new Error(`pg_ctl promote: ${done.stdout}${done.stderr}`);
    },
    close: async () => {
      await Promise.all([killAll(primary), killAll(standby)]);
      rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  try {
    await until('the standby follows', async () => isSynchronous(first));
    return pair;
  } catch (error) {
    await pair.close();
    throw new Error(output, { cause: error });
  }
}

function copyFiles(from: string, to: string): void {
  const done = spawnSync('cp', ['-a', from, to], { encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`cp: ${done.stderr}`);
}

function signalAll({ pid = -1 }: ChildProcess, name: NodeJS.Signals): void {
  for (const each of [pid, ...childrenOf(pid)]) signal(each, name);
}

async function killAll(postmaster: ChildProcess): Promise<void> {
  if (postmaster.exitCode !== null || postmaster.signalCode !== null) return;
  const exited = new Promise<void>((resolve) => postmaster.once('exit', () => resolve()));
  signalAll(postmaster, 'SIGKILL');
  await exited;
}

async function isSynchronous(url: string): Promise<boolean> {
  const sql = openDatabase({ url, max: 1, applicationName: 'pair', connectTimeoutSeconds: 2 });
  try {
    const rows = await sql`SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync' AND state = 'streaming'`;
    return rows.length === 1;
  } catch {
    return false;
  } finally {
    await sql.end({ timeout: 1 });
  }
}
