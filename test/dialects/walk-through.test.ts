/**
 * docs/adding-an-aggregator.md does what it says: its commands are run and its blocks applied, in its order, in a copy of the tree; what
 * comes of it is held to the rules of the house. The copy has of tests and bench only what that needs.
 */
import { execFile } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refusalOfName } from '../../src/cli/dialect-skeleton.ts';
import { checkDialects, checkLinks } from '../tidy/papers.ts';
import { checkDoors } from '../tidy/rooms.ts';
import { checkSizes } from '../tidy/sizes.ts';
import { readFiles, ROOT } from '../tidy/text.ts';
import { checkHeads, checkWords } from '../tidy/words.ts';

const PAGE = 'docs/adding-an-aggregator.md';
const NEEDED = `
  package.json package-lock.json tsconfig.json tsconfig.build.json vitest.config.ts .oxlintrc.json .oxfmtrc.json
  scripts src sql docs fixtures templates test/support test/dialects test/gateway/stage.ts test/settlement test/tidy bench/tsconfig.json
`
  .trim()
  .split(/\s+/);
/** Minutes on a machine that is busy with other tests; below one on an idle core. */
const TIMEOUT_MS = 600_000;

type Step =
  | { readonly kind: 'run'; readonly script: string }
  | { readonly kind: 'file'; readonly file: string; readonly text: string }
  | { readonly kind: 'change'; readonly file: string; readonly hunks: readonly string[] };

/** What the page does, in its order: marked commands, and blocks under the name of their file. */
function stepsOf(page: string): readonly Step[] {
  return [...page.matchAll(/(?:^`([^`\n]+)`\n\n)?^```([^\n]*)\n([\s\S]*?)^```$/gm)].map((match): Step => {
    const [, file, info = '', text = ''] = match;
    if (info === 'sh walk' && file === undefined) return { kind: 'run', script: text };
    if (info === 'ts' && file !== undefined) return { kind: 'file', file, text };
    if (info === 'diff' && file !== undefined) return { kind: 'change', file, hunks: text.split(/^@@\n/m) };
    throw new Error(`${PAGE}: a block "${info}" under ${file ?? 'no file'} is none that a test can follow`);
  });
}

/** The text with one hunk applied: its lines that stay and go must stand there once, in this order. */
function changed(text: string, hunk: string, where: string): string {
  const lines = hunk.split('\n').slice(0, -1);
  const side = (sign: '+' | '-'): string =>
    lines
      .filter((line) => line.startsWith(sign) || line.startsWith(' ') || line === '')
      .map((line) => `${line.slice(1)}\n`)
      .join('');
  const parts = text.split(side('-'));
  if (parts.length !== 2) throw new Error(`${where}: ${parts.length - 1} places look like this:\n${hunk}`);
  return parts.join(side('+'));
}

async function shell(script: string, cwd: string): Promise<string> {
  // a run inside a run: what the outer one tells its workers is not for the inner one
  const outer = Object.entries(process.env).filter(([name]) => !/^(VITEST|TEST|NODE_ENV|NODE_OPTIONS)/.test(name));
  const env = { ...Object.fromEntries(outer), NO_COLOR: '1', CI: 'true' };
  return new Promise((resolve, reject) => {
    execFile(
      'sh',
      ['-eu', '-c', script],
      { cwd, env, timeout: TIMEOUT_MS, encoding: 'utf8', maxBuffer: 1 << 26 },
      (error, stdout, stderr) => {
        if (error === null) resolve(stdout);
        else reject(new Error(`${script}\n${stdout.slice(-8_000)}\n${stderr.slice(-8_000)}`));
      },
    );
  });
}

function copyTree(): string {
  const copy = mkdtempSync(path.join(tmpdir(), 'croupier-walk-'));
  for (const each of NEEDED) cpSync(path.join(ROOT, each), path.join(copy, each), { recursive: true });
  // the build wants a bench, which is no part of this
  writeFileSync(path.join(copy, 'bench/main.ts'), '/** Nothing is measured here. */\nexport {};\n');
  // package by package: the compiler's cache beside them is each tree's own
  mkdirSync(path.join(copy, 'node_modules'));
  for (const each of readdirSync(path.join(ROOT, 'node_modules')).filter((name) => name !== '.cache'))
    symlinkSync(path.join(ROOT, 'node_modules', each), path.join(copy, 'node_modules', each));
  return copy;
}

describe('adding an aggregator, as the page says', { timeout: TIMEOUT_MS }, () => {
  const steps = stepsOf(readFileSync(path.join(ROOT, PAGE), 'utf8'));
  const outputs: string[] = [];
  let copy = '';

  beforeAll(async () => {
    copy = copyTree();
    for (const step of steps) {
      if (step.kind === 'run') outputs.push(await shell(step.script, copy));
      else {
        const at = path.join(copy, step.file);
        if (!existsSync(at)) throw new Error(`${step.file} is not there to be changed`);
        const text =
          step.kind === 'file'
            ? step.text
            : step.hunks.reduce((before, hunk) => changed(before, hunk, step.file), readFileSync(at, 'utf8'));
        writeFileSync(at, text);
      }
    }
  }, TIMEOUT_MS);
  afterAll(() => {
    if (copy !== '') rmSync(copy, { recursive: true, force: true, maxRetries: 5 });
  });

  it('registers the dialect, and records every class of answer', () => {
    const [made = '', recorded = ''] = outputs;
    expect(made).not.toContain('add to');
    for (const file of ['src/dialects/index.ts', 'docs/dialects/README.md', 'docs/README.md'])
      expect(made).toContain(`wrote  ${file}`);
    expect(recorded).not.toContain('still to be recorded');
    expect(recorded).not.toMatch(/believe|cannot read/);
    expect(recorded).toContain("Compare each with the aggregator's document by eye");
    const bet = readFileSync(path.join(copy, 'fixtures/parlour/bet.txt'), 'utf8');
    expect(bet).toContain('"amount":200');
    expect(bet).toContain('X-Parlour-Sign: ');
    expect(readFileSync(path.join(copy, 'fixtures/parlour/rollback-unknown.txt'), 'utf8')).toContain('"ok":true');
  });

  it('passes the compiler, the conformance tests and its own', () => {
    const passed = /Tests\s+(\d+) passed/.exec(outputs.at(-1) ?? '')?.[1];
    expect(outputs).toHaveLength(3);
    expect(Number(passed)).toBeGreaterThan(150);
  });

  it('writes over no recording', async () => {
    const bet = path.join(copy, 'fixtures/parlour/bet.txt');
    writeFileSync(bet, 'as a person left it');
    rmSync(path.join(copy, 'fixtures/parlour/win.txt'));
    const again = await shell('node dist/cli.js dialect record parlour', copy);
    expect(readFileSync(bet, 'utf8')).toBe('as a person left it');
    expect(again).toContain('kept   fixtures/parlour/bet.txt');
    expect(again.match(/^wrote {2}.*/gm)).toEqual(['wrote  fixtures/parlour/win.txt']);
  });

  it('keeps the rules of the house: doors, words, sizes, form and papers', async () => {
    const source = readFiles(['src/dialects', 'test/dialects/parlour'], /\.ts$/, copy);
    const own = source.filter((file) => file.path.includes('/parlour/'));
    expect(own.length).toBeGreaterThan(10);
    const code = own.filter((file) => file.path.startsWith('src/'));
    const findings = [...checkDoors(code), ...checkWords(own), ...checkHeads(own), ...checkSizes(code, [])];
    const all = readFiles(['src', 'docs', 'fixtures'], /./, copy);
    const pages = all.filter((file) => file.path === 'docs/dialects/parlour.md');
    findings.push(
      ...checkDialects(
        ['parlour'],
        all.map((file) => file.path),
      ),
    );
    findings.push(...checkLinks(pages, (name) => existsSync(path.join(copy, name))));
    expect(findings).toEqual([]);
    const places = 'src/dialects/parlour test/dialects/parlour src/dialects/index.ts';
    await shell(`npx oxfmt --check ${places}; npx oxlint --type-aware --deny-warnings ${places}`, copy);
  });

  it('says what is wrong with a name, and where there is nothing to add to', async () => {
    const run = async (words: string, cwd = copy) =>
      shell(`node "${copy}/dist/cli.js" dialect ${words} 2>&1 || true`, cwd);
    expect(await run('new parlour')).toContain('src/dialects/parlour is there already');
    expect(await run('new rs-family')).toContain('src/dialects/rs-family is there already');
    expect(await run('new Parlour')).toContain('is no name for a dialect');
    expect(await run('new parlour', tmpdir())).toContain("is no checkout of Croupier's sources");
    expect(await run('record nobody')).toContain('there is no dialect "nobody"; known: ');
  });
});

describe('a name for a dialect', () => {
  it.each(['', '1st', 'a_b', 'a/b', '../x', 'A', 'x'.repeat(33), 'class', 'entry', 'example', 'generic'])(
    'is not "%s"',
    (name) => {
      expect(refusalOfName(ROOT, name)).not.toBeNull();
    },
  );

  it.each(['big-wheel', 'x1', 'house', 'x'.repeat(32)])('may be "%s"', (name) => {
    expect(refusalOfName(ROOT, name)).toBeNull();
  });
});

describe('a block of the page', () => {
  it('that fits nowhere, or in two places, is found', () => {
    expect(changed('a\nb\nc\n', ' a\n-b\n+d\n', 'x')).toBe('a\nd\nc\n');
    expect(() => changed('a\nc\n', '-b\n+d\n', 'x')).toThrow('0 places');
    expect(() => changed('b\nb\n', '-b\n+d\n', 'x')).toThrow('2 places');
    expect(() => stepsOf('```ts\nx\n```\n')).toThrow('is none that a test can follow');
  });
});
