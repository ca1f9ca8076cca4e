import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listedGame, listOf } from '../catalogue/aggregator.ts';
import { apiTable, KEYS } from './table.ts';

type Table = Awaited<ReturnType<typeof apiTable>>;

describe("the catalogue's upkeep by API", () => {
  let table: Table;
  beforeAll(async () => {
    table = await apiTable({
      games: [
        listedGame('dice-alpha', { name: 'Dice 96%', rtp: '96.00' }),
        listedGame('dice-beta', { name: 'Dice 94%', rtp: '94.00' }),
        ...listOf(10),
      ],
    });
    expect((await table.post('/v1/syncs', { aggregator: 'acme' })).body).toMatchObject({ outcome: 'applied' });
  });
  afterAll(async () => table[Symbol.asyncDispose]());

  const idOf = async (code: string): Promise<string> =>
    (await table.get('/v1/games?state=all&limit=200')).body.items.find((game: { code: string }) => game.code === code)
      .id;

  it('shows a game with its offers, and changes what is the operator’s own', async () => {
    const id = await idOf('g-0');
    const patched = await table.patch(`/v1/games/${id}`, { name: 'Ours', tags: ['hot'], category: 'top', order: 2 });
    expect(patched.body).toMatchObject({
      id,
      name: 'Ours',
      category: 'top',
      order: 2,
      tags: ['new', 'hot'],
      own: { name: 'Ours', category: 'top', tags: ['hot'] },
      aliases: [],
    });
    expect((await table.get(`/v1/games/${id}`)).body).toEqual(patched.body);
    expect(patched.body.offers).toMatchObject([
      { aggregator: 'acme', code: 'g-0', available: true, rank: null, missing_at: null, removed_at: null },
    ]);
    expect((await table.get('/v1/games?q=ours')).body.items).toMatchObject([{ id, name: 'Ours' }]);
    const offer = patched.body.offers[0].id;
    expect((await table.patch(`/v1/offers/${offer}`, { enabled: false, variant: 'A' })).body).toMatchObject({
      available: false,
      enabled: true,
      offers: [{ id: offer, enabled: false, variant: 'A' }],
    });
    await table.patch(`/v1/offers/${offer}`, { enabled: true });
    expect((await table.patch('/v1/offers/nothing', { enabled: true })).body).toMatchObject({ code: 'not_found' });
    expect((await table.patch(`/v1/games/${id}`, { offers: ['nothing'] })).body).toMatchObject({
      status: 409,
      code: 'conflict',
    });
    for (const body of [{ tags: 'hot' }, { name: '' }, { name: 'a\u0000' }, { offers: [7] }]) {
      expect((await table.patch(`/v1/games/${id}`, body)).status).toBe(400);
    }
  });

  it('accepts a proposal, prefers a variant, and takes it apart again [CAT-16]', async () => {
    const open = await table.get('/v1/games/proposals');
    expect(open.body.items).toMatchObject([{ reason: 'rtp_variant', state: 'open' }]);
    const [proposal] = open.body.items;
    const path = `/v1/games/proposals/${proposal.id}/decisions`;
    const key = { 'idempotency-key': 'decide-once' };
    const decided = await table.post(path, { decision: 'accept' }, key);
    expect(decided.body).toEqual({ id: proposal.id, decision: 'accept' });
    expect((await table.post(path, { decision: 'accept' }, key)).headers['idempotency-replayed']).toBe('true');
    expect((await table.post(path, { decision: 'accept' })).body).toMatchObject({ status: 409, code: 'conflict' });
    const { body: game } = await table.get(`/v1/games/${proposal.other.id}`);
    expect(game.id).toBe(proposal.game.id);
    expect(game.offers).toHaveLength(2);
    const [, second] = game.offers;
    expect((await table.patch(`/v1/games/${game.id}`, { offers: [second.id] })).body).toMatchObject({
      code: second.code,
      offers: [{ id: second.id, rank: 0 }, { rank: null }],
    });
    const split = await table.post(`/v1/games/${game.id}/splits`, { offer_ids: [second.id] });
    expect(split.body).toMatchObject({ from: { id: game.id }, to: { offers: [{ id: second.id }] } });
    const merged = await table.post(`/v1/games/${game.id}/merges`, { game_ids: [split.body.to.id] });
    expect(merged.body.offers).toHaveLength(2);
    expect((await table.post(`/v1/games/${game.id}/merges`, { game_ids: ['nothing'] })).status).toBe(404);
    expect((await table.post(`/v1/games/${game.id}/merges`, { game_ids: [] })).status).toBe(400);
    expect((await table.get('/v1/games/proposals?state=rejected')).body.items).toMatchObject([{ id: proposal.id }]);
    expect((await table.get('/v1/games/proposals?cursor=x')).status).toBe(400);
  });

  it('notes a further code and takes it back [CAT-01]', async () => {
    const id = await idOf('g-1');
    const noted = await table.post(`/v1/games/${id}/aliases`, { code: 'old-1' });
    expect(noted.body.aliases).toMatchObject([{ aggregator: 'acme', provider_code: 'studio', code: 'old-1' }]);
    const back = { code: 'old-1', remove: true };
    expect((await table.post(`/v1/games/${id}/aliases`, back)).body).toMatchObject({ id, aliases: [] });
    expect((await table.post(`/v1/games/${id}/aliases`, back)).body).toMatchObject({ status: 409, code: 'conflict' });
    expect((await table.post(`/v1/games/${id}/aliases`, { code: 'x', aggregator: 'nobody' })).status).toBe(409);
  });

  it('tells every change with the key that made it', async () => {
    const id = await idOf('g-2');
    await table.patch(`/v1/games/${id}`, { enabled: false });
    await table.patch(`/v1/games/${id}`, { enabled: true });
    const { body } = await table.get(`/v1/games/changes?game=${id}&limit=2`);
    expect(body.items).toMatchObject([
      { what: 'game.changed', field: 'enabled', was: false, became: true, by: { source: 'api', id: 'platform' } },
      { what: 'game.changed', field: 'enabled', was: true, became: false },
    ]);
    const rest = await table.get(`/v1/games/changes?game=${id}&limit=2&cursor=${body.next_cursor}`);
    expect(rest.body).toMatchObject({ items: [{ what: 'offer.added', by: { source: 'sync' } }], next_cursor: null });
    expect((await table.get('/v1/games/changes?since=2999-01-01T00:00:00Z')).body.items).toEqual([]);
    for (const query of ['since=yesterday', 'cursor=x', 'limit=0']) {
      expect((await table.get(`/v1/games/changes?${query}`)).status).toBe(400);
    }
  });

  it('names, merges and splits studios [CAT-02]', async () => {
    expect((await table.get('/v1/providers')).body.items).toMatchObject([
      { code: 'studio', name: 'Studio', listings: [{ aggregator: 'acme', code: 'studio' }] },
    ]);
    expect((await table.patch('/v1/providers/studio', { name: 'Our Studio' })).body).toMatchObject({
      name: 'Our Studio',
      own_name: 'Our Studio',
    });
    expect((await table.get('/v1/games?provider=studio&limit=1')).body.items[0].provider).toEqual({
      code: 'studio',
      name: 'Our Studio',
    });
    expect((await table.patch('/v1/providers/studio', { name: null })).body).toMatchObject({ name: 'Studio' });
    expect((await table.get('/v1/providers/nobody')).body).toMatchObject({ status: 404, code: 'unknown_provider' });
    expect((await table.post('/v1/providers/studio/merges', { providers: ['nobody'] })).status).toBe(404);
    expect((await table.post('/v1/providers/studio/splits', { aggregator: 'acme', code: 'studio' })).status).toBe(409);
  });

  it('shows a quarantined list and does with it what a person says [CAT-08]', async () => {
    const before = table.aggregator.state.games;
    table.aggregator.state.games = before.slice(0, 5);
    const { body: report } = await table.post('/v1/syncs', { aggregator: 'acme' });
    expect(report).toMatchObject({ outcome: 'quarantined' });
    const { body: detail } = await table.get(`/v1/syncs/${report.id}?limit=2`);
    expect(detail).toMatchObject({
      asked_by: 'api:platform',
      decision: 'waiting',
      differences: { added: 0, removed: 7, changed: 0 },
    });
    expect(detail.differences.first).toHaveLength(2);
    const reader = { authorization: `Bearer ${KEYS.reader}` };
    const path = `/v1/syncs/${report.id}/decisions`;
    expect((await table.post(path, { decision: 'accept' }, reader)).status).toBe(403);
    expect((await table.post(path, { decision: 'maybe' })).status).toBe(400);
    expect((await table.post(path, { decision: 'reject' })).body).toMatchObject({
      decision: 'rejected',
      decided_by: 'platform',
    });
    expect((await table.post(path, { decision: 'accept' })).body).toMatchObject({ status: 409, code: 'conflict' });
    expect((await table.get(`/v1/syncs/${report.id}`)).body).toMatchObject({ differences: null });
    expect((await table.get('/v1/syncs/nothing')).body).toMatchObject({ status: 404, code: 'not_found' });
    table.aggregator.state.games = before;
  });

  it('is not hammered: the eleventh sync within a minute is told to wait [CAT-12]', async () => {
    const outcomes: string[] = [];
    for (let tries = 0; tries < 12; tries += 1) {
      outcomes.push((await table.post('/v1/syncs', { aggregator: 'acme', force: true })).body.outcome);
    }
    expect(outcomes.at(-1)).toBe('busy');
    expect(table.aggregator.state.requests).toBeLessThanOrEqual(10);
  });
});
