import { SseParser } from '#lib/server/testing/parse-sse.ts';
import { Exchange } from './exchange.ts';
import type { Visit, VisitContext, VisitEnd } from './visit.ts';

/** A connection as the article has it: whatever comes while it is there. No cursor, no hello, no sign of life. */
export class ArticleVisit implements Visit {
  readonly exchange: Exchange;
  readonly ended: Promise<VisitEnd>;
  readonly pod = undefined;
  #isOpen = false;

  constructor({ inbox, baseUrl }: VisitContext) {
    const parser = new SseParser();
    const decoder = new TextDecoder();
    this.exchange = new Exchange(`${baseUrl}/api/article/${encodeURIComponent(inbox.spec.feedId)}`, {
      onHead: (status) => {
        this.#isOpen = status === 200;
      },
      onBytes: (bytes) => {
        if (!this.#isOpen) return;
        for (const { data } of parser.push(decoder.decode(bytes, { stream: true }))) inbox.take(data);
      },
    });
    this.ended = this.exchange.ended.then(() => ({ isGood: this.#isOpen }));
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }
}
