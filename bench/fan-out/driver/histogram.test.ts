import { describe, expect, it } from 'vitest';
import { Histogram } from './histogram.ts';

describe('the histogram', () => {
  it('gives every quantile within 1.6 % of the exact one, from a microsecond to minutes', () => {
    const histogram = new Histogram();
    const values = Array.from({ length: 20_000 }, (_, index) => Math.floor(1.001 ** index)).filter(
      (us) => us < 2 ** 31,
    );
    for (const value of values) histogram.add(value);
    for (const share of [0.001, 0.1, 0.5, 0.9, 0.99, 1]) {
      const exact = values[Math.ceil(share * values.length) - 1] as number;
      const told = histogram.quantileUs(share) as number;
      expect(Math.abs(told - exact)).toBeLessThanOrEqual(exact * 0.016);
    }
  });

  it('has no quantile of nothing, and is empty again when it is cleared', () => {
    const histogram = new Histogram();
    expect(histogram.quantileUs(0.5)).toBeUndefined();
    histogram.add(7);
    histogram.clear();
    expect([histogram.count, histogram.maxUs, histogram.quantileUs(0.5)]).toEqual([0, 0, undefined]);
  });
});
