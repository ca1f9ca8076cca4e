/** Session events as badly told as asked for, heard by the tiny operator. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openNamedDialect } from '../../src/dialects/index.ts';
import type { LaunchOrder } from '../../src/dialects/dialect.ts';
import { currencies as currenciesOf } from '../../src/money/index.ts';
import { manualClock, silentLog, systemClock } from '../../src/platform/index.ts';
import { sandboxGames } from '../../src/sandbox/games.ts';
import { seededRandom } from '../../src/sandbox/random.ts';
import { createSessionEvents, GOOD_EVENTS } from '../../src/sandbox/session-events.ts';
import type { SessionKnobs } from '../../src/sandbox/session-events.ts';
import { createTables } from '../../src/sandbox/tables.ts';
import { API_KEY, LAUNCH_SECRET, SIGNING_SECRET, tinyOperator } from './operator.ts';
import type { TinyOperator } from './operator.ts';
import { openGame, stage } from './stage.ts';

const NOON = Date.UTC(2026, 0, 1, 12);
const CURRENCIES = currenciesOf({ USD: { scale: 2 } });
let operator: TinyOperator;

beforeAll(async () => {
  operator = await tinyOperator(0, 0);
});
afterAll(async () => operator.close());

function table(session: string, mode: 'real' | 'demo') {
  const [game] = sandboxGames(1, 'http://127.0.0.1').games;
  if (game === undefined) throw new Error('the sandbox has no game');
  const order: LaunchOrder = {
    session,
    game: game.code,
    mode,
    player: mode === 'real' ? 'anna' : null,
    currency: mode === 'real' ? 'USD' : null,
    lang: null,
    country: null,
    ip: null,
    platform: null,
    returnUrl: null,
    jurisdiction: null,
    region: null,
    nonce: session,
    issuedAt: 0,
    expiresAt: 0,
  };
  return createTables(manualClock(NOON), CURRENCIES).open(order, game);
}

function eventsWith(knobs: Partial<SessionKnobs>) {
  const settings = {
    catalogue: { url: 'http://127.0.0.1/games', api_key: API_KEY },
    launch: { url: 'http://127.0.0.1/launch', secret: LAUNCH_SECRET },
    callbacks: { signing_secrets: [SIGNING_SECRET] },
  };
  const opened = openNamedDialect('generic', settings, {}, CURRENCIES);
  if (opened.kind === 'problem') throw new Error(opened.message);
  return createSessionEvents({
    mirror: opened.mirror,
    url: `${operator.url}/webhooks/acme`,
    timeoutMs: 30_000,
    clock: systemClock,
    log: silentLog,
    random: seededRandom(7),
    signal: new AbortController().signal,
    knobs: { ...GOOD_EVENTS, ...knobs },
  });
}

/** What the operator heard of the session, once it heard that many. */
async function heard(session: string, count: number) {
  const own = () => operator.webhooks.filter(({ body }) => body['session_id'] === session);
  await expect.poll(() => own().length).toBe(count);
  return own();
}

describe('session events', () => {
  it('are told in order, once, with their mode, when nothing else is asked for', async () => {
    const events = eventsWith({});
    for (const mode of ['real', 'demo'] as const) {
      const at = table(`plain-${mode}`, mode);
      events.tell('started', at);
      await heard(`plain-${mode}`, 1);
      events.tell('ended', at);
      expect((await heard(`plain-${mode}`, 2)).map(({ type, body }) => [type, body['mode']])).toEqual([
        ['session.started', mode],
        ['session.ended', mode],
      ]);
    }
    expect(events.counters()).toEqual({ sent: 4, omitted: 0, heldBack: 0 });
  });

  it('are told twice under one id [SES-05]', async () => {
    eventsWith({ duplicateRate: 1 }).tell('started', table('twice', 'demo'));
    const ids = (await heard('twice', 2)).map(({ body }) => body['event_id']);
    expect(new Set(ids).size).toBe(1);
  });

  it('are told the end first [SES-06]', async () => {
    const events = eventsWith({ reorderRate: 1 });
    const at = table('turned', 'real');
    events.tell('started', at);
    expect(events.counters()).toMatchObject({ sent: 0, heldBack: 1 });
    events.tell('ended', at);
    expect((await heard('turned', 2)).map(({ type }) => type)).toEqual(['session.ended', 'session.started']);
  });

  it('are told without the mode, or not at all [SES-02, SES-07]', async () => {
    eventsWith({ withoutModeRate: 1 }).tell('started', table('modeless', 'demo'));
    expect((await heard('modeless', 1))[0]?.body).not.toHaveProperty('mode');
    const silent = eventsWith({ omitRate: 1 });
    silent.tell('started', table('silent', 'demo'));
    expect(silent.counters()).toEqual({ sent: 0, omitted: 1, heldBack: 0 });
  });

  it('are told late, and say when it happened', async () => {
    const events = eventsWith({ delayMs: 200 });
    events.tell('started', table('late', 'demo'));
    expect((await heard('late', 1))[0]?.body).toMatchObject({ occurred_at: new Date(NOON).toISOString() });
  });

  it('are put wrong by hand while the sandbox runs', async () => {
    const at = await stage();
    try {
      const set = async (body: unknown) =>
        fetch(`${at.sandbox.url}/admin/sessions`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        });
      expect((await set({ omitRate: 2 })).status).toBe(400);
      expect(await (await set({ omitRate: 1 })).json()).toMatchObject({ omitRate: 1, duplicateRate: 0 });
      await openGame(at, { mode: 'demo', player: undefined });
      const state = await (await fetch(`${at.sandbox.url}/admin/sessions`)).json();
      expect(state).toMatchObject({ omitRate: 1, counters: { sent: 0, omitted: 1 } });
      expect(at.operator.webhooks).toEqual([]);
    } finally {
      await at.close();
    }
  });
});
