/**
 * Taking over an aggregator's list: page by page into a staging table, then all of it in one transaction or nothing
 * (CAT-07). An empty, shrunken or changing list is not believed; one run at a time per aggregator, on however many nodes.
 * Memory is bounded by one page.
 */
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { isProblem } from '../money/index.ts';
import type { Clock, Database, DatabaseTransaction, Log } from '../platform/index.ts';
import { errorCode, newId, newToken } from '../platform/index.ts';
import type { GamesPage, GamesSource, OpenDialect, Pace } from '../dialects/dialect.ts';
import type { AggregatorName } from '../wallet/index.ts';
import { errandProblem, performErrand } from '../wire/index.ts';
import type { ErrandProblem, ErrandTools } from '../wire/index.ts';
import { hold, noteList, selectSameHeld, supersede } from './held-store.ts';
import { proposeMerges } from './proposals.ts';
import type { MergeMode } from './proposals.ts';
import { stagePage } from './page.ts';
import { isSuspicious } from './rules.ts';
import type { SyncRules } from './rules.ts';
import { compare, countStaged, dropRepeated, matchByCode, matchRenamed } from './staging-store.ts';
import type { Comparison } from './staging-store.ts';
import { finishRun, lockAggregator, lockRun, noteTaken, selectEtag, startRun } from './sync-store.ts';
import type { SyncCounts, SyncOutcome } from './sync-store.ts';
import { ageMissing, refreshGames, takeOver } from './takeover-store.ts';

export interface SyncOptions {
  /** take over a list that is quarantined otherwise: much shorter than before, or empty (CAT-08, CAT-09) */
  readonly accept?: readonly ('shrink' | 'empty')[];
  /** ask for the whole list even if it is the one taken over last */
  readonly force?: boolean;
  /** who asked: `schedule`, `aggregator` (it sent a webhook, or a callback for a game nobody knew), or `api:` with the key's name */
  readonly askedBy?: string;
  /** do nothing when another sync reached its end within this time */
  readonly unlessWithinMs?: number;
  /** the list itself, of an aggregator that hands it out as a file */
  readonly file?: Uint8Array;
  /** hears the sync's id as soon as it is at work */
  readonly onStart?: (id: string) => void;
}

export type SyncReport = SyncCounts & {
  /** `busy`: another run of this aggregator is at work, or there were too many; nothing was done */
  readonly kind: Exclude<SyncOutcome, 'running' | 'abandoned'> | 'busy';
  /** null: nothing was done */
  readonly id: string | null;
  readonly reason: string | null;
  /** only of a `busy` one that came too soon for the aggregator: when its list may be asked for again */
  readonly againAtMs?: number;
  readonly malformedSample: readonly string[];
};

export interface SyncContext {
  readonly sql: Database;
  readonly clock: Clock;
  readonly log: Log;
  readonly tools: ErrandTools;
  readonly rules: SyncRules;
  /** in the configuration's order */
  readonly aggregators: readonly AggregatorName[];
  readonly merge: MergeMode;
  /** how often the aggregator may be asked */
  readonly pace: Pace;
}

/** Longer than one page can take with all its tries. */
const LEASE_MS = 180_000;
const MAX_PAGES = 2_000;
const MAX_ENTRIES = 500_000;
/** However often somebody asks: an aggregator is not hammered (CAT-12). */
const MAX_PER_MINUTE = 10;

const NOTHING: SyncCounts = {
  listed: 0,
  added: 0,
  changed: 0,
  renamed: 0,
  missing: 0,
  removed: 0,
  returned: 0,
  duplicates: 0,
  malformed: 0,
};

const WHY_NOT = {
  busy: 'another sync of this aggregator is at work',
  recent: 'another sync of this aggregator has just been',
  too_often: `there were ${MAX_PER_MINUTE} syncs of this aggregator within a minute; wait for one`,
} as const;

/** Runs one sync to its end. Rejects only when the database does; the run is then marked as failed where possible. */
export async function syncCatalogue(
  context: SyncContext,
  aggregator: AggregatorName,
  dialect: Pick<OpenDialect, 'games'>,
  options: SyncOptions,
): Promise<SyncReport> {
  const { sql, clock, log } = context;
  const run = newId();
  const started = await startRun(sql, {
    id: run,
    aggregator,
    askedBy: options.askedBy ?? 'schedule',
    nowMs: clock.now(),
    leaseMs: LEASE_MS + context.pace.betweenPagesMs,
    betweenListsMs: context.pace.betweenListsMs,
    unlessWithinMs: options.unlessWithinMs ?? 0,
    maxPerMinute: MAX_PER_MINUTE,
  });
  if (started !== 'started') return notStarted(started, clock);
  options.onStart?.(run);
  try {
    const etag = options.force === true ? null : await selectEtag(sql, aggregator);
    const source = sourceOf(dialect.games, options.file);
    const list =
      typeof source === 'string' ? failed(source) : await readList(context, run, { aggregator, source }, etag);
    const report = await concludeAgain(async () => conclude(context, run, aggregator, list, options));
    const level = report.kind === 'applied' || report.kind === 'unchanged' ? 'info' : 'warn';
    log[level]({ aggregator, sync: { ...report } }, `catalogue sync: ${report.kind}`);
    return report;
  } catch (error) {
    const end = { ...NOTHING, outcome: 'failed', reason: 'the database failed', malformedSample: [] } as const;
    await finishRun(sql, run, end, clock.now()).catch(() => undefined);
    throw error;
  }
}

function notStarted(why: Exclude<Awaited<ReturnType<typeof startRun>>, 'started'>, clock: Clock): SyncReport {
  const nothing = { kind: 'busy', id: null, malformedSample: [], ...NOTHING } as const;
  if (typeof why === 'string') return { ...nothing, reason: WHY_NOT[why] };
  const againAtMs = clock.now() + why.waitMs;
  const reason = `too soon: this aggregator's list may be asked for again at ${new Date(againAtMs).toISOString()}`;
  return { ...nothing, reason, againAtMs };
}

interface ReadList {
  readonly kind: 'list';
  readonly etag: string | null;
  readonly listed: number;
  readonly staged: number;
  /** of all entries: equal lists have equal ones */
  readonly digest: string;
  readonly malformed: number;
  readonly malformedSample: readonly string[];
}
type Reading = ReadList | { readonly kind: 'unchanged' } | { readonly kind: 'failed'; readonly reason: string };

/** All pages, staged. Whatever does not add up ends the reading: half a list is no list. */
async function readList(
  context: SyncContext,
  run: string,
  { aggregator, source }: { readonly aggregator: AggregatorName; readonly source: Source },
  etag: string | null,
): Promise<Reading> {
  const sample: string[] = [];
  const digest = createHash('sha256');
  let staged = 0;
  let malformed = 0;
  let first: GamesPage | null = null;
  for (let number = 1; number === 1 || number <= (first?.pages ?? 0); number += 1) {
    const page = await pageOf(context, source, number, etag);
    if (page === 'unchanged') {
      const wasAskedFor = number === 1 && etag !== null;
      return wasAskedFor ? { kind: 'unchanged' } : failed(`page ${number} came without games`);
    }
    if (isProblem(page)) return failed(`page ${number}: ${page.message}`);
    first ??= page;
    const trouble = pageTrouble(page, number, first);
    if (trouble !== null) return failed(trouble);
    const taken = await stagePage(context.sql, { run, aggregator, page, firstSeq: staged, digest, sample });
    if (taken === null) return failed('the run was given up by another node');
    staged += taken;
    malformed += page.malformed.length + page.games.length - taken;
    if (staged + malformed > MAX_ENTRIES) return failed(`the list has more than ${MAX_ENTRIES} entries`);
  }
  const listed = staged + malformed;
  if (first !== null && listed < first.total)
    return failed(`the list has ${listed} entries where it says ${first.total}`);
  return {
    kind: 'list',
    etag: first?.etag ?? null,
    listed,
    staged,
    digest: digest.digest('base64url'),
    malformed,
    malformedSample: sample,
  };
}

/** Between two pages, as the aggregator wants it. */
async function rest({ pace, tools }: SyncContext): Promise<void> {
  if (pace.betweenPagesMs === 0) return;
  if (tools.pause !== undefined) return tools.pause(pace.betweenPagesMs, tools.signal);
  // whoever gives the sync up ends the pause; the next page then sees it
  await sleep(pace.betweenPagesMs, undefined, tools.signal === undefined ? {} : { signal: tools.signal }).catch(
    () => undefined,
  );
}

/** Pages that are asked for, or the file that is the one page there is. */
type Source =
  | Extract<GamesSource, { kind: 'call' }>
  | { readonly kind: 'file'; readonly page: GamesPage | ErrandProblem };

/** Text: why there is nothing to read. */
function sourceOf(games: GamesSource, file: Uint8Array | undefined): Source | string {
  if (games.kind === 'file') {
    if (file === undefined)
      return 'this aggregator has no list to ask for: import its file with croupier catalogue import';
    const page = games.read(file);
    return {
      kind: 'file',
      page: isProblem(page) ? errandProblem('unreadable', `the file is no list of games: ${page.reason}`) : page,
    };
  }
  return file === undefined ? games : 'this aggregator is asked for its list and hands out no file';
}

/** At the aggregator's pace. */
async function pageOf(
  context: SyncContext,
  source: Source,
  number: number,
  etag: string | null,
): Promise<GamesPage | 'unchanged' | ErrandProblem> {
  if (source.kind === 'file') return source.page;
  if (number > 1) await rest(context);
  const stamp = { nowMs: context.tools.clock.now(), nonce: newToken() };
  return performErrand(source.page(number, number === 1 ? etag : null, stamp), context.tools);
}

function failed(reason: string): Reading {
  return { kind: 'failed', reason };
}

/** Why a page cannot belong to the list that the first page began, or null. */
function pageTrouble(page: GamesPage, number: number, first: GamesPage): string | null {
  if (page.page !== number) return `page ${number} was asked, page ${page.page} came`;
  if (page.pages > MAX_PAGES) return `the list has more than ${MAX_PAGES} pages`;
  if (page.pages !== first.pages || page.total !== first.total)
    return `the list changed while it was read (page ${number})`;
  return null;
}

const DEADLOCK = '40P01';

/** Two aggregators' lists may want the same games in another order: the database then gives one up, and it has its turn after. */
async function concludeAgain(work: () => Promise<SyncReport>): Promise<SyncReport> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (errorCode(error) !== DEADLOCK || tries === 3) throw error;
    }
  }
}

/** Decides what the reading is worth and writes it: the whole list in one transaction, or only how the run ended. */
async function conclude(
  context: SyncContext,
  run: string,
  aggregator: AggregatorName,
  list: Reading,
  options: SyncOptions,
): Promise<SyncReport> {
  const { sql, clock, rules } = context;
  const nowMs = clock.now();
  if (list.kind === 'failed') {
    return end(sql, run, nowMs, { kind: 'failed', id: run, reason: list.reason, malformedSample: [], ...NOTHING });
  }
  if (list.kind === 'unchanged') return stillTheSame(context, run, aggregator);
  const { listed, malformed, malformedSample } = list;
  const read = { ...NOTHING, id: run, listed, malformed, malformedSample };
  // Entries that are all unusable are never what an aggregator means.
  const maybeEmpty = listed === 0 && (rules.mayBeEmpty || options.accept?.includes('empty') === true);
  if (list.staged === 0 && !maybeEmpty) {
    return end(sql, run, nowMs, { kind: 'failed', reason: 'the list has no usable game', ...read });
  }
  return sql.begin(async (transaction) => {
    await lockAggregator(transaction, aggregator);
    if (!(await lockRun(transaction, run))) {
      return { kind: 'failed', reason: 'the run was given up by another node', ...read };
    }
    if ((await countStaged(transaction, run)) !== list.staged) {
      return end(transaction, run, nowMs, { kind: 'failed', reason: 'the staged pages were lost', ...read });
    }
    await noteList(transaction, run, list);
    const duplicates = await dropRepeated(transaction, run);
    const counts = await match(transaction, run, aggregator);
    const isAccepted = options.accept?.includes('shrink') === true || (listed === 0 && rules.mayBeEmpty);
    if (isSuspicious(counts, rules.shrinkLimit) && !isAccepted) {
      const reason = await quarantine(transaction, { run, aggregator, digest: list.digest, counts, nowMs });
      return end(transaction, run, nowMs, { kind: 'quarantined', reason, ...read, duplicates });
    }
    const hideAtOnce = options.accept?.includes('shrink') === true;
    const changes = await applyStaged(context, transaction, { run, aggregator, etag: list.etag, hideAtOnce, nowMs });
    await supersede(transaction, aggregator, nowMs);
    const reason = duplicates === 0 ? null : `${duplicates} repeated entries; the last of each counts`;
    return end(transaction, run, nowMs, { kind: 'applied', reason, ...read, duplicates, ...changes });
  });
}

/** Which offer every staged entry means, and how many offers the list lacks. */
export async function match(
  transaction: DatabaseTransaction,
  run: string,
  aggregator: AggregatorName,
): Promise<Comparison> {
  await matchByCode(transaction, run, aggregator);
  await matchRenamed(transaction, run, aggregator);
  return compare(transaction, run, aggregator);
}

export interface Applying {
  readonly run: string;
  readonly aggregator: AggregatorName;
  readonly etag: string | null;
  readonly hideAtOnce: boolean;
  readonly nowMs: number;
}

/** Makes the staged and matched list the catalogue, and looks for games that may be one. */
export async function applyStaged(
  context: Pick<SyncContext, 'rules' | 'aggregators' | 'merge'>,
  transaction: DatabaseTransaction,
  applying: Applying,
): Promise<Omit<SyncCounts, 'listed' | 'duplicates' | 'malformed'>> {
  const { rules, aggregators } = context;
  const { etag, aggregator, nowMs } = applying;
  const { isAny, ...changes } = await takeOver(transaction, { ...applying, rules, aggregators });
  await noteTaken(transaction, { aggregator, etag, changed: isAny, nowMs });
  if (isAny) await proposeMerges(transaction, { mode: context.merge, changedAtMs: nowMs });
  return changes;
}

/** The aggregator says that its list has not changed: what it lacked, it lacks for longer now. */
async function stillTheSame(context: SyncContext, run: string, aggregator: AggregatorName): Promise<SyncReport> {
  const { sql, clock, rules, aggregators } = context;
  const nowMs = clock.now();
  return sql.begin(async (transaction) => {
    await lockAggregator(transaction, aggregator);
    const aged = await ageMissing(transaction, { run: null, by: run, aggregator, rules, hideAtOnce: false, nowMs });
    if (aged.removed > 0) await refreshGames(transaction, aggregators, { changedAt: new Date(nowMs) });
    await noteTaken(transaction, { aggregator, changed: aged.removed > 0, nowMs });
    return end(transaction, run, nowMs, {
      ...NOTHING,
      ...aged,
      kind: 'unchanged',
      id: run,
      reason: null,
      malformedSample: [],
    });
  });
}

/** Keeps the list for a person, unless it is one that waits already or was turned down; returns the reason. */
async function quarantine(
  transaction: DatabaseTransaction,
  found: {
    readonly run: string;
    readonly aggregator: AggregatorName;
    readonly digest: string;
    readonly counts: Comparison;
    readonly nowMs: number;
  },
): Promise<string> {
  const { run, aggregator, counts } = found;
  const missing = `${counts.missing} of ${counts.visible} games are missing from the list`;
  const same = await selectSameHeld(transaction, aggregator, found.digest);
  if (same?.decision === 'rejected') return `${missing}; the same list was rejected before (sync ${same.id})`;
  if (same !== null) return `${missing}; the same list waits already (sync ${same.id}): accept or reject it`;
  await supersede(transaction, aggregator, found.nowMs);
  await hold(transaction, run);
  return `${missing}; accept or reject it`;
}

type Ended = SyncReport & { readonly kind: Exclude<SyncReport['kind'], 'busy'> };

async function end(
  sql: Parameters<typeof finishRun>[0],
  run: string,
  nowMs: number,
  report: Ended,
): Promise<SyncReport> {
  const { kind, ...rest } = report;
  await finishRun(sql, run, { ...rest, outcome: kind }, nowMs);
  return report;
}
