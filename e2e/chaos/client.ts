import { setTimeout as delay } from 'node:timers/promises';
import { ArticleVisit } from './article-visit.ts';
import type { ClientSpec } from './cast.ts';
import { Inbox } from './inbox.ts';
import { PollVisit } from './poll-visit.ts';
import { pickFrom, type Random, wholeBetween } from './random.ts';
import { StreamVisit } from './stream-visit.ts';
import type { ExpectedServer, Visit, VisitContext, VisitEnd } from './visit.ts';

export interface ClientOptions {
  readonly spec: ClientSpec;
  readonly baseUrl: string;
  readonly expected: ExpectedServer;
  readonly random: Random;
}

/** After a cut: at once, nearly, and then more and more slowly. */
const BACK_OFF_MS = 50;
const BACK_OFF_MAX_MS = 800;

/** One client: visit after visit until it is stopped, each from where the one before has ended. */
export class Client {
  readonly inbox: Inbox;
  /** Connections that it has ended itself in the middle of something. */
  ownCuts = 0;
  /** Connections in all. */
  visits = 0;
  readonly #random: Random;
  readonly #context: VisitContext;
  readonly #life = new AbortController();
  #visit: Visit | undefined;
  #failures = 0;
  #awayUntilMs = 0;
  #pollsLeft = 0;

  constructor({ spec, baseUrl, expected, random }: ClientOptions) {
    this.inbox = new Inbox(spec);
    this.#random = random;
    this.#context = { inbox: this.inbox, baseUrl, expected };
    void this.#run();
  }

  get name(): string {
    return this.inbox.spec.name;
  }

  get visit(): Visit | undefined {
    return this.#visit;
  }

  /** It has its first place, or hears what comes: what is produced from now on is due. */
  get isReady(): boolean {
    return this.#visit instanceof ArticleVisit ? this.#visit.isOpen : this.inbox.firstCursor !== '';
  }

  cutInNext(share: number): void {
    this.#visit?.exchange.cutInNext(share);
  }

  pauseFor(pauseMs: number): void {
    const visit = this.#visit;
    visit?.pause?.();
    setTimeout(() => visit?.resume?.(), pauseMs).unref();
  }

  sleepFor(sleepMs: number): void {
    this.#awayUntilMs = Date.now() + sleepMs;
    this.#visit?.exchange.cut();
  }

  /** Ends whatever keeps it away. */
  wake(): void {
    this.#awayUntilMs = 0;
    this.#visit?.resume?.();
  }

  stop(): void {
    this.#life.abort();
    this.#visit?.exchange.cut();
  }

  async #run(): Promise<void> {
    while (!this.#life.signal.aborted) {
      if (Date.now() < this.#awayUntilMs) {
        await delay(50);
        continue;
      }
      this.visits += 1;
      this.#visit = this.#open();
      const end = await this.#visit.ended;
      if (this.#visit.exchange.isCutShort) this.ownCuts += 1;
      await delay(this.#restMs(end));
    }
  }

  #open(): Visit {
    const { kind } = this.inbox.spec;
    if (kind === 'article') return new ArticleVisit(this.#context);
    if (kind === 'poll') return new PollVisit(this.#context);
    if (kind === 'switcher') return this.#switch();
    return new StreamVisit(this.#context);
  }

  /** A few polls, then a stream for a while, and so on. */
  #switch(): Visit {
    if (this.#pollsLeft > 0) {
      this.#pollsLeft -= 1;
      return new PollVisit(this.#context);
    }
    this.#pollsLeft = pickFrom(this.#random, [1, 3, 8]);
    const visit = new StreamVisit(this.#context);
    setTimeout(() => visit.exchange.cut(), wholeBetween(this.#random, 500, 3_000)).unref();
    return visit;
  }

  #restMs({ isGood, retryMs }: VisitEnd): number {
    this.#failures = isGood ? 0 : this.#failures + 1;
    if (retryMs !== undefined) return retryMs;
    const mostMs = Math.min(BACK_OFF_MAX_MS, BACK_OFF_MS * 2 ** this.#failures);
    return mostMs * (0.5 + 0.5 * this.#random());
  }
}
