import type { ConnectionFault } from '#lib/protocol/connection-fault.ts';
import { backoffMs } from './backoff.ts';
import type { ClientEvent } from './client-event.ts';
import { type Clock, systemClock } from './clock.ts';
import type { ConnectionPermits } from './connection-permits.ts';
import {
  type Connection,
  type ConnectionEvent,
  initialConnection,
  isNews,
  isWatchdogDue,
  nextConnection,
} from './connection-state.ts';
import type { Explanation } from './explain.ts';
import { SessionOverError } from './renew-session.ts';
import type { Source } from './source.ts';
import { type Traffic, TrafficMeter } from './traffic-meter.ts';
import { type PageLike, watchPage } from './watch-page.ts';

const TICK_MS = 250;

/** What every source takes. */
export interface SourceLifeOptions {
  readonly clock?: Clock;
  readonly random?: () => number;
  /** Whose visibility, network and comings and goings are heard; default: the window, where there is one. */
  readonly page?: PageLike;
  /** Asked before a connection is held; default: nobody is. A source of short requests needs none. */
  readonly permits?: ConnectionPermits | undefined;
  /**
   * Gets a new token: posts to the application's own endpoint, say, which sets the cookie. Rejects where it cannot, with
   * a `SessionOverError` where trying again is of no use. Default: a token is renewed by others, or never.
   */
  readonly renew?: (() => Promise<void>) | undefined;
}

/** A way of getting events. */
export interface Transport {
  /** Opens one attempt and lets go of it when `attempt` ends; what comes of it is told to the life. */
  connect(attempt: AbortSignal): void;
}

/**
 * A source, whatever its transport: listeners, the state machine, and when to try.
 *
 *     start ─► visible? ─► permit? ─► connect ──► fail (back-off), cut (on purpose), end ...
 *                ▲                                  │
 *                └──── shown ◄── hidden ◄───────────┘
 */
export class SourceLife implements Source {
  readonly clock: Clock;
  readonly meter = new TrafficMeter();
  readonly #options: SourceLifeOptions;
  readonly #transport: Transport;
  readonly #listeners = new Set<(event: ClientEvent) => void>();
  #connection: Connection;
  /** From `start` to `stop`. */
  #run: AbortController | null = null;
  /** While it may hold a connection: ending it gives the permit back. */
  #stay = new AbortController();
  #hasPermit = false;
  /** One connection, or one wait for the next: ending it ends whichever it is. */
  #attempt = new AbortController();
  #triedAtMs = 0;
  /** There was a new token since the server has last said hello. */
  #isRenewed = false;
  #faults: readonly ConnectionFault[] = [];

  constructor(options: SourceLifeOptions, transportOf: (life: SourceLife) => Transport) {
    this.#options = options;
    this.clock = options.clock ?? systemClock;
    this.#connection = initialConnection(this.clock.nowMs());
    this.#attempt.abort();
    this.#transport = transportOf(this);
  }

  /** What the URL of each connection is to carry. */
  get faults(): readonly ConnectionFault[] {
    return this.#faults;
  }

  setFaults(faults: readonly ConnectionFault[]): void {
    this.#faults = faults;
    if (this.#hasPermit) this.cut(0);
  }

  connection(): Connection {
    return this.#connection;
  }

  traffic(): Traffic {
    return this.meter.traffic();
  }

  work(run: () => void): void {
    this.meter.measure(run);
  }

  subscribe(listener: (event: ClientEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  emit(event: ClientEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  move(event: ConnectionEvent): void {
    const before = this.#connection;
    this.#connection = nextConnection(before, event);
    if (event.type === 'hello') this.#isRenewed = false;
    if (isNews(before, this.#connection)) this.emit({ kind: 'connection', connection: this.#connection });
  }

  start(): void {
    if (this.#run !== null) return;
    this.#run = new AbortController();
    const { signal } = this.#run;
    const page: PageLike | undefined = this.#options.page ?? globalThis.window;
    this.clock.every(TICK_MS, signal, () => this.#tick());
    if (page !== undefined) {
      watchPage(page, signal, {
        onGone: () => this.#suspend(),
        onRestored: () => this.retryNow(),
        onOnline: () => this.#retryIfWaiting(),
        onHidden: () => this.#rest(),
        onShown: () => this.#wake(),
      });
    }
    if (page?.document?.visibilityState === 'hidden') this.#rest();
    else this.#enter();
  }

  stop(): void {
    this.#run?.abort();
    this.#run = null;
    this.#leave();
    this.move({ type: 'stop', nowMs: this.clock.nowMs() });
  }

  retryNow(): void {
    const { closeReason } = this.#connection;
    if (this.#run === null || closeReason === 'done' || closeReason === 'hidden') return;
    if (this.#stay.signal.aborted) {
      this.#enter();
      return;
    }
    this.move({ type: 'retry', nowMs: this.clock.nowMs() });
    if (this.#hasPermit) this.#transport.connect(this.#renewAttempt());
  }

  /** Gives this attempt up and plans the next; `explain` finds out why meanwhile, and how long to wait at least. */
  fail(explain?: (signal: AbortSignal) => Promise<Explanation | null>): void {
    const signal = this.#renewAttempt();
    const nowMs = this.#triedAtMs;
    const random = this.#options.random ?? Math.random;
    const retryAtMs = nowMs + backoffMs(this.#connection.attempt, random());
    this.move({ type: 'error', nowMs, retryAtMs });
    if (explain === undefined) this.#retryAt(retryAtMs, signal);
    else void explain(signal).then((explanation) => this.#heed(explanation, retryAtMs, signal));
  }

  /** EventSource tries again by itself after `retryMs`. */
  failWithOwnRetry(retryMs: number): void {
    const nowMs = this.clock.nowMs();
    this.#triedAtMs = nowMs;
    this.move({ type: 'error', nowMs, retryAtMs: nowMs + retryMs });
  }

  /** The server ends this attempt on purpose. */
  cut(retryMs: number): void {
    const nowMs = this.clock.nowMs();
    this.move({ type: 'cut', nowMs });
    this.#retryAt(nowMs + retryMs, this.#renewAttempt());
  }

  /** The token expires soon: as soon as there is another one, the connection is given up for one that has it. */
  expiring(): void {
    const { signal } = this.#attempt;
    this.#options.renew?.().then(
      () => {
        if (!signal.aborted) this.cut(0);
      },
      () => {
        // It goes on to its end; what is wrong then is told by who refuses the next one.
      },
    );
  }

  /** The feed is over. */
  end(): void {
    this.#leave();
    this.move({ type: 'end', nowMs: this.clock.nowMs() });
  }

  #heed(explanation: Explanation | null, retryAtMs: number, signal: AbortSignal): void {
    if (signal.aborted) return;
    const nowMs = this.clock.nowMs();
    switch (explanation?.kind) {
      case 'ended':
        this.end();
        return;
      case 'fatal':
        this.#giveUp(explanation.reason);
        return;
      case 'unauthorized':
        this.#renew(explanation.reason, retryAtMs, signal);
        return;
      case 'retry': {
        const { reason, retryAfterMs } = explanation;
        const notBeforeMs = this.#notBefore(retryAtMs, nowMs, retryAfterMs);
        this.move({ type: 'explained', nowMs, reason, retryAtMs: notBeforeMs });
        this.#retryAt(notBeforeMs, signal);
        return;
      }
      case undefined:
        this.#retryAt(retryAtMs, signal);
    }
  }

  #giveUp(reason: string): void {
    this.#leave();
    this.move({ type: 'fatal', nowMs: this.clock.nowMs(), reason });
  }

  /** Once: a new token that is not good either is nothing that another one would mend. */
  #renew(reason: string, retryAtMs: number, signal: AbortSignal): void {
    const { renew } = this.#options;
    if (renew === undefined || this.#isRenewed) {
      this.#giveUp(reason);
      return;
    }
    this.move({ type: 'explained', nowMs: this.clock.nowMs(), reason, retryAtMs: null });
    renew().then(
      () => {
        this.#isRenewed = true;
        if (!signal.aborted) this.#retryAt(retryAtMs, signal);
      },
      (error: unknown) => {
        if (signal.aborted) return;
        const why = `${reason} (${error instanceof Error ? error.message : 'it cannot be renewed'})`;
        if (error instanceof SessionOverError) {
          this.#giveUp(why);
          return;
        }
        const nowMs = this.clock.nowMs();
        const atMs = nowMs + backoffMs(this.#connection.attempt, (this.#options.random ?? Math.random)());
        this.move({ type: 'explained', nowMs, reason: why, retryAtMs: atMs });
        this.#retryAt(atMs, signal);
      },
    );
  }

  /** Those who are told the same time together should not come back together. */
  #notBefore(retryAtMs: number, nowMs: number, retryAfterMs: number): number {
    if (retryAfterMs === 0) return retryAtMs;
    const random = this.#options.random ?? Math.random;
    return nowMs + retryAfterMs + backoffMs(this.#connection.attempt, random());
  }

  #retryAt(atMs: number, signal: AbortSignal): void {
    this.clock.after(Math.max(0, atMs - this.clock.nowMs()), signal, () => this.retryNow());
  }

  /** The tab is seen: waits for a permit, then connects. */
  #enter(): void {
    if (this.#connection.closeReason === 'done') return;
    this.#leave();
    this.#stay = new AbortController();
    const { signal } = this.#stay;
    this.move({ type: 'retry', nowMs: this.clock.nowMs() });
    const { permits } = this.#options;
    if (permits === undefined) {
      this.#arrive();
      return;
    }
    permits
      .take(signal, () => this.#tellWaiting())
      .then(
        () => {
          if (!signal.aborted) this.#arrive();
        },
        (error: unknown) => {
          // Left before it got one: nothing to do. Anything else must not go unheard.
          if (!signal.aborted) throw error;
        },
      );
  }

  #arrive(): void {
    this.#hasPermit = true;
    this.retryNow();
  }

  #tellWaiting(): void {
    const reason = 'other tabs hold all the connections that the browser allows; this one waits';
    this.move({ type: 'explained', nowMs: this.clock.nowMs(), reason, retryAtMs: null });
  }

  #leave(): void {
    this.#hasPermit = false;
    this.#stay.abort();
    this.#attempt.abort();
  }

  #rest(): void {
    this.#leave();
    this.move({ type: 'rest', nowMs: this.clock.nowMs() });
  }

  #wake(): void {
    if (this.#connection.closeReason === 'hidden') this.#enter();
  }

  /** Whatever is held would keep the page out of the back/forward cache. */
  #suspend(): void {
    this.#leave();
    this.move({ type: 'cut', nowMs: this.clock.nowMs() });
  }

  #retryIfWaiting(): void {
    if (this.#connection.retryAtMs !== null) this.retryNow();
  }

  #tick(): void {
    const nowMs = this.clock.nowMs();
    this.move({ type: 'tick', nowMs });
    const isWaiting = this.#connection.retryAtMs !== null && nowMs < this.#connection.retryAtMs;
    if (isWaiting || this.#attempt.signal.aborted) return;
    if (isWatchdogDue(this.#connection, this.#triedAtMs, nowMs)) this.fail();
  }

  #renewAttempt(): AbortSignal {
    this.#attempt.abort();
    this.#attempt = new AbortController();
    this.#triedAtMs = this.clock.nowMs();
    return this.#attempt.signal;
  }
}
