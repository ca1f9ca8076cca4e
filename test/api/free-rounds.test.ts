/** The operator says whose free rounds are, over the API. */
import { describe, expect, it } from 'vitest';
import { apiTable } from './table.ts';

describe('free rounds that were issued at an aggregator', () => {
  it('are told once: again is the same, otherwise is a conflict [FR-07]', async () => {
    await using table = await apiTable();
    await table.post('/v1/players', { id: 'ann', currency: 'USD' });
    await table.post('/v1/players', { id: 'bob', currency: 'USD' });
    const grant = { aggregator: 'acme', issue_id: 'i-1', player_id: 'ann', currency: 'USD' };
    expect(await table.post('/v1/free-round-grants', grant)).toMatchObject({ status: 201, body: grant });
    expect(await table.post('/v1/free-round-grants', grant)).toMatchObject({ status: 200, body: grant });
    expect(await table.post('/v1/free-round-grants', { ...grant, player_id: 'bob' })).toMatchObject({
      status: 409,
      body: { code: 'conflict', field: 'player' },
    });
    const other = { ...grant, issue_id: 'i-2' };
    expect((await table.post('/v1/free-round-grants', { ...other, player_id: 'nobody' })).status).toBe(404);
    expect(await table.post('/v1/free-round-grants', { ...other, currency: 'EUR' })).toMatchObject({
      status: 422,
      body: { code: 'wrong_currency' },
    });
    expect((await table.post('/v1/free-round-grants', { aggregator: 'acme' })).status).toBe(400);
  });
});
