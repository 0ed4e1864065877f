import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { DURATION_BOUNDS_MS, type Durations } from '../hub/durations.ts';

/** Values by the labels that they have beside `pod`. */
export type Labelled = readonly (readonly [labels: Readonly<Record<string, string>>, value: number])[];

interface About {
  readonly name: string;
  readonly help: string;
  readonly labels?: readonly string[];
}

type Read = () => number | undefined | Labelled | Promise<Labelled>;

/** How often prom-client's own monitor of the event loop wakes the process, ms: it cannot be told to do without. */
const HARDLY_EVER_MS = 3_600_000;

/** Everything is read when it is asked for; nothing is counted twice. */
export class MetricRegister {
  readonly #registry = new Registry();

  constructor(pod: string) {
    this.#registry.setDefaultLabels({ pod });
    collectDefaultMetrics({ register: this.#registry, eventLoopMonitoringPrecision: HARDLY_EVER_MS });
    // Of the time between two samples, at rest some 50 ms: `feedline_event_loop_delay_seconds` is what they should be.
    for (const { name } of this.#registry.getMetricsAsArray()) {
      if (name.startsWith('nodejs_eventloop_lag')) this.#registry.removeSingleMetric(name);
    }
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  render(): Promise<string> {
    return this.#registry.metrics();
  }

  /** No value where there is none now. */
  gauge({ name, help, labels = [] }: About, read: Read): void {
    const gauge: Gauge = new Gauge({
      name,
      help,
      labelNames: [...labels],
      registers: [this.#registry],
      async collect() {
        const values = await valuesOf(read);
        gauge.reset();
        if (values.length === 0 && labels.length === 0) gauge.remove();
        for (const [labelled, value] of values) gauge.set(labelled, value);
      },
    });
  }

  counter({ name, help, labels = [] }: About, read: Read): void {
    const counter: Counter = new Counter({
      name,
      help,
      labelNames: [...labels],
      registers: [this.#registry],
      async collect() {
        const values = await valuesOf(read);
        counter.reset();
        for (const [labelled, value] of values) counter.inc(labelled, value);
      },
    });
  }

  durations({ name, help }: About, durations: Durations): void {
    this.#registry.registerMetric(new ReadDurations({ name, help }, durations));
  }
}

/** One value for each name of a label. */
export function byLabel(label: string, counts: Iterable<readonly [name: string, value: number]>): Labelled {
  return [...counts].map(([name, value]) => [{ [label]: name }, value] as const);
}

async function valuesOf(read: Read): Promise<Labelled> {
  const values = await read();
  if (values === undefined) return [];
  return typeof values === 'number' ? [[{}, values]] : values;
}

/** A histogram whose counts somebody else keeps: prom-client's own is too dear where events are delivered. */
class ReadDurations extends Histogram {
  readonly #about: Pick<About, 'name' | 'help'>;
  readonly #durations: Durations;

  constructor(about: Pick<About, 'name' | 'help'>, durations: Durations) {
    super({ ...about, registers: [] });
    this.#about = about;
    this.#durations = durations;
  }

  /** What prom-client asks a histogram for; its types leave it out. */
  async getForPromString() {
    const { name, help } = this.#about;
    const { cumulative, count, sumMs } = this.#durations;
    const bucket = (le: string, value: number) => ({ metricName: `${name}_bucket`, labels: { le }, value });
    const values = [
      ...DURATION_BOUNDS_MS.map((boundMs, index) => bucket(String(boundMs / 1_000), cumulative[index] ?? 0)),
      bucket('+Inf', count),
      { metricName: `${name}_sum`, labels: {}, value: sumMs / 1_000 },
      { metricName: `${name}_count`, labels: {}, value: count },
    ];
    return { name, help, type: 'histogram', aggregator: 'sum', values };
  }
}
