/** The house as a whole, with an aggregator of the generic dialect over real HTTP: what its callbacks and webhooks set off. */
import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../src/config.ts';
import type { Config } from '../src/config.ts';
import type { ListedGame } from '../src/dialects/index.ts';
import { createShutdown, silentLog } from '../src/platform/index.ts';
import type { Shutdown } from '../src/platform/index.ts';
import { serve } from '../src/serve.ts';
import type { Server } from '../src/serve.ts';
import type { Session } from '../src/sessions/index.ts';
import { aggregatorName, gameCode, playerId } from '../src/wallet/index.ts';
import { listedGame, listOf } from './catalogue/aggregator.ts';
import { testDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { until } from './support/wait.ts';

const SECRET = 'signing-secret-0001';

describe('a callback for a game that was not synced yet', () => {
  let database: TestDatabase;
  let home: string;
  let shutdown: Shutdown;
  let server: Server;
  let games: readonly ListedGame[] = listOf(3);
  let lists = 0;
  let config: Config;
  const aggregator = createServer((request, response) => {
    lists += 1;
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const mirror = config.aggregators[0]?.mirror;
    const asked = {
      method: 'GET',
      path: url.pathname,
      subpath: '',
      rawQuery: url.search.slice(1),
      headers: { 'x-api-key': 'catalogue-key-1' },
      body: new Uint8Array(),
      arrivedAtMs: 0,
    };
    const answer = mirror?.serveGames(asked, games);
    response.writeHead(answer?.status ?? 500, answer?.headers).end(answer?.body);
  });

  beforeAll(async () => {
    database = await testDatabase();
    home = await mkdtemp(path.join(tmpdir(), 'croupier-serve-'));
    await new Promise<void>((resolve) => aggregator.listen(0, '127.0.0.1', resolve));
    const address = aggregator.address();
    const at = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
    config = loadConfig(
      { port: '0', dataDir: home },
      { DATABASE_URL: database.url },
      {
        currencies: { USD: { scale: 2 } },
        clock: { ask_aggregators: false },
        aggregators: [
          {
            name: 'acme',
            dialect: 'generic',
            catalogue: { url: `${at}/games`, api_key: 'catalogue-key-1' },
            launch: { url: `${at}/launch`, secret: 'launch-secret-1' },
            callbacks: { signing_secrets: [SECRET] },
          },
        ],
      },
    );
    const signals = { on: () => undefined, off: () => undefined };
    shutdown = createShutdown({ log: silentLog, signals, exit: () => undefined });
    server = await serve(config, { log: silentLog, shutdown });
    await server.rooms.players.create({ id: playerId('p-1'), currency: 'USD', country: null, test: false });
  });
  afterAll(async () => {
    await shutdown?.close('the test has ended');
    aggregator.closeAllConnections();
    await new Promise((resolve) => aggregator.close(resolve));
    await rm(home, { recursive: true, force: true });
    await database?.close();
  });

  const send = async (where: string, body: object) => {
    const text = JSON.stringify(body);
    const headers = {
      'content-type': 'application/json',
      'x-signature': createHmac('sha256', SECRET).update(text).digest('hex'),
    };
    const response = await fetch(`${server.url}/${where}`, { method: 'POST', headers, body: text });
    return { status: response.status, body: (await response.json()) as { code?: string } };
  };
  let bets = 0;
  const sessionOf = async (game: string) =>
    server.rooms.sessions.open({
      player: playerId('p-1'),
      aggregator: aggregatorName('acme'),
      gameId: '01890000-0000-7000-8000-000000000001',
      gameCode: gameCode(game),
      mode: 'real',
      currency: 'USD',
      gameCurrency: null,
      quoteId: null,
      country: null,
      lang: null,
      platform: null,
      ip: null,
    });
  const bet = async (game: string, session: Session) =>
    send('callbacks/acme', {
      type: 'bet',
      player_id: 'p-1',
      currency: 'USD',
      session_id: session.id,
      game_code: game,
      transaction_id: `t-${(bets += 1)}`,
      round_id: `r-${bets}`,
      amount: '1.00',
    });
  const ended = async () => (await server.rooms.catalogue.syncs('acme')).filter((run) => run.outcome !== 'running');

  it('is refused and asks for a sync, after which the game is known; a flood asks once [CAT-13, CAT-12]', async () => {
    await until('the first sync ends', async () => (await ended()).length === 1);
    games = [...listOf(3), listedGame('fresh')];
    const before = lists;
    const session = await sessionOf('g-0');
    // Whoever was let into it plays it, whether a list has it yet or not.
    expect((await bet('fresh', await sessionOf('fresh'))).body).toMatchObject({ code: 'insufficient_funds' });
    expect((await bet('fresh', session)).body).toMatchObject({ code: 'unknown_game' });
    await until('another sync ends', async () => (await ended()).length === 2);
    expect((await ended())[0]).toMatchObject({ outcome: 'applied', added: 1, askedBy: 'aggregator' });
    // No money: the game is known now, and the next reason is the answer.
    expect((await bet('fresh', session)).body).toMatchObject({ code: 'insufficient_funds' });
    await Promise.all(Array.from({ length: 40 }, async (_unused, index) => bet(`unknown-${index}`, session)));
    const webhook = { event_id: 'e-1', type: 'catalogue.changed' };
    await Promise.all(Array.from({ length: 40 }, async () => send('webhooks/acme/catalogue', webhook)));
    await sleep(500);
    expect(lists - before).toBe(1);
    expect(await ended()).toHaveLength(2);
    expect(await server.rooms.metrics.text()).toContain(
      'croupier_catalogue_syncs_total{aggregator="acme",outcome="applied"} 2',
    );
  });
});
