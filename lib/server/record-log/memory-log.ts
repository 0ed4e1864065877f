import { randomBytes } from 'node:crypto';
import { RecordLogKind } from '../../protocol/constants.ts';
import { predictPartition } from './partitioner.ts';
import type { LogRecord, RecordLog, RecordLogHandler, RecordLogStatus, RecordPublisher } from './port.ts';

export interface MemoryLogOptions {
  readonly topics: readonly string[];
  /** Default 6, as the demo's topic has on Kafka. */
  readonly partitionCount?: number;
  readonly now?: () => number;
}

/**
 * The in-process log: for a machine without Kafka, and to test the hub. Records go to partitions by key as Kafka's
 * own producer would put them, and are handed over in the next turn of the event loop, joined as a fetch would join
 * them. It stores nothing: what is not read is gone, and a restart is another record log.
 */
export class MemoryLog implements RecordLog, RecordPublisher {
  readonly kind = RecordLogKind.memory;
  readonly #logId = randomBytes(16).toString('base64url');
  readonly #partitionCount: number;
  readonly #now: () => number;
  readonly #topics = new Map<string, MemoryTopic>();
  #handler: RecordLogHandler | undefined;

  constructor(options: MemoryLogOptions) {
    this.#partitionCount = options.partitionCount ?? 6;
    this.#now = options.now ?? Date.now;
    for (const topic of options.topics) {
      const partitions = Array.from({ length: this.#partitionCount }, () => ({ nextOffset: 0, pending: [] }));
      this.#topics.set(topic, { epoch: randomBytes(16).toString('base64url'), partitions });
    }
  }

  read(handler: RecordLogHandler): () => Promise<void> {
    this.#handler = handler;
    for (const [topic, { epoch, partitions }] of this.#topics) {
      const { kind } = this;
      const origin = { kind, logId: this.#logId, epoch, topic, partitionCount: partitions.length };
      handler.onTopic({ origin, positions: new Map(partitions.map(({ nextOffset }, index) => [index, nextOffset])) });
    }
    return async () => {
      this.#handler = undefined;
    };
  }

  status(): RecordLogStatus {
    return { state: 'live', reason: 'reading the in-process log' };
  }

  async publish(topic: string, key: string, value: Buffer): Promise<{ partition: number; offset: number }> {
    const keyBytes = Buffer.from(key);
    const partition = predictPartition('murmur2', keyBytes, this.#partitionCount) ?? 0;
    const target = this.#topics.get(topic)?.partitions[partition];
    if (target === undefined) throw new Error(`The in-process log has no topic "${topic}".`);
    const offset = target.nextOffset;
    target.nextOffset += 1;
    target.pending.push({ offset, key: keyBytes, value, headers: undefined, timestampMs: this.#now() });
    await this.#handOver();
    return { partition, offset };
  }

  #handOver(): Promise<void> {
    return new Promise((resolve) => {
      setImmediate(() => {
        this.#deliver();
        resolve();
      });
    });
  }

  #deliver(): void {
    for (const [topic, { partitions }] of this.#topics) {
      for (const [partition, target] of partitions.entries()) {
        if (target.pending.length === 0) continue;
        const records = target.pending;
        target.pending = [];
        this.#handler?.onBatch({ topic, partition, records, nextPosition: target.nextOffset });
      }
    }
  }
}

interface MemoryTopic {
  readonly epoch: string;
  readonly partitions: { nextOffset: number; pending: LogRecord[] }[];
}
