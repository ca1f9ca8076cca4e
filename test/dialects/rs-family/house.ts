/** A whole server on a real PostgreSQL and a sandbox that speaks a dialect of the family, with the keys of its fixtures. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { loadConfig } from '../../../src/config.ts';
import { createShutdown, newId, silentLog, systemClock } from '../../../src/platform/index.ts';
import { startSandbox } from '../../../src/sandbox/index.ts';
import { serve } from '../../../src/serve.ts';
import { gameCode, sessionId } from '../../../src/wallet/index.ts';
import type { Call, Operation, PlayerReference } from '../../../src/wallet/index.ts';
import { testDatabase } from '../../support/database.ts';
import { freePort } from '../../support/demo.ts';
import { until } from '../../support/wait.ts';

const KEY = 'platform-key-of-the-family-test';

interface Keys {
  readonly variants: Readonly<Record<string, { readonly settings: Sections }>>;
}
interface Sections {
  readonly catalogue: object;
  readonly launch: object;
  readonly callbacks: object;
  readonly sandbox: { readonly private_key: string };
}

/** The settings of a fixture folder's default variant. */
export function fixtureSettings(dialect: string): Sections {
  const file = path.resolve(import.meta.dirname, `../../../fixtures/${dialect}/keys.json`);
  const keys: Keys = JSON.parse(readFileSync(file, 'utf8'));
  const { settings } = keys.variants['default'] ?? {};
  if (settings === undefined) throw new Error(`${dialect} has no default variant`);
  return settings;
}

export interface House {
  readonly url: string;
  readonly sandboxUrl: string;
  readonly aggregator: ReturnType<typeof loadConfig>['aggregators'][number];
  // The tests look at answers of every shape.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly api: (method: string, route: string, body?: unknown) => Promise<any>;
  /** the balance as the book has it */
  readonly balance: (player: string) => Promise<string>;
  /** opens a game in the sandbox and returns its table's address */
  readonly open: (
    player: string | null,
    more?: object,
  ) => Promise<{ readonly table: string; readonly session: string }>;
  readonly close: () => Promise<void>;
}

export async function familyHouse(dialect: string, apiPath: string): Promise<House> {
  const database = await testDatabase();
  const shutdown = createShutdown({ log: silentLog, signals: { on: () => undefined, off: () => undefined } });
  const [port, own] = [await freePort(), await freePort()];
  const { catalogue, launch, ...keys } = fixtureSettings(dialect);
  const at = `http://127.0.0.1:${port}${apiPath}`;
  const config = loadConfig(
    { port: String(own) },
    {},
    {
      database: { url: database.url },
      api_keys: [{ name: 'platform', key: KEY, scopes: ['platform'] }],
      currencies: { EUR: { scale: 2 }, BTC: { scale: 8 } },
      aggregators: [
        { name: 'acme', dialect, catalogue: { ...catalogue, url: at }, launch: { ...launch, url: at }, ...keys },
      ],
    },
  );
  const [aggregator] = config.aggregators;
  if (aggregator === undefined) throw new Error('no aggregator');
  const sandbox = await startSandbox({
    mirror: aggregator.mirror,
    policy: aggregator.policy,
    reactions: aggregator.reactions,
    currencies: config.currencies,
    operatorUrl: `http://127.0.0.1:${own}`,
    aggregator: 'acme',
    host: '127.0.0.1',
    port,
    dataDir: null,
    clock: systemClock,
    log: silentLog,
    spinSeed: 7,
  });
  const server = await serve(config, { log: silentLog, shutdown });
  const api: House['api'] = async (method, route, body) => {
    const response = await fetch(`${server.url}${route}`, {
      method,
      headers: {
        authorization: `Bearer ${KEY}`,
        'idempotency-key': newId(),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return response.json();
  };
  let game: { readonly id: string } | undefined;
  const open: House['open'] = async (player, more = {}) => {
    // The server syncs at its start.
    await until('there is a game', async () => {
      game ??= (await api('GET', '/v1/games?demo=true&currency=EUR&limit=1')).items[0];
      return game !== undefined;
    });
    const launched = await api('POST', '/v1/launches', {
      ...(player === null ? { mode: 'demo' } : { player_id: player, mode: 'real' }),
      game_id: game?.id,
      ...more,
    });
    if (typeof launched.url !== 'string') throw new Error(JSON.stringify(launched));
    return { table: launched.url, session: launched.session_id };
  };
  return {
    url: server.url,
    sandboxUrl: sandbox.url,
    aggregator,
    api,
    open,
    balance: async (player) => (await api('GET', `/v1/players/${player}/balances`))[0]?.balance,
    close: async () => {
      await sandbox.close();
      await shutdown.close('the test is over');
      await database.close();
    },
  };
}

/** Player `player` with money in one wallet. */
export async function seat(house: House, player: string, amount: string, currency = 'EUR'): Promise<void> {
  await house.api('POST', '/v1/players', { id: player, currency });
  await house.api('POST', `/v1/players/${player}/deposits`, { amount, currency, reference: newId() });
}

/** A spin at a table of the sandbox. */
export async function spin(
  table: string,
): Promise<{ readonly kind: string; readonly win: string; readonly payout: string }> {
  const response = await fetch(`${table}/spin`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ stake: '1.00' }),
  });
  return (await response.json()) as { kind: string; win: string; payout: string };
}

/** One movement as the aggregator would say it: what is owed names no game, and a rollback no currency. */
export function moneyCall(
  about: { readonly player: PlayerReference; readonly session: string; readonly game: string },
  operation: Operation,
): Call {
  return {
    kind: 'money',
    player: about.player,
    session: sessionId(about.session),
    currency: operation.kind === 'rollback' ? null : 'EUR',
    game: operation.kind === 'bet' ? gameCode(about.game) : null,
    provider: null,
    requestId: newId(),
    operations: [operation],
  };
}

/** Sends a callback as the aggregator would, and reads what the operator answers. */
export async function send(
  house: House,
  call: Parameters<House['aggregator']['mirror']['say']>[0],
  spoil?: { readonly header: string; readonly value: string },
): Promise<{ readonly status: number; readonly body: Readonly<Record<string, unknown>> }> {
  const request = house.aggregator.mirror.say(call, systemClock.now());
  const response = await fetch(`${house.url}/callbacks/acme${request.path}`, {
    method: request.method,
    headers: { ...request.headers, ...(spoil === undefined ? {} : { [spoil.header]: spoil.value }) },
    body: new Uint8Array(request.body),
  });
  return { status: response.status, body: (await response.json()) as Readonly<Record<string, unknown>> };
}
