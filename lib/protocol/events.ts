import type { EventFormat, GapReason, GapResume, RecordLogKind } from './constants.ts';

/** First event of a connection; its `id:` is already a cursor, unless a `gap` follows. */
export interface HelloData {
  readonly protocol: number;
  readonly pod: string;
  readonly recordLog: RecordLogKind;
  readonly topic: string;
  readonly id: string;
  readonly format: EventFormat;
  /** The server's clock as the event was written, ms since 1970. */
  readonly serverTimeMs: number;
  /** A `ping` comes at least this often, in ms. */
  readonly pingMs: number;
  /** A client that has heard nothing for this long, in ms, should reconnect. */
  readonly watchdogMs: number;
  /** With `last`: how many events that were stored before follow. */
  readonly stored?: number;
  /** Set where the beginning that was asked for (`last`, `from`) lies further back than the server looks. */
  readonly bounded?: true;
}

/** Comes at least every `pingMs`; its `id:` is the position through which this reader has been served. */
export interface PingData {
  readonly serverTimeMs: number;
  /** Bytes sent before this event, headers and framing included: on this connection, or to its `?lane=` if it has one. */
  readonly bytes: number;
  /** Main-thread time that the server has spent on its `?lane=`, ms; absent without one. */
  readonly busyMs?: number;
  /** Only on the article's way, which has no `hello`: whose counts these are. */
  readonly pod?: string;
}

/** History from `from` to `to` is really gone. Its `id:` equals `to`. */
export interface GapData {
  readonly reason: GapReason;
  /** The cursor that could not be served, as far as it could be read; null when there is none. */
  readonly from: string | null;
  readonly to: string;
  readonly resumesAt: GapResume;
}

/** Body of a poll that has something to tell, 200. */
export interface PollBody {
  readonly events: readonly PollEvent[];
  /** Where to ask on from: behind the last event, or further where the pod has read on without another one. */
  readonly cursor: string;
  /** Whether the feed is over: no event will ever follow. */
  readonly ended: boolean;
}

/** One element of a poll's `events`. `data` is the text that `event.data` is on a stream. */
export type PollEvent =
  | { readonly cursor: string; readonly data: string }
  | { readonly cursor: string; readonly gap: GapData };

/** A cut on purpose: reconnect with the cursor, after `retryMs`. Sent as `rotate` (old age), `draining` (shutdown) and
 * `expired` (its token has expired). */
export interface CutData {
  readonly retryMs: number;
}

/** The token expires soon: renew it and reconnect with the cursor. */
export interface ExpiringData {
  /** By the server's clock, ms since 1970. */
  readonly expiresAtMs: number;
  /** From the moment at which it was written, for whose clock is another. */
  readonly inMs: number;
}

/** `?format=envelope`: everything known of the record. */
export interface Envelope {
  /** The value as text, or base64 where `encoding` says so; null for a tombstone. */
  readonly value: string | null;
  /** Present, as `base64`, when the value is not valid UTF-8. */
  readonly encoding?: 'base64';
  /** The key as text, or base64 where `keyEncoding` says so; null where the record has none. */
  readonly key: string | null;
  /** Present, as `base64`, when the key is not valid UTF-8. */
  readonly keyEncoding?: 'base64';
  /** A header that stands more than once has a list of values. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  /** Names of the headers whose values are base64, since one of them is not valid UTF-8; absent where there is none. */
  readonly binaryHeaders?: readonly string[];
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** The record's own timestamp (the producer's or the broker's clock, as the topic is set), ms since 1970. */
  readonly timestampMs: number;
  /** When this pod took the record from the record log, by the pod's clock, ms since 1970. */
  readonly receivedAtMs: number;
  readonly pod: string;
}

/** Body of `GET /api/feeds`. */
export interface FeedList {
  readonly topic: string;
  /** The pod's clock as it answered, ms since 1970. */
  readonly atMs: number;
  /** How many of the IDs that the pod remembers begin with the prefix, listed or not. */
  readonly total: number;
  readonly feeds: readonly FeedListItem[];
}

export interface FeedListItem {
  readonly id: string;
  /** Records seen by this pod since it started. */
  readonly records: number;
  /** As of the answer's `atMs`: a record counts 1/e less for each `FEED_RATE_DECAY_MS` that it is older. */
  readonly recordsPerSecond: number;
  readonly lastRecordAtMs: number;
  readonly lastValue: ValuePreview;
}

/** The beginning of a value: at most `FEED_PREVIEW_MAX_CHARS` characters; `null` is a tombstone. */
export type ValuePreview =
  | { readonly kind: 'text'; readonly text: string; readonly isCut: boolean }
  | { readonly kind: 'binary'; readonly bytes: number }
  | { readonly kind: 'null' };

/** Body of `/readyz`: 200 while `ready`, else 503. */
export interface Readiness {
  readonly status: 'ready' | 'starting' | 'degraded' | 'wedged' | 'draining';
  readonly ready: boolean;
  readonly reason: string;
  readonly pod: string;
  readonly recordLog: RecordLogKind;
  readonly topics: readonly string[];
  readonly demo: boolean;
  /** Where a page of this origin renews its token, with a POST; null where there is nothing to renew, or nowhere. */
  readonly renewUrl: string | null;
}
