/** `croupier catalogue import` as its own process, over a real database. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { testDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';

const CLI = path.resolve(import.meta.dirname, '../../dist/cli.js');
const dir = mkdtempSync(path.join(tmpdir(), 'croupier-import-'));
const config = path.join(dir, 'croupier.yaml');
let database: TestDatabase;

beforeAll(async () => {
  database = await testDatabase();
  writeFileSync(
    config,
    `currencies: { USD: { scale: 2 } }
aggregators:
  - name: groove
    dialect: groove
    catalogue: { columns: { code: GameID, name: Title }, separator: ";" }
    launch: { url: "http://127.0.0.1:1/game/", operator_id: "11", license: Curacao, history_url: "http://127.0.0.1:1/history" }
    callbacks: { allow_ips: ["127.0.0.1"] }
  - name: acme
    dialect: generic
    catalogue: { url: "http://127.0.0.1:1/games", api_key: one-key-of-the-catalogue }
    launch: { url: "http://127.0.0.1:1/launch", secret: another-secret-of-launches }
    callbacks: { signing_secrets: [a-third-secret-of-callbacks] }
`,
  );
});
afterAll(async () => {
  rmSync(dir, { recursive: true });
  await database?.close();
});

const run = async (text: string, ...more: readonly string[]) => {
  const file = path.join(dir, 'games.csv');
  writeFileSync(file, text);
  return new Promise<{ code: number; out: string; err: string }>((resolve) => {
    const args = [CLI, 'catalogue', 'import', '--config', config, '--file', file, ...more];
    const env = { ...process.env, DATABASE_URL: database.url };
    const child = execFile(process.execPath, args, { env }, (_error, out, err) =>
      resolve({ code: child.exitCode ?? -1, out, err }),
    );
  });
};
const HEAD = 'GameID;Title;provider;category';
const listOf = (count: number): string =>
  [HEAD, ...Array.from({ length: count }, (_unused, index) => `g-${index};Game ${index};Acme;slots`)].join('\n');

it('takes a file over whole, keeps a shrunken one waiting, and says what it skipped [CAT-07] [CAT-08] [CAT-15]', async () => {
  const groove = ['--aggregator', 'groove'];
  expect(await run(`${listOf(20)}\n;No code;Acme;slots\n`, ...groove)).toEqual({
    code: 0,
    out:
      'applied: 21 listed, 20 added, 0 changed, 0 renamed, 0 missing, 0 hidden, 0 back, 1 skipped\n' +
      '  skipped: page 1: line 22: lacks its code\n',
    err: '',
  });
  const shrunken = await run(listOf(5), ...groove);
  expect(shrunken.code).toBe(1);
  expect(shrunken.out).toContain('15 of 20 games are missing from the list');
  const accepted = await run(listOf(5), ...groove, '--accept', 'shrink', '--json');
  expect(accepted.code).toBe(0);
  expect(JSON.parse(accepted.out)).toMatchObject({ kind: 'applied', removed: 15 });
  const names = await database.sql`SELECT DISTINCT asked_by FROM catalogue_sync`;
  expect(names.map((row) => row['asked_by'])).toEqual(['import']);
});

it('refuses what is no list, no such aggregator, or one that is asked', async () => {
  const odd = await run('code;name\n1;One', '--aggregator', 'groove');
  expect([odd.code, odd.out]).toMatchObject([1, expect.stringContaining('lacks_code')]);
  const asked = await run(listOf(1), '--aggregator', 'acme');
  expect([asked.code, asked.out]).toMatchObject([1, expect.stringContaining('hands out no file')]);
  expect(await run(listOf(1), '--aggregator', 'nobody')).toMatchObject({
    code: 1,
    err: 'croupier: there is no aggregator "nobody"; the file has: groove, acme\n',
  });
  expect(await run(listOf(1), '--aggregator', 'groove', '--accept', 'all')).toMatchObject({
    code: 1,
    err: 'croupier: --accept "all" is neither shrink nor empty\n',
  });
});
