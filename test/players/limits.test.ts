/** Limits that are raised count after a cool-off, stricter ones at once; on a real ledger, by the database's time. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPlayers } from '../../src/players/index.ts';
import { stricterOf } from '../../src/players/rules.ts';
import { newId, systemClock } from '../../src/platform/index.ts';
import { playerId } from '../../src/wallet/index.ts';
import { CURRENCIES, ledgerTable } from '../support/ledger.ts';

const DAY_MS = 86_400_000;

describe('limits with a cool-off of a day', () => {
  let table: Awaited<ReturnType<typeof ledgerTable>>;
  beforeAll(async () => {
    table = await ledgerTable();
  });
  afterAll(async () => table[Symbol.asyncDispose]());

  const room = () =>
    openPlayers({
      sql: table.sql,
      ledger: table.ledgerAt(),
      clock: systemClock,
      currencies: CURRENCIES,
      raiseAfterMs: DAY_MS,
    });
  const seat = async () => {
    const players = room();
    const id = playerId(`limited-${newId()}`);
    await players.create({ id, currency: 'USD', country: null, test: false });
    return {
      id,
      players,
      set: async (maxStake: string | null, dailyLossLimit: string | null) =>
        players.patch(id, { limits: { USD: { maxStake, dailyLossLimit } } }),
      now: async () => {
        const [wallet] = await table.ledgerAt().wallets(id);
        return [wallet?.maxStake ?? null, wallet?.dailyLossLimit ?? null];
      },
      pass: async (interval: string) =>
        table.sql.unsafe(`UPDATE limit_raise SET due_at = due_at - interval '${interval}' WHERE player = '${id}'`),
    };
  };
  const applied = async () => room().applyRaises({ stopped: false });

  it('are lowered at once, for the very next bet, and raised or lifted only when it is over [CMP-12]', async () => {
    const at = await seat();
    await at.set('10.00', null);
    expect(await at.now()).toEqual([1_000n, null]);
    await at.set('20.00', null);
    expect(await at.now()).toEqual([1_000n, null]);
    expect(await table.bet(at.id, { id: `${at.id}-b`, round: 'r', amount: '10.01' })).toMatchObject({
      refusal: 'limit_reached',
    });
    const [raise] = await at.players.raises(at.id);
    expect(raise).toMatchObject({ currency: 'USD', maxStake: 2_000n, dailyLossLimit: null });
    await at.pass('23 hours');
    await applied();
    expect(await at.now()).toEqual([1_000n, null]);
    await at.pass('1 hour');
    await applied();
    expect(await at.now()).toEqual([2_000n, null]);
    expect(await at.players.raises(at.id)).toEqual([]);
    await at.set(null, null);
    expect(await at.now()).toEqual([2_000n, null]);
    await at.pass('1 day');
    await applied();
    expect(await at.now()).toEqual([null, null]);
  });

  it('of which one is raised and one lowered count each in its time [CMP-12]', async () => {
    const at = await seat();
    await at.set('10.00', '100.00');
    await at.set('20.00', '50.00');
    expect(await at.now()).toEqual([1_000n, 5_000n]);
    await at.pass('1 day');
    await applied();
    expect(await at.now()).toEqual([2_000n, 5_000n]);
  });

  it('asked to be raised again keep their time, asked for more begin anew, and lowered again are raised no more [CMP-12]', async () => {
    const at = await seat();
    await at.set('10.00', null);
    await at.set('20.00', null);
    await at.pass('20 hours');
    const due = async () => (await at.players.raises(at.id))[0]?.dueAtMs ?? 0;
    const first = await due();
    await at.set('20.00', null);
    expect(await due()).toBe(first);
    await at.set('30.00', null);
    expect(await due()).toBeGreaterThan(first + 19 * 3_600_000);
    await at.set('5.00', null);
    expect(await at.players.raises(at.id)).toEqual([]);
    await at.pass('10 days');
    await applied();
    expect(await at.now()).toEqual([500n, null]);
  });

  it('set by many at once and raised by several processes end as one of them said, and no connection is waited for in a circle', async () => {
    const at = await seat();
    await at.set('1.00', null);
    const others = [room(), room()];
    await Promise.all(
      Array.from({ length: 30 }, async (_unused, index) =>
        others[index % 2]?.patch(at.id, {
          limits: { USD: { maxStake: `${2 + (index % 5)}.00`, dailyLossLimit: null } },
        }),
      ),
    );
    expect(await at.now()).toEqual([100n, null]);
    await at.pass('2 days');
    expect((await Promise.all([applied(), applied(), applied()])).reduce((sum, each) => sum + each, 0)).toBe(1);
    const [stake] = await at.now();
    expect([200n, 300n, 400n, 500n, 600n]).toContain(stake);
  });
});

describe('of two limits', () => {
  const limit = fc.option(fc.bigInt({ min: 0n, max: 1_000n }));
  const limits = fc.record({ maxStake: limit, dailyLossLimit: limit });
  it('the stricter one lets through no stake that either would refuse', () => {
    fc.assert(
      fc.property(limits, limits, fc.bigInt({ min: 0n, max: 1_100n }), (a, b, stake) => {
        const passes = (of: bigint | null): boolean => of === null || stake <= of;
        const both = stricterOf(a, b);
        expect(passes(both.maxStake)).toBe(passes(a.maxStake) && passes(b.maxStake));
        expect(passes(both.dailyLossLimit)).toBe(passes(a.dailyLossLimit) && passes(b.dailyLossLimit));
        expect(stricterOf(b, a)).toEqual(both);
      }),
    );
  });
});
