import { setTimeout as delay } from 'node:timers/promises';
import { RETRY_MS } from '../../protocol/constants.ts';
import type { Connection } from './connection.ts';
import { SseStream, type StreamContext, type StreamEnd } from './sse-stream.ts';
import type { StreamRequest } from './stream-request.ts';

/** How long, beyond its time, a drain waits for a client that takes its last bytes slowly. */
const FLUSH_LIMIT_MS = 1_000;

/** The open streams of this process: to count them, and to end them when it shuts down. */
export class Streams {
  readonly #context: StreamContext;
  readonly #open = new Set<SseStream>();
  readonly #ends = new Map<StreamEnd, number>();
  #opened = 0;
  #isDraining = false;

  constructor(context: StreamContext) {
    this.#context = context;
  }

  get openCount(): number {
    return this.#open.size;
  }

  get openedCount(): number {
    return this.#opened;
  }

  /** How many have ended, by reason. */
  get ends(): ReadonlyMap<StreamEnd, number> {
    return this.#ends;
  }

  open(request: StreamRequest, signal: AbortSignal, connection: Connection | undefined): ReadableStream<Uint8Array> {
    const stream: SseStream = new SseStream(this.#context, request, connection, (end) => {
      this.#open.delete(stream);
      this.#ends.set(end, (this.#ends.get(end) ?? 0) + 1);
    });
    this.#open.add(stream);
    this.#opened += 1;
    const body = stream.open(signal);
    // An error status would stop an EventSource for good, so a late comer is let in and sent on.
    if (this.#isDraining) void stream.drain(this.#retryMs());
    return body;
  }

  /**
   * Ends every stream, each at a moment of its own within `withinMs`, so that the clients do not all come back to the
   * next pod at once. Resolves when the last one has been sent, or shortly after that time.
   */
  async drain(withinMs: number): Promise<void> {
    this.#isDraining = true;
    const { random } = this.#context;
    const drained = [...this.#open].map(async (stream) => {
      await delay(withinMs * random());
      await stream.drain(this.#retryMs());
    });
    const limit = new AbortController();
    const slow = delay(withinMs + FLUSH_LIMIT_MS, undefined, { signal: limit.signal }).catch(() => undefined);
    await Promise.race([Promise.all(drained), slow]);
    limit.abort();
  }

  #retryMs(): number {
    return Math.round(RETRY_MS * (0.5 + this.#context.random()));
  }
}
