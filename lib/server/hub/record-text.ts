import { isUtf8 } from 'node:buffer';
import type { Envelope } from '../../protocol/events.ts';
import type { LogRecord, RecordHeaders } from '../record-log/port.ts';
import type { FrameSource } from './encoding.ts';

/** The JSON of `?format=envelope`. */
export function envelopeText(record: LogRecord, source: FrameSource): string {
  const { value } = record;
  const isText = value === null || isUtf8(value);
  const envelope: Envelope = {
    value: value === null ? null : value.toString(isText ? 'utf8' : 'base64'),
    ...(isText ? {} : { encoding: 'base64' }),
    key: record.key?.toString('utf8') ?? null,
    headers: headersAsText(record.headers),
    topic: source.topic,
    partition: source.partition,
    offset: record.offset,
    timestampMs: record.timestampMs,
    receivedAtMs: source.receivedAtMs,
    pod: source.pod,
  };
  return JSON.stringify(envelope);
}

const NO_HEADERS: Record<string, never> = Object.freeze({});

/** Headers as they are kept and told: one without a value is as good as none. */
export function headersAsText(headers: RecordHeaders | undefined): Record<string, string | string[]> {
  const named = Object.entries(headers ?? {});
  if (named.length === 0) return NO_HEADERS;
  const entries: [string, string | string[]][] = [];
  for (const [name, value] of named) {
    const values = (Array.isArray(value) ? value : [value]).flatMap((each) => (each == null ? [] : [each.toString()]));
    // One that stands once is a text, one that stands twice a list.
    const [only] = values;
    if (only !== undefined) entries.push([name, values.length === 1 && !Array.isArray(value) ? only : values]);
  }
  // Defines own properties: a header called __proto__ stays a header.
  return Object.fromEntries(entries);
}
