import { Agent, type ClientRequest, get, type IncomingMessage } from 'node:http';

/** A stream as a program reads it, with the times of what came. Values must begin with `v`, as control events never do. */
export class StreamReader {
  readonly askedAtMs = performance.now();
  /** When each value came, ms of `performance.now()`. */
  readonly arrivedAtMs: number[] = [];
  readonly values: string[] = [];
  cursor = '';
  isLive = false;
  readonly #request: ClientRequest;
  #response: IncomingMessage | undefined;
  #rest = '';
  #onChange: () => void = () => undefined;

  constructor(url: string, cursor = '') {
    const headers = cursor === '' ? {} : { 'last-event-id': cursor };
    // A connection of its own, as a browser that comes back has.
    this.#request = get(url, { headers, agent: new Agent() }, (response) => {
      this.#response = response;
      response.setEncoding('utf8').on('data', (text: string) => this.#take(text));
      response.on('error', () => undefined);
    });
    this.#request.on('error', () => undefined);
  }

  async until(isSo: () => boolean): Promise<this> {
    while (!isSo()) {
      await new Promise<void>((resolve) => {
        this.#onChange = resolve;
      });
    }
    return this;
  }

  untilValues(count: number): Promise<this> {
    return this.until(() => this.values.length >= count);
  }

  untilLive(): Promise<this> {
    return this.until(() => this.isLive);
  }

  /** Takes nothing from its socket any more, and leaves it open. */
  stall(): void {
    this.#response?.pause();
  }

  close(): void {
    this.#request.destroy();
  }

  #take(text: string): void {
    const nowMs = performance.now();
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line.startsWith('id: ')) this.cursor = line.slice(4);
      else if (line === 'event: hello') this.isLive = true;
      else if (line.startsWith('data: v')) {
        this.values.push(line.slice(6, 60));
        this.arrivedAtMs.push(nowMs);
      }
    }
    this.#onChange();
  }
}
