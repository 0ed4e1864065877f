import { expect, test } from 'vitest';
import { historyWords } from './history-words.ts';

const seconds = (state: 'live' | 'reconnecting' | 'stale' | null, count: number, events = 0) =>
  Array.from({ length: count }, () => ({ state, events }));

test('the history is told in seconds of each state, and in events', () => {
  const blocks = [...seconds(null, 10), ...seconds('live', 70, 20), ...seconds('reconnecting', 4)];
  expect(historyWords(blocks)).toBe('Live for 70 s, reconnecting for 4 s; 1,400 events.');
  expect(historyWords(seconds('stale', 2, 0))).toBe('Without a signal for 2 s; 0 events.');
});

test('before anything is known the words say that', () => {
  expect(historyWords(seconds(null, 90))).toBe('Nothing is known yet.');
});
