/** A ledger to play at, with analytics beside it; and everything that was built, in one value to compare. */
import { openBuilder } from '../../src/analytics/builder.ts';
import type { Builder } from '../../src/analytics/builder.ts';
import { DEFAULT_RECIPE } from '../../src/analytics/figures.ts';
import type { Component } from '../../src/analytics/figures.ts';
import { publishDue } from '../../src/analytics/publish.ts';
import { reportDaily } from '../../src/analytics/report.ts';
import type { DailyReport, DayReport } from '../../src/analytics/report.ts';
import type { Exchange } from '../../src/money/index.ts';
import { silentLog } from '../../src/platform/index.ts';
import type { Database, Log } from '../../src/platform/index.ts';
import { openSessions } from '../../src/sessions/index.ts';
import type { SessionEvent } from '../../src/sessions/index.ts';
import { CASHIER, aggregatorName, externalId, gameCode, playerId, roundId, sessionId } from '../../src/wallet/index.ts';
import type { BetFlavour, Operation, Outcome, Policy, WinFlavour } from '../../src/wallet/index.ts';
import { amount, CURRENCIES, ledgerTable, request } from '../support/ledger.ts';

export interface Call {
  readonly atMs: number;
  readonly player: string;
  readonly aggregator?: string;
  readonly game?: string;
  readonly session?: string | null;
  readonly currency?: string;
  /** the wallet holds another currency */
  readonly exchange?: Exchange;
}

export const ALL = { aggregator: true, provider: true, game: true, currency: true, mode: true };
export const NONE = { aggregator: false, provider: false, game: false, currency: false, mode: false };

export interface StageOptions {
  readonly timeZone?: string;
  readonly idleMinutes?: number;
  readonly stepRows?: number;
  readonly policy?: Policy;
  readonly log?: Log;
  readonly replicas?: number;
}

export async function analyticsStage(options: StageOptions = {}) {
  const table = await ledgerTable({
    ...(options.policy === undefined ? {} : { policy: options.policy }),
    replicas: options.replicas ?? 1,
  });
  const { sql } = table;
  const timeZone = options.timeZone ?? 'UTC';
  const log = options.log ?? silentLog;
  const builderOf = (more: { timeZone?: string; stepRows?: number } = {}): Builder =>
    openBuilder({
      sql,
      log,
      timeZone: more.timeZone ?? timeZone,
      idleMinutes: options.idleMinutes ?? 30,
      stepRows: more.stepRows ?? options.stepRows ?? 4_000,
    });
  const builder = builderOf();
  let made = 0;

  const submit = async (call: Call, operation: Operation): Promise<Outcome> =>
    table.ledgerAt().submit(
      request(playerId(call.player), call.currency ?? 'USD', [operation], {
        aggregator: aggregatorName(call.aggregator ?? 'acme'),
        session: { kind: 'none' },
        sessionId: call.session == null ? null : sessionId(call.session),
        gameCode: gameCode(call.game ?? 'slot'),
        nowMs: call.atMs,
        exchange: call.exchange ?? null,
      }),
      table.policy,
      20_000,
    );

  const days = async (
    from: string,
    to = from,
    more: { by?: typeof ALL; recipe?: readonly Component[]; revision?: number | null; timeZone?: string } = {},
  ): Promise<DailyReport> => {
    const { recipe = DEFAULT_RECIPE, by = NONE, revision = null } = more;
    const reported = await reportDaily(
      { sql, timeZone: more.timeZone ?? timeZone, recipe },
      { from, to, by, revision },
    );
    if (reported.kind === 'problem') throw new Error(reported.reason);
    return reported.report;
  };

  return {
    sql,
    table,
    submit,
    builder,
    builderOf,
    days,
    day: async (day: string, more: Parameters<typeof days>[2] = {}): Promise<DayReport> => {
      const [only] = (await days(day, day, more)).days;
      if (only === undefined) throw new Error(`no report of ${day}`);
      return only;
    },
    publish: async (settleMs = -1e12, restateEveryMs = 0) => publishDue({ sql, log, settleMs, restateEveryMs }),
    /** a player with a wallet and money, and a row of its own where it is known to be for tests or not */
    seat: async (id: string, seat: { currency?: string; test?: boolean; deposit?: string } = {}): Promise<void> => {
      const { currency = 'USD', test = false } = seat;
      const known = CURRENCIES.get(currency);
      if (known === undefined) throw new Error(`no currency ${currency}`);
      await sql`
        INSERT INTO player (id, currency, test, status, created_at, changed_at)
        VALUES (${id}, ${currency}, ${test}, 'active', now(), now())
        ON CONFLICT (id) DO NOTHING`;
      await table.ledgerAt().ensureWallet(playerId(id), known, 'active');
      made += 1;
      await table
        .ledgerAt()
        .submit(
          request(
            playerId(id),
            currency,
            [{ kind: 'deposit', id: externalId(`deposit-${id}-${made}`), amount: amount(seat.deposit ?? '100000') }],
            { aggregator: CASHIER, session: { kind: 'none' }, sessionId: null, gameCode: null },
          ),
          table.policy,
          20_000,
        );
    },
    bet: async (call: Call, id: string, stake: string, more: { round?: string | null; flavour?: BetFlavour } = {}) =>
      submit(call, {
        kind: 'bet',
        id: externalId(id),
        round: more.round === null ? null : roundId(more.round ?? `r-${id}`),
        amount: amount(stake),
        flavour: more.flavour ?? 'cash',
        combined: false,
        closesRound: false,
      }),
    win: async (
      call: Call,
      id: string,
      payout: string,
      more: { bet?: string | null; round?: string | null; flavour?: WinFlavour } = {},
    ) =>
      submit(call, {
        kind: 'win',
        id: externalId(id),
        round: more.round === undefined ? null : more.round === null ? null : roundId(more.round),
        bet: more.bet == null ? null : externalId(more.bet),
        amount: amount(payout),
        flavour: more.flavour ?? 'win',
        combined: false,
        closesRound: false,
      }),
    rollback: async (call: Call, id: string, bet: string, part: string | null = null) =>
      submit(call, {
        kind: 'rollback',
        id: externalId(id),
        target: { kind: 'bet', id: externalId(bet) },
        round: null,
        amount: part === null ? null : amount(part),
        closesRound: false,
      }),
    launch: async (session: {
      id: string;
      mode: 'real' | 'demo';
      atMs: number;
      player?: string | null;
      game?: string;
      aggregator?: string;
      currency?: string;
    }) =>
      sql`
        INSERT INTO session (id, player, aggregator, game_id, game_code, mode, currency, created_at, expires_at, last_seen_at)
        VALUES (
          ${session.id}, ${session.mode === 'demo' ? null : (session.player ?? null)}, ${session.aggregator ?? 'acme'},
          '01890000-0000-7000-8000-000000000001', ${session.game ?? 'slot'}, ${session.mode},
          ${session.mode === 'demo' ? null : (session.currency ?? 'USD')}, ${new Date(session.atMs)},
          ${new Date(session.atMs + 43_200_000)}, ${new Date(session.atMs)}
        )`,
    event: async (event: Partial<SessionEvent> & { session: string; occurredAtMs: number }, aggregator = 'acme') => {
      made += 1;
      return openSessions({ sql, clock: { now: () => event.occurredAtMs, monotonic: () => 0 } }).recordEvent(
        aggregatorName(aggregator),
        { eventId: `e-${made}`, type: 'heartbeat', mode: null, player: null, game: null, ...event },
      );
    },
    [Symbol.asyncDispose]: async () => table[Symbol.asyncDispose](),
  };
}

/** Everything built, without what only tells how it was built. */
export async function everythingBuilt(sql: Database) {
  const [cells, bettors, plays, sessions] = await Promise.all([
    sql`SELECT * FROM analytics_cell ORDER BY day, aggregator, game_code, currency`,
    sql`SELECT * FROM analytics_bettor ORDER BY day, player, aggregator, game_code, currency`,
    sql`SELECT shard, player, aggregator, id_scope, play, portions FROM analytics_play WHERE portions <> '[]'
        ORDER BY shard, player, aggregator, id_scope, play`,
    sql`SELECT * FROM analytics_session_day ORDER BY day, aggregator, session_id`,
  ]);
  return { cells: [...cells], bettors: [...bettors], plays: [...plays], sessions: [...sessions] };
}

/** What the house's accounts hold of the players that count, against the sums of all days: empty when they agree. */
export async function disagreements(sql: Database): Promise<readonly unknown[]> {
  return sql`
    WITH
      held AS (
        SELECT currency, account, sum(units) AS units
        FROM (
          SELECT player, currency, credit AS account, units FROM posting
          UNION ALL
          SELECT player, currency, debit, -units FROM posting
        ) sides
        WHERE account NOT IN ('player', 'receivable', 'cashier')
          AND NOT EXISTS (SELECT 1 FROM player p WHERE p.id = sides.player AND p.test)
        GROUP BY currency, account
      ),
      told AS (
        SELECT currency, account, sum(units) AS units
        FROM (
          SELECT currency, 'stakes:' || aggregator AS account, stakes AS units FROM analytics_cell
          UNION ALL SELECT currency, 'tips:' || aggregator, tips FROM analytics_cell
          UNION ALL SELECT currency, 'jackpots:' || aggregator, -jackpots FROM analytics_cell
          UNION ALL SELECT currency, 'won:' || aggregator, -payouts - promotions - free_wins FROM analytics_cell
          UNION ALL SELECT currency, 'adjustments', -adjustments FROM analytics_cell
        ) cells
        GROUP BY currency, account
      ),
      -- wins of free rounds are told apart by what was bet, not by the account that paid them
      known AS (
        SELECT currency, CASE WHEN split_part(account, ':', 1) IN ('payouts', 'promotions')
          THEN 'won:' || split_part(account, ':', 2) ELSE account END AS account, sum(units) AS units
        FROM held
        GROUP BY 1, 2
      )
    SELECT currency, account, told.units AS told, known.units AS held
    FROM told
    FULL JOIN known USING (currency, account)
    WHERE coalesce(told.units, 0) <> coalesce(known.units, 0)`;
}
