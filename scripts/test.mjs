// Runs the tests: builds what is stale, then vitest with whatever arguments were given. The last line
// says `N passed, N failed`; the exit code is vitest's.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const build = spawnSync(process.execPath, [path.join(root, 'scripts/build.mjs'), '--if-stale'], {
  cwd: root,
  stdio: 'inherit',
});
if (build.status !== 0) process.exit(build.status ?? 1);

const scratch = mkdtempSync(path.join(tmpdir(), 'croupier-test-report-'));
const reportFile = path.join(scratch, 'report.json');
const args = process.argv.slice(2);
const reporters = args.some((arg) => arg.startsWith('--reporter')) ? [] : ['--reporter=default'];
const child = spawn(
  process.execPath,
  [
    path.join(root, 'node_modules/vitest/vitest.mjs'),
    'run',
    ...reporters,
    '--reporter=json',
    `--outputFile.json=${reportFile}`,
    ...args,
  ],
  { cwd: root, stdio: 'inherit' },
);
// The terminal sends Ctrl-C to vitest as well, which stops its PostgreSQL before it goes.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => child.kill('SIGTERM'));

child.once('close', (code) => {
  process.stdout.write(`${summary()}\n`);
  rmSync(scratch, { recursive: true, force: true });
  process.exit(code ?? 1);
});

function summary() {
  let report;
  try {
    report = JSON.parse(readFileSync(reportFile, 'utf8'));
  } catch {
    return '0 passed, 1 failed';
  }
  // A file that cannot be loaded has no failed test of its own, but it is a failure all the same.
  const broken = report.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  );
  return `${report.numPassedTests} passed, ${report.numFailedTests + broken.length} failed`;
}
