import { describe, expect, test } from 'vitest';
import { Pace } from '#scripts/producer/pace.ts';

describe('a pace', () => {
  test('gives exactly its rate however unevenly it is asked', () => {
    const pace = new Pace(50, 0, 1000);
    let taken = 0;
    for (let nowMs = 0; nowMs < 10_000; nowMs += 1 + ((nowMs * 7) % 90)) taken += pace.take(nowMs);
    taken += pace.take(9_999);
    expect(taken).toBe(500);
  });

  test('has the first due at once and the next one interval later', () => {
    const pace = new Pace(10, 5_000, 100);
    expect(pace.take(5_000)).toBe(1);
    expect(pace.take(5_000)).toBe(0);
    expect(pace.untilNextMs(5_000)).toBe(100);
    expect(pace.untilNextMs(5_200)).toBe(0);
  });

  test('gives at most one burst after a long sleep, then its rate again', () => {
    const pace = new Pace(100, 0, 20);
    expect(pace.take(3_600_000)).toBe(20);
    expect(pace.take(3_600_100)).toBe(10);
  });

  test('forgets what was due when it begins anew', () => {
    const pace = new Pace(100, 0, 1000);
    pace.restart(60_000);
    expect(pace.take(60_010)).toBe(2);
  });
});
