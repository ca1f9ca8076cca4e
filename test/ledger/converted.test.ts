/** What was converted in a span: every row of it once, whatever round it belongs to, and found without reading the book. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRecords } from '../../src/ledger/index.ts';
import { systemClock } from '../../src/platform/index.ts';
import type { Operation, PlayerId } from '../../src/wallet/index.ts';
import { bet, undo, win } from '../support/act.ts';
import { quotedAt } from '../support/exchange.ts';
import { ledgerTable, request } from '../support/ledger.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

describe('what was converted in a span', () => {
  let table: Awaited<ReturnType<typeof ledgerTable>>;
  let player: PlayerId;
  const exchange = quotedAt('64123.45');
  beforeAll(async () => {
    table = await ledgerTable();
    player = await table.player('BTC', '1');
  });
  afterAll(async () => table[Symbol.asyncDispose]());

  const play = async (operation: Operation, nowMs: number) => {
    const asked = request(player, 'USD', [operation], { exchange, session: { kind: 'live', currency: 'USD' }, nowMs });
    expect(await table.ledgerAt().submit(asked, table.policy, 20_000)).toMatchObject({ kind: 'applied' });
  };
  const of = async (fromMs: number, toMs: number) => {
    const lines = await createRecords(table.sql).converted({ fromMs, toMs });
    return {
      units: lines.reduce((sum, each) => sum + each.units, 0n),
      amount: lines.reduce((sum, each) => sum + Number(each.amount), 0),
    };
  };

  it('has money without a round, and rounds that began any time before, each on the day it was booked [FX-18, FX-25]', async () => {
    const today = Math.floor(systemClock.now() / DAY_MS) * DAY_MS;
    const longAgo = today - 30 * DAY_MS;
    await play(bet('old', { round: 'old', amount: '1.00' }), longAgo + HOUR_MS);
    await play(win('old-w', { round: 'old', bet: 'old', amount: '2.50' }), today + 1);
    await play(win('promo', { round: null, flavour: 'promo', amount: '1.00' }), today + 2);
    expect(await of(today, today + DAY_MS)).toEqual({ units: -3_899n - 1_559n, amount: -3.5 });
    expect(await of(longAgo, longAgo + DAY_MS)).toEqual({ units: 1_559n, amount: 1 });
    expect(await of(longAgo, today + DAY_MS)).toEqual({ units: -3_899n, amount: -2.5 });
  });

  it('has a row at midnight on one day only, and takes what is returned from the day of its bet', async () => {
    const midnight = Math.floor(systemClock.now() / DAY_MS) * DAY_MS - 10 * DAY_MS;
    await play(bet('last', { round: 'm1', amount: '1.00' }), midnight - 1);
    await play(bet('first', { round: 'm2', amount: '1.00' }), midnight);
    const before = async () => of(midnight - DAY_MS, midnight);
    expect([await before(), await of(midnight, midnight + DAY_MS)]).toEqual([
      { units: 1_559n, amount: 1 },
      { units: 1_559n, amount: 1 },
    ]);
    await play(undo('u1', 'bet', 'last', '0.33'), midnight + HOUR_MS);
    expect(await before()).toEqual({ units: 1_559n - 514n, amount: 0.67 });
    await play(undo('u2', 'bet', 'last', '0.67'), midnight + 2 * HOUR_MS);
    expect(await before()).toEqual({ units: 0n, amount: 0 });
  });

  it('is read by an index over the converted rows alone', async () => {
    const rows = await table.sql.begin(async (tx) => {
      await tx`SET LOCAL enable_seqscan = off`;
      return tx<{ 'QUERY PLAN': string }[]>`
        EXPLAIN SELECT 1 FROM transaction
        WHERE fx IS NOT NULL AND created_at >= now() - interval '1 hour' AND created_at < now() AND kind IN ('bet', 'win')`;
    });
    expect(rows.map((row) => row['QUERY PLAN']).join('\n')).toContain('transaction_fx_created');
  });
});
