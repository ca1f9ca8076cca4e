/** SQL of the player's page: open rounds and sessions, a bounded number each. Reads other rooms' tables only. */
import type { Database } from '../platform/index.ts';

export interface OpenRound {
  readonly aggregator: string;
  readonly id_scope: string;
  readonly round_id: string;
  readonly currency: string;
  readonly scale: number;
  readonly game_code: string | null;
  readonly state: string;
  /** minor units */
  readonly staked: string;
  readonly returned: string;
  readonly paid: string;
  readonly opened_at: Date;
}

/** Relies on round_pkey: the rounds of one player. */
export async function selectOpenRounds(
  sql: Database,
  shard: number,
  player: string,
  limit: number,
): Promise<readonly OpenRound[]> {
  return sql<OpenRound[]>`
    /* console.open_rounds */
    SELECT r.aggregator, r.id_scope, r.round_id, r.currency, w.scale, r.game_code, r.state, r.staked::text AS staked,
      r.returned::text AS returned, r.paid::text AS paid, r.opened_at
    FROM round r
    JOIN wallet w ON w.shard = r.shard AND w.player = r.player AND w.currency = r.currency
    WHERE r.shard = ${shard} AND r.player = ${player} AND r.state IN ('open', 'reopened')
    ORDER BY r.opened_at DESC
    LIMIT ${limit}`;
}

export interface PlayerSession {
  readonly id: string;
  readonly aggregator: string;
  readonly game_code: string;
  readonly mode: 'real' | 'demo';
  readonly currency: string | null;
  readonly country: string | null;
  readonly platform: string | null;
  readonly created_at: Date;
  readonly started_at: Date | null;
  readonly last_seen_at: Date;
  readonly ended_at: Date | null;
}

/** Newest first. Relies on session_player. A demo session is nobody's: these are the real ones. */
export async function selectSessionsOf(
  sql: Database,
  player: string,
  limit: number,
): Promise<readonly PlayerSession[]> {
  return sql<PlayerSession[]>`
    /* console.sessions_of */
    SELECT id, aggregator, game_code, mode, currency, country, platform, created_at, started_at, last_seen_at, ended_at
    FROM session
    WHERE player = ${player}
    ORDER BY created_at DESC
    LIMIT ${limit}`;
}

/** What aggregators say was played for fun under the player's name. Relies on session_event_occurred_at. */
export async function selectDemoSigns(
  sql: Database,
  player: string,
  sinceMs: number,
  limit: number,
): Promise<
  readonly {
    readonly aggregator: string;
    readonly session_id: string;
    readonly game_code: string | null;
    readonly at: Date;
  }[]
> {
  return sql<{ aggregator: string; session_id: string; game_code: string | null; at: Date }[]>`
    /* console.demo_signs */
    SELECT aggregator, session_id, max(game_code) AS game_code, min(occurred_at) AS at
    FROM session_event
    WHERE occurred_at >= ${new Date(sinceMs).toISOString()}::timestamptz AND mode = 'demo' AND player = ${player}
    GROUP BY aggregator, session_id
    ORDER BY 4 DESC
    LIMIT ${limit}`;
}
