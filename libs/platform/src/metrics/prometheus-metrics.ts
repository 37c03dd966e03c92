import { Injectable } from '@nestjs/common';
import { type CounterName, type GaugeName, type HistogramName, METRICS, Metrics } from '#app/application';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Seconds; from a local query to the lateness of a busy installation. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

/** The metrics of this process in a registry of its own, so that several applications in one process (tests) don't meet. */
@Injectable()
export class PrometheusMetrics extends Metrics {
  private readonly registry = new Registry();
  private readonly counters = new Map<string, Counter>();
  private readonly histograms = new Map<string, Histogram>();

  constructor() {
    super();
    collectDefaultMetrics({ register: this.registry });
    for (const [name, { kind, help, labels }] of Object.entries(METRICS)) {
      const options = { name, help, labelNames: [...labels], registers: [this.registry] };
      if (kind === 'counter') this.counters.set(name, new Counter(options));
      if (kind === 'histogram') this.histograms.set(name, new Histogram({ ...options, buckets: BUCKETS }));
    }
  }

  count(name: CounterName, labels: Readonly<Record<string, string>>, by = 1): void {
    this.counters.get(name)?.inc(labels, by);
  }

  observe(name: HistogramName, seconds: number, labels: Readonly<Record<string, string>>): void {
    this.histograms.get(name)?.observe(labels, seconds);
  }

  gauge(name: GaugeName, read: () => number | Promise<number>): void {
    this.registry.removeSingleMetric(name);
    const gauge = new Gauge({
      name,
      help: METRICS[name].help,
      registers: [this.registry],
      async collect() {
        try {
          this.set(await read());
        } catch {
          // the other metrics still tell the operator what is wrong
        }
      },
    });
    gauge.set(0);
  }

  /** In Prometheus' text format. */
  async render(): Promise<{ contentType: string; text: string }> {
    return { contentType: this.registry.contentType, text: await this.registry.metrics() };
  }
}
