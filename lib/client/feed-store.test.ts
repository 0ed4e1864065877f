import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ClientEvent } from './client-event.ts';
import { type Connection, initialConnection, nextConnection } from './connection-state.ts';
import { BATCH_MAX } from './event-batcher.ts';
import { FeedRegistry } from './feed-registry.ts';
import { createFeedStore, FIGURES_MS, INITIAL_FEED_STATE, TAPE_MS } from './feed-store.ts';
import type { Source } from './source.ts';
import { TAPE_MAX, TAPE_VALUE_MAX_CHARS } from './tape.ts';
import { NO_TRAFFIC } from './traffic-meter.ts';

const NOW = 1_000_000;

function setUp() {
  let listener: ((event: ClientEvent) => void) | null = null;
  const frames: (() => void)[] = [];
  const source = {
    start: vi.fn(),
    stop: vi.fn(),
    retryNow: vi.fn(),
    connection: () => initialConnection(NOW),
    traffic: () => ({ ...NO_TRAFFIC, requests: 3 }),
    work: (run: () => void) => run(),
    setFaults: vi.fn(),
    subscribe(added) {
      listener = added;
      return () => {
        listener = null;
      };
    },
  } satisfies Source;
  const feed = createFeedStore(source, {
    schedule: (flush) => {
      frames.push(flush);
      return () => frames.splice(frames.indexOf(flush), 1);
    },
  });
  return {
    feed,
    source,
    state: () => feed.state.getState(),
    hasListener: () => listener !== null,
    tell: (event: ClientEvent) => listener?.(event),
    record: (seq: number, data = `{"seq":${seq}}`) =>
      listener?.({ kind: 'record', cursor: `c${seq}`, data, seq, producedAtMs: NOW, arrivedAtMs: NOW + 5 }),
    frame: () => {
      for (const flush of [...frames]) flush();
    },
  };
}

const live = (connection: Connection, nowMs: number): ClientEvent => ({
  kind: 'connection',
  connection: nextConnection(connection, { type: 'hello', nowMs, pingMs: 5000, watchdogMs: 15_000 }),
});

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('the store of a feed', () => {
  test('changes once a frame, whatever came in it, newest first', () => {
    const { feed, state, record, frame } = setUp();
    const onChange = vi.fn();
    for (let seq = 1; seq <= 50; seq += 1) record(seq);
    feed.state.subscribe((next, before) => next.tape !== before.tape && onChange());
    expect(state()).toBe(INITIAL_FEED_STATE);
    frame();
    expect(onChange).toHaveBeenCalledTimes(1);
    expect(
      state()
        .tape.map((row) => row.kind === 'event' && row.event.seq)
        .slice(0, 3),
    ).toEqual([50, 49, 48]);
    expect(state().last?.seq).toBe(50);
    expect(state().figures).toMatchObject({ events: 50, received: 50, latencyMsP50: 5 });
  });

  test('does nothing for a request, which is no news of the feed', () => {
    const { feed, tell, frame } = setUp();
    const onChange = vi.fn();
    feed.state.subscribe(onChange);
    tell({ kind: 'request', number: 1, state: 'sent', events: 0, atMs: NOW });
    frame();
    expect(onChange).not.toHaveBeenCalled();
  });

  test('shows the first event at once, and then numbers at most four times a second', () => {
    const { state, record, frame } = setUp();
    record(1);
    frame();
    expect(state().last?.seq).toBe(1);
    record(2);
    frame();
    expect(state().last?.seq).toBe(1);
    vi.advanceTimersByTime(TAPE_MS);
    expect(state().tape).toHaveLength(2);
    expect(state().last?.seq).toBe(1);
    vi.advanceTimersByTime(FIGURES_MS);
    expect(state().last?.seq).toBe(2);
  });

  test('keeps a bounded tape, batch and row', () => {
    const { state, record, frame } = setUp();
    for (let seq = 1; seq <= BATCH_MAX; seq += 1) record(seq);
    expect(state().tape).toHaveLength(TAPE_MAX);
    record(BATCH_MAX + 1, 'x'.repeat(100_000));
    frame();
    vi.advanceTimersByTime(TAPE_MS);
    const newest = state().tape[0];
    expect(newest?.kind === 'event' && newest.event.data.length).toBe(TAPE_VALUE_MAX_CHARS + 1);
    vi.advanceTimersByTime(FIGURES_MS);
    expect(state().last?.data).toHaveLength(100_000);
  });

  test('when paused keeps the view, counts what is new, and shows it all afterwards', () => {
    const { feed, state, record, frame } = setUp();
    record(1);
    frame();
    feed.setPaused(true);
    record(2);
    record(3);
    frame();
    vi.advanceTimersByTime(FIGURES_MS);
    expect(state()).toMatchObject({ isPaused: true, newWhilePaused: 2, last: { seq: 1 }, figures: { events: 1 } });
    expect(state().tape).toHaveLength(1);
    feed.setPaused(false);
    vi.advanceTimersByTime(FIGURES_MS);
    expect(state()).toMatchObject({ isPaused: false, newWhilePaused: 0, last: { seq: 3 }, figures: { events: 3 } });
    expect(state().tape).toHaveLength(3);
  });

  test('marks where watching began, where it was resumed, and what is gone', () => {
    const { state, tell, frame } = setUp();
    const first = initialConnection(NOW);
    tell(live(first, NOW));
    const lost = nextConnection(first, { type: 'error', nowMs: NOW, retryAtMs: NOW + 500 });
    tell({ kind: 'connection', connection: lost });
    tell(live(lost, NOW + 4200));
    tell({ kind: 'gap', reason: 'retention', resumesAt: 'oldest', arrivedAtMs: NOW + 4201 });
    frame();
    expect(state().tape).toMatchObject([
      { kind: 'gap', reason: 'retention', resumesAt: 'oldest' },
      { kind: 'resumed', outageMs: 4200 },
      { kind: 'start', atMs: NOW },
    ]);
    expect(state().resumes).toMatchObject([
      { atMs: NOW + 4200, downMs: 4200, kind: 'cut', gap: { reason: 'retention' } },
    ]);
  });

  test('tells what its source has cost, also while nothing comes', () => {
    const { state } = setUp();
    vi.advanceTimersByTime(1000);
    expect(state().traffic.requests).toBe(3);
  });

  test('does not count the wait of events that came while the page did not want them', () => {
    const { tell, record, frame, feed, state } = setUp();
    const hello = { type: 'hello', nowMs: NOW, pingMs: 5000, watchdogMs: 15_000 } as const;
    const live = nextConnection(initialConnection(NOW), hello);
    const hidden = nextConnection(live, { type: 'rest', nowMs: NOW });
    const shown = nextConnection(hidden, { type: 'retry', nowMs: NOW + 3 });
    for (const connection of [live, hidden, shown]) tell({ kind: 'connection', connection });
    record(1);
    tell({ kind: 'record', cursor: 'c', data: '2', seq: 2, producedAtMs: NOW + 3, arrivedAtMs: NOW + 9 });
    frame();
    feed.setPaused(false);
    vi.advanceTimersByTime(FIGURES_MS);
    expect(state().figures).toMatchObject({ events: 2, timedEvents: 1, latencyMsP50: 6 });
  });

  test('once disposed has no source, no timer and no listener', () => {
    const { feed, source, record, hasListener } = setUp();
    record(1);
    feed.dispose();
    expect(source.stop).toHaveBeenCalledTimes(1);
    expect(hasListener()).toBe(false);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('the registry', () => {
  const open = () => {
    const feed = { ...setUp().feed, dispose: vi.fn() };
    return feed;
  };

  test('holds one connection for all who watch a feed, and lets it go after the last', () => {
    const opened = vi.fn(open);
    const registry = new FeedRegistry(opened);
    const one = registry.acquire('1234');
    const two = registry.acquire('1234');
    expect(two.feed).toBe(one.feed);
    one.release();
    one.release();
    vi.advanceTimersByTime(5000);
    expect(registry.size).toBe(1);
    two.release();
    vi.advanceTimersByTime(5000);
    expect(registry.size).toBe(0);
    expect(one.feed.dispose).toHaveBeenCalledTimes(1);
    expect(opened).toHaveBeenCalledTimes(1);
  });

  test('survives a release that is taken back at once, as StrictMode does', () => {
    const opened = vi.fn(open);
    const registry = new FeedRegistry(opened);
    registry.acquire('1234').release();
    const lease = registry.acquire('1234');
    vi.advanceTimersByTime(5000);
    expect(opened).toHaveBeenCalledTimes(1);
    expect(lease.feed.dispose).not.toHaveBeenCalled();
  });
});

test('an event of before counts for nothing but as what the next one follows, and stands below the beginning', () => {
  const { feed, tell, record, frame, state } = setUp();
  tell(live(state().connection, NOW));
  frame();
  const data = '{"seq":3}';
  tell({ kind: 'record', cursor: 'c3', data, seq: 3, producedAtMs: 5, arrivedAtMs: NOW, isStored: true });
  frame();
  vi.advanceTimersByTime(1_000);
  expect(state().last?.seq).toBe(3);
  expect(state().figures).toMatchObject({ events: 0, missed: 0, timedEvents: 0 });
  expect(state().tape.map(({ kind }) => kind)).toEqual(['start', 'event']);
  record(5);
  frame();
  vi.advanceTimersByTime(1_000);
  expect(state().figures).toMatchObject({ events: 1, missed: 1 });
  expect(state().tape.map(({ kind }) => kind)).toEqual(['event', 'start', 'event']);
  feed.dispose();
});
