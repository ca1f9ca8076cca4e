/**
 * Sessions: opened by a launch, found by every callback, told about by the aggregator's webhook. The facts of a session
 * never change and are remembered; every replica asks each second which sessions have ended and forgets those. When it cannot
 * ask, a session is read again after five seconds; one that is over is read again each time, for it may have been resumed. They
 * live by the database's time. Never moves money and never refuses a call: what a session's state means is the wallet's rule.
 */
import type { Clock, Database } from '../platform/index.ts';
import { newToken } from '../platform/index.ts';
import { sessionId } from '../wallet/index.ts';
import type { AggregatorName, GameCode, PlayerId, SessionId } from '../wallet/index.ts';
import { createMemory } from './memory.ts';
import type { Session } from './rules.ts';
import { stateOfSession } from './rules.ts';
import {
  insertEvent,
  insertOrReuse,
  insertPlayed,
  selectEnded,
  selectPlayed,
  selectSession,
  selectSessions,
  updateErased,
  updateLastSeen,
  updateQuote,
} from './store.ts';
import type { Instead, StoredEvent } from './store.ts';
import { createSharedTime } from './time.ts';

export interface SessionsOptions {
  readonly sql: Database;
  readonly clock: Clock;
  /** life of a session from its launch; default 12 hours */
  readonly lifeMs?: number;
  /** expires earlier after this long without a call or event; default: never by idling */
  readonly idleMs?: number | null;
  /** sessions kept in memory */
  readonly maxRemembered?: number;
  /** age at which a remembered session is read again while nobody hears of endings */
  readonly rereadMs?: number;
}

export interface NewSession {
  /** null in demo mode */
  readonly player: PlayerId | null;
  readonly aggregator: AggregatorName;
  readonly gameId: string;
  readonly gameCode: GameCode;
  readonly mode: 'real' | 'demo';
  /** of the wallet */
  readonly currency: string | null;
  /** what the game is played in, when it is another one, and the quote of that exchange */
  readonly gameCurrency: string | null;
  readonly quoteId: string | null;
  readonly country: string | null;
  readonly lang: string | null;
  readonly platform: string | null;
  readonly ip: string | null;
  readonly jurisdiction?: string | null;
  readonly region?: string | null;
}

/** What a webhook said about a session; the dialect's `session` event with the aggregator it came from. */
export interface SessionEvent {
  readonly eventId: string;
  readonly type: 'started' | 'ended' | 'heartbeat';
  readonly session: string;
  readonly mode: 'real' | 'demo' | null;
  readonly player: string | null;
  readonly game: string | null;
  readonly occurredAtMs: number;
}

export interface Sessions {
  /** A new session; or the player's equal one of the last `reuseMs` (LCH-20), or that of an unfinished round (LCH-23). */
  readonly open: (session: NewSession, instead?: Partial<Instead>) => Promise<Session>;
  /** For callbacks: from memory where possible; counts as a sign of life. */
  readonly find: (token: SessionId) => Promise<Session | null>;
  /** For people: as the database has it now; no sign of life. */
  readonly get: (token: SessionId) => Promise<Session | null>;
  /** The player was shown another quote than before. */
  readonly noteQuote: (token: SessionId, quoteId: string) => Promise<void>;
  /** Forgets from where and how the player came in; that and when they did stays (CMP-11). */
  readonly erase: (player: PlayerId) => Promise<void>;
  /** Stores the event once; `duplicate` when it was here already. */
  readonly recordEvent: (aggregator: AggregatorName, event: SessionEvent) => Promise<'stored' | 'duplicate'>;
  /** Forgets the sessions that ended lately, wherever that was heard. To be called about once a second. */
  readonly hearEndings: () => Promise<void>;
  /** The currencies in which anybody ever opened a game of the aggregator for money. */
  readonly played: (aggregator: AggregatorName) => Promise<readonly string[]>;
  /** The time sessions live by: the database's, whatever this machine's clock says. */
  readonly now: () => number;
}

const LIFE_MS = 12 * 3_600_000;
const MAX_REMEMBERED = 100_000;
const REREAD_MS = 5_000;
/** Even a session that nothing was heard of is read again now and then. */
const REREAD_AT_LAST_MS = 5 * 60_000;
/** An ending is heard several times over: a reading that began before it may be remembered after it was first heard. */
const ENDINGS_WINDOW_SECONDS = 15;
/** A sign of life is written only when it moves the idle time by more than this part of it. */
const SEEN_FRACTION = 10;

interface Remembered {
  readonly session: Session;
  /** monotonic */
  readonly readAtMs: number;
}

export function openSessions(options: SessionsOptions): Sessions {
  const { sql, clock } = options;
  const rereadMs = options.rereadMs ?? REREAD_MS;
  const memory = createMemory<Remembered>(options.maxRemembered ?? MAX_REMEMBERED);
  const time = createSharedTime(clock);
  const load = together(async (tokens) => selectSessions(sql, tokens));
  const played = createPlayed(sql);
  let heardAtMs = Number.NEGATIVE_INFINITY;

  const isFresh = ({ session, readAtMs }: Remembered): boolean => {
    // What is over may have been resumed by another replica since.
    if (stateOfSession(session, time.now()) !== 'live' || isSignDue(session, time.now())) return false;
    const now = clock.monotonic();
    const allowedMs = now - heardAtMs < rereadMs ? REREAD_AT_LAST_MS : rereadMs;
    return now - readAtMs < allowedMs;
  };

  return {
    open: async (facts, instead = {}) => {
      const fresh = freshSession(facts, options, time.now());
      await played.note(fresh);
      const session = await insertOrReuse(sql, fresh, { reuseMs: 0, resume: null, ...instead });
      memory.forget(session.id);
      return session;
    },
    find: async (token) => {
      const known = memory.get(token);
      if (known !== undefined && isFresh(known)) return known.session;
      const readAtMs = clock.monotonic();
      const stored = await load(token);
      // A token nobody was given is not remembered, so that it cannot push out those that are in use.
      if (stored === null) return null;
      const session = await noteSeen(sql, stored, time.now());
      memory.set(session.id, { session, readAtMs });
      return session;
    },
    get: async (token) => selectSession(sql, token),
    erase: async (player) => updateErased(sql, player),
    noteQuote: async (token, quoteId) => {
      await updateQuote(sql, token, quoteId);
      const known = memory.get(token);
      if (known !== undefined) memory.set(known.session.id, { ...known, session: { ...known.session, quoteId } });
    },
    recordEvent: async (aggregator, event) => {
      const stored: StoredEvent = { ...event, aggregator, session: sessionId(event.session) };
      const isNew = await insertEvent(sql, stored, time.now());
      memory.forget(event.session);
      return isNew ? 'stored' : 'duplicate';
    },
    hearEndings: async () => {
      const askedAtMs = clock.monotonic();
      const { nowMs, ended } = await selectEnded(sql, ENDINGS_WINDOW_SECONDS);
      time.heard(nowMs, askedAtMs, clock.monotonic());
      for (const token of ended) memory.forget(token);
      heardAtMs = askedAtMs;
    },
    played: played.of,
    now: time.now,
  };
}

/** Reads of one turn of the event loop go out as one. */
function together(
  read: (tokens: readonly SessionId[]) => Promise<ReadonlyMap<SessionId, Session>>,
): (token: SessionId) => Promise<Session | null> {
  let next: { readonly tokens: Set<SessionId>; readonly found: Promise<ReadonlyMap<SessionId, Session>> } | null = null;
  const begin = () => {
    const tokens = new Set<SessionId>();
    const found = new Promise<void>((resolve) => {
      setImmediate(resolve);
    }).then(async () => {
      next = null;
      return read([...tokens]);
    });
    return { tokens, found };
  };
  return async (token) => {
    next ??= begin();
    next.tokens.add(token);
    return (await next.found).get(token) ?? null;
  };
}

/** A sign of life would move the session's idle time enough to be worth a write. */
function isSignDue(session: Session, nowMs: number): boolean {
  if (session.idleMs === null || stateOfSession(session, nowMs) !== 'live') return false;
  return nowMs - session.lastSeenAtMs > session.idleMs / SEEN_FRACTION;
}

async function noteSeen(sql: Database, session: Session, nowMs: number): Promise<Session> {
  if (!isSignDue(session, nowMs)) return session;
  await updateLastSeen(sql, session.id, nowMs);
  return { ...session, lastSeenAtMs: nowMs };
}

function freshSession(facts: NewSession, { lifeMs = LIFE_MS, idleMs = null }: SessionsOptions, nowMs: number): Session {
  return {
    ...facts,
    jurisdiction: facts.jurisdiction ?? null,
    region: facts.region ?? null,
    id: sessionId(newToken()),
    createdAtMs: nowMs,
    expiresAtMs: nowMs + lifeMs,
    idleMs,
    lastSeenAtMs: nowMs,
    startedAtMs: null,
    endedAtMs: null,
    resumedAtMs: null,
  };
}

/** What aggregators' games are played in: noted once a process and currency, because everything after the first is known already. */
function createPlayed(sql: Database) {
  const noted = new Set<string>();
  return {
    note: async ({ aggregator, mode, currency, gameCurrency, createdAtMs }: Session): Promise<void> => {
      const code = gameCurrency ?? currency;
      const key = `${aggregator} ${code ?? ''}`;
      if (mode === 'demo' || code === null || noted.has(key)) return;
      await insertPlayed(sql, { aggregator, currency: code, nowMs: createdAtMs });
      noted.add(key);
    },
    of: async (aggregator: AggregatorName): Promise<readonly string[]> => selectPlayed(sql, aggregator),
  };
}
