import { isUtf8 } from 'node:buffer';
import type { Envelope } from '../../protocol/events.ts';
import type { LogRecord, RecordHeaders } from '../record-log/port.ts';
import type { FrameSource } from './encoding.ts';

/** The JSON of `?format=envelope`. */
export function envelopeText(record: LogRecord, source: FrameSource): string {
  const { value, key } = record;
  const isText = value === null || isUtf8(value);
  const isKeyText = key === null || isUtf8(key);
  const envelope: Envelope = {
    value: value === null ? null : value.toString(isText ? 'utf8' : 'base64'),
    ...(isText ? {} : { encoding: 'base64' }),
    key: key === null ? null : key.toString(isKeyText ? 'utf8' : 'base64'),
    ...(isKeyText ? {} : { keyEncoding: 'base64' }),
    ...headersAsText(record.headers),
    topic: source.topic,
    partition: source.partition,
    offset: record.offset,
    timestampMs: record.timestampMs,
    receivedAtMs: source.receivedAtMs,
    pod: source.pod,
  };
  return JSON.stringify(envelope);
}

/** The values of a header: one that stands once is told as a text, one that stands twice as a list. */
type HeaderValues = string | Buffer | readonly (string | Buffer)[];
/** Headers that each have a value. */
export type KeptHeaders = Readonly<Record<string, HeaderValues>>;

const NO_HEADERS: Record<string, never> = Object.freeze({});

/** Headers to keep: texts, as they are told, and copies of what is none. One without a value is as good as none. */
export function keptHeaders(headers: RecordHeaders | undefined): KeptHeaders {
  return mapped(valuesOf(headers), keptValue);
}

function keptValue(value: string | Buffer): string | Buffer {
  if (typeof value === 'string') return value;
  return isUtf8(value) ? value.toString('utf8') : Buffer.from(value);
}

function headersAsText(headers: RecordHeaders | undefined): Pick<Envelope, 'headers' | 'binaryHeaders'> {
  const all = valuesOf(headers);
  const binaryHeaders = all.filter(([, values]) => [values].flat().some(isBinary)).map(([name]) => name);
  const asText = (value: string | Buffer, name: string): string =>
    binaryHeaders.includes(name) ? Buffer.from(value).toString('base64') : value.toString();
  return { headers: mapped(all, asText), ...(binaryHeaders.length > 0 && { binaryHeaders }) };
}

function isBinary(value: string | Buffer): boolean {
  return typeof value !== 'string' && !isUtf8(value);
}

function valuesOf(headers: RecordHeaders | undefined): [name: string, HeaderValues][] {
  return Object.entries(headers ?? {}).flatMap(([name, given]): [string, HeaderValues][] => {
    const values = [given].flat().flatMap((each) => (each == null ? [] : [each]));
    const [only] = values;
    if (only === undefined) return [];
    return [[name, Array.isArray(given) ? values : only]];
  });
}

function mapped<T extends string | Buffer>(
  headers: readonly [name: string, HeaderValues][],
  map: (value: string | Buffer, name: string) => T,
): Record<string, T | T[]> {
  if (headers.length === 0) return NO_HEADERS;
  const entries = headers.map(([name, values]): [string, T | T[]] => [
    name,
    typeof values === 'string' || Buffer.isBuffer(values) ? map(values, name) : values.map((each) => map(each, name)),
  ]);
  // Defines own properties: a header called __proto__ stays a header.
  return Object.fromEntries(entries);
}
