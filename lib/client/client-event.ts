import type { GapReason, GapResume } from '#lib/protocol/constants.ts';
import type { Connection } from './connection-state.ts';

/**
 * What a source tells, whatever its transport. `arrivedAtMs` is taken in the handler itself, by the browser's clock:
 * later, in a frame or a render, it would measure the page instead of the delivery.
 */
export type ClientEvent = RecordEvent | GapEvent | ClockEvent | ConnectionChanged;

/** One event of the feed. */
export interface RecordEvent {
  readonly kind: 'record';
  readonly cursor: string;
  /** The value, verbatim. */
  readonly data: string;
  readonly seq: number | null;
  readonly producedAtMs: number | null;
  readonly arrivedAtMs: number;
}

/** History is really gone. */
interface GapEvent {
  readonly kind: 'gap';
  readonly reason: GapReason | null;
  readonly resumesAt: GapResume | null;
  readonly arrivedAtMs: number;
}

/** The server told its clock; `requestedAtMs` only where this is the first answer to a request of known start. */
interface ClockEvent {
  readonly kind: 'clock';
  readonly serverTimeMs: number;
  readonly requestedAtMs: number | null;
  readonly arrivedAtMs: number;
}

interface ConnectionChanged {
  readonly kind: 'connection';
  readonly connection: Connection;
}
