import { FEED_ID_MAX_BYTES } from '../../protocol/constants.ts';

/** In place of a slot. */
export const NONE = -1;

/**
 * The keys seen last that are short enough for an ID, bounded, each in a slot: a number from 0 on, under which somebody
 * may keep more about it. They are looked up at every record that a pod reads, mostly of IDs that nobody watches. So a
 * key is found by its bytes, without a text being made of it, and everything is in arrays that are made once: what comes
 * and goes leaves no garbage.
 */
export class RecentKeys {
  readonly #maxKeys: number;
  #size = 0;
  /** Hash table: the first slot of each bucket, and of each slot the next one in its bucket. */
  readonly #buckets: Int32Array;
  readonly #nextInBucket: Int32Array;
  readonly #hashes: Int32Array;
  /** Chain of all slots, from the key seen last to the one that has been silent longest. */
  readonly #newer: Int32Array;
  readonly #older: Int32Array;
  #newest = NONE;
  #oldest = NONE;
  readonly #lengths: Int32Array;
  /** The system gives its memory only as it is written. */
  readonly #bytes: Buffer;

  constructor(maxKeys: number) {
    this.#maxKeys = maxKeys;
    this.#buckets = new Int32Array(2 ** Math.ceil(Math.log2(2 * maxKeys))).fill(NONE);
    this.#nextInBucket = new Int32Array(maxKeys);
    this.#hashes = new Int32Array(maxKeys);
    this.#newer = new Int32Array(maxKeys);
    this.#older = new Int32Array(maxKeys);
    this.#lengths = new Int32Array(maxKeys);
    this.#bytes = Buffer.alloc(maxKeys * FEED_ID_MAX_BYTES);
  }

  /** The slot of the key seen last; `NONE` where there is none. */
  get newest(): number {
    return this.#newest;
  }

  /** The slot of the key seen before this one; `NONE` behind the oldest. */
  olderThan(slot: number): number {
    return this.#older[slot] ?? NONE;
  }

  /** A view of what is kept, which the next `add` may change. */
  at(slot: number): Buffer {
    const start = slot * FEED_ID_MAX_BYTES;
    return this.#bytes.subarray(start, start + (this.#lengths[slot] ?? 0));
  }

  /**
   * The slot of a key, which is now the newest; `NONE` for one that is not here.
   *
   * @param hash of the key, as it was added with
   */
  touch(key: Buffer, hash: number): number {
    const slot = this.#find(key, hash);
    if (slot !== NONE && slot !== this.#newest) {
      this.#unchain(slot);
      this.#chain(slot);
    }
    return slot;
  }

  /**
   * Gives a key that is not here a slot; where there is none left, the one of the oldest key. The key is copied.
   *
   * @param key of at most `FEED_ID_MAX_BYTES`
   */
  add(key: Buffer, hash: number): number {
    const slot = this.#freeSlot();
    const bucket = this.#bucketOf(hash);
    this.#hashes[slot] = hash;
    this.#nextInBucket[slot] = this.#buckets[bucket] ?? NONE;
    this.#buckets[bucket] = slot;
    this.#lengths[slot] = key.length;
    key.copy(this.#bytes, slot * FEED_ID_MAX_BYTES);
    this.#chain(slot);
    return slot;
  }

  #find(key: Buffer, hash: number): number {
    const wanted = hash | 0;
    let slot = this.#buckets[this.#bucketOf(hash)] ?? NONE;
    while (slot !== NONE && (this.#hashes[slot] !== wanted || !this.#isAt(slot, key))) {
      slot = this.#nextInBucket[slot] ?? NONE;
    }
    return slot;
  }

  #isAt(slot: number, key: Buffer): boolean {
    const { length } = key;
    if (this.#lengths[slot] !== length) return false;
    const start = slot * FEED_ID_MAX_BYTES;
    for (let index = 0; index < length; index += 1) {
      if (this.#bytes[start + index] !== key[index]) return false;
    }
    return true;
  }

  #freeSlot(): number {
    if (this.#size < this.#maxKeys) {
      this.#size += 1;
      return this.#size - 1;
    }
    const slot = this.#oldest;
    this.#unchain(slot);
    this.#leaveBucket(slot);
    return slot;
  }

  #leaveBucket(slot: number): void {
    const bucket = this.#bucketOf(this.#hashes[slot] ?? 0);
    const next = this.#nextInBucket[slot] ?? NONE;
    if (this.#buckets[bucket] === slot) {
      this.#buckets[bucket] = next;
      return;
    }
    let before = this.#buckets[bucket] ?? NONE;
    while (this.#nextInBucket[before] !== slot) before = this.#nextInBucket[before] ?? NONE;
    this.#nextInBucket[before] = next;
  }

  #bucketOf(hash: number): number {
    return hash & (this.#buckets.length - 1);
  }

  #chain(slot: number): void {
    this.#older[slot] = this.#newest;
    this.#newer[slot] = NONE;
    if (this.#newest !== NONE) this.#newer[this.#newest] = slot;
    this.#newest = slot;
    if (this.#oldest === NONE) this.#oldest = slot;
  }

  #unchain(slot: number): void {
    const newer = this.#newer[slot] ?? NONE;
    const older = this.#older[slot] ?? NONE;
    if (newer === NONE) this.#newest = older;
    else this.#older[newer] = older;
    if (older === NONE) this.#oldest = newer;
    else this.#newer[older] = newer;
  }
}
