import { GapReason, GapResume } from '../../protocol/constants.ts';
import { type CursorEncoder, decodeCursor, type Positions } from '../../protocol/cursor.ts';
import { deferred } from '../deferred.ts';
import { CatchUp, type CatchUpEnd } from './catch-up.ts';
import type { Encoding } from './encoding.ts';
import type { Feed } from './feed.ts';
import { EVERY_PARTITION } from './frame.ts';
import { lostPositions } from './lost-positions.ts';
import { firstUncovered, firstUnserved, type Start, servedIn } from './resume.ts';
import type { Sink } from './sink.ts';

export interface ReaderOptions {
  readonly sink: Sink;
  readonly encoding: Encoding;
  readonly start: Start;
  /** The feed's last event has been written. */
  readonly onEnd?: () => void;
}

/**
 * A cursor over one feed, with a sink. It owns no queue: while its sink has room it stays at the head of the feed;
 * when the sink is full it falls behind, and once there is room it reads on from its position, many frames in one
 * write. Where its place is not in the ring, or has left it, it catches up from the record log.
 *
 *     at head ──append, sink full──► behind ──room──► at head ──the feed's last event──► over
 *                                      └──place left the ring──► catching up ──► behind
 */
export class Reader {
  readonly feed: Feed;
  readonly #sink: Sink;
  readonly #encoding: Encoding;
  readonly #onEnd: (() => void) | undefined;
  readonly #settled = deferred<void>();
  readonly #life = new AbortController();
  #catchUp: CatchUp | undefined;
  #isChecking = false;
  #isOver = false;
  #index = 0;
  /** Set while the client may be ahead of frames that come: it resumed, and has been served further than this pod. */
  #served: Map<number, number> | undefined;
  /** The cursor behind the last thing written. */
  #lastId: string;
  /** Of the epoch that this reader is in: it may still be among the frames of one that is over. */
  #encoder: CursorEncoder;

  constructor(feed: Feed, { sink, encoding, start, onEnd }: ReaderOptions) {
    this.feed = feed;
    this.#sink = sink;
    this.#encoding = encoding;
    this.#onEnd = onEnd;
    this.#encoder = feed.topic.encoder;
    const served = servedIn(feed, start.served);
    this.#lastId = this.#encoder.encode(served);
    feed.readers.add(this);
    feed.idleSinceMs = undefined;
    sink.onRoom = () => this.pump();
    // The transport writes it, before anything else.
    if (start.gap !== undefined) this.#countGap(start.gap.reason);
    this.#goOnFrom(served);
    if (isAnyBelow(feed.headPositions(), served)) void this.#checkAhead(served);
    this.#settleIfDone();
  }

  /** The position through which this reader has been served: every event below it has been written to its sink. */
  get cursor(): string {
    if (this.#catchUp !== undefined) return this.#catchUp.cursor;
    if (this.#isOver || this.#index < this.feed.head) return this.#lastId;
    return this.#served === undefined ? this.feed.headCursor() : this.#encodeServed(this.#served);
  }

  get isAtHead(): boolean {
    return this.#catchUp === undefined && this.#index === this.feed.head;
  }

  get isCatchingUp(): boolean {
    return this.#catchUp !== undefined;
  }

  /** Whether the feed's last event has been written: nothing will follow. */
  get isOver(): boolean {
    return this.#isOver || this.#catchUp?.isOver === true;
  }

  /** Whether all that was stored when it began has been written, as far as the sink had room. */
  get isSettled(): boolean {
    return this.#catchUp === undefined && !this.#isChecking;
  }

  /** Resolves once it was settled for the first time, or was closed. */
  get settled(): Promise<void> {
    return this.#settled.promise;
  }

  /** Writes all that the sink has room for. */
  pump(): void {
    this.#catchUp?.pump();
    while (this.#canWrite) {
      if (this.#index < this.feed.tail) this.#leaveRing();
      else if (this.#served === undefined) this.#writeShared();
      else this.#writeUnserved(this.#served);
    }
  }

  close(nowMs: number): void {
    this.#life.abort();
    this.#sink.onRoom = undefined;
    this.#catchUp?.stop();
    this.#settled.resolve();
    const { readers } = this.feed;
    if (!readers.delete(this) || readers.size > 0) return;
    this.feed.idleSinceMs = nowMs;
    this.feed.forgetChunks();
  }

  get #canWrite(): boolean {
    return this.#catchUp === undefined && !this.#isOver && this.#sink.hasRoom && this.#index < this.feed.head;
  }

  /** In the ring where it reaches back so far, else from the record log. */
  #goOnFrom(served: Map<number, number>): void {
    if (firstUncovered(this.feed, served) === undefined) {
      this.#index = firstUnserved(this.feed, served);
      this.#served = isAhead(this.feed, served, this.#index) ? served : undefined;
      return;
    }
    const catchUp = new CatchUp(this.feed, { sink: this.#sink, encoding: this.#encoding, served });
    this.#catchUp = catchUp;
    catchUp.run().then(
      (end) => this.#onCatchUpEnd(catchUp, end),
      (error: unknown) => this.#sink.fail(new Error('The past of the feed could not be read.', { cause: error })),
    );
  }

  #onCatchUpEnd(catchUp: CatchUp, end: CatchUpEnd): void {
    if (this.#catchUp !== catchUp) return;
    this.#catchUp = undefined;
    this.#lastId = catchUp.cursor;
    if (end === 'stopped') return;
    if (end === 'over') this.#end();
    else if (end === 'restarted') this.#skipToRestart(catchUp.epochStart);
    else this.#goOnFrom(servedIn(this.feed, catchUp.served));
    this.pump();
    this.#settleIfDone();
  }

  #settleIfDone(): void {
    if (this.isSettled) this.#settled.resolve();
  }

  /**
   * The client has been served further than this pod has read. Either this pod lags, and it waits; or the record log
   * itself ends below that, and the client is told.
   */
  async #checkAhead(served: Positions): Promise<void> {
    this.#isChecking = true;
    try {
      const lost = await lostPositions(this.feed, served, this.#life.signal);
      if (lost !== undefined) this.#goBack(lost);
    } catch (error) {
      if (!this.#life.signal.aborted) this.#sink.fail(new Error('The log could not be asked.', { cause: error }));
    } finally {
      this.#isChecking = false;
      this.#settleIfDone();
    }
  }

  /** What the client has seen there is gone, and its offsets will be given to other records. */
  #goBack(positions: Positions): void {
    const from = this.cursor;
    const before = decodeCursor(from)?.positions ?? new Map<number, number>();
    this.#catchUp?.stop();
    this.#catchUp = undefined;
    this.#served = undefined;
    this.#tellGap(GapReason.outOfRange, from, servedIn(this.feed, new Map([...before, ...positions])));
    this.pump();
  }

  /** The ring has moved on past this reader. */
  #leaveRing(): void {
    if (this.#index < this.feed.epochStart) this.#skipToRestart(this.#index);
    else {
      // The feed may have got further partitions since, of which the client has seen nothing.
      const served = this.#served ?? decodeCursor(this.#lastId)?.positions ?? new Map<number, number>();
      this.#goOnFrom(servedIn(this.feed, served));
    }
  }

  /** It was at this index, among records that are gone: their positions mean nothing now. */
  #skipToRestart(index: number): void {
    const { reason, positions } = this.feed.restartSince(index);
    const before = decodeCursor(this.#lastId);
    const isOfEpoch = before?.epoch === this.feed.topic.origin.epoch;
    this.#encoder = this.feed.topic.encoder;
    const served = new Map([...(isOfEpoch ? before.positions : []), ...positions]);
    this.#tellGap(reason, this.#lastId, servedIn(this.feed, served));
  }

  #tellGap(reason: GapReason, from: string, served: Map<number, number>): void {
    const to = this.#encoder.encode(served);
    this.#lastId = to;
    this.#countGap(reason);
    this.#writeOne(this.#encoding.gap({ reason, from, to, resumesAt: GapResume.oldest }));
    this.#goOnFrom(served);
  }

  #writeShared(): void {
    const { bytes, events, gaps, next, id, isEnd } = this.feed.chunk(this.#encoding, this.#index);
    this.#index = next;
    this.#lastId = id;
    this.#sink.write(bytes, events);
    if (gaps.length > 0) for (const reason of gaps) this.#countGap(reason);
    if (isEnd) this.#end();
  }

  /** One frame, unless the client has it already; its `id:` must not fall behind what the client has been served. */
  #writeUnserved(served: Map<number, number>): void {
    const frame = this.feed.frameAt(this.#index);
    if (frame.partition === EVERY_PARTITION) {
      this.#skipToRestart(this.#index);
      return;
    }
    this.#index += 1;
    const position = served.get(frame.partition);
    if (position === undefined || frame.next > position) {
      served.set(frame.partition, frame.next);
      this.#lastId = this.#encodeServed(served, frame.isEnd);
      this.#writeOne(frame.body(this.#encoding));
      if (frame.gapReason !== undefined) this.#countGap(frame.gapReason);
      if (frame.isEnd) this.#end();
    }
    if (!isAhead(this.feed, served, this.#index)) this.#served = undefined;
  }

  #countGap(reason: GapReason): void {
    this.feed.topic.tally.gaps.add(reason);
  }

  #writeOne(body: Buffer): void {
    this.#sink.write(Buffer.concat([this.#encoding.head(this.#lastId), body]), 1);
  }

  #end(): void {
    this.#isOver = true;
    this.#onEnd?.();
  }

  /** What was served, and where this pod has meanwhile read further with nothing for this feed, that. */
  #encodeServed(served: Map<number, number>, isEnd = false): string {
    if (this.#index < this.feed.epochStart) return this.#encoder.encode(served, isEnd);
    this.#encoder = this.feed.topic.encoder;
    const reached = this.isAtHead ? this.feed.headPositions() : this.feed.floor;
    for (const [partition, position] of reached) {
      // Also where that is 0: a cursor names every partition of its feed, or it is of another one.
      if (position > (served.get(partition) ?? -1)) served.set(partition, position);
    }
    return this.#encoder.encode(served, isEnd);
  }
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
  for (const [partition, position] of reached) if (position < (served.get(partition) ?? 0)) return true;
  return false;
}
