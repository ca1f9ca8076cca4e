/**
 * The housekeeper: reads the code and the papers of the house and says what is out of order. Every check is shown to work
 * by a bad example beside it.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { LONG_FILES } from './support/longest-first.ts';
import {
  checkDependencies,
  checkDialects,
  checkLinks,
  checkLock,
  checkMigrations,
  checkPinned,
  checkPrivate,
  checkTitles,
  checkUsed,
  frozenHash,
} from './tidy/papers.ts';
import {
  CIRCLES,
  ENTRIES,
  INSTALL_SCRIPTS,
  LONG,
  NOT_IMPORTED,
  STATIONS,
  STATIONS_LINES_MAX,
  WHOLE_WAY,
  WHOLE_WAY_LINES_MAX,
} from './tidy/ratchet.ts';
import { checkCircles, checkDoors, checkReach, HOUSE } from './tidy/rooms.ts';
import { checkBudget, checkSizes } from './tidy/sizes.ts';
import { codeOf, functionsOf, importsOf, readFiles, ROOT } from './tidy/text.ts';
import type { Finding, SourceFile } from './tidy/text.ts';
import { checkDriver, checkHeads, checkWords, RULES } from './tidy/words.ts';

const source = readFiles(['src'], /\.ts$/);
const written = [...source, ...readFiles(['web', 'scripts', 'test'], /\.(ts|tsx|mjs)$/)];
const everything = readFiles(['.'], /./).filter((file) => !/\.(png|jpg|ico|woff2?)$/.test(file.path));
const config = readFiles(['.'], /^vitest\.config\.ts$/);
const pages = everything.filter((file) => file.path.endsWith('.md'));
const readJson = (name: string): unknown => JSON.parse(readFileSync(path.join(ROOT, name), 'utf8'));

/** Findings as lines, so that a failure reads like a list of errands. */
const lines = (findings: readonly Finding[]): readonly string[] =>
  findings.map(({ place, problem }) => `${place}: ${problem}`);
const file = (name: string, text: string): SourceFile => ({ path: name, text });
const problemsOf = (findings: readonly Finding[]): string => lines(findings).join('\n');

describe('the reader of code', () => {
  it('tells code from comments, strings, templates and regular expressions', () => {
    const text =
      "const a = 'x // y'; // 'z'\n/* `b` */ const c = `t ${d({ e: `${f}` })} u`; const g = /[/'\"]`/.test(h) ? i / j / k : 1;";
    expect(codeOf(text)).toBe(
      "const a = '      ';       \n          const c = `  ${d({ e: `${f}` })}  `; const g = /      /.test(h) ? i / j / k : 1;",
    );
  });

  it('finds every kind of import and knows which are erased', () => {
    const text = [
      "import postgres from 'postgres';",
      "import { a, type B, c as d } from './one.ts';",
      "import type { E } from './two.ts';",
      "export * from './three.ts';",
      "import './four.ts';",
      "const five = await import('./five.ts');",
      "// import { no } from './no.ts';",
      'const from = "import x from \'./no.ts\'";',
    ].join('\n');
    expect(importsOf(file('src/x.ts', text))).toEqual([
      { specifier: 'postgres', typeOnly: false, values: ['*'], line: 1 },
      { specifier: './one.ts', typeOnly: false, values: ['a', 'c'], line: 2 },
      { specifier: './two.ts', typeOnly: true, values: [], line: 3 },
      { specifier: './three.ts', typeOnly: false, values: ['*'], line: 4 },
      { specifier: './four.ts', typeOnly: false, values: [], line: 5 },
      { specifier: './five.ts', typeOnly: false, values: ['*'], line: 6 },
    ]);
  });

  it('measures functions, methods and arrow functions', () => {
    const text = [
      'function one(a: { b: string }): { c: string } {',
      '  return { c: a.b };',
      '}',
      'const two = (x: number): number => {',
      '  if (x > 1) { return 1; }',
      '  return 2;',
      '};',
      'const three = {',
      '  four(): void {',
      '  },',
      '};',
      'interface Five { six(a: string): { b: string }; }',
    ].join('\n');
    expect(functionsOf(text)).toEqual([
      { name: 'one', line: 1, lines: 3 },
      { name: 'two', line: 4, lines: 4 },
      { name: 'four', line: 9, lines: 2 },
    ]);
  });

  it('measures a function whose markup closes a tag in front of a brace', () => {
    const text = [
      'function One() {',
      '  return <Two empty={<p>No round, none at all.</p>} />;',
      '}',
      'function Three() {',
      '  return null;',
      '}',
    ].join('\n');
    expect(functionsOf(text)).toEqual([
      { name: 'One', line: 1, lines: 3 },
      { name: 'Three', line: 4, lines: 3 },
    ]);
  });
});

describe('rooms', () => {
  it('are entered by the doors of the table only', () => {
    expect(lines(checkDoors(source))).toEqual([]);
  });

  it.each([
    ['src/money/a.ts', "import type { Clock } from '../platform/index.ts';", /money has no door to platform/],
    ['src/wallet/a.ts', "import { createHash } from 'node:crypto';", /wallet is pure and may not use node:crypto/],
    ['src/dialects/hub/a.ts', "import type { Ledger } from '../../ledger/index.ts';", /dialects has no door to ledger/],
    ['src/dialects/hub/a.ts', "import { decide } from '../../wallet/index.ts';", /not decide/],
    ['src/dialects/hub/a.ts', "import { Pool } from 'pg';", /dialects is pure and may not use pg/],
    ['src/certify/a.ts', "import { decide } from '../wallet/index.ts';", /not decide/],
    ['src/certify/a.ts', "import type { Bet } from '../wallet/bet.ts';", /inside wallet/],
    ['src/sandbox/a.ts', "import { openLedger } from '../ledger/index.ts';", /sandbox has no door to ledger/],
    ['src/ledger/audit/a.ts', "import { readWallet } from '../columns.ts';", /inside ledger/],
    ['src/ledger/audit/a.ts', "import { openLedger } from '../index.ts';", /ledger\/audit has no door to ledger/],
    ['src/sessions/a.ts', "import { readGame } from '../catalogue/store.ts';", /inside catalogue/],
    ['src/catalogue/a.ts', "import { openNamedDialect } from '../dialects/index.ts';", /write import type/],
    ['src/wire/a.ts', "import { systemClock } from '../platform/clock.ts';", /write import type/],
    ['src/api/a.ts', "import { loadConfig } from '../config.ts';", /api has no door to config/],
    ['src/casino/a.ts', "import path from 'node:path';", /not in the table/],
    ['src/serve.ts', "import { testDatabase } from '../test/support/database.ts';", /may not import test/],
  ])('a wrong door is found in %s: %s', (name, text, problem) => {
    expect(problemsOf(checkDoors([file(name, text)]))).toMatch(problem);
  });

  it('have no circles', () => {
    expect(lines(checkCircles(source, CIRCLES))).toEqual([]);
  });

  it('a circle of files or of rooms is found, one of types between files is none', () => {
    const circle = [
      file('src/money/a.ts', "import { b } from './b.ts';"),
      file('src/money/b.ts', "import { a } from './a.ts';"),
    ];
    expect(problemsOf(checkCircles(circle))).toContain('src/money/a.ts → src/money/b.ts → src/money/a.ts');
    const types = [
      file('src/money/a.ts', "import { b } from './b.ts';"),
      file('src/money/b.ts', "import type { A } from './a.ts';"),
    ];
    expect(checkCircles(types)).toEqual([]);
    const rooms = [
      file('src/money/a.ts', "import type { B } from '../wire/index.ts';"),
      file('src/wire/b.ts', "import { a } from '../money/index.ts';"),
    ];
    expect(problemsOf(checkCircles(rooms))).toContain('money → wire → money');
    expect(problemsOf(checkCircles([], [{ circle: 'a → b → a' }]))).toContain('no circle any more');
  });

  it('of the table have no circle of doors', () => {
    const table = Object.entries(HOUSE).flatMap(([room, doors]) =>
      typeof doors === 'string' || room === 'ledger'
        ? []
        : [
            file(
              `src/${room}.ts`,
              Object.keys(doors)
                .map((other) => `import { x } from './${other}.ts';`)
                .join('\n'),
            ),
          ],
    );
    expect(lines(checkCircles(table))).toEqual([]);
  });

  it('have no file that nobody uses', () => {
    expect(lines(checkReach(source, ENTRIES))).toEqual([]);
  });

  it('a dead file and a needless entry are found', () => {
    const files = [file('src/cli.ts', "import './a.ts';"), file('src/a.ts', ''), file('src/dead.ts', '')];
    const cli = { path: 'src/cli.ts', reason: '' };
    expect(lines(checkReach(files, [cli]))).toEqual([
      'src/dead.ts: no entry point reaches this file: use it or remove it',
    ]);
    expect(problemsOf(checkReach(files, [cli, { path: 'src/a.ts', reason: '' }]))).toContain(
      'src/a.ts: is reached without',
    );
  });
});

describe('sizes', () => {
  const measured = written.filter((each) => !each.path.startsWith('test/'));

  it('of files and functions are within the limit or have a reason', () => {
    expect(lines(checkSizes(measured, LONG))).toEqual([]);
  });

  it('too long a file or function, and a needless or generous allowance, are found', () => {
    const long = file('src/a.ts', `function f() {\n${'x();\n'.repeat(420)}}\n`);
    const problems = problemsOf(checkSizes([long], []));
    expect(problems).toContain('src/a.ts: has 422 lines');
    expect(problems).toContain('src/a.ts#f: has 422 lines');
    const reason = 'it is one long list of cases';
    expect(
      checkSizes(
        [long],
        [
          { place: 'src/a.ts', lines: 430, reason },
          { place: 'src/a.ts#f', lines: 430, reason },
        ],
      ),
    ).toEqual([]);
    expect(problemsOf(checkSizes([file('src/a.ts', '')], [{ place: 'src/a.ts', lines: 430, reason }]))).toContain(
      'remove it from the ratchet',
    );
    expect(
      problemsOf(
        checkSizes(
          [long],
          [
            { place: 'src/a.ts', lines: 500, reason },
            { place: 'src/a.ts#f', lines: 430, reason: '' },
          ],
        ),
      ),
    ).toMatch(/lower its allowance[^]*without a reason/);
  });

  it('of the hot path stay within its budget', () => {
    expect(lines(checkBudget(source, STATIONS, STATIONS_LINES_MAX))).toEqual([]);
    expect(lines(checkBudget(source, WHOLE_WAY, WHOLE_WAY_LINES_MAX))).toEqual([]);
    expect(STATIONS_LINES_MAX).toBeLessThanOrEqual(1_500);
  });

  it('a hot path over its budget, far below it, or with a missing file is found', () => {
    const way = [file('src/a.ts', 'x\n'.repeat(300))];
    expect(problemsOf(checkBudget(way, ['src/a.ts'], 299))).toContain('has 300 lines; allowed are 299');
    expect(problemsOf(checkBudget(way, ['src/a.ts'], 900))).toContain('lower its budget');
    expect(problemsOf(checkBudget(way, ['src/a.ts', 'src/b.ts'], 300))).toContain('src/b.ts');
  });
});

describe('words', () => {
  it('are used in their homes only', () => {
    expect(lines(checkWords(written))).toEqual([]);
  });

  const bad: readonly (readonly [string, string])[] = [
    ['src/fx/a.ts', 'const t = Date.now();'],
    ['src/fx/a.ts', 'const t = new Date();'],
    ['src/fx/a.ts', 'const t = performance.now();'],
    ['src/fx/a.ts', "const u = process.env['URL'];"],
    ['src/fx/a.ts', "console.log('x');"],
    ['src/fx/a.ts', 'const r = Math.random();'],
    ['src/fx/a.ts', 'const r = randomUUID();'],
    ['src/gateway/a.ts', 'const x: unknown = JSON.parse(text);'],
    ['src/money/a.ts', 'const n = Number(text);'],
    ['src/wallet/a.ts', 'const n = parseFloat(text);'],
    ['src/dialects/hub/a.ts', 'const n = amount.toFixed(2);'],
    ['src/api/a.ts', 'const x = y as any;'],
    ['src/api/a.ts', 'function f(x: any) {}'],
    ['src/api/a.ts', '// @ts-ignore'],
    ['src/api/a.ts', 'export default 1;'],
    ['test/a.test.ts', `// ${'FIX' + 'ME'} later`],
    ['src/api/a.ts', 'const rows = await sql`SELECT 1`;'],
    ['src/api/a.ts', 'const rows = await sql<{ a: string }[]>`SELECT 1`;'],
    ['src/api/a.ts', 'export class GameManager {}'],
  ];
  it.each(bad)('a banned word is found in %s: %s', (name, text) => {
    expect(checkWords([file(name, text)])).toHaveLength(1);
  });

  it('every rule has a bad example here', () => {
    const unproven = RULES.filter(
      (rule) =>
        !bad.some(([name, text]) => rule.holds(name) && rule.word.test(rule.everywhere === true ? text : codeOf(text))),
    );
    expect(unproven.map((rule) => String(rule.word))).toEqual([]);
  });

  it.each([
    ['src/platform/clock.ts', 'const t = Date.now();'],
    ['src/api/a.ts', 'const t = new Date(ms);'],
    ['src/api/a.ts', "// Date.now is the clock's\nconst text = 'process.env';"],
    ['src/money/a.ts', 'if (Number.isSafeInteger(n) && isJsonNumber(x)) {}'],
    ['src/api/store.ts', 'const rows = await sql`SELECT 1`;'],
    ['src/api/idempotency-store.ts', 'const rows = await sql`SELECT 1`;'],
    ['src/api/a.ts', 'const { any } = x; const company: anything = 1;'],
  ])('what is allowed in %s passes: %s', (name, text) => {
    expect(lines(checkWords([file(name, text)]))).toEqual([]);
  });

  it('the driver comes in by store files and platform only', () => {
    expect(lines(checkDriver(source))).toEqual([]);
    expect(checkDriver([file('src/api/a.ts', "import postgres from 'postgres';")])).toHaveLength(1);
    expect(checkDriver([file('src/ledger/lane-connection.ts', "import postgres from 'postgres';")])).toHaveLength(1);
    expect(checkDriver([file('src/api/store.ts', "import postgres from 'postgres';")])).toEqual([]);
  });

  it('every source file says at its top what it promises and has a name of its own', () => {
    expect(lines(checkHeads(source))).toEqual([]);
    expect(problemsOf(checkHeads([file('src/api/a.ts', 'const x = 1;')]))).toContain('without a comment');
    expect(problemsOf(checkHeads([file('src/api/date-utils.ts', '/** Dates. */')]))).toContain('says nothing');
  });
});

describe('papers', () => {
  it('every migration is frozen, and stays as it was', () => {
    const frozen = readJson('sql/migrations/frozen.json') as Record<string, string>;
    expect(lines(checkMigrations(readFiles(['sql/migrations'], /\.sql$/), frozen))).toEqual([]);
  });

  it('a changed, a new and a lost migration are found; other line ends are none', () => {
    const frozen = { '0001.do.a.sql': frozenHash('SELECT 1;\n') };
    expect(checkMigrations([file('sql/migrations/0001.do.a.sql', 'SELECT 1;\r\n')], frozen)).toEqual([]);
    expect(problemsOf(checkMigrations([file('sql/migrations/0001.do.a.sql', 'SELECT 2;\n')], frozen))).toContain(
      'was changed',
    );
    expect(problemsOf(checkMigrations([file('sql/migrations/0002.do.b.sql', '')], frozen))).toMatch(
      /removed[^]*not frozen/,
    );
  });

  it.each(['tsconfig.build.json', 'bench/tsconfig.json'])(
    '%s emits everything, whatever a type check left behind',
    (project) => {
      const tsc = path.join(ROOT, 'node_modules/typescript/bin/tsc');
      const shown = execFileSync(process.execPath, [tsc, '-p', path.join(ROOT, project), '--showConfig'], {
        encoding: 'utf8',
      });
      const { compilerOptions } = JSON.parse(shown) as { compilerOptions: Record<string, unknown> };
      expect(compilerOptions['incremental'] ?? false).toBe(false);
      expect(compilerOptions['tsBuildInfoFile'] ?? null).toBeNull();
    },
  );

  it('every dialect has recorded exchanges and a page', () => {
    const names = readdirSync(path.join(ROOT, 'src/dialects'), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && entry.name !== 'rs-family')
      .map((entry) => entry.name);
    expect(
      lines(
        checkDialects(
          names,
          everything.map((each) => each.path),
        ),
      ),
    ).toEqual([]);
    expect(checkDialects(['hub'], [])).toHaveLength(2);
  });

  it('links of every page lead somewhere', () => {
    expect(lines(checkLinks(pages))).toEqual([]);
  });

  it('a dead link and a missing heading are found; code is not read as links', () => {
    const page = file(
      'docs/a.md',
      '# A\n[x](b.md) ![y](no.png) [z](#no) [w](#a)\n```\n[n](n.md)\n```\n`[n](n.md)` [web](https://example.com/x)',
    );
    expect(lines(checkLinks([page], () => false))).toHaveLength(4);
    expect(lines(checkLinks([page], () => true))).toEqual(['docs/a.md:2: links to #no; that page has no such heading']);
  });

  it('every page has one title', () => {
    expect(lines(checkTitles(pages))).toEqual([]);
    expect(checkTitles([file('docs/a.md', 'no title'), file('docs/b.md', '# one\n# two')])).toHaveLength(2);
  });

  it('the packages are those documented, each with a reason and an exact version', () => {
    const manifest = readJson('package.json');
    expect(lines(checkDependencies(manifest, readFileSync(path.join(ROOT, 'docs/architecture.md'), 'utf8')))).toEqual(
      [],
    );
    expect(lines(checkPinned(manifest))).toEqual([]);
  });

  it('an undocumented, a vanished, an unexplained and a loose package are found', () => {
    const page =
      '# A\n## Dependencies\n| package | why |\n| --- | --- |\n| `gone` | it was useful once |\n| `bare` | |\n';
    const problems = problemsOf(
      checkDependencies({ dependencies: { secret: '1.0.0' }, devDependencies: { bare: '1.0.0' } }, page),
    );
    expect(problems).toMatch(
      /secret: is in package.json[^]*gone: is documented and not[^]*bare: is documented without a reason/,
    );
    expect(checkPinned({ dependencies: { a: '^1.0.0', b: '1.2.3', c: '1.0.0-beta.17', d: 'latest' } })).toHaveLength(2);
  });

  it('every package is used', () => {
    expect(lines(checkUsed(readJson('package.json'), written.concat(config), NOT_IMPORTED))).toEqual([]);
  });

  it('a package nobody imports, and a needless excuse, are found', () => {
    const files = [file('src/a.ts', "import { z } from 'zod/mini';")];
    const manifest = { dependencies: { zod: '4.0.0', 'left-pad': '1.0.0' } };
    expect(lines(checkUsed(manifest, files, {}))).toEqual(['left-pad: is installed and nobody imports it']);
    expect(checkUsed(manifest, files, { zod: 'x', 'left-pad': 'x', gone: 'x' })).toHaveLength(2);
  });

  it('no package needs to run anything when it is installed, or comes from elsewhere', () => {
    expect(lines(checkLock(readJson('package-lock.json'), INSTALL_SCRIPTS))).toEqual([]);
  });

  it('an install script, a needless permission and a foreign address are found', () => {
    const lock = {
      packages: {
        'node_modules/a': { hasInstallScript: true },
        'node_modules/b': { resolved: 'https://mirror.example/b.tgz' },
      },
    };
    const problems = problemsOf(checkLock(lock, [{ name: /never/, reason: '' }]));
    expect(problems).toMatch(/node_modules\/a: runs a script[^]*take it off[^]*node_modules\/b: is locked/);
  });

  it('the long test files, which start first, are there', () => {
    const paths = new Set(written.map(({ path: name }) => name));
    expect(Object.keys(LONG_FILES).filter((name) => !paths.has(name))).toEqual([]);
  });

  it('nothing names a machine, a registry or an unfinished merge', () => {
    expect(lines(checkPrivate(everything))).toEqual([]);
  });

  it.each([
    `${'<'.repeat(7)} ours`,
    `cd ${['', 'work', 'main'].join('/')}`,
    `cp ${['', 'root', '.ssh'].join('/')} .`,
    `open ${['', 'home', 'somebody', 'x'].join('/')}`,
    ['https://registry', 'npmjs', 'org/x'].join('.'),
  ])('is found: %s', (text) => {
    expect(checkPrivate([file('docs/a.md', `text\n${text}\n`)])).toHaveLength(1);
  });
});
