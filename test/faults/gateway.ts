/** One `croupier serve` as a process of its own, that can be killed, stopped, continued and started again. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '../..');
const CLI = path.join(ROOT, 'dist/cli.js');
const START_MS = 150_000;

export interface Gateway {
  readonly port: () => number;
  readonly pid: () => number;
  /** Ends it without warning; resolves when the process is gone. */
  readonly kill: () => Promise<void>;
  readonly signal: (name: NodeJS.Signals) => void;
  /** Starts it again, on another port; resolves when it takes traffic. */
  readonly restart: () => Promise<void>;
  /** Resolves with the exit code when the running process ends. */
  readonly exited: () => Promise<number | null>;
  readonly output: () => string;
  /** What it said last, if it ended without being told to; a gateway must survive whatever happens around it. */
  readonly ended: () => string | null;
}

export interface GatewayOrder {
  readonly configFile: string;
  readonly databaseUrl: string;
  /** further words for the command */
  readonly words?: readonly string[];
  /** further settings of its environment */
  readonly environment?: Readonly<Record<string, string>>;
}

interface Running {
  readonly child: ChildProcess;
  readonly port: number;
  readonly exited: Promise<number | null>;
}

export async function startGateway(order: GatewayOrder): Promise<Gateway> {
  if (!existsSync(CLI)) throw new Error('dist/ is missing: run node scripts/build.mjs first');
  let output = '';
  const start = async (): Promise<Running> => {
    const child = spawn(
      process.execPath,
      [CLI, 'serve', '--config', order.configFile, '--port', '0', '--log-level', 'warn', ...(order.words ?? [])],
      {
        env: { PATH: process.env['PATH'], ...order.environment, DATABASE_URL: order.databaseUrl },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
    let said = '';
    const listen = (bytes: Buffer) => {
      said += bytes.toString();
      output = (output + bytes.toString()).slice(-20_000);
    };
    child.stdout.on('data', listen);
    child.stderr.on('data', listen);
    const deadline = performance.now() + START_MS;
    for (;;) {
      const found = /listens on http:\/\/[^\s:]+:(\d+)/.exec(said);
      if (found !== null) return { child, exited, port: Number(found[1]) };
      if (child.exitCode !== null || child.signalCode !== null || performance.now() > deadline) {
        child.kill('SIGKILL');
        throw new Error(`the gateway did not start:\n${said}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  let running = await start();
  let told = false;
  // Should the tests end without closing anything, nothing stays behind.
  process.once('exit', () => running.child.kill('SIGKILL'));
  return {
    port: () => running.port,
    pid: () => running.child.pid ?? -1,
    kill: async () => {
      told = true;
      running.child.kill('SIGKILL');
      await running.exited;
    },
    signal: (name) => {
      told ||= name === 'SIGTERM';
      running.child.kill(name);
    },
    restart: async () => {
      running = await start();
      told = false;
    },
    exited: async () => running.exited,
    output: () => output,
    ended: () => {
      const { exitCode, signalCode } = running.child;
      return told || (exitCode === null && signalCode === null) ? null : `ended (${exitCode ?? signalCode}): ${output}`;
    },
  };
}
