/** A sound book is never called unsound: random histories of every kind, each of their rounds judged. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { playerId } from '../../src/wallet/index.ts';
import { countingIds, stories, WALLETS } from '../support/histories.ts';
import { CURRENCIES } from '../support/ledger.ts';
import { tell } from '../support/tell.ts';
import { stage } from './stage.ts';

const SEED = Number(process.env['CROUPIER_MODEL_SEED'] ?? Math.floor(Math.random() * 0x7fff_ffff));

it('finds no imbalance in the rounds of a book that the auditor would pass [I1]', { timeout: 300_000 }, async () => {
  await using at = await stage({ aggregators: ['acme', 'beta'] });
  const ledger = at.table.ledgerAt();
  const told = fc.sample(stories(60), { numRuns: 60, seed: SEED });
  await Promise.all(
    told.map(async (story, series) => {
      const prefix = `s${series}-`;
      const nextId = countingIds(series);
      for (const { player, currency } of WALLETS) {
        const known = CURRENCIES.get(currency);
        if (known !== undefined) await ledger.ensureWallet(playerId(prefix + player), known, 'active');
      }
      for (const act of tell(story, prefix))
        if (act.kind === 'call')
          await ledger.submit({ ...act.asked, sessionId: null, nowMs: act.nowMs, nextId }, story.policy, 30_000);
    }),
  );
  const aggregators = await at.sql<{ aggregator: string }[]>`SELECT DISTINCT aggregator FROM round`;
  const known = new Set(at.options.aggregators.map((each) => String(each.name)));
  expect(aggregators.filter((each) => !known.has(each.aggregator))).toEqual([]);
  await at.sql`
    INSERT INTO round_view (shard, player, aggregator, round_id, due_at, created_at)
    SELECT DISTINCT shard, player, aggregator, round_id, timestamptz '2000-01-01', now() FROM round`;
  await at.settle();
  const judged = await at.sql`SELECT count(*)::integer AS count FROM round_view WHERE hash IS NOT NULL`;
  expect(judged[0]?.['count']).toBeGreaterThan(100);
  const wrong =
    await at.sql`SELECT player, aggregator, round_id FROM discrepancy WHERE kind = 'LEDGER_IMBALANCE' LIMIT 5`;
  expect(wrong, `seed ${SEED}`).toEqual([]);

  // And it would have been found.
  const [tampered] = await at.sql<{ round_id: string; player: string }[]>`
    UPDATE round SET paid = paid + 1 WHERE (shard, player, aggregator, id_scope, round_id) IN (
      SELECT shard, player, aggregator, id_scope, round_id FROM round LIMIT 1
    ) RETURNING round_id, player`;
  await at.judgeAll();
  expect(await at.sql`SELECT player, round_id, state, weight FROM discrepancy WHERE kind = 'LEDGER_IMBALANCE'`).toEqual(
    [{ ...tampered, state: 'open', weight: 'critical' }],
  );
});
