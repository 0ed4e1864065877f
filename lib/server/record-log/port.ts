/**
 * The port in front of Kafka. The hub knows this file only; `record-log.contract.ts` is its contract, which every
 * adapter passes.
 */

import type { GapReason, RecordLogKind } from '../../protocol/constants.ts';
import type { CursorOrigin, Positions } from '../../protocol/cursor.ts';

type HeaderValue = Buffer | string | null | undefined;

/** Header name → value or values, as Kafka has them; a value may be null. */
export type RecordHeaders = Readonly<Record<string, HeaderValue | readonly HeaderValue[]>>;

/**
 * One record. Buffers may be slices of a fetch buffer of many megabytes: who keeps a record beyond the call that
 * handed it over copies what it keeps.
 */
export interface LogRecord {
  readonly offset: number;
  readonly key: Buffer | null;
  /** null is a tombstone. */
  readonly value: Buffer | null;
  readonly headers: RecordHeaders | undefined;
  /** The record's own timestamp, ms since 1970. */
  readonly timestampMs: number;
}

/** Where the ID of a topic's records stands. */
export type FeedIdRule =
  | { readonly in: 'key' }
  | { readonly in: 'header'; readonly name: string }
  /** `path`: the reference tokens of a JSON pointer (RFC 6901). */
  | { readonly in: 'json'; readonly path: readonly string[] };

/** Why a record has no ID: nobody can ask for it. */
export const WITHOUT_ID = {
  /** No key, no such header, nothing at the pointer, a tombstone where the value should tell. */
  absent: 'absent',
  empty: 'empty',
  /** More than an ID in a URL can have. */
  tooLong: 'too-long',
  notJson: 'not-json',
  /** At the pointer is neither a text nor a whole number. */
  otherType: 'other-type',
} as const;
export type WithoutId = (typeof WITHOUT_ID)[keyof typeof WITHOUT_ID];

/** Tells the ID of each record of a topic, as bytes: those of the key, if that is where it stands. */
export type RecordId = (record: LogRecord) => Buffer | WithoutId;

/** Records of one partition in order. Offsets may be absent (compaction, transactions): that is no gap. */
export interface RecordBatch {
  readonly topic: string;
  readonly partition: number;
  /** May be empty: then it only says how far the log has been read. */
  readonly records: readonly LogRecord[];
  /** Everything below this offset has now been handed over. */
  readonly nextPosition: number;
}

/** A topic as it is known now. */
export interface TopicSnapshot {
  readonly origin: CursorOrigin;
  /** For every partition, the next offset that will be handed over. */
  readonly positions: Positions;
}

/** Records between two offsets of a partition are gone and will not be handed over. */
export interface LogGap {
  readonly topic: string;
  readonly partition: number;
  readonly from: number;
  readonly to: number;
  readonly reason: GapReason;
}

/** Who takes the records. Calls are synchronous and must be quick: reading waits for them. */
export interface RecordLogHandler {
  /** Before the first batch of a topic, and again when it has grown or was recreated (then with another epoch). */
  onTopic(snapshot: TopicSnapshot): void;
  /** Each record once and in order within its partition. */
  onBatch(batch: RecordBatch): void;
  onGap(gap: LogGap): void;
}

/** What a reader asks of the past: the records of one ID in one partition. */
export interface HistoryRequest {
  readonly topic: string;
  /** Of the topic that the offsets are of: what another one of the same name holds is not given. */
  readonly epoch: string;
  readonly partition: number;
  /** The ID's bytes, as latin1. */
  readonly idBytes: string;
  readonly from: number;
  /** Records from here on are not wanted; at most the position that reading has reached. */
  readonly to: number;
  /** Ends the wait. */
  readonly signal: AbortSignal;
}

export interface HistoryPage {
  /** In order. May be none: then it only says how far was looked. They may be slices of larger buffers. */
  readonly records: readonly LogRecord[];
  /**
   * Everything of the ID below this is in `records` or was in pages before. At most `to`; equal to `from` only where
   * the offsets mean nothing now (another epoch, a log that was cut off): reading it again may tell more.
   */
  readonly next: number;
  /** Set where the record log has deleted what it had from `from` up to `next`; such a page has no records. */
  readonly isGone?: true;
}

/** A topic as the record log itself has it at the moment it is asked. */
export interface TopicBounds {
  /** Null while it does not exist. */
  readonly epoch: string | null;
  readonly partitions: ReadonlyMap<number, PartitionBounds>;
}

/** The offsets that a partition holds now. */
export interface PartitionBounds {
  /** The oldest one kept. */
  readonly oldest: number;
  /** The one that the next record will have, as far as readers may see. */
  readonly end: number;
}

/** The past of the same records: what is no longer in memory. */
export interface RecordHistory {
  /** The next page, through every outage. @throws the reason of the request's signal */
  readHistory(request: HistoryRequest): Promise<HistoryPage>;

  /** Asked of the log itself, after this call, through every outage. @throws the reason of the signal */
  bounds(topic: string, signal: AbortSignal): Promise<TopicBounds>;
}

/** How reading goes, in words for `/readyz` and the pages. */
export interface RecordLogStatus {
  /**
   * `live` only while every topic is being read; `starting` until that was so once; `degraded` after that. `wedged` where
   * the log answers, and reading stands still all the same: that is this pod's own fault.
   */
  readonly state: 'starting' | 'live' | 'degraded' | 'wedged';
  readonly reason: string;
}

export interface RecordLog extends RecordHistory {
  readonly kind: RecordLogKind;

  /**
   * Reads every partition of every topic from now on, through every outage, until the undo is called. One reading at
   * a time; a later one goes on where the one before has ended. Never throws: what is wrong is in `status()`, and
   * heals by itself.
   */
  read(handler: RecordLogHandler): () => Promise<void>;

  status(): RecordLogStatus;
}

/** What reading the past has taken. */
export interface HistoryStats {
  /** Partitions that are scanned now. */
  readonly scans: number;
  /** Records looked at so far, of whatever ID. */
  readonly scannedRecords: number;
}

/** Optional ability: telling what reading the past takes (the metrics). */
export interface HistoryMeter {
  historyStats(): HistoryStats;
}

/** How reading has gone. */
export interface ReadingStats {
  /** Since the log has last answered, ms: with records, or that there are none. Undefined before it has. */
  readonly answerAgeMs: number | undefined;
  /** Consumers that have begun to read, those that were lost by an error of their own, and those made in another's place. */
  readonly joins: number;
  readonly crashes: number;
  readonly restarts: number;
}

/** Optional ability: telling how reading has gone (the metrics). */
export interface ReadingMeter {
  readingStats(): ReadingStats;
}

export interface NewRecord {
  readonly key: string | Buffer;
  readonly value: Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Optional ability: appending one record (the demo's POST). */
export interface RecordPublisher {
  /** Resolves once the record is stored. @throws when it could not be. */
  publish(topic: string, record: NewRecord): Promise<{ partition: number; offset: number }>;
}

/** Optional ability: not reading for a while, on purpose (the demo's faults). */
export interface PausableReading {
  /**
   * Stops reading until the undo is called, which goes on where it was: nothing is missed, and nothing is repeated.
   * Publishing and the history go on.
   *
   * @throws Error where it is paused already
   */
  pause(): () => void;
}
