import { describe, expect, it } from 'vitest';
import { audit } from '../../src/ledger/index.ts';
import { SAFE_POLICY } from '../../src/wallet/index.ts';
import { ledgerTable } from '../support/ledger.ts';

describe('the ledger under parallel calls', () => {
  it('applies exactly 25 of 100 parallel bets of 10 on a wallet of 250 [BET-24]', async () => {
    await using table = await ledgerTable();
    const player = await table.player('USD', '250.00');
    const outcomes = await Promise.all(
      Array.from({ length: 100 }, async (_unused, index) =>
        table.bet(player, { id: `bet-${index}`, round: `r-${index}`, amount: '10.00' }),
      ),
    );
    expect(outcomes.filter((outcome) => outcome.kind === 'applied')).toHaveLength(25);
    expect(
      outcomes.filter((outcome) => outcome.kind === 'rejected' && outcome.refusal === 'insufficient_funds'),
    ).toHaveLength(75);
    expect(await table.balance(player)).toBe(0n);
    expect((await audit(table.sql)).findings.filter((finding) => finding.violations > 0)).toEqual([]);
  });

  it('debits once for the same bet fifty times in parallel, with one operator id [BET-26]', async () => {
    await using table = await ledgerTable();
    const player = await table.player('USD', '100.00');
    const outcomes = await Promise.all(
      Array.from({ length: 50 }, async () => table.bet(player, { id: 'bet-1', round: 'r-1', amount: '10.00' })),
    );
    expect(outcomes.every((outcome) => outcome.kind === 'applied')).toBe(true);
    const ids = new Set(outcomes.map((outcome) => (outcome.kind === 'applied' ? outcome.results[0]?.id : null)));
    expect(ids.size).toBe(1);
    expect(outcomes.filter((outcome) => outcome.kind === 'applied' && !outcome.duplicate)).toHaveLength(1);
    expect(await table.balance(player)).toBe(9_000n);
  });

  it('nets to zero in 1,000 races of a rollback against its bet, on two replicas [RB-05]', async () => {
    await using table = await ledgerTable({ replicas: 2 });
    const player = await table.player('USD', '10000.00');
    const pairs = await Promise.all(
      Array.from({ length: 1_000 }, async (_unused, index) => {
        const bet = async () =>
          table.bet(player, { id: `bet-${index}`, round: `r-${index}`, amount: '1.00' }, index % 2);
        const rollback = async () =>
          table.rollback(player, { id: `rb-${index}`, bet: `bet-${index}` }, (index + 1) % 2);
        return index % 3 === 0
          ? Promise.all([bet(), rollback()])
          : Promise.all([rollback(), bet()]).then(([b, a]) => [a, b] as const);
      }),
    );
    for (const [bet, rollback] of pairs) {
      const taken = bet.kind === 'applied';
      const returned = rollback.kind === 'applied';
      expect(taken).toBe(returned);
      if (!taken) {
        expect(bet).toMatchObject({ kind: 'rejected', refusal: 'reversed' });
        expect(rollback).toMatchObject({ kind: 'rejected', refusal: 'not_found' });
      }
    }
    expect(await table.balance(player)).toBe(1_000_000n);
    expect((await audit(table.sql)).sound).toBe(true);
  });

  it('books one id for two players in the same instant only once [BET-28]', async () => {
    await using table = await ledgerTable({ replicas: 2 });
    const first = await table.player('USD', '100.00');
    const second = await table.player('USD', '100.00');
    for (let index = 0; index < 50; index += 1) {
      const outcomes = await Promise.all([
        table.bet(first, { id: `shared-${index}`, round: 'r', amount: '1.00' }, 0),
        table.bet(second, { id: `shared-${index}`, round: 'r', amount: '1.00' }, 1),
      ]);
      expect(outcomes.map((outcome) => outcome.kind).toSorted()).toEqual(['applied', 'rejected']);
      expect(outcomes.find((outcome) => outcome.kind === 'rejected')).toMatchObject({
        refusal: 'conflict',
        field: 'player',
      });
    }
    expect((await table.balance(first)) + (await table.balance(second))).toBe(15_000n);
  });

  it('refuses UPDATE, DELETE and TRUNCATE of postings [CMP-06]', async () => {
    await using table = await ledgerTable();
    await table.player('USD', '5.00');
    await expect(table.sql`UPDATE posting SET units = 1`).rejects.toThrow(/append-only/);
    await expect(table.sql`DELETE FROM posting`).rejects.toThrow(/append-only/);
    await expect(table.sql`TRUNCATE posting`).rejects.toThrow(/append-only/);
    expect(SAFE_POLICY['balance.negative']).toBe('receivable');
  });
});
