import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { manualClock } from '../../src/platform/index.ts';
import { openSessions, stateOfSession } from '../../src/sessions/index.ts';
import type { NewSession, Session, SessionEvent, Sessions } from '../../src/sessions/index.ts';
import { aggregatorName, gameCode, playerId, sessionId } from '../../src/wallet/index.ts';
import type { SessionId } from '../../src/wallet/index.ts';
import { testDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';

const START = Date.UTC(2026, 0, 1);
const ACME = aggregatorName('acme');
const GAME = '01890000-0000-7000-8000-000000000001';

const facts = (player: string | null, more: Partial<NewSession> = {}): NewSession => ({
  player: player === null ? null : playerId(player),
  aggregator: ACME,
  gameId: GAME,
  gameCode: gameCode('slot'),
  mode: player === null ? 'demo' : 'real',
  currency: player === null ? null : 'USD',
  gameCurrency: null,
  quoteId: null,
  country: 'MT',
  lang: 'en',
  platform: 'desktop',
  ip: '203.0.113.7',
  ...more,
});
const event = (session: string, eventId: string, type: SessionEvent['type'], occurredAtMs: number): SessionEvent => ({
  eventId,
  type,
  session,
  mode: 'real',
  player: null,
  game: null,
  occurredAtMs,
});

describe('sessions', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase();
  });
  afterAll(async () => database.close());

  const table = (more: { idleMs?: number; maxRemembered?: number } = {}) => {
    const clock = manualClock(START);
    return { clock, sessions: openSessions({ sql: database.sql, clock, ...more }) };
  };

  it('opens a session of twelve hours with a token of its own and reads it back whole', async () => {
    const { sessions } = table();
    const opened = await sessions.open(facts('p-1'));
    expect(opened.id).toMatch(/^[\w-]{32}$/);
    expect(opened.expiresAtMs - opened.createdAtMs).toBe(12 * 3_600_000);
    expect(await sessions.get(opened.id)).toEqual(opened);
    expect(await sessions.find(opened.id)).toEqual(opened);
    expect(await sessions.find(sessionId('nobody'))).toBeNull();
  });

  it('remembers in which currencies the games of an aggregator are played for money', async () => {
    const { sessions } = table();
    const aggregator = aggregatorName('played');
    expect(await sessions.played(aggregator)).toEqual([]);
    await sessions.open(facts(null, { aggregator }));
    await sessions.open(facts('p-9', { aggregator }));
    await sessions.open(facts('p-9', { aggregator }));
    await sessions.open(facts('p-9', { aggregator, currency: 'BTC', gameCurrency: 'EUR' }));
    expect((await sessions.played(aggregator)).toSorted()).toEqual(['EUR', 'USD']);
    // another process knows it as well
    expect((await table().sessions.played(aggregator)).toSorted()).toEqual(['EUR', 'USD']);
  });

  it('gives two clicks in the same instant one session, and a later one another [LCH-20]', async () => {
    const { sessions, clock } = table();
    const clicks = await Promise.all(
      Array.from({ length: 8 }, async () => sessions.open(facts('p-2'), { reuseMs: 10_000 })),
    );
    expect(new Set(clicks.map((session) => session.id)).size).toBe(1);
    const others = await Promise.all([
      sessions.open(facts('p-3'), { reuseMs: 10_000 }),
      sessions.open(facts('p-2', { currency: 'EUR' }), { reuseMs: 10_000 }),
      sessions.open(facts('p-2', { gameId: GAME.replace('1', '2') }), { reuseMs: 10_000 }),
    ]);
    clock.advance(10_001);
    const later = await sessions.open(facts('p-2'), { reuseMs: 10_000 });
    expect(new Set([clicks[0], ...others, later].map((session) => session?.id)).size).toBe(5);
  });

  it('gives the second click the session of the first even when its game has opened meanwhile, not when it has ended [LCH-20]', async () => {
    const { sessions, clock } = table();
    const first = await sessions.open(facts('p-4'), { reuseMs: 10_000 });
    await sessions.recordEvent(ACME, event(first.id, 'e-opened', 'started', clock.now()));
    expect((await sessions.open(facts('p-4'), { reuseMs: 10_000 })).id).toBe(first.id);
    await sessions.recordEvent(ACME, event(first.id, 'e-over', 'ended', clock.now()));
    expect((await sessions.open(facts('p-4'), { reuseMs: 10_000 })).id).not.toBe(first.id);
  });

  it('never shares a demo session', async () => {
    const { sessions } = table();
    const demos = await Promise.all([
      sessions.open(facts(null), { reuseMs: 10_000 }),
      sessions.open(facts(null), { reuseMs: 10_000 }),
    ]);
    expect(demos[0]?.id).not.toBe(demos[1]?.id);
  });

  it('hears on another replica within five seconds that a session has ended', async () => {
    const one = table();
    const other = table();
    const { id } = await one.sessions.open(facts('p-5'));
    expect(await other.sessions.find(id)).toMatchObject({ endedAtMs: null });
    await one.sessions.recordEvent(ACME, event(id, 'e-5', 'ended', START + 1_000));
    expect(await one.sessions.find(id)).toMatchObject({ endedAtMs: START + 1_000 });
    other.clock.advance(4_999);
    expect(await other.sessions.find(id)).toMatchObject({ endedAtMs: null });
    other.clock.advance(1);
    expect(await other.sessions.find(id)).toMatchObject({ endedAtMs: START + 1_000 });
  });

  it('stores an event once, and does not mind the order [SES-05, SES-06]', async () => {
    const { sessions } = table();
    const { id } = await sessions.open(facts('p-6'));
    expect(await sessions.recordEvent(ACME, event(id, 'end-1', 'ended', START + 9_000))).toBe('stored');
    expect(await sessions.recordEvent(ACME, event(id, 'start-2', 'started', START + 2_000))).toBe('stored');
    expect(await sessions.recordEvent(ACME, event(id, 'start-1', 'started', START + 1_000))).toBe('stored');
    expect(await sessions.recordEvent(ACME, event(id, 'start-1', 'started', START + 1_000))).toBe('duplicate');
    expect(await sessions.get(id)).toMatchObject({ startedAtMs: START + 1_000, endedAtMs: START + 9_000 });
  });

  it('believes an aggregator about its own sessions only, and keeps what it says of unknown ones', async () => {
    const { sessions } = table();
    const { id } = await sessions.open(facts('p-7'));
    expect(await sessions.recordEvent(aggregatorName('other'), event(id, 'e-7', 'ended', START))).toBe('stored');
    expect(await sessions.get(id)).toMatchObject({ endedAtMs: null });
    expect(await sessions.recordEvent(ACME, event('never-seen', 'e-8', 'heartbeat', START))).toBe('stored');
  });

  it('stays alive while it is called, and expires by idling [SES-07]', async () => {
    const { sessions, clock } = table({ idleMs: 60_000 });
    const { id } = await sessions.open(facts('p-9'));
    for (let minute = 0; minute < 5; minute += 1) {
      clock.advance(40_000);
      expect(await sessions.find(id)).toMatchObject({ lastSeenAtMs: clock.now() });
    }
    clock.advance(60_001);
    expect((await sessions.find(id))?.lastSeenAtMs).toBe(clock.now() - 60_001);
  });

  describe('that is resumed for an unfinished round [LCH-23]', () => {
    const HOUR = 3_600_000;

    it('lives again as long as a new one, with the facts it had [LCH-22] [LCH-24]', async () => {
      const { sessions, clock } = table();
      const old = await sessions.open(facts('p-20', { currency: 'BTC', jurisdiction: 'MGA', region: 'north' }));
      await sessions.recordEvent(ACME, event(old.id, 'e-20', 'ended', START + 1_000));
      clock.advance(13 * HOUR);
      expect(stateOfSession((await sessions.find(old.id)) ?? old, sessions.now())).toBe('ended');
      const again = await sessions.open(facts('p-20', { jurisdiction: 'UKGC' }), { resume: old.id });
      expect(again).toEqual({
        ...old,
        expiresAtMs: clock.now() + 12 * HOUR,
        lastSeenAtMs: clock.now(),
        resumedAtMs: clock.now(),
      });
      expect(await sessions.find(old.id)).toEqual(again);
    });

    it('is live on a replica that remembers it as ended, at once', async () => {
      const [one, other] = [table(), table()];
      const { id } = await one.sessions.open(facts('p-21'));
      await one.sessions.recordEvent(ACME, event(id, 'e-21', 'ended', START + 1_000));
      expect(await other.sessions.find(id)).toMatchObject({ endedAtMs: START + 1_000 });
      await one.sessions.open(facts('p-21'), { resume: id });
      expect(await other.sessions.find(id)).toMatchObject({ endedAtMs: null });
    });

    it('does not end by what is said late about its first life', async () => {
      const { sessions, clock } = table();
      const { id } = await sessions.open(facts('p-22'));
      clock.advance(60_000);
      await sessions.open(facts('p-22'), { resume: id });
      await sessions.recordEvent(ACME, event(id, 'e-22-late', 'ended', START + 30_000));
      expect(await sessions.find(id)).toMatchObject({ endedAtMs: null });
      await sessions.recordEvent(ACME, event(id, 'e-22', 'ended', START + 90_000));
      expect(await sessions.find(id)).toMatchObject({ endedAtMs: START + 90_000 });
    });

    it("is nobody else's: another player or aggregator gets a session of its own", async () => {
      const { sessions } = table();
      const { id } = await sessions.open(facts('p-23'));
      const others = await Promise.all([
        sessions.open(facts('p-24'), { resume: id }),
        sessions.open(facts('p-23', { aggregator: aggregatorName('other') }), { resume: id }),
      ]);
      expect(others.map((each) => each.id)).not.toContain(id);
      expect(await sessions.get(id)).toMatchObject({ resumedAtMs: null, player: 'p-23' });
    });
  });

  describe('when the clock of a machine steps [CLK-09] [CLK-10]', () => {
    const liveFor = async (sessions: Sessions, id: SessionId) => {
      const session = await sessions.find(id);
      return session === null ? 'gone' : stateOfSession(session, sessions.now());
    };

    it('live on and end when they should: by the database and the monotonic clock', async () => {
      const { sessions, clock } = table();
      await sessions.hearEndings();
      const { id } = await sessions.open(facts('p-30'));
      for (const step of [13, -26, 0]) {
        clock.set(clock.now() + step * 3_600_000);
        expect(await liveFor(sessions, id)).toBe('live');
      }
      clock.advance(12 * 3_600_000 + 1_000);
      expect(await liveFor(sessions, id)).toBe('expired');
      // Put back by a day, the clock of the wall would have it live again.
      clock.set(clock.now() - 24 * 3_600_000);
      expect(await liveFor(sessions, id)).toBe('expired');
    });

    it('before the database was heard, too', async () => {
      const { sessions, clock } = table();
      const { id } = await sessions.open(facts('p-31'));
      clock.set(clock.now() + 24 * 3_600_000);
      expect(await liveFor(sessions, id)).toBe('live');
    });

    it('replicas that disagree about the time by an hour agree about sessions and double clicks', async () => {
      const replicas = [0, 3_600_000, -3_600_000].map((offMs) => {
        const clock = manualClock(Date.now() + offMs);
        return openSessions({ sql: database.sql, clock, idleMs: 60_000 });
      });
      for (const sessions of replicas) await sessions.hearEndings();
      const clicks: Session[] = [];
      for (const sessions of replicas) clicks.push(await sessions.open(facts('p-32'), { reuseMs: 10_000 }));
      expect(new Set(clicks.map((each) => each.id)).size).toBe(1);
      for (const sessions of replicas) expect(await liveFor(sessions, clicks[0]?.id ?? sessionId(''))).toBe('live');
      expect(Math.abs((clicks[0]?.createdAtMs ?? 0) - Date.now())).toBeLessThan(10_000);
    });
  });

  it('works with a memory of one', async () => {
    const { sessions } = table({ maxRemembered: 1 });
    const [a, b] = await Promise.all([sessions.open(facts('p-10')), sessions.open(facts('p-11'))]);
    for (const { id } of [a, b, a, b]) expect((await sessions.find(id))?.id).toBe(id);
  });
});
