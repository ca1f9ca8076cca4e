/**
 * How long files and functions may be, and the ratchet: whatever is longer needs a reason and keeps its size or shrinks.
 * An entry that is no longer needed, or allows much more than is used, is reported too.
 */
import { functionsOf } from './text.ts';
import type { Finding, SourceFile } from './text.ts';

export const FILE_LINES_MAX = 400;
export const FUNCTION_LINES_MAX = 70;
/** an entry may allow this much more than is used, so that a small edit does not need another one */
const SLACK_LINES = 25;

/** `path` or `path#function` → the size it may have, and why. */
export interface Allowance {
  readonly place: string;
  readonly lines: number;
  readonly reason: string;
}

interface Measured {
  readonly place: string;
  readonly lines: number;
  readonly limit: number;
}

export function checkSizes(files: readonly SourceFile[], ratchet: readonly Allowance[]): readonly Finding[] {
  const measured = files.flatMap(measure);
  const allowed = new Map(ratchet.map((each) => [each.place, each]));
  const grown = measured.flatMap((each) => {
    const allowance = allowed.get(each.place);
    if (each.lines <= Math.max(each.limit, allowance?.lines ?? 0)) return [];
    const ceiling = allowance === undefined ? `${each.limit} without a reason` : `${allowance.lines} by the ratchet`;
    return [{ place: each.place, problem: `has ${each.lines} lines; allowed are ${ceiling} (test/tidy/ratchet.ts)` }];
  });
  const stale = ratchet.flatMap((allowance) => {
    const lines = Math.max(
      0,
      ...measured.filter((each) => each.place === allowance.place && each.lines > each.limit).map((each) => each.lines),
    );
    if (lines === 0)
      return [{ place: allowance.place, problem: 'is within the limit or gone: remove it from the ratchet' }];
    if (lines < allowance.lines - SLACK_LINES)
      return [
        { place: allowance.place, problem: `has shrunk to ${lines} lines: lower its allowance of ${allowance.lines}` },
      ];
    return allowance.reason.length < 20 ? [{ place: allowance.place, problem: 'is allowed without a reason' }] : [];
  });
  return [...grown, ...stale];
}

function measure(file: SourceFile): readonly Measured[] {
  const whole = { place: file.path, lines: linesOf(file.text), limit: FILE_LINES_MAX };
  const parts = functionsOf(file.text)
    .filter((each) => each.lines > FUNCTION_LINES_MAX)
    .map((each) => ({ place: `${file.path}#${each.name}`, lines: each.lines, limit: FUNCTION_LINES_MAX }));
  return [whole, ...parts];
}

export function linesOf(text: string): number {
  return text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
}

/** The files one bet passes, in its order; how many lines they have together is measured, not hoped for. */
export function checkBudget(files: readonly SourceFile[], path: readonly string[], lines: number): readonly Finding[] {
  const missing = path.filter((each) => !files.some((file) => file.path === each));
  const total = files.filter((file) => path.includes(file.path)).reduce((sum, file) => sum + linesOf(file.text), 0);
  const findings: Finding[] = missing.map((place) => ({
    place,
    problem: 'is listed as part of the hot path and does not exist',
  }));
  if (total > lines) findings.push({ place: 'the hot path', problem: `has ${total} lines; allowed are ${lines}` });
  if (total < lines - SLACK_LINES * 12)
    findings.push({ place: 'the hot path', problem: `has shrunk to ${total} lines: lower its budget of ${lines}` });
  return findings;
}
