import type { Schedule } from '#scripts/producer/schedule.ts';

/** An even rate, without drift. */
export class Pace implements Schedule {
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

  restart(nowMs: number): void {
    this.#startedAtMs = nowMs;
    this.#taken = 0;
  }

  untilNextMs(nowMs: number): number {
    const dueAtMs = this.#startedAtMs + (this.#taken * 1000) / this.#ratePerSecond;
    return Math.max(0, dueAtMs - nowMs);
  }
}
