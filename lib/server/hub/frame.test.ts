import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventFormat } from '../../protocol/constants.ts';
import type { Envelope } from '../../protocol/events.ts';
import type { LogRecord, RecordHeaders } from '../record-log/port.ts';
import { parseSse } from '../testing/parse-sse.ts';
import { RecordFrame } from './frame.ts';
import { POLL_ENCODINGS, POLL_SEPARATOR } from './poll-encoding.ts';
import { SSE_ENCODINGS } from './sse-encoding.ts';

const key = Buffer.from('1234');
const source = { topic: 'orders', partition: 2, pod: 'pod-1', receivedAtMs: 7 };

function frameOf(value: Buffer | null, headers?: RecordHeaders): RecordFrame {
  return frameOfRecord({ offset: 41, key, value, headers, timestampMs: 5 });
}

function frameOfRecord(record: LogRecord): RecordFrame {
  return new RecordFrame(record, source, { id: 'cursor', isEnd: false, feedId: key });
}

function envelopeOf(frame: RecordFrame): Envelope {
  return JSON.parse(dataOf(frame, EventFormat.envelope) ?? '');
}

function dataOf(frame: RecordFrame, format: EventFormat): string | undefined {
  const events = parseSse(frame.body(SSE_ENCODINGS[format]).toString('utf8'));
  expect(events).toHaveLength(1);
  return events[0]?.data;
}

describe('frame', () => {
  it('gives any text back verbatim but for its line breaks, and can never break the framing', () => {
    const text = fc.array(
      fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('\r', '\n', '\r\n', '\0', 'data:', ': ')),
    );
    fc.assert(
      fc.property(text, (parts) => {
        const value = parts.join('');
        fc.pre(value.isWellFormed());
        expect(dataOf(frameOf(Buffer.from(value)), EventFormat.raw)).toBe(value.replace(/\r\n?/g, '\n'));
      }),
    );
  });

  it('gives a poll the very text that it gives a stream, whatever the bytes and the format', () => {
    fc.assert(
      fc.property(fc.option(fc.uint8Array()), fc.constantFrom(...Object.values(EventFormat)), (bytes, format) => {
        const frame = frameOf(bytes === null ? null : Buffer.from(bytes));
        const element = `${POLL_ENCODINGS[format].head(frame.id)}${frame.body(POLL_ENCODINGS[format])}`;
        const event = JSON.parse(element.slice(0, -POLL_SEPARATOR.length));
        expect(event).toEqual({ cursor: 'cursor', data: dataOf(frame, format) });
      }),
    );
  });

  it('keeps leading blanks and empty values', () => {
    for (const value of ['', ' ', '  a ', '\n', '\n\n']) expect(dataOf(frameOf(Buffer.from(value)), 'raw')).toBe(value);
  });

  it('shows a tombstone as an empty event, and as null in the envelope', () => {
    expect(dataOf(frameOf(null), EventFormat.raw)).toBe('');
    expect(envelopeOf(frameOf(null))).toMatchObject({ value: null });
  });

  it('replaces what is not UTF-8 by U+FFFD, and keeps it as base64 in the envelope', () => {
    const bytes = Buffer.from([0x61, 0xff, 0x62]);
    expect(dataOf(frameOf(bytes), EventFormat.raw)).toBe('a\ufffdb');
    expect(envelopeOf(frameOf(bytes))).toMatchObject({ value: bytes.toString('base64'), encoding: 'base64' });
  });

  it('tells everything of its record in the envelope', () => {
    const headers = { kind: Buffer.from('paid'), __proto__x: Buffer.from('y') };
    expect(envelopeOf(frameOf(Buffer.from('{"a":1}'), headers))).toEqual({
      value: '{"a":1}',
      key: '1234',
      headers: { kind: 'paid', __proto__x: 'y' },
      topic: 'orders',
      partition: 2,
      offset: 41,
      timestampMs: 5,
      receivedAtMs: 7,
      pod: 'pod-1',
    });
  });

  it('tells the key of the record where the ID is another, and as base64 where it is not UTF-8', () => {
    const record = { offset: 1, value: null, headers: undefined, timestampMs: 0 };
    const bytes = Buffer.from([0, 0, 0, 0, 0, 0, 4, 0xd2]);
    const frame = frameOfRecord({ ...record, key: bytes });
    const base64 = bytes.toString('base64');
    bytes.fill(0);
    expect(envelopeOf(frame)).toMatchObject({ key: base64, keyEncoding: 'base64' });
    expect(envelopeOf(frameOfRecord({ ...record, key: Buffer.from('other') }))).toMatchObject({ key: 'other' });
    expect(envelopeOf(frameOfRecord({ ...record, key: Buffer.from('other') }))).not.toHaveProperty('keyEncoding');
    expect(envelopeOf(frameOfRecord({ ...record, key: null }))).toMatchObject({ key: null });
  });

  it('tells as base64 the headers of which a value is not UTF-8, and says which they are', () => {
    const bytes = Buffer.from([0x61, 0xff]);
    const headers = { kind: Buffer.from('paid'), trace: bytes, mixed: [Buffer.from('a'), Buffer.from([0xff])] };
    const record = { offset: 1, key, value: null, headers, timestampMs: 0 };
    const told = {
      headers: { kind: 'paid', trace: 'Yf8=', mixed: ['YQ==', '/w=='] },
      binaryHeaders: ['trace', 'mixed'],
    };
    const frame = frameOfRecord(record);
    // What is read back from the log is told from the record itself, what is in the ring from what was kept of it.
    expect(JSON.parse(parseSse(String(SSE_ENCODINGS.envelope.record(record, source)))[0]?.data ?? '')).toMatchObject(
      told,
    );
    bytes.fill(0);
    expect(envelopeOf(frame)).toMatchObject(told);
  });

  it('passes over headers without a value, which Java may send', () => {
    const headers = { none: null, some: [Buffer.from('a'), null], paid: Buffer.from('1') };
    const frame = frameOfRecord({ offset: 1, key: null, value: null, headers, timestampMs: 0 });
    expect(envelopeOf(frame).headers).toEqual({ some: ['a'], paid: '1' });
  });

  it('counts the bytes of headers', () => {
    const big = frameOf(Buffer.from('x'), { big: Buffer.alloc(100_000) });
    expect(big.costBytes).toBeGreaterThan(100_000);
  });

  it('copies what it keeps: the fetch buffer may be reused', () => {
    const fetched = Buffer.from('before');
    const frame = frameOf(fetched);
    fetched.write('after!');
    expect(dataOf(frame, EventFormat.raw)).toBe('before');
  });
});
