import { GapReason, GapResume } from '../../protocol/constants.ts';
import { type CursorEncoder, decodeCursor, type Positions } from '../../protocol/cursor.ts';
import { deferred } from '../deferred.ts';
import { CatchUp, type CatchUpEnd } from './catch-up.ts';
import type { Encoding } from './encoding.ts';
import type { Feed } from './feed.ts';
import { EVERY_PARTITION } from './frame.ts';
import { firstUncovered, firstUnserved, type Start } from './resume.ts';
import type { Sink } from './sink.ts';

/**
 * A cursor over one feed, with a sink. It owns no queue: while its sink has room it stays at the head of the feed;
 * when the sink is full it falls behind, and once there is room it reads on from its position, many frames in one
 * write. Where its place is not in the ring, or has left it, it catches up from the record log.
 *
 *     at head ──append, sink full──► behind ──room──► at head
 *                                      └──place left the ring──► catching up ──► behind
 */
export class Reader {
  readonly feed: Feed;
  readonly #sink: Sink;
  readonly #encoding: Encoding;
  readonly #caughtUp = deferred<void>();
  #catchUp: CatchUp | undefined;
  #index = 0;
  /** Set while the client may be ahead of frames that come: it resumed, and has been served further than this pod. */
  #served: Map<number, number> | undefined;
  /** The cursor behind the last thing written. */
  #lastId: string;
  /** Of the epoch that this reader is in: it may still be among the frames of one that is over. */
  #encoder: CursorEncoder;

  constructor(feed: Feed, sink: Sink, encoding: Encoding, start: Start) {
    this.feed = feed;
    this.#sink = sink;
    this.#encoding = encoding;
    this.#encoder = feed.topic.encoder;
    const served = servedIn(feed, start.served);
    this.#lastId = this.#encoder.encode(served);
    feed.readers.add(this);
    feed.idleSinceMs = undefined;
    sink.onRoom = () => this.pump();
    this.#goOnFrom(served);
  }

  /** The position through which this reader has been served: every event below it has been written to its sink. */
  get cursor(): string {
    if (this.#catchUp !== undefined) return this.#catchUp.cursor;
    if (this.#index < this.feed.head) return this.#lastId;
    return this.#served === undefined ? this.feed.headCursor() : this.#encodeServed(this.#served);
  }

  get isAtHead(): boolean {
    return this.#catchUp === undefined && this.#index === this.feed.head;
  }

  get isCatchingUp(): boolean {
    return this.#catchUp !== undefined;
  }

  /** Resolves once the ring has taken over for the first time, or the reader was closed. */
  get caughtUp(): Promise<void> {
    return this.#caughtUp.promise;
  }

  /** Writes all that the sink has room for. */
  pump(): void {
    this.#catchUp?.pump();
    while (this.#catchUp === undefined && this.#sink.hasRoom && this.#index < this.feed.head) {
      if (this.#index < this.feed.tail) this.#leaveRing();
      else if (this.#served === undefined) this.#writeShared();
      else this.#writeUnserved(this.#served);
    }
  }

  close(nowMs: number): void {
    this.#sink.onRoom = undefined;
    this.#catchUp?.stop();
    this.#caughtUp.resolve();
    const { readers } = this.feed;
    if (!readers.delete(this) || readers.size > 0) return;
    this.feed.idleSinceMs = nowMs;
    this.feed.forgetChunks();
  }

  /** In the ring where it reaches back so far, else from the record log. */
  #goOnFrom(served: Map<number, number>): void {
    if (firstUncovered(this.feed, served) === undefined) {
      this.#index = firstUnserved(this.feed, served);
      this.#served = isAhead(this.feed, served, this.#index) ? served : undefined;
      this.#caughtUp.resolve();
      return;
    }
    const catchUp = new CatchUp(this.feed, this.#sink, this.#encoding, served);
    this.#catchUp = catchUp;
    catchUp.run().then(
      (end) => this.#onCatchUpEnd(catchUp, end),
      (error: unknown) => this.#sink.fail(new Error('The past of the feed could not be read.', { cause: error })),
    );
  }

  #onCatchUpEnd(catchUp: CatchUp, end: CatchUpEnd): void {
    this.#catchUp = undefined;
    this.#lastId = catchUp.cursor;
    if (end === 'stopped') return;
    if (end === 'recreated') this.#skipEpoch();
    else this.#goOnFrom(catchUp.served);
    this.pump();
  }

  /** The ring has moved on past this reader. */
  #leaveRing(): void {
    if (this.#index < this.feed.epochStart) this.#skipEpoch();
    else this.#goOnFrom(this.#served ?? servedIn(this.feed, decodeCursor(this.#lastId)?.positions ?? new Map()));
  }

  /** It was still among the records of a topic that is gone: their positions mean nothing in the new one. */
  #skipEpoch(): void {
    const served = servedIn(this.feed, new Map());
    this.#encoder = this.feed.topic.encoder;
    const to = this.#encoder.encode(served);
    const gap = { reason: GapReason.recreatedTopic, from: this.#lastId, to, resumesAt: GapResume.oldest };
    this.#lastId = to;
    this.#writeOne(this.#encoding.gap(gap));
    this.#goOnFrom(served);
  }

  #writeShared(): void {
    const { bytes, events, next, id } = this.feed.chunk(this.#encoding, this.#index);
    this.#index = next;
    this.#lastId = id;
    this.#sink.write(bytes, events);
  }

  /** One frame, unless the client has it already; its `id:` must not fall behind what the client has been served. */
  #writeUnserved(served: Map<number, number>): void {
    const frame = this.feed.frameAt(this.#index);
    if (frame.partition === EVERY_PARTITION) {
      this.#served = undefined;
      this.#writeShared();
      return;
    }
    this.#index += 1;
    const position = served.get(frame.partition);
    if (position === undefined || frame.next > position) {
      served.set(frame.partition, frame.next);
      this.#lastId = this.#encodeServed(served);
      this.#writeOne(frame.body(this.#encoding));
    }
    if (!isAhead(this.feed, served, this.#index)) this.#served = undefined;
  }

  #writeOne(body: Buffer): void {
    this.#sink.write(Buffer.concat([this.#encoding.head(this.#lastId), body]), 1);
  }

  /** What was served, and where this pod has meanwhile read further with nothing for this feed, that. */
  #encodeServed(served: Map<number, number>): string {
    if (this.#index < this.feed.epochStart) return this.#encoder.encode(served);
    this.#encoder = this.feed.topic.encoder;
    const reached = this.isAtHead ? this.feed.headPositions() : this.feed.floor;
    for (const [partition, position] of reached) {
      if (position > (served.get(partition) ?? 0)) served.set(partition, position);
    }
    return this.#encoder.encode(served);
  }
}

/** These positions, and 0 in every further partition of the feed: of those the client has seen nothing. */
function servedIn(feed: Feed, positions: Positions): Map<number, number> {
  const served = new Map<number, number>();
  for (const partition of feed.floor.keys()) served.set(partition, positions.get(partition) ?? 0);
  return served;
}

/** Whether frames may still come, from an index on, that a client at these positions already has. */
function isAhead(feed: Feed, served: Positions, index: number): boolean {
  if (index === feed.head) return isAnyBelow(feed.headPositions(), served);
  // Over several partitions a frame that is served may stand behind one that is not; in one partition it cannot.
  if (served.size > 1) return true;
  const { partition, next } = feed.frameAt(index);
  return next <= (served.get(partition) ?? 0);
}

function isAnyBelow(reached: Positions, served: Positions): boolean {
  return [...reached].some(([partition, position]) => position < (served.get(partition) ?? 0));
}
