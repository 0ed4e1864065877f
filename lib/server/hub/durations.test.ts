import { expect, it } from 'vitest';
import { DURATION_BOUNDS_MS, Durations } from './durations.ts';

const boundOf = (ms: (typeof DURATION_BOUNDS_MS)[number]): number => DURATION_BOUNDS_MS.indexOf(ms);

it('counts each duration in every bucket that is long enough for it, a bound in its own', () => {
  const durations = new Durations();
  for (const ms of [0.2, 1, 1.1, 10, 10.01, 60_000]) durations.add(ms);
  const { cumulative } = durations;
  expect(cumulative[boundOf(1)]).toBe(2);
  expect(cumulative[boundOf(2.5)]).toBe(3);
  expect(cumulative[boundOf(10)]).toBe(4);
  expect(cumulative[boundOf(25)]).toBe(5);
  expect(cumulative.at(-1)).toBe(5);
  expect(durations.count).toBe(6);
  expect(durations.sumMs).toBeCloseTo(60_022.31);
});

it('counts what took as long at once, and what clocks turn round as nothing', () => {
  const durations = new Durations();
  durations.add(4, 100);
  durations.add(-5);
  expect(durations.count).toBe(101);
  expect(durations.sumMs).toBe(400);
  expect(durations.cumulative[0]).toBe(1);
  expect(durations.cumulative[boundOf(5)]).toBe(101);
});
