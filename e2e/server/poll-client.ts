import { setTimeout as delay } from 'node:timers/promises';
import { expect, vi } from 'vitest';
import { HeaderName } from '#lib/protocol/constants.ts';
import type { GapData, PollBody } from '#lib/protocol/events.ts';

const WAIT_MS = 30_000;

export interface PollClientOptions {
  readonly waitMs: number;
  /** From an answer to the next question, ms; default 0. */
  readonly intervalMs?: number;
  readonly after?: string | undefined;
}

/** A client that polls on a real socket and knows the wire only: it keeps what it is told, and the newest cursor. */
export class PollClient {
  readonly values: string[] = [];
  readonly gaps: GapData[] = [];
  readonly statuses: number[] = [];
  cursor: string;
  isEnded = false;
  readonly #url: string;
  readonly #options: PollClientOptions;
  readonly #life = new AbortController();

  /** @param url of the poll, with a query, and without `after` and `waitMs` */
  constructor(url: string, options: PollClientOptions) {
    this.#url = url;
    this.#options = options;
    this.cursor = options.after ?? '';
    this.#run().catch((error: unknown) => {
      if (!this.#life.signal.aborted) throw error;
    });
  }

  async until(check: () => void): Promise<void> {
    await vi.waitFor(check, { timeout: WAIT_MS, interval: 10 });
  }

  close(): void {
    this.#life.abort();
  }

  async #run(): Promise<void> {
    const { waitMs, intervalMs = 0 } = this.#options;
    // Without a cursor the first question only asks where now is.
    await this.#ask(this.cursor === '' ? 0 : waitMs);
    while (!this.#life.signal.aborted && !this.isEnded) {
      await delay(intervalMs);
      await this.#ask(waitMs);
    }
  }

  async #ask(waitMs: number): Promise<void> {
    const after = this.cursor === '' ? '' : `&after=${encodeURIComponent(this.cursor)}`;
    const response = await fetch(`${this.#url}&waitMs=${waitMs}${after}`, { signal: this.#life.signal });
    const text = await response.text();
    // Nothing it was still told after its end counts: its cursor has been taken.
    if (this.#life.signal.aborted) return;
    this.statuses.push(response.status);
    expect([200, 204]).toContain(response.status);
    if (response.status === 204) this.cursor = response.headers.get(HeaderName.cursor) ?? '';
    else this.#take(JSON.parse(text));
    expect(this.cursor).not.toBe('');
  }

  #take({ events, cursor, ended }: PollBody): void {
    if (!ended) expect(events.length).toBeGreaterThan(0);
    this.isEnded = ended;
    for (const event of events) {
      if ('gap' in event) this.gaps.push(event.gap);
      else this.values.push(event.data);
    }
    this.cursor = cursor;
  }
}
