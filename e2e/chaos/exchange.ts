import { type ClientRequest, get, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';

export interface ExchangeOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly onHead: (status: number, headers: IncomingHttpHeaders) => void;
  readonly onBytes: (bytes: Buffer) => void;
}

/** `complete`: the whole answer has come. `cut`: anything else, a refused connection too. */
export type ExchangeEnd = 'complete' | 'cut';

/** One request on a socket of its own, and its answer as it comes. It can be cut between any two bytes. */
export class Exchange {
  readonly ended: Promise<ExchangeEnd>;
  readonly #request: ClientRequest;
  #response: IncomingMessage | undefined;
  #lastShare: number | undefined;
  #isCutShort = false;
  #isOver = false;

  constructor(url: string, { headers = {}, onHead, onBytes }: ExchangeOptions) {
    let settle: (end: ExchangeEnd) => void = () => undefined;
    this.ended = new Promise((resolve) => {
      settle = resolve;
    });
    const end = (how: ExchangeEnd): void => {
      this.#isOver = true;
      settle(how);
    };
    this.#request = get(url, { headers, agent: false }, (response) => {
      this.#response = response;
      onHead(response.statusCode ?? 0, response.headers);
      response.on('data', (bytes: Buffer) => this.#receive(bytes, onBytes));
      // A cut is what this is for: `close` tells of it.
      response.on('error', () => undefined);
      // Node may have had all of it before we have cut.
      response.on('close', () => end(response.complete && !this.#isOver ? 'complete' : 'cut'));
    });
    this.#request.on('error', () => end('cut'));
    this.#request.on('close', () => {
      if (this.#response === undefined) end('cut');
    });
  }

  /** Whether `cutInNext` has come true. */
  get isCutShort(): boolean {
    return this.#isCutShort;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** By which the network knows it; undefined while there is no connection. */
  get localPort(): number | undefined {
    return this.#isOver ? undefined : this.#request.socket?.localPort;
  }

  /** Takes this share of the next part that comes, and nothing after it. */
  cutInNext(share: number): void {
    this.#lastShare = share;
  }

  cut(): void {
    this.#isOver = true;
    this.#request.destroy();
  }

  /** Takes nothing from the socket until `resume`. */
  pause(): void {
    this.#response?.pause();
  }

  resume(): void {
    this.#response?.resume();
  }

  #receive(bytes: Buffer, onBytes: (bytes: Buffer) => void): void {
    if (this.#isOver) return;
    onBytes(bytes.subarray(0, Math.floor(bytes.length * (this.#lastShare ?? 1))));
    if (this.#lastShare === undefined) return;
    this.#isCutShort = true;
    this.cut();
  }
}
