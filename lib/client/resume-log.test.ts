import { describe, expect, test } from 'vitest';
import type { FeedEvent } from './client-event.ts';
import { type Connection, type ConnectionEvent, initialConnection, nextConnection } from './connection-state.ts';
import { RESUMES_MAX, ResumeLog } from './resume-log.ts';

const T0 = 1_000_000;
/** The producer's clock is this much behind the page's. */
const OFFSET_MS = 500;

const greeting = (nowMs: number): ConnectionEvent => ({ type: 'hello', nowMs, pingMs: 5000, watchdogMs: 15_000 });
const error = (nowMs: number): ConnectionEvent => ({ type: 'error', nowMs, retryAtMs: nowMs + 500 });

function setUp() {
  const log = new ResumeLog(() => OFFSET_MS);
  let connection: Connection = initialConnection(T0);
  const move = (...events: readonly ConnectionEvent[]): void => {
    for (const event of events) {
      connection = nextConnection(connection, event);
      log.apply({ kind: 'connection', connection });
    }
  };
  const tell = (event: FeedEvent): void => log.apply(event);
  /** @param producedAtMs by the page's clock */
  const record = (seq: number | null, producedAtMs: number | null, isStored = false): void =>
    tell({
      kind: 'record',
      cursor: `c${seq}`,
      data: '',
      seq,
      producedAtMs: producedAtMs === null ? null : producedAtMs - OFFSET_MS,
      arrivedAtMs: T0,
      ...(isStored && { isStored }),
    });
  move(greeting(T0));
  return { log, move, tell, record, newest: () => log.resumes()[0] };
}

describe('a resume', () => {
  test('is no first connection', () => {
    const { log } = setUp();
    expect(log.resumes()).toEqual([]);
  });

  test('tells how long it took, and counts what was produced before it was back as replayed', () => {
    const { move, record, newest } = setUp();
    record(1, T0);
    move(error(T0 + 1000), greeting(T0 + 5200));
    expect(newest()).toEqual({
      atMs: T0 + 5200,
      downMs: 4200,
      kind: 'cut',
      replayed: 0,
      missed: 0,
      gap: null,
      isSettled: false,
    });
    for (let seq = 2; seq <= 43; seq += 1) record(seq, T0 + 1000 + seq * 90);
    expect(newest()).toMatchObject({ replayed: 42, missed: 0, isSettled: false });
    record(44, T0 + 5200);
    record(45, T0 + 5201);
    expect(newest()).toMatchObject({ replayed: 42, missed: 0, isSettled: true });
  });

  test('of a source without a cursor is known by the hole in front of its first event', () => {
    const { move, record, newest } = setUp();
    record(1, T0);
    move(error(T0 + 10), greeting(T0 + 1000));
    record(8, T0 + 1001);
    expect(newest()).toMatchObject({ replayed: 0, missed: 6, isSettled: true });
  });

  test('answers for no hole of before, nor for one that opens long after it', () => {
    const { move, record, newest } = setUp();
    record(1, T0);
    record(4, T0 + 1);
    move(error(T0 + 10), greeting(T0 + 100));
    record(5, T0 + 101);
    record(9, T0 + 102);
    expect(newest()).toMatchObject({ missed: 0, isSettled: true });
  });

  test('forgives a hole that is filled while it replays', () => {
    const { move, record, newest } = setUp();
    record(1, T0);
    move(error(T0 + 10), greeting(T0 + 100));
    record(4, T0 + 50);
    expect(newest()).toMatchObject({ missed: 2 });
    for (const seq of [2, 3]) record(seq, T0 + 40);
    expect(newest()).toMatchObject({ replayed: 3, missed: 0 });
  });

  test('has a gap in the server’s own words, and what is missing by seq', () => {
    const { move, tell, record, newest } = setUp();
    record(1, T0);
    move(error(T0 + 10), greeting(T0 + 100));
    tell({ kind: 'gap', reason: 'retention', resumesAt: 'oldest', arrivedAtMs: T0 + 101 });
    record(21, T0 + 90);
    expect(newest()).toMatchObject({ gap: { reason: 'retention', resumesAt: 'oldest' }, replayed: 1, missed: 19 });
  });

  test('is settled by the next loss, which has a row of its own', () => {
    const { log, move, record } = setUp();
    record(1, T0);
    move(error(T0 + 10), greeting(T0 + 100));
    record(2, T0 + 20);
    move(error(T0 + 200), greeting(T0 + 300));
    record(3, T0 + 210);
    expect(log.resumes()).toMatchObject([
      { atMs: T0 + 300, downMs: 100, replayed: 1, isSettled: false },
      { atMs: T0 + 100, downMs: 90, replayed: 1, isSettled: true },
    ]);
  });

  test('counts as one, however many tries it took', () => {
    const { log, move } = setUp();
    move(error(T0 + 10), { type: 'retry', nowMs: T0 + 500 }, error(T0 + 600), { type: 'open', nowMs: T0 + 1500 });
    move(greeting(T0 + 1600));
    expect(log.resumes()).toMatchObject([{ downMs: 1590, kind: 'cut' }]);
  });

  test('of a planned cut is a rotation, unless it took longer than one may', () => {
    const { log, move } = setUp();
    move({ type: 'cut', nowMs: T0 + 10 }, greeting(T0 + 30));
    move({ type: 'cut', nowMs: T0 + 100 }, { type: 'tick', nowMs: T0 + 1200 }, greeting(T0 + 1300));
    expect(log.resumes()).toMatchObject([
      { kind: 'cut', downMs: 1200 },
      { kind: 'rotated', downMs: 20 },
    ]);
  });

  test('of a connection that the page let go of is a rest: a hidden tab, a switch', () => {
    const { log, move, tell, record } = setUp();
    record(1, T0);
    move({ type: 'rest', nowMs: T0 + 10 }, { type: 'retry', nowMs: T0 + 60 }, greeting(T0 + 70));
    move({ type: 'stop', nowMs: T0 + 100 }, { type: 'retry', nowMs: T0 + 160 });
    // What passed while it was off was not asked for.
    tell({ kind: 'baseline' });
    move(greeting(T0 + 170));
    record(9, T0 + 171);
    expect(log.resumes()).toMatchObject([
      { kind: 'rested', downMs: 70, missed: 0 },
      { kind: 'rested', downMs: 60 },
    ]);
  });

  test('of silence is none: the connection was there', () => {
    const { log, move } = setUp();
    move({ type: 'tick', nowMs: T0 + 10_000 }, { type: 'heard', nowMs: T0 + 11_000 });
    expect(log.resumes()).toEqual([]);
  });
});

test('an event that does not say when it was produced is not called replayed', () => {
  const { move, record, newest } = setUp();
  move(error(T0 + 10), greeting(T0 + 100));
  record(null, null);
  expect(newest()).toMatchObject({ replayed: 0, missed: 0, isSettled: true });
});

test('where the payload does not say, the record’s own timestamp does', () => {
  const { move, tell, newest } = setUp();
  move(error(T0 + 10), greeting(T0 + 100));
  const place = { key: 'k', headers: {}, topic: 't', partition: 0, offset: 0, receivedAtMs: 0, pod: 'a' };
  for (const atMs of [T0 + 50, T0 + 150]) {
    const record = { ...place, timestampMs: atMs - OFFSET_MS, value: { form: 'text' } } as const;
    tell({ kind: 'record', cursor: 'c', data: '', seq: null, producedAtMs: null, arrivedAtMs: atMs, record });
  }
  expect(newest()).toMatchObject({ replayed: 1, isSettled: true });
});

test('what was stored before watching began is neither replayed nor missed', () => {
  const { move, record, newest } = setUp();
  move(error(T0 + 10), greeting(T0 + 100));
  record(7, T0 - 5, true);
  expect(newest()).toMatchObject({ replayed: 0, isSettled: false });
  record(8, T0 + 50);
  expect(newest()).toMatchObject({ replayed: 1, missed: 0 });
});

test('the log is bounded, newest first, and the same array while nothing changes', () => {
  const { log, move } = setUp();
  for (let atMs = T0; atMs < T0 + 1000 * (RESUMES_MAX + 10); atMs += 1000) move(error(atMs), greeting(atMs + 1));
  expect(log.resumes()).toHaveLength(RESUMES_MAX);
  expect(log.resumes()[0]?.atMs).toBeGreaterThan(log.resumes()[1]?.atMs ?? 0);
  const before = log.resumes();
  move({ type: 'heard', nowMs: T0 });
  expect(log.resumes()).toBe(before);
});
