/**
 * A rate without drift: what is due follows from the time since the start, so a late tick is made up for by the next
 * one. Pure: the caller brings the time.
 */
export class Pace {
  readonly #ratePerSecond: number;
  readonly #burstMax: number;
  #startedAtMs: number;
  #taken = 0;

  /** @param burstMax most that is ever due at once: after a long sleep of the machine the rest is forgotten */
  constructor(ratePerSecond: number, startedAtMs: number, burstMax: number) {
    this.#ratePerSecond = ratePerSecond;
    this.#startedAtMs = startedAtMs;
    this.#burstMax = burstMax;
  }

  /** How many are due at `nowMs`; they count as taken. The first is due at the start. */
  take(nowMs: number): number {
    const elapsedMs = nowMs - this.#startedAtMs;
    const due = Math.floor((elapsedMs * this.#ratePerSecond) / 1000) + 1 - this.#taken;
    if (due <= 0) return 0;
    if (due > this.#burstMax) {
      this.restart(nowMs);
      this.#taken = 1;
      return this.#burstMax;
    }
    this.#taken += due;
    return due;
  }

  /** Begins anew: what was due until now is forgotten. */
  restart(nowMs: number): void {
    this.#startedAtMs = nowMs;
    this.#taken = 0;
  }

  /** Milliseconds from `nowMs` until the next one is due; 0 when it is already. */
  untilNextMs(nowMs: number): number {
    const dueAtMs = this.#startedAtMs + (this.#taken * 1000) / this.#ratePerSecond;
    return Math.max(0, dueAtMs - nowMs);
  }
}
