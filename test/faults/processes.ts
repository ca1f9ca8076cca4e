/** Other people's processes, by their id: who descends from whom, and whether they live. Linux only, as the tests are. */
import { readdirSync, readFileSync } from 'node:fs';

/** The ids of a process' children. */
export function childrenOf(pid: number): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((child) => parentOf(child) === pid);
}

/** The words a process shows; PostgreSQL's backends say there whom they serve. */
export function titleOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    return '';
  }
}

/** Sends the signal; false when there is no such process any more. */
export function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    process.kill(pid, name);
    return true;
  } catch {
    return false;
  }
}

function parentOf(pid: number): number | null {
  try {
    const words = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name of the program stands in parentheses and may hold anything.
    return Number(words.slice(words.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return null;
  }
}
