import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';

/**
 * How often the delay is sampled, ms: Node measures the time between two of its own timers, which is this and the delay.
 * Each sample wakes the process: of an idle one, every 10 ms, they took 0.3 % of a core.
 */
export const SAMPLE_MS = 50;

/** How long what is due has had to wait for the main thread. */
export class EventLoopDelay {
  readonly #histogram: IntervalHistogram = monitorEventLoopDelay({ resolution: SAMPLE_MS });
  #p99Ms = 0;

  /** Of the time between the last two ticks, ms. */
  get p99Ms(): number {
    return this.#p99Ms;
  }

  /** Begins to measure; to be followed by a `tick` every second or so. */
  start(): void {
    this.#histogram.enable();
  }

  tick(): void {
    // In ns. Not a number while there was no sample.
    const p99Ms = this.#histogram.percentile(99) / 1e6 - SAMPLE_MS;
    this.#p99Ms = Number.isFinite(p99Ms) ? Math.max(0, Math.round(p99Ms * 10) / 10) : 0;
    this.#histogram.reset();
  }

  stop(): void {
    this.#histogram.disable();
  }
}
