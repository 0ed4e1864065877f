import { POLL_FULL_BYTES, POLL_FULL_EVENTS } from '../../protocol/constants.ts';
import { deferred } from '../deferred.ts';
import type { Sink } from '../hub/sink.ts';

/** Why a poll was answered; a label in the metrics. */
export const POLL_ENDS = ['events', 'empty', 'drained', 'client'] as const;
export type PollEnd = (typeof POLL_ENDS)[number];

/**
 * The sink of one poll. It takes what is there until its answer is full, and is over as soon as the reader that
 * writes to it has written all it can: what a batch has brought for the feed goes into one answer.
 */
export class Poll implements Sink {
  onRoom: (() => void) | undefined;
  readonly #end = deferred<PollEnd>();
  readonly #parts: Uint8Array[] = [];
  #bytes = 0;
  #events = 0;

  /** Settles once, at the first of: something was written, `end` was called. */
  get ended(): Promise<PollEnd> {
    return this.#end.promise;
  }

  /** How many it has taken. */
  get events(): number {
    return this.#events;
  }

  get hasRoom(): boolean {
    return this.#bytes < POLL_FULL_BYTES && this.#events < POLL_FULL_EVENTS;
  }

  write(bytes: Uint8Array, events: number): void {
    this.#parts.push(bytes);
    this.#bytes += bytes.length;
    this.#events += events;
    // Whoever waits for it goes on after the reader has written the rest.
    this.#end.resolve('events');
  }

  fail(reason: Error): void {
    this.#end.reject(reason);
  }

  end(reason: Exclude<PollEnd, 'events'>): void {
    this.#end.resolve(reason);
  }

  /** Elements of the answer's `events`, each with the separator behind it. */
  take(): readonly Uint8Array[] {
    return this.#parts;
  }
}
