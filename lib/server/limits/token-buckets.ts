interface Bucket {
  tokens: number;
  atMs: number;
}

export interface BucketOptions {
  readonly perS: number;
  readonly burst: number;
  /** How many are remembered; the one that was used longest ago is forgotten first. */
  readonly size: number;
  readonly now: () => number;
}

/** The request rate of each client: a bucket that holds `burst` tokens, and gets `perS` of them back each second. */
export class TokenBuckets {
  readonly #options: BucketOptions;
  /** The one that was used last is the last. */
  readonly #buckets = new Map<string, Bucket>();

  constructor(options: BucketOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#buckets.size;
  }

  /** Takes a token. @returns 0, or how long it takes until there is one, ms: a request that is refused costs none */
  take(key: string): number {
    const { perS, burst, size, now } = this.#options;
    const atMs = now();
    const known = this.#buckets.get(key);
    const gained = known === undefined ? burst : (Math.max(0, atMs - known.atMs) / 1000) * perS;
    const tokens = Math.min(burst, (known?.tokens ?? 0) + gained);
    const isTaken = tokens >= 1;
    this.#buckets.delete(key);
    if (this.#buckets.size >= size) this.#forgetOldest();
    this.#buckets.set(key, { tokens: isTaken ? tokens - 1 : tokens, atMs });
    return isTaken ? 0 : Math.max(1, Math.ceil(((1 - tokens) / perS) * 1000));
  }

  /** Forgets those that are full again by now: they are as good as new ones. */
  sweep(): void {
    const { perS, burst, now } = this.#options;
    const fullBeforeMs = now() - (burst / perS) * 1000;
    for (const [key, { atMs }] of this.#buckets) {
      if (atMs > fullBeforeMs) return;
      this.#buckets.delete(key);
    }
  }

  #forgetOldest(): void {
    const [oldest] = this.#buckets.keys();
    if (oldest !== undefined) this.#buckets.delete(oldest);
  }
}
