import { expect, test } from 'vitest';
import type { LaneView, RequestBar } from '#lib/client/lane-timeline.ts';
import { TIMELINE_MS } from '#lib/client/lane-timeline.ts';
import { laneMarks, type Marks, producedMarks } from './timeline-marks.ts';
import { PAD_PX } from './timeline-scale.ts';

const NOW = 1_000_000;
/** 100 px for each second. */
const FRAME = { nowMs: NOW, widthPx: 2000 + 2 * PAD_PX };
const NOTHING: LaneView = { arrivals: [], requests: [], links: [], missed: [] };

const events = (...atMs: readonly number[]) => atMs.map((each, seq) => ({ atMs: NOW + each, seq }));
const poll = (sentMs: number, overMs: number | null, came = 0): RequestBar => ({
  sentAtMs: NOW + sentMs,
  overAtMs: overMs === null ? null : NOW + overMs,
  state: overMs === null ? 'sent' : 'answered',
  events: came,
});
const countOf = (path = ''): number => path.split('M').length - 1;
const countsOf = (marks: Marks) =>
  Object.fromEntries(Object.entries(marks).map(([name, path]) => [name, countOf(path)]));

test('now is at the right end, and the window’s other end at the left', () => {
  const { 'dot-1': dots } = producedMarks(events(-TIMELINE_MS, -1000, 0), FRAME);
  expect(dots).toBe(`M${PAD_PX} 20h0M${PAD_PX + 1900} 20h0M${PAD_PX + 2000} 20h0`);
});

test('events at once are one bigger dot; close ones stand apart on the levels of their seqs', () => {
  expect(countsOf(producedMarks(events(-500, -500, -499, 0), FRAME))).toMatchObject({ 'dot-1': 1, 'dot-2': 1 });
  expect(producedMarks(events(-500, -490, 0), FRAME)['dot-1']).toBe('M1958 20h0M1959 14.5h0M2008 20h0');
});

test('a naive poll is a hollow tick where it was empty; a long one a bar, cut at the edge, up to now while it waits', () => {
  const requests = [poll(-25_000, -3000), poll(-3000, -1000, 2), poll(-1000, null)];
  expect(countsOf(laneMarks({ ...NOTHING, requests }, 'ticks', FRAME))).toMatchObject({ tick: 1, 'tick-empty': 1 });
  const bars = laneMarks({ ...NOTHING, requests }, 'bars', FRAME);
  expect(countsOf(bars)).toMatchObject({ bar: 2, 'bar-empty': 1, 'bar-failed': 0 });
  expect(bars['bar-empty']).toMatch(/^M-8 14h1715/);
  expect(bars.bar).toMatch(/M1908 14h99v12h-99z$/);
});

test('a stream is a bar with holes, and what it missed a ring', () => {
  const links = [
    { isUp: true, fromMs: NOW - 30_000, toMs: NOW - 5000 },
    { isUp: false, fromMs: NOW - 5000, toMs: NOW - 4000 },
    { isUp: true, fromMs: NOW - 4000, toMs: null },
  ];
  const marks = laneMarks({ ...NOTHING, links, missed: events(-4500) }, 'foil', FRAME);
  expect(marks).toMatchObject({ link: 'M0 20H1508M1608 20H2008', hole: 'M1508 20H1608', missed: 'M1558 20h0' });
});
