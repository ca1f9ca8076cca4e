import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSettlementReads } from '../../src/ledger/index.ts';
import { createMetrics, silentLog, systemClock } from '../../src/platform/index.ts';
import { openSessions } from '../../src/sessions/index.ts';
import { openSettlement } from '../../src/settlement/index.ts';
import type { Settlement } from '../../src/settlement/index.ts';
import { aggregatorName } from '../../src/wallet/index.ts';
import { CURRENCIES } from '../support/ledger.ts';
import { bodyOf, opened, said, SETTINGS, summary } from '../settlement/stage.ts';
import { apiTable, KEYS } from './table.ts';

describe('the calls about discrepancies', () => {
  let table: Awaited<ReturnType<typeof apiTable>>;
  let settlement: Settlement;
  let names = 0;
  beforeAll(async () => {
    if (opened.kind === 'problem') throw new Error(opened.message);
    const { open, policy } = opened;
    table = await apiTable({}, (base) => {
      settlement = openSettlement({
        sql: base.sql,
        inboxSql: base.sql,
        ledger: { ...base.ledgerAt(), ...createSettlementReads(base.sql) },
        sessions: openSessions({ sql: base.sql, clock: systemClock }),
        aggregators: [{ name: aggregatorName('acme'), open, policy }],
        currencies: CURRENCIES,
        settings: SETTINGS,
        clock: systemClock,
        log: silentLog,
        metrics: createMetrics(),
      });
      return { settlement };
    });
  });
  afterAll(async () => table[Symbol.asyncDispose]());

  /** A round in which the aggregator paid more than we credited. */
  const scene = async (paid: string) => {
    names += 1;
    const player = await table.player('USD', '1000.00');
    await table.bet(player, { id: `b-${names}`, round: `r-${names}`, amount: '3.00' });
    const event = summary({
      player,
      round: `r-${names}`,
      totals: ['3', paid],
      transactions: [said.bet(`b-${names}`, '3'), said.win(`w-${names}`, paid, `b-${names}`)],
    });
    await settlement.receive(aggregatorName('acme'), event, bodyOf(event));
    await settlement.work();
    const { body } = await table.get(`/v1/discrepancies?player=${player}`);
    return { player, id: String(body.items[0].id) };
  };
  const resolve = async (id: string, body: object, headers?: Record<string, string>) =>
    table.post(`/v1/discrepancies/${id}/resolutions`, body, headers);

  it('list what is disagreed about, with evidence and the round as both sides see it', async () => {
    const { player, id } = await scene('80');
    const { body } = await table.get(`/v1/discrepancies?state=waiting&kind=WIN_MISSING&player=${player}`);
    expect(body.items).toMatchObject([
      {
        id,
        kind: 'WIN_MISSING',
        state: 'waiting',
        transaction_kind: 'win',
        claimed: '80.00',
        booked: '0.00',
        amount: '80.00',
        favour: 'player',
        evidence: [{ source: 'webhook' }],
      },
    ]);
    expect((await table.get(`/v1/discrepancies/${id}`)).body).toMatchObject({
      round: { state: 'pending', declared: { win: '80' } },
      resolutions: [],
    });
    expect((await table.get('/v1/discrepancies/nonsense')).status).toBe(404);
    expect((await table.get('/v1/discrepancies?state=lost')).status).toBe(400);
  });

  it('page by cursor', async () => {
    await scene('1');
    await scene('1');
    const first = (await table.get('/v1/discrepancies?limit=2')).body;
    expect(first.items).toHaveLength(2);
    const second = (await table.get(`/v1/discrepancies?limit=2&cursor=${first.next_cursor}`)).body;
    expect(second.items.length).toBeGreaterThan(0);
    expect(second.items.map((each: { id: string }) => each.id)).not.toContain(first.items[1].id);
  });

  it('need the scope for money to propose and to decide', async () => {
    const { id } = await scene('80');
    const wish = { reason: 'seen', by: 'Anna' };
    expect((await resolve(id, wish, { authorization: `Bearer ${KEYS.reader}` })).status).toBe(403);
    expect(
      (await resolve(id, { decision: 'approve', ...wish }, { authorization: `Bearer ${KEYS.reader}` })).status,
    ).toBe(403);
    expect((await resolve(id, wish, { authorization: `Bearer ${KEYS.cashier}` })).status).toBe(200);
  });

  it('let nobody approve above the limit what they proposed, and book what another approves', async () => {
    const { player, id } = await scene('80');
    expect((await resolve(id, { reason: 'seen in their back office', by: 'Anna' })).body).toMatchObject({
      state: 'proposed',
      action: 'credit',
      amount: '80.00',
      proposed: { api_key: 'platform', by: 'Anna' },
    });
    expect((await resolve(id, { decision: 'approve', reason: 'yes', by: 'ANNA' })).body).toMatchObject({
      status: 403,
      code: 'four_eyes',
    });
    expect(await table.balance(player)).toBe(99_700n);
    const key = { 'idempotency-key': `k-${id}` };
    const approved = await resolve(id, { decision: 'approve', reason: 'yes', by: 'Boris' }, key);
    expect(approved.body).toMatchObject({
      state: 'booked',
      decided: { by: 'Boris' },
      entry: { kind: 'win', transaction_id: expect.any(String) },
    });
    expect((await resolve(id, { decision: 'approve', reason: 'yes', by: 'Boris' }, key)).body).toEqual(approved.body);
    expect(await table.balance(player)).toBe(107_700n);
    expect((await resolve(id, { decision: 'approve', reason: 'yes', by: 'Boris' })).body).toMatchObject({
      status: 409,
    });
  });

  it('refuse what makes no sense, with a code', async () => {
    const { id } = await scene('80');
    const wish = { reason: 'seen', by: 'Anna' };
    expect((await resolve(id, { decision: 'approve', ...wish })).body).toMatchObject({
      status: 409,
      code: 'no_proposal',
    });
    expect((await resolve(id, { ...wish, action: 'debit' })).body).toMatchObject({ status: 422, code: 'wrong_action' });
    expect((await resolve(id, { ...wish, amount: '1e3' })).body).toMatchObject({ status: 400, code: 'bad_amount' });
    expect((await resolve(id, { ...wish, amount: '99' })).body).toMatchObject({ status: 422, code: 'too_much' });
    expect((await resolve(id, { reason: 'seen' })).status).toBe(400);
    expect((await resolve(id, { reason: '', by: 'Anna' })).status).toBe(400);
    expect((await resolve('01890000-0000-7000-8000-000000000001', wish)).status).toBe(404);
  });

  it('show what was set aside, and read it again when asked', async () => {
    await settlement.receive(aggregatorName('acme'), { eventId: 'bad-1' }, Buffer.from('{"event_id":"bad-1"}'));
    await settlement.work();
    const { body } = await table.get('/v1/settlement-events/set-aside');
    expect(body.items).toMatchObject([
      { event_id: 'bad-1', aggregator: 'acme', deliveries: 1, body: '{"event_id":"bad-1"}' },
    ]);
    expect((await table.post('/v1/settlement-events/set-aside/retries', {})).body).toEqual({ events: 1 });
  });

  it('show a day and its rounds', async () => {
    expect((await table.get('/v1/settlement-days?aggregator=acme&day=2026-02-30')).status).toBe(400);
    expect((await table.get('/v1/settlement-days?aggregator=acme&day=2026-01-31')).body).toEqual({ items: [] });
    expect(
      (await table.get('/v1/settlement-days/rounds?aggregator=acme&day=2026-01-31&game=g-1&currency=USD')).body,
    ).toEqual({ items: [] });
  });
});
