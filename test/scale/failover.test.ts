/** The primary dies in the middle of the traffic, its synchronous standby takes over: nothing acknowledged is lost. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fillBook } from '../../bench/book-store.ts';
import { benchConfig } from '../../bench/contestant-config.ts';
import { closeDatabase, durabilityWarnings, openDatabase } from '../../src/platform/index.ts';
import type { Database } from '../../src/platform/index.ts';
import { bet, openAggregator } from '../faults/aggregator.ts';
import { startGateway } from '../faults/gateway.ts';
import type { Gateway } from '../faults/gateway.ts';
import { judge } from '../faults/oracle.ts';
import { until } from '../support/wait.ts';
import { openPair } from './standby.ts';
import type { Pair } from './standby.ts';

const PLAYERS = 12;
const TIMEOUT_MS = 180_000;

const dir = mkdtempSync(path.join(tmpdir(), 'croupier-failover-'));
let pair: Pair;
const gateways: Gateway[] = [];

beforeAll(async () => {
  pair = await openPair(async (sql) =>
    fillBook(sql, { players: PLAYERS + 1, rounds: 0, nowMs: Date.now(), onProgress: () => undefined }),
  );
  const configFile = path.join(dir, 'croupier.yaml');
  writeFileSync(configFile, JSON.stringify(benchConfig(2)));
  for (let count = 0; count < 2; count += 1) gateways.push(await startGateway({ configFile, databaseUrl: pair.url }));
}, TIMEOUT_MS);
afterAll(async () => {
  for (const gateway of gateways) await gateway.kill();
  await pair?.close();
  rmSync(dir, { recursive: true, force: true });
});

async function asking<T>(url: string, work: (sql: Database) => Promise<T>): Promise<T> {
  const sql = openDatabase({ url, max: 2, applicationName: 'failover', statementTimeoutMs: 60_000 });
  try {
    return await work(sql);
  } finally {
    await closeDatabase(sql, 1);
  }
}

it('is told what its settings mean for a standby [RET-10]', { timeout: TIMEOUT_MS }, async () => {
  const [first] = pair.urls;
  const warnings = async () => asking(first, async (sql) => durabilityWarnings(sql, false));
  expect(await warnings()).toEqual([]);
  await asking(first, async (sql) => sql`ALTER ROLE CURRENT_USER SET synchronous_commit = 'local'`);
  expect(await warnings()).toEqual([expect.stringMatching(/synchronous_commit is local although/)]);
  await asking(first, async (sql) => sql`ALTER ROLE CURRENT_USER RESET synchronous_commit`);
});

it(
  'loses nothing it acknowledged when the primary dies and the standby is promoted, and goes on by itself [RET-10]',
  { timeout: TIMEOUT_MS },
  async () => {
    const [, second] = pair.urls;
    const ports = () => gateways.map((gateway) => gateway.port());
    const aggregator = openAggregator({ players: PLAYERS, salt: 51, ports });
    // Of somebody who does not play otherwise.
    const late = bet('late', 100);
    const acknowledged = () => aggregator.acknowledged().length;
    const playing = aggregator.play('failover');
    try {
      await until('traffic before', () => acknowledged() >= 200);
      const before = gateways.map((gateway) => gateway.pid());
      pair.freezeStandby();
      // The primary may have it, but the standby cannot: so it is not acknowledged.
      const [port = 0] = ports();
      expect(await aggregator.send(port, PLAYERS, late)).toMatchObject({ status: 503, body: { status: 'error' } });
      await pair.killPrimary();
      pair.thawStandby();
      const atDeath = acknowledged();
      await pair.promote();
      await until('traffic after', () => acknowledged() >= atDeath + 300);
      // The same processes as before: nobody had to be started again.
      expect(gateways.map((gateway) => gateway.ended())).toEqual([null, null]);
      expect(gateways.map((gateway) => gateway.pid())).toEqual(before);
      expect(await aggregator.ask(PLAYERS, late)).toMatchObject({ body: { status: 'ok' } });
    } finally {
      await playing.stop();
      aggregator.close();
    }
    const house = { players: PLAYERS + 1, ask: async <T>(work: (sql: Database) => Promise<T>) => asking(second, work) };
    const verdict = await judge(house, aggregator);
    expect([verdict.lost, verdict.doubled, verdict.unsound]).toEqual([[], [], []]);
    // What does not go through the lanes follows as well.
    for (const port of ports()) {
      await until('ready again', async () => {
        const response = await fetch(`http://127.0.0.1:${port}/readyz`);
        await response.text();
        return response.status === 200;
      });
    }
  },
);

it('starts with the first host of its address gone', { timeout: TIMEOUT_MS }, async () => {
  const [gateway] = gateways;
  gateway?.signal('SIGTERM');
  expect(await gateway?.exited(), gateway?.output()).toBe(0);
  await gateway?.restart();
  const response = await fetch(`http://127.0.0.1:${gateway?.port()}/readyz`);
  expect(response.status).toBe(200);
});
