import type { Batch, Cluster, Consumer, ConsumerConfig, Kafka } from 'kafkajs';
import { GapReason, RecordLogKind } from '../../protocol/constants.ts';
import { deferred } from '../deferred.ts';
import type { Logger } from '../logger.ts';
import { PATIENT } from './kafka-client.ts';
import { createConsumer, listOffsets } from './kafka-cluster.ts';
import { recordsOf } from './kafka-fetch.ts';
import { type ClusterDescription, describeTopics, type TopicDescription } from './kafka-metadata.ts';
import type { LogGap, LogRecord, RecordLogHandler } from './port.ts';
import type { PositionBook } from './position-book.ts';

export interface KafkaSessionOptions {
  readonly kafka: Kafka;
  readonly groupId: string;
  readonly topics: readonly string[];
  /** Whether there is nothing to read without it. */
  readonly isAwaited: (topic: string) => boolean;
  readonly book: PositionBook;
  readonly handler: RecordLogHandler;
  readonly logger: Logger;
  readonly sessionTimeoutMs: number;
  readonly metadataMaxAgeMs: number;
  /** The broker has answered a fetch. */
  readonly onFetched: () => void;
  readonly onJoined: () => void;
  /** kafkajs has given its consumer up. */
  readonly onCrashed: () => void;
  /** Topics that cannot be read now; empty when all can. */
  readonly onMissing: (topics: readonly MissingTopic[]) => void;
}

/** It does not exist, or Kafka's ACLs do not allow to read it. */
export type MissingTopic = Pick<TopicDescription, 'topic' | 'refused'>;

const FETCH_WAIT_MS = 500;
/** At most this much later than at once comes what is read; see `paceFetches`. */
const FETCH_INTERVAL_MS = 4;
const MISSING_TOPIC_POLL_MS = 500;
/** Each time that a topic is asked for that may not be read, the broker may note it. */
const REFUSED_TOPIC_POLL_MS = 2_000;

/** kafkajs's batch has the offset that was asked for, which its types leave out. */
interface ConsumedBatch extends Batch {
  readonly fetchedOffset: string;
}

/**
 * One incarnation of the consumer, from connect to crash: in a consumer group of its own, it reads every partition
 * from our positions and commits nothing.
 */
export class KafkaSession {
  readonly #options: KafkaSessionOptions;
  readonly #consumer: Consumer;
  readonly #cluster: Cluster;
  readonly #over = deferred<string>();
  #inspectTimer: NodeJS.Timeout | undefined;
  #isInspecting = false;
  #isOver = false;
  #hasGroup = false;
  #missingBefore: readonly string[] = [];
  /** Topics whose epoch was not looked at since the last join, across which a topic may have been created again. */
  readonly #unchecked = new Set<string>();

  constructor(options: KafkaSessionOptions) {
    this.#options = options;
    const config: ConsumerConfig = {
      groupId: options.groupId,
      allowAutoTopicCreation: false,
      sessionTimeout: options.sessionTimeoutMs,
      heartbeatInterval: Math.min(3_000, Math.floor(options.sessionTimeoutMs / 3)),
      metadataMaxAge: options.metadataMaxAgeMs,
      maxWaitTimeInMs: FETCH_WAIT_MS,
      retry: { ...PATIENT, restartOnFailure: async () => false },
    };
    const { consumer, cluster } = createConsumer(options.kafka, config, FETCH_INTERVAL_MS);
    this.#consumer = consumer;
    this.#cluster = cluster;
    this.#listen();
  }

  /** Reads until the consumer is lost or must be made anew; resolves with why, in words. */
  async run(signal: AbortSignal): Promise<string> {
    const end = (): void => this.#over.resolve('stopping');
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
    try {
      return await Promise.race([this.#over.promise, this.#read(signal).then(() => this.#over.promise)]);
    } finally {
      this.#isOver = true;
      clearInterval(this.#inspectTimer);
      signal.removeEventListener('abort', end);
    }
  }

  /** Whether there may be a group of its own at the broker. */
  get hasGroup(): boolean {
    return this.#hasGroup;
  }

  /** Leaves the group and closes the connections. kafkajs can hang here: the caller limits the time. */
  async stop(): Promise<void> {
    await this.#consumer.disconnect();
  }

  async #read(signal: AbortSignal): Promise<void> {
    await this.#consumer.connect();
    // Only with metadata does kafkajs know a broker to ask.
    await this.#cluster.refreshMetadata();
    const { clusterId, topics } = await this.#waitForTopics(signal);
    if (signal.aborted) return;
    const names = topics.map(({ topic }) => topic);
    await this.#consumer.subscribe({ topics: names, fromBeginning: true });
    for (const description of topics) await this.#adopt(description, clusterId);
    // A session that has ended meanwhile was stopped already: its consumer would join, and be nobody's to stop.
    if (this.#isOver) return;
    this.#hasGroup = true;
    await this.#consumer.run({ autoCommit: false, eachBatch: ({ batch }) => this.#take(batch as ConsumedBatch) });
    // A consumer that was lost while it joined ends the session before this: its timer would be nobody's to clear.
    if (this.#isOver) return;
    this.#inspectTimer = setInterval(() => void this.#inspect(names), this.#options.metadataMaxAgeMs);
  }

  #listen(): void {
    const { events } = this.#consumer;
    this.#consumer.on(events.CRASH, ({ payload }) => {
      this.#options.onCrashed();
      this.#over.resolve(`the consumer crashed: ${payload.error.message}`);
    });
    this.#consumer.on(events.REQUEST, ({ payload }) => {
      if (payload.apiName === 'Fetch') this.#options.onFetched();
    });
    // kafkajs has just forgotten its positions. Inside this listener a seek still comes before the first fetch.
    this.#consumer.on(events.GROUP_JOIN, ({ payload }) => this.#joined(payload.memberAssignment));
    // A batch of transaction markers or aborted records alone never reaches eachBatch.
    this.#consumer.on(events.END_BATCH_PROCESS, ({ payload }) => {
      const { topic, partition, batchSize, firstOffset, lastOffset } = payload;
      if (batchSize === 0) void this.#passEmpty(topic, partition, Number(firstOffset), Number(lastOffset) + 1);
    });
  }

  #joined(assignment: Readonly<Record<string, readonly number[]>>): void {
    const { book, handler, logger } = this.#options;
    for (const [topic, partitions] of Object.entries(assignment)) {
      this.#unchecked.add(topic);
      const added = partitions.filter((partition) => book.position(topic, partition) === undefined);
      if (added.length === 0) continue;
      const snapshot = book.grow(topic, new Map(added.map((partition) => [partition, 0])));
      logger.info({ topic, partitions: added }, 'the topic has new partitions; they are read from their beginning');
      if (snapshot !== undefined) handler.onTopic(snapshot);
    }
    for (const topic of Object.keys(assignment)) this.#seek(topic);
    this.#options.onJoined();
  }

  /** All topics that exist, waiting for the first one that is awaited. */
  async #waitForTopics(signal: AbortSignal): Promise<ClusterDescription> {
    for (;;) {
      const { clusterId, topics } = await this.#describe();
      const present = topics.filter(({ epoch }) => epoch !== null);
      const isThere = present.some(({ topic }) => this.#options.isAwaited(topic));
      if (isThere || signal.aborted) return { clusterId, topics: present };
      const isRefused = topics.some(({ refused }) => refused !== undefined);
      const pollMs = isRefused ? REFUSED_TOPIC_POLL_MS : MISSING_TOPIC_POLL_MS;
      await new Promise((resolve) => setTimeout(resolve, pollMs));
    }
  }

  async #describe(): Promise<ClusterDescription> {
    const description = await describeTopics(this.#cluster, this.#options.topics);
    this.#options.onMissing(missingOf(description));
    return description;
  }

  /** Begins a topic at its end when it is new to us, and at its beginning when it was created again. */
  async #adopt({ topic, epoch, partitionCount }: TopicDescription, logId: string): Promise<void> {
    const { book, handler, logger } = this.#options;
    const known = book.origin(topic);
    if (epoch === null || known?.epoch === epoch) return;
    const isRecreated = known !== undefined;
    const positions = await this.#offsets(topic, partitionCount, isRecreated);
    // Somebody else here may have found it out meanwhile, and have read on.
    if (book.origin(topic)?.epoch === epoch) return;
    handler.onTopic(book.begin({ kind: RecordLogKind.kafka, logId, epoch, topic, partitionCount }, positions));
    if (isRecreated) logger.warn({ topic }, 'the topic was created again; it is read from its beginning');
  }

  /** Of every partition; see `listOffsets`. */
  #offsets(topic: string, partitionCount: number, fromBeginning: boolean): Promise<Map<number, number>> {
    const partitions = Array.from({ length: partitionCount }, (_, partition) => partition);
    return listOffsets(this.#cluster, topic, { partitions, fromBeginning });
  }

  /** Looks for topics that have come, gone, or been created again. */
  async #inspect(reading: readonly string[]): Promise<void> {
    if (this.#isInspecting) return;
    this.#isInspecting = true;
    try {
      const description = await this.#describe();
      const { clusterId, topics } = description;
      const appeared = topics.find(({ topic, epoch }) => epoch !== null && !reading.includes(topic));
      if (appeared !== undefined) this.#over.resolve(`the topic "${appeared.topic}" can be read now`);
      for (const topic of topics) await this.#restartIfRecreated(topic, clusterId);
      // A log that was cut off tells nobody, and kafkajs moves on in it by itself.
      for (const topic of reading) if (await this.#tellGone(topic)) this.#seek(topic);
      this.#leaveMissing(missingOf(description).filter(({ topic }) => reading.includes(topic)));
    } catch (error) {
      this.#options.logger.debug({ err: error }, 'could not look at the topics; the next look is soon');
    } finally {
      this.#isInspecting = false;
    }
  }

  /** A deleted topic makes kafkajs refresh its metadata for ever, and stalls the others: they are read without it. */
  #leaveMissing(missing: readonly MissingTopic[]): void {
    // Twice, since a broker that has just started may not know a topic yet.
    const gone = missing.find(({ topic }) => this.#missingBefore.includes(topic));
    this.#missingBefore = missing.map(({ topic }) => topic);
    if (gone === undefined) return;
    const what = gone.refused === undefined ? 'does not exist' : 'may not be read';
    this.#over.resolve(`the topic "${gone.topic}" ${what} any more`);
  }

  async #restartIfRecreated(description: TopicDescription, clusterId: string): Promise<boolean> {
    const { book } = this.#options;
    const { topic, epoch } = description;
    const known = book.origin(topic);
    if (known === undefined || epoch === null || known.epoch === epoch) return false;
    await this.#adopt(description, clusterId);
    this.#seek(topic);
    return true;
  }

  #seek(topic: string): void {
    for (const { position, ...place } of this.#options.book.all()) {
      if (place.topic === topic) this.#consumer.seek({ ...place, offset: String(position) });
    }
  }

  async #take(batch: ConsumedBatch): Promise<void> {
    const { topic, partition } = batch;
    const fetched = Number(batch.fetchedOffset);
    const expected = this.#options.book.position(topic, partition);
    const isSure = expected === fetched && !this.#unchecked.has(topic);
    if (!isSure && !(await this.#isStillOurs(topic, partition, fetched))) return;
    const from = this.#options.book.position(topic, partition) ?? fetched;
    const records = recordsOf(batch);
    const isAhead = fetched < from;
    const wanted = isAhead ? records.filter(({ offset }) => offset >= from) : records;
    this.#handOver(topic, partition, wanted, Math.max(from, Number(batch.lastOffset()) + 1));
  }

  /**
   * kafkajs has joined anew, or has moved by itself because our position is out of range. False when this batch must
   * not be used, and reading goes on elsewhere.
   */
  async #isStillOurs(topic: string, partition: number, fetched: number): Promise<boolean> {
    const { book, logger } = this.#options;
    const { clusterId, topics } = await describeTopics(this.#cluster, [topic]);
    for (const description of topics) if (await this.#restartIfRecreated(description, clusterId)) return false;
    // A topic that is away now may come back as another one.
    if (topics.every(({ epoch }) => epoch !== null)) this.#unchecked.delete(topic);
    if (fetched === (book.position(topic, partition) ?? fetched)) return true;
    await this.#tellGone(topic, [partition]);
    const expected = book.position(topic, partition) ?? fetched;
    if (fetched <= expected) return true;
    logger.warn({ topic, partition, expected, fetched }, 'kafkajs moved past records that are kept; going back');
    this.#consumer.seek({ topic, partition, offset: String(expected) });
    return false;
  }

  /**
   * Where records were deleted before they were read, or the log ends below what was read of it (an unclean election, a
   * disk that was emptied), says so, and moves our position to the oldest record kept.
   *
   * @returns whether there was such a partition
   */
  async #tellGone(topic: string, partitions?: readonly number[]): Promise<boolean> {
    const { book } = this.#options;
    const partitionCount = book.origin(topic)?.partitionCount ?? 0;
    // Before the question: what is read meanwhile is not in the answer.
    const positions = new Map(book.all().flatMap((at) => (at.topic === topic ? [[at.partition, at.position]] : [])));
    const oldestOf = await this.#offsets(topic, partitionCount, true);
    const endOf = await this.#offsets(topic, partitionCount, false);
    let isTold = false;
    for (const partition of partitions ?? positions.keys()) {
      const from = positions.get(partition);
      const oldest = oldestOf.get(partition);
      const end = endOf.get(partition);
      if (from === undefined || oldest === undefined || end === undefined) continue;
      if (book.position(topic, partition) !== from || (oldest <= from && from <= end)) continue;
      const reason = from < oldest ? GapReason.retention : GapReason.outOfRange;
      this.#skip({ topic, partition, from, to: oldest, reason });
      isTold = true;
    }
    return isTold;
  }

  #skip(gap: LogGap): void {
    const { book, handler, logger } = this.#options;
    logger.warn(gap, 'records are gone');
    book.advance(gap.topic, gap.partition, gap.to);
    handler.onGap(gap);
  }

  /**
   * Offsets without records for us: compaction and markers are no gap, but they may stand behind deleted records, or
   * behind kept ones where kafkajs has moved by itself or the log has changed since they were fetched.
   */
  async #passEmpty(topic: string, partition: number, first: number, next: number): Promise<void> {
    const { book, logger } = this.#options;
    try {
      const isSure = first <= (book.position(topic, partition) ?? first) && !this.#unchecked.has(topic);
      if (!isSure && !(await this.#isStillOurs(topic, partition, first))) return;
    } catch (error) {
      logger.warn({ err: error, topic, partition }, 'could not ask for the oldest record; the next batch asks again');
      return;
    }
    if (next > (book.position(topic, partition) ?? next)) this.#handOver(topic, partition, [], next);
  }

  #handOver(topic: string, partition: number, records: readonly LogRecord[], nextPosition: number): void {
    // What a consumer still brings while it is being stopped is left to the next one, which reads it again.
    if (this.#isOver) return;
    this.#options.handler.onBatch({ topic, partition, records, nextPosition });
    // Only now: were the batch refused, kafkajs fetches it again, and it must not pass for one that was handed over.
    this.#options.book.advance(topic, partition, nextPosition);
  }
}

function missingOf({ topics }: ClusterDescription): MissingTopic[] {
  return topics.filter(({ epoch }) => epoch === null).map(({ topic, refused }) => ({ topic, refused }));
}
