/** Situations of the scenario catalogue that need the real book: parallel calls, replicas, cut connections, long waits, clocks. */
import { describe, expect, it } from 'vitest';
import { audit, expireParked, scaleMismatch, Uncertain } from '../../src/ledger/index.ts';
import { currencies } from '../../src/money/index.ts';
import { newId, systemClock } from '../../src/platform/index.ts';
import { aggregatorName, externalId, SAFE_POLICY, transactionId } from '../../src/wallet/index.ts';
import type { Operation, Outcome, PlayerId, Policy, WalletRequest } from '../../src/wallet/index.ts';
import { bet, close, undo, win } from '../support/act.ts';
import { amount, CURRENCIES, lanesWaiting, ledgerTable, request } from '../support/ledger.ts';
import { wordOf } from '../support/wallet-table.ts';

const DAY_MS = 86_400_000;
type Table = Awaited<ReturnType<typeof ledgerTable>>;

/** One call in one word. */
async function ask(
  table: Table,
  player: PlayerId,
  operations: Operation | WalletRequest['operations'],
  more: Partial<WalletRequest> & { replica?: number; currency?: string } = {},
): Promise<string> {
  const { replica = 0, currency = 'USD', ...words } = more;
  const all: WalletRequest['operations'] = 'kind' in operations ? [operations] : operations;
  return wordOf(await table.ledgerAt(replica).submit(request(player, currency, all, words), table.policy, 20_000));
}

async function sound(table: Table): Promise<void> {
  const report = await audit(table.sql);
  expect(report.findings.filter((finding) => finding.violations > 0)).toEqual([]);
}

describe('calls that are repeated', () => {
  it('5 ms later, while the first still runs, on the other replica [RET-01]', async () => {
    await using table = await ledgerTable({ replicas: 2 });
    const player = await table.player('USD', '100.00');
    const first = ask(table, player, bet('b1'));
    await new Promise((resolve) => setTimeout(resolve, 5));
    const answers = await Promise.all([first, ask(table, player, bet('b1'), { replica: 1 })]);
    expect(answers.toSorted()).toEqual(['OK', 'OK_DUP']);
    expect(await table.balance(player)).toBe(9_900n);
  });

  it('after four minutes, 25 hours and 30 days [RET-03, RET-05, RET-06]', async () => {
    await using table = await ledgerTable();
    const player = await table.player('USD', '100.00');
    const nowMs = systemClock.now();
    const submit = async (laterMs: number): Promise<Outcome> =>
      table.ledgerAt().submit(request(player, 'USD', [bet('b1')], { nowMs: nowMs + laterMs }), table.policy, 20_000);
    const first = await submit(0);
    for (const laterMs of [240_000, 25 * 3_600_000, 30 * DAY_MS]) {
      const again = await submit(laterMs);
      expect(again).toMatchObject({ kind: 'applied', duplicate: true });
      expect(again.kind === 'applied' && first.kind === 'applied' ? again.results[0]?.id : null).toBe(
        first.kind === 'applied' ? first.results[0]?.id : undefined,
      );
    }
    expect(await table.balance(player)).toBe(9_900n);
  });

  it('after the answer was lost behind the commit, through a proxy that answered 502 [RET-21, BET-36, WIN-20]', async () => {
    await using table = await ledgerTable({ proxied: true, lanes: 1 });
    const player = await table.player('USD', '100.00');
    await ask(table, player, bet('b1'));
    const cut = table.proxy().cutNext('COMMIT', 'after');
    // the ledger itself settles the lost answer; what the aggregator never read, it asks for again
    await ask(table, player, win('w1', { bet: 'b1' }));
    await cut;
    expect(await ask(table, player, win('w1', { bet: 'b1' }))).toBe('OK_DUP');
    expect(await table.balance(player)).toBe(10_150n);
    await sound(table);
  });

  it('a bet and its win in one call, twenty times on two replicas [BW-03]', async () => {
    await using table = await ledgerTable({ replicas: 2 });
    const player = await table.player('USD', '100.00');
    const both = [bet('t1', { combined: true }), win('t1', { bet: 't1', combined: true })] as const;
    const answers = await Promise.all(
      Array.from({ length: 20 }, async (_unused, index) => ask(table, player, both, { replica: index % 2 })),
    );
    expect(answers.filter((answer) => answer === 'OK')).toHaveLength(1);
    expect(answers.filter((answer) => answer === 'OK_DUP')).toHaveLength(19);
    expect(await table.balance(player)).toBe(10_150n);
    await sound(table);
  });

  for (const when of ['before', 'after'] as const) {
    it(`a bet and its win in one call, when the connection dies ${when} the commit: both legs or none [BW-04]`, async () => {
      await using table = await ledgerTable({ proxied: true, lanes: 1 });
      const player = await table.player('USD', '100.00');
      const both = [bet('t1', { combined: true }), win('t1', { bet: 't1', combined: true })] as const;
      const cut = table.proxy().cutNext('COMMIT', when);
      await ask(table, player, both).catch((error: unknown) => expect(error).toBeInstanceOf(Uncertain));
      await cut;
      expect([10_000n, 10_150n]).toContain(await table.balance(player));
      await ask(table, player, both);
      expect(await table.balance(player)).toBe(10_150n);
      await sound(table);
    });
  }
});

describe('balances', () => {
  it('right after a bet, a thousand times [BAL-07]', async () => {
    await using table = await ledgerTable({ replicas: 2 });
    const player = await table.player('USD', '1000.00');
    for (let index = 1; index <= 1_000; index += 1) {
      const outcome = await table.bet(player, { id: `b${index}`, round: `r${index}`, amount: '0.01' }, index % 2);
      expect(outcome).toMatchObject({ kind: 'applied', balance: { units: 100_000n - BigInt(index) } });
      const [seen] = await table.ledgerAt((index + 1) % 2).balances(player);
      expect(seen?.units).toBe(100_000n - BigInt(index));
    }
  });

  it('while bets are in flight are one before or after each of them [BAL-08]', async () => {
    await using table = await ledgerTable();
    const player = await table.player('USD', '100.00');
    const bets = Promise.all(
      Array.from({ length: 40 }, async (_unused, index) =>
        table.bet(player, { id: `b${index}`, round: `r${index}`, amount: '1.00' }),
      ),
    );
    let last = 10_000n;
    for (let reads = 0; reads < 100; reads += 1) {
      const now = await table.balance(player);
      expect(now % 100n).toBe(0n);
      expect(now <= last).toBe(true);
      last = now;
    }
    await bets;
    expect(await table.balance(player)).toBe(6_000n);
  });

  it('two hundred at once, each well within a second [BAL-11]', async () => {
    await using table = await ledgerTable();
    const player = await table.player('USD', '100.00');
    // The best of several: what else this machine does at the moment is not what is measured.
    let bestMs = Number.POSITIVE_INFINITY;
    for (let tries = 0; tries < 20 && bestMs >= 1_000; tries += 1) {
      const startedAt = performance.now();
      const seen = await Promise.all(Array.from({ length: 200 }, async () => table.balance(player)));
      bestMs = Math.min(bestMs, performance.now() - startedAt);
      expect(new Set(seen)).toEqual(new Set([10_000n]));
    }
    expect(bestMs).toBeLessThan(1_000);
  });
});

describe('rollbacks', () => {
  it('while the bet’s own transaction is still open: it waits, then returns the stake [RB-19]', async () => {
    await using table = await ledgerTable({ replicas: 2, lanes: 1, lockTimeoutMs: 4_000 });
    const player = await table.player('USD', '100.00');
    const { answers } = await table.sql.begin(async (transaction) => {
      await transaction`SELECT 1 FROM wallet WHERE player = ${player} FOR UPDATE`;
      const placed = ask(table, player, bet('b1'));
      await lanesWaiting(table, 1);
      const both = Promise.all([placed, ask(table, player, undo('x1', 'bet', 'b1'), { replica: 1 })]);
      await lanesWaiting(table, 2);
      // in a record, so that the lock is let go before the answers are waited for
      return { answers: both };
    });
    const [placed, undone] = await answers;
    expect([
      ['OK', 'OK'],
      ['reversed', 'not_found'],
    ]).toContainEqual([placed, undone]);
    expect(await table.balance(player)).toBe(10_000n);
    await sound(table);
  });

  it('of a round before its bets, then its bets, on the other replica [RB-04, RB-15]', async () => {
    await using table = await ledgerTable({ replicas: 2 });
    const player = await table.player('USD', '100.00');
    expect(await ask(table, player, undo('x1', 'round', 'r1'))).toBe('not_found');
    expect(await ask(table, player, bet('b1'), { replica: 1 })).toBe('reversed');
    expect(await ask(table, player, bet('b1'))).toBe('reversed');
    expect(await ask(table, player, undo('x1', 'round', 'r1'), { replica: 1 })).toBe('not_found');
    expect(await ask(table, player, close())).toBe('OK');
    expect(await table.balance(player)).toBe(10_000n);
    await sound(table);
  });

  it('of the second bet of a round whose win came before it, across restarts of the memory [RB-20]', async () => {
    await using table = await ledgerTable({ replicas: 2 });
    const player = await table.player('USD', '100.00');
    await ask(table, player, bet('b1'));
    await ask(table, player, win('w1'));
    expect(await ask(table, player, bet('b2'), { replica: 1 })).toBe('OK');
    expect(await ask(table, player, undo('x2', 'bet', 'b2'))).toBe('OK');
    expect(await ask(table, player, undo('x1', 'bet', 'b1'), { replica: 1 })).toBe('already_settled');
    expect(await table.balance(player)).toBe(10_150n);
    await sound(table);
  });

  it('take the wins along whether they share a batch with their bet or not [RB-07, RB-15]', async () => {
    const policy: Policy = { ...SAFE_POLICY, 'rollback.afterWin': 'reverseBoth', 'win.withoutBet': 'accept' };
    const balances: bigint[] = [];
    for (const together of [false, true]) {
      await using table = await ledgerTable({ lanes: 1, policy });
      const player = await table.player('USD', '100.00');
      await ask(table, player, win('w1'));
      const calls = [
        async () => ask(table, player, bet('b1')),
        async () => ask(table, player, win('w2', { bet: 'b1', round: null })),
        async () => ask(table, player, undo('x1', 'round', 'r1')),
      ];
      if (together) await Promise.all(calls.map(async (each) => each()));
      else for (const each of calls) await each();
      balances.push(await table.balance(player));
      await sound(table);
    }
    expect(balances).toEqual([10_000n, 10_000n]);
  });
});

describe('wins that wait past their deadline', () => {
  const sweepOf = (table: Table, nowMs: number, known: readonly string[]) => ({
    sql: table.sql,
    nowMs,
    policyOf: (name: string) => (known.includes(name) ? table.policy : null),
    nextId: () => transactionId(newId()),
    submit: async (asked: WalletRequest, policy: Policy) => table.ledgerAt().submit(asked, policy, 15_000),
  });

  it('are settled past those of an aggregator that is gone, and past a locked wallet [WIN-06]', async () => {
    await using table = await ledgerTable({ lanes: 1 });
    const [free, held] = [await table.player('USD', '1.00'), await table.player('USD', '1.00')];
    const gone = aggregatorName('gone');
    for (let index = 0; index < 7; index += 1) {
      const named = win(`g${index}`, { bet: `gone-${index}` });
      expect(await ask(table, free, named, { aggregator: gone })).toBe('PARKED');
    }
    expect(await ask(table, held, win('h1', { bet: 'h' }), { nowMs: systemClock.now() - 1_000 })).toBe('PARKED');
    expect(await ask(table, free, win('f1', { bet: 'f' }))).toBe('PARKED');
    const sweep = sweepOf(table, systemClock.now() + table.policy['win.parkMs'] + 60_000, ['acme']);
    await table.sql.begin(async (transaction) => {
      await transaction`SELECT 1 FROM wallet WHERE player = ${held} FOR UPDATE`;
      // a page smaller than what is in the way
      expect(await expireParked(sweep, 3)).toBe(1);
    });
    expect(await ask(table, free, win('f1', { bet: 'f' }))).toBe('not_found');
    await expect.poll(async () => expireParked(sweep, 3)).toBe(1);
    expect(await ask(table, held, win('h1', { bet: 'h' }))).toBe('not_found');
    await sound(table);
  });

  it('end when their bet is refused, in the book, too [WIN-06]', async () => {
    await using table = await ledgerTable();
    const player = await table.player('USD', '1.00');
    expect(await ask(table, player, win('w1', { bet: 'b1' }))).toBe('PARKED');
    expect(await ask(table, player, bet('b1', { amount: '10' }))).toBe('insufficient_funds');
    expect(await ask(table, player, win('w1', { bet: 'b1' }))).toBe('not_found');
    const [row] = await table.sql`SELECT sum(waiting)::int AS waiting FROM wallet WHERE player = ${player}`;
    expect(row).toEqual({ waiting: 0 });
    await sound(table);
  });
});

describe('amounts', () => {
  it('that no row holds are refused, and the next call is served [BET-06, BET-08]', async () => {
    await using table = await ledgerTable();
    const player = await table.player('USD', '100.00');
    const huge = `1${'0'.repeat(57)}`;
    const near = `9${'0'.repeat(34)}`;
    expect(await ask(table, player, bet('b1', { amount: '0.001' }))).toBe('below_minimum');
    expect(await ask(table, player, bet('b2', { amount: huge }))).toBe('limit_reached');
    expect(await ask(table, player, win('w1', { flavour: 'jackpot', round: null, amount: huge }))).toBe(
      'limit_reached',
    );
    expect(await ask(table, player, win('w2', { flavour: 'jackpot', round: null, amount: near }))).toBe('OK');
    expect(await ask(table, player, win('w3', { flavour: 'jackpot', round: null, amount: near }))).toBe(
      'limit_reached',
    );
    expect(await ask(table, player, bet('b3'))).toBe('OK');
    await sound(table);
  });

  it('keep the scale their wallets were made with: another one in the configuration is told [BET-14]', async () => {
    await using table = await ledgerTable();
    await table.player('USD', '100.00');
    expect(await scaleMismatch(table.sql, CURRENCIES)).toBeNull();
    expect(await scaleMismatch(table.sql, currencies({ JPY: { scale: 0 } }))).toBeNull();
    const told = await scaleMismatch(table.sql, currencies({ USD: { scale: 3 } }));
    expect(told).toBe(
      'currencies.USD.scale is 3, but wallets hold USD with scale 2; a scale never changes once there are wallets, so write 2',
    );
  });

  it('of the cashier are keyed by reference, whatever lies between [BET-32]', async () => {
    await using table = await ledgerTable();
    const player = await table.player('USD', '1.00');
    const deposit = (id: string): Operation => ({ kind: 'deposit', id: externalId(id), amount: amount('1') });
    expect(await ask(table, player, deposit('D-1'))).toBe('OK');
    expect(await ask(table, player, deposit('d-1'))).toBe('OK');
    expect(await ask(table, player, deposit('D-1'))).toBe('OK_DUP');
  });
});
