import { setTimeout as delay } from 'node:timers/promises';
import type { Cluster, Consumer, Kafka } from 'kafkajs';
import type { HistoryConfig } from '../config/memory-settings.ts';
import type { Logger } from '../logger.ts';
import { createConsumer, listOffsets } from './kafka-cluster.ts';
import { type FetchedPartition, recordsOf } from './kafka-fetch.ts';
import { describeTopics, type TopicDescription } from './kafka-metadata.ts';
import type { KafkaTroubles } from './kafka-troubles.ts';
import type { FetchedRecords } from './page-builder.ts';
import { type FetchRecords, PartitionScans } from './partition-scans.ts';
import type {
  HistoryMeter,
  HistoryPage,
  HistoryRequest,
  HistoryStats,
  RecordHistory,
  RecordId,
  TopicBounds,
} from './port.ts';
import { SharedQuestion } from './shared-question.ts';
import { within } from './within.ts';

export interface KafkaHistoryOptions extends HistoryConfig {
  /** One that gives up soon: what fails is tried again here. */
  readonly kafka: Kafka;
  /** Of that client: hears what is wrong, until something is answered. */
  readonly troubles: KafkaTroubles;
  /** What was refused is asked again no sooner, ms. */
  readonly refusedDelayMs: number;
  readonly recordIdIn: (topic: string) => RecordId;
  readonly logger: Logger;
}

const READ_COMMITTED = 1;
/** At the end of the log Kafka waits this long for more, ms. */
const FETCH_WAIT_MS = 100;
const RETRY_MS = 250;
const ASKING_LIMIT_MS = 3_000;
/** Where a fetch brings no record though the log goes on: the batch behind may be larger than what was asked for. */
const LARGE_FETCH_BYTES = 67_108_864;
/** kafkajs never uses it: nothing here joins a group. */
const NO_GROUP = 'feedline-history';

type Place = Parameters<FetchRecords>[0];

/**
 * The past, read with plain fetches over connections of its own: behind the live consumer's, which wait for new
 * records, each would have to wait too. It joins no group, so there is no rebalance to wait for either.
 */
export class KafkaHistory implements RecordHistory, HistoryMeter {
  readonly #options: KafkaHistoryOptions;
  readonly #scans: PartitionScans;
  readonly #consumer: Consumer;
  readonly #cluster: Cluster;
  #stopping = new AbortController();
  readonly #questions = new Map<string, SharedQuestion<TopicBounds>>();
  #connecting: Promise<void> | undefined;
  /** Questions that were refused, and are asked again. */
  #refused = 0;

  constructor(options: KafkaHistoryOptions) {
    this.#options = options;
    const { consumer, cluster } = createConsumer(options.kafka, { groupId: NO_GROUP, allowAutoTopicCreation: false });
    this.#consumer = consumer;
    this.#cluster = cluster;
    const { pageBytes, scansMax, recordIdIn } = options;
    this.#scans = new PartitionScans({
      pageBytes,
      scansMax,
      recordIdIn,
      fetch: (place, signal) => this.#untilAnswered(signal, () => this.#fetch(place)),
      verify: (topic, epoch, signal) => this.#untilAnswered(signal, () => this.#verify(topic, epoch)),
    });
  }

  historyStats(): HistoryStats {
    return this.#scans.stats();
  }

  readHistory(request: HistoryRequest): Promise<HistoryPage> {
    return this.#scans.readHistory(request);
  }

  async bounds(topic: string, signal: AbortSignal): Promise<TopicBounds> {
    signal.throwIfAborted();
    const known = this.#questions.get(topic);
    const ask = () => this.#untilAnswered(this.#stopping.signal, () => this.#bounds(topic));
    const question = known ?? new SharedQuestion(ask);
    this.#questions.set(topic, question);
    return unlessEnded(signal, question.ask());
  }

  /** Whether the broker answers a question over connections that have nothing to do with the live consumer's. */
  async isBrokerThere(): Promise<boolean> {
    try {
      await within(
        ASKING_LIMIT_MS,
        this.#connected().then(() => this.#cluster.refreshMetadata()),
      );
      return true;
    } catch {
      return false;
    }
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    // Whoever reads again later asks again.
    this.#stopping = new AbortController();
    this.#questions.clear();
    this.#connecting = undefined;
    await this.#consumer.disconnect();
  }

  /** What somebody waits for in vain, in words. */
  get refusal(): string | undefined {
    return this.#refused > 0 ? this.#options.troubles.words : undefined;
  }

  async #untilAnswered<T>(signal: AbortSignal, ask: () => Promise<T>): Promise<T> {
    for (;;) {
      signal.throwIfAborted();
      try {
        const answer = await unlessEnded(signal, this.#connected().then(ask));
        this.#options.troubles.clear();
        return answer;
      } catch (error) {
        signal.throwIfAborted();
        const { troubles, logger, refusedDelayMs } = this.#options;
        logger.debug({ err: error }, 'history could not be read; it is tried again');
        if (troubles.isRefused) await this.#afterRefusal(refusedDelayMs, signal);
        else await delay(RETRY_MS, undefined, { signal }).catch(() => undefined);
        // The leader may be another broker now.
        await unlessEnded(
          signal,
          this.#connected().then(() => this.#cluster.refreshMetadata()),
        ).catch(() => undefined);
      }
    }
  }

  async #afterRefusal(delayMs: number, signal: AbortSignal): Promise<void> {
    this.#refused += 1;
    await delay(delayMs, undefined, { signal }).catch(() => undefined);
    this.#refused -= 1;
  }

  #connected(): Promise<void> {
    if (this.#connecting !== undefined) return this.#connecting;
    const connecting = this.#consumer.connect();
    this.#connecting = connecting;
    const forget = (): void => {
      if (this.#connecting === connecting) this.#connecting = undefined;
    };
    connecting.catch(() => {
      // Whoever asks meanwhile is given the same answer: Kafka may count how often credentials were wrong.
      if (this.#options.troubles.isRefused) setTimeout(forget, this.#options.refusedDelayMs).unref();
      else forget();
    });
    return connecting;
  }

  async #fetch(place: Place): Promise<FetchedRecords> {
    try {
      return await this.#fetchAt(place);
    } catch (error) {
      if (!isOutOfRange(error)) throw error;
      const { topic, partition, offset } = place;
      const oldest = (await this.#offsets(topic, [partition], true)).get(partition) ?? 0;
      if (offset < oldest) return { ...(await this.#fetchAt({ topic, partition, offset: oldest })), oldest };
      // Above the end of a log that was cut off: whoever reads live finds it out.
      await delay(RETRY_MS);
      return { records: [], next: offset };
    }
  }

  async #verify(topic: string, epoch: string): Promise<boolean> {
    const isOurs = (await this.#describe(topic))?.epoch === epoch;
    if (!isOurs) await delay(RETRY_MS);
    return isOurs;
  }

  /** @throws Error where Kafka's ACLs do not allow to read it: that says nothing of what it holds */
  async #describe(topic: string): Promise<TopicDescription | undefined> {
    const { topics } = await describeTopics(this.#cluster, [topic]);
    const [description] = topics;
    if (description?.refused === undefined) return description;
    const words = `Kafka's ACLs do not allow to read the topic "${topic}"`;
    this.#options.troubles.tell({ place: 'topics', words, isRefusal: true });
    throw new Error(words);
  }

  async #fetchAt(place: Place, maxBytes = this.#options.fetchBytes): Promise<FetchedRecords> {
    const { topic, partition, offset } = place;
    await this.#cluster.addTargetTopic(topic);
    const [nodeId] = Object.keys(this.#cluster.findLeaderForPartitions(topic, [partition]));
    if (nodeId === undefined) throw new Error(`Partition ${partition} of "${topic}" is not known yet.`);
    const broker = await this.#cluster.findBroker({ nodeId });
    const fetchOffset = String(offset);
    // Small, since live delivery waits while it is decoded.
    const { responses } = await broker.fetch({
      isolationLevel: READ_COMMITTED,
      maxWaitTime: FETCH_WAIT_MS,
      minBytes: 1,
      maxBytes,
      topics: [{ topic, partitions: [{ partition, fetchOffset, maxBytes }] }],
    });
    const data: FetchedPartition = responses[0].partitions[0];
    const isCutShort = data.messages.length === 0 && Number(data.lastStableOffset) > offset;
    if (isCutShort && maxBytes < LARGE_FETCH_BYTES) return this.#fetchAt(place, LARGE_FETCH_BYTES);
    return { records: recordsOf(data), next: nextOf(data, offset) };
  }

  async #bounds(topic: string): Promise<TopicBounds> {
    const before = await this.#describe(topic);
    const epoch = before?.epoch ?? null;
    if (epoch === null) return { epoch, partitions: new Map() };
    const partitions = Array.from({ length: before?.partitionCount ?? 0 }, (_, partition) => partition);
    const oldest = await this.#offsets(topic, partitions, true);
    const end = await this.#offsets(topic, partitions, false);
    // Between two looks that agree it was one topic, and the offsets are its own.
    if ((await this.#describe(topic))?.epoch !== epoch) return this.#bounds(topic);
    const boundsOf = (partition: number) => ({ oldest: oldest.get(partition) ?? 0, end: end.get(partition) ?? 0 });
    return { epoch, partitions: new Map(partitions.map((partition) => [partition, boundsOf(partition)])) };
  }

  async #offsets(topic: string, partitions: readonly number[], fromBeginning: boolean): Promise<Map<number, number>> {
    await this.#cluster.addTargetTopic(topic);
    return listOffsets(this.#cluster, topic, { partitions, fromBeginning });
  }
}

/** Where to read on: behind what was fetched, or where that is nothing though the log goes on, behind what is absent. */
function nextOf({ lastStableOffset, messages }: FetchedPartition, offset: number): number {
  const last = messages.at(-1);
  return last === undefined ? Math.max(offset, Number(lastStableOffset)) : Math.max(offset, Number(last.offset)) + 1;
}

function isOutOfRange(error: unknown): boolean {
  return error instanceof Error && 'type' in error && error.type === 'OFFSET_OUT_OF_RANGE';
}

/** Does not wait longer for what may hang; what comes of it afterwards is nobody's. */
async function unlessEnded<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  // Whatever comes of it is not unheard.
  work.catch(() => undefined);
  signal.throwIfAborted();
  let leave: () => void = () => undefined;
  const ended = new Promise<never>((_, reject) => {
    leave = () => reject(signal.reason);
    signal.addEventListener('abort', leave, { once: true });
  });
  try {
    return await Promise.race([work, ended]);
  } finally {
    signal.removeEventListener('abort', leave);
    ended.catch(() => undefined);
  }
}
