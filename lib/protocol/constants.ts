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
  /** The token that the stream was opened with expires soon. */
  expiring: 'expiring',
  /** It has expired: the stream ends here. */
  expired: 'expired',
  end: 'end',
} as const;
export type EventName = (typeof EventName)[keyof typeof EventName];

/** Query parameters. */
export const QueryName = {
  after: 'after',
  /** Demo only: `1` marks the event that is published as the last of its feed. */
  end: 'end',
  /** Demo only, repeatable: a fault of the connection that carries it; see `connection-fault.ts`. */
  fault: 'fault',
  format: 'format',
  id: 'id',
  /** Where to begin without a cursor: `now` (default) or `earliest`. */
  from: 'from',
  lane: 'lane',
  /** How many of the newest events to begin with, without a cursor. */
  last: 'last',
  /** Most feeds that a list may have. */
  limit: 'limit',
  prefix: 'prefix',
  /** Demo only: an added round trip, ms. */
  rttMs: 'rttMs',
  /** Only feeds that have had a record at or after this time, ms since 1970. */
  since: 'since',
  topic: 'topic',
  waitMs: 'waitMs',
} as const;

/** Header names, lower case, as `Headers` and Node give them. */
export const HeaderName = {
  authorization: 'authorization',
  lastEventId: 'last-event-id',
  /** Of a poll: the cursor to ask on from, where there is no body to carry it. */
  cursor: 'feedline-cursor',
  /** Of a poll: bytes sent to its lane before this answer. */
  bytes: 'feedline-bytes',
  /** Of a poll: main-thread time of the server for its lane before this answer, ms. */
  busyMs: 'feedline-busy-ms',
  /** Of a poll: the server's clock as the request came in and as the answer was made, `received=…, sent=…`, ms since 1970. */
  clock: 'feedline-clock',
  /** Of a poll: `1` where the beginning that was asked for lies further back than the server looks. */
  bounded: 'feedline-bounded',
  pod: 'feedline-pod',
  /** Names a request in its answer and in the server's log. */
  requestId: 'x-request-id',
  retryAfter: 'retry-after',
  wwwAuthenticate: 'www-authenticate',
} as const;

/** What a browser lets a page of another origin read of an answer. */
export const EXPOSED_HEADERS = [
  HeaderName.cursor,
  HeaderName.bytes,
  HeaderName.bounded,
  HeaderName.busyMs,
  HeaderName.clock,
  HeaderName.pod,
  HeaderName.requestId,
  HeaderName.retryAfter,
] as const;

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
  /** The record log has deleted the records. */
  retention: 'retention',
  /** The record log ends below the cursor: it has lost its end (an unclean election, a disk that was emptied). */
  outOfRange: 'out-of-range',
  /** A record of this feed came in a partition where its producer's partitioner would not have put it. */
  unpredictedPartition: 'unpredicted-partition',
} as const;
export type GapReason = (typeof GapReason)[keyof typeof GapReason];

/** Where reading goes on after a `gap`: the oldest event kept, the record that showed the gap, or what comes next. */
export const GapResume = { oldest: 'oldest', record: 'record', now: 'now' } as const;
export type GapResume = (typeof GapResume)[keyof typeof GapResume];

/** Where a stream or a poll begins that has no cursor. */
export const Beginning = { now: 'now', earliest: 'earliest' } as const;
export type Beginning = (typeof Beginning)[keyof typeof Beginning];

/** Name of the record header that marks a record as the last one of its feed; its value does not matter. */
export const FEED_END_HEADER = 'feed-end';

/** What marks the last record of a feed: the header, a tombstone, or either. On a compacted topic a tombstone may mean
 * "deleted, may return". */
export const FeedEndRule = { header: 'header', tombstone: 'tombstone', both: 'both' } as const;
export type FeedEndRule = (typeof FeedEndRule)[keyof typeof FeedEndRule];

/** Longest feed ID, in UTF-8 bytes. */
export const FEED_ID_MAX_BYTES = 256;

/** What an ID begins with that tells the bytes of its key in hex, since they are no text that could be read or typed. */
export const HEX_ID_PREFIX = '~x';

/** Longest cursor, in characters (all ASCII): request headers over 16 KB are refused by servers for good. */
export const CURSOR_MAX_CHARS = 2048;

/** Name of the cookie that may carry a token, where the server is not told another one. */
export const TOKEN_COOKIE = 'feedline_token';

/** Longest token, in characters (all ASCII): with a cursor it must fit into Node's 16 KB of request headers. */
export const TOKEN_MAX_CHARS = 8192;

/** A stream tells this long before its token expires, or at half of what is left where that is less, ms. */
export const EXPIRING_MS = 30_000;

/** How long a poll waits for an event where `waitMs` does not say, ms. */
export const POLL_WAIT_MS = 25_000;

/** The longest that a poll may ask to wait, ms: proxies cut what is silent for 60 s. */
export const POLL_WAIT_MAX_MS = 55_000;

/** A poll's answer is full at this many bytes or events; what it takes at once may exceed that once. */
export const POLL_FULL_BYTES = 65_536;
export const POLL_FULL_EVENTS = 500;

/** How many feeds a list has where `limit` does not say. */
export const FEED_LIST_SIZE = 1_000;

/** How many IDs a pod remembers of each topic, and the most that a list may have. */
export const FEED_LIST_MAX = 10_000;

/** After this time a record counts a factor of e (2.718) less in the rate of its feed, ms. */
export const FEED_RATE_DECAY_MS = 10_000;

/** The most characters (UTF-16 code units) that a list gives of the last value of a feed. */
export const FEED_PREVIEW_MAX_CHARS = 120;

/** Longest name of a lane. */
export const LANE_MAX_CHARS = 64;

/** The longest round trip that may be added, ms. */
export const ADDED_RTT_MAX_MS = 2_000;

/** How long EventSource waits before it reconnects by itself, in ms; sent as `retry:` at the start of a stream. */
export const RETRY_MS = 1000;

/** The client gives a silent connection up after this many ping intervals. */
export const WATCHDOG_PINGS = 3;
