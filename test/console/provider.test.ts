/** Signing in by an identity provider that is asked over HTTP: who gets in as what, and everything that must not. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ROLES } from '../../src/console/index.ts';
import type { ConsoleOptions } from '../../src/console/index.ts';
import { startIdentityProvider } from '../support/identity-provider.ts';
import type { IdentityProvider } from '../support/identity-provider.ts';
import { consoleStage, cookieOf, PASSWORD } from './stage.ts';
import type { Answered, ConsoleStage, Signed } from './stage.ts';

const GROUPS = new Map(ROLES.map((role) => [`casino-${role}`, role] as const));

/** How the console is told of a provider. */
function settingsOf(provider: IdentityProvider): NonNullable<ConsoleOptions['oidc']> {
  return {
    issuer: provider.issuer,
    clientId: provider.client.id,
    clientSecret: provider.client.secret,
    label: 'Casino account',
    scopes: ['openid', 'profile'],
    rolesClaim: ['realm', 'groups'],
    roles: GROUPS,
    nameClaim: 'preferred_username',
    clockToleranceSeconds: 30,
  };
}

describe('a sign-in by the identity provider', () => {
  let provider: IdentityProvider;
  let stage: ConsoleStage;
  beforeAll(async () => {
    provider = await startIdentityProvider();
    stage = await consoleStage({ oidc: settingsOf(provider) });
  });
  afterAll(async () => {
    await stage?.[Symbol.asyncDispose]();
    await provider?.[Symbol.asyncDispose]();
  });
  beforeEach(() => {
    provider.lie({});
    // Everybody comes from one address here, which may not come too often.
    stage.clock.advance(61_000);
  });

  const person = (name: string, groups: unknown, more: object = {}) =>
    provider.people.set(name, { preferred_username: name, realm: { groups }, ...more });

  /** A browser that sets out from our page. */
  const setOut = async (returnTo?: string, cookie?: string) => {
    const headers: Record<string, string> = cookie === undefined ? {} : { cookie };
    const asked = await stage.call(null, 'POST', '/provider', { return_to: returnTo ?? null }, headers);
    return { asked, cookie: cookie ?? cookieOf(asked), url: String(asked.body.go) };
  };
  /** It says who it is, and is sent back to an address of ours. */
  const choose = async (url: string, who: string): Promise<string> => {
    const there = await fetch(`${url}&who=${who}`, { redirect: 'manual' });
    const back = new URL(there.headers.get('location') ?? '');
    return `${back.pathname}${back.search}`;
  };
  const comeBack = async (path: string, cookie: string): Promise<Answered> =>
    stage.call(null, 'GET', path.replace('/console/api', ''), undefined, { cookie });
  const visit = async (who: string, returnTo?: string): Promise<Answered> => {
    const { cookie, url } = await setOut(returnTo);
    return comeBack(await choose(url, who), cookie);
  };
  const problemOf = (answer: Answered): string | null =>
    new URL(String(answer.headers['location']), 'http://x').searchParams.get('sign_in');
  const sessionOf = async (answer: Answered): Promise<{ who: Signed; body: Answered['body'] }> => {
    const cookie = cookieOf(answer);
    const { body } = await stage.call(null, 'GET', '/session', undefined, { cookie });
    return { who: { cookie, csrf: body.csrf }, body };
  };
  const users = async () => stage.console.accounts.list();

  it('lets everybody in with the role that their claim is mapped to', async () => {
    for (const role of ROLES) {
      stage.clock.advance(61_000);
      person(`the-${role}`, ['something else', `casino-${role}`]);
      const answer = await visit(`the-${role}`, '/console/players/demo?tab=limits');
      expect([answer.status, answer.headers['location']]).toEqual([303, '/console/players/demo?tab=limits']);
      const { body } = await sessionOf(answer);
      expect(body).toMatchObject({ signed_in: true, name: `the-${role}`, role, vouched: true });
    }
  });

  it('gives who has several groups the one that may most, and follows what the provider says next time', async () => {
    person('mover', ['casino-viewer', 'casino-finance', 'casino-auditor']);
    const first = await sessionOf(await visit('mover'));
    expect(first.body.role).toBe('finance');
    person('mover', 'casino-viewer');
    expect((await sessionOf(await visit('mover'))).body.role).toBe('viewer');
    // What is open already has the new role as well.
    expect((await stage.call(first.who, 'GET', '/session')).body.role).toBe('viewer');
    expect((await users()).filter(({ name }) => name === 'mover')).toHaveLength(1);
  });

  it.each([
    ['no claim', undefined],
    ['groups that nobody mapped', ['casino-root', 'admin']],
    ['a role of ours by its own name', 'admin'],
    ['another type', { 'casino-admin': true }],
    ['a list in a list', [['casino-admin']]],
  ])('lets nobody in with %s, and makes no account', async (_what, groups) => {
    person('stranger', groups);
    const answer = await visit('stranger');
    expect(problemOf(answer)).toBe('no_role');
    expect(answer.headers['set-cookie']).toBeUndefined();
    expect((await users()).map(({ name }) => name)).not.toContain('stranger');
  });

  it('signs out everywhere whom the provider gives no role any more', async () => {
    person('leaver', 'casino-support');
    const { who } = await sessionOf(await visit('leaver'));
    expect((await stage.call(who, 'GET', '/search?q=x')).status).toBe(200);
    person('leaver', []);
    expect(problemOf(await visit('leaver'))).toBe('no_role');
    expect((await stage.call(who, 'GET', '/search?q=x')).status).toBe(401);
  });

  it('knows people by issuer and subject: neither a name nor an e-mail address makes anybody somebody else', async () => {
    await stage.as('admin', 'root');
    person('root', 'casino-viewer', { email: 'root@casino.example' });
    const { body } = await sessionOf(await visit('root'));
    expect(body.role).toBe('viewer');
    expect(body.name).toMatch(/^root-[0-9a-f]{8}$/);
    expect((await users()).find(({ name }) => name === 'root')).toMatchObject({ role: 'admin', issuer: null });
    // Renamed over there, it is the same account here, and keeps the name it stands in the log with.
    provider.people.set('root', { preferred_username: 'king', realm: { groups: 'casino-viewer' } });
    expect((await sessionOf(await visit('root'))).body.name).toBe(body.name);
  });

  it('turns away whom an administrator disabled here', async () => {
    person('banned', 'casino-admin');
    const { body } = await sessionOf(await visit('banned'));
    const admin = await stage.as('admin');
    const { id } = (await users()).find(({ name }) => name === body.name) ?? { id: '' };
    expect((await stage.call(admin, 'PATCH', `/users/${id}`, { disabled: true })).status).toBe(200);
    expect(problemOf(await visit('banned'))).toBe('disabled');
    // What the provider says of them is not said here.
    for (const patch of [{ role: 'admin' }, { password: 'a password for a door' }])
      expect((await stage.call(admin, 'PATCH', `/users/${id}`, patch)).body.code).toBe('vouched');
  });

  it.each([
    ['a nonce of another sign-in', { claims: { nonce: 'of-another-sign-in' } }, 'not_believed'],
    ['no nonce', { claims: { nonce: undefined } }, 'not_believed'],
    ['another issuer', { claims: { iss: 'https://evil.example' } }, 'not_believed'],
    ['another audience', { claims: { aud: 'another-client' } }, 'not_believed'],
    ['no subject', { claims: { sub: undefined } }, 'not_believed'],
    ['a token that ended', { expiredForSeconds: 45 }, 'not_believed'],
    ['a token of the day after tomorrow', { claims: { nbf: 4_000_000_000 } }, 'not_believed'],
    ['a key that nobody published', { strangersKey: true }, 'not_believed'],
    ['another state', { state: 'of-another-sign-in' }, 'stale'],
    ['a person who says no', { error: 'access_denied' }, 'denied'],
    ['a provider that is ill', { error: 'temporarily_unavailable' }, 'unreachable'],
    ['a provider that was told otherwise', { error: 'unauthorized_client' }, 'misconfigured'],
  ])('refuses %s', async (_what, lies, problem) => {
    person('honest', 'casino-admin');
    const { cookie, url } = await setOut();
    provider.lie(lies);
    const answer = await comeBack(await choose(url, 'honest'), cookie);
    expect(problemOf(answer)).toBe(problem);
    expect(answer.headers['set-cookie']).toBeUndefined();
  });

  it('bears a clock that is wrong by as much as the settings say, and no more', async () => {
    person('late', 'casino-viewer');
    const { cookie, url } = await setOut();
    provider.lie({ expiredForSeconds: 10 });
    expect(problemOf(await comeBack(await choose(url, 'late'), cookie))).toBeNull();
  });

  it('takes each return once, within ten minutes, and in the browser that set out only', async () => {
    person('twice', 'casino-viewer');
    const { cookie, url } = await setOut();
    const path = await choose(url, 'twice');
    const other = await setOut();
    expect(other.cookie).not.toBe(cookie);
    // Somebody else's browser is led to the address: nobody is signed in as another (login CSRF), and nothing is used up.
    expect(problemOf(await comeBack(path, other.cookie))).toBe('stale');
    expect(problemOf(await comeBack(path, ''))).toBe('stale');
    expect(problemOf(await comeBack(path, cookie))).toBeNull();
    expect(problemOf(await comeBack(path, cookie))).toBe('stale');
    const late = await setOut();
    const latePath = await choose(late.url, 'twice');
    stage.clock.advance(601_000);
    expect(problemOf(await comeBack(latePath, late.cookie))).toBe('stale');
    expect(problemOf(await comeBack('/console/api/provider/return', cookie))).toBe('stale');
  });

  it('a code that was used is refused by the provider, and two windows of a browser may both come back', async () => {
    person('windows', 'casino-viewer');
    const one = await setOut();
    const two = await setOut(undefined, one.cookie);
    const [first, second] = [await choose(one.url, 'windows'), await choose(two.url, 'windows')];
    const code = /code=(\w+)/.exec(first)?.[0] ?? '';
    expect(problemOf(await comeBack(first, one.cookie))).toBeNull();
    // The second's state with the first's code.
    expect(problemOf(await comeBack(second.replace(/code=\w+/, code), one.cookie))).toBe('stale');
  });

  it('gives a session of its own each time: whoever was signed in in the browser is so no longer (fixation)', async () => {
    person('fixed', 'casino-viewer');
    const planted = await stage.as('viewer');
    const { cookie, url } = await setOut();
    const answer = await comeBack(await choose(url, 'fixed'), `${cookie}; ${planted.cookie}`);
    const { who, body } = await sessionOf(answer);
    expect(body.name).toBe('fixed');
    expect(who.cookie).not.toBe(planted.cookie);
    expect((await stage.call(planted, 'GET', '/search?q=x')).status).toBe(401);
  });

  it.each([
    'https://evil.example/console',
    '//evil.example/console',
    '/\\evil.example',
    '/console/../v1/players',
    '/console/api/session',
    '/consoles',
    'javascript:alert(1)',
    `/console/${'x'.repeat(2_100)}`,
  ])('goes on at the console’s first page rather than at %s', async (wish) => {
    person('wanderer', 'casino-viewer');
    expect((await visit('wanderer', wish)).headers['location']).toBe('/console');
  });

  it('asks for a code with PKCE, state and nonce, and shows the provider nothing else', async () => {
    const { url, asked } = await setOut();
    const words = new URL(url).searchParams;
    expect([words.get('response_type'), words.get('code_challenge_method')]).toEqual(['code', 'S256']);
    expect(words.get('redirect_uri')).toBe('http://127.0.0.1:4400/console/api/provider/return');
    for (const name of ['state', 'nonce', 'code_challenge'])
      expect(words.get(name)?.length ?? 0).toBeGreaterThanOrEqual(43);
    expect(url).not.toContain(provider.client.secret);
    expect(String(asked.headers['set-cookie'])).toMatch(/Path=\/console\/api\/provider; HttpOnly; SameSite=Lax$/);
    const elsewhere = await stage.call(null, 'POST', '/provider', {}, { origin: 'https://evil.example' });
    expect(elsewhere.status).toBe(403);
  });

  it('signs out of the provider too, which is told of whom and where to go on', async () => {
    person('farewell', 'casino-viewer');
    const { who } = await sessionOf(await visit('farewell'));
    const answer = await stage.call(who, 'DELETE', '/session');
    const go = new URL(String(answer.body.go));
    expect(`${go.origin}${go.pathname}`).toBe(`${provider.issuer}/sign-out`);
    expect(go.searchParams.get('post_logout_redirect_uri')).toBe('http://127.0.0.1:4400/console');
    expect(go.searchParams.get('id_token_hint')?.split('.')).toHaveLength(3);
    expect((await stage.call(who, 'GET', '/search?q=x')).status).toBe(401);
    const local = await stage.as('viewer');
    expect((await stage.call(local, 'DELETE', '/session')).status).toBe(204);
  });

  it('has its password and second factor over there', async () => {
    person('factor', 'casino-viewer');
    const { who } = await sessionOf(await visit('factor'));
    const change = { old: PASSWORD, fresh: 'another seven words entirely' };
    for (const [path, body] of [
      ['/password', change],
      ['/totp', {}],
    ] as const)
      expect((await stage.call(who, 'POST', path, body)).body.code).toBe('vouched');
    const wish = { name: 'factor', password: PASSWORD };
    expect((await stage.call(null, 'POST', '/session', wish)).status).toBe(401);
  });

  it('stands in the audit log, let in or not, with whom the provider named', async () => {
    person('noted', 'casino-viewer');
    person('unnoted', []);
    await visit('noted');
    await visit('unnoted');
    const { body } = await stage.call(await stage.as('auditor'), 'GET', '/audit');
    const of = (who: string) =>
      body.items.find((each: { who: string; action: string }) => each.who === who && each.action === 'sign_in');
    expect(of('noted')).toMatchObject({
      outcome: 'done',
      asked: { issuer: provider.issuer, subject: 'subject-of-noted' },
    });
    expect(of('unnoted')).toMatchObject({ outcome: 'refused', role: null });
    expect(JSON.stringify(body)).not.toContain(provider.client.secret);
  });
});

describe('an identity provider', () => {
  it('that is down, ill, boundless or somebody else is told from each other, and asked again the next time', async () => {
    const provider = await startIdentityProvider();
    const stage = await consoleStage({ oidc: settingsOf(provider) });
    const ask = async () => {
      stage.clock.advance(61_000);
      return stage.call(null, 'POST', '/provider', {});
    };
    provider.lie({ status: 503 });
    expect((await ask()).body.code).toBe('unreachable');
    provider.lie({ issuer: 'http://localhost:1' });
    expect((await ask()).body.code).toBe('misconfigured');
    provider.lie({ bytes: 2_000_000 });
    expect((await ask()).status).toBe(503);
    provider.lie({});
    const { body, headers } = await ask();
    // Gone between setting out and coming back.
    const there = await fetch(`${body.go}&who=nobody`, { redirect: 'manual' });
    await provider[Symbol.asyncDispose]();
    const back = new URL(there.headers.get('location') ?? '');
    const cookie = String(headers['set-cookie']).split(';')[0] ?? '';
    const answer = await stage.call(null, 'GET', `/provider/return${back.search}`, undefined, { cookie });
    expect(answer.headers['location']).toBe('/console?sign_in=unreachable');
    // What was learnt of it an hour ago is asked anew.
    stage.clock.advance(3_600_000);
    expect((await ask()).body).toMatchObject({ code: 'unreachable', status: 503 });
    await stage[Symbol.asyncDispose]();
  });

  it('that takes no other client than it knows turns away a wrong secret', async () => {
    await using provider = await startIdentityProvider();
    await using stage = await consoleStage({ oidc: { ...settingsOf(provider), clientSecret: 'of somebody else' } });
    const asked = await stage.call(null, 'POST', '/provider', {});
    const there = await fetch(`${asked.body.go}&who=nobody`, { redirect: 'manual' });
    const { search } = new URL(there.headers.get('location') ?? '');
    const answer = await stage.call(null, 'GET', `/provider/return${search}`, undefined, { cookie: cookieOf(asked) });
    expect(answer.headers['location']).toBe('/console?sign_in=misconfigured');
  });

  it('that takes the secret in the body only is given it there', async () => {
    await using provider = await startIdentityProvider();
    await using stage = await consoleStage({ oidc: settingsOf(provider) });
    provider.lie({ post: true });
    provider.people.set('poster', { preferred_username: 'poster', realm: { groups: 'casino-viewer' } });
    const asked = await stage.call(null, 'POST', '/provider', {});
    const there = await fetch(`${asked.body.go}&who=poster`, { redirect: 'manual' });
    const { search } = new URL(there.headers.get('location') ?? '');
    const answer = await stage.call(null, 'GET', `/provider/return${search}`, undefined, { cookie: cookieOf(asked) });
    expect(answer.headers['location']).toBe('/console');
  });

  it('may be the only way: passwords are refused then, and who came by one is signed in no more', async () => {
    await using provider = await startIdentityProvider();
    await using stage = await consoleStage({ oidc: settingsOf(provider), localSignIn: false });
    expect((await stage.call(null, 'GET', '/session')).body).toEqual({
      signed_in: false,
      local: false,
      provider: 'Casino account',
    });
    await expect(stage.as('admin', 'past')).rejects.toThrow(/no_passwords/);
    const session = await stage.console.accounts.signIn({ name: 'past', password: PASSWORD, code: null, address: '' });
    if (session.kind !== 'signed_in') throw new Error('the password is right');
    expect(await stage.console.accounts.who(session.token)).toBeNull();
  });

  it('that is not set up is not there', async () => {
    await using stage = await consoleStage();
    expect((await stage.call(null, 'GET', '/session')).body).toEqual({ signed_in: false, local: true, provider: null });
    expect((await stage.call(null, 'POST', '/provider', {})).status).toBe(404);
    expect((await stage.call(null, 'GET', '/provider/return?code=x&state=y')).status).toBe(404);
  });
});
