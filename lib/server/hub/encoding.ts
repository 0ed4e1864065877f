import type { GapData } from '../../protocol/events.ts';
import type { LogRecord } from '../record-log/port.ts';

/** Where a record was taken; the same for all records of one batch. */
export interface FrameSource {
  readonly topic: string;
  readonly partition: number;
  readonly pod: string;
  readonly receivedAtMs: number;
}

/**
 * How the events of a reader become bytes: one for each transport and format. An event is its head, which carries the
 * cursor, and its body, which is made once and shared by all readers with this encoding.
 */
export interface Encoding {
  head(cursor: string): Buffer;
  record(record: LogRecord, source: FrameSource): Buffer;
  /** History that is gone. */
  gap(gap: GapData): Buffer;
}
