import { describe, expect, it } from 'vitest';
import { audit, Uncertain } from '../../src/ledger/index.ts';
import { externalId } from '../../src/wallet/index.ts';
import { amount, ledgerTable, request } from '../support/ledger.ts';

const bet = (id: string, stake = '10.00') => ({ id, round: `r-${id}`, amount: stake });

describe('the ledger when the database misbehaves', () => {
  it('settles a lost COMMIT answer by asking again: booked once, answered applied [RET-09]', async () => {
    await using table = await ledgerTable({ proxied: true, lanes: 1 });
    const player = await table.player('USD', '100.00');
    const cut = table.proxy().cutNext('COMMIT', 'after');
    const outcome = await table.bet(player, bet('b-1'));
    await cut;
    expect(outcome).toMatchObject({ kind: 'applied', duplicate: true });
    expect(await table.balance(player)).toBe(9_000n);
    expect((await audit(table.sql)).sound).toBe(true);
  });

  it('books once when the connection is cut before COMMIT reaches the server [RET-08]', async () => {
    await using table = await ledgerTable({ proxied: true, lanes: 1 });
    const player = await table.player('USD', '100.00');
    const cut = table.proxy().cutNext('COMMIT', 'before');
    const outcome = await table.bet(player, bet('b-1'));
    await cut;
    expect(outcome).toMatchObject({ kind: 'applied', duplicate: false });
    expect(await table.balance(player)).toBe(9_000n);
  });

  it('keeps every bet of a parallel batch single through a cut at COMMIT [RET-07]', async () => {
    await using table = await ledgerTable({ proxied: true, lanes: 1 });
    const player = await table.player('USD', '1000.00');
    const cut = table.proxy().cutNext('COMMIT', 'after');
    const outcomes = await Promise.all(
      Array.from({ length: 60 }, async (_unused, index) => table.bet(player, bet(`b-${index}`, '1.00'))),
    );
    await cut;
    expect(outcomes.every((outcome) => outcome.kind === 'applied')).toBe(true);
    expect(await table.balance(player)).toBe(94_000n);
    expect((await audit(table.sql)).sound).toBe(true);
  });

  it('answers uncertain while the database is away, books nothing, and recovers alone [RET-14]', async () => {
    await using table = await ledgerTable({ proxied: true, lanes: 1 });
    const player = await table.player('USD', '100.00');
    table.proxy().shut();
    const withdrawal = async () =>
      table
        .ledgerAt()
        .submit(
          request(player, 'USD', [{ kind: 'withdrawal', id: externalId('w-1'), amount: amount('1.00') }]),
          table.policy,
          1_000,
        );
    // The database stays away until this has answered: whoever waited for it would wait for ever.
    await expect(withdrawal()).rejects.toBeInstanceOf(Uncertain);
    expect(await table.balance(player)).toBe(10_000n);
    table.proxy().open();
    await expect.poll(async () => (await withdrawal().catch(() => null))?.kind).toBe('applied');
    expect(await table.balance(player)).toBe(9_900n);
  });

  it('answers uncertain, not "no funds", while somebody else holds the wallet, and serves the neighbours [BET-45]', async () => {
    await using table = await ledgerTable({ lanes: 1 });
    const held = await table.player('USD', '100.00');
    const free = await table.player('USD', '100.00');
    await table.sql
      .begin(async (transaction) => {
        await transaction`SELECT 1 FROM wallet WHERE player = ${held} FOR UPDATE`;
        const answers = await Promise.allSettled([
          table.bet(held, bet('h-1')),
          table.bet(held, bet('h-2')),
          table.bet(free, bet('f-1')),
        ]);
        expect(answers[0]).toMatchObject({ status: 'rejected' });
        expect(answers[1]).toMatchObject({ status: 'rejected' });
        expect(answers[2]).toMatchObject({ status: 'fulfilled', value: { kind: 'applied' } });
        throw new Error('let go');
      })
      .catch((error: unknown) => expect(error).toMatchObject({ message: 'let go' }));
    await expect.poll(async () => (await table.bet(held, bet('h-3'))).kind).toBe('applied');
  });

  it('answers promptly when the queue is full [RET-15]', async () => {
    await using table = await ledgerTable({ lanes: 1, maxQueue: 20 });
    const player = await table.player('USD', '1000.00');
    const answers = await Promise.allSettled(
      Array.from({ length: 500 }, async (_unused, index) => table.bet(player, bet(`q-${index}`, '1.00'))),
    );
    const full = answers.filter((answer) => answer.status === 'rejected');
    expect(full.length).toBeGreaterThan(300);
    const applied = answers.length - full.length;
    expect(await table.balance(player)).toBe(100_000n - 100n * BigInt(applied));
  });

  it('decides crossing bursts on many players on two replicas without a deadlock [BET-37]', async () => {
    await using table = await ledgerTable({ replicas: 2 });
    const players = await Promise.all(Array.from({ length: 8 }, async () => table.player('USD', '1000.00')));
    const outcomes = await Promise.all(
      Array.from({ length: 800 }, async (_unused, index) => {
        const player = players[(index * 7) % players.length];
        return player === undefined ? null : table.bet(player, bet(`x-${index}`, '1.00'), index % 2);
      }),
    );
    expect(outcomes.every((outcome) => outcome?.kind === 'applied')).toBe(true);
    expect((await audit(table.sql)).sound).toBe(true);
  });
});
