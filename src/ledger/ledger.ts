/**
 * The ledger: takes resolved money calls to their lane, and keeps the wallets that calls are decided on. Promises that no
 * answer says *applied* without a committed row, and that a player's calls are decided in order. Reads that answer money
 * go to the primary.
 */
import type { Clock, Database, Log, Metrics } from '../platform/index.ts';
import type { Currency } from '../money/index.ts';
import type { Money, Outcome, PlayerId, PlayerStatus, Policy, Wallet, WalletRequest } from '../wallet/index.ts';
import { createLane } from './lane.ts';
import type { Lane } from './lane.ts';
import { createLoadStore } from './load-store.ts';
import { createReads } from './reads.ts';
import type { Reads } from './reads.ts';
import { shardOf } from './shard.ts';
import { createWallets } from './wallets.ts';
import type { Limits } from './wallets.ts';

export interface LedgerOptions {
  /** where each lane opens its own connection */
  readonly url: string;
  /** the pool for everything that is no lane's */
  readonly sql: Database;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  /** how many batches run side by side, each on its own connection */
  readonly lanes?: number;
  /** calls that may wait in one lane before it answers "uncertain" at once */
  readonly maxQueue?: number;
  readonly maxBatch?: number;
  /** how long a batch waits for a wallet that something else holds */
  readonly lockTimeoutMs?: number;
  /** the wallet tables are distributed over nodes by shard */
  readonly distributed?: boolean;
  /** a pooler in between may give every transaction another server session */
  readonly pooled?: boolean;
}

export interface Ledger extends Reads {
  /**
   * Decides one money call and commits what it does. Rejects with `Uncertain` when that could not be found out within
   * `timeoutMs`; the same call may then be submitted again.
   */
  readonly submit: (request: WalletRequest, policy: Policy, timeoutMs: number) => Promise<Outcome>;
  /** the player's wallets as committed, or none when the player is unknown */
  readonly wallets: (player: PlayerId) => Promise<readonly Wallet[]>;
  readonly balances: (player: PlayerId) => Promise<readonly Money[]>;
  /** makes the player's wallet in that currency if there is none */
  readonly ensureWallet: (player: PlayerId, currency: Currency, status: PlayerStatus) => Promise<void>;
  /** effective for the very next bet on any replica (CMP-01) */
  readonly setStatus: (player: PlayerId, status: PlayerStatus) => Promise<void>;
  readonly setLimits: (player: PlayerId, currency: string, limits: Limits) => Promise<void>;
  /** calls waiting in all lanes */
  readonly depth: () => number;
  readonly close: () => Promise<void>;
}

/** Fewer lanes make larger batches, and a second decides while the first waits for its disk: docs/performance.md has the figures. */
const DEFAULT_LANES = 2;

export function openLedger(options: LedgerOptions): Ledger {
  const counters = ledgerMetrics(options.metrics);
  const count = options.lanes ?? DEFAULT_LANES;
  const distributed = options.distributed ?? false;
  const store = createLoadStore(distributed);
  const lanes: readonly Lane[] = Array.from({ length: count }, (_unused, index) =>
    createLane({
      name: `croupier-lane-${index}`,
      connection: {
        url: options.url,
        lockTimeoutMs: options.lockTimeoutMs ?? 700,
        statementTimeoutMs: 5_000,
        pooled: options.pooled ?? false,
      },
      store,
      distributed,
      log: options.log,
      clock: options.clock,
      maxQueue: options.maxQueue ?? 2_000,
      maxBatch: options.maxBatch ?? 128,
      maxAttempts: 4,
      onBatch: (size, durationMs) => {
        counters.batchSize.observe(size);
        counters.batchSeconds.observe(durationMs / 1000);
      },
      onAlert: (alert, item) => {
        counters.alerts.inc({ kind: alert.kind, aggregator: item.request.aggregator });
        const { aggregator, player } = item.request;
        options.log.warn({ alert: alert.kind, aggregator, player, externalId: alert.externalId }, alert.message);
      },
      onTrouble: (kind) => counters.trouble.inc({ kind }),
    }),
  );
  const reads = createReads(options.sql);
  const wallets = createWallets(options.sql);

  return {
    ...reads,
    ...wallets,
    submit: async (request, policy, timeoutMs) => {
      const lane = lanes[shardOf(request.player) % count];
      if (lane === undefined) throw new Error('defect: a shard without a lane');
      const outcome = await lane.submit({ request, policy }, options.clock.monotonic() + timeoutMs);
      counters.outcomes.inc(labelsOf(request, outcome));
      return outcome;
    },
    depth: () => lanes.reduce((sum, lane) => sum + lane.depth(), 0),
    close: async () => {
      await Promise.all(lanes.map(async (lane) => lane.close()));
    },
  };
}

function labelsOf(request: WalletRequest, outcome: Outcome) {
  const detail =
    outcome.kind === 'rejected' ? outcome.refusal : outcome.kind === 'applied' && outcome.duplicate ? 'duplicate' : '';
  return { aggregator: request.aggregator, operation: request.operations[0].kind, outcome: outcome.kind, detail };
}

function ledgerMetrics(metrics: Metrics) {
  return {
    outcomes: metrics.counter({
      name: 'croupier_wallet_outcomes_total',
      help: 'Money calls by what they came to.',
      labelNames: ['aggregator', 'operation', 'outcome', 'detail'],
    }),
    alerts: metrics.counter({
      name: 'croupier_wallet_alerts_total',
      help: 'Things a person should hear about: conflicts, late bets on tombstones, wins without bets.',
      labelNames: ['kind', 'aggregator'],
    }),
    trouble: metrics.counter({
      name: 'croupier_ledger_trouble_total',
      help: 'Batches run one by one, resubmitted after a lost COMMIT, calls past their deadline or refused for a full queue.',
      labelNames: ['kind'],
    }),
    batchSize: metrics.histogram({
      name: 'croupier_ledger_batch_calls',
      help: 'Calls decided in one transaction.',
      buckets: [1, 2, 4, 8, 16, 32, 64, 128],
    }),
    batchSeconds: metrics.histogram({
      name: 'croupier_ledger_batch_seconds',
      help: 'Duration of a batch from its first statement to its COMMIT.',
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
    }),
  };
}
