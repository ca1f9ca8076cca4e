/**
 * The daily report: for each day who played, what was staked and paid by currency, and the same cut into rows; with the time
 * zone it counts in, how current it is, and which revisions were published. Only reads.
 */
import type { Database } from '../platform/index.ts';
import { daysBetween, daysFrom, daysOf } from './days.ts';
import {
  selectHeads,
  selectMoney,
  selectPublished,
  selectRevisions,
  selectTouchedOf,
  unpackMoney,
} from './day-store.ts';
import type { By, Days, Revision } from './day-store.ts';
import { measuresOf } from './figures.ts';
import type { Component, Figures, Measures } from './figures.ts';
import { selectState } from './state-store.ts';
import type { BuilderState } from './state-store.ts';

/** What a row is of; '' where the report is not cut by it. */
export interface Key {
  readonly day: string;
  readonly aggregator: string;
  readonly provider: string;
  readonly game: string;
  readonly currency: string;
  readonly mode: string;
}

export interface Heads {
  /** DAU: players with a cash bet of which something stands */
  readonly bettors: number;
  /** players with free rounds and no cash bet */
  readonly freeRoundOnly: number;
  /** players with a real session */
  readonly sessionPlayers: number;
  /** everybody who shows up anywhere, demo visitors and all: what is counted by who only counts launches */
  readonly naive: number;
  readonly sessions: {
    readonly real: number;
    readonly demo: number;
    readonly unknown: number;
    readonly conflicts: number;
  };
  /** of real sessions that began on the day */
  readonly sessionSeconds: number;
  readonly timedSessions: number;
}

export const NO_HEADS: Heads = {
  bettors: 0,
  freeRoundOnly: 0,
  sessionPlayers: 0,
  naive: 0,
  sessions: { real: 0, demo: 0, unknown: 0, conflicts: 0 },
  sessionSeconds: 0,
  timedSessions: 0,
};

export interface MoneyGroup {
  readonly key: Key;
  readonly figures: Figures;
}
export interface HeadsGroup {
  readonly key: Key;
  readonly heads: Heads;
}

export interface ReportRow {
  readonly key: Key;
  readonly heads: Heads;
  /** one for each currency of the row, by code */
  readonly money: readonly CurrencyMeasures[];
}
export interface CurrencyMeasures {
  readonly currency: string;
  readonly scale: number;
  readonly measures: Measures;
}

export interface DayReport extends Omit<ReportRow, 'key'> {
  readonly day: string;
  /** open: not over, or not published yet; restating: it changed since its last revision */
  readonly status: 'open' | 'final' | 'restating' | 'as_published';
  /** the revision of `status`; 0: none yet */
  readonly revision: number;
  readonly revisions: readonly Revision[];
  readonly rows: readonly ReportRow[];
}

export interface DailyReport {
  readonly timeZone: string;
  readonly state: 'current' | 'building' | 'not_built';
  /** everything that had committed by then is counted; null: not yet */
  readonly asOf: Date | null;
  readonly recipe: readonly Component[];
  readonly days: readonly DayReport[];
}

export interface DailyQuery extends Days {
  readonly by: By;
  /** a published state of one day, instead of what is known now */
  readonly revision: number | null;
}

export type ReportProblem =
  | 'bad_range'
  | 'range_too_long'
  | 'too_many_rows'
  | 'revision_of_one_day'
  | 'no_such_revision';
export type Reported =
  | { readonly kind: 'report'; readonly report: DailyReport }
  | { readonly kind: 'problem'; readonly reason: ReportProblem };

export const MOST_DAYS = 100;
export const MOST_ROWS = 20_000;
const NOT_CUT: By = { aggregator: false, provider: false, game: false, currency: false, mode: false };

export interface ReportOptions {
  readonly sql: Database;
  readonly timeZone: string;
  readonly recipe: readonly Component[];
}

/** Figures of a range of days, as known now or, of one day, as published under a revision. */
export async function reportDaily(options: ReportOptions, query: DailyQuery): Promise<Reported> {
  const length = daysBetween(query.from, query.to);
  if (length < 1) return problem('bad_range');
  if (length > MOST_DAYS) return problem('range_too_long');
  if (query.revision !== null && length !== 1) return problem('revision_of_one_day');
  const state = await selectState(options.sql);
  const revisions = await selectRevisions(options.sql, options.timeZone, query);
  const built = builtOf(options, state);
  if (query.revision !== null) return reportRevision(options, query, query.revision, built, revisions);

  // What is built for another time zone is none of this report's (SES-14).
  if (built.state === 'not_built')
    return {
      kind: 'report',
      report: { ...built, days: daysFrom(query.from, query.to).map((day) => emptyDay(day, revisions)) },
    };
  const { sql, recipe } = options;
  const money = await selectMoney(sql, query, query.by, MOST_ROWS + 1);
  const rowHeads = await selectHeads(sql, query, query.by, MOST_ROWS + 1);
  if (money.length > MOST_ROWS || rowHeads.length > MOST_ROWS) return problem('too_many_rows');
  const totals = isCut(query.by) ? await selectHeads(sql, query, NOT_CUT, MOST_DAYS) : rowHeads;
  const touched = await selectTouchedOf(sql, query);
  const today = state?.countedAt == null ? '' : daysOf(options.timeZone)(state.countedAt.getTime());
  const days = daysFrom(query.from, query.to).map((day): DayReport => {
    const own = revisions.filter((each) => each.day === day);
    const ofDay = money.filter(({ key }) => key.day === day);
    const isOver = day < today && own.length > 0;
    return {
      day,
      status: isOver ? (touched.has(day) ? 'restating' : 'final') : 'open',
      revision: own.at(-1)?.revision ?? 0,
      revisions: own,
      heads: totals.find(({ key }) => key.day === day)?.heads ?? NO_HEADS,
      money: byCurrency(ofDay, recipe),
      rows: isCut(query.by)
        ? rowsOf(
            ofDay,
            rowHeads.filter(({ key }) => key.day === day),
            query.by,
            recipe,
          )
        : [],
    };
  });
  return { kind: 'report', report: { ...built, days } };
}

function emptyDay(day: string, all: readonly Revision[]): DayReport {
  const revisions = all.filter((each) => each.day === day);
  const revision = revisions.at(-1)?.revision ?? 0;
  return { day, status: 'open', revision, revisions, heads: NO_HEADS, money: [], rows: [] };
}

const problem = (reason: ReportProblem): Reported => ({ kind: 'problem', reason });
const isCut = (by: By): boolean => Object.values(by).some(Boolean);

function builtOf({ timeZone, recipe }: ReportOptions, state: BuilderState | null): Omit<DailyReport, 'days'> {
  const isOurs = state !== null && state.timeZone === timeZone;
  const isBuilt = isOurs && state.stage === 'follow';
  return {
    timeZone,
    recipe,
    state: isBuilt ? 'current' : isOurs ? 'building' : 'not_built',
    asOf: isBuilt ? state.countedAt : null,
  };
}

async function reportRevision(
  { sql, timeZone, recipe }: ReportOptions,
  { from: day, by }: DailyQuery,
  revision: number,
  built: Omit<DailyReport, 'days'>,
  revisions: readonly Revision[],
): Promise<Reported> {
  if (!revisions.some((each) => each.revision === revision)) return problem('no_such_revision');
  const rows = await selectPublished(sql, timeZone, day, revision);
  const heads = rows.flatMap(({ key, figures }) => (figures.heads === null ? [] : [{ key, heads: figures.heads }]));
  const money = rows.flatMap(({ key, figures }) =>
    figures.money === null ? [] : [{ key, figures: unpackMoney(key.aggregator, figures.money) }],
  );
  const report: DayReport = {
    day,
    status: 'as_published',
    revision,
    revisions,
    heads: heads.find(({ key }) => key.mode === '')?.heads ?? NO_HEADS,
    money: byCurrency(money, recipe),
    // What was published has its finest rows only: people cannot be added up again.
    rows: isCut(by)
      ? rowsOf(
          money,
          heads.filter(({ key }) => key.mode !== ''),
          { aggregator: true, provider: false, game: true, currency: true, mode: true },
          recipe,
        )
      : [],
  };
  return { kind: 'report', report: { ...built, days: [report] } };
}

function byCurrency(groups: readonly MoneyGroup[], recipe: readonly Component[]): readonly CurrencyMeasures[] {
  const currencies = [...new Set(groups.map(({ key }) => key.currency))].toSorted();
  return currencies.map((currency) => {
    const parts = groups.filter(({ key }) => key.currency === currency).map(({ figures }) => figures);
    return { currency, scale: parts[0]?.scale ?? 0, measures: measuresOf(parts, recipe) };
  });
}

/** Money and people of the same key side by side. */
function rowsOf(
  money: readonly MoneyGroup[],
  heads: readonly HeadsGroup[],
  by: By,
  recipe: readonly Component[],
): readonly ReportRow[] {
  const rows = new Map<string, { key: Key; heads: Heads; money: MoneyGroup[] }>();
  const row = (key: Key) => {
    const cut = {
      ...key,
      aggregator: by.aggregator ? key.aggregator : '',
      currency: by.currency ? key.currency : '',
      mode: by.mode ? key.mode : '',
    };
    const name = [cut.aggregator, cut.provider, cut.game, cut.currency, cut.mode].join('\0');
    const found = rows.get(name) ?? { key: cut, heads: NO_HEADS, money: [] };
    rows.set(name, found);
    return found;
  };
  for (const each of heads) row(each.key).heads = each.heads;
  for (const each of money) row(each.key).money.push(each);
  return [...rows.entries()]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, each]) => ({ key: each.key, heads: each.heads, money: byCurrency(each.money, recipe) }));
}
