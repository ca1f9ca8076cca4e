/** The room's figures for Prometheus. Workers of one machine share its clock, so of several the first one's is shown. */
import type { Metrics } from '../platform/index.ts';
import type { ClockReport } from './report.ts';
import { rank, REASONS } from './rules.ts';

export interface ClockMetrics {
  readonly show: (report: ClockReport) => void;
  readonly step: () => void;
}

export function clockMetrics(metrics: Metrics): ClockMetrics {
  const aggregator = 'first' as const;
  const offset = metrics.gauge({
    name: 'croupier_clock_offset_seconds',
    help: "This machine's clock against true time, positive when it is fast; absent while nothing measures it.",
    labelNames: ['probe'] as const,
    aggregator,
  });
  const bound = metrics.gauge({
    name: 'croupier_clock_bound_seconds',
    help: 'How far the offset may be from the truth.',
    labelNames: ['probe'] as const,
    aggregator,
  });
  const level = metrics.gauge({
    name: 'croupier_clock_level',
    help: '0 ok, 1 warn, 2 critical, 3 launches fail.',
    aggregator,
  });
  const reason = metrics.gauge({
    name: 'croupier_clock_reason',
    help: '1 for the one reason of the present level.',
    labelNames: ['reason'] as const,
    aggregator,
  });
  const skew = metrics.gauge({
    name: 'croupier_clock_aggregator_skew_seconds',
    help: "This machine's clock against the aggregator's, positive when ours is ahead; absent while not measured.",
    labelNames: ['aggregator'] as const,
    aggregator,
  });
  const share = metrics.gauge({
    name: 'croupier_clock_launches_failing_ratio',
    help: 'Share of all nodes whose launches to the aggregator are predicted to fail.',
    labelNames: ['aggregator'] as const,
    aggregator,
  });
  const steps = metrics.counter({
    name: 'croupier_clock_steps_total',
    help: 'Steps of the wall clock that were noticed.',
  });
  return {
    step: () => steps.inc(),
    show: ({ own, aggregators }) => {
      const measured = own.sample?.measured ?? null;
      offset.reset();
      bound.reset();
      skew.reset();
      if (measured !== null && own.sample?.probe != null) {
        offset.set({ probe: own.sample.probe }, measured.estimate.aheadMs / 1_000);
        bound.set({ probe: own.sample.probe }, measured.estimate.boundMs / 1_000);
      }
      level.set(rank(own.assessment.level));
      for (const each of REASONS) reason.set({ reason: each }, each === own.assessment.reason ? 1 : 0);
      for (const each of aggregators) {
        if (each.skew !== null) skew.set({ aggregator: each.name }, each.skew.aheadMs / 1_000);
        share.set({ aggregator: each.name }, each.share);
      }
    },
  };
}
