import {
  EventName,
  EXPIRING_MS,
  PROTOCOL_VERSION,
  RETRY_MS,
  type RecordLogKind,
  WATCHDOG_PINGS,
} from '../../protocol/constants.ts';
import type { CutData, ExpiringData, HelloData, PingData } from '../../protocol/events.ts';
import { controlEvent, retryLine } from '../../protocol/sse.ts';
import type { SinkKind, StreamConfig } from '../config/stream-settings.ts';
import { type Began, beginOf } from '../hub/begin.ts';
import type { Hub } from '../hub/hub.ts';
import { Reader } from '../hub/reader.ts';
import { SSE_ENCODINGS } from '../hub/sse-encoding.ts';
import type { Logger } from '../logger.ts';
import type { BodySink } from './body-sink.ts';
import type { Connection } from './connection.ts';
import { DirectSink } from './direct-sink.ts';
import type { StreamTerms } from './fault-plan.ts';
import { laneCost } from './lane-cost.ts';
import { type ResumeOutcome, resumeOutcomeOf } from './resume-outcome.ts';
import type { StreamRequest } from './stream-request.ts';
import { WebStreamSink } from './web-stream-sink.ts';

export interface StreamContext {
  readonly hub: Hub;
  readonly pod: string;
  readonly recordLog: RecordLogKind;
  readonly settings: StreamConfig;
  readonly now: () => number;
  readonly random: () => number;
  /** Hears of what should not happen; the stream is cut, and its client resumes. */
  readonly onError: (error: unknown, requestId: string | undefined) => void;
  /** Where it is told, at the level debug, that a stream begins and ends. */
  readonly logger?: Logger;
}

/** Who hears what becomes of a stream. */
export interface StreamWitness {
  /** Its client has come back with a cursor. */
  onResumed(outcome: ResumeOutcome): void;
  onEnd(end: StreamEnd): void;
}

/** What a stream ends with that its client should come back from. */
type CutName = typeof EventName.rotate | typeof EventName.draining | typeof EventName.expired;

/** Why a stream ended; a label in the metrics. */
export const STREAM_ENDS = ['client', 'over', 'rotated', 'expired', 'drained', 'stalled', 'failed'] as const;
export type StreamEnd = (typeof STREAM_ENDS)[number];

/**
 * One SSE connection: a reader, a sink, and the timers around them.
 *
 *     opened ──beginning found──► hello, (gap), events and pings ──► closed
 *                                  └── end (of the feed) · rotate (age) · expired (token) · draining (shutdown) · stall · client gone
 *
 * Until its beginning is found (the topic is ready, Kafka was asked) it stays open and pings, since an error would stop
 * an EventSource for good.
 */
export class SseStream {
  readonly #context: StreamContext;
  readonly #request: StreamRequest;
  readonly #connection: Connection | undefined;
  readonly #witness: StreamWitness;
  readonly #settings: StreamConfig;
  readonly #sink: BodySink;
  readonly #closed = new AbortController();
  readonly #timers: NodeJS.Timeout[] = [];
  #stallTimer: NodeJS.Timeout | undefined;
  #reader: Reader | undefined;

  constructor(
    context: StreamContext,
    request: StreamRequest,
    connection: Connection | undefined,
    witness: StreamWitness,
  ) {
    this.#context = context;
    this.#request = request;
    this.#connection = connection;
    this.#witness = witness;
    this.#settings = settingsOf(context.settings, request.terms);
    this.#sink = this.#createSink();
  }

  /** Events of its feed that were written to it so far. */
  get deliveredCount(): number {
    return this.#sink.events;
  }

  /** Bytes of its body that were written to it so far. */
  get sentBytes(): number {
    return this.#sink.bytes;
  }

  /** Which way its bytes go now. */
  get sinkKind(): SinkKind {
    return this.#sink.kind;
  }

  /** Starts it and gives back the body. The first bytes are in it at once: headers leave with them. */
  open(signal: AbortSignal): ReadableStream<Uint8Array> {
    const settings = this.#settings;
    this.#write(retryLine(RETRY_MS));
    this.#timers.push(
      setInterval(() => this.#ping(), settings.pingMs),
      setTimeout(() => this.#rotate(), settings.maxAgeMs * (1 - 0.2 * this.#context.random())),
    );
    this.#watchExpiry();
    this.#watchClient(signal);
    this.#begin().catch((error: unknown) => this.#fail(error));
    return this.#sink.stream;
  }

  /**
   * Ends it for a shutdown: the client is told to come back after `retryMs`, to another pod or the next process.
   * Resolves when all of it has been sent, or its connection is gone.
   */
  drain(retryMs: number): Promise<void> {
    this.#cut(EventName.draining, retryMs, 'drained');
    return new Promise((resolve) => {
      if (this.#connection === undefined) resolve();
      else this.#connection.onClose(resolve);
    });
  }

  #createSink(): BodySink {
    const onCancel = (): void => this.#close('client');
    const connection = this.#connection;
    if (connection === undefined) return new WebStreamSink({ onCancel });
    const work = (act: () => void): void => connection.work(act);
    if (this.#settings.sink === 'web') return new WebStreamSink({ work, onCancel });
    const { response } = connection;
    return new DirectSink({ response, work, onCancel, onTakenOver: () => connection.letGo() });
  }

  /** The signal holds all of the request: it is only for servers whose connections are not known. */
  #watchClient(signal: AbortSignal): void {
    const gone = (): void => this.#close('client');
    if (this.#connection !== undefined) this.#connection.onClose(gone);
    else if (signal.aborted) gone();
    else signal.addEventListener('abort', gone, { once: true });
  }

  async #begin(): Promise<void> {
    const began = await this.#untilBegun();
    if (began === undefined) return;
    const { feed, start } = began;
    const encoding = SSE_ENCODINGS[this.#request.format];
    const reader = new Reader(feed, { sink: this.#sink, encoding, start, onEnd: () => this.#tellEnd() });
    this.#reader = reader;
    const resumed = resumeOutcomeOf(this.#request, began, reader);
    if (resumed !== undefined) this.#witness.onResumed(resumed);
    // With a gap, `hello` has no id: a client that drops between the two must not lose the gap.
    const id = start.gap === undefined ? reader.cursor : undefined;
    const hello = controlEvent(EventName.hello, this.#hello(began), id);
    const gap = start.gap === undefined ? '' : controlEvent(EventName.gap, start.gap, start.gap.to);
    this.#write(hello + gap);
    reader.pump();
  }

  /** Undefined where it was closed meanwhile. */
  async #untilBegun(): Promise<Began | undefined> {
    const { signal } = this.#closed;
    try {
      const began = await beginOf(this.#context.hub, this.#request, signal);
      return signal.aborted ? undefined : began;
    } catch (error) {
      if (signal.aborted) return undefined;
      throw error;
    }
  }

  #fail(error: unknown): void {
    this.#context.onError(error, this.#connection?.requestId);
    this.#sink.fail(new Error('The stream has failed.', { cause: error }));
    this.#close('failed');
  }

  #hello({ storedCount: stored, isBounded }: Began): HelloData {
    const { pod, recordLog, now } = this.#context;
    const { topic, id, format } = this.#request;
    const { pingMs, watchdogMs } = this.#settings;
    const about = { protocol: PROTOCOL_VERSION, pod, recordLog, topic, id, format };
    const beginning = { ...(stored !== undefined && { stored }), ...(isBounded && { bounded: true as const }) };
    return { ...about, serverTimeMs: now(), pingMs, watchdogMs, ...beginning };
  }

  #ping(): void {
    if (!this.#sink.hasRoom) {
      this.#watchRoom();
      return;
    }
    this.#write(controlEvent(EventName.ping, this.#pingData(), this.#reader?.cursor));
  }

  #pingData(): PingData {
    const serverTimeMs = this.#context.now();
    const lane = this.#connection?.lane;
    if (lane !== undefined) return { serverTimeMs, ...laneCost(lane) };
    return { serverTimeMs, bytes: this.#connection?.bytes ?? this.#sink.bytes };
  }

  /** The feed's last event has been written. A client that drops before this has its cursor, and is answered 204. */
  #tellEnd(): void {
    this.#write(controlEvent(EventName.end, {}, this.#reader?.cursor));
    this.#finish('over');
  }

  /** Old age, between events: pods can be replaced, and a proxy with an age limit never cuts. */
  #rotate(): void {
    this.#cut(EventName.rotate, 0, 'rotated');
  }

  /** It outlives its token by nothing, and says so before, so that its client can come back with another one. */
  #watchExpiry(): void {
    const { expiresAtMs } = this.#request;
    if (expiresAtMs === undefined) return;
    const leftMs = Math.max(0, expiresAtMs - this.#context.now());
    const noticeMs = Math.min(EXPIRING_MS, leftMs / 2);
    this.#timers.push(
      setTimeout(() => this.#tellExpiring(expiresAtMs), timerMs(leftMs - noticeMs)),
      setTimeout(() => this.#cut(EventName.expired, 0, 'expired'), timerMs(leftMs)),
    );
  }

  #tellExpiring(expiresAtMs: number): void {
    const data: ExpiringData = { expiresAtMs, inMs: Math.max(0, Math.round(expiresAtMs - this.#context.now())) };
    this.#write(controlEvent(EventName.expiring, data, this.#reader?.cursor));
  }

  #cut(name: CutName, retryMs: number, end: StreamEnd): void {
    if (this.#closed.signal.aborted) return;
    const data: CutData = { retryMs };
    // On old age `retry:` stays as it is: with 0, a native EventSource would hammer a port that has just closed.
    const retry = name === EventName.draining ? retryLine(retryMs) : '';
    this.#write(retry + controlEvent(name, data, this.#reader?.cursor));
    this.#finish(end);
  }

  #finish(end: StreamEnd): void {
    this.#sink.end();
    this.#close(end);
    this.#letGo();
  }

  /** What was written may still be on its way; a client that does not take it must not hold the socket for ever. */
  #letGo(): void {
    const connection = this.#connection;
    if (connection === undefined) return;
    const timer = setTimeout(() => connection.destroy(), this.#settings.stallMs);
    connection.onClose(() => clearTimeout(timer));
  }

  /** A client that takes nothing for too long is cut; it resumes from its cursor if it lives. */
  #watchRoom(): void {
    if (this.#sink.hasRoom || this.#stallTimer !== undefined || this.#closed.signal.aborted) return;
    const before = this.#sink.drains;
    this.#stallTimer = setTimeout(() => {
      this.#stallTimer = undefined;
      if (this.#sink.drains !== before) return this.#watchRoom();
      this.#sink.fail(new Error('The client has taken nothing for too long.'));
      this.#close('stalled');
      this.#connection?.destroy();
    }, this.#settings.stallMs);
  }

  #write(text: string): void {
    this.#sink.write(Buffer.from(text));
  }

  #close(end: StreamEnd): void {
    if (this.#closed.signal.aborted) return;
    this.#closed.abort();
    for (const timer of this.#timers) clearTimeout(timer);
    clearTimeout(this.#stallTimer);
    this.#reader?.close(this.#context.now());
    this.#witness.onEnd(end);
  }
}

/** A timer beyond this would fire at once. Every stream is old long before. */
function timerMs(ms: number): number {
  return Math.min(ms, 2 ** 31 - 1);
}

/** A client's watchdog follows the pings that it really gets. */
function settingsOf(
  settings: StreamConfig,
  { pingMs = settings.pingMs, maxAgeMs = settings.maxAgeMs }: StreamTerms,
): StreamConfig {
  const watchdogMs = pingMs === settings.pingMs ? settings.watchdogMs : pingMs * WATCHDOG_PINGS;
  return { ...settings, pingMs, watchdogMs, maxAgeMs };
}
