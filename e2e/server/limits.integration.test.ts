import { once } from 'node:events';
import { get, type IncomingMessage, type RequestOptions } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProblemDocument } from '#lib/protocol/errors.ts';
import { RawClient } from './raw-client.ts';
import { newFeedId, TestServer } from './test-server.ts';

const MEMORY = { RECORD_LOG: 'memory', DEMO: '1', CORS_ORIGINS: 'https://page.example' };
const PER_CLIENT = 4;
const BURST = 40;
const ROUND = 50;

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly problem: Partial<ProblemDocument>;
}

let nextClient = 0;
/** An address that no other test uses. */
const newClient = (): string => {
  nextClient += 1;
  return `198.51.100.${nextClient}`;
};
const of = (client: string, more: Record<string, string> = {}) => ({ 'x-forwarded-for': client, ...more });

describe('limits of one client', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await TestServer.start({
      env: {
        ...MEMORY,
        // The tests come from there, and say for whom.
        TRUSTED_PROXIES: '127.0.0.1',
        CLIENT_CONNECTIONS_MAX: String(PER_CLIENT),
        CLIENT_REQUESTS_PER_S: '30',
        CLIENT_REQUESTS_BURST: String(BURST),
        URL_BYTES_MAX: '4096',
        HEADER_BYTES_MAX: '8192',
        HEADERS_TIMEOUT_MS: '1000',
        STREAM_MAX_AGE_MS: '1500',
        PING_MS: '200',
      },
    });
  }, 120_000);
  afterAll(() => server?.stop());

  async function ask(path: string, options: RequestOptions = {}): Promise<Answer> {
    const request = get(`${server.baseUrl}${path}`, { agent: false, ...options });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    const body = await text(response);
    const isProblem = response.headers['content-type'] === 'application/problem+json';
    const problem = isProblem ? (JSON.parse(body) as ProblemDocument) : {};
    return { status: response.statusCode ?? 0, headers: response.headers, problem };
  }

  async function openAll(client: string): Promise<(() => void)[]> {
    const id = newFeedId();
    const streams = Array.from({ length: PER_CLIENT }, () => server.stream(`/getData/${id}`, of(client)));
    for (const stream of streams) await stream.untilOpen();
    return streams.map((stream) => () => stream.close());
  }

  it('refuse its next stream with words, a poll in the same ones, and nobody else; a place that is left is free', async () => {
    const client = newClient();
    const [closeOne, ...others] = await openAll(client);
    const headers = of(client, { origin: 'https://page.example' });
    for (const path of ['/getData/a', '/api/feeds/a/stream', '/api/feeds/stream?id=..', '/api/feeds/a/poll?waitMs=0']) {
      const refused = await ask(path, { headers });
      expect(refused.status, path).toBe(429);
      expect(refused.problem.code).toBe('too-many-connections');
      expect(Number(refused.headers['retry-after'])).toBeGreaterThanOrEqual(5);
      expect(refused.headers['access-control-allow-origin']).toBe('https://page.example');
    }
    expect((await ask('/api/feeds/a/poll?waitMs=0', { headers: of(newClient()) })).status).toBe(204);
    closeOne?.();
    const next = server.stream('/getData/a', of(client));
    await next.until(() => expect(next.isOver || next.status === 200).toBe(true));
    for (const close of others) close();
    next.close();
  });

  it('are not got round by a header that it writes itself', async () => {
    const peer = { localAddress: '127.0.0.2', headers: of('203.0.113.1') };
    const streams = Array.from({ length: PER_CLIENT }, (_, index) =>
      get(`${server.baseUrl}/getData/a`, { agent: false, ...peer, headers: of(`203.0.113.${index}`) }),
    );
    await Promise.all(streams.map((stream) => once(stream, 'response')));
    for (const headers of [of('203.0.113.99'), of('127.0.0.1'), of('garbage'), {}, { forwarded: 'for=203.0.113.9' }]) {
      expect((await ask('/api/feeds/a/poll?waitMs=0', { ...peer, headers })).problem.code).toBe('too-many-connections');
    }
    for (const stream of streams) stream.destroy();
  });

  it('count what stands left of a trusted proxy’s own word for nothing, and a /64 of IPv6 as one client', async () => {
    const client = newClient();
    const close = [...(await openAll(client)), ...(await openAll('2001:db8:5:5::1'))];
    for (const forwarded of [`203.0.113.5, ${client}`, `garbage,, ${client}`, '::, 2001:db8:5:5:ffff::2']) {
      const { problem } = await ask('/api/feeds/a/poll?waitMs=0', { headers: of(forwarded) });
      expect(problem.code, forwarded).toBe('too-many-connections');
    }
    expect((await ask('/api/feeds/a/poll?waitMs=0', { headers: of('2001:db8:5:6::1') })).status).toBe(204);
    for (const each of close) each();
  });

  it('refuse what it asks too often, pages as well, but no probe; and a while later not', async () => {
    const headers = of(newClient());
    const answers = await Promise.all(
      Array.from({ length: 6 * BURST }, (_, index) => ask(index % 2 ? '/api/feeds' : '/no-such-page', { headers })),
    );
    const refused = answers.filter(({ status }) => status === 429);
    expect(answers.length - refused.length).toBeGreaterThanOrEqual(BURST);
    expect(refused.length).toBeGreaterThan(BURST / 2);
    for (const { problem, headers: told } of refused) {
      expect(problem.code).toBe('too-many-requests');
      expect(Number(told['retry-after'])).toBeGreaterThanOrEqual(1);
    }
    expect((await ask('/healthz', { headers })).status).toBe(200);
    expect((await ask('/readyz', { headers })).status).toBe(200);
    await expect.poll(async () => (await ask('/api/feeds', { headers })).status, { timeout: 5_000 }).toBe(200);
  });

  it('refuse what is too long, too large, or has a body where none can be', async () => {
    const headers = of(newClient());
    const long = await ask(`/getData/a?after=${'x'.repeat(4_096)}`, { headers });
    expect(long).toMatchObject({ status: 414, problem: { code: 'url-too-long' } });
    const large = await ask('/getData/a', { headers: { ...headers, 'x-large': 'x'.repeat(8_192) } });
    expect(large).toMatchObject({ status: 431, problem: { code: 'headers-too-large' } });
    const tooLarge = await ask('/getData/a', { headers: { ...headers, 'x-large': 'x'.repeat(20_000) } });
    expect(tooLarge).toMatchObject({ status: 431, problem: { code: 'headers-too-large' } });
    for (const about of [{ 'content-length': '5' }, { 'transfer-encoding': 'chunked' }]) {
      const answer = await ask('/getData/a', { headers: { ...headers, ...about } });
      expect(answer).toMatchObject({ status: 400, problem: { code: 'body-invalid' } });
    }
  });

  it('give every place back, however the stream or the poll ends', async () => {
    const id = newFeedId();
    await server.publishLast(newFeedId(), 1);
    const rotated = server.stream(`/getData/${id}`, of(newClient()));
    await rotated.until(() => expect(rotated.named('rotate')).toHaveLength(1));
    const ended = server.stream(`/getData/${id}`, of(newClient()));
    await ended.untilOpen();
    const answered = ask(`/api/feeds/${id}/poll`, { headers: of(newClient()) });
    await server.untilMetric('feedline_polls_waiting', 1);
    await server.publishLast(id, 1);
    await ended.until(() => expect(ended.isOver).toBe(true));
    expect((await answered).status).toBe(200);
    const gone = get(`${server.baseUrl}/api/feeds/${id}x/poll`, { headers: of(newClient()), agent: false });
    gone.on('error', () => undefined);
    await server.untilMetric('feedline_polls_waiting', 1);
    gone.destroy();
    await ask(`/getData/${id}`, { method: 'HEAD', headers: of(newClient()) });
    expect((await ask('/getData/a?topic=none', { headers: of(newClient()) })).status).toBe(404);
    const pipelined = await RawClient.connect(server.port);
    for (const path of ['/getData/a', '/getData/b', '/api/feeds/a/poll']) pipelined.send(path);
    await server.untilMetric('feedline_connections', 3);
    pipelined.close();
    await server.untilMetric('feedline_connections', 0);
    for (let round = 0; round < 1_000 / ROUND; round += 1) {
      const streams = Array.from({ length: ROUND }, (_, index) => {
        const headers = of(`192.0.2.${(index % 25) + 25 * (round % 10)}`);
        const stream = get(`${server.baseUrl}/getData/${id}y`, { headers, agent: false });
        return stream.on('error', () => undefined);
      });
      await Promise.all(streams.map((stream) => once(stream, 'response')));
      for (const stream of streams) stream.destroy();
    }
    await server.untilMetric('feedline_connections', 0);
    await server.untilMetric('feedline_readers', 0);
  }, 60_000);
});

it('a pod that is full says so, to streams and polls alike, and stays ready', async () => {
  const server = await TestServer.start({ env: { ...MEMORY, CONNECTIONS_MAX: '2', CLIENT_CONNECTIONS_MAX: '0' } });
  try {
    const streams = [server.stream('/getData/a'), server.stream('/getData/b')];
    for (const stream of streams) await stream.untilOpen();
    for (const path of ['/getData/a', '/api/feeds/a/poll?waitMs=0']) {
      const refused = await server.fetch(path);
      expect(refused.status).toBe(503);
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(5);
      expect(await refused.json()).toMatchObject({ code: 'overloaded' });
    }
    expect((await server.fetch('/readyz')).status).toBe(200);
    streams[0]?.close();
    await server.untilMetric('feedline_connections', 1);
    expect((await server.fetch('/api/feeds/a/poll?waitMs=0')).status).toBe(204);
  } finally {
    await server.stop();
  }
}, 120_000);
