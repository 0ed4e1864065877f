import { FEED_RATE_DECAY_MS } from '../../protocol/constants.ts';
import type { FeedListItem } from '../../protocol/events.ts';
import { PREVIEW_BYTES, previewOf } from './value-preview.ts';

/** One ID, in the chain of all of them: from the one seen last to the one that has been silent longest. */
interface Entry {
  readonly id: string;
  /** Where the head of its last value lies among the heads. */
  readonly slot: number;
  records: number;
  /** As of the last record. */
  recordsPerSecond: number;
  lastRecordAtMs: number;
  /** Of the last value, as a whole; null for a tombstone. */
  valueBytes: number | null;
  newer: Entry | null;
  older: Entry | null;
}

/** What is asked of a directory. */
export interface FeedListRequest {
  /** Beginning of the IDs; empty for all. */
  readonly prefix: string;
  /** Most feeds to list. */
  readonly limit: number;
  /** Only feeds that have had a record at or after this time. */
  readonly sinceMs: number;
}

interface FoundFeeds {
  /** How many IDs begin with the prefix, listed or not. */
  readonly total: number;
  readonly feeds: FeedListItem[];
}

const PER_SECOND = 1_000 / FEED_RATE_DECAY_MS;

/**
 * The most recently seen IDs, bounded: for a list to choose from, whether or not somebody watches them. It is told of
 * every record that the pod reads, so a record costs no timer and no memory: the head of its value is copied over the
 * one before it, and what can wait until somebody asks is left until then. The IDs are chained because a Map that is
 * kept in their order, by deleting and setting, walks over what was deleted to find its oldest key.
 */
export class FeedDirectory {
  readonly #maxEntries: number;
  readonly #entries = new Map<string, Entry>();
  /** The first bytes of each last value. The system gives its memory only as it is written. */
  readonly #heads: Buffer;
  #newest: Entry | null = null;
  #oldest: Entry | null = null;

  constructor(maxEntries: number) {
    this.#maxEntries = maxEntries;
    this.#heads = Buffer.alloc(maxEntries * PREVIEW_BYTES);
  }

  /** `value` may be a slice of a larger buffer: what is kept of it is copied. */
  saw(id: string, value: Buffer | null, nowMs: number): void {
    const entry = this.#entries.get(id) ?? this.#newEntry(id, nowMs);
    entry.records += 1;
    entry.recordsPerSecond = rateAt(entry, nowMs) + PER_SECOND;
    entry.lastRecordAtMs = nowMs;
    entry.valueBytes = value?.length ?? null;
    value?.copy(this.#heads, entry.slot * PREVIEW_BYTES, 0, PREVIEW_BYTES);
    if (entry === this.#newest) return;
    this.#unchain(entry);
    this.#chain(entry);
  }

  /** The feeds whose ID begins with the prefix, newest first. */
  list({ prefix, limit, sinceMs }: FeedListRequest, nowMs: number): FoundFeeds {
    const feeds: FeedListItem[] = [];
    let total = 0;
    for (let entry = this.#newest; entry !== null; entry = entry.older) {
      if (!entry.id.startsWith(prefix)) continue;
      total += 1;
      if (feeds.length < limit && entry.lastRecordAtMs >= sinceMs) feeds.push(this.#itemOf(entry, nowMs));
    }
    return { total, feeds };
  }

  #itemOf(entry: Entry, nowMs: number): FeedListItem {
    const { id, slot, records, lastRecordAtMs, valueBytes } = entry;
    const recordsPerSecond = Math.round(rateAt(entry, nowMs) * 1_000) / 1_000;
    const start = slot * PREVIEW_BYTES;
    const lastValue = previewOf(this.#heads.subarray(start, start + PREVIEW_BYTES), valueBytes);
    return { id, records, recordsPerSecond, lastRecordAtMs, lastValue };
  }

  /** Where the directory is full, in the place of the oldest. */
  #newEntry(id: string, nowMs: number): Entry {
    const replaced = this.#entries.size < this.#maxEntries ? null : this.#oldest;
    const slot = replaced?.slot ?? this.#entries.size;
    if (replaced !== null) {
      this.#unchain(replaced);
      this.#entries.delete(replaced.id);
    }
    const about = { records: 0, recordsPerSecond: 0, lastRecordAtMs: nowMs, valueBytes: null };
    const entry: Entry = { id, slot, ...about, newer: null, older: null };
    this.#entries.set(id, entry);
    return entry;
  }

  #chain(entry: Entry): void {
    entry.older = this.#newest;
    if (this.#newest !== null) this.#newest.newer = entry;
    this.#newest = entry;
    this.#oldest ??= entry;
  }

  /** Does nothing to one that is not in the chain yet. */
  #unchain(entry: Entry): void {
    const { newer, older } = entry;
    if (newer !== null) newer.older = older;
    if (older !== null) older.newer = newer;
    if (this.#newest === entry) this.#newest = older;
    if (this.#oldest === entry) this.#oldest = newer;
    entry.newer = null;
    entry.older = null;
  }
}

/** Each record counts less the longer ago it was. A clock that steps back lets none count more. */
function rateAt({ recordsPerSecond, lastRecordAtMs }: Entry, nowMs: number): number {
  const agoMs = Math.max(0, nowMs - lastRecordAtMs);
  return agoMs === 0 ? recordsPerSecond : recordsPerSecond * Math.exp(-agoMs / FEED_RATE_DECAY_MS);
}
