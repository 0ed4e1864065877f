import { describe, expect, test } from 'vitest';
import { podCount } from '#scripts/demo/pod-count.ts';

describe('how many pods the demo starts', () => {
  test('is two where Kafka is real, or what was asked for', () => {
    expect(podCount(undefined, true)).toEqual({ count: 2, why: 'Kafka is real; --pods 1 for one' });
    expect(podCount(1, true).count).toBe(1);
    expect(podCount(8, true).count).toBe(8);
  });

  test('is one with an in-process log, and says so to who asked for more', () => {
    expect(podCount(undefined, false).count).toBe(1);
    expect(podCount(1, false).why).not.toContain('not');
    expect(podCount(3, false)).toEqual({
      count: 1,
      why: 'not 3, since each pod would have an in-process log of its own',
    });
  });
});
