import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { manualClock } from '../../src/platform/index.ts';
import { API_KEY } from './operator.ts';
import { launchUrl, openDemo, openGame, stage, stateOf } from './stage.ts';
import type { Stage } from './stage.ts';

const NOON = Date.UTC(2026, 0, 15, 12);
const clock = manualClock(NOON);
let at: Stage;
beforeAll(async () => {
  at = await stage({ clock });
});
afterAll(async () => at.close());

const open = async (url: string) => fetch(url, { redirect: 'manual' });
const url = (changes: Readonly<Record<string, string | undefined>> = {}, nowMs = NOON) => launchUrl(at, changes, nowMs);
const seconds = (ms: number) => String(Math.floor(ms / 1000));

describe('a launch at the sandbox', () => {
  it('opens at once, and the session leaves the address [LCH-01] [LCH-21]', async () => {
    const response = await open(url());
    expect(response.status).toBe(303);
    expect(response.headers.get('referrer-policy')).toBe('no-referrer');
    const location = response.headers.get('location') ?? '';
    expect(location).toMatch(/^\/play\/[\w-]{20,}$/);
    expect(location).not.toContain('session-1');
    const page = await fetch(`${at.sandbox.url}${location}`);
    expect(page.status).toBe(200);
    expect(page.headers.get('content-security-policy')).toContain(`frame-ancestors 'self' ${at.operator.url}`);
    expect(page.headers.get('referrer-policy')).toBe('no-referrer');
    expect(page.headers.get('cache-control')).toBe('no-store');
  });

  it('is good until its expiry and says so afterwards [LCH-02]', async () => {
    expect((await open(url({ exp: seconds(NOON + 1_000) }))).status).toBe(303);
    const late = await open(url({ exp: seconds(NOON - 1_000), iat: seconds(NOON - 601_000) }));
    expect(late.status).toBe(403);
    const text = await late.text();
    expect(text).toContain('The launch expired 1 s ago.');
    expect(text).toContain('Go back to the lobby and start the game again.');
  });

  it('forgives an operator clock that is 30 s fast and no more [LCH-03]', async () => {
    expect((await open(url({ iat: seconds(NOON + 29_000) }))).status).toBe(303);
    const fast = await open(url({ iat: seconds(NOON + 31_000) }));
    expect(fast.status).toBe(403);
    expect(await fast.text()).toContain('clock is fast');
  });

  it('opens once: a reused nonce is refused [LCH-13]', async () => {
    const twice = url();
    expect((await open(twice)).status).toBe(303);
    const second = await open(twice);
    expect(second.status).toBe(403);
    expect(await second.text()).toContain('nonce_reused');
  });

  it('shows the game it opened when a launch is opened again, where that is set, to nobody a second one [LCH-13]', async () => {
    const knobs = async (body: object) =>
      fetch(`${at.sandbox.url}/admin/clock`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    const before = url();
    await open(before);
    await knobs({ launchReplay: 'same_game' });
    const shared = url({ session: 'session-shared' });
    at.operator.webhooks.splice(0);
    const places = [await open(shared), await open(shared), await open(shared)].map((each) =>
      each.headers.get('location'),
    );
    expect(places[0]).toMatch(/^\/play\//);
    expect(new Set(places).size).toBe(1);
    await knobs({});
    const refused = await open(shared);
    expect(refused.status).toBe(403);
    expect(await refused.text()).toContain('nonce_reused');
    // It was opened three times and is one session to the operator.
    await expect.poll(() => at.operator.webhooks.length).toBeGreaterThan(0);
    expect(at.operator.webhooks.filter((each) => each.body['session_id'] === 'session-shared')).toHaveLength(1);
  });

  it('refuses anything changed, added or repeated [LCH-10] [LCH-11] [LCH-14]', async () => {
    for (const spoil of [
      (text: string) => text.replace('player=anna', 'player=bert'),
      (text: string) => text.replace('currency=USD', 'currency=BTC'),
      (text: string) => text.replace('mode=real', 'mode=demo'),
      (text: string) => `${text}&balance=1000`,
      (text: string) => `${text}&player=bert`,
      (text: string) => text.replace(/sig=[0-9a-f]{4}/, 'sig=0000'),
      (text: string) => text.replace(/&sig=.*/, ''),
    ]) {
      const response = await open(spoil(url()));
      expect(response.status).toBe(403);
      expect(await response.text()).toContain('The game did not start');
    }
  });

  it('takes parameters in any order and escapes in any case [LCH-06] [LCH-09]', async () => {
    const [base = '', query = ''] = url({ player: 'Zoë +1' }).split('?');
    expect((await open(`${base}?${query.split('&').toReversed().join('&')}`)).status).toBe(303);
    const other = url({ player: 'Zoë +1' });
    expect((await open(other.replaceAll(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase()))).status).toBe(303);
  });

  it('refuses a game it does not have', async () => {
    const response = await open(url({ game: 'nowhere' }));
    expect(response.status).toBe(404);
    expect(await response.text()).toContain('no such game');
  });

  it('opens a demo without a player, and with pretend money only [LCH-15]', async () => {
    const before = at.operator.callbacks.length;
    const base = await openGame(at, { mode: 'demo', player: undefined }, NOON);
    expect(await stateOf(base)).toMatchObject({ mode: 'demo', balance: '1000.00', problem: null, phase: 'ready' });
    expect(at.operator.callbacks).toHaveLength(before);
  });

  it('lets the page of the return address frame the game too', async () => {
    const base = await openGame(at, { return_url: 'https://lobby.test/games?x=1' }, NOON);
    expect((await fetch(base)).headers.get('content-security-policy')).toContain('https://lobby.test');
  });

  it('answers 410 for a table that is not there', async () => {
    const base = `${at.sandbox.url}/play/${'x'.repeat(32)}`;
    expect((await fetch(base)).status).toBe(410);
    expect((await fetch(`${base}/state`)).status).toBe(410);
    expect(
      (
        await fetch(`${base}/spin`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: '{"stake":"1.00"}',
        })
      ).status,
    ).toBe(410);
  });

  it('tells the operator that a session began, real or demo [SES-01]', async () => {
    at.operator.webhooks.splice(0);
    await openGame(at, { session: 'session-real' }, NOON);
    await openGame(at, { mode: 'demo', player: undefined, session: 'session-demo' }, NOON);
    await expect.poll(() => at.operator.webhooks.length).toBe(2);
    const bodies = at.operator.webhooks
      .map((each) => each.body)
      .toSorted((a, b) => String(a['mode']).localeCompare(String(b['mode'])));
    expect(bodies).toMatchObject([
      { type: 'session.started', mode: 'demo', session_id: 'session-demo' },
      { type: 'session.started', mode: 'real', session_id: 'session-real', player_id: 'anna' },
    ]);
    expect(bodies[0]).not.toHaveProperty('player_id');
  });
});

describe('the catalogue API of the sandbox', () => {
  it('wants its key, pages, and answers an unchanged list shortly', async () => {
    expect((await fetch(`${at.sandbox.url}/games`)).status).toBe(401);
    const key = { 'x-api-key': API_KEY };
    const last = await fetch(`${at.sandbox.url}/games?page=7&per_page=500`, { headers: key });
    const body = (await last.json()) as {
      games: readonly Record<string, unknown>[];
      page: number;
      pages: number;
      total: number;
    };
    expect([body.page, body.pages, body.total, body.games.length]).toEqual([7, 7, 3_210, 210]);
    const etag = last.headers.get('etag') ?? '';
    expect((await fetch(`${at.sandbox.url}/games`, { headers: { ...key, 'if-none-match': etag } })).status).toBe(304);
    const thumb = await fetch(String(body.games[0]?.['thumbnail']));
    expect(thumb.headers.get('content-type')).toContain('image/svg+xml');
    expect((await fetch(`${at.sandbox.url}/thumbs/nothing.svg`)).status).toBe(404);
  });
});

describe('a demo game', () => {
  it('opens through the real clock too', async () => {
    const now = await stage();
    expect((await stateOf(await openDemo(now)))['mode']).toBe('demo');
    await now.close();
  });
});
