import type { ConnectionFault } from '#lib/protocol/connection-fault.ts';
import { EventName } from '#lib/protocol/constants.ts';
import { articleUrl } from '#lib/protocol/paths.ts';
import { type EventSourceConstructor, openEventSource } from './event-source.ts';
import { readPayload } from './payload.ts';
import type { Source } from './source.ts';
import { SourceLife, type SourceLifeOptions, type Transport } from './source-life.ts';
import { parsePing } from './wire.ts';

export interface ArticleSourceOptions extends SourceLifeOptions {
  readonly id: string;
  readonly lane?: string;
  /** A round trip to add, ms. */
  readonly rttMs?: number;
  readonly eventSource?: EventSourceConstructor;
}

/** Head of the response, about: until the first ping tells. */
const HEAD_BYTES = 340;
/** `data:` and two line ends, and a chunk's size and line ends: the article has no `id:`. */
const EVENT_BYTES = 13;
/** What browsers wait before they reconnect where the server does not say, ms: Chromium's; Firefox takes 5 s. */
const OWN_RETRY_MS = 3000;
/** The article's page waits for ever. */
const NEVER_MS = Number.MAX_SAFE_INTEGER;

/**
 * The article's page: an EventSource, and nothing around it. It has no cursor, so what is sent while it is away is
 * lost to it; it cannot tell silence from a dead connection; and an error status ends it.
 */
export function createArticleSource(options: ArticleSourceOptions): Source {
  return new SourceLife(options, (life) => new ArticleTransport(options, life));
}

class ArticleTransport implements Transport {
  readonly #options: ArticleSourceOptions;
  readonly #life: SourceLife;
  #hasRested = false;
  #isOpen = false;
  #pod = '';
  #faults: readonly ConnectionFault[];

  constructor(options: ArticleSourceOptions, life: SourceLife) {
    this.#options = options;
    this.#life = life;
    this.#faults = life.faults;
    life.subscribe((event) => {
      if (event.kind !== 'connection') return;
      const { closeReason } = event.connection;
      if (closeReason === 'hidden' || closeReason === 'stopped') this.#hasRested = true;
    });
  }

  connect(attempt: AbortSignal): void {
    const { id, lane, rttMs, eventSource } = this.#options;
    const life = this.#life;
    const nowMs = (): number => life.clock.nowMs();
    life.meter.left(this.#pod);
    // It is the page that closes it, to carry them: what comes meanwhile is nobody's loss either.
    if (life.faults !== this.#faults && this.#isOpen) this.#hasRested = true;
    this.#isOpen = false;
    this.#faults = life.faults;
    const stream = openEventSource(articleUrl(id, { lane, rttMs, faults: life.faults }), attempt, {
      create: eventSource,
      meter: life.meter,
      headBytes: HEAD_BYTES,
      eventBytes: EVENT_BYTES,
      onOpen: () => this.#onOpen(),
      onCut: () => this.#onLost(),
      onFailed: () => this.#onLost(),
      onRefused: () =>
        life.fail(async () => ({ kind: 'fatal', reason: 'the server refused the stream, which ends an EventSource' })),
    });
    stream.on('message', ({ data }) => {
      life.emit({ kind: 'record', cursor: '', data, arrivedAtMs: nowMs(), ...readPayload(data) });
      life.move({ type: 'heard', nowMs: nowMs() });
    });
    stream.on(EventName.ping, ({ data }) => {
      const ping = parsePing(data);
      if (ping === null) return;
      this.#pod = ping.pod;
      life.meter.told(ping);
    });
  }

  /** The browser itself opens it again. */
  #onLost(): void {
    this.#isOpen = false;
    this.#life.failWithOwnRetry(OWN_RETRY_MS);
  }

  #onOpen(): void {
    this.#isOpen = true;
    // The rest was the page's idea: its events are nobody's loss.
    if (this.#hasRested) this.#life.emit({ kind: 'baseline' });
    this.#hasRested = false;
    this.#life.move({ type: 'hello', nowMs: this.#life.clock.nowMs(), pingMs: NEVER_MS, watchdogMs: NEVER_MS });
  }
}
