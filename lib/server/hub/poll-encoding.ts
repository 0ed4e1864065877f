import { EventFormat } from '../../protocol/constants.ts';
import type { Encoding } from './encoding.ts';
import { envelopeText } from './record-text.ts';

/** Stands behind every element; the answer takes the last one away. */
export const POLL_SEPARATOR = ',';

// A cursor is plain ASCII without quotes: no escape is ever needed.
function head(cursor: string): Buffer {
  return Buffer.from(`{"cursor":"${cursor}",`, 'latin1');
}

function gap(data: object): Buffer {
  return Buffer.from(`"gap":${JSON.stringify(data)}}${POLL_SEPARATOR}`);
}

function element(data: string): Buffer {
  return Buffer.from(`"data":${JSON.stringify(data)}}${POLL_SEPARATOR}`);
}

/** Elements of a poll's `events`. Their `data` is the very text that `event.data` has on a stream. */
export const POLL_ENCODINGS: Record<EventFormat, Encoding> = {
  [EventFormat.raw]: { head, gap, record: ({ value }) => element(asStreamText(value)) },
  [EventFormat.envelope]: { head, gap, record: (record, source) => element(envelopeText(record, source)) },
};

/** As a stream would give it: empty for a tombstone, every line break as LF, bad UTF-8 as U+FFFD. */
function asStreamText(value: Buffer | null): string {
  return (value?.toString('utf8') ?? '').replace(/\r\n?/g, '\n');
}
