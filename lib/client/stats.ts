import { type SeqCounts, SeqTracker } from './seq-tracker.ts';
import type { StageEvent } from './stages.ts';

/** Latency is told of the events of this last time, in ms; also the width of the chart. */
export const WINDOW_MS = 60_000;
/** The rate is counted over this last time, in ms. */
const RATE_WINDOW_MS = 5000;
/** Most samples kept of the window, so that a busy feed costs no more than this. */
export const SAMPLES_MAX = 6000;

/** One event in time, by the page's clock. */
export interface Sample {
  readonly arrivedAtMs: number;
  /** null where the payload does not say when it was produced, or the page did not want it yet. */
  readonly latencyMs: number | null;
}

/** The numbers of one feed, as of one moment. */
export interface Figures extends SeqCounts {
  /** All events since watching began, with a seq or without. */
  readonly events: number;
  /** How many events the latencies are of. */
  readonly timedEvents: number;
  readonly ratePerS: number;
  readonly latencyMsP50: number | null;
  readonly latencyMsP95: number | null;
}

export const NO_FIGURES: Figures = {
  events: 0,
  timedEvents: 0,
  ratePerS: 0,
  received: 0,
  missed: 0,
  repeated: 0,
  outOfOrder: 0,
  latencyMsP50: null,
  latencyMsP95: null,
};

interface RawSample extends StageEvent {
  /** By the producer's clock; null where it counts for no latency. */
  readonly producedAtMs: number | null;
}

/**
 * Statistics of one feed. Pure: every time is a parameter, but for the producer's clock, of which more becomes known
 * as time goes on; so latencies are made when they are read.
 */
export class FeedStats {
  /** The page's clock minus the producer's, ms. */
  readonly #producerOffsetMs: () => number;
  readonly #seqs = new SeqTracker();
  #samples: RawSample[] = [];
  #events = 0;
  #firstAtMs: number | null = null;
  #restEndedAtMs = Number.NEGATIVE_INFINITY;

  constructor(producerOffsetMs: () => number = () => 0) {
    this.#producerOffsetMs = producerOffsetMs;
  }

  /** The page did not want events until now: the time that they waited for it is not the transport's. */
  endRest(nowMs: number): void {
    this.#restEndedAtMs = nowMs;
  }

  /** See `SeqTracker`. */
  rebase(): void {
    this.#seqs.rebase();
  }

  /** An event of before this page began to watch: what comes next follows it. */
  addStored({ seq, producedAtMs }: { seq: number | null; producedAtMs: number | null }): void {
    if (seq !== null) this.#seqs.begin(seq, producedAtMs);
  }

  /** Returns the event's latency, from `producedAtMs` to its arrival, in ms. */
  addRecord(event: StageEvent & { readonly seq: number | null }): number | null {
    const { seq, producedAtMs, arrivedAtMs, record } = event;
    this.#events += 1;
    this.#firstAtMs ??= arrivedAtMs;
    if (seq !== null) this.#seqs.add(seq, producedAtMs);
    const offsetMs = this.#producerOffsetMs();
    const isAwaited = producedAtMs !== null && producedAtMs + offsetMs >= this.#restEndedAtMs;
    const sample = { arrivedAtMs, ...(isAwaited ? { producedAtMs, record: timesOf(record) } : { producedAtMs: null }) };
    this.#samples.push(sample);
    if (this.#samples.length > 2 * SAMPLES_MAX) this.#trim(arrivedAtMs);
    return latencyOf(sample, offsetMs);
  }

  /** The samples of the window, oldest first. */
  samples(nowMs: number): readonly Sample[] {
    this.#trim(nowMs);
    const offsetMs = this.#producerOffsetMs();
    return this.#samples.map((sample) => ({
      arrivedAtMs: sample.arrivedAtMs,
      latencyMs: latencyOf(sample, offsetMs),
    }));
  }

  /** The events of the window whose way is known in stages. */
  stageEvents(nowMs: number): readonly StageEvent[] {
    this.#trim(nowMs);
    return this.#samples.filter(({ record }) => record !== undefined);
  }

  figures(nowMs: number): Figures {
    const latenciesMs = this.samples(nowMs)
      .map((sample) => sample.latencyMs)
      .filter((latencyMs) => latencyMs !== null)
      .sort((a, b) => a - b);
    return {
      ...this.#seqs.counts(),
      events: this.#events,
      timedEvents: latenciesMs.length,
      ratePerS: this.#ratePerS(nowMs),
      latencyMsP50: quantile(latenciesMs, 0.5),
      latencyMsP95: quantile(latenciesMs, 0.95),
    };
  }

  #ratePerS(nowMs: number): number {
    if (this.#firstAtMs === null) return 0;
    // A feed watched for less than the window is not slower for it; one second at least, or the first event is 1000/s.
    const spanMs = Math.min(RATE_WINDOW_MS, Math.max(1000, nowMs - this.#firstAtMs));
    const firstRecent = this.#samples.findIndex((sample) => sample.arrivedAtMs > nowMs - spanMs);
    return firstRecent === -1 ? 0 : ((this.#samples.length - firstRecent) * 1000) / spanMs;
  }

  #trim(nowMs: number): void {
    const firstKept = this.#samples.findIndex((sample) => sample.arrivedAtMs > nowMs - WINDOW_MS);
    const dropped = firstKept === -1 ? this.#samples.length : firstKept;
    const excess = this.#samples.length - SAMPLES_MAX;
    if (dropped > 0 || excess > 0) this.#samples = this.#samples.slice(Math.max(dropped, excess));
  }
}

/** No more of a record than is needed: its headers would be held for a minute. */
function timesOf(record: StageEvent['record']): StageEvent['record'] {
  return record && { timestampMs: record.timestampMs, receivedAtMs: record.receivedAtMs, pod: record.pod };
}

/** Below zero only by the error of the clocks: nothing arrives before it was produced. */
export function latencyOf(
  { arrivedAtMs, producedAtMs }: Pick<RawSample, 'arrivedAtMs' | 'producedAtMs'>,
  producerOffsetMs: number,
): number | null {
  return producedAtMs === null ? null : Math.max(0, arrivedAtMs - producedAtMs - producerOffsetMs);
}

/** The nearest-rank quantile of numbers in ascending order: always a value that really occurred. */
export function quantile(ascending: ArrayLike<number>, q: number): number | null {
  return ascending[Math.max(0, Math.ceil(q * ascending.length) - 1)] ?? null;
}
