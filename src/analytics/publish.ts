/**
 * Publishing: when a day is over and counted, its figures get a revision that stands for ever. What comes late changes the day,
 * and it is published again under the next number, with the rows that changed; the old ones stay (SES-13). The touched days are
 * looked at oldest first, a few a turn, and none is restated more often than every quarter of an hour.
 */
import type { Database, DatabaseTransaction, Log } from '../platform/index.ts';
import { daysOf } from './days.ts';
import {
  deleteTouched,
  insertPublished,
  packMoney,
  selectHeads,
  selectMoney,
  selectPublished,
  selectRevisions,
  selectTouched,
} from './day-store.ts';
import type { PublishedFigures, PublishedRow } from './day-store.ts';
import type { Key } from './report.ts';
import { lockState } from './state-store.ts';

export interface PublishOptions {
  readonly sql: Database;
  readonly log: Log;
  /** how long after its end a day is first published; late calls of its last minutes are in it then */
  readonly settleMs?: number;
  /** between two revisions of one day */
  readonly restateEveryMs?: number;
}

const SETTLE_MS = 10 * 60_000;
const RESTATE_EVERY_MS = 15 * 60_000;
const DAYS_A_TURN = 50;
const MOST_ROWS = 1_000_000;
const FINEST = { aggregator: true, provider: false, game: true, currency: true, mode: true };
const TOTAL = { aggregator: false, provider: false, game: false, currency: false, mode: false };

/** Publishes what is due; returns the days and their revisions. Does nothing while the first reading is under way. */
export async function publishDue(options: PublishOptions): Promise<readonly { day: string; revision: number }[]> {
  const published: { day: string; revision: number }[] = [];
  await options.sql.begin(async (transaction) => {
    const state = await lockState(transaction);
    if (state === null || state === 'busy' || state.stage !== 'follow' || state.countedAt === null) return;
    const nowMs = state.countedAt.getTime();
    const open = daysOf(state.timeZone)(nowMs - (options.settleMs ?? SETTLE_MS));
    for (const day of await selectTouched(transaction, open, DAYS_A_TURN)) {
      const revision = await publishDay(transaction, { ...options, timeZone: state.timeZone, day, nowMs });
      if (revision !== null) published.push({ day, revision });
    }
  });
  return published;
}

interface DayToPublish extends PublishOptions {
  readonly timeZone: string;
  readonly day: string;
  /** the time up to which everything is counted */
  readonly nowMs: number;
}

/** The new revision's number; null when nothing differs from the last one, or it is too soon. */
async function publishDay(transaction: DatabaseTransaction, at: DayToPublish): Promise<number | null> {
  const { timeZone, day, nowMs } = at;
  const days = { from: day, to: day };
  const last = (await selectRevisions(transaction, timeZone, days)).at(-1);
  if (last !== undefined && nowMs - last.publishedAt.getTime() < (at.restateEveryMs ?? RESTATE_EVERY_MS)) return null;
  const before = await selectPublished(transaction, timeZone, day, last?.revision ?? 0);
  const rows = changedRows(before, await rowsNow(transaction, day));
  await deleteTouched(transaction, day);
  if (rows.length === 0) return null;
  const revision = { day, revision: (last?.revision ?? 0) + 1, publishedAt: new Date(nowMs) };
  await insertPublished(transaction, timeZone, revision, rows);
  const message = last === undefined ? 'a day was published' : 'a published day was restated';
  at.log.info({ day, revision: revision.revision, rows: rows.length }, message);
  return revision.revision;
}

/** The day as it stands: a row of everybody, and the finest rows. */
async function rowsNow(transaction: DatabaseTransaction, day: string): Promise<readonly PublishedRow[]> {
  const days = { from: day, to: day };
  const found = new Map<string, { key: Key; figures: PublishedFigures }>();
  const put = (key: Key, more: Partial<PublishedFigures>) => {
    const name = nameOf(key);
    const old = found.get(name)?.figures ?? { heads: null, money: null };
    found.set(name, { key, figures: { ...old, ...more } });
  };
  const total = await selectHeads(transaction, days, TOTAL, MOST_ROWS);
  for (const by of [total, await selectHeads(transaction, days, FINEST, MOST_ROWS)])
    for (const { key, heads } of by) put(key, { heads });
  for (const { key, figures } of await selectMoney(transaction, days, FINEST, MOST_ROWS))
    put(key, { money: packMoney(figures) });
  return [...found.values()];
}

const nameOf = ({ aggregator, game, currency, mode }: Key): string => `${aggregator}\0${game}\0${currency}\0${mode}`;
const NOTHING: PublishedFigures = { heads: null, money: null };

/** What differs from what was published last; what is gone is published as nothing. */
export function changedRows(before: readonly PublishedRow[], now: readonly PublishedRow[]): readonly PublishedRow[] {
  const old = new Map(before.map((row) => [nameOf(row.key), sorted(row.figures)]));
  const kept = new Set(now.map((row) => nameOf(row.key)));
  const gone = before
    .filter((row) => !kept.has(nameOf(row.key)) && sorted(row.figures) !== sorted(NOTHING))
    .map((row) => ({ key: row.key, figures: NOTHING }));
  return [...now.filter((row) => old.get(nameOf(row.key)) !== sorted(row.figures)), ...gone];
}

/** One text for equal figures: the database does not keep the order of fields. */
function sorted(value: unknown): string {
  return JSON.stringify(value, (_key, each: unknown) =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );
}
