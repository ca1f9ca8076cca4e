/**
 * The watch on launches: what became of them by node and aggregator, for whoever asks, and once a minute whether a node stands
 * out from its siblings. Every node looks at all of them; only the node that stands out writes it to its log. It stops nothing.
 */
import type { Database, Log, Metrics } from '../platform/index.ts';
import type { AggregatorName } from '../wallet/index.ts';
import { addUp, keyOf, sentenceOf, settle, shareNotOpened, standOuts, tally } from './standing-out.ts';
import type { Counts, Standings, StandOut, Tally } from './standing-out.ts';
import { selectFates } from './store.ts';

export interface LaunchAlert extends StandOut {
  readonly message: string;
}

export interface OutcomesQuery {
  readonly fromMs: number;
  readonly toMs: number;
  readonly mode: 'real' | 'demo' | null;
}

export interface Outcomes {
  readonly nodes: readonly Tally[];
  /** the same for all nodes together */
  readonly aggregators: readonly { readonly aggregator: AggregatorName; readonly counts: Counts }[];
  /** the gravest, as of the last look; whatever the query asked for */
  readonly alert: LaunchAlert | null;
}

export interface LaunchWatch {
  /** One look. To be called about once a minute. */
  readonly look: () => Promise<void>;
  /** All times by the database's clock. */
  readonly outcomes: (query: OutcomesQuery) => Promise<Outcomes>;
}

export interface LaunchWatchOptions {
  readonly sql: Database;
  readonly log: Log;
  readonly metrics: Metrics;
  /** this machine, as launches are recorded under it */
  readonly node: string;
  /** the time by the database */
  readonly now: () => number;
  /** what a node's clock says to failing launches for this aggregator; null: nothing. Absent: nobody watches clocks */
  readonly clockOf?: (node: string, aggregator: AggregatorName) => Promise<string | null>;
}

const LOOK_BACK_MS = 15 * 60_000;
/** Browsers open a launch at once: after a minute it is not waited for, so that the alert does not take as long as a launch lives. */
const PATIENCE_SECONDS = 60;
const PATIENCE_AT_LAST_SECONDS = 86_400;

export function openLaunchWatch(options: LaunchWatchOptions): LaunchWatch {
  const { sql, log, node } = options;
  const gauges = gaugesOf(options.metrics);
  let standings: Standings = new Map();
  let alerts: readonly LaunchAlert[] = [];

  return {
    look: async () => {
      const toMs = options.now() + 1_000;
      const window = { fromMs: toMs - LOOK_BACK_MS, toMs, mode: null };
      const tallies = tally(await selectFates(sql, { ...window, patienceSeconds: PATIENCE_SECONDS }));
      standings = settle(standings, standOuts(tallies));
      const before = alerts;
      alerts = await Promise.all([...standings.values()].flatMap(({ raised }) => raised ?? []).map(explained));
      gauges.show(node, tallies, alerts);
      tell(before, alerts);
    },
    outcomes: async (query) => {
      const nodes = tally(await selectFates(sql, { ...query, patienceSeconds: PATIENCE_AT_LAST_SECONDS }));
      const names = [...new Set(nodes.map((each) => each.aggregator))].toSorted();
      const aggregators = names.map((aggregator) => ({
        aggregator,
        counts: addUp(nodes.filter((each) => each.aggregator === aggregator).map((each) => each.counts)),
      }));
      return { nodes, aggregators, alert: gravest(alerts) };
    },
  };

  /** A clock that makes launches fail is the reason, however the aggregator worded it. */
  async function explained(found: StandOut): Promise<LaunchAlert> {
    const clock = (await options.clockOf?.(found.node, found.aggregator)) ?? null;
    const reason = clock === null ? found.reason : 'clock';
    return { ...found, reason, message: sentenceOf(found, clock) };
  }

  /** One line of the node itself when something begins, changes its reason or ends; the clock's own alert has told of clocks. */
  function tell(before: readonly LaunchAlert[], now: readonly LaunchAlert[]): void {
    const own = (all: readonly LaunchAlert[]) =>
      new Map(all.filter((each) => each.node === node && each.reason !== 'clock').map((each) => [keyOf(each), each]));
    const [was, is] = [own(before), own(now)];
    for (const [key, { message, reason, aggregator }] of is)
      if (was.get(key)?.reason !== reason) log.error({ node, reason, aggregator }, message);
    for (const [key, { aggregator }] of was)
      if (!now.some((each) => keyOf(each) === key))
        log.info({ node, aggregator }, 'launches of this node are opened as often as elsewhere again');
  }
}

function gravest(alerts: readonly LaunchAlert[]): LaunchAlert | null {
  const [first] = alerts.toSorted(
    (a, b) => b.share - b.siblingsShare - (a.share - a.siblingsShare) || a.node.localeCompare(b.node),
  );
  return first ?? null;
}

/** Workers of one machine share its name and see the same, so of several the first one's is shown. */
function gaugesOf(metrics: Metrics) {
  const aggregator = 'first' as const;
  const share = metrics.gauge({
    name: 'croupier_launches_not_opened_ratio',
    help: 'Of the launches of this node in the last quarter of an hour, the share that was refused, failed or not opened within a minute.',
    labelNames: ['aggregator'] as const,
    aggregator,
  });
  const alert = metrics.gauge({
    name: 'croupier_launches_stand_out',
    help: '1 while launches of this node fail clearly more often than those of its siblings, with the one reason.',
    labelNames: ['aggregator', 'reason'] as const,
    aggregator,
  });
  return {
    show: (node: string, tallies: readonly Tally[], alerts: readonly LaunchAlert[]) => {
      share.reset();
      alert.reset();
      for (const each of tallies.filter((one) => one.node === node)) {
        const value = shareNotOpened(each.counts);
        if (value !== null) share.set({ aggregator: each.aggregator }, value);
      }
      for (const each of alerts.filter((one) => one.node === node))
        alert.set({ aggregator: each.aggregator, reason: each.reason }, 1);
    },
  };
}
