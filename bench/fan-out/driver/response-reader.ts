import type { EventChecker } from './event-checker.ts';

const LF = 0x0a;
const CR = 0x0d;
const SEMICOLON = 0x3b;
const HEAD_BYTES_MAX = 16_384;

/** Where in an HTTP response its reader is. */
type Place = 'head' | 'plain' | 'size' | 'extension' | 'data' | 'data-end' | 'over';

/** Takes an HTTP/1.1 response apart by hand, as cheaply as it goes: what of it is the stream goes to the checker. */
export class ResponseReader {
  readonly #checker: EventChecker;
  readonly #onHead: (failure: string | undefined) => void;
  #place: Place = 'head';
  #head = '';
  /** What of the chunk has not come yet; while its size is being read, that as far as it was. */
  #rest = 0;

  /** @param onHead told once, as the headers are there: undefined where they are those of an event stream */
  constructor(checker: EventChecker, onHead: (failure: string | undefined) => void) {
    this.#checker = checker;
    this.#onHead = onHead;
  }

  /** Whether the response has ended: its connection then has to be open no more. */
  get isOver(): boolean {
    return this.#place === 'over';
  }

  take(bytes: Buffer, length: number, nowUs: number): void {
    let at = 0;
    while (at < length) at = this.#step(bytes, at, length, nowUs);
  }

  #step(bytes: Buffer, at: number, end: number, nowUs: number): number {
    switch (this.#place) {
      case 'data':
        return this.#takeData(bytes, at, end, nowUs);
      case 'size':
        return this.#takeSize(bytes[at] as number, at);
      case 'extension':
      case 'data-end':
        if (bytes[at] === LF) this.#endLine();
        return at + 1;
      case 'head':
        return this.#takeHead(bytes, at, end);
      case 'plain':
        this.#checker.take(bytes, at, end, nowUs);
        return end;
      case 'over':
        return end;
    }
  }

  #takeData(bytes: Buffer, at: number, end: number, nowUs: number): number {
    const dataEnd = Math.min(end, at + this.#rest);
    this.#checker.take(bytes, at, dataEnd, nowUs);
    this.#rest -= dataEnd - at;
    if (this.#rest === 0) this.#place = 'data-end';
    return dataEnd;
  }

  #takeSize(byte: number, at: number): number {
    if (byte === LF) this.#endSize();
    else if (byte === SEMICOLON) this.#place = 'extension';
    else if (byte !== CR) this.#rest = this.#rest * 16 + Number.parseInt(String.fromCharCode(byte), 16);
    return at + 1;
  }

  #endLine(): void {
    if (this.#place === 'extension') this.#endSize();
    else this.#place = 'size';
  }

  #endSize(): void {
    this.#place = this.#rest > 0 ? 'data' : 'over';
  }

  #takeHead(bytes: Buffer, at: number, end: number): number {
    const known = this.#head.length;
    this.#head += bytes.toString('latin1', at, end);
    const headEnd = this.#head.indexOf('\r\n\r\n');
    if (headEnd === -1) {
      if (this.#head.length > HEAD_BYTES_MAX) throw new Error('The headers of a response have no end.');
      return end;
    }
    const head = this.#head.slice(0, headEnd).toLowerCase();
    this.#place = /\r\ntransfer-encoding: *chunked/.test(head) ? 'size' : 'plain';
    this.#onHead(failureOf(head));
    return at + headEnd + 4 - known;
  }
}

function failureOf(head: string): string | undefined {
  const statusLine = head.split('\r\n', 1)[0] ?? '';
  if (!/^http\/1\.1 200 /.test(`${statusLine} `)) return `it was answered "${statusLine}"`;
  if (!/\r\ncontent-type: *text\/event-stream/.test(head)) return 'the answer is no event stream';
  return /\r\ncontent-encoding:/.test(head) ? 'the answer is compressed' : undefined;
}
