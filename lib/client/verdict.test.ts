import { describe, expect, test } from 'vitest';
import { RACE_FEEDS } from '#lib/protocol/race-feeds.ts';
import type { LaneName } from './lanes.ts';
import { type Figures, NO_FIGURES } from './stats.ts';
import { NO_TRAFFIC, type Traffic } from './traffic-meter.ts';
import { conditionsWords, type LaneResult, verdict } from './verdict.ts';

const CONDITIONS = { feedId: RACE_FEEDS.bursts, rttMs: 80, intervalMs: 1000, waitMs: 25_000 };

function lane(name: LaneName, p95Ms: number | null, more: Partial<Figures & Traffic> = {}): LaneResult {
  const timedEvents = p95Ms === null ? 0 : 100;
  return {
    name,
    figures: { ...NO_FIGURES, events: 100, timedEvents, latencyMsP50: p95Ms, latencyMsP95: p95Ms, ...more },
    traffic: { ...NO_TRAFFIC, requests: 1, ...more },
  };
}

const sentences = (results: readonly LaneResult[], elapsedMs = 90_000) => verdict(CONDITIONS, results, elapsedMs);

test('the conditions are in it', () => {
  expect(sentences([lane('sse', 50)])[0]).toBe(
    'First 90 s (latency: the last 60 s) on race-bursts (bursts: 30 events in 0.6 s, then 6 s of silence), 80 ms added round trip, naive polls every 1 s, long polls of up to 25 s:',
  );
  expect(sentences([lane('sse', 50)], 12_400)[0]).toMatch(/^First 12 s on /);
  expect(conditionsWords({ ...CONDITIONS, feedId: 'order-7', rttMs: 0 })).toBe(
    'order-7, no added round trip, naive polls every 1 s, long polls of up to 25 s',
  );
  expect(conditionsWords({ ...CONDITIONS, feedId: RACE_FEEDS.quiet })).toContain('quiet: an event every 60 s');
  expect(conditionsWords({ ...CONDITIONS, intervalMs: 250 })).toContain('naive polls every 250 ms');
});

describe('latency', () => {
  test('says who is later, and by how much', () => {
    expect(sentences([lane('sse', 50), lane('long-poll', 130)])).toContain(
      'Long polling is later than Feedline over SSE: p95 130 ms against 50 ms, 2.6 times.',
    );
  });

  test('says that polling is ahead where it is', () => {
    expect(sentences([lane('sse', 90), lane('poll', 30)])).toContain(
      'Naive polling is ahead of Feedline over SSE: p95 30 ms against 90 ms, 3.0 times.',
    );
  });

  test('says of a lane that only looks quicker that what it missed has no latency', () => {
    const missed = { missed: 30 };
    expect(sentences([lane('sse', 1_382), lane('article', 315, missed)])).toContain(
      'The article’s SSE is ahead of Feedline over SSE: p95 315 ms against 1,382 ms, 4.4 times; the 30 that it missed have no latency.',
    );
    expect(sentences([lane('sse', 50), lane('article', 50, missed)])[1]).toMatch(
      / \(p95 50 ms against 50 ms\); the 30 that it missed have no latency\.$/,
    );
    expect(sentences([lane('sse', 90, missed), lane('poll', 30, missed)])[1]).toMatch(/3\.0 times\.$/);
  });

  test.each([
    ['a ratio that noise makes', 100, 119],
    ['a few milliseconds', 1, 5],
    ['nothing at all', 7, 7],
  ])('says that there is no difference for %s', (_, sseMs, laneMs) => {
    const said = sentences([lane('sse', sseMs), lane('long-poll', laneMs)]);
    expect(said[1]).toBe(
      `Long polling is as quick as Feedline over SSE: no difference that counts (p95 ${laneMs} ms against ${sseMs} ms).`,
    );
  });

  test('is not judged by few events', () => {
    expect(sentences([lane('sse', 50, { timedEvents: 19 }), lane('poll', 900)])).toContain(
      'Too few events to compare latencies: 19 of the 20 it takes.',
    );
    expect(sentences([lane('sse', 50), lane('poll', 900, { timedEvents: 3 }), lane('article', 55)])).toEqual(
      expect.arrayContaining([
        expect.stringContaining('The article’s SSE is as quick'),
        'Too few events yet to judge naive polling.',
      ]),
    );
  });

  test('does not promise a comparison that quiet traffic can never give', () => {
    const said = verdict({ ...CONDITIONS, feedId: RACE_FEEDS.quiet }, [lane('sse', 50, { timedEvents: 1 })], 90_000);
    expect(said[1]).toBe('Quiet traffic brings too few events to compare latencies, only costs.');
  });

  test('is not compared with a lane that is off', () => {
    expect(sentences([lane('poll', 900)])).toContain('Feedline over SSE is off: nothing to compare with.');
  });
});

test('the cost is told in requests, also those that came back empty', () => {
  const said = sentences([
    lane('sse', 50, { requests: 1, events: 300 }),
    lane('long-poll', 130, { requests: 310, events: 300, emptyRoundTrips: 1 }),
    lane('poll', 900, { requests: 1200, events: 0, emptyRoundTrips: 1200 }),
  ]);
  expect(said).toContain('Feedline over SSE made 1 request for 300 events.');
  expect(said).toContain('Long polling made 310 requests for 300 events, 1 of them empty: 1.0 requests per event.');
  expect(said).toContain('Naive polling made 1,200 requests for 0 events, 1,200 of them empty.');
});

test('loss is told of whoever lost', () => {
  expect(sentences([lane('sse', 50), lane('poll', 900)]).at(-1)).toBe('No lane has missed an event or got one twice.');
  expect(sentences([lane('sse', 50, { repeated: 2 }), lane('article', 50, { missed: 1 })]).at(-1)).toBe(
    'Feedline over SSE got 2 twice; the article’s SSE missed 1 event.',
  );
  expect(sentences([lane('sse', 50), lane('poll', 50), lane('article', 50, { missed: 3 })]).at(-1)).toBe(
    'The article’s SSE missed 3 events. No other lane has missed an event or got one twice.',
  );
});

test('a lane that has given up is not praised for what it can no longer miss', () => {
  const said = sentences([lane('sse', 50), { ...lane('article', 50), hasFailed: true }]);
  expect(said).toContain('The article’s SSE has given up after 100 events and gets no more.');
  expect(said).not.toContain('No lane has missed an event or got one twice.');
  expect(said.at(-1)).toBe('No other lane has missed an event or got one twice.');
});
