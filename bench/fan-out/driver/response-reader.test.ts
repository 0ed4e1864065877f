import { describe, expect, it } from 'vitest';
import { EventChecker, Tally } from './event-checker.ts';
import { payloadMaker } from './payload.ts';
import { ResponseReader } from './response-reader.ts';

const BYTES = 64;
const payload = payloadMaker(BYTES);
const EVENTS = [1, 2, 3].map((seq) => `data: ${payload(seq, 1_764_105_519_000_000)}\n\n`).join('');
const CHUNKED = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n';

function chunk(text: string): string {
  return `${text.length.toString(16)}\r\n${text}\r\n`;
}

function read(parts: readonly string[]): { tally: Tally; heads: (string | undefined)[]; reader: ResponseReader } {
  const tally = new Tally();
  const heads: (string | undefined)[] = [];
  const reader = new ResponseReader(new EventChecker('stream', BYTES, tally), (failure) => heads.push(failure));
  for (const part of parts) reader.take(Buffer.from(part), part.length, 0);
  return { tally, heads, reader };
}

describe('the reader of a response', () => {
  it('finds every event wherever chunks begin and reads end', () => {
    for (let bound = 1; bound < EVENTS.length; bound += 1) {
      const text = CHUNKED + chunk(EVENTS.slice(0, bound)) + chunk(EVENTS.slice(bound));
      // Every place of a cut with every bound would take minutes: the two go through each other.
      for (let cut = bound % 7; cut <= text.length; cut += 7) {
        const { tally, heads } = read([text.slice(0, cut), text.slice(cut)]);
        expect([bound, cut, tally.events, tally.faultTexts, heads]).toEqual([bound, cut, 3, [], [undefined]]);
      }
    }
  });

  it('finds every event of a response that comes byte by byte, chunk extensions and all', () => {
    const text = CHUNKED + chunk(EVENTS).replace('\r\n', ';name=value\r\n');
    expect(read([...text]).tally.events).toBe(3);
  });

  it('takes a body without chunks as it is', () => {
    const head = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n';
    expect(read([head + EVENTS]).tally.events).toBe(3);
  });

  it('sees the end of a chunked response', () => {
    expect(read([`${CHUNKED}${chunk(EVENTS)}0\r\n\r\n`]).reader.isOver).toBe(true);
    expect(read([`${CHUNKED}${chunk(EVENTS)}`]).reader.isOver).toBe(false);
  });

  it('says what an answer is that is no event stream', () => {
    expect(read(['HTTP/1.1 503 Busy\r\n\r\n']).heads).toEqual(['it was answered "http/1.1 503 busy"']);
    expect(read(['HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n\r\n']).heads).toEqual([
      'the answer is no event stream',
    ]);
    const gzip = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-encoding: gzip\r\n\r\n';
    expect(read([gzip]).heads).toEqual(['the answer is compressed']);
  });
});
