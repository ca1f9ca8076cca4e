/** `croupier console user add`, as a person or a script runs it: the password comes on standard input and is nowhere else. */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openAccounts } from '../../src/console/index.ts';
import { systemClock } from '../../src/platform/index.ts';
import { testDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';

const CLI = path.resolve(import.meta.dirname, '../../dist/cli.js');

describe('croupier console user', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase();
  });
  afterAll(async () => database.close());

  const run = async (words: readonly string[], input: string): Promise<{ code: number | null; text: string }> => {
    const child = spawn(process.execPath, [CLI, 'console', 'user', ...words], {
      env: { ...process.env, DATABASE_URL: database.url },
    });
    let text = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes: Buffer) => (text += bytes.toString()));
    child.stdin.end(input);
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
    return { code, text };
  };

  it('makes the first administrator, who may sign in with that password', async () => {
    const { code, text } = await run(['add', '--name', 'eve', '--role', 'admin'], 'nine tall green bottles\n');
    expect([code, text]).toEqual([0, 'eve may sign in as admin.\n']);
    const accounts = openAccounts({ sql: database.sql, clock: systemClock });
    const wish = { name: 'Eve', password: 'nine tall green bottles', code: null, address: '' };
    expect((await accounts.signIn(wish)).kind).toBe('signed_in');
    expect((await run(['list'], '')).text).toBe('eve\tadmin\tpassword\n');
  });

  it.each([
    [['add', '--name', 'bob'], 'short\n', /at least 12 characters/],
    [['add', '--name', 'bob'], '', /no password came/],
    [['add', '--name', 'bob', '--role', 'king'], 'nine tall green bottles\n', /--role takes/],
    [['add', '--name', 'b o b'], 'nine tall green bottles\n', /letters, digits/],
  ])('says in one line what is wrong: %j', async (words, input, problem) => {
    const { code, text } = await run(words, input);
    expect(code).toBe(1);
    expect(text).toMatch(problem);
    expect(text.trim().split('\n')).toHaveLength(1);
    expect(text).not.toContain('nine tall');
  });
});
