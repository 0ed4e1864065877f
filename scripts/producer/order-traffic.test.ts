import { describe, expect, test } from 'vitest';
import { RACE_FEEDS } from '#lib/protocol/race-feeds.ts';
import type { OrderChange } from '#scripts/producer/order-life.ts';
import { OrderTraffic, type OrderTrafficOptions, producedIds } from '#scripts/producer/order-traffic.ts';

/** Traffic in a world whose time passes only when the test says so. */
class Rehearsal {
  readonly changes: OrderChange[] = [];
  readonly traffic: OrderTraffic;
  nowMs = 1_700_000_000_000;
  readonly startedAtMs = this.nowMs;

  constructor(options: Partial<OrderTrafficOptions> = {}) {
    const world = { random: () => 0.5, nowMs: () => this.nowMs };
    const defaults = { ratePerSecond: 1, feeds: 2, isRacing: true, dueMax: 1000, lastSeqs: new Map(), world };
    this.traffic = new OrderTraffic({ ...defaults, ...options });
  }

  /** Lets time pass as the producer's loop does, coming as late as its timer may. */
  pass(ms: number, { room = 1000, lateMs = 0 } = {}): this {
    const untilMs = this.nowMs + ms;
    while (this.nowMs < untilMs) {
      this.changes.push(...this.traffic.takeDue(room));
      this.nowMs = Math.min(untilMs, this.nowMs + Math.max(1, Math.ceil(this.traffic.untilNextMs())) + lateMs);
    }
    return this;
  }

  /** When the changes of one ID happened, in ms from the start. */
  timesOf(id: string): number[] {
    return this.changes.filter((change) => change.id === id).map((change) => change.producedAtMs - this.startedAtMs);
  }

  seqsOf(id: string): number[] {
    return this.changes.filter((change) => change.id === id).map(({ seq }) => seq);
  }
}

const everyMs = (stepMs: number, untilMs: number) =>
  Array.from({ length: Math.ceil(untilMs / stepMs) }, (_, index) => index * stepMs);

describe('the traffic of the producer', () => {
  test('is orders in turn at an even rate, and nothing else without the race', () => {
    const { changes } = new Rehearsal({ isRacing: false, ratePerSecond: 4 }).pass(1_000);
    expect(changes.map(({ id }) => id)).toEqual(['1234', '1235', '1234', '1235']);
    expect(producedIds({ feeds: 2, isRacing: false })).toEqual(['1234', '1235']);
  });

  test('names every ID that it writes', () => {
    const { changes } = new Rehearsal().pass(2_000);
    expect(new Set(changes.map(({ id }) => id))).toEqual(new Set(producedIds({ feeds: 2, isRacing: true })));
  });

  test('goes on counting where each ID stands', () => {
    const lastSeqs = new Map([['1234', 8] as const, [RACE_FEEDS.bursts, 41] as const]);
    const rehearsal = new Rehearsal({ lastSeqs }).pass(60);
    expect(rehearsal.seqsOf('1234')).toEqual([9]);
    expect(rehearsal.seqsOf(RACE_FEEDS.bursts)).toEqual([42, 43, 44]);
    expect(rehearsal.seqsOf(RACE_FEEDS.steady)).toEqual([1]);
  });
});

describe('the feeds of the race', () => {
  test('are ten records a second, bursts of 30 in 0.6 s each 6.6 s, and one record a minute', () => {
    const rehearsal = new Rehearsal().pass(132_000);
    expect(rehearsal.timesOf(RACE_FEEDS.steady)).toEqual(everyMs(100, 132_000));
    const bursts = everyMs(6_600, 132_000).flatMap((startMs) => everyMs(20, 600).map((atMs) => startMs + atMs));
    expect(rehearsal.timesOf(RACE_FEEDS.bursts)).toEqual(bursts);
    expect(rehearsal.timesOf(RACE_FEEDS.quiet)).toEqual([0, 60_000, 120_000]);
  });

  test('have the same number of records when every tick is late, counted without a hole', () => {
    const rehearsal = new Rehearsal().pass(132_000, { lateMs: 13 });
    for (const [id, count] of [
      [RACE_FEEDS.steady, 1320],
      [RACE_FEEDS.bursts, 600],
      [RACE_FEEDS.quiet, 3],
    ] as const) {
      expect(rehearsal.seqsOf(id)).toEqual(Array.from({ length: count }, (_, index) => index + 1));
    }
  });

  test('come at most as a second of themselves after a long sleep, then as before', () => {
    const rehearsal = new Rehearsal().pass(1_000);
    rehearsal.nowMs += 3_600_000;
    const wokenAtMs = rehearsal.nowMs - rehearsal.startedAtMs;
    rehearsal.pass(6_000);
    const sinceThen = (id: string) =>
      rehearsal
        .timesOf(id)
        .filter((atMs) => atMs >= wokenAtMs)
        .map((atMs) => atMs - wokenAtMs);
    expect(sinceThen(RACE_FEEDS.steady)).toEqual([...Array<number>(9).fill(0), ...everyMs(100, 6_000)]);
    expect(sinceThen(RACE_FEEDS.bursts)).toEqual(everyMs(20, 600));
    expect(sinceThen(RACE_FEEDS.quiet)).toEqual([0]);
  });

  test('forget what was due while the orders stood still', () => {
    const rehearsal = new Rehearsal().pass(1_000);
    rehearsal.nowMs += 300_000;
    rehearsal.traffic.restart();
    const before = rehearsal.changes.length;
    rehearsal.pass(1);
    expect(rehearsal.changes.slice(before).map(({ id }) => id)).toEqual([...Object.values(RACE_FEEDS), '1235']);
  });

  test('take no more than the room there is, are not crowded out of it, and what found none leaves no hole', () => {
    const rehearsal = new Rehearsal({ ratePerSecond: 100 });
    rehearsal.nowMs += 500;
    // 6 steady, 26 of a burst, 1 quiet, and 51 others would be due.
    rehearsal.changes.push(...rehearsal.traffic.takeDue(10));
    rehearsal.nowMs += 20;
    rehearsal.changes.push(...rehearsal.traffic.takeDue(1000));
    expect(rehearsal.seqsOf(RACE_FEEDS.steady)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(rehearsal.seqsOf(RACE_FEEDS.bursts)).toEqual([1, 2, 3, 4, 5]);
    expect(rehearsal.changes).toHaveLength(10 + 1 + 2);
  });
});
