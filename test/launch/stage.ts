/** Launches over a real database with the generic dialect, its mirror as the aggregator, and players, games and a ledger as needed. */
import { openNamedDialect } from '../../src/dialects/index.ts';
import type { LaunchReading } from '../../src/dialects/dialect.ts';
import { openLaunches } from '../../src/launch/index.ts';
import type { Launched, LaunchesOptions, LaunchRequest } from '../../src/launch/index.ts';
import { silentLog, systemClock } from '../../src/platform/index.ts';
import type { Database } from '../../src/platform/index.ts';
import { openSessions } from '../../src/sessions/index.ts';
import { aggregatorName, gameCode } from '../../src/wallet/index.ts';
import { CURRENCIES } from '../support/ledger.ts';
import { gameOf } from '../support/game.ts';

export const ACME = aggregatorName('acme');

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

export const GAME = gameOf('01890000-0000-7000-8000-000000000001', {
  offer: '01890000-0000-7000-8000-000000000002',
  code: gameCode('book'),
});

export const DEMO: LaunchRequest = {
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
};

/** One node's launches; what is not given is nobody, nothing, or right. */
export function launchesOf(sql: Database, more: Partial<LaunchesOptions> = {}) {
  const clock = more.clock ?? systemClock;
  const sessions = openSessions({ sql, clock });
  return openLaunches({
    sql,
    clock,
    log: silentLog,
    aggregators: [{ name: ACME, open, launchTtlSeconds: 600 }],
    catalogue: { offers: async () => [GAME] },
    players: { get: async () => null },
    sessions,
    ledger: { wallets: async () => [], unfinished: async () => null },
    currencies: CURRENCIES,
    returnHosts: ['casino.example'],
    ...more,
  });
}

/** How the aggregator, whose clock is right, reads the launch. */
export function read(launched: Launched): LaunchReading {
  if (launched.kind !== 'launched') throw new Error(JSON.stringify(launched));
  return mirror.readLaunch(new URL(launched.url).search.slice(1), systemClock.now());
}
