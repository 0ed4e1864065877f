import { Histogram } from './histogram.ts';
import { SEQ_AT, SEQ_BASE, SEQ_DIGITS, TIME_AT, TIME_DIGITS } from './payload.ts';

const LF = 0x0a;
const BLANK = 0x20;
const COLON = 0x3a;
const DIGIT_ZERO = 0x30;
const DATA = Buffer.from('data:');
const EVENT = Buffer.from('event:');
const PAYLOAD_BEGIN = Buffer.from('{"seq":');
const PAYLOAD_LAST = 0x7d;
const FAULTS_KEPT = 5;
const SMALL_DIGITS = 8;
const SMALL_LIMIT = 10 ** SMALL_DIGITS;

/** What all connections of a run have got together. */
export class Tally {
  readonly latency = new Histogram();
  events = 0;
  faults = 0;
  /** The first of them, in words. */
  readonly faultTexts: string[] = [];
  /** Events produced before this time are counted, but are none of the latency's. */
  measuredFromUs = 0;

  addFault(text: string): void {
    this.faults += 1;
    if (this.faultTexts.length < FAULTS_KEPT) this.faultTexts.push(text);
  }
}

/**
 * Reads the events of one connection, wherever they are cut, and looks at every one: its seq must be the one behind the
 * last. Events of a stream are of nearly one length, so each is looked for where the last one's length says that it
 * is; only where it is not, its lines are read. What has a name (`event:`) is skipped, and so are comments.
 */
export class EventChecker {
  readonly #name: string;
  readonly #payloadBytes: number;
  readonly #tally: Tally;
  #lastSeq = 0;
  /** The last event's: all of it, and where its payload begins. */
  #length = 0;
  #payloadAt = 0;
  /** The beginning of an event whose end has not come. */
  #carry: Buffer = Buffer.allocUnsafe(0);

  constructor(name: string, payloadBytes: number, tally: Tally) {
    this.#name = name;
    this.#payloadBytes = payloadBytes;
    this.#tally = tally;
  }

  /** 0 before the first event: it begins at any. */
  get lastSeq(): number {
    return this.#lastSeq;
  }

  /** Takes the bytes of the stream's body that have come, from `start` to before `end`. */
  take(bytes: Buffer, start: number, end: number, nowUs: number): void {
    let at = this.#carry.length === 0 ? start : this.#takeCarried(bytes, start, end, nowUs);
    while (at < end) {
      const next = this.#takeEvent(bytes, at, end, nowUs);
      if (next === -1) break;
      at = next;
    }
    // A copy: the bytes are the socket's, and will be written over.
    if (at < end) this.#carry = Buffer.concat([this.#carry, bytes.subarray(at, end)]);
  }

  /** Joins what was kept with the rest of its event. @returns where that ends, or `start` where it has not come */
  #takeCarried(bytes: Buffer, start: number, end: number, nowUs: number): number {
    const isLineEnded = this.#carry[this.#carry.length - 1] === LF;
    const next = isLineEnded && bytes[start] === LF ? start + 1 : endOfEvent(bytes, start, end);
    if (next === -1) return start;
    const event = Buffer.concat([this.#carry, bytes.subarray(start, next)]);
    this.#carry = Buffer.allocUnsafe(0);
    this.#readEvent(event, 0, event.length, nowUs);
    return next;
  }

  /** @returns where the next event begins, or -1 where this one's end has not come */
  #takeEvent(bytes: Buffer, at: number, end: number, nowUs: number): number {
    const predicted = at + this.#length;
    if (this.#length > 0 && predicted <= end && bytes[predicted - 1] === LF && bytes[predicted - 2] === LF) {
      const payload = at + this.#payloadAt;
      if (this.#isPayload(bytes, payload)) {
        this.#count(bytes, payload, nowUs);
        return predicted;
      }
    }
    const next = endOfEvent(bytes, at, end);
    if (next !== -1) this.#readEvent(bytes, at, next, nowUs);
    return next;
  }

  /** Reads one whole event line by line. */
  #readEvent(bytes: Buffer, at: number, end: number, nowUs: number): void {
    let payload = -1;
    let hasData = false;
    for (let line = at; line < end; ) {
      const lineEnd = bytes.indexOf(LF, line);
      if (isAt(bytes, EVENT, line)) return;
      if (isAt(bytes, DATA, line)) {
        hasData = true;
        const value = line + DATA.length;
        const begin = bytes[value] === BLANK ? value + 1 : value;
        if (lineEnd - begin === this.#payloadBytes && this.#isPayload(bytes, begin)) payload = begin;
      }
      line = lineEnd + 1;
    }
    if (payload === -1) {
      if (hasData) this.#tally.addFault(`${this.#name}: an event that nobody has produced`);
      return;
    }
    this.#length = end - at;
    this.#payloadAt = payload - at;
    this.#count(bytes, payload, nowUs);
  }

  #isPayload(bytes: Buffer, at: number): boolean {
    const before = bytes[at - 1];
    return (
      (before === COLON || before === BLANK) &&
      bytes[at + this.#payloadBytes - 1] === PAYLOAD_LAST &&
      isAt(bytes, PAYLOAD_BEGIN, at)
    );
  }

  #count(bytes: Buffer, payload: number, nowUs: number): void {
    const seq = numberAt(bytes, payload + SEQ_AT, SEQ_DIGITS) - SEQ_BASE;
    const expected = this.#lastSeq + 1;
    if (seq !== expected && this.#lastSeq !== 0) this.#fault(seq, expected);
    if (seq > this.#lastSeq) this.#lastSeq = seq;
    const tally = this.#tally;
    tally.events += 1;
    const producedAtUs = numberAt(bytes, payload + TIME_AT, TIME_DIGITS);
    if (producedAtUs >= tally.measuredFromUs) tally.latency.add(nowUs - producedAtUs);
  }

  #fault(seq: number, expected: number): void {
    const what = seq > expected ? `${seq - expected} lost` : 'repeated or out of order';
    this.#tally.addFault(`${this.#name}: ${what}: event ${seq} where ${expected} was due`);
  }
}

/** Where the event that begins at `at` is over, behind its empty line; -1 where that has not come. */
function endOfEvent(bytes: Buffer, at: number, end: number): number {
  for (let index = at; index < end - 1; index += 1) {
    if (bytes[index] === LF && bytes[index + 1] === LF) return index + 2;
  }
  return -1;
}

function isAt(bytes: Buffer, text: Buffer, at: number): boolean {
  for (let index = 0; index < text.length; index += 1) {
    if (bytes[at + index] !== text[index]) return false;
  }
  return true;
}

/** Split in two, so that either half is a small integer to the compiler: at millions of events a second it counts. */
function numberAt(bytes: Buffer, at: number, digits: number): number {
  const middle = at + digits - SMALL_DIGITS;
  return smallAt(bytes, at, middle) * SMALL_LIMIT + smallAt(bytes, middle, at + digits);
}

/** Of at most 9 digits. */
function smallAt(bytes: Buffer, at: number, end: number): number {
  let value = 0;
  for (let index = at; index < end; index += 1) value = (value * 10 + ((bytes[index] as number) - DIGIT_ZERO)) | 0;
  return value;
}
