/** A contestant's server as a process of its own: started, waited for until it says where it listens, stopped by its id. */
import { spawn } from 'node:child_process';
import { BenchProblem } from './options.ts';

export interface ServerProcess {
  readonly pid: number;
  readonly port: number;
  readonly stop: () => Promise<void>;
}

export interface ServerOrder {
  readonly name: string;
  /** words for node */
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
}

const START_MS = 60_000;
const STOP_MS = 15_000;
const KEPT_OUTPUT = 4_000;

export async function startServerProcess(order: ServerOrder): Promise<ServerProcess> {
  const child = spawn(process.execPath, order.args, { env: order.environment, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const port = await new Promise<number>((resolve, reject) => {
    const fail = (why: string) => reject(new BenchProblem(`${order.name} ${why}: ${output.trim()}`));
    const timer = setTimeout(() => fail('did not start'), START_MS);
    const read = (bytes: Buffer): void => {
      output = (output + bytes.toString()).slice(-KEPT_OUTPUT);
      const found = /listens on http:\/\/[^\s:]+:(\d+)/.exec(output);
      if (found === null) return;
      clearTimeout(timer);
      resolve(Number(found[1]));
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('error', (error) => fail(`could not be started (${error.message})`));
    child.once('exit', (code) => {
      clearTimeout(timer);
      fail(`ended with code ${code}`);
    });
  });
  const { pid } = child;
  if (pid === undefined) throw new BenchProblem(`${order.name} has no process id`);
  return {
    pid,
    port,
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
      await exited;
      clearTimeout(timer);
    },
  };
}
