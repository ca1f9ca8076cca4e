/** docs/scaling.md does what it says: its commands are run, its settings are read, its SQL is asked of a database. */
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import { benchConfig } from '../../bench/contestant-config.ts';
import { loadConfig } from '../../src/config.ts';
import { durabilityWarnings, openDatabase } from '../../src/platform/index.ts';
import { openHouse } from '../faults/house.ts';
import type { House } from '../faults/house.ts';
import { ROOT } from './command.ts';
import { until } from '../support/wait.ts';

const page = readFileSync(path.join(ROOT, 'docs/scaling.md'), 'utf8');
const dir = mkdtempSync(path.join(tmpdir(), 'croupier-scaling-'));
let house: House;

beforeAll(async () => {
  house = await openHouse({ players: 1, gateways: 0 });
  writeFileSync(path.join(dir, 'croupier.yaml'), JSON.stringify({ ...benchConfig(2), server: { port: 0 } }));
});
afterAll(async () => {
  await house?.close();
  rmSync(dir, { recursive: true, force: true });
});

/** The block with this mark after its three ticks. */
function block(mark: string): string {
  const found = page.split(`\`\`\`${mark}\n`)[1]?.split('```')[0];
  if (found === undefined) throw new Error(`docs/scaling.md has no block ${mark}`);
  return found.trim();
}

const commandOf = (mark: string) =>
  block(mark).replace('npm run croupier --', `exec '${process.execPath}' '${path.join(ROOT, 'dist/cli.js')}'`);
const surroundings = () => ({ cwd: dir, env: { PATH: process.env['PATH'], DATABASE_URL: house.url } });

it('starts workers as it shows', async () => {
  const child = spawn('sh', ['-c', commandOf('sh ready')], { ...surroundings(), stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  let said = '';
  child.stdout.on('data', (bytes: Buffer) => (said += bytes.toString()));
  try {
    await until('the line that says it is ready', () => said.includes(' workers\n'));
    const [before = '', after = ''] = block('text ready').split('…');
    const lines = said.split('\n').filter((line) => line.startsWith(before) && line.endsWith(after));
    expect(lines, said).toHaveLength(1);
  } finally {
    child.kill('SIGTERM');
  }
  expect(await exited).toBe(0);
});

it('says what is missing for Citus, with 1 as the exit code', async () => {
  const { code, stdout, stderr } = await new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    execFile('sh', ['-c', commandOf('sh citus')], { ...surroundings(), encoding: 'utf8' }, (error, out, err) =>
      resolve({ code: error === null ? 0 : 1, stdout: out, stderr: err }),
    );
  });
  expect(stdout).toMatch(/^The schema is at version \d+/);
  expect(stderr).toMatch(/^croupier: This database has no Citus: run CREATE EXTENSION citus .*\n$/);
  expect(code).toBe(1);
});

it('shows settings that the server takes', () => {
  const load = (mark: string) => loadConfig({}, {}, { currencies: {}, ...parse(block(mark)) });
  expect(load('yaml pooler').database).toEqual({
    url: 'postgres://croupier:password@127.0.0.1:6432/croupier',
    directUrl: 'postgres://croupier:password@db.internal:5432/croupier',
    pooler: 'transaction',
    lanes: null,
  });
  expect(load('yaml distributed').ledger).toEqual({ distributed: true });
  const pooler = { url: 'postgres://a@b/c', pooler: 'transaction' as const };
  expect(() => loadConfig({}, {}, { currencies: {}, database: pooler })).toThrow(/database\.direct_url/);
  expect(() =>
    loadConfig({}, {}, { currencies: {}, database: { pooler: 'transaction', direct_url: 'postgres://a@b/c' } }),
  ).toThrow(/database\.url/);
  expect(() => loadConfig({}, {}, { currencies: {}, database: { direct_url: 'secret' } })).toThrow(/direct_url is no/);
});

it('gives the role the time limits that the start asks for behind a pooler', async () => {
  const warnings = async () => {
    const sql = openDatabase({ url: house.url, max: 1, applicationName: 'docs', pooled: true });
    try {
      return await durabilityWarnings(sql, true);
    } finally {
      await sql.end();
    }
  };
  expect(await warnings()).toEqual([expect.stringContaining('time limits')]);
  await house.ask(async (sql) => sql.unsafe(block('sql role')));
  expect(await warnings()).toEqual([]);
});
