/** Upper bounds of the buckets, ms. */
export const DURATION_BOUNDS_MS = [1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000] as const;

/** How long something took, each time: a histogram that costs a few comparisons to add to. */
export class Durations {
  /** One for each bound, and one for what is longer; each without the ones below it. */
  readonly #counts = new Array<number>(DURATION_BOUNDS_MS.length + 1).fill(0);
  #count = 0;
  #sumMs = 0;

  get count(): number {
    return this.#count;
  }

  get sumMs(): number {
    return this.#sumMs;
  }

  /** For each bound, how many were no longer than that. */
  get cumulative(): readonly number[] {
    let below = 0;
    return DURATION_BOUNDS_MS.map((_, index) => {
      below += this.#counts[index] ?? 0;
      return below;
    });
  }

  /** Where two clocks say less than nothing, it counts as nothing. @param times how many took as long */
  add(durationMs: number, times = 1): void {
    let index = 0;
    while (durationMs > (DURATION_BOUNDS_MS[index] ?? Number.POSITIVE_INFINITY)) index += 1;
    this.#counts[index] = (this.#counts[index] ?? 0) + times;
    this.#count += times;
    this.#sumMs += Math.max(0, durationMs) * times;
  }
}
