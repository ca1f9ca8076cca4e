/** `demo --dialect …`: an aggregator of every dialect at once, one wallet behind them all, played through their own launches and callbacks. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DIALECT_NAMES } from '../../src/dialects/index.ts';
import { usedHome } from '../support/cluster.ts';
import { demoDirectory, freePort, freePortRow, startDemo } from '../support/demo.ts';
import type { RunningDemo } from '../support/demo.ts';

const SPINS = 3;

describe('the demo with every dialect', () => {
  const place = demoDirectory();
  let demo: RunningDemo;
  beforeAll(async () => {
    const [gateway, sandbox] = [await freePort(), await freePortRow(DIALECT_NAMES.length)];
    await usedHome(place.dir);
    const words = ['--dialect', DIALECT_NAMES.join(','), '--games', '40'];
    demo = await startDemo(place.dir, { gateway, sandbox }, words);
  }, 180_000);
  afterAll(async () => {
    await demo?.interrupt();
    place.remove();
  });

  const post = async (url: string, body: object) =>
    fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${demo.secrets.api_key}` },
      body: JSON.stringify(body),
    });
  const balance = async (): Promise<number> => {
    const balances = (await demo.api('/v1/players/demo/balances')) as { balance: string }[];
    return Math.round(Number(balances[0]?.balance ?? 'NaN') * 100);
  };

  it.each(DIALECT_NAMES)('plays %s from its list of games to the booked win', async (name) => {
    const aggregator = name === 'generic' ? 'acme' : name;
    const { items } = (await demo.api(`/v1/games?aggregator=${aggregator}&limit=1`)) as { items: { id: string }[] };
    const order = { player_id: 'demo', game_id: items[0]?.id, mode: 'real', country: 'EE' };
    const launched = await post(`${demo.gatewayUrl}/v1/launches`, order);
    expect(launched.status).toBe(201);
    const { url } = (await launched.json()) as { url: string };
    const table = (await fetch(url)).url;
    let cents = await balance();
    for (let spin = 0; spin < SPINS; spin += 1) {
      const answer = await post(`${table}/spin`, { stake: '1.00' });
      const spun = (await answer.json()) as { kind: string; win: string; payout: string };
      expect([answer.status, spun.kind, spun.payout]).toEqual([200, 'spun', 'paid']);
      cents += Math.round(Number(spun.win) * 100) - 100;
      expect(await balance()).toBe(cents);
    }
    const rounds = (await demo.api(`/v1/rounds?player=demo&aggregator=${aggregator}`)) as { items: unknown[] };
    expect(rounds.items).toHaveLength(SPINS);
  });
});
