/** The console's section: a provider that could let nobody in, or anybody, stops the start, and its secret is never told. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../src/config.ts';
import type { ConfigFile } from '../src/config.ts';

const SECRET = 'the-secret-of-the-client';
const OIDC = {
  issuer: 'https://id.casino.example/realms/staff/',
  client_id: 'croupier',
  client_secret: SECRET,
  roles_claim: 'realm_access.roles',
  roles: { 'casino-admins': 'admin', 'casino-desk': 'support' },
} as const;

const read = (console: unknown, more: Partial<ConfigFile> = {}) =>
  loadConfig({}, {}, { currencies: { USD: { scale: 2 } }, console: console as ConfigFile['console'], ...more }).console;

describe('the console’s section', () => {
  it('serves the console with passwords and no provider unless told otherwise', () => {
    expect(read(undefined)).toEqual({ enabled: true, localSignIn: true, oidc: null });
  });

  it('takes a provider with what nobody has to say filled in', () => {
    expect(read({ local_sign_in: false, oidc: OIDC })).toEqual({
      enabled: true,
      localSignIn: false,
      oidc: {
        issuer: OIDC.issuer,
        clientId: 'croupier',
        clientSecret: SECRET,
        label: 'Company account',
        scopes: ['openid', 'profile'],
        rolesClaim: ['realm_access', 'roles'],
        roles: new Map([
          ['casino-admins', 'admin'],
          ['casino-desk', 'support'],
        ]),
        nameClaim: 'preferred_username',
        clockToleranceSeconds: 30,
      },
    });
    const named = { ...OIDC, roles_claim: 'https://casino.example/roles', scopes: ['groups'] };
    expect(read({ oidc: named }).oidc).toMatchObject({
      rolesClaim: ['https://casino.example/roles'],
      scopes: ['openid', 'groups'],
    });
  });

  it.each([
    [{ local_sign_in: false }, /console\.oidc names no provider, so nobody could sign in/],
    [{ oidc: { ...OIDC, roles: {} } }, /console\.oidc\.roles: names no value/],
    [{ oidc: { ...OIDC, roles: { all: 'king' } } }, /console\.oidc\.roles\.all/],
    [{ oidc: { ...OIDC, roles_claim: undefined } }, /console\.oidc\.roles_claim/],
    [{ oidc: { ...OIDC, client_secret: '' } }, /console\.oidc\.client_secret/],
    [{ oidc: { ...OIDC, issuer: 'http://id.casino.example' } }, /plain http/],
    [{ oidc: { ...OIDC, issuer: 'id.casino.example' } }, /console\.oidc\.issuer: is no address/],
    [{ oidc: { ...OIDC, issuer: 'https://id.casino.example/?a=b' } }, /takes no query/],
    [{ oidc: { ...OIDC, default_role: 'viewer' } }, /default_role/],
  ])('stops the start for %j', (console, message) => {
    try {
      read(console);
    } catch (error) {
      expect(String(error)).toMatch(message);
      expect(String(error)).not.toContain(SECRET);
      return;
    }
    throw new Error('it started');
  });

  it('lets a provider on this very machine go without TLS, for a trial', () => {
    expect(read({ oidc: { ...OIDC, issuer: 'http://localhost:8080' } }).oidc?.issuer).toBe('http://localhost:8080');
  });

  it('shares its secret with nothing else', () => {
    const keys = { api_keys: [{ name: 'platform', key: SECRET, scopes: ['platform'] }] };
    expect(() => read({ oidc: OIDC }, keys)).toThrow(
      /console\.oidc\.client_secret is the same secret as api_keys\[0\]/,
    );
  });
});

describe('the client’s secret in a file', () => {
  let dir: string;
  beforeAll(() => {
    dir = mkdtempSync(path.join(tmpdir(), 'croupier-console-'));
    writeFileSync(path.join(dir, 'client'), `${SECRET}\n`);
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  it.each([['client_secret: file:client'], ['client_secret_file: client']])('is read from there: %s', (line) => {
    const lines = [
      'currencies: { USD: { scale: 2 } }',
      'console:',
      '  oidc:',
      '    issuer: https://id.casino.example',
      '    client_id: croupier',
      `    ${line}`,
      '    roles_claim: groups',
      '    roles: { desk: support }',
    ];
    const config = path.join(dir, 'croupier.yaml');
    writeFileSync(config, lines.join('\n'));
    expect(loadConfig({ config }, {}).console.oidc?.clientSecret).toBe(SECRET);
  });
});
