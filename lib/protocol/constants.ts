/**
 * Every name that crosses the wire, once. PROTOCOL.md describes them; nothing else may spell them.
 */

/** Version of the wire contract, told in `hello` and carried by every cursor. */
export const PROTOCOL_VERSION = 1;

/**
 * Control events of a stream. An event that carries a record has no name, so `onmessage` gets it. None of these is
 * called `open`, `error` or `message`: EventSource dispatches those itself.
 */
export const EventName = {
  hello: 'hello',
  ping: 'ping',
  gap: 'gap',
  rotate: 'rotate',
  draining: 'draining',
  end: 'end',
} as const;
export type EventName = (typeof EventName)[keyof typeof EventName];

/** Query parameters. */
export const QueryName = {
  after: 'after',
  format: 'format',
  id: 'id',
  prefix: 'prefix',
  topic: 'topic',
} as const;

/** Header names, lower case, as `Headers` and Node give them. */
export const HeaderName = {
  lastEventId: 'last-event-id',
} as const;

/** How an event carries its record: the value verbatim, or a JSON envelope with everything around it. */
export const EventFormat = { raw: 'raw', envelope: 'envelope' } as const;
export type EventFormat = (typeof EventFormat)[keyof typeof EventFormat];

/** What the records are kept in. `memory` is the in-process log: not Kafka, and every page says so. */
export const RecordLogKind = { kafka: 'kafka', memory: 'memory' } as const;
export type RecordLogKind = (typeof RecordLogKind)[keyof typeof RecordLogKind];

/** Why history between two cursors cannot be given. */
export const GapReason = {
  /** The cursor cannot be read: cut, altered, or not one of ours. */
  malformedCursor: 'malformed-cursor',
  /** The cursor is of another Kafka cluster, or of an in-process log that is gone. */
  otherRecordLog: 'other-record-log',
  /** The cursor is of another topic, or has no position where this feed is. */
  otherFeed: 'other-feed',
  /** The topic was deleted and created again: same name, other records. */
  recreatedTopic: 'recreated-topic',
  /** The record log has deleted the records (retention, or a truncated log). */
  retention: 'retention',
  /** The records are older than what this pod keeps in memory. */
  notKept: 'not-kept',
  /** A record of this feed came in a partition where its producer's partitioner would not have put it. */
  unpredictedPartition: 'unpredicted-partition',
} as const;
export type GapReason = (typeof GapReason)[keyof typeof GapReason];

/** Where reading goes on after a `gap`: the oldest event kept, the record that showed the gap, or what comes next. */
export const GapResume = { oldest: 'oldest', record: 'record', now: 'now' } as const;
export type GapResume = (typeof GapResume)[keyof typeof GapResume];

/** Longest feed ID, in UTF-8 bytes. */
export const FEED_ID_MAX_BYTES = 256;

/** Longest cursor, in characters (all ASCII): request headers over 16 KB are refused by servers for good. */
export const CURSOR_MAX_CHARS = 2048;

/** How long EventSource waits before it reconnects by itself, in ms; sent as `retry:` at the start of a stream. */
export const RETRY_MS = 1000;

/** The client gives a silent connection up after this many ping intervals. */
export const WATCHDOG_PINGS = 3;
