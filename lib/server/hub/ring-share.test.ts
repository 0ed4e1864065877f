import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ringShare } from './ring-share.ts';

describe('the share of a ring', () => {
  it('cuts the largest only, and as little as it takes', () => {
    expect(ringShare([10, 20, 30], 60)).toBe(Number.POSITIVE_INFINITY);
    expect(ringShare([10, 20, 30], 50)).toBe(20);
    expect(ringShare([10, 100, 100], 70)).toBe(30);
    expect(ringShare([], 0)).toBe(Number.POSITIVE_INFINITY);
    expect(ringShare([5], 0)).toBe(0);
  });

  it('keeps all together within their total, whatever they are', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(10_000)), fc.nat(100_000), (sizes, total) => {
        const share = ringShare(sizes, total);
        const kept = sizes.reduce((sum, bytes) => sum + Math.min(bytes, share), 0);
        expect(kept).toBeLessThanOrEqual(total);
      }),
    );
  });
});
