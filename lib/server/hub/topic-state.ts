import { FEED_END_HEADER, FeedEndRule } from '../../protocol/constants.ts';
import { CursorEncoder, type CursorOrigin, type Positions } from '../../protocol/cursor.ts';
import { keyOfFeedId } from '../../protocol/feed-id.ts';
import { type Partitioner, predictPartition } from '../record-log/partitioner.ts';
import type { LogRecord, RecordHistory, TopicSnapshot } from '../record-log/port.ts';
import type { FrameSource } from './encoding.ts';
import type { HubTally } from './hub-tally.ts';

export interface TopicStateOptions {
  readonly partitioner: Partitioner;
  readonly feedEnd: FeedEndRule;
  readonly history: RecordHistory;
  readonly pod: string;
  readonly tally: HubTally;
  readonly now: () => number;
}

/** What the feeds of one topic share: where it comes from, and how far this pod has read each partition. */
export class TopicState {
  readonly history: RecordHistory;
  readonly tally: HubTally;
  readonly #feedEnd: FeedEndRule;
  readonly #pod: string;
  readonly #now: () => number;
  #partitioner: Partitioner;
  #origin: CursorOrigin;
  #encoder: CursorEncoder;
  #positions: Map<number, number>;

  constructor(snapshot: TopicSnapshot, { partitioner, feedEnd, history, pod, tally, now }: TopicStateOptions) {
    this.history = history;
    this.tally = tally;
    this.#feedEnd = feedEnd;
    this.#pod = pod;
    this.#now = now;
    this.#partitioner = partitioner;
    this.#origin = snapshot.origin;
    this.#encoder = new CursorEncoder(snapshot.origin);
    this.#positions = new Map(snapshot.positions);
  }

  get origin(): CursorOrigin {
    return this.#origin;
  }

  get encoder(): CursorEncoder {
    return this.#encoder;
  }

  /** Of records of this partition that are taken now. */
  sourceOf(partition: number): FrameSource {
    return { topic: this.#origin.topic, partition, pod: this.#pod, receivedAtMs: this.#now() };
  }

  /** Whether this is the last record of its feed. */
  isEnd({ value, headers }: LogRecord): boolean {
    const byTombstone = this.#feedEnd !== FeedEndRule.header && value === null;
    const byHeader = this.#feedEnd !== FeedEndRule.tombstone && headers?.[FEED_END_HEADER] !== undefined;
    return byTombstone || byHeader;
  }

  /** The topic is not partitioned as its setting says: every feed opened from now on is looked for everywhere. */
  distrustPartitioner(): void {
    this.#partitioner = 'any';
  }

  /** Takes a new snapshot: the topic has grown, or was created again. */
  update(snapshot: TopicSnapshot): void {
    this.#origin = snapshot.origin;
    this.#encoder = new CursorEncoder(snapshot.origin);
    this.#positions = new Map(snapshot.positions);
  }

  /** Everything of this partition below the position has been appended to its feeds. */
  position(partition: number): number {
    return this.#positions.get(partition) ?? 0;
  }

  advance(partition: number, position: number): void {
    this.#positions.set(partition, position);
  }

  positionsOf(partitions: Iterable<number>): Positions {
    const positions = new Map<number, number>();
    for (const partition of partitions) positions.set(partition, this.position(partition));
    return positions;
  }

  /** Where a feed can be: its one predicted partition, or all of them. */
  partitionsOf(id: string, partitionCount = this.#origin.partitionCount): readonly number[] {
    const predicted = predictPartition(this.#partitioner, keyOfFeedId(id), partitionCount);
    return predicted === null ? this.allPartitions() : [predicted];
  }

  /** Where a feed can have been since the topic had so many partitions: it may have grown more than once since then. */
  partitionsSince(id: string, partitionCount: number): ReadonlySet<number> {
    const partitions = new Set(this.partitionsOf(id));
    for (let count = partitionCount; count < this.#origin.partitionCount; count += 1) {
      for (const partition of this.partitionsOf(id, count)) partitions.add(partition);
    }
    return partitions;
  }

  /** Whether the topic's partitioner would have put this key, with this hash, into this partition. */
  isPredicted(key: Uint8Array, hash: number, partition: number): boolean {
    const predicted = predictPartition(this.#partitioner, key, this.#origin.partitionCount, hash);
    return predicted === null || predicted === partition;
  }

  allPartitions(): readonly number[] {
    return Array.from({ length: this.#origin.partitionCount }, (_, partition) => partition);
  }
}
