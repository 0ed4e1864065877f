import type { Logger } from '../logger.ts';
import type { Connection } from './connection.ts';
import { routeName } from './route-name.ts';

/** Most lines a second: a client that asks in a loop must not fill the disk, nor cost more than its answers. */
const LINES_PER_S = 50;

/** A probe asks every second or so, and its answer is no refusal. */
const PROBE_ROUTE = '/readyz';

/** One line for each request that was refused. Of the URL it has the route alone: the rest may be secret. */
export class RefusalLog {
  readonly #logger: Logger;
  readonly #now: () => number;
  #second = 0;
  #lines = 0;

  constructor(logger: Logger, now: () => number) {
    this.#logger = logger;
    this.#now = now;
  }

  note(connection: Connection): void {
    const atMs = this.#now();
    this.#turnTo(Math.floor(atMs / 1_000));
    this.#lines += 1;
    if (this.#lines > LINES_PER_S) return;
    const { requestId, method, status, refusal: code, client, openedAtMs } = connection;
    const route = routeName(connection.target);
    const line = { requestId, method, route, status, code, client, durationMs: atMs - openedAtMs };
    if (route === PROBE_ROUTE) this.#logger.debug(line, 'not ready');
    else if (status >= 500) this.#logger.warn(line, 'refused');
    else this.#logger.info(line, 'refused');
  }

  /** To be called now and then: tells how many lines are missing. */
  sweep(): void {
    this.#turnTo(Math.floor(this.#now() / 1_000));
  }

  #turnTo(second: number): void {
    if (second === this.#second) return;
    const missing = this.#lines - LINES_PER_S;
    this.#second = second;
    this.#lines = 0;
    if (missing > 0) this.#logger.warn({ refused: missing }, 'more requests were refused than are told one by one');
  }
}
