import type { CursorOrigin } from '../../protocol/cursor.ts';
import type { LogGap, RecordBatch, RecordLogHandler, TopicBounds, TopicSnapshot } from '../record-log/port.ts';

interface Topic {
  readonly origin: CursorOrigin;
  readonly positions: Map<number, number>;
}

/** How far this pod has read each of some topics, and when it has read a record of theirs. */
export class ReadingProgress implements RecordLogHandler {
  readonly #topics = new Map<string, Topic | undefined>();
  readonly #now: () => number;
  #lastRecordAtMs: number | undefined;

  /** @param topics those that count; of others nothing is noted */
  constructor(topics: readonly string[], now: () => number) {
    for (const topic of topics) this.#topics.set(topic, undefined);
    this.#now = now;
  }

  get topics(): readonly string[] {
    return [...this.#topics.keys()];
  }

  /** Null before the first record. */
  get lastRecordAgeMs(): number | null {
    return this.#lastRecordAtMs === undefined ? null : this.#now() - this.#lastRecordAtMs;
  }

  onTopic({ origin, positions }: TopicSnapshot): void {
    if (this.#topics.has(origin.topic)) this.#topics.set(origin.topic, { origin, positions: new Map(positions) });
  }

  onBatch({ topic, partition, records, nextPosition }: RecordBatch): void {
    if (!this.#topics.has(topic)) return;
    if (records.length > 0) this.#lastRecordAtMs = this.#now();
    this.#topics.get(topic)?.positions.set(partition, nextPosition);
  }

  onGap({ topic, partition, to }: LogGap): void {
    this.#topics.get(topic)?.positions.set(partition, to);
  }

  /** Records, about (offsets may be absent), between what was read of a topic and its end; null where they are of two topics. */
  lagRecords(topic: string, { epoch, partitions }: TopicBounds): number | null {
    const known = this.#topics.get(topic);
    if (known === undefined || known.origin.epoch !== epoch) return null;
    let lag = 0;
    for (const [partition, { oldest, end }] of partitions) {
      // What was read since the log was asked is ahead of its answer.
      lag += Math.max(0, end - (known.positions.get(partition) ?? oldest));
    }
    return lag;
  }
}
