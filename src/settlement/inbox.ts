/**
 * The inbox: a genuine settlement event is stored before anybody understands it, and accepted only when it is stored. Events that
 * arrive while a batch is being written are the next batch, so a burst costs few commits and one event alone waits for nobody.
 * Bounded: a full inbox asks the aggregator to come again.
 */
import { createHash } from 'node:crypto';
import type { Database } from '../platform/index.ts';
import { countRepeats, insertArrivals } from './inbox-store.ts';
import type { Arrival } from './inbox-store.ts';

export interface Inbox {
  /** Resolves once the event is on disk; rejects when it is not, and then it must be sent again. */
  readonly store: (
    arrival: Omit<Arrival, 'hash' | 'deliveries' | 'key'> & { readonly eventId: string | null },
  ) => Promise<void>;
  /** how many wait to be written */
  readonly depth: () => number;
}

const BATCH_MAX = 200;
const WAITING_MAX = 5_000;
const WAITING_BYTES_MAX = 64 * 1_024 * 1_024;
const OWED_MAX = 200;

/** A full inbox: the event was not taken. */
export class InboxFull extends Error {
  constructor() {
    super(`the settlement inbox is full (${WAITING_MAX} events or ${WAITING_BYTES_MAX} bytes wait to be written)`);
    this.name = 'InboxFull';
  }
}

interface Waiting {
  readonly arrival: Arrival;
  readonly stored: () => void;
  readonly failed: (error: unknown) => void;
}

export function createInbox(sql: Database): Inbox {
  const waiting: Waiting[] = [];
  let waitingBytes = 0;
  let writing = false;
  /** repeats of events that were being read when they came: on disk already, and counted with the next batch */
  let owed: readonly Arrival[] = [];

  /** A count that fails is tried with the next batch: whoever sent the event has been answered. */
  const count = async (): Promise<void> => {
    owed = (await countRepeats(sql, owed).catch(() => owed)).slice(0, OWED_MAX);
  };

  const write = async (): Promise<void> => {
    writing = true;
    try {
      while (waiting.length > 0) {
        const batch = waiting.splice(0, BATCH_MAX);
        for (const { arrival } of batch) waitingBytes -= arrival.body.byteLength;
        try {
          const repeats = await insertArrivals(sql, once(batch.map((each) => each.arrival)));
          const repeated = new Set(repeats.map(nameOf));
          for (const each of batch) if (!repeated.has(nameOf(each.arrival))) each.stored();
          owed = once([...owed, ...repeats]);
          if (owed.length > 0) await count();
          for (const each of batch) if (repeated.has(nameOf(each.arrival))) each.stored();
        } catch (error) {
          for (const each of batch) each.failed(error);
        }
      }
    } finally {
      writing = false;
    }
  };

  return {
    store: async ({ eventId, ...arrival }) => {
      if (waiting.length >= WAITING_MAX || waitingBytes >= WAITING_BYTES_MAX) throw new InboxFull();
      const hash = createHash('sha256').update(arrival.body).digest('hex');
      return new Promise<void>((stored, failed) => {
        waitingBytes += arrival.body.byteLength;
        waiting.push({
          arrival: { ...arrival, key: eventId ?? `sha256:${hash}`, hash, deliveries: 1 },
          stored,
          failed,
        });
        if (!writing) void write();
      });
    },
    depth: () => waiting.length,
  };
}

const nameOf = ({ aggregator, key, hash }: Arrival): string => JSON.stringify([aggregator, key, hash]);

/** One row an event: a statement may not touch a row twice. Ordered, so that two replicas never wait for each other in a circle. */
function once(arrivals: readonly Arrival[]): readonly Arrival[] {
  const rows = new Map<string, Arrival>();
  for (const arrival of arrivals) {
    const name = nameOf(arrival);
    const known = rows.get(name);
    rows.set(name, known === undefined ? arrival : { ...known, deliveries: known.deliveries + arrival.deliveries });
  }
  return [...rows.entries()].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, arrival]) => arrival);
}
