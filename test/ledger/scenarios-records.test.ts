/** Situations of the scenario catalogue about the book as a record: who alters it is found, and what it remembers is never forgotten. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expireJournal } from '../../src/gateway/index.ts';
import { audit } from '../../src/ledger/index.ts';
import { systemClock } from '../../src/platform/index.ts';
import type { PlayerId } from '../../src/wallet/index.ts';
import { bet, undo, win } from '../support/act.ts';
import { ledgerTable } from '../support/ledger.ts';
import { HOUR_MS, said, stage, summary } from '../settlement/stage.ts';

describe('a row that is altered out of band', () => {
  let table: Awaited<ReturnType<typeof ledgerTable>>;
  let ann: PlayerId;
  beforeAll(async () => {
    table = await ledgerTable();
    ann = await table.player('USD', '10.00');
    for (const id of ['1', '2', '3', '4', '5']) {
      await table.submit(ann, bet(`b${id}`, { amount: '1.00', round: `r${id}` }));
      await table.submit(ann, win(`w${id}`, { amount: '0.50', round: `r${id}`, bet: `b${id}` }));
    }
    await table.sql`ALTER TABLE posting DISABLE TRIGGER ALL`;
  });
  afterAll(async () => table[Symbol.asyncDispose]());

  const SEQ = 6;
  const found = async () => {
    const { sound, findings } = await audit(table.sql);
    const broken = findings.filter((each) => each.violations > 0);
    return { sound, ids: broken.map((each) => each.id), first: broken.map((each) => each.examples[0]?.detail ?? '') };
  };

  it.each([
    ['units', 'units = units + 1', 'units = units - 1'],
    ['balance_after', 'balance_after = balance_after + 1', 'balance_after = balance_after - 1'],
    ['debit', "debit = 'stakes:other'", "debit = 'player'"],
    ['credit', "credit = 'payouts:other'", "credit = 'stakes:acme'"],
    ['seq', 'seq = 1000', 'seq = 6'],
    ['transaction_id', "transaction_id = '01900000-0000-7000-9000-000000000000'", null],
  ])('in its %s is found, and the first broken row named [CMP-07]', async (column, change, back) => {
    expect(await found()).toMatchObject({ sound: true });
    const [row] = await table.sql`SELECT debit, transaction_id FROM posting WHERE player = ${ann} AND seq = ${SEQ}`;
    expect(row?.['debit']).toBe('player');
    await table.sql.unsafe(`UPDATE posting SET ${change} WHERE player = '${ann}' AND seq = ${SEQ}`);
    const after = await found();
    expect(after.sound).toBe(false);
    if (column === 'units' || column === 'balance_after' || column === 'debit')
      expect(after.first.join('; ')).toContain(`posting ${SEQ} says`);
    const restore = back ?? `transaction_id = '${row?.['transaction_id']}'`;
    await table.sql.unsafe(
      `UPDATE posting SET ${restore} WHERE player = '${ann}' AND seq = ${column === 'seq' ? 1000 : SEQ}`,
    );
  });
});

describe('retention', () => {
  it('forgets no transaction id, however old, and no fact of what is still open or may still be repeated [CMP-10]', async () => {
    await using at = await stage({ settings: { retentionMs: HOUR_MS } });
    const ann = await at.table.player('USD', '10.00');
    await at.play(ann, bet('b1', { amount: '1.00', round: 'r1' }));
    await at.play(ann, undo('x9', 'bet', 'b9'));
    const missing = said.win('w1', '5', 'b1');
    await at.tell(
      summary({ player: ann, round: 'r1', totals: ['1', '5'], transactions: [said.bet('b1', '1'), missing] }),
    );
    await at.settle();
    // Everything that forgets, asked to forget all it may, long after.
    at.clock.advance(10 * 24 * HOUR_MS);
    await at.settlement.sweep();
    await expireJournal({
      sql: at.sql,
      nowMs: systemClock.now() + 900 * 24 * HOUR_MS,
      retentionMs: 0,
      turn: { stopped: false },
    });
    expect(await at.found(ann)).toEqual(['WIN_MISSING w1']);
    expect(await at.sql`SELECT event_key FROM settlement_event`).toHaveLength(1);
    expect(await at.play(ann, bet('b1', { amount: '1.00', round: 'r1' }))).toMatchObject({
      kind: 'applied',
      duplicate: true,
    });
    expect(await at.play(ann, bet('b9', { amount: '1.00', round: 'r9' }))).toMatchObject({ refusal: 'reversed' });
    expect(await at.play(ann, bet('b1', { amount: '2.00', round: 'r1' }))).toMatchObject({ refusal: 'conflict' });
    await expect(at.sql`DELETE FROM transaction WHERE external_id = 'b1'`).rejects.toThrow(/append-only/);
    await expect(at.sql`DELETE FROM transaction WHERE state = 'tombstone'`).rejects.toThrow(/append-only/);
  });
});
