/**
 * The settlement room: takes what aggregators assert, judges rounds against the book in the background, and keeps what was
 * decided. It works like a queue on PostgreSQL: small batches, any number of replicas, nothing in memory that a crash could
 * lose. It has connections of its own and rests while the wallet is busy.
 */
import type { DiscrepanciesQuery } from './discrepancy-store.ts';
import { selectDiscrepancies, selectDiscrepancy, selectFrozen } from './discrepancy-store.ts';
import { shardOf } from '../ledger/index.ts';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AggregatorName, PlayerId } from '../wallet/index.ts';
import { keepConflicts } from './conflicts.ts';
import { createInbox } from './inbox.ts';
import type { Inbox } from './inbox.ts';
import { selectBacklog, selectSetAside, updateAgain } from './inbox-store.ts';
import type { SetAside } from './inbox-store.ts';
import { askAboutOpen } from './inquiry.ts';
import { createJudge } from './judging.ts';
import type { Discrepancy } from './discrepancies.ts';
import { settlementMetrics } from './metrics.ts';
import type { SettlementOptions } from './ports.ts';
import { pullLists } from './pull.ts';
import type { Pulled } from './pull.ts';
import { createReader } from './reading.ts';
import { selectResolutions } from './resolution-store.ts';
import type { Resolution } from './resolution-store.ts';
import { createResolutions } from './resolutions.ts';
import type { Decided, Decision, Proposal } from './resolutions.ts';
import { selectDay } from './daily-store.ts';
import type { StoredDay } from './daily-store.ts';
import { compareDueDays, drillDown, expireSettlement, sweepStuck } from './sweeps.ts';
import type { RoundOfDay } from './sweeps.ts';
import { selectView } from './view-store.ts';
import type { StoredView } from './view-store.ts';

export interface Settlement {
  /** Resolves once the event is stored, whatever can be made of it. */
  readonly receive: (
    aggregator: AggregatorName,
    event: { readonly eventId: string | null },
    body: Uint8Array,
  ) => Promise<void>;
  /** Does what there is to do, a bounded number of batches; says whether anything was left. To be called again and again. */
  readonly work: (turn?: { readonly stopped: boolean }) => Promise<void>;
  readonly discrepancies: (query: DiscrepanciesQuery) => Promise<readonly Discrepancy[]>;
  readonly discrepancy: (id: string) => Promise<DiscrepancyStory | null>;
  readonly propose: (proposal: Proposal) => Promise<Decided>;
  readonly decide: (decision: Decision) => Promise<Decided>;
  /** true while a round of the player is unsound and nobody has decided: nothing may be paid out to them */
  readonly hasFrozen: (player: PlayerId) => Promise<boolean>;
  /** the latest events that nobody could understand */
  readonly setAside: (limit: number) => Promise<readonly SetAside[]>;
  /** reads again what was set aside; how many */
  readonly readAgain: () => Promise<number>;
  /** finds rounds that have reached the age without an outcome, compares the days that are due, lets old facts go */
  readonly sweep: (turn?: { readonly stopped: boolean }) => Promise<void>;
  /** asks aggregators for their lists where that is due, and about what is open; keeps what they assert */
  readonly pull: (turn?: { readonly stopped: boolean }) => Promise<readonly Pulled[]>;
  /** how both sides stand on a day, and which rounds make a difference */
  readonly day: (aggregator: string, day: string) => Promise<readonly StoredDay[]>;
  readonly roundsOfDay: (asked: {
    aggregator: string;
    dayMs: number;
    game: string;
    currency: string;
  }) => Promise<readonly RoundOfDay[]>;
  /** counts what waits, for the metrics */
  readonly measure: () => Promise<{ readonly unread: number; readonly due: number; readonly setAside: number }>;
}

export interface DiscrepancyStory {
  readonly discrepancy: Discrepancy;
  readonly resolutions: readonly Resolution[];
  readonly view: StoredView | null;
}

/** Batches of one turn, so that a job's end is never far. */
const BATCHES_MAX = 200;
/**
 * A batch keeps the processor, here and at the database, for as long as it is large. So batches are small while others have something
 * to do: each stretch is then shorter than anybody should wait, and what they cost more is made up for by a shorter rest.
 */
const BATCH_QUIET = 200;
const BATCH_BUSY = 50;
/** Who has just sent something will send more. */
const BUSY_AFTER_MS = 1_000;
/** The room takes at most half of the time, less while anybody waits. */
const REST_MIN_MS = 2;
const REST_BUSY_FACTOR = 2;
/** An approved resolution that nobody finished for so long is booked by whoever comes first. */
const ABANDONED_MS = 30_000;

/** As long as it worked, longer while others have something to do. */
async function rest(tookMs: number, busy: boolean): Promise<void> {
  await sleep(Math.max(REST_MIN_MS, tookMs * (busy ? REST_BUSY_FACTOR : 1)));
}

/** Whether calls of the wallet or events wait, or came a moment ago. */
function watchOthers({ clock, ledger }: SettlementOptions, inbox: Inbox) {
  let cameAtMs = Number.NEGATIVE_INFINITY;
  return {
    came: (atMs: number): void => {
      cameAtMs = atMs;
    },
    areBusy: (): boolean => ledger.depth() > 0 || inbox.depth() > 0 || clock.monotonic() - cameAtMs < BUSY_AFTER_MS,
  };
}

/** What is open now is logged and counted, once. */
function report(
  { log }: SettlementOptions,
  meters: ReturnType<typeof settlementMetrics>,
  opened: readonly Discrepancy[],
): void {
  for (const each of opened) {
    meters.opened.inc({ aggregator: each.key.aggregator, kind: each.kind });
    const { aggregator, player, round } = each.key;
    const about = {
      discrepancy: each.id,
      kind: each.kind,
      aggregator,
      player,
      round,
      transaction: each.transactionId,
    };
    if (each.weight === 'critical' || each.weight === 'security') log.error(about, each.detail);
    else log.warn(about, each.detail);
  }
}

/** What waits, as the metrics tell it. */
async function measureBacklog({ sql, clock }: SettlementOptions, meters: ReturnType<typeof settlementMetrics>) {
  const backlog = await selectBacklog(sql, clock.now());
  meters.backlog.set({ what: 'unread' }, backlog.unread);
  meters.backlog.set({ what: 'due' }, backlog.due);
  meters.backlog.set({ what: 'set_aside' }, backlog.setAside);
  meters.oldest.set(backlog.oldestMs === null ? 0 : Math.max(0, clock.now() - backlog.oldestMs) / 1_000);
  return backlog;
}

export function openSettlement(options: SettlementOptions): Settlement {
  const { sql, clock } = options;
  const inbox = createInbox(options.inboxSql);
  const resolutions = createResolutions(options);
  const read = createReader(options);
  const judge = createJudge(options, resolutions);
  const meters = settlementMetrics(options.metrics);
  const others = watchOthers(options, inbox);

  const step = async (batch: number): Promise<number> => {
    const events = await read(batch);
    if (events > 0) meters.read.inc(events);
    const judged = await judge(batch);
    for (const [state, count] of judged.states) meters.judged.inc({ state }, count);
    report(options, meters, judged.opened);
    if (judged.approved) await resolutions.bookApproved();
    return events + judged.rounds;
  };

  return {
    receive: async (aggregator, { eventId }, body) => {
      const startedAt = clock.monotonic();
      others.came(startedAt);
      await inbox.store({ aggregator, eventId, body, receivedAtMs: clock.now() });
      meters.stored.observe((clock.monotonic() - startedAt) / 1_000);
    },
    work: async (turn = { stopped: false }) => {
      await resolutions.bookApproved(ABANDONED_MS);
      for (let batch = 0; batch < BATCHES_MAX && !turn.stopped; batch += 1) {
        const startedAt = clock.monotonic();
        const busy = others.areBusy();
        if ((await step(busy ? BATCH_BUSY : BATCH_QUIET)) === 0) return;
        await rest(clock.monotonic() - startedAt, busy || others.areBusy());
      }
    },
    discrepancies: async (query) => selectDiscrepancies(sql, query),
    discrepancy: async (id) => {
      const discrepancy = await selectDiscrepancy(sql, id);
      if (discrepancy === null) return null;
      const view = await selectView(sql, { ...discrepancy.key, shard: discrepancy.shard });
      return { discrepancy, resolutions: await selectResolutions(sql, id), view };
    },
    propose: resolutions.propose,
    decide: resolutions.decide,
    hasFrozen: async (player) => selectFrozen(sql, player, shardOf(player)),
    setAside: async (limit) => selectSetAside(sql, limit),
    readAgain: async () => updateAgain(sql),
    sweep: async (turn = { stopped: false }) => {
      await sweepStuck(options, turn);
      await keepConflicts(options, turn);
      await compareDueDays(options, turn);
      await expireSettlement(options, turn);
    },
    pull: async (turn = { stopped: false }) => {
      const pulled = [...(await pullLists(options, turn)), ...(await askAboutOpen(options, turn))];
      for (const { aggregator, list, transactions, problem } of pulled) {
        meters.listed.inc({ aggregator, list }, transactions);
        meters.lists.inc({ aggregator, list, end: problem === null ? 'read' : 'failed' });
      }
      return pulled;
    },
    day: async (aggregator, day) => selectDay(sql, aggregator, day),
    roundsOfDay: async (asked) => drillDown(options, asked),
    measure: async () => measureBacklog(options, meters),
  };
}
