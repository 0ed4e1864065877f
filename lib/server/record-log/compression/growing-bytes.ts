const FIRST_BYTES = 65_536;
/** Below this a loop is quicker than a call into the engine. */
const LOOP_BYTES = 32;

/**
 * What is being decompressed: bytes that are appended, from elsewhere or from what is there already. It grows with what
 * is really written, not with what a header promises, and never beyond its limit.
 */
export class GrowingBytes {
  readonly #limit: number;
  #bytes: Buffer;
  #length = 0;

  /** @param expected how many bytes there will probably be */
  constructor(limit: number, expected = FIRST_BYTES) {
    this.#limit = limit;
    this.#bytes = Buffer.allocUnsafe(Math.min(limit, Math.max(0, expected)));
  }

  get length(): number {
    return this.#length;
  }

  /** @throws RangeError where the source ends before */
  append(source: Uint8Array, start: number, count: number): void {
    if (start + count > source.length) throw new RangeError('it ends too soon');
    const at = this.#grow(count);
    if (count < LOOP_BYTES)
      for (let index = 0; index < count; index += 1) this.#bytes[at + index] = source[start + index] ?? 0;
    else this.#bytes.set(source.subarray(start, start + count), at);
  }

  /** Repeats what was written `distance` bytes before; where that is less than `count`, over and over. */
  repeat(distance: number, count: number): void {
    if (distance < 1 || distance > this.#length) throw new RangeError('it refers to what lies before its beginning');
    const at = this.#grow(count);
    const bytes = this.#bytes;
    if (count >= LOOP_BYTES && distance >= count) {
      bytes.copyWithin(at, at - distance, at - distance + count);
      return;
    }
    for (let index = at; index < at + count; index += 1) bytes[index] = bytes[index - distance] ?? 0;
  }

  /** All that was written. */
  written(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  /** @returns where the new bytes begin */
  #grow(count: number): number {
    const at = this.#length;
    const length = at + count;
    if (length > this.#limit) throw tooLarge(this.#limit);
    if (length > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.min(this.#limit, Math.max(length, 2 * this.#bytes.length)));
      larger.set(this.#bytes.subarray(0, at));
      this.#bytes = larger;
    }
    this.#length = length;
    return at;
  }
}

export function tooLarge(limit: number): RangeError {
  return new RangeError(`it holds more than ${limit} bytes`);
}
