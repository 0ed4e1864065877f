import { FEED_RATE_DECAY_MS } from '../../protocol/constants.ts';
import type { FeedListItem } from '../../protocol/events.ts';
import { feedIdOfKey } from '../../protocol/feed-id.ts';
import { keyHash } from '../record-log/partitioner.ts';
import { NONE, RecentKeys } from './recent-keys.ts';
import { PREVIEW_BYTES, previewOf } from './value-preview.ts';

/** What is asked of a directory. */
export interface FeedListRequest {
  /** Beginning of the IDs; empty for all. */
  readonly prefix: string;
  /** Most feeds to list. */
  readonly limit: number;
  /** Only feeds that have had a record at or after this time. */
  readonly sinceMs: number;
  /** Of all others there is nothing in the answer. */
  readonly mayWatch: (id: string) => boolean;
}

interface FoundFeeds {
  /** How many IDs begin with the prefix, listed or not. */
  readonly total: number;
  readonly feeds: FeedListItem[];
}

const PER_SECOND = 1_000 / FEED_RATE_DECAY_MS;
/** In place of a tombstone's length. */
const TOMBSTONE = -1;

/**
 * The most recently seen IDs, bounded: for a list to choose from, whether or not somebody watches them. It is told of
 * every record that the pod reads, so a record costs no timer and no memory: the head of its value is copied over the
 * one before it, and what can wait until somebody asks is left until then.
 */
export class FeedDirectory {
  readonly #keys: RecentKeys;
  /** Of the key in each slot, as of its last record. */
  readonly #records: Float64Array;
  readonly #recordsPerSecond: Float64Array;
  readonly #lastRecordAtMs: Float64Array;
  /** Of the last value, as a whole. */
  readonly #valueBytes: Int32Array;
  /** The first bytes of each last value. The system gives its memory only as it is written. */
  readonly #heads: Buffer;

  constructor(maxEntries: number) {
    this.#keys = new RecentKeys(maxEntries);
    this.#records = new Float64Array(maxEntries);
    this.#recordsPerSecond = new Float64Array(maxEntries);
    this.#lastRecordAtMs = new Float64Array(maxEntries);
    this.#valueBytes = new Int32Array(maxEntries);
    this.#heads = Buffer.alloc(maxEntries * PREVIEW_BYTES);
  }

  /** `key`, the bytes of an ID, and `value` may be slices of larger buffers: what is kept of them is copied. */
  saw(key: Buffer, value: Buffer | null, nowMs: number, hash = keyHash(key)): void {
    const known = this.#keys.touch(key, hash);
    const slot = known === NONE ? this.#begin(key, hash) : known;
    this.#records[slot] = (this.#records[slot] ?? 0) + 1;
    this.#recordsPerSecond[slot] = this.#rateAt(slot, nowMs) + PER_SECOND;
    this.#lastRecordAtMs[slot] = nowMs;
    this.#valueBytes[slot] = value?.length ?? TOMBSTONE;
    value?.copy(this.#heads, slot * PREVIEW_BYTES, 0, PREVIEW_BYTES);
  }

  /** The feeds whose ID begins with the prefix, newest first. */
  list({ prefix, limit, sinceMs, mayWatch }: FeedListRequest, nowMs: number): FoundFeeds {
    const feeds: FeedListItem[] = [];
    let total = 0;
    for (let slot = this.#keys.newest; slot !== NONE; slot = this.#keys.olderThan(slot)) {
      const id = feedIdOfKey(this.#keys.at(slot));
      if (!id.startsWith(prefix) || !mayWatch(id)) continue;
      total += 1;
      const isWanted = feeds.length < limit && (this.#lastRecordAtMs[slot] ?? 0) >= sinceMs;
      if (isWanted) feeds.push(this.#itemOf(id, slot, nowMs));
    }
    return { total, feeds };
  }

  #itemOf(id: string, slot: number, nowMs: number): FeedListItem {
    const start = slot * PREVIEW_BYTES;
    const valueBytes = this.#valueBytes[slot] ?? TOMBSTONE;
    const head = this.#heads.subarray(start, start + PREVIEW_BYTES);
    return {
      id,
      records: this.#records[slot] ?? 0,
      recordsPerSecond: Math.round(this.#rateAt(slot, nowMs) * 1_000) / 1_000,
      lastRecordAtMs: this.#lastRecordAtMs[slot] ?? 0,
      lastValue: previewOf(head, valueBytes === TOMBSTONE ? null : valueBytes),
    };
  }

  #begin(key: Buffer, hash: number): number {
    const slot = this.#keys.add(key, hash);
    this.#records[slot] = 0;
    this.#recordsPerSecond[slot] = 0;
    return slot;
  }

  /** Each record counts less the longer ago it was. A clock that steps back lets none count more. */
  #rateAt(slot: number, nowMs: number): number {
    const rate = this.#recordsPerSecond[slot] ?? 0;
    const agoMs = Math.max(0, nowMs - (this.#lastRecordAtMs[slot] ?? 0));
    return agoMs === 0 || rate === 0 ? rate : rate * Math.exp(-agoMs / FEED_RATE_DECAY_MS);
  }
}
