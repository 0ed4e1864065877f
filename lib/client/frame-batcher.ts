/** Runs `flush` before the next paint; returns its undo. */
export type ScheduleFrame = (flush: () => void) => () => void;

/** Animation frames stop in a hidden tab, so a timer takes over; also the longest that an item waits, in ms. */
const HIDDEN_FLUSH_MS = 500;
/** A batch is flushed at this size without waiting, so that a burst cannot grow it. */
export const BATCH_MAX = 2000;

export const scheduleFrame: ScheduleFrame = (flush) => {
  const cancel = (): void => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
  };
  const once = (): void => {
    cancel();
    flush();
  };
  const frame = requestAnimationFrame(once);
  const timer = setTimeout(once, HIDDEN_FLUSH_MS);
  return cancel;
};

/** Collects what arrives between two frames, in order, so that a page renders once for all of it. */
export class FrameBatcher<T> {
  readonly #schedule: ScheduleFrame;
  readonly #onBatch: (items: readonly T[]) => void;
  #items: T[] = [];
  #cancel: (() => void) | null = null;

  constructor(onBatch: (items: readonly T[]) => void, schedule: ScheduleFrame = scheduleFrame) {
    this.#onBatch = onBatch;
    this.#schedule = schedule;
  }

  add(item: T): void {
    this.#items.push(item);
    if (this.#items.length >= BATCH_MAX) this.#flush();
    else this.#cancel ??= this.#schedule(() => this.#flush());
  }

  /** Drops what was not flushed. */
  dispose(): void {
    this.#cancel?.();
    this.#cancel = null;
    this.#items = [];
  }

  #flush(): void {
    const items = this.#items;
    this.dispose();
    this.#onBatch(items);
  }
}
