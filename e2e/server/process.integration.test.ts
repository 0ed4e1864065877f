import { describe, expect, it, vi } from 'vitest';
import { RawClient } from './raw-client.ts';
import { newFeedId, TestServer } from './test-server.ts';

const MEMORY = { RECORD_LOG: 'memory', PING_MS: '200' };

/** Starts a server that is expected to refuse its settings. */
async function refused(env: Record<string, string>): Promise<{ code: number | null; output: string }> {
  const server = await TestServer.start({ env, isReadyAwaited: false });
  const { code } = await server.part.exited;
  return { code, output: server.part.lastLines().join('\n') };
}

describe('settings', () => {
  it('that are wrong end the process with 1, each named with what it should be', async () => {
    const { code, output } = await refused({ ...MEMORY, PING_MS: 'soon', DEMO: 'maybe', KAFKA_PARTITIONER: 'md5' });
    expect(code).toBe(1);
    for (const name of ['PING_MS', 'DEMO', 'KAFKA_PARTITIONER']) expect(output).toContain(name);
    expect(output).toContain('should be a whole number');
  });

  it('without brokers end the process, unless the in-process log is asked for', async () => {
    const { code, output } = await refused({ RECORD_LOG: '', KAFKA_BROKERS: '' });
    expect(code).toBe(1);
    expect(output).toContain('KAFKA_BROKERS');
    expect(output).toContain('RECORD_LOG=memory');
  });

  it('that do not say who may watch end the process, which says what to choose; none is warned of', async () => {
    const { code, output } = await refused({ ...MEMORY, AUTH: '' });
    expect(code).toBe(1);
    expect(output).toContain('AUTH should be chosen');
    const server = await TestServer.start({ env: MEMORY });
    expect(server.part.lastLines().join('\n')).toContain('whoever reaches this port may watch any ID');
    await server.stop();
  });
});

describe('outside the demo', () => {
  it('the demo’s endpoints do not exist, and no other origin may read', async () => {
    const server = await TestServer.start({ env: MEMORY });
    const headers = { 'content-type': 'application/json' };
    const post = await server.fetch('/api/feeds/a/events', { method: 'POST', headers, body: '1' });
    expect(post.status).toBe(404);
    expect((await server.fetch('/api/article/a')).status).toBe(404);
    const list = await server.fetch('/api/feeds', { headers: { origin: 'http://elsewhere.test' } });
    expect(list.headers.get('access-control-allow-origin')).toBeNull();
    await server.stop();
  });
});

describe('publishing in the demo', () => {
  it('takes one JSON value from this origin only, and says what is wrong with anything else', async () => {
    const server = await TestServer.start({ env: { ...MEMORY, DEMO: '1' } });
    const post = async (body: string, headers: Record<string, string>): Promise<[number, string | undefined]> => {
      const response = await server.fetch('/api/feeds/a/events', { method: 'POST', headers, body });
      const { code } = (await response.json()) as { code?: string };
      return [response.status, code];
    };
    const json = { 'content-type': 'application/json' };
    expect(await post('{"a":1}', json)).toEqual([201, undefined]);
    expect(await post('{"a":1}', { ...json, origin: server.baseUrl })).toEqual([201, undefined]);
    expect(await post('{"a":1}', { ...json, origin: 'http://elsewhere.test' })).toEqual([403, 'cross-site']);
    expect(await post('{"a":1}', { ...json, origin: 'null' })).toEqual([403, 'cross-site']);
    expect(await post('a=1', { 'content-type': 'text/plain' })).toEqual([415, 'media-type']);
    expect(await post('{"a":', json)).toEqual([400, 'body-invalid']);
    expect(await post(`"${'x'.repeat(70_000)}"`, json)).toEqual([413, 'body-too-large']);
    await server.stop();
  });
});

describe('a body that is too large', () => {
  const post = (body: string): string =>
    `POST /api/feeds/a/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

  it('leaves the connection to the next request, and where it is far too large, the server unharmed', async () => {
    const server = await TestServer.start({ env: { ...MEMORY, DEMO: '1' } });
    const client = await RawClient.connect(server.port);
    client.sendText(post(`"${'x'.repeat(70_000)}"`));
    await client.until((text) => text.includes('HTTP/1.1 413'));
    client.sendText(post('1'));
    await client.until((text) => text.includes('HTTP/1.1 201'));
    client.close();
    const rude = await RawClient.connect(server.port);
    rude.sendText(post(`"${'x'.repeat(3_000_000)}"`));
    // What is left of it is no request, which ends the connection.
    await vi.waitFor(() => expect(rude.isOver).toBe(true), { timeout: 10_000 });
    expect((await server.fetch('/healthz')).status).toBe(200);
    await server.stop();
    expect(server.part.lastLines().filter((line) => line.includes('uncaughtException'))).toEqual([]);
  });
});

describe('a shutdown', () => {
  it('on SIGTERM turns /readyz to 503, tells every stream, lets late comers in and on, and exits with 0', async () => {
    const server = await TestServer.start({ env: { ...MEMORY, DEMO: '1', DRAIN_MS: '3000' } });
    const id = newFeedId();
    const clients = await Promise.all(Array.from({ length: 8 }, () => server.stream(`/getData/${id}`).untilOpen()));
    await server.publish(id, 1);
    for (const client of clients) await client.until(() => expect(client.values).toEqual(['1']));
    process.kill(server.part.pid, 'SIGTERM');
    const [first] = clients;
    await first?.until(() => expect(clients.some(({ isOver }) => isOver)).toBe(true));
    // The listener stays open while it drains: a load balancer sees 503, and who comes all the same is sent on.
    const ready = await server.fetch('/readyz');
    expect(ready.status).toBe(503);
    expect(await ready.json()).toMatchObject({ status: 'draining', reason: expect.any(String) });
    const late = server.stream(`/getData/${id}`);
    await late.until(() => expect(late.isOver).toBe(true));
    expect(late.named('draining')).toHaveLength(1);
    for (const client of clients) {
      await client.until(() => expect(client.isOver).toBe(true));
      expect(client.named('draining')).toHaveLength(1);
      expect(JSON.parse(client.named('draining')[0]?.data ?? '').retryMs).toBeLessThanOrEqual(1_500);
      expect(JSON.parse(client.named('draining')[0]?.data ?? '').retryMs).toBeGreaterThanOrEqual(500);
    }
    expect(await server.part.exited).toMatchObject({ code: 0 });
  });
});
