import type { GapReason, GapResume } from '#lib/protocol/constants.ts';
import type { Envelope } from '#lib/protocol/events.ts';
import type { Connection } from './connection-state.ts';

/**
 * What a source tells, whatever its transport. `arrivedAtMs` is taken in the handler itself, by the browser's clock:
 * later, in a frame or a render, it would measure the page instead of the delivery.
 */
export type ClientEvent = FeedEvent | RequestEvent;

/** What is told of the feed and the way to it. */
export type FeedEvent = RecordEvent | GapEvent | Baseline | ConnectionChanged;

/** One event of the feed. */
export interface RecordEvent {
  readonly kind: 'record';
  readonly cursor: string;
  /** The value, verbatim. */
  readonly data: string;
  readonly seq: number | null;
  readonly producedAtMs: number | null;
  readonly arrivedAtMs: number;
  /** It was stored before this page began to watch, and asked for: nothing can be learnt from when it came. */
  readonly isStored?: true;
  /** What the record log knows of it; where the source asks for envelopes. */
  readonly record?: RecordFacts;
}

/** What stands around the value of a record, and what the value is. */
export interface RecordFacts extends Omit<Envelope, 'value' | 'encoding'> {
  /** A tombstone has no value. A binary one is not UTF-8: `data` is then what is left of it as text. */
  readonly value:
    | { readonly form: 'text' | 'tombstone' }
    | { readonly form: 'binary'; readonly base64: string; readonly bytes: number };
}

/** History is really gone. */
export interface GapEvent {
  readonly kind: 'gap';
  readonly reason: GapReason | null;
  readonly resumesAt: GapResume | null;
  readonly arrivedAtMs: number;
}

/** A source without a cursor comes back from a rest: what passed meanwhile was not asked for, so it is not missed. */
interface Baseline {
  readonly kind: 'baseline';
}

interface ConnectionChanged {
  readonly kind: 'connection';
  readonly connection: Connection;
}

/**
 * One request of a source that polls, told when it is sent and again, with the same number, when it is over.
 * `given-up`: the page itself ended it, so nothing is known of its answer.
 */
export interface RequestEvent {
  readonly kind: 'request';
  /** Counts from 1 in each source. */
  readonly number: number;
  readonly state: 'sent' | 'answered' | 'failed' | 'given-up';
  /** What the answer brought; 0 in every other state. */
  readonly events: number;
  readonly atMs: number;
}
