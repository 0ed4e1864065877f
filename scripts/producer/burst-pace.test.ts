import { describe, expect, test } from 'vitest';
import { BurstPace } from '#scripts/producer/burst-pace.ts';

const BURSTS = { events: 30, burstMs: 600, silenceMs: 6000 };

/** When each record is taken by someone who comes `lateMs` after each is due. */
function takenAt(pace: BurstPace, untilMs: number, lateMs = 0): number[] {
  const times: number[] = [];
  for (let nowMs = 0; nowMs < untilMs; nowMs += Math.max(1, pace.untilNextMs(nowMs)) + lateMs) {
    times.push(...Array<number>(pace.take(nowMs)).fill(nowMs));
  }
  return times;
}

describe('a pace of bursts', () => {
  test('spreads the records of a burst evenly, then is silent until the next one', () => {
    const burst = Array.from({ length: 30 }, (_, index) => index * 20);
    const inThreePeriods = [0, 6_600, 13_200].flatMap((startMs) => burst.map((atMs) => startMs + atMs));
    expect(takenAt(new BurstPace(BURSTS, 0), 19_800)).toEqual(inThreePeriods);
  });

  test('does not drift when every tick comes late', () => {
    const times = takenAt(new BurstPace(BURSTS, 0), 660_000, 7);
    expect(times).toHaveLength(3_000);
    for (const [index, atMs] of times.entries()) {
      const dueAtMs = Math.floor(index / 30) * 6_600 + (index % 30) * 20;
      expect(atMs - dueAtMs).toBeGreaterThanOrEqual(0);
      expect(atMs - dueAtMs).toBeLessThanOrEqual(8);
    }
  });

  test('gives exactly its bursts however unevenly it is asked', () => {
    const pace = new BurstPace(BURSTS, 0);
    let taken = 0;
    for (let nowMs = 0; nowMs < 66_000; nowMs += 1 + ((nowMs * 7) % 400)) taken += pace.take(nowMs);
    taken += pace.take(65_999);
    expect(taken).toBe(300);
  });

  test('has the first due at its start, and says how long the silence still is', () => {
    const pace = new BurstPace(BURSTS, 5_000);
    expect(pace.take(4_999)).toBe(0);
    expect(pace.untilNextMs(4_999)).toBe(1);
    expect(pace.take(5_000)).toBe(1);
    expect(pace.untilNextMs(5_000)).toBe(20);
    expect(pace.take(5_600)).toBe(29);
    expect(pace.untilNextMs(5_600)).toBe(6_000);
    expect(pace.untilNextMs(20_000)).toBe(0);
  });

  test('begins a burst after a long sleep, and forgets what was due meanwhile', () => {
    const pace = new BurstPace(BURSTS, 0);
    expect(pace.take(3_600_000)).toBe(1);
    expect(pace.take(3_600_040)).toBe(2);
    expect(pace.take(3_600_600)).toBe(27);
    expect(pace.untilNextMs(3_600_600)).toBe(6_000);
  });

  test('forgets what was due when it begins anew', () => {
    const pace = new BurstPace(BURSTS, 0);
    pace.restart(60_000);
    expect(pace.take(60_020)).toBe(2);
  });
});
