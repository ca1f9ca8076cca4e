/**
 * A database that is there and does not do what it should: full, read-only, frozen, without a free connection, a wallet held
 * by somebody else. And a gateway that freezes in the middle of a batch. Whoever cannot be answered hears "ask again", never
 * a refusal, and everybody is served once it is over.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { playerName } from '../../bench/names.ts';
import { childrenOf, signal } from './processes.ts';
import { LONG, sleep } from './settings.ts';
import { openTrial } from './trial.ts';
import type { Trial } from './trial.ts';

const TIMES = LONG ? 5 : 1;
const TIMEOUT_MS = LONG ? 1_200_000 : 300_000;
const PLAYERS = 12;

let trial: Trial;

beforeAll(async () => {
  trial = await openTrial({ players: PLAYERS, gateways: 2, salt: 2 });
});
afterAll(async () => trial?.close());

/** Until the aggregator was told "ask again" that often. */
async function unclear(times: number): Promise<void> {
  const enough = trial.aggregator.unclear() + times;
  while (trial.aggregator.unclear() < enough) await sleep(5);
}

async function repeated(fault: string, work: () => Promise<void>): Promise<void> {
  await trial.survive(fault, TIMES, async () => {
    for (let time = 0; time < TIMES; time += 1) {
      await trial.playsOn(20);
      await work();
    }
  });
}

it(
  'serves the others while somebody holds wallets, and their owners afterwards [BET-45]',
  { timeout: TIMEOUT_MS },
  async () => {
    await repeated('wallets held by somebody else', async () => {
      await trial.house.ask(async (sql) =>
        sql.begin(async (holder) => {
          const held = [0, 1, 2].map(playerName);
          await holder`SELECT 1 FROM wallet WHERE player IN ${holder(held)} FOR UPDATE`;
          // Longer than a batch waits for a lock.
          await sleep(1_500);
          await trial.playsOn(PLAYERS);
        }),
      );
    });
  },
);

it(
  'says "ask again" when no connection is to be had, and takes the first free one [RET-14]',
  { timeout: TIMEOUT_MS },
  async () => {
    await repeated('no free connection', async () => {
      const hoard: pg.Client[] = [];
      try {
        await takeAllConnections(hoard);
        const enough = trial.aggregator.unclear() + 5;
        while (trial.aggregator.unclear() < enough) {
          // Whatever the gateways still hold goes to somebody else; they may be quicker once or twice.
          await hoard[0]?.query(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'croupier%'",
          );
          await takeAllConnections(hoard);
        }
      } finally {
        await Promise.all(hoard.map(async (client) => client.end()));
      }
    });
  },
);

async function takeAllConnections(hoard: pg.Client[]): Promise<void> {
  for (;;) {
    const client = new pg.Client({ connectionString: trial.house.url });
    client.on('error', () => undefined);
    try {
      await client.connect();
    } catch (error) {
      expect(error).toMatchObject({ code: '53300' });
      return;
    }
    hoard.push(client);
  }
}

it(
  'lives on when a connection is lost in the middle of the driver making it [RET-14]',
  { timeout: TIMEOUT_MS },
  async () => {
    await repeated('connections cut while they are made', async () => {
      const { wire } = trial.house.replica(0);
      // What the driver of the pool asks by itself on every new connection; nobody waits for the answer but the driver.
      for (const words of ['pg_catalog.pg_type', 'transaction_read_only']) {
        wire.cutAtWords(words);
        wire.shut();
        wire.open();
        await trial.playsOn(PLAYERS);
        await sleep(300);
        wire.cutAtWords(null);
        await trial.playsOn(PLAYERS);
      }
    });
  },
);

it(
  'says "ask again" while the database takes no writes, whatever is asked [RET-24]',
  { timeout: TIMEOUT_MS },
  async () => {
    const readOnly = async (value: 'on' | 'off') =>
      trial.house.ask(async (sql) => {
        await sql`SET default_transaction_read_only = off`;
        await sql.unsafe(`ALTER SYSTEM SET default_transaction_read_only = ${value}`);
        await sql`SELECT pg_reload_conf()`;
      });
    await repeated('read-only database', async () => {
      await readOnly('on');
      try {
        await unclear(2 * PLAYERS);
        const before = trial.aggregator.acknowledged().length;
        await unclear(2 * PLAYERS);
        expect(trial.aggregator.acknowledged()).toHaveLength(before);
      } finally {
        await readOnly('off');
      }
    });
  },
);

it(
  'says "ask again" when nothing more can be written to the disk, and loses nothing of what was [RET-14]',
  { timeout: TIMEOUT_MS },
  async () => {
    await repeated('no room on the disk', async () => {
      const { pid } = trial.house.postgres;
      const restarts = trial.house.restarts();
      // The kernel refuses every write beyond this size, as it does on a full disk: PostgreSQL cannot extend its log and gives up.
      for (const each of [pid, ...childrenOf(pid)]) limitFiles(each);
      while (trial.house.restarts() === restarts) await sleep(20);
    });
  },
);

/** A limit for this one process and those it starts. Only its own user may set it, which need not be ours. */
function limitFiles(pid: number): void {
  try {
    const { uid, gid } = statSync(`/proc/${pid}`);
    const owner = process.getuid?.() === 0 ? { uid, gid } : {};
    execFileSync('prlimit', ['--pid', String(pid), '--fsize=8192:'], { stdio: 'pipe', ...owner });
  } catch (error) {
    // One that ended meanwhile needs no limit.
    if (existsSync(`/proc/${pid}`)) throw error;
  }
}

it('survives a PostgreSQL that is frozen for a while [RET-14]', { timeout: TIMEOUT_MS }, async () => {
  await repeated('PostgreSQL frozen (SIGSTOP)', async () => {
    const { pid } = trial.house.postgres;
    const all = [pid, ...childrenOf(pid)];
    for (const each of all) signal(each, 'SIGSTOP');
    try {
      await unclear(LONG ? 4 * PLAYERS : 1);
    } finally {
      for (const each of all) signal(each, 'SIGCONT');
    }
  });
});

it(
  'survives a gateway that freezes while it holds wallets, and serves them when it wakes up or is given up [BET-45]',
  { timeout: TIMEOUT_MS },
  async () => {
    await repeated('gateway frozen (SIGSTOP) with locks held', async () => {
      const { gateway, wire } = trial.house.replica(0);
      await wire.at('after_lock', async ({ dropServer }) => {
        gateway.signal('SIGSTOP');
        try {
          await trial.playsOn(5);
          await sleep(1_000);
          dropServer();
          await trial.playsOn(PLAYERS);
        } finally {
          gateway.signal('SIGCONT');
        }
      });
    });
  },
);
