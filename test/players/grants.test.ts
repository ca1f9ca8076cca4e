/** Whose free rounds are that an aggregator names by their issue alone: told once, the same for ever. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPlayers } from '../../src/players/index.ts';
import type { Grant, Players } from '../../src/players/index.ts';
import { systemClock } from '../../src/platform/index.ts';
import { aggregatorName, playerId } from '../../src/wallet/index.ts';
import { CURRENCIES, ledgerTable } from '../support/ledger.ts';

describe('granted free rounds', () => {
  let table: Awaited<ReturnType<typeof ledgerTable>>;
  let players: Players;

  beforeAll(async () => {
    table = await ledgerTable();
    const aggregators = new Set(['acme', 'other']);
    const options = { sql: table.sql, ledger: table.ledgerAt(), clock: systemClock, currencies: CURRENCIES };
    players = openPlayers({ ...options, aggregators });
    for (const id of ['ann', 'bob'])
      await players.create({ id: playerId(id), currency: 'USD', country: null, test: false });
  });
  afterAll(async () => table[Symbol.asyncDispose]());

  const facts = (issue: string, more: Partial<Grant> = {}): Grant => ({
    aggregator: aggregatorName('acme'),
    issue,
    player: playerId('ann'),
    currency: 'USD',
    ...more,
  });

  it('are known by aggregator and issue, and a repeat changes nothing [FR-07]', async () => {
    expect(await players.grantOf(aggregatorName('acme'), 'i-1')).toBeNull();
    expect(await players.grant(facts('i-1'))).toEqual({ kind: 'granted', grant: facts('i-1') });
    expect(await players.grant(facts('i-1'))).toEqual({ kind: 'known', grant: facts('i-1') });
    expect(await players.grantOf(aggregatorName('acme'), 'i-1')).toEqual(facts('i-1'));
    expect(await players.grantOf(aggregatorName('other'), 'i-1')).toBeNull();
    expect(await players.grantOf(aggregatorName('acme'), 'I-1')).toBeNull();
  });

  it('stay as they were told first', async () => {
    await players.grant(facts('i-2'));
    expect(await players.grant(facts('i-2', { player: playerId('bob') }))).toEqual({
      kind: 'conflict',
      field: 'player',
    });
    expect((await players.grantOf(aggregatorName('acme'), 'i-2'))?.player).toBe('ann');
  });

  it('are one grant of twenty tellings in the same instant', async () => {
    const told = await Promise.all(Array.from({ length: 20 }, async () => players.grant(facts('i-3'))));
    expect(told.filter(({ kind }) => kind === 'granted')).toHaveLength(1);
    expect(told.filter(({ kind }) => kind === 'known')).toHaveLength(19);
  });

  it('are somebody who can be paid, at an aggregator there is', async () => {
    expect(await players.grant(facts('i-4', { aggregator: aggregatorName('nobody') }))).toEqual({
      kind: 'unknown_aggregator',
    });
    expect(await players.grant(facts('i-4', { player: playerId('nobody') }))).toEqual({ kind: 'unknown_player' });
    expect(await players.grant(facts('i-4', { currency: 'EUR' }))).toEqual({ kind: 'no_wallet' });
    expect(await players.grantOf(aggregatorName('acme'), 'i-4')).toBeNull();
  });
});
