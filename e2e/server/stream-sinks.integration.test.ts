import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SINK_KINDS } from '#lib/server/config/stream-settings.ts';
import { RawClient } from './raw-client.ts';
import { newFeedId, TestServer } from './test-server.ts';

const ENV = { RECORD_LOG: 'memory', DEMO: '1', PING_MS: '60000', STREAM_MAX_AGE_MS: '180000' };

/** What the server says of its open streams. */
async function sinksOf(server: TestServer): Promise<{ readonly direct: number; readonly web: number }> {
  const text = await (await server.fetch('/metrics')).text();
  const count = (sink: string): number =>
    Number(new RegExp(`^feedline_stream_sinks\\{sink="${sink}".*\\} (\\d+)$`, 'm').exec(text)?.[1]);
  return { direct: count('direct'), web: count('web') };
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

describe.each(SINK_KINDS)('with STREAM_SINK=%s', (sink) => {
  let server: TestServer;
  let client: RawClient;

  beforeAll(async () => {
    server = await TestServer.start({ env: { ...ENV, STREAM_SINK: sink } });
  });
  afterAll(() => server.stop());

  beforeEach(async () => {
    client = await RawClient.connect(server.port);
  });
  afterEach(() => client.close());

  it('/metrics says which way the bytes of its streams go', async () => {
    const path = `/getData/${newFeedId()}`;
    const streams = await Promise.all([server.stream(path).untilOpen(), server.stream(path).untilOpen()]);
    expect(await sinksOf(server)).toEqual({ direct: 0, web: 0, [sink]: 2 });
    for (const stream of streams) stream.close();
    await server.untilMetric('feedline_streams', 0);
  });

  it('a connection whose stream has ended answers the next request, and its body was framed rightly', async () => {
    const id = newFeedId();
    client.send(`/getData/${id}`);
    client.send('/healthz');
    await server.untilMetric('feedline_readers', 1);
    await server.publish(id, 'ü');
    await server.publishLast(id, 'last');
    const text = await client.until((come) => come.includes('"ok"'));
    const { body, rest } = unchunk(text.slice(text.indexOf('\r\n\r\n') + 4).replaceAll('ü', 'uu'));
    expect(body).toContain('data: "uu"\n\n');
    expect(body).toMatch(/event: end\n.*\n\n$/);
    expect(rest).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  });

  it('an answer that is pipelined behind a stream comes behind it, whole', async () => {
    const [first, second] = [newFeedId(), newFeedId()];
    for (const id of [first, second]) client.send(`/getData/${id}`);
    await server.untilMetric('feedline_readers', 2);
    await server.publish(second, 'second');
    await server.publish(first, 'first');
    await server.publishLast(first, 'last');
    const text = await client.until((come) => come.includes('"second"'));
    const { body, rest } = unchunk(text.slice(text.indexOf('\r\n\r\n') + 4));
    expect(body).toContain('data: "first"\n\n');
    expect(body).not.toContain('second');
    expect(rest).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(rest).toContain('data: "second"\n\n');
  });

  it('HTTP/1.0 knows no chunks, and gets none', async () => {
    const id = newFeedId();
    client.send(`/getData/${id}`, '1.0');
    await server.untilMetric('feedline_readers', 1);
    expect((await sinksOf(server)).direct).toBe(0);
    await server.publish(id, 'one');
    const text = await client.until((come) => come.includes('"one"'));
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
    for (const query of ['?format=xml', '']) client.send(`/getData/${id}${query}`);
    const text = await client.until((come) => come.includes('event: hello'));
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
