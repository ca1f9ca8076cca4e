/** SQL of pairs of games that may be one: found by equal names of one studio, decided by a person. */
import type { Database, DatabaseTransaction } from '../platform/index.ts';

export type ProposalReason = 'same_game' | 'rtp_variant' | 'renamed';
export type ProposalState = 'open' | 'accepted' | 'rejected' | 'outdated';

/** A name that more games of a studio carry says nothing. */
const MAX_NAMESAKES = 20;

/**
 * Proposes pairs among the games with an offer that changed at this moment: games of one studio whose names are equal but for
 * case, punctuation and RTP. `same_game`: at two aggregators, each with one such game only. `renamed`: at one aggregator, of
 * which one left the list. `rtp_variant`: at one aggregator, with different RTP. Relies on offer_name_key.
 */
export async function propose(transaction: DatabaseTransaction, changedAt: Date): Promise<number> {
  const rows = await transaction`
    /* proposal.find */
    WITH
      touched AS (
        SELECT DISTINCT name_key FROM offer WHERE changed_at = ${changedAt} AND name_key <> ''
      ),
      entry AS (
        SELECT
          o.game_id, o.aggregator, l.provider_key, o.name_key, min(o.first_seen_at) AS since,
          bool_or(o.missing_since IS NULL) AS listed, min(o.rtp) AS rtp
        FROM touched
        JOIN offer o USING (name_key)
        JOIN provider_listing l ON l.aggregator = o.aggregator AND l.code = o.provider_code
        GROUP BY o.game_id, o.aggregator, l.provider_key, o.name_key
      ),
      counted AS (
        SELECT *, count(*) OVER (PARTITION BY aggregator, provider_key, name_key) AS namesakes FROM entry
      ),
      -- A group is taken apart by itself: a join of entries with entries is planned badly where nothing is known of them.
      alike AS (
        SELECT jsonb_agg(to_jsonb(counted)) AS entries
        FROM counted
        GROUP BY provider_key, name_key
        HAVING count(*) BETWEEN 2 AND ${MAX_NAMESAKES}
      ),
      pair AS (
        SELECT
          a.game_id, b.game_id AS other_id,
          CASE
            WHEN a.aggregator <> b.aggregator AND a.namesakes = 1 AND b.namesakes = 1 AND a.listed AND b.listed
            THEN 'same_game'
            WHEN a.aggregator = b.aggregator AND a.namesakes = 2 AND NOT a.listed AND b.listed THEN 'renamed'
            WHEN a.aggregator = b.aggregator AND a.listed AND b.listed AND a.rtp <> b.rtp THEN 'rtp_variant'
          END AS reason
        FROM alike
        CROSS JOIN LATERAL jsonb_to_recordset(entries) AS a (
          game_id uuid, aggregator text, since timestamptz, listed boolean, rtp text, namesakes bigint
        )
        CROSS JOIN LATERAL jsonb_to_recordset(entries) AS b (
          game_id uuid, aggregator text, since timestamptz, listed boolean, rtp text, namesakes bigint
        )
        WHERE a.game_id <> b.game_id AND (a.since, a.game_id) < (b.since, b.game_id)
      )
    INSERT INTO catalogue_proposal (id, game_id, other_id, reason, state, made_at)
    SELECT DISTINCT ON (game_id, other_id) gen_random_uuid(), game_id, other_id, reason, 'open', ${changedAt}::timestamptz
    FROM pair
    WHERE reason IS NOT NULL
      AND NOT EXISTS (
        SELECT FROM catalogue_proposal p WHERE p.game_id = pair.other_id AND p.other_id = pair.game_id
      )
    ORDER BY game_id, other_id, reason
    ON CONFLICT (game_id, other_id) DO NOTHING`;
  return rows.count;
}

export interface ProposedGame {
  readonly id: string;
  readonly name: string;
  readonly offers: readonly {
    readonly aggregator: string;
    readonly provider: string;
    readonly code: string;
    readonly rtp: string | null;
    readonly listed: boolean;
  }[];
}

export interface Proposal {
  readonly id: string;
  readonly reason: ProposalReason;
  readonly state: ProposalState;
  readonly game: ProposedGame;
  /** would become `game` */
  readonly other: ProposedGame;
  readonly madeAtMs: number;
  readonly decidedAtMs: number | null;
  readonly decidedBy: string | null;
}

interface ProposalRow {
  id: string;
  reason: ProposalReason;
  state: ProposalState;
  game: ProposedGame;
  other: ProposedGame;
  made_at: Date;
  decided_at: Date | null;
  decided_by: string | null;
}

/** Proposals in the order of their ids, after the given one; or the one with this id, which must be a UUID. */
export async function selectProposals(
  sql: Database,
  which: { readonly id: string } | { readonly state: ProposalState; readonly after: string | null },
  limit: number,
): Promise<readonly Proposal[]> {
  const game = (alias: 'g' | 'o') => sql`
    jsonb_build_object('id', ${sql(alias)}.id, 'name', coalesce(${sql(alias)}.name_override, ${sql(alias)}.name), 'offers', (
      SELECT coalesce(
        jsonb_agg(
          jsonb_build_object(
            'aggregator', aggregator, 'provider', provider_code, 'code', code, 'rtp', rtp, 'listed', missing_since IS NULL
          )
          ORDER BY aggregator, provider_code, code
        ),
        '[]'
      )
      FROM offer
      WHERE game_id = ${sql(alias)}.id
    ))`;
  const rows = await sql<ProposalRow[]>`
    /* proposal.list */
    SELECT p.id, p.reason, p.state, p.made_at, p.decided_at, p.decided_by, ${game('g')} AS game, ${game('o')} AS other
    FROM catalogue_proposal p
    JOIN game g ON g.id = p.game_id
    JOIN game o ON o.id = p.other_id
    WHERE ${'id' in which ? sql`p.id = ${which.id}` : which.after === null ? sql`p.state = ${which.state}` : sql`p.state = ${which.state} AND p.id > ${which.after}`}
    ORDER BY p.id
    LIMIT ${limit}`;
  return rows.map((row) => ({
    id: row.id,
    reason: row.reason,
    state: row.state,
    game: row.game,
    other: row.other,
    madeAtMs: row.made_at.getTime(),
    decidedAtMs: row.decided_at?.getTime() ?? null,
    decidedBy: row.decided_by,
  }));
}

/** Writes what was decided; false when it was decided before. Relies on catalogue_proposal_pkey. */
export async function decideProposal(
  transaction: DatabaseTransaction,
  id: string,
  decided: { readonly state: 'accepted' | 'rejected'; readonly by: string; readonly now: Date },
): Promise<boolean> {
  const rows = await transaction`
    /* proposal.decide */
    UPDATE catalogue_proposal
    SET state = ${decided.state}, decided_at = ${decided.now}, decided_by = ${decided.by}
    WHERE id = ${id} AND state = 'open'`;
  return rows.count === 1;
}

/** Accepts the open proposals that need no person: one game at two aggregators, of the same RTP. By catalogue_proposal_open. */
export async function acceptEvident(
  transaction: DatabaseTransaction,
  by: string,
  now: Date,
): Promise<readonly { readonly game_id: string; readonly other_id: string }[]> {
  return transaction<{ game_id: string; other_id: string }[]>`
    /* proposal.evident */
    UPDATE catalogue_proposal p
    SET state = 'accepted', decided_at = ${now}, decided_by = ${by}
    WHERE p.state = 'open' AND p.reason = 'same_game'
      AND (
        SELECT count(DISTINCT coalesce(o.rtp, '')) = 1 AND count(DISTINCT o.aggregator) = count(*)
        FROM offer o
        WHERE o.game_id IN (p.game_id, p.other_id)
      )
    RETURNING game_id, other_id`;
}
