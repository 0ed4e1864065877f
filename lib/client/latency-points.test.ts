import { expect, test } from 'vitest';
import { latencyPoints, nearestPoint, stepTo } from './latency-points.ts';

const points = latencyPoints([
  { arrivedAtMs: 1200, latencyMs: 200 },
  { arrivedAtMs: 1100, latencyMs: null },
  { arrivedAtMs: 1300, latencyMs: 450 },
  { arrivedAtMs: 1500, latencyMs: 50.4 },
]);

test('points stand at the time of production, in its order, where it is known', () => {
  expect(points.map(({ atMs }) => atMs)).toEqual([850, 1000, 1449.6]);
});

test('the nearest event is found on either side', () => {
  expect(nearestPoint(points, 930)?.atMs).toBe(1000);
  expect(nearestPoint(points, 9000)?.latencyMs).toBe(50.4);
  expect(nearestPoint([], 0)).toBeNull();
});

test('steps go from event to event, begin at the newest, and stay at the ends', () => {
  expect(stepTo(points, null, 'previous')).toBe(1449.6);
  expect(stepTo(points, 1449.6, 'previous')).toBe(1000);
  expect(stepTo(points, 1000.3, 'previous')).toBe(850);
  expect(stepTo(points, 850, 'previous')).toBe(850);
  expect(stepTo(points, 850, 'next')).toBe(1000);
  expect(stepTo(points, 1449.6, 'next')).toBe(1449.6);
  expect(stepTo(points, 1000, 'first')).toBe(850);
  expect(stepTo([], 1, 'next')).toBeNull();
});
