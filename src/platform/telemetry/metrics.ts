import * as prometheus from 'prom-client';

type Labels = Readonly<Record<string, string>>;

interface Counter {
  /** Adds `by`, 1 by default. */
  add(labels?: Labels, by?: number): void;
}

interface Gauge {
  set(value: number, labels?: Labels): void;
}

interface Histogram {
  observe(value: number, labels?: Labels): void;
}

interface MetricOptions {
  /** Letters, digits and underscores, with the unit at the end (`familiar_answer_seconds`). */
  name: string;
  help: string;
  labels?: readonly string[];
}

/** Metrics for Prometheus. Asking again for a name returns the same metric. */
export interface Metrics {
  counter(options: MetricOptions): Counter;
  gauge(
    options: MetricOptions & {
      /** Called at each reading, for values that are costly to keep current. */ collect?: (
        gauge: Gauge,
      ) => void | Promise<void>;
    },
  ): Gauge;
  /** `buckets` are upper bounds, in the metric's unit. */
  histogram(options: MetricOptions & { buckets: readonly number[] }): Histogram;
  /** The text in Prometheus's format. */
  read(): Promise<{ contentType: string; body: string }>;
}

/** `processMetrics` adds Node's own metrics (event loop, memory, garbage collector), which cost some memory. */
export function createMetrics({ processMetrics = false }: { processMetrics?: boolean } = {}): Metrics {
  const register = new prometheus.Registry();
  if (processMetrics) prometheus.collectDefaultMetrics({ register });
  const made = new Map<string, Counter | Gauge | Histogram>();
  const once = <Metric extends Counter | Gauge | Histogram>(kind: string, name: string, make: () => Metric): Metric => {
    const key = `${kind}/${name}`;
    const metric = made.get(key) ?? make();
    made.set(key, metric);
    return metric as Metric;
  };
  return {
    counter: ({ name, help, labels = [] }) =>
      once('counter', name, () => {
        const counter = new prometheus.Counter({ name, help, labelNames: [...labels], registers: [register] });
        return { add: (values = {}, by = 1) => counter.inc(values, by) };
      }),
    gauge: ({ name, help, labels = [], collect }) =>
      once('gauge', name, () => {
        const options = { name, help, labelNames: [...labels], registers: [register] };
        const gauge: prometheus.Gauge = new prometheus.Gauge(
          collect ? { ...options, collect: () => collect(port) } : options,
        );
        const port: Gauge = { set: (value, values = {}) => gauge.set(values, value) };
        return port;
      }),
    histogram: ({ name, help, labels = [], buckets }) =>
      once('histogram', name, () => {
        const options = { name, help, labelNames: [...labels], buckets: [...buckets], registers: [register] };
        const histogram = new prometheus.Histogram(options);
        return { observe: (value, values = {}) => histogram.observe(values, value) };
      }),
    read: async () => ({ contentType: register.contentType, body: await register.metrics() }),
  };
}
