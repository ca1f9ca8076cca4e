/**
 * Prometheus metrics in a registry of their own: two servers in one process (tests, the demo) never
 * share a counter. It only counts and prints; it never decides anything.
 */
import {
  AggregatorRegistry,
  collectDefaultMetrics,
  Counter,
  Gauge,
  Histogram,
  Registry,
  type CounterConfiguration,
  type GaugeConfiguration,
  type HistogramConfiguration,
} from 'prom-client';

type Settings<C> = Omit<C, 'registers'>;

export interface Metrics {
  readonly registry: Registry;
  readonly contentType: string;
  counter<T extends string = never>(settings: Settings<CounterConfiguration<T>>): Counter<T>;
  gauge<T extends string = never>(settings: Settings<GaugeConfiguration<T>>): Gauge<T>;
  histogram<T extends string = never>(settings: Settings<HistogramConfiguration<T>>): Histogram<T>;
  /** The page for `GET /metrics`. */
  text(): Promise<string>;
  /** Forgets every metric. */
  close(): void;
}

/** Makes a registry holding Node's own metrics, and the makers of ours. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  return {
    registry,
    contentType: registry.contentType,
    counter: (settings) => new Counter({ ...settings, registers }),
    gauge: (settings) => new Gauge({ ...settings, registers }),
    histogram: (settings) => new Histogram({ ...settings, registers }),
    text: async () => await registry.metrics(),
    close: () => registry.clear(),
  };
}

/** In a worker: lends the registry to the process that adds the workers' metrics up. */
export function lendMetrics(metrics: Metrics): void {
  AggregatorRegistry.setRegistries([metrics.registry]);
  // Making one is what listens for the question.
  void new AggregatorRegistry();
}

/** In the process above the workers: the page with what all of them have counted. */
export function gatherMetrics(): () => Promise<string> {
  const gathered = new AggregatorRegistry();
  return async () => gathered.clusterMetrics();
}
