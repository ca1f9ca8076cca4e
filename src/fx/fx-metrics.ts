/** The room's figures for Prometheus. Every process knows the same quotes, so of several the first one's ages are shown. */
import type { Metrics } from '../platform/index.ts';
import type { PairState } from './report.ts';
import { PAIR_STATES } from './report.ts';
import type { RejectionReason } from './tick.ts';

export interface FxMetrics {
  readonly show: (pair: string, state: PairState, ageMs: number | null) => void;
  readonly rejected: (pair: string, source: string, reason: RejectionReason) => void;
  readonly issued: (pair: string) => void;
}

export function fxMetrics(metrics: Metrics): FxMetrics {
  const aggregator = 'first' as const;
  const state = metrics.gauge({
    name: 'croupier_fx_state',
    help: '0 fresh, 1 stale, 2 expired (new rounds are refused), 3 no rate yet.',
    labelNames: ['pair'] as const,
    aggregator,
  });
  const age = metrics.gauge({
    name: 'croupier_fx_rate_age_seconds',
    help: 'Since a source last stood by the rate of the present quote; absent while there is none.',
    labelNames: ['pair'] as const,
    aggregator,
  });
  const rejected = metrics.counter({
    name: 'croupier_fx_rejected_total',
    help: "Sources' words that were not believed.",
    labelNames: ['pair', 'source', 'reason'] as const,
  });
  const issued = metrics.counter({
    name: 'croupier_fx_quotes_total',
    help: 'Quotes this process has made; those of other processes are used and not counted.',
    labelNames: ['pair'] as const,
  });
  return {
    show: (pair, is, ageMs) => {
      state.set({ pair }, PAIR_STATES.indexOf(is));
      if (ageMs !== null) age.set({ pair }, ageMs / 1_000);
    },
    rejected: (pair, source, reason) => rejected.inc({ pair, source, reason }),
    issued: (pair) => issued.inc({ pair }),
  };
}
