/**
 * Is that process still the one we mean? A process id alone does not say: ids are used again, and
 * after a reboot almost surely. A process is the same when its id and its start agree.
 */
import { readFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { PLAIN_ENVIRONMENT } from './commands.ts';

/** True when a process with this id exists, also somebody else's. A zombie counts as gone. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (typeof error === 'object' && error !== null && 'code' in error && error.code === 'ESRCH') return false;
  }
  // In a container whose first process does not collect its children, the dead stay as zombies.
  return statFields(pid)?.[0] !== 'Z';
}

/** The command line of a process, words separated by spaces; empty when it is gone. */
export function commandLine(pid: number): string {
  if (hasProc()) return read(`/proc/${pid}/cmdline`)?.replaceAll('\0', ' ').trim() ?? '';
  return ps(pid, 'command');
}

/** A text that two processes with the same id never share; empty when the process is gone. */
export function birthMark(pid: number): string {
  if (!hasProc()) return ps(pid, 'lstart');
  // Field 22 of /proc/<pid>/stat is the start in clock ticks since boot; the list starts at field 3.
  const ticks = statFields(pid)?.[19];
  if (ticks === undefined) return '';
  return `${read('/proc/sys/kernel/random/boot_id')?.trim() ?? ''} ${ticks}`;
}

function hasProc(): boolean {
  return read('/proc/self/stat') !== undefined;
}

// Fields from the third on. The second is the program's name in brackets and may hold anything.
function statFields(pid: number): readonly string[] | undefined {
  const text = read(`/proc/${pid}/stat`);
  if (text === undefined) return undefined;
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
}

function ps(pid: number, column: string): string {
  const result = spawnSync('ps', ['-ww', '-o', `${column}=`, '-p', String(pid)], {
    env: PLAIN_ENVIRONMENT,
    encoding: 'utf8',
    timeout: 5_000,
  });
  return result.status === 0 ? result.stdout.trim() : '';
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
