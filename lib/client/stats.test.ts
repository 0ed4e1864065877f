import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HOLES_MAX, SeqTracker } from './seq-tracker.ts';
import { FeedStats, quantile, SAMPLES_MAX, WINDOW_MS } from './stats.ts';

function countsOf(seqs: readonly number[]): ReturnType<SeqTracker['counts']> {
  const tracker = new SeqTracker();
  for (const seq of seqs) tracker.add(seq, null);
  return tracker.counts();
}

describe('seqs', () => {
  test('start at the first one seen: what came before is not missed', () => {
    expect(countsOf([41, 42, 43])).toEqual({ received: 3, missed: 0, repeated: 0, outOfOrder: 0 });
  });

  test('that are jumped over are missed, until they come', () => {
    expect(countsOf([1, 2, 6])).toEqual({ received: 3, missed: 3, repeated: 0, outOfOrder: 0 });
    expect(countsOf([1, 2, 6, 4])).toEqual({ received: 4, missed: 2, repeated: 0, outOfOrder: 1 });
    expect(countsOf([1, 2, 6, 4, 3, 5, 7])).toEqual({ received: 7, missed: 0, repeated: 0, outOfOrder: 3 });
  });

  test('that come twice are repeated, also where they filled a hole', () => {
    expect(countsOf([1, 2, 2, 4, 3, 3])).toEqual({ received: 4, missed: 0, repeated: 2, outOfOrder: 1 });
  });

  test('from before the first one are out of order', () => {
    expect(countsOf([5, 4])).toMatchObject({ received: 2, missed: 0, outOfOrder: 1 });
  });

  test('that begin again at 1, produced later, are a new run; a late repetition of 1 is not', () => {
    const tracker = new SeqTracker();
    tracker.add(1, 1000);
    tracker.add(2, 2000);
    tracker.add(1, 1000);
    expect(tracker.counts()).toMatchObject({ received: 2, repeated: 1 });
    tracker.add(1, 3000);
    tracker.add(2, 4000);
    expect(tracker.counts()).toEqual({ received: 4, missed: 0, repeated: 1, outOfOrder: 0 });
  });

  test('of any delivery add up: each is received once, missed, or repeated', () => {
    const anyDelivery = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(anyDelivery, (seqs) => {
        const baseline = Math.min(...seqs);
        const counts = countsOf([baseline, ...seqs]);
        expect(counts.received).toBe(new Set(seqs).size);
        expect(counts.received + counts.repeated).toBe(seqs.length + 1);
        expect(counts.missed).toBe(Math.max(...seqs) - baseline + 1 - counts.received);
      }),
    );
  });

  test('with endless holes keep counting', () => {
    const seqs = Array.from({ length: HOLES_MAX * 2 }, (_, index) => index * 2 + 1);
    expect(countsOf(seqs).missed).toBe(seqs.length - 1);
  });
});

test('a new baseline forgets where the old one was, but no loss', () => {
  const tracker = new SeqTracker();
  for (const seq of [1, 3]) tracker.add(seq, null);
  tracker.rebase();
  for (const seq of [90, 91, 93]) tracker.add(seq, null);
  expect(tracker.counts()).toEqual({ received: 5, missed: 2, repeated: 0, outOfOrder: 0 });
});

describe('latency', () => {
  test('is measured from production to arrival, whatever is known of the producer’s clock by then', () => {
    let offsetMs = 0;
    const stats = new FeedStats(() => offsetMs);
    expect(stats.addRecord({ seq: 0, producedAtMs: 50_000, arrivedAtMs: 1012 })).toBe(0);
    offsetMs = -49_000;
    expect(stats.figures(1012).latencyMsP50).toBe(12);
    expect(stats.addRecord({ seq: 1, producedAtMs: 50_000, arrivedAtMs: 1012 })).toBe(12);
    expect(stats.addRecord({ seq: 2, producedAtMs: 99_000, arrivedAtMs: 1012 })).toBe(0);
    expect(stats.addRecord({ seq: null, producedAtMs: null, arrivedAtMs: 1012 })).toBeNull();
  });

  test('quantiles are values that occurred, of the window only', () => {
    const stats = new FeedStats();
    stats.addRecord({ seq: 1, producedAtMs: 0, arrivedAtMs: 1000 });
    for (let ms = 1; ms <= 100; ms += 1)
      stats.addRecord({ seq: 1 + ms, producedAtMs: 50_000, arrivedAtMs: 50_000 + ms });
    expect(stats.figures(50_100)).toMatchObject({ latencyMsP50: 51, latencyMsP95: 96 });
    expect(stats.figures(1000 + WINDOW_MS)).toMatchObject({ latencyMsP50: 50, latencyMsP95: 95, events: 101 });
    expect(stats.figures(200_000)).toMatchObject({ latencyMsP50: null, ratePerS: 0, events: 101 });
    expect(quantile([], 0.5)).toBeNull();
  });

  test('samples stay bounded, whatever the rate', () => {
    const stats = new FeedStats();
    for (let seq = 1; seq < SAMPLES_MAX * 3; seq += 1) stats.addRecord({ seq, producedAtMs: 0, arrivedAtMs: 1 });
    expect(stats.samples(1)).toHaveLength(SAMPLES_MAX);
  });
});

test('the rate is told of the last seconds, also at the very start', () => {
  const stats = new FeedStats();
  for (let index = 0; index < 100; index += 1) {
    stats.addRecord({ seq: null, producedAtMs: null, arrivedAtMs: 10_000 + index * 100 });
  }
  expect(stats.figures(19_900).ratePerS).toBe(10);
  const fresh = new FeedStats();
  fresh.addRecord({ seq: null, producedAtMs: null, arrivedAtMs: 5 });
  expect(fresh.figures(6).ratePerS).toBe(1);
});
