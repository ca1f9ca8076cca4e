import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { canonicalText } from '../../src/api/body.ts';
import { purgeKeys } from '../../src/api/idempotency-store.ts';
import { apiTable, KEYS } from './table.ts';

describe('Idempotency-Key', () => {
  let table: Awaited<ReturnType<typeof apiTable>>;
  beforeAll(async () => {
    table = await apiTable();
    await table.post('/v1/players', { id: 'p', currency: 'USD' });
    await table.post('/v1/players', { id: 'q', currency: 'USD' });
  });
  afterAll(async () => table[Symbol.asyncDispose]());

  const deposit = async (key: string, body: unknown, player = 'p', apiKey = KEYS.platform) =>
    table.post(`/v1/players/${player}/deposits`, body, { 'idempotency-key': key, authorization: `Bearer ${apiKey}` });

  it('repeats the first answer, marked as a repeat, whatever the order of the fields', async () => {
    const first = await deposit('k-1', { amount: '1.00', currency: 'USD', reference: 'r-1' });
    const second = await deposit('k-1', '{ "reference": "r-1", "currency": "USD", "amount": "1.00" }');
    expect(first.body).toMatchObject({ duplicate: false });
    expect(second.body).toEqual(first.body);
    expect(first.headers['idempotency-replayed']).toBeUndefined();
    expect(second.headers['idempotency-replayed']).toBe('true');
  });

  it('refuses another body or another player under the same key', async () => {
    await deposit('k-2', { amount: '1.00', currency: 'USD', reference: 'r-2' });
    const conflict = { status: 422, code: 'idempotency_conflict' };
    expect((await deposit('k-2', { amount: '2.00', currency: 'USD', reference: 'r-2' })).body).toMatchObject(conflict);
    expect((await deposit('k-2', { amount: '1.00', currency: 'USD', reference: 'r-2' }, 'q')).body).toMatchObject(
      conflict,
    );
  });

  it('belongs to one caller and one call', async () => {
    const body = { amount: '1.00', currency: 'USD', reference: 'r-3' };
    await deposit('k-3', body);
    expect((await deposit('k-3', body, 'p', KEYS.cashier)).body).toMatchObject({ duplicate: true });
    expect((await table.post('/v1/players', { id: 'k-3', currency: 'USD' }, { 'idempotency-key': 'k-3' })).status).toBe(
      201,
    );
  });

  it('does the work once for twenty calls in the same instant; the others wait or hear the answer', async () => {
    const body = { amount: '7.00', currency: 'USD', reference: 'r-4' };
    const answers = await Promise.all(Array.from({ length: 20 }, async () => deposit('k-4', body)));
    const done = answers.filter((answer) => answer.status === 200);
    expect(done.length).toBeGreaterThan(0);
    expect(done.every((answer) => answer.body.duplicate === false)).toBe(true);
    for (const other of answers.filter((answer) => answer.status !== 200)) {
      expect(other.body).toMatchObject({ status: 409, code: 'in_progress' });
      expect(other.headers['retry-after']).toBe('1');
    }
    expect((await deposit('k-4', body)).body).toEqual(done[0]?.body);
  });

  it('remembers a refusal, but not that something was missing', async () => {
    const body = { amount: '999999.00', currency: 'USD', reference: 'r-5' };
    const refuse = async () => table.post('/v1/players/p/withdrawals', body, { 'idempotency-key': 'k-5' });
    const [first, second] = [await refuse(), await refuse()];
    expect(first.body).toMatchObject({ status: 422, code: 'insufficient_funds' });
    expect(second.body).toEqual(first.body);
    expect(second.headers['content-type']).toContain('application/problem+json');
    const early = { amount: '1.00', currency: 'USD', reference: 'r-6' };
    expect((await deposit('k-6', early, 'late')).status).toBe(404);
    await table.post('/v1/players', { id: 'late', currency: 'USD' });
    expect((await deposit('k-6', early, 'late')).status).toBe(200);
  });

  it('takes over from an attempt that died, after its lock ran out', async () => {
    const body = { amount: '1.00', currency: 'USD', reference: 'r-7' };
    await deposit('k-7', body);
    await table.sql`UPDATE idempotency_key SET status = NULL, body = NULL WHERE key = 'k-7'`;
    expect((await deposit('k-7', body)).body).toMatchObject({ code: 'in_progress' });
    await table.sql`UPDATE idempotency_key SET locked_until = now() - interval '1 second' WHERE key = 'k-7'`;
    expect((await deposit('k-7', { ...body, amount: '2.00' })).body).toMatchObject({ code: 'idempotency_conflict' });
    expect((await deposit('k-7', body)).body).toMatchObject({ duplicate: true });
  });

  it('neither takes a running attempt for dead nor forgets an answer when the clock of a machine steps [CLK-09] [CLK-10]', async () => {
    const body = { amount: '1.00', currency: 'USD', reference: 'r-8' };
    await deposit('k-8', body);
    await deposit('k-9', { ...body, reference: 'r-9' });
    await table.sql`UPDATE idempotency_key SET status = NULL, body = NULL WHERE key = 'k-8'`;
    for (const days of [3, -3]) {
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + days * 86_400_000 });
      try {
        expect((await deposit('k-8', body)).body).toMatchObject({ code: 'in_progress' });
        expect((await deposit('k-9', { ...body, reference: 'r-9' })).headers['idempotency-replayed']).toBe('true');
        await deposit(`k-step-${days}`, { ...body, reference: `r-step-${days}` });
        const age = await table.sql`
          SELECT 1 FROM idempotency_key
          WHERE key = ${`k-step-${days}`} AND created_at BETWEEN now() - interval '1 hour' AND now()`;
        expect(age).toHaveLength(1);
      } finally {
        vi.useRealTimers();
      }
    }
    expect(await purgeKeys(table.sql, 48 * 3_600_000)).toBe(0);
  });

  it('takes keys of 1 to 255 visible characters', async () => {
    for (const key of ['', ' ', 'a b', 'x'.repeat(256), 'ü']) {
      const answer = await deposit(key, { amount: '1.00', currency: 'USD', reference: `r-${key.length}` });
      expect([key, answer.status]).toEqual([key, 400]);
    }
  });

  it('forgets what is older than it must be', async () => {
    await table.sql`UPDATE idempotency_key SET created_at = now() - interval '49 hours' WHERE key = 'k-1'`;
    expect(await purgeKeys(table.sql, 48 * 3_600_000)).toBe(1);
    expect((await deposit('k-1', { amount: '1.00', currency: 'USD', reference: 'r-1' })).body).toMatchObject({
      duplicate: true,
    });
  });
});

it('writes equal data as equal text', () => {
  expect(canonicalText({ b: [1, { d: null, c: 'x' }], a: undefined })).toBe('{"b":[1,{"c":"x","d":null}]}');
  expect(canonicalText({ a: '1' })).not.toBe(canonicalText({ a: 1 }));
});
