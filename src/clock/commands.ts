/**
 * Runs the machine's own time programs: no shell, a fixed environment, two seconds at most. Whatever goes wrong is a value. The
 * exit code is given along, and nobody decides by it alone.
 */
import { execFile } from 'node:child_process';

export type Ran =
  | { readonly kind: 'ran'; readonly stdout: string; readonly exitCode: number }
  | { readonly kind: 'failed'; readonly detail: string };

export type Run = (file: string, args: readonly string[]) => Promise<Ran>;

const TIMEOUT_MS = 2_000;
const MAX_OUTPUT_BYTES = 64 * 1024;
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Runs one program and waits for its end. */
export const runCommand: Run = async (file, args) =>
  new Promise((resolve) => {
    const options = {
      timeout: TIMEOUT_MS,
      killSignal: 'SIGKILL',
      maxBuffer: MAX_OUTPUT_BYTES,
      // Numbers and words as this room reads them, whatever the machine's language is (CLK-18).
      env: { LC_ALL: 'C', TZ: 'UTC', PATH },
      encoding: 'utf8',
    } as const;
    execFile(file, [...args], options, (error, stdout) => {
      if (error === null) resolve({ kind: 'ran', stdout, exitCode: 0 });
      else if (error.killed === true) resolve({ kind: 'failed', detail: `${file} took longer than ${TIMEOUT_MS} ms` });
      else if (typeof error.code === 'number') resolve({ kind: 'ran', stdout, exitCode: error.code });
      else
        resolve({ kind: 'failed', detail: error.code === 'ENOENT' ? `there is no ${file}` : `${file} cannot be run` });
    });
  });
