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
  /** Everything counted so far, in a form that another process can add to its own. */
  counted(): Promise<object>;
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
    counted: async () => await registry.getMetricsAsJSON(),
    close: () => registry.clear(),
  };
}

/** The page with what several processes have counted, each part as its `counted` gave it. */
export async function addUpMetrics(parts: readonly object[]): Promise<string> {
  return AggregatorRegistry.aggregate([...parts]).metrics();
}
