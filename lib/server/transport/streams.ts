import { RETRY_MS } from '../../protocol/constants.ts';
import { SINK_KINDS, type SinkKind } from '../config/stream-settings.ts';
import { isBehindEnd } from '../hub/begin.ts';
import type { Connection } from './connection.ts';
import { drainEach } from './drain.ts';
import { SseStream, type StreamContext, type StreamEnd } from './sse-stream.ts';
import type { StreamRequest } from './stream-request.ts';

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

  /** How many are open, by the way their bytes go. */
  get sinks(): ReadonlyMap<SinkKind, number> {
    const counts = new Map<SinkKind, number>(SINK_KINDS.map((kind) => [kind, 0]));
    for (const { sinkKind } of this.#open) counts.set(sinkKind, (counts.get(sinkKind) ?? 0) + 1);
    return counts;
  }

  get openedCount(): number {
    return this.#opened;
  }

  /** How many have ended, by reason. */
  get ends(): ReadonlyMap<StreamEnd, number> {
    return this.#ends;
  }

  /** Whether the client has had the feed's last event: it is answered `204`, which ends an EventSource. */
  isOver({ topic, begin }: StreamRequest): boolean {
    return begin.at === 'cursor' && isBehindEnd(this.#context.hub, topic, begin.cursor);
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

  /** Ends every stream within this time; see `drainEach`. */
  async drain(withinMs: number): Promise<void> {
    this.#isDraining = true;
    const { random } = this.#context;
    await drainEach(this.#open, { withinMs, random }, (stream) => stream.drain(this.#retryMs()));
  }

  #retryMs(): number {
    return Math.round(RETRY_MS * (0.5 + this.#context.random()));
  }
}
