/** Caleta from end to end: players are known by their token alone, and the real gateway keeps a real book. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../../src/platform/index.ts';
import { reactionTo } from '../../../src/sandbox/retry.ts';
import { playerId, sessionId } from '../../../src/wallet/index.ts';
import type { Call, Operation } from '../../../src/wallet/index.ts';
import { bet, undo, win } from '../../support/act.ts';
import { familyHouse, moneyCall, seat, send, spin } from '../rs-family/house.ts';
import type { House } from '../rs-family/house.ts';

describe('Caleta, played from end to end', () => {
  let house: House;
  let session: string;
  let table: string;
  let code: string;
  beforeAll(async () => {
    house = await familyHouse('caleta', '/api');
    await seat(house, 'pl20417', '100.00');
    ({ session, table } = await house.open('pl20417'));
    code = (await house.api('GET', `/v1/sessions/${session}`)).game_code;
  });
  afterAll(async () => house?.close());

  const call = (operation: Operation, more: object = {}): Call =>
    moneyCall({ player: { kind: 'session' }, session, game: code, ...more }, operation);
  const statusOf = async (asked: Call): Promise<unknown> => (await send(house, asked)).body['status'];

  it('lists its games and lets a slot spin with real money, and a demo without any', async () => {
    expect((await house.api('GET', '/v1/syncs?aggregator=acme')).items[0]).toMatchObject({ outcome: 'applied' });
    const spun = await spin(table);
    expect(spun).toMatchObject({ kind: 'spun', payout: 'paid' });
    const after = (100 - 1 + Number(spun.win)).toFixed(2);
    expect(await house.balance('pl20417')).toBe(after);
    expect(await spin((await house.open(null)).table)).toMatchObject({ kind: 'spun' });
    expect(await house.balance('pl20417')).toBe(after);
  });

  it('plays bet, win, duplicate, rollback and refusals by the token alone [BET-01] [WIN-01] [BET-26] [RB-01] [RB-03]', async () => {
    const before = Number(await house.balance('pl20417'));
    const balanceAfter = (moved: number) => Math.round((before + moved) * 100) * 1_000;
    const [stake, round] = [newId(), newId()];
    const placed = call(bet(stake, { amount: '2.50', round }));
    expect((await send(house, placed)).body).toEqual({
      status: 'RS_OK',
      request_uuid: placed.requestId,
      currency: 'EUR',
      balance: balanceAfter(-2.5),
    });
    expect((await send(house, placed)).body).toMatchObject({ status: 'RS_OK', balance: balanceAfter(-2.5) });
    expect(await statusOf(call(bet(stake, { amount: '2.50', round: newId() })))).toBe('RS_ERROR_DUPLICATE_TRANSACTION');
    expect((await send(house, call(win(newId(), { amount: '4.00', round, bet: stake })))).body).toMatchObject({
      status: 'RS_OK',
      balance: balanceAfter(1.5),
    });
    expect(await statusOf(call(undo(newId(), 'any', stake)))).toBe('RS_ERROR_DUPLICATE_TRANSACTION');
    const other = newId();
    await send(house, call(bet(other, { amount: '1.00', round: newId() })));
    expect(await statusOf(call(undo(newId(), 'any', other)))).toBe('RS_OK');
    expect(await statusOf(call(win(newId(), { amount: '1.00', bet: other, round: null })))).toBe(
      'RS_ERROR_TRANSACTION_ROLLED_BACK',
    );
    expect(await statusOf(call(undo(newId(), 'any', newId())))).toBe('RS_ERROR_TRANSACTION_DOES_NOT_EXIST');
    expect(await statusOf(call(bet(newId(), { amount: '5000.00', round: newId() })))).toBe('RS_ERROR_NOT_ENOUGH_MONEY');
    expect(await house.balance('pl20417')).toBe((before + 1.5).toFixed(2));
  });

  it('pays a jackpot, and the story of its round says so [WIN-13]', async () => {
    const [stake, round] = [newId(), newId()];
    const before = Number(await house.balance('pl20417'));
    await send(house, call(bet(stake, { amount: '1.00', round })));
    const jackpot = win(newId(), { amount: '50.00', round, bet: stake, flavour: 'jackpot' });
    expect(await statusOf(call(jackpot))).toBe('RS_OK');
    expect(await house.balance('pl20417')).toBe((before + 49).toFixed(2));
  });

  it('rolls back for a player who is named when the token says nothing [RB-18]', async () => {
    const stake = newId();
    const before = await house.balance('pl20417');
    await send(house, call(bet(stake, { amount: '1.00', round: newId() })));
    const named = { player: { kind: 'id', player: playerId('pl20417') }, session: 'a-token-nobody-gave-out' };
    expect(await statusOf(call(undo(newId(), 'any', stake), named))).toBe('RS_OK');
    expect(await house.balance('pl20417')).toBe(before);
  });

  it('knows nobody by a token that was never given out, and believes no other signature [BET-23] [SIG-21]', async () => {
    const stranger = { session: 'a-token-nobody-gave-out' };
    expect(await statusOf(call(bet(newId(), { amount: '1.00', round: newId() }), stranger))).toBe(
      'RS_ERROR_INVALID_TOKEN',
    );
    const forged = await send(house, call(bet(newId(), { amount: '1.00', round: newId() })), {
      header: 'x-auth-signature',
      value: Buffer.alloc(256, 7).toString('base64'),
    });
    expect(forged.body).toMatchObject({ status: 'RS_ERROR_INVALID_SIGNATURE' });
  });

  it('exchanges the token of a launch for itself', async () => {
    const asked = { player: { kind: 'session' }, currency: null, game: null, provider: null, requestId: null } as const;
    expect(await send(house, { kind: 'profile', ...asked, session: sessionId(session) })).toEqual({
      status: 200,
      body: { token: session },
    });
    expect(await send(house, { kind: 'profile', ...asked, session: sessionId('nothing') })).toEqual({
      status: 200,
      body: { status: 'RS_ERROR_INVALID_TOKEN' },
    });
  });

  it('reacts to answers as its guide’s table says', () => {
    const { policy, reactions, mirror } = house.aggregator;
    const after = (kind: 'bet' | 'win' | 'rollback', status: string) => {
      const reading = mirror.understand(200, {}, Buffer.from(JSON.stringify({ status: `RS_ERROR_${status}` })));
      return reactionTo(kind, 1, reading, { policy, reactions });
    };
    const rows: readonly (readonly [string, string, string, string])[] = [
      ['INVALID_TOKEN', 'final', 'final', 'final'],
      ['INVALID_GAME', 'final', 'final', 'final'],
      ['WRONG_CURRENCY', 'final', 'final', 'final'],
      ['NOT_ENOUGH_MONEY', 'final', 'retry', 'retry'],
      ['USER_DISABLED', 'final', 'final', 'final'],
      ['INVALID_SIGNATURE', 'final', 'retry', 'final'],
      ['WRONG_SYNTAX', 'final', 'retry', 'retry'],
      ['WRONG_TYPES', 'final', 'retry', 'retry'],
      ['DUPLICATE_TRANSACTION', 'final', 'final', 'final'],
      ['BET_LIMIT_EXCEEDED', 'final', 'retry', 'retry'],
      ['TRANSACTION_DOES_NOT_EXIST', 'rollback', 'final', 'final'],
      ['TRANSACTION_ROLLED_BACK', 'rollback', 'final', 'final'],
      ['UNKNOWN', 'rollback', 'retry', 'retry'],
      ['TIMEOUT', 'retry', 'retry', 'retry'],
    ];
    for (const [status, ...expected] of rows)
      expect([status, after('bet', status), after('win', status), after('rollback', status)]).toEqual([
        status,
        ...expected,
      ]);
  });
});
