/**
 * Running a short program to its end, possibly as another user. Never through a shell, never with
 * our environment (which holds secrets), always with a time limit.
 */
import { spawn } from 'node:child_process';

/** Whom PostgreSQL runs as; undefined means: as ourselves. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
  readonly name: string;
}

export interface CommandResult {
  /** Exit code; -1 when the program could not be started, was killed or took too long. */
  readonly code: number;
  /** What it printed on both channels, at most the last 64 KB. */
  readonly output: string;
  /** System error code when it could not be started, such as ENOENT or EACCES. */
  readonly startError: string;
}

export interface CommandOptions {
  readonly account?: Account | undefined;
  readonly input?: string;
  readonly timeoutMs?: number;
}

const OUTPUT_LIMIT = 65_536;

/** The environment of every program we start: fixed language, UTC, nothing of ours. */
export const PLAIN_ENVIRONMENT = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LC_ALL: 'C',
  LANG: 'C',
  TZ: 'UTC',
} as const;

/** The uid and gid for spawn; nothing when we run programs as ourselves. */
export function identityOf(account: Account | undefined): { uid?: number; gid?: number } {
  return account === undefined ? {} : { uid: account.uid, gid: account.gid };
}

/** Runs a program to its end. Resolves always; look at the code. */
export async function runCommand(
  program: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  return new Promise((resolve) => {
    let output = '';
    const child = spawn(program, args, {
      cwd: '/',
      env: PLAIN_ENVIRONMENT,
      stdio: ['pipe', 'pipe', 'pipe'],
      // Its own process group: a Ctrl-C during the first start must not tear initdb apart half-way.
      detached: true,
      timeout: options.timeoutMs ?? 60_000,
      killSignal: 'SIGKILL',
      ...identityOf(options.account),
    });
    const keep = (chunk: Buffer): void => {
      output = (output + chunk.toString('utf8')).slice(-OUTPUT_LIMIT);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input ?? '');
    child.once('error', (error) => {
      const startError = 'code' in error && typeof error.code === 'string' ? error.code : 'unknown';
      resolve({ code: -1, output: error.message, startError });
    });
    child.once('close', (code) => resolve({ code: code ?? -1, output, startError: '' }));
  });
}
