/** `croupier serve --workers N`: several processes behind one port, of which any may die, and none is left behind. */
import { mkdtemp, rm } from 'node:fs/promises';
import http from 'node:http';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bet, isDefinite, win } from '../faults/aggregator.ts';
import { allArrived } from '../faults/arrivals.ts';
import { startGateway } from '../faults/gateway.ts';
import type { Gateway } from '../faults/gateway.ts';
import { signal } from '../faults/processes.ts';
import { openTrial } from '../faults/trial.ts';
import type { Trial } from '../faults/trial.ts';
import { until } from '../support/wait.ts';
import { run } from './command.ts';
import { descendantsOf, isRunning, workersOf } from './descendants.ts';

const PLAYERS = 12;
const WORKERS = 3;
const TIMEOUT_MS = 180_000;

let trial: Trial;
let gateway: Gateway;

beforeAll(async () => {
  trial = await openTrial({ players: PLAYERS, gateways: 0, salt: 31 });
  ({ gateway } = await trial.house.open({ words: ['--workers', String(WORKERS)] }));
}, TIMEOUT_MS);
afterAll(async () => trial?.close(), TIMEOUT_MS);

/** The connections that the workers' lanes have: one for each worker that has decided a call of one player. */
async function lanes(): Promise<number> {
  return trial.house.ask(async (sql) => {
    const rows = await sql`SELECT 1 FROM pg_stat_activity WHERE application_name LIKE 'croupier-lane-%'`;
    return rows.length;
  });
}

async function page(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    // A connection of its own each time, so that another worker answers.
    const request = http.get({ port, host: '127.0.0.1', path: '/metrics', agent: false }, (response) => {
      let text = '';
      response.on('data', (bytes: Buffer) => (text += bytes.toString()));
      response.on('end', () => resolve(text));
    });
    request.on('error', reject);
  });
}

/** A counter added up over its labels. */
function counted(text: string, name: string): number {
  const lines = text.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}

it('says one address when all workers listen', () => {
  expect(gateway.output()).toContain(`Croupier listens on http://127.0.0.1:${gateway.port()} with ${WORKERS} workers`);
  expect(workersOf(gateway.pid())).toHaveLength(WORKERS);
});

it(
  'decides the same request once when all workers get it at the same moment, and counts every call [RET-17] [BET-26]',
  { timeout: TIMEOUT_MS },
  async () => {
    const { aggregator } = trial;
    const copies = 4 * WORKERS;
    let calls = 0;
    for (let round = 0; round < 10; round += 1) {
      for (const operation of [bet(`same-${round}`, 250), win(`same-${round}`, 400)]) {
        const answers = await Promise.all(
          Array.from({ length: copies }, async () => aggregator.send(gateway.port(), 0, operation)),
        );
        calls += copies;
        const definite = answers.filter((said) => said !== null && isDefinite(said));
        expect(definite).toHaveLength(copies);
        expect(new Set(definite.map((said) => said?.body.operator_transaction_id)).size).toBe(1);
        expect(definite.filter((said) => said?.body.duplicate === false)).toHaveLength(1);
        // The same once more, for the aggregator's own memory of it.
        await aggregator.ask(0, operation);
        calls += 1;
      }
    }
    // All calls are of one player, so each worker that took part has exactly one lane connected.
    expect(await lanes()).toBe(WORKERS);
    const pages = await Promise.all(Array.from({ length: copies }, async () => page(gateway.port())));
    expect(pages.map((text) => counted(text, 'croupier_wallet_outcomes_total'))).toEqual(pages.map(() => calls));
    await trial.judged('the same request at all workers', 20);
  },
);

it('replaces a worker that is killed, while its players play on', { timeout: TIMEOUT_MS }, async () => {
  await trial.survive('kill -9 of a worker', 4, async () => {
    for (let time = 0; time < 4; time += 1) {
      await trial.playsOn(PLAYERS);
      const before = workersOf(gateway.pid());
      const [victim = -1] = before;
      expect(signal(victim, 'SIGKILL')).toBe(true);
      await trial.playsOn(PLAYERS);
      await until('another worker', () => workersOf(gateway.pid()).filter((pid) => pid !== victim).length === WORKERS);
    }
  });
  // Whoever is asked meanwhile gets a page, and the dead are not waited for.
  expect(counted(await page(gateway.port()), 'croupier_wallet_outcomes_total')).toBeGreaterThan(0);
});

it(
  'drains all workers at SIGTERM with calls in flight, exits with 0 and leaves nobody behind [RET-16]',
  { timeout: TIMEOUT_MS },
  async () => {
    const { aggregator, house } = trial;
    const { wire } = house.replica(0);
    const family = [gateway.pid(), ...descendantsOf(gateway.pid())];
    const betOf = (chapter: string) =>
      Array.from({ length: 60 }, (_none, at) => ({ player: at % PLAYERS, operation: bet(`${chapter}-${at}`, 100) }));
    // Their connections are there from here on, so that a call is on its way as soon as it is sent.
    await Promise.all(betOf('warm').map(async ({ player, operation }) => aggregator.ask(player, operation, 'several')));
    const calls = betOf('drained');
    const exited = gateway.exited();
    wire.holdAll();
    const answers = calls.map(async ({ player, operation }) =>
      aggregator.send(gateway.port(), player, operation, TIMEOUT_MS),
    );
    await allArrived(gateway.port(), calls.length);
    gateway.signal('SIGTERM');
    wire.release();
    const said = await Promise.all(answers);
    expect(await exited, gateway.output()).toBe(0);
    expect(said.filter((each) => each === null)).toEqual([]);
    expect(family.filter(isRunning)).toEqual([]);
    await gateway.restart();
    for (const { player, operation } of calls) await aggregator.ask(player, operation, 'several');
    const applied = calls.filter((_call, at) => said[at]?.body.status === 'ok');
    expect(applied.length).toBeGreaterThan(0);
    await trial.judged('SIGTERM with 60 calls in flight', 1);
  },
);

it('stops the workers when the first process is killed', { timeout: TIMEOUT_MS }, async () => {
  await trial.survive('kill -9 of the first process', 2, async () => {
    for (let time = 0; time < 2; time += 1) {
      await trial.playsOn(PLAYERS);
      const family = descendantsOf(gateway.pid());
      expect(family).toHaveLength(WORKERS);
      await gateway.kill();
      await until('the workers stop by themselves', () => !family.some(isRunning));
      await gateway.restart();
    }
  });
});

it.each(['0', '65', '-1', '1.5', 'many', '1e1', ' 2', ''])('refuses --workers "%s" in one line', async (given) => {
  const { code, stdout, stderr } = await run([
    'serve',
    '--config',
    trial.house.configFile,
    '--port',
    '0',
    `--workers=${given}`,
  ]);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr.trim().split('\n')).toEqual([expect.stringMatching(/^croupier: --workers is .* from 1 to 64/)]);
});

it('says once why it cannot start, with 1 as its exit code', { timeout: TIMEOUT_MS }, async () => {
  const { configFile, url } = trial.house;
  const serve = (port: string) => [
    'serve',
    '--config',
    configFile,
    '--port',
    port,
    '--workers',
    '3',
    '--log-level',
    'error',
  ];
  const taken = net.createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  const address = taken.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  try {
    const busy = await run(serve(String(port)), { DATABASE_URL: url });
    expect(busy.stdout).toBe('');
    expect(busy.stderr.trim().split('\n')).toEqual([expect.stringMatching(/^croupier: .*EADDRINUSE.*/)]);
    expect(busy.code).toBe(1);
  } finally {
    taken.close();
  }
  const nowhere = new URL(url);
  nowhere.port = String(port);
  const unreachable = await run(serve('0'), { DATABASE_URL: nowhere.href });
  expect(unreachable.stdout).toBe('');
  expect(unreachable.stderr.trim().split('\n')).toEqual([
    expect.stringMatching(/^croupier: No PostgreSQL answers at /),
  ]);
  expect(unreachable.code).toBe(1);
});

it(
  'runs an embedded database of its own, and finds everything again after kill -9',
  { timeout: TIMEOUT_MS },
  async () => {
    const dir = await mkdtemp(path.join(tmpdir(), 'croupier-workers-'));
    const own = await startGateway({
      configFile: trial.house.configFile,
      databaseUrl: '',
      words: ['--workers', '2'],
      environment: { CROUPIER_DATA_DIR: dir },
    });
    try {
      const workers = workersOf(own.pid());
      const postmaster = descendantsOf(own.pid()).filter((pid) => !workers.includes(pid));
      expect(postmaster.length).toBeGreaterThan(0);
      await own.kill();
      await until('the workers stop by themselves', () => !workers.some(isRunning));
      // What PostgreSQL left behind is cleared away by the next start.
      await own.restart();
      expect(await ready(own.port())).toBe(200);
      await until('the PostgreSQL of the first run is gone', () => !postmaster.some(isRunning));
      const family = [own.pid(), ...descendantsOf(own.pid())];
      const exited = own.exited();
      own.signal('SIGTERM');
      expect(await exited, own.output()).toBe(0);
      expect(family.filter(isRunning)).toEqual([]);
    } finally {
      await own.kill();
      await rm(dir, { recursive: true, force: true, maxRetries: 5 });
    }
  },
);

async function ready(port: number): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${port}/readyz`);
  await response.text();
  return response.status;
}
