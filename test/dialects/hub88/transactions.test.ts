/** Hub88's list of transactions: what is asked, how its words are read, and a win that is missing found by it. */
import { createPublicKey, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { openNamedDialect } from '../../../src/dialects/index.ts';
import type { ListedTransaction } from '../../../src/dialects/index.ts';
import { isProblem } from '../../../src/money/index.ts';
import { aggregatorName } from '../../../src/wallet/index.ts';
import { amount, CURRENCIES } from '../../support/ledger.ts';
import { bet } from '../../support/act.ts';
import { HOUR_MS, said, stage } from '../../settlement/stage.ts';
import { readSpan, served } from '../lists.ts';
import { fixtureSettings } from '../rs-family/house.ts';

const AT_MS = Date.parse('2026-01-31T10:00:00Z');
const SPAN = { fromMs: AT_MS, toMs: AT_MS + HOUR_MS, currency: 'EUR' };
const KEYS = fixtureSettings('hub88');

function opened(transactions: object = {}, more: object = {}) {
  const settings = { ...KEYS, catalogue: { ...KEYS.catalogue, ...more, transactions } };
  const opening = openNamedDialect('hub88', settings, {}, CURRENCIES);
  if (opening.kind === 'problem') throw new Error(opening.message);
  const lists = opening.open.transactions;
  return { ...opening, transactions: lists };
}

const listed = (transaction: ListedTransaction['transaction'], more: Partial<ListedTransaction> = {}) => ({
  transaction,
  player: 'pl_20417',
  round: 'r-1',
  game: 'gates',
  provider: null,
  currency: 'EUR',
  occurredAtMs: AT_MS + 1_000,
  version: 0,
  ...more,
});

/** How one answer is read. */
function reading(body: unknown, list: 'transactions' | 'timed_out' = 'transactions', status = 200, more: object = {}) {
  const errand = opened({}, more).transactions?.page({ ...SPAN, list, cursor: null });
  if (errand === undefined) throw new Error('no list');
  return errand.read({ status, headers: {}, body: Buffer.from(JSON.stringify(body)) });
}

const RECORD = {
  user: 'pl_20417',
  transaction_uuid: 't-1',
  transaction_status: 'TS_SUCCESS',
  kind: 'TK_WIN',
  amount: 356_000,
  currency: 'EUR',
  round: 'r-1',
  reference_transaction_uuid: 't-0',
  inserted_at: '2026-01-31 10:00:01',
  game_code: 'gates',
};

function one(more: object, list: 'transactions' | 'timed_out' = 'transactions') {
  const page = reading([{ ...RECORD, ...more }], list);
  if (isProblem(page)) throw new Error(page.message);
  return page.transactions[0] ?? page.malformed[0] ?? null;
}

describe('what Hub88 is asked for', () => {
  it('is a span of one currency, signed over its body', () => {
    const errand = opened().transactions?.page({ ...SPAN, list: 'transactions', cursor: null });
    if (errand === undefined) throw new Error('no list');
    const { url, method, headers, body } = errand.request;
    expect([method, url]).toEqual(['POST', 'https://api.hub88.test/operator/generic/v2/transactions/list']);
    expect(JSON.parse(String(body))).toEqual({
      operator_id: 1207,
      start_time: '2026-01-31 10:00:00',
      end_time: '2026-01-31 11:00:00',
      currency: 'EUR',
      request_uuid: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/),
    });
    const { private_key: key } = KEYS.launch as { readonly private_key: string };
    const signature = Buffer.from(headers['x-hub88-signature'] ?? '', 'base64');
    expect(verify('sha256', Buffer.from(String(body)), createPublicKey(key), signature)).toBe(true);
  });

  it('is nothing where the settings say so', () => {
    expect(opened({ enabled: false }).transactions).toBeUndefined();
    const refused = openNamedDialect('hub88', { ...KEYS, catalogue: { transactions: { full_at: 1 } } }, {}, CURRENCIES);
    expect(refused).toMatchObject({ kind: 'problem' });
  });
});

describe('what Hub88 lists', () => {
  it('is read digit by digit in its hundred-thousandths, with its round, game and time', () => {
    expect(one({})).toEqual(
      listed({ kind: 'win', id: 't-1', amount: amount('3.56000'), status: 'ok', bet: 't-0', free: false }),
    );
  });

  it.each([
    ['TK_BET', { kind: 'bet', bet: null, free: false }],
    ['TK_FREE_BET', { kind: 'bet', bet: null, free: true }],
    ['TK_FREE_WIN', { kind: 'win', bet: 't-0' }],
    ['TK_JP_WIN', { kind: 'win', bet: 't-0' }],
    ['TK_BONUS_WIN', { kind: 'win', bet: 't-0' }],
    ['TK_ROLLBACK', { kind: 'rollback', bet: 't-0', amount: null }],
  ])('%s is %j', (kind, transaction) => expect(one({ kind })).toMatchObject({ transaction }));

  it.each([
    ['TS_DECLINED', 'failed', 0],
    ['TS_ROLLEDBACK', 'rolled_back', 1],
  ])('%s is %s, in a version that stands over success', (word, status, version) => {
    expect(one({ transaction_status: word })).toMatchObject({ transaction: { status }, version });
  });

  it('of calls it gave up repeating is the list of timed-out calls, and of no other', () => {
    const transaction_status = 'TS_RETRY_ATTEMPTS_LIMIT_EXCEEDED';
    expect(one({ transaction_status })).toBeNull();
    expect(one({}, 'timed_out')).toBeNull();
    // They roll a bet back that nobody answered; a win they still owe.
    expect(one({ transaction_status, kind: 'TK_BET' }, 'timed_out')).toMatchObject({
      transaction: { status: 'failed' },
    });
    expect(one({ transaction_status }, 'timed_out')).toMatchObject({ transaction: { status: 'ok' } });
  });

  it('is read from older records too, the later change standing over the earlier one', () => {
    const { transaction_status: status, game_code: _code, ...older } = RECORD;
    const page = reading([{ ...older, status, game_id: 17, updated_at: '2026-01-31T10:00:02' }], 'transactions', 200, {
      games_by: 'game_id',
    });
    expect(page).toMatchObject({ transactions: [{ game: '17', version: AT_MS + 2_000 }], malformed: [] });
  });

  it.each([
    ['a negative bet, of which nobody says what moves', { kind: 'TK_NEG_BET' }, 'kind: unknown_value'],
    ['a status nobody knows', { transaction_status: 'TS_MAYBE' }, 'transaction_status: unknown_value'],
    ['no status', { transaction_status: null }, 'transaction_status: missing'],
    ['two statuses', { status: 'TS_DECLINED' }, 'status: unknown_value'],
    ['no id', { transaction_uuid: undefined }, 'transaction_uuid: missing'],
    ['a part of a hundred-thousandth', { amount: '1.5' }, 'amount: not_whole'],
    ['a negative amount', { amount: -1 }, 'amount: negative'],
    ['a time of another form', { inserted_at: '31.01.2026' }, 'inserted_at: syntax'],
  ])('with %s is told and left out', (_what, more, why) => {
    expect(one(more)).toBe(`2026-01-31 10:00:00, entry 1: ${why}`);
  });

  it.each([
    ['an envelope', { transactions: [] }, 200, 'transactions: the answer is not a list of transactions'],
    ['a 401', {}, 401, 'transactions: the aggregator does not believe our signature'],
    ['a 503', {}, 503, 'transactions: the aggregator answered 503'],
  ])('as %s is a problem', (_what, body, status, message) => {
    expect(reading(body, 'transactions', status)).toMatchObject({ kind: 'problem', message });
  });
});

describe('the list as the sandbox serves it', () => {
  const lists = {
    transactions: [
      listed(said.bet('b-1', '1.00')),
      listed(said.win('w-1', '2.50', 'b-1')),
      listed(said.bet('b-2', '1.00', { status: 'rolled_back' })),
      listed(said.bet('b-3', '1.00'), { currency: 'USD' }),
    ],
    timed_out: [listed(said.bet('b-2', '1.00', { status: 'rolled_back' }))],
  };

  it('names each record once, in the currency that was asked for', () => {
    const all = readSpan(opened(), { ...SPAN, list: 'transactions' }, lists);
    expect(all).toMatchObject({
      malformed: [],
      transactions: [{ transaction: { id: 'b-1' } }, { transaction: { id: 'w-1' } }],
    });
    const timedOut = readSpan(opened(), { ...SPAN, list: 'timed_out' }, lists);
    expect(timedOut).toMatchObject({ malformed: [], transactions: [{ transaction: { id: 'b-2', status: 'failed' } }] });
  });

  it('is read to its end although every answer is cut', () => {
    const many = Array.from({ length: 230 }, (_, index) =>
      listed(said.bet(`b-${index}`, '1.00'), { occurredAtMs: AT_MS + index * 15_000 }),
    );
    const all = readSpan(
      opened({ full_at: 10 }),
      { ...SPAN, list: 'transactions' },
      { transactions: many, timed_out: [] },
    );
    expect(all.kind === 'read' ? new Set(all.transactions.map((each) => each.transaction.id)).size : all).toBe(230);
  });

  it('that is cut within a second is a problem that says what to do, and not a loss', () => {
    const many = Array.from({ length: 12 }, (_, index) => listed(said.bet(`b-${index}`, '1.00')));
    const all = readSpan(
      opened({ full_at: 10 }),
      { ...SPAN, list: 'transactions' },
      { transactions: many, timed_out: [] },
    );
    expect(all).toMatchObject({ kind: 'problem', message: expect.stringContaining('catalogue.transactions.full_at') });
  });

  it('is for its operator alone', () => {
    const { mirror, transactions } = opened();
    const request = transactions?.page({ ...SPAN, list: 'transactions', cursor: null }).request;
    if (request === undefined) throw new Error('no list');
    expect(served(mirror, { ...request, body: `${String(request.body)} ` }, lists).status).toBe(401);
    expect(mirror.api).toContainEqual({
      method: 'POST',
      path: '/operator/generic/v2/transactions/list',
      what: 'transactions',
    });
  });
});

it('finds a win that was paid there and never came, by Hub88’s list, at both its ends [SET-06]', async () => {
  const hub = opened();
  const transactions: ListedTransaction[] = [];
  const ask = (async (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    const headers = Object.fromEntries(new Headers(init?.headers));
    const request = { method: 'POST', url, headers, body: typeof init?.body === 'string' ? init.body : '' } as const;
    const answer = served(hub.mirror, request, { transactions, timed_out: [] });
    return new Response(answer.body, { status: answer.status, headers: answer.headers });
  }) satisfies typeof fetch;
  await using at = await stage({
    more: {
      aggregators: [{ name: aggregatorName('acme'), open: hub.open, policy: hub.policy }],
      errands: { fetch: ask, pause: async () => undefined },
    },
  });
  const player = await at.table.player('USD', '10.00');
  await at.play(player, bet('b-1', { round: 'r-1', amount: '1', closes: false }));
  const occurredAtMs = at.clock.now() - 10 * 60_000;
  const about = { player, round: 'r-1', currency: 'USD', occurredAtMs };
  transactions.push(listed(said.bet('b-1', '1.00'), about), listed(said.win('w-1', '4.00', 'b-1'), about));
  const pulled = await at.settlement.pull();
  expect(pulled.filter((each) => each.problem !== null || each.malformed > 0)).toEqual([]);
  expect(pulled.reduce((sum, each) => sum + each.added, 0)).toBe(2);
  at.clock.advance(72 * HOUR_MS);
  await at.settle();
  expect(await at.found(player)).toContain('WIN_MISSING w-1');
  // A list asserts and moves nothing.
  expect(await at.table.balance(player)).toBe(900n);
});
