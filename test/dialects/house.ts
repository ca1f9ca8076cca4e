/**
 * The house as a whole over a real database, with the sandbox of one dialect as its aggregator: what an aggregator's mirror says is
 * sent to the real callback address, and its spins are real spins.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadConfig } from '../../src/config.ts';
import type { AggregatorConfig, ConfigFile } from '../../src/config.ts';
import type { OutboundRequest, Understood } from '../../src/dialects/index.ts';
import { audit } from '../../src/ledger/index.ts';
import { createShutdown, newId, silentLog, systemClock } from '../../src/platform/index.ts';
import { catalogueKnobsSchema, startSandbox } from '../../src/sandbox/index.ts';
import { serve } from '../../src/serve.ts';
import type { Rooms } from '../../src/serve.ts';
import { externalId, gameCode, playerId, roundId, sessionId } from '../../src/wallet/index.ts';
import type { Bet, Call, Operation, Rollback, Win } from '../../src/wallet/index.ts';
import { fromUnits, parseDecimal } from '../../src/money/index.ts';
import { testDatabase } from '../support/database.ts';
import { freePort } from '../support/demo.ts';
import { until } from '../support/wait.ts';

export const API_KEY = 'a-platform-key-of-the-tests';

export interface HouseOptions {
  readonly dialect: string;
  /** the sections of the configuration, given where the sandbox listens */
  readonly settings: (sandboxUrl: string) => object;
  readonly games?: number;
  readonly currencies?: Readonly<Record<string, { readonly scale: number }>>;
  /** absent: nothing is ever converted */
  readonly fx?: ConfigFile['fx'];
}

export interface Heard {
  readonly status: number;
  readonly body: string;
  readonly reading: Understood;
}

export interface House {
  readonly url: string;
  readonly sandboxUrl: string;
  readonly rooms: Rooms;
  readonly aggregator: AggregatorConfig;
  readonly api: (method: string, route: string, body?: object) => Promise<{ status: number; body: never }>;
  readonly send: (request: OutboundRequest) => Promise<Heard>;
  readonly say: (call: Call) => Promise<Heard>;
  /** of a player, as the book has it, in minor units */
  readonly balance: (player: string) => Promise<bigint>;
  /** what of the book's promises does not hold */
  readonly violations: () => Promise<readonly unknown[]>;
  readonly close: () => Promise<void>;
}

export async function openHouse({ dialect, settings, games = 30, currencies, fx }: HouseOptions): Promise<House> {
  const database = await testDatabase();
  const home = await mkdtemp(path.join(tmpdir(), 'croupier-house-'));
  const [port, ownPort] = [await freePort(), await freePort()];
  const sandboxUrl = `http://127.0.0.1:${port}`;
  const config = loadConfig(
    { port: String(ownPort), dataDir: home },
    { DATABASE_URL: database.url },
    {
      currencies: currencies ?? { USD: { scale: 2 } },
      ...(fx === undefined ? {} : { fx }),
      clock: { ask_aggregators: false },
      api_keys: [{ name: 'platform', key: API_KEY, scopes: ['platform'] }],
      aggregators: [{ name: 'acme', dialect, ...settings(sandboxUrl) }],
    },
  );
  const [aggregator] = config.aggregators;
  if (aggregator === undefined) throw new Error('no aggregator was configured');
  const sandbox = await startSandbox({
    mirror: aggregator.mirror,
    policy: aggregator.policy,
    reactions: aggregator.reactions,
    currencies: config.currencies,
    operatorUrl: `http://127.0.0.1:${ownPort}`,
    aggregator: 'acme',
    host: '127.0.0.1',
    port,
    dataDir: null,
    clock: systemClock,
    log: silentLog,
    spinSeed: 7,
    listing: catalogueKnobsSchema.parse({ games }),
  });
  const signals = { on: () => undefined, off: () => undefined };
  const shutdown = createShutdown({ log: silentLog, signals, exit: () => undefined });
  const { url, rooms } = await serve(config, { log: silentLog, shutdown });
  if (aggregator.open.games.kind === 'call') await firstSync(rooms);
  const send = async ({ method, path: below, headers, body }: OutboundRequest): Promise<Heard> => {
    const response = await fetch(`${url}/callbacks/acme${below}`, {
      method,
      headers,
      ...(method === 'GET' ? {} : { body: new Uint8Array(body) }),
    });
    const text = await response.text();
    const heard = aggregator.mirror.understand(
      response.status,
      Object.fromEntries(response.headers),
      Buffer.from(text, 'utf8'),
    );
    return { status: response.status, body: text, reading: heard };
  };
  return {
    url,
    sandboxUrl,
    rooms,
    aggregator,
    api: async (method, route, body) => {
      const response = await fetch(`${url}${route}`, {
        method,
        headers: {
          authorization: `Bearer ${API_KEY}`,
          'content-type': 'application/json',
          'idempotency-key': newId(),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: response.status, body: (await response.json()) as never };
    },
    send,
    say: async (call) => send(aggregator.mirror.say(call, systemClock.now())),
    balance: async (player) => (await rooms.ledger.wallets(playerId(player)))[0]?.balance ?? 0n,
    violations: async () => (await audit(database.sql)).findings.filter((finding) => finding.violations > 0),
    close: async () => {
      await sandbox.close();
      await shutdown.close('the test has ended');
      await rm(home, { recursive: true, force: true });
      await database.close();
    },
  };
}

/** The server asks for the list as soon as it is up. */
async function firstSync({ catalogue }: Rooms): Promise<void> {
  await until('the first sync ends', async () => {
    const [run] = await catalogue.syncs('acme');
    return run !== undefined && run.outcome !== 'running';
  });
}

/** A player with money. */
export async function richPlayer(house: House, player: string, amount: string): Promise<void> {
  await house.api('POST', '/v1/players', { id: player, currency: 'USD' });
  const paid = await house.api('POST', `/v1/players/${player}/deposits`, {
    amount,
    currency: 'USD',
    reference: `start-${player}`,
  });
  if (paid.status > 201) throw new Error(`the deposit was refused: ${JSON.stringify(paid.body)}`);
}

/** A launch for real money: our session and the address that opens the game. */
export async function launchReal(
  house: House,
  player: string,
): Promise<{ readonly session: string; readonly url: string; readonly game: string }> {
  const list = await house.rooms.catalogue.list({ state: 'available', currency: 'USD', limit: 1 });
  const game = list?.items[0];
  if (game === undefined) throw new Error('the catalogue is empty');
  const launched = await house.rooms.launches.launch({
    gameId: game.id,
    playerId: playerId(player),
    mode: 'real',
    currency: 'USD',
    gameCurrency: null,
    country: 'DE',
    ip: '203.0.113.7',
    lang: 'en',
    returnUrl: null,
    platform: 'desktop',
  });
  if (launched.kind !== 'launched') throw new Error(`no launch: ${launched.message}`);
  return { session: launched.session.id, url: launched.url, game: game.code };
}

/** One spin of the sandbox's slot at the table of an opened game. */
export async function spin(table: string, stake: string): Promise<Record<string, unknown>> {
  const response = await fetch(`${table}/spin`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ stake }),
  });
  return (await response.json()) as Record<string, unknown>;
}

export interface Seat {
  readonly player: string;
  readonly session: string;
  readonly game: string;
}

export function money(seat: Seat, ...operations: readonly [Operation, ...Operation[]]): Call {
  return { kind: 'money', ...contextOf(seat), operations };
}

export const balanceCall = (seat: Seat): Call => ({ kind: 'balance', ...contextOf(seat) });

const contextOf = (seat: Seat) => ({
  player: { kind: 'id' as const, player: playerId(seat.player) },
  session: sessionId(seat.session),
  currency: 'USD',
  game: gameCode(seat.game),
  provider: null,
  requestId: null,
});

const amountOf = (text: string) => {
  const amount = parseDecimal(text);
  return 'kind' in amount ? fromUnits(0n, 0) : amount;
};

export const bet = (id: string, amount: string, round: string, more: Partial<Bet> = {}): Bet => ({
  kind: 'bet',
  id: externalId(id),
  round: roundId(round),
  amount: amountOf(amount),
  flavour: 'cash',
  combined: false,
  closesRound: false,
  ...more,
});

export const win = (id: string, amount: string, round: string, more: Partial<Win> = {}): Win => ({
  kind: 'win',
  id: externalId(id),
  round: roundId(round),
  bet: null,
  amount: amountOf(amount),
  flavour: 'win',
  combined: false,
  closesRound: false,
  ...more,
});

export const undo = (
  id: string,
  target: 'bet' | 'win' | 'rollback',
  targetId: string,
  round: string | null,
  more: Partial<Rollback> = {},
): Rollback => ({
  kind: 'rollback',
  id: externalId(id),
  target: { kind: target, id: externalId(targetId) },
  round: round === null ? null : roundId(round),
  amount: null,
  closesRound: false,
  ...more,
});
