import { connect, type Socket } from 'node:net';
import { vi } from 'vitest';

/** HTTP by hand on one keep-alive connection, so that every byte that comes is seen and counted. */
export class RawClient {
  /** All that has come. */
  text = '';
  bytes = 0;
  /** Whether the connection is closed, by whomever. */
  isOver = false;
  readonly #socket: Socket;

  private constructor(socket: Socket) {
    this.#socket = socket;
    // Whatever ends it: what has come is what counts.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.isOver = true;
    });
    socket.on('data', (part) => {
      this.bytes += part.length;
      this.text += part.toString('utf8');
    });
  }

  static async connect(port: number): Promise<RawClient> {
    const socket = connect(port, '127.0.0.1');
    await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    return new RawClient(socket);
  }

  /** Does not wait for the answer of the one before: what is sent then is pipelined. */
  send(path: string, version: '1.0' | '1.1' = '1.1'): void {
    this.sendText(`GET ${path} HTTP/${version}\r\nHost: localhost\r\n\r\n`);
  }

  /** As it stands. */
  sendText(text: string): void {
    this.#socket.write(text);
  }

  /** All that has come, once it is enough. */
  async until(isEnough: (text: string) => boolean): Promise<string> {
    await vi.waitFor(
      () => {
        if (!isEnough(this.text)) throw new Error(`Not enough has come: ${this.text}`);
      },
      { timeout: 10_000 },
    );
    return this.text;
  }

  /** One request and the whole of its answer. */
  async get(path: string): Promise<{ readonly headers: Headers }> {
    const from = this.text.length;
    this.send(path);
    await vi.waitFor(() => {
      const answer = this.text.slice(from);
      const isOver = answer.startsWith('HTTP/1.1 204') ? answer.endsWith('\r\n\r\n') : answer.endsWith('\r\n0\r\n\r\n');
      if (!isOver) throw new Error(`The answer has not come: ${answer}`);
    });
    const [, ...lines] = this.text.slice(from).split('\r\n\r\n', 1)[0]?.split('\r\n') ?? [];
    return { headers: new Headers(lines.map((line): [string, string] => splitOnce(line, ': '))) };
  }

  close(): void {
    this.#socket.destroy();
  }
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return [text.slice(0, at), text.slice(at + separator.length)];
}
