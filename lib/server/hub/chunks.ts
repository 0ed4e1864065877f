import type { GapReason } from '../../protocol/constants.ts';
import { CHUNK_BYTES, CHUNK_EVENTS } from './chunk-limits.ts';
import type { Encoding } from './encoding.ts';
import type { FrameRing } from './frame-ring.ts';

/** Some frames of a feed, joined into one write. */
export interface Chunk {
  readonly bytes: Buffer;
  readonly events: number;
  /** Of the gaps among them: nearly always none. */
  readonly gaps: readonly GapReason[];
  /** Index behind the last frame in it. */
  readonly next: number;
  /** Cursor behind the last frame in it. */
  readonly id: string;
  /** Whether its last event is the feed's. */
  readonly isEnd: boolean;
}

interface Made {
  readonly encoding: Encoding;
  readonly from: number;
  /** The ring's, when it was made. */
  readonly head: number;
  /** It ends before the head, so it will never be any longer. */
  readonly isWhole: boolean;
  readonly chunk: Chunk;
}

/** Readers that are behind are spread over a few places: beyond that, what is made is made for one. */
const KEPT_MAX = 8;
/** Beside the newest one, whatever its size. */
const KEPT_BYTES_MAX = 262_144;
const NO_GAPS: readonly GapReason[] = [];

/**
 * The frames of a ring as writes, each made once for all readers that come to the same place.
 *
 * A write ends where a multiple of `CHUNK_EVENTS` does, at the latest. So readers that have fallen behind at different
 * places are soon at the same ones again: made for each of them alone, writes would cost the most just when there is the
 * most to write.
 */
export class Chunks {
  readonly #ring: FrameRing;
  /** Newest first. */
  #made: readonly Made[] = [];

  constructor(ring: FrameRing) {
    this.#ring = ring;
  }

  /** The frames from an index on. */
  get(encoding: Encoding, from: number): Chunk {
    const { head } = this.#ring;
    for (const made of this.#made) {
      if (made.from === from && made.encoding === encoding && this.#isComplete(made)) return made.chunk;
    }
    const chunk = this.#join(encoding, from);
    this.#made = [{ encoding, from, head, isWhole: chunk.next < head, chunk }, ...this.#keptBeside()];
    return chunk;
  }

  /** Nobody is behind. */
  forgetWhole(): void {
    if (this.#made.some(({ isWhole }) => isWhole)) this.#made = this.#made.filter(({ isWhole }) => !isWhole);
  }

  /** Nobody reads. */
  forget(): void {
    this.#made = [];
  }

  /** What somebody may still come to. */
  #keptBeside(): readonly Made[] {
    const { tail } = this.#ring;
    const kept: Made[] = [];
    let bytes = 0;
    for (const made of this.#made) {
      bytes += made.chunk.bytes.length;
      if (kept.length === KEPT_MAX - 1 || bytes > KEPT_BYTES_MAX) break;
      if (made.from >= tail && this.#isComplete(made)) kept.push(made);
    }
    return kept;
  }

  /** Nothing has come since that belongs into it. */
  #isComplete({ isWhole, head }: Made): boolean {
    return isWhole || head === this.#ring.head;
  }

  #join(encoding: Encoding, from: number): Chunk {
    const parts: Buffer[] = [];
    const endsAt = Math.min(this.#ring.head, from - (from % CHUNK_EVENTS) + CHUNK_EVENTS);
    let sizeBytes = 0;
    let next = from;
    let id = '';
    let isEnd = false;
    let gaps = NO_GAPS;
    while (!isEnd && next < endsAt && sizeBytes < CHUNK_BYTES) {
      const frame = this.#ring.at(next);
      const body = frame.body(encoding);
      parts.push(encoding.head(frame.id), body);
      sizeBytes += body.length;
      id = frame.id;
      isEnd = frame.isEnd;
      if (frame.gapReason !== undefined) gaps = [...gaps, frame.gapReason];
      next += 1;
    }
    return { bytes: Buffer.concat(parts), events: next - from, gaps, next, id, isEnd };
  }
}
