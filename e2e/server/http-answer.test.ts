import { describe, expect, it } from 'vitest';
import { FramingError, HttpAnswer } from './http-answer.ts';

function read(text: string, method?: string): HttpAnswer {
  const answer = new HttpAnswer(method);
  // Byte by byte: no piece may depend on how the network cuts.
  for (const byte of Buffer.from(text, 'latin1')) answer.push(Buffer.of(byte));
  return answer;
}

describe('an answer read from a socket', () => {
  it('has the body of its chunks, of its length, or none', () => {
    const chunked = read('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n');
    expect([chunked.status, chunked.body.toString(), chunked.isOver]).toEqual([200, 'abcd', true]);
    const sized = read('HTTP/1.1 400 Bad\r\nContent-Length: 2\r\n\r\nab');
    expect([sized.status, sized.body.toString(), sized.isOver]).toEqual([400, 'ab', true]);
    expect(read('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n').isOver).toBe(true);
    expect(read('HTTP/1.1 204 No Content\r\n\r\n').isOver).toBe(true);
    expect(read('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n', 'HEAD').isOver).toBe(true);
    expect(read('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n').status).toBe(204);
  });

  it('is not over before all of it has come, and says so when it is closed', () => {
    const answer = read('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n');
    expect(answer.isOver).toBe(false);
    expect(answer.body.toString()).toBe('abc');
    expect(() => answer.close()).toThrow(FramingError);
  });

  it.each([
    ['a chunk that is longer than it says', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n'],
    ['a size that is none', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\ndata: x\r\n'],
    ['bytes behind the end', 'HTTP/1.1 204 No Content\r\n\r\nx'],
    ['a header over two lines', 'HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n'],
    ['a header that stands twice', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n'],
    ['a length and chunks', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n'],
    ['another status line', 'HTTP/2 200\r\n\r\n'],
  ])('forgives nothing: %s', (_, text) => {
    expect(() => read(text)).toThrow(FramingError);
  });
});
