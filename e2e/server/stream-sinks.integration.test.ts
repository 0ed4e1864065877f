import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { SINK_KINDS } from '#lib/server/config.ts';
import { newFeedId, TestServer } from './test-server.ts';

const ENV = { RECORD_LOG: 'memory', DEMO: '1', PING_MS: '60000', STREAM_MAX_AGE_MS: '180000' };

/** What the server says of its open streams. */
async function sinksOf(server: TestServer): Promise<{ readonly direct: number; readonly web: number }> {
  const text = await (await server.fetch('/metrics')).text();
  const count = (sink: string): number =>
    Number(new RegExp(`^feedline_stream_sinks\\{sink="${sink}".*\\} (\\d+)$`, 'm').exec(text)?.[1]);
  return { direct: count('direct'), web: count('web') };
}

/** All that comes for these bytes, until it is enough. */
async function exchange(server: TestServer, sent: string, isEnough: (text: string) => boolean): Promise<string> {
  const socket = connect(server.port, '127.0.0.1');
  let text = '';
  socket.on('data', (part) => {
    text += part.toString('utf8');
  });
  socket.write(sent);
  await vi.waitFor(() => expect(isEnough(text), text).toBe(true), { timeout: 10_000 });
  socket.destroy();
  return text;
}

/** The body of a chunked answer, which must be whole (RFC 9112, section 7.1). */
function unchunk(text: string): { readonly body: string; readonly rest: string } {
  let body = '';
  let rest = text;
  for (;;) {
    const line = rest.slice(0, rest.indexOf('\r\n'));
    expect(line).toMatch(/^[0-9a-f]+$/);
    const size = Number.parseInt(line, 16);
    body += rest.slice(line.length + 2, line.length + 2 + size);
    rest = rest.slice(line.length + 2 + size);
    expect(rest.startsWith('\r\n')).toBe(true);
    rest = rest.slice(2);
    if (size === 0) return { body, rest };
  }
}

const GET = (path: string, version = '1.1'): string => `GET ${path} HTTP/${version}\r\nHost: localhost\r\n\r\n`;

describe.each(SINK_KINDS)('with STREAM_SINK=%s', (sink) => {
  let server: TestServer;

  beforeAll(async () => {
    server = await TestServer.start({ env: { ...ENV, STREAM_SINK: sink } });
  });

  afterAll(() => server.stop());

  it('/metrics says which way the bytes of its streams go', async () => {
    const path = `/getData/${newFeedId()}`;
    const streams = await Promise.all([server.stream(path).untilOpen(), server.stream(path).untilOpen()]);
    expect(await sinksOf(server)).toEqual({ direct: 0, web: 0, [sink]: 2 });
    for (const stream of streams) stream.close();
    await server.untilMetric('feedline_streams', 0);
  });

  it('a connection whose stream has ended answers the next request, and its body was framed rightly', async () => {
    const id = newFeedId();
    const answers = exchange(server, GET(`/getData/${id}`) + GET('/healthz'), (text) => text.includes('"ok"'));
    await server.untilMetric('feedline_readers', 1);
    await server.publish(id, 'ü');
    await server.publishLast(id, 'last');
    const text = await answers;
    const { body, rest } = unchunk(text.slice(text.indexOf('\r\n\r\n') + 4).replaceAll('ü', 'uu'));
    expect(body).toContain('data: "uu"\n\n');
    expect(body).toMatch(/event: end\n.*\n\n$/);
    expect(rest).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  });

  it('an answer that is pipelined behind a stream comes behind it, whole', async () => {
    const [first, second] = [newFeedId(), newFeedId()];
    const path = (id: string): string => `/getData/${id}`;
    const answers = exchange(server, GET(path(first)) + GET(path(second)), (text) => text.includes('"second"'));
    await server.untilMetric('feedline_readers', 2);
    await server.publish(second, 'second');
    await server.publish(first, 'first');
    await server.publishLast(first, 'last');
    const text = await answers;
    const { body, rest } = unchunk(text.slice(text.indexOf('\r\n\r\n') + 4));
    expect(body).toContain('data: "first"\n\n');
    expect(body).not.toContain('second');
    expect(rest).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(rest).toContain('data: "second"\n\n');
  });

  it('HTTP/1.0 knows no chunks, and gets none', async () => {
    const id = newFeedId();
    const answer = exchange(server, GET(`/getData/${id}`, '1.0'), (text) => text.includes('"one"'));
    await server.untilMetric('feedline_readers', 1);
    expect((await sinksOf(server)).direct).toBe(0);
    await server.publish(id, 'one');
    const text = await answer;
    expect(text).not.toMatch(/transfer-encoding/i);
    const body = text.slice(text.indexOf('\r\n\r\n') + 4);
    expect(body).toMatch(/^retry: \d+\n\n(id: .*\n)?event: hello\n/);
  });

  it('reads the URL of each request, and not that of one before', async () => {
    const url = (format: string): string => `/getData/${newFeedId()}?format=${format}&lane=${format}`;
    for (const format of ['raw', 'envelope', 'raw']) {
      const stream = await server.stream(url(format)).untilOpen();
      expect(JSON.parse(stream.events[0]?.data ?? '')).toMatchObject({ format });
    }
  });

  it('takes no client’s word for what Next.js tells itself by headers', async () => {
    const headers = { 'x-middleware-skip': '1', 'x-matched-path': '/ops', 'x-now-route-matches': '1=a' };
    const stream = await server.stream(`/getData/${newFeedId()}`, headers).untilOpen();
    expect(stream.status).toBe(200);
    expect(stream.headers['content-type']).toBe('text/event-stream; charset=utf-8');
  });

  it('a client of the same connection that asks again after a bad request is served', async () => {
    const id = newFeedId();
    const answers = exchange(server, GET(`/getData/${id}?format=xml`) + GET(`/getData/${id}`), (text) =>
      text.includes('event: hello'),
    );
    const text = await answers;
    expect(text).toMatch(/^HTTP\/1\.1 400 /);
    expect(text).toContain('"code":"query-invalid"');
    expect(text).toContain('HTTP/1.1 200 OK');
  });
});

describe('a stream whose bytes could go straight to the socket', () => {
  it('takes the web stream where faults lie on its way', async () => {
    const server = await TestServer.start({ env: ENV });
    const id = newFeedId();
    // The faults are in the URL of the second one alone.
    await server.stream(`/getData/${id}`).untilOpen();
    const stream = await server.stream(`/getData/${id}?fault=slow-client,1000000,0,1,0,1000`).untilOpen();
    expect(stream.status).toBe(200);
    expect(await sinksOf(server)).toEqual({ direct: 1, web: 1 });
    await server.publish(id, 1);
    await stream.until(() => expect(stream.values).toEqual(['1']));
    await server.stop();
  });
});
