/**
 * Processor time of processes and of everything under them, from /proc. Where there is no /proc the answer is null, and the
 * table says nothing about it. Never estimates.
 */
import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts in hundredths of a second on every machine Node runs on. */
const TICKS_PER_SECOND = 100;

interface ProcessTimes {
  readonly parent: number;
  /** its own, and that of children that have ended */
  readonly ticks: number;
}

/** Seconds of processor time used so far by the processes and all their descendants. */
export function cpuSeconds(roots: readonly number[]): number | null {
  const all = readAll();
  if (all === null || roots.length === 0) return null;
  const wanted = new Set(roots);
  // Parents have lower numbers only by chance: go on until nothing is added.
  for (let grew = true; grew;) {
    grew = false;
    for (const [pid, { parent }] of all) {
      if (wanted.has(parent) && !wanted.has(pid)) {
        wanted.add(pid);
        grew = true;
      }
    }
  }
  let ticks = 0;
  for (const pid of wanted) ticks += all.get(pid)?.ticks ?? 0;
  return ticks / TICKS_PER_SECOND;
}

/** Seconds of processor time the whole machine has been busy, all cores together. */
export function machineSeconds(): number | null {
  try {
    // user nice system idle iowait irq softirq steal
    const [line = ''] = readFileSync('/proc/stat', 'utf8').split('\n');
    const fields = line.split(/\s+/).slice(1).map(Number);
    return [0, 1, 2, 5, 6, 7].reduce((sum, index) => sum + (fields[index] ?? 0), 0) / TICKS_PER_SECOND;
  } catch {
    return null;
  }
}

/** The process above this one, if it is called `name`. */
export function parentCalled(pid: number, name: string): number | null {
  const parent = readOne(pid)?.parent;
  if (parent === undefined) return null;
  try {
    return readFileSync(`/proc/${parent}/comm`, 'utf8').trim() === name ? parent : null;
  } catch {
    return null;
  }
}

function readAll(): ReadonlyMap<number, ProcessTimes> | null {
  let names: string[];
  try {
    names = readdirSync('/proc');
  } catch {
    return null;
  }
  const all = new Map<number, ProcessTimes>();
  for (const name of names) {
    if (!/^\d+$/.test(name)) continue;
    const pid = Number(name);
    const times = readOne(pid);
    if (times !== null) all.set(pid, times);
  }
  return all.size === 0 ? null : all;
}

function readOne(pid: number): ProcessTimes | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in brackets may hold blanks: fields are counted from the last bracket.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const at = (index: number): number => Number(fields[index] ?? 0);
    return { parent: at(1), ticks: at(11) + at(12) + at(13) + at(14) };
  } catch {
    return null;
  }
}
