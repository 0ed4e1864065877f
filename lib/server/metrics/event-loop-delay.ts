import { Durations } from '../hub/durations.ts';

/**
 * How often the delay is sampled, ms. Each sample wakes the process: of an idle one, every 10 ms, they took 0.3 % of a
 * core.
 */
const SAMPLE_MS = 50;
/** Timers are as exact as that, ms: what is less is no delay. */
const TIMER_MS = 1;

/** How long what is due has had to wait for the main thread: how late a timer is, which at rest is not at all. */
export class EventLoopDelay {
  /** All samples since the start. */
  readonly delays = new Durations();
  readonly #nowMs: () => number;
  #timer: NodeJS.Timeout | undefined;
  #sampledAtMs = 0;
  /** Since the last tick, ms. */
  #samples: number[] = [];
  #p99Ms = 0;

  constructor(nowMs: () => number = () => performance.now()) {
    this.#nowMs = nowMs;
  }

  /** Of the time between the last two ticks, ms. */
  get p99Ms(): number {
    return this.#p99Ms;
  }

  /** Begins to measure; to be followed by a `tick` every second or so. */
  start(): void {
    this.#sampledAtMs = this.#nowMs();
    this.#timer = setInterval(() => this.#sample(), SAMPLE_MS);
    this.#timer.unref();
  }

  tick(): void {
    const samples = this.#samples.sort((a, b) => a - b);
    this.#p99Ms = Math.round((samples[Math.ceil(0.99 * samples.length) - 1] ?? 0) * 10) / 10;
    this.#samples = [];
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #sample(): void {
    const nowMs = this.#nowMs();
    const lateMs = nowMs - this.#sampledAtMs - SAMPLE_MS;
    const delayMs = lateMs < TIMER_MS ? 0 : lateMs;
    this.#sampledAtMs = nowMs;
    this.#samples.push(delayMs);
    this.delays.add(delayMs);
  }
}
