/**
 * Taking over an aggregator's list: page by page into a staging table, then all of it in one transaction or nothing
 * (CAT-07). An empty, shrunken or changing list is not believed; one run at a time per aggregator, on however many nodes.
 * Memory is bounded by one page.
 */
import { isProblem } from '../money/index.ts';
import type { Clock, Database, Log } from '../platform/index.ts';
import { newId } from '../platform/index.ts';
import type { GamesPage, OpenDialect } from '../dialects/dialect.ts';
import type { AggregatorName } from '../wallet/index.ts';
import { performErrand } from '../wire/index.ts';
import type { ErrandTools } from '../wire/index.ts';
import { entryProblem, isSuspicious, withPlainCountries } from './rules.ts';
import type { SyncCounts, SyncOutcome } from './sync-store.ts';
import { compare, finishRun, lockRun, noteTaken, selectEtag, stage, startRun, takeOver } from './sync-store.ts';

export interface SyncOptions {
  /** take over a list that is quarantined otherwise: much shorter than before, or empty (CAT-08, CAT-09) */
  readonly accept?: readonly ('shrink' | 'empty')[];
  /** ask for the whole list even if it is the one taken over last */
  readonly force?: boolean;
}

export type SyncReport = SyncCounts & {
  /** `busy`: another run of this aggregator is at work, nothing was done */
  readonly kind: Exclude<SyncOutcome, 'running' | 'abandoned'> | 'busy';
  readonly reason: string | null;
  readonly malformedSample: readonly string[];
};

export interface SyncContext {
  readonly sql: Database;
  readonly clock: Clock;
  readonly log: Log;
  readonly tools: ErrandTools;
}

/** Longer than one page can take with all its tries. */
const LEASE_MS = 180_000;
const MAX_PAGES = 2_000;
const MAX_ENTRIES = 500_000;
const MAX_SAMPLE = 50;
const MAX_SAMPLE_LENGTH = 200;

const NOTHING: SyncCounts = { listed: 0, added: 0, changed: 0, removed: 0, returned: 0, duplicates: 0, malformed: 0 };

/** Runs one sync to its end. Rejects only when the database does; the run is then marked as failed where possible. */
export async function syncCatalogue(
  context: SyncContext,
  aggregator: AggregatorName,
  dialect: Pick<OpenDialect, 'games'>,
  options: SyncOptions,
): Promise<SyncReport> {
  const { sql, clock, log } = context;
  const run = newId();
  if (!(await startRun(sql, { id: run, aggregator, nowMs: clock.now(), leaseMs: LEASE_MS }))) {
    return { kind: 'busy', reason: 'another sync of this aggregator is at work', malformedSample: [], ...NOTHING };
  }
  try {
    const etag = options.force === true ? null : await selectEtag(sql, aggregator);
    const list = await readList(context, run, dialect, etag);
    const report = await conclude(context, run, aggregator, list, options);
    const level = report.kind === 'applied' || report.kind === 'unchanged' ? 'info' : 'warn';
    log[level]({ aggregator, sync: { ...report } }, `catalogue sync: ${report.kind}`);
    return report;
  } catch (error) {
    const end = { ...NOTHING, outcome: 'failed', reason: 'the database failed', malformedSample: [] } as const;
    await finishRun(sql, run, end, clock.now()).catch(() => undefined);
    throw error;
  }
}

interface ReadList {
  readonly kind: 'list';
  readonly etag: string | null;
  readonly listed: number;
  readonly staged: number;
  readonly malformed: number;
  readonly malformedSample: readonly string[];
}
type Reading = ReadList | { readonly kind: 'unchanged' } | { readonly kind: 'failed'; readonly reason: string };

/** All pages, staged. Whatever does not add up ends the reading: half a list is no list. */
async function readList(
  context: SyncContext,
  run: string,
  dialect: Pick<OpenDialect, 'games'>,
  etag: string | null,
): Promise<Reading> {
  const sample: string[] = [];
  let staged = 0;
  let malformed = 0;
  let first: GamesPage | null = null;
  for (let number = 1; number === 1 || number <= (first?.pages ?? 0); number += 1) {
    const page = await performErrand(dialect.games(number, number === 1 ? etag : null), context.tools);
    if (page === 'unchanged') {
      const wasAskedFor = number === 1 && etag !== null;
      return wasAskedFor ? { kind: 'unchanged' } : failed(`page ${number} came without games`);
    }
    if (isProblem(page)) return failed(`page ${number}: ${page.message}`);
    first ??= page;
    const trouble = pageTrouble(page, number, first);
    if (trouble !== null) return failed(trouble);
    const usable = page.games.map(withPlainCountries).filter((game) => {
      const problem = entryProblem(game);
      if (problem !== null) note(sample, `page ${number}: ${problem}`);
      return problem === null;
    });
    for (const problem of page.malformed) note(sample, `page ${number}: ${problem}`);
    malformed += page.malformed.length + page.games.length - usable.length;
    if (staged + malformed + usable.length > MAX_ENTRIES)
      return failed(`the list has more than ${MAX_ENTRIES} entries`);
    if (!(await stage(context.sql, run, usable, staged))) return failed('the run was given up by another node');
    staged += usable.length;
  }
  const listed = staged + malformed;
  if (first !== null && listed < first.total)
    return failed(`the list has ${listed} entries where it says ${first.total}`);
  return { kind: 'list', etag: first?.etag ?? null, listed, staged, malformed, malformedSample: sample };
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

function note(sample: string[], problem: string): void {
  if (sample.length < MAX_SAMPLE) sample.push(problem.slice(0, MAX_SAMPLE_LENGTH).replaceAll(/[\p{Cc}\p{Cs}]/gu, ' '));
}

/** Decides what the reading is worth and writes it: the whole list in one transaction, or only how the run ended. */
async function conclude(
  context: SyncContext,
  run: string,
  aggregator: AggregatorName,
  list: Reading,
  options: SyncOptions,
): Promise<SyncReport> {
  const { sql, clock } = context;
  const nowMs = clock.now();
  if (list.kind !== 'list') {
    const reason = list.kind === 'failed' ? list.reason : null;
    return end(sql, run, nowMs, { kind: list.kind, reason, malformedSample: [], ...NOTHING });
  }
  const { listed, malformed, malformedSample } = list;
  const read = { ...NOTHING, listed, malformed, malformedSample };
  if (list.staged === 0 && options.accept?.includes('empty') !== true) {
    return end(sql, run, nowMs, { kind: 'failed', reason: 'the list has no usable game', ...read });
  }
  return sql.begin(async (transaction) => {
    if (!(await lockRun(transaction, run))) {
      return { kind: 'failed', reason: 'the run was given up by another node', ...read };
    }
    const counts = await compare(transaction, run, aggregator);
    const duplicates = counts.staged - counts.distinct;
    if (counts.staged !== list.staged) {
      return end(transaction, run, nowMs, { kind: 'failed', reason: 'the staged pages were lost', ...read });
    }
    if (isSuspicious(counts) && options.accept?.includes('shrink') !== true) {
      const reason = `${counts.missing} of ${counts.visible} games are missing from the list; accept it by hand if that is right`;
      return end(transaction, run, nowMs, { kind: 'quarantined', reason, ...read, duplicates });
    }
    const changes = await takeOver(transaction, run, aggregator, nowMs);
    const changed = changes.added + changes.changed + changes.removed + changes.returned > 0;
    await noteTaken(transaction, aggregator, list.etag, changed);
    const reason = duplicates === 0 ? null : `${duplicates} repeated entries; the last of each counts`;
    return end(transaction, run, nowMs, { kind: 'applied', reason, ...read, duplicates, ...changes });
  });
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
