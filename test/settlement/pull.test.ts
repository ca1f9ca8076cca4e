/** Lists of transactions and of timed-out calls: asked for at the aggregator's address, both ends of the dialect speaking. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import fc from 'fast-check';
import type { AssertedTransaction, ListedTransaction, ListName } from '../../src/dialects/index.ts';
import { closeDatabase, createMetrics, openDatabase } from '../../src/platform/index.ts';
import { openSettlement } from '../../src/settlement/index.ts';
import { nextSpan, pauseAfterFailure } from '../../src/settlement/pull-rules.ts';
import { pullLists } from '../../src/settlement/pull.ts';
import { aggregatorName } from '../../src/wallet/index.ts';
import { amount } from '../support/ledger.ts';
import { bet } from '../support/act.ts';
import { HOUR_MS, mirror, said, stage, summary } from './stage.ts';
import type { Stage } from './stage.ts';

const MINUTE_MS = 60_000;

describe('lists that are asked for', () => {
  let at: Stage;
  let lists: Record<ListName, ListedTransaction[]>;
  let asked: URLSearchParams[];
  let answerInstead: (() => Response) | null;
  const ask = (async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    asked.push(url.searchParams);
    if (answerInstead !== null) return answerInstead();
    const headers = Object.fromEntries(new Headers(init?.headers));
    const request = {
      method: 'GET',
      path: url.pathname,
      subpath: '',
      rawQuery: url.search.slice(1),
      headers,
      arrivedAtMs: 0,
    };
    const served = mirror.serveTransactions?.({ ...request, body: new Uint8Array() }, (list, { fromMs, toMs }) =>
      lists[list].filter(({ occurredAtMs }) => (occurredAtMs ?? 0) >= fromMs && (occurredAtMs ?? 0) < toMs),
    );
    return new Response(served?.body, { status: served?.status ?? 500, headers: served?.headers ?? {} });
  }) satisfies typeof fetch;

  beforeEach(async () => {
    lists = { transactions: [], timed_out: [] };
    asked = [];
    answerInstead = null;
    at = await stage({
      settings: { automatic: new Map([['USD', { perTransaction: amount('10'), perDay: amount('50') }]]) },
      more: { errands: { fetch: ask, pause: async () => undefined } },
    });
  });
  afterEach(async () => at[Symbol.asyncDispose]());

  const entry = (transaction: AssertedTransaction, more: Partial<ListedTransaction> = {}): ListedTransaction => ({
    transaction,
    player: null,
    round: null,
    game: 'g-1',
    provider: null,
    currency: 'USD',
    occurredAtMs: at.clock.now() - 10 * MINUTE_MS,
    version: 0,
    ...more,
  });
  const claims = async () =>
    at.sql<{ source: string; tx_id: string; player: string; round_id: string }[]>`
      SELECT source, tx_id, player, round_id FROM claim ORDER BY source, tx_id`;

  it('are asked for by currency only in those that are configured and ever played in', async () => {
    const [acme] = at.options.aggregators;
    const lists = acme?.open.transactions;
    if (acme === undefined || lists === undefined) throw new Error('there is a list');
    const byCurrency = { ...acme, open: { ...acme.open, transactions: { ...lists, byCurrency: true } } };
    const nameOf = (played: readonly string[] | null): string => `list-${played?.join('-') ?? 'any'}`;
    const currenciesAsked = async (played: readonly string[] | null): Promise<readonly string[]> => {
      const pulled = await pullLists(
        {
          ...at.options,
          aggregators: [{ ...byCurrency, name: aggregatorName(nameOf(played)) }],
          ...(played === null ? {} : { played: async () => played }),
        },
        { stopped: false },
      );
      expect(pulled.every(({ problem }) => problem === null)).toBe(true);
      const rows = await at.sql<{ currency: string }[]>`
        SELECT DISTINCT currency FROM settlement_pull WHERE aggregator = ${nameOf(played)} ORDER BY 1`;
      return rows.map(({ currency }) => currency);
    };
    expect(await currenciesAsked(['EUR', 'GBP'])).toEqual(['EUR']);
    expect(await currenciesAsked([])).toEqual([]);
    expect(await currenciesAsked(null)).toEqual([...at.options.currencies.keys()].toSorted());
  });

  it('are kept as claims, of the players and rounds that the book knows', async () => {
    const player = await at.table.player('USD', '10.00');
    await at.play(player, bet('b-1', { round: 'r-1', amount: '1', closes: true }));
    lists.transactions.push(entry(said.bet('b-1', '1')));
    lists.timed_out.push(entry(said.bet('b-9', '2', { status: 'failed' }), { player: 'ben', round: 'r-9' }));
    expect(await at.settlement.pull()).toMatchObject([
      { list: 'transactions', pages: 2, transactions: 1, added: 1, malformed: 0, problem: null },
      { list: 'timed_out', transactions: 1, added: 1, problem: null },
    ]);
    expect(await claims()).toEqual([
      { source: 'timed_out', tx_id: 'b-9', player: 'ben', round_id: 'r-9' },
      { source: 'transactions', tx_id: 'b-1', player, round_id: 'r-1' },
    ]);
    await at.settle();
    expect(await at.view(player, 'r-1')).toMatchObject({ state: 'balanced' });
  });

  it('are the second source that lets the house return a stake by itself', async () => {
    const player = await at.table.player('USD', '10.00');
    await at.play(player, bet('b-2', { round: 'r-2', amount: '3' }));
    const failed = said.bet('b-2', '3', { status: 'failed' });
    await at.tell(summary({ player, round: 'r-2', totals: ['0', '0'], transactions: [failed] }));
    lists.timed_out.push(entry(failed));
    await at.settlement.pull();
    at.clock.advance(49 * HOUR_MS);
    await at.settle();
    expect(await at.table.balance(player)).toBe(1_000n);
  });

  it('are one witness: both of them together let the house do nothing by itself', async () => {
    const player = await at.table.player('USD', '10.00');
    await at.play(player, bet('b-2', { round: 'r-2', amount: '3' }));
    const failed = said.bet('b-2', '3', { status: 'failed' });
    lists.transactions.push(entry(failed, { player, round: 'r-2' }));
    lists.timed_out.push(entry(failed, { player, round: 'r-2' }));
    await at.settlement.pull();
    at.clock.advance(49 * HOUR_MS);
    await at.settle();
    expect(await at.table.balance(player)).toBe(700n);
  });

  it('are read page by page to their end', async () => {
    for (let index = 0; index < 1_203; index += 1)
      lists.transactions.push(entry(said.bet(`p-${index}`, '1'), { player: 'ann', round: `r-${index}` }));
    const [pulled] = await at.settlement.pull();
    // A day in two spans: nothing in the first, all of it in the second.
    expect(pulled).toMatchObject({ pages: 4, transactions: 1_203, added: 1_203 });
    expect(asked.filter((each) => each.get('list') === 'transactions').map((each) => each.get('page'))).toEqual([
      '1',
      '1',
      '2',
      '3',
    ]);
  });

  it('are asked for again from the mark, with an overlap, when they are due and not before', async () => {
    const spans = () =>
      asked
        .filter((each) => each.get('list') === 'transactions')
        .map((each) => [Date.parse(each.get('from') ?? ''), Date.parse(each.get('to') ?? '')]);
    const begin = at.clock.now();
    await at.settlement.pull();
    const first = spans();
    // A day back, with an hour before it; nothing of the last minute, which may still change.
    expect(first[0]).toEqual([begin - 25 * HOUR_MS, begin - HOUR_MS]);
    expect(first.at(-1)?.[1]).toBe(begin - MINUTE_MS);
    await at.settlement.pull();
    expect(spans()).toEqual(first);
    at.clock.advance(11 * MINUTE_MS);
    lists.transactions.push(entry(said.bet('b-3', '1'), { occurredAtMs: begin - 30 * MINUTE_MS }));
    await at.settlement.pull();
    expect(spans().slice(first.length)).toEqual([[begin - MINUTE_MS - HOUR_MS, begin + 10 * MINUTE_MS]]);
    // What came late into an hour that was asked for already is found by the overlap.
    expect((await claims()).map((each) => each.tx_id)).toEqual(['b-3']);
  });

  it('are asked for by one process at a time', async () => {
    const pool = openDatabase({ url: at.table.url, max: 3, applicationName: 'another' });
    const another = openSettlement({ ...at.options, sql: pool, metrics: createMetrics() });
    const both = await Promise.all([at.settlement.pull(), another.pull()]);
    await closeDatabase(pool, 1);
    expect(
      both
        .flat()
        .map((each) => each.list)
        .toSorted(),
    ).toEqual(['timed_out', 'transactions']);
  });

  it('that fail keep the mark, are told, and are asked for ever more rarely', async () => {
    answerInstead = () => new Response('nobody home', { status: 503 });
    const [pulled] = await at.settlement.pull();
    expect(pulled).toMatchObject({ pages: 0, problem: 'transactions: the aggregator answered 503' });
    const tries = asked.length;
    await at.settlement.pull();
    expect(asked.length).toBe(tries);
    const [row] = await at.sql<{ asked_until: Date; failures: number; problem: string; lease: string | null }[]>`
      SELECT asked_until, failures, problem, lease FROM settlement_pull WHERE list = 'transactions'`;
    expect(row).toMatchObject({ failures: 1, lease: null, problem: 'transactions: the aggregator answered 503' });
    expect(row?.asked_until.getTime()).toBe(at.clock.now() - 24 * HOUR_MS);
    answerInstead = null;
    at.clock.advance(2 * MINUTE_MS);
    lists.transactions.push(entry(said.bet('b-4', '1')));
    expect((await at.settlement.pull())[0]).toMatchObject({ problem: null, added: 1 });
  });

  it.each([
    ['no JSON', () => new Response('<html>', { status: 200 }), 'transactions: the answer is no list'],
    ['a wrong key', () => new Response('{}', { status: 401 }), 'transactions: the aggregator refuses the API key'],
    [
      'pages without end',
      () => Response.json({ transactions: [], page: 1, pages: 2 }),
      'the list gives the same page as the next one',
    ],
  ])('that are %s end with a problem and not with a loop', async (_what, answer, problem) => {
    answerInstead = answer;
    expect((await at.settlement.pull())[0]).toMatchObject({ problem });
  });

  it('leave out and count entries nobody can read, and keep the others', async () => {
    const good = { transaction_id: 'ok-1', kind: 'bet', amount: '1.00', occurred_at: '2026-01-01T00:00:00Z' };
    const page = { page: 1, pages: 1, transactions: [good, { ...good, kind: 'gift' }, 7, { ...good, amount: '-1' }] };
    answerInstead = () => Response.json(page);
    expect((await at.settlement.pull())[0]).toMatchObject({ transactions: 2, added: 1, malformed: 6, problem: null });
    expect((await claims()).map((each) => each.tx_id)).toEqual(['ok-1', 'ok-1']);
  });

  it('of an aggregator whose process died in the middle are taken up by another once its lease has ended', async () => {
    await at.settlement.pull();
    at.clock.advance(HOUR_MS);
    await at.sql`UPDATE settlement_pull SET lease = gen_random_uuid(), leased_until = now() + interval '1 hour'`;
    expect(await at.settlement.pull()).toEqual([]);
    await at.sql`UPDATE settlement_pull SET leased_until = now() - interval '1 second'`;
    expect(await at.settlement.pull()).toHaveLength(2);
  });
});

describe('the span that is asked for next', () => {
  it('leaves nothing out, never stands still, and ends at the present', () => {
    const minutes = (most: number) => fc.integer({ min: 0, max: most }).map((each) => each * MINUTE_MS);
    fc.assert(
      fc.property(
        minutes(20_000),
        minutes(10_080),
        minutes(60),
        minutes(3_000),
        (behind, overlapMs, lagMs, longest) => {
          const nowMs = 2_000_000_000_000;
          const longestMs = longest + 10 * MINUTE_MS;
          let mark = nowMs - behind;
          for (let turns = 0; turns < 10_000; turns += 1) {
            const span = nextSpan(mark, nowMs, { overlapMs, lagMs }, longestMs);
            if (span === null) return mark >= nowMs - lagMs;
            if (span.fromMs > mark || span.toMs <= mark || span.toMs - span.fromMs > longestMs) return false;
            if (span.toMs > nowMs - lagMs) return false;
            mark = span.toMs;
          }
          return false;
        },
      ),
      { numRuns: 300 },
    );
  });

  it('waits a minute after the first failure and an hour at most', () => {
    expect([0, 1, 2, 5, 6, 900].map((each) => pauseAfterFailure(each) / MINUTE_MS)).toEqual([1, 2, 4, 32, 60, 60]);
  });
});
