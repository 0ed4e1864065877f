/** Runs `flush` after `delayMs`; returns its undo. */
export type ScheduleFlush = (flush: () => void, delayMs: number) => () => void;

/**
 * From one batch to the next, ms: nothing on a page changes more often for what arrives. No animation frame is asked
 * for: the browser paints by itself what a batch has changed, and would lay out and commit each frame for one that
 * changes nothing.
 */
const BATCH_MS = 50;
/** A batch is flushed at this size without waiting, so that a burst cannot grow it. */
export const BATCH_MAX = 2000;

export const scheduleFlush: ScheduleFlush = (flush, delayMs) => {
  const timer = setTimeout(flush, delayMs);
  return () => clearTimeout(timer);
};

/**
 * Collects what arrives, in order, so that a page renders once for all of it: what comes alone is handed over at once,
 * what comes in crowds every `BATCH_MS`.
 */
export class EventBatcher<T> {
  readonly #schedule: ScheduleFlush;
  readonly #onBatch: (items: readonly T[]) => void;
  #items: T[] = [];
  #flushedAtMs = Number.NEGATIVE_INFINITY;
  #cancel: (() => void) | null = null;

  constructor(onBatch: (items: readonly T[]) => void, schedule: ScheduleFlush = scheduleFlush) {
    this.#onBatch = onBatch;
    this.#schedule = schedule;
  }

  add(item: T): void {
    this.#items.push(item);
    if (this.#items.length >= BATCH_MAX) this.#flush();
    else this.#cancel ??= this.#schedule(() => this.#flush(), this.#waitMs());
  }

  /** Drops what was not flushed. */
  dispose(): void {
    this.#cancel?.();
    this.#cancel = null;
    this.#items = [];
  }

  #waitMs(): number {
    return Math.max(0, this.#flushedAtMs + BATCH_MS - performance.now());
  }

  #flush(): void {
    const items = this.#items;
    this.dispose();
    this.#flushedAtMs = performance.now();
    this.#onBatch(items);
  }
}
