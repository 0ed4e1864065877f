import { EventName, RETRY_MS } from '#lib/protocol/constants.ts';
import { streamUrl } from '#lib/protocol/paths.ts';
import { BACKOFF_CAP_MS, backoffMs } from './backoff.ts';
import type { ClientEvent } from './client-event.ts';
import { type Clock, systemClock } from './clock.ts';
import { type Connection, DEFAULT_PING_MS, DEFAULT_WATCHDOG_MS, isWatchdogDue } from './connection-state.ts';
import { explainClose } from './explain-close.ts';
import { readPayload } from './payload.ts';
import type { Source } from './source.ts';
import { SourceCore } from './source-core.ts';
import { watchPage } from './watch-page.ts';
import { parseCut, parseGap, parseHello, parsePing } from './wire.ts';

type StreamEvent = MessageEvent<string>;

/** As much of EventSource as is used, so that tests can bring their own. */
export interface EventSourceLike {
  readonly readyState: number;
  close(): void;
  addEventListener(type: string, listener: (event: StreamEvent) => void): void;
}

export interface SseSourceOptions {
  readonly id: string;
  readonly topic?: string;
  readonly eventSource?: new (url: string) => EventSourceLike;
  readonly fetch?: typeof fetch;
  readonly clock?: Clock;
  readonly random?: () => number;
  /** Where `pagehide`, `pageshow` and `online` are heard; default: the window, where there is one. */
  readonly page?: EventTarget;
}

/** `EventSource.CLOSED`: it met an error status or a 204, and will never try again. */
const CLOSED = 2;
const TICK_MS = 250;

/**
 * The browser's side of SSE. EventSource reconnects by itself once after a cut (it sends its cursor as
 * `Last-Event-ID`); what it cannot do is done here: reconnect after an error status, notice a connection that died in
 * silence, spread retries, and follow a cut on purpose at once.
 */
export class SseSource implements Source {
  readonly #options: SseSourceOptions;
  readonly #clock: Clock;
  readonly #core: SourceCore;
  #cursor: string | undefined;
  /** From `start` to `stop`. */
  #run: AbortController | null = null;
  /** One EventSource, or one wait for the next: ending it ends whichever it is. */
  #attempt = new AbortController();
  #triedAtMs = 0;

  constructor(options: SseSourceOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#core = new SourceCore(this.#clock.nowMs());
  }

  connection(): Connection {
    return this.#core.connection;
  }

  subscribe(listener: (event: ClientEvent) => void): () => void {
    return this.#core.subscribe(listener);
  }

  start(): void {
    if (this.#run !== null) return;
    this.#run = new AbortController();
    const { signal } = this.#run;
    this.#clock.every(TICK_MS, signal, () => this.#tick());
    const page: EventTarget | undefined = this.#options.page ?? globalThis.window;
    if (page !== undefined) {
      watchPage(page, signal, {
        onHide: () => this.#suspend(),
        onRestore: () => this.retryNow(),
        onOnline: () => this.#retryIfWaiting(),
      });
    }
    this.retryNow();
  }

  stop(): void {
    this.#run?.abort();
    this.#run = null;
    this.#attempt.abort();
    this.#core.move({ type: 'stop', nowMs: this.#clock.nowMs() });
  }

  retryNow(): void {
    if (this.#run === null) return;
    this.#core.move({ type: 'retry', nowMs: this.#clock.nowMs() });
    if (this.connection().state !== 'closed') this.#connect();
  }

  #connect(): void {
    const attempt = this.#renewAttempt();
    const Constructor = this.#options.eventSource ?? EventSource;
    const stream: EventSourceLike = new Constructor(this.#url());
    attempt.addEventListener('abort', () => stream.close(), { once: true });
    let isOpen = false;
    // Only the first answer belongs to a request whose start is known: later requests are EventSource's own.
    let requestedAtMs: number | null = this.#triedAtMs;
    const on = (name: string, handle: (event: StreamEvent, nowMs: number) => void): void =>
      stream.addEventListener(name, (event) => {
        if (!attempt.aborted) handle(event, this.#clock.nowMs());
      });

    on('open', (_, nowMs) => {
      isOpen = true;
      this.#core.move({ type: 'open', nowMs });
    });
    on('error', (_, nowMs) => {
      const isRetrying = stream.readyState !== CLOSED && isOpen;
      isOpen = false;
      requestedAtMs = null;
      // Its own retry waits the server's `retry:` without jitter: fine once after a cut, not while a pod is down.
      if (isRetrying) this.#letItRetry(nowMs);
      else this.#backOff(stream.readyState === CLOSED);
    });
    on('message', (event, nowMs) => this.#onRecord(event, nowMs));
    on(EventName.hello, (event, nowMs) => this.#onHello(event, nowMs, requestedAtMs));
    on(EventName.ping, (event, nowMs) => this.#onPing(event, nowMs));
    on(EventName.gap, (event, nowMs) => this.#onGap(event, nowMs));
    on(EventName.rotate, (event, nowMs) => this.#onCut(event, nowMs));
    on(EventName.draining, (event, nowMs) => this.#onCut(event, nowMs));
    on(EventName.end, (event, nowMs) => this.#onEnd(event, nowMs));
  }

  #onRecord(event: StreamEvent, nowMs: number): void {
    this.#keepCursor(event);
    const { data, lastEventId: cursor } = event;
    this.#core.emit({ kind: 'record', cursor, data, arrivedAtMs: nowMs, ...readPayload(data) });
    this.#core.move({ type: 'heard', nowMs });
  }

  #onHello(event: StreamEvent, nowMs: number, requestedAtMs: number | null): void {
    this.#keepCursor(event);
    const hello = parseHello(event.data);
    if (hello !== null) {
      this.#core.emit({ kind: 'clock', serverTimeMs: hello.serverTimeMs, requestedAtMs, arrivedAtMs: nowMs });
    }
    const { pingMs, watchdogMs } = hello ?? { pingMs: DEFAULT_PING_MS, watchdogMs: DEFAULT_WATCHDOG_MS };
    this.#core.move({ type: 'hello', nowMs, pingMs, watchdogMs });
  }

  #onPing(event: StreamEvent, nowMs: number): void {
    this.#keepCursor(event);
    const ping = parsePing(event.data);
    if (ping !== null) {
      this.#core.emit({ kind: 'clock', serverTimeMs: ping.serverTimeMs, requestedAtMs: null, arrivedAtMs: nowMs });
    }
    this.#core.move({ type: 'heard', nowMs });
  }

  #onGap(event: StreamEvent, nowMs: number): void {
    this.#keepCursor(event);
    this.#core.emit({ kind: 'gap', ...parseGap(event.data), arrivedAtMs: nowMs });
    this.#core.move({ type: 'heard', nowMs });
  }

  #onCut(event: StreamEvent, nowMs: number): void {
    this.#keepCursor(event);
    const retryMs = Math.min(Math.max(parseCut(event.data)?.retryMs ?? RETRY_MS, 0), BACKOFF_CAP_MS);
    this.#core.move({ type: 'cut', nowMs });
    this.#clock.after(retryMs, this.#renewAttempt(), () => this.retryNow());
  }

  #onEnd(event: StreamEvent, nowMs: number): void {
    this.#keepCursor(event);
    this.#attempt.abort();
    this.#core.move({ type: 'end', nowMs });
  }

  #letItRetry(nowMs: number): void {
    this.#triedAtMs = nowMs;
    this.#core.move({ type: 'error', nowMs, retryAtMs: nowMs + RETRY_MS });
  }

  #tick(): void {
    const nowMs = this.#clock.nowMs();
    this.#core.move({ type: 'tick', nowMs });
    const connection = this.connection();
    const isWaiting = connection.retryAtMs !== null && nowMs < connection.retryAtMs;
    if (isWaiting || this.#attempt.signal.aborted) return;
    if (isWatchdogDue(connection, this.#triedAtMs, nowMs)) this.#backOff(false);
  }

  /** Gives this attempt up and plans the next. `isRefused`: the server did answer, so it is asked why. */
  #backOff(isRefused: boolean): void {
    const signal = this.#renewAttempt();
    const nowMs = this.#triedAtMs;
    const retryAtMs = nowMs + backoffMs(this.connection().attempt, (this.#options.random ?? Math.random)());
    this.#core.move({ type: 'error', nowMs, retryAtMs });
    const retryInTime = (): void =>
      this.#clock.after(Math.max(0, retryAtMs - this.#clock.nowMs()), signal, () => this.retryNow());
    if (isRefused) void this.#explain(signal).then(retryInTime);
    else retryInTime();
  }

  /** Puts the reason in words, or closes where trying again is of no use; that ends `signal`. */
  async #explain(signal: AbortSignal): Promise<void> {
    const fetcher: typeof fetch = this.#options.fetch ?? ((input, init) => fetch(input, init));
    const explanation = await explainClose(fetcher, this.#url(), signal).catch(() => null);
    if (explanation === null || signal.aborted) return;
    const nowMs = this.#clock.nowMs();
    if (explanation.kind === 'retry') return this.#core.move({ type: 'explained', nowMs, reason: explanation.reason });
    this.#attempt.abort();
    if (explanation.kind === 'ended') this.#core.move({ type: 'end', nowMs });
    else this.#core.move({ type: 'fatal', nowMs, reason: explanation.reason });
  }

  #suspend(): void {
    this.#attempt.abort();
    this.#core.move({ type: 'cut', nowMs: this.#clock.nowMs() });
  }

  #retryIfWaiting(): void {
    if (this.connection().retryAtMs !== null) this.retryNow();
  }

  #renewAttempt(): AbortSignal {
    this.#attempt.abort();
    this.#attempt = new AbortController();
    this.#triedAtMs = this.#clock.nowMs();
    return this.#attempt.signal;
  }

  #url(): string {
    return streamUrl(this.#options.id, { topic: this.#options.topic, after: this.#cursor });
  }

  /** A stream that never sent an `id:` gives '': no step back from the cursor of the connection before. */
  #keepCursor({ lastEventId }: StreamEvent): void {
    if (lastEventId !== '') this.#cursor = lastEventId;
  }
}
