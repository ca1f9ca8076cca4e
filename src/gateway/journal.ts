/**
 * The request journal: raw requests and answers, written in the background. It never holds a caller up: its queue is
 * bounded in entries and in bytes, and what does not fit is dropped and counted. It is a record for people, no truth.
 */
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
}

const BATCH = 500;

export function openJournal(options: JournalOptions): Journal {
  const maxEntries = options.maxEntries ?? 20_000;
  const maxBytes = options.maxBytes ?? 64 * 1024 * 1024;
  const queue: JournalEntry[] = [];
  let bytes = 0;
  let writing: Promise<void> | null = null;
  const written = options.metrics.counter({
    name: 'croupier_journal_written_total',
    help: 'Requests written to the journal.',
  });
  const dropped = options.metrics.counter({
    name: 'croupier_journal_dropped_total',
    help: 'Requests the journal could not keep: its queue was full or its write failed. No money is affected.',
  });

  const writeAll = async (): Promise<void> => {
    while (queue.length > 0) {
      const batch = queue.splice(0, BATCH);
      bytes -= batch.reduce((sum, entry) => sum + entry.body.byteLength, 0);
      try {
        await insertEntries(options.sql, batch);
        written.inc(batch.length);
      } catch (error) {
        dropped.inc(batch.length);
        options.log.warn({ err: error, entries: batch.length }, 'the journal lost entries; no money is affected');
      }
    }
  };

  const start = () => {
    if (writing !== null) return;
    writing = new Promise<void>((resolve) => {
      // Off the path: the answer that caused this entry leaves first.
      setImmediate(() => resolve(writeAll()));
    }).finally(() => {
      writing = null;
      if (queue.length > 0) start();
    });
  };

  return {
    depth: () => queue.length,
    note: (entry) => {
      if (queue.length >= maxEntries || bytes + entry.body.byteLength > maxBytes) {
        dropped.inc();
        return;
      }
      queue.push(entry);
      bytes += entry.body.byteLength;
      start();
    },
    close: async () => {
      const giveUp = new Promise<void>((resolve) => {
        setTimeout(resolve, 3_000).unref();
      });
      const idle = async () => {
        while (writing !== null) await writing;
      };
      await Promise.race([idle(), giveUp]);
    },
  };
}
