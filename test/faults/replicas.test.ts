/**
 * Several gateways over one database: the same request to all of them at the same moment, one of them restarted while it has
 * a hundred calls in flight, and clocks that step by ten minutes.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bet, isDefinite, win } from './aggregator.ts';
import type { Said } from './aggregator.ts';
import { allArrived } from './arrivals.ts';
import { LONG, sleep } from './settings.ts';
import { openTrial } from './trial.ts';
import type { Trial } from './trial.ts';

const TIMES = LONG ? 20 : 1;
const TIMEOUT_MS = LONG ? 1_200_000 : 300_000;
const PLAYERS = 20;
const MINUTES_10 = 600_000;
/** The patience of who is kept waiting on purpose: without end, as far as this is concerned. */
const HELD_MS = 120_000;

const clocks = mkdtempSync(path.join(tmpdir(), 'croupier-faults-clock-'));
let trial: Trial;

beforeAll(async () => {
  trial = await openTrial({ players: PLAYERS, gateways: 2, salt: 3, environment: clockOf(0) });
});
afterAll(async () => {
  await trial?.close();
  rmSync(clocks, { recursive: true, force: true });
});

function clockOf(at: number): Readonly<Record<string, string>> {
  const preload = pathToFileURL(path.join(import.meta.dirname, 'stepped-clock.mjs')).href;
  return { NODE_OPTIONS: `--import ${preload}`, CROUPIER_FAULTS_CLOCK: path.join(clocks, String(at)) };
}

it.each([2, 4])(
  'decides the same request once when %d gateways get it at the same moment [RET-17] [BET-26]',
  { timeout: TIMEOUT_MS },
  async (count) => {
    while (trial.house.replicas.length < count) await trial.house.open({ environment: clockOf(0) });
    const { aggregator, house } = trial;
    const rounds = 15 * TIMES;
    for (let round = 0; round < rounds; round += 1) {
      const player = round % PLAYERS;
      const name = `same-${count}-${round}`;
      for (const operation of [bet(name, 250), bet(`${name}-poor`, 1_000_000_000), win(name, 400)]) {
        const answers = await Promise.all(
          [...house.replicas, ...house.replicas].map(async ({ gateway }) =>
            definite(gateway.port(), player, operation),
          ),
        );
        expect(
          new Set(answers.map(({ body }) => `${body.status} ${body.code} ${body.operator_transaction_id}`)).size,
        ).toBe(1);
        const [first] = answers;
        if (first?.body.status === 'ok') expect(answers.filter(({ body }) => body.duplicate === false)).toHaveLength(1);
        // The same once more, for the aggregator's own memory of it.
        await aggregator.ask(player, operation);
      }
    }
    await trial.judged(`the same request at ${count} gateways`, 3 * rounds);
  },
);

async function definite(port: number, player: number, operation: ReturnType<typeof bet>): Promise<Said> {
  const said = await trial.aggregator.send(port, player, operation);
  if (said === null || !isDefinite(said))
    throw new Error(`nothing was wrong, and the answer is ${JSON.stringify(said)}`);
  return said;
}

it(
  'drains and answers truthfully when it is restarted with 100 calls in flight [RET-16]',
  { timeout: TIMEOUT_MS },
  async () => {
    const { aggregator, house } = trial;
    const { gateway, wire } = house.replica(0);
    for (let time = 0; time < TIMES; time += 1) {
      // Its sessions are known from here on, so that what waits is the money.
      for (let player = 0; player < PLAYERS; player += 1)
        await definite(gateway.port(), player, bet(`warm-${time}-${player}`, 100)).then(async () =>
          aggregator.ask(player, bet(`warm-${time}-${player}`, 100)),
        );
      const calls = Array.from({ length: 100 }, (_none, at) => ({
        player: at % PLAYERS,
        operation: bet(`flight-${time}-${at}`, 100),
      }));
      wire.holdAll();
      const port = gateway.port();
      const answers = calls.map(async ({ player, operation }) => aggregator.send(port, player, operation, HELD_MS));
      await allArrived(port, calls.length);
      const exited = gateway.exited();
      gateway.signal('SIGTERM');
      await sleep(300);
      wire.release();
      const said = await Promise.all(answers);
      const code = await exited;
      await gateway.restart();
      for (const { player, operation } of calls) await aggregator.ask(player, operation, 'several');
      // All had arrived, so all are answered, and what is answered as applied is in the book.
      expect(said.filter((each) => each === null)).toEqual([]);
      const applied = calls.filter((_call, at) => said[at]?.body.status === 'ok');
      const rows = await house.ask(
        async (sql) =>
          sql<
            { external_id: string }[]
          >`SELECT external_id FROM transaction WHERE external_id LIKE ${`bet-flight-${time}-%`}`,
      );
      const booked = new Set(rows.map((row) => row.external_id));
      expect(applied.filter(({ operation }) => !('id' in operation) || !booked.has(operation.id))).toEqual([]);
      expect(applied.length).toBeGreaterThan(0);
      // Everything was closed in its order, and in time.
      expect(code, gateway.output()).toBe(0);
    }
    await trial.judged('restarted with 100 calls in flight', TIMES);
  },
);

it(
  'plays on, once and truly, while clocks step by ten minutes, apart from each other and back [RET-23]',
  { timeout: TIMEOUT_MS },
  async () => {
    const step = async (at: number, ms: number) => {
      writeFileSync(path.join(clocks, '0'), String(ms));
      trial.house.replica(at).gateway.signal('SIGUSR2');
      await trial.playsOn(PLAYERS);
    };
    await trial.survive('clock stepped by ±10 minutes', 6 * TIMES, async () => {
      for (let time = 0; time < TIMES; time += 1) {
        await step(0, MINUTES_10);
        await step(1, -MINUTES_10);
        await step(0, -MINUTES_10);
        await step(1, MINUTES_10);
        await step(0, 0);
        await step(1, 0);
      }
    });
  },
);

it(
  'ends no session early and revives none when its clock is ten minutes off: they live by the time of the database [CLK-09] [CLK-10]',
  { timeout: TIMEOUT_MS },
  async () => {
    const { aggregator, house } = trial;
    const { gateway } = house.replica(0);
    const sessionsEndIn = async (minutes: number) =>
      house.ask(async (sql) => sql`UPDATE session SET expires_at = now() + make_interval(mins => ${minutes})`);
    let asked = 0;
    /** What a server says after its clock was stepped so far, of a session that it knew already or did not. */
    const answer = async (offMs: number, isKnown: boolean) => {
      asked += 1;
      await gateway.kill();
      await gateway.restart();
      const operations = [bet(`clock-${asked}-known`, 100), bet(`clock-${asked}`, 100)];
      const said: Said[] = [];
      for (const operation of isKnown ? operations : operations.slice(1)) {
        if (operation === operations[1]) {
          writeFileSync(path.join(clocks, '0'), String(offMs));
          gateway.signal('SIGUSR2');
          await sleep(300);
        }
        said.push(await definite(gateway.port(), 0, operation));
        // For the aggregator's own memory of it.
        await aggregator.ask(0, operation);
      }
      const last = said.at(-1)?.body;
      return last?.code ?? last?.status;
    };
    try {
      await sessionsEndIn(5);
      for (const isKnown of [true, false]) expect(await answer(MINUTES_10, isKnown)).toBe('ok');
      await sessionsEndIn(-5);
      for (const isKnown of [true, false]) expect(await answer(-MINUTES_10, isKnown)).toBe('session_expired');
    } finally {
      writeFileSync(path.join(clocks, '0'), '0');
      gateway.signal('SIGUSR2');
      await sessionsEndIn(720);
    }
    await trial.judged('sessions and a clock that is ten minutes off', 4);
  },
);
