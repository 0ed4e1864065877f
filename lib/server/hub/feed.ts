import { GapReason, GapResume } from '../../protocol/constants.ts';
import type { Positions } from '../../protocol/cursor.ts';
import { keyOfFeedId } from '../../protocol/feed-id.ts';
import type { HistoryRequest, LogGap, LogRecord } from '../record-log/port.ts';
import { CHUNK_EVENTS } from './chunk-limits.ts';
import { type Chunk, Chunks } from './chunks.ts';
import type { Encoding, FrameSource } from './encoding.ts';
import { EVERY_PARTITION, type Frame, GapFrame, RecordFrame } from './frame.ts';
import { FrameRing, type RingLimits } from './frame-ring.ts';
import type { Reader } from './reader.ts';
import type { TopicState } from './topic-state.ts';

/** Why the offsets of before mean nothing now. */
export interface Restart {
  readonly reason: GapReason;
  /** Where reading goes on in the partitions that it concerns. */
  readonly positions: Positions;
}

/**
 * The ordered events of one ID: a bounded ring of frames, and the readers at their places in it.
 *
 * It lives in one partition where the producer's partitioner is known, else in all. `floor` says for each of its
 * partitions from which position on the ring is complete.
 */
export class Feed {
  readonly id: string;
  readonly topic: TopicState;
  readonly readers = new Set<Reader>();
  /** When the last reader left, ms since 1970; undefined while there is one. */
  idleSinceMs: number | undefined;
  /** Clients that will read it as soon as their place in it is found: it is kept for them. */
  expectedReaders = 0;
  /** The bytes that the ID stands for, as latin1: a record of the feed has them where its topic has the ID. */
  readonly idBytes: string;
  /** The same bytes. */
  readonly #id: Buffer;
  readonly #ring: FrameRing;
  readonly #floor: Map<number, number>;
  readonly #chunks: Chunks;
  readonly #flushFrames: number;
  readonly #flushBytes: number;
  #unflushedFrames = 0;
  #unflushedBytes = 0;
  #firstOfEpoch = 0;
  /** Of this epoch, and the index behind each; a later one of the same partition takes the place of the one before. */
  #restarts: readonly (Restart & { readonly index: number })[] = [];

  constructor(id: string, topic: TopicState, limits: RingLimits) {
    this.id = id;
    this.topic = topic;
    this.#id = Buffer.from(keyOfFeedId(id));
    this.idBytes = this.#id.toString('latin1');
    this.#ring = new FrameRing(limits);
    this.#chunks = new Chunks(this.#ring);
    this.#flushFrames = Math.min(CHUNK_EVENTS, limits.frames);
    this.#flushBytes = limits.bytes / 2;
    this.#floor = new Map(topic.positionsOf(topic.partitionsOf(id)));
  }

  get head(): number {
    return this.#ring.head;
  }

  /** Index of the oldest frame that a new reader may begin with. */
  get oldest(): number {
    return Math.max(this.#ring.tail, this.#firstOfEpoch);
  }

  /** Index of the first frame since the last restart; the ones before it are of records that are gone. */
  get epochStart(): number {
    return this.#firstOfEpoch;
  }

  /** What has happened to a reader that was at this index, which is below `epochStart`: all restarts since then in one. */
  restartSince(index: number): Restart {
    const since = this.#restarts.filter((restart) => restart.index > index);
    const reason = since.at(-1)?.reason ?? GapReason.recreatedTopic;
    return { reason, positions: new Map(since.flatMap(({ positions }) => [...positions])) };
  }

  /** Index of the oldest frame kept, also of an epoch that is over. */
  get tail(): number {
    return this.#ring.tail;
  }

  get ringBytes(): number {
    return this.#ring.bytes;
  }

  get floor(): Positions {
    return this.#floor;
  }

  frameAt(index: number): Frame {
    return this.#ring.at(index);
  }

  /** The positions through which a reader at the head has been served. */
  headPositions(): Positions {
    return this.topic.positionsOf(this.#floor.keys());
  }

  headCursor(): string {
    // Of any partition: this says the same of it that all say.
    const [partition = 0] = this.#floor.keys();
    return this.#cursorAt(partition, this.topic.position(partition));
  }

  /** What to ask the record log for, of the records that this feed has in a partition. */
  historyPlace(partition: number): Pick<HistoryRequest, 'topic' | 'epoch' | 'partition' | 'idBytes'> {
    const { topic, epoch } = this.topic.origin;
    return { topic, epoch, partition, idBytes: this.idBytes };
  }

  append(record: LogRecord, source: FrameSource): void {
    if (!this.#floor.has(source.partition)) this.#widen(source.partition, record.offset);
    const isEnd = this.topic.isEnd(record);
    const id = this.#cursorAt(source.partition, record.offset + 1, isEnd);
    this.#push(new RecordFrame(record, source, { id, isEnd, feedId: this.#id }));
  }

  /** Records of one of its partitions are gone for good. */
  appendGap(gap: LogGap): void {
    if (!this.#floor.has(gap.partition)) return;
    const from = this.#cursorAt(gap.partition, gap.from);
    const to = this.#cursorAt(gap.partition, gap.to);
    const data = { reason: gap.reason, from, to, resumesAt: GapResume.oldest };
    this.#push(new GapFrame(data, gap.partition, gap.to));
  }

  /** From now on records of this feed are looked for in these partitions too (the topic has grown). */
  include(partitions: Iterable<number>): void {
    for (const partition of partitions) {
      if (!this.#floor.has(partition)) this.#floor.set(partition, this.topic.position(partition));
    }
  }

  /** The topic was created again: the offsets of before mean nothing now. */
  recreate(from: string, positions: Positions): void {
    this.#floor.clear();
    this.#restarts = [];
    this.include(this.topic.partitionsOf(this.id));
    this.#startAnew(from, { reason: GapReason.recreatedTopic, positions });
  }

  /** A partition has lost its end, and offsets that were read will be given to other records. */
  rewind(from: string, gap: LogGap): void {
    if (!this.#floor.has(gap.partition)) return;
    for (const partition of this.#floor.keys()) this.#floor.set(partition, this.topic.position(partition));
    this.#startAnew(from, { reason: gap.reason, positions: new Map([[gap.partition, gap.to]]) });
  }

  /**
   * Whether as much waits for a flush as one write takes, or the ring can hold: of a batch that is larger, frames would
   * leave the ring before any reader has seen them.
   */
  get isDue(): boolean {
    return this.#unflushedFrames >= this.#flushFrames || this.#unflushedBytes >= this.#flushBytes;
  }

  /** What was appended since the last flush. */
  get unflushedEvents(): number {
    return this.#unflushedFrames;
  }

  /** Wakes every reader; called once for all that a batch has appended, and sooner where that is due. */
  flush(): void {
    this.#unflushedFrames = 0;
    this.#unflushedBytes = 0;
    let isAnyBehind = false;
    for (const reader of this.readers) {
      reader.pump();
      isAnyBehind ||= !reader.isAtHead;
    }
    if (!isAnyBehind) this.#chunks.forgetWhole();
  }

  /** The frames from an index on, joined; readers at the same place with the same encoding share the bytes. */
  chunk(encoding: Encoding, from: number): Chunk {
    return this.#chunks.get(encoding, from);
  }

  /** Ends what a feed without readers keeps beyond its ring. */
  forgetChunks(): void {
    this.#chunks.forget();
  }

  #startAnew(from: string, restart: Restart): void {
    const data = { reason: restart.reason, from, to: this.headCursor(), resumesAt: GapResume.oldest };
    this.#push(new GapFrame(data, EVERY_PARTITION, 0));
    this.#firstOfEpoch = this.#ring.head;
    const others = this.#restarts.filter(
      ({ positions }) => ![...positions.keys()].every((key) => restart.positions.has(key)),
    );
    this.#restarts = [...others, { ...restart, index: this.#ring.head }];
  }

  /**
   * Lets the oldest frames go until this much is left at most. Readers that are behind then read them from the record
   * log; only once all has been flushed.
   */
  trimRing(bytes: number): void {
    const index = this.#ring.tail;
    this.#raiseFloors(this.#ring.trim(bytes), index);
    this.#chunks.forget();
  }

  #push(frame: Frame): void {
    this.#unflushedFrames += 1;
    this.#unflushedBytes += frame.costBytes;
    const index = this.#ring.tail;
    this.#raiseFloors(this.#ring.push(frame), index);
  }

  /** @param from index of the first of these frames, which have left the ring */
  #raiseFloors(frames: readonly Frame[], from: number): void {
    let index = from;
    for (const evicted of frames) {
      // A frame of the epoch before says nothing of the positions of this one.
      if (index >= this.#firstOfEpoch) this.#raiseFloor(evicted);
      index += 1;
    }
  }

  #raiseFloor({ partition, next }: Frame): void {
    const floor = this.#floor.get(partition);
    if (floor !== undefined && next > floor) this.#floor.set(partition, next);
  }

  /**
   * A record came where its producer's partitioner would not have put it: from now on the feed may be anywhere. What
   * came there before this feed was watched cannot be known, so every reader is told.
   */
  #widen(partition: number, offset: number): void {
    const from = this.headCursor();
    this.#floor.set(partition, offset);
    this.include(this.topic.allPartitions());
    const to = this.#cursorAt(partition, offset);
    const data = { reason: GapReason.unpredictedPartition, from, to, resumesAt: GapResume.record };
    this.#push(new GapFrame(data, partition, offset));
  }

  #cursorAt(partition: number, position: number, isEnd = false): string {
    const { encoder } = this.topic;
    if (this.#floor.size === 1) return encoder.encodeSingle(partition, position, isEnd);
    const positions = new Map(this.headPositions());
    return encoder.encode(positions.set(partition, position), isEnd);
  }
}
