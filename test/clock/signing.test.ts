/** A wrong clock and a real launch: signed, read by the aggregator's own half, and corrected or refused when that is wished. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openNamedDialect } from '../../src/dialects/index.ts';
import { openLaunches } from '../../src/launch/index.ts';
import type { LaunchesOptions } from '../../src/launch/index.ts';
import { currencies as currenciesOf } from '../../src/money/index.ts';
import { silentLog } from '../../src/platform/index.ts';
import { openSessions } from '../../src/sessions/index.ts';
import { aggregatorName, gameCode } from '../../src/wallet/index.ts';
import { testDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { gameOf } from '../support/game.ts';
import { chronyc, trackingOf, watchOf, WINDOW, wrongClock } from './stage.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(async () => database.close());

const ACME = aggregatorName('acme');
const CURRENCIES = currenciesOf({ USD: { scale: 2 } });
const opened = openNamedDialect(
  'generic',
  {
    catalogue: { url: 'https://acme.example/games', api_key: 'catalogue-key' },
    launch: { url: 'https://acme.example/launch', secret: 'launch-secret' },
    callbacks: { signing_secrets: ['signing-secret'] },
  },
  {},
  CURRENCIES,
);
if (opened.kind === 'problem') throw new Error(opened.message);
const { open, mirror } = opened;

const GAME = gameOf('01890000-0000-7000-8000-000000000001', {
  offer: '01890000-0000-7000-8000-000000000002',
  code: gameCode('book'),
});

async function launch(aheadMs: number, clocks?: LaunchesOptions['clocks']) {
  const clock = wrongClock(aheadMs);
  const { sql } = database;
  const launches = openLaunches({
    sql,
    clock,
    log: silentLog,
    aggregators: [{ name: ACME, open, launchTtlSeconds: 600 }],
    catalogue: { offers: async () => [GAME] },
    players: { get: async () => null },
    sessions: openSessions({ sql, clock }),
    ledger: { wallets: async () => [], unfinished: async () => null },
    currencies: CURRENCIES,
    returnHosts: [],
    ...(clocks === undefined ? {} : { clocks }),
  });
  const launched = await launches.launch({
    gameId: GAME.id,
    playerId: null,
    mode: 'demo',
    currency: null,
    gameCurrency: null,
    country: null,
    ip: null,
    lang: null,
    returnUrl: null,
    platform: null,
  });
  const reading =
    launched.kind === 'launched' ? mirror.readLaunch(new URL(launched.url).search.slice(1), Date.now()) : null;
  return { launched, reading, clock };
}

const shifted = (ms: number) => ({ shiftMs: () => ms, refusal: () => null });

describe('a launch signed by a wrong clock', () => {
  it('fails as predicted from 30 s ahead, and opens until the end of its life behind [CLK-07]', async () => {
    expect((await launch(44_999)).reading).toMatchObject({ kind: 'refused', reason: 'not_yet_valid' });
    expect((await launch(25_000)).reading).toMatchObject({ kind: 'opened' });
    expect((await launch(-31_000)).reading).toMatchObject({ kind: 'opened' });
    expect((await launch(-601_000)).reading).toMatchObject({ kind: 'refused', reason: 'expired' });
  });

  it('29 s ahead opens while the node is critical already; beyond 30 s it fails, as was predicted [LCH-03]', async () => {
    const at = async (aheadMs: number) => {
      const clock = wrongClock(aheadMs);
      const probes = [chronyc(clock, () => trackingOf(clock.offsetMs, clock.now()))];
      const { watch } = watchOf(database.sql, clock, {
        aggregators: [{ name: ACME, window: WINDOW, origin: null }],
        probes,
      });
      await watch.sample();
      const { own, aggregators } = await watch.report();
      const { reading } = await launch(aheadMs);
      return [own.assessment.level, watch.health().degraded, aggregators[0]?.verdict, reading?.kind];
    };
    expect(await at(29_000)).toEqual(['critical', true, 'opens', 'opened']);
    expect(await at(38_000)).toEqual(['launch_fail', true, 'fails', 'refused']);
  });

  it("opens when it is signed by the aggregator's clock; what we answer and store stays our own time", async () => {
    for (const aheadMs of [44_999, -601_000]) {
      const { launched, reading, clock } = await launch(aheadMs, shifted(aheadMs));
      expect(reading).toMatchObject({ kind: 'opened' });
      const livesMs = launched.kind === 'launched' ? launched.expiresAtMs - clock.now() : 0;
      expect(Math.abs(livesMs - 600_000)).toBeLessThan(5_000);
    }
    const [row] = await database.sql<{ behind: number }[]>`
      SELECT extract(epoch FROM now() - max(issued_at))::double precision AS behind FROM launch`;
    expect(Math.abs((row?.behind ?? 0) + 44.999)).toBeLessThan(15);
  });

  it('is refused before a session is opened when it is hopeless and that is wished', async () => {
    const before = await database.sql`SELECT 1 FROM session`;
    const refusal = { message: 'our clock is wrong', skewMs: -44_999 };
    const { launched } = await launch(44_999, { shiftMs: () => 0, refusal: () => refusal });
    expect(launched).toEqual({ kind: 'failed', reason: 'clock', ...refusal });
    expect(await database.sql`SELECT 1 FROM session`).toHaveLength(before.length);
  });
});
