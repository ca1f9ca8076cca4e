/** St8's list of transactions: a signed query, names and words by settings, and nothing put in the place of what is missing. */
import { createPublicKey, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { keyPair } from '../../../src/demo-secrets.ts';
import { openNamedDialect } from '../../../src/dialects/index.ts';
import type { ListedTransaction } from '../../../src/dialects/index.ts';
import { currencies, isProblem } from '../../../src/money/index.ts';
import { said } from '../../settlement/stage.ts';
import { amount } from '../../support/ledger.ts';
import { readSpan, served } from '../lists.ts';

const OURS = keyPair('ec_p256');
const THEIRS = keyPair('ec_p256');
const AT_MS = Date.parse('2026-01-31T10:00:00Z');
const SPAN = { list: 'transactions', fromMs: AT_MS, toMs: AT_MS + 3_600_000, currency: 'EUR' } as const;

function opening(catalogue: object | undefined) {
  const settings = {
    ...(catalogue === undefined ? {} : { catalogue }),
    launch: {
      url: 'https://croupier.o.acme.test',
      site: 'my site',
      private_key: OURS.privateKey,
      profile: { jurisdiction: 'CW' },
    },
    callbacks: { public_keys: [THEIRS.publicKey] },
  };
  return openNamedDialect('st8', settings, {}, currencies({ EUR: { scale: 2 } }));
}

function opened(transactions: object = {}) {
  const result = opening({ transactions });
  if (result.kind === 'problem') throw new Error(result.message);
  return { ...result, transactions: result.open.transactions };
}

function reading(body: unknown, settings: object = {}, status = 200) {
  const errand = opened(settings).transactions?.page({ ...SPAN, cursor: null });
  if (errand === undefined) throw new Error('no list');
  return errand.read({ status, headers: {}, body: Buffer.from(JSON.stringify(body)) });
}

const LINE = { transaction_id: 't-1', kind: 'credit', round: 'r-1', player: 'anna', amount: '2.50' };
const one = (more: object, settings: object = {}) => {
  const page = reading({ transactions: [{ ...LINE, ...more }] }, settings);
  if (isProblem(page)) throw new Error(page.message);
  return page.transactions[0] ?? page.malformed[0] ?? null;
};

const listed = (transaction: ListedTransaction['transaction'], more: Partial<ListedTransaction> = {}) => ({
  transaction,
  player: 'anna',
  round: 'r-1',
  game: 'gates',
  provider: 'pg',
  currency: 'EUR',
  occurredAtMs: AT_MS + 1_000,
  version: 0,
  ...more,
});

describe('what St8 is asked for', () => {
  it('is a span of one currency and site, signed over the query as it is sent', () => {
    const errand = opened().transactions?.page({ ...SPAN, cursor: null });
    const [address, query = ''] = (errand?.request.url ?? '').split('?');
    expect(address).toBe('https://croupier.o.acme.test/api/operator/v1/transactions');
    expect(Object.fromEntries(new URLSearchParams(query))).toEqual({
      start_time: '2026-01-31T10:00:00',
      end_time: '2026-01-31T11:00:00',
      currency: 'EUR',
      site: 'my site',
    });
    const signature = Buffer.from(errand?.request.headers['x-st8-sign'] ?? '', 'base64');
    expect(verify('sha256', Buffer.from(query), createPublicKey(OURS.publicKey), signature)).toBe(true);
  });

  it('is nothing until the settings say how lines are read', () => {
    const without = [opening(undefined), opening({})];
    for (const each of without) expect(each.kind === 'opened' ? each.open.transactions : 'x').toBeUndefined();
    expect(opening({ transactions: { fields: { identity: 'id' } } })).toMatchObject({ kind: 'problem' });
    expect(opening({ transactions: { kinds: { debit: 'stake' } } })).toMatchObject({ kind: 'problem' });
  });
});

describe('a line of St8’s list', () => {
  it('is read with no more than is known of it, in the currency that was asked for', () => {
    expect(one({})).toEqual({
      transaction: { kind: 'win', id: 't-1', amount: amount('2.50'), status: 'ok', bet: null, free: false },
      player: 'anna',
      round: 'r-1',
      game: null,
      provider: null,
      currency: 'EUR',
      occurredAtMs: null,
      version: 0,
    });
  });

  it.each([
    [{ kind: 'debit' }, { kind: 'bet', free: false }],
    [{ kind: 'free_debit' }, { kind: 'bet', free: true }],
    [{ kind: 'payout' }, { kind: 'win' }],
    [
      { kind: 'cancel', amount: null, reference_transaction_id: 't-0' },
      { kind: 'rollback', bet: 't-0', amount: null },
    ],
    [{ status: 'canceled' }, { status: 'rolled_back' }],
  ])('%j is %j', (more, transaction) => expect(one(more)).toMatchObject({ transaction }));

  it.each([
    ['no id', { transaction_id: undefined, id: 't-1' }, 'transaction_id: missing'],
    ['no kind', { kind: undefined }, 'kind: missing'],
    ['a kind nobody told us', { kind: 'correction_debit' }, 'kind: unknown_value'],
    ['a kind that every object has', { kind: 'constructor' }, 'kind: unknown_value'],
    ['a status nobody told us', { status: 'maybe' }, 'status: unknown_value'],
    ['a stake without an amount', { kind: 'debit', amount: null }, 'amount: wrong_type'],
    ['a negative amount', { amount: '-1' }, 'amount: negative'],
    ['a time of another form', { created_at: 1 }, 'created_at: wrong_type'],
  ])('with %s is told and left out, never guessed', (_what, more, why) => {
    expect(one(more)).toBe(`2026-01-31T10:00:00, line 1: ${why}`);
  });

  it('is read by the names and words that the settings have', () => {
    const settings = { fields: { id: 'tx', kind: 'type', time: 'at' }, kinds: { D: 'bet' }, statuses: { done: 'ok' } };
    const line = { tx: 'x-1', type: 'D', at: '2026-01-31T10:00:05', status: 'done' };
    expect(one({ ...line }, settings)).toMatchObject({
      transaction: { kind: 'bet', id: 'x-1' },
      occurredAtMs: AT_MS + 5_000,
    });
    expect(one({ ...line, type: 'debit' }, settings)).toBe('2026-01-31T10:00:00, line 1: type: unknown_value');
  });

  it.each([
    ['no list', [], 200, 'transactions: the answer is not the list'],
    ['their error', { status: 'error', transactions: [] }, 200, 'transactions: the aggregator says error'],
    ['nothing of it', {}, 200, 'transactions: the answer has no transactions'],
    ['a 500', {}, 500, 'transactions: the aggregator answered 500'],
  ])('in an answer with %s is a problem', (_what, body, status, message) => {
    expect(reading(body, {}, status)).toMatchObject({ kind: 'problem', message });
  });
});

describe('the list as the sandbox serves it', () => {
  const transactions = [
    listed(said.bet('b-1', '1.00')),
    listed(said.win('w-1', '2.50')),
    listed(said.bet('b-2', '1.00', { status: 'rolled_back', free: true })),
    listed(said.refund('c-1', 'b-2')),
  ];

  it('comes back as it was, whatever the fields are called', () => {
    for (const settings of [{}, { fields: { id: 'tx', time: 'at' }, full_at: 2 }, { full_at: 3 }]) {
      const spread = transactions.map((each, index) => ({ ...each, occurredAtMs: AT_MS + index * 60_000 }));
      const other = listed(said.bet('b-9', '1.00'), { currency: 'USD' });
      const all = readSpan(opened(settings), SPAN, { transactions: [...spread, other], timed_out: [] });
      if (all.kind === 'problem') throw new Error(all.message);
      const byId = new Map(all.transactions.map((each) => [each.transaction.id, each]));
      expect([...byId.values()]).toEqual(spread);
      expect(all.malformed).toEqual([]);
    }
  });

  it('is for its operator alone', () => {
    const { mirror, transactions: lists } = opened();
    const request = lists?.page({ ...SPAN, cursor: null }).request;
    if (request === undefined) throw new Error('no list');
    const url = request.url.replace('EUR', 'USD');
    expect(served(mirror, { ...request, url }, { transactions, timed_out: [] }).status).toBe(401);
    expect(served(mirror, request, { transactions, timed_out: [] }).status).toBe(200);
  });
});
