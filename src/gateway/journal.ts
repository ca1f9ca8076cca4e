/**
 * The request journal: raw requests and answers, written in the background. It never holds a caller up: its queue is
 * bounded in entries and in bytes, and what does not fit is dropped and counted. It is a record for people, no truth.
 */
import { errorCode } from '../platform/index.ts';
import type { Database, Log, Metrics } from '../platform/index.ts';
import { insertEntries } from './journal-store.ts';

export interface JournalEntry {
  readonly aggregator: string;
  readonly route: string;
  readonly arrivedAtMs: number;
  readonly durationUs: number;
  readonly verdict: string;
  readonly keyId: string | null;
  readonly player: string | null;
  readonly roundId: string | null;
  readonly externalId: string | null;
  readonly outcome: string;
  readonly remoteAddress: string | null;
  /** JSON text of the headers that are no secrets */
  readonly headers: string;
  readonly body: Uint8Array;
  readonly status: number;
  readonly answer: string;
}

export interface Journal {
  readonly note: (entry: JournalEntry) => void;
  readonly depth: () => number;
  /** Writes what is queued; gives up after a few seconds. */
  readonly close: () => Promise<void>;
}

export interface JournalOptions {
  readonly sql: Database;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly maxEntries?: number;
  readonly maxBytes?: number;
  /** how long entries are gathered before they are written together */
  readonly delayMs?: number;
}

const BATCH = 500;
const DELAY_MS = 50;

/** PostgreSQL's classes for a value that cannot be stored: data exception, constraint, program limit. */
const ABOUT_AN_ENTRY = /^(22|23|54)/;
const CLOSE_MS = 3_000;

export function openJournal(options: JournalOptions): Journal {
  const maxEntries = options.maxEntries ?? 20_000;
  const maxBytes = options.maxBytes ?? 64 * 1024 * 1024;
  const delayMs = options.delayMs ?? DELAY_MS;
  const queue: JournalEntry[] = [];
  let bytes = 0;
  let writing: Promise<void> | null = null;
  let gathering = pause(0);
  const counters = journalMetrics(options.metrics);

  const writeAll = async (): Promise<void> => {
    while (queue.length > 0) {
      const batch = queue.splice(0, BATCH);
      bytes -= batch.reduce((sum, entry) => sum + entry.body.byteLength, 0);
      await write(options, counters, batch);
    }
  };

  const drained = async () => {
    while (writing !== null) {
      gathering.cut();
      await writing;
    }
  };
  const giveUp = (lost: readonly JournalEntry[]) => {
    counters.dropped.inc(lost.length);
    options.log.warn({ entries: lost.length }, 'the journal was closed before all was written; no money is affected');
  };

  const start = () => {
    if (writing !== null) return;
    // Off the path: the answers that caused the entries leave first, and one statement writes many.
    gathering = pause(delayMs);
    writing = gathering.over.then(writeAll).finally(() => {
      writing = null;
      if (queue.length > 0) start();
    });
  };

  return {
    depth: () => queue.length,
    note: (entry) => {
      if (queue.length >= maxEntries || bytes + entry.body.byteLength > maxBytes) {
        counters.dropped.inc();
        return;
      }
      queue.push(entry);
      bytes += entry.body.byteLength;
      start();
    },
    close: async () => {
      await atMost(CLOSE_MS, drained());
      if (queue.length === 0) return;
      giveUp(queue.splice(0));
      bytes = 0;
    },
  };
}

/** Writes entries together; one that no column can hold must not take its neighbours with it. */
async function write(
  options: Pick<JournalOptions, 'sql' | 'log'>,
  counters: ReturnType<typeof journalMetrics>,
  batch: readonly JournalEntry[],
): Promise<void> {
  try {
    await insertEntries(options.sql, batch);
    counters.written.inc(batch.length);
  } catch (error) {
    if (batch.length > 1 && ABOUT_AN_ENTRY.test(errorCode(error))) {
      const half = Math.ceil(batch.length / 2);
      await write(options, counters, batch.slice(0, half));
      await write(options, counters, batch.slice(half));
      return;
    }
    counters.dropped.inc(batch.length);
    options.log.warn({ err: error, entries: batch.length }, 'the journal lost entries; no money is affected');
  }
}

/** A wait that can be cut short. */
function pause(ms: number): { readonly over: Promise<void>; readonly cut: () => void } {
  let cut: () => void = () => undefined;
  const over = new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms);
    cut = () => {
      clearTimeout(timer);
      resolve();
    };
  });
  return { over, cut };
}

async function atMost(ms: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const giveUp = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, giveUp]);
  clearTimeout(timer);
}

function journalMetrics(metrics: Metrics) {
  return {
    written: metrics.counter({
      name: 'croupier_journal_written_total',
      help: 'Requests written to the journal.',
    }),
    dropped: metrics.counter({
      name: 'croupier_journal_dropped_total',
      help: 'Requests the journal could not keep: its queue was full or its write failed. No money is affected.',
    }),
  };
}
