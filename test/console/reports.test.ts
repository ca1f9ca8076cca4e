/** Reports given in pieces, over the real book: compared at once, kept as evidence, and part of the day's comparison. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { playerId } from '../../src/wallet/index.ts';
import { consoleStage } from './stage.ts';
import type { ConsoleStage, Signed } from './stage.ts';

const HEADER =
  'transaction_id,kind,amount,status,round_id,player_id,currency,game_code,provider,bet_transaction_id,occurred_at';
const DAY_MS = 86_400_000;

describe('a report given by hand', () => {
  let stage: ConsoleStage;
  let finance: Signed;
  let admin: Signed;
  let day: string;
  const line = (id: string, amount: string, round: string) =>
    `${id},bet,${amount},ok,${round},ann,USD,,acme,,${day}T12:00:00Z\n`;
  const give = async (who: Signed, text: string, more: object = {}) =>
    stage.call(who, 'POST', '/reports', { aggregator: 'acme', name: 'acme.csv', piece: 1, text, ...more });

  beforeAll(async () => {
    stage = await consoleStage();
    day = new Date(stage.clock.now()).toISOString().slice(0, 10);
    [finance, admin] = await Promise.all([stage.as('finance'), stage.as('admin')]);
    await stage.player('ann', '100.00');
    await stage.table.bet(playerId('ann'), { id: 'bet-1', round: 'round-1', amount: '5' });
    await stage.table.bet(playerId('ann'), { id: 'bet-2', round: 'round-2', amount: '7' });
  });
  afterAll(async () => stage?.[Symbol.asyncDispose]());

  it('is compared line by line and kept once, however often it comes', async () => {
    const text = `${HEADER}\n${line('bet-1', '5', 'round-1')}${line('bet-2', '8', 'round-2')}nonsense\n`;
    const first = await give(finance, text);
    expect(first.status).toBe(200);
    expect(first.body).toMatchObject({ lines: 2, kept: 2, unread_count: 1, differences_count: 1 });
    expect(first.body.unread[0].line).toBe(4);
    expect(first.body.differences[0]).toMatchObject({
      transactionId: 'bet-2',
      claimed: '8',
      booked: '7',
      player: 'ann',
    });
    expect((await give(finance, text)).body).toMatchObject({ lines: 2, kept: 0, differences_count: 1 });
  });

  it('stands in the audit log with its counts, and without its lines', async () => {
    const { items } = (await stage.call(admin, 'GET', '/audit')).body;
    const entry = items.find((each: { action: string }) => each.action === 'report.add');
    expect(entry).toMatchObject({
      subject: 'report acme.csv',
      outcome: 'done',
      asked: { aggregator: 'acme', piece: 1 },
    });
    expect(entry.after).toMatchObject({ lines: 2, differences_count: 1 });
    expect(JSON.stringify(entry)).not.toContain('round-2');
  });

  it('is a side of its day once that is compared, with the rounds that differ behind the line', async () => {
    const { body } = await stage.call(
      finance,
      'GET',
      `/v1/settlement-days/rounds?${new URLSearchParams({ aggregator: 'acme', day, game: '', currency: 'USD' }).toString()}`,
    );
    const differing = body.items.map((each: { round_id: string }) => each.round_id);
    expect(differing).toContain('round-2');
    // Days are compared from noon of the next.
    stage.clock.advance(Date.parse(`${day}T13:00:00Z`) + DAY_MS - stage.clock.now());
    await stage.settlement.sweep();
    const again = await stage.as('finance');
    const lines = (await stage.call(again, 'GET', `/v1/settlement-days?aggregator=acme&day=${day}`)).body.items;
    expect(lines.some((each: { theirs: object | null }) => each.theirs !== null)).toBe(true);
  });

  it('is refused from who may not, for an aggregator without a mapping, and too long a piece', async () => {
    const [viewer, other] = await Promise.all([stage.as('viewer'), stage.as('finance')]);
    expect((await give(viewer, HEADER)).status).toBe(403);
    expect((await give(other, HEADER, { aggregator: 'nobody' })).body.code).toBe('no_mapping');
    expect((await give(other, 'x'.repeat(262_145))).status).toBe(400);
    expect((await give(other, 'x'.repeat(1_100_000))).status).toBe(413);
  });
});
