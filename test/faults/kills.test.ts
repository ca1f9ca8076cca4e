/**
 * kill -9 of the gateway at named points of a batch and at random, of PostgreSQL and of single backends, while two gateways
 * serve the same players over one database. The players go on asking; every answer that was ever given must hold.
 */
import { afterAll, beforeAll, describe, it } from 'vitest';
import { signal } from './processes.ts';
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
const TIMEOUT_MS = LONG ? 3_600_000 : 120_000;

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
