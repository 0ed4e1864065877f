import { describe, expect, test } from 'vitest';
import type { ClientEvent, RequestEvent } from './client-event.ts';
import { type Connection, type ConnectionEvent, initialConnection, nextConnection } from './connection-state.ts';
import { MARKS_MAX, TIMELINE_MS } from './lane-timeline.ts';
import { Timeline } from './timeline.ts';
import { rowWords, summaryOf, timelineSentence } from './timeline-summary.ts';

const T0 = 1_000_000;
/** The producer's clock is this much behind the page's. */
const OFFSET_MS = 500;

const record = (
  seq: number | null,
  producedAtMs: number | null,
  arrivedAtMs: number,
  cursor = `c${seq}`,
): ClientEvent => ({
  kind: 'record',
  cursor,
  data: '',
  seq,
  producedAtMs: producedAtMs === null ? null : producedAtMs - OFFSET_MS,
  arrivedAtMs,
});

const request = (number: number, state: RequestEvent['state'], atMs: number, events = 0): ClientEvent => ({
  kind: 'request',
  number,
  state,
  events,
  atMs,
});

function setUp() {
  const timeline = new Timeline(['sse', 'poll'], () => OFFSET_MS);
  const tell =
    (name: 'sse' | 'poll') =>
    (...events: readonly ClientEvent[]): void => {
      for (const event of events) timeline.lane(name)?.apply(event);
    };
  const laneAt = (name: 'sse' | 'poll', nowMs: number) => {
    const lane = timeline.view(nowMs).lanes.get(name);
    if (lane === undefined) throw new Error(`no lane ${name}`);
    return lane;
  };
  return { timeline, sse: tell('sse'), poll: tell('poll'), laneAt };
}

/** What a source would tell of its connection. */
function connectionEvents(...events: readonly ConnectionEvent[]): readonly ClientEvent[] {
  let connection: Connection = initialConnection(T0);
  return events.map((event): ClientEvent => {
    connection = nextConnection(connection, event);
    return { kind: 'connection', connection };
  });
}
const hello = (nowMs: number): ConnectionEvent => ({ type: 'hello', nowMs, pingMs: 5000, watchdogMs: 15_000 });

describe('what was produced', () => {
  test('stands at the producer’s time by the page’s clock, once, in order, whoever tells of it', () => {
    const { timeline, sse, poll } = setUp();
    sse(record(2, T0 + 20, T0 + 30), record(1, T0 + 10, T0 + 31));
    poll(record(1, T0 + 10, T0 + 900), record(2, T0 + 20, T0 + 900));
    timeline.addProduced({ cursor: 'c3', seq: 3, producedAtMs: T0 + 15 - OFFSET_MS }, T0 + 1000);
    expect(timeline.view(T0 + 1000).produced).toEqual([
      { atMs: T0 + 10, seq: 1 },
      { atMs: T0 + 15, seq: 3 },
      { atMs: T0 + 20, seq: 2 },
    ]);
  });

  test('is no later than when it was told, and has no place where it does not say when it was', () => {
    const { timeline, sse } = setUp();
    sse(record(1, T0 + 5000, T0 + 10), record(2, null, T0 + 11));
    expect(timeline.view(T0 + 100).produced).toEqual([{ atMs: T0 + 10, seq: 1 }]);
    expect(timeline.view(T0 + 100).lanes.get('sse')?.arrivals).toEqual([
      { atMs: T0 + 10, seq: 1, delayMs: 0 },
      { atMs: T0 + 11, seq: 2, delayMs: null },
    ]);
  });

  test('without a seq is told apart by its cursor', () => {
    const { timeline, sse, poll } = setUp();
    sse(record(null, T0, T0 + 5, 'a'), record(null, T0, T0 + 5, 'b'));
    poll(record(null, T0, T0 + 9, 'a'));
    expect(timeline.view(T0 + 10).produced).toHaveLength(2);
  });

  test('a producer that begins again makes other events of the same seqs', () => {
    const { timeline, sse } = setUp();
    sse(record(1, T0, T0 + 5), record(1, T0 + 100, T0 + 105));
    expect(timeline.view(T0 + 200).produced).toHaveLength(2);
  });
});

describe('bounds', () => {
  test('nothing older than the window is shown', () => {
    const { timeline, sse, poll } = setUp();
    sse(record(1, T0, T0 + 5));
    poll(request(1, 'sent', T0), request(1, 'answered', T0 + 5, 1));
    const before = summaryOf(timeline.view(T0 + TIMELINE_MS - 1));
    expect([before.produced, before.lanes.get('sse')?.events, before.lanes.get('poll')?.requests]).toEqual([1, 1, 1]);
    const after = summaryOf(timeline.view(T0 + TIMELINE_MS + 5));
    expect([after.produced, after.lanes.get('sse')?.events, after.lanes.get('poll')?.requests]).toEqual([0, 0, 0]);
  });

  test('no list grows over its bound, keeps the newest, and says that there were more', () => {
    const { timeline, sse, poll } = setUp();
    for (let seq = 1; seq <= 3 * MARKS_MAX; seq += 1) {
      sse(record(seq, T0 + seq / 10, T0 + seq / 10));
      poll(request(seq, 'sent', T0 + seq / 10), request(seq, 'answered', T0 + seq / 10));
    }
    const view = timeline.view(T0 + 2000);
    const [sseLane, pollLane] = [view.lanes.get('sse'), view.lanes.get('poll')];
    expect([view.produced.length, sseLane?.arrivals.length, pollLane?.requests.length]).toEqual([
      MARKS_MAX,
      MARKS_MAX,
      MARKS_MAX,
    ]);
    expect(sseLane?.arrivals.at(-1)?.seq).toBe(3 * MARKS_MAX);
    expect(timelineSentence(summaryOf(view))).toContain('over 4,000 events produced');
  });

  test('what a lane reads again from far back pushes out nothing', () => {
    const { timeline, sse, poll } = setUp();
    sse(record(9000, T0, T0 + 5));
    for (let seq = 1; seq <= 3 * MARKS_MAX; seq += 1) poll(record(seq, T0 - 60_000 + seq, T0 + 10));
    expect(timeline.view(T0 + 20).produced).toEqual([{ atMs: T0, seq: 9000 }]);
  });
});

describe('requests', () => {
  test('an empty poll is an answer that brought nothing; a failed one and one given up are not', () => {
    const { timeline, poll } = setUp();
    poll(request(1, 'sent', T0), request(1, 'answered', T0 + 80));
    poll(request(2, 'sent', T0 + 1000), request(2, 'failed', T0 + 1010));
    poll(request(3, 'sent', T0 + 2000), request(3, 'given-up', T0 + 2010));
    poll(request(4, 'sent', T0 + 3000), request(4, 'answered', T0 + 3080, 2), request(5, 'sent', T0 + 4000));
    const lane = summaryOf(timeline.view(T0 + 4001)).lanes.get('poll');
    expect(lane).toMatchObject({ requests: 5, empty: 1, failed: 1 });
  });

  test('a long poll over the window’s edge keeps its beginning, also while it is under way', () => {
    const { poll, laneAt } = setUp();
    poll(request(1, 'sent', T0));
    const nowMs = T0 + TIMELINE_MS + 4000;
    expect(laneAt('poll', nowMs).requests).toEqual([{ sentAtMs: T0, overAtMs: null, state: 'sent', events: 0 }]);
    poll(request(1, 'answered', nowMs + 1, 3));
    expect(laneAt('poll', nowMs + 2).requests).toEqual([
      { sentAtMs: T0, overAtMs: nowMs + 1, state: 'answered', events: 3 },
    ]);
  });

  test('one that is given up after the next was sent does not end that one', () => {
    const { poll, laneAt } = setUp();
    poll(request(1, 'sent', T0), request(2, 'sent', T0 + 50), request(1, 'given-up', T0 + 51));
    expect(laneAt('poll', T0 + 60).requests.map(({ overAtMs }) => overAtMs)).toEqual([T0 + 51, null]);
  });
});

describe('connections', () => {
  test('a cut is a hole from its own moment to the next hello, also where it is too short for the badge', () => {
    const { sse, laneAt } = setUp();
    sse(...connectionEvents(hello(T0), { type: 'cut', nowMs: T0 + 100 }, hello(T0 + 300)));
    expect(laneAt('sse', T0 + 400).links).toEqual([
      { isUp: true, fromMs: T0, toMs: T0 + 100 },
      { isUp: false, fromMs: T0 + 100, toMs: T0 + 300 },
      { isUp: true, fromMs: T0 + 300, toMs: null },
    ]);
  });

  test('a hole over many tries is one hole', () => {
    const { sse, laneAt } = setUp();
    const failedAt = (nowMs: number): ConnectionEvent => ({ type: 'error', nowMs, retryAtMs: nowMs + 500 });
    sse(...connectionEvents(hello(T0), failedAt(T0 + 10), failedAt(T0 + 600), failedAt(T0 + 1500), hello(T0 + 3000)));
    expect(laneAt('sse', T0 + 3001).links.map(({ isUp, fromMs }) => [isUp, fromMs])).toEqual([
      [true, T0],
      [false, T0 + 10],
      [true, T0 + 3000],
    ]);
  });

  test('what the page did not want is neither up nor a hole; a refusal for good is a hole', () => {
    const { sse, poll, laneAt } = setUp();
    sse(
      ...connectionEvents(
        hello(T0),
        { type: 'rest', nowMs: T0 + 100 },
        { type: 'retry', nowMs: T0 + 900 },
        hello(T0 + 950),
      ),
    );
    expect(laneAt('sse', T0 + 1000).links).toEqual([
      { isUp: true, fromMs: T0, toMs: T0 + 100 },
      { isUp: false, fromMs: T0 + 900, toMs: T0 + 950 },
      { isUp: true, fromMs: T0 + 950, toMs: null },
    ]);
    poll(...connectionEvents(hello(T0), { type: 'fatal', nowMs: T0 + 100, reason: 'refused' }));
    expect(laneAt('poll', T0 + 1000).links.at(-1)).toEqual({ isUp: false, fromMs: T0 + 100, toMs: null });
  });
});

describe('missed events', () => {
  test('are those that a lane was overtaken by and has not got, at their time of production', () => {
    const { sse, poll, laneAt } = setUp();
    sse(...[1, 2, 3, 4].map((seq) => record(seq, T0 + seq, T0 + 10 + seq)));
    poll(record(1, T0 + 1, T0 + 20));
    expect(laneAt('poll', T0 + 50).missed).toEqual([]);
    poll(record(4, T0 + 4, T0 + 60));
    expect(laneAt('poll', T0 + 70).missed).toEqual([
      { atMs: T0 + 2, seq: 2 },
      { atMs: T0 + 3, seq: 3 },
    ]);
    poll(record(3, T0 + 3, T0 + 80));
    expect(laneAt('poll', T0 + 90).missed).toEqual([{ atMs: T0 + 2, seq: 2 }]);
    expect(laneAt('sse', T0 + 90).missed).toEqual([]);
  });

  test('are not those of a rest, nor those that nobody produced', () => {
    const { sse, poll, laneAt } = setUp();
    sse(...[1, 2, 5].map((seq) => record(seq, T0 + seq, T0 + 10 + seq)));
    poll(record(1, T0 + 1, T0 + 20), { kind: 'baseline' }, record(5, T0 + 5, T0 + 60));
    expect(laneAt('poll', T0 + 70).missed).toEqual([]);
    expect(laneAt('sse', T0 + 70).missed).toEqual([]);
  });

  test('what was missed before the page itself opened the connection anew stays missed', () => {
    const { sse, poll, laneAt } = setUp();
    sse(...[1, 2, 3, 4, 5, 6].map((seq) => record(seq, T0 + seq, T0 + 10)));
    poll(record(1, T0 + 1, T0 + 20), record(3, T0 + 3, T0 + 30), { kind: 'baseline' }, record(6, T0 + 6, T0 + 60));
    expect(laneAt('poll', T0 + 70).missed).toEqual([{ atMs: T0 + 2, seq: 2 }]);
  });
});

test('the picture in words has its numbers', () => {
  const { timeline, sse, poll } = setUp();
  sse(record(1, T0, T0 + 12), record(2, T0 + 1, T0 + 13), record(3, T0 + 2, T0 + 14));
  poll(request(1, 'sent', T0), request(1, 'answered', T0 + 80), request(2, 'sent', T0 + 900));
  poll(request(2, 'answered', T0 + 1000, 2), record(1, T0, T0 + 1000), record(3, T0 + 2, T0 + 1000));
  expect(timelineSentence(summaryOf(timeline.view(T0 + 1001)))).toBe(
    'In the last 20 s: 3 events produced. Feedline over SSE: 3 events, half of them within 12 ms; ' +
      'naive polling: 2 events, 2 requests, 1 empty, 1 missed, half of them within 998 ms.',
  );
  const nothing = { events: 0, requests: 0, empty: 0, failed: 0, missed: 0, delayMsP50: null };
  expect(rowWords({ ...nothing, events: 1, requests: 1, failed: 1 })).toBe('1 event · 1 request, 1 failed');
});
