/**
 * kill -9 of the gateway at named points of a batch and at random, of PostgreSQL and of single backends, while two gateways
 * serve the same players over one database. The players go on asking; every answer that was ever given must hold.
 */
import { availableParallelism } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { childrenOf, signal, titleOf } from './processes.ts';
import { dice, KILLS, LONG, sleep } from './settings.ts';
import { openTrial } from './trial.ts';
import type { Trial } from './trial.ts';
import { POINTS } from './wire.ts';
import type { Point } from './wire.ts';

/** Of the long set's kills: half at named points, a quarter of the gateway at random, a quarter of PostgreSQL. */
const AT_EACH_POINT = LONG ? Math.ceil(KILLS / 2 / POINTS.length) : 1;
const AT_RANDOM = LONG ? Math.ceil(KILLS / 4) : 3;
const BACKENDS = LONG ? Math.ceil(KILLS / 8) : 2;
const POSTMASTERS = LONG ? Math.ceil(KILLS / 8) : 1;
const TIMEOUT_MS = LONG ? 3_600_000 : 300_000;

let trial: Trial;
const luck = dice(0);

beforeAll(async () => {
  trial = await openTrial({ players: 16, gateways: 2, salt: 1 });
});
afterAll(async () => trial?.close());

describe('kill -9 of the gateway', () => {
  it.each(POINTS)(
    '%s: nothing acknowledged is lost, nothing happens twice [RET-07] [RET-08] [RET-09]',
    async (point: Point) => {
      await trial.survive(`gateway killed: ${point.replace('_', ' ')}`, AT_EACH_POINT, async () => {
        for (let kill = 0; kill < AT_EACH_POINT; kill += 1) {
          const { gateway, wire } = luck.pick(trial.house.replicas);
          await wire.at(point, gateway.kill);
          await gateway.restart();
          await trial.playsOn(10);
        }
      });
    },
    TIMEOUT_MS,
  );

  it(
    'at random: nothing acknowledged is lost, nothing happens twice [RET-07]',
    async () => {
      await trial.survive('gateway killed: at random', AT_RANDOM, async () => {
        for (let kill = 0; kill < AT_RANDOM; kill += 1) {
          const { gateway } = luck.pick(trial.house.replicas);
          await trial.playsOn(luck.roll(30));
          await sleep(luck.roll(20));
          await gateway.kill();
          await gateway.restart();
        }
      });
    },
    TIMEOUT_MS,
  );
});

describe.runIf(availableParallelism() >= 2)('kill -9 behind one port (--workers 2)', () => {
  it(
    'one worker, and then the first process: the others serve on, the dead are replaced, none stays behind [RET-07]',
    async () => {
      const times = LONG ? Math.ceil(KILLS / 12) : 1;
      const { gateway } = await trial.house.open({ words: ['--workers', '2'] });
      const alive = (pids: readonly number[]) => pids.filter((pid) => titleOf(pid).includes('cli.js'));
      await trial.survive('worker killed, then the first process', 2 * times, async () => {
        for (let time = 0; time < times; time += 1) {
          const workers = childrenOf(gateway.pid());
          expect(workers).toHaveLength(2);
          const killed = luck.pick(workers);
          signal(killed, 'SIGKILL');
          await trial.playsOn(20);
          const replaced = () => childrenOf(gateway.pid()).filter((pid) => pid !== killed).length === 2;
          while (!replaced()) await sleep(20);
          const last = childrenOf(gateway.pid());
          await gateway.kill();
          // They notice that they are alone, drain, and go.
          while (alive(last).length > 0) await sleep(20);
          await gateway.restart();
          await trial.playsOn(10);
        }
      });
    },
    TIMEOUT_MS,
  );
});

describe('kill -9 of PostgreSQL', () => {
  it(
    'one backend, which takes all others with it: everything acknowledged is there afterwards [RET-14]',
    async () => {
      await trial.survive('PostgreSQL backend killed', BACKENDS, async () => {
        for (let kill = 0; kill < BACKENDS; kill += 1) {
          await trial.playsOn(10 + luck.roll(30));
          const backends = trial.house.backends();
          if (backends.length > 0) signal(luck.pick(backends), 'SIGKILL');
          await trial.playsOn(5);
        }
      });
    },
    TIMEOUT_MS,
  );

  it(
    'the postmaster: it is started again and recovers, everything acknowledged is there afterwards [RET-14]',
    async () => {
      await trial.survive('PostgreSQL killed', POSTMASTERS, async () => {
        for (let kill = 0; kill < POSTMASTERS; kill += 1) {
          await trial.playsOn(10 + luck.roll(30));
          const before = trial.house.restarts();
          signal(trial.house.postgres.pid, 'SIGKILL');
          while (trial.house.restarts() === before) await sleep(20);
          await trial.playsOn(5);
        }
      });
    },
    TIMEOUT_MS,
  );
});
