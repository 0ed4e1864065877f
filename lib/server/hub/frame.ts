import type { GapReason } from '../../protocol/constants.ts';
import type { GapData } from '../../protocol/events.ts';
import type { LogRecord } from '../record-log/port.ts';
import type { Encoding, FrameSource } from './encoding.ts';
import { type KeptHeaders, keptHeaders } from './record-text.ts';

/** The `partition` of a frame that concerns every one: the topic was created again. */
export const EVERY_PARTITION = -1;
/** The objects around a frame's bytes, roughly. */
const FRAME_OVERHEAD_BYTES = 512;

/**
 * One event of a feed, as the bytes that all readers share: made once for each encoding that some reader asks for. Its
 * cursor is kept apart, so that streams of several feeds can share the body too.
 */
export interface Frame {
  readonly partition: number;
  /** The position behind this event: the offset of the next record. */
  readonly next: number;
  /** The cursor behind this event. */
  readonly id: string;
  /** Whether it is the last event of its feed. */
  readonly isEnd: boolean;
  /** Set where it tells a gap. */
  readonly gapReason: GapReason | undefined;
  /** What the ring counts for this frame, about. */
  readonly costBytes: number;
  body(encoding: Encoding): Buffer;
}

/** What a feed knows of its event beside the record. */
export interface FramePlace {
  /** The cursor behind it. */
  readonly id: string;
  readonly isEnd: boolean;
  /** The feed's ID, as bytes: where that is the record's key too, it is kept once for all of the feed. */
  readonly feedId: Buffer;
}

/** A record and everything that was ever encoded of it. */
export class RecordFrame implements Frame {
  readonly partition: number;
  readonly next: number;
  readonly id: string;
  readonly isEnd: boolean;
  /** About what the record and one body of each of the four encodings take. */
  readonly costBytes: number;
  readonly #record: LogRecord;
  readonly #source: FrameSource;
  readonly #bodies = new Bodies();

  constructor(record: LogRecord, source: FrameSource, { id, isEnd, feedId }: FramePlace) {
    const { value } = record;
    const key = keptKey(record.key, feedId);
    const headers = keptHeaders(record.headers);
    this.partition = source.partition;
    this.next = record.offset + 1;
    this.id = id;
    this.isEnd = isEnd;
    this.#source = source;
    // kafkajs hands out slices of its fetch buffer: one small record that is kept would hold megabytes.
    this.#record = {
      offset: record.offset,
      key,
      value: value === null ? null : Buffer.from(value),
      headers,
      timestampMs: record.timestampMs,
    };
    this.costBytes =
      FRAME_OVERHEAD_BYTES + id.length + (key?.length ?? 0) + 5 * (value?.length ?? 0) + 3 * lengthOf(headers);
  }

  get gapReason(): undefined {
    return undefined;
  }

  get timestampMs(): number {
    return this.#record.timestampMs;
  }

  body(encoding: Encoding): Buffer {
    return this.#bodies.of(encoding) ?? this.#bodies.add(encoding, encoding.record(this.#record, this.#source));
  }
}

/** History that is gone for every reader of the feed; in its place among the records, so that nobody passes it. */
export class GapFrame implements Frame {
  readonly partition: number;
  readonly next: number;
  readonly id: string;
  readonly isEnd = false;
  readonly #gap: GapData;
  readonly #bodies = new Bodies();

  constructor(gap: GapData, partition: number, next: number) {
    this.partition = partition;
    this.next = next;
    this.id = gap.to;
    this.#gap = gap;
  }

  get gapReason(): GapReason {
    return this.#gap.reason;
  }

  get costBytes(): number {
    return FRAME_OVERHEAD_BYTES + 2 * (this.id.length + (this.#gap.from?.length ?? 0));
  }

  body(encoding: Encoding): Buffer {
    return this.#bodies.of(encoding) ?? this.#bodies.add(encoding, encoding.gap(this.#gap));
  }
}

/** The bodies of one frame, each made when it is first asked for. Nearly always there is one: a Map is for the others. */
class Bodies {
  #encoding: Encoding | undefined;
  #body: Buffer | undefined;
  #others: Map<Encoding, Buffer> | undefined;

  of(encoding: Encoding): Buffer | undefined {
    return encoding === this.#encoding ? this.#body : this.#others?.get(encoding);
  }

  add(encoding: Encoding, body: Buffer): Buffer {
    if (this.#encoding === undefined) {
      this.#encoding = encoding;
      this.#body = body;
    } else {
      this.#others ??= new Map();
      this.#others.set(encoding, body);
    }
    return body;
  }
}

function keptKey(key: Buffer | null, feedId: Buffer): Buffer | null {
  if (key === null) return null;
  return key.equals(feedId) ? feedId : Buffer.from(key);
}

/** Of all names and values together. */
function lengthOf(headers: KeptHeaders): number {
  let length = 0;
  for (const name of Object.keys(headers)) {
    const values = headers[name] ?? '';
    length += name.length;
    if (typeof values === 'string' || Buffer.isBuffer(values)) length += values.length;
    else for (const value of values) length += value.length;
  }
  return length;
}
