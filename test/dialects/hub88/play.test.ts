/** Hub88 from end to end: the real gateway on a real PostgreSQL, and a sandbox that speaks as Hub88 does. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../../src/platform/index.ts';
import { gameCode, playerId, sessionId } from '../../../src/wallet/index.ts';
import type { Call, Operation } from '../../../src/wallet/index.ts';
import { bet, undo, win } from '../../support/act.ts';
import { familyHouse, moneyCall, seat, send, spin } from '../rs-family/house.ts';
import type { House } from '../rs-family/house.ts';

describe('Hub88, played from end to end', () => {
  let house: House;
  let session: string;
  let table: string;
  beforeAll(async () => {
    house = await familyHouse('hub88', '/operator/generic/v2');
    await seat(house, 'pl_20417', '100.00');
    ({ session, table } = await house.open('pl_20417', { country: 'EE', ip: '203.0.113.7', platform: 'mobile' }));
  });
  afterAll(async () => house?.close());

  let code = '';
  beforeAll(async () => {
    code = (await house.api('GET', `/v1/sessions/${session}`)).game_code;
  });
  const call = (operation: Operation, more: object = {}): Call =>
    moneyCall({ player: { kind: 'id', player: playerId('pl_20417') }, session, game: code, ...more }, operation);

  it('lists its games, in our vocabulary', async () => {
    const [run] = (await house.api('GET', '/v1/syncs?aggregator=acme')).items;
    expect(run).toMatchObject({ outcome: 'applied', listed: 3_210, malformed: 0 });
    expect(await house.api('POST', '/v1/syncs', { aggregator: 'acme', force: true })).toMatchObject({
      outcome: 'busy',
      again_at: expect.stringMatching(/^\d{4}-/),
    });
  });

  it('launches by a signed call, and a slot spins with real money', async () => {
    expect(table).toMatch(/\/play\//);
    const state = await (await fetch(`${table}/state`)).json();
    expect(state).toMatchObject({ balance: '100' });
    const spun = await spin(table);
    expect(spun).toMatchObject({ kind: 'spun', payout: 'paid' });
    const expected = (100 - 1 + Number(spun.win)).toFixed(2);
    expect(await house.balance('pl_20417')).toBe(expected);
  });

  it('plays bet, win, duplicate, rollback, and the book is right [BET-01] [WIN-01] [BET-26] [RB-01] [RB-03]', async () => {
    const before = Number(await house.balance('pl_20417'));
    const balanceAfter = (moved: number) => Math.round((before + moved) * 100) * 1_000;
    const [stake, prize, undone, round] = [newId(), newId(), newId(), newId()];
    const placed = call(bet(stake, { amount: '2.50', round }));
    expect(await send(house, placed)).toMatchObject({
      status: 200,
      body: { user: 'pl_20417', status: 'RS_OK', currency: 'EUR', balance: balanceAfter(-2.5) },
    });
    expect((await send(house, placed)).body).toMatchObject({ status: 'RS_OK', balance: balanceAfter(-2.5) });
    expect((await send(house, call(bet(stake, { amount: '3.50', round })))).body).toMatchObject({
      status: 'RS_ERROR_DUPLICATE_TRANSACTION',
    });
    expect((await send(house, call(undo(undone, 'any', stake)))).body).toMatchObject({
      status: 'RS_OK',
      balance: balanceAfter(0),
    });
    expect((await send(house, call(undo(newId(), 'any', stake)))).body).toMatchObject({ status: 'RS_OK' });
    expect((await send(house, call(win(prize, { amount: '9.00', round, bet: stake })))).body).toMatchObject({
      status: 'RS_ERROR_TRANSACTION_ROLLED_BACK',
    });
    const late = newId();
    expect((await send(house, call(undo(newId(), 'any', late)))).body).toMatchObject({
      status: 'RS_ERROR_TRANSACTION_DOES_NOT_EXIST',
    });
    expect((await send(house, call(bet(late, { amount: '1.00', round: newId() })))).body).toMatchObject({
      status: 'RS_ERROR_TRANSACTION_ROLLED_BACK',
    });
    expect(await house.balance('pl_20417')).toBe(before.toFixed(2));
  });

  it('takes back a win that was rolled back, and then the bet [RB-08]', async () => {
    const before = await house.balance('pl_20417');
    const [stake, prize, round] = [newId(), newId(), newId()];
    await send(house, call(bet(stake, { amount: '1.00', round })));
    await send(house, call(win(prize, { amount: '5.00', round, bet: stake })));
    expect((await send(house, call(undo(newId(), 'any', stake)))).body).toMatchObject({
      status: 'RS_ERROR_DUPLICATE_TRANSACTION',
    });
    expect((await send(house, call(undo(newId(), 'any', prize)))).body).toMatchObject({ status: 'RS_OK' });
    expect((await send(house, call(undo(newId(), 'any', stake)))).body).toMatchObject({ status: 'RS_OK' });
    expect(await house.balance('pl_20417')).toBe(before);
  });

  it('refuses what the balance does not cover, and tells the balance [BET-03]', async () => {
    const before = Number(await house.balance('pl_20417'));
    const refused = await send(house, call(bet(newId(), { amount: '5000.00', round: newId() })));
    expect(refused).toMatchObject({
      status: 200,
      body: { status: 'RS_ERROR_NOT_ENOUGH_MONEY', balance: Math.round(before * 100) * 1_000 },
    });
    const free = call(bet(newId(), { amount: '5000.00', round: newId(), flavour: 'free' }));
    expect((await send(house, free)).body).toMatchObject({ status: 'RS_OK' });
    expect(await house.balance('pl_20417')).toBe(before.toFixed(2));
  });

  it('does not believe another signature, and answers with the request’s id [SIG-21]', async () => {
    const before = await house.balance('pl_20417');
    const asked = call(bet(newId(), { amount: '1.00', round: newId() }));
    const answer = await send(house, asked, {
      header: 'x-hub88-signature',
      value: Buffer.alloc(256, 7).toString('base64'),
    });
    expect(answer).toEqual({
      status: 200,
      body: { status: 'RS_ERROR_INVALID_SIGNATURE', request_uuid: asked.requestId },
    });
    expect(await house.balance('pl_20417')).toBe(before);
  });

  it('pays wins and rollbacks whatever their token, and takes no bet with it [WIN-08] [RB-18]', async () => {
    const [stake, round] = [newId(), newId()];
    await send(house, call(bet(stake, { amount: '1.00', round })));
    const stranger = { session: 'a-token-nobody-gave-out' };
    const returned = newId();
    await send(house, call(bet(returned, { amount: '2.00', round: newId() })));
    const before = Number(await house.balance('pl_20417'));
    expect((await send(house, call(undo(newId(), 'any', returned), stranger))).body).toMatchObject({ status: 'RS_OK' });
    expect(await house.balance('pl_20417')).toBe((before + 2).toFixed(2));
    expect((await send(house, call(win(newId(), { amount: '1.00', round, bet: stake }), stranger))).body).toMatchObject(
      {
        status: 'RS_OK',
      },
    );
    expect((await send(house, call(bet(newId(), { amount: '1.00', round: newId() }), stranger))).body).toMatchObject({
      status: 'RS_ERROR_INVALID_TOKEN',
    });
  });

  it('tells balance and player', async () => {
    const asked = {
      player: { kind: 'id', player: playerId('pl_20417') },
      session: sessionId(session),
      currency: null,
      game: gameCode(code),
      provider: null,
      requestId: newId(),
    } as const;
    expect((await send(house, { kind: 'balance', ...asked })).body).toMatchObject({ status: 'RS_OK', currency: 'EUR' });
    expect((await send(house, { kind: 'profile', ...asked, session: null, game: null })).body).toMatchObject({
      user: 'pl_20417',
      status: 'RS_OK',
      registration_date: expect.stringMatching(/^\d{4}-\d{2}-\d{2}$/),
    });
  });

  it('opens a demo that calls no wallet [LCH-02]', async () => {
    const before = await house.balance('pl_20417');
    const demo = await house.open(null);
    const spun = await spin(demo.table);
    expect(spun).toMatchObject({ kind: 'spun' });
    expect(await house.balance('pl_20417')).toBe(before);
  });
});
