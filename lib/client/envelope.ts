import type { Envelope } from '#lib/protocol/events.ts';
import { asFields, asNumber, asText, type Fields } from '#lib/protocol/fields.ts';
import type { RecordFacts } from './client-event.ts';
import { parseJson } from './payload.ts';

/** An envelope, taken apart: what the raw format would have given, and everything around it. */
export interface OpenedEnvelope {
  /** As `?format=raw` gives it, so that nothing else has to know of envelopes. */
  readonly data: string;
  readonly record: RecordFacts;
}

/** Null where the text is no envelope. */
export function openEnvelope(text: string): OpenedEnvelope | null {
  const fields = asFields(parseJson(text));
  const [partition, offset] = [asNumber(fields?.partition), asNumber(fields?.offset)];
  const [timestampMs, receivedAtMs] = [asNumber(fields?.timestampMs), asNumber(fields?.receivedAtMs)];
  const value = fields === null ? null : readValue(fields);
  if (fields === null || partition === null || offset === null) return null;
  if (timestampMs === null || receivedAtMs === null || value === null) return null;
  const place = { topic: asText(fields.topic), partition, offset, timestampMs, receivedAtMs, pod: asText(fields.pod) };
  const key = typeof fields.key === 'string' ? fields.key : null;
  const record = {
    key,
    ...(fields.keyEncoding === 'base64' && { keyEncoding: 'base64' as const }),
    headers: readHeaders(fields.headers),
    ...(Array.isArray(fields.binaryHeaders) && { binaryHeaders: fields.binaryHeaders.filter(isText) }),
    ...place,
    value: value.kind,
  };
  return { data: value.data, record };
}

function readValue({ value, encoding }: Fields): { readonly data: string; readonly kind: RecordFacts['value'] } | null {
  if (value === null) return { data: '', kind: { form: 'tombstone' } };
  if (typeof value !== 'string') return null;
  // A stream gives every line break as LF (PROTOCOL.md, Events that carry a record).
  if (encoding !== 'base64') return { data: value.replace(/\r\n?/g, '\n'), kind: { form: 'text' } };
  const bytes = bytesOf(value);
  if (bytes === null) return null;
  const data = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes).replace(/\r\n?/g, '\n');
  return { data, kind: { form: 'binary', base64: value, bytes: bytes.length } };
}

function bytesOf(base64: string): Uint8Array | null {
  try {
    return Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  } catch {
    // No base64: then the whole is no envelope.
    return null;
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function readHeaders(value: unknown): Envelope['headers'] {
  const entries = Object.entries(asFields(value) ?? {}).flatMap(([name, given]): [string, string | string[]][] => {
    if (typeof given === 'string') return [[name, given]];
    return Array.isArray(given) ? [[name, given.filter(isText)]] : [];
  });
  return Object.fromEntries(entries);
}
