import type { FeedListItem } from '../../protocol/events.ts';

interface Entry {
  records: number;
  lastRecordAtMs: number;
}

/** The most recently seen IDs, bounded: for a list to choose from, whether or not somebody watches them. */
export class FeedDirectory {
  readonly #maxEntries: number;
  /** In the order of the last record, oldest first: a Map keeps the order in which keys were set. */
  readonly #entries = new Map<string, Entry>();

  constructor(maxEntries: number) {
    this.#maxEntries = maxEntries;
  }

  get size(): number {
    return this.#entries.size;
  }

  has(id: string): boolean {
    return this.#entries.has(id);
  }

  saw(id: string, nowMs: number): void {
    const entry = this.#entries.get(id) ?? { records: 0, lastRecordAtMs: nowMs };
    entry.records += 1;
    entry.lastRecordAtMs = nowMs;
    this.#entries.delete(id);
    this.#entries.set(id, entry);
    if (this.#entries.size > this.#maxEntries) this.#forgetOldest();
  }

  /** IDs that begin with the prefix, newest first. */
  list(prefix: string, limit: number): FeedListItem[] {
    const found: FeedListItem[] = [];
    for (const [id, entry] of [...this.#entries].reverse()) {
      if (found.length >= limit) break;
      if (id.startsWith(prefix)) found.push({ id, ...entry });
    }
    return found;
  }

  #forgetOldest(): void {
    const oldest = this.#entries.keys().next();
    if (!oldest.done) this.#entries.delete(oldest.value);
  }
}
