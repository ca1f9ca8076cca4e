/** Signing in to the console by an identity provider of another site, in a browser, at a gateway that takes no passwords. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { startGateway } from '../faults/gateway.ts';
import type { Gateway } from '../faults/gateway.ts';
import { openBrowser } from '../support/browser.ts';
import { testDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { freePort } from '../support/demo.ts';
import { startIdentityProvider } from '../support/identity-provider.ts';
import type { IdentityProvider } from '../support/identity-provider.ts';
import { PATIENCE } from './console-stage.ts';

const ARTIFACTS = path.resolve(import.meta.dirname, '../../artifacts');

describe('the console behind an identity provider', { timeout: 180_000 }, () => {
  const dir = mkdtempSync(path.join(tmpdir(), 'croupier-provider-'));
  let provider: IdentityProvider;
  let database: TestDatabase;
  let gateway: Gateway;
  let browser: Browser;
  let base = '';

  beforeAll(async () => {
    mkdirSync(ARTIFACTS, { recursive: true });
    provider = await startIdentityProvider();
    database = await testDatabase();
    const port = await freePort();
    base = `http://127.0.0.1:${port}`;
    const configFile = path.join(dir, 'croupier.yaml');
    writeFileSync(path.join(dir, 'client'), `${provider.client.secret}\n`);
    const oidc = {
      issuer: provider.issuer,
      client_id: provider.client.id,
      client_secret_file: 'client',
      label: 'Casino account',
      roles_claim: 'groups',
      roles: { 'casino-desk': 'support' },
    };
    const server = { public_url: base };
    const file = { currencies: { USD: { scale: 2 } }, server, console: { local_sign_in: false, oidc } };
    writeFileSync(configFile, stringify(file));
    gateway = await startGateway({ configFile, databaseUrl: database.url, words: ['--port', String(port)] });
    browser = await openBrowser();
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await gateway?.kill();
    await database?.close();
    await provider?.[Symbol.asyncDispose]();
    rmSync(dir, { recursive: true, force: true });
  }, 30_000);

  it('somebody signs in there, is back at the page they wanted, and signs out of both', async () => {
    provider.people.set('dora', { preferred_username: 'dora', groups: ['casino-desk'] });
    provider.people.set('nora', { preferred_username: 'nora', groups: ['casino-kitchen'] });
    const page = await (await browser.newContext()).newPage();
    await page.goto(`${base}/console/reconciliation?state=waiting`);
    await page.getByRole('button', { name: 'Sign in with Casino account' }).waitFor(PATIENCE);
    expect(await page.getByLabel('Password').count()).toBe(0);
    await page.screenshot({ path: path.join(ARTIFACTS, 'console-provider.jpg'), type: 'jpeg', quality: 80 });
    await page.getByRole('button', { name: 'Sign in with Casino account' }).click();
    // Without a role there is no way in, and the page says whom to ask.
    await page.getByRole('button', { name: 'nora' }).click(PATIENCE);
    await page.getByText('gives you no role here').waitFor(PATIENCE);
    expect(new URL(page.url()).pathname).toBe('/console/reconciliation');
    await page.getByRole('button', { name: 'Sign in with Casino account' }).click();
    await page.getByRole('button', { name: 'dora' }).click(PATIENCE);
    await page.getByRole('heading', { name: 'Reconciliation', level: 1 }).waitFor(PATIENCE);
    expect(page.url()).toBe(`${base}/console/reconciliation?state=waiting`);
    await page.getByRole('link', { name: /dora/ }).click();
    await page.getByText('Password and second factor are changed').waitFor(PATIENCE);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Signed out' }).waitFor(PATIENCE);
    await page.getByRole('link', { name: 'Back' }).click();
    await page.getByRole('button', { name: 'Sign in with Casino account' }).waitFor(PATIENCE);
    expect(await page.evaluate(async () => (await fetch('/console/api/v1/rounds')).status)).toBe(401);
    expect(gateway.output()).not.toContain(provider.client.secret);
  });

  it('whoever is led to somebody else’s return stays who they are: nobody', async () => {
    const page = await (await browser.newContext()).newPage();
    await page.goto(`${base}/console/api/provider/return?code=of-somebody-else&state=of-somebody-else`);
    await page.getByText('was begun in another window').waitFor(PATIENCE);
    await page.getByRole('button', { name: 'Sign in with Casino account' }).waitFor();
  });
});
