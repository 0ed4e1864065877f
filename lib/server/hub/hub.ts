import type { FeedEndRule } from '../../protocol/constants.ts';
import type { CursorOrigin } from '../../protocol/cursor.ts';
import { keyOfFeedId } from '../../protocol/feed-id.ts';
import { keyHash, type Partitioner } from '../record-log/partitioner.ts';
import {
  type LogGap,
  type LogRecord,
  type RecordBatch,
  type RecordHistory,
  type RecordId,
  type RecordLogHandler,
  type TopicSnapshot,
  WITHOUT_ID,
  type WithoutId,
} from '../record-log/port.ts';
import type { FrameSource } from './encoding.ts';
import { Feed } from './feed.ts';
import { FeedDirectory } from './feed-directory.ts';
import type { RingLimits } from './frame-ring.ts';
import { HubTally } from './hub-tally.ts';
import { ringShare } from './ring-share.ts';
import { TopicState } from './topic-state.ts';

export interface HubOptions {
  readonly pod: string;
  readonly ring: RingLimits;
  /** Most bytes that the rings of all feeds may hold together, about. */
  readonly ringTotalBytes: number;
  /** Most bytes that the rings of feeds without readers may hold together. */
  readonly idleRingBytes: number;
  /** How long a feed keeps its ring after its last reader left, ms. */
  readonly lingerMs: number;
  readonly directorySize: number;
  /** `any` where the ID is not the key. */
  readonly partitionerOf: (topic: string) => Partitioner;
  readonly recordIdIn: (topic: string) => RecordId;
  readonly feedEndOf: (topic: string) => FeedEndRule;
  readonly history: RecordHistory;
  /** How far back a client without a cursor may begin: records of each partition, of whatever ID. */
  readonly beginRecordsMax: number;
  readonly now: () => number;
  /** A clock that nobody sets, ms: how long a delivery takes. Default: the process's own. */
  readonly elapsedMs?: () => number;
}

export interface HubStats {
  readonly feeds: number;
  readonly readers: number;
  /** Those of them that read from the record log. */
  readonly readersCatchingUp: number;
  readonly ringBytes: number;
  /** Taken so far, by topic. */
  readonly records: ReadonlyMap<string, number>;
  readonly recordsWithoutId: ReadonlyMap<WithoutId, number>;
  readonly recordsUnpredicted: number;
  readonly lastRecordAtMs: number | undefined;
}

/** What a feed takes beside its ring, about: feeds that never had an event must be bounded too. */
const FEED_OVERHEAD_BYTES = 1_024;

/** Where rings are cut because they are too large together, some room is made, so that not each batch has to cut. */
const TRIMMED_SHARE = 0.9;

interface Topic {
  readonly state: TopicState;
  readonly recordId: RecordId;
  /** By the bytes of their IDs, as latin1: so a record finds its feed without its ID being read as text. */
  readonly feeds: Map<string, Feed>;
  readonly directory: FeedDirectory;
  /** IDs seen in a partition that was not predicted, as those of `feeds`; their feeds are looked for everywhere. */
  readonly unpredicted: Set<string>;
  /** Taken so far. */
  records: number;
}

/**
 * The feeds of one process. It takes every record of every partition, keeps those of IDs that somebody watches (or
 * has just watched), and wakes each feed that a batch has touched: once, or once for each write that it makes.
 */
export class Hub implements RecordLogHandler {
  readonly #options: HubOptions;
  readonly #topics = new Map<string, Topic>();
  readonly #waiting = new Set<() => void>();
  readonly #elapsedMs: () => number;
  readonly tally = new HubTally();
  readonly #recordsWithoutId = new Map(Object.values(WITHOUT_ID).map((reason) => [reason, 0]));
  #recordsUnpredicted = 0;
  #lastRecordAtMs: number | undefined;
  /** Of all rings, about: each sweep counts anew. */
  #ringBytes = 0;

  constructor(options: HubOptions) {
    this.#options = options;
    this.#elapsedMs = options.elapsedMs ?? (() => performance.now());
  }

  get history(): RecordHistory {
    return this.#options.history;
  }

  get beginRecordsMax(): number {
    return this.#options.beginRecordsMax;
  }

  onTopic(snapshot: TopicSnapshot): void {
    const name = snapshot.origin.topic;
    const topic = this.#topics.get(name);
    if (topic === undefined) {
      const { directorySize, partitionerOf, recordIdIn, feedEndOf, history, pod, now } = this.#options;
      const about = { partitioner: partitionerOf(name), feedEnd: feedEndOf(name) };
      const state = new TopicState(snapshot, { ...about, history, pod, tally: this.tally, now });
      const directory = new FeedDirectory(directorySize);
      const recordId = recordIdIn(name);
      this.#topics.set(name, { state, recordId, feeds: new Map(), directory, unpredicted: new Set(), records: 0 });
    } else {
      updateTopic(topic, snapshot);
    }
    for (const wake of this.#waiting) wake();
  }

  onBatch(batch: RecordBatch): void {
    const topic = this.#topics.get(batch.topic);
    if (topic === undefined) return;
    const takenAtMs = this.#elapsedMs();
    const touched = new Set<Feed>();
    const source = topic.state.sourceOf(batch.partition);
    for (const record of batch.records) {
      const feed = this.#take(topic, record, source);
      if (feed === undefined) continue;
      touched.add(feed);
      if (!feed.isDue) continue;
      topic.state.advance(batch.partition, record.offset + 1);
      this.#deliver(feed, takenAtMs);
    }
    topic.records += batch.records.length;
    topic.state.advance(batch.partition, batch.nextPosition);
    for (const feed of touched) this.#deliver(feed, takenAtMs);
    if (this.#ringBytes > this.#options.ringTotalBytes) this.#trimRings();
  }

  onGap(gap: LogGap): void {
    const topic = this.#topics.get(gap.topic);
    if (topic === undefined) return;
    if (gap.to < topic.state.position(gap.partition)) {
      rewind(topic, gap);
      return;
    }
    for (const feed of topic.feeds.values()) feed.appendGap(gap);
    topic.state.advance(gap.partition, gap.to);
    for (const feed of topic.feeds.values()) feed.flush();
  }

  /** Whether this pod knows its positions in the topic. */
  isReady(topic: string): boolean {
    return this.#topics.has(topic);
  }

  /** What cursors of the topic are made from now; undefined while it is not ready. */
  originOf(topic: string): CursorOrigin | undefined {
    return this.#topics.get(topic)?.state.origin;
  }

  /** Resolves once this pod knows its positions in the topic; rejects with the signal's reason. */
  async whenReady(topic: string, signal: AbortSignal): Promise<void> {
    while (!this.isReady(topic)) await this.#nextTopic(signal);
  }

  /** Resolves once the topic has grown or was created again since `origin` was so; rejects with the signal's reason. */
  async whenChanged(origin: CursorOrigin, signal: AbortSignal): Promise<void> {
    while (this.originOf(origin.topic) === origin) await this.#nextTopic(signal);
  }

  /** The feed of an ID, made on demand. Only once its topic is ready. */
  feed(topicName: string, id: string): Feed {
    const topic = this.#topics.get(topicName);
    if (topic === undefined) throw new Error(`The topic "${topicName}" is not ready.`);
    const idBytes = Buffer.from(keyOfFeedId(id)).toString('latin1');
    const existing = topic.feeds.get(idBytes);
    if (existing !== undefined) return existing;
    const feed = new Feed(id, topic.state, this.#options.ring);
    if (topic.unpredicted.has(idBytes)) feed.include(topic.state.allPartitions());
    feed.idleSinceMs = this.#options.now();
    topic.feeds.set(idBytes, feed);
    return feed;
  }

  directory(topic: string): FeedDirectory | undefined {
    return this.#topics.get(topic)?.directory;
  }

  /** Drops the rings of feeds that nobody has watched for a while, and the oldest of them where there are too many. */
  sweep(): void {
    const idle: { feed: Feed; topic: Topic; idleSinceMs: number }[] = [];
    for (const topic of this.#topics.values()) {
      for (const feed of topic.feeds.values()) {
        const { idleSinceMs, expectedReaders } = feed;
        if (idleSinceMs !== undefined && expectedReaders === 0) idle.push({ feed, topic, idleSinceMs });
      }
    }
    this.#dropIdle(idle);
    this.#ringBytes = this.#countRingBytes();
    if (this.#ringBytes > this.#options.ringTotalBytes) this.#trimRings();
  }

  #dropIdle(idle: { feed: Feed; topic: Topic; idleSinceMs: number }[]): void {
    let keptBytes = 0;
    for (const { feed, topic, idleSinceMs } of idle.sort((a, b) => b.idleSinceMs - a.idleSinceMs)) {
      keptBytes += feed.ringBytes + FEED_OVERHEAD_BYTES;
      const isOver = keptBytes > this.#options.idleRingBytes;
      if (isOver || this.#options.now() - idleSinceMs >= this.#options.lingerMs) topic.feeds.delete(feed.idBytes);
    }
  }

  stats(): HubStats {
    let feeds = 0;
    let readers = 0;
    let readersCatchingUp = 0;
    let ringBytes = 0;
    for (const topic of this.#topics.values()) {
      feeds += topic.feeds.size;
      for (const feed of topic.feeds.values()) {
        readers += feed.readers.size;
        for (const { isCatchingUp } of feed.readers) if (isCatchingUp) readersCatchingUp += 1;
        ringBytes += feed.ringBytes;
      }
    }
    return {
      feeds,
      readers,
      readersCatchingUp,
      ringBytes,
      records: new Map([...this.#topics].map(([name, { records }]) => [name, records])),
      recordsWithoutId: this.#recordsWithoutId,
      recordsUnpredicted: this.#recordsUnpredicted,
      lastRecordAtMs: this.#lastRecordAtMs,
    };
  }

  #take(topic: Topic, record: LogRecord, source: FrameSource): Feed | undefined {
    const { partition, receivedAtMs } = source;
    this.#lastRecordAtMs = receivedAtMs;
    const id = topic.recordId(record);
    if (typeof id === 'string') {
      this.#recordsWithoutId.set(id, (this.#recordsWithoutId.get(id) ?? 0) + 1);
      return undefined;
    }
    const hash = keyHash(id);
    topic.directory.saw(id, record.value, receivedAtMs, hash);
    if (!topic.state.isPredicted(id, hash, partition)) this.#noteUnpredicted(topic, id);
    if (topic.feeds.size === 0) return undefined;
    const feed = topic.feeds.get(id.toString('latin1'));
    if (feed === undefined) return undefined;
    const bytesBefore = feed.ringBytes;
    feed.append(record, source);
    this.#ringBytes += feed.ringBytes - bytesBefore;
    this.tally.recordAge.add(receivedAtMs - record.timestampMs);
    return feed;
  }

  /** Once for all that was appended, so that measuring it costs as much as a write to one more reader, or less. */
  #deliver(feed: Feed, takenAtMs: number): void {
    const { unflushedEvents } = feed;
    feed.flush();
    if (feed.readers.size > 0) this.tally.delivery.add(this.#elapsedMs() - takenAtMs, unflushedEvents);
  }

  /** The largest rings are cut: what their readers still lack then comes from the record log, so nothing is lost. */
  #trimRings(): void {
    const feeds = [...this.#topics.values()].flatMap((topic) => [...topic.feeds.values()]);
    const sizes = feeds.map(({ ringBytes }) => ringBytes);
    const share = ringShare(sizes, this.#options.ringTotalBytes * TRIMMED_SHARE);
    for (const feed of feeds) if (feed.ringBytes > share) feed.trimRing(share);
    this.#ringBytes = this.#countRingBytes();
  }

  #countRingBytes(): number {
    let bytes = 0;
    for (const topic of this.#topics.values()) for (const feed of topic.feeds.values()) bytes += feed.ringBytes;
    return bytes;
  }

  #noteUnpredicted({ unpredicted, state }: Topic, id: Buffer): void {
    this.#recordsUnpredicted += 1;
    unpredicted.add(id.toString('latin1'));
    // More than can be remembered: from here on nothing is predicted, so that nothing is missed.
    if (unpredicted.size === this.#options.directorySize) state.distrustPartitioner();
  }

  #nextTopic(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    return new Promise((resolve, reject) => {
      const settle = (done: () => void) => (): void => {
        this.#waiting.delete(wake);
        signal.removeEventListener('abort', abort);
        done();
      };
      const wake = settle(resolve);
      const abort = settle(() => reject(signal.reason));
      this.#waiting.add(wake);
      signal.addEventListener('abort', abort, { once: true });
    });
  }
}

function updateTopic({ state, feeds }: Topic, snapshot: TopicSnapshot): void {
  const cursorsBefore = new Map([...feeds.values()].map((feed) => [feed, feed.headCursor()]));
  const { epoch, partitionCount } = state.origin;
  const isSameEpoch = snapshot.origin.epoch === epoch;
  state.update(snapshot);
  for (const [feed, from] of cursorsBefore) {
    if (isSameEpoch) feed.include(state.partitionsSince(feed.id, partitionCount));
    else feed.recreate(from, snapshot.positions);
    feed.flush();
  }
}

/** A partition of the log ends below what was read of it: what is read from now on are other records. */
function rewind({ state, feeds }: Topic, gap: LogGap): void {
  const cursorsBefore = new Map([...feeds.values()].map((feed) => [feed, feed.headCursor()]));
  state.advance(gap.partition, gap.to);
  for (const [feed, from] of cursorsBefore) {
    feed.rewind(from, gap);
    feed.flush();
  }
}
