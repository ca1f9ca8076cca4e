/** A sync that is asked for and takes longer than anybody should hold a connection open for. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { SYNC_PATIENCE_MS } from '../../src/api/syncs.ts';
import { loadConfig } from '../../src/config.ts';
import { httpServer } from '../../src/http.ts';
import { silentLog } from '../../src/platform/index.ts';
import { listOf } from '../catalogue/aggregator.ts';
import { apiTable } from './table.ts';

describe('a sync asked for by hand', () => {
  it('that takes long is answered with its id while it is at work, and ends all the same [CAT-12]', async () => {
    let goOn = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    await using table = await apiTable({ games: listOf(3), beforePage: async () => held }, { syncPatienceMs: 50 });
    const key = { 'idempotency-key': 'one' };
    const first = await table.post('/v1/syncs', { aggregator: 'acme' }, key);
    expect(first).toMatchObject({ status: 202, body: { outcome: 'running', listed: 0 } });
    const where = `/v1/syncs/${first.body.id}`;
    expect((await table.get(where)).body).toMatchObject({ outcome: 'running', finished_at: null });
    // The same request again hears of the same sync; another one that there is one.
    expect((await table.post('/v1/syncs', { aggregator: 'acme' }, key)).body).toEqual(first.body);
    expect((await table.post('/v1/syncs', { aggregator: 'acme' })).body).toMatchObject({ outcome: 'busy', id: null });
    goOn();
    while ((await table.get(where)).body.outcome === 'running') await sleep(20);
    expect((await table.get(where)).body).toMatchObject({ outcome: 'applied', added: 3 });
  });

  it('is answered long before the server takes the silent connection for dead', () => {
    const app = httpServer(loadConfig({}, {}, { currencies: {} }), silentLog);
    expect(app.server.timeout).toBeGreaterThanOrEqual(2 * SYNC_PATIENCE_MS);
  });
});
