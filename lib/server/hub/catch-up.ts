import { GapReason, GapResume } from '../../protocol/constants.ts';
import type { CursorEncoder, Positions } from '../../protocol/cursor.ts';
import type { HistoryPage, LogRecord } from '../record-log/port.ts';
import { CHUNK_BYTES, CHUNK_EVENTS } from './chunk-limits.ts';
import type { Encoding } from './encoding.ts';
import type { Feed } from './feed.ts';
import { firstUncovered, servedIn } from './resume.ts';
import type { Sink } from './sink.ts';

/**
 * `covered`: the ring reaches back to here now. `restarted`: the offsets mean nothing now. `over`: the feed's last event
 * was written.
 */
export type CatchUpEnd = 'covered' | 'restarted' | 'over' | 'stopped';

export interface CatchUpOptions {
  readonly sink: Sink;
  readonly encoding: Encoding;
  /** The positions to read from. */
  readonly served: Positions;
}

/**
 * Reads for one reader what its feed's ring does not hold: from the record log, page by page, as fast as its sink
 * takes them, until the ring takes over. It keeps nothing between two pages: a page is asked for when there is room,
 * and what the sink does not take of it is asked for again.
 */
export class CatchUp {
  /** The positions through which the client has been served. */
  readonly served: Map<number, number>;
  /** The feed's when this began: where it has changed, the offsets mean nothing now. */
  readonly epochStart: number;
  readonly #feed: Feed;
  readonly #sink: Sink;
  readonly #encoding: Encoding;
  /** Of the epoch that is read: what comes of another one is not used. */
  #encoder: CursorEncoder;
  readonly #stopping = new AbortController();
  /** Partitions that go on with the feed's last event, which waits until the others are read. */
  readonly #ending = new Set<number>();
  #isOver = false;
  #onRoom: () => void = () => undefined;

  constructor(feed: Feed, { sink, encoding, served }: CatchUpOptions) {
    this.served = new Map(served);
    this.#feed = feed;
    this.#sink = sink;
    this.#encoding = encoding;
    this.#encoder = feed.topic.encoder;
    this.epochStart = feed.epochStart;
  }

  get cursor(): string {
    return this.#encoder.encode(this.served, this.#isOver);
  }

  /** Whether the feed's last event has been written, which its reader learns a moment later. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** The sink has room again. */
  pump(): void {
    this.#onRoom();
  }

  stop(): void {
    this.#stopping.abort();
    this.#onRoom();
  }

  /** Resolves when there is no more to read here. */
  async run(): Promise<CatchUpEnd> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      if (this.#isRestarted) return 'restarted';
      this.#noteGrowth();
      const partition =
        firstUncovered(this.#feed, this.served, this.#ending) ?? firstUncovered(this.#feed, this.served);
      if (partition === undefined) return 'covered';
      if (!(await this.#untilRoom())) continue;
      const page = await this.#nextPage(partition, signal).catch((error: unknown) => {
        if (signal.aborted) return undefined;
        throw error;
      });
      if (page !== undefined && !this.#isRestarted) this.#write(partition, page);
      if (this.#isOver) return 'over';
    }
    return 'stopped';
  }

  get #isRestarted(): boolean {
    return this.#feed.epochStart !== this.epochStart;
  }

  /** A cursor says of how many partitions it is, and only of those: of further ones the client has seen nothing. */
  #noteGrowth(): void {
    if (this.#encoder === this.#feed.topic.encoder) return;
    this.#encoder = this.#feed.topic.encoder;
    for (const [partition, position] of servedIn(this.#feed, this.served)) this.served.set(partition, position);
  }

  #nextPage(partition: number, signal: AbortSignal): Promise<HistoryPage> {
    const from = this.served.get(partition) ?? 0;
    const to = this.#feed.floor.get(partition) ?? 0;
    return this.#feed.topic.history.readHistory({ ...this.#feed.historyPlace(partition), from, to, signal });
  }

  #write(partition: number, page: HistoryPage): void {
    const { records, next, isGone } = this.#beforeEnd(partition, page);
    if (isGone) this.#writeGap(partition, next);
    for (let index = 0; index < records.length; ) {
      if (this.#isOver || !this.#sink.hasRoom) return;
      index = this.#writeSome(partition, records, index);
    }
    if (!this.#isOver) this.served.set(partition, next);
  }

  /** Kafka orders nothing across partitions: what the others hold would be lost behind the feed's last event. */
  #beforeEnd(partition: number, page: HistoryPage): HistoryPage {
    if (firstUncovered(this.#feed, this.served, new Set([...this.#ending, partition])) === undefined) return page;
    const index = page.records.findIndex((record) => this.#feed.topic.isEnd(record));
    const end = page.records[index];
    if (end === undefined) return page;
    this.#ending.add(partition);
    return { records: page.records.slice(0, index), next: end.offset };
  }

  /** What the sink takes in one write. @returns the index behind it */
  #writeSome(partition: number, records: readonly LogRecord[], from: number): number {
    const source = this.#feed.topic.sourceOf(partition);
    const parts: Buffer[] = [];
    let bytes = 0;
    let index = from;
    for (; !this.#isOver && bytes < CHUNK_BYTES && index - from < CHUNK_EVENTS; index += 1) {
      const record = records[index];
      if (record === undefined) break;
      this.served.set(partition, record.offset + 1);
      this.#isOver = this.#feed.topic.isEnd(record);
      const body = this.#encoding.record(record, source);
      parts.push(this.#encoding.head(this.cursor), body);
      bytes += body.length;
    }
    this.#sink.write(Buffer.concat(parts), index - from);
    return index;
  }

  #writeGap(partition: number, next: number): void {
    const from = this.cursor;
    this.served.set(partition, next);
    const to = this.cursor;
    const gap = { reason: GapReason.retention, from, to, resumesAt: GapResume.oldest };
    this.#feed.topic.tally.gaps.add(gap.reason);
    this.#sink.write(Buffer.concat([this.#encoding.head(to), this.#encoding.gap(gap)]), 1);
  }

  /** @returns false when it was stopped instead */
  async #untilRoom(): Promise<boolean> {
    const { signal } = this.#stopping;
    while (!this.#sink.hasRoom && !signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#onRoom = resolve;
      });
    }
    return !signal.aborted;
  }
}
