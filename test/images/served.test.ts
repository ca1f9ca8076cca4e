/** The whole server with `catalogue.images: proxy`: players are shown addresses of ours, and what is behind them. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config.ts';
import { createShutdown, silentLog, systemClock } from '../../src/platform/index.ts';
import { startSandbox } from '../../src/sandbox/index.ts';
import { serve } from '../../src/serve.ts';
import type { Server } from '../../src/serve.ts';
import { testDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { freePort } from '../support/demo.ts';
import { until } from '../support/wait.ts';

const API_KEY = 'platform-key-0123456789';

describe('pictures from our own address', () => {
  const shutdown = createShutdown({ log: silentLog, exit: () => undefined });
  let database: TestDatabase;
  let server: Server;
  let vendor: string;

  beforeAll(async () => {
    database = await testDatabase();
    const [port, sandboxPort] = [await freePort(), await freePort()];
    vendor = `http://127.0.0.1:${sandboxPort}`;
    const config = loadConfig(
      {},
      {},
      {
        server: { port },
        database: { url: database.url },
        api_keys: [{ name: 'platform', key: API_KEY, scopes: ['platform'] }],
        currencies: { USD: { scale: 2 } },
        aggregators: [
          {
            name: 'acme',
            dialect: 'generic',
            catalogue: { url: `${vendor}/games`, api_key: 'catalogue-key', images: 'proxy' },
            launch: { url: `${vendor}/launch`, secret: 'launch-secret' },
            callbacks: { signing_secrets: ['signing-secret'] },
          },
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
      operatorUrl: config.server.publicUrl,
      aggregator: 'acme',
      host: '127.0.0.1',
      port: sandboxPort,
      dataDir: null,
      clock: systemClock,
      log: silentLog,
    });
    shutdown.onShutdown('sandbox', sandbox.close);
    server = await serve(config, { log: silentLog, shutdown });
    await until('the list is there', async () => {
      const report = await server.rooms.catalogue.sync('acme');
      return report?.kind === 'applied' || report?.kind === 'unchanged';
    });
  });
  afterAll(async () => {
    await shutdown.close('the test is over');
    shutdown.dispose();
    await database.close();
  });

  it('stand in every answer, and show what the vendor shows', async () => {
    const headers = { authorization: `Bearer ${API_KEY}` };
    const list = await fetch(`${server.url}/v1/games?limit=5`, { headers });
    const { items } = (await list.json()) as { items: readonly { id: string; code: string; thumbnail: string }[] };
    expect(items).toHaveLength(5);
    const [game] = items;
    expect(items.every(({ id, thumbnail }) => thumbnail.startsWith(`${server.url}/images/${id}/`))).toBe(true);
    const one = await fetch(`${server.url}/v1/games/${game?.id}`, { headers });
    expect(await one.json()).toMatchObject({ thumbnail: game?.thumbnail });
    const ours = await fetch(game?.thumbnail ?? '');
    expect(ours.headers.get('content-type')).toBe('image/svg+xml');
    expect(ours.headers.get('content-security-policy')).toContain('sandbox');
    expect(await ours.text()).toBe(await (await fetch(`${vendor}/thumbs/${game?.code}.svg`)).text());
    const guessed = await fetch(`${server.url}/images/${game?.id}/${'x'.repeat(22)}`);
    expect(guessed.status).toBe(404);
  });
});
