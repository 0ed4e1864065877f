import type { IncomingHttpHeaders } from 'node:http';
import { HeaderName } from '#lib/protocol/constants.ts';
import type { PollBody } from '#lib/protocol/events.ts';
import { Exchange, type ExchangeEnd } from './exchange.ts';
import { checkRefusal, retryAfterMs, type Visit, type VisitContext, type VisitEnd } from './visit.ts';

const WAIT_MS = 2_000;
/** What an answer may take beyond what it was asked to wait. */
const PATIENCE_MS = 3_000;

/** One long poll. An answer that has not come as a whole is no answer: the same question is asked again. */
export class PollVisit implements Visit {
  readonly exchange: Exchange;
  readonly ended: Promise<VisitEnd>;
  pod: string | undefined;
  readonly #context: VisitContext;
  readonly #parts: Buffer[] = [];
  #status = 0;
  #headers: IncomingHttpHeaders = {};

  constructor(context: VisitContext) {
    this.#context = context;
    this.exchange = new Exchange(`${context.baseUrl}${this.#path()}`, {
      onHead: (status, headers) => {
        this.#status = status;
        this.#headers = headers;
        this.pod = headers[HeaderName.pod]?.toString();
      },
      onBytes: (bytes) => this.#parts.push(bytes),
    });
    const watchdog = setTimeout(() => this.exchange.cut(), WAIT_MS + PATIENCE_MS);
    this.ended = this.exchange.ended.then((end) => {
      clearTimeout(watchdog);
      return this.#take(end);
    });
  }

  #path(): string {
    const { cursor, spec } = this.#context.inbox;
    const query = new URLSearchParams({ format: spec.format });
    if (cursor !== '') query.set('after', cursor);
    // Without a cursor it only asks where now is.
    query.set('waitMs', cursor === '' ? '0' : String(WAIT_MS));
    return `/api/feeds/${encodeURIComponent(spec.feedId)}/poll?${query}`;
  }

  #take(end: ExchangeEnd): VisitEnd {
    const { inbox } = this.#context;
    if (end === 'cut') return { isGood: false };
    if (this.#status === 204) {
      inbox.moveTo(this.#headers[HeaderName.cursor]?.toString() ?? '');
      return { isGood: true, retryMs: 0 };
    }
    if (this.#status !== 200) {
      checkRefusal(this.#context, this.#status);
      return { isGood: false, ...retryAfterMs(this.#headers) };
    }
    const { events, cursor } = JSON.parse(Buffer.concat(this.#parts).toString('utf8')) as PollBody;
    if (events.length === 0) inbox.complain('a poll that was answered 200 with nothing in it');
    for (const event of events) {
      if ('gap' in event) inbox.gaps.push(event.gap);
      else inbox.take(event.data);
    }
    inbox.moveTo(cursor);
    return { isGood: true, retryMs: 0 };
  }
}
