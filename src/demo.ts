/**
 * The whole house on one machine: embedded PostgreSQL, the gateway with its lobby, a sandbox aggregator, its catalogue, and
 * players with demo money. Started again it continues where it was.
 */
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigProblem, loadConfig, processEnvironment } from './config.ts';
import type { AggregatorConfig, Config, ConfigFile, Flags } from './config.ts';
import type { Accounts } from './console/index.ts';
import { demoSecrets } from './demo-secrets.ts';
import { DIALECT_NAMES, knownDialect } from './dialects/index.ts';
import type { Launched, LaunchRequest } from './launch/index.ts';
import { lobby } from './lobby/index.ts';
import type { LobbyOptions } from './lobby/index.ts';
import { formatUnits, isProblem, parseDecimal } from './money/index.ts';
import { newId, newToken, systemClock } from './platform/index.ts';
import type { Log, Shutdown } from './platform/index.ts';
import { startSandbox } from './sandbox/index.ts';
import type { CatalogueKnobs, SandboxOptions } from './sandbox/index.ts';
import { serve } from './serve.ts';
import type { Rooms } from './serve.ts';
import { CASHIER, externalId, playerId, SAFE_POLICY, transactionId } from './wallet/index.ts';

export interface Demo {
  readonly gatewayUrl: string;
  /** one an aggregator, in the order of the configuration */
  readonly sandboxes: readonly { readonly name: string; readonly dialect: string; readonly url: string }[];
  readonly games: number;
  readonly secretsFile: string;
  /** made at the first start and told this once; null: there are accounts already */
  readonly admin: { readonly name: string; readonly password: string } | null;
}

export interface DemoOptions {
  readonly config: Config;
  /** of the first sandbox; each further one has the next */
  readonly sandboxPort: number;
  /** what the sandbox's catalogue is like, if not as usual */
  readonly listing?: CatalogueKnobs;
  readonly log: Log;
  readonly shutdown: Shutdown;
  readonly onStep: (step: string) => void;
}

const PLAYERS = [
  { id: 'demo', label: 'Demo player', currency: 'USD', deposit: '1000.00' },
  { id: 'demo-btc', label: 'Demo player (bitcoin)', currency: 'BTC', deposit: '0.05' },
] as const;

/** The demo's configuration: an aggregator for each dialect, played by a sandbox. That of the generic dialect is called `acme`. */
export function demoConfig(flags: Flags, sandboxPort: number, dialects: readonly string[] = ['generic']): Config {
  const environment = processEnvironment();
  const dataDir = path.resolve(flags.dataDir ?? environment['CROUPIER_DATA_DIR'] ?? '.croupier');
  const secrets = demoSecrets(dataDir);
  const file: ConfigFile = {
    api_keys: [{ name: 'demo', key: secrets.apiKey, scopes: ['platform'] }],
    currencies: { USD: { scale: 2 }, EUR: { scale: 2 }, GBP: { scale: 2 }, JPY: { scale: 0 }, BTC: { scale: 8 } },
    fx: { rates: { 'BTC/USD': '64123.45' } },
    aggregators: dialects.map((dialect, index) => {
      const known = knownDialect(dialect);
      if (known === null)
        throw new ConfigProblem(`there is no dialect "${dialect}"; known: ${DIALECT_NAMES.join(', ')}`);
      const name = dialect === 'generic' ? 'acme' : dialect;
      return { name, dialect, ...known.example(`http://127.0.0.1:${sandboxPort + index}`, secrets.of(name)) };
    }),
  };
  return loadConfig(flags, environment, file);
}

export async function startDemo(options: DemoOptions): Promise<Demo> {
  const { config, log, shutdown, onStep } = options;
  const sandboxes: Demo['sandboxes'][number][] = [];
  for (const [index, aggregator] of config.aggregators.entries()) {
    onStep(`starting the sandbox aggregator ${aggregator.name}`);
    const sandbox = await startSandbox(sandboxOf(options, aggregator, options.sandboxPort + index));
    shutdown.onShutdown(`sandbox ${aggregator.name}`, sandbox.close);
    sandboxes.push({ name: aggregator.name, dialect: aggregator.dialectName, url: sandbox.url });
  }
  onStep('starting the database and the gateway');
  let admin: Demo['admin'] = null;
  const server = await serve(config, {
    log,
    shutdown,
    extend: async (app, rooms, accounts) => {
      await app.register(lobby(lobbyOf(rooms)));
      admin = await firstAdmin(accounts);
    },
  });
  onStep('seating the players');
  await seatPlayers(server.rooms);
  onStep('syncing the catalogue');
  for (const [index, aggregator] of config.aggregators.entries())
    await firstSync(server.rooms, aggregator, sandboxes[index]?.url ?? '');
  return {
    gatewayUrl: server.url,
    sandboxes,
    games: (await server.rooms.catalogue.facets()).total,
    secretsFile: path.join(config.dataDir, 'demo.json'),
    admin,
  };
}

/** The demo's own administrator of the console, where nobody has an account yet. */
async function firstAdmin(accounts: Accounts): Promise<Demo['admin']> {
  if ((await accounts.list()).length > 0) return null;
  const [name, password] = ['admin', newToken(12)];
  const added = await accounts.add({ name, role: 'admin', password });
  return added.kind === 'added' ? { name, password } : null;
}

/** The schedule syncs too; whichever is first, a lobby without games must not be shown as ready. */
async function firstSync(
  { catalogue }: Rooms,
  { name, open, mirror }: AggregatorConfig,
  sandboxUrl: string,
): Promise<void> {
  if (open.games.kind === 'file') {
    // What such an aggregator sends by mail, its sandbox gives at an address.
    const address = mirror.api.find(({ what }) => what === 'games');
    if (address === undefined) return;
    const file = await (await fetch(`${sandboxUrl}${address.path}`)).arrayBuffer();
    await catalogue.sync(name, { file: new Uint8Array(file) });
    return;
  }
  for (let tries = 0; tries < 60; tries += 1) {
    const report = await catalogue.sync(name);
    if (report?.kind !== 'busy' || report.againAtMs !== undefined) break;
    await sleep(250);
  }
}

/** The first sandbox keeps its place on disk from before there were several. */
function sandboxOf({ config, listing, log }: DemoOptions, aggregator: AggregatorConfig, port: number): SandboxOptions {
  const place = aggregator.name === 'acme' ? 'sandbox' : `sandbox-${aggregator.name}`;
  return {
    mirror: aggregator.mirror,
    policy: aggregator.policy,
    reactions: aggregator.reactions,
    currencies: config.currencies,
    operatorUrl: config.server.publicUrl,
    aggregator: aggregator.name,
    host: '127.0.0.1',
    port,
    dataDir: path.join(config.dataDir, place),
    clock: systemClock,
    log,
    ...(listing === undefined ? {} : { listing }),
  };
}

/** Creating a player and depositing under the same reference again changes nothing, so a second start adds no money. */
async function seatPlayers({ players, ledger }: Rooms): Promise<void> {
  for (const { id, currency, deposit } of PLAYERS) {
    const player = playerId(id);
    await players.create({ id: player, currency, country: null, test: false });
    const amount = parseDecimal(deposit);
    if (isProblem(amount)) throw new Error('defect: the demo deposit is no amount');
    await ledger.submit(
      {
        aggregator: CASHIER,
        idScope: '',
        player,
        currency,
        exchange: null,
        session: { kind: 'none' },
        sessionId: null,
        gameCode: null,
        gameKnown: true,
        operations: [{ kind: 'deposit', id: externalId(`welcome-${id}`), amount }],
        onlyKnown: false,
        nowMs: systemClock.now(),
        nextId: () => transactionId(newId()),
      },
      SAFE_POLICY,
      10_000,
    );
  }
}

/** The demo's lobby shows games and no tables: one of a live game's own is taken, the first that is open. */
async function launchAtAnyTable(launches: Rooms['launches'], wish: LaunchRequest): Promise<Launched> {
  const launched = await launches.launch(wish);
  if (launched.kind !== 'refused' || launched.refusal !== 'table_required' || wish.currency === null) return launched;
  const answer = await launches.tables(wish.gameId, wish.currency);
  const table = answer.kind === 'tables' ? answer.tables.find(({ open }) => open) : undefined;
  return table === undefined ? launched : launches.launch({ ...wish, table: table.table });
}

function lobbyOf({ catalogue, ledger, launches }: Rooms): LobbyOptions {
  return {
    webRoot: path.resolve(import.meta.dirname, '../web/dist'),
    players: PLAYERS.map(({ id, label }) => ({ id, label })),
    balances: async (player) =>
      (await ledger.balances(playerId(player))).map((money) => ({
        currency: money.currency,
        balance: formatUnits(money.units, money.scale),
      })),
    catalogue: {
      games: async (filter, cursor) => {
        const query = { ...filter, limit: 48, state: 'available' } as const;
        const page =
          (cursor === null ? null : await catalogue.list({ ...query, cursor })) ?? (await catalogue.list(query));
        const games = (page?.items ?? []).map(({ id, name, provider, category, thumbnail, demo, rtp, tags }) => ({
          id,
          name,
          provider,
          category,
          thumbnail,
          demo,
          rtp,
          tags,
        }));
        return { games, total: page?.total ?? 0, next_cursor: page?.next ?? null };
      },
      facets: async (filter) => catalogue.facets({ ...filter, state: 'available' }),
      version: catalogue.listVersion,
    },
    launch: async (order) => {
      const launched = await launchAtAnyTable(launches, {
        gameId: order.game_id,
        playerId: order.player_id === null ? null : playerId(order.player_id),
        mode: order.mode,
        currency: order.currency,
        gameCurrency: null,
        country: null,
        ip: null,
        lang: 'en',
        returnUrl: null,
        platform: null,
      });
      if (launched.kind !== 'launched') {
        return {
          kind: 'refused',
          code: launched.kind === 'refused' ? launched.refusal : launched.reason,
          message: launched.message,
        };
      }
      return {
        kind: 'launched',
        session_id: launched.session.id,
        url: launched.url,
        expires_at: new Date(launched.expiresAtMs).toISOString(),
      };
    },
    rounds: async (player) =>
      (await ledger.rounds({ player: playerId(player), limit: 10 })).items.map((round) => ({
        id: round.id,
        round_id: round.round,
        game: round.gameCode,
        state: round.state,
        staked: formatUnits(round.staked, round.scale),
        paid: formatUnits(round.paid, round.scale),
        currency: round.currency,
        opened_at: new Date(round.openedAtMs).toISOString(),
      })),
  };
}
