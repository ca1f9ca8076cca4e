/** Asking about what is open: at the aggregator's address, once, for the time around the bet, and what its answer settles. */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ListedTransaction, ListName } from '../../src/dialects/index.ts';
import { covers, mergeSpans, spanAround } from '../../src/settlement/inquiry-rules.ts';
import { amount } from '../support/ledger.ts';
import { bet } from '../support/act.ts';
import { HOUR_MS, mirror, said, SETTINGS, stage, summary } from './stage.ts';
import type { Stage } from './stage.ts';

const MINUTE_MS = 60_000;

describe('what is open', () => {
  let at: Stage;
  let lists: Record<ListName, ListedTransaction[]>;
  let asked: { list: string | null; fromMs: number; toMs: number }[];
  let isAway: boolean;
  const ask = (async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    if (isAway) return new Response('', { status: 503 });
    const headers = Object.fromEntries(new Headers(init?.headers));
    const request = {
      method: 'GET',
      path: url.pathname,
      subpath: '',
      rawQuery: url.search.slice(1),
      headers,
      arrivedAtMs: 0,
    };
    const served = mirror.serveTransactions?.({ ...request, body: new Uint8Array() }, (list, { fromMs, toMs }) => {
      asked.push({ list, fromMs, toMs });
      return lists[list].filter(({ occurredAtMs }) => (occurredAtMs ?? 0) >= fromMs && (occurredAtMs ?? 0) < toMs);
    });
    return new Response(served?.body, { status: served?.status ?? 500, headers: served?.headers ?? {} });
  }) satisfies typeof fetch;

  beforeEach(async () => {
    lists = { transactions: [], timed_out: [] };
    asked = [];
    isAway = false;
    at = await stage({
      settings: {
        automatic: new Map([['USD', { perTransaction: amount('10'), perDay: amount('50') }]]),
        // The regular lists have long gone by: what is found here was asked for.
        lists: { ...SETTINGS.lists, everyMs: 400 * HOUR_MS },
      },
      more: { errands: { fetch: ask, pause: async () => undefined } },
    });
    await at.settlement.pull();
    asked = [];
  });
  afterEach(async () => at[Symbol.asyncDispose]());

  const entry = (transaction: ListedTransaction['transaction'], occurredAtMs: number): ListedTransaction => ({
    transaction,
    player: null,
    round: null,
    game: 'g-1',
    provider: null,
    currency: 'USD',
    occurredAtMs,
    version: 0,
  });
  /** As if the last time anybody was asked were long ago. */
  const laterTurn = async () => {
    await at.sql`UPDATE settlement_pull SET due_at = 'epoch' WHERE list = 'inquiry'`;
    return at.settlement.pull();
  };

  it('a bet without an outcome: the time around it is asked for once, and what it lists is evidence [SET-18]', async () => {
    const player = await at.table.player('USD', '10.00');
    const placedMs = at.clock.now();
    await at.play(player, bet('b-1', { round: 'r-1', amount: '3' }));
    at.clock.advance(25 * HOUR_MS);
    await at.settlement.sweep();
    await at.settle();
    expect(await at.found(player, 'open')).toEqual([expect.stringContaining('STUCK_ROUND')]);
    lists.transactions.push(entry(said.bet('b-1', '3', { status: 'failed' }), placedMs));
    expect(await laterTurn()).toMatchObject([{ list: 'inquiry', added: 1, problem: null }]);
    expect(asked.map((each) => each.list)).toEqual(['transactions', 'timed_out']);
    for (const { fromMs, toMs } of asked) {
      expect(fromMs).toBeLessThanOrEqual(placedMs);
      expect(toMs).toBeGreaterThan(placedMs);
      expect(toMs - fromMs).toBeLessThanOrEqual(65 * MINUTE_MS);
    }
    await at.settle();
    expect((await at.found(player)).join()).toContain('BET_EXTRA b-1');
    // Asked once: the same round is not asked about again.
    asked = [];
    expect(await laterTurn()).toEqual([]);
    expect(asked).toEqual([]);
  });

  it('a bet that the settlement calls failed: the list is the second piece of evidence, and the stake goes back [SET-08]', async () => {
    const player = await at.table.player('USD', '10.00');
    const placedMs = at.clock.now();
    await at.play(player, bet('b-2', { round: 'r-2', amount: '3' }));
    const failed = said.bet('b-2', '3', { status: 'failed' });
    await at.tell(summary({ player, round: 'r-2', totals: ['0', '0'], transactions: [failed] }));
    at.clock.advance(49 * HOUR_MS);
    await at.settle();
    // One witness is not enough.
    expect(await at.table.balance(player)).toBe(700n);
    lists.transactions.push(entry(failed, placedMs));
    await laterTurn();
    await at.settle();
    expect(await at.table.balance(player)).toBe(1_000n);
  });

  it('is not asked about again and again when the aggregator does not know it either', async () => {
    const player = await at.table.player('USD', '10.00');
    await at.play(player, bet('b-3', { round: 'r-3', amount: '3' }));
    at.clock.advance(25 * HOUR_MS);
    await at.settlement.sweep();
    await at.settle();
    expect(await laterTurn()).toMatchObject([{ transactions: 0, problem: null }]);
    expect(await laterTurn()).toEqual([]);
    expect(await at.found(player, 'open')).toEqual([expect.stringContaining('STUCK_ROUND')]);
    expect(await at.table.balance(player)).toBe(700n);
  });

  it('is asked about later when the aggregator is away, ever more rarely', async () => {
    const player = await at.table.player('USD', '10.00');
    await at.play(player, bet('b-4', { round: 'r-4', amount: '3' }));
    at.clock.advance(25 * HOUR_MS);
    await at.settlement.sweep();
    await at.settle();
    isAway = true;
    expect(await laterTurn()).toMatchObject([{ list: 'inquiry', problem: expect.any(String) }]);
    expect(await at.settlement.pull()).toEqual([]);
    isAway = false;
    at.clock.advance(2 * MINUTE_MS);
    expect(await at.settlement.pull()).toMatchObject([{ list: 'inquiry', problem: null }]);
  });
});

describe('the spans that are asked for', () => {
  const LONGEST = fc.integer({ min: MINUTE_MS, max: 48 * HOUR_MS });
  const NOW = Date.parse('2026-03-01T00:00:00Z');

  it('cover every moment that may be listed, are never longer than allowed, and never overlap', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 200 * HOUR_MS }), { maxLength: 30 }),
        LONGEST,
        (ages, longestMs) => {
          const spans = ages.flatMap((age) => spanAround(NOW - age, NOW, longestMs) ?? []);
          const asked = mergeSpans(spans, longestMs);
          expect(spans).toHaveLength(ages.length);
          for (const span of spans) expect(covers(asked, span)).toBe(true);
          for (const [index, { fromMs, toMs }] of asked.entries()) {
            expect(toMs - fromMs).toBeLessThanOrEqual(longestMs);
            expect(toMs).toBeLessThanOrEqual(NOW);
            expect(fromMs).toBeGreaterThanOrEqual(asked[index - 1]?.toMs ?? 0);
          }
        },
      ),
    );
  });

  it('of one moment are two questions at most, and none where the list does not reach yet', () => {
    for (const longestMs of [MINUTE_MS, 10 * MINUTE_MS, 24 * HOUR_MS]) {
      const span = spanAround(NOW - 5 * HOUR_MS, NOW, longestMs);
      expect(mergeSpans(span === null ? [] : [span], longestMs).length).toBeLessThanOrEqual(2);
    }
    expect(spanAround(NOW, NOW, HOUR_MS)).toBeNull();
    expect(
      covers(
        [
          { fromMs: 0, toMs: 5 },
          { fromMs: 6, toMs: 9 },
        ],
        { fromMs: 0, toMs: 9 },
      ),
    ).toBe(false);
  });
});
