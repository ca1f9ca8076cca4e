import { describe, expect, it } from 'vitest';
import type { Answer } from '../../../src/dialects/index.ts';
import { externalId, REFUSALS, transactionId } from '../../../src/wallet/index.ts';
import type { OperationResult } from '../../../src/wallet/index.ts';
import { BET, MERCHANT, openedWith, settingsOf } from './merchant.ts';
import { openNamedDialect } from '../../../src/dialects/index.ts';
import { CURRENCIES } from './merchant.ts';

const said = (form: Readonly<Record<string, string>>, answer: Answer, dialect = openedWith().open) => {
  const { status, body } = MERCHANT.decode(form, dialect).encode(answer);
  return [status, body];
};
const result = (id: string, target: string | null = null): OperationResult => ({
  id: transactionId(id),
  externalId: externalId('t-1'),
  duplicate: false,
  target: target === null ? null : transactionId(target),
  effective: true,
});
const applied = (units: bigint, scale: number, ...results: readonly OperationResult[]): Answer => ({
  kind: 'outcome',
  outcome: { kind: 'applied', duplicate: false, results, balance: { units, scale, currency: 'EUR' } },
});

describe('answers', () => {
  it.each([
    [9_880n, 2, '98.80'],
    [0n, 0, '0'],
    [1n, 18, '0.000000000000000001'],
    [12_345_678_901_234_567_890n, 2, '123456789012345678.90'],
    [-150n, 2, '-1.50'],
  ] as const)('write %s units of scale %s as the number %s, digit by digit', (units, scale, text) => {
    expect(said(BET, applied(units, scale, result('op-1')))).toEqual([
      200,
      `{"balance":${text},"transaction_id":"op-1"}`,
    ]);
    const balance: Answer = { kind: 'balance', balance: { units, scale, currency: 'EUR' } };
    expect(said({ ...BET, action: 'balance' }, balance)).toEqual([200, `{"balance":${text}}`]);
  });

  it('a refund is named after its bet, whichever refund it is', () => {
    const form = { ...BET, action: 'refund', bet_transaction_id: 'b-1' };
    const texts = ['op-2', 'op-3'].map((id) => said(form, applied(100n, 2, result(id, 'op-1'))));
    expect(texts).toEqual([
      [200, '{"balance":1.00,"transaction_id":"refund-op-1"}'],
      [200, '{"balance":1.00,"transaction_id":"refund-op-1"}'],
    ]);
  });

  it.each(REFUSALS)('%s is INSUFFICIENT_FUNDS only where money is short', (refusal) => {
    const message = 'A sentence.';
    const rejected = {
      kind: 'rejected',
      refusal,
      field: null,
      message,
      duplicate: false,
      id: null,
      balance: null,
    } as const;
    const code = refusal === 'insufficient_funds' ? 'INSUFFICIENT_FUNDS' : 'INTERNAL_ERROR';
    expect(said(BET, { kind: 'outcome', outcome: rejected })).toEqual([
      200,
      `{"error_code":"${code}","error_description":"A sentence."}`,
    ]);
  });

  it('only what must be read as no answer has another status than 200', () => {
    for (const kind of ['unauthenticated', 'forbidden', 'too_large', 'unsupported_media'] as const)
      expect(said(BET, { kind })).toMatchObject([200, expect.stringContaining('INTERNAL_ERROR')]);
    expect(said(BET, { kind: 'uncertain', retryAfterSeconds: 3 })[0]).toBe(503);
    const strict = openedWith({ callbacks: { unauthenticated_status: 401 } }).open;
    expect(strict.encode({ kind: 'unauthenticated' }).status).toBe(401);
  });

  it('has no question about a player', () => {
    const profile = { kind: 'profile' } as unknown as Answer;
    expect(() => said(BET, profile)).toThrow('defect');
  });
});

describe('settings', () => {
  const problemOf = (more: Parameters<typeof settingsOf>[0]) => {
    const opened = openNamedDialect('slotegrator', settingsOf(more), {}, CURRENCIES);
    return opened.kind === 'problem' ? opened.message : 'opened';
  };

  it('stop the start when a key is short, named twice or not there, or a page too large [SIG-20]', () => {
    expect(problemOf({})).toBe('opened');
    expect(problemOf({ callbacks: { merchant_keys: [] } })).toMatch(/needs at least one key/);
    expect(problemOf({ callbacks: { merchant_keys: ['short'] } })).toMatch(/too short/);
    expect(problemOf({ callbacks: { merchant_keys: ['twice-the-same', 'twice-the-same'] } })).toMatch(/twice/);
    expect(problemOf({ callbacks: { merchant_id: '' } })).toMatch(/merchant_id/);
    expect(problemOf({ catalogue: { per_page: 101 } })).toMatch(/per_page/);
    expect(problemOf({ catalogue: { url: 'https://gis.test/v1?key=1' } })).toMatch(/no query/);
  });

  it('tell vendors\u2019 pictures from ours, and the pace of the list', () => {
    expect(openedWith()).toMatchObject({
      hidesVendorImages: true,
      pace: { betweenPagesMs: 1_000 },
      weakSignature: false,
    });
  });

  it('may say that no game has a demo', () => {
    const source = openedWith({ catalogue: { demo: false } }).open.games;
    if (source.kind !== 'call') throw new Error('no list to ask for');
    const errand = source.page(1, null, { nowMs: 0, nonce: 'n' });
    const item = { uuid: 'a', name: 'A', type: 'slots', provider: 'P' };
    const headers = {
      'x-pagination-total-count': '1',
      'x-pagination-page-count': '1',
      'x-pagination-current-page': '1',
    };
    const page = errand.read({ status: 200, headers, body: Buffer.from(JSON.stringify({ items: [item] })) });
    expect(page).toMatchObject({ games: [{ code: 'a', demo: false, provider: { code: 'P', name: 'P' } }] });
  });
});
