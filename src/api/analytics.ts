/** The call about daily figures, as JSON with the definitions beside them, or as CSV for a spreadsheet. Only reads. */
import { csvOf } from '../analytics/index.ts';
import type {
  Analytics,
  By,
  CsvCell,
  CurrencyMeasures,
  DailyReport,
  Heads,
  Key,
  Measures,
  ReportProblem,
  ReportRow,
} from '../analytics/index.ts';
import { divideRounded, formatDecimal, formatDecimalAtScale, isProblem, unscaledText } from '../money/index.ts';
import type { Decimal } from '../money/index.ts';
import * as schemas from './analytics-schemas.ts';
import type { ApiScope, RouteOptions } from './deps.ts';
import { refuse } from './problem.ts';
import { problems } from './schemas.ts';

type Answer = (typeof schemas.daily)['_output'];
type Money = Answer['days'][number]['money'][number];

const PROBLEMS: Readonly<Record<ReportProblem, readonly [number, string, string]>> = {
  bad_range: [400, 'bad_request', '`to` is before `from`.'],
  range_too_long: [400, 'bad_request', 'The range is longer than 100 days: ask for parts of it.'],
  too_many_rows: [422, 'too_many_rows', 'More than 20,000 rows: ask for fewer days, or group by less.'],
  revision_of_one_day: [400, 'bad_request', 'A revision is of one day: give the same `from` and `to`.'],
  no_such_revision: [404, 'not_found', 'The day was not published under this number.'],
};

const DEFINITIONS: Answer['definitions'] = {
  dau: 'distinct players with at least one booked cash bet of the day that was not taken back whole',
  dau_sessions: 'distinct players with a session of mode real that gave a sign of life on the day',
  naive: 'distinct visitors of every session, demo and unknown counted: shown for comparison only',
  turnover: 'booked cash bets less reversed ones, on the day of the bet; free rounds and tips apart',
  payouts: 'booked wins less reversed ones, on the day of the win; jackpots, promotions and free rounds apart',
  ggr: 'turnover - payouts',
  rtp: 'payouts / turnover, with the 95 % interval of a ratio over plays',
  hold: 'ggr / turnover',
  ngr: 'ggr less the components of ngr_recipe',
};

export function analyticsRoutes(app: ApiScope, { analytics }: RouteOptions): void {
  if (analytics === undefined) return;
  app.get(
    '/v1/analytics/daily',
    {
      config: { scope: 'read' },
      schema: {
        tags: ['Analytics'],
        summary: 'Who played and what was won, day by day',
        description: 'Test players are in no figure. With `format=csv` the rows come as text/csv, a line each.',
        querystring: schemas.dailyQuery,
        response: {
          200: {
            description: 'The figures.',
            content: { 'application/json': { schema: schemas.daily }, 'text/csv': { schema: schemas.csv } },
          },
          ...problems,
        },
      },
    },
    async (request, reply) => {
      const { from, to, revision = null, group_by: groupBy, format } = request.query;
      const report = await reportOf(analytics, { from, to, revision, by: byOf(groupBy) });
      if (format === 'json') return renderDaily(report);
      return reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', `attachment; filename="daily-${from}-${to}.csv"`)
        .send(renderCsv(report));
    },
  );
}

async function reportOf(analytics: Pick<Analytics, 'daily'>, query: Parameters<Analytics['daily']>[0]) {
  const reported = await analytics.daily(query);
  if (reported.kind === 'report') return reported.report;
  const [status, code, detail] = PROBLEMS[reported.reason];
  return refuse(status, code, detail);
}

function byOf(groupBy: string): By {
  const names = new Set(groupBy.split(','));
  return {
    aggregator: names.has('aggregator'),
    provider: names.has('provider'),
    game: names.has('game'),
    currency: names.has('currency'),
    mode: names.has('mode'),
  };
}

const iso = (at: Date): string => at.toISOString();

export function renderDaily(report: DailyReport): Answer {
  return {
    time_zone: report.timeZone,
    state: report.state,
    as_of: report.asOf === null ? null : iso(report.asOf),
    definitions: DEFINITIONS,
    ngr_recipe: report.recipe.map((each) => ({ ...each })),
    days: report.days.map((day) => ({
      day: day.day,
      status: day.status,
      revision: day.revision,
      revisions: day.revisions.map(({ revision, publishedAt }) => ({ revision, published_at: iso(publishedAt) })),
      ...headsOf(day.heads),
      money: day.money.map(moneyOf),
      rows: day.rows.map(rowOf),
    })),
  };
}

function rowOf({ key, heads, money }: ReportRow): Answer['days'][number]['rows'][number] {
  return { ...cutsOf(key), ...headsOf(heads), money: money.map(moneyOf) };
}

const orNull = (text: string): string | null => (text === '' ? null : text);

function cutsOf({ aggregator, provider, game, currency, mode }: Key) {
  return {
    aggregator: orNull(aggregator),
    provider: orNull(provider),
    game: orNull(game),
    currency: orNull(currency),
    mode: orNull(mode),
  };
}

function headsOf(heads: Heads) {
  const { real, demo, unknown, conflicts } = heads.sessions;
  return {
    dau: heads.bettors,
    dau_sessions: heads.sessionPlayers,
    free_round_only: heads.freeRoundOnly,
    sessions: {
      real,
      demo,
      unknown,
      conflicts,
      average_seconds: heads.timedSessions === 0 ? null : Math.round(heads.sessionSeconds / heads.timedSessions),
    },
    naive: { dau: heads.naive, times: timesOf(heads.naive, heads.bettors) },
  };
}

/** One digit after the point. */
function timesOf(naive: number, bettors: number): string | null {
  if (bettors === 0) return null;
  return unscaledText(divideRounded(BigInt(naive) * 10n, BigInt(bettors), 'half_up'), 1);
}

/** All digits of the currency, and more where a share has more. */
function text(amount: Decimal, scale: number): string {
  const padded = formatDecimalAtScale(amount, scale);
  return isProblem(padded) ? formatDecimal(amount) : padded;
}

function moneyOf({ currency, scale, measures }: CurrencyMeasures): Money {
  const amount = (each: Decimal) => text(each, scale);
  return {
    currency,
    rounds: Number(measures.rounds),
    bets: Number(measures.bets),
    free_bets: Number(measures.freeBets),
    turnover: amount(measures.turnover),
    payouts: amount(measures.payouts),
    ggr: amount(measures.ggr),
    rtp: measures.rtp,
    rtp_interval: intervalOf(measures),
    hold: measures.hold,
    ngr: {
      amount: amount(measures.ngr),
      components: measures.ngrComponents.map((each) => ({ name: each.name, amount: amount(each.amount) })),
    },
    jackpots: amount(measures.jackpots),
    promotions: amount(measures.promotions),
    free_round_stakes: amount(measures.freeRoundStakes),
    free_round_wins: amount(measures.freeRoundWins),
    billing_turnover: amount(measures.billingTurnover),
    tips: amount(measures.tips),
    adjustments: amount(measures.adjustments),
  };
}

function intervalOf({ rtpInterval, plays }: Measures): Money['rtp_interval'] {
  return rtpInterval === null ? null : { ...rtpInterval, confidence: '95', plays: Number(plays) };
}

const MONEY_COLUMNS = [
  ['rounds', ({ rounds }: Money) => String(rounds)],
  ['bets', ({ bets }: Money) => String(bets)],
  ['turnover', ({ turnover }: Money) => turnover],
  ['payouts', ({ payouts }: Money) => payouts],
  ['ggr', ({ ggr }: Money) => ggr],
  ['rtp', ({ rtp }: Money) => rtp],
  ['rtp_low', ({ rtp_interval: interval }: Money) => interval?.low ?? null],
  ['rtp_high', ({ rtp_interval: interval }: Money) => interval?.high ?? null],
  ['hold', ({ hold }: Money) => hold],
  ['ngr', ({ ngr }: Money) => ngr.amount],
  ['jackpots', ({ jackpots }: Money) => jackpots],
  ['promotions', ({ promotions }: Money) => promotions],
  ['free_round_stakes', (money: Money) => money.free_round_stakes],
  ['free_round_wins', (money: Money) => money.free_round_wins],
  ['billing_turnover', (money: Money) => money.billing_turnover],
  ['tips', ({ tips }: Money) => tips],
  ['adjustments', ({ adjustments }: Money) => adjustments],
] as const;

const CSV_HEADER = [
  'day',
  'time_zone',
  'status',
  'revision',
  'aggregator',
  'provider',
  'game',
  'mode',
  'currency',
  'dau',
  'dau_sessions',
  'free_round_only',
  'sessions_real',
  'sessions_demo',
  'sessions_unknown',
  'naive_dau',
  ...MONEY_COLUMNS.map(([name]) => name),
];

/** A line for every row and currency. A line without a currency's money has people only. Days without rows give their totals. */
export function renderCsv(report: DailyReport): string {
  const number = (text_: string | null): CsvCell => (text_ === null ? null : { number: text_ });
  const lines = renderDaily(report).days.flatMap((day) => {
    const all = { aggregator: null, provider: null, game: null, currency: null, mode: null, ...day };
    return (day.rows.length > 0 ? day.rows : [all]).flatMap((row) => {
      const monies: readonly (Money | null)[] = row.money.length > 0 ? row.money : [null];
      return monies.map((money): readonly CsvCell[] => [
        day.day,
        report.timeZone,
        day.status,
        number(String(day.revision)),
        row.aggregator,
        row.provider,
        row.game,
        row.mode,
        money?.currency ?? row.currency,
        ...[row.dau, row.dau_sessions, row.free_round_only].map((each) => number(String(each))),
        ...[row.sessions.real, row.sessions.demo, row.sessions.unknown, row.naive.dau].map((each) =>
          number(String(each)),
        ),
        ...MONEY_COLUMNS.map(([, of]) => (money === null ? null : number(of(money)))),
      ]);
    });
  });
  return csvOf(CSV_HEADER, lines);
}
