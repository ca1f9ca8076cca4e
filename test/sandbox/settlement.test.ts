/** What the sandbox says about rounds, and that an operator that takes it as it comes still reaches the truth. */
import { afterEach, describe, expect, it } from 'vitest';
import { settlementKnobsSchema } from '../../src/sandbox/index.ts';
import { API_KEY } from './operator.ts';
import { openGame, spin, stage } from './stage.ts';
import type { Stage } from './stage.ts';

interface Said {
  readonly version: number;
  readonly final: boolean;
  readonly status: string;
  readonly totals?: { readonly bet: string; readonly win: string };
  readonly transactions: readonly { readonly kind: string }[];
  readonly round_id: string;
  readonly event_id: string;
}

describe('the sandbox settles a round', () => {
  let at: Stage | null = null;
  afterEach(async () => {
    await at?.close();
    at = null;
  });

  const settledWith = async (knobs: object): Promise<Stage> => {
    const opened = await stage();
    at = opened;
    const response = await fetch(`${opened.sandbox.url}/admin/settlement`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(knobs),
    });
    expect(response.status).toBe(200);
    return opened;
  };
  const heard = ({ operator }: Stage): readonly Said[] =>
    operator.webhooks.filter((each) => each.type === 'round.settled').map((each) => each.body as unknown as Said);
  const wait = async (here: Stage, count: number): Promise<readonly Said[]> => {
    await expect.poll(() => heard(here).length).toBeGreaterThanOrEqual(count);
    return heard(here);
  };
  const play = async (here: Stage): Promise<void> => {
    expect((await spin(await openGame(here))).status).toBe(200);
  };

  it('whole and once, signed like a callback', async () => {
    const here = await settledWith({});
    await play(here);
    const [event, ...more] = await wait(here, 1);
    expect(more).toEqual([]);
    expect(event).toMatchObject({ version: 1, final: true, status: 'ok', totals: { bet: '1' } });
    expect(event?.transactions.map((each) => each.kind)).toEqual(['bet', 'win']);
  });

  it('twice, in the wrong order, in parts, with wrong totals, late or never, as asked', async () => {
    const here = await settledWith({ duplicateRate: 1, outOfOrderRate: 1, wrongTotalsRate: 1, delayMs: 1 });
    await play(here);
    const events = await wait(here, 4);
    expect(events.map((each) => [each.version, each.status])).toEqual([
      [2, 'ok'],
      [2, 'ok'],
      [1, 'error'],
      [1, 'error'],
    ]);
    expect(events[0]?.event_id).toBe(events[1]?.event_id);
    const answer = await fetch(`${here.sandbox.url}/admin/settlement`);
    const sent = (await answer.json()) as { readonly sent: readonly { readonly what: string }[] };
    expect(sent.sent.map((each) => each.what).toReversed()).toEqual([
      'with wrong totals',
      'with wrong totals, again',
      'partial',
      'partial, again',
    ]);
  });

  it('in parts first, or not at all', async () => {
    const here = await settledWith({ partialRate: 1 });
    await play(here);
    expect((await wait(here, 2)).map((each) => [each.version, each.final])).toEqual([
      [1, false],
      [2, true],
    ]);
    await fetch(`${here.sandbox.url}/admin/settlement`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"omitRate":1}',
    });
    await play(here);
    await here.sandbox.close();
    expect(heard(here)).toHaveLength(2);
  });

  it('and lists its transactions to whoever has the key, page by page', async () => {
    const here = await settledWith({});
    await play(here);
    await play(here);
    const at = (ms: number) => encodeURIComponent(new Date(Date.now() + ms).toISOString());
    const url = `${here.sandbox.url}/transactions?list=transactions&from=${at(-60_000)}&to=${at(60_000)}`;
    const ask = async (more: string) => {
      const answer = await fetch(`${url}${more}`, { headers: { 'x-api-key': API_KEY } });
      return (await answer.json()) as { readonly pages: number; readonly transactions: readonly object[] };
    };
    const first = await ask('&per_page=3');
    expect(first).toMatchObject({ pages: 2, transactions: [{ kind: 'bet', status: 'ok', currency: 'USD' }, {}, {}] });
    expect((await ask('&per_page=3&page=2')).transactions).toMatchObject([{ kind: 'win' }]);
    expect((await ask('&list=timed_out')).transactions).toBeUndefined();
    expect((await fetch(url)).status).toBe(401);
  });

  it('by knobs within their limits only', () => {
    expect(settlementKnobsSchema.safeParse({ omitRate: 2 }).success).toBe(false);
    expect(settlementKnobsSchema.safeParse({ unknown: 1 }).success).toBe(false);
  });
});
