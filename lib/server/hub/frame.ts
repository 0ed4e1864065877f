import { isUtf8 } from 'node:buffer';
import { EventFormat, EventName } from '../../protocol/constants.ts';
import type { Envelope, GapData } from '../../protocol/events.ts';
import { controlEvent } from '../../protocol/sse.ts';
import type { LogRecord, RecordHeaders } from '../record-log/port.ts';

const LF = 0x0a;
const CR = 0x0d;
const DATA = Buffer.from('data: ');
/** The `partition` of a frame that concerns every one: the topic was created again. */
export const EVERY_PARTITION = -1;
/** The objects around a frame's bytes, roughly. */
const FRAME_OVERHEAD_BYTES = 512;
const LINE_END = Buffer.from('\n');

/** Where a frame comes from; the same for all records of one batch. */
export interface FrameSource {
  readonly topic: string;
  readonly partition: number;
  readonly pod: string;
  readonly receivedAtMs: number;
}

/**
 * One event of a feed, as the bytes that all readers share: made once for each format that some reader asks for. A
 * body ends with the blank line; its `id:` is kept apart, so that other streams can share the body.
 */
export interface Frame {
  readonly partition: number;
  /** The position behind this event: the offset of the next record. */
  readonly next: number;
  /** The cursor behind this event. */
  readonly id: string;
  /** What the ring counts for this frame, about. */
  readonly costBytes: number;
  body(format: EventFormat): Buffer;
}

/** A record and everything that was ever encoded of it. */
export class RecordFrame implements Frame {
  readonly partition: number;
  readonly next: number;
  readonly id: string;
  readonly #record: LogRecord;
  readonly #source: FrameSource;
  readonly #bodies = new Map<EventFormat, Buffer>();

  constructor(record: LogRecord, source: FrameSource, id: string) {
    this.partition = source.partition;
    this.next = record.offset + 1;
    this.id = id;
    this.#record = copyRecord(record);
    this.#source = source;
  }

  /** About what the record and one body of each format take. */
  get costBytes(): number {
    const { key, value, headers } = this.#record;
    const headerChars = Object.entries(headers ?? {})
      .flat(2)
      .reduce((sum, text) => sum + (text?.length ?? 0), 0);
    return FRAME_OVERHEAD_BYTES + this.id.length + (key?.length ?? 0) + 3 * (value?.length ?? 0) + 2 * headerChars;
  }

  body(format: EventFormat): Buffer {
    const made = this.#bodies.get(format);
    if (made !== undefined) return made;
    const body = format === EventFormat.raw ? rawBody(this.#record.value) : envelopeBody(this.#record, this.#source);
    this.#bodies.set(format, body);
    return body;
  }
}

/** History that is gone for every reader of the feed; in its place among the records, so that nobody passes it. */
export class GapFrame implements Frame {
  readonly partition: number;
  readonly next: number;
  readonly id: string;
  readonly #body: Buffer;

  constructor(gap: GapData, partition: number, next: number) {
    this.partition = partition;
    this.next = next;
    this.id = gap.to;
    this.#body = Buffer.from(controlEvent(EventName.gap, gap));
  }

  get costBytes(): number {
    return FRAME_OVERHEAD_BYTES + this.#body.length;
  }

  body(): Buffer {
    return this.#body;
  }
}

/**
 * The value as `data:` lines. SSE knows CR, LF and CRLF as line breaks, so the value is split at each, and comes back
 * with LF. A stream is UTF-8: where a value is not, its bad bytes become U+FFFD here, as a browser would read them.
 */
function rawBody(value: Buffer | null): Buffer {
  if (value === null) return Buffer.from('data: \n\n');
  const text = isUtf8(value) ? value : Buffer.from(value.toString('utf8'));
  if (text.indexOf(LF) === -1 && text.indexOf(CR) === -1) return Buffer.concat([DATA, text, LINE_END, LINE_END]);
  const lines = text.toString('utf8').split(/\r\n|\r|\n/);
  return Buffer.from(`${lines.map((line) => `data: ${line}\n`).join('')}\n`);
}

function envelopeBody(record: LogRecord, source: FrameSource): Buffer {
  const { value } = record;
  const isText = value === null || isUtf8(value);
  const envelope: Envelope = {
    value: value === null ? null : value.toString(isText ? 'utf8' : 'base64'),
    ...(isText ? {} : { encoding: 'base64' }),
    key: record.key?.toString('utf8') ?? null,
    headers: headersAsText(record.headers),
    topic: source.topic,
    partition: source.partition,
    offset: record.offset,
    timestampMs: record.timestampMs,
    receivedAtMs: source.receivedAtMs,
    pod: source.pod,
  };
  return Buffer.from(`data: ${JSON.stringify(envelope)}\n\n`);
}

function headersAsText(headers: RecordHeaders | undefined): Record<string, string | string[]> {
  const entries: [string, string | string[]][] = [];
  for (const [name, value] of Object.entries(headers ?? {})) {
    const values = (Array.isArray(value) ? value : [value]).flatMap((each) => (each == null ? [] : [each.toString()]));
    // A header without a value is as good as none; one that stands once is a text, one that stands twice a list.
    const [only] = values;
    if (only !== undefined) entries.push([name, values.length === 1 && !Array.isArray(value) ? only : values]);
  }
  // Defines own properties: a header called __proto__ stays a header.
  return Object.fromEntries(entries);
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
