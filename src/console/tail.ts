/**
 * The live tail: what aggregators send, a second after it came, to everybody who watches. The journal is asked once a second for
 * all watchers together, and not at all while nobody watches. Streams are few, beat while nothing happens, and end by themselves.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiProblem } from '../api/index.ts';
import type { Database, Log } from '../platform/index.ts';
import { selectAfter, selectLastId } from './pulse-store.ts';
import type { TailRow } from './pulse-store.ts';

export interface Tail {
  readonly watch: (request: FastifyRequest, reply: FastifyReply) => Promise<void>;
  /** ends every stream */
  readonly close: () => void;
}

const EVERY_MS = 1_000;
/** What a person could still read; the rest of a second is counted and not sent. */
const ROWS_A_TURN = 100;
const WATCHERS_MAX = 20;
const BEAT_EVERY_TURNS = 10;
const UNREAD_MAX_BYTES = 1_048_576;
/** Then the browser asks again, and is asked again who it is. */
const LIFE_TURNS = 15 * 60;

interface Watcher {
  readonly write: (text: string) => boolean;
  readonly end: () => void;
  turns: number;
}

export function createTail({ sql, log }: { readonly sql: Database; readonly log: Log }): Tail {
  const watchers = new Set<Watcher>();
  let timer: NodeJS.Timeout | null = null;
  let last: string | null = null;
  let closed = false;
  let running = false;

  const turn = async (): Promise<void> => {
    timer = null;
    if (running) return;
    running = true;
    try {
      last ??= await selectLastId(sql);
      const rows = await selectAfter(sql, last, ROWS_A_TURN);
      const newest = rows.length < ROWS_A_TURN ? rows.at(-1)?.id : await selectLastId(sql);
      if (newest !== undefined) last = newest;
      tell(rows);
    } catch (error) {
      log.debug({ err: error }, 'the live tail could not read the journal; it tries again');
    }
    running = false;
    next();
  };
  const tell = (rows: readonly TailRow[]): void => {
    const text = rows.length === 0 ? '' : `event: calls\ndata: ${JSON.stringify(rows)}\n\n`;
    for (const watcher of watchers) {
      watcher.turns += 1;
      if (watcher.turns >= LIFE_TURNS) watcher.end();
      else if (text !== '') {
        // Who does not read is let go, instead of being remembered for.
        if (!watcher.write(text)) watcher.end();
      } else if (watcher.turns % BEAT_EVERY_TURNS === 0) watcher.write(': still here\n\n');
    }
  };
  const next = (): void => {
    if (closed || watchers.size === 0) {
      timer = null;
      last = null;
      return;
    }
    timer = setTimeout(() => void turn(), EVERY_MS);
  };

  return {
    watch: async (request, reply) => {
      if (closed || watchers.size >= WATCHERS_MAX)
        throw new ApiProblem({
          status: 503,
          code: 'too_many',
          detail: 'Too many people watch already.',
          retryAfterSeconds: 30,
        });
      const watcher = begin(reply, (gone) => watchers.delete(gone));
      request.raw.once('close', () => watchers.delete(watcher));
      watchers.add(watcher);
      watcher.write('retry: 2000\n: welcome\n\n');
      // From now on, and not from a second later.
      if (watchers.size === 1 && timer === null) void turn();
    },
    close: () => {
      closed = true;
      if (timer !== null) clearTimeout(timer);
      for (const watcher of watchers) watcher.end();
    },
  };
}

/** A stream that is open: its head is sent, and what is written goes out at once. */
function begin(reply: FastifyReply, onEnd: (watcher: Watcher) => void): Watcher {
  reply.hijack();
  const { raw } = reply;
  const headers = {
    ...reply.getHeaders(),
    'content-type': 'text/event-stream; charset=utf-8',
    'x-accel-buffering': 'no',
  };
  raw.writeHead(200, Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])));
  const watcher: Watcher = {
    turns: 0,
    write: (text) => raw.write(text) || raw.writableLength < UNREAD_MAX_BYTES,
    end: () => {
      onEnd(watcher);
      raw.end();
    },
  };
  return watcher;
}
