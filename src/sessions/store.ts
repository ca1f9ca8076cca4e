/** SQL of sessions and of what aggregators say about them. Reads by session_pkey unless a statement says otherwise. */
import type { Database } from '../platform/index.ts';
import { aggregatorName, gameCode, playerId, sessionId } from '../wallet/index.ts';
import type { AggregatorName, SessionId } from '../wallet/index.ts';
import type { Session } from './rules.ts';

interface SessionRow {
  id: string;
  player: string | null;
  aggregator: string;
  game_id: string;
  game_code: string;
  mode: 'real' | 'demo';
  currency: string | null;
  game_currency: string | null;
  quote_id: string | null;
  country: string | null;
  lang: string | null;
  platform: string | null;
  ip: string | null;
  jurisdiction: string | null;
  region: string | null;
  created_at: Date;
  expires_at: Date;
  idle_ms: string | null;
  last_seen_at: Date;
  started_at: Date | null;
  ended_at: Date | null;
  resumed_at: Date | null;
}

function readSession(row: SessionRow): Session {
  return {
    id: sessionId(row.id),
    player: row.player === null ? null : playerId(row.player),
    aggregator: aggregatorName(row.aggregator),
    gameId: row.game_id,
    gameCode: gameCode(row.game_code),
    mode: row.mode,
    currency: row.currency,
    gameCurrency: row.game_currency,
    quoteId: row.quote_id,
    country: row.country,
    lang: row.lang,
    platform: row.platform,
    ip: row.ip,
    jurisdiction: row.jurisdiction,
    region: row.region,
    createdAtMs: row.created_at.getTime(),
    expiresAtMs: row.expires_at.getTime(),
    idleMs: row.idle_ms === null ? null : Number(row.idle_ms),
    lastSeenAtMs: row.last_seen_at.getTime(),
    startedAtMs: row.started_at?.getTime() ?? null,
    endedAtMs: row.ended_at?.getTime() ?? null,
    resumedAtMs: row.resumed_at?.getTime() ?? null,
  };
}

export async function selectSession(sql: Database, id: SessionId): Promise<Session | null> {
  const [row] = await sql<SessionRow[]>`
    /* session.one */
    SELECT *
    FROM session
    WHERE id = ${id}`;
  return row === undefined ? null : readSession(row);
}

/** Those of the tokens that were given out. */
export async function selectSessions(
  sql: Database,
  ids: readonly SessionId[],
): Promise<ReadonlyMap<SessionId, Session>> {
  const rows = await sql<SessionRow[]>`
    /* session.some */
    SELECT *
    FROM session
    WHERE id = ANY (${[...ids]}::text[])`;
  return new Map(rows.map((row) => [sessionId(row.id), readSession(row)]));
}

/** Sessions whose end was stored within the last seconds, and what time it is, both by the database. Relies on session_event_ended. */
export async function selectEnded(
  sql: Database,
  seconds: number,
): Promise<{ readonly nowMs: number; readonly ended: readonly SessionId[] }> {
  const [row] = await sql<{ now_ms: number; ended: string[] }[]>`
    /* session.ended */
    SELECT
      (extract(epoch FROM clock_timestamp()) * 1000)::double precision AS now_ms,
      ARRAY(
        SELECT DISTINCT session_id
        FROM session_event
        WHERE type = 'ended' AND stored_at > now() - make_interval(secs => ${seconds})
      ) AS ended`;
  return { nowMs: row?.now_ms ?? Number.NaN, ended: (row?.ended ?? []).map((id) => sessionId(id)) };
}

/** What a new session may be instead. */
export interface Instead {
  /** an equal session that is not older than this is the same wish */
  readonly reuseMs: number;
  /** the session of the player's unfinished round in that game */
  readonly resume: SessionId | null;
}

/**
 * Stores the session, unless an unfinished round has one (it lives again then, as long as a new one would) or the player has an
 * equal one that is not older than `reuseMs`: then that one comes back. Two clicks in the same instant, on whatever replicas,
 * take turns by a lock of their player. Relies on session_player.
 */
export async function insertOrReuse(sql: Database, session: Session, { reuseMs, resume }: Instead): Promise<Session> {
  return sql.begin(async (transaction) => {
    if (session.player !== null && (reuseMs > 0 || resume !== null)) {
      await transaction`
        /* session.lock_player */
        SELECT pg_advisory_xact_lock(hashtextextended(${session.player}, 4400))`;
      const [unfinished] =
        resume === null
          ? []
          : await transaction<SessionRow[]>`
              /* session.resume */
              UPDATE session
              SET expires_at = greatest(expires_at, ${new Date(session.expiresAtMs)}), ended_at = NULL,
                last_seen_at = greatest(last_seen_at, ${new Date(session.createdAtMs)}),
                resumed_at = ${new Date(session.createdAtMs)}
              WHERE id = ${resume} AND player = ${session.player} AND aggregator = ${session.aggregator} AND mode = 'real'
              RETURNING *`;
      if (unfinished !== undefined) return readSession(unfinished);
      const [equal] = await transaction<SessionRow[]>`
        /* session.equal */
        SELECT *
        FROM session
        WHERE player = ${session.player} AND created_at > ${new Date(session.createdAtMs - reuseMs)}
          AND aggregator = ${session.aggregator} AND game_id = ${session.gameId} AND mode = ${session.mode}
          AND currency = ${session.currency} AND game_currency IS NOT DISTINCT FROM ${session.gameCurrency}
          AND ended_at IS NULL
          AND jurisdiction IS NOT DISTINCT FROM ${session.jurisdiction} AND region IS NOT DISTINCT FROM ${session.region}
          AND expires_at > ${new Date(session.createdAtMs)}
        ORDER BY created_at DESC
        LIMIT 1`;
      if (equal !== undefined) return readSession(equal);
    }
    await transaction`
      /* session.insert */
      INSERT INTO session (
        id, player, aggregator, game_id, game_code, mode, currency, game_currency, quote_id, country, lang, platform, ip,
        jurisdiction, region,
        created_at, expires_at, idle_ms, last_seen_at
      )
      VALUES (
        ${session.id}, ${session.player}, ${session.aggregator}, ${session.gameId}, ${session.gameCode},
        ${session.mode}, ${session.currency}, ${session.gameCurrency}, ${session.quoteId}, ${session.country}, ${session.lang},
        ${session.platform}, ${session.ip}, ${session.jurisdiction}, ${session.region},
        ${new Date(session.createdAtMs)}, ${new Date(session.expiresAtMs)}, ${session.idleMs},
        ${new Date(session.lastSeenAtMs)}
      )`;
    return session;
  });
}

export async function updateQuote(sql: Database, id: SessionId, quoteId: string): Promise<void> {
  await sql`
    /* session.quote */
    UPDATE session
    SET quote_id = ${quoteId}
    WHERE id = ${id}`;
}

/** A sign of life. Never moves backwards. */
export async function updateLastSeen(sql: Database, id: SessionId, nowMs: number): Promise<void> {
  await sql`
    /* session.seen */
    UPDATE session
    SET last_seen_at = greatest(last_seen_at, ${new Date(nowMs)})
    WHERE id = ${id}`;
}

export interface StoredEvent {
  readonly aggregator: AggregatorName;
  readonly eventId: string;
  readonly session: SessionId;
  readonly type: 'started' | 'ended' | 'heartbeat';
  readonly mode: 'real' | 'demo' | null;
  readonly player: string | null;
  readonly game: string | null;
  readonly occurredAtMs: number;
}

/**
 * Stores the event and what it tells about the session, together; true when the event is new. The times take the least and
 * the greatest of what was said, so that the order of arrival does not matter (SES-05, SES-06). Relies on
 * session_event_pkey. An aggregator can only speak about its own sessions.
 */
export async function insertEvent(sql: Database, event: StoredEvent, nowMs: number): Promise<boolean> {
  const at = new Date(event.occurredAtMs);
  const rows = await sql`
    /* session.event */
    WITH
      -- the fact itself, once
      stored AS (
        INSERT INTO session_event (
          aggregator, event_id, session_id, type, mode, player, game_code, occurred_at, received_at
        )
        VALUES (
          ${event.aggregator}, ${event.eventId}, ${event.session}, ${event.type}, ${event.mode}, ${event.player},
          ${event.game}, ${at}, ${new Date(nowMs)}
        )
        ON CONFLICT (aggregator, event_id) DO NOTHING
        RETURNING session_id, type, occurred_at
      ),
      -- what follows for the session, if it is one of ours; the idle time counts by our own clock
      applied AS (
        UPDATE session s
        SET
          started_at = CASE WHEN e.type = 'started' THEN least(s.started_at, e.occurred_at) ELSE s.started_at END,
          -- An ending from before the session was resumed is old news.
          ended_at = CASE
            WHEN e.type = 'ended' AND (s.resumed_at IS NULL OR e.occurred_at > s.resumed_at)
              THEN greatest(s.ended_at, e.occurred_at)
            ELSE s.ended_at
          END,
          last_seen_at = greatest(s.last_seen_at, ${new Date(nowMs)})
        FROM stored e
        WHERE s.id = e.session_id AND s.aggregator = ${event.aggregator}
      )
    SELECT 1 FROM stored`;
  return rows.length === 1;
}

/** Remembers that somebody plays at the aggregator in this currency. Relies on played_currency_pkey. */
export async function insertPlayed(
  sql: Database,
  { aggregator, currency, nowMs }: { aggregator: AggregatorName; currency: string; nowMs: number },
): Promise<void> {
  await sql`
    /* played_currency.insert */
    INSERT INTO played_currency (aggregator, currency, first_at)
    VALUES (${aggregator}, ${currency}, ${new Date(nowMs)})
    ON CONFLICT DO NOTHING`;
}

/** Relies on played_currency_pkey. */
export async function selectPlayed(sql: Database, aggregator: AggregatorName): Promise<readonly string[]> {
  const rows = await sql<{ currency: string }[]>`
    /* played_currency.of */
    SELECT currency FROM played_currency WHERE aggregator = ${aggregator}`;
  return rows.map(({ currency }) => currency);
}
