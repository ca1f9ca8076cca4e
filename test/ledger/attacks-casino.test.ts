/**
 * Bugs found in open casino code, each tried on the real ledger: rollbacks without a mark, refunds that repeat, wins that
 * are refused, signatures that are only looked at, replays that answer something else than the first time.
 */
import { createHmac } from 'node:crypto';
import { Buffer } from 'node:buffer';
import { describe, expect, it } from 'vitest';
import { openNamedDialect } from '../../src/dialects/index.ts';
import { answerCallback } from '../../src/gateway/spine.ts';
import type { Trace } from '../../src/gateway/spine.ts';
import { audit, openLedger } from '../../src/ledger/index.ts';
import { createMetrics, newId, silentLog, systemClock } from '../../src/platform/index.ts';
import { aggregatorName, externalId, roundId, SAFE_POLICY, transactionId } from '../../src/wallet/index.ts';
import type { Bet, Outcome, Rollback, Win } from '../../src/wallet/index.ts';
import { amount, CURRENCIES, ledgerTable, request } from '../support/ledger.ts';

type Table = Awaited<ReturnType<typeof ledgerTable>>;

const bet = (id: string, stake: string, more: Partial<Bet> = {}): Bet => ({
  kind: 'bet',
  id: externalId(id),
  round: roundId(`r-${id}`),
  amount: amount(stake),
  flavour: 'cash',
  combined: false,
  closesRound: false,
  ...more,
});
const win = (id: string, of: string, paid: string, more: Partial<Win> = {}): Win => ({
  kind: 'win',
  id: externalId(id),
  round: roundId(`r-${of}`),
  bet: externalId(of),
  amount: amount(paid),
  flavour: 'win',
  combined: false,
  closesRound: false,
  ...more,
});
const rollback = (id: string, of: string, more: Partial<Rollback> = {}): Rollback => ({
  kind: 'rollback',
  id: externalId(id),
  target: { kind: 'bet', id: externalId(of) },
  round: null,
  amount: null,
  closesRound: false,
  ...more,
});

const idOf = (outcome: Outcome) => (outcome.kind === 'applied' ? outcome.results[0]?.id : null);

async function sound(table: Table): Promise<void> {
  expect((await audit(table.sql)).findings.filter((finding) => finding.violations > 0)).toEqual([]);
}

describe('rollbacks', () => {
  it('leave a mark when the bet is unknown: the late bet is refused, on every replica and after a restart [casino: unmarked rollback] [RB-03] [RB-04]', async () => {
    await using table = await ledgerTable({ replicas: 2 });
    const player = await table.player('USD', '100.00');
    const targets = [
      rollback('rb-bet', 'late-bet'),
      rollback('rb-any', 'late-any', { target: { kind: 'any', id: externalId('late-any') } }),
      // the same id for the rollback and its bet
      rollback('late-same', 'late-same'),
    ];
    for (const each of targets) {
      expect(await table.submit(player, each, 0)).toMatchObject({ kind: 'rejected', refusal: 'not_found' });
    }
    const restarted = openLedger({
      url: table.url,
      sql: table.sql,
      clock: systemClock,
      log: silentLog,
      metrics: createMetrics(),
      lanes: 1,
    });
    for (const id of ['late-bet', 'late-any', 'late-same']) {
      const answers = [
        await table.submit(player, bet(id, '10.00'), 0),
        await table.submit(player, bet(id, '10.00'), 1),
        await restarted.submit(request(player, 'USD', [bet(id, '10.00')]), table.policy, 20_000),
      ];
      for (const answer of answers) expect(answer).toMatchObject({ kind: 'rejected', refusal: 'reversed' });
    }
    await restarted.close();
    expect(await table.balance(player)).toBe(10_000n);
    await sound(table);
  });

  it('leave the mark also where the aggregator wants to hear OK [casino: unmarked rollback] [RB-03]', async () => {
    await using table = await ledgerTable({ policy: { ...SAFE_POLICY, 'rollback.unknown': 'ok' } });
    const player = await table.player('USD', '100.00');
    expect(await table.submit(player, rollback('rb-1', 'late'))).toMatchObject({ kind: 'applied' });
    expect(await table.submit(player, bet('late', '10.00'))).toMatchObject({ kind: 'rejected', refusal: 'reversed' });
    expect(await table.balance(player)).toBe(10_000n);
    await sound(table);
  });

  it('return a bet once, under however many rollback ids it is asked [casino: repeated rollback ids] [RB-02]', async () => {
    await using table = await ledgerTable({ replicas: 2 });
    const player = await table.player('USD', '100.00');
    await table.submit(player, bet('b-1', '10.00'));
    const answers = await Promise.all(
      Array.from({ length: 24 }, async (_unused, at) => table.submit(player, rollback(`rb-${at}`, 'b-1'), at % 2)),
    );
    expect(answers.every((outcome) => outcome.kind === 'applied')).toBe(true);
    expect(answers.filter((outcome) => outcome.kind === 'applied' && !outcome.duplicate)).toHaveLength(1);
    expect(await table.balance(player)).toBe(10_000n);
    const parts = await Promise.all(
      ['p-1', 'p-2', 'p-3', 'p-4'].map(async (id) => {
        await table.submit(player, bet('b-2', '1.00'));
        return table.submit(player, rollback(id, 'b-2', { amount: amount('0.34') }));
      }),
    );
    expect(parts.map((outcome) => outcome.kind).toSorted()).toEqual(['applied', 'applied', 'rejected', 'rejected']);
    expect(await table.balance(player)).toBe(10_000n - 100n + 68n);
    await sound(table);
  });

  it('move money once when repeated, whatever the repeat is answered [bug 3] [RB-02]', async () => {
    await using table = await ledgerTable({ replicas: 2 });
    const player = await table.player('USD', '100.00');
    await table.submit(player, bet('b-1', '10.00'));
    const first = await table.submit(player, rollback('rb-1', 'b-1'));
    expect(first).toMatchObject({ kind: 'applied', duplicate: false });
    const again = await Promise.all(
      Array.from({ length: 10 }, async (_unused, at) => table.submit(player, rollback('rb-1', 'b-1'), at % 2)),
    );
    for (const outcome of again) {
      expect(outcome).toMatchObject({ kind: 'applied', duplicate: true });
      expect(idOf(outcome)).toBe(idOf(first));
    }
    // Repeats with other facts conflict, and a conflict moves nothing either.
    await table.submit(player, bet('b-2', '20.00'));
    for (const other of [rollback('rb-1', 'b-2'), rollback('rb-1', 'b-1', { amount: amount('10.00') })]) {
      expect(await table.submit(player, other, 1)).toMatchObject({ kind: 'rejected', refusal: 'conflict' });
      expect(await table.balance(player)).toBe(8_000n);
    }
    await sound(table);
  });
});

describe('wins', () => {
  it('are paid whatever the balance: a win is no stake [casino: win above the balance] [WIN-01]', async () => {
    await using table = await ledgerTable();
    const player = await table.player('USD', '10.00');
    await table.submit(player, bet('b-1', '10.00'));
    expect(await table.submit(player, win('w-1', 'b-1', '1000000.00'))).toMatchObject({
      kind: 'applied',
      balance: { units: 100_000_000n },
    });
    await table.ledgerAt().setLimits(player, 'USD', { maxStake: 1n, dailyLossLimit: 1n });
    await table.ledgerAt().setStatus(player, 'blocked');
    expect(await table.submit(player, win('w-2', 'b-1', '1000000.00'))).toMatchObject({
      kind: 'applied',
      balance: { units: 200_000_000n },
    });
    await sound(table);
  });

  it('that came before their bet are paid with it, on every replica, however many wait [casino: waiting win forgotten] [WIN-06]', async () => {
    await using table = await ledgerTable({ replicas: 2 });
    const player = await table.player('USD', '10.00');
    for (const id of ['a', 'b'])
      expect(await table.submit(player, win(`w-${id}`, `b-${id}`, '2.00'), 1)).toMatchObject({ kind: 'parked' });
    const waiting = async () => (await table.sql`SELECT sum(waiting)::int AS waiting FROM wallet`)[0]?.['waiting'];
    expect(await waiting()).toBe(2);
    await table.submit(player, bet('b-a', '1.00'));
    expect(await table.balance(player)).toBe(1_100n);
    expect(await waiting()).toBe(1);
    await table.submit(player, bet('b-b', '1.00'), 1);
    expect(await table.balance(player)).toBe(1_200n);
    expect(await waiting()).toBe(0);
    expect(await table.submit(player, win('w-a', 'b-a', '2.00'))).toMatchObject({ kind: 'applied', duplicate: true });
    await sound(table);
  });

  it('of zero are booked, settle the bet and may close the round [casino: zero win refused] [WIN-04]', async () => {
    await using table = await ledgerTable();
    const player = await table.player('USD', '10.00');
    await table.submit(player, bet('b-1', '10.00'));
    const zero = win('w-1', 'b-1', '0.00', { closesRound: true });
    expect(await table.submit(player, zero)).toMatchObject({
      kind: 'applied',
      duplicate: false,
      balance: { units: 0n },
    });
    expect(await table.submit(player, zero)).toMatchObject({ kind: 'applied', duplicate: true });
    expect(await table.submit(player, { ...zero, amount: amount('1.00') })).toMatchObject({
      refusal: 'conflict',
      field: 'amount',
    });
    expect(await table.submit(player, rollback('rb-1', 'b-1'))).toMatchObject({ refusal: 'already_settled' });
    expect(await table.sql`SELECT state FROM round`).toMatchObject([{ state: 'closed' }]);
    expect(await table.balance(player)).toBe(0n);
    await sound(table);
  });
});

describe('replays', () => {
  const series = [
    bet('b-1', '10.00'),
    win('w-1', 'b-1', '25.00'),
    bet('b-2', '5.00'),
    rollback('rb-1', 'b-2'),
  ] as const;

  it('answer the transaction id of the first time, for every kind of call [casino: replay with another id] [RET-07]', async () => {
    await using table = await ledgerTable({ replicas: 2 });
    const player = await table.player('USD', '100.00');
    const first = [];
    for (const operation of series) first.push(await table.submit(player, operation));
    for (const [at, operation] of series.entries()) {
      // A bet that was rolled back since is no longer "accepted" (BET-44).
      if (operation.id === 'b-2') continue;
      const again = await table.submit(player, operation, 1);
      const before = first[at];
      expect(again).toMatchObject({ kind: 'applied', duplicate: true });
      expect(before && idOf(again)).toBe(before && idOf(before));
      const rows =
        await table.sql`SELECT id FROM transaction WHERE external_id = ${operation.id} AND kind = ${operation.kind}`;
      expect([...rows]).toEqual([{ id: idOf(again) }]);
    }
    await sound(table);
  });

  it('answer the balance the policy says: of the first time, or of now [casino: replay with another balance]', async () => {
    for (const which of ['stored', 'current'] as const) {
      await using table = await ledgerTable({
        replicas: 2,
        policy: { ...SAFE_POLICY, 'duplicate.balance': which, 'rollback.afterWin': 'reject' },
      });
      const player = await table.player('USD', '100.00');
      const combined = [bet('bw', '1.00', { combined: true }), win('bw', 'bw', '3.00', { combined: true })] as const;
      const ask = async (replica: number) =>
        table.ledgerAt(replica).submit(request(player, 'USD', combined), table.policy, 20_000);
      expect(await ask(0)).toMatchObject({ kind: 'applied', balance: { units: 10_200n } });
      for (const operation of series) await table.submit(player, operation);
      expect(await table.balance(player)).toBe(11_700n);
      const stored = [9_200n, 11_700n, null, 11_700n];
      for (const [at, operation] of series.entries()) {
        if (stored[at] === null) continue;
        const again = await table.submit(player, operation, 1);
        expect(again).toMatchObject({ duplicate: true, balance: { units: which === 'stored' ? stored[at] : 11_700n } });
      }
      expect(await ask(1)).toMatchObject({
        duplicate: true,
        balance: { units: which === 'stored' ? 10_200n : 11_700n },
      });
    }
  });
});

describe('signatures', () => {
  it('that do not match stop the call before the book: nothing is written, not even a refusal [casino: signature only logged] [SIG-18]', async () => {
    await using table = await ledgerTable({ lanes: 1 });
    const player = await table.player('USD', '100.00');
    const secret = 'rgs_signing_secret_test_0001';
    const opened = openNamedDialect(
      'generic',
      {
        catalogue: { url: 'https://acme.test/games', api_key: 'api_key_test_0001' },
        launch: { url: 'https://acme.test/launch', secret: 'launch_signing_secret_test_0001' },
        callbacks: { signing_secrets: [secret] },
      },
      {},
      CURRENCIES,
    );
    if (opened.kind === 'problem') throw new Error(opened.message);
    const call = async (id: string, signed: (body: string) => string | undefined) => {
      const body = JSON.stringify({
        type: 'bet',
        transaction_id: id,
        round_id: 'r-1',
        amount: '10.00',
        session_id: 's-1',
        player_id: player,
        game_code: 'g-1',
        currency: 'USD',
      });
      const trace: Trace = { verdict: 'unread', keyId: null, skewMs: null, call: null, outcome: '' };
      await answerCallback(
        {
          aggregator: aggregatorName('acme'),
          dialect: opened.open,
          policy: opened.policy,
          ledger: table.ledgerAt(),
          clock: systemClock,
          log: silentLog,
          ports: {
            session: async () => null,
            sessionFact: () => ({ kind: 'live', currency: 'USD' }),
            exchanges: { of: () => null, showed: async () => undefined },
            knowsGame: async () => true,
            playerOfTransaction: table.ledgerAt().playerOf,
            grant: async () => null,
            profile: async () => null,
            wallets: table.ledgerAt().wallets,
            nextId: () => transactionId(newId()),
          },
        },
        {
          method: 'POST',
          path: '/callbacks/acme',
          subpath: '',
          rawQuery: '',
          arrivedAtMs: systemClock.now(),
          headers: { 'content-type': 'application/json', 'x-signature': signed(body) },
          body: Buffer.from(body),
        },
        trace,
      );
      return trace.outcome;
    };
    const hmac = (key: string) => (body: string) => createHmac('sha256', key).update(body).digest('hex');
    expect(await call('forged', hmac('somebody_elses_secret_0001'))).toBe('unauthenticated');
    expect(await call('altered', (body) => hmac(secret)(body.replace('10.00', '1.00')))).toBe('unauthenticated');
    expect(await call('unsigned', () => undefined)).toBe('unauthenticated');
    expect(await table.sql`SELECT 1 FROM transaction WHERE kind = 'bet'`).toHaveLength(0);
    expect(await call('genuine', hmac(secret))).toBe('applied');
    expect(await table.balance(player)).toBe(9_000n);
  });
});
