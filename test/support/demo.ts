/** The whole demo as its own process, from the built `dist`, in a directory and on ports of its own. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

export interface RunningDemo {
  readonly gatewayUrl: string;
  readonly sandboxUrl: string;
  readonly dataDir: string;
  readonly secrets: {
    readonly api_key: string;
    readonly signing_secret: string;
    readonly launch_secret: string;
    readonly catalogue_api_key: string;
  };
  readonly child: ChildProcess;
  readonly output: () => string;
  /** Ctrl-C; resolves with the exit code and how long it took */
  readonly interrupt: () => Promise<{ code: number | null; tookMs: number }>;
  /** what `GET /v1/…` answers */
  readonly api: (route: string) => Promise<unknown>;
}

const ROOT = path.resolve(import.meta.dirname, '../..');

export function demoDirectory(): { dir: string; remove: () => void } {
  const dir = mkdtempSync(path.join(tmpdir(), 'croupier-demo-'));
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true, maxRetries: 5 }) };
}

export async function startDemo(
  dataDir: string,
  ports?: { gateway: number; sandbox: number },
  words: readonly string[] = [],
): Promise<RunningDemo> {
  if (!existsSync(path.join(ROOT, 'dist/cli.js')))
    throw new Error('dist/ is missing: run node scripts/build.mjs first');
  const gateway = ports?.gateway ?? (await freePort());
  const sandbox = ports?.sandbox ?? (await freePort());
  const child = spawn(
    process.execPath,
    [
      path.join(ROOT, 'dist/cli.js'),
      'demo',
      '--data-dir',
      dataDir,
      '--port',
      String(gateway),
      '--sandbox-port',
      String(sandbox),
      ...words,
    ],
    {
      env: { ...process.env, DATABASE_URL: undefined },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let output = '';
  child.stdout.on('data', (bytes: Buffer) => (output += bytes.toString()));
  child.stderr.on('data', (bytes: Buffer) => (output += bytes.toString()));
  const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  const deadline = performance.now() + 150_000;
  while (!output.includes('Croupier is ready')) {
    if (child.exitCode !== null || performance.now() > deadline) {
      child.kill('SIGKILL');
      throw new Error(`the demo did not start:\n${output}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const secrets: RunningDemo['secrets'] = JSON.parse(readFileSync(path.join(dataDir, 'demo.json'), 'utf8'));
  const gatewayUrl = `http://127.0.0.1:${gateway}`;
  return {
    gatewayUrl,
    sandboxUrl: `http://127.0.0.1:${sandbox}`,
    dataDir,
    secrets,
    child,
    output: () => output,
    interrupt: async () => {
      const startedAt = performance.now();
      child.kill('SIGINT');
      const code = await exited;
      return { code, tookMs: performance.now() - startedAt };
    },
    api: async (route) => {
      const response = await fetch(`${gatewayUrl}${route}`, {
        headers: { authorization: `Bearer ${secrets.api_key}` },
      });
      return response.json();
    },
  };
}

/**
 * Ports below those that the system hands out by itself: between the look at one and its use, no connection of anybody gets it by
 * chance. Each process begins at a place of its own and takes every port once.
 */
const FIRST_PORT = 20_000;
const PORTS = 12_000;
let taken = (process.pid * 41) % PORTS;

export async function freePort(): Promise<number> {
  return freePortRow(1);
}

/** The first of so many ports in a row that are free now. */
export async function freePortRow(many: number): Promise<number> {
  for (let tries = 0; tries < PORTS; tries += many) {
    if (taken + many > PORTS) taken = 0;
    const first = FIRST_PORT + taken;
    taken += many;
    const free = await Promise.all(Array.from({ length: many }, async (_none, index) => isFree(first + index)));
    if (free.every(Boolean)) return first;
  }
  throw new Error(`no ${many} free ports in a row`);
}

async function isFree(port: number): Promise<boolean> {
  const server = net.createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
