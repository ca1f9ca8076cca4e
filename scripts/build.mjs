// Mends the driver (mend-driver.mjs), and builds src → dist, bench → dist/bench (tsc) and web → web/dist (Vite), side by side.
//
//   --if-stale  do nothing when the sources are those of the last build
//   --quiet     say nothing unless something fails
//   --if-possible  do nothing where the compilers are not installed (an install without development packages)
//
// Needs no npm script to have run on install. Exit code 0 only when everything was built.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { mendDriver } from './mend-driver.mjs';

const root = path.resolve(import.meta.dirname, '..');
const stampFile = path.join(root, 'dist/.build-stamp');
const options = new Set(process.argv.slice(2));
const quiet = options.has('--quiet');
const startedAt = performance.now();

for (const option of options) {
  if (!['--if-stale', '--quiet', '--if-possible'].includes(option)) fail(`build: unknown option ${option}`);
}

if (existsSync(path.join(root, 'node_modules/postgres'))) mendDriver(root);

const hasWeb = existsSync(path.join(root, 'web/vite.config.ts'));
const stamp = hashInputs();
if (options.has('--if-stale') && isFresh()) process.exit(0);
if (options.has('--if-possible') && !existsSync(path.join(root, 'node_modules/typescript'))) process.exit(0);

// Without its stamp a half-finished build never counts as fresh.
rmSync(stampFile, { force: true });
const steps = [
  run('server', 'typescript', 'tsc', ['-p', 'tsconfig.build.json']),
  run('bench', 'typescript', 'tsc', ['-p', 'bench/tsconfig.json']),
];
if (hasWeb) steps.push(buildWeb());
const results = await Promise.all(steps);
if (results.includes(false)) process.exit(1);

removeOrphans(path.join(root, 'dist'), path.join(root, 'src'));
settleBench(path.join(root, 'dist/.bench'), path.join(root, 'dist/bench'));
mkdirSync(path.dirname(stampFile), { recursive: true });
writeFileSync(stampFile, stamp);
say(`built in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);

/** The demo's pages first: their build empties the folder that the console's lies in. */
async function buildWeb() {
  const build = (label, config, place) => run(label, 'vite', 'vite', ['build', '--config', config, place]);
  return (
    (await build('lobby', 'web/vite.config.ts', 'web')) &&
    (await build('console', 'web/console/vite.config.ts', 'web/console')) &&
    (await pack(path.join(root, 'web/dist/console/assets')))
  );
}

/** The console's files also compressed, beside themselves: the server sends what a browser takes. */
async function pack(dir) {
  const files = readdirSync(dir).filter((name) => /\.(js|css)$/.test(name));
  await Promise.all(
    files.map(async (name) => {
      const bytes = readFileSync(path.join(dir, name));
      const options = {
        params: { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
      };
      writeFileSync(path.join(dir, `${name}.br`), await promisify(brotliCompress)(bytes, options));
      writeFileSync(path.join(dir, `${name}.gz`), await promisify(gzip)(bytes, { level: 9 }));
    }),
  );
  return true;
}

function isFresh() {
  if (!existsSync(stampFile) || readFileSync(stampFile, 'utf8') !== stamp) return false;
  return !hasWeb || ['index.html', 'console/index.html'].every((name) => existsSync(path.join(root, 'web/dist', name)));
}

/** A hash over the names and bytes of everything the build reads. */
function hashInputs() {
  const hash = createHash('sha256').update(process.version);
  const files = [
    ...['tsconfig.json', 'tsconfig.build.json', 'package-lock.json'].filter((name) =>
      existsSync(path.join(root, name)),
    ),
    ...filesUnder('src'),
    ...filesUnder('bench'),
    ...filesUnder('web'),
  ];
  for (const file of files.toSorted((a, b) => (a < b ? -1 : 1))) {
    const bytes = readFileSync(path.join(root, file));
    hash.update(`${file}\0${bytes.length}\0`).update(bytes);
  }
  return hash.digest('hex');
}

function filesUnder(dir) {
  const at = path.join(root, dir);
  if (!existsSync(at)) return [];
  return readdirSync(at, { withFileTypes: true }).flatMap((entry) => {
    const name = `${dir}/${entry.name}`;
    if (entry.isDirectory()) return ['node_modules', 'dist'].includes(entry.name) ? [] : filesUnder(name);
    return entry.isFile() ? [name] : [];
  });
}

/** Runs a package's program directly: `npx` and the links in node_modules/.bin may be missing. */
async function run(label, packageName, program, args) {
  const packageDir = path.join(root, 'node_modules', packageName);
  if (!existsSync(packageDir)) fail(`build: ${packageName} is not installed; run npm ci`);
  const manifest = JSON.parse(readFileSync(path.join(packageDir, 'package.json'), 'utf8'));
  const bin = typeof manifest.bin === 'string' ? manifest.bin : manifest.bin[program];
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [path.join(packageDir, bin), ...args], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
    child.once('error', (error) => {
      process.stderr.write(`build: ${label}: ${error.message}\n`);
      resolve(false);
    });
    child.once('close', (code) => {
      if (code !== 0) process.stderr.write(`${output}\nbuild: ${label} failed\n`);
      resolve(code === 0);
    });
  });
}

/** tsc leaves the output of deleted sources behind; they would still be importable. */
function removeOrphans(built, source) {
  for (const entry of readdirSync(built, { withFileTypes: true })) {
    const at = path.join(built, entry.name);
    if (entry.isDirectory()) {
      if (entry.name === '.bench') continue;
      const from = path.join(source, entry.name);
      if (existsSync(from) && statSync(from).isDirectory()) removeOrphans(at, from);
      else rmSync(at, { recursive: true });
    } else if (/\.js(\.map)?$/.test(entry.name)) {
      if (!existsSync(path.join(source, entry.name.replace(/\.js(\.map)?$/, '.ts')))) rmSync(at);
    }
  }
}

/**
 * The bench is compiled beside a second copy of src, because it lies beside src in the tree. Its own part moves to
 * dist/bench, where src is the folder above, and the copy goes.
 */
function settleBench(emitted, target) {
  rmSync(target, { recursive: true, force: true });
  renameSync(path.join(emitted, 'bench'), target);
  rmSync(emitted, { recursive: true });
  for (const entry of readdirSync(target, { withFileTypes: true, recursive: true })) {
    const file = path.join(entry.parentPath, entry.name);
    if (!entry.isFile() || !file.endsWith('.js')) continue;
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replaceAll(/(from ['"](?:\.\.\/)+)src\//g, '$1'));
  }
}

function say(text) {
  if (!quiet) process.stdout.write(`${text}\n`);
}

function fail(text) {
  process.stderr.write(`${text}\n`);
  process.exit(1);
}
