/** What is known of sessions, brought together: launches, events and wallet calls; and the days they count on. */
import type { DatabaseTransaction } from '../platform/index.ts';
import type { SessionName } from './book-store.ts';

/** What wallet calls of one reading said about a session. */
export interface WalletSigns extends SessionName {
  /** whose booked bet carried it; null: none did */
  readonly player: string | null;
  readonly game: string | null;
  readonly currency: string | null;
  readonly firstAtMs: number;
  readonly lastAtMs: number;
  readonly marks: readonly number[];
}

/** Adds what the calls said: least, greatest, union, so that repeating it changes nothing. Relies on analytics_session_pkey. */
export async function mergeWalletSigns(sql: DatabaseTransaction, signs: readonly WalletSigns[]): Promise<void> {
  if (signs.length === 0) return;
  await sql`
    /* analytics.merge_signs */
    INSERT INTO analytics_session AS s (aggregator, session_id, player, game_code, currency, first_at, last_at, marks)
    SELECT aggregator, session_id, player, game_code, currency, first_at, last_at, string_to_array(marks, ',')::integer[]
    FROM unnest(
      ${signs.map(({ aggregator }) => aggregator)}::text[], ${signs.map(({ session }) => session)}::text[],
      ${signs.map(({ player }) => player)}::text[], ${signs.map(({ game }) => game)}::text[],
      ${signs.map(({ currency }) => currency)}::text[],
      ${signs.map(({ firstAtMs }) => new Date(firstAtMs).toISOString())}::timestamptz[],
      ${signs.map(({ lastAtMs }) => new Date(lastAtMs).toISOString())}::timestamptz[],
      ${signs.map(({ marks }) => marks.join(','))}::text[]
    ) AS n (aggregator, session_id, player, game_code, currency, first_at, last_at, marks)
    ON CONFLICT (aggregator, session_id) DO UPDATE SET
      player = least(s.player, EXCLUDED.player), game_code = least(s.game_code, EXCLUDED.game_code),
      currency = least(s.currency, EXCLUDED.currency), first_at = least(s.first_at, EXCLUDED.first_at),
      last_at = greatest(s.last_at, EXCLUDED.last_at),
      marks = ARRAY(SELECT DISTINCT unnest(s.marks || EXCLUDED.marks) ORDER BY 1)`;
}

/** Everything known of a session. Times are epoch ms. */
export interface KnownSession extends SessionName {
  readonly launch: {
    readonly mode: 'real' | 'demo';
    readonly player: string | null;
    readonly game: string;
    readonly currency: string | null;
    readonly atMs: number;
  } | null;
  readonly wallet: Omit<WalletSigns, 'aggregator' | 'session'> | null;
  readonly events: readonly {
    readonly type: 'started' | 'ended' | 'heartbeat';
    readonly mode: 'real' | 'demo' | null;
    readonly player: string | null;
    readonly game: string | null;
    readonly atMs: number;
  }[];
  /** what it was judged to be before; null: it never was */
  readonly judged: { readonly mode: 'real' | 'demo' | 'unknown'; readonly conflict: boolean } | null;
}

interface KnownRow {
  aggregator: string;
  session: string;
  launch_mode: 'real' | 'demo' | null;
  launch_player: string | null;
  launch_game: string | null;
  launch_currency: string | null;
  launched_at: Date | null;
  player: string | null;
  game_code: string | null;
  currency: string | null;
  first_at: Date | null;
  last_at: Date | null;
  marks: number[] | null;
  mode: 'real' | 'demo' | 'unknown' | null;
  conflict: boolean | null;
}

interface EventRow {
  aggregator: string;
  session: string;
  type: 'started' | 'ended' | 'heartbeat';
  mode: 'real' | 'demo' | null;
  player: string | null;
  game_code: string | null;
  occurred_at: Date;
}

/** Relies on session_pkey, analytics_session_pkey and session_event_session. An aggregator speaks about its own sessions only. */
export async function selectKnownSessions(
  sql: DatabaseTransaction,
  names: readonly SessionName[],
): Promise<readonly KnownSession[]> {
  if (names.length === 0) return [];
  const aggregators = names.map(({ aggregator }) => aggregator);
  const sessions = names.map(({ session }) => session);
  const rows = await sql<KnownRow[]>`
    /* analytics.known_sessions */
    SELECT n.aggregator, n.session_id AS session, l.mode AS launch_mode, l.player AS launch_player, l.game_code AS launch_game,
      l.currency AS launch_currency, l.created_at AS launched_at,
      s.player, s.game_code, s.currency, s.first_at, s.last_at, s.marks, s.mode, s.conflict
    FROM unnest(${aggregators}::text[], ${sessions}::text[]) AS n (aggregator, session_id)
    LEFT JOIN session l ON l.id = n.session_id AND l.aggregator = n.aggregator
    LEFT JOIN analytics_session s ON s.aggregator = n.aggregator AND s.session_id = n.session_id`;
  const events = await sql<EventRow[]>`
    /* analytics.events_of */
    SELECT e.aggregator, e.session_id AS session, e.type, e.mode, e.player, e.game_code, e.occurred_at
    FROM unnest(${aggregators}::text[], ${sessions}::text[]) AS n (aggregator, session_id)
    JOIN session_event e ON e.aggregator = n.aggregator AND e.session_id = n.session_id`;
  const byName = new Map<string, EventRow[]>();
  for (const event of events) {
    const found = byName.get(keyOf(event));
    if (found === undefined) byName.set(keyOf(event), [event]);
    else found.push(event);
  }
  return rows.map((row) => readKnown(row, byName.get(keyOf(row)) ?? []));
}

const keyOf = (name: SessionName): string => `${name.aggregator}\0${name.session}`;

function readKnown(row: KnownRow, events: readonly EventRow[]): KnownSession {
  const { launch_mode: mode, launched_at: launchedAt } = row;
  return {
    aggregator: row.aggregator,
    session: row.session,
    launch:
      mode === null || launchedAt === null
        ? null
        : {
            mode,
            player: row.launch_player,
            game: row.launch_game ?? '',
            currency: row.launch_currency,
            atMs: launchedAt.getTime(),
          },
    wallet:
      row.first_at === null || row.last_at === null
        ? null
        : {
            player: row.player,
            game: row.game_code,
            currency: row.currency,
            firstAtMs: row.first_at.getTime(),
            lastAtMs: row.last_at.getTime(),
            marks: row.marks ?? [],
          },
    events: events.map((each) => ({
      type: each.type,
      mode: each.mode,
      player: each.player,
      game: each.game_code,
      atMs: each.occurred_at.getTime(),
    })),
    judged: row.mode === null ? null : { mode: row.mode, conflict: row.conflict === true },
  };
}

export interface SessionDay extends SessionName {
  readonly day: string;
  readonly mode: 'real' | 'demo' | 'unknown';
  readonly conflict: boolean;
  readonly visitor: string;
  readonly game: string;
  readonly currency: string;
  /** null on the days after the first */
  readonly seconds: number | null;
}

export interface Judged extends SessionName {
  readonly mode: 'real' | 'demo' | 'unknown';
  readonly conflict: boolean;
}

/** Puts the days of the sessions in the place of what stood there; returns every day whose figures that touches. */
export async function replaceSessionDays(
  sql: DatabaseTransaction,
  judged: readonly Judged[],
  days: readonly SessionDay[],
): Promise<readonly string[]> {
  if (judged.length === 0) return [];
  const names = [judged.map(({ aggregator }) => aggregator), judged.map(({ session }) => session)] as const;
  await sql`
    /* analytics.judge_sessions */
    INSERT INTO analytics_session (aggregator, session_id, mode, conflict)
    SELECT *
    FROM unnest(
      ${names[0]}::text[], ${names[1]}::text[], ${judged.map(({ mode }) => mode)}::text[],
      ${judged.map(({ conflict }) => String(conflict))}::text[]::boolean[]
    )
    ON CONFLICT (aggregator, session_id) DO UPDATE SET mode = EXCLUDED.mode, conflict = EXCLUDED.conflict`;
  const stored = await sql<StoredDay[]>`
    /* analytics.session_days_of */
    SELECT d.day::text, d.aggregator, d.session_id AS session, d.mode, d.conflict, d.visitor, d.game_code AS game, d.currency,
      d.seconds::float8 AS seconds
    FROM unnest(${names[0]}::text[], ${names[1]}::text[]) AS n (aggregator, session_id)
    JOIN analytics_session_day d ON d.aggregator = n.aggregator AND d.session_id = n.session_id`;
  // What is the same stays, so that a day is only touched by what changes it.
  const old = new Map(stored.map((each) => [dayKeyOf(each), textOf(each)]));
  const kept = new Set(days.map(dayKeyOf));
  const changed = days.filter((each) => old.get(dayKeyOf(each)) !== textOf(each));
  const gone = stored.filter((each) => !kept.has(dayKeyOf(each)));
  await deleteSessionDays(sql, gone);
  await upsertSessionDays(sql, changed);
  return [...new Set([...changed, ...gone].map(({ day }) => day))];
}

type StoredDay = { -readonly [Name in keyof SessionDay]: SessionDay[Name] };

const dayKeyOf = (each: SessionDay): string => `${each.day}\0${keyOf(each)}`;
const textOf = ({ mode, conflict, visitor, game, currency, seconds }: SessionDay): string =>
  [mode, conflict, visitor, game, currency, seconds].join('\0');

/** Relies on analytics_session_day_pkey. */
async function deleteSessionDays(sql: DatabaseTransaction, days: readonly SessionDay[]): Promise<void> {
  if (days.length === 0) return;
  await sql`
    /* analytics.delete_session_days */
    DELETE FROM analytics_session_day d
    USING unnest(
      ${days.map(({ day }) => day)}::date[], ${days.map(({ aggregator }) => aggregator)}::text[],
      ${days.map(({ session }) => session)}::text[]
    ) AS n (day, aggregator, session_id)
    WHERE d.day = n.day AND d.aggregator = n.aggregator AND d.session_id = n.session_id`;
}

/** Relies on analytics_session_day_pkey. */
async function upsertSessionDays(sql: DatabaseTransaction, days: readonly SessionDay[]): Promise<void> {
  if (days.length === 0) return;
  await sql`
    /* analytics.upsert_session_days */
    INSERT INTO analytics_session_day AS d (
      day, aggregator, session_id, mode, conflict, visitor, game_code, currency, seconds
    )
    SELECT *
    FROM unnest(
      ${days.map(({ day }) => day)}::date[], ${days.map(({ aggregator }) => aggregator)}::text[],
      ${days.map(({ session }) => session)}::text[], ${days.map(({ mode }) => mode)}::text[],
      ${days.map(({ conflict }) => String(conflict))}::text[]::boolean[], ${days.map(({ visitor }) => visitor)}::text[],
      ${days.map(({ game }) => game)}::text[], ${days.map(({ currency }) => currency)}::text[],
      ${days.map(({ seconds }) => seconds)}::bigint[]
    )
    ON CONFLICT (day, aggregator, session_id) DO UPDATE SET
      mode = EXCLUDED.mode, conflict = EXCLUDED.conflict, visitor = EXCLUDED.visitor, game_code = EXCLUDED.game_code,
      currency = EXCLUDED.currency, seconds = EXCLUDED.seconds`;
}

/** The page of sessions that only wallet calls told of and nobody has judged yet. Relies on analytics_session_pkey. */
export async function selectUnjudgedAfter(
  sql: DatabaseTransaction,
  place: readonly string[] | null,
  limit: number,
): Promise<readonly SessionName[]> {
  const [aggregator = '', session = ''] = place ?? [];
  return sql<{ aggregator: string; session: string }[]>`
    /* analytics.unjudged_sessions */
    SELECT aggregator, session_id AS session
    FROM analytics_session
    WHERE (aggregator, session_id) > (${aggregator}, ${session}) AND mode IS NULL
    ORDER BY aggregator, session_id
    LIMIT ${limit}`;
}
