/** A demo with people of every role and a sandbox that plays, for the console's journeys in a browser. */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { openBrowser } from '../support/browser.ts';
import { usedHome } from '../support/cluster.ts';
import { demoDirectory, startDemo } from '../support/demo.ts';
import type { RunningDemo } from '../support/demo.ts';

export const PASSWORD = 'eleven purple umbrellas';
export const PATIENCE = { timeout: 60_000 };

export interface Journeys {
  readonly demo: RunningDemo;
  readonly browser: Browser;
  readonly admin: { readonly name: string; readonly password: string };
  /** a page of somebody's own, signed in */
  readonly as: (name: string, options?: BrowserContextOptions) => Promise<Page>;
  /** what the page wrote to its console as an error, and what it refused to load */
  readonly complaints: () => readonly string[];
  /** spins a game in the sandbox, over and over */
  readonly play: (spins: number) => Promise<void>;
  readonly sandbox: (path: string, knobs: object) => Promise<void>;
  /** deposits and the like, by the operator's API */
  readonly platform: (method: 'POST' | 'PATCH', path: string, body: object) => Promise<void>;
  readonly close: () => Promise<void>;
}

export async function startJourneys(): Promise<Journeys> {
  const place = demoDirectory();
  await usedHome(place.dir);
  const demo = await startDemo(place.dir, undefined, ['--games', '120']);
  const browser = await openBrowser();
  const found = /sign in as "(\w+)" with the password (\S+)/.exec(demo.output());
  if (found === null) throw new Error(`the demo told no password:\n${demo.output()}`);
  const [, name = '', password = ''] = found;
  const complaints: string[] = [];

  const as: Journeys['as'] = async (who, options = {}) => {
    const context = await browser.newContext({ viewport: { width: 1_280, height: 900 }, locale: 'en-GB', ...options });
    const page = await context.newPage();
    page.on('console', (message) => {
      // A refused call is what some of the journeys are about.
      if (message.type() === 'error' && !message.text().includes('the server responded with a status of 4'))
        complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(`${demo.gatewayUrl}/console`);
    await signIn(page, who, who === name ? password : PASSWORD);
    await page.getByRole('heading', { name: 'Overview' }).waitFor(PATIENCE);
    return page;
  };
  const send = async (method: 'POST' | 'PATCH', url: string, body: object, more: Record<string, string> = {}) => {
    const request = new Request(url, {
      method,
      headers: { 'content-type': 'application/json', ...more },
      body: JSON.stringify(body),
    });
    return fetch(request);
  };
  const post = async (url: string, body: object) => send('POST', url, body);

  return {
    demo,
    browser,
    admin: { name, password },
    as,
    complaints: () => complaints,
    play: async (spins) => {
      const { games } = (await (await fetch(`${demo.gatewayUrl}/lobby/api/games`)).json()) as {
        games: { id: string }[];
      };
      const order = { player_id: 'demo', game_id: games[0]?.id, mode: 'real', currency: 'USD' };
      const launch = (await (await post(`${demo.gatewayUrl}/lobby/api/launches`, order)).json()) as { url: string };
      const opened = await fetch(launch.url, { redirect: 'manual' });
      for (let spin = 0; spin < spins; spin += 1)
        await post(`${demo.sandboxUrl}${opened.headers.get('location') ?? ''}/spin`, { stake: '1.00' });
    },
    sandbox: async (path, knobs) => {
      const answer = await post(`${demo.sandboxUrl}${path}`, knobs);
      if (!answer.ok) throw new Error(await answer.text());
    },
    platform: async (method, path, body) => {
      const headers = { authorization: `Bearer ${demo.secrets.api_key}` };
      const answer = await send(method, `${demo.gatewayUrl}${path}`, body, headers);
      if (!answer.ok) throw new Error(await answer.text());
    },
    close: async () => {
      await browser.close();
      await demo.interrupt();
      place.remove();
    },
  };
}

export async function signIn(page: Page, name: string, password: string): Promise<void> {
  await page.getByLabel('Name').fill(name);
  await page.getByRole('textbox', { name: 'Password' }).fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}
