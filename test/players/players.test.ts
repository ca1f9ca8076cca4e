import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPlayers } from '../../src/players/index.ts';
import type { Players } from '../../src/players/index.ts';
import { systemClock } from '../../src/platform/index.ts';
import { playerId } from '../../src/wallet/index.ts';
import { CURRENCIES, ledgerTable } from '../support/ledger.ts';

describe('players', () => {
  let table: Awaited<ReturnType<typeof ledgerTable>>;
  let players: Players;

  beforeAll(async () => {
    table = await ledgerTable();
    players = openPlayers({ sql: table.sql, ledger: table.ledgerAt(), clock: systemClock, currencies: CURRENCIES });
  });
  afterAll(async () => table[Symbol.asyncDispose]());

  const facts = (id: string) => ({ id: playerId(id), currency: 'USD', country: 'MT', test: false });

  it('creates a player with a wallet, and answers a repeat with the same player', async () => {
    const first = await players.create(facts('p-1'));
    const second = await players.create(facts('p-1'));
    expect(first.kind).toBe('created');
    expect(second.kind).toBe('existing');
    expect('player' in first && 'player' in second && second.player).toEqual('player' in first && first.player);
    expect(await table.ledgerAt().balances(playerId('p-1'))).toEqual([{ units: 0n, scale: 2, currency: 'USD' }]);
  });

  it('makes one player of twenty creations in the same instant', async () => {
    const made = await Promise.all(Array.from({ length: 20 }, async () => players.create(facts('p-many'))));
    expect(made.filter((each) => each.kind === 'created')).toHaveLength(1);
    expect(made.filter((each) => each.kind === 'existing')).toHaveLength(19);
  });

  it('refuses the same id with other facts, naming the fact', async () => {
    await players.create(facts('p-2'));
    expect(await players.create({ ...facts('p-2'), currency: 'EUR' })).toEqual({ kind: 'conflict', field: 'currency' });
    expect(await players.create({ ...facts('p-2'), country: null })).toEqual({ kind: 'conflict', field: 'country' });
    expect(await players.create({ ...facts('p-2'), test: true })).toEqual({ kind: 'conflict', field: 'test' });
    expect(await players.create({ ...facts('p-3'), currency: 'XYZ' })).toEqual({ kind: 'unknown_currency' });
    expect(await players.get(playerId('p-3'))).toBeNull();
  });

  it('keeps ids apart that differ only by case, blanks or accents [BET-32]', async () => {
    for (const id of ['a', 'A', ' a', 'a ', 'é', 'e\u0301']) {
      expect((await players.create({ ...facts(id), country: null })).kind).toBe('created');
    }
  });

  it('heals a player whose wallet was never made', async () => {
    await table.sql`INSERT INTO player (id, currency, country, test, status, created_at, changed_at)
      VALUES ('p-torn', 'USD', 'MT', false, 'blocked', now(), now())`;
    expect((await players.create(facts('p-torn'))).kind).toBe('existing');
    const [wallet] = await table.ledgerAt().wallets(playerId('p-torn'));
    expect(wallet).toMatchObject({ currency: 'USD', status: 'blocked' });
  });

  it('stops the very next bet of an excluded player [CMP-01]', async () => {
    const id = playerId('p-excluded');
    await players.create(facts(id));
    await players.patch(id, { status: 'self_excluded' });
    const outcome = await table.bet(id, { id: 'bet-excluded', round: 'r', amount: '0.00' });
    expect(outcome).toMatchObject({ kind: 'rejected', refusal: 'player_excluded' });
  });

  it('leaves row and wallets with one status when many change it at once', async () => {
    const id = playerId('p-torn-by-two');
    await players.create(facts(id));
    for (let index = 0; index < 10; index += 1) {
      const statuses = ['blocked', 'active', 'closed', 'self_excluded'] as const;
      await Promise.all(statuses.map(async (status) => players.patch(id, { status })));
      const player = await players.get(id);
      const [wallet] = await table.ledgerAt().wallets(id);
      expect(wallet?.status).toBe(player?.status);
    }
  });

  it('gives a later wallet the status the player has by then', async () => {
    const id = playerId('p-wallets');
    await players.create(facts(id));
    await players.patch(id, { status: 'blocked' });
    expect(await players.addWallet(id, 'BTC')).toEqual({ kind: 'ready' });
    expect(await players.addWallet(id, 'BTC')).toEqual({ kind: 'ready' });
    expect(await players.addWallet(id, 'XYZ')).toEqual({ kind: 'unknown_currency' });
    expect(await players.addWallet(playerId('nobody'), 'BTC')).toEqual({ kind: 'unknown_player' });
    const wallets = await table.ledgerAt().wallets(id);
    expect(wallets.map(({ currency, status }) => [currency, status])).toEqual([
      ['BTC', 'blocked'],
      ['USD', 'blocked'],
    ]);
  });

  it('sets and lifts limits, which count from the very next bet, and refuses those a wallet cannot have [CMP-12]', async () => {
    const id = playerId('p-limits');
    await players.create(facts(id));
    const set = (limits: Record<string, { maxStake: string | null; dailyLossLimit: string | null }>) =>
      players.patch(id, { limits });
    expect((await set({ USD: { maxStake: '10.00', dailyLossLimit: null } })).kind).toBe('patched');
    expect((await table.ledgerAt().wallets(id))[0]).toMatchObject({ maxStake: 1_000n, dailyLossLimit: null });
    expect(await table.bet(id, { id: 'too-much', round: 'r', amount: '10.01' })).toMatchObject({
      refusal: 'limit_reached',
    });
    expect((await set({ USD: { maxStake: null, dailyLossLimit: null } })).kind).toBe('patched');
    expect((await table.ledgerAt().wallets(id))[0]).toMatchObject({ maxStake: null });
    expect(await set({ EUR: { maxStake: '1', dailyLossLimit: null } })).toEqual({ kind: 'no_wallet', currency: 'EUR' });
    for (const bad of ['-1', '1.001', 'x', '1e3']) {
      expect(await set({ USD: { maxStake: bad, dailyLossLimit: null } })).toEqual({
        kind: 'invalid_limit',
        currency: 'USD',
      });
    }
    expect(await players.patch(playerId('nobody'), { status: 'active' })).toEqual({ kind: 'unknown_player' });
  });
});
