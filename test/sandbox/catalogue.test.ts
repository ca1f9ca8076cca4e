/** What can be made wrong with the sandbox's list on purpose, over HTTP, as the dialect of the house reads it. */
import { afterEach, describe, expect, it } from 'vitest';
import { GOOD_CATALOGUE, listOf } from '../../src/sandbox/catalogue.ts';
import { sandboxGames } from '../../src/sandbox/games.ts';
import { API_KEY } from './operator.ts';
import { launchUrl, stage } from './stage.ts';
import type { Stage } from './stage.ts';

interface Entry {
  readonly code: string;
  readonly name: string;
  readonly provider: { readonly code: string; readonly name: string };
  readonly blocked_countries: readonly string[];
}
interface Page {
  readonly games: readonly Entry[];
  readonly pages: number;
  readonly total: number;
}

const { games } = sandboxGames(20_260_101, 'http://sandbox.test');
const codesOf = (knobs: object) => listOf(games, { ...GOOD_CATALOGUE, ...knobs }).map((game) => game.code);

let at: Stage;
afterEach(async () => at?.close());

const set = async (knobs: object) => {
  const response = await fetch(`${at.sandbox.url}/admin/catalogue`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(knobs),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};
const ask = async (page: number, headers: Readonly<Record<string, string>> = {}) =>
  fetch(`${at.sandbox.url}/games?page=${page}&per_page=500`, { headers: { 'x-api-key': API_KEY, ...headers } });
const read = async (page: number) => (await (await ask(page)).json()) as Page;
const readAll = async (): Promise<Entry[]> => {
  const first = await read(1);
  const rest = await Promise.all(Array.from({ length: first.pages - 1 }, async (_unused, index) => read(index + 2)));
  return [first, ...rest].flatMap((page) => page.games);
};

describe('the sandbox’s list, wrong on purpose', () => {
  it('fails a page as often as it was told, and then no more [CAT-07]', async () => {
    at = await stage();
    await set({ fail: { page: 3, status: 502, times: 2 } });
    expect((await ask(1)).status).toBe(200);
    expect([(await ask(3)).status, (await ask(3)).status, (await ask(3)).status]).toEqual([502, 502, 200]);
    expect(await (await fetch(`${at.sandbox.url}/admin/catalogue`)).json()).toMatchObject({ pagesFailed: 2 });
    await set({ fail: {} });
    expect([(await ask(1)).status, (await ask(7)).status]).toEqual([500, 500]);
    await set({});
    expect((await ask(3)).status).toBe(200);
  });

  it('grows to 12,000 games and more, each with a code and a name of its own [CAT-10]', async () => {
    at = await stage();
    expect((await set({ games: 12_000 })).body).toMatchObject({ games: 12_000, listed: 12_000 });
    const all = await readAll();
    expect(new Set(all.map((game) => game.code)).size).toBe(12_000);
    expect(new Set(all.map((game) => game.name)).size).toBe(12_000);
    expect((await set({})).body).toMatchObject({ games: 3_210 });
    expect(new Set(sandboxGames(1, '', 50_000).games.map((game) => game.name)).size).toBe(50_000);
  });

  it('shrinks, empties and loses single games [CAT-04] [CAT-08] [CAT-09]', async () => {
    at = await stage();
    expect((await set({ shrinkPercent: 30 })).body).toMatchObject({ listed: 2_247 });
    expect((await read(1)).total).toBe(2_247);
    await set({ empty: true });
    expect(await read(1)).toMatchObject({ games: [], total: 0 });
    await set({ remove: [at.game] });
    expect((await readAll()).some((game) => game.code === at.game)).toBe(false);
    expect((await fetch(launchUrl(at), { redirect: 'manual' })).status).toBe(404);
    await set({});
    expect((await fetch(launchUrl(at), { redirect: 'manual' })).status).toBe(303);
  });

  it('renames codes, games and studios, and opens a game under its new code [CAT-01] [CAT-02]', async () => {
    at = await stage();
    const [before] = (await read(1)).games;
    await set({ renameCodes: 1, renameGames: 2, renameProviders: 1 });
    const [first, second, third] = (await read(1)).games;
    expect(first).toMatchObject({ code: `${before?.code}-2`, name: `${before?.name} Deluxe` });
    expect(first?.provider).toEqual({ ...before?.provider, name: `${before?.provider.name} Gaming` });
    expect([second?.name.endsWith(' Deluxe'), third?.name.endsWith(' Deluxe')]).toEqual([true, false]);
    const opened = await fetch(launchUrl({ ...at, game: first?.code ?? '' }), { redirect: 'manual' });
    expect(opened.status).toBe(303);
  });

  it('lists games twice, under codes that are almost the same, and by two studios [CAT-05] [CAT-11] [CAT-14] [CAT-16]', () => {
    const [one = ''] = codesOf({});
    expect(codesOf({ duplicates: 1 }).filter((code) => code === one)).toHaveLength(2);
    expect(codesOf({ caseTwins: 1 })).toContain(one.toUpperCase());
    expect(codesOf({ variants: 1 })).toContain(`${one}-alpha`);
    const twice = listOf(games, { ...GOOD_CATALOGUE, sameCodes: 1 }).filter((game) => game.code === one);
    expect(twice.map((game) => game.provider.code)).toEqual([games[0]?.provider.code, 'copycat']);
  });

  it('spoils as many entries as it was told [CAT-15]', () => {
    const list = listOf(games, { ...GOOD_CATALOGUE, malformed: 7 });
    expect(list.filter((game) => game.code === '' || game.name === '')).toHaveLength(7);
    expect(list).toHaveLength(games.length);
    expect(codesOf({ malformed: 50_000 }).filter((code) => code === '')).toHaveLength(games.length / 2);
  });

  it('moves its total between pages, has no tag when told, and waits', async () => {
    at = await stage();
    await set({ movingTotal: true, delayMs: 60 });
    const startedAt = performance.now();
    const totals = [(await read(1)).total, (await read(2)).total];
    expect(totals).toEqual([3_210, 3_209]);
    expect(performance.now() - startedAt).toBeGreaterThan(100);
    await set({});
    const tag = (await ask(1)).headers.get('etag') ?? '';
    expect((await ask(1, { 'if-none-match': tag })).status).toBe(304);
    await set({ etag: false });
    const untagged = await ask(1, { 'if-none-match': tag });
    expect([untagged.status, untagged.headers.get('etag')]).toEqual([200, null]);
  });

  it('blocks a country for every game [CAT-17]', async () => {
    at = await stage();
    await set({ blockCountry: 'MT' });
    expect((await readAll()).every((game) => game.blocked_countries.includes('MT'))).toBe(true);
  });

  it('says what is wrong with a knob', async () => {
    at = await stage();
    expect(await set({ shrinkPercent: 101 })).toMatchObject({
      status: 400,
      body: { error: expect.stringContaining('shrinkPercent') },
    });
    expect((await set({ shrink: 1 })).status).toBe(400);
  });
});
