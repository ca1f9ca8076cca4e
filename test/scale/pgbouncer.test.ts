/** Gateways behind a PgBouncer in transaction mode, with fewer server sessions than there are lanes. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { benchConfig } from '../../bench/contestant-config.ts';
import { playerName, sessionName } from '../../bench/names.ts';
import { openDatabase } from '../../src/platform/index.ts';
import { bet, isDefinite, openAggregator, win } from '../faults/aggregator.ts';
import type { Aggregator } from '../faults/aggregator.ts';
import { startGateway } from '../faults/gateway.ts';
import type { Gateway } from '../faults/gateway.ts';
import { openHouse } from '../faults/house.ts';
import type { House } from '../faults/house.ts';
import { judge } from '../faults/oracle.ts';
import { run } from './command.ts';
import { until } from '../support/wait.ts';
import { openPooler, pgbouncerVersion } from './pgbouncer.ts';
import type { Pooler } from './pgbouncer.ts';

const PLAYERS = 16;
const POOL_SIZE = 3;
const version = pgbouncerVersion();
if (version === null) process.stderr.write('left out: behind PgBouncer (no pgbouncer on PATH)\n');

describe.skipIf(version === null)(`behind ${version ?? 'PgBouncer'} in transaction mode`, () => {
  let house: House;
  let pooler: Pooler;
  let aggregator: Aggregator;
  const gateways: Gateway[] = [];
  const closers: (() => Promise<unknown>)[] = [];

  beforeAll(async () => {
    house = await openHouse({ players: PLAYERS, gateways: 0 });
    closers.push(house.close);
    pooler = await openPooler(house.url);
    closers.push(pooler.close);
    const configFile = path.join(path.dirname(house.configFile), 'pooled.yaml');
    const database = { lanes: 2, pooler: 'transaction', direct_url: house.url };
    writeFileSync(configFile, JSON.stringify({ ...benchConfig(2), database }));
    for (let count = 0; count < 2; count += 1) {
      const gateway = await startGateway({ configFile, databaseUrl: pooler.url });
      gateways.push(gateway);
      closers.push(gateway.kill);
    }
    const ports = () => gateways.map((gateway) => gateway.port());
    aggregator = openAggregator({ players: PLAYERS, salt: 41, ports });
    closers.push(async () => aggregator.close());
  });
  afterAll(async () => {
    for (let close = closers.pop(); close !== undefined; close = closers.pop()) await close();
  });

  it('plays some hundred racing calls, each once, and the book is sound', async () => {
    const playing = aggregator.play('pooled');
    try {
      await until('four hundred answers', () => aggregator.acknowledged().length >= 400);
    } finally {
      await playing.stop();
    }
    for (let round = 0; round < 20; round += 1) {
      for (const operation of [bet(`same-${round}`, 250), win(`same-${round}`, 400)]) {
        const answers = await Promise.all(
          [...gateways, ...gateways, ...gateways].map(async (gateway) =>
            aggregator.send(gateway.port(), round % PLAYERS, operation),
          ),
        );
        expect(answers.filter((said) => said === null || !isDefinite(said))).toEqual([]);
        expect(new Set(answers.map((said) => said?.body.operator_transaction_id)).size).toBe(1);
        expect(answers.filter((said) => said?.body.duplicate === false)).toHaveLength(1);
        await aggregator.ask(round % PLAYERS, operation);
      }
    }
    const verdict = await judge(house, aggregator);
    expect([verdict.lost, verdict.doubled, verdict.unsound]).toEqual([[], [], []]);
    expect(verdict.unclear).toBe(0);
  });

  it('needs no more server sessions than the pool has, and leaves no setting behind in one', async () => {
    const sql = openDatabase({ url: pooler.url, max: 8, applicationName: 'after-them', pooled: true });
    try {
      const seen = await Promise.all(
        Array.from({ length: 24 }, async () => {
          const [row] = await sql<{ pid: number; settings: string }[]>`
            SELECT pg_backend_pid() AS pid,
              concat_ws(' ', current_setting('lock_timeout'), current_setting('plan_cache_mode'), current_setting('enable_seqscan'))
                AS settings`;
          return row;
        }),
      );
      expect(new Set(seen.map((row) => row?.pid)).size).toBeLessThanOrEqual(POOL_SIZE);
      expect(new Set(seen.map((row) => row?.settings))).toEqual(new Set(['0 auto on']));
    } finally {
      await sql.end({ timeout: 1 });
    }
  });

  it('gives each caller the answer to its own question, however many ask at once', async () => {
    const pools = Array.from({ length: 2 }, () =>
      openDatabase({ url: pooler.url, max: 3, applicationName: 'many-at-once', pooled: true }),
    );
    const ask = async (asker: number, turn: number): Promise<boolean> => {
      const sql = pools[asker % pools.length];
      if (sql === undefined) throw new Error('there is no pool');
      // The driver can send a statement without parameters at once; one with parameters it has described first.
      if (asker % 4 === 0) return (await sql<{ n: number }[]>`SELECT 17 AS n`)[0]?.n === 17;
      const token = sessionName((asker * 31 + turn) % PLAYERS);
      const rows = await sql<{ id: string }[]>`SELECT id FROM session WHERE id = ANY (${[token]}::text[])`;
      return rows.length === 1 && rows[0]?.id === token;
    };
    try {
      const answers = await Promise.all(
        Array.from({ length: 16 }, async (_none, asker) => {
          let wrong = 0;
          for (let turn = 0; turn < 400; turn += 1) if (!(await ask(asker, turn))) wrong += 1;
          return wrong;
        }),
      );
      expect(answers).toEqual(answers.map(() => 0));
    } finally {
      for (const sql of pools) await sql.end({ timeout: 1 });
    }
    expect(pooler.output()).not.toContain('when not linked');
  });

  it('does not wait longer for a wallet that somebody else holds', async () => {
    const operation = bet('held', 100);
    const [gateway] = gateways;
    const port = gateway?.port() ?? 0;
    await house.ask(async (sql) =>
      sql.begin(async (transaction) => {
        await transaction`SELECT 1 FROM wallet WHERE player = ${playerName(3)} FOR UPDATE`;
        const said = await aggregator.send(port, 3, operation);
        expect(said).toMatchObject({ status: 503, body: { status: 'error' } });
      }),
    );
    expect(await aggregator.ask(3, operation)).toMatchObject({ body: { status: 'ok' } });
    const verdict = await judge(house, aggregator);
    expect([verdict.lost, verdict.doubled, verdict.unsound]).toEqual([[], [], []]);
  });

  it('is refused in one line when the configuration does not say so', async () => {
    const { code, stderr } = await run(['serve', '--config', house.configFile, '--port', '0', '--log-level', 'error'], {
      DATABASE_URL: pooler.url,
    });
    expect(code).toBe(1);
    expect(stderr.trim().split('\n')).toEqual([
      expect.stringMatching(/^croupier: .*startup parameter.*database\.pooler/),
    ]);
  });
});
