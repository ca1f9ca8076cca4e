/** Who gets in: roles by the table for every route, cookies, the page's own token, and what other sites send. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cookiesFor, isFromElsewhere, isLoopback } from '../../src/console/guard.ts';
import { mayUse, ROLES, ROUTES, writesOf } from '../../src/console/roles.ts';
import type { Role } from '../../src/console/roles.ts';
import { consoleStage, cookieOf, PASSWORD } from './stage.ts';
import type { ConsoleStage, Signed } from './stage.ts';

describe('the table of roles', () => {
  it('lets viewers and auditors read and write nothing', () => {
    for (const role of ['viewer', 'auditor'] as const)
      expect(writesOf(role).filter((each) => !each.startsWith('GET'))).toEqual([]);
  });

  it('lets only finance and administrators approve money, and only administrators make accounts', () => {
    const may = (route: string) => ROLES.filter((role) => mayUse(ROUTES[route], role) === 'yes');
    expect(may('POST /adjustments/:id/decisions')).toEqual(['finance', 'admin']);
    expect(may('POST /discrepancies/:id/resolutions')).toEqual(['finance', 'admin']);
    expect(may('POST /adjustments')).toEqual(['support', 'finance', 'admin']);
    expect(may('POST /users')).toEqual(['admin']);
    expect(may('GET /audit')).toEqual(['admin', 'auditor']);
  });

  it('says no to what it does not name, and asks a stranger to sign in', () => {
    expect(mayUse(undefined, 'admin')).toBe('no');
    expect(mayUse('signed_in', null)).toBe('sign_in');
    expect(mayUse(['admin'], null)).toBe('sign_in');
    expect(mayUse('anyone', null)).toBe('yes');
  });
});

describe('cookies', () => {
  it('go over plain http on this machine only', () => {
    expect(isLoopback('http://127.0.0.1:4400')).toBe(true);
    expect(isLoopback('http://localhost:4400')).toBe(true);
    for (const url of [
      'https://127.0.0.1',
      'http://0.0.0.0:4400',
      'http://casino.example',
      'http://127.0.0.1.evil.example',
    ])
      expect(isLoopback(url)).toBe(false);
    expect(cookiesFor('http://127.0.0.1:1').set('t', 5)).toBe(
      'croupier_console=t; Max-Age=5; Path=/console; HttpOnly; SameSite=Strict',
    );
    expect(cookiesFor('https://casino.example').set('t', 5)).toBe(
      '__Secure-croupier_console=t; Max-Age=5; Path=/console; HttpOnly; SameSite=Strict; Secure',
    );
  });

  it('are read among others, and nothing odd is read as one', () => {
    const { read } = cookiesFor('http://127.0.0.1:1');
    const token = 'x'.repeat(43);
    expect(read(`a=b; croupier_console=${token}; c=d`)).toBe(token);
    for (const header of [undefined, '', 'croupier_console=', 'xcroupier_console=abc', 'croupier_console=<script>'])
      expect(read(header)).toBeNull();
  });
});

describe('what a browser says of where a request is from', () => {
  it.each([
    [{ origin: 'https://evil.example', host: 'casino.example' }, true],
    [{ origin: 'null', host: 'casino.example' }, true],
    [{ origin: 'https://casino.example.evil.example', host: 'casino.example' }, true],
    [{ 'sec-fetch-site': 'cross-site', host: 'casino.example' }, true],
    [{ 'sec-fetch-site': 'same-site', host: 'casino.example' }, true],
    [{ origin: 'https://casino.example', host: 'casino.example', 'sec-fetch-site': 'same-origin' }, false],
    [{ host: 'casino.example' }, false],
  ])('%o', (headers, elsewhere) => {
    expect(isFromElsewhere(headers)).toBe(elsewhere);
  });
});

describe('the guard', () => {
  let stage: ConsoleStage;
  const signed = new Map<Role, Signed>();
  const by = (role: Role): Signed => {
    const who = signed.get(role);
    if (who === undefined) throw new Error(role);
    return who;
  };
  beforeAll(async () => {
    stage = await consoleStage();
    for (const role of ROLES) signed.set(role, await stage.as(role));
  });
  afterAll(async () => stage[Symbol.asyncDispose]());

  const filled = (route: string) => {
    const [method = 'GET', path = ''] = route.split(' ');
    return {
      method: method as 'GET' | 'POST' | 'PATCH' | 'DELETE',
      path: path.replace(':id', '018f0000-0000-7000-8000-000000000000'),
    };
  };

  it('holds every route of the table against every role, and against nobody', async () => {
    const routes = Object.entries(ROUTES).filter(([route]) => route !== 'DELETE /session' && route !== 'GET /tail');
    for (const [route, access] of routes) {
      const { method, path } = filled(route);
      const body = method === 'GET' ? undefined : {};
      const stranger = await stage.call(null, method, path, body);
      if (access !== 'anyone') expect(`${route} ${stranger.status}`).toBe(`${route} 401`);
      for (const role of ROLES) {
        const answer = await stage.call(by(role), method, path, body);
        const isNo = answer.status === 403 && answer.body.code === 'forbidden';
        expect(`${route} ${role} ${isNo ? 'no' : 'yes'}`).toBe(`${route} ${role} ${mayUse(access, role)}`);
      }
    }
  });

  it('serves nothing under other paths, and never the operator’s API by a detour', async () => {
    for (const path of ['/nothing', '/v1/openapi.json', '/v1/players/..', '/v1/games/%2e%2e', '/v1/players/x/deposits'])
      expect((await stage.call(by('admin'), 'GET', path)).status).toBe(404);
    const detour = await stage.call(by('admin'), 'POST', '/v1/players/x/deposits', { amount: '1' });
    expect([404, 405]).toContain(detour.status);
  });

  it('turns away a write without the page’s token, with another one, or from another site', async () => {
    const write = ['POST', '/users', { name: 'mallory', role: 'admin', password: PASSWORD }] as const;
    const { cookie, csrf } = by('admin');
    const tries: readonly (readonly [Signed, Record<string, string>])[] = [
      [{ cookie, csrf: '' }, {}],
      [{ cookie, csrf: by('finance').csrf }, {}],
      [{ cookie, csrf }, { origin: 'https://evil.example' }],
      [{ cookie, csrf }, { 'sec-fetch-site': 'cross-site' }],
    ];
    for (const [who, headers] of tries) {
      const answer = await stage.call(who, ...write, headers);
      expect([answer.status, answer.body.code]).toEqual([403, 'csrf']);
    }
    const form = await stage.app.inject({
      method: 'POST',
      url: '/console/api/users',
      headers: { cookie, 'x-csrf-token': csrf, 'content-type': 'text/plain' },
      payload: JSON.stringify(write[2]),
    });
    expect(form.statusCode).toBe(415);
    expect((await stage.console.accounts.list()).map((each) => each.name)).not.toContain('mallory');
  });

  it('turns a sign-in from another site away, so that nobody is signed in as somebody else', async () => {
    const wish = { name: 'viewer-1', password: PASSWORD };
    expect((await stage.call(null, 'POST', '/session', wish, { origin: 'https://evil.example' })).status).toBe(403);
  });

  it('knows nobody any more after signing out, and after twelve hours', async () => {
    const who = await stage.as('viewer');
    const out = await stage.call(who, 'DELETE', '/session');
    expect(out.status).toBe(204);
    expect(String(out.headers['set-cookie'])).toContain('Max-Age=0');
    expect((await stage.call(who, 'GET', '/search?q=x')).status).toBe(401);
    const idle = await stage.as('viewer');
    stage.clock.advance(61 * 60_000);
    expect((await stage.call(idle, 'GET', '/search?q=x')).status).toBe(401);
    expect(cookieOf(out)).toBe('croupier_console=');
  });
});
