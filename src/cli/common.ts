/** What every command shares: the flags of the configuration, and one way to fail. */
import { createLog, DatabaseProblem } from '../platform/index.ts';
import type { Log } from '../platform/index.ts';
import { ConfigProblem } from '../config.ts';
import type { Config, Flags } from '../config.ts';
import { WorkersProblem } from '../workers.ts';

export const configArgs = {
  config: { type: 'string', description: 'the configuration file (else CROUPIER_CONFIG)', valueHint: 'FILE' },
  'data-dir': {
    type: 'string',
    description: 'where the embedded database lives (else CROUPIER_DATA_DIR, else ./.croupier)',
    valueHint: 'DIR',
  },
  'log-level': {
    type: 'string',
    description: 'debug, info, warn, error or silent (else CROUPIER_LOG_LEVEL, else the file, else info)',
  },
} as const;

export const serverArgs = {
  ...configArgs,
  host: { type: 'string', description: 'address to listen on (else CROUPIER_HOST, else the file, else 127.0.0.1)' },
  port: { type: 'string', description: 'port to listen on (else CROUPIER_PORT, else the file, else 4400)' },
} as const;

/** citty's arguments as the flags config.ts knows. */
export function flagsOf(args: Readonly<Record<string, unknown>>): Flags {
  const text = (name: string) => (typeof args[name] === 'string' && args[name] !== '' ? args[name] : undefined);
  const given = {
    config: text('config'),
    host: text('host'),
    port: text('port'),
    dataDir: text('data-dir'),
    logLevel: text('log-level'),
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

export function logOf(config: Config): Log {
  return createLog({ level: config.server.logLevel, pretty: process.stderr.isTTY });
}

/** Runs a command; what a person can mend becomes one line and exit code 1. */
export async function command(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (isPlain(error)) {
      process.stderr.write(`croupier: ${error.message}\n`);
      process.exit(1);
    }
    throw error;
  }
}

/** Whether its message alone tells a person what to mend. */
export function isPlain(error: unknown): error is Error {
  if (error instanceof ConfigProblem || error instanceof DatabaseProblem || error instanceof WorkersProblem)
    return true;
  return error instanceof Error && 'code' in error && (error.code === 'EADDRINUSE' || error.code === 'EACCES');
}

export function print(line = ''): void {
  process.stdout.write(`${line}\n`);
}

export function portOf(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new ConfigProblem(`"${text}" is no port; use a number from 1 to 65535`);
  return port;
}
