/** What is this protocol's own: its patterns, its numbers, times that do not move, and what its configuration may say. */
import { Buffer } from 'node:buffer';
import { describe, expect, it } from 'vitest';
import { openNamedDialect } from '../../../src/dialects/index.ts';
import type { Answer, GenuineRequest, OpenedAggregator } from '../../../src/dialects/index.ts';
import { currencies, formatDecimal } from '../../../src/money/index.ts';
import { externalId, transactionId } from '../../../src/wallet/index.ts';
import type { Refusal } from '../../../src/wallet/index.ts';

const SECRET = 'demo-auth-token';
const CURRENCIES = currencies({ EUR: { scale: 2 }, ETH: { scale: 18 } });
const LAUNCH = { url: 'https://a8r.acme.test', casino_id: 'croupier' };

function opening(launch: object = {}, callbacks: object = {}) {
  const settings = { launch: { ...LAUNCH, ...launch }, callbacks: { signing_secrets: [SECRET], ...callbacks } };
  return openNamedDialect('softswiss-a8r', settings, {}, CURRENCIES);
}

function opened(): OpenedAggregator {
  const result = opening();
  if (result.kind === 'problem') throw new Error(result.message);
  return result;
}

function decoded(method: string, body: object) {
  const request = {
    method: 'POST',
    path: '',
    subpath: `/v2/a8r_casino.${method}`,
    rawQuery: '',
    headers: {},
    body: Buffer.from(JSON.stringify(body)),
    arrivedAtMs: Date.parse('2026-01-01T00:00:00Z'),
  };
  return opened().open.decode(request as unknown as GenuineRequest);
}

const BET = { player_id: 'pl-1', currency: 'EUR', round_id: 'r-1', game_id: 'a:b', provider: 'a' };

describe('amounts', () => {
  const amountOf = (amount: unknown, currency = 'EUR'): string => {
    const result = decoded('Round/BetWin', { ...BET, currency, transactions: [{ id: 't', type: 'bet', amount }] });
    if (result.kind === 'bad_request') return result.message;
    const [operation] = result.call.kind === 'money' ? result.call.operations : [];
    return operation?.kind === 'bet' ? formatDecimal(operation.amount) : '';
  };

  it.each([
    ['1.20', '1.2'],
    ['0', '0'],
    ['000000000000000001', '1'],
    ['999999999999999999', '999999999999999999'],
    ['90071992547409.93', '90071992547409.93'],
  ])('%s is %s [BET-09]', (text, amount) => {
    expect(amountOf(text)).toBe(amount);
  });

  it.each(['', ' 1', '1.', '.5', '+1', '1,20', '1e2', '0x1', '1234567890123456789', 'NaN', '١'])(
    '%j is none [BET-13]',
    (text) => {
      expect(amountOf(text)).toBe('transactions[0].amount: syntax');
    },
  );

  it('below zero, of another type, or finer than the currency are none [BET-05] [BET-11] [BET-06]', () => {
    expect(amountOf('-1')).toBe('transactions[0].amount: negative');
    expect(amountOf(1)).toBe('transactions[0].amount: wrong_type');
    expect(amountOf(null)).toBe('transactions[0].amount: wrong_type');
    expect(amountOf('1.001')).toBe('transactions[0].amount: excess_precision');
    expect(amountOf('0.000000000001', 'ETH')).toBe('0.000000000001');
  });
});

describe('when something was processed', () => {
  it('is the time of our own id, so that a repeated call hears what the first one heard', () => {
    const body = { ...BET, transactions: [{ id: 't-1', type: 'bet', amount: '1.00' }] };
    const said = (id: string): string => {
      const applied: Answer = {
        kind: 'outcome',
        outcome: {
          kind: 'applied',
          duplicate: false,
          results: [
            { id: transactionId(id), externalId: externalId('t-1'), duplicate: false, target: null, effective: true },
          ],
          balance: { units: 100n, scale: 2, currency: 'EUR' },
        },
      };
      return JSON.parse(decoded('Round/BetWin', body).encode(applied).body).transactions[0].processed_at;
    };
    expect(said('01890a5d-ac96-774b-bcce-b302099a8057')).toBe('2023-06-30T03:34:18.518Z');
    // an id that tells no time
    expect(said('f81d4fae-7dec-11d0-a765-00a0c91e6bf6')).toBe('2026-01-01T00:00:00.000Z');
  });
});

describe('refusals', () => {
  it.each([
    ['insufficient_funds', 'invalid_argument', '100'],
    ['unknown_player', 'invalid_argument', '101'],
    ['limit_reached', 'invalid_argument', '106'],
    ['player_blocked', 'invalid_argument', '110'],
    ['wrong_currency', 'invalid_argument', '154'],
    ['unknown_game', 'invalid_argument', '400'],
    ['conflict', 'already_exists', '409'],
    ['reversed', 'already_exists', '409'],
  ] as const)('%s is %s with %s', (refusal: Refusal, code, apiCode) => {
    const answer: Answer = {
      kind: 'outcome',
      outcome: { kind: 'rejected', refusal, field: null, message: 'x', duplicate: false, id: null, balance: null },
    };
    const response = opened().open.encode(answer);
    expect(response.status).toBe(400);
    expect(JSON.parse(response.body)).toEqual({ code, msg: 'x', meta: { api_code: apiCode, api_message: 'x' } });
  });

  it('of other operators are understood', () => {
    const heard = (status: number, body: string) => opened().mirror.understand(status, {}, Buffer.from(body));
    expect(heard(400, '{"code":"x","meta":{"api_code":"106","balance":"1.00"}}')).toMatchObject({
      code: '106',
      balance: '1.00',
      meanings: ['limit_reached'],
    });
    expect(heard(400, '{"code":"internal","meta":{"api_code":"500"}}').kind).toBe('uncertain');
    expect(heard(500, '').kind).toBe('uncertain');
    expect(heard(200, '{"code":"x","balance":"1"}').kind).toBe('nonsense');
    expect(heard(404, '{"code":"bad_route"}').kind).toBe('nonsense');
  });
});

describe('the configuration', () => {
  it.each([
    [{}, { signing_secrets: [] }, 'callbacks.signing_secrets: needs at least one secret'],
    [{}, { signing_secrets: [SECRET, SECRET] }, 'callbacks.signing_secrets: names a secret twice'],
    [{ url: 'https://a8r.acme.test/' }, {}, 'launch.url: must end without a slash'],
    [{ secret: 'short' }, {}, 'launch.secret: is too short'],
    [{ player: { salary: '1' } }, {}, 'launch.player: Unrecognized key'],
  ])('is refused at the start [SIG-20]: %#', (launch, callbacks, message) => {
    const result = opening(launch, callbacks);
    expect(result.kind === 'problem' ? result.message : 'opened').toContain(message);
  });
});
