import { GapReason, GapResume } from '../../protocol/constants.ts';
import type { CursorEncoder } from '../../protocol/cursor.ts';
import type { HistoryPage, LogRecord } from '../record-log/port.ts';
import type { Encoding } from './encoding.ts';
import type { Feed } from './feed.ts';
import { firstUncovered } from './resume.ts';
import type { Sink } from './sink.ts';

/** A write stays near these, so that a sink with little room is not flooded. */
const CHUNK_BYTES = 65_536;
const CHUNK_EVENTS = 500;

/** `covered`: the ring reaches back to here now. `recreated`: the topic was, and nothing of before is left. */
export type CatchUpEnd = 'covered' | 'recreated' | 'stopped';

/**
 * Reads for one reader what its feed's ring does not hold: from the record log, page by page, as fast as its sink
 * takes them, until the ring takes over. It holds one page at most.
 */
export class CatchUp {
  /** The positions through which the client has been served. */
  readonly served: Map<number, number>;
  readonly #feed: Feed;
  readonly #sink: Sink;
  readonly #encoding: Encoding;
  /** Of the epoch that is read: what comes of another one is not used. */
  readonly #encoder: CursorEncoder;
  readonly #epoch: string;
  readonly #stopping = new AbortController();
  #onRoom: () => void = () => undefined;

  constructor(feed: Feed, sink: Sink, encoding: Encoding, served: Map<number, number>) {
    this.served = served;
    this.#feed = feed;
    this.#sink = sink;
    this.#encoding = encoding;
    this.#encoder = feed.topic.encoder;
    this.#epoch = feed.topic.origin.epoch;
  }

  get cursor(): string {
    return this.#encoder.encode(this.served);
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
      if (this.#isRecreated) return 'recreated';
      const partition = firstUncovered(this.#feed, this.served);
      if (partition === undefined) return 'covered';
      const page = await this.#nextPage(partition, signal).catch((error: unknown) => {
        if (signal.aborted) return undefined;
        throw error;
      });
      // Of a topic that was created again meanwhile, it may be of either.
      if (page !== undefined && !this.#isRecreated) await this.#write(partition, page);
    }
    return 'stopped';
  }

  get #isRecreated(): boolean {
    return this.#feed.topic.origin.epoch !== this.#epoch;
  }

  #nextPage(partition: number, signal: AbortSignal): Promise<HistoryPage> {
    const { topic, id, floor } = this.#feed;
    return topic.history.readHistory({
      topic: topic.origin.topic,
      partition,
      key: Buffer.from(id).toString('latin1'),
      from: this.served.get(partition) ?? 0,
      to: floor.get(partition) ?? 0,
      signal,
    });
  }

  async #write(partition: number, { records, next, oldest }: HistoryPage): Promise<void> {
    if (oldest !== undefined) await this.#writeGap(partition, oldest);
    for (let index = 0; index < records.length; ) {
      if (!(await this.#untilRoom())) return;
      index = this.#writeSome(partition, records, index);
    }
    this.served.set(partition, next);
  }

  /** What the sink takes in one write. @returns the index behind it */
  #writeSome(partition: number, records: readonly LogRecord[], from: number): number {
    const source = this.#feed.topic.sourceOf(partition);
    const parts: Buffer[] = [];
    let bytes = 0;
    let index = from;
    for (; index < records.length && bytes < CHUNK_BYTES && index - from < CHUNK_EVENTS; index += 1) {
      const record = records[index];
      if (record === undefined) break;
      this.served.set(partition, record.offset + 1);
      const body = this.#encoding.record(record, source);
      parts.push(this.#encoding.head(this.cursor), body);
      bytes += body.length;
    }
    this.#sink.write(Buffer.concat(parts), index - from);
    return index;
  }

  async #writeGap(partition: number, oldest: number): Promise<void> {
    if (!(await this.#untilRoom())) return;
    const from = this.cursor;
    this.served.set(partition, oldest);
    const to = this.cursor;
    const gap = { reason: GapReason.retention, from, to, resumesAt: GapResume.oldest };
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
