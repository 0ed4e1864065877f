import { expect, test } from 'vitest';
import { raceExport, raceExportName } from './race-export.ts';
import { NO_FIGURES } from './stats.ts';
import { NO_TRAFFIC } from './traffic-meter.ts';

const MOMENT = {
  conditions: { feedId: 'order 7/ü', rttMs: 80, intervalMs: 1000, waitMs: 25_000 },
  startedAtMs: Date.UTC(2026, 0, 2, 3, 4, 5),
  nowMs: Date.UTC(2026, 0, 2, 3, 5, 5),
  url: 'http://127.0.0.1:3000/?feed=order+7',
  results: [
    {
      name: 'sse' as const,
      figures: { ...NO_FIGURES, events: 40, timedEvents: 40, latencyMsP95: 9 },
      traffic: { ...NO_TRAFFIC, requests: 1, bytes: 900 },
    },
    {
      name: 'article' as const,
      figures: { ...NO_FIGURES, events: 30, missed: 10 },
      traffic: { ...NO_TRAFFIC, requests: 2 },
      hasFailed: true,
    },
  ],
  produced: { events: 41, isExact: true, asOfMs: Date.UTC(2026, 0, 2, 3, 5, 4) },
  producerClock: { offsetMs: 1.5, errorMs: 2 },
};

test('a comparison is exported with its conditions, its numbers as they are, and the verdict made of them', () => {
  const exported = raceExport(MOMENT);
  expect(JSON.parse(JSON.stringify(exported))).toMatchObject({
    kind: 'feedline-race',
    version: 1,
    startedAt: '2026-01-02T03:04:05.000Z',
    takenAt: '2026-01-02T03:05:05.000Z',
    url: MOMENT.url,
    conditions: MOMENT.conditions,
    produced: { events: 41, isExact: true, asOf: '2026-01-02T03:05:04.000Z' },
    producerClock: { offsetMs: 1.5, errorMs: 2 },
    lanes: {
      sse: { events: 40, latencyMsP95: 9, requests: 1, bytes: 900, missed: 0, hasFailed: false },
      article: { events: 30, missed: 10, requests: 2, hasFailed: true },
    },
  });
  expect(exported.verdict[0]).toContain('First 60 s on order 7/ü');
  expect(exported.verdict.at(-1)).toBe(
    'The article’s SSE missed 10 events. No other lane has missed an event or got one twice.',
  );
});

test('the file is called by the feed and the time, with nothing that a file system would not take', () => {
  expect(raceExportName(raceExport(MOMENT))).toBe('feedline-order_7_-2026-01-02T030505.json');
});
