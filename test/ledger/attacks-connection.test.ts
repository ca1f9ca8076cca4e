/**
 * Bugs that real money ledgers had between themselves and the database: a driver that sends again by itself, connections
 * that are left behind, sessions that forget, networks that go silent. A relay stands between the real ledger and a real
 * PostgreSQL; a proxy cuts where it hurts.
 */
import net from 'node:net';
import type postgres from 'postgres';
import { describe, expect, it } from 'vitest';
import { audit, openLedger, Uncertain } from '../../src/ledger/index.ts';
import type { Ledger } from '../../src/ledger/index.ts';
import { createMetrics, silentLog, systemClock } from '../../src/platform/index.ts';
import { externalId, roundId } from '../../src/wallet/index.ts';
import type { Bet, PlayerId } from '../../src/wallet/index.ts';
import { amount, ledgerTable, request } from '../support/ledger.ts';
import { openWire } from '../faults/wire.ts';
import { cuttingProxy } from '../support/proxy.ts';

const LANE = 'croupier-lane-0';

const bet = (id: string, stake: string, round = `r-${id}`): Bet => ({
  kind: 'bet',
  id: externalId(id),
  round: roundId(round),
  amount: amount(stake),
  flavour: 'cash',
  combined: false,
  closesRound: false,
});

function openAt(url: string, sql: postgres.Sql): Ledger {
  return openLedger({ url, sql, clock: systemClock, log: silentLog, metrics: createMetrics(), lanes: 1 });
}

/** The lane's connections as the database sees them. */
async function connectionsOf(sql: postgres.Sql) {
  const rows = await sql`
    SELECT state FROM pg_stat_activity WHERE datname = current_database() AND application_name = ${LANE}`;
  return [...rows];
}

async function sound(sql: postgres.Sql): Promise<void> {
  expect((await audit(sql)).findings.filter((finding) => finding.violations > 0)).toEqual([]);
}

/** Passes bytes on, until it is told to swallow those of all connections there are, or to make the sessions forget. */
async function relay(databaseUrl: string) {
  const target = new URL(databaseUrl);
  const pairs = new Map<net.Socket, { frozen: boolean; injected: boolean; readonly client: net.Socket }>();
  let frozenBy: string | null = null;
  const server = net.createServer((client) => {
    const upstream = net.connect(Number(target.port), target.hostname);
    const pair = { frozen: false, injected: false, client };
    pairs.set(upstream, pair);
    client.on('data', (bytes) => {
      if (frozenBy !== null && bytes.includes(frozenBy)) pair.frozen = true;
      if (!pair.frozen) upstream.write(bytes);
    });
    upstream.on('data', (bytes) => {
      if (pair.injected) pair.injected = false;
      else if (!pair.frozen) client.write(bytes);
    });
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      socket.on('error', () => socket.destroy());
      socket.on('close', () => (pair.frozen ? undefined : other.destroy()));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the relay has no port');
  const url = new URL(databaseUrl);
  url.hostname = '127.0.0.1';
  url.port = String(address.port);
  return {
    url: url.href,
    /** The network goes silent: nobody is told, nothing is closed. New connections work. */
    freeze: () => {
      for (const pair of pairs.values()) pair.frozen = true;
    },
    /** From the next time these words are sent: silence, for the connection that sent them. */
    freezeAt: (words: string) => {
      frozenBy = words;
    },
    /** What a pooler does between transactions: the session is another one, without the statements prepared before. */
    forgetStatements: async () => {
      const query = Buffer.from('DEALLOCATE ALL\0');
      const length = Buffer.alloc(4);
      length.writeInt32BE(query.length + 4);
      for (const [upstream, pair] of pairs) {
        pair.injected = true;
        upstream.write(Buffer.concat([Buffer.from('Q'), length, query]));
      }
      await expect.poll(() => [...pairs.values()].some((pair) => pair.injected), { interval: 5 }).toBe(false);
    },
    [Symbol.asyncDispose]: async () => {
      for (const [upstream, { client }] of pairs) {
        client.destroy();
        upstream.destroy();
      }
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

describe('the way to the database', () => {
  it('gives a connection up that never answers again, instead of keeping its lane waiting for ever [bug 4] [RET-14]', async () => {
    await using table = await ledgerTable();
    const [player, other] = [await table.player('USD', '100.00'), await table.player('USD', '100.00')];
    await using wire = await relay(table.url);
    const ledger = openAt(wire.url, table.sql);
    const ask = async (id: string, who: PlayerId, ms: number) =>
      ledger.submit(request(who, 'USD', [bet(id, '1.00')]), table.policy, ms);
    expect(await ask('b-1', player, 5_000)).toMatchObject({ kind: 'applied' });
    wire.freeze();
    await expect(ask('b-2', player, 500)).rejects.toBeInstanceOf(Uncertain);
    // The session that went silent may hold the first player for a while; this one is nobody's.
    const next = async () => (await ask('b-3', other, 2_000).catch(() => null))?.kind;
    await expect.poll(next).toBe('applied');
    expect(await table.balance(other)).toBe(9_900n);
    await ledger.close();
  });

  it('asks the next host when the first takes the connection and freezes [bug 4] [RET-14]', async () => {
    await using table = await ledgerTable();
    const player = await table.player('USD', '100.00');
    await using frozen = await relay(table.url);
    frozen.freezeAt('pg_is_in_recovery');
    const [first, second] = [new URL(frozen.url), new URL(table.url)];
    const ledger = openAt(table.url.replace(second.host, `${first.host},${second.host}`), table.sql);
    const ask = async () => ledger.submit(request(player, 'USD', [bet('b-1', '1.00')]), table.policy, 2_000);
    await expect.poll(async () => (await ask().catch(() => null))?.kind).toBe('applied');
    await ledger.close();
  });

  it.each([
    'wallet.lock',
    'transaction.named',
    'wallet.update',
    'transaction.insert',
    'round.insert',
    'posting.insert',
    'COMMIT',
  ])('books a bet once and whole when the connection is cut at %s [bug 10] [RET-08]', async (statement) => {
    await using table = await ledgerTable({ lanes: 1 });
    const player = await table.player('USD', '100.00');
    const proxy = await cuttingProxy(table.url);
    const ledger = openAt(proxy.url, table.sql);
    const cut = proxy.cutNext(statement, 'before');
    const outcome = await ledger.submit(request(player, 'USD', [bet('b-1', '10.00')]), table.policy, 10_000);
    await cut;
    expect(outcome).toMatchObject({ kind: 'applied', balance: { units: 9_000n } });
    expect(await table.sql`SELECT 1 FROM posting WHERE debit = 'player'`).toHaveLength(1);
    await sound(table.sql);
    await ledger.close();
    await proxy.close();
  });

  it('leaves no connection behind where one was cut [bug 10]', async () => {
    await using table = await ledgerTable({ lanes: 1 });
    const player = await table.player('USD', '100.00');
    const proxy = await cuttingProxy(table.url);
    const ledger = openAt(proxy.url, table.sql);
    const cut = proxy.cutNext('wallet.lock', 'before');
    await ledger.submit(request(player, 'USD', [bet('b-1', '1.00')]), table.policy, 10_000);
    await cut;
    // One of the lane that made the deposit, one of this lane.
    const connections = async () =>
      table.sql`SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND application_name = ${LANE}`;
    await new Promise((resolve) => setTimeout(resolve, 300));
    await expect.poll(connections).toHaveLength(2);
    await ledger.close();
    await proxy.close();
  });

  it('writes a batch whole or not at all when the session has lost its prepared statements [bug 10]', async () => {
    await using table = await ledgerTable();
    const player = await table.player('USD', '100.00');
    await using wire = await relay(table.url);
    const ledger = openAt(wire.url, table.sql);
    const ask = async (id: string, round: string) =>
      ledger.submit(request(player, 'USD', [bet(id, '1.00', round)]), table.policy, 5_000);
    await ask('b-1', 'r-1');
    await wire.forgetStatements();
    // The driver repairs "no such prepared statement" by sending the statement again: after the ROLLBACK, on its own.
    for (let tries = 0; tries < 3; tries += 1) {
      await ask('b-2', 'r-1').catch((error: unknown) => expect(error).toBeInstanceOf(Uncertain));
      await sound(table.sql);
    }
    expect(await ask('b-2', 'r-1')).toMatchObject({ kind: 'applied', balance: { units: 9_800n } });
    await ledger.close();
  });

  it('goes on after the tables changed under its prepared statements, as in a rolling deploy [bug 10] [RET-23]', async () => {
    await using table = await ledgerTable({ lanes: 1 });
    const player = await table.player('USD', '100.00');
    await table.submit(player, bet('b-1', '1.00', 'r-1'));
    await table.submit(player, bet('b-2', '1.00', 'r-1'));
    await table.sql`ALTER TABLE transaction ADD COLUMN later text`;
    await table.sql`ALTER TABLE round ADD COLUMN later text`;
    expect(await table.submit(player, bet('b-3', '1.00', 'r-1'))).toMatchObject({ kind: 'applied' });
    // Another type of a column is what the server answers "cached plan must not change result type" to.
    await table.sql`ALTER TABLE round ALTER COLUMN game_code TYPE varchar(300)`;
    await table.sql`ALTER TABLE wallet ALTER COLUMN waiting TYPE bigint`;
    expect(await table.submit(player, bet('b-4', '1.00', 'r-1'))).toMatchObject({ kind: 'applied', duplicate: false });
    expect(await table.balance(player)).toBe(9_600n);
    await sound(table.sql);
  });

  it('leaves no connection behind where statements went stale, and no lock of it [bug 10]', async () => {
    await using table = await ledgerTable({ lanes: 1 });
    const player = await table.player('USD', '100.00');
    await table.submit(player, bet('b-1', '1.00', 'r-1'));
    await table.submit(player, bet('b-2', '1.00', 'r-1'));
    await table.sql`ALTER TABLE round ALTER COLUMN game_code TYPE varchar(300)`;
    expect(await table.submit(player, bet('b-3', '1.00', 'r-1'))).toMatchObject({ kind: 'applied', duplicate: false });
    const connections = async () => connectionsOf(table.sql);
    // Sooner than the server's own limit for idle transactions, 10 s, would end it.
    await expect.poll(connections, { timeout: 8_000 }).toEqual([{ state: 'idle' }]);
  });

  it('decides again when its connection is lost: what was decided under a lost lock is void [bug 10] [BET-25]', async () => {
    await using table = await ledgerTable({ lanes: 1 });
    const player = await table.player('USD', '100.00');
    const wire = await openWire(table.url);
    const ledger = openAt(wire.url, table.sql);
    const ask = async (id: string) =>
      ledger.submit(request(player, 'USD', [bet(id, '0', 'shared')]), table.policy, 10_000);
    expect(await ask('b-1')).toMatchObject({ kind: 'applied' });
    // The lock is gone with the connection, and before the writer knows, somebody else plays the same round.
    const held = wire.at('before_write', async ({ dropServer }) => {
      dropServer();
      expect(await table.submit(player, bet('b-2', '10.00', 'shared'))).toMatchObject({ kind: 'applied' });
    });
    const outcome = await ask('b-3');
    await held;
    expect(outcome).toMatchObject({ kind: 'applied', balance: { units: 9_000n } });
    expect(await table.sql`SELECT bets_ever, staked::text FROM round`).toEqual([{ bets_ever: 3, staked: '1000' }]);
    await sound(table.sql);
    await ledger.close();
    await wire.close();
  });

  it('says that nobody knows what became of a COMMIT, and asks again until somebody does [bug 10] [RET-09]', async () => {
    await using table = await ledgerTable({ lanes: 1 });
    const player = await table.player('USD', '100.00');
    const wire = await openWire(table.url);
    const metrics = createMetrics();
    const ledger = openLedger({ url: wire.url, sql: table.sql, clock: systemClock, log: silentLog, metrics, lanes: 1 });
    const ask = async () => ledger.submit(request(player, 'USD', [bet('b-1', '10.00')]), table.policy, 20_000);
    const cuts = (async () => {
      for (let cut = 0; cut < 4; cut += 1) await wire.at('after_write');
    })();
    await expect(ask()).rejects.toMatchObject({ reason: 'commit_unknown' });
    await cuts;
    expect(await metrics.text()).toContain('croupier_ledger_trouble_total{kind="resubmit"} 3');
    expect(await table.balance(player)).toBe(10_000n);
    const committed = wire.at('after_commit');
    expect(await ask()).toMatchObject({ kind: 'applied', duplicate: true, balance: { units: 9_000n } });
    await committed;
    await sound(table.sql);
    await ledger.close();
    await wire.close();
  });
});
