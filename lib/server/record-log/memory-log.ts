import { randomBytes } from 'node:crypto';
import { RecordLogKind } from '../../protocol/constants.ts';
import type { FetchedRecords } from './page-builder.ts';
import { PartitionScans } from './partition-scans.ts';
import { predictPartition } from './partitioner.ts';
import { PauseSwitch } from './pause-switch.ts';
import type {
  HistoryMeter,
  HistoryPage,
  HistoryRequest,
  HistoryStats,
  LogRecord,
  NewRecord,
  PausableReading,
  ReadingMeter,
  ReadingStats,
  RecordId,
  RecordLog,
  RecordLogHandler,
  RecordLogStatus,
  RecordPublisher,
  TopicBounds,
} from './port.ts';
import { keyedTopics } from './record-id.ts';

export interface MemoryLogOptions {
  readonly topics: readonly string[];
  /** Default: the ID is the key. */
  readonly recordIdIn?: (topic: string) => RecordId;
  /** Default 6, as the demo's topic has on Kafka. */
  readonly partitionCount?: number;
  /** Records kept of each partition; the oldest go first. Default 10,000. */
  readonly keptRecords?: number;
  /** The same in bytes of keys and values, about; the newest record is always kept. Default 4 MB. */
  readonly keptBytes?: number;
  /** See `PartitionScans`. Default 64 KB. */
  readonly pageBytes?: number;
  readonly now?: () => number;
}

/** Records looked at in one turn of the event loop. */
const PIECE_RECORDS = 1_000;

/**
 * The in-process log: for a machine without Kafka, and to test the hub. Records go to partitions by key as Kafka's
 * own producer would put them, and are handed over in the next turn of the event loop, joined as a fetch would join
 * them. It keeps the newest of them in memory; a restart is another record log.
 */
export class MemoryLog implements RecordLog, RecordPublisher, HistoryMeter, ReadingMeter, PausableReading {
  readonly kind = RecordLogKind.memory;
  readonly #logId = randomBytes(16).toString('base64url');
  readonly #partitionCount: number;
  readonly #now: () => number;
  readonly #topics = new Map<string, MemoryTopic>();
  readonly #scans: PartitionScans;
  readonly #pause = new PauseSwitch();
  #handler: RecordLogHandler | undefined;

  constructor(options: MemoryLogOptions) {
    this.#partitionCount = options.partitionCount ?? 6;
    this.#now = options.now ?? Date.now;
    const limits = { records: options.keptRecords ?? 10_000, bytes: options.keptBytes ?? 4_194_304 };
    this.#scans = new PartitionScans({
      fetch: async ({ topic, partition, offset }) => this.#partition(topic, partition).piece(offset),
      scansMax: Number.POSITIVE_INFINITY,
      pageBytes: options.pageBytes ?? 65_536,
      recordIdIn: options.recordIdIn ?? keyedTopics,
    });
    for (const topic of options.topics) {
      const partitions = Array.from({ length: this.#partitionCount }, () => new MemoryPartition(limits));
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

  pause(): () => void {
    const resume = this.#pause.pause();
    return () => {
      resume();
      void this.#handOver();
    };
  }

  status(): RecordLogStatus {
    if (this.#pause.isPaused) return { state: 'degraded', reason: 'reading the in-process log is stopped on purpose' };
    return { state: 'live', reason: 'reading the in-process log' };
  }

  async publish(topic: string, { key, value, headers }: NewRecord): Promise<{ partition: number; offset: number }> {
    const keyBytes = Buffer.from(key);
    const partition = predictPartition('murmur2', keyBytes, this.#partitionCount) ?? 0;
    const record = { key: keyBytes, value, headers, timestampMs: this.#now() };
    const offset = this.#partition(topic, partition).append(record);
    await this.#handOver();
    return { partition, offset };
  }

  historyStats(): HistoryStats {
    return this.#scans.stats();
  }

  /** There is nobody to wait for, and nothing that can be lost. */
  readingStats(): ReadingStats {
    return { answerAgeMs: 0, joins: 0, crashes: 0, restarts: 0 };
  }

  readHistory(request: HistoryRequest): Promise<HistoryPage> {
    return this.#scans.readHistory(request);
  }

  async bounds(topic: string): Promise<TopicBounds> {
    const { epoch = null, partitions = [] } = this.#topics.get(topic) ?? {};
    const bounds = partitions.map(({ oldest, nextOffset }) => ({ oldest, end: nextOffset }));
    return { epoch, partitions: new Map(bounds.entries()) };
  }

  #partition(topic: string, partition: number): MemoryPartition {
    const found = this.#topics.get(topic)?.partitions[partition];
    if (found === undefined) throw new Error(`The in-process log has no partition ${partition} of a topic "${topic}".`);
    return found;
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
    if (this.#pause.isPaused) return;
    for (const [topic, { partitions }] of this.#topics) {
      for (const [partition, target] of partitions.entries()) {
        const records = target.takePending();
        if (records.length === 0) continue;
        this.#handler?.onBatch({ topic, partition, records, nextPosition: target.nextOffset });
      }
    }
  }
}

interface MemoryTopic {
  readonly epoch: string;
  readonly partitions: readonly MemoryPartition[];
}

interface KeptLimits {
  readonly records: number;
  readonly bytes: number;
}

/** The newest records of one partition. */
class MemoryPartition {
  readonly #limits: KeptLimits;
  /** Those that are kept stand behind `#dropped` ones, which go together, so that dropping is cheap. */
  #records: (LogRecord | undefined)[] = [];
  #dropped = 0;
  #bytes = 0;
  #handedOver = 0;
  nextOffset = 0;

  constructor(limits: KeptLimits) {
    this.#limits = limits;
  }

  get oldest(): number {
    return this.nextOffset - (this.#records.length - this.#dropped);
  }

  append(record: Omit<LogRecord, 'offset'>): number {
    const offset = this.nextOffset;
    this.#records.push({ ...record, offset });
    this.#bytes += sizeOf(record);
    this.nextOffset += 1;
    this.#dropOldest();
    return offset;
  }

  /** What has come since the last call. */
  takePending(): readonly LogRecord[] {
    const pending = this.#from(this.#handedOver);
    this.#handedOver = this.nextOffset;
    return pending;
  }

  piece(offset: number): FetchedRecords {
    const { oldest } = this;
    const from = Math.max(offset, oldest);
    const records = this.#from(from).slice(0, PIECE_RECORDS);
    return { records, next: from + records.length, ...(offset < oldest && { oldest }) };
  }

  #from(offset: number): readonly LogRecord[] {
    const kept = this.#records.slice(Math.max(this.#dropped, this.#records.length - (this.nextOffset - offset)));
    return kept.filter((record) => record !== undefined);
  }

  /** What is not handed over yet stays, whatever the limits say. */
  #dropOldest(): void {
    const { records, bytes } = this.#limits;
    const isOver = (): boolean => this.nextOffset - this.oldest > records || this.#bytes > bytes;
    while (isOver() && this.oldest < this.#handedOver) {
      const dropped = this.#records[this.#dropped];
      this.#records[this.#dropped] = undefined;
      this.#dropped += 1;
      this.#bytes -= dropped === undefined ? 0 : sizeOf(dropped);
    }
    if (this.#dropped <= this.#records.length / 2) return;
    this.#records = this.#records.slice(this.#dropped);
    this.#dropped = 0;
  }
}

function sizeOf({ key, value }: Omit<LogRecord, 'offset'>): number {
  return (key?.length ?? 0) + (value?.length ?? 0);
}
