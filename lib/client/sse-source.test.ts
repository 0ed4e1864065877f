import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { BACKOFF_CAP_MS, backoffMs } from './backoff.ts';
import type { ClientEvent } from './client-event.ts';
import type { ConnectionPermits } from './connection-permits.ts';
import type { EventSourceLike } from './event-source.ts';
import { SessionOverError } from './renew-session.ts';
import { createSseSource } from './sse-source.ts';
import { HandPage } from './testing/hand-page.ts';

const HELLO = JSON.stringify({ pod: 'a', pingMs: 5000, watchdogMs: 15_000 });

/** An EventSource driven by hand; the real one is in the browser tests. */
class HandEventSource implements EventSourceLike {
  static opened: HandEventSource[] = [];
  static get last(): HandEventSource {
    const last = HandEventSource.opened.at(-1);
    if (last === undefined) throw new Error('no EventSource was opened');
    return last;
  }
  readonly #target = new EventTarget();
  readonly url: URL;
  readyState = 0;

  constructor(url: string) {
    this.url = new URL(url, 'http://feedline.test');
    HandEventSource.opened.push(this);
  }

  close(): void {
    this.readyState = 2;
  }

  addEventListener(type: string, listener: (event: MessageEvent<string>) => void): void {
    this.#target.addEventListener(type, (event) => listener(event as MessageEvent<string>));
  }

  send(type: string, data = '{}', lastEventId = ''): void {
    this.#target.dispatchEvent(new MessageEvent(type, { data, lastEventId }));
  }

  greet(cursor = 'c0'): void {
    this.readyState = 1;
    this.send('open');
    this.send('hello', HELLO, cursor);
  }

  fail(readyState: 0 | 2): void {
    this.readyState = readyState;
    this.send('error');
  }
}

const problem = (status: number, code: string, detail: string, headers: Record<string, string> = {}): Response =>
  new Response(JSON.stringify({ title: code, status, code, detail }), { status, headers });

function setUp(
  answer: () => Response = () => new Response(null, { status: 503 }),
  permits?: ConnectionPermits,
  renew?: () => Promise<void>,
) {
  const events: ClientEvent[] = [];
  const page = new HandPage();
  const fetcher = vi.fn(async (_url: string | URL | Request) => answer());
  const source = createSseSource({
    id: 'a b',
    eventSource: HandEventSource,
    fetch: fetcher,
    random: () => 1,
    page,
    permits,
    renew,
    lane: 'l',
  });
  source.subscribe((event) => events.push(event));
  source.start();
  return { source, events, page, fetcher, state: () => source.connection().state };
}

beforeEach(() => {
  HandEventSource.opened = [];
  vi.useFakeTimers({ now: 1_000_000 });
});
afterEach(() => {
  vi.useRealTimers();
});

test('records come verbatim, with what can be read of them', () => {
  const { events, source } = setUp();
  HandEventSource.last.greet();
  HandEventSource.last.send('message', '{"seq":7,"producedAtMs":5}', 'c1');
  HandEventSource.last.send('message', 'not JSON', 'c2');
  expect(events.filter((event) => event.kind === 'record')).toEqual([
    {
      kind: 'record',
      cursor: 'c1',
      data: '{"seq":7,"producedAtMs":5}',
      seq: 7,
      producedAtMs: 5,
      arrivedAtMs: 1_000_000,
    },
    { kind: 'record', cursor: 'c2', data: 'not JSON', seq: null, producedAtMs: null, arrivedAtMs: 1_000_000 },
  ]);
  source.stop();
});

test('what hello says was stored before is marked as such, also where a cut came between', () => {
  const { events, source } = setUp();
  const hello = JSON.stringify({ pod: 'p', pingMs: 1_000, watchdogMs: 3_000, stored: 2 });
  HandEventSource.last.send('hello', hello, 'c0');
  HandEventSource.last.send('message', '1', 'c1');
  HandEventSource.last.greet();
  HandEventSource.last.send('message', '2', 'c2');
  HandEventSource.last.send('message', '3', 'c3');
  const records = events.filter((event) => event.kind === 'record');
  expect(records.map(({ isStored = false }) => isStored)).toEqual([true, true, false]);
  source.stop();
});

test('start twice is one connection, and stop leaves no timer, no listener and no connection', () => {
  const { source, page } = setUp();
  source.start();
  expect(HandEventSource.opened).toHaveLength(1);
  source.stop();
  expect(HandEventSource.last.readyState).toBe(2);
  expect(vi.getTimerCount()).toBe(0);
  page.dispatchEvent(new Event('online'));
  expect(HandEventSource.opened).toHaveLength(1);
  expect(source.connection()).toMatchObject({ state: 'closed', closeReason: 'stopped' });
});

describe('after a cut', () => {
  test('EventSource may reconnect by itself once', () => {
    const { state } = setUp();
    HandEventSource.last.greet();
    HandEventSource.last.fail(0);
    expect(state()).toBe('reconnecting');
    HandEventSource.last.greet();
    expect(state()).toBe('live');
    expect(HandEventSource.opened).toHaveLength(1);
  });

  test('a second failure in a row is backed off, and resumes from the newest cursor', () => {
    setUp();
    HandEventSource.last.greet();
    HandEventSource.last.send('message', '1', 'c1');
    HandEventSource.last.send('ping', '{"bytes":9}', 'c2');
    HandEventSource.last.fail(0);
    HandEventSource.last.fail(0);
    vi.advanceTimersByTime(BACKOFF_CAP_MS);
    expect(HandEventSource.opened).toHaveLength(2);
    expect(HandEventSource.last.url.searchParams.get('after')).toBe('c2');
    expect(HandEventSource.last.url.searchParams.get('id')).toBe('a b');
  });

  test('on purpose, it reconnects after the time it was told, and the badge stays live', () => {
    const { events, state } = setUp();
    HandEventSource.last.greet('c5');
    HandEventSource.last.send('rotate', '{"retryMs":300}', 'c6');
    vi.advanceTimersByTime(299);
    expect(HandEventSource.opened).toHaveLength(1);
    vi.advanceTimersByTime(1);
    expect(HandEventSource.last.url.searchParams.get('after')).toBe('c6');
    expect(HandEventSource.opened[0]?.readyState).toBe(2);
    HandEventSource.last.greet('c6');
    expect(state()).toBe('live');
    const states = events.flatMap((event) => (event.kind === 'connection' ? [event.connection.state] : []));
    expect(new Set(states)).toEqual(new Set(['live']));
  });
});

describe('when EventSource is refused for good', () => {
  test('it says why, and tries again with back-off', async () => {
    const { source, fetcher } = setUp(() => problem(503, 'not-ready', 'waiting for topic orders'));
    HandEventSource.last.fail(2);
    await vi.advanceTimersByTimeAsync(499);
    expect(source.connection()).toMatchObject({
      state: 'reconnecting',
      reason: '503 not-ready: waiting for topic orders',
      attempt: 1,
    });
    expect(fetcher).toHaveBeenCalledTimes(1);
    expect(String(fetcher.mock.calls[0])).toMatch(/^\/api\/feeds\/poll\?id=a\+b&waitMs=0/);
    await vi.advanceTimersByTimeAsync(1);
    expect(HandEventSource.opened).toHaveLength(2);
    HandEventSource.last.fail(2);
    await vi.advanceTimersByTimeAsync(999);
    expect(HandEventSource.opened).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(1);
    expect(HandEventSource.opened).toHaveLength(3);
    source.stop();
  });

  test('because the feed has ended, it closes and stays closed', async () => {
    const { source } = setUp(() => new Response('{"events":[],"cursor":"c","ended":true}'));
    HandEventSource.last.fail(2);
    await vi.advanceTimersByTimeAsync(60_000);
    source.retryNow();
    expect(source.connection()).toMatchObject({ state: 'closed', closeReason: 'done' });
    expect(HandEventSource.opened).toHaveLength(1);
  });

  test('because it may not, it closes as failed, until the user asks again', async () => {
    const { source } = setUp(() => problem(403, 'cross-site', 'not from there'));
    HandEventSource.last.fail(2);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(source.connection()).toMatchObject({
      state: 'closed',
      closeReason: 'failed',
      reason: '403 cross-site: not from there',
    });
    expect(HandEventSource.opened).toHaveLength(1);
    source.retryNow();
    expect(source.connection().state).toBe('connecting');
    expect(HandEventSource.opened).toHaveLength(2);
  });

  test('it waits at least as long as the server asks for, and then a moment that others do not wait', async () => {
    const { source } = setUp(() => problem(503, 'draining', 'shutting down', { 'retry-after': '7' }));
    HandEventSource.last.fail(2);
    await vi.advanceTimersByTimeAsync(0);
    expect(source.connection().reason).toContain('asks for 7 s');
    // The back-off of a first failure with the highest of all random numbers: 1 s.
    expect(source.connection().retryAtMs).toBe(1_008_000);
    await vi.advanceTimersByTimeAsync(7999);
    expect(HandEventSource.opened).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(HandEventSource.opened).toHaveLength(2);
  });

  test.each([
    [429, 'too-many-connections'],
    [429, 'too-many-requests'],
    [503, 'overloaded'],
  ])('a limit (%i %s) closes it for a while only, and is told in words', async (status, code) => {
    const { source } = setUp(() => problem(status, code, 'ask again later', { 'retry-after': '5' }));
    HandEventSource.last.fail(2);
    await vi.advanceTimersByTimeAsync(0);
    expect(source.connection()).toMatchObject({
      state: 'reconnecting',
      closeReason: null,
      reason: `${status} ${code}: ask again later (asks for 5 s)`,
    });
    await vi.advanceTimersByTimeAsync(6000);
    expect(HandEventSource.opened).toHaveLength(2);
  });

  test('a server that cannot be asked is retried all the same', async () => {
    const { source } = setUp(() => {
      throw new TypeError('fetch failed');
    });
    HandEventSource.last.fail(2);
    await vi.advanceTimersByTimeAsync(0);
    expect(source.connection().reason).toContain('cannot be reached');
    await vi.advanceTimersByTimeAsync(500);
    expect(HandEventSource.opened).toHaveLength(2);
  });
});

test('silence becomes stale, and at the watchdog time a new connection', () => {
  const { state } = setUp();
  HandEventSource.last.greet('c9');
  vi.advanceTimersByTime(10_000);
  expect(state()).toBe('stale');
  HandEventSource.last.send('ping', '{"bytes":9}', 'c9');
  expect(state()).toBe('live');
  vi.advanceTimersByTime(15_250);
  expect(state()).toBe('reconnecting');
  expect(HandEventSource.opened[0]?.readyState).toBe(2);
  vi.advanceTimersByTime(500);
  expect(HandEventSource.last.url.searchParams.get('after')).toBe('c9');
});

test('after end it stops', () => {
  const { source } = setUp();
  HandEventSource.last.greet();
  HandEventSource.last.send('end', '{}', 'c1');
  HandEventSource.last.send('message', 'too late', 'c2');
  vi.advanceTimersByTime(120_000);
  expect(source.connection()).toMatchObject({ state: 'closed', closeReason: 'done' });
  expect(HandEventSource.opened).toHaveLength(1);
});

test('a page in the back/forward cache holds no connection, and takes it up again', () => {
  const { page, state } = setUp();
  HandEventSource.last.greet('c3');
  page.dispatchEvent(new Event('pagehide'));
  expect(HandEventSource.last.readyState).toBe(2);
  vi.advanceTimersByTime(60_000);
  expect(HandEventSource.opened).toHaveLength(1);
  page.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }));
  expect(HandEventSource.last.url.searchParams.get('after')).toBe('c3');
  HandEventSource.last.greet('c3');
  expect(state()).toBe('live');
});

test('a network that comes back is tried at once', () => {
  const { page } = setUp();
  HandEventSource.last.fail(0);
  page.dispatchEvent(new Event('online'));
  expect(HandEventSource.opened).toHaveLength(2);
});

describe('a tab that nobody sees', () => {
  test('holds no connection, says so, and goes on from its cursor when it is shown', () => {
    const { page, source, state } = setUp();
    HandEventSource.last.greet('c3');
    page.show('hidden');
    expect(HandEventSource.last.readyState).toBe(2);
    expect(source.connection()).toMatchObject({ state: 'closed', closeReason: 'hidden' });
    vi.advanceTimersByTime(60_000);
    expect(HandEventSource.opened).toHaveLength(1);
    page.show('visible');
    expect(state()).toBe('reconnecting');
    expect(HandEventSource.last.url.searchParams.get('after')).toBe('c3');
    HandEventSource.last.greet('c3');
    expect(state()).toBe('live');
  });

  test('does not connect to begin with', () => {
    const page = new HandPage();
    page.show('hidden');
    const source = createSseSource({ id: 'a', eventSource: HandEventSource, page });
    source.start();
    expect(HandEventSource.opened).toHaveLength(0);
    page.show('visible');
    expect(HandEventSource.opened).toHaveLength(1);
    source.stop();
  });
});

describe('with permits', () => {
  test('it waits for one, says so, and gives it back when it stops', async () => {
    let grant: () => void = () => undefined;
    let held: AbortSignal | null = null;
    const permits: ConnectionPermits = {
      take: (signal, onWaiting) => {
        held = signal;
        onWaiting?.();
        return new Promise((resolve) => {
          grant = resolve;
        });
      },
    };
    const { source } = setUp(undefined, permits);
    expect(source.connection().reason).toContain('other tabs');
    vi.advanceTimersByTime(60_000);
    expect(HandEventSource.opened).toHaveLength(0);
    grant();
    await vi.advanceTimersByTimeAsync(0);
    HandEventSource.last.greet();
    expect(source.connection()).toMatchObject({ state: 'live', reason: null });
    source.stop();
    expect(held).toMatchObject({ aborted: true });
  });
});

test('it counts its requests, and bytes as the server tells them', () => {
  const { source } = setUp();
  HandEventSource.last.greet();
  expect(source.traffic().requests).toBe(1);
  expect(source.traffic().bytes).toBeGreaterThan(0);
  HandEventSource.last.send('ping', '{"bytes":5000,"busyMs":1.5}', 'c2');
  expect(source.traffic()).toMatchObject({ bytes: 5000, serverBusyMs: 1.5, emptyRoundTrips: 0 });
  HandEventSource.last.fail(0);
  HandEventSource.last.greet();
  expect(source.traffic().requests).toBe(2);
  // Another life of the pod begins at 0 again: what was told before still counts.
  HandEventSource.last.send('ping', '{"bytes":100,"busyMs":0.5}', 'c3');
  expect(source.traffic()).toMatchObject({ bytes: 5100, serverBusyMs: 2 });
});

test('back-off grows with each failure, spreads from zero, and has an end', () => {
  expect([0, 1, 2, 3].map((failures) => backoffMs(failures, 1))).toEqual([500, 1000, 2000, 4000]);
  expect(backoffMs(50, 1)).toBe(BACKOFF_CAP_MS);
  expect(backoffMs(3, 0)).toBe(0);
});

test('a source that asks for envelopes tells the value as it would be without, and the record around it', () => {
  const events: ClientEvent[] = [];
  const source = createSseSource({
    id: 'a',
    hasEnvelopes: true,
    last: 1,
    eventSource: HandEventSource,
    page: new HandPage(),
  });
  source.subscribe((event) => events.push(event));
  source.start();
  const stream = HandEventSource.last;
  expect(Object.fromEntries(stream.url.searchParams)).toMatchObject({ format: 'envelope', last: '1' });
  stream.readyState = 1;
  stream.send('open');
  stream.send('hello', JSON.stringify({ pod: 'a', pingMs: 5000, watchdogMs: 15_000, stored: 1 }), 'c0');
  const place = { topic: 't', partition: 2, offset: 7, timestampMs: 20, receivedAtMs: 30, pod: 'a' };
  stream.send('message', JSON.stringify({ value: '{"seq":3}', key: 'a', headers: { h: '1' }, ...place }), 'c1');
  stream.send('message', JSON.stringify({ value: '{"seq":4}', key: 'a', headers: {}, ...place, offset: 8 }), 'c2');
  expect(events.filter(({ kind }) => kind === 'record')).toMatchObject([
    { data: '{"seq":3}', seq: 3, isStored: true, cursor: 'c1', record: { ...place, key: 'a', headers: { h: '1' } } },
    { data: '{"seq":4}', seq: 4, cursor: 'c2', record: { offset: 8, value: { form: 'text' } } },
  ]);
  source.stop();
});

describe('a token', () => {
  const EXPIRING = JSON.stringify({ expiresAtMs: 1_030_000, inMs: 30_000 });
  const unauthorized = (): Response => problem(401, 'unauthorized', 'the token has expired');
  const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);

  test('that expires soon is renewed, and a connection that has the new one goes on from the newest cursor', async () => {
    let renewed: () => void = () => undefined;
    const renew = vi.fn(
      () =>
        new Promise<void>((resolve) => {
          renewed = resolve;
        }),
    );
    const { source, state } = setUp(unauthorized, undefined, renew);
    HandEventSource.last.greet();
    HandEventSource.last.send('expiring', EXPIRING, 'c1');
    const first = HandEventSource.last;
    // Until there is a new one the old connection goes on.
    first.send('message', '1', 'c2');
    await settle();
    expect([renew.mock.calls.length, HandEventSource.opened.length, first.readyState]).toEqual([1, 1, 1]);
    renewed();
    await settle();
    expect(first.readyState).toBe(2);
    expect(HandEventSource.opened).toHaveLength(2);
    expect(HandEventSource.last.url.searchParams.get('after')).toBe('c2');
    expect(state()).toBe('live');
    source.stop();
  });

  test('that nobody renews ends the connection, and what comes then is asked with what the browser has', async () => {
    const { source } = setUp(unauthorized, undefined, async () => {
      throw new Error('your application is away');
    });
    HandEventSource.last.greet();
    HandEventSource.last.send('expiring', EXPIRING, 'c1');
    await settle();
    expect(HandEventSource.opened).toHaveLength(1);
    HandEventSource.last.send('expired', '{"retryMs":0}', 'c2');
    await settle();
    expect(HandEventSource.last.url.searchParams.get('after')).toBe('c2');
    source.stop();
  });

  test('that is refused is renewed once; if that does not help, the source says so and stops', async () => {
    const renew = vi.fn(async () => undefined);
    const { source, fetcher } = setUp(unauthorized, undefined, renew);
    HandEventSource.last.greet();
    HandEventSource.last.fail(2);
    await vi.advanceTimersByTimeAsync(1_000);
    expect([renew.mock.calls.length, HandEventSource.opened.length]).toEqual([1, 2]);
    HandEventSource.last.fail(2);
    await vi.advanceTimersByTimeAsync(60_000);
    expect([renew.mock.calls.length, HandEventSource.opened.length, fetcher.mock.calls.length]).toEqual([1, 2, 2]);
    expect(source.connection()).toMatchObject({ closeReason: 'failed', reason: expect.stringContaining('401') });
    source.stop();
  });

  test('that is refused again after it was good is renewed again', async () => {
    const renew = vi.fn(async () => undefined);
    const { source } = setUp(unauthorized, undefined, renew);
    for (const times of [1, 2, 3]) {
      HandEventSource.last.greet();
      HandEventSource.last.fail(2);
      await vi.advanceTimersByTimeAsync(5_000);
      expect(renew).toHaveBeenCalledTimes(times);
    }
    expect(HandEventSource.opened).toHaveLength(4);
    source.stop();
  });

  test('that cannot be renewed now is tried again with back-off, and one whose session is over is not', async () => {
    let error = new Error('status 502');
    const renew = vi.fn(async () => {
      throw error;
    });
    const { source, state } = setUp(unauthorized, undefined, renew);
    HandEventSource.last.fail(2);
    await settle();
    expect(state()).toBe('reconnecting');
    expect(source.connection().reason).toContain('status 502');
    await vi.advanceTimersByTimeAsync(2_000);
    expect(HandEventSource.opened).toHaveLength(2);
    error = new SessionOverError('sign in');
    HandEventSource.last.fail(2);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(HandEventSource.opened).toHaveLength(2);
    expect(source.connection()).toMatchObject({ closeReason: 'failed', reason: expect.stringContaining('sign in') });
    source.stop();
  });

  test('that is refused where nothing renews it stops the source, which can be told to try again', async () => {
    const { source, state } = setUp(unauthorized);
    HandEventSource.last.fail(2);
    await settle();
    expect(source.connection()).toMatchObject({
      closeReason: 'failed',
      reason: '401 unauthorized: the token has expired',
    });
    source.retryNow();
    HandEventSource.last.greet();
    expect(state()).toBe('live');
    source.stop();
  });

  test('of which the keys are away is tried again, as long as it takes', async () => {
    const renew = vi.fn(async () => undefined);
    const { source, state } = setUp(
      () => problem(503, 'keys-unavailable', 'later', { 'retry-after': '1' }),
      undefined,
      renew,
    );
    HandEventSource.last.fail(2);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(state()).toBe('reconnecting');
    expect(HandEventSource.opened.length).toBeGreaterThan(1);
    expect(renew).not.toHaveBeenCalled();
    source.stop();
  });
});
