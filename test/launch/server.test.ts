/**
 * A whole server and a sandbox aggregator, each with its log at its most talkative: launches as a platform makes them and a browser
 * opens them, what is known of them afterwards, and that nothing of what opens a game is ever written into a log.
 */
import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config.ts';
import type { ConfigFile } from '../../src/config.ts';
import { createLog, createShutdown, newId, systemClock } from '../../src/platform/index.ts';
import { startSandbox } from '../../src/sandbox/index.ts';
import type { Sandbox } from '../../src/sandbox/index.ts';
import { serve } from '../../src/serve.ts';
import type { Server } from '../../src/serve.ts';
import { testDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { freePort } from '../support/demo.ts';
import { until } from '../support/wait.ts';

const KEY = 'platform-key-of-the-launch-test';
const SECRETS = {
  launch: 'launch-secret-of-the-launch-test',
  signing: 'signing-secret-of-the-launch-test',
  catalogue: 'catalogue-key-of-the-launch-test',
};
const PLAYER = 'Zoë +1% &=#?/ \u05d0\u05d1 \u202ertl 🎰';

let database: TestDatabase;
let server: Server;
let sandbox: Sandbox;
let game: { readonly id: string; readonly code: string } | undefined;
let written = '';
const log = createLog({ level: 'trace', destination: { write: (line) => void (written += line) } });
const shutdown = createShutdown({ log, signals: { on: () => undefined, off: () => undefined } });

beforeAll(async () => {
  database = await testDatabase();
  const [port, own] = [await freePort(), await freePort()];
  const at = `http://127.0.0.1:${port}`;
  const file: ConfigFile = {
    server: { public_url: 'https://casino.example' },
    database: { url: database.url },
    api_keys: [{ name: 'platform', key: KEY, scopes: ['platform'] }],
    currencies: { USD: { scale: 2 } },
    clock: { node: 'node-of-the-test' },
    aggregators: [
      {
        name: 'acme',
        dialect: 'generic',
        catalogue: { url: `${at}/games`, api_key: SECRETS.catalogue },
        launch: { url: `${at}/launch`, secret: SECRETS.launch, ttl_seconds: 60 },
        callbacks: { signing_secrets: [SECRETS.signing] },
      },
    ],
  };
  const config = loadConfig({ port: String(own) }, {}, file);
  const [aggregator] = config.aggregators;
  if (aggregator === undefined) throw new Error('no aggregator');
  sandbox = await startSandbox({
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
    log,
  });
  server = await serve(config, { log, shutdown });
  // The server syncs at its start; a run of its own may find that one at work.
  await until('there is a game', async () => {
    game = (await api('GET', '/v1/games?demo=true&limit=1')).body.items[0];
    return game !== undefined;
  });
  await api('POST', '/v1/players', { id: PLAYER, currency: 'USD' });
  await api('POST', `/v1/players/${encodeURIComponent(PLAYER)}/deposits`, {
    amount: '100.00',
    currency: 'USD',
    reference: newId(),
  });
});
afterAll(async () => {
  await sandbox?.close();
  await shutdown.close('the test is over');
  await database?.close();
});

// The tests look at answers of every shape.
// oxlint-disable-next-line typescript/no-explicit-any
async function api(method: string, path: string, body?: unknown): Promise<{ response: Response; body: any }> {
  const response = await fetch(`${server.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${KEY}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { response, body: await response.json() };
}

const launch = async (more: object = {}) =>
  api('POST', '/v1/launches', { player_id: PLAYER, game_id: game?.id, mode: 'real', ...more });

async function outcome() {
  const { body } = await api('GET', '/v1/launches/outcomes');
  return body.nodes.find((each: { node: string }) => each.node === 'node-of-the-test');
}

async function bet(session: string, id: string): Promise<{ status: number; body: unknown }> {
  return callback({
    type: 'bet',
    player_id: PLAYER,
    session_id: session,
    game_code: game?.code,
    round_id: `round-${id}`,
    transaction_id: id,
    amount: '1.00',
  });
}

async function callback(fields: object): Promise<{ status: number; body: unknown }> {
  const body = JSON.stringify({ currency: 'USD', ...fields });
  const response = await fetch(`${server.url}/callbacks/acme`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-signature': createHmac('sha256', SECRETS.signing).update(body).digest('hex'),
    },
    body,
  });
  return { status: response.status, body: await response.json() };
}

describe('a launch by the platform', () => {
  it('opens for a player of whatever name, spins, and is known as opened by its node [LCH-01] [LCH-07] [LCH-08]', async () => {
    const { response, body } = await launch({ return_url: 'https://casino.example/lobby?a=1&b=ä', lang: 'en' });
    expect(response.status).toBe(201);
    expect(body).toMatchObject({ mode: 'real', currency: 'USD', resumed: false });
    const opened = await fetch(body.url, { redirect: 'manual' });
    expect(opened.status, await opened.text()).toBe(303);
    const table = `${sandbox.url}${opened.headers.get('location') ?? ''}`;
    const state = (await (await fetch(`${table}/state`)).json()) as Record<string, unknown>;
    expect(state).toMatchObject({ balance: '100.00', return_url: 'https://casino.example/lobby?a=1&b=%C3%A4' });
    const spun = await fetch(`${table}/spin`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"stake":"1.00"}',
    });
    expect(spun.status).toBe(200);
    await expect.poll(async () => (await outcome())?.opened).toBe(1);
  });

  it('is known as opened by its first wallet call, too, when the aggregator tells nothing of sessions', async () => {
    await database.sql`UPDATE session SET created_at = now() - interval '1 hour'`;
    const before = (await outcome()).opened;
    const { body } = await launch();
    expect(await bet(body.session_id, `b-${newId()}`)).toMatchObject({ status: 200 });
    await server.rooms.openings.flush();
    expect(await outcome()).toMatchObject({ opened: before + 1 });
    expect(await database.sql`SELECT opened_by, node, mode FROM launch WHERE session_id = ${body.session_id}`).toEqual([
      { opened_by: 'call', node: 'node-of-the-test', mode: 'real' },
    ]);
    const page = await (await fetch(`${server.url}/metrics`)).text();
    expect(page).toMatch(/croupier_launches_total\{aggregator="acme",mode="real",outcome="issued",reason=""\} \d/);
  });

  it('resumes over the wire while that round is open, and says so [LCH-23]', async () => {
    const [open] = await database.sql<{ session_id: string }[]>`SELECT session_id FROM round WHERE state = 'open'`;
    await database.sql`UPDATE session SET created_at = now() - interval '1 hour'`;
    expect((await launch()).body).toMatchObject({ resumed: true, session_id: open?.session_id });
  });

  it('carries and keeps jurisdiction and region [LCH-24]', async () => {
    const { body } = await launch({ player_id: null, mode: 'demo', jurisdiction: 'MGA', region: 'Gozo' });
    expect(new URL(body.url).searchParams.get('jurisdiction')).toBe('MGA');
    expect((await fetch(body.url, { redirect: 'manual' })).status).toBe(303);
    expect((await api('GET', `/v1/sessions/${body.session_id}`)).body).toMatchObject({
      jurisdiction: 'MGA',
      region: 'Gozo',
      resumed_at: null,
    });
  });

  it('in pretend money is a demo, and says so [LCH-16]', async () => {
    expect((await launch({ currency: 'FUN' })).body).toMatchObject({ mode: 'demo', currency: null });
  });

  it('is refused once the player is excluded, from the moment that is acknowledged [CMP-01] [LCH-17]', async () => {
    const id = `p-${newId()}`;
    await api('POST', '/v1/players', { id, currency: 'USD' });
    expect((await launch({ player_id: id })).response.status).toBe(201);
    await api('PATCH', `/v1/players/${id}`, { status: 'self_excluded' });
    expect((await launch({ player_id: id })).body).toMatchObject({ status: 422, code: 'player_excluded' });
    expect((await launch({ player_id: id, mode: 'demo' })).body).toMatchObject({ code: 'player_excluded' });
  });
});

describe('the clock of a server that has just started', () => {
  it('has been looked at, and is told under the name of the node [CLK-19]', async () => {
    await expect.poll(async () => (await api('GET', '/v1/clock')).body.probes.length).toBeGreaterThan(0);
    const { body } = await api('GET', '/v1/clock');
    expect(body).toMatchObject({ node: 'node-of-the-test', aggregators: [{ name: 'acme' }] });
    expect(body.nodes.map((each: { node: string }) => each.node)).toContain('node-of-the-test');
    expect(await (await fetch(`${server.url}/metrics`)).text()).toContain('croupier_clock_level');
    const ready = (await (await fetch(`${server.url}/readyz`)).json()) as { checks: readonly { name: string }[] };
    expect(ready.checks.map((each) => each.name)).toContain('clock');
  });
});

describe('a wrong clock of the aggregator', () => {
  const setClock = async (knobs: object) =>
    fetch(`${sandbox.url}/admin/clock`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(knobs),
    });
  const opens = async (url: string) => (await fetch(url, { redirect: 'manual' })).status === 303;

  it('refuses launches beyond its window and after their life, as sandbox knobs show [LCH-02] [LCH-03] [LCH-04]', async () => {
    const seen: [object, boolean][] = [];
    for (const knobs of [
      { offsetMs: -28_000 },
      { offsetMs: -42_000 },
      { offsetMs: 31_000 },
      { offsetMs: 45_000 },
      { offsetMs: 62_000 },
      { offsetMs: -42_000, launchWindowSeconds: 60 },
      { offsetMs: 31_000, launchTtlSeconds: 30 },
    ]) {
      await setClock(knobs);
      const { body } = await launch({ player_id: null, mode: 'demo' });
      seen.push([knobs, await opens(body.url)]);
    }
    await setClock({});
    expect(seen.map(([, opened]) => opened)).toEqual([true, false, true, true, false, true, false]);
  });
});

describe('a game that is taken away while it is played', () => {
  const sandboxLists = async (knobs: object) =>
    fetch(`${sandbox.url}/admin/catalogue`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(knobs),
    });
  /** Two rounds of a new player's session are open: the later calls of them, and a launch of the same game once more. */
  const playing = async () => {
    const [played] = (await api('GET', '/v1/games?limit=1&category=slots')).body.items;
    const chosen: { readonly id: string; readonly code: string } = played;
    const id = `p-${newId()}`;
    await api('POST', '/v1/players', { id, currency: 'USD' });
    await api('POST', `/v1/players/${id}/deposits`, { amount: '10.00', currency: 'USD', reference: newId() });
    const wish = { player_id: id, game_id: chosen.id, mode: 'real' };
    const { body: first } = await api('POST', '/v1/launches', wish);
    const call = async (type: string, round: string, more: object = {}) =>
      callback({
        type,
        player_id: id,
        session_id: first.session_id,
        game_code: chosen.code,
        round_id: `${round}-${id}`,
        ...more,
      });
    const bets = async (round: string) => call('bet', round, { transaction_id: `b-${round}-${id}`, amount: '1.00' });
    expect([(await bets('one')).status, (await bets('two')).status]).toEqual([200, 200]);
    return { id, chosen, call, bets, launchAgain: async () => api('POST', '/v1/launches', wish) };
  };

  it.each([
    [
      'by the aggregator',
      async (code: string) => {
        await sandboxLists({ remove: [code] });
        const wish = { aggregator: 'acme', accept: ['shrink'], force: true };
        expect((await api('POST', '/v1/syncs', wish)).body).toMatchObject({ outcome: 'applied', removed: 1 });
      },
    ],
    [
      'by the operator',
      async (_code: string, id: string) => {
        await sandboxLists({});
        await api('PATCH', `/v1/games/${id}`, { enabled: false });
      },
    ],
  ])('%s lets nobody in, pays what is open, and goes on for who was let in [CAT-03]', async (_who, takeAway) => {
    const { id, chosen, call, bets, launchAgain } = await playing();
    await takeAway(chosen.code, chosen.id);
    expect((await launchAgain()).body).toMatchObject({ status: 422, code: 'game_unavailable' });
    const win = { transaction_id: `w-${id}`, amount: '5.00', round_closed: true };
    expect(await call('win', 'one', win)).toMatchObject({ status: 200, body: { balance: '13.00', duplicate: false } });
    const refund = { transaction_id: `x-${id}`, bet_transaction_id: `b-two-${id}` };
    expect(await call('refund', 'two', refund)).toMatchObject({ status: 200, body: { balance: '14.00' } });
    expect((await call('close', 'two')).status).toBe(200);
    // Whoever was let into it finishes playing; that nobody new comes in is what ends the game.
    expect(await bets('three')).toMatchObject({ status: 200, body: { balance: '13.00' } });
    expect(await call('win', 'three', { transaction_id: `w3-${id}`, amount: '0.50' })).toMatchObject({ status: 200 });
  });
});

describe('what opens a game', () => {
  it('goes nowhere: no referrer from our answers, nor from the pages of the game [LCH-21]', async () => {
    const { response, body } = await launch({ player_id: null, mode: 'demo' });
    const opened = await fetch(body.url, { redirect: 'manual' });
    const page = await fetch(`${sandbox.url}${opened.headers.get('location') ?? ''}`);
    const refused = await fetch(body.url, { redirect: 'manual' });
    expect([opened.status, page.status, refused.status]).toEqual([303, 200, 403]);
    for (const each of [response, opened, page, refused])
      expect(each.headers.get('referrer-policy')).toBe('no-referrer');
    expect(response.headers.get('cache-control')).toBe('no-store');
  });

  it('is in no log, whatever goes wrong on the way [LCH-21]', async () => {
    const urls: URL[] = [];
    const note = async (more: object = {}) => {
      const { body } = await launch(more);
      urls.push(new URL(body.url));
      return body;
    };
    const { session_id: session, url } = await note();
    await note({ player_id: null, mode: 'demo' });
    await fetch(url, { redirect: 'manual' });
    await fetch(url, { redirect: 'manual' });
    await fetch(`${url}&balance=1`, { redirect: 'manual' });
    // At the wrong door: the address of the game with our own host, and the session in a path and in a query.
    const { search } = new URL(url);
    for (const path of [
      `/launch${search}`,
      `/v1/launches${search}`,
      `/v1/sessions/${session}`,
      `/callbacks/acme${search}`,
    ])
      await fetch(`${server.url}${path}`, { method: path.startsWith('/callbacks') ? 'POST' : 'GET' });
    await bet(session, `b-${newId()}`);
    // The database fails under a call that carries the session, under a launch, and under an event of it.
    const before = written.length;
    await database.sql`ALTER TABLE session RENAME TO session_away`;
    await server.rooms.sessions.hearEndings().catch(() => undefined);
    const other = await note().catch(() => null);
    expect(other).toBeNull();
    expect(await bet(`${session}x`, `b-${newId()}`)).toMatchObject({ status: 503 });
    await database.sql`ALTER TABLE session_away RENAME TO session`;
    await expect.poll(() => written.slice(before)).toContain('"level":"error"');
    expect(written.split('\n').length).toBeGreaterThan(5);
    for (const { searchParams } of urls)
      for (const name of ['session', 'sig', 'nonce'])
        expect(written, name).not.toContain(searchParams.get(name) ?? name);
    for (const secret of [KEY, ...Object.values(SECRETS)]) expect(written).not.toContain(secret);
    // Should an address be written after all, what opens the game is blanked.
    log.warn({ url, order: { sig: urls[0]?.searchParams.get('sig') } }, `opened ${url}`);
    expect(written).toContain('sig=[redacted]');
    for (const name of ['session', 'sig']) expect(written).not.toContain(urls[0]?.searchParams.get(name) ?? name);
  });
});
