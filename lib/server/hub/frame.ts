import type { GapData } from '../../protocol/events.ts';
import type { LogRecord } from '../record-log/port.ts';
import type { Encoding, FrameSource } from './encoding.ts';
import { headersAsText } from './record-text.ts';

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
  /** What the ring counts for this frame, about. */
  readonly costBytes: number;
  body(encoding: Encoding): Buffer;
}

/** A record and everything that was ever encoded of it. */
export class RecordFrame implements Frame {
  readonly partition: number;
  readonly next: number;
  readonly id: string;
  readonly isEnd: boolean;
  readonly #record: LogRecord;
  readonly #source: FrameSource;
  readonly #bodies = new Bodies();

  constructor(record: LogRecord, source: FrameSource, { id, isEnd }: { readonly id: string; readonly isEnd: boolean }) {
    this.partition = source.partition;
    this.next = record.offset + 1;
    this.id = id;
    this.isEnd = isEnd;
    this.#record = copyRecord(record);
    this.#source = source;
  }

  get timestampMs(): number {
    return this.#record.timestampMs;
  }

  /** About what the record and one body of each of the four encodings take. */
  get costBytes(): number {
    const { key, value, headers } = this.#record;
    const headerChars = Object.entries(headers ?? {})
      .flat(2)
      .reduce((sum, text) => sum + (text?.length ?? 0), 0);
    return FRAME_OVERHEAD_BYTES + this.id.length + (key?.length ?? 0) + 5 * (value?.length ?? 0) + 3 * headerChars;
  }

  body(encoding: Encoding): Buffer {
    return this.#bodies.get(encoding, () => encoding.record(this.#record, this.#source));
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

  get costBytes(): number {
    return FRAME_OVERHEAD_BYTES + 2 * (this.id.length + (this.#gap.from?.length ?? 0));
  }

  body(encoding: Encoding): Buffer {
    return this.#bodies.get(encoding, () => encoding.gap(this.#gap));
  }
}

/** The bodies of one frame, each made when it is first asked for. */
class Bodies {
  readonly #made = new Map<Encoding, Buffer>();

  get(encoding: Encoding, make: () => Buffer): Buffer {
    const made = this.#made.get(encoding) ?? make();
    this.#made.set(encoding, made);
    return made;
  }
}

/** kafkajs hands out slices of its fetch buffer: one small record that is kept would hold megabytes. */
function copyRecord(record: LogRecord): LogRecord {
  return {
    offset: record.offset,
    key: copyBytes(record.key),
    value: copyBytes(record.value),
    headers: record.headers === undefined ? undefined : headersAsText(record.headers),
    timestampMs: record.timestampMs,
  };
}

function copyBytes(bytes: Buffer | null): Buffer | null {
  return bytes === null ? null : Buffer.from(bytes);
}
