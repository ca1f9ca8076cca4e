/** The configuration's own rules: what counts as not set, and one clear line for whatever is wrong, without its value. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigProblem, loadConfig } from '../src/config.ts';
import type { Config, ConfigFile, Flags } from '../src/config.ts';

const CLI = path.resolve(import.meta.dirname, '../dist/cli.js');
let dir = '';
beforeAll(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'croupier-config-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const PLAIN: ConfigFile = { currencies: { USD: { scale: 2 } } };

function load(environment: Record<string, string>, file: object = {}, flags: Flags = {}): Config {
  return loadConfig(flags, environment, { ...PLAIN, ...file });
}

function problem(environment: Record<string, string>, file: object = {}, flags: Flags = {}): string {
  try {
    load(environment, file, flags);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigProblem);
    const { message } = error as ConfigProblem;
    expect(message).not.toContain('\n');
    return message;
  }
  throw new Error('it was taken');
}

describe('a variable set to nothing', () => {
  it('is not set', () => {
    expect(load({ DATABASE_URL: '' }).database.url).toBeNull();
    const file = { database: { url: 'postgres://u@h/d' }, server: { port: 5000, host: '10.0.0.1', log_level: 'warn' } };
    const config = load(
      {
        DATABASE_URL: '',
        CROUPIER_PORT: '',
        CROUPIER_HOST: '',
        CROUPIER_LOG_LEVEL: '',
        CROUPIER_PUBLIC_URL: '',
        CROUPIER_DATA_DIR: '',
      },
      file,
    );
    expect(config.database.url).toBe('postgres://u@h/d');
    expect(config.server).toMatchObject({
      port: 5000,
      host: '10.0.0.1',
      logLevel: 'warn',
      publicUrl: 'http://10.0.0.1:5000',
    });
    expect(config.dataDir).toBe(path.resolve('.croupier'));
    expect(() => loadConfig({}, { CROUPIER_CONFIG: '' })).toThrow(/name one with --config/);
  });

  it('is named as missing where the file needs it', () => {
    const api_keys = [{ name: 'a', key: '${KEY}', scopes: ['read'] }];
    expect(problem({ KEY: '' }, { api_keys })).toContain('needs the environment variable KEY');
    expect(load({ URL: '' }, { database: { url: '${URL}' } }).database.url).toBeNull();
  });
});

describe('an address that is none', () => {
  const BAD = [
    'casino.example',
    'ftp://casino.example',
    '//x',
    'http://',
    'http:/x',
    'https://exa mple',
    'http://h:99999',
    'javascript:alert(1)',
    'https://user:hunter2@h',
    'https://h/?q=hunter2',
    'http//h',
  ];

  it('of the public server is told by the name of what set it, what is wrong, and an example', () => {
    for (const bad of BAD) {
      const fromEnvironment = problem({ CROUPIER_PUBLIC_URL: bad });
      expect(fromEnvironment).toMatch(/^CROUPIER_PUBLIC_URL is no address .* like https:\/\/casino\.example$/);
      const fromFile = problem({}, { server: { public_url: bad } });
      expect(fromFile).toMatch(/server\.public_url is no address .* like https:\/\/casino\.example$/);
      for (const message of [fromEnvironment, fromFile]) expect(message).not.toContain('hunter2');
    }
  });

  it('of the database likewise, and its password is never repeated', () => {
    for (const bad of [
      'localhost/croupier',
      'mysql://u:hunter2@h/d',
      'postgres://',
      'postgres://u:hunter2@h:99999/d',
      'postgres://u:hunt er2@h/d',
      'x',
    ]) {
      for (const message of [problem({ DATABASE_URL: bad }), problem({}, { database: { url: bad } })]) {
        expect(message).toMatch(/(^DATABASE_URL|: database\.url) is no address of a PostgreSQL server/);
        expect(message).toContain('postgres://user:password@127.0.0.1:5432/croupier');
        expect(message).not.toContain('hunter2');
        expect(message).not.toContain('hunt er2');
      }
    }
  });

  it('of a host that could stand in no address is told as the host', () => {
    expect(problem({ CROUPIER_HOST: 'my host' })).toMatch(/^the host is none .*CROUPIER_HOST/);
  });

  it('is not what other spellings of good ones are', () => {
    for (const good of [
      'https://casino.example',
      'http://127.0.0.1:4400/',
      'HTTPS://Casino.example:8443/base',
      'http://[::1]:4400',
    ])
      expect(load({ CROUPIER_PUBLIC_URL: good }).server.publicUrl).toBe(good);
    for (const good of [
      'postgres://u:p%40x@h:5432/d?sslmode=require',
      'postgresql://h/d',
      'postgres:///d?host=/var/run/postgresql',
      'postgres://u@a:5432,b:5433/d',
    ])
      expect(load({ DATABASE_URL: good }).database.url).toBe(good);
    const six = load({}, {}, { host: '::1' });
    expect(six.server.publicUrl).toBe('http://[::1]:4400');
    expect(six.returnHosts).toEqual(['[::1]:4400']);
  });
});

describe('the journal’s retention', () => {
  it('is 30 days unless told, and never under the 72 hours of the slowest retries', () => {
    const days = 24 * 3_600_000;
    expect(load({}).journal.retentionMs).toBe(30 * days);
    expect(load({}, { journal: { retention_days: 3 } }).journal.retentionMs).toBe(3 * days);
    for (const bad of [2, 0, -1, 2.9, 4_000, '30'])
      expect(problem({}, { journal: { retention_days: bad } })).toContain('journal.retention_days');
    expect(problem({}, { journal: { keep: 30 } })).toContain('journal');
  });
});

describe.skipIf(!existsSync(CLI))('the command line', () => {
  async function run(environment: Record<string, string>): Promise<{ code: number | null; output: string }> {
    const file = path.join(dir, 'croupier.yaml');
    writeFileSync(file, 'currencies: { USD: { scale: 2 } }\n');
    const child = spawn(process.execPath, [CLI, 'serve', '--config', file, '--data-dir', path.join(dir, 'data')], {
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 100_000,
    });
    let output = '';
    child.stdout.on('data', (bytes: Buffer) => void (output += bytes.toString()));
    child.stderr.on('data', (bytes: Buffer) => void (output += bytes.toString()));
    const code = await new Promise<number | null>((resolve) => {
      child.once('close', resolve);
    });
    return { code, output };
  }

  it.each([
    [{ CROUPIER_PUBLIC_URL: 'casino.example' }, 'CROUPIER_PUBLIC_URL'],
    [{ DATABASE_URL: 'mysql://u:hunter2@h/d' }, 'DATABASE_URL'],
    [{ CROUPIER_PORT: 'x' }, 'CROUPIER_PORT'],
  ])('stops with one line and a status that is not zero: %o', async (environment, name) => {
    const { code, output } = await run(environment);
    expect(code).toBe(1);
    const lines = output.split('\n').filter((line) => line !== '');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^croupier: /);
    expect(lines[0]).toContain(name);
    expect(output).not.toMatch(/ at .*:\d+:\d+|hunter2/);
  });
});
