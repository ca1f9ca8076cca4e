// Proves that the attacks on the ledger bite: puts one known bug at a time into a copy of the code and demands that the
// test named for it fails there, and passes in the unbroken copy. test/ledger/broken-builds.json says what is broken how.
//
//   node scripts/broken-builds.mjs [--only TEXT] [--json]
//
// Exit code 0: every bug was caught. 1: one survived. 2: the list itself is wrong (a text to replace is not there exactly
// once, a test does not exist or fails unbroken, a broken copy does not even load). Nothing in this tree is changed.
import { spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs, stripVTControlCharacters } from 'node:util';

const ROOT = path.resolve(import.meta.dirname, '..');
const COPIED = ['src', 'test', 'sql', 'fixtures', 'package.json', 'vitest.config.ts'];
const RUN_LIMIT_MS = 180_000;

const { values: options } = parseArgs({
  options: { only: { type: 'string' }, json: { type: 'boolean', default: false } },
});
const copy = mkdtempSync(path.join(tmpdir(), 'croupier-broken-'));
let running = null;
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => stop(signal));
process.on('exit', () => rmSync(copy, { recursive: true, force: true }));

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}

async function main() {
  const wanted = (each) => options.only === undefined || `${each.bug} ${each.how}`.includes(options.only);
  const builds = readBuilds().filter(wanted);
  if (builds.length === 0) throw new Error(`nothing in the list matches "${options.only}"`);
  copyTree();
  // Every text is looked for before anything runs: a stale list should not take minutes to say so.
  for (const build of builds) brokenFiles(build);
  await demandSoundTests(builds);

  const results = [];
  for (const build of builds) {
    const result = await tryBuild(build);
    results.push(result);
    note(`${result.caught ? 'caught  ' : 'SURVIVED'} ${build.bug}: ${build.how}`);
  }
  process.stdout.write(options.json ? `${JSON.stringify(results, null, 2)}\n` : table(results));
  return results.every((result) => result.caught) ? 0 : 1;
}

/** `find` and `replace` may be a list of lines. */
function readBuilds() {
  const list = JSON.parse(readFileSync(path.join(ROOT, 'test/ledger/broken-builds.json'), 'utf8'));
  const text = (lines) => (Array.isArray(lines) ? lines.join('\n') : lines);
  return list.map((build) => ({
    ...build,
    edits: build.edits.map(({ file, find, replace }) => ({ file, find: text(find), replace: text(replace) })),
  }));
}

function copyTree() {
  const settings = readdirSync(ROOT).filter((name) => /^tsconfig.*\.json$/.test(name));
  for (const name of [...COPIED, ...settings]) {
    if (existsSync(path.join(ROOT, name))) cpSync(path.join(ROOT, name), path.join(copy, name), { recursive: true });
  }
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(copy, 'node_modules'), 'dir');
}

/** The changed files of a build with their new text. */
function brokenFiles(build) {
  const files = new Map();
  for (const { file, find, replace } of build.edits) {
    const text = files.get(file) ?? readFileSync(path.join(ROOT, file), 'utf8');
    const times = text.split(find).length - 1;
    if (times !== 1)
      throw new Error(`${build.bug}, "${build.how}": ${file} holds its text ${times} times, not once:\n${find}`);
    files.set(
      file,
      text.replace(find, () => replace),
    );
  }
  return files;
}

async function demandSoundTests(builds) {
  const files = [...new Set(builds.map((build) => build.testFile))];
  const tests = await vitest(
    files,
    builds.map((build) => build.test),
  );
  for (const build of builds) {
    const named = tests.filter((test) => test.name.includes(build.test));
    if (named.length === 0)
      throw new Error(`${build.bug}: there is no test named "${build.test}" in ${build.testFile}`);
    const failed = named.find((test) => test.failed);
    if (failed !== undefined) throw new Error(`"${failed.name}" fails unbroken: ${failed.reason}`);
  }
  note(`${tests.length} tests pass unbroken`);
}

async function tryBuild(build) {
  const files = brokenFiles(build);
  for (const [file, text] of files) writeFileSync(path.join(copy, file), text);
  try {
    const tests = await vitest([build.testFile], [build.test]);
    const failed = tests.find((test) => test.failed);
    if (failed?.reason.includes('no test database'))
      throw new Error(`${build.bug}, "${build.how}": the broken schema cannot be made: ${failed.reason}`);
    return {
      bug: build.bug,
      how: build.how,
      test: build.test,
      caught: failed !== undefined,
      reason: failed?.reason ?? null,
    };
  } finally {
    for (const file of files.keys()) cpSync(path.join(ROOT, file), path.join(copy, file));
  }
}

/** Runs the named tests of the copy: every test that ran, with its verdict. */
async function vitest(files, names) {
  const report = path.join(copy, 'report.json');
  rmSync(report, { force: true });
  const pattern = names.map((name) => name.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)).join('|');
  const args = ['run', ...files, '-t', pattern, '--reporter=json', `--outputFile=${report}`];
  const said = await run(process.execPath, [path.join(copy, 'node_modules/vitest/vitest.mjs'), ...args]);
  if (!existsSync(report)) throw new Error(`vitest left no report:\n${said}`);
  const { testResults } = JSON.parse(readFileSync(report, 'utf8'));
  const tests = testResults
    .flatMap((file) => file.assertionResults)
    .filter((test) => test.status === 'passed' || test.status === 'failed')
    .map((test) => ({
      name: test.fullName,
      failed: test.status === 'failed',
      reason: firstLine(test.failureMessages[0] ?? ''),
    }));
  if (tests.length === 0)
    throw new Error(`no test ran:\n${testResults.map((file) => file.message).join('\n')}\n${said}`);
  return tests;
}

async function run(command, args) {
  return new Promise((resolve, reject) => {
    let said = '';
    running = spawn(command, args, { cwd: copy, stdio: ['ignore', 'pipe', 'pipe'], timeout: RUN_LIMIT_MS });
    running.stdout.on('data', (bytes) => (said += bytes));
    running.stderr.on('data', (bytes) => (said += bytes));
    running.once('error', reject);
    running.once('close', () => {
      running = null;
      resolve(said);
    });
  });
}

function stop(signal) {
  running?.kill(signal);
  process.exit(130);
}

function firstLine(text) {
  return stripVTControlCharacters(text).split('\n')[0].slice(0, 160);
}

function note(line) {
  process.stderr.write(`${line}\n`);
}

function table(results) {
  const rows = results.map((result) => [result.bug, result.how, result.caught ? result.test : 'NOTHING: it survived']);
  const lines = [['bug', 'broken how', 'caught by'], ['---', '---', '---'], ...rows].map(
    (row) => `| ${row.join(' | ')} |`,
  );
  const survived = results.filter((result) => !result.caught).length;
  return `${lines.join('\n')}\n\n${results.length - survived} caught, ${survived} survived\n`;
}
