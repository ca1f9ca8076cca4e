/**
 * Sessions: opened by a launch, found by every callback, told about by the aggregator's webhook. The facts of a session
 * never change and are remembered; whether it has ended is read again at most five seconds later, so that every replica
 * hears of it. Never moves money and never refuses a call: what a session's state means is the wallet's rule.
 */
import type { Clock, Database } from '../platform/index.ts';
import { newToken } from '../platform/index.ts';
import { sessionId } from '../wallet/index.ts';
import type { AggregatorName, GameCode, PlayerId, SessionId } from '../wallet/index.ts';
import { createMemory } from './memory.ts';
import type { Session } from './rules.ts';
import { stateOfSession } from './rules.ts';
import { insertEvent, insertOrReuse, selectSession, updateLastSeen } from './store.ts';
import type { StoredEvent } from './store.ts';

export interface SessionsOptions {
  readonly sql: Database;
  readonly clock: Clock;
  /** life of a session from its launch; default 12 hours */
  readonly lifeMs?: number;
  /** expires earlier after this long without a call or event; default: never by idling */
  readonly idleMs?: number | null;
  /** sessions kept in memory */
  readonly maxRemembered?: number;
  /** age at which a remembered session is read again */
  readonly rereadMs?: number;
}

export interface NewSession {
  /** null in demo mode */
  readonly player: PlayerId | null;
  readonly aggregator: AggregatorName;
  readonly gameId: string;
  readonly gameCode: GameCode;
  readonly mode: 'real' | 'demo';
  readonly currency: string | null;
  readonly country: string | null;
  readonly lang: string | null;
  readonly platform: string | null;
  readonly ip: string | null;
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
  /** A new session, or the player's equal unused one of the last `reuseMs` (LCH-20). */
  readonly open: (session: NewSession, reuseMs?: number) => Promise<Session>;
  /** For callbacks: from memory where possible; counts as a sign of life. */
  readonly find: (token: SessionId) => Promise<Session | null>;
  /** For people: as the database has it now; no sign of life. */
  readonly get: (token: SessionId) => Promise<Session | null>;
  /** Stores the event once; `duplicate` when it was here already. */
  readonly recordEvent: (aggregator: AggregatorName, event: SessionEvent) => Promise<'stored' | 'duplicate'>;
}

const LIFE_MS = 12 * 3_600_000;
const MAX_REMEMBERED = 50_000;
const REREAD_MS = 5_000;
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

  return {
    open: async (facts, reuseMs = 0) => {
      const nowMs = clock.now();
      const fresh: Session = {
        ...facts,
        id: sessionId(newToken()),
        createdAtMs: nowMs,
        expiresAtMs: nowMs + (options.lifeMs ?? LIFE_MS),
        idleMs: options.idleMs ?? null,
        lastSeenAtMs: nowMs,
        startedAtMs: null,
        endedAtMs: null,
      };
      return insertOrReuse(sql, fresh, reuseMs);
    },
    find: async (token) => {
      const known = memory.get(token);
      if (known !== undefined && clock.monotonic() - known.readAtMs < rereadMs) return known.session;
      const readAtMs = clock.monotonic();
      const stored = await selectSession(sql, token);
      // A token nobody was given is not remembered, so that it cannot push out those that are in use.
      if (stored === null) return null;
      const session = await noteSeen(sql, stored, clock.now());
      memory.set(token, { session, readAtMs });
      return session;
    },
    get: async (token) => selectSession(sql, token),
    recordEvent: async (aggregator, event) => {
      const stored: StoredEvent = { ...event, aggregator, session: sessionId(event.session) };
      const isNew = await insertEvent(sql, stored, clock.now());
      memory.forget(event.session);
      return isNew ? 'stored' : 'duplicate';
    },
  };
}

async function noteSeen(sql: Database, session: Session, nowMs: number): Promise<Session> {
  if (session.idleMs === null || stateOfSession(session, nowMs) !== 'live') return session;
  if (nowMs - session.lastSeenAtMs <= session.idleMs / SEEN_FRACTION) return session;
  await updateLastSeen(sql, session.id, nowMs);
  return { ...session, lastSeenAtMs: nowMs };
}
