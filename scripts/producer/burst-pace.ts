import type { Schedule } from '#scripts/producer/schedule.ts';

export interface Bursts {
  /** Records in a burst. */
  readonly events: number;
  /** How long a burst takes; its records are spread evenly over it. */
  readonly burstMs: number;
  /** How long nothing is due after it. */
  readonly silenceMs: number;
}

/** Bursts with silence between them, without drift. */
export class BurstPace implements Schedule {
  readonly #bursts: Bursts;
  readonly #periodMs: number;
  #startedAtMs: number;
  #taken = 0;

  constructor(bursts: Bursts, startedAtMs: number) {
    this.#bursts = bursts;
    this.#periodMs = bursts.burstMs + bursts.silenceMs;
    this.#startedAtMs = startedAtMs;
  }

  /** After a sleep of the machine that more than a burst fell into, a burst begins: in one lump it would be none. */
  take(nowMs: number): number {
    const due = this.#dueBy(nowMs - this.#startedAtMs) - this.#taken;
    if (due <= 0) return 0;
    if (due > this.#bursts.events) {
      this.restart(nowMs);
      this.#taken = 1;
      return 1;
    }
    this.#taken += due;
    return due;
  }

  untilNextMs(nowMs: number): number {
    const { events, burstMs } = this.#bursts;
    const burstAtMs = Math.floor(this.#taken / events) * this.#periodMs;
    const inBurstMs = ((this.#taken % events) * burstMs) / events;
    return Math.max(0, this.#startedAtMs + burstAtMs + inBurstMs - nowMs);
  }

  restart(nowMs: number): void {
    this.#startedAtMs = nowMs;
    this.#taken = 0;
  }

  /** How many are due from the start until `elapsedMs`. */
  #dueBy(elapsedMs: number): number {
    const { events, burstMs } = this.#bursts;
    const burstsBefore = Math.floor(elapsedMs / this.#periodMs);
    const inBurstMs = elapsedMs - burstsBefore * this.#periodMs;
    return burstsBefore * events + Math.min(events, Math.floor((inBurstMs * events) / burstMs) + 1);
  }
}
