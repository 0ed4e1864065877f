/** The head or the framing of an answer is not as RFC 9112 wants it. */
export class FramingError extends Error {
  override readonly name = 'FramingError';
}

type Body = { readonly kind: 'none' | 'chunked' | 'until-close' } | { readonly kind: 'sized'; readonly bytes: number };

/** What an answer may say once: two of them would be read differently by two readers. */
const SINGLE = new Set(['content-length', 'content-type', 'transfer-encoding', 'location']);

/**
 * One HTTP/1.1 answer, read from the bytes of a socket as RFC 9112 says, and nothing forgiven: a client that is lenient
 * would not see what is broken.
 */
export class HttpAnswer {
  status = 0;
  readonly headers = new Map<string, string>();
  isOver = false;
  readonly #method: string;
  readonly #parts: Buffer[] = [];
  #rest: Buffer = Buffer.alloc(0);
  #body: Body | undefined;
  #left = 0;

  /** @param method of the request: an answer to HEAD has no body */
  constructor(method = 'GET') {
    this.#method = method;
  }

  get body(): Buffer {
    return Buffer.concat(this.#parts);
  }

  /** @throws FramingError */
  push(bytes: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    while (!this.isOver && this.#step());
    if (this.isOver && this.#rest.length > 0) throw new FramingError(`Bytes behind the answer: ${preview(this.#rest)}`);
  }

  /** The server has closed. @throws FramingError where the answer is not whole */
  close(): void {
    if (this.#body?.kind === 'until-close') this.isOver = true;
    if (!this.isOver) throw new FramingError(`Closed in the middle of an answer: ${preview(this.#rest)}`);
  }

  /** Takes the next piece that is whole; false where there is none yet. */
  #step(): boolean {
    switch (this.#body?.kind) {
      case undefined:
        return this.#readHead();
      case 'none':
        this.isOver = true;
        return false;
      case 'sized':
        return this.#readSized();
      case 'chunked':
        return this.#readChunk();
      case 'until-close':
        this.#take(this.#rest.length);
        return false;
    }
  }

  #readHead(): boolean {
    const end = this.#rest.indexOf('\r\n\r\n');
    if (end === -1) return false;
    const [statusLine = '', ...lines] = this.#rest.subarray(0, end).toString('latin1').split('\r\n');
    this.#rest = this.#rest.subarray(end + 4);
    this.status = Number(/^HTTP\/1\.1 (\d{3}) [\x20-\x7e]*$/.exec(statusLine)?.[1]);
    if (Number.isNaN(this.status)) throw new FramingError(`Not a status line: ${statusLine}`);
    // An interim answer, such as 100 to `Expect`: the one that counts follows.
    if (this.status < 200) return true;
    for (const line of lines) this.#readHeader(line);
    this.#body = this.#bodyKind();
    this.#left = this.#body.kind === 'sized' ? this.#body.bytes : 0;
    return true;
  }

  #readHeader(line: string): void {
    const [, name, value = ''] = /^([!#$%&'*+.^_`|~\w-]+):[ \t]*([\x20-\x7e\x80-\xff\t]*)$/.exec(line) ?? [];
    if (name === undefined) throw new FramingError(`Not a header: ${line}`);
    const key = name.toLowerCase();
    if (this.headers.has(key) && SINGLE.has(key)) throw new FramingError(`Twice: ${line}`);
    this.headers.set(key, value);
  }

  #bodyKind(): Body {
    if (this.#method === 'HEAD' || this.status === 204 || this.status === 304) return { kind: 'none' };
    const length = this.headers.get('content-length');
    if (this.headers.get('transfer-encoding') === 'chunked') {
      if (length !== undefined) throw new FramingError('Both a length and chunks.');
      return { kind: 'chunked' };
    }
    return length === undefined ? { kind: 'until-close' } : { kind: 'sized', bytes: Number(length) };
  }

  #readSized(): boolean {
    this.#left -= this.#take(Math.min(this.#left, this.#rest.length));
    this.isOver = this.#left === 0;
    return false;
  }

  #readChunk(): boolean {
    const lineEnd = this.#rest.indexOf('\r\n');
    if (lineEnd === -1) return false;
    const line = this.#rest.subarray(0, lineEnd).toString('latin1');
    if (!/^[0-9a-f]{1,8}$/i.test(line)) throw new FramingError(`Not the size of a chunk: ${line.slice(0, 40)}`);
    const size = Number.parseInt(line, 16);
    if (this.#rest.length < lineEnd + 2 + size + 2) return false;
    this.#rest = this.#rest.subarray(lineEnd + 2);
    this.#take(size);
    if (this.#rest.toString('latin1', 0, 2) !== '\r\n') throw new FramingError('A chunk does not end where it says.');
    this.#rest = this.#rest.subarray(2);
    if (size === 0) this.isOver = true;
    return true;
  }

  #take(bytes: number): number {
    if (bytes > 0) this.#parts.push(this.#rest.subarray(0, bytes));
    this.#rest = this.#rest.subarray(bytes);
    return bytes;
  }
}

function preview(bytes: Buffer): string {
  return JSON.stringify(bytes.subarray(0, 80).toString('latin1'));
}
