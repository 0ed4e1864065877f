import type { IncomingHttpHeaders } from 'node:http';
import { EventName, HeaderName, PROTOCOL_VERSION } from '#lib/protocol/constants.ts';
import type { CutData, GapData, HelloData } from '#lib/protocol/events.ts';
import { type ParsedEvent, SseParser } from '#lib/server/testing/parse-sse.ts';
import { Exchange } from './exchange.ts';
import { checkRefusal, retryAfterMs, type Visit, type VisitContext, type VisitEnd } from './visit.ts';

/** Until `hello` says how long a silence may be. */
const FIRST_WATCHDOG_MS = 3_000;

/** An SSE connection, read as PROTOCOL.md says. */
export class StreamVisit implements Visit {
  readonly exchange: Exchange;
  readonly ended: Promise<VisitEnd>;
  pod: string | undefined;
  readonly #context: VisitContext;
  readonly #parser = new SseParser();
  readonly #decoder = new TextDecoder();
  #end: VisitEnd = { isGood: false };
  #watchdogMs = FIRST_WATCHDOG_MS;
  #watchdog: NodeJS.Timeout | undefined;
  #isOurs = false;

  constructor(context: VisitContext) {
    this.#context = context;
    const { cursor } = context.inbox;
    this.exchange = new Exchange(`${context.baseUrl}${this.#path()}`, {
      headers: cursor === '' ? {} : { [HeaderName.lastEventId]: cursor },
      onHead: (status, headers) => this.#onHead(status, headers),
      onBytes: (bytes) => this.#onBytes(bytes),
    });
    this.#watch();
    this.ended = this.exchange.ended.then(() => {
      clearTimeout(this.#watchdog);
      return this.#end;
    });
  }

  pause(): void {
    // What it does not take it cannot miss: the silence is its own.
    clearTimeout(this.#watchdog);
    this.exchange.pause();
  }

  resume(): void {
    if (this.exchange.isOver) return;
    this.exchange.resume();
    this.#watch();
  }

  /** Both forms of the URL are one thing: each client keeps to one. */
  #path(): string {
    const { feedId, format, name } = this.#context.inbox.spec;
    const id = encodeURIComponent(feedId);
    return name.length % 2 === 0 ? `/getData/${id}?format=${format}` : `/api/feeds/${id}/stream?format=${format}`;
  }

  #watch(): void {
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => this.exchange.cut(), this.#watchdogMs);
  }

  #onHead(status: number, headers: IncomingHttpHeaders): void {
    this.#isOurs = status === 200;
    if (this.#isOurs) return;
    this.#end = { isGood: false, ...retryAfterMs(headers) };
    checkRefusal(this.#context, status);
  }

  #onBytes(bytes: Buffer): void {
    if (!this.#isOurs) return;
    this.#watch();
    for (const event of this.#parser.push(this.#decoder.decode(bytes, { stream: true }))) this.#take(event);
  }

  #take(event: ParsedEvent): void {
    const { inbox } = this.#context;
    if (this.pod === undefined && event.name !== EventName.hello && event.name !== EventName.ping) {
      if (event.name !== EventName.draining) inbox.complain(`"${event.name}" came before hello`);
    }
    switch (event.name) {
      case 'message':
        inbox.take(event.data);
        break;
      case EventName.hello:
        this.#greet(JSON.parse(event.data) as HelloData);
        break;
      case EventName.gap:
        inbox.gaps.push(JSON.parse(event.data) as GapData);
        break;
      case EventName.rotate:
      case EventName.draining:
        this.#end = { isGood: true, retryMs: (JSON.parse(event.data) as CutData).retryMs };
        break;
      case EventName.ping:
        break;
      default:
        inbox.complain(`an event of the name "${event.name}"`);
    }
    inbox.moveTo(event.id);
  }

  #greet(hello: HelloData): void {
    const { inbox, expected } = this.#context;
    const { feedId, format } = inbox.spec;
    if (this.pod !== undefined) inbox.complain('a second hello');
    this.pod = hello.pod;
    this.#watchdogMs = hello.watchdogMs;
    this.#end = { isGood: true };
    const { topic, isPod, pingMs, watchdogMs } = expected;
    const isRight =
      hello.protocol === PROTOCOL_VERSION &&
      hello.id === feedId &&
      hello.format === format &&
      hello.topic === topic &&
      isPod(hello.pod) &&
      hello.pingMs === pingMs &&
      hello.watchdogMs === watchdogMs;
    if (!isRight) inbox.complain(`a hello that is wrong: ${JSON.stringify(hello)}`);
  }
}
