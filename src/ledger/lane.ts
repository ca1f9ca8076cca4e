/**
 * A lane decides the calls of its players in batches: one batch in flight; whatever arrives meanwhile is the next batch.
 * No timers and no waiting for company: a call alone is a batch of one.
 *
 * A lane is in exactly one state, changed in one function (`move`):
 *   idle     nothing queued, nothing in flight
 *   running  a batch is in flight; calls queue up behind it
 *   closing  takes no new calls; what is queued is still answered
 *   closed   everything answered, connection ended
 *
 * What can go wrong, and what then: any technical failure of a batch → its calls run one by one, so one bad call cannot
 * take its neighbours down. Connection lost, COMMIT perhaps done → the same calls are submitted again; their keys make
 * that safe. Out of time or attempts → the call is *uncertain*, never refused.
 */
import { BY_INDEX, ConnectionLost, errorCode, openPipeline } from '../platform/index.ts';
import type { Clock, Log, Pipeline, PipelineOptions } from '../platform/index.ts';
import { decide } from '../wallet/index.ts';
import type { Alert, Outcome } from '../wallet/index.ts';
import type { Item, LoadStore } from './load-store.ts';
import { shardOf } from './shard.ts';
import { Uncertain } from './uncertain.ts';
import { createWorkingSet } from './working-set.ts';
import { committed, rollbackFlight, writeFlight } from './write-store.ts';

export interface LaneOptions {
  readonly name: string;
  readonly connection: Omit<PipelineOptions, 'applicationName' | 'log' | 'settings'>;
  readonly store: LoadStore;
  /** every batch keeps to one shard, so that each of its statements goes to one node */
  readonly distributed: boolean;
  readonly clock: Clock;
  readonly log: Log;
  readonly maxQueue: number;
  readonly maxBatch: number;
  readonly maxAttempts: number;
  readonly onBatch: (size: number, durationMs: number) => void;
  readonly onAlert: (alert: Alert, item: Item) => void;
  readonly onTrouble: (kind: 'singles' | 'resubmit' | 'deadline' | 'queue_full') => void;
}

export interface Lane {
  /** Resolves with the committed outcome; rejects with Uncertain. `deadline` is monotonic, ms. */
  readonly submit: (item: Item, deadline: number) => Promise<Outcome>;
  readonly depth: () => number;
  readonly close: () => Promise<void>;
}

type LaneState = 'idle' | 'running' | 'closing' | 'closed';

interface Job {
  readonly item: Item;
  readonly deadline: number;
  readonly settle: (outcome: Outcome) => void;
  readonly fail: (error: Uncertain) => void;
  /** the caller has been answered, if only with "uncertain" */
  settled: boolean;
}

/** What became of an attempt at a batch. `singles`: rolled back for sure. `unknown`: the COMMIT may have happened. */
type Attempt =
  | { readonly kind: 'committed' }
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'unknown' };

export function createLane(options: LaneOptions): Lane {
  let state: LaneState = 'idle';
  let connection: Pipeline | null = null;
  let whenClosed: () => void = () => undefined;
  const queue: Job[] = [];

  /** The only way to change state. */
  const move = (next: LaneState) => {
    state = next;
    if (next === 'closed') whenClosed();
  };

  const connected = (): Pipeline => {
    if (connection === null || !connection.alive()) {
      const { name, log } = options;
      connection = openPipeline({
        ...options.connection,
        applicationName: name,
        log,
        settings: planSettings(options.distributed),
      });
    }
    return connection;
  };

  const run = async (): Promise<void> => {
    // Calls that arrived in the same turn of the event loop belong to the same batch.
    await Promise.resolve();
    for (let batch = nextBatch(); batch.length > 0; batch = nextBatch()) {
      const startedAt = options.clock.monotonic();
      await answerBatch(batch);
      options.onBatch(batch.length, options.clock.monotonic() - startedAt);
    }
  };

  const drain = () => {
    void run().then(
      () => finished(),
      (error: unknown) => {
        // Nothing above may throw; if it does, nobody must wait for ever.
        options.log.error({ err: error, lane: options.name }, 'a lane failed; its calls are answered as uncertain');
        for (const job of queue.splice(0)) job.fail(new Uncertain('defect', 'the lane failed'));
        finished();
      },
    );
  };

  const finished = () => {
    // A call may have come between the last look at the queue and this turn; it must not wait for the next one.
    if (queue.length > 0) drain();
    else if (state === 'running') move('idle');
    else if (state === 'closing') move('closed');
  };

  const nextBatch = (): Job[] => {
    const batch: Job[] = [];
    while (batch.length < options.maxBatch) {
      const job = queue[0];
      if (job === undefined || (options.distributed && !sameShard(batch[0], job))) break;
      queue.shift();
      if (!job.settled) batch.push(job);
    }
    return batch;
  };

  const answerBatch = async (batch: readonly Job[]): Promise<void> => {
    const result = await persist(batch);
    if (result.kind === 'committed') return;
    if (batch.length === 1 || result.kind === 'unknown') {
      for (const job of batch) job.fail(uncertainty(result));
      return;
    }
    options.onTrouble('singles');
    options.log.warn(
      { err: result.error, calls: batch.length, lane: options.name },
      'a batch failed; its calls run one by one',
    );
    const stuck = new Set<string>();
    for (const job of batch) {
      if (job.settled) continue;
      // A wallet somebody else holds was waited for once; its other calls must not make the whole lane wait again.
      if (stuck.has(job.item.request.player)) {
        job.fail(new Uncertain('database', 'the wallet is held by another transaction'));
        continue;
      }
      const single = await persist([job]);
      if (single.kind === 'committed') continue;
      if (single.kind === 'failed' && errorCode(single.error) === LOCK_NOT_AVAILABLE)
        stuck.add(job.item.request.player);
      job.fail(uncertainty(single));
    }
  };

  /** Attempts until committed, surely failed, or out of attempts; conflicts between replicas and lost connections are tried again. */
  const persist = async (batch: readonly Job[]): Promise<Attempt> => {
    let result = await attempt(batch);
    for (let tries = 1; tries < options.maxAttempts && result.kind !== 'committed'; tries += 1) {
      if (result.kind === 'failed' && !isTransient(result.error)) return result;
      if (batch.every((job) => job.settled || options.clock.monotonic() > job.deadline)) return result;
      if (result.kind === 'unknown') {
        options.onTrouble('resubmit');
        await pause(25 * 2 ** tries);
      }
      result = await attempt(batch);
    }
    return result;
  };

  const attempt = async (batch: readonly Job[]): Promise<Attempt> => {
    const items = batch.map((job) => job.item);
    const on = connected();
    let writing = false;
    try {
      const load = options.store.load(items);
      const loaded = load.read(await on.fly(load.flight));
      const workingSet = createWorkingSet(loaded);
      const waitingWins = load.waiting(loaded);
      if (waitingWins !== null) workingSet.add(waitingWins.read(await on.fly(waitingWins.flight)));
      // Whoever was told "uncertain" meanwhile will ask again; deciding it now would only book behind their back.
      const waiting = batch.filter((job) => !job.settled);
      const decisions = waiting.map(({ item }) => {
        const decision = decide(workingSet.book, item.request, item.policy);
        workingSet.apply(decision.changes);
        return decision;
      });
      writing = true;
      const results = await on.fly(writeFlight(workingSet.dirty(), options.distributed));
      if (!committed(results)) return { kind: 'failed', error: new Error('the transaction was rolled back at COMMIT') };
      decisions.forEach((decision, index) => {
        const job = waiting[index];
        if (job === undefined) return;
        for (const alert of decision.alerts) options.onAlert(alert, job.item);
        job.settle(decision.outcome);
      });
      return { kind: 'committed' };
    } catch (error) {
      if (error instanceof ConnectionLost) {
        on.destroy();
        // Before the writes were sent nothing can have happened; trying again is all the same.
        return writing ? { kind: 'unknown' } : { kind: 'failed', error };
      }
      if (isForgetful(error)) {
        // The server has answered, so nothing was committed; but what this session prepared is of no more use.
        on.destroy();
        return { kind: 'failed', error };
      }
      await on.fly(rollbackFlight).catch(() => on.destroy());
      return { kind: 'failed', error };
    }
  };

  return {
    depth: () => queue.length,
    submit: async (item, deadline) =>
      new Promise<Outcome>((resolve, reject) => {
        if (state === 'closing' || state === 'closed') {
          reject(new Uncertain('closing', 'the server is stopping'));
          return;
        }
        if (queue.length >= options.maxQueue) {
          options.onTrouble('queue_full');
          reject(new Uncertain('queue_full', `more than ${options.maxQueue} calls are waiting`));
          return;
        }
        const job = jobOf(item, deadline, { resolve, reject, onTrouble: options.onTrouble, clock: options.clock });
        queue.push(job);
        if (state === 'idle') {
          move('running');
          drain();
        }
      }),
    close: async () => {
      if (state === 'running') {
        await new Promise<void>((resolve) => {
          whenClosed = resolve;
          move('closing');
        });
      } else {
        move('closed');
      }
      await connection?.close();
    },
  };
}

/** A call and its caller, who is answered once: with an outcome, with why there is none, or at the deadline. */
function jobOf(
  item: Item,
  deadline: number,
  caller: Pick<LaneOptions, 'clock' | 'onTrouble'> & {
    readonly resolve: (outcome: Outcome) => void;
    readonly reject: (error: Uncertain) => void;
  },
): Job {
  const once = (answer: () => void) => {
    if (job.settled) return;
    job.settled = true;
    clearTimeout(timer);
    answer();
  };
  const job: Job = {
    item,
    deadline,
    settled: false,
    settle: (outcome) => once(() => caller.resolve(outcome)),
    fail: (error) => once(() => caller.reject(error)),
  };
  const waitMs = Math.max(0, deadline - caller.clock.monotonic());
  const timer = setTimeout(() => {
    caller.onTrouble('deadline');
    job.fail(new Uncertain('deadline', 'no answer within the deadline; the call may still be booked'));
  }, waitMs);
  return job;
}

function sameShard(first: Job | undefined, other: Job): boolean {
  return first === undefined || shardOf(first.item.request.player) === shardOf(other.item.request.player);
}

function uncertainty(result: Attempt): Uncertain {
  if (result.kind === 'unknown') return new Uncertain('commit_unknown', 'the connection was lost during COMMIT');
  if (result.kind === 'committed') return new Uncertain('defect', 'a committed call was not answered');
  const { error } = result;
  const message = error instanceof Error ? error.message : 'unknown failure';
  return new Uncertain(message.startsWith('defect') ? 'defect' : 'database', message, { cause: error });
}

/**
 * Every statement of a batch has one right plan: from the given rows to an index. It must not hang on statistics, which a new
 * installation has none of, nor be made anew for every batch. (A distributed book chooses the node by the parameters, so
 * there a plan for all of them cannot be had.)
 */
export function planSettings(distributed: boolean): Readonly<Record<string, string>> {
  return {
    ...(distributed ? {} : { plan_cache_mode: 'force_generic_plan' }),
    ...BY_INDEX,
  };
}

const LOCK_NOT_AVAILABLE = '55P03';
/** serialization_failure, deadlock_detected, unique_violation (another replica booked the id first: the next look finds it) */
const TRANSIENT = new Set(['40001', '40P01', '23505']);

function isTransient(error: unknown): boolean {
  return error instanceof ConnectionLost || TRANSIENT.has(errorCode(error)) || isForgetful(error);
}

/** invalid_sql_statement_name, "cached plan must not change result type": the session's statements are gone or stale. */
function isForgetful(error: unknown): boolean {
  return errorCode(error) === '26000' || errorCode(error) === '0A000';
}

async function pause(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}
