/** Quotes by which nothing was converted go; the others, and the words they were made of, are evidence. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createQuoteRetention } from '../../src/fx/retention.ts';
import { newId } from '../../src/platform/index.ts';
import { bet } from '../support/act.ts';
import { quotedAt } from '../support/exchange.ts';
import { ledgerTable, request } from '../support/ledger.ts';

const GO = { stopped: false };
const DAY_MS = 86_400_000;
const OLD = Date.now() - 200 * DAY_MS;
const BEFORE = Date.now() - 90 * DAY_MS;

let at: Awaited<ReturnType<typeof ledgerTable>>;
beforeAll(async () => {
  at = await ledgerTable();
});
afterAll(async () => at[Symbol.asyncDispose]());

async function quote(pair: string, startsAtMs: number, ticks: readonly string[] = [], source = 'one'): Promise<string> {
  const id = newId();
  const [from, to] = [new Date(startsAtMs), new Date(startsAtMs + 60_000)];
  await at.sql`
    INSERT INTO fx_quote (id, pair, market, spread_bps, rate, source, ticks, observed_at, issued_at, starts_at, expires_at)
    VALUES (${id}, ${pair}, 64123.45, 0, 64123.45, ${source}, ${[...ticks]}::uuid[], ${from}, ${from}, ${from}, ${to})`;
  return id;
}

async function tick(): Promise<string> {
  const id = newId();
  await at.sql`INSERT INTO fx_tick VALUES (${id}, 'BTC/USD', 'one', '64123.45', ${new Date(OLD)}, ${new Date(OLD)})`;
  return id;
}

const left = async () => new Set((await at.sql`SELECT id FROM fx_quote`).map((row) => String(row['id'])));
const ticksLeft = async () => new Set((await at.sql`SELECT id FROM fx_tick`).map((row) => String(row['id'])));

it('goes after its time unless money was converted by it, and takes the words with it that only it was made of', async () => {
  const [own, shared, kept] = [await tick(), await tick(), await tick()];
  const unused = await quote('BTC/USD', OLD, [own, shared]);
  const used = await quote('BTC/USD', OLD + 60_000, [shared, kept]);
  const young = await quote('BTC/USD', Date.now() - DAY_MS);
  const last = await quote('ETH/USD', OLD);
  const exchange = quotedAt('64123.45');
  const player = await at.player('BTC', '1');
  const outcome = await at.ledgerAt().submit(
    request(player, 'USD', [bet('b-1', { round: 'r-1', amount: '1' })], {
      exchange: { ...exchange, current: { ...exchange.current, id: used } },
    }),
    at.policy,
    20_000,
  );
  expect(outcome.kind).toBe('applied');
  expect(await createQuoteRetention(at.sql).expire(BEFORE, GO)).toBe(1);
  // The last one of a pair is what the next word is compared with, however old it is.
  expect(await left()).toEqual(new Set([used, young, last]));
  expect(await ticksLeft()).toEqual(new Set([shared, kept]));
  expect(unused).not.toBe(used);
  const refuse = async (work: Promise<unknown>) => expect(work).rejects.toThrow(/it is kept/);
  await refuse(at.sql`DELETE FROM fx_quote WHERE id = ${used}`.execute());
  await refuse(at.sql`DELETE FROM fx_quote WHERE id = ${young}`.execute());
  await refuse(at.sql`DELETE FROM fx_tick WHERE id = ${kept}`.execute());
  await expect(at.sql`UPDATE fx_quote SET rate = 1, market = 1`.execute()).rejects.toThrow(/append-only/);
});

it('goes in bounded batches, past those that stay', async () => {
  await at.sql`
    INSERT INTO fx_quote (id, pair, market, spread_bps, rate, source, ticks, observed_at, issued_at, starts_at, expires_at)
    SELECT gen_random_uuid(), 'LTC/USD', 80, 0, 80, 'one', '{}', t, t, t, t + interval '1 minute'
    FROM generate_series(${new Date(OLD)}::timestamptz, ${new Date(OLD + 1_300 * 60_000)}::timestamptz, '1 minute') AS t`;
  expect(await createQuoteRetention(at.sql).expire(BEFORE, { stopped: true })).toBe(0);
  expect(await createQuoteRetention(at.sql).expire(BEFORE, GO)).toBe(1_300);
  expect(await at.sql`SELECT count(*)::integer AS count FROM fx_quote WHERE pair = 'LTC/USD'`).toEqual([{ count: 1 }]);
});

it('is looked up by an index, not by reading the book', async () => {
  const plan = await at.sql.begin(async (tx) => {
    await tx`SET LOCAL enable_seqscan = off`;
    return tx`
      EXPLAIN SELECT 1 FROM transaction WHERE fx IS NOT NULL AND fx::jsonb ->> 'quoteId' = '01900000-0000-7000-9000-000000000000'`;
  });
  expect(JSON.stringify(plan)).toContain('transaction_fx_quote');
});
