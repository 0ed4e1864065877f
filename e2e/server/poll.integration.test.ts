import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { EXPOSED_HEADERS, HeaderName } from '#lib/protocol/constants.ts';
import { articleUrl, pollUrl, streamUrl } from '#lib/protocol/paths.ts';
import { freePort } from '#scripts/process/ports.ts';
import { RawClient } from './raw-client.ts';
import { newFeedId, TestServer } from './test-server.ts';

const ENV = { RECORD_LOG: 'memory', DEMO: '1', PING_MS: '200', CORS_ORIGINS: 'http://elsewhere.test' };
const MANY = 10_000;
const MANY_OPENED_AT_ONCE = 200;

describe('a poll', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await TestServer.start({ env: ENV });
  });
  afterAll(() => server.stop());

  it('is the same by path and as a query, for any ID', async () => {
    for (const id of ['a/b', 'ü 💶', '%41', '"quoted"', '__proto__', '+']) {
      const start = await server.fetch(`/api/feeds/${encodeURIComponent(id)}/poll?waitMs=0`);
      expect(start.status).toBe(204);
      await server.publish(id, id);
      const after = encodeURIComponent(start.headers.get(HeaderName.cursor) ?? '');
      const [byPath, byQuery] = await Promise.all([
        server.fetch(`/api/feeds/${encodeURIComponent(id)}/poll?after=${after}`),
        server.fetch(`/api/feeds/poll?id=${encodeURIComponent(id)}&after=${after}`),
      ]);
      const body = await byPath.json();
      expect(body).toMatchObject({ events: [{ data: JSON.stringify(id) }], ended: false });
      expect(await byQuery.json()).toEqual(body);
    }
  });

  it('takes its cursor from Last-Event-ID as a stream does', async () => {
    const id = newFeedId();
    const start = await server.fetch(`/api/feeds/${id}/poll?waitMs=0`);
    await server.publish(id, 1);
    const headers = { 'last-event-id': start.headers.get(HeaderName.cursor) ?? '' };
    const response = await server.fetch(`/api/feeds/${id}/poll?waitMs=0`, { headers });
    expect(await response.json()).toMatchObject({ events: [{ data: '1' }] });
  });

  it('waits as long as it was asked to, is then 204 with its cursor, and is never stored', async () => {
    const startedAtMs = performance.now();
    const response = await server.fetch(`/api/feeds/${newFeedId()}/poll?waitMs=300`);
    expect(performance.now() - startedAtMs).toBeGreaterThanOrEqual(298);
    expect(response.status).toBe(204);
    expect(response.headers.get('cache-control')).toBe('no-store, no-transform');
    expect(response.headers.get(HeaderName.cursor)).toMatch(/^\S+$/);
    expect(response.headers.get(HeaderName.clock)).toMatch(/^received=\d{13}, sent=\d{13}$/);
  });

  it.each([
    { what: 'a wait that is no number', query: 'id=a&waitMs=soon', code: 'query-invalid' },
    { what: 'a wait that is too long', query: 'id=a&waitMs=55001', code: 'query-invalid' },
    { what: 'a negative wait', query: 'id=a&waitMs=-1', code: 'query-invalid' },
    { what: 'no ID', query: 'waitMs=0', code: 'id-empty' },
    { what: 'an ID that is not UTF-8', query: 'id=%ff', code: 'id-undecodable' },
    { what: 'a round trip that is too long', query: 'id=a&waitMs=0&rttMs=2001', code: 'query-invalid' },
  ])('with $what is answered with 400 and the code $code', async ({ query, code }) => {
    const response = await server.fetch(`/api/feeds/poll?${query}`);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ status: 400, code, detail: expect.any(String) });
  });

  it('lets pages of allowed origins read what it tells in headers', async () => {
    const headers = { origin: 'http://elsewhere.test' };
    const response = await server.fetch('/api/feeds/poll?id=a&waitMs=0', { headers });
    expect(response.headers.get('access-control-allow-origin')).toBe('http://elsewhere.test');
    const exposed = response.headers.get('access-control-expose-headers')?.split(', ');
    expect(exposed).toEqual([...EXPOSED_HEADERS]);
  });

  it('HEAD gets headers and waits for nothing', async () => {
    const response = await server.fetch(`/api/feeds/${newFeedId()}/poll?waitMs=50000`, { method: 'HEAD' });
    expect(response.status).toBe(200);
    expect(await server.metric('feedline_polls_waiting')).toBe(0);
  });

  it('whose socket dies leaves nothing behind, also where others are queued behind it', async () => {
    const id = newFeedId();
    const request = `GET /api/feeds/${id}/poll HTTP/1.1\r\nHost: localhost\r\n\r\n`;
    const socket = connect(server.port, '127.0.0.1');
    socket.write(request + request + request);
    await server.untilMetric('feedline_polls_waiting', 3);
    socket.destroy();
    await server.untilMetric('feedline_polls_waiting', 0);
    await server.untilMetric('feedline_readers', 0);
  });

  it('is told how many bytes its lane was sent: exactly what came over the socket', async () => {
    const id = newFeedId();
    const client = await RawClient.connect(server.port);
    const lane = `lane=${id}`;
    for (let round = 0; round < 20; round += 1) {
      const before = client.bytes;
      if (round % 3 === 0) await server.publish(id, { round, text: 'ü'.repeat(50 * round) });
      const response = await client.get(`/api/feeds/poll?id=${id}&waitMs=0&${lane}`);
      expect(response.headers.get(HeaderName.bytes)).toBe(String(before));
      expect(Number(response.headers.get(HeaderName.busyMs))).toBeGreaterThanOrEqual(0);
    }
    // A lane is not a connection: another one goes on counting.
    const other = await RawClient.connect(server.port);
    const response = await other.get(`/api/feeds/poll?id=${id}&waitMs=0&${lane}`);
    expect(response.headers.get(HeaderName.bytes)).toBe(String(client.bytes));
    client.close();
    other.close();
  });

  it('a stream’s ping tells the bytes of its connection, headers and framing included', async () => {
    const id = newFeedId();
    for (const lane of ['', `&lane=${id}`]) {
      const client = await RawClient.connect(server.port);
      client.send(`/api/feeds/stream?id=${id}${lane}`);
      await vi.waitFor(() => expect(client.text).toContain('event: hello'));
      for (let index = 0; index < 30; index += 1) await server.publish(id, { index, text: 'ü'.repeat(40) });
      await vi.waitFor(() => expect(client.text).toContain('"index":29'));
      const pingsBefore = client.text.split('event: ping').length;
      // The next ping was made after all that came: nothing of it can still be on its way.
      await vi.waitFor(() => expect(client.text.split('event: ping').length).toBeGreaterThan(pingsBefore + 1));
      const told = [...client.text.matchAll(/"bytes":(\d+)/g)].map((match) => Number(match[1]));
      // All that came before that ping, to the byte: its chunk begins with the length line before its `id:`.
      const lastPing = client.text.lastIndexOf('\r\n', client.text.lastIndexOf('event: ping')) + 2;
      const chunkStart = client.text.lastIndexOf('\r\n', lastPing - 3) + 2;
      expect(told.at(-1)).toBe(Buffer.byteLength(client.text.slice(0, chunkStart)));
      client.close();
    }
  });
});

describe('many polls', () => {
  it('ten thousand that wait on one feed are all answered by one event, and leave nothing behind', async () => {
    const server = await TestServer.start({ env: ENV });
    const id = newFeedId();
    const sockets: Socket[] = [];
    const answers: string[] = [];
    for (let index = 0; index < MANY; index += 1) {
      const socket = connect(server.port, '127.0.0.1');
      sockets.push(socket);
      let text = '';
      socket.setEncoding('utf8').on('data', (part) => {
        text += part;
        if (text.endsWith('\r\n0\r\n\r\n')) answers.push(text);
      });
      socket.write(`GET /api/feeds/poll?id=${id}&waitMs=55000 HTTP/1.1\r\nHost: localhost\r\n\r\n`);
      if (sockets.length % MANY_OPENED_AT_ONCE === 0)
        await server.untilMetric('feedline_polls_waiting', sockets.length);
    }
    expect(await server.metric('feedline_readers')).toBe(MANY);
    await server.publish(id, 'for all');
    await vi.waitFor(() => expect(answers).toHaveLength(MANY), { timeout: 60_000, interval: 50 });
    const bodies = new Set(answers.map((answer) => answer.slice(answer.indexOf('{"events"'))));
    expect(bodies.size).toBe(1);
    expect([...bodies][0]).toContain('"data":"\\"for all\\""');
    await server.untilMetric('feedline_polls_waiting', 0);
    await server.untilMetric('feedline_readers', 0);
    for (const socket of sockets) socket.destroy();
    await server.stop();
  });

  it('that wait are answered with their cursor when the server shuts down, which then ends by itself', async () => {
    const server = await TestServer.start({ env: { ...ENV, DRAIN_MS: '500' } });
    const id = newFeedId();
    const waiting = Array.from({ length: 20 }, () => server.fetch(`/api/feeds/${id}/poll?waitMs=55000`));
    await server.untilMetric('feedline_polls_waiting', 20);
    const stopped = server.stop();
    for (const response of await Promise.all(waiting)) {
      expect(response.status).toBe(204);
      expect(response.headers.get(HeaderName.cursor)).toMatch(/^\S+$/);
    }
    await stopped;
    expect((await server.part.exited).code).toBe(0);
  });
});

describe('conditions of a comparison', () => {
  it('exist in the demo only', async () => {
    const server = await TestServer.start({ env: { RECORD_LOG: 'memory' } });
    const response = await server.fetch('/api/feeds/poll?id=a&waitMs=0&rttMs=80');
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: 'query-invalid', detail: expect.stringContaining('DEMO=1') });
    await server.stop();
  });

  it('an added round trip lies before an answer, on every way of getting the events', async () => {
    const server = await TestServer.start({ env: ENV });
    const id = newFeedId();
    const rttMs = 300;
    for (const url of [pollUrl(id, 0, { rttMs }), streamUrl(id, { rttMs }), articleUrl(id, { rttMs })]) {
      const startedAtMs = performance.now();
      const response = await server.fetch(url);
      // A timer may fire a ms early by another clock.
      expect(performance.now() - startedAtMs).toBeGreaterThanOrEqual(rttMs - 2);
      await response.body?.cancel();
    }
    await server.untilMetric('feedline_readers', 0);
    await server.untilMetric('feedline_article_listeners', 0);
    await server.stop();
  });
});

describe('a poll that cannot be answered now', () => {
  const expectRefused = async (response: Response, code: string): Promise<void> => {
    expect(response.status).toBe(503);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(response.headers.get('cache-control')).toBe('no-store, no-transform');
    expect(Number(response.headers.get(HeaderName.retryAfter))).toBeGreaterThan(0);
    expect(await response.json()).toMatchObject({ status: 503, code });
  };

  it('is refused with 503, a code and Retry-After by a pod that does not know its positions yet', async () => {
    const env = { RECORD_LOG: 'kafka', KAFKA_BROKERS: `127.0.0.1:${await freePort()}` };
    const nowhere = await TestServer.start({ env, isReadyAwaited: false });
    await vi.waitFor(async () => expect((await nowhere.fetch('/healthz')).status).toBe(200), { timeout: 30_000 });
    await expectRefused(await nowhere.fetch(pollUrl(newFeedId(), 0)), 'not-ready');
    await nowhere.stop();
  });

  it('is refused in the same way by a pod that shuts down', async () => {
    const ending = await TestServer.start({ env: { ...ENV, DRAIN_MS: '3000' } });
    const stream = await ending.stream(streamUrl(newFeedId())).untilOpen();
    process.kill(ending.part.pid, 'SIGTERM');
    await vi.waitFor(async () => expect((await ending.fetch('/readyz')).status).toBe(503));
    await expectRefused(await ending.fetch(pollUrl(newFeedId(), 0)), 'draining');
    stream.close();
    await ending.part.exited;
  });
});
