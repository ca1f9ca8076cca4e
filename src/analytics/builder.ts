/**
 * Builds the figures from the book, a bounded step at a time: each step is one transaction that reads what is new, counts the
 * plays and sessions it has to do with anew, and notes how far it came. Whatever dies in between, the next step goes on from
 * there. One process builds at a time; the others find the state's row locked and leave it. Never writes to the book.
 */
import type { Database, DatabaseTransaction, Log } from '../platform/index.ts';
import {
  selectEventsAfter,
  selectNewRows,
  selectNewSessions,
  selectRowsAfter,
  selectSessionsAfter,
  selectTestPlayers,
} from './book-store.ts';
import type { Between, SessionName, WrittenRow } from './book-store.ts';
import { daysOf } from './days.ts';
import { addToBettors, addToCells, upsertPlays } from './play-store.ts';
import type { BookRow } from './plays.ts';
import { recount } from './recount.ts';
import { mergeWalletSigns, replaceSessionDays, selectKnownSessions, selectUnjudgedAfter } from './session-store.ts';
import type { Judged, KnownSession } from './session-store.ts';
import { countSession, playersOf, walletSignsOf } from './sessions.ts';
import { nextStretch, readSnapshot, widthAfter } from './snapshot.ts';
import {
  emptyWork,
  insertState,
  lockState,
  planByIndex,
  selectNow,
  touchDays,
  touchPublished,
  updateState,
} from './state-store.ts';
import type { BuilderState, Now } from './state-store.ts';
import { changesOf } from './tally.ts';

export interface BuilderOptions {
  readonly sql: Database;
  readonly log: Log;
  readonly timeZone: string;
  readonly idleMinutes: number;
  /** rows of the book read in one step */
  readonly stepRows?: number;
}

/** How a step ended. `idle`: everything that had committed is counted. `busy`: another process builds. */
export type Step = 'worked' | 'idle' | 'busy';

export interface Builder {
  readonly step: () => Promise<Step>;
  /** Steps until there is nothing new, or another process has the state. */
  readonly catchUp: () => Promise<Step>;
  /** Forgets everything built, so that the next steps read the whole book. Published figures stay. */
  readonly forget: () => Promise<void>;
}

/** While a step is under way PostgreSQL keeps every old version of every row for it: short ones let wallets be written in place. */
const STEP_ROWS = 1_000;
const FIRST_WIDTH = 256n;

export function openBuilder(options: BuilderOptions): Builder {
  const { sql } = options;
  const stepRows = options.stepRows ?? STEP_ROWS;
  const counting = { ...options, stepRows, dayOf: daysOf(options.timeZone) };
  let width = FIRST_WIDTH;

  const step = async (): Promise<Step> =>
    sql.begin(async (transaction) => {
      const found = await lockState(transaction);
      if (found === 'busy') return 'busy';
      await planByIndex(transaction);
      const now = await selectNow(transaction);
      const fresh = firstState(options, now);
      if (found === null) {
        await insertState(transaction, fresh);
        return 'worked';
      }
      const state = isSame(found, fresh) ? found : await beginAnew(transaction, fresh);
      if (state.stage !== 'follow') {
        await updateState(transaction, await readPage(transaction, counting, state));
        return 'worked';
      }
      const followed = await follow(transaction, counting, state, now, width);
      ({ width } = followed);
      await updateState(transaction, followed.state);
      // Only a snapshot that was taken now says that there is nothing new; one of an earlier step says what was new then.
      return state.target === null && followed.state.target === null ? 'idle' : 'worked';
    });

  return {
    step,
    catchUp: async () => {
      for (;;) {
        const ended = await step();
        if (ended !== 'worked') return ended;
      }
    },
    forget: async () => {
      await sql.begin(async (transaction) => {
        const now = await selectNow(transaction);
        const state = firstState(options, now);
        await insertState(transaction, state);
        await updateState(transaction, await beginAnew(transaction, state));
      });
    },
  };
}

interface Counting extends BuilderOptions {
  readonly stepRows: number;
  readonly dayOf: (ms: number) => string;
}

function firstState({ timeZone, idleMinutes }: BuilderOptions, now: Now): BuilderState {
  return {
    timeZone,
    idleMinutes,
    cluster: now.cluster,
    counted: null,
    countedAt: null,
    target: now.snapshot,
    targetAt: now.at,
    stage: 'transactions',
    place: null,
    builtRows: 0n,
  };
}

/** Figures of two time zones are never mixed (SES-14), and transaction numbers of another server mean nothing here. */
function isSame(found: BuilderState, wanted: BuilderState): boolean {
  return (
    found.timeZone === wanted.timeZone && found.idleMinutes === wanted.idleMinutes && found.cluster === wanted.cluster
  );
}

async function beginAnew(transaction: DatabaseTransaction, state: BuilderState): Promise<BuilderState> {
  await emptyWork(transaction);
  await touchPublished(transaction, state.timeZone);
  return state;
}

/** One page of the first reading, which goes through everything by its key; what comes meanwhile is new to its snapshot. */
async function readPage(
  transaction: DatabaseTransaction,
  counting: Counting,
  state: BuilderState,
): Promise<BuilderState> {
  const { stepRows } = counting;
  switch (state.stage) {
    case 'transactions': {
      const rows = await selectRowsAfter(transaction, state.place, stepRows);
      await countRows(transaction, counting, rows);
      const last = rows.at(-1);
      const builtRows = state.builtRows + BigInt(rows.length);
      if (last === undefined || rows.length < stepRows) return { ...state, builtRows, stage: 'sessions', place: null };
      return { ...state, builtRows, place: [String(last.shard), last.player, last.id] };
    }
    case 'sessions': {
      const names = await selectSessionsAfter(transaction, state.place, stepRows);
      await countSessions(transaction, counting, names);
      const last = names.at(-1);
      if (last === undefined || names.length < stepRows) return { ...state, stage: 'events', place: null };
      return { ...state, place: [last.session] };
    }
    case 'events': {
      const events = await selectEventsAfter(transaction, state.place, stepRows);
      await countSessions(transaction, counting, events);
      const last = events.at(-1);
      if (last === undefined || events.length < stepRows) return { ...state, stage: 'signs', place: null };
      return { ...state, place: [last.aggregator, last.event] };
    }
    case 'signs': {
      const names = await selectUnjudgedAfter(transaction, state.place, stepRows);
      await countSessions(transaction, counting, names);
      const last = names.at(-1);
      if (last === undefined || names.length < stepRows) return arrived({ ...state, stage: 'follow' });
      return { ...state, place: [last.aggregator, last.session] };
    }
    case 'follow':
      return state;
  }
}

/** The target is reached: everything it sees is counted. */
function arrived(state: BuilderState): BuilderState {
  return { ...state, counted: state.target, countedAt: state.targetAt, target: null, targetAt: null, place: null };
}

/** One stretch of what is new since the last snapshot that was counted whole. */
async function follow(
  transaction: DatabaseTransaction,
  counting: Counting,
  state: BuilderState,
  now: Now,
  width: bigint,
): Promise<{ readonly state: BuilderState; readonly width: bigint }> {
  const aimed = state.target === null ? { ...state, target: now.snapshot, targetAt: now.at, place: null } : state;
  if (aimed.counted === null || aimed.target === null) throw new Error('defect: analytics follow nothing');
  const [since, until] = [readSnapshot(aimed.counted), readSnapshot(aimed.target)];
  const [at] = aimed.place ?? [];
  const stretch = nextStretch(since, until, at === undefined ? null : BigInt(at), width);
  if (stretch === null) return { state: arrived(aimed), width };
  const read = await readStretch(transaction, { since, until, stretch }, counting.stepRows);
  const reach = { since, until, stretch: { from: stretch.from, to: read.to } };
  const { named, to } = await sessionsWithin(transaction, reach, counting.stepRows);
  const rows = read.rows.filter((row) => row.written < to);
  const signs = await countRows(transaction, counting, rows);
  await countSessions(transaction, counting, [...signs, ...named]);
  const next = { ...aimed, place: [String(to)], builtRows: aimed.builtRows + BigInt(rows.length) };
  return {
    state: to >= until.xmax ? arrived(next) : next,
    // Demo visitors make events and no rows of the book: whichever there is more of says how much fits in a step.
    width: widthAfter({ stretch, to, rows: Math.max(rows.length, named.length) }, width, counting.stepRows),
  };
}

/** The sessions of a stretch; where there are too many for one step, those of its beginning, and how far they reach. */
async function sessionsWithin(
  transaction: DatabaseTransaction,
  { stretch: { from, to: end }, ...between }: Between,
  stepRows: number,
): Promise<{ readonly named: readonly SessionName[]; readonly to: bigint }> {
  for (let to = end; ; to = from + (to - from) / 2n) {
    const isLeast = to - from <= 1n;
    const named = await selectNewSessions(
      transaction,
      { ...between, stretch: { from, to } },
      isLeast ? null : stepRows + 1,
    );
    if (isLeast || named.length <= stepRows) return { named, to };
  }
}

/** The rows of a stretch; where there are too many for one step, those of its first transactions, and how far they reach. */
async function readStretch(
  transaction: DatabaseTransaction,
  between: Between,
  stepRows: number,
): Promise<{ readonly rows: readonly WrittenRow[]; readonly to: bigint }> {
  for (let limit = stepRows; ; limit *= 4) {
    const rows = await selectNewRows(transaction, between, limit);
    const last = rows.at(-1);
    if (last === undefined || rows.length < limit) return { rows, to: between.stretch.to };
    // The last transaction may have more rows than fitted; one alone that fills the step is read whole.
    const whole = rows.filter((row) => row.written < last.written);
    if (whole.length > 0) return { rows: whole, to: last.written };
  }
}

/**
 * Counts what the rows have to do with, and notes what they say about sessions, which are returned to be counted. Rows of
 * players made for tests count for nothing (SES-09).
 */
async function countRows(
  transaction: DatabaseTransaction,
  counting: Counting,
  all: readonly BookRow[],
): Promise<readonly SessionName[]> {
  if (all.length === 0) return [];
  const tests = await selectTestPlayers(transaction, [...new Set(all.map(({ player }) => player))]);
  const rows = all.filter(({ player }) => !tests.has(player));
  const { recounts, plays } = await recount(transaction, rows, counting.dayOf);
  const changes = changesOf(recounts);
  await upsertPlays(transaction, plays);
  await addToCells(transaction, changes.cells);
  await addToBettors(transaction, changes.bettors);
  await touchDays(transaction, changes.days);
  const signs = walletSignsOf(rows);
  await mergeWalletSigns(transaction, signs);
  return signs;
}

async function countSessions(
  transaction: DatabaseTransaction,
  counting: Counting,
  named: readonly SessionName[],
): Promise<void> {
  const names = new Map(named.map(({ aggregator, session }) => [`${aggregator}\0${session}`, { aggregator, session }]));
  const known = await selectKnownSessions(transaction, [...names.values()]);
  const tests = await selectTestPlayers(transaction, [...new Set(known.flatMap(playersOf))]);
  const rules = {
    dayOf: counting.dayOf,
    idleMs: counting.idleMinutes * 60_000,
    isTest: (player: string) => tests.has(player),
  };
  const counted = known.map((each) => ({ known: each, session: countSession(each, rules) }));
  const judged = counted.map(({ known: { aggregator, session }, session: { mode, conflict } }) => ({
    aggregator,
    session,
    mode,
    conflict,
  }));
  const days = await replaceSessionDays(
    transaction,
    judged,
    counted.flatMap(({ session }) => session.days),
  );
  await touchDays(transaction, days);
  tell(counting.log, known, judged);
}

/** Somebody hears, once a session, of those nobody can classify (SES-02) and those that contradict themselves (SES-15). */
function tell(log: Log, known: readonly KnownSession[], judged: readonly Judged[]): void {
  const before = new Map(known.map((each) => [`${each.aggregator}\0${each.session}`, each.judged]));
  const newly = (is: (each: Omit<Judged, 'aggregator' | 'session'>) => boolean) =>
    judged.filter((each) => {
      const old = before.get(`${each.aggregator}\0${each.session}`) ?? null;
      return is(each) && (old === null || !is(old));
    });
  const unknown = newly(({ mode }) => mode === 'unknown');
  const conflicts = newly(({ conflict }) => conflict);
  const [one] = unknown;
  if (one !== undefined) {
    log.warn(
      { alert: 'sessions_unknown', sessions: unknown.length, aggregator: one.aggregator, example: one.session },
      'sessions say neither real nor demo and are left out of the figures: ask the aggregator to send the mode',
    );
  }
  const [two] = conflicts;
  if (two !== undefined) {
    log.warn(
      { alert: 'session_mode_conflict', sessions: conflicts.length, aggregator: two.aggregator, example: two.session },
      'sessions were said to be real and demo: those with a booked bet count as real, the others as they were launched',
    );
  }
}
