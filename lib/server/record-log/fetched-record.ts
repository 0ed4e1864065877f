import type { LogRecord, RecordHeaders } from './port.ts';

const NO_HEADERS: RecordHeaders = Object.freeze({});

/** What the records of one batch share. */
export interface BatchTimes {
  /** Ms since 1970; what each record's own time counts from. */
  readonly firstMs: number;
  /** Where the broker has set the time: of all records alike. */
  readonly appendedMs: number | undefined;
}

/**
 * A record as it lies in the buffer of a fetch (record format 2, KIP-98): where it is, and nothing else until somebody
 * asks. Most records are of IDs that nobody watches, and of those nobody asks for more than the key.
 */
export class FetchedRecord implements LogRecord {
  readonly offset: number;
  readonly #bytes: Buffer;
  readonly #times: BatchTimes;
  /** Of its timestamp. */
  readonly #start: number;
  /** Of its key's length. */
  readonly #keyStart: number;
  /** Of its value's length. */
  readonly #valueStart: number;
  #headers: RecordHeaders | undefined;

  /** @param reader stands behind the length of the record, and is left behind its last byte */
  constructor(reader: ByteReader, firstOffset: number, times: BatchTimes) {
    reader.at += 1; // attributes, unused
    this.#bytes = reader.bytes;
    this.#times = times;
    this.#start = reader.at;
    reader.skipVarint();
    this.offset = firstOffset + reader.varint();
    this.#keyStart = reader.at;
    reader.skipField();
    this.#valueStart = reader.at;
    reader.skipField();
    reader.skipHeaders();
  }

  get key(): Buffer | null {
    return new ByteReader(this.#bytes, this.#keyStart).field();
  }

  get value(): Buffer | null {
    return new ByteReader(this.#bytes, this.#valueStart).field();
  }

  get headers(): RecordHeaders {
    this.#headers ??= readHeaders(new ByteReader(this.#bytes, this.#valueStart));
    return this.#headers;
  }

  /** The last value of a header, by the bytes of its name; null where there is none. The others are passed over. */
  lastHeader(name: Buffer): Buffer | null {
    const reader = new ByteReader(this.#bytes, this.#valueStart);
    reader.skipField();
    let last: Buffer | null = null;
    for (let ahead = reader.varint(); ahead > 0; ahead -= 1) {
      if (reader.isField(name)) last = reader.field();
      else reader.skipField();
    }
    return last;
  }

  get timestampMs(): number {
    const { firstMs, appendedMs } = this.#times;
    return appendedMs ?? firstMs + new ByteReader(this.#bytes, this.#start).varlong();
  }
}

/** From the value's length on. As kafkajs tells them: a header that stands more than once has a list of values. */
function readHeaders(reader: ByteReader): RecordHeaders {
  reader.skipField();
  const count = reader.varint();
  if (count === 0) return NO_HEADERS;
  const headers = new Map<string, Buffer | null | (Buffer | null)[]>();
  for (let index = 0; index < count; index += 1) {
    const name = String(reader.field()?.toString('utf8') ?? null);
    const value = reader.field();
    const before = headers.get(name);
    if (before === undefined) headers.set(name, value);
    else headers.set(name, Array.isArray(before) ? [...before, value] : [before, value]);
  }
  // Defines own properties: a header called __proto__ stays a header.
  return Object.fromEntries(headers);
}

/** Reads numbers and byte strings as records have them: varints, zigzag encoded. */
export class ByteReader {
  readonly bytes: Buffer;
  at: number;

  constructor(bytes: Buffer, at: number) {
    this.bytes = bytes;
    this.at = at;
  }

  /** Of 32 bits. */
  varint(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.#next();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return (value >>> 1) ^ -(value & 1);
    }
    throw new RangeError('A record holds a number that is too long.');
  }

  /** Of 64 bits; exact up to 2^53. */
  varlong(): number {
    let value = 0;
    for (let factor = 1; factor < 2 ** 70; factor *= 128) {
      const byte = this.#next();
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
    }
    throw new RangeError('A record holds a number that is too long.');
  }

  /** Of at most 64 bits. */
  skipVarint(): void {
    const end = this.at + 10;
    while (this.#next() >= 0x80) if (this.at === end) throw new RangeError('A record holds a number that is too long.');
  }

  /** A slice of the buffer, not a copy. Its end was looked at as it was skipped. */
  field(): Buffer | null {
    const length = this.varint();
    if (length < 0) return null;
    const start = this.at;
    this.at += length;
    return this.bytes.subarray(start, this.at);
  }

  /** To wherever it says that it ends: the caller looks, once for all fields of a record, whether they fill it. */
  skipField(): void {
    const length = this.varint();
    if (length > 0) this.at += length;
  }

  /** Whether the field here is this one; it is passed over either way. */
  isField(wanted: Buffer): boolean {
    const length = this.varint();
    const start = this.at;
    if (length > 0) this.at += length;
    return length === wanted.length && this.bytes.compare(wanted, 0, length, start, start + length) === 0;
  }

  /** A count, and as many pairs of fields. */
  skipHeaders(): void {
    for (let ahead = 2 * this.varint(); ahead > 0; ahead -= 1) this.skipField();
  }

  #next(): number {
    const byte = this.bytes[this.at];
    if (byte === undefined) throw new RangeError('A record is longer than the buffer that it lies in.');
    this.at += 1;
    return byte;
  }
}
