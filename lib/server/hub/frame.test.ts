import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventFormat } from '../../protocol/constants.ts';
import { parseSse } from '../testing/parse-sse.ts';
import { RecordFrame } from './frame.ts';
import { POLL_ENCODINGS, POLL_SEPARATOR } from './poll-encoding.ts';
import { SSE_ENCODINGS } from './sse-encoding.ts';

const key = Buffer.from('1234');
const source = { topic: 'orders', partition: 2, pod: 'pod-1', receivedAtMs: 7 };

function frameOf(value: Buffer | null, headers?: Record<string, Buffer>): RecordFrame {
  return new RecordFrame({ offset: 41, key, value, headers, timestampMs: 5 }, source, {
    id: 'cursor',
    isEnd: false,
    key,
  });
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
    expect(JSON.parse(dataOf(frameOf(null), EventFormat.envelope) ?? '')).toMatchObject({ value: null });
  });

  it('replaces what is not UTF-8 by U+FFFD, and keeps it as base64 in the envelope', () => {
    const bytes = Buffer.from([0x61, 0xff, 0x62]);
    expect(dataOf(frameOf(bytes), EventFormat.raw)).toBe('a\ufffdb');
    const envelope = JSON.parse(dataOf(frameOf(bytes), EventFormat.envelope) ?? '');
    expect(envelope).toMatchObject({ value: bytes.toString('base64'), encoding: 'base64' });
  });

  it('tells everything of its record in the envelope', () => {
    const headers = { kind: Buffer.from('paid'), __proto__x: Buffer.from('y') };
    expect(JSON.parse(dataOf(frameOf(Buffer.from('{"a":1}'), headers), EventFormat.envelope) ?? '')).toEqual({
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

  it('passes over headers without a value, which Java may send', () => {
    const headers = { none: null, some: [Buffer.from('a'), null], paid: Buffer.from('1') };
    const frame = new RecordFrame({ offset: 1, key: null, value: null, headers, timestampMs: 0 }, source, {
      id: 'cursor',
      isEnd: false,
      key,
    });
    expect(JSON.parse(dataOf(frame, EventFormat.envelope) ?? '').headers).toEqual({ some: ['a'], paid: '1' });
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
