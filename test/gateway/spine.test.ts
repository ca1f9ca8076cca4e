/**
 * The callback's way with a dialect that misbehaves, rooms that hang and a real ledger: bytes stay bytes, whatever throws is
 * "ask again" in the dialect's words, nothing of a defect is told, and the answer comes before the aggregator gives up.
 */
import { describe, expect, it } from 'vitest';
import type { OpenDialect } from '../../src/dialects/dialect.ts';
import { deadlineOf } from '../../src/gateway/index.ts';
import { Uncertain } from '../../src/ledger/index.ts';
import { systemClock } from '../../src/platform/index.ts';
import { aggregatorName, SAFE_POLICY } from '../../src/wallet/index.ts';
import type { Outcome, Policy, WalletRequest } from '../../src/wallet/index.ts';
import { ledgerTable } from '../support/ledger.ts';
import { APPLIED, callOf, POLICY, sessionOf, sleep, stage, worded } from './stage.ts';

const LEAK = 'secret-7f3a of /srv/house/keys.ts:12';
const fails = (): never => {
  throw new Error(LEAK);
};

describe('bytes', () => {
  it('reach the dialect as they came, valid UTF-8 or not [SIG-39]', async () => {
    await using table = await stage();
    const all = Uint8Array.from({ length: 256 }, (_unused, index) => index);
    for (const bytes of [
      all,
      new Uint8Array([0xff, 0xfe, 0x00, 0xc3, 0x28]),
      new Uint8Array([0xef, 0xbb, 0xbf, 0x62]),
      new TextEncoder().encode('{"a":1}\r\n \u{1F600}'),
      new Uint8Array(2_048).fill(0x80),
    ]) {
      await table.ask(bytes);
      const request = table.seen.verified.at(-1);
      expect(Buffer.from(request?.body ?? []).equals(Buffer.from(bytes))).toBe(true);
    }
  });

  it('are joined from chunks that cut a character in two [SIG-39]', async () => {
    await using table = await stage();
    const text = new TextEncoder().encode('bet b1 änn 1.00 r1');
    const body = new ReadableStream<Uint8Array>({
      start: async (controller) => {
        for (const byte of text) {
          controller.enqueue(new Uint8Array([byte]));
          await sleep(1);
        }
        controller.close();
      },
    });
    const response = await fetch(`${table.url}/callbacks/acme`, {
      method: 'POST',
      headers: { 'content-type': 'text/x-plain', 'x-proof': 'good' },
      body,
      duplex: 'half',
    });
    expect(await response.text()).toBe('YES');
    expect(Buffer.from(table.seen.verified[0]?.body ?? []).equals(Buffer.from(text))).toBe(true);
  });

  it('of the query are neither decoded nor put in order [SIG-35]', async () => {
    await using table = await stage();
    const query = 'z=1&a=%2B+%20&a=2&b=?x&c=%e4&%41=%zz&&=';
    await table.ask('bet b1 ann 1.00 r1', { path: `/callbacks/acme?${query}` });
    expect(table.seen.verified[0]).toMatchObject({ method: 'POST', path: '/callbacks/acme', rawQuery: query });
    await table.ask('bet b1 ann 1.00 r1');
    expect(table.seen.verified[1]?.rawQuery).toBe('');
  });

  it('of a path are what stood on the wire, even where it is written in another way', async () => {
    await using table = await stage();
    await table.ask('bet b1 ann 1.00 r1', { path: '/callbacks/%61cme' });
    expect(table.seen.verified[0]?.path).toBe('/callbacks/%61cme');
  });

  it('are not decoded before they are believed, and only decoded once [SIG-42]', async () => {
    await using table = await stage();
    expect(await table.ask('{{{', { proof: 'bad' })).toMatchObject({ status: 401, body: 'WHO' });
    expect(table.seen.decoded).toHaveLength(0);
    expect(await table.ask('garbage')).toMatchObject({ status: 400, body: 'WHAT no such words' });
    expect(table.seen.decoded).toHaveLength(1);
  });
});

describe('a dialect that throws', () => {
  const genuine: OpenDialect['decode'] = () => ({ kind: 'bad_request', message: '', encode: fails });
  const cases: Readonly<Record<string, Partial<OpenDialect>>> = {
    'in verify': { verify: fails },
    'in decode': { decode: fails },
    "in the call's encode, for an answer it was not made for": { decode: genuine },
  };
  for (const [where, dialect] of Object.entries(cases)) {
    it(`${where}, is answered with its own "ask again" and nothing else`, async () => {
      await using table = await stage({ dialect });
      const answer = await table.ask('bet b1 ann 1.00 r1');
      expect(answer).toMatchObject({ status: 503, body: 'LATER' });
      expect(answer.headers.get('retry-after')).toBe('1');
      expect(table.entries).toMatchObject([{ outcome: 'uncertain', status: 503 }]);
      expect(table.errors).toHaveLength(1);
    });
  }

  it('in encode after money moved says "ask again", not the opposite', async () => {
    let moved = 0;
    const encode: OpenDialect['encode'] = (answer) => (answer.kind === 'outcome' ? fails() : worded(answer));
    await using table = await stage({
      dialect: {
        decode: (request) => ({ ...decodedBet(request), encode }),
      },
      more: {
        ledger: {
          submit: async () => {
            moved += 1;
            return APPLIED;
          },
        },
      },
    });
    expect(await table.ask('bet b1 ann 1.00 r1')).toMatchObject({ status: 503, body: 'LATER' });
    expect(moved).toBe(1);
    expect(table.entries).toMatchObject([{ outcome: 'uncertain' }]);
  });

  it('in every encode is answered with the bare status of "ask again" and no word of why', async () => {
    await using table = await stage({
      dialect: { encode: fails, decode: (request) => ({ ...decodedBet(request), encode: fails }) },
      aggregator: { policy: { ...POLICY, 'http.uncertain': 500 } },
    });
    for (const [body, how] of [
      ['bet b1 ann 1.00 r1', {}],
      ['bet b1 ann 1.00 r1', { proof: 'bad' }],
      ['x'.repeat(3_000), {}],
      ['{}', { headers: { 'content-type': 'text/html' } }],
      ['{}', { path: '/webhooks/acme/catalogue', proof: 'bad' }],
    ] as const) {
      const answer = await table.ask(body, how);
      expect(answer).toMatchObject({ status: 500, body: '' });
      expect(answer.headers.get('retry-after')).toBe('1');
    }
    expect(table.entries).toHaveLength(5);
  });

  it('with an answer that no HTTP server can send is answered as "ask again"', async () => {
    for (const broken of [
      { status: 42, headers: {}, body: 'x' },
      { status: 200, headers: { 'x-note': 'a\r\nset-cookie: b' }, body: 'x' },
    ]) {
      await using table = await stage({
        dialect: { decode: (request) => ({ ...decodedBet(request), encode: () => broken }) },
      });
      const answer = await table.ask('bet b1 ann 1.00 r1');
      expect(answer).toMatchObject({ status: 503, body: 'LATER' });
      expect(answer.headers.get('set-cookie')).toBeNull();
    }
  });

  it('in a webhook, likewise', async () => {
    for (const dialect of [{ verify: fails }, { decodeWebhook: fails }]) {
      await using table = await stage({ dialect });
      const answer = await table.ask('{}', { path: '/webhooks/acme/catalogue' });
      expect(answer).toMatchObject({ status: 503, body: 'LATER' });
      expect(table.entries).toHaveLength(1);
    }
  });

  it('never lets a caller read what it threw', async () => {
    for (const dialect of [{ verify: fails }, { decode: fails }, { encode: fails, verify: fails }]) {
      await using table = await stage({ dialect });
      const answer = await table.ask('bet b1 ann 1.00 r1');
      const told = JSON.stringify([...answer.headers]) + answer.body;
      expect(told).not.toContain('secret');
      expect(told).not.toContain('.ts');
      expect(told).not.toMatch(/<html|Error/i);
    }
  });
});

function decodedBet(request: Parameters<OpenDialect['decode']>[0]) {
  const call = callOf(Buffer.from(request.body).toString());
  if (call === null) throw new Error('the test sends a bet');
  return { kind: 'call' as const, call };
}

describe('rooms that fail or hang', () => {
  it('has a deadline of four fifths of the aggregator’s patience [RET-16]', () => {
    expect(deadlineOf({ ...SAFE_POLICY, timeoutMs: 3_000 })).toBe(2_400);
    expect(deadlineOf({ ...SAFE_POLICY, timeoutMs: 101 })).toBe(80);
  });

  const never = async (): Promise<never> => new Promise(() => undefined);
  const PORTS = ['session', 'knowsGame', 'wallets'] as const;
  for (const port of PORTS) {
    it(`answers in time when ${port} hangs [RET-16]`, async () => {
      await using plain = await stage();
      await using table = await stage({
        aggregator: { policy: { ...POLICY, timeoutMs: 300 } },
        more: { ports: { ...plain.ports, [port]: never } },
        sessions: [sessionOf('token')],
      });
      const startedAt = systemClock.monotonic();
      const text = port === 'wallets' ? 'balance ann' : 'bet b1 ann 1.00 r1 token';
      expect(await table.ask(text)).toMatchObject({ status: 503, body: 'LATER' });
      const tookMs = systemClock.monotonic() - startedAt;
      expect(tookMs).toBeGreaterThanOrEqual(235);
      // What hangs would hang for ever.
      expect(tookMs).toBeLessThan(30_000);
    });

    it(`answers "ask again" when ${port} fails`, async () => {
      await using plain = await stage();
      await using table = await stage({ more: { ports: { ...plain.ports, [port]: async () => fails() } } });
      const text = port === 'wallets' ? 'balance ann' : 'bet b1 ann 1.00 r1 token';
      expect(await table.ask(text)).toMatchObject({ status: 503, body: 'LATER' });
    });
  }

  it('answers in time even when the ledger forgets its own deadline, and gives it only what is left [RET-16]', async () => {
    const given: number[] = [];
    await using plain = await stage();
    await using table = await stage({
      aggregator: { policy: { ...POLICY, timeoutMs: 2_500 } },
      more: {
        ports: {
          ...plain.ports,
          knowsGame: async () => {
            await sleep(150);
            return true;
          },
        },
        ledger: {
          submit: async (_request, _policy, timeoutMs) => {
            given.push(timeoutMs);
            return never();
          },
        },
      },
    });
    // Without a deadline of its own, this would wait for ever.
    expect(await table.ask('bet b1 ann 1.00 r1 token')).toMatchObject({ status: 503 });
    expect(given[0]).toBeLessThanOrEqual(1_855);
    expect(given[0]).toBeGreaterThan(0);
  });

  it('says "ask again" to whatever the ledger throws, and wakes somebody only for a defect', async () => {
    for (const [error, logged] of [
      [new Uncertain('deadline', LEAK), 0],
      [new Error(LEAK), 1],
      [new TypeError(LEAK), 1],
    ] as const) {
      await using table = await stage({
        more: {
          ledger: {
            submit: async () => {
              throw error;
            },
          },
        },
      });
      expect(await table.ask('bet b1 ann 1.00 r1')).toMatchObject({ status: 503, body: 'LATER' });
      expect(table.errors).toHaveLength(logged);
    }
  });

  it('words a stale request as unauthenticated [SIG-33]', async () => {
    const late: OpenDialect['verify'] = (request) => ({
      kind: 'genuine',
      request: request as never,
      keyId: 'key-1',
      late: true,
    });
    const asked: WalletRequest[] = [];
    await using table = await stage({
      dialect: { verify: late },
      more: {
        ledger: {
          submit: async (request): Promise<Outcome> => {
            asked.push(request);
            return { kind: 'stale' };
          },
        },
      },
    });
    expect(await table.ask('bet b1 ann 1.00 r1')).toMatchObject({ status: 401, body: 'WHO' });
    expect(asked[0]?.onlyKnown).toBe(true);
    expect(table.entries).toMatchObject([{ verdict: 'late', outcome: 'unauthenticated' }]);
  });
});

describe('on a real ledger', () => {
  const policy: Policy = { ...POLICY, timeoutMs: 5_000 };

  it('refuses a bet in an expired or ended session, and never a win or a refund [BET-22, WIN-08, RB-11]', async () => {
    await using ledger = await ledgerTable({ policy });
    const player = await ledger.player('USD', '10.00');
    const more = { player };
    await using table = await stage({
      aggregator: { policy },
      sessions: [
        sessionOf('live', more),
        sessionOf('old', { ...more, expiresAtMs: 1 }),
        sessionOf('ended', { ...more, endedAtMs: 1 }),
        sessionOf('demo', { mode: 'demo', player: null, currency: null }),
        sessionOf('beta', { ...more, aggregator: aggregatorName('beta') }),
        sessionOf('other'),
      ],
      more: { ledger: ledger.ledgerAt() },
    });
    const say = async (text: string): Promise<string> => (await table.ask(text.replace('ann', player))).body;
    expect(await say('bet b1 ann 1.00 r1 live')).toBe('YES');
    expect(await say('bet b2 ann 1.00 r1 old')).toBe('NO session_expired');
    expect(await say('bet b3 ann 1.00 r1 ended')).toBe('NO session_expired');
    for (const token of ['demo', 'beta', 'other', 'unheard'])
      expect(await say(`bet b-${token} ann 1.00 r1 ${token}`)).toBe('NO session_invalid');
    expect(await say('win w1 ann 2.50 r1 old')).toBe('YES');
    expect(await say('win w2 ann 0.50 r1 ended')).toBe('YES');
    expect(await say('win w3 ann 0.50 r1 unheard')).toBe('YES');
    expect(await say('bet b9 ann 1.00 r9 live')).toBe('YES');
    expect(await say('undo x9 ann b9 - old')).toBe('YES');
    // A refusal stays one, even when the session it was refused for would do now.
    expect(await say('bet b2 ann 1.00 r1 live')).toBe('NO session_expired');
    // And what was booked while it lived is confirmed when it is dead.
    expect(await say('bet b1 ann 1.00 r1 old')).toBe('AGAIN');
    expect(await ledger.balance(player)).toBe(1_250n);
  });

  it('says "ask again" within its deadline while the wallet is held, and the repeat says what became of it [RET-16]', async () => {
    await using ledger = await ledgerTable({ policy });
    const player = await ledger.player('USD', '10.00');
    await using table = await stage({
      aggregator: { policy: { ...policy, timeoutMs: 600 } },
      more: { ledger: ledger.ledgerAt() },
    });
    let tookMs = 0;
    await ledger.sql.begin(async (sql) => {
      await sql`SELECT 1 FROM wallet WHERE player = ${player} FOR UPDATE`;
      const startedAt = systemClock.monotonic();
      expect(await table.ask(`bet b1 ${player} 1.00 r1`)).toMatchObject({ status: 503, body: 'LATER' });
      tookMs = systemClock.monotonic() - startedAt;
    });
    // The wallet is held until the answer has come.
    expect(tookMs).toBeGreaterThanOrEqual(470);
    await expect.poll(async () => (await table.ask(`bet b1 ${player} 1.00 r1`)).status).toBe(200);
    expect(await ledger.balance(player)).toBe(900n);
  });
});
