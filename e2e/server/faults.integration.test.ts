import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type ConnectionFault, formatFault } from '#lib/protocol/connection-fault.ts';
import { HeaderName } from '#lib/protocol/constants.ts';
import { RawClient } from './raw-client.ts';
import type { StreamClient } from './stream-client.ts';
import { newFeedId, TestServer } from './test-server.ts';

const MEMORY = { RECORD_LOG: 'memory', PING_MS: '200' };
const LONG_MS = 600_000;

/** As `?fault=` asks for it: from now on, and for long where it lasts. */
function asked(kind: ConnectionFault['kind'], given: Partial<ConnectionFault> = {}): string {
  const fault = { kind, value: 0, fromMs: Date.now(), times: 1, everyMs: 0, forMs: LONG_MS, ...given };
  return `fault=${encodeURIComponent(formatFault(fault))}`;
}

const untilOver = (client: StreamClient): Promise<void> => client.until(() => expect(client.isOver).toBe(true));

describe('the faults of a connection', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await TestServer.start({ env: { ...MEMORY, DEMO: '1' } });
  });

  afterAll(() => server.stop());

  /** Opens a stream with a drop that strikes once it is open. */
  async function droppedAfterOpening(kind: 'drop-mid-event' | 'drop-between-events', id: string) {
    const fromMs = Date.now() + 300;
    const path = `/getData/${id}?${asked(kind, { fromMs, forMs: 0 })}`;
    const client = await server.stream(path).untilOpen();
    await vi.waitFor(() => expect(Date.now()).toBeGreaterThan(fromMs));
    return { client, path };
  }

  it('a drop mid-event cuts within the event, and the same URL with the cursor brings it whole: once, and nothing else', async () => {
    const id = newFeedId();
    const fromMs = Date.now() + 300;
    const raw = await RawClient.connect(server.port);
    raw.send(`/getData/${id}?${asked('drop-mid-event', { fromMs, forMs: 0 })}`);
    const { client, path } = await droppedAfterOpening('drop-mid-event', id);
    await vi.waitFor(() => expect(raw.text).toContain('event: hello'));
    const value = 'x'.repeat(500);
    await server.publish(id, value);
    await untilOver(client);
    expect(client.values).toEqual([]);
    expect(raw.text).toMatch(/data: "x{50,}\r\n$/);
    const again = server.stream(path, { [HeaderName.lastEventId]: client.cursor });
    await again.until(() => expect(again.values).toEqual([JSON.stringify(value)]));
    await server.publish(id, 'after');
    await again.until(() => expect(again.values).toEqual([JSON.stringify(value), '"after"']));
    expect(again.isOver).toBe(false);
    raw.close();
  });

  it('a drop between events lets the event through, and cuts behind it', async () => {
    const id = newFeedId();
    const { client } = await droppedAfterOpening('drop-between-events', id);
    await server.publish(id, 'last');
    await untilOver(client);
    expect(client.values).toEqual(['"last"']);
  });

  it('a drop meets the article’s way too, which has no cursor to come back with', async () => {
    const id = newFeedId();
    const fromMs = Date.now() + 300;
    const client = server.stream(`/api/article/${id}?${asked('drop-mid-event', { fromMs, forMs: 0 })}`);
    await client.until(() => expect(client.status).toBe(200));
    await vi.waitFor(() => expect(Date.now()).toBeGreaterThan(fromMs));
    await server.publish(id, 'lost');
    await untilOver(client);
    expect(client.values).toEqual([]);
    expect(client.cursor).toBe('');
  });

  it('a drop mid-event breaks a poll off, and the same poll again brings the event', async () => {
    const id = newFeedId();
    const url = `/api/feeds/poll?id=${id}`;
    const after = (await server.fetch(`${url}&waitMs=0`)).headers.get(HeaderName.cursor) ?? '';
    const fromMs = Date.now() + 300;
    const path = `${url}&waitMs=10000&after=${encodeURIComponent(after)}&${asked('drop-mid-event', { fromMs, forMs: 0 })}`;
    const broken = server.fetch(path).then((response) => response.text());
    const breaks = expect(broken).rejects.toThrow();
    await vi.waitFor(() => expect(Date.now()).toBeGreaterThan(fromMs));
    await server.publish(id, 'whole');
    await breaks;
    const body = await (await server.fetch(path)).json();
    expect(body.events.map(({ data }: { data: string }) => data)).toEqual(['"whole"']);
  });

  it('refuses with 503 while it lasts', async () => {
    const id = newFeedId();
    const response = await server.fetch(`/getData/${id}?${asked('refuse')}`);
    expect(response.status).toBe(503);
    expect((await response.json()).code).toBe('fault-refused');
    const past = { fromMs: Date.now() - 2000, forMs: 1000 };
    await server.stream(`/getData/${id}?${asked('refuse', past)}`).untilOpen();
  });

  it('loses the cursor: the stream begins at now, where it would have resumed', async () => {
    const id = newFeedId();
    const client = await server.stream(`/getData/${id}`).untilOpen();
    const { cursor } = client;
    await server.publish(id, 'missed');
    await client.until(() => expect(client.values).toEqual(['"missed"']));
    const headers = { [HeaderName.lastEventId]: cursor };
    const lost = await server.stream(`/getData/${id}?${asked('lose-cursor')}`, headers).untilOpen();
    await server.publish(id, 'next');
    await lost.until(() => expect(lost.values).toEqual(['"next"']));
  });

  it('cuts what is silent, and pings keep it from being silent', async () => {
    const id = newFeedId();
    const silent = await server
      .stream(`/getData/${id}?${asked('idle-cut', { value: 700 })}&${asked('pings')}`)
      .untilOpen();
    const pinged = await server
      .stream(`/getData/${id}?${asked('idle-cut', { value: 700 })}&${asked('pings', { value: 100 })}`)
      .untilOpen();
    await untilOver(silent);
    expect(silent.named('ping')).toEqual([]);
    await pinged.until(() => expect(pinged.named('ping').length).toBeGreaterThan(20));
    expect(pinged.isOver).toBe(false);
    expect(JSON.parse(pinged.named('hello')[0]?.data ?? '')).toMatchObject({ pingMs: 100, watchdogMs: 300 });
  });

  it('cuts what is old, where the server’s own rotation does not come before', async () => {
    const id = newFeedId();
    const cut = await server
      .stream(`/getData/${id}?${asked('age-cut', { value: 900 })}&${asked('rotation')}`)
      .untilOpen();
    const rotated = server.stream(
      `/getData/${id}?${asked('age-cut', { value: 60_000 })}&${asked('rotation', { value: 600 })}`,
    );
    await untilOver(cut);
    expect(cut.named('rotate')).toEqual([]);
    await untilOver(rotated);
    expect(rotated.named('rotate')).toHaveLength(1);
  });

  it.each(['idle-cut', 'age-cut'] as const)('%s meets a poll that waits, as it meets a stream', async (kind) => {
    const url = `/api/feeds/poll?id=${newFeedId()}`;
    const after = (await server.fetch(`${url}&waitMs=0`)).headers.get(HeaderName.cursor) ?? '';
    const path = `${url}&waitMs=20000&after=${encodeURIComponent(after)}&${asked(kind, { value: 500 })}`;
    await expect(server.fetch(path)).rejects.toThrow();
  });

  it('delays, stalls and slows down without losing or turning round anything', async () => {
    const id = newFeedId();
    const ways = [
      asked('delay', { value: 300 }),
      asked('stall', { fromMs: Date.now() + 300, forMs: 900 }),
      asked('slow-client', { value: 2000 }),
    ];
    const clients = await Promise.all(ways.map((way) => server.stream(`/getData/${id}?${way}`).untilOpen()));
    const values = Array.from({ length: 30 }, (_, index) => `${index}-${'y'.repeat(50)}`);
    for (const value of values) await server.publish(id, value);
    for (const client of clients) {
      await client.until(() => expect(client.values).toEqual(values.map((value) => JSON.stringify(value))));
    }
  });

  it.each([
    ['delay', { value: 60_000 }],
    ['stall', {}],
    ['slow-client', { value: 50 }],
  ] as const)('%s holds back what a connection without it has had', async (kind, given) => {
    const id = newFeedId();
    const fromMs = Date.now() + 1000;
    const held = await server.stream(`/getData/${id}?${asked(kind, { ...given, fromMs })}`).untilOpen();
    const plain = await server.stream(`/getData/${id}`).untilOpen();
    await vi.waitFor(() => expect(Date.now()).toBeGreaterThan(fromMs), { timeout: 5000 });
    const values = ['first', 'second'].map((name) => `${name} ${'x'.repeat(5000)}`);
    for (const [index, value] of values.entries()) {
      await server.publish(id, value);
      await plain.until(() => expect(plain.values).toHaveLength(index + 1));
    }
    expect(held.values).toEqual([]);
    expect(held.isOver).toBe(false);
  });

  it('more than may be on its way to a slow client at once comes whole and in order all the same', async () => {
    const id = newFeedId();
    const slow = await server.stream(`/getData/${id}?${asked('slow-client', { value: 150_000 })}`).untilOpen();
    const values = Array.from({ length: 20 }, (_, index) => `${index}-${'z'.repeat(30_000)}`);
    for (const value of values) await server.publish(id, value);
    await slow.until(() => expect(slow.values.length).toBe(20));
    expect(slow.values).toEqual(values.map((value) => JSON.stringify(value)));
  });

  it.each(['nonsense', 'delay,0,1,1,0,10'])('?fault=%s is a clear error', async (text) => {
    const response = await server.fetch(`/getData/x?fault=${encodeURIComponent(text)}`);
    expect(response.status).toBe(400);
    expect((await response.json()).detail).toContain(text);
  });

  it('more of them than one connection carries is a clear error', async () => {
    const many = Array.from({ length: 9 }, () => asked('stall')).join('&');
    expect((await server.fetch(`/getData/x?${many}`)).status).toBe(400);
  });
});

describe('outside the demo', () => {
  it('no connection obeys a fault', async () => {
    const server = await TestServer.start({ env: MEMORY });
    const response = await server.fetch(`/getData/x?${asked('refuse')}`);
    expect(response.status).toBe(400);
    expect((await response.json()).code).toBe('query-invalid');
    await server.stop();
  });
});
