/** What the settlement room counts, for whoever watches it. */
import type { Metrics } from '../platform/index.ts';

export function settlementMetrics(metrics: Metrics) {
  return {
    stored: metrics.histogram({
      name: 'croupier_settlement_store_seconds',
      help: 'From a settlement event’s arrival in the room until it is on disk.',
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
    }),
    read: metrics.counter({
      name: 'croupier_settlement_events_read_total',
      help: 'Settlement events read from the inbox.',
    }),
    judged: metrics.counter({
      name: 'croupier_settlement_rounds_judged_total',
      help: 'Rounds judged, by how they stand.',
      labelNames: ['state'],
    }),
    opened: metrics.counter({
      name: 'croupier_settlement_discrepancies_total',
      help: 'Discrepancies reported after their grace, by kind.',
      labelNames: ['aggregator', 'kind'],
    }),
    listed: metrics.counter({
      name: 'croupier_settlement_listed_total',
      help: 'Transactions that lists of aggregators have asserted, repeats and all.',
      labelNames: ['aggregator', 'list'],
    }),
    lists: metrics.counter({
      name: 'croupier_settlement_lists_total',
      help: 'How often a list was asked for, by how it ended.',
      labelNames: ['aggregator', 'list', 'end'],
    }),
    backlog: metrics.gauge({
      name: 'croupier_settlement_backlog',
      help: 'What waits: unread events, rounds due to be judged, events that were set aside.',
      labelNames: ['what'],
    }),
    oldest: metrics.gauge({
      name: 'croupier_settlement_oldest_unread_seconds',
      help: 'Age of the oldest settlement event that was not read yet.',
    }),
  };
}
