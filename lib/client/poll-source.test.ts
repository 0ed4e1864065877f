import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ClientEvent } from './client-event.ts';
import { createPollSource, type PollSourceOptions } from './poll-source.ts';
import { HandPage } from './testing/hand-page.ts';

interface Asked {
  readonly url: URL;
  readonly signal: AbortSignal;
  answer(response: Response): Promise<void>;
  fail(): Promise<void>;
}

const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);

function setUp(options: Partial<PollSourceOptions> = {}) {
  const asked: Asked[] = [];
  const events: ClientEvent[] = [];
  const page = new HandPage();
  const source = createPollSource({
    id: 'a b',
    waitMs: 25_000,
    page,
    random: () => 1,
    lane: 'l',
    fetch: (url, init) =>
      new Promise((resolve, reject) => {
        const signal = init?.signal ?? new AbortController().signal;
        signal.addEventListener('abort', () => reject(signal.reason));
        asked.push({
          url: new URL(String(url), 'http://feedline.test'),
          signal,
          answer: async (response) => {
            resolve(response);
            await settle();
          },
          fail: async () => {
            reject(new TypeError('fetch failed'));
            await settle();
          },
        });
      }),
    ...options,
  });
  source.subscribe((event) => events.push(event));
  source.start();
  const last = (): Asked => {
    const newest = asked.at(-1);
    if (newest === undefined) throw new Error('nothing was asked');
    return newest;
  };
  return { source, events, page, asked, last, state: () => source.connection().state };
}

const nothing = (cursor: string, headers: Record<string, string> = {}): Response =>
  new Response(null, { status: 204, headers: { 'feedline-cursor': cursor, ...headers } });
const body = (events: readonly object[], cursor: string, headers: Record<string, string> = {}): Response =>
  new Response(JSON.stringify({ events, cursor, ended: false }), { headers });

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 });
});
afterEach(() => {
  vi.useRealTimers();
});

test('the first poll does not wait, so that a silent feed is live at once; each goes on where the last one ended', async () => {
  const { asked, last, state } = setUp({ after: 'c0' });
  expect(last().url.searchParams.get('waitMs')).toBe('0');
  expect(last().url.searchParams.get('after')).toBe('c0');
  expect(state()).toBe('connecting');
  await last().answer(nothing('c1'));
  expect(state()).toBe('live');
  expect(last().url.searchParams.get('waitMs')).toBe('25000');
  expect(last().url.searchParams.get('after')).toBe('c1');
  await last().answer(body([{ cursor: 'c2', data: '{"seq":1}' }], 'c3'));
  expect(last().url.searchParams.get('after')).toBe('c3');
  expect(asked).toHaveLength(3);
});

test('an answer’s records and gaps come in order, verbatim, as a stream would give them', async () => {
  const { events, last } = setUp();
  const gap = { reason: 'retention', from: null, to: 'c1', resumesAt: 'oldest' };
  await last().answer(
    body([{ cursor: 'c1', gap }, { cursor: 'c2', data: '{"seq":7,"producedAtMs":5}' }, { wrong: 1 }], 'c2'),
  );
  expect(events.filter(({ kind }) => kind === 'gap' || kind === 'record')).toEqual([
    { kind: 'gap', cursor: 'c1', reason: 'retention', resumesAt: 'oldest', arrivedAtMs: 1_000_000 },
    {
      kind: 'record',
      cursor: 'c2',
      data: '{"seq":7,"producedAtMs":5}',
      seq: 7,
      producedAtMs: 5,
      arrivedAtMs: 1_000_000,
    },
  ]);
});

test('naive polling asks again after its interval, never faster, whatever comes', async () => {
  const { asked, last } = setUp({ waitMs: 0, intervalMs: 1000 });
  await last().answer(body([{ cursor: 'c1', data: '1' }], 'c1'));
  await vi.advanceTimersByTimeAsync(999);
  expect(asked).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(asked).toHaveLength(2);
  expect(last().url.searchParams.get('waitMs')).toBe('0');
});

test('each request is told when it is sent and when it is over, with what it brought', async () => {
  const { events, last, source } = setUp();
  await last().answer(
    body(
      [
        { cursor: 'c1', data: '1' },
        { cursor: 'c2', data: '2' },
      ],
      'c2',
    ),
  );
  await vi.advanceTimersByTimeAsync(500);
  await last().fail();
  await vi.advanceTimersByTimeAsync(1000);
  source.stop();
  await settle();
  expect(
    events.filter((event) => event.kind === 'request').map(({ number, state, events: came }) => [number, state, came]),
  ).toEqual([
    [1, 'sent', 0],
    [1, 'answered', 2],
    [2, 'sent', 0],
    [2, 'failed', 0],
    [3, 'sent', 0],
    [3, 'given-up', 0],
  ]);
  const second = events.filter((event) => event.kind === 'request' && event.number === 2);
  expect(second).toMatchObject([{ atMs: 1_000_000 }, { atMs: 1_000_500 }]);
});

test('a wait that ends with nothing is no error, and is counted', async () => {
  const { last, source } = setUp();
  await last().answer(nothing('c1'));
  await vi.advanceTimersByTimeAsync(25_000);
  await last().answer(nothing('c1'));
  expect(source.connection()).toMatchObject({ state: 'live', attempt: 0 });
  expect(source.traffic()).toMatchObject({ requests: 3, emptyRoundTrips: 2 });
});

test('bytes are the server’s, and what it has not told of yet is estimated from what it has', async () => {
  const { last, source } = setUp();
  await last().answer(nothing('c1', { 'feedline-bytes': '0', 'feedline-busy-ms': '0', 'feedline-pod': 'a' }));
  await last().answer(nothing('c1', { 'feedline-bytes': '300', 'feedline-busy-ms': '1.5', 'feedline-pod': 'a' }));
  expect(source.traffic()).toMatchObject({ bytes: 600, serverBusyMs: 1.5 });
  await last().answer(nothing('c1', { 'feedline-bytes': '700', 'feedline-busy-ms': '2', 'feedline-pod': 'b' }));
  // What pod a has not told of yet, pod b does not know: it stays estimated.
  expect(source.traffic().bytes).toBe(300 + 300 + (700 + 300));
});

describe('when the server refuses', () => {
  const problem = (status: number, code: string, headers: Record<string, string> = {}): Response =>
    new Response(JSON.stringify({ title: code, status, code, detail: 'in words' }), { status, headers });

  test('for now, it says state and code, waits as long as it is asked to, and goes on from its cursor', async () => {
    const { asked, last, source } = setUp();
    await last().answer(nothing('c5'));
    await last().answer(problem(503, 'draining', { 'retry-after': '2' }));
    expect(source.connection()).toMatchObject({ state: 'reconnecting', retryAtMs: 1_003_000 });
    expect(source.connection().reason).toBe('503 draining: in words (asks for 2 s)');
    await vi.advanceTimersByTimeAsync(2999);
    expect(asked).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(1);
    expect(last().url.searchParams.get('after')).toBe('c5');
    expect(last().url.searchParams.get('waitMs')).toBe('0');
    await last().answer(nothing('c5'));
    expect(source.connection()).toMatchObject({ state: 'live', reason: null });
  });

  test('for good, it closes and asks no more', async () => {
    const { asked, last, source } = setUp();
    await last().answer(problem(404, 'topic-unknown'));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(source.connection()).toMatchObject({ state: 'closed', closeReason: 'failed' });
    expect(asked).toHaveLength(1);
  });

  test('in a way that is no answer of a poll, it says so and tries again', async () => {
    const { asked, last, source } = setUp();
    await last().answer(new Response('<html>', { status: 200 }));
    expect(source.connection().reason).toContain('status 200');
    await vi.advanceTimersByTimeAsync(500);
    expect(asked).toHaveLength(2);
  });
});

describe('without a network', () => {
  test('it backs off further with each failure, and comes back at once when the network does', async () => {
    const { asked, last, page, state, source } = setUp();
    await last().answer(nothing('c1'));
    await last().fail();
    expect(state()).toBe('reconnecting');
    expect(source.connection().reason).toContain('cannot be reached');
    await vi.advanceTimersByTimeAsync(500);
    await last().fail();
    await vi.advanceTimersByTimeAsync(999);
    expect(asked).toHaveLength(3);
    page.dispatchEvent(new Event('online'));
    expect(asked).toHaveLength(4);
    await last().answer(nothing('c1'));
    expect(state()).toBe('live');
  });

  test('an answer that is long overdue is given up, and asked for again', async () => {
    const { asked, last, state } = setUp();
    await last().answer(nothing('c1'));
    await vi.advanceTimersByTimeAsync(34_750);
    expect(state()).toBe('live');
    await vi.advanceTimersByTimeAsync(500);
    expect(state()).toBe('reconnecting');
    expect(asked[1]?.signal.aborted).toBe(true);
    await vi.advanceTimersByTimeAsync(500);
    expect(last().url.searchParams.get('after')).toBe('c1');
  });
});

test('the end of the feed closes it for good', async () => {
  const { asked, last, source } = setUp();
  await last().answer(new Response('{"events":[],"cursor":"c","ended":true}'));
  source.retryNow();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(source.connection()).toMatchObject({ state: 'closed', closeReason: 'done' });
  expect(asked).toHaveLength(1);
});

test('a hidden tab ends its wait and comes back from its cursor; a stopped source leaves nothing', async () => {
  const { asked, last, page, source, state } = setUp();
  await last().answer(nothing('c1'));
  page.show('hidden');
  expect(last().signal.aborted).toBe(true);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(asked).toHaveLength(2);
  page.show('visible');
  expect(last().url.searchParams.get('after')).toBe('c1');
  await last().answer(nothing('c1'));
  expect(state()).toBe('live');
  source.stop();
  expect(last().signal.aborted).toBe(true);
  expect(vi.getTimerCount()).toBe(0);
});

test('a token that is refused is renewed, and the poll goes on from its cursor', async () => {
  const renew = vi.fn(async () => undefined);
  const { source, last, asked, state } = setUp({ renew });
  await last().answer(nothing('c1'));
  await last().answer(new Response('{"code":"unauthorized","detail":"expired"}', { status: 401 }));
  await vi.advanceTimersByTimeAsync(1_000);
  expect(renew).toHaveBeenCalledTimes(1);
  expect(asked).toHaveLength(3);
  expect(last().url.searchParams.get('after')).toBe('c1');
  await last().answer(nothing('c1'));
  expect(state()).toBe('live');
  source.stop();
});
