import { EventFormat, EventName, RETRY_MS } from '#lib/protocol/constants.ts';
import { pollUrl, streamUrl } from '#lib/protocol/paths.ts';
import { BACKOFF_CAP_MS } from './backoff.ts';
import { DEFAULT_PING_MS, DEFAULT_WATCHDOG_MS } from './connection-state.ts';
import { openEnvelope } from './envelope.ts';
import { type EventSourceConstructor, openEventSource, type StreamEvent } from './event-source.ts';
import { explainClose } from './explain.ts';
import { readPayload } from './payload.ts';
import type { Source } from './source.ts';
import { SourceLife, type SourceLifeOptions, type Transport } from './source-life.ts';
import { parseCut, parseGap, parseHello, parsePing } from './wire.ts';

export interface SseSourceOptions extends SourceLifeOptions {
  readonly id: string;
  readonly topic?: string;
  /** The cursor to begin at; default: now. */
  readonly after?: string | undefined;
  /** Without it: how many of the newest events to begin with. */
  readonly last?: number;
  readonly lane?: string;
  /** Asks for envelopes, so that events have their `record`. */
  readonly hasEnvelopes?: boolean;
  /** Demo only: a round trip to add, ms. */
  readonly rttMs?: number;
  readonly eventSource?: EventSourceConstructor;
  readonly fetch?: typeof fetch;
}

/** Head of the response, about: until the first ping tells. */
const HEAD_BYTES = 340;
/** `id: `, `data: ` and three line ends, and a chunk's size and line ends. */
const EVENT_BYTES = 20;

/**
 * The browser's side of SSE. EventSource reconnects by itself once after a cut (it sends its cursor as
 * `Last-Event-ID`); what it cannot do is done here: reconnect after an error status, notice a connection that died in
 * silence, spread retries, and follow a cut on purpose at once.
 */
export function createSseSource(options: SseSourceOptions): Source {
  return new SourceLife(options, (life) => new SseTransport(options, life));
}

class SseTransport implements Transport {
  readonly #options: SseSourceOptions;
  readonly #life: SourceLife;
  #cursor: string | undefined;
  #pod = '';
  /** Events to come that were stored before this page began to watch. */
  #storedLeft = 0;

  constructor(options: SseSourceOptions, life: SourceLife) {
    this.#options = options;
    this.#life = life;
    this.#cursor = options.after;
  }

  connect(attempt: AbortSignal): void {
    const life = this.#life;
    const { meter, clock } = life;
    meter.left(this.#pod);
    const stream = openEventSource(this.#url(streamUrl), attempt, {
      create: this.#options.eventSource,
      meter,
      headBytes: HEAD_BYTES,
      eventBytes: EVENT_BYTES,
      onOpen: () => life.move({ type: 'open', nowMs: clock.nowMs() }),
      onCut: () => life.failWithOwnRetry(RETRY_MS),
      onFailed: () => life.fail(),
      onRefused: () => life.fail((signal) => this.#explain(signal)),
    });
    const on = (name: string, handle: (event: StreamEvent, nowMs: number) => void): void =>
      stream.on(name, (event) => {
        // A stream that never sent an `id:` gives '': no step back from the cursor of the connection before.
        if (event.lastEventId !== '') this.#cursor = event.lastEventId;
        handle(event, clock.nowMs());
      });
    on('message', (event, nowMs) => this.#onRecord(event, nowMs));
    on(EventName.hello, ({ data }, nowMs) => this.#onHello(data, nowMs));
    on(EventName.ping, ({ data }, nowMs) => this.#onPing(data, nowMs));
    on(EventName.gap, ({ data }, nowMs) => this.#onGap(data, nowMs));
    on(EventName.rotate, ({ data }) => this.#onCut(data));
    on(EventName.expired, ({ data }) => this.#onCut(data));
    on(EventName.expiring, (_, nowMs) => this.#onExpiring(nowMs));
    on(EventName.draining, ({ data }) => this.#onCut(data));
    on(EventName.end, () => life.end());
  }

  #onRecord({ data: text, lastEventId: cursor }: StreamEvent, nowMs: number): void {
    const isStored = this.#storedLeft > 0;
    if (isStored) this.#storedLeft -= 1;
    const { data, record } = (this.#options.hasEnvelopes && openEnvelope(text)) || { data: text };
    const about = { ...readPayload(data), ...(isStored && { isStored }), ...(record && { record }) };
    this.#life.emit({ kind: 'record', cursor, data, arrivedAtMs: nowMs, ...about });
    this.#life.move({ type: 'heard', nowMs });
  }

  #onHello(data: string, nowMs: number): void {
    const hello = parseHello(data);
    this.#pod = hello?.pod ?? '';
    this.#storedLeft = hello?.stored ?? this.#storedLeft;
    const { pingMs, watchdogMs } = hello ?? { pingMs: DEFAULT_PING_MS, watchdogMs: DEFAULT_WATCHDOG_MS };
    this.#life.move({ type: 'hello', nowMs, pingMs, watchdogMs, pod: this.#pod });
  }

  #onPing(data: string, nowMs: number): void {
    const ping = parsePing(data);
    // Without a lane the count begins anew with each connection, so it is of no use as a total.
    if (ping !== null && this.#options.lane !== undefined) this.#life.meter.told({ ...ping, pod: this.#pod });
    this.#life.move({ type: 'heard', nowMs });
  }

  #onGap(data: string, nowMs: number): void {
    // What was stored may be among what is gone.
    this.#storedLeft = 0;
    this.#life.emit({ kind: 'gap', ...parseGap(data), arrivedAtMs: nowMs });
    this.#life.move({ type: 'heard', nowMs });
  }

  #onCut(data: string): void {
    this.#life.cut(Math.min(Math.max(parseCut(data)?.retryMs ?? RETRY_MS, 0), BACKOFF_CAP_MS));
  }

  #onExpiring(nowMs: number): void {
    this.#life.move({ type: 'heard', nowMs });
    this.#life.expiring();
  }

  #explain(signal: AbortSignal): ReturnType<typeof explainClose> {
    // Not as a part of the lane, nor as far away: it is the page that asks.
    const { id, topic, fetch: fetcher = globalThis.fetch } = this.#options;
    return explainClose(fetcher, pollUrl(id, 0, { topic, after: this.#cursor }), signal);
  }

  #url(urlOf: typeof streamUrl): string {
    const { id, topic, lane, rttMs, last, hasEnvelopes } = this.#options;
    const begin = this.#cursor === undefined ? { last } : { after: this.#cursor };
    const format = hasEnvelopes ? EventFormat.envelope : undefined;
    return urlOf(id, { topic, format, lane, rttMs, ...begin, faults: this.#life.faults });
  }
}
