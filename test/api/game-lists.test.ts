import { brotliDecompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listedGame } from '../catalogue/aggregator.ts';
import { apiTable, KEYS } from './table.ts';

describe('the lobby’s list over HTTP', () => {
  let table: Awaited<ReturnType<typeof apiTable>>;

  beforeAll(async () => {
    const games = [
      listedGame('panda', { name: 'Golden Panda', tags: ['fresh'], features: ['wild'], blockedCountries: ['MT'] }),
      listedGame('owl', { name: 'Golden Owl', volatility: 'low', provider: { code: 'amber', name: 'Amber' } }),
      listedGame('crash', { name: 'Rocket', category: 'crash', currencies: ['EUR'] }),
      ...Array.from({ length: 30 }, (_unused, index) => listedGame(`filler-${index}`)),
    ];
    table = await apiTable({ games });
    await table.post('/v1/syncs', { aggregator: 'acme' });
  });
  afterAll(async () => table[Symbol.asyncDispose]());

  const names = async (query: string): Promise<readonly string[]> => {
    const { body } = await table.get(`/v1/games?${query}`);
    return body.items.map((game: { name: string }) => game.name);
  };
  const facets = async (query: string) => (await table.get(`/v1/games/facets?${query}`)).body;

  it('forgives an error, and says how many there are [CAT-10]', async () => {
    expect(await names('q=pnada')).toEqual(['Golden Panda']);
    expect(await names('q=GOLDEN')).toEqual(['Golden Owl', 'Golden Panda']);
    expect((await table.get('/v1/games?limit=2')).body).toMatchObject({ total: 33 });
    expect((await table.get('/v1/games?limit=2')).body.items).toHaveLength(2);
  });

  it('goes by tag, feature and volatility, and refuses one nobody has heard of', async () => {
    expect(await names('tag=fresh&q=golden')).toEqual(['Golden Panda']);
    expect(await names('feature=wild')).toEqual(['Golden Panda']);
    expect(await names('volatility=low')).toEqual(['Golden Owl']);
    expect((await table.get('/v1/games?volatility=extreme')).status).toBe(400);
  });

  it('leaves out what is blocked in a country or not played in a currency, in list and counts [CAT-17]', async () => {
    expect(await names('q=golden&country=mt')).toEqual(['Golden Owl']);
    expect(await names('q=rocket&currency=USD')).toEqual([]);
    expect((await facets('country=MT&currency=USD')).total).toBe(31);
    expect((await facets('q=golden&country=MT')).total).toBe(1);
  });

  it('counts each kind beside whatever else is chosen', async () => {
    const all = await facets('');
    expect(all).toMatchObject({ total: 33, aggregators: [{ code: 'acme', count: 33 }] });
    expect(all.providers).toContainEqual({ code: 'amber', name: 'Amber', count: 1 });
    const chosen = await facets('provider=amber&volatility=high');
    expect(chosen.total).toBe(0);
    expect(chosen.volatilities).toEqual([{ code: 'low', count: 1 }]);
    expect(chosen.providers).toEqual([{ code: 'studio', name: 'Studio', count: 32 }]);
    expect((await table.get('/v1/games/facets?volatility=x')).status).toBe(400);
    expect((await table.get('/v1/games/facets', {})).status).toBe(200);
  });

  it('is compressed, tagged, and short when nothing changed', async () => {
    const answer = await table.app.inject({
      method: 'GET',
      url: '/v1/games',
      headers: { authorization: `Bearer ${KEYS.platform}`, 'accept-encoding': 'br' },
    });
    expect(answer.headers).toMatchObject({ 'content-encoding': 'br', vary: 'accept-encoding' });
    expect(JSON.parse(brotliDecompressSync(answer.rawPayload).toString()).total).toBe(33);
    const etag = String(answer.headers['etag']);
    expect((await table.get('/v1/games', { 'if-none-match': etag })).status).toBe(304);
    expect((await table.get('/v1/games?q=owl', { 'if-none-match': etag })).status).toBe(200);
    const { id } = (await table.get('/v1/games?q=owl')).body.items[0];
    await table.patch(`/v1/games/${id}`, { order: 1 });
    expect((await table.get('/v1/games', { 'if-none-match': etag })).status).toBe(200);
  });

  it('goes on with a cursor whatever changed meanwhile', async () => {
    const first = (await table.get('/v1/games?limit=5&q=game')).body;
    const [gone] = first.items;
    const last = first.items.at(-1);
    await table.patch(`/v1/games/${last.id}`, { enabled: false });
    const second = (await table.get(`/v1/games?limit=200&q=game&cursor=${first.next_cursor}`)).body;
    const seen = [...first.items, ...second.items].map((game: { id: string }) => game.id);
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toHaveLength(30);
    expect(gone).toBeDefined();
    expect((await table.get('/v1/games?cursor=nonsense')).status).toBe(400);
  });
});
