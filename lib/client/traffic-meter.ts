/** What one source has cost since it was made. */
export interface Traffic {
  /** HTTP requests sent, also those that failed. */
  readonly requests: number;
  /** Answers that brought nothing but the news that there is none. */
  readonly emptyRoundTrips: number;
  /** Bytes received, response headers and framing included, as the server counted them. */
  readonly bytes: number;
  /** Main-thread time of the server, ms; null while it has not told. */
  readonly serverBusyMs: number | null;
  /** Time that the page's thread has spent in this source's handlers, ms. */
  readonly browserBusyMs: number;
}

export const NO_TRAFFIC: Traffic = {
  requests: 0,
  emptyRoundTrips: 0,
  bytes: 0,
  serverBusyMs: null,
  browserBusyMs: 0,
};

/** What a server has told of a lane: running totals of one pod. */
export interface ToldCost {
  readonly pod: string;
  readonly bytes: number;
  readonly busyMs: number | null;
}

interface PodCost {
  /** Of runs of this pod that are over: its counts begin at 0 when it is started again. */
  readonly before: { readonly bytes: number; readonly busyMs: number };
  readonly bytes: number;
  readonly busyMs: number | null;
}

/** The pod of a stream that has not said whose it is. */
const PRESENT = '';

/**
 * Counts what a source costs. Bytes are the server's: each pod tells now and then how many it has sent, and what has
 * come from it since then is added as far as the page can see it, until it tells again.
 */
export class TrafficMeter {
  readonly #pods = new Map<string, PodCost>();
  #requests = 0;
  #emptyRoundTrips = 0;
  readonly #untoldBytes = new Map<string, number>();
  #busyMs = 0;
  #isMeasuring = false;

  request(): void {
    this.#requests += 1;
  }

  empty(): void {
    this.#emptyRoundTrips += 1;
  }

  /** Something came that its pod has not told of yet; without a pod, over the stream that is open. */
  received(bytes: number, pod = PRESENT): void {
    this.#untoldBytes.set(pod, (this.#untoldBytes.get(pod) ?? 0) + bytes);
  }

  /** The stream from this pod is over: what came over it stays untold until that very pod tells again. */
  left(pod: string): void {
    const bytes = this.#untoldBytes.get(PRESENT) ?? 0;
    this.#untoldBytes.delete(PRESENT);
    this.received(bytes, pod);
  }

  /** @returns how many bytes more this pod has told of than the last time */
  told({ pod, bytes, busyMs }: ToldCost): number {
    const last = this.#pods.get(pod) ?? { before: { bytes: 0, busyMs: 0 }, bytes: 0, busyMs: null };
    const isRestarted = bytes < last.bytes;
    const before = isRestarted
      ? { bytes: last.before.bytes + last.bytes, busyMs: last.before.busyMs + (last.busyMs ?? 0) }
      : last.before;
    this.#pods.set(pod, { before, bytes, busyMs });
    this.#untoldBytes.delete(pod);
    this.#untoldBytes.delete(PRESENT);
    return isRestarted ? bytes : bytes - last.bytes;
  }

  /** Runs `work` and counts its time, once where one runs within another. */
  measure(work: () => void): void {
    if (this.#isMeasuring) {
      work();
      return;
    }
    this.#isMeasuring = true;
    const startedAtMs = performance.now();
    try {
      work();
    } finally {
      this.#busyMs += performance.now() - startedAtMs;
      this.#isMeasuring = false;
    }
  }

  traffic(): Traffic {
    const pods = [...this.#pods.values()];
    const untoldBytes = [...this.#untoldBytes.values()].reduce((sum, each) => sum + each, 0);
    const bytes = pods.reduce((sum, pod) => sum + pod.before.bytes + pod.bytes, untoldBytes);
    const isBusyKnown = pods.some(({ busyMs }) => busyMs !== null);
    const busyMs = pods.reduce((sum, pod) => sum + pod.before.busyMs + (pod.busyMs ?? 0), 0);
    return {
      requests: this.#requests,
      emptyRoundTrips: this.#emptyRoundTrips,
      bytes,
      serverBusyMs: isBusyKnown ? busyMs : null,
      browserBusyMs: this.#busyMs,
    };
  }
}
