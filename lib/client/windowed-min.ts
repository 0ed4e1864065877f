/** A minimum is of this last time at least, ms: clocks drift, so what was true of them grows old. */
const WINDOW_MS = 60_000;

/**
 * The least of what came lately. Two buckets, of which the older one is dropped when the newer one is full of time;
 * that happens as values come, so what comes once in five minutes is never forgotten altogether.
 */
export class WindowedMin {
  #older: number | null = null;
  #newer: number | null = null;
  #newerSinceMs = 0;

  add(value: number, nowMs: number): void {
    if (this.#newer === null || nowMs - this.#newerSinceMs >= WINDOW_MS) {
      this.#older = this.#newer;
      this.#newer = value;
      this.#newerSinceMs = nowMs;
    } else {
      this.#newer = Math.min(this.#newer, value);
    }
  }

  /** null while there is none. */
  min(): number | null {
    if (this.#older === null || this.#newer === null) return this.#newer;
    return Math.min(this.#older, this.#newer);
  }

  clear(): void {
    this.#older = null;
    this.#newer = null;
  }
}
