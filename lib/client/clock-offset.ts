import { WindowedMin } from './windowed-min.ts';

/** The four times of one request, ms since 1970: two of this page's clock, two of the server's. */
export interface RoundTrip {
  readonly requestedAtMs: number;
  readonly receivedAtMs: number;
  readonly sentAtMs: number;
  readonly answeredAtMs: number;
}

/** A clock against another: add `offsetMs` to the other's time to get its own, right within `errorMs`. */
export interface ClockEstimate {
  readonly offsetMs: number;
  /** null while nothing is known. */
  readonly errorMs: number | null;
}

/**
 * How far the server's clock is ahead of the page's: latency compares clocks, and is worthless where they differ by
 * more than it is.
 *
 * The server received a request no earlier than it was made, and sent the answer no later than it came: so the offset
 * lies in `[sent − answered, received − requested]`, and each round trip of the last two minutes can only narrow that
 * (the one with the least delay counts: RFC 5905, clock filter). Where the interval holds 0 the clocks are taken to
 * agree, so nothing is corrected on one machine or under NTP; else its middle is taken.
 */
export class ClockOffset {
  readonly #highMs = new WindowedMin();
  readonly #minusLowMs = new WindowedMin();

  addRoundTrip({ requestedAtMs, receivedAtMs, sentAtMs, answeredAtMs }: RoundTrip): void {
    const highMs = receivedAtMs - requestedAtMs;
    const lowMs = sentAtMs - answeredAtMs;
    const isSet =
      highMs < -(this.#minusLowMs.min() ?? Number.POSITIVE_INFINITY) ||
      lowMs > (this.#highMs.min() ?? Number.POSITIVE_INFINITY);
    if (isSet) {
      // A clock was set: what was known is of another time.
      this.#highMs.clear();
      this.#minusLowMs.clear();
    }
    this.#highMs.add(highMs, answeredAtMs);
    this.#minusLowMs.add(-lowMs, answeredAtMs);
  }

  /** Server's clock minus the page's. */
  estimate(): ClockEstimate {
    const highMs = this.#highMs.min();
    const minusLowMs = this.#minusLowMs.min();
    if (highMs === null || minusLowMs === null) return { offsetMs: 0, errorMs: null };
    if (highMs >= 0 && minusLowMs >= 0) return { offsetMs: 0, errorMs: Math.max(highMs, minusLowMs) };
    return { offsetMs: (highMs - minusLowMs) / 2, errorMs: Math.abs(highMs + minusLowMs) / 2 };
  }
}
