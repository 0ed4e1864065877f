import { type ClientRequest, get, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { expect, vi } from 'vitest';
import { type ParsedEvent, SseParser } from '#lib/server/testing/parse-sse.ts';

const WAIT_MS = 30_000;

/** An SSE client on a real socket that knows the wire only: it keeps what it is sent, and the newest cursor. */
export class StreamClient {
  readonly events: ParsedEvent[] = [];
  status = 0;
  headers: IncomingHttpHeaders = {};
  isOver = false;
  readonly #request: ClientRequest;
  #response: IncomingMessage | undefined;

  constructor(url: string, headers: Record<string, string> = {}) {
    const parser = new SseParser();
    this.#request = get(url, { headers, agent: false }, (response) => {
      this.#response = response;
      this.status = response.statusCode ?? 0;
      this.headers = response.headers;
      response.setEncoding('utf8');
      response.on('data', (text: string) => this.events.push(...parser.push(text)));
      response.on('close', () => {
        this.isOver = true;
      });
    });
    this.#request.on('error', () => {
      this.isOver = true;
    });
  }

  /** The cursor to resume from. */
  get cursor(): string {
    return this.events.at(-1)?.id ?? '';
  }

  get values(): string[] {
    return this.events.filter(({ name }) => name === 'message').map(({ data }) => data);
  }

  named(name: string): ParsedEvent[] {
    return this.events.filter((event) => event.name === name);
  }

  async untilOpen(): Promise<this> {
    await this.until(() => expect(this.named('hello')).toHaveLength(1));
    return this;
  }

  async until(check: () => void): Promise<void> {
    await vi.waitFor(check, { timeout: WAIT_MS, interval: 10 });
  }

  /** Takes nothing from the socket any more, and leaves it open. */
  stall(): void {
    this.#response?.pause();
  }

  close(): void {
    this.#request.destroy();
  }
}
