/** Situations of the scenario catalogue as an aggregator meets them: the generic dialect on a real socket before a real book. */
import { createHmac } from 'node:crypto';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { blockList } from '../../src/config.ts';
import { generic } from '../../src/dialects/generic/dialect.ts';
import { GENERIC_POLICY } from '../../src/dialects/generic/policy.ts';
import type { ResolvePorts } from '../../src/gateway/index.ts';
import { newId, systemClock } from '../../src/platform/index.ts';
import { transactionId } from '../../src/wallet/index.ts';
import type { PlayerId, Policy } from '../../src/wallet/index.ts';
import { sessionOf, stage } from '../gateway/stage.ts';
import { CURRENCIES, ledgerTable } from '../support/ledger.ts';

const SECRET = 'signing-secret-0001';

async function house(options: { policy?: Partial<Policy>; timestamped?: boolean; allowIps?: string[] } = {}) {
  const policy: Policy = { ...GENERIC_POLICY, ...options.policy };
  const table = await ledgerTable({ policy });
  const ann = await table.player('USD', '100.00');
  const ledger = table.ledgerAt();
  const ports: ResolvePorts = {
    session: async (token) => (token === 'good' ? sessionOf('good', { player: ann }) : null),
    sessionFact: (session) => (session === null ? { kind: 'unknown' } : { kind: 'live', currency: 'USD' }),
    exchanges: { of: () => null, showed: async () => undefined },
    knowsGame: async (_aggregator, code) => code !== 'nobody-knows',
    playerOfTransaction: ledger.playerOf,
    grant: async () => null,
    profile: async () => null,
    wallets: ledger.wallets,
    nextId: () => transactionId(newId()),
  };
  const open = generic.open(
    generic.settings.parse({
      catalogue: { url: 'http://games.test/list', api_key: 'catalogue-key-0001' },
      launch: { url: 'http://games.test/launch', secret: 'launch-secret-0001' },
      callbacks: { signing_secrets: [SECRET], timestamped: options.timestamped ?? false },
    }),
    policy,
    CURRENCIES,
  );
  const gate = await stage({
    aggregator: {
      open,
      policy,
      contentTypes: ['application/json'],
      callbackPaths: [''],
      allowIps: options.allowIps === undefined ? null : blockList(options.allowIps),
    },
    more: { ledger, ports, bodyLimitBytes: 65_536 },
  });
  const body = (words: object) =>
    JSON.stringify({ player_id: ann, currency: 'USD', session_id: 'good', game_code: 'g-1', ...words });
  const signed = (bytes: string, at: string | null) =>
    createHmac('sha256', SECRET)
      .update(at === null ? bytes : `${at}.${bytes}`)
      .digest('hex');
  const post = async (words: object, how: { header?: string; ageSeconds?: number; headers?: object } = {}) => {
    const bytes = body(words);
    const at = how.ageSeconds === undefined ? null : String(Math.floor(systemClock.now() / 1_000) - how.ageSeconds);
    const response = await fetch(`${gate.url}/callbacks/acme`, {
      method: 'POST',
      body: bytes,
      headers: {
        'content-type': 'application/json',
        [how.header ?? 'x-signature']: signed(bytes, at),
        ...(at === null ? {} : { 'x-timestamp': at }),
        ...how.headers,
      },
    });
    const text = await response.text();
    const json: unknown = JSON.parse(text);
    return { status: response.status, text, json };
  };
  return {
    ...table,
    ann,
    gate,
    body,
    signed,
    post,
    bet: (id: string, more: object = {}) => ({
      type: 'bet',
      transaction_id: id,
      round_id: 'r1',
      amount: '1.00',
      ...more,
    }),
    setStatus: async (player: PlayerId, status: 'blocked' | 'self_excluded') => ledger.setStatus(player, status),
    [Symbol.asyncDispose]: async () => {
      await gate[Symbol.asyncDispose]();
      await table[Symbol.asyncDispose]();
    },
  };
}

describe('signatures on the wire', () => {
  it('in a header of any spelling [SIG-12]', async () => {
    await using at = await house();
    for (const header of ['x-signature', 'X-SIGNATURE', 'X-Signature']) {
      // written byte for byte: a client library might fold the name
      const bytes = at.body(at.bet(header));
      const answer = await new Promise<string>((resolve) => {
        const socket = connect(at.gate.port, '127.0.0.1');
        let heard = '';
        socket.on('data', (chunk) => void (heard += chunk.toString('utf8')));
        socket.on('close', () => resolve(heard));
        socket.write(
          `POST /callbacks/acme HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n` +
            `${header}: ${at.signed(bytes, null)}\r\nContent-Length: ${Buffer.byteLength(bytes)}\r\n\r\n${bytes}`,
        );
      });
      expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    }
    expect(await at.balance(at.ann)).toBe(9_700n);
  });

  it('of one bet from two of the aggregator’s addresses: booked once [SIG-44]', async () => {
    await using at = await house({ allowIps: ['127.0.0.1', '127.0.0.2'] });
    const bytes = at.body(at.bet('b1'));
    const from = async (localAddress: string) =>
      new Promise<string>((resolve, reject) => {
        const socket = connect({ port: at.gate.port, host: '127.0.0.1', localAddress });
        let heard = '';
        socket.on('data', (chunk) => void (heard += chunk.toString('utf8')));
        socket.on('close', () => resolve(heard));
        socket.on('error', reject);
        socket.write(
          `POST /callbacks/acme HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n` +
            `X-Signature: ${at.signed(bytes, null)}\r\nContent-Length: ${Buffer.byteLength(bytes)}\r\n\r\n${bytes}`,
        );
      });
    expect(await from('127.0.0.1')).toContain('"duplicate":false');
    expect(await from('127.0.0.2')).toContain('"duplicate":true');
    expect(await from('127.0.0.3')).toMatch(/^HTTP\/1\.1 403 /);
    expect(await at.balance(at.ann)).toBe(9_900n);
  });
});

describe('a request of another hour', () => {
  it('is told nothing but what was booked before: no balance, no refusal, no close [SIG-30, SIG-33]', async () => {
    await using at = await house({ timestamped: true });
    const late = { ageSeconds: 86_400 };
    expect((await at.post(at.bet('b1'), { ageSeconds: 0 })).status).toBe(200);
    expect(await at.post(at.bet('b1'), late)).toMatchObject({ status: 200, json: { duplicate: true } });
    expect((await at.post(at.bet('b2'), late)).status).toBe(401);
    for (const words of [
      { type: 'balance' },
      { type: 'balance', player_id: 'nobody' },
      { type: 'balance', session_id: 'another' },
      { type: 'close', round_id: 'r1' },
    ]) {
      const { status, text } = await at.post(words, late);
      expect(status).toBe(401);
      expect(text).not.toContain('99.00');
    }
    // the round is open still, and its close is confirmed once it is closed
    expect((await at.post(at.bet('b3'), { ageSeconds: 0 })).status).toBe(200);
    expect((await at.post({ type: 'close', round_id: 'r1' }, { ageSeconds: 0 })).status).toBe(200);
    expect((await at.post({ type: 'close', round_id: 'r1' }, late)).status).toBe(200);
  });
});

describe('balances', () => {
  it('of nobody: refused, and no wallet is made [BAL-02]', async () => {
    await using at = await house();
    const { status, json } = await at.post({ type: 'balance', player_id: 'nobody', session_id: 'good' });
    expect({ status, json }).toMatchObject({ status: 422, json: { code: 'unknown_player' } });
    expect(await at.sql`SELECT 1 FROM wallet WHERE player = 'nobody'`).toHaveLength(0);
  });

  it('in another currency than the session’s [BAL-03]', async () => {
    await using at = await house();
    const answer = await at.post({ type: 'balance', currency: 'EUR' });
    expect(answer).toMatchObject({ status: 422, json: { code: 'wrong_currency' } });
  });

  it('of a blocked player: told, or refused by policy [BAL-09]', async () => {
    for (const [knob, status] of [
      ['answer', 200],
      ['refuse', 422],
    ] as const) {
      await using at = await house({ policy: { 'balance.whenBlocked': knob } });
      await at.setStatus(at.ann, 'self_excluded');
      expect((await at.post({ type: 'balance' })).status).toBe(status);
    }
  });
});

describe('callbacks', () => {
  it('with one request id for two transactions are judged by the transaction [RET-04]', async () => {
    await using at = await house();
    for (const id of ['b1', 'b2', 'b1']) {
      const { json } = await at.post(at.bet(id, { request_id: 'q-1' }));
      expect(json).toMatchObject({ status: 'ok', transaction_id: id });
    }
    expect(await at.post(at.bet('b1', { request_id: 'q-2' }))).toMatchObject({ json: { duplicate: true } });
    expect(await at.balance(at.ann)).toBe(9_800n);
  });

  it('of a win whose answer nobody could read: the repeat is answered in full [WIN-20]', async () => {
    await using at = await house();
    await at.post(at.bet('b1'));
    const won = { type: 'win', transaction_id: 'w1', round_id: 'r1', bet_transaction_id: 'b1', amount: '2.50' };
    await at.post(won);
    const { status, json } = await at.post(won);
    expect({ status, json }).toMatchObject({
      status: 200,
      json: { status: 'ok', balance: '101.50', currency: 'USD', transaction_id: 'w1', duplicate: true },
    });
    expect(await at.balance(at.ann)).toBe(10_150n);
  });

  it('refuse a jackpot of a bet that was rolled back, in the dialect’s words [WIN-07]', async () => {
    await using at = await house();
    await at.post(at.bet('b1'));
    await at.post({ type: 'refund', transaction_id: 'x1', bet_transaction_id: 'b1' });
    const won = { type: 'win', transaction_id: 'w1', bet_transaction_id: 'b1', amount: '5000.00', kind: 'jackpot' };
    expect(await at.post(won)).toMatchObject({ status: 422, json: { code: 'reversed' } });
    expect(await at.balance(at.ann)).toBe(10_000n);
  });
});

describe('a player who may not play any more', () => {
  const win = (id: string, more: object = {}) => ({
    type: 'win',
    transaction_id: id,
    round_id: 'r1',
    amount: '2.50',
    ...more,
  });

  it('excluded in the middle of a round is still paid and refunded, repeats hear what was booked, and new bets are refused [CMP-02]', async () => {
    await using at = await house();
    expect(await at.post(at.bet('b1'))).toMatchObject({ status: 200 });
    expect(await at.post(at.bet('b2', { round_id: 'r2' }))).toMatchObject({ status: 200 });
    await at.setStatus(at.ann, 'self_excluded');
    expect(await at.post(at.bet('b3', { round_id: 'r3' }))).toMatchObject({
      status: 422,
      json: { code: 'player_blocked' },
    });
    expect(await at.post(at.bet('b4'))).toMatchObject({ status: 422 });
    expect(await at.post(at.bet('b1'))).toMatchObject({ status: 200, json: { duplicate: true } });
    expect(await at.post(win('w1', { round_closed: true }))).toMatchObject({ status: 200, json: { status: 'ok' } });
    const refund = { type: 'refund', transaction_id: 'x2', bet_transaction_id: 'b2' };
    expect(await at.post(refund)).toMatchObject({ status: 200, json: { status: 'ok' } });
    expect(await at.post({ type: 'close', round_id: 'r2' })).toMatchObject({ status: 200 });
    expect(await at.balance(at.ann)).toBe(10_150n);
  });

  it('is kept from betting although the record of players is away: bets read the exclusion with the balance, and wins need neither [CMP-03]', async () => {
    await using at = await house();
    expect(await at.post(at.bet('b1'))).toMatchObject({ status: 200 });
    await at.setStatus(at.ann, 'self_excluded');
    await at.sql`ALTER TABLE player RENAME TO player_away`;
    expect(await at.post(at.bet('b2'))).toMatchObject({ status: 422, json: { code: 'player_blocked' } });
    expect(await at.post(win('w1'))).toMatchObject({ status: 200, json: { status: 'ok' } });
    // And where the wallets themselves are away nothing is applied on suspicion: asked again later, the win is paid.
    await at.sql`ALTER TABLE wallet RENAME TO wallet_away`;
    expect(await at.post(at.bet('b3'))).toMatchObject({ status: 503, json: { code: 'uncertain' } });
    expect(await at.post(win('w2'))).toMatchObject({ status: 503, json: { code: 'uncertain' } });
    await at.sql`ALTER TABLE wallet_away RENAME TO wallet`;
    expect(await at.post(at.bet('b3'))).toMatchObject({ status: 422, json: { code: 'player_blocked' } });
    expect(await at.post(win('w2'))).toMatchObject({ status: 200, json: { duplicate: false } });
    expect(await at.balance(at.ann)).toBe(10_400n);
  });

  it('whose time is up has a limit of nothing: bets hear of the limit, wins pass [CMP-04]', async () => {
    await using at = await house();
    expect(await at.post(at.bet('b1'))).toMatchObject({ status: 200 });
    await at.ledgerAt().setLimits(at.ann, 'USD', { maxStake: 0n, dailyLossLimit: null });
    expect(await at.post(at.bet('b2'))).toMatchObject({ status: 422, json: { code: 'limit_reached' } });
    expect(await at.post(at.bet('b3', { amount: '0.01' }))).toMatchObject({
      status: 422,
      json: { code: 'limit_reached' },
    });
    expect(await at.post(win('w1'))).toMatchObject({ status: 200, json: { status: 'ok' } });
    expect(await at.balance(at.ann)).toBe(10_150n);
    await at.ledgerAt().setLimits(at.ann, 'USD', { maxStake: null, dailyLossLimit: null });
    expect(await at.post(at.bet('b4', { round_id: 'r4' }))).toMatchObject({ status: 200 });
  });
});
