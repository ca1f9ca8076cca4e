// Writes sql/schema.sql: the schema that all migrations together make. With --check it only compares
// and exits 1 when the file is not up to date.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const build = spawnSync(process.execPath, [path.join(root, 'scripts/build.mjs'), '--if-stale', '--quiet'], {
  stdio: 'inherit',
});
if (build.status !== 0) process.exit(build.status ?? 1);

const platform = await import('../dist/platform/index.js');
const file = path.join(root, 'sql/schema.sql');
const dir = mkdtempSync(path.join(tmpdir(), 'croupier-schema-'));
const log = platform.createLog({ level: 'error', pretty: true });
const embedded = await platform.startEmbeddedPostgres({ dir, log, durable: false });
let text;
try {
  await platform.migrate(embedded.url);
  const sql = platform.openDatabase({ url: embedded.url, max: 1, applicationName: 'croupier-schema' });
  text = await platform.dumpSchema(sql);
  await platform.closeDatabase(sql);
} finally {
  await embedded.stop();
  rmSync(dir, { recursive: true, force: true });
}

const before = existsSync(file) ? readFileSync(file, 'utf8') : '';
if (before === text) {
  process.stdout.write('sql/schema.sql is up to date\n');
} else if (process.argv.includes('--check')) {
  process.stderr.write('sql/schema.sql is not up to date: run node scripts/schema.mjs\n');
  process.exit(1);
} else {
  writeFileSync(file, text);
  process.stdout.write('sql/schema.sql written\n');
}
