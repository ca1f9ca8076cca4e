/**
 * Bugs that real money ledgers had, each tried on this one: keys, batches, locks and memories. The real ledger on a real
 * PostgreSQL; most attacks come from two replicas at once, because a lock inside one process hides too much.
 * `scripts/broken-builds.mjs` puts each bug into a copy of the code and demands that its test here fails.
 */
import { describe, expect, it } from 'vitest';
import { audit } from '../../src/ledger/index.ts';
import { aggregatorName, externalId, roundId } from '../../src/wallet/index.ts';
import type { Bet, Outcome, PlayerId, WalletRequest } from '../../src/wallet/index.ts';
import { amount, CURRENCIES, lanesWaiting, ledgerTable, request } from '../support/ledger.ts';

type Table = Awaited<ReturnType<typeof ledgerTable>>;

const bet = (id: string, stake: string, more: Partial<Bet> = {}): Bet => ({
  kind: 'bet',
  id: externalId(id),
  round: roundId(`r-${id}`),
  amount: amount(stake),
  flavour: 'cash',
  combined: false,
  closesRound: false,
  ...more,
});

const idOf = (outcome: Outcome) =>
  outcome.kind === 'applied' ? outcome.results[0]?.id : outcome.kind === 'rejected' ? outcome.id : null;
const isDuplicate = (outcome: Outcome) => 'duplicate' in outcome && outcome.duplicate;

async function sound(table: Table): Promise<void> {
  expect((await audit(table.sql)).findings.filter((finding) => finding.violations > 0)).toEqual([]);
}

async function rowsOf(table: Table, id: string): Promise<number> {
  const rows = await table.sql`SELECT 1 FROM transaction WHERE external_id = ${id}`;
  return rows.length;
}

/** Rolls a holding transaction back while its calls still wait. */
class LetGo extends Error {
  readonly answers: readonly Promise<readonly Outcome[]>[];

  constructor(answers: readonly Promise<readonly Outcome[]>[]) {
    super('let go');
    this.answers = answers;
  }
}

async function submitAs(table: Table, player: PlayerId, more: Partial<WalletRequest>, replica = 0): Promise<Outcome> {
  return table.ledgerAt(replica).submit(request(player, 'USD', [bet('unnamed', '1.00')], more), table.policy, 20_000);
}

describe('keys that are looked up, and keys that are unique', () => {
  it('posts parallel duplicates once: idempotency is the index, not a look first [bug 1] [BET-26]', async () => {
    await using table = await ledgerTable({ replicas: 2 });
    const [first, second] = [await table.player('USD', '100.00'), await table.player('USD', '100.00')];
    // Two players have two locks, so between them only the index can refuse the second.
    for (let index = 0; index < 30; index += 1) {
      const outcomes = await Promise.all(
        [first, second, first, second].map(async (player, at) =>
          table.bet(player, { id: `same-${index}`, round: 'r', amount: '1.00' }, at % 2),
        ),
      );
      expect(outcomes.filter((outcome) => outcome.kind === 'applied' && !outcome.duplicate)).toHaveLength(1);
      expect(await rowsOf(table, `same-${index}`)).toBe(1);
    }
    expect((await table.balance(first)) + (await table.balance(second))).toBe(17_000n);
    await sound(table);
  });

  it('lets nobody write a key twice, whatever code is deployed beside this one [bug 1] [RET-23]', async () => {
    await using table = await ledgerTable();
    const player = await table.player('USD', '100.00');
    await table.bet(player, { id: 'b-1', round: 'r-1', amount: '1.00' });
    const copy = table.sql`
      INSERT INTO transaction (shard, player, id, aggregator, kind, external_id, flavour, combined, state, created_at, changed_at)
      SELECT shard, ${'another player'}, gen_random_uuid(), aggregator, kind, external_id, flavour, combined, 'applied', created_at, changed_at
      FROM transaction WHERE external_id = 'b-1'`;
    await expect(copy).rejects.toMatchObject({ code: '23505' });
  });

  it('decides concurrent duplicates that all find nothing at first only once, moneyless ones too [bug 11] [RET-17]', async () => {
    await using table = await ledgerTable({ replicas: 2 });
    const player = await table.player('USD', '100.00');
    // The last moves nothing and the third is refused: no balance and no posting would give a second row away.
    const calls = [
      bet('money', '1.00'),
      bet('tip', '1.00', { flavour: 'tip' }),
      bet('poor', '900.00'),
      bet('zero', '0'),
    ];
    for (let index = 0; index < 15; index += 1) {
      for (const call of calls) {
        const id = externalId(`${call.id}-${index}`);
        const outcomes = await Promise.all(
          Array.from({ length: 8 }, async (_unused, at) =>
            table.submit(player, { ...call, id, round: call.flavour === 'tip' ? null : roundId(id) }, at % 2),
          ),
        );
        expect(outcomes.filter((outcome) => !isDuplicate(outcome))).toHaveLength(1);
        expect(new Set(outcomes.map(idOf)).size).toBe(1);
        expect(await rowsOf(table, id)).toBe(1);
      }
    }
    expect(await table.balance(player)).toBe(10_000n - 15n * 200n);
    await sound(table);
  });

  it('takes the same key twice in one batch, and twice in one call, as one bet [bug 2]', async () => {
    await using table = await ledgerTable({ lanes: 1 });
    const player = await table.player('USD', '100.00');
    const outcomes = await Promise.all([
      table.submit(player, bet('twin', '10.00')),
      table.submit(player, bet('neighbour', '1.00')),
      table.submit(player, bet('twin', '10.00')),
      table.submit(player, bet('twin', '11.00')),
    ]);
    const [first, , second, other] = outcomes;
    expect(first).toMatchObject({ kind: 'applied', duplicate: false });
    expect(second).toMatchObject({ kind: 'applied', duplicate: true });
    expect(other).toMatchObject({ kind: 'rejected', refusal: 'conflict', field: 'amount' });
    expect(first && idOf(first)).toBe(second && idOf(second));
    // It was one batch, or this proves nothing: one database transaction wrote both.
    const writers =
      await table.sql`SELECT DISTINCT xmin::text FROM transaction WHERE external_id IN ('twin', 'neighbour')`;
    expect(writers).toHaveLength(1);

    const twice = [bet('call', '10.00'), bet('call', '10.00')] as const;
    const one = await table.ledgerAt().submit(request(player, 'USD', twice), table.policy, 20_000);
    expect(one).toMatchObject({ kind: 'applied', results: [{ duplicate: false }, { duplicate: true }] });
    expect(await table.balance(player)).toBe(7_900n);
    await sound(table);
  });

  it('answers a key that is used again with another body as a conflict, never as an error [bug 6] [BET-27] [BET-29]', async () => {
    await using table = await ledgerTable({ replicas: 2 });
    const [player, stranger] = [await table.player('USD', '100.00'), await table.player('USD', '100.00')];
    const euro = CURRENCIES.get('EUR');
    if (euro === undefined) throw new Error('no euro');
    await table.ledgerAt().ensureWallet(player, euro, 'active');
    const original = bet('b-1', '10.00');
    await table.submit(player, original);
    const others: readonly (readonly [string, Promise<Outcome>])[] = [
      ['amount', table.submit(player, { ...original, amount: amount('10.01') }, 1)],
      ['round', table.submit(player, { ...original, round: roundId('another') }, 1)],
      ['operation', table.submit(player, { ...original, flavour: 'tip' }, 1)],
      ['operation', table.submit(player, { ...original, combined: true }, 1)],
      ['currency', table.submit(player, original, 1, 'EUR')],
      ['player', table.submit(stranger, original, 1)],
    ];
    for (const [field, answer] of others) {
      expect(await answer).toMatchObject({ kind: 'rejected', refusal: 'conflict', field });
    }
    expect(await table.submit(player, original, 1)).toMatchObject({ kind: 'applied', duplicate: true });
    expect(await table.balance(player)).toBe(9_000n);
    expect(await table.balance(stranger)).toBe(10_000n);
    await sound(table);
  });

  it('answers another body under the same key in the same instant as a conflict too [bug 6] [BET-27]', async () => {
    await using table = await ledgerTable({ replicas: 2 });
    const player = await table.player('USD', '100.00');
    for (let index = 0; index < 25; index += 1) {
      const outcomes = await Promise.all(
        ['1.00', '2.00'].map(async (stake, replica) =>
          table.submit(player, bet(`race-${index}`, stake, { round: null }), replica),
        ),
      );
      expect(outcomes.map((outcome) => outcome.kind).toSorted()).toEqual(['applied', 'rejected']);
      expect(outcomes.find((outcome) => outcome.kind === 'rejected')).toMatchObject({ refusal: 'conflict' });
    }
    await sound(table);
  });

  it('keeps keys apart by aggregator and scope, and nothing else: not global, not by player [bug 13] [BET-31] [BET-28]', async () => {
    await using table = await ledgerTable({ lanes: 1 });
    const [player, stranger] = [await table.player('USD', '100.00'), await table.player('USD', '100.00')];
    const operations = [bet('tx-1', '1.00', { round: roundId('r-1') })] as const;
    // Names chosen so that a key glued together without lengths would be the same.
    const tenants = [
      { aggregator: aggregatorName('ab'), idScope: 'c' },
      { aggregator: aggregatorName('a'), idScope: 'bc' },
      { aggregator: aggregatorName('abc'), idScope: '' },
      { aggregator: aggregatorName('ab'), idScope: 'C' },
    ];
    const outcomes = await Promise.all(
      tenants.map(async (tenant) => submitAs(table, player, { ...tenant, operations })),
    );
    for (const outcome of outcomes) expect(outcome).toMatchObject({ kind: 'applied', duplicate: false });
    expect(new Set(outcomes.map(idOf)).size).toBe(tenants.length);
    expect(await table.balance(player)).toBe(9_600n);
    for (const tenant of tenants) {
      expect(await submitAs(table, player, { ...tenant, operations })).toMatchObject({
        kind: 'applied',
        duplicate: true,
      });
      const foreign = await submitAs(table, stranger, { ...tenant, operations });
      expect(foreign).toMatchObject({ kind: 'rejected', refusal: 'conflict', field: 'player' });
    }
    // Where an aggregator counts per player, the player is the scope, and both bets are good.
    for (const each of [player, stranger]) {
      const own = await submitAs(table, each, { aggregator: aggregatorName('per-player'), idScope: each, operations });
      expect(own).toMatchObject({ kind: 'applied', duplicate: false });
    }
    expect(await table.balance(stranger)).toBe(9_900n);
    await sound(table);
  });
});

describe('locks, and what is remembered without one', () => {
  it('locks wallets in one order, whatever order the calls came in [bug 5] [BET-37]', async () => {
    await using table = await ledgerTable({ lanes: 1 });
    const players = await Promise.all(Array.from({ length: 4 }, async () => table.player('USD', '100.00')));
    const ordered = await table.sql<{ player: PlayerId }[]>`
      SELECT player FROM wallet WHERE player IN ${table.sql(players)} ORDER BY shard, player`;
    const [first, ...rest] = ordered.map(({ player }) => player);
    if (first === undefined) throw new Error('no players');
    const { waiting } = await table.sql.begin(async (holder) => {
      await holder`SELECT 1 FROM wallet WHERE player = ${first} FOR UPDATE`;
      // The first of the order comes last; a batch that locks as calls arrive would hold the others by then.
      const answers = [...rest.toReversed(), first].map(async (player, at) =>
        table.bet(player, { id: `x-${at}`, round: 'r', amount: '1.00' }),
      );
      await lanesWaiting(table, 1);
      const free = await table.sql`SELECT player FROM wallet WHERE player IN ${table.sql(rest)} FOR UPDATE SKIP LOCKED`;
      expect(free).toHaveLength(rest.length);
      return { waiting: answers };
    });
    expect((await Promise.all(waiting)).every((outcome) => outcome.kind === 'applied')).toBe(true);
    await sound(table);
  });

  it('writes keys in one order, so that two batches with the same new keys never wait crosswise [bug 5] [BET-37]', async () => {
    await using table = await ledgerTable({ replicas: 2, lanes: 1, lockTimeoutMs: 4_000 });
    await table.sql`ALTER DATABASE ${table.sql(new URL(table.url).pathname.slice(1))} SET deadlock_timeout = '60s'`;
    const [first, second] = [await table.player('USD', '100.00'), await table.player('USD', '100.00')];
    const betAll = async (player: PlayerId, ids: readonly string[], replica: number) =>
      Promise.all(ids.map(async (id) => table.bet(player, { id, round: 'r', amount: '1.00' }, replica)));
    const pending = await table.sql
      .begin(async (holder) => {
        // Somebody is about to book `m`: each batch has written what came before it and waits there.
        await holder`
          INSERT INTO transaction (shard, player, id, aggregator, kind, external_id, flavour, combined, state, created_at, changed_at)
          SELECT shard, player, gen_random_uuid(), 'acme', 'bet', 'm', '', false, 'applied', created_at, changed_at
          FROM transaction LIMIT 1`;
        const answers = [betAll(first, ['a', 'm', 'z'], 0), betAll(second, ['z', 'm', 'a'], 1)];
        await lanesWaiting(table, 2);
        throw new LetGo(answers);
      })
      .catch((error: unknown) => {
        if (error instanceof LetGo) return error.answers;
        throw error;
      });
    const startedAt = performance.now();
    const outcomes = (await Promise.all(pending)).flat();
    // Whoever waits crosswise is freed by a timeout of four seconds at the earliest.
    expect(performance.now() - startedAt).toBeLessThan(3_500);
    expect(outcomes.filter((outcome) => outcome.kind === 'applied')).toHaveLength(3);
    expect(outcomes.filter((outcome) => outcome.kind === 'rejected' && outcome.field === 'player')).toHaveLength(3);
    await sound(table);
  });

  it('decides on the balance in the database, never on a remembered one [bug 8] [BET-25]', async () => {
    await using table = await ledgerTable({ replicas: 2, lanes: 1 });
    const player = await table.player('USD', '100.00');
    expect(await table.bet(player, { id: 'b-1', round: 'r-1', amount: '10.00' }, 0)).toMatchObject({ kind: 'applied' });
    expect((await table.ledgerAt(0).balances(player))[0]?.units).toBe(9_000n);
    expect(await table.bet(player, { id: 'b-2', round: 'r-2', amount: '85.00' }, 1)).toMatchObject({ kind: 'applied' });

    expect((await table.ledgerAt(0).balances(player))[0]?.units).toBe(500n);
    expect(await table.bet(player, { id: 'b-3', round: 'r-3', amount: '10.00' }, 0)).toMatchObject({
      kind: 'rejected',
      refusal: 'insufficient_funds',
      balance: { units: 500n },
    });
    expect(await table.bet(player, { id: 'b-4', round: 'r-4', amount: '5.00' }, 0)).toMatchObject({
      kind: 'applied',
      balance: { units: 0n },
    });
    await sound(table);
  });

  it('decides on the status and limits in the database, never on remembered ones [bug 8] [CMP-01]', async () => {
    await using table = await ledgerTable({ replicas: 2, lanes: 1 });
    const player = await table.player('USD', '100.00');
    await table.bet(player, { id: 'b-1', round: 'r-1', amount: '1.00' }, 0);
    await table.ledgerAt(1).setLimits(player, 'USD', { maxStake: 150n, dailyLossLimit: null });
    const above = await table.bet(player, { id: 'b-2', round: 'r-2', amount: '2.00' }, 0);
    expect(above).toMatchObject({ kind: 'rejected', refusal: 'limit_reached' });
    await table.ledgerAt(1).setStatus(player, 'self_excluded');
    const excluded = await table.bet(player, { id: 'b-3', round: 'r-3', amount: '1.00' }, 0);
    expect(excluded).toMatchObject({ kind: 'rejected', refusal: 'player_excluded' });
    expect(await table.balance(player)).toBe(9_900n);
  });
});
