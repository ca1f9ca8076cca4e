/**
 * Bugs that real money ledgers had when something around them failed: a caller that left, a transaction that was aborted, a
 * restored backup, a replica. Each is tried on the real ledger and a real PostgreSQL.
 */
import postgres from 'postgres';
import { describe, expect, it } from 'vitest';
import { audit, openLedger, Uncertain } from '../../src/ledger/index.ts';
import type { Ledger } from '../../src/ledger/index.ts';
import { createMetrics, openDatabase, silentLog, systemClock } from '../../src/platform/index.ts';
import { externalId, roundId } from '../../src/wallet/index.ts';
import type { Bet, PlayerId, WalletRequest } from '../../src/wallet/index.ts';
import { amount, ledgerTable, request } from '../support/ledger.ts';
import { cuttingProxy } from '../support/proxy.ts';

type Table = Awaited<ReturnType<typeof ledgerTable>>;

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

async function sound(sql: postgres.Sql): Promise<void> {
  expect((await audit(sql)).findings.filter((finding) => finding.violations > 0)).toEqual([]);
}

/** Fails when anybody holds the player's wallet at this moment. */
async function expectUnlocked(table: Table, player: PlayerId): Promise<void> {
  const free = await table.sql`SELECT 1 FROM wallet WHERE player = ${player} FOR UPDATE SKIP LOCKED`;
  expect(free).toHaveLength(1);
}

describe('a caller or a connection that went away', () => {
  it('leaves no lock when the caller gave up waiting, and books nothing behind their back [bug 4] [RET-16]', async () => {
    await using table = await ledgerTable({ lanes: 1 });
    const player = await table.player('USD', '100.00');
    const ask = async (ms: number) =>
      table.ledgerAt().submit(request(player, 'USD', [bet('b-1', '10.00')]), table.policy, ms);
    await table.sql.begin(async (holder) => {
      await holder`SELECT 1 FROM wallet WHERE player = ${player} FOR UPDATE`;
      await expect(ask(50)).rejects.toMatchObject({ reason: 'deadline' });
    });
    const isIdle = async () =>
      (
        await table.sql`SELECT state FROM pg_stat_activity WHERE datname = current_database() AND application_name = ${LANE}`
      )[0];
    await expect.poll(isIdle).toMatchObject({ state: 'idle' });
    await expectUnlocked(table, player);
    expect(await table.sql`SELECT 1 FROM transaction WHERE external_id = 'b-1'`).toHaveLength(0);
    expect(await ask(5_000)).toMatchObject({ kind: 'applied', duplicate: false });
    expect(await table.balance(player)).toBe(9_000n);
  });

  it('leaves no lock when a call turns out a defect after its wallet was locked [bug 4] [bug 12]', async () => {
    await using table = await ledgerTable({ lanes: 1 });
    const player = await table.player('USD', '100.00');
    const bad = request(player, 'USD', [bet('bad', '1.00')], {
      nextId: () => {
        throw new Error('defect: there is no id');
      },
    });
    await expect(table.ledgerAt().submit(bad, table.policy, 20_000)).rejects.toMatchObject({ reason: 'defect' });
    await expectUnlocked(table, player);
    expect(await table.submit(player, bet('good', '1.00'))).toMatchObject({ kind: 'applied' });
    expect(await table.balance(player)).toBe(9_900n);
  });

  it('uses a lane again after a batch met a locked wallet: no statement runs in an aborted transaction [bug 12] [BET-45]', async () => {
    await using table = await ledgerTable({ lanes: 1 });
    const [held, free] = [await table.player('USD', '100.00'), await table.player('USD', '100.00')];
    await table.sql.begin(async (holder) => {
      await holder`SELECT 1 FROM wallet WHERE player = ${held} FOR UPDATE`;
      await expect(table.submit(held, bet('h-1', '1.00'))).rejects.toBeInstanceOf(Uncertain);
      for (const id of ['f-1', 'f-2', 'f-3']) {
        expect(await table.submit(free, bet(id, '1.00'))).toMatchObject({ kind: 'applied', duplicate: false });
      }
    });
    expect(await table.submit(held, bet('h-1', '1.00'))).toMatchObject({ kind: 'applied', duplicate: false });
    expect(await table.balance(free)).toBe(9_700n);
    await sound(table.sql);
  });

  it('writes nothing of a call whose write fails, everything of its neighbours, and goes on [bug 12]', async () => {
    await using table = await ledgerTable({ lanes: 1 });
    await table.sql`
      CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN IF NEW.round_id = 'poison' THEN RAISE EXCEPTION 'poisoned'; END IF; RETURN NEW; END $$`;
    await table.sql`CREATE TRIGGER poison BEFORE INSERT ON round FOR EACH ROW EXECUTE FUNCTION poison()`;
    const players = await Promise.all(['a', 'b', 'c'].map(async () => table.player('USD', '100.00')));
    for (let round = 0; round < 3; round += 1) {
      const answers = await Promise.allSettled(
        players.map(async (player, at) =>
          table.submit(player, bet(`${at}-${round}`, '1.00', at === 1 ? 'poison' : `good-${round}`)),
        ),
      );
      expect(answers.map((answer) => answer.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    }
    expect(await Promise.all(players.map(async (player) => table.balance(player)))).toEqual([9_700n, 10_000n, 9_700n]);
    await sound(table.sql);
    const states = await table.sql`
      SELECT state FROM pg_stat_activity WHERE datname = current_database() AND application_name = ${LANE}`;
    expect([...states]).toEqual([{ state: 'idle' }]);
  });
});

describe('another server, another copy', () => {
  it('knows every call again after backup and restore: all duplicates, no balance moves [bug 7]', async () => {
    await using table = await ledgerTable();
    const players = await Promise.all(Array.from({ length: 4 }, async () => table.player('USD', '100.00')));
    const calls: WalletRequest[] = players.flatMap((player, at) => [
      request(player, 'USD', [bet(`won-${at}`, '10.00')]),
      request(player, 'USD', [win(`w-${at}`, `won-${at}`, '25.00')]),
      request(player, 'USD', [bet(`undone-${at}`, '5.00')]),
      request(player, 'USD', [rollback(`rb-${at}`, `undone-${at}`)]),
      request(player, 'USD', [bet(`poor-${at}`, '900.00')]),
      request(player, 'USD', [rollback(`rb-never-${at}`, `never-${at}`)]),
    ]);
    const first = [];
    for (const call of calls) first.push(await table.ledgerAt().submit(call, table.policy, 20_000));
    const balances = await Promise.all(players.map(async (player) => table.balance(player)));
    await table.ledgerAt().close();
    await table.sql.end();

    const restored = await restore(table.url);
    const ledger = openAt(restored.url, restored.sql);
    for (const [at, call] of calls.entries()) {
      const again = await ledger.submit(
        { ...call, nextId: request(call.player, 'USD', call.operations).nextId },
        table.policy,
        20_000,
      );
      const before = first[at];
      if (call.operations[0].kind === 'bet' && call.operations[0].id.startsWith('undone')) {
        expect(again).toMatchObject({ kind: 'rejected', refusal: 'reversed', duplicate: true });
      } else if (before?.kind === 'applied') {
        expect(again).toMatchObject({ kind: 'applied', duplicate: true });
        expect(again.kind === 'applied' && again.results[0]?.id).toBe(before.results[0]?.id);
      } else {
        expect(again).toMatchObject({ kind: 'rejected', duplicate: true });
      }
    }
    const after = await Promise.all(players.map(async (player) => (await ledger.balances(player))[0]?.units));
    expect(after).toEqual(balances);
    // A late bet on a tombstone of before the backup, and new play that counts on from where the book ended.
    const [player] = players;
    if (player === undefined) throw new Error('no players');
    const late = await ledger.submit(request(player, 'USD', [bet('never-0', '1.00')]), table.policy, 20_000);
    expect(late).toMatchObject({ kind: 'rejected', refusal: 'reversed' });
    expect(await ledger.submit(request(player, 'USD', [bet('new', '1.00')]), table.policy, 20_000)).toMatchObject({
      kind: 'applied',
    });
    await sound(restored.sql);
    await ledger.close();
    await restored.drop();
  });

  it('answers nothing about money from a server that cannot write, as a replica cannot [bug 9] [RET-24]', async () => {
    await using table = await ledgerTable({ lanes: 1 });
    const player = await table.player('USD', '100.00');
    await table.submit(player, bet('b-1', '10.00'));
    await table.sql`ALTER DATABASE ${table.sql(new URL(table.url).pathname.slice(1))} SET default_transaction_read_only = on`;
    const replica = openAt(table.url, table.sql);
    // The duplicate needs no write: only the lock keeps it from being answered out of an old copy.
    for (const call of [bet('b-1', '10.00'), bet('b-2', '900.00'), bet('b-3', '1.00')]) {
      await expect(replica.submit(request(player, 'USD', [call]), table.policy, 5_000)).rejects.toBeInstanceOf(
        Uncertain,
      );
    }
    await replica.close();
  });

  it('asks one server only, and has no second opinion when it is gone [bug 9] [RET-12]', async () => {
    await using table = await ledgerTable();
    const player = await table.player('USD', '100.00');
    const proxy = await cuttingProxy(table.url);
    const sql = openDatabase({ url: proxy.url, max: 2, applicationName: 'pool', connectTimeoutSeconds: 1 });
    const ledger = openAt(proxy.url, sql);
    expect((await ledger.balances(player))[0]?.units).toBe(10_000n);
    await ledger.submit(request(player, 'USD', [bet('b-1', '10.00')]), table.policy, 5_000);
    expect((await ledger.balances(player))[0]?.units).toBe(9_000n);
    proxy.shut();
    const silence = new Promise((resolve) => setTimeout(resolve, 1_000, 'silence'));
    const read = ledger.balances(player).catch(() => 'an error');
    const call = ledger
      .submit(request(player, 'USD', [bet('b-1', '10.00')]), table.policy, 500)
      .catch(() => 'an error');
    for (const answer of [read, call]) expect(['silence', 'an error']).toContain(await Promise.race([answer, silence]));
    proxy.open();
    await Promise.all([read, call]);
    await ledger.close();
    await sql.end({ timeout: 0 });
    await proxy.close();
  });

  it('reads what was just answered, on every replica, every time [bug 9]', async () => {
    await using table = await ledgerTable({ replicas: 2, lanes: 1 });
    const player = await table.player('USD', '100.00');
    for (let index = 0; index < 100; index += 1) {
      const outcome = await table.bet(player, { id: `b-${index}`, round: 'r', amount: '0.01' }, index % 2);
      const seen = await Promise.all([0, 1].map(async (at) => (await table.ledgerAt(at).balances(player))[0]?.units));
      expect(seen).toEqual([10_000n - BigInt(index + 1), 10_000n - BigInt(index + 1)]);
      expect(outcome).toMatchObject({ balance: { units: seen[0] } });
    }
  });
});

const win = (id: string, of: string, paid: string) =>
  ({
    kind: 'win',
    id: externalId(id),
    round: roundId(`r-${of}`),
    bet: externalId(of),
    amount: amount(paid),
    flavour: 'win',
    combined: false,
    closesRound: false,
  }) as const;

const rollback = (id: string, of: string) =>
  ({
    kind: 'rollback',
    id: externalId(id),
    target: { kind: 'bet', id: externalId(of) },
    round: null,
    amount: null,
    closesRound: false,
  }) as const;

/** A copy of a database nobody is connected to, as a restored backup is one. */
async function restore(url: string) {
  const name = new URL(url).pathname.slice(1);
  const to = (database: string) => Object.assign(new URL(url), { pathname: `/${database}` }).href;
  const admin = postgres(to('template1'), { max: 1, onnotice: () => undefined });
  const copy = `${name}_restored`;
  for (let attempt = 1; ; attempt += 1) {
    try {
      await admin`CREATE DATABASE ${admin(copy)} TEMPLATE ${admin(name)}`;
      break;
    } catch (error) {
      // Connections just closed take a moment to be gone.
      if (attempt >= 300) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  const sql = openDatabase({ url: to(copy), max: 4, applicationName: 'restored' });
  return {
    url: to(copy),
    sql,
    drop: async () => {
      await sql.end();
      await admin`DROP DATABASE ${admin(copy)} WITH (FORCE)`;
      await admin.end();
    },
  };
}
