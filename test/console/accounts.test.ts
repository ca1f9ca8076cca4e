/** Signing in: lock-out, throttle, second factor, and a log that nobody can change. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codeAt, stepAt } from '../../src/console/totp.ts';
import { consoleStage, cookieOf, PASSWORD } from './stage.ts';
import type { ConsoleStage } from './stage.ts';

describe('accounts of the console', () => {
  let stage: ConsoleStage;
  beforeAll(async () => {
    stage = await consoleStage();
  });
  afterAll(async () => stage[Symbol.asyncDispose]());
  const signIn = async (name: string, password: string, code?: string) =>
    stage.call(null, 'POST', '/session', { name, password, ...(code === undefined ? {} : { code }) });

  it('lock after five failures, open again by themselves, and say the same to everybody who may not in', async () => {
    await stage.as('viewer', 'locked');
    const unknown = await signIn('nobody-here', PASSWORD);
    for (let index = 0; index < 5; index += 1) {
      const answer = await signIn('locked', 'not the password');
      expect([answer.status, answer.body.detail]).toEqual([401, unknown.body.detail]);
    }
    expect((await signIn('LOCKED', PASSWORD)).status).toBe(401);
    stage.clock.advance(61_000);
    expect((await signIn('LOCKED', PASSWORD)).status).toBe(201);
  });

  it('tries at the same time cannot outrun the count', async () => {
    await stage.as('viewer', 'raced');
    stage.clock.advance(61_000);
    await Promise.all(Array.from({ length: 9 }, async () => signIn('raced', 'not the password')));
    const [row] = await stage.table.sql<{ failures: number; locked: boolean }[]>`
      SELECT failures, locked_until IS NOT NULL AS locked FROM console_user WHERE name = 'raced'`;
    expect(row?.failures ?? 0).toBeLessThanOrEqual(5);
  });

  it('take a second factor once it is confirmed, each code once', async () => {
    stage.clock.advance(61_000);
    const who = await stage.as('support', 'careful');
    const { body } = await stage.call(who, 'POST', '/totp', {});
    const code = () => codeAt(body.secret, stepAt(stage.clock.now()));
    expect((await stage.call(who, 'POST', '/totp/confirmation', { code: '000000' })).status).toBe(422);
    expect((await signIn('careful', PASSWORD)).status).toBe(201);
    expect((await stage.call(who, 'POST', '/totp/confirmation', { code: code() })).status).toBe(204);
    expect((await signIn('careful', PASSWORD)).body.code).toBe('code_wanted');
    expect((await signIn('careful', PASSWORD, code())).status).toBe(401);
    stage.clock.advance(31_000);
    expect((await signIn('careful', PASSWORD, code())).status).toBe(201);
    expect((await signIn('careful', PASSWORD, code())).status).toBe(401);
  });

  it('sign out everywhere else when the password is changed, and at once when an administrator disables them', async () => {
    stage.clock.advance(61_000);
    const admin = await stage.as('admin', 'boss');
    const here = await stage.as('viewer', 'mover');
    const again = await signIn('mover', PASSWORD);
    const there = { cookie: cookieOf(again), csrf: again.body.csrf };
    const change = { old: PASSWORD, fresh: 'another seven words entirely' };
    expect((await stage.call(here, 'POST', '/password', { ...change, old: 'wrong' })).status).toBe(422);
    expect((await stage.call(here, 'POST', '/password', change)).status).toBe(204);
    expect((await stage.call(there, 'GET', '/search?q=x')).status).toBe(401);
    expect((await stage.call(here, 'GET', '/search?q=x')).status).toBe(200);
    const { body } = await stage.call(admin, 'GET', '/users');
    const { id } = body.items.find((each: { name: string }) => each.name === 'mover');
    expect((await stage.call(admin, 'PATCH', `/users/${id}`, { disabled: true })).status).toBe(200);
    expect((await stage.call(here, 'GET', '/search?q=x')).status).toBe(401);
    expect((await signIn('mover', change.fresh)).status).toBe(401);
  });

  it('an administrator cannot take their own rights away', async () => {
    const admin = await stage.as('admin', 'lonely');
    const { body } = await stage.call(admin, 'GET', '/users');
    const { id } = body.items.find((each: { name: string }) => each.name === 'lonely');
    expect((await stage.call(admin, 'PATCH', `/users/${id}`, { role: 'viewer' })).status).toBe(422);
    expect((await stage.call(admin, 'PATCH', `/users/${id}`, { disabled: true })).status).toBe(422);
  });

  it('every write is in the log with before and after, without any password, and the database refuses to change it', async () => {
    stage.clock.advance(61_000);
    const admin = await stage.as('admin', 'logged');
    await stage.call(admin, 'POST', '/users', { name: 'fresh-one', role: 'viewer', password: 'a secret nobody reads' });
    const { body: users } = await stage.call(admin, 'GET', '/users');
    const { id } = users.items.find((each: { name: string }) => each.name === 'fresh-one');
    await stage.call(admin, 'PATCH', `/users/${id}`, { role: 'support', password: 'a second secret word' });
    const { body } = await stage.call(admin, 'GET', '/audit');
    const change = body.items.find((each: { action: string }) => each.action === 'user.change');
    expect(change).toMatchObject({ who: 'logged', subject: 'user fresh-one', outcome: 'done' });
    expect(change.before.role).toBe('viewer');
    expect(change.after.role).toBe('support');
    expect(JSON.stringify(body)).not.toMatch(/secret nobody|second secret|scrypt/);
    for (const statement of [
      'UPDATE console_audit SET who = $$x$$',
      'DELETE FROM console_audit',
      'TRUNCATE console_audit',
    ])
      await expect(stage.table.sql.unsafe(statement)).rejects.toThrow(/append-only/);
  });
});
