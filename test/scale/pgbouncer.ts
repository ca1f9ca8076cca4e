/** A PgBouncer in transaction mode before a database, with the lines of docs/scaling.md. */
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from '../support/demo.ts';
import { ROOT } from './command.ts';
import { until } from '../support/wait.ts';

/** What it calls itself, or null where there is none. */
export function pgbouncerVersion(): string | null {
  const asked = spawnSync('pgbouncer', ['--version'], { encoding: 'utf8' });
  return asked.status === 0 ? (asked.stdout.split('\n')[0] ?? '') : null;
}

export interface Pooler {
  readonly url: string;
  readonly output: () => string;
  readonly close: () => Promise<void>;
}

const NOBODY = 65_534;

export async function openPooler(databaseUrl: string): Promise<Pooler> {
  const target = new URL(databaseUrl);
  const port = await freePort();
  const dir = mkdtempSync(path.join(tmpdir(), 'croupier-pooler-'));
  chmodSync(dir, 0o755);
  const users = path.join(dir, 'userlist.txt');
  const settings = path.join(dir, 'pgbouncer.ini');
  writeFileSync(users, `"${target.username}" "${decodeURIComponent(target.password)}"\n`);
  const shown = /```ini\n([\s\S]*?)```/.exec(readFileSync(path.join(ROOT, 'docs/scaling.md'), 'utf8'))?.[1];
  if (shown === undefined) throw new Error('docs/scaling.md shows no pgbouncer.ini');
  const ours = shown
    .replace(/^croupier = .*$/m, `croupier = host=127.0.0.1 port=${target.port} dbname=${target.pathname.slice(1)}`)
    .replace(/^listen_port = .*$/m, `listen_port = ${port}`)
    .replace(/^auth_file = .*$/m, `auth_file = ${users}`)
    .replace(/^default_pool_size = .*$/m, 'default_pool_size = 3');
  writeFileSync(settings, `${ours}\nunix_socket_dir =\n`);
  // It refuses to run as root.
  const isRoot = process.getuid?.() === 0;
  const child = spawn('pgbouncer', [settings], {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(isRoot ? { uid: NOBODY, gid: NOBODY } : {}),
  });
  let output = '';
  child.stdout.on('data', (bytes: Buffer) => (output += bytes.toString()));
  child.stderr.on('data', (bytes: Buffer) => (output += bytes.toString()));
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  process.once('exit', () => child.kill('SIGKILL'));
  await until(`PgBouncer listens`, () => {
    if (child.exitCode !== null) throw new Error(`PgBouncer ended: ${output}`);
    return output.includes('process up');
  });
  const url = new URL(databaseUrl);
  url.port = String(port);
  url.pathname = '/croupier';
  return {
    url: url.href,
    output: () => output,
    close: async () => {
      child.kill('SIGKILL');
      await ended;
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
