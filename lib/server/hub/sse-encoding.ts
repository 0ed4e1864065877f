import { isUtf8 } from 'node:buffer';
import { EventFormat, EventName } from '../../protocol/constants.ts';
import { controlEvent } from '../../protocol/sse.ts';
import type { Encoding } from './encoding.ts';
import { envelopeText } from './record-text.ts';

const LF = 0x0a;
const CR = 0x0d;
const DATA = Buffer.from('data: ');
const END = Buffer.from('\n\n');

function head(cursor: string): Buffer {
  return Buffer.from(`id: ${cursor}\n`, 'latin1');
}

function gap(data: object): Buffer {
  return Buffer.from(controlEvent(EventName.gap, data));
}

/** Events of a stream (HTML Standard, section 9.2). */
export const SSE_ENCODINGS: Record<EventFormat, Encoding> = {
  [EventFormat.raw]: { head, gap, record: ({ value }) => dataLines(value) },
  [EventFormat.envelope]: {
    head,
    gap,
    record: (record, source) => Buffer.from(`data: ${envelopeText(record, source)}\n\n`),
  },
};

/**
 * The value as `data:` lines. SSE knows CR, LF and CRLF as line breaks, so the value is split at each, and comes back
 * with LF. A stream is UTF-8: where a value is not, its bad bytes become U+FFFD here, as a browser would read them.
 */
function dataLines(value: Buffer | null): Buffer {
  if (value === null) return Buffer.from('data: \n\n');
  const text = isUtf8(value) ? value : Buffer.from(value.toString('utf8'));
  if (text.indexOf(LF) === -1 && text.indexOf(CR) === -1) return Buffer.concat([DATA, text, END]);
  const lines = text.toString('utf8').split(/\r\n|\r|\n/);
  return Buffer.from(`${lines.map((line) => `data: ${line}\n`).join('')}\n`);
}
