/**
 * What the family's members share, asked of each of them with its own fixtures: every status of its table is produced, bodies say by
 * their fields which call they are, amounts keep every digit, and keys and paths are judged before anything is parsed.
 */
import { createPrivateKey, sign } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Answer, GenuineRequest, RawRequest } from '../../../src/dialects/index.ts';
import { formatDecimal } from '../../../src/money/index.ts';
import { REFUSALS } from '../../../src/wallet/index.ts';
import { refusalAnswers } from '../calls.ts';
import { exchangesOf, NOW_MS } from '../exchanges.ts';
import type { CallbackFixture } from '../fixture.ts';
import { fixtureSettings } from './house.ts';

/** Statuses that stand in every member's table. */
const COMMON = [
  'RS_OK',
  'RS_ERROR_UNKNOWN',
  'RS_ERROR_INVALID_TOKEN',
  'RS_ERROR_INVALID_GAME',
  'RS_ERROR_WRONG_CURRENCY',
  'RS_ERROR_NOT_ENOUGH_MONEY',
  'RS_ERROR_USER_DISABLED',
  'RS_ERROR_INVALID_SIGNATURE',
  'RS_ERROR_TOKEN_EXPIRED',
  'RS_ERROR_WRONG_SYNTAX',
  'RS_ERROR_WRONG_TYPES',
  'RS_ERROR_DUPLICATE_TRANSACTION',
  'RS_ERROR_TRANSACTION_DOES_NOT_EXIST',
  'RS_ERROR_TRANSACTION_ROLLED_BACK',
];

/** Which member, and the statuses of its vendor's table that an operator may answer with. */
const MEMBERS = [
  {
    name: 'hub88',
    bet: '/transaction/bet',
    header: 'x-hub88-signature',
    statuses: [...COMMON, 'RS_ERROR_INVALID_PARTNER', 'RS_ERROR_LIMIT_REACHED'],
  },
  {
    name: 'caleta',
    bet: '/wallet/bet',
    header: 'x-auth-signature',
    statuses: [...COMMON, 'RS_ERROR_BET_LIMIT_EXCEEDED'],
  },
];

describe.each(MEMBERS)('the family member $name', ({ name, bet, header, statuses }) => {
  const { of, callbacks, calls } = exchangesOf(name);
  const { open, mirror } = of('default');
  const recorded = (which: string): CallbackFixture => {
    const found = callbacks.find((fixture) => fixture.name === which);
    if (found === undefined) throw new Error(`${name} has no recording ${which}`);
    return found;
  };
  const betText = recorded('bet').request.body.toString();
  /** decoded as if its signature were right */
  const decode = (body: string, subpath: string = bet) =>
    open.decode({ ...recorded('bet').request, subpath, body: Buffer.from(body) } as unknown as GenuineRequest);
  const statusOf = (answer: Answer, encode = decode(betText).encode): string =>
    (JSON.parse(encode(answer).body) as { readonly status: string }).status;
  const withAmount = (amount: string): string => betText.replace(/"amount":[0-9]+/, `"amount":${amount}`);

  it('can say every status of the table, and no other', () => {
    const money = { units: 100n, scale: 2, currency: 'EUR' };
    const answers: readonly Answer[] = [
      ...refusalAnswers(money),
      { kind: 'balance', balance: money },
      { kind: 'bad_request', message: 'x' },
      { kind: 'unauthenticated' },
      { kind: 'forbidden' },
      { kind: 'too_large' },
      { kind: 'unsupported_media' },
      { kind: 'uncertain', retryAfterSeconds: 1 },
    ];
    const wrongTypes = decode(withAmount('"1"'));
    const said = new Set([
      ...answers.map((answer) => statusOf(answer)),
      statusOf({ kind: 'bad_request', message: 'x' }, wrongTypes.encode),
    ]);
    expect([...said].toSorted()).toEqual([...statuses].toSorted());
  });

  it('every status of the table is in a recording, and understood', () => {
    const heard = new Set(
      callbacks.map(({ response }) => (JSON.parse(response.body.toString()) as { status?: string }).status),
    );
    expect([...heard]).toEqual(expect.arrayContaining([...statuses]));
    for (const status of statuses) {
      const body = Buffer.from(JSON.stringify({ status, request_uuid: 'r', user: 'u', currency: 'EUR', balance: 1 }));
      const reading = mirror.understand(200, {}, body);
      expect(reading.kind, status).toBe(status === 'RS_OK' ? 'applied' : 'rejected');
    }
  });

  it.each([
    ['a status that is none', 200, '{"status":"RS_FINE","balance":1}', 'nonsense'],
    ['done without a balance', 200, '{"status":"RS_OK"}', 'nonsense'],
    ['a balance that is text', 200, '{"status":"RS_OK","balance":"1"}', 'nonsense'],
    ['a balance with a point', 200, '{"status":"RS_OK","balance":1.5}', 'nonsense'],
    ['a page', 200, '<html>', 'nonsense'],
    ['nothing', 200, '', 'nonsense'],
    ['a word for not knowing', 200, '{"status":"RS_ERROR_TIMEOUT"}', 'uncertain'],
    ['done, but not by a 200', 202, '{"status":"RS_OK","balance":1}', 'uncertain'],
    ['a door that is shut', 403, '{"status":"RS_ERROR_INVALID_SIGNATURE"}', 'uncertain'],
    ['a failure', 502, '', 'uncertain'],
  ])('hears %s', (_name, status, body, kind) => {
    expect(mirror.understand(status, {}, Buffer.from(body)).kind).toBe(kind);
  });

  it('what a refusal means comes back from its status', () => {
    for (const answer of refusalAnswers({ units: 1n, scale: 2, currency: 'EUR' })) {
      const { outcome } = answer;
      if (outcome.kind !== 'rejected') continue;
      const response = decode(betText).encode(answer);
      const heard = mirror.understand(response.status, response.headers, Buffer.from(response.body));
      expect(heard.kind === 'rejected' && heard.meanings).toContain(outcome.refusal);
    }
    expect(REFUSALS.length).toBeGreaterThan(10);
  });

  it('keeps every digit of an amount, and takes whole numbers only [BET-09] [BET-10] [BET-14]', () => {
    const amountOf = (text: string): string => {
      const decoded = decode(withAmount(text).replace('"EUR"', '"mBTC"'));
      if (decoded.kind !== 'call' || decoded.call.kind !== 'money') return 'refused';
      const [operation] = decoded.call.operations;
      return operation.kind === 'bet' ? formatDecimal(operation.amount) : 'no bet';
    };
    expect(amountOf('356000')).toBe('3.56');
    expect(amountOf('1')).toBe('0.00001');
    expect(amountOf('0')).toBe('0');
    expect(amountOf('9007199254740993')).toBe('90071992547.40993');
    expect(amountOf('9223372036854775807')).toBe('92233720368547.75807');
    for (const text of ['"1"', '1.0', '1e5', '-1', 'null', 'true', '[1]', '9'.repeat(70)])
      expect(amountOf(text), text).toBe('refused');
    fc.assert(
      fc.property(fc.bigInt(0n, 2n ** 63n - 1n), (units) => {
        expect(amountOf(units.toString())).toBe(formatDecimal({ unscaled: units, scale: 5 }));
      }),
    );
  });

  it('refuses more digits than the currency has [BET-06]', () => {
    expect(decode(withAmount('100000')).kind).toBe('call');
    expect(decode(withAmount('100100'))).toMatchObject({ kind: 'bad_request', message: 'amount: excess_precision' });
  });

  it('cuts balances to five digits and never rounds them up [BAL-06]', () => {
    const balanceOf = (units: bigint, scale: number): string =>
      /"balance":(-?[0-9]+)/.exec(
        decode(betText).encode({ kind: 'balance', balance: { units, scale, currency: 'X' } }).body,
      )?.[1] ?? '';
    expect(balanceOf(12_345_678n, 8)).toBe('12345');
    expect(balanceOf(999n, 8)).toBe('0');
    expect(balanceOf(-1n, 8)).toBe('-1');
    expect(balanceOf(10n ** 30n, 0)).toBe(`1${'0'.repeat(35)}`);
    fc.assert(
      fc.property(fc.bigInt(0n, 10n ** 30n), fc.integer({ min: 0, max: 18 }), (units, scale) => {
        const shown = BigInt(balanceOf(units, scale));
        const exact = units * 10n ** 5n;
        expect(shown * 10n ** BigInt(scale) <= exact && exact < (shown + 1n) * 10n ** BigInt(scale)).toBe(true);
      }),
    );
  });

  it('a genuine body sent to another path is never taken for what it is not', () => {
    const movements = callbacks.filter(({ call }) => (call as { kind?: string } | null)?.kind === 'money');
    const paths = of('default').callbackPaths;
    expect(movements.length).toBeGreaterThan(10);
    for (const fixture of movements) {
      for (const subpath of [...paths, '', '/', '/nowhere', '/__proto__', `${bet}/`]) {
        if (subpath === fixture.request.subpath) continue;
        const decoded = of(fixture.variant).open.decode({ ...fixture.request, subpath } as unknown as GenuineRequest);
        expect(decoded.kind === 'call' && decoded.call.kind, `${fixture.name} at ${subpath}`).not.toBe('money');
      }
    }
  });

  it('ignores what it does not know, wherever it stands', () => {
    const known = decode(betText);
    const more = decode(betText.replace('{', '{"zzz":{"amount":[1,{"user":null}]},"Amount":7,"amount ":8,'));
    expect(more.kind === 'call' && known.kind === 'call' && more.call).toEqual(known.kind === 'call' && known.call);
  });

  it('repeats the request’s id in answers to what is not believed, and nothing that could mean more', () => {
    const answerTo = (body: string): string => {
      const request: RawRequest = { ...recorded('bet').request, headers: {}, body: Buffer.from(body) };
      const verification = open.verify(request, NOW_MS);
      if (verification.kind === 'genuine') throw new Error('believed');
      return (verification.encode ?? open.encode)({ kind: 'unauthenticated' }).body;
    };
    const unsaid = '{"status":"RS_ERROR_INVALID_SIGNATURE"}';
    expect(answerTo('{"request_uuid" : "77aa-1"}')).toBe(
      '{"status":"RS_ERROR_INVALID_SIGNATURE","request_uuid":"77aa-1"}',
    );
    for (const odd of ['', '{', '"request_uuid":""', '"request_uuid":"<b>"', `"request_uuid":"${'a'.repeat(65)}"`])
      expect(answerTo(odd)).toBe(unsaid);
    expect(answerTo(`${' '.repeat(9_000)}"request_uuid":"a"`)).toBe(unsaid);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(answerTo(Buffer.from(bytes).toString('latin1'))).toContain('RS_ERROR_INVALID_SIGNATURE');
      }),
    );
  });

  it('signs as openssl does: RSA-SHA256 with PKCS#1 v1.5 over the raw body, in Base64', () => {
    const key = createPrivateKey(fixtureSettings(name).sandbox.private_key);
    for (const { fixture } of calls.filter((each) => each.fixture.variant === 'default')) {
      const signature = sign('RSA-SHA256', fixture.request.body, key).toString('base64');
      expect(fixture.request.headers[header], fixture.name).toBe(signature);
    }
  });

  it('has no webhooks', () => {
    for (const topic of ['settlement', 'session', 'catalogue'])
      expect(open.decodeWebhook(topic, recorded('bet').request as unknown as GenuineRequest).kind).toBe('bad_request');
  });

  it('asks for its list once, whatever comes of it', () => {
    const source = open.games;
    if (source.kind !== 'call') throw new Error('no list to ask for');
    expect(source.page(1, null, { nowMs: NOW_MS, nonce: 'n' }).retries).toBe(0);
  });
});
