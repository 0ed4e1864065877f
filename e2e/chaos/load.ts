import { setTimeout as delay } from 'node:timers/promises';
import type { Producer } from 'kafkajs';
import { patientProducer } from '#scripts/kafka/patient-producer.ts';
import { Pace } from '#scripts/producer/pace.ts';
import { pickFrom, type Random, seededRandom } from './random.ts';

export interface LoadOptions {
  readonly brokers: readonly string[];
  readonly topic: string;
  readonly feedIds: readonly string[];
  readonly ratePerSecond: number;
  readonly seed: string;
}

const TICK_MS = 25;
/** What an outage has held up is made up for, as a service's own queue would do it. */
const HELD_UP_SECONDS_MAX = 60;
const BATCH_RECORDS_MAX = 100;
const CLOSE_LIMIT_MS = 2_000;
/** Quick to come back: what is measured is the servers' way back, not the producer's. */
const PATIENCE = {
  clientId: 'feedline-chaos',
  retryMs: { first: 50, most: 100 },
  connectionTimeoutMs: 1_000,
  requestTimeoutMs: 5_000,
};
const LARGE_SHARE = 0.01;
const LARGE_CHARS = 16_384;
/** Characters of one to four bytes, so that a cut can fall inside one. */
const TEXT = 'Zwölf Boxkämpfer jagen 🥊 Виктор über den großen 東京 Sylter Deich. ';

/**
 * Records at an even rate, each with a value that no other has. Sends one batch at a time, each as often as it takes:
 * the order is that of the calls, and what the log holds in the end is asked of the log.
 */
export class Load {
  /** When the broker has confirmed something, by our clock. */
  readonly acksAtMs: number[] = [];
  confirmed = 0;
  readonly #options: LoadOptions;
  readonly #random: Random;
  readonly #seqs = new Map<string, number>();
  #producer: Producer | undefined;
  #isClosed = false;

  constructor(options: LoadOptions) {
    this.#options = options;
    this.#random = seededRandom(`${options.seed} load`);
  }

  /** The first record waits for this, so that no start-up counts as an outage. */
  async connect(): Promise<void> {
    this.#producer = patientProducer({ brokers: this.#options.brokers, ...PATIENCE });
    await this.#producer.connect();
  }

  /** Produces until the signal; what was begun is stored when it resolves. */
  async run(signal: AbortSignal): Promise<void> {
    const { ratePerSecond } = this.#options;
    const pace = new Pace(ratePerSecond, Date.now(), ratePerSecond * HELD_UP_SECONDS_MAX);
    while (!signal.aborted) {
      let due = pace.take(Date.now());
      for (; due > 0 && !signal.aborted; due -= BATCH_RECORDS_MAX) await this.#send(Math.min(due, BATCH_RECORDS_MAX));
      await delay(TICK_MS);
    }
  }

  /** The longest time without a confirmation between two moments, ms. */
  longestSilenceMs(fromMs: number, toMs: number): number {
    const moments = [fromMs, ...this.acksAtMs.filter((atMs) => atMs > fromMs && atMs < toMs), toMs];
    return Math.max(...moments.slice(1).map((atMs, index) => atMs - (moments[index] ?? atMs)));
  }

  /** What is under way is given up. Without a broker kafkajs would wait for one. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.race([this.#producer?.disconnect(), delay(CLOSE_LIMIT_MS)]);
  }

  async #send(count: number): Promise<void> {
    const messages = Array.from({ length: count }, () => this.#next());
    while (!this.#isClosed) {
      try {
        await this.#producer?.send({ topic: this.#options.topic, acks: -1, messages });
        this.confirmed += count;
        this.acksAtMs.push(Date.now());
        return;
      } catch {
        // Given up by kafkajs. Sent again it may be stored twice: then it is due twice, for the log is the truth.
        await this.#producer?.disconnect().catch(() => undefined);
        await this.connect().catch(() => undefined);
        await delay(TICK_MS);
      }
    }
  }

  #next(): { key: string; value: string } {
    const feed = pickFrom(this.#random, this.#options.feedIds);
    const seq = (this.#seqs.get(feed) ?? 0) + 1;
    this.#seqs.set(feed, seq);
    const chars = this.#random() < LARGE_SHARE ? LARGE_CHARS : Math.floor(200 * this.#random());
    const text = TEXT.repeat(Math.ceil(chars / TEXT.length))
      .slice(0, chars)
      .toWellFormed();
    // Over several lines at times: SSE takes a value apart at its line breaks, and puts it together again.
    const indent = this.#random() < 0.3 ? 1 : 0;
    return { key: feed, value: JSON.stringify({ feed, seq, producedAtMs: Date.now(), text }, null, indent) };
  }
}
