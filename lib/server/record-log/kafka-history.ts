import { setTimeout as delay } from 'node:timers/promises';
import type { Cluster, Consumer, Kafka, KafkaMessage } from 'kafkajs';
// kafkajs's own filter for aborted and control records, which only its consumer uses; the version is pinned.
import Batch from 'kafkajs/src/consumer/batch.js';
import type { HistoryConfig } from '../config.ts';
import type { Logger } from '../logger.ts';
import { createConsumer } from './kafka-cluster.ts';
import { toRecord } from './kafka-record.ts';
import { type FetchedRecords, type FetchRecords, PartitionScans } from './partition-scans.ts';
import type { HistoryPage, HistoryRequest, PartitionBounds, RecordHistory } from './port.ts';

export interface KafkaHistoryOptions extends HistoryConfig {
  /** One that gives up soon: what fails is tried again here. */
  readonly kafka: Kafka;
  readonly logger: Logger;
}

const READ_COMMITTED = 1;
/** At the end of the log Kafka waits this long for more, ms. */
const FETCH_WAIT_MS = 100;
const RETRY_MS = 250;
/** kafkajs never uses it: nothing here joins a group. */
const NO_GROUP = 'feedline-history';

type Place = Parameters<FetchRecords>[0];

interface PartitionData {
  readonly partition: number;
  readonly highWatermark: string;
  readonly lastStableOffset: string;
  readonly messages: readonly KafkaMessage[];
}

/**
 * The past, read with plain fetches over connections of its own: behind the live consumer's, which wait for new
 * records, each would have to wait too. It joins no group, so there is no rebalance to wait for either.
 */
export class KafkaHistory implements RecordHistory {
  readonly #options: KafkaHistoryOptions;
  readonly #scans: PartitionScans;
  readonly #consumer: Consumer;
  readonly #cluster: Cluster;
  #connecting: Promise<void> | undefined;

  constructor(options: KafkaHistoryOptions) {
    this.#options = options;
    const { consumer, cluster } = createConsumer(options.kafka, { groupId: NO_GROUP, allowAutoTopicCreation: false });
    this.#consumer = consumer;
    this.#cluster = cluster;
    const { pageBytes, scansMax } = options;
    this.#scans = new PartitionScans({
      pageBytes,
      scansMax,
      fetch: (place, signal) => this.#untilAnswered(signal, () => this.#fetch(place)),
    });
  }

  get scannedRecords(): number {
    return this.#scans.scannedRecords;
  }

  readHistory(request: HistoryRequest): Promise<HistoryPage> {
    return this.#scans.readHistory(request);
  }

  bounds(topic: string, partition: number, signal: AbortSignal): Promise<PartitionBounds> {
    return this.#untilAnswered(signal, () => this.#bounds(topic, partition));
  }

  async stop(): Promise<void> {
    this.#connecting = undefined;
    await this.#consumer.disconnect();
  }

  async #untilAnswered<T>(signal: AbortSignal, ask: () => Promise<T>): Promise<T> {
    for (;;) {
      signal.throwIfAborted();
      try {
        return await unlessEnded(signal, this.#connected().then(ask));
      } catch (error) {
        signal.throwIfAborted();
        this.#options.logger.debug({ err: error }, 'history could not be read; it is tried again');
        await delay(RETRY_MS, undefined, { signal }).catch(() => undefined);
        // The leader may be another broker now.
        await unlessEnded(signal, this.#cluster.refreshMetadata()).catch(() => undefined);
      }
    }
  }

  #connected(): Promise<void> {
    this.#connecting ??= this.#consumer.connect().catch((error: unknown) => {
      this.#connecting = undefined;
      throw error;
    });
    return this.#connecting;
  }

  async #fetch(place: Place): Promise<FetchedRecords> {
    try {
      return await this.#fetchAt(place);
    } catch (error) {
      if (!isOutOfRange(error)) throw error;
      const { topic, partition, offset } = place;
      const { oldest } = await this.#bounds(topic, partition);
      // Above the end of a log that was cut off: nothing lies there.
      if (offset >= oldest) return { records: [], next: Number.MAX_SAFE_INTEGER };
      return { ...(await this.#fetchAt({ topic, partition, offset: oldest })), oldest };
    }
  }

  async #fetchAt({ topic, partition, offset }: Place): Promise<FetchedRecords> {
    const { fetchBytes } = this.#options;
    await this.#cluster.addTargetTopic(topic);
    const [nodeId] = Object.keys(this.#cluster.findLeaderForPartitions(topic, [partition]));
    if (nodeId === undefined) throw new Error(`Partition ${partition} of "${topic}" is not known yet.`);
    const broker = await this.#cluster.findBroker({ nodeId });
    const fetchOffset = String(offset);
    // Small, since live delivery waits while kafkajs decodes it.
    const { responses } = await broker.fetch({
      isolationLevel: READ_COMMITTED,
      maxWaitTime: FETCH_WAIT_MS,
      minBytes: 1,
      maxBytes: fetchBytes,
      topics: [{ topic, partitions: [{ partition, fetchOffset, maxBytes: fetchBytes }] }],
    });
    const data: PartitionData = responses[0].partitions[0];
    const batch = new Batch(topic, fetchOffset, data);
    return { records: batch.messages.map(toRecord), next: nextOf(batch, data, offset) };
  }

  async #bounds(topic: string, partition: number): Promise<PartitionBounds> {
    await this.#cluster.addTargetTopic(topic);
    const ask = async (fromBeginning: boolean): Promise<number> => {
      const [answer] = await this.#cluster.fetchTopicsOffset([{ topic, partitions: [{ partition }], fromBeginning }]);
      return Number(answer?.partitions[0]?.offset);
    };
    return { oldest: await ask(true), end: await ask(false) };
  }
}

/** Where to read on: behind the last record, or where there is none though the log goes on, behind what is absent. */
function nextOf(batch: Batch, { lastStableOffset, messages }: PartitionData, offset: number): number {
  if (!batch.isEmptyIncludingFiltered()) return Number(batch.lastOffset()) + 1;
  // Records at the end of a batch were compacted away: kafkajs does not tell where the batch ends.
  if (messages.length > 0) return offset + 1;
  const stable = Number(lastStableOffset);
  if (stable > offset) return stable;
  throw new Error(`Nothing is there yet at offset ${offset}.`);
}

function isOutOfRange(error: unknown): boolean {
  return error instanceof Error && 'type' in error && error.type === 'OFFSET_OUT_OF_RANGE';
}

/** Does not wait longer for what may hang; what comes of it afterwards is nobody's. */
async function unlessEnded<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  let leave: () => void = () => undefined;
  const ended = new Promise<never>((_, reject) => {
    leave = () => reject(signal.reason);
    signal.addEventListener('abort', leave, { once: true });
  });
  try {
    return await Promise.race([work, ended]);
  } finally {
    signal.removeEventListener('abort', leave);
    work.catch(() => undefined);
    ended.catch(() => undefined);
  }
}
