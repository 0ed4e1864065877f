import { type FaultOrder, ORDER_FRESH_MS } from './control.ts';

/** Which orders are to be obeyed: each one once, though it may be sent again, and none that is old. */
export class FreshOrders {
  /** ID and the time of each one that could still come again. */
  readonly #taken = new Map<string, number>();

  /** Whether this one is to be obeyed, by a clock in ms since 1970. */
  take({ id, atMs }: FaultOrder, nowMs: number): boolean {
    // One of the future is another machine's clock: it is as fresh.
    const isFresh = (sinceMs: number): boolean => nowMs - sinceMs < ORDER_FRESH_MS;
    for (const [known, takenAtMs] of this.#taken) if (!isFresh(takenAtMs)) this.#taken.delete(known);
    if (!isFresh(atMs) || this.#taken.has(id)) return false;
    this.#taken.set(id, Math.max(atMs, nowMs));
    return true;
  }
}
