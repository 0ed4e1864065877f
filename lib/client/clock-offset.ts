/**
 * How far the server's clock is ahead of the browser's, in ms: latency compares a producer's clock with the browser's,
 * and is worthless where they differ by more than it is.
 *
 * Each `hello` and `ping` carries the server's clock `s`, read no later than it arrived at `a` and, where it answers a
 * request made at `r`, no earlier than that. So the offset lies in `[s − a, s − r]`; every sample can only narrow it
 * (the one with the least delay counts: RFC 5905, clock filter). Where the interval holds 0 the clocks are taken to
 * agree, so nothing is corrected on one machine or under NTP; else its middle is taken, wrong by half its width at
 * most. Each connection starts anew, because clocks drift and are set. The producer's clock is taken to be the
 * server's.
 */
export class ClockOffset {
  #lowMs = Number.NEGATIVE_INFINITY;
  #highMs = Number.POSITIVE_INFINITY;

  /** @param requestedAtMs present where this is the first answer on a connection */
  addSample(serverTimeMs: number, requestedAtMs: number | null, arrivedAtMs: number): void {
    const lowMs = serverTimeMs - arrivedAtMs;
    const isFresh = requestedAtMs !== null || lowMs > this.#highMs;
    this.#lowMs = isFresh ? lowMs : Math.max(this.#lowMs, lowMs);
    if (isFresh) this.#highMs = requestedAtMs === null ? Number.POSITIVE_INFINITY : serverTimeMs - requestedAtMs;
  }

  /** Server's clock minus browser's; 0 while nothing is known. */
  offsetMs(): number {
    if (this.#lowMs <= 0 && this.#highMs >= 0) return 0;
    if (this.#highMs === Number.POSITIVE_INFINITY) return this.#lowMs;
    return (this.#lowMs + this.#highMs) / 2;
  }
}
