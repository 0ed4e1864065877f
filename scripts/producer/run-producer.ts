import { setTimeout as delay } from 'node:timers/promises';
import type { OrderChange } from '#scripts/producer/order-life.ts';
import { OrderTraffic, type OrderTrafficOptions } from '#scripts/producer/order-traffic.ts';
import type { RecordSink } from '#scripts/producer/record-sink.ts';

/** Most records that wait while the other side is away; then the orders stand still, so that nothing is dropped. */
const BUFFER_RECORDS_MAX = 10_000;
const BATCH_RECORDS_MAX = 500;
const TICK_MS_MAX = 50;
/** A send that takes longer means that the other side is away. */
const AWAY_MS = 2000;
/** How long the end waits for records that are on their way. */
const CLOSE_TIMEOUT_MS = 3000;

export interface RunProducerOptions extends Omit<OrderTrafficOptions, 'dueMax'> {
  readonly sink: RecordSink;
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
}

/**
 * Lets orders live, each on its schedule, until `signal` is aborted.
 *
 * @throws Error when the sink says that a record will never be taken
 */
export async function runProducer(options: RunProducerOptions): Promise<void> {
  const { sink, signal, log } = options;
  const traffic = new OrderTraffic({ ...options, dueMax: BUFFER_RECORDS_MAX });
  const outbox = new Outbox(sink, log);
  let isStill = false;
  while (!signal.aborted) {
    const room = outbox.room();
    if (room === 0) {
      if (!isStill) log(`${BUFFER_RECORDS_MAX} records wait: the orders stand still until they are sent`);
      traffic.restart();
    } else {
      outbox.add(traffic.takeDue(room));
    }
    isStill = room === 0;
    outbox.throwIfFailed();
    await delay(Math.min(TICK_MS_MAX, Math.ceil(traffic.untilNextMs())));
  }
  await outbox.flush(CLOSE_TIMEOUT_MS);
}

/** Records on their way: one send at a time, in order, the rest waits its turn. */
class Outbox {
  readonly #sink: RecordSink;
  readonly #log: (line: string) => void;
  #waiting: OrderChange[] = [];
  #sending: Promise<void> | undefined;
  #failure: Error | undefined;

  constructor(sink: RecordSink, log: (line: string) => void) {
    this.#sink = sink;
    this.#log = log;
  }

  room(): number {
    return BUFFER_RECORDS_MAX - this.#waiting.length;
  }

  add(changes: readonly OrderChange[]): void {
    this.#waiting.push(...changes);
    if (this.#sending === undefined && this.#waiting.length > 0) {
      this.#sending = this.#drain().catch((error: Error) => {
        this.#failure = error;
      });
    }
  }

  throwIfFailed(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  async flush(timeoutMs: number): Promise<void> {
    const aborter = new AbortController();
    await Promise.race([this.#sending, delay(timeoutMs, undefined, { signal: aborter.signal }).catch(() => undefined)]);
    aborter.abort();
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.slice(0, BATCH_RECORDS_MAX);
      await this.#sendWatched(batch);
      this.#waiting.splice(0, batch.length);
    }
    this.#sending = undefined;
  }

  async #sendWatched(batch: readonly OrderChange[]): Promise<void> {
    const startedAtMs = Date.now();
    let isAway = false;
    const watch = setTimeout(() => {
      isAway = true;
      this.#log('The other side is away: records wait until it is back');
    }, AWAY_MS);
    await this.#sink.send(batch).finally(() => clearTimeout(watch));
    const awaySeconds = ((Date.now() - startedAtMs) / 1000).toFixed(1);
    if (isAway) this.#log(`It is back after ${awaySeconds} s; ${this.#waiting.length} records follow in order`);
  }
}
