import { describe, expect, it } from 'vitest';
import { hashPassword, isPassword, problemOfPassword } from '../../src/console/passwords.ts';

describe('passwords', () => {
  it('open with the same word and no other, and carry their own parameters', async () => {
    const stored = await hashPassword('a long enough word');
    expect(stored).toMatch(/^scrypt\$32768\$8\$1\$[\w-]{22}\$[\w-]{43}$/);
    expect(await isPassword('a long enough word', stored)).toBe(true);
    expect(await isPassword('a long enough wore', stored)).toBe(false);
    expect(await isPassword('', stored)).toBe(false);
  });

  it('are stored differently every time, and open whatever cost they were made with', async () => {
    expect(await hashPassword('a long enough word')).not.toBe(await hashPassword('a long enough word'));
    // A key made by an earlier version with N=1024.
    const { scryptSync } = await import('node:crypto');
    const key = scryptSync('an older long word', 'salty', 32, { N: 1_024, r: 8, p: 1 }).toString('base64url');
    expect(await isPassword('an older long word', `scrypt$1024$8$1$salty$${key}`)).toBe(true);
  });

  it('a row that asks for absurd costs, is broken, or is nobody’s opens to nobody', async () => {
    for (const stored of [null, 'plain', 'scrypt$1048576$64$9$salt$key', 'md5$1$1$1$a$b'])
      expect(await isPassword('anything at all', stored)).toBe(false);
  });

  it.each([
    ['short', 'eve', /at least 12/],
    ['aaaaaaaaaaaaaaaa', 'eve', /repeats/],
    ['evelyn-is-my-name', 'eve', /name of the account/],
    ['x'.repeat(100) + 'abcdefgh'.repeat(20), 'eve', /at most/],
  ])('a bad one is told why: %s', (password, name, words) => {
    expect(problemOfPassword(password, name)).toMatch(words);
  });

  it('a few words in a row are fine', () => {
    expect(problemOfPassword('correct horse battery', 'eve')).toBeNull();
  });
});
