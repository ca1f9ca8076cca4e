/**
 * The list of broken builds must not rot: every text it replaces stands in the code exactly once, and every test it trusts
 * exists. Whether the tests bite is `npm run test:broken`'s to show, which takes minutes.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';

interface Build {
  readonly bug: string;
  readonly how: string;
  readonly testFile: string;
  readonly test: string;
  readonly edits: readonly {
    readonly file: string;
    readonly find: string | readonly string[];
    readonly replace: string | readonly string[];
  }[];
}

const ROOT = path.resolve(import.meta.dirname, '../..');
const builds: readonly Build[] = JSON.parse(readFileSync(path.join(ROOT, 'test/ledger/broken-builds.json'), 'utf8'));
const text = (lines: string | readonly string[]): string => (typeof lines === 'string' ? lines : lines.join('\n'));

it('finds every text that a broken build replaces exactly once', () => {
  const stale: string[] = [];
  for (const build of builds) {
    const files = new Map<string, string>();
    for (const { file, find, replace } of build.edits) {
      const before = files.get(file) ?? readFileSync(path.join(ROOT, file), 'utf8');
      const times = before.split(text(find)).length - 1;
      if (times !== 1) stale.push(`${build.bug}, "${build.how}": ${file} holds its text ${times} times`);
      if (text(find) === text(replace)) stale.push(`${build.bug}, "${build.how}": replaces a text by itself`);
      files.set(
        file,
        before.replace(text(find), () => text(replace)),
      );
    }
  }
  expect(stale).toEqual([]);
});

it('trusts only tests that exist', () => {
  const missing = builds.filter((build) => !namesOf(build.testFile).some((name) => name.includes(build.test)));
  expect(missing.map((build) => `${build.testFile}: ${build.test}`)).toEqual([]);
});

it('breaks the code for each of the thirteen bugs', () => {
  const numbers = builds.map((build) => Number.parseInt(build.bug, 10)).filter((number) => !Number.isNaN(number));
  expect([...new Set(numbers)].toSorted((a, b) => a - b)).toEqual(Array.from({ length: 13 }, (_none, at) => at + 1));
});

/** The names of a file's tests, those of a table spelled out. */
function namesOf(testFile: string): readonly string[] {
  const source = readFileSync(path.join(ROOT, testFile), 'utf8');
  const names = [...source.matchAll(/\bit\(\s*'((?:[^'\\]|\\.)*)'/g)].map((match) => match[1] ?? '');
  for (const table of source.matchAll(/\bit\.each\(\[([^\]]*)\]\)\(\s*'((?:[^'\\]|\\.)*)'/g)) {
    for (const word of (table[1] ?? '').matchAll(/'([^']*)'/g))
      names.push((table[2] ?? '').replace('%s', () => word[1] ?? ''));
  }
  return names;
}
