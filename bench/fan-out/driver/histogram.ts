/** Each octave has so many buckets: a figure is off by at most 1.6 %. */
const STEPS_LOG2 = 5;
const STEPS = 1 << STEPS_LOG2;
/** 2^31 µs are 35 minutes. */
const BUCKETS = 31 * STEPS;

/** Times in µs in buckets of growing width: to add one costs a few instructions, whatever is in it already. */
export class Histogram {
  readonly #counts = new Float64Array(BUCKETS);
  #count = 0;
  #maxUs = 0;

  get count(): number {
    return this.#count;
  }

  get maxUs(): number {
    return this.#maxUs;
  }

  add(us: number): void {
    const value = us < 0 ? 0 : us > 0x7fffffff ? 0x7fffffff : us | 0;
    const bucket = bucketOf(value);
    this.#counts[bucket] = (this.#counts[bucket] as number) + 1;
    this.#count += 1;
    if (value > this.#maxUs) this.#maxUs = value;
  }

  clear(): void {
    this.#counts.fill(0);
    this.#count = 0;
    this.#maxUs = 0;
  }

  /** The least time that this share of all does not exceed, or undefined where there are none. */
  quantileUs(share: number): number | undefined {
    if (this.#count === 0) return undefined;
    const wanted = Math.max(1, Math.ceil(share * this.#count));
    let seen = 0;
    for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
      seen += this.#counts[bucket] as number;
      if (seen >= wanted) return Math.min(middleOf(bucket), this.#maxUs);
    }
    return this.#maxUs;
  }
}

function bucketOf(value: number): number {
  if (value < STEPS) return value;
  const octave = 31 - Math.clz32(value);
  const step = (value >>> (octave - STEPS_LOG2)) & (STEPS - 1);
  return ((octave - STEPS_LOG2 + 1) << STEPS_LOG2) | step;
}

function middleOf(bucket: number): number {
  const octave = bucket >>> STEPS_LOG2;
  if (octave === 0) return bucket;
  const width = 2 ** (octave - 1);
  return (STEPS + (bucket & (STEPS - 1))) * width + (width - 1) / 2;
}
