/** What happens by the clock: every room's jobs, put together. It holds no rule of its own. */
import type { Catalogue } from './catalogue/index.ts';
import type { AggregatorConfig, Config } from './config.ts';
import { expireJournal } from './gateway/index.ts';
import { expireParked } from './ledger/index.ts';
import { newId, systemClock } from './platform/index.ts';
import type { Job } from './schedule.ts';
import { analyticsJobs } from './serve-analytics.ts';
import { launchJobs } from './serve-launches.ts';
import { settlementJobs } from './serve-settlement.ts';
import type { Rooms } from './serve-rooms.ts';
import { transactionId } from './wallet/index.ts';
import type { Policy } from './wallet/index.ts';

/** a flood of webhooks, or of callbacks for a game nobody knows, is one sync in this time (CAT-12) */
const SYNC_ASKED_EVERY_MS = 30_000;
const SWEEP_EVERY_MS = 30_000;
const EXPIRE_EVERY_MS = 10 * 60_000;
const ENDINGS_EVERY_MS = 1_000;
const CLOCK_EVERY_MS = 60_000;
const TICK_EVERY_MS = 1_000;
const QUOTES_EVERY_MS = 1_000;

/** The name under which a sync is asked for. */
export const syncJob = (aggregator: string): string => `sync ${aggregator}`;

export function jobsOf(config: Config, rooms: Rooms): readonly Job[] {
  const { ledger, sql, catalogue, sessions } = rooms;
  const policies = new Map<string, Policy>(config.aggregators.map((each) => [each.name, each.policy]));
  const syncs = config.aggregators
    // a list that is handed out as a file is imported by a person
    .filter(({ open }) => open.games.kind === 'call')
    .map((aggregator): Job => syncJobOf(catalogue, aggregator));
  const { changeRetentionMs } = config.catalogue;
  const forget: Job = {
    name: 'catalogue retention',
    everyMs: EXPIRE_EVERY_MS,
    work: async (turn) => catalogue.expire(systemClock.now() - changeRetentionMs, turn),
  };
  const sweep: Job = {
    name: 'parked wins',
    everyMs: SWEEP_EVERY_MS,
    work: async () =>
      expireParked({
        sql,
        nowMs: systemClock.now(),
        policyOf: (aggregator) => policies.get(aggregator) ?? null,
        nextId: () => transactionId(newId()),
        submit: async (request, policy) => ledger.submit(request, policy, 5_000),
      }),
  };
  const expire: Job = {
    name: 'journal retention',
    everyMs: EXPIRE_EVERY_MS,
    work: async (turn) => expireJournal({ sql, nowMs: sessions.now(), retentionMs: config.journal.retentionMs, turn }),
  };
  const raises: Job = {
    name: 'raised limits',
    everyMs: SWEEP_EVERY_MS,
    work: async (turn) => rooms.players.applyRaises(turn),
  };
  const endings: Job = { name: 'ended sessions', everyMs: ENDINGS_EVERY_MS, work: async () => sessions.hearEndings() };
  const clocks: Job = { name: 'clock', everyMs: CLOCK_EVERY_MS, work: async () => rooms.clocks.sample() };
  const tick: Job = { name: 'clock steps', everyMs: TICK_EVERY_MS, work: async () => rooms.clocks.tick() };
  const quotes: Job = { name: 'quotes', everyMs: QUOTES_EVERY_MS, work: async () => rooms.fx.turn() };
  // Over the nodes of a distributed book nobody can look up what was converted by a quote.
  const quoteRetention: readonly Job[] = config.ledger.distributed
    ? []
    : [{ name: 'quote retention', everyMs: EXPIRE_EVERY_MS, work: async (turn) => rooms.fx.expire(turn) }];
  return [
    ...syncs,
    forget,
    sweep,
    expire,
    raises,
    ...launchJobs(config, rooms),
    endings,
    clocks,
    tick,
    quotes,
    ...quoteRetention,
    ...analyticsJobs(rooms.analytics),
    ...settlementJobs(rooms.settlement),
  ];
}

/** By the clock unless another replica has just been; when somebody asks in any case, and again when another was at it. */
function syncJobOf(catalogue: Catalogue, { name, sync }: AggregatorConfig): Job {
  return {
    name: syncJob(name),
    everyMs: sync.everyMs,
    askedEveryMs: SYNC_ASKED_EVERY_MS,
    work: async ({ asked }) => {
      const wish = asked ? { askedBy: 'aggregator' } : { unlessWithinMs: sync.everyMs * 0.9 };
      const report = await catalogue.sync(name, wish);
      return asked && report?.kind === 'busy' ? 'again' : report;
    },
  };
}
