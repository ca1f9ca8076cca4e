/** Search, corrections by hand and resolutions, over the real ledger and the real settlement room. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readQuestion } from '../../src/console/search.ts';
import { takesTwo } from '../../src/console/adjustments.ts';
import { roundIdOf } from '../../src/console/round-id.ts';
import { audit } from '../../src/ledger/index.ts';
import { newId } from '../../src/platform/index.ts';
import { aggregatorName, playerId } from '../../src/wallet/index.ts';
import { amount } from '../support/ledger.ts';
import { bodyOf, said, summary } from '../settlement/stage.ts';
import { consoleStage } from './stage.ts';
import type { ConsoleStage, Signed } from './stage.ts';

describe('the search box', () => {
  it('takes what can be an id, and knows when one of ours was made', () => {
    expect(readQuestion('  bet-1 ')).toEqual({ text: 'bet-1', madeAtMs: null });
    expect(readQuestion('019a21dc-1748-7d72-b0ac-714e37f66a8b')?.madeAtMs).toBe(0x019a21dc1748);
    for (const text of ['', '   ', 'a\0b', '\ud800', 'x'.repeat(501)]) expect(readQuestion(text)).toBeNull();
  });
});

describe('what one person may correct alone', () => {
  it.each([
    ['50', '50', false],
    ['50.01', '50', true],
    ['-50.01', '50', true],
    ['-50', '50', false],
  ])('%s with a limit of %s takes two: %s', (text, limit, two) => {
    expect(takesTwo(amount(text), amount(limit))).toBe(two);
  });
  it('without a limit everything takes two', () => expect(takesTwo(amount('0.01'), undefined)).toBe(true));
});

describe('the console at work', () => {
  let stage: ConsoleStage;
  let finance: Signed;
  let second: Signed;
  let viewer: Signed;
  let support: Signed;
  const XSS = '<img src=x onerror=alert(1)>';
  beforeAll(async () => {
    stage = await consoleStage();
    [finance, second, viewer, support] = await Promise.all([
      stage.as('finance', 'fin-one'),
      stage.as('finance', 'fin-two'),
      stage.as('viewer'),
      stage.as('support', 'sup-one'),
    ]);
    for (const id of ['ann', XSS]) await stage.player(id, '100.00');
    await stage.table.bet(playerId('ann'), { id: 'bet-77', round: 'round-77', amount: '5' });
  });
  afterAll(async () => {
    const { sound } = await audit(stage.table.sql);
    await stage[Symbol.asyncDispose]();
    expect(sound).toBe(true);
  });

  const search = async (q: string) =>
    (await stage.call(viewer, 'GET', `/search?q=${encodeURIComponent(q)}`)).body.hits as {
      kind: string;
      id: string;
      by: string;
      mark: string | null;
    }[];
  const balance = async () => (await stage.table.balance(playerId('ann'))).toString();
  const adjust = async (who: Signed, text: string, more: object = {}) =>
    stage.call(who, 'POST', '/adjustments', {
      id: newId(),
      player: 'ann',
      currency: 'USD',
      amount: text,
      reason: 'goodwill after the outage',
      ...more,
    });
  const decide = async (who: Signed, id: string, decision: string) =>
    stage.call(who, 'POST', `/adjustments/${id}/decisions`, {
      player: 'ann',
      decision,
      reason: 'checked with the log',
    });

  it('finds a player, a transaction by both ids and its round, each by a named index', async () => {
    expect(await search('ann')).toEqual([expect.objectContaining({ kind: 'player', id: 'ann', by: 'player_pkey' })]);
    const round = roundIdOf('ann', 'acme', '', 'round-77');
    const [bet] = await search('bet-77');
    expect(bet).toMatchObject({ kind: 'transaction', id: round, by: 'transaction_external_id' });
    expect(await search(bet?.mark ?? '')).toEqual([
      expect.objectContaining({
        kind: 'transaction',
        id: round,
        mark: bet?.mark,
        by: 'round_opened, transaction_round',
      }),
    ]);
    expect(await search('bet-7')).toEqual([]);
    expect(await search("'; DROP TABLE player; --")).toEqual([]);
  });

  it('finds a round by its id alone once something was heard of it', async () => {
    await stage.settlement.receive(
      aggregatorName('acme'),
      summary({ round: 'round-77', player: 'ann' }),
      bodyOf(summary({ round: 'round-77', player: 'ann' })),
    );
    await stage.settlement.work();
    expect((await search('round-77')).map(({ kind }) => kind)).toContain('round');
  });

  it("tells a round's story over the wire", async () => {
    const { status, body } = await stage.call(
      viewer,
      'GET',
      `/rounds/${roundIdOf('ann', 'acme', '', 'round-77')}/story`,
    );
    expect(status).toBe(200);
    expect(body.summary).toMatch(/^The round is open\. Staked 5\.00 USD/);
    expect(body.items.map((item: { kind: string }) => item.kind)).toContain('decision');
    expect((await stage.call(viewer, 'GET', '/rounds/nonsense/story')).status).toBe(404);
  });

  it('a player id made of script is found and answered as data', async () => {
    const [hit] = await search(XSS);
    expect(hit).toMatchObject({ kind: 'player', id: XSS });
    const answer = await stage.call(viewer, 'GET', `/players/${encodeURIComponent(XSS)}`);
    expect(String(answer.headers['content-type'])).toContain('application/json');
    expect(answer.body.player.id).toBe(XSS);
  });

  it('an adjustment moves nothing until it is approved, and then exactly once', async () => {
    const before = await balance();
    const { status, body } = await adjust(support, '12.50');
    expect([status, body.state, body.needs_two]).toEqual([201, 'proposed', false]);
    expect(await balance()).toBe(before);
    const [first, again] = await Promise.all([decide(finance, body.id, 'approve'), decide(second, body.id, 'approve')]);
    expect([first.status, again.status].toSorted()).toEqual([200, 409]);
    expect(BigInt(await balance()) - BigInt(before)).toBe(1_250n);
  });

  it('above the limit nobody approves their own, not under any spelling; somebody else may', async () => {
    const before = await balance();
    const { body } = await adjust(finance, '-60.00');
    expect(body.needs_two).toBe(true);
    const own = await decide(finance, body.id, 'approve');
    expect([own.status, own.body.code]).toEqual([403, 'four_eyes']);
    expect(await balance()).toBe(before);
    const other = await decide(second, body.id, 'approve');
    expect([other.status, other.body.state]).toEqual([200, 'booked']);
    expect(BigInt(await balance()) - BigInt(before)).toBe(-6_000n);
    const { body: player } = await stage.call(viewer, 'GET', '/players/ann');
    expect(player.adjustments[0]).toMatchObject({ state: 'booked', decided_by: 'fin-two' });
  });

  it('the same wish sent twice is one, with other facts a conflict', async () => {
    const id = newId();
    const [one, two] = [await adjust(support, '1.00', { id }), await adjust(support, '1.00', { id })];
    expect([one.status, two.status]).toEqual([201, 201]);
    expect((await adjust(support, '2.00', { id })).status).toBe(409);
    const rows = await stage.table.sql`SELECT 1 FROM console_adjustment WHERE id = ${id}`;
    expect(rows).toHaveLength(1);
  });

  it.each([
    ['0', 400],
    ['1.234', 400],
    ['1e3', 400],
    ['abc', 400],
    ['99999999999999999999999999999999999999999', 400],
  ])('an amount of %s is refused', async (text, status) => expect((await adjust(support, text)).status).toBe(status));

  it('a wish that was approved when the server died is booked when somebody looks', async () => {
    const { body } = await adjust(support, '3.00');
    const before = await balance();
    await stage.table.sql`
      UPDATE console_adjustment SET state = 'approved', decided_by = 'fin-one', decided_reason = 'x', decided_at = now()
      WHERE id = ${body.id}`;
    await stage.call(viewer, 'GET', '/players/ann');
    await stage.call(viewer, 'GET', '/players/ann');
    expect(BigInt(await balance()) - BigInt(before)).toBe(300n);
  });

  it('a discrepancy is proposed by one and approved by another, and the log has both', async () => {
    await stage.table.bet(playerId('ann'), { id: 'bet-88', round: 'round-88', amount: '5' });
    const transactions = [said.bet('bet-88', '5'), said.win('win-88', '80', 'bet-88')];
    const event = summary({ round: 'round-88', player: 'ann', totals: ['5', '80'], transactions });
    await stage.settlement.receive(aggregatorName('acme'), event, bodyOf(event));
    await stage.settlement.work();
    const { body } = await stage.call(await stage.as('viewer'), 'GET', '/v1/discrepancies?round=round-88');
    const { id } = body.items[0];
    const [one, two, admin] = [
      await stage.as('finance', 'fin-three'),
      await stage.as('finance', 'fin-four'),
      await stage.as('admin', 'adm'),
    ];
    const resolve = async (who: Signed, decision: string) =>
      stage.call(who, 'POST', `/discrepancies/${id}/resolutions`, { decision, reason: 'seen in their report' });
    expect((await resolve(one, 'propose')).body.state).toBe('proposed');
    expect((await resolve(one, 'approve')).body.code).toBe('four_eyes');
    expect((await resolve(two, 'approve')).body.state).toBe('booked');
    const { body: log } = await stage.call(admin, 'GET', `/audit?subject=discrepancy%20${id}`);
    expect(
      log.items.map(
        (each: { action: string; who: string; outcome: string }) => `${each.who} ${each.action} ${each.outcome}`,
      ),
    ).toEqual([
      'fin-four discrepancy.approve done',
      'fin-three discrepancy.approve refused',
      'fin-three discrepancy.propose done',
    ]);
  });

  it('limits are changed through the operator’s API, with what was there before in the log', async () => {
    const who = await stage.as('support', 'sup-two');
    const answer = await stage.call(who, 'PATCH', '/v1/players/ann', { status: 'blocked' });
    expect([answer.status, answer.body.status]).toEqual([200, 'blocked']);
    const { body } = await stage.call(await stage.as('auditor'), 'GET', '/audit?subject=player%20ann');
    expect(body.items[0]).toMatchObject({ who: 'sup-two', action: 'player.change', outcome: 'done' });
    expect([body.items[0].before.status, body.items[0].after.status]).toEqual(['active', 'blocked']);
  });
});
