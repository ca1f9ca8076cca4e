/** The inbox and its readers under failure: nothing is lost, nothing is counted twice, poison keeps nobody waiting. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aggregatorName } from '../../src/wallet/index.ts';
import { openSettlement } from '../../src/settlement/index.ts';
import { bet } from '../support/act.ts';
import { closeDatabase, createMetrics, openDatabase } from '../../src/platform/index.ts';
import { bodyOf, said, stage, summary } from './stage.ts';
import type { Stage } from './stage.ts';

const acme = aggregatorName('acme');
const text = (body: string): Uint8Array => Buffer.from(body, 'utf8');

describe('the inbox', () => {
  let at: Stage;
  let failing = false;
  let owner = async (_id: string): Promise<void> => undefined;
  beforeAll(async () => {
    at = await stage({
      ledger: (real) => ({
        ...real,
        settlementRounds: async (rounds, ids) => {
          if (failing || rounds.some((each) => each.round === 'r-cursed'))
            throw new Error('the handler fails on purpose');
          return real.settlementRounds(rounds, ids);
        },
        playerOf: async (aggregator, id) => {
          await owner(id);
          return real.playerOf(aggregator, id);
        },
      }),
    });
  });
  afterAll(async () => at[Symbol.asyncDispose]());

  const events = async (where: string) =>
    at.sql<{ event_key: string; state: string; deliveries: number; problem: string | null }[]>`
      SELECT event_key, state, deliveries, problem FROM settlement_event WHERE event_key LIKE ${where} ORDER BY event_key`;

  it('stores before it understands: what cannot be read is set aside, shown, and blocks nothing', async () => {
    const player = await at.table.player('USD', '10.00');
    await at.play(player, bet('b-1', { round: 'r-1', amount: '1', closes: true }));
    await at.settlement.receive(acme, { eventId: null }, text('this is no JSON'));
    await at.settlement.receive(
      acme,
      { eventId: 'p-1' },
      text('{"event_id":"p-1","type":"round.settled","version":"one"}'),
    );
    await at.tell(summary({ player, round: 'r-1', eventId: 'p-2', transactions: [said.bet('b-1', '1')] }));
    await at.settle();
    expect(await at.view(player, 'r-1')).toMatchObject({ state: 'balanced' });
    const aside = await at.settlement.setAside(10);
    expect(aside.map((each) => each.problem).toSorted()).toEqual(['body: syntax', 'version: wrong_type']);
    expect(aside.find((each) => each.eventId === 'p-1')?.body).toContain('"version":"one"');
    expect(await at.settlement.measure()).toMatchObject({ unread: 0, setAside: 2 });
    // Asked to be read again by a decoder that has not learned, they are set aside again.
    expect(await at.settlement.readAgain()).toBe(2);
    await at.settle();
    expect(await at.settlement.measure()).toMatchObject({ unread: 0, setAside: 2 });
  });

  it('counts repeats of one delivery and of one batch', async () => {
    const one = summary({ player: 'ann', round: 'r-2', eventId: 'd-1', transactions: [] });
    await Promise.all(Array.from({ length: 30 }, async () => at.tell(one)));
    await at.tell(one);
    expect(await events('d-%')).toMatchObject([{ event_key: 'd-1', deliveries: 31 }]);
  });

  it('accepts a repeat at once while its event is being read, and counts it afterwards', async () => {
    const one = summary({ player: 'ann', round: 'r-7', eventId: 'h-1', transactions: [] });
    await at.tell(one);
    await at.sql.begin(async (tx) => {
      await tx`SELECT 1 FROM settlement_event WHERE event_key = 'h-1' FOR UPDATE`;
      // Were it to wait for this row, it would wait for ever.
      await at.tell(one);
      await at.tell(one);
    });
    await at.tell(summary({ player: 'ann', round: 'r-7', eventId: 'h-2', transactions: [] }));
    await expect.poll(async () => events('h-%')).toMatchObject([{ deliveries: 3 }, { deliveries: 1 }]);
  });

  it('loses nothing when the handler fails after the event was stored: the same state follows [SET-15]', async () => {
    const player = await at.table.player('USD', '10.00');
    await at.play(player, bet('b-3', { round: 'r-3', amount: '1', closes: true }));
    failing = true;
    const one = summary({ player, round: 'r-3', eventId: 'f-1', transactions: [said.bet('b-3', '1')] });
    await at.tell(one);
    await at.settle();
    expect(await at.view(player, 'r-3')).toMatchObject({ state: 'new' });
    // It asks for redelivery as far as the aggregator can tell, and gets it.
    await at.tell(one);
    failing = false;
    at.clock.advance(3_600_000);
    await at.settle();
    expect(await at.view(player, 'r-3')).toMatchObject({ state: 'balanced' });
    expect(await events('f-%')).toMatchObject([{ state: 'read', deliveries: 2 }]);
  });

  it('lets a round that cannot be judged wait, and judges its neighbours', async () => {
    const player = await at.table.player('USD', '10.00');
    await at.play(player, bet('b-4', { round: 'r-4', amount: '1', closes: true }));
    await at.tell(summary({ player, round: 'r-cursed', eventId: 'c-1', transactions: [] }));
    await at.tell(summary({ player, round: 'r-4', eventId: 'c-2', transactions: [said.bet('b-4', '1')] }));
    await at.settle();
    expect(await at.view(player, 'r-4')).toMatchObject({ state: 'balanced' });
    expect(await at.view(player, 'r-cursed')).toMatchObject({ state: 'new' });
    const [row] =
      await at.sql`SELECT failures, due_at > ${new Date(at.clock.now())} AS later FROM round_view WHERE round_id = 'r-cursed'`;
    expect(row).toEqual({ failures: 1, later: true });
  });

  it('blames no event for a database that was away, and sets one aside that alone fails again and again', async () => {
    const player = await at.table.player('USD', '10.00');
    await at.play(player, bet('b-6', { round: 'r-6', amount: '1', closes: true }));
    const nobodys = (name: string) =>
      summary({ player: null, round: 'r-6', eventId: `o-${name}`, transactions: [said.bet(name, '1')] });
    owner = async () => {
      throw Object.assign(new Error('cut on purpose'), { code: 'CONNECTION_CLOSED' });
    };
    await at.tell(nobodys('b-6'));
    for (let turn = 0; turn < 8; turn += 1) await at.settle().catch(() => undefined);
    expect(await events('o-%')).toMatchObject([{ state: 'new', problem: null }]);
    owner = async (id) => {
      if (id === 'odd') throw new TypeError('a defect that one event meets');
    };
    await at.tell(nobodys('odd'));
    for (let turn = 0; turn < 8; turn += 1) await at.settle();
    expect(await events('o-%')).toMatchObject([{ state: 'read' }, { state: 'poison' }]);
    owner = async () => undefined;
  });

  it('says no when it cannot store, so that the event comes again', async () => {
    const broken = openDatabase({ url: 'postgres://nobody@127.0.0.1:1/none', max: 1, applicationName: 'broken' });
    const room = openSettlement({ ...at.options, inboxSql: broken, metrics: createMetrics() });
    await expect(room.receive(acme, { eventId: 'n-1' }, text('{}'))).rejects.toThrow();
    await closeDatabase(broken, 1);
    expect(await events('n-%')).toEqual([]);
  });

  it('takes no more than it can hold', async () => {
    const room = openSettlement({ ...at.options, metrics: createMetrics() });
    const body = bodyOf(summary({ player: 'ann', round: 'r-9', transactions: [] }));
    const asked = Array.from({ length: 5_400 }, async (_unused, index) =>
      room.receive(acme, { eventId: `full-${index}` }, body),
    );
    const ends = await Promise.allSettled(asked);
    const refused = ends.filter((each) => each.status === 'rejected');
    expect(refused.length).toBeGreaterThan(0);
    expect(String(refused[0]?.reason)).toMatch(/inbox is full/);
    const stored = await at.sql`SELECT count(*)::integer AS count FROM settlement_event WHERE event_key LIKE 'full-%'`;
    expect(stored).toEqual([{ count: 5_400 - refused.length }]);
  });
});

describe('several replicas', () => {
  it('share the work: every event is read once, every round judged, a crash in between loses nothing [SET-15]', async () => {
    await using at = await stage();
    const player = await at.table.player('USD', '1000.00');
    const rounds = Array.from({ length: 60 }, (_unused, index) => `r-${index}`);
    await Promise.all(
      rounds.map(async (round, index) => {
        await at.play(player, bet(`b-${index}`, { round, amount: '1', closes: true }));
        await at.tell(summary({ player, round, eventId: `e-${index}`, transactions: [said.bet(`b-${index}`, '1')] }));
      }),
    );
    const pools = [1, 2].map((n) => openDatabase({ url: at.table.url, max: 3, applicationName: `replica-${n}` }));
    const replicas = pools.map((sql) => openSettlement({ ...at.options, sql, metrics: createMetrics() }));
    // One of three is killed in the middle of its first batch.
    const killed = replicas[0]?.work().catch(() => undefined);
    await at.sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'replica-1'`;
    await Promise.all([killed, at.settle(), replicas[1]?.work()]);
    await at.settle();
    const views = await at.sql`SELECT state, count(*)::integer AS count FROM round_view GROUP BY state`;
    expect(views).toEqual([{ state: 'balanced', count: 60 }]);
    expect(await at.sql`SELECT state, count(*)::integer AS count FROM settlement_event GROUP BY state`).toEqual([
      { state: 'read', count: 60 },
    ]);
    await Promise.all(pools.map(async (sql) => closeDatabase(sql, 1)));
  });
});
