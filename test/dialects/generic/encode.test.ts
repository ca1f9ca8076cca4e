/** Answers in the generic dialect's words, and how its mirror understands what any operator answers. */
import { Buffer } from 'node:buffer';
import { describe, expect, it } from 'vitest';
import type { Answer } from '../../../src/dialects/index.ts';
import { REFUSALS } from '../../../src/wallet/index.ts';
import type { ExternalId, Money, Refusal, TransactionId } from '../../../src/wallet/index.ts';
import { acme, BALANCE, BET_WIN, body, CLOSE, decodeSigned } from './acme.ts';

const usd = (units: bigint): Money => ({ units, scale: 2, currency: 'USD' });
const ours = (id: string) => id as TransactionId;
const theirs = (id: string) => id as ExternalId;

function said(text: string, answer: Answer, at = acme()) {
  const response = decodeSigned(text, at).encode(answer);
  return { status: response.status, headers: response.headers, json: JSON.parse(response.body) as unknown };
}

const refused = (refusal: Refusal, balance: Money | null): Answer => ({
  kind: 'outcome',
  outcome: { kind: 'rejected', refusal, field: null, message: 'A sentence.', duplicate: false, id: null, balance },
});

/** The promise to the outside: what each refusal is called. Total, so that a new refusal must be promised here, too. */
const PROMISED: Record<Refusal, string> = {
  insufficient_funds: 'insufficient_funds',
  unknown_player: 'unknown_player',
  player_blocked: 'player_blocked',
  player_excluded: 'player_blocked',
  limit_reached: 'limit_reached',
  session_invalid: 'session_invalid',
  session_expired: 'session_expired',
  unknown_game: 'unknown_game',
  wrong_currency: 'wrong_currency',
  round_closed: 'round_closed',
  not_found: 'not_found',
  conflict: 'conflict',
  reversed: 'reversed',
  already_settled: 'already_settled',
  below_minimum: 'below_minimum',
  parent_failed: 'not_found',
};

describe('an answer', () => {
  it('of a combined call names the transaction once, with the id of its first leg [BW-01]', () => {
    const results = ['o-1', 'o-2'].map((id) => ({
      id: ours(id),
      externalId: theirs('tx-3'),
      duplicate: false,
      target: null,
      effective: true,
    }));
    const answer: Answer = {
      kind: 'outcome',
      outcome: { kind: 'applied', duplicate: false, results, balance: usd(10_150n) },
    };
    expect(said(body({}, BET_WIN), answer)).toEqual({
      status: 200,
      headers: { 'content-type': 'application/json' },
      json: {
        status: 'ok',
        balance: '101.50',
        currency: 'USD',
        transaction_id: 'tx-3',
        operator_transaction_id: 'o-1',
        duplicate: false,
      },
    });
  });

  it('to a close has no ids', () => {
    const results = [{ id: null, externalId: null, duplicate: true, target: null, effective: true }];
    const answer: Answer = {
      kind: 'outcome',
      outcome: { kind: 'applied', duplicate: true, results, balance: usd(0n) },
    };
    expect(said(body({}, CLOSE), answer).json).toEqual({
      status: 'ok',
      balance: '0.00',
      currency: 'USD',
      duplicate: true,
    });
  });

  it('to a balance is the balance, at the scale of its currency [BAL-01] [BAL-04] [BAL-05]', () => {
    const shown = (balance: Money) => said(body({}, BALANCE), { kind: 'balance', balance }).json;
    expect(shown(usd(0n))).toEqual({ status: 'ok', balance: '0.00', currency: 'USD' });
    expect(shown({ units: 164n, scale: 0, currency: 'JPY' })).toEqual({
      status: 'ok',
      balance: '164',
      currency: 'JPY',
    });
    const ether = { units: 28_928_580_830_360_198_000n, scale: 18, currency: 'ETH' };
    expect(shown(ether)).toEqual({ status: 'ok', balance: '28.928580830360198000', currency: 'ETH' });
    expect(shown(usd(-50n))).toEqual({ status: 'ok', balance: '-0.50', currency: 'USD' });
  });

  it.each(REFUSALS)('that refuses says %s as promised', (refusal) => {
    const code = PROMISED[refusal];
    expect(said(body({}), refused(refusal, usd(50n)))).toEqual({
      status: 422,
      headers: { 'content-type': 'application/json' },
      json: { status: 'rejected', code, message: 'A sentence.', balance: '0.50', currency: 'USD' },
    });
    expect(said(body({}), refused(refusal, null)).json).toEqual({ status: 'rejected', code, message: 'A sentence.' });
  });

  it('that is uncertain asks to come again, also for a parked win [WIN-06]', () => {
    const again = {
      status: 'error',
      code: 'uncertain',
      message: 'The outcome is not known; send the same request again.',
    };
    expect(said(body({}), { kind: 'uncertain', retryAfterSeconds: 7 })).toEqual({
      status: 503,
      headers: { 'content-type': 'application/json', 'retry-after': '7' },
      json: again,
    });
    expect(said(body({}), { kind: 'outcome', outcome: { kind: 'parked', deadlineMs: 0 } })).toMatchObject({
      status: 503,
      headers: { 'retry-after': '1' },
      json: again,
    });
  });

  it.each([
    ['bad_request', 400, 'bad_request'],
    ['unauthenticated', 401, 'bad_signature'],
    ['forbidden', 403, 'forbidden'],
    ['too_large', 413, 'bad_request'],
    ['unsupported_media', 415, 'bad_request'],
  ] as const)('of the kind %s has the status %i and the code %s', (kind, status, code) => {
    const answer: Answer = kind === 'bad_request' ? { kind, message: 'amount: negative' } : { kind };
    const response = acme().open.encode(answer);
    expect(response.status).toBe(status);
    expect(JSON.parse(response.body)).toMatchObject({ status: 'error', code });
  });

  it('takes its statuses from the policy', () => {
    const other = acme({}, { 'http.reject': 409, 'http.uncertain': 500 });
    expect(said(body({}), refused('conflict', null), other).status).toBe(409);
    expect(said(body({}), { kind: 'uncertain', retryAfterSeconds: 1 }, other).status).toBe(500);
    expect(other.open.encode({ kind: 'uncertain', retryAfterSeconds: 1 }).status).toBe(500);
  });
});

describe('the mirror understands', () => {
  const heard = (status: number, text: string) => acme().mirror.understand(status, {}, Buffer.from(text));
  const ok = '{"status":"ok","balance":"1.00","currency":"USD"}';

  it('an explicit ok with 200 as applied, and fields it does not know', () => {
    expect(heard(200, ok)).toEqual({
      kind: 'applied',
      duplicate: false,
      balance: '1.00',
      currency: 'USD',
      operatorTransactionId: null,
    });
    const more =
      '{"status":"ok","balance":"1.00","currency":"USD","duplicate":true,"operator_transaction_id":"o-1","bonus":{}}';
    expect(heard(200, more)).toEqual({
      kind: 'applied',
      duplicate: true,
      balance: '1.00',
      currency: 'USD',
      operatorTransactionId: 'o-1',
    });
  });

  it('an explicit refusal as rejected', () => {
    expect(heard(422, '{"status":"rejected","code":"conflict","balance":"1.00"}')).toEqual({
      kind: 'rejected',
      code: 'conflict',
      balance: '1.00',
      meanings: ['conflict'],
    });
    expect(heard(401, '{"status":"error","code":"bad_signature"}')).toEqual({
      kind: 'rejected',
      code: 'bad_signature',
      balance: null,
      meanings: ['unauthenticated'],
    });
  });

  it.each([
    [500, ok],
    [502, '<html>'],
    [503, '{"status":"rejected","code":"conflict"}'],
    [504, ''],
    [409, '{"status":"error","code":"uncertain"}'],
  ])('%i with %j as uncertain, whatever else it says', (status, text) => {
    expect(heard(status, text).kind).toBe('uncertain');
  });

  it.each([
    [200, ''],
    [200, 'OK'],
    [200, '[]'],
    [200, '{}'],
    [200, '{"status":"OK","balance":"1.00","currency":"USD"}'],
    [200, '{"status":"ok","balance":1.00,"currency":"USD"}'],
    [200, '{"status":"ok","currency":"USD"}'],
    [200, '{"status":"ok","balance":"1.00","currency":"USD","duplicate":"true"}'],
    [200, '{"status":"ok","status":"ok","balance":"1.00","currency":"USD"}'],
    [200, '{"status":"rejected","code":"conflict"}'],
    [201, ok],
    [302, ok],
    [404, '<html>not found</html>'],
    [422, ok],
    [422, '{"status":"rejected"}'],
    [422, '{"status":"rejected","code":"conflict","balance":1}'],
  ])('%i with %j as nonsense, which is no money answer', (status, text) => {
    expect(heard(status, text).kind).toBe('nonsense');
  });
});
