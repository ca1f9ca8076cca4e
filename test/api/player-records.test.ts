/** A player's records over HTTP: the whole history as a file, funds on game, and payouts that wait while a round is unsound. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRecords, createSettlementReads } from '../../src/ledger/index.ts';
import { createMetrics, silentLog, systemClock } from '../../src/platform/index.ts';
import { openSessions } from '../../src/sessions/index.ts';
import { openSettlement } from '../../src/settlement/index.ts';
import type { Settlement } from '../../src/settlement/index.ts';
import { aggregatorName } from '../../src/wallet/index.ts';
import type { Operation, PlayerId } from '../../src/wallet/index.ts';
import { CURRENCIES, request } from '../support/ledger.ts';
import { bet, undo, win } from '../support/act.ts';
import { quotedAt } from '../support/exchange.ts';
import { clearOfMidnight } from '../support/wait.ts';
import { bodyOf, opened, said, SETTINGS, summary } from '../settlement/stage.ts';
import { apiTable, KEYS } from './table.ts';

const DAY_MS = 86_400_000;
const dayAt = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

describe('records of a player', () => {
  let table: Awaited<ReturnType<typeof apiTable>>;
  let settlement: Settlement;
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
      return { settlement, records: createRecords(base.sql) };
    });
  });
  afterAll(async () => table[Symbol.asyncDispose]());

  const play = async (player: PlayerId, operation: Operation, currency = 'USD', nowMs = Date.now()) => {
    const exchange = currency === 'USD' ? {} : { exchange: quotedAt('64123.45') };
    const outcome = await table
      .ledgerAt()
      .submit(request(player, 'USD', [operation], { ...exchange, nowMs }), table.policy, 20_000);
    expect(outcome.kind).toBe('applied');
  };
  const history = async (player: string, from: string, to: string) => {
    const answer = await table.get(`/v1/players/${player}/history?from=${from}&to=${to}`);
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toContain('text/csv');
    const [head = '', ...lines] = String(answer.body).trimEnd().split('\r\n');
    const names = head.split(',');
    return lines.map((line) => Object.fromEntries(line.split(',').map((cell, index) => [names[index], cell])));
  };
  let today = '';
  let yesterday = '';
  beforeAll(async () => {
    await clearOfMidnight(60_000);
    today = dayAt(Date.now());
    yesterday = dayAt(Date.now() - DAY_MS);
  });

  it('are exported whole, in the currency of the account and of the game, with the rate between [CMP-08]', async () => {
    const player = await table.player('BTC', '1');
    await play(player, bet('h-b1', { round: 'h-1', amount: '1.00' }), 'BTC');
    await play(player, win('h-w1', { round: 'h-1', bet: 'h-b1', amount: '2.50', closes: true }), 'BTC');
    await play(player, bet('h-b2', { round: 'h-2', amount: '100.00' }), 'BTC');
    await play(player, undo('h-x2', 'bet', 'h-b2'), 'BTC');
    const lines = await history(player, yesterday, today);
    expect(lines.map((line) => [line['kind'], line['state'], line['game_amount'], line['account_amount']])).toEqual([
      ['bet', 'applied', '1', '0.00001559'],
      ['win', 'applied', '2.5', '0.00003899'],
      ['bet', 'reversed', '100', '0.00155949'],
      ['rollback', 'applied', expect.any(String), '0.00155949'],
    ]);
    for (const line of lines.slice(0, 3))
      expect(line).toMatchObject({ game_currency: 'USD', account_currency: 'BTC', rate: '64123.45' });
    expect(lines[2]).toMatchObject({ account_amount_returned: '0.00155949' });
    expect(lines.at(-1)?.['account_balance_after']).toBe('1.00002340');
    expect(await history(player, '2020-01-01', '2020-12-31')).toEqual([]);
  });

  it('are complete however long the history is, and hold nothing of others [CMP-08]', async () => {
    const player = await table.player('USD', '5000.00');
    const other = await table.player('USD', '10.00');
    await play(other, bet('h-other', { round: 'h-other', amount: '1' }));
    const bets = Array.from({ length: 1_500 }, (_unused, index) => `many-${index}`);
    await Promise.all(bets.map(async (id) => play(player, bet(id, { round: id, amount: '1' }))));
    const lines = await history(player, yesterday, today);
    expect(lines.map((line) => line['transaction_id']).toSorted()).toEqual(bets.toSorted());
  });

  it('are asked for by whole days within a year, by a key that may read', async () => {
    const player = await table.player('USD', '1.00');
    const path = `/v1/players/${player}/history`;
    expect((await table.get(`${path}?from=${today}&to=${yesterday}`)).body).toMatchObject({ code: 'bad_request' });
    expect((await table.get(`${path}?from=2024-01-01&to=2025-12-31`)).status).toBe(400);
    expect((await table.get(`${path}?from=2025-02-30&to=2025-03-01`)).status).toBe(400);
    const authorization = `Bearer ${KEYS.cashier}`;
    expect((await table.get(`${path}?from=${yesterday}&to=${today}`, { authorization })).status).toBe(403);
  });

  it('say which stakes are at play, by player, and forget them with the outcome [CMP-09]', async () => {
    const player = await table.player('USD', '100.00');
    const second = await table.player('USD', '100.00');
    await play(player, bet('f-1', { round: 'f-1', amount: '3' }));
    await play(player, bet('f-2', { round: 'f-2', amount: '4.50' }));
    await play(player, bet('f-3', { round: 'f-3', amount: '9' }));
    await play(player, win('f-w3', { round: 'f-3', bet: 'f-3', amount: '1', closes: true }));
    await play(player, bet('f-4', { round: 'f-4', amount: '8' }));
    await play(player, undo('f-x4', 'bet', 'f-4'));
    await play(second, bet('f-5', { round: 'f-5', amount: '2' }));
    const old = await table.player('USD', '100.00');
    await play(old, bet('f-6', { round: 'f-6', amount: '6' }), 'USD', Date.now() - 3 * DAY_MS);
    const told = async (more = '') => {
      const { body } = await table.get(`/v1/funds-on-game?days=7${more}`);
      expect(body.complete).toBe(true);
      return Object.fromEntries(
        body.items.map((each: { player_id: string; stake: string; rounds: number }) => [
          each.player_id,
          `${each.stake} in ${each.rounds}`,
        ]),
      );
    };
    expect(await told(`&player=${player}`)).toEqual({ [player]: '7.50 in 2' });
    expect(await told()).toMatchObject({ [player]: '7.50 in 2', [second]: '2.00 in 1', [old]: '6.00 in 1' });
    await play(player, win('f-w1', { round: 'f-1', bet: 'f-1', amount: '5', closes: true }));
    expect(await told(`&player=${player}`)).toEqual({ [player]: '4.50 in 1' });
  });

  it('stop payouts while a round of theirs is unsound, never wins, and let them go when people decided', async () => {
    const player = await table.player('USD', '100.00');
    const withdraw = async (reference: string) =>
      table.post(
        `/v1/players/${player}/withdrawals`,
        { amount: '1.00', currency: 'USD', reference },
        { 'idempotency-key': `key-${reference}` },
      );
    await play(player, bet('z-b', { round: 'z', amount: '3' }));
    expect((await withdraw('before')).status).toBe(200);
    await table.sql`UPDATE round SET staked = staked + 1 WHERE player = ${player} AND round_id = 'z'`;
    const event = summary({ player, round: 'z', totals: ['3', '0'], transactions: [said.bet('z-b', '3')] });
    await settlement.receive(aggregatorName('acme'), event, bodyOf(event));
    await settlement.work();
    const refused = await withdraw('meanwhile');
    expect(refused).toMatchObject({ status: 403, body: { code: 'payouts_frozen' } });
    await play(player, win('z-w', { round: 'z', bet: 'z-b', amount: '5' }));
    const deposit = { amount: '1.00', currency: 'USD', reference: 'in' };
    expect((await table.post(`/v1/players/${player}/deposits`, deposit)).status).toBe(200);
    const { body } = await table.get(`/v1/discrepancies?player=${player}&kind=LEDGER_IMBALANCE`);
    const path = `/v1/discrepancies/${String(body.items[0].id)}/resolutions`;
    await table.post(path, { by: 'Vera', reason: 'a bad restore, mended' });
    await table.post(path, { decision: 'approve', by: 'Otto', reason: 'seen' });
    // The same call, under the same key: what was refused is not what is answered for ever.
    expect((await withdraw('meanwhile')).status).toBe(200);
  });
});
