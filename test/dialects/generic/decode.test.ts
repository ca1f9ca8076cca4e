/** A genuine generic body to a call: strict where money depends on it, forgiving about fields it does not know. */
import { Buffer } from 'node:buffer';
import { describe, expect, it } from 'vitest';
import { formatDecimal } from '../../../src/money/index.ts';
import type { Bet, MoneyCall } from '../../../src/wallet/index.ts';
import { processorMs } from '../../support/effort.ts';
import { BALANCE, BET, BET_WIN, body, CLOSE, decodeSigned, raw, REFUND, WIN } from './acme.ts';

function moneyOf(text: string): MoneyCall {
  const decoded = decodeSigned(text);
  if (decoded.kind !== 'call' || decoded.call.kind !== 'money')
    throw new Error(decoded.kind === 'call' ? 'a balance' : decoded.message);
  return decoded.call;
}

function betOf(text: string): Bet {
  const [first] = moneyOf(text).operations;
  if (first.kind !== 'bet') throw new Error(first.kind);
  return first;
}

function problemOf(text: string | Uint8Array): string {
  const decoded = decodeSigned(text);
  if (decoded.kind !== 'bad_request') throw new Error('it was decoded');
  expect(decoded.encode({ kind: 'bad_request', message: decoded.message }).status).toBe(400);
  return decoded.message;
}

const amountOf = (text: string): string => formatDecimal(betOf(text).amount);

describe('an amount', () => {
  it.each(['-1.00', '-0.01', '-1e2'])('of %s is refused, as text and as a number [BET-05]', (amount) => {
    expect(problemOf(body({ amount }))).toMatch(/^amount: (negative|exponent)$/);
    expect(problemOf(body({ amount: raw(amount) }))).toMatch(/^amount: (negative|exponent)$/);
  });

  it('with more digits than the currency has is refused, never rounded [BET-06]', () => {
    expect(problemOf(body({ amount: '1.001' }))).toBe('amount: excess_precision');
    expect(problemOf(body({ amount: raw('0.005') }))).toBe('amount: excess_precision');
    expect(problemOf(body({ amount: '1.5', currency: 'JPY' }))).toBe('amount: excess_precision');
    expect(problemOf(body({ amount: '0.000000001', currency: 'BTC' }))).toBe('amount: excess_precision');
    expect(problemOf(body({ bet_amount: '1.001' }, BET_WIN))).toBe('bet_amount: excess_precision');
    expect(problemOf(body({ win_amount: '2.505' }, BET_WIN))).toBe('win_amount: excess_precision');
    expect(problemOf(body({ amount: '0.005' }, REFUND))).toBe('amount: excess_precision');
    expect(problemOf(body({ amount: '0.005' }, WIN))).toBe('amount: excess_precision');
  });

  it('may have excess zeros [BET-07]', () => {
    expect(amountOf(body({ amount: '1.1000' }))).toBe('1.1');
    expect(amountOf(body({ amount: '150.000', currency: 'JPY' }))).toBe('150');
  });

  it('beyond the digits of a double is exact [BET-08] [BET-09]', () => {
    expect(amountOf(body({ amount: raw('9007199254740993') }))).toBe('9007199254740993');
    expect(amountOf(body({ amount: raw('90071992547409.93') }))).toBe('90071992547409.93');
    expect(amountOf(body({ amount: '90071992547409.93' }))).toBe('90071992547409.93');
    expect(amountOf(body({ amount: '28.92858083', currency: 'BTC' }))).toBe('28.92858083');
  });

  it.each(['1e2', '1E-7', '1e+0', '1e400'])(
    'with the exponent of %s is refused, as text and as a number [BET-10] [BET-12]',
    (amount) => {
      expect(problemOf(body({ amount }))).toBe('amount: exponent');
      expect(problemOf(body({ amount: raw(amount) }))).toBe('amount: exponent');
    },
  );

  it('may be text or a number, with the same meaning [BET-11] [SIG-07]', () => {
    expect(betOf(body({ amount: raw('1.00') }))).toEqual(betOf(body({ amount: '1.00' })));
  });

  it.each([
    ['1e400', 'amount: exponent'],
    ['NaN', 'body: syntax'],
    ['Infinity', 'body: syntax'],
    ['null', 'amount: wrong_type'],
    ['true', 'amount: wrong_type'],
    ['[]', 'amount: wrong_type'],
    ['{}', 'amount: wrong_type'],
    ['["1.00"]', 'amount: wrong_type'],
    ['""', 'amount: empty'],
    ['"NaN"', 'amount: syntax'],
  ])('of %s is refused [BET-12]', (token, problem) => {
    expect(problemOf(body({ amount: raw(token) }))).toBe(problem);
  });

  it('of minus zero is zero [BET-12]', () => {
    expect(amountOf(body({ amount: raw('-0') }))).toBe('0');
  });

  it.each(['+1', '01', ' 1', '1 ', '1,00', '1_000', '１', '1.', '.5', '0x1', '1.0.0', '1\u00a0', '٣'])(
    'spelled %j is refused [BET-13]',
    (amount) => {
      expect(problemOf(body({ amount }))).toBe('amount: syntax');
    },
  );

  it('is in units of the currency, whatever its scale [BET-14]', () => {
    for (const currency of ['USD', 'JPY', 'BTC', 'uBTC', 'EUR'])
      expect(amountOf(body({ amount: '1', currency }))).toBe('1');
  });

  it('too large for the book is refused', () => {
    expect(problemOf(body({ amount: '9'.repeat(60) }))).toBe('amount: too_large');
    expect(problemOf(body({ amount: '9'.repeat(61) }))).toBe('amount: too_long');
  });

  it('of zero is a stake, but no refund [BET-04]', () => {
    expect(amountOf(body({ amount: '0.00' }))).toBe('0');
    expect(problemOf(body({ amount: '0.00' }, REFUND))).toBe('amount: out_of_range');
  });

  it('of a win may not be negative [WIN-14]', () => {
    expect(problemOf(body({ amount: '-2.50' }, WIN))).toBe('amount: negative');
    expect(problemOf(body({ win_amount: '-2.50' }, BET_WIN))).toBe('win_amount: negative');
  });

  it('of a currency nobody configured passes: the wallet refuses the currency [BET-41]', () => {
    const call = moneyOf(body({ amount: '1.123456', currency: 'usd' }));
    expect(call.currency).toBe('usd');
  });
});

describe('an id', () => {
  it.each(['TX-1', 'tx-1', 'tx-1 ', ' tx-1', '🎰', 'x'.repeat(255), 'a:b', '0'])('%j stays as it is [BET-32]', (id) => {
    expect(betOf(body({ transaction_id: id, round_id: id }))).toMatchObject({ id, round: id });
  });

  it('of 256 characters is refused, an empty one, too [BET-32]', () => {
    for (const name of ['transaction_id', 'round_id', 'player_id', 'session_id', 'game_code', 'currency']) {
      expect(problemOf(body({ [name]: 'x'.repeat(256) }))).toBe(`${name}: too_long`);
      expect(problemOf(body({ [name]: '' }))).toBe(`${name}: empty`);
    }
  });

  it('made of digits keeps them, also as a number [BET-33]', () => {
    expect(betOf(body({ transaction_id: raw('12345678901234567890') })).id).toBe('12345678901234567890');
    expect(betOf(body({ transaction_id: raw('12345678901234567891') })).id).toBe('12345678901234567891');
    expect(problemOf(body({ transaction_id: raw('1.5') }))).toBe('transaction_id: wrong_type');
    expect(problemOf(body({ transaction_id: raw('-1') }))).toBe('transaction_id: wrong_type');
  });

  it('is the same literally and escaped, and another one decomposed [SIG-04] [SIG-05]', () => {
    const player = (text: string) => moneyOf(text).player;
    expect(player(body({ player_id: 'Zoë' }))).toEqual({ kind: 'id', player: 'Zo\u00eb' });
    expect(player(body({ player_id: raw('"Zo\\u00eb"') }))).toEqual({ kind: 'id', player: 'Zo\u00eb' });
    expect(player(body({ player_id: 'Zoe\u0308' }))).toEqual({ kind: 'id', player: 'Zoe\u0308' });
  });

  it('loses the escapes of its slashes [SIG-06]', () => {
    expect(betOf(body({ round_id: raw('"a\\/b"') })).round).toBe('a/b');
  });

  it('carries no control character and no half of a pair [SIG-11]', () => {
    expect(problemOf(body({ transaction_id: raw('"a\\u0000b"') }))).toBe('body: nul');
    expect(problemOf(body({ transaction_id: raw('"a\\ud800b"') }))).toBe('body: lone_surrogate');
    expect(problemOf(body({ transaction_id: raw('"a\\nb"') }))).toBe('transaction_id: control_character');
  });
});

describe('a body', () => {
  it('that is no strict JSON is refused [SIG-09] [SIG-10] [SIG-11]', () => {
    expect(problemOf(body({ amount: raw('"1.00","amount":"1000.00"') }))).toBe('body: duplicate_key');
    expect(problemOf(body({ amount: raw('"1.00","\\u0061mount":"1.00"') }))).toBe('body: duplicate_key');
    expect(problemOf(`\ufeff${body({})}`)).toBe('body: bom');
    expect(problemOf(Buffer.concat([Buffer.from(body({}).slice(0, -2)), Buffer.from([0xff]), Buffer.from('"}')]))).toBe(
      'body: not_utf8',
    );
    expect(problemOf('')).toBe('body: empty');
    expect(problemOf(`${body({})}{}`)).toBe('body: trailing');
  });

  it.each(['[]', '"bet"', 'null', '1', 'true', `[${body({})}]`])('of %s is no object and refused', (text) => {
    expect(problemOf(text)).toBe('body: not_an_object');
  });

  it('of hostile size or names is refused at once and changes no prototype [SIG-41]', () => {
    const many = `{${Array.from({ length: 100_000 }, (_, index) => `"k${index}":0`).join(',')}}`;
    const hostile: readonly (readonly [string, string])[] = [
      ['['.repeat(100_000), 'too_deep'],
      [body({ meta: raw('['.repeat(100_000)) }), 'too_deep'],
      [body({ meta: raw(many) }), 'too_many_keys'],
      ...['__proto__', 'constructor', 'prototype'].map(
        (name) => [`{${JSON.stringify(name)}:{"polluted":true},${body({}).slice(1)}`, 'forbidden_key'] as const,
      ),
    ];
    const tookMs = processorMs(() => {
      for (const [text, reason] of hostile) expect(problemOf(text)).toBe(`body: ${reason}`);
    });
    expect(tookMs).toBeLessThan(1_000);
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });

  it('may carry fields nobody knows [BET-34] [BET-39]', () => {
    const plain = moneyOf(body({}));
    expect(moneyOf(body({ jackpot_contribution: '0.01', meta: raw('{"a":[1,{"b":null}]}'), Amount: '5.00' }))).toEqual(
      plain,
    );
  });

  it('means the same whatever its request id, order and blanks [BET-30] [SIG-08]', () => {
    const { requestId, ...facts } = moneyOf(body({ request_id: 'q-1' }));
    expect(requestId).toBe('q-1');
    expect(moneyOf(body({ request_id: 'q-2' }))).toEqual({ ...facts, requestId: 'q-2' });
    const reversed = `{ ${Object.entries(BET)
      .toReversed()
      .map(([name, value]) => `"${name}" : "${value}"`)
      .join(' , ')} }`;
    expect(moneyOf(reversed)).toEqual({ ...facts, requestId: null });
  });

  it.each(['17', '{}', '""', 'null', 'true'])('is not refused for the strange request id %s', (token) => {
    expect(betOf(body({ request_id: raw(token) })).id).toBe('tx-1');
  });

  it.each([
    ['balance', BALANCE, ['type', 'player_id', 'currency', 'session_id', 'game_code']],
    ['bet', BET, ['type', 'player_id', 'currency', 'session_id', 'game_code', 'transaction_id', 'round_id', 'amount']],
    ['win', WIN, ['type', 'player_id', 'currency', 'session_id', 'game_code', 'transaction_id', 'round_id', 'amount']],
    [
      'bet_win',
      BET_WIN,
      [
        'type',
        'player_id',
        'currency',
        'session_id',
        'game_code',
        'transaction_id',
        'round_id',
        'bet_amount',
        'win_amount',
      ],
    ],
    ['refund', REFUND, ['type', 'player_id', 'currency', 'transaction_id', 'bet_transaction_id']],
    ['close', CLOSE, ['type', 'player_id', 'currency', 'round_id']],
  ] as const)(
    'of type %s is refused when a field is missing, null or of another type [BET-34]',
    (_type, base, required) => {
      expect(decodeSigned(body({}, base)).kind).toBe('call');
      for (const name of required) {
        expect(problemOf(body({ [name]: undefined }, base))).toBe(`${name}: missing`);
        expect(problemOf(body({ [name]: null }, base))).toBe(`${name}: wrong_type`);
        expect(problemOf(body({ [name]: raw('["x"]') }, base))).toBe(`${name}: wrong_type`);
      }
    },
  );

  it.each(['stake', 'Bet', ' bet', 'BET', ''])('of the type %j is refused', (type) => {
    expect(problemOf(body({ type }))).toBe('type: unknown_value');
  });

  it.each(['"true"', '1', '"yes"', '[]'])('with %s for true or false is refused', (token) => {
    expect(problemOf(body({ free: raw(token) }))).toBe('free: wrong_type');
    expect(problemOf(body({ round_closed: raw(token) }))).toBe('round_closed: wrong_type');
  });
});

describe('the types', () => {
  it('a balance names who and in what', () => {
    expect(decodeSigned(body({}, BALANCE))).toMatchObject({
      kind: 'call',
      call: {
        kind: 'balance',
        player: { kind: 'id', player: 'demo' },
        session: 's-1',
        currency: 'USD',
        game: 'fruits',
        provider: null,
        requestId: null,
      },
    });
  });

  it('a bet is cash unless it is flagged free [FR-01] [FR-02]', () => {
    expect(betOf(body({}))).toMatchObject({ flavour: 'cash', combined: false, closesRound: false });
    expect(betOf(body({ free: false }))).toMatchObject({ flavour: 'cash' });
    expect(betOf(body({ free: true, amount: '25' }))).toMatchObject({ flavour: 'free' });
    expect(betOf(body({ free: true, amount: '0' }))).toMatchObject({ flavour: 'free' });
    expect(betOf(body({ round_closed: true }))).toMatchObject({ closesRound: true });
  });

  it('a win may name its bet, its kind and the end of the round [WIN-01] [WIN-04]', () => {
    expect(moneyOf(body({}, WIN)).operations).toMatchObject([
      { kind: 'win', bet: null, flavour: 'win', combined: false, closesRound: false },
    ]);
    const full = body({ bet_transaction_id: 'tx-1', kind: 'win', round_closed: true, amount: '0' }, WIN);
    expect(moneyOf(full).operations).toMatchObject([{ bet: 'tx-1', flavour: 'win', closesRound: true }]);
    expect(problemOf(body({ kind: 'bonus' }, WIN))).toBe('kind: unknown_value');
  });

  it.each(['jackpot', 'promo', 'free_round'])('a %s may belong to no round [WIN-13] [FR-03]', (kind) => {
    expect(moneyOf(body({ kind, round_id: undefined }, WIN)).operations).toMatchObject([
      { flavour: kind, round: null, bet: null },
    ]);
    expect(moneyOf(body({ kind }, WIN)).operations).toMatchObject([{ flavour: kind, round: 'r-1' }]);
  });

  it('bet_win is a bet and a win of one id; the win closes the round [BW-01]', () => {
    const operations = moneyOf(body({ round_closed: true }, BET_WIN)).operations;
    expect(operations).toEqual([
      {
        kind: 'bet',
        id: 'tx-3',
        round: 'r-1',
        amount: { unscaled: 1n, scale: 0 },
        flavour: 'cash',
        combined: true,
        closesRound: false,
      },
      {
        kind: 'win',
        id: 'tx-3',
        round: 'r-1',
        bet: 'tx-3',
        amount: { unscaled: 25n, scale: 1 },
        flavour: 'win',
        combined: true,
        closesRound: true,
      },
    ]);
  });

  it('a refund undoes a bet, whole or in part, with or without its round [RB-01] [RB-13] [RB-16]', () => {
    expect(moneyOf(body({}, REFUND))).toMatchObject({ session: null, game: null });
    expect(moneyOf(body({}, REFUND)).operations).toEqual([
      {
        kind: 'rollback',
        id: 'tx-4',
        target: { kind: 'bet', id: 'tx-1' },
        round: null,
        amount: null,
        closesRound: false,
      },
    ]);
    const part = body(
      { amount: '0.33', round_id: 'r-1', round_closed: true, session_id: 's-1', game_code: 'fruits' },
      REFUND,
    );
    expect(moneyOf(part)).toMatchObject({ session: 's-1', game: 'fruits' });
    expect(moneyOf(part).operations).toMatchObject([
      { round: 'r-1', amount: { unscaled: 33n, scale: 2 }, closesRound: true },
    ]);
  });

  it("a refund may repeat the bet's own id, and its optional fields may be null [RB-09] [RB-12]", () => {
    expect(
      moneyOf(body({ transaction_id: 'tx-1', amount: null, round_id: null, session_id: null }, REFUND)).operations,
    ).toMatchObject([{ id: 'tx-1', target: { kind: 'bet', id: 'tx-1' }, amount: null, round: null }]);
  });

  it('a close moves nothing and has no id', () => {
    expect(moneyOf(body({}, CLOSE)).operations).toEqual([{ kind: 'close', round: 'r-1' }]);
  });
});
