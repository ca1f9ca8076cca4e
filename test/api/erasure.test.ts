/** A person is forgotten, and the book is not. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { audit } from '../../src/ledger/index.ts';
import { newId } from '../../src/platform/index.ts';
import { openSessions } from '../../src/sessions/index.ts';
import { systemClock } from '../../src/platform/index.ts';
import { aggregatorName, gameCode, playerId } from '../../src/wallet/index.ts';
import { bet, win } from '../support/act.ts';
import { apiTable, KEYS } from './table.ts';

describe('erasing a player', () => {
  let table: Awaited<ReturnType<typeof apiTable>>;
  beforeAll(async () => {
    table = await apiTable();
  });
  afterAll(async () => table[Symbol.asyncDispose]());

  it('leaves nothing that is told of the person, and everything that was booked under the pseudonym [CMP-11]', async () => {
    const id = playerId(`pseudonym-${newId()}`);
    await table.post('/v1/players', { id, currency: 'USD', country: 'MT' });
    await table.post(`/v1/players/${id}/deposits`, { amount: '10.00', currency: 'USD', reference: newId() });
    const sessions = openSessions({ sql: table.sql, clock: systemClock });
    const session = await sessions.open({
      player: id,
      aggregator: aggregatorName('acme'),
      gameId: newId(),
      gameCode: gameCode('g-1'),
      mode: 'real',
      currency: 'USD',
      gameCurrency: null,
      quoteId: null,
      country: 'MT',
      lang: 'mt',
      platform: 'mobile',
      ip: '192.0.2.44',
      region: 'Gozo',
      jurisdiction: 'MGA',
    });
    await table.submit(id, bet(`${id}-b`, { round: 'r1', amount: '4.00' }));
    const booked = async () =>
      JSON.stringify([
        await table.sql`SELECT * FROM transaction WHERE player = ${id} ORDER BY id`,
        await table.sql`SELECT * FROM posting WHERE player = ${id} ORDER BY seq`,
      ]);
    const before = await booked();

    const erased = await table.post(`/v1/players/${id}/erasure`, {});
    expect(erased).toMatchObject({ status: 200, body: { id, country: null, status: 'closed', currency: 'USD' } });
    expect(await table.post(`/v1/players/${id}/erasure`, {})).toMatchObject({ status: 200 });
    expect(await booked()).toBe(before);
    const rows = await table.sql`SELECT * FROM session WHERE player = ${id}`;
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ ip: null, country: null, region: null, lang: null, platform: null });
    const everywhere = JSON.stringify([rows, await table.sql`SELECT * FROM player WHERE id = ${id}`]);
    for (const told of ['192.0.2.44', 'Gozo', 'MT', 'mobile']) expect(everywhere).not.toContain(told);
    // When they played, and by whose rules, is evidence and no person.
    expect(rows[0]).toMatchObject({ id: session.id, jurisdiction: 'MGA' });

    // What is owed is still paid, nothing more is staked, and the money can be taken out.
    expect(await table.submit(id, bet(`${id}-b2`, { round: 'r2', amount: '1.00' }))).toMatchObject({
      kind: 'rejected',
    });
    expect(await table.submit(id, win(`${id}-w`, { round: 'r1', amount: '6.00' }))).toMatchObject({ kind: 'applied' });
    const out = { amount: '12.00', currency: 'USD', reference: newId() };
    expect(await table.post(`/v1/players/${id}/withdrawals`, out)).toMatchObject({ body: { balance: '0.00' } });
    expect((await audit(table.sql)).sound).toBe(true);
  });

  it('needs a key that may write, and a player', async () => {
    expect(await table.post('/v1/players/nobody/erasure', {})).toMatchObject({ status: 404 });
    const authorization = `Bearer ${KEYS.reader}`;
    expect((await table.post('/v1/players/nobody/erasure', {}, { authorization })).status).toBe(403);
  });
});
