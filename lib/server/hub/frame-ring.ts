import type { Frame } from './frame.ts';

export interface RingLimits {
  /** Most frames kept for one feed. */
  readonly frames: number;
  /** Most bytes kept for one feed, about; the newest frame is always kept. */
  readonly bytes: number;
}

/**
 * The newest frames of one feed, in order. Every frame has an index that counts up from 0 and never changes, so a
 * reader is one number, and knows by it whether its place has left the ring.
 */
export class FrameRing {
  readonly #limits: RingLimits;
  readonly #slots: (Frame | undefined)[] = [];
  #tail = 0;
  #head = 0;
  #bytes = 0;

  constructor(limits: RingLimits) {
    this.#limits = limits;
  }

  /** Index of the oldest frame kept; equals `head` when there is none. */
  get tail(): number {
    return this.#tail;
  }

  /** Index that the next frame will get. */
  get head(): number {
    return this.#head;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Appends a frame and gives back the ones that had to leave for it. */
  push(frame: Frame): readonly Frame[] {
    const isFull = this.#head - this.#tail === this.#limits.frames;
    const evicted: Frame[] = isFull ? [this.#takeOldest()] : [];
    this.#slots[this.#head % this.#limits.frames] = frame;
    this.#head += 1;
    this.#bytes += frame.costBytes;
    while (this.#bytes > this.#limits.bytes && this.#head - this.#tail > 1) evicted.push(this.#takeOldest());
    return evicted;
  }

  /** Lets the oldest frames go until this much is left at most, and gives them back. */
  trim(bytes: number): readonly Frame[] {
    const evicted: Frame[] = [];
    while (this.#bytes > bytes && this.#head > this.#tail) evicted.push(this.#takeOldest());
    return evicted;
  }

  /** The frame at an index that is in the ring. */
  at(index: number): Frame {
    const frame = index < this.#tail ? undefined : this.#slots[index % this.#limits.frames];
    if (frame === undefined || index >= this.#head) throw new RangeError(`No frame at ${index}.`);
    return frame;
  }

  #takeOldest(): Frame {
    const frame = this.at(this.#tail);
    this.#slots[this.#tail % this.#limits.frames] = undefined;
    this.#tail += 1;
    this.#bytes -= frame.costBytes;
    return frame;
  }
}
