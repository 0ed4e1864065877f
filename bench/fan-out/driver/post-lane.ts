import { connect, type Socket } from 'node:net';

/** Requests that are out and not answered yet: with more, what is measured is their queue. */
const PIPELINED_MAX = 32;

interface Post {
  readonly bytes: string;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/**
 * POSTs over one connection, each sent before the last one is answered (HTTP/1.1 pipelining): the server takes them in
 * their order, and no round trip is waited for.
 */
export class PostLane {
  readonly #socket: Socket;
  readonly #waiting: Post[] = [];
  readonly #out: Post[] = [];
  #text = '';
  #failure: Error | undefined;

  constructor({ hostname, port }: URL) {
    this.#socket = connect({ host: hostname, port: Number(port) });
    this.#socket.setNoDelay(true).setEncoding('latin1');
    this.#socket.on('data', (text: string) => this.#take(text));
    this.#socket.on('error', (error) => this.#fail(error));
    this.#socket.on('close', () => this.#fail(new Error('A connection that events were published over has ended.')));
  }

  /** Done when it is answered with success. */
  post(url: string, headers: Readonly<Record<string, string>>, content: string): Promise<void> {
    const { host, pathname, search } = new URL(url);
    const lines = Object.entries({ ...headers, host, 'content-length': String(Buffer.byteLength(content)) });
    const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) return reject(this.#failure);
      this.#waiting.push({ bytes: `POST ${pathname}${search} HTTP/1.1\r\n${head}\r\n${content}`, resolve, reject });
      this.#send();
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #send(): void {
    while (this.#out.length < PIPELINED_MAX) {
      const post = this.#waiting.shift();
      if (post === undefined) return;
      this.#out.push(post);
      this.#socket.write(post.bytes);
    }
  }

  #take(text: string): void {
    this.#text += text;
    for (;;) {
      const length = responseLength(this.#text);
      if (length === undefined || this.#text.length < length) return;
      const [, status = ''] = this.#text.split(' ', 2);
      this.#text = this.#text.slice(length);
      const post = this.#out.shift();
      if (/^2\d\d$/.test(status)) post?.resolve();
      else post?.reject(new Error(`publishing was answered ${status}`));
      this.#send();
    }
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const post of [...this.#out.splice(0), ...this.#waiting.splice(0)]) post.reject(error);
  }
}

/** Of the response that the text begins with; undefined where its headers, or its last chunk, are not there yet. */
function responseLength(text: string): number | undefined {
  const headEnd = text.indexOf('\r\n\r\n');
  if (headEnd === -1) return undefined;
  const head = text.slice(0, headEnd);
  const bodyAt = headEnd + 4;
  if (!/\r\ntransfer-encoding: *chunked/i.test(head)) {
    return bodyAt + Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
  }
  const last = /(?:^|\r\n)0\r\n\r\n/.exec(text.slice(bodyAt));
  return last === null ? undefined : bodyAt + last.index + last[0].length;
}
