import { RETRY_MS } from '../../protocol/constants.ts';
import { SINK_KINDS, type SinkKind } from '../config/stream-settings.ts';
import { Counts } from '../counts.ts';
import { isBehindEnd } from '../hub/begin.ts';
import type { Connection } from './connection.ts';
import { drainEach } from './drain.ts';
import { RESUME_OUTCOMES, type ResumeOutcome } from './resume-outcome.ts';
import { SentBytes } from './sent-bytes.ts';
import { SseStream, STREAM_ENDS, type StreamContext, type StreamEnd } from './sse-stream.ts';
import type { StreamRequest } from './stream-request.ts';

/** The open streams of this process: to count them, and to end them when it shuts down. */
export class Streams {
  readonly #context: StreamContext;
  readonly #open = new Set<SseStream>();
  readonly #ends = new Counts(STREAM_ENDS);
  readonly #resumes = new Counts(RESUME_OUTCOMES);
  readonly #sent = new SentBytes();
  #opened = 0;
  /** By streams that have ended. */
  #delivered = 0;
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
    return this.#ends.all;
  }

  /** How many were asked for with a cursor, by what came of it. */
  get resumes(): ReadonlyMap<ResumeOutcome, number> {
    return this.#resumes.all;
  }

  /** Events written so far. */
  get deliveredCount(): number {
    let count = this.#delivered;
    for (const { deliveredCount } of this.#open) count += deliveredCount;
    return count;
  }

  /** So far. */
  get sentBytes(): number {
    return this.#sent.total;
  }

  /** The answer to a client that has had the feed's last event: `204`, which ends an EventSource. */
  overAnswer({ topic, begin }: StreamRequest): Response | undefined {
    if (begin.at !== 'cursor' || !isBehindEnd(this.#context.hub, topic, begin.cursor)) return undefined;
    this.#resumes.add('ended');
    return new Response(null, { status: 204 });
  }

  open(request: StreamRequest, signal: AbortSignal, connection: Connection | undefined): ReadableStream<Uint8Array> {
    const openedAtMs = this.#context.now();
    const requestId = connection?.requestId;
    const stream: SseStream = new SseStream(this.#context, request, connection, {
      onResumed: (outcome) => this.#resumes.add(outcome),
      onEnd: (end) => {
        this.#tell('a stream has ended', () => ({
          requestId,
          reason: end,
          events: stream.deliveredCount,
          bytes: stream.sentBytes,
          ageMs: this.#context.now() - openedAtMs,
        }));
        this.#open.delete(stream);
        this.#ends.add(end);
        this.#delivered += stream.deliveredCount;
      },
    });
    this.#sent.watch(connection);
    const { topic, id, format, begin } = request;
    this.#tell('a stream has begun', () => ({ requestId, topic, id, format, from: begin.at }));
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

  /** What is not logged costs nothing. */
  #tell(words: string, about: () => object): void {
    const { logger } = this.#context;
    if (logger?.isLevelEnabled('debug')) logger.debug(about(), words);
  }

  #retryMs(): number {
    return Math.round(RETRY_MS * (0.5 + this.#context.random()));
  }
}
