/** SQL of the one question a launch asks the book: is a round of this player in this game still open? Never writes. */
import type { Database } from '../platform/index.ts';
import { leastIdAt } from '../platform/index.ts';
import { sessionId } from '../wallet/index.ts';
import type { AggregatorName, GameCode, PlayerId, SessionId } from '../wallet/index.ts';

export interface Unfinished {
  readonly session: SessionId;
  readonly currency: string;
}

export interface UnfinishedQuery {
  readonly shard: number;
  readonly player: PlayerId;
  readonly aggregator: AggregatorName;
  readonly game: GameCode;
  /** epoch milliseconds; bets before it are not looked at */
  readonly sinceMs: number;
}

/** A player who bets without pause for a day has more; then the newest of them are looked at. */
const MAX_BETS = 2_000;

/**
 * The session of the newest open round, by the player's bets in that game: their ids grow with time, so they are a range at the
 * end of the player's part of transaction_pkey; rounds come by round_pkey. No index on the state of a round, which would be
 * written at every bet.
 */
export async function selectUnfinished(sql: Database, query: UnfinishedQuery): Promise<Unfinished | null> {
  const [row] = await sql<{ session_id: string; currency: string }[]>`
    /* round.unfinished */
    WITH
      -- the player's bets in this game, newest first
      recent AS MATERIALIZED (
        SELECT id, id_scope, round_id
        FROM transaction
        WHERE shard = ${query.shard} AND player = ${query.player} AND id >= ${leastIdAt(query.sinceMs)}::uuid
          AND aggregator = ${query.aggregator} AND game_code = ${query.game}
          AND kind = 'bet' AND state IN ('applied', 'part_reversed') AND round_id IS NOT NULL
        ORDER BY id DESC
        LIMIT ${MAX_BETS}
      )
    SELECT r.session_id, r.currency
    FROM recent t
    JOIN round r ON r.shard = ${query.shard} AND r.player = ${query.player} AND r.aggregator = ${query.aggregator}
      AND r.id_scope = t.id_scope AND r.round_id = t.round_id
    WHERE r.state = 'open' AND r.session_id IS NOT NULL
    ORDER BY t.id DESC
    LIMIT 1`;
  return row === undefined ? null : { session: sessionId(row.session_id), currency: row.currency };
}
