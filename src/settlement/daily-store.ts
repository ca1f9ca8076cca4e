/** SQL of daily figures, of how far sweeps have come, and of what is old enough to go. */
import type { CutOff } from '../ledger/index.ts';
import type { Database } from '../platform/index.ts';
import { deleteConflicts } from './conflicts-store.ts';
import { decimalOfText, figuresJson } from './daily-rules.ts';
import type { DayComparison, DayFigures, DayKey, FiguresJson } from './daily-rules.ts';

const instant = (ms: number): string => new Date(ms).toISOString();
const dayOf = (ms: number): string => instant(ms).slice(0, 10);

interface TheirRow {
  provider: string | null;
  game_code: string | null;
  currency: string | null;
  round_id: string;
  player: string;
  bets: number;
  bet: string;
  bet_rollbacks: number;
  bet_rollback: string;
  wins: number;
  win: string;
  win_rollbacks: number;
  win_rollback: string;
}

const figuresOf = (row: TheirRow): DayFigures => ({
  bets: row.bets,
  bet: decimalOfText(row.bet),
  betRollbacks: row.bet_rollbacks,
  betRollback: decimalOfText(row.bet_rollback),
  wins: row.wins,
  win: decimalOfText(row.win),
  winRollbacks: row.win_rollbacks,
  winRollback: decimalOfText(row.win_rollback),
});

export interface TheirLine {
  readonly provider: string | null;
  readonly game: string;
  readonly currency: string;
  readonly round: string;
  readonly player: string;
  readonly figures: DayFigures;
}

/** What reports assert of a day, by game and currency, or by round of one game. Relies on claim_occurred. */
export async function selectTheirs(
  sql: Database,
  asked: { readonly aggregator: string; readonly dayMs: number; readonly of: Pick<DayKey, 'game' | 'currency'> | null },
): Promise<readonly TheirLine[]> {
  const from = instant(asked.dayMs);
  const to = instant(asked.dayMs + 86_400_000);
  const rows = await sql<TheirRow[]>`
    /* claim.day */
    WITH
      -- of what was said of a transaction, the latest version
      standing AS (
        SELECT DISTINCT ON (kind, tx_id) *
        FROM claim
        WHERE aggregator = ${asked.aggregator} AND source = 'report' AND occurred_at >= ${from} AND occurred_at < ${to}
          ${asked.of === null ? sql`` : sql`AND coalesce(game_code, '') = ${asked.of.game} AND coalesce(currency, '') = ${asked.of.currency}`}
        ORDER BY kind, tx_id, version DESC, occurred_at DESC, content_hash
      ),
      priced AS (
        SELECT s.*, coalesce(s.amount, b.amount, 0) AS worth
        FROM standing s
        LEFT JOIN standing b ON s.kind = 'rollback' AND b.kind = 'bet' AND b.tx_id = s.reference
      )
    SELECT provider, game_code, currency,
      ${asked.of === null ? sql`''` : sql`round_id`} AS round_id, ${asked.of === null ? sql`''` : sql`player`} AS player,
      count(*) FILTER (WHERE kind = 'bet' AND status <> 'failed')::integer AS bets,
      coalesce(sum(worth) FILTER (WHERE kind = 'bet' AND status <> 'failed'), 0)::text AS bet,
      count(*) FILTER (WHERE (kind = 'bet' AND status = 'rolled_back') OR (kind = 'rollback' AND status = 'ok'))::integer AS bet_rollbacks,
      coalesce(sum(worth) FILTER (WHERE (kind = 'bet' AND status = 'rolled_back') OR (kind = 'rollback' AND status = 'ok')), 0)::text AS bet_rollback,
      count(*) FILTER (WHERE kind = 'win' AND status <> 'failed' AND worth > 0)::integer AS wins,
      coalesce(sum(worth) FILTER (WHERE kind = 'win' AND status <> 'failed'), 0)::text AS win,
      count(*) FILTER (WHERE kind = 'win' AND status = 'rolled_back')::integer AS win_rollbacks,
      coalesce(sum(worth) FILTER (WHERE kind = 'win' AND status = 'rolled_back'), 0)::text AS win_rollback
    FROM priced
    GROUP BY 1, 2, 3, 4, 5
    LIMIT 1000000`;
  return rows.map((row) => ({
    provider: row.provider,
    game: row.game_code ?? '',
    currency: row.currency ?? '',
    round: row.round_id,
    player: row.player,
    figures: figuresOf(row),
  }));
}

/** Relies on daily_comparison_pkey. */
export async function upsertDay(
  sql: Database,
  day: {
    readonly aggregator: string;
    readonly dayMs: number;
    readonly cutOff: CutOff;
    readonly run: 1 | 3;
    readonly nowMs: number;
  },
  lines: readonly DayComparison[],
): Promise<void> {
  if (lines.length === 0) return;
  await sql`
    /* daily_comparison.upsert */
    INSERT INTO daily_comparison (
      aggregator, day, cut_off, provider, game_code, currency, ours, theirs, differs, explained, compared_at, run
    )
    SELECT ${day.aggregator}, ${dayOf(day.dayMs)}::date, ${day.cutOff}, provider, game_code, currency, ours::jsonb, theirs::jsonb,
      differs, explained, ${instant(day.nowMs)}::timestamptz, ${day.run}::smallint
    FROM unnest(
      ${lines.map((each) => each.provider)}::text[], ${lines.map((each) => each.game)}::text[],
      ${lines.map((each) => each.currency)}::text[], ${lines.map((each) => JSON.stringify(figuresJson(each.ours)))}::text[],
      ${lines.map((each) => (each.theirs === null ? null : JSON.stringify(figuresJson(each.theirs))))}::text[],
      ${lines.map((each) => String(each.differs))}::text[]::boolean[], ${lines.map((each) => String(each.explained))}::text[]::boolean[]
    ) AS n (provider, game_code, currency, ours, theirs, differs, explained)
    ON CONFLICT (aggregator, day, cut_off, provider, game_code, currency) DO UPDATE
      SET ours = EXCLUDED.ours, theirs = EXCLUDED.theirs, differs = EXCLUDED.differs, explained = EXCLUDED.explained,
        compared_at = EXCLUDED.compared_at, run = EXCLUDED.run`;
}

export interface StoredDay extends DayKey {
  readonly aggregator: string;
  readonly day: string;
  readonly cutOff: CutOff;
  readonly ours: FiguresJson;
  readonly theirs: FiguresJson | null;
  readonly differs: boolean;
  readonly explained: boolean;
  readonly run: number;
  readonly comparedAtMs: number;
}

/** Relies on daily_comparison_pkey. */
export async function selectDay(sql: Database, aggregator: string, day: string): Promise<readonly StoredDay[]> {
  const rows = await sql<
    {
      cut_off: CutOff;
      provider: string;
      game_code: string;
      currency: string;
      ours: FiguresJson;
      theirs: FiguresJson | null;
      differs: boolean;
      explained: boolean;
      run: number;
      compared_at: Date;
    }[]
  >`
    /* daily_comparison.day */
    SELECT cut_off, provider, game_code, currency, ours, theirs, differs, explained, run, compared_at
    FROM daily_comparison
    WHERE aggregator = ${aggregator} AND day = ${day}::date
    ORDER BY differs DESC, provider, game_code, currency
    LIMIT 10000`;
  return rows.map((row) => ({
    aggregator,
    day,
    cutOff: row.cut_off,
    provider: row.provider,
    game: row.game_code,
    currency: row.currency,
    ours: row.ours,
    theirs: row.theirs,
    differs: row.differs,
    explained: row.explained,
    run: row.run,
    comparedAtMs: row.compared_at.getTime(),
  }));
}

/** Relies on settlement_mark_pkey. */
export async function selectMark(sql: Database, name: string): Promise<number | null> {
  const [row] = await sql<{ at: Date }[]>`
    /* settlement_mark.one */
    SELECT at FROM settlement_mark WHERE name = ${name}`;
  return row?.at.getTime() ?? null;
}

export async function setMark(sql: Database, name: string, atMs: number): Promise<void> {
  await sql`
    /* settlement_mark.set */
    INSERT INTO settlement_mark AS m (name, at) VALUES (${name}, ${instant(atMs)})
    ON CONFLICT (name) DO UPDATE SET at = greatest(m.at, EXCLUDED.at)`;
}

/**
 * Rounds first heard of in a span and not judged since are judged again: something may have been booked meanwhile. At most so many
 * at once; how many. Relies on round_view_created.
 */
export async function markAgain(
  sql: Database,
  span: { readonly fromMs: number; readonly toMs: number; readonly nowMs: number },
  limit: number,
): Promise<number> {
  const rows = await sql`
    /* round_view.again */
    UPDATE round_view SET due_at = ${instant(span.nowMs)}
    WHERE (shard, player, aggregator, round_id) IN (
      SELECT shard, player, aggregator, round_id
      FROM round_view
      WHERE created_at >= ${instant(span.fromMs)} AND created_at < ${instant(span.toMs)} AND due_at IS NULL
        AND state = 'balanced' AND computed_at < ${instant(span.nowMs)}
      LIMIT ${limit}
      FOR UPDATE SKIP LOCKED
    )
    RETURNING 1`;
  return rows.length;
}

/**
 * Rounds past their time about which nothing is open, with all that was asserted of them. Relies on round_view_created, the unique
 * index of discrepancy, settlement_event_round and claim_round.
 */
export async function deleteOldRounds(sql: Database, beforeMs: number, limit: number): Promise<number> {
  const result = await sql.begin(async (tx) => {
    const keys = await tx<{ shard: number; player: string; aggregator: string; round_id: string }[]>`
      /* round_view.expire */
      DELETE FROM round_view
      WHERE (shard, player, aggregator, round_id) IN (
        SELECT shard, player, aggregator, round_id
        FROM round_view v
        WHERE created_at < ${instant(beforeMs)}
          AND (due_at IS NULL AND state IN ('balanced', 'demo') OR state = 'incomplete')
          AND NOT EXISTS (
            SELECT 1
            FROM discrepancy d
            WHERE d.shard = v.shard AND d.player = v.player AND d.aggregator = v.aggregator AND d.round_id = v.round_id
              AND d.state IN ('waiting', 'open', 'proposed')
          )
        LIMIT ${limit}
        FOR UPDATE OF v SKIP LOCKED
      )
      RETURNING shard, player, aggregator, round_id`;
    if (keys.length === 0) return { count: 0 };
    const aggregators = keys.map((key) => key.aggregator);
    const rounds = keys.map((key) => key.round_id);
    const players = keys.map((key) => key.player);
    await tx`
      /* settlement_event.expire */
      DELETE FROM settlement_event e
      USING unnest(${aggregators}::text[], ${rounds}::text[], ${players}::text[]) AS n (aggregator, round_id, player)
      WHERE e.aggregator = n.aggregator AND e.round_id = n.round_id AND e.player = n.player`;
    await tx`
      /* claim.expire */
      DELETE FROM claim c
      USING unnest(${aggregators}::text[], ${rounds}::text[], ${players}::text[]) AS n (aggregator, round_id, player)
      WHERE c.aggregator = n.aggregator AND c.round_id = n.round_id AND c.player = n.player`;
    await deleteConflicts(
      tx,
      keys.map(({ round_id: round, ...key }) => ({ ...key, round })),
    );
    return { count: keys.length };
  });
  return result.count;
}

/** Events that never came to a round: demos, and what nobody could understand. Relies on settlement_event_received. */
export async function deleteOldEvents(sql: Database, beforeMs: number, limit: number): Promise<number> {
  const rows = await sql`
    /* settlement_event.expire_loose */
    DELETE FROM settlement_event
    WHERE (aggregator, event_key, body_hash) IN (
      SELECT aggregator, event_key, body_hash
      FROM settlement_event
      WHERE received_at < ${instant(beforeMs)} AND state IN ('demo', 'poison')
      LIMIT ${limit}
    )
    RETURNING 1`;
  return rows.length;
}
