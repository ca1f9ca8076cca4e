/** What settlement keeps bounded, and strangers that it keeps apart: each of these would grow, or mix, without end. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keepClaims } from '../../src/settlement/index.ts';
import { compareDueDays, expireSettlement } from '../../src/settlement/sweeps.ts';
import { selectEventsOf } from '../../src/settlement/view-store.ts';
import type { AssertedTransaction } from '../../src/dialects/index.ts';
import { bet } from '../support/act.ts';
import { HOUR_MS, said, stage, summary } from './stage.ts';
import type { Stage } from './stage.ts';

const GO = { stopped: false };
const DAY_MS = 24 * HOUR_MS;

describe('claims of a list that names neither player nor round', () => {
  let at: Stage;
  beforeAll(async () => {
    at = await stage();
  });
  afterAll(async () => at[Symbol.asyncDispose]());

  const keep = async (transactions: readonly AssertedTransaction[], round = '') => {
    const nowMs = at.clock.now();
    const rest = { aggregator: 'acme', player: '', round, game: null, provider: null, source: 'timed_out' } as const;
    const row = { ...rest, version: 0, currency: null, occurredAtMs: null, receivedAtMs: nowMs, origin: 'a list' };
    await keepClaims(
      at.options.sql,
      transactions.map((transaction) => ({ ...row, transaction })),
      nowMs,
    );
    await at.settle();
  };

  it('are kept apart, and each finds its round when its transaction is booked after all', async () => {
    const [ann, ben] = [await at.table.player('USD', '10.00'), await at.table.player('USD', '10.00')];
    await keep([said.bet('b-ann', '1'), said.bet('b-ben', '2'), said.bet('b-nobody', '3')]);
    const views = await at.sql`SELECT round_id FROM round_view WHERE player = '' ORDER BY 1`;
    expect(views.map((row) => row['round_id'])).toEqual([
      'transaction bet b-ann',
      'transaction bet b-ben',
      'transaction bet b-nobody',
    ]);
    await at.play(ann, bet('b-ann', { round: 'r-ann', amount: '1', closes: true }));
    await at.play(ben, bet('b-ben', { round: 'r-ben', amount: '2', closes: true }));
    at.clock.advance(HOUR_MS);
    await at.settle();
    expect(await at.view(ann, 'r-ann')).toMatchObject({ state: 'balanced' });
    expect(await at.view(ben, 'r-ben')).toMatchObject({ state: 'balanced' });
    const open = (await at.settlement.discrepancies({ limit: 100 })).filter((each) => each.state !== 'resolved');
    expect(open.map((each) => [each.kind, each.transactionId])).toEqual([['BET_MISSING', 'b-nobody']]);
    expect(await at.sql`SELECT player, round_id FROM claim WHERE tx_id = 'b-ann'`).toEqual([
      { player: ann, round_id: 'r-ann' },
    ]);
  });

  it('belong to a bet without a round, where that is what was booked', async () => {
    const player = await at.table.player('USD', '10.00');
    await keep([said.bet('b-loose', '1', { status: 'failed' })]);
    await at.play(player, bet('b-loose', { round: null, amount: '1' }));
    at.clock.advance(HOUR_MS);
    await at.settle();
    expect(await at.found(player)).toEqual(['BET_EXTRA b-loose']);
  });
});

describe('settlement', () => {
  it('reads a few contradictions of an aggregator that has one id for all its events, and not all of them', async () => {
    await using at = await stage();
    const player = await at.table.player('USD', '10.00');
    for (let index = 0; index < 40; index += 1)
      await at.tell(summary({ player, round: `r-${index}`, eventId: 'always-the-same', transactions: [] }));
    await at.settle();
    const [view] = await at.sql<{ shard: number }[]>`SELECT shard FROM round_view LIMIT 1`;
    const key = { aggregator: 'acme', player, round: 'r-7', shard: view?.shard ?? 0 };
    expect((await selectEventsOf(at.sql, [key])).length).toBeLessThan(10);
    expect(await at.found(player)).toContain('EVENT_CONFLICT');
  });

  it('looks at a round that is never finished ever more rarely, and lets it go at last', async () => {
    await using at = await stage();
    const player = await at.table.player('USD', '10.00');
    await at.play(player, bet('b-1', { round: 'r-1', amount: '1' }));
    const rest = { aggregator: 'acme', player, round: 'r-1', game: null, provider: null, source: 'report' } as const;
    const nowMs = at.clock.now();
    const row = { ...rest, version: 0, currency: 'USD', occurredAtMs: nowMs, receivedAtMs: nowMs, origin: 'a list' };
    await keepClaims(at.options.sql, [{ ...row, transaction: said.bet('b-1', '1') }], nowMs);
    let looks = 0;
    // A player who never comes back: the bet is settled by a win of nothing, the round is never closed.
    await at.sql`UPDATE round SET bets_standing = 0`;
    for (let hour = 0; hour < 20 * 24; hour += 1) {
      await at.settle();
      at.clock.advance(HOUR_MS);
      looks += Number((await at.sql`SELECT 1 FROM round_view WHERE due_at <= ${new Date(at.clock.now())}`).length > 0);
    }
    expect(await at.view(player, 'r-1')).toMatchObject({ state: 'incomplete' });
    expect(looks).toBeLessThan(15);
    at.clock.advance(400 * DAY_MS);
    expect(await expireSettlement(at.options, GO)).toBe(1);
    expect(await at.sql`SELECT count(*)::integer AS count FROM claim`).toEqual([{ count: 0 }]);
  });

  it('makes up for the days that nobody compared because nothing ran', async () => {
    await using at = await stage();
    const today = Math.floor(at.clock.now() / DAY_MS) * DAY_MS;
    const marks = async () =>
      (await at.sql<{ at: Date }[]>`SELECT at FROM settlement_mark WHERE name = 'daily acme 1'`)[0]?.at.getTime();
    at.clock.advance(today + DAY_MS + 13 * HOUR_MS - at.clock.now());
    await compareDueDays(at.options, GO);
    expect(await marks()).toBe(today);
    const player = await at.table.player('USD', '10.00');
    await at.play(player, bet('b-2', { round: 'r-2', amount: '1', closes: true }));
    // The bet's day becomes due while nothing runs, and five more days pass.
    at.clock.advance(6 * DAY_MS);
    await compareDueDays(at.options, GO);
    expect(await marks()).toBe(today + 6 * DAY_MS);
  });
});
