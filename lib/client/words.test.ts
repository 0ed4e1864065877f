import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { GapReason } from '#lib/protocol/constants.ts';
import { ANNOUNCE_MS, createAnnouncer } from './announcer.ts';
import { initialConnection, nextConnection } from './connection-state.ts';
import { formatMs, formatRate, formatSeconds } from './format.ts';
import { connectionWords, gapWords, resumeWords } from './words.ts';

const T0 = 1_000_000;
const live = nextConnection(initialConnection(T0), { type: 'hello', nowMs: T0, pingMs: 5000, watchdogMs: 15_000 });

beforeEach(() => {
  vi.useFakeTimers({ now: T0 });
});
afterEach(() => {
  vi.useRealTimers();
});

test('each state has its words, with numbers and units', () => {
  const stale = nextConnection(live, { type: 'tick', nowMs: T0 + 14_000 });
  const lost = nextConnection(live, { type: 'error', nowMs: T0, retryAtMs: T0 + 3400 });
  const done = nextConnection(live, { type: 'end', nowMs: T0 });
  expect(connectionWords(initialConnection(T0), T0, null)).toBe('Connecting…');
  expect(connectionWords(live, T0, 12.4)).toBe('Live · 12 ms');
  expect(connectionWords(live, T0, null)).toBe('Live');
  expect(connectionWords(stale, T0 + 14_000, 12)).toBe('No signal for 14 s');
  expect(connectionWords(lost, T0, 12)).toBe('Reconnecting · try 1 in 4 s');
  expect(connectionWords(nextConnection(lost, { type: 'retry', nowMs: T0 }), T0, 12)).toBe('Reconnecting · try 1…');
  expect(connectionWords(done, T0, 12)).toBe('Closed: done');
});

test('each gap has its words, also one that this page does not know', () => {
  for (const reason of Object.values(GapReason)) expect(gapWords(reason, 'now')).toMatch(/^Gap: .+; reading goes on/);
  expect(gapWords(null, null)).toBe('Gap: the server does not say why');
});

test('a resume says how long it took and what became of the events', () => {
  const resume = { atMs: 0, downMs: 4200, kind: 'cut', replayed: 42, missed: 0, gap: null, isSettled: true } as const;
  expect(resumeWords(resume)).toBe('Resumed after 4.2 s: 42 replayed, 0 missed');
  expect(resumeWords({ ...resume, kind: 'rotated', downMs: 20, replayed: 0, isSettled: false })).toBe(
    'Planned rotation, resumed after 20 ms: 0 replayed, 0 missed so far',
  );
  expect(resumeWords({ ...resume, kind: 'rested', downMs: 180_000, missed: 1200 })).toBe(
    'This page had let go; resumed after 3 min: 42 replayed, 1,200 missed',
  );
});

test('numbers keep a readable size', () => {
  expect([0.4, 12.6, 9999, 12_340, 240_000, 7_200_000].map(formatMs)).toEqual([
    '0 ms',
    '13 ms',
    '9,999 ms',
    '12.3 s',
    '4 min',
    '2 h',
  ]);
  expect([0.25, 9.96, 51.2].map(formatRate)).toEqual(['0.3', '10.0', '51']);
  expect([-5, 14_900, 180_000, 9_000_000].map(formatSeconds)).toEqual(['0 s', '14 s', '3 min', '2 h']);
});

test('at most one announcement in its time, and of those that come too fast the newest', () => {
  const { announce, text } = createAnnouncer();
  announce('Connected');
  announce('Connection lost');
  announce('Connected again');
  expect(text.getState()).toBe('Connected');
  vi.advanceTimersByTime(ANNOUNCE_MS);
  expect(text.getState()).toBe('Connected again');
});
